"""A price as people write it, and what is none."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from inferometer.spec.output import Output, Price


def price(told: object) -> Price | None:
    return Output.model_validate({"price": told}).price


@pytest.mark.parametrize(
    ("told", "amount", "per", "pue", "shown"),
    [
        ("2.5/h", 2.5, "h", 1.0, "2.5/h"),
        ("$2.5/hr", 2.5, "h", 1.0, "$2.5/h"),
        ("2.5€/h", 2.5, "h", 1.0, "€2.5/h"),
        ("2.5 EUR / hour", 2.5, "h", 1.0, "2.5 EUR/h"),
        ("NT$80/小時", 80.0, "h", 1.0, "NT$80/h"),
        ("18 元/小时", 18.0, "h", 1.0, "18 元/h"),
        ("¥0.8/kwh", 0.8, "kWh", 1.0, "¥0.8/kWh"),
        ("0.8元/度", 0.8, "kWh", 1.0, "0.8 元/kWh"),
        ("0.12/kWh*1.3", 0.12, "kWh", 1.3, "0.12/kWh × PUE 1.3"),
        ("0.12/kWh × 1.3", 0.12, "kWh", 1.3, "0.12/kWh × PUE 1.3"),
    ],
)
def test_a_price(
    told: str, amount: float, per: str, pue: float, shown: str
) -> None:
    found = price(told)
    assert found is not None
    assert (found.amount, found.per, found.pue, str(found)) == (
        amount,
        per,
        pue,
        shown,
    )
    assert price(found.model_dump(mode="json")) == found, "as files have it"


@pytest.mark.parametrize(
    "told",
    [
        "2,5",
        "2,5/h",
        "1,000/h",
        "2.5",
        2.5,
        "2.5/day",
        "-2.5/h",
        "0/h",
        "0.0/h",
        "nan/h",
        "1e3/h",
        "２.５/h",
        "2.5/h*1.2",
        "$2.5€/h",
        "$$$$$2.5/h",
        "\x1b2.5/h",
        "2.5/kW",
        "/h",
        "",
        ["2.5/h"],
        True,
    ],
)
def test_what_is_no_price(told: object) -> None:
    with pytest.raises(ValidationError, match=r"such as 2\.5/h"):
        price(told)


@pytest.mark.parametrize("told", ["0.12/kWh*0.5", "0.12/kWh*11"])
def test_a_pue_is_at_least_1_and_no_building_takes_ten_times_as_much(
    told: str,
) -> None:
    with pytest.raises(ValidationError, match="PUE"):
        price(told)


def test_none_is_none() -> None:
    assert price(None) is None


def test_a_price_of_an_earlier_version_has_no_currency() -> None:
    told = {"amount": 2.5, "per": "h", "pue": 1.0}
    assert str(price(told)) == "2.5/h"
