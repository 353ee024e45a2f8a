"""Shares are written in one way, wherever people read them."""

from __future__ import annotations

from math import inf

import pytest

from inferometer.words.numbers import (
    change,
    in_unit,
    interval,
    percent,
    signed,
)


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (-0.031, "−3.1%"),
        (0.073, "+7.3%"),
        (-0.0001, "0.0%"),
        (3.63, "+363%"),
        (inf, "+inf%"),
    ],
)
def test_a_change_has_its_sign_and_no_more_digits_than_are_known(
    share: float, told: str
) -> None:
    assert change(share) == told
    assert f"{signed(share)}%" == told


def test_a_share_of_a_whole_has_no_sign() -> None:
    assert percent(0.9375) == "93.8%"
    assert percent(0.2, digits=0) == "20%"
    assert percent(-0.02) == "−2.0%"


def test_a_unit_stands_off_unless_it_is_percent() -> None:
    assert in_unit("78.99", "%") == "78.99%"
    assert in_unit("12.5", "ms") == "12.5 ms"
    assert in_unit("3", "") == "3"


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (-0.036, -0.027, "−3.6 … −2.7%"),
        (-0.989, 58.34, ""),  # says nothing
        (0.5, 58.34, "> +50.0%"),
        (-0.989, 0.5, "< +50.0%"),
        (None, None, ""),
        (0.1, 0.1, ""),
    ],
)
def test_an_interval_has_only_limits_that_say_something(
    low: float | None, high: float | None, told: str
) -> None:
    assert interval(low, high) == told
    assert interval(low, high, unit="") == told.removesuffix("%")
