"""Costs in different currencies, or in one that nobody names, are not held against each other
without a word.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from inferometer.analysis.cautions import CannotCompareError, without_costs
from inferometer.analysis.currencies import about_costs, in_several_currencies
from inferometer.analysis.targets import check
from inferometer.results import Point
from inferometer.spec.target import parse_target

COST = "cost_per_million_tokens"


def priced(currency: str | None, cost: float | None = 1.0) -> Point:
    told = {} if currency is None else {"currency": currency}
    return Point(
        id=str(currency),
        source=Path("f.json"),
        tool="inferometer",
        conditions={"model": "m", "max_concurrency": 4, **told},
        values={"output_throughput": 9.0, **({COST: cost} if cost else {})},
        status="VALID",
    )


@pytest.mark.parametrize(
    ("currencies", "several", "said"),
    [
        (["$", "$"], False, None),
        (["$", "CNY"], True, "caution.currencies"),
        (["$", None], True, "caution.currencies"),
        ([None, None], False, "caution.no_currency"),
        ([], False, None),
    ],
)
def test_a_price_without_a_currency_is_in_none_that_is_known(
    currencies: list[str | None], several: bool, said: str | None
) -> None:
    points = [priced(each) for each in currencies]
    points.append(priced(None, cost=None))  # which has no price at all
    told = about_costs(points)
    assert in_several_currencies(points) is several
    assert (told.key if told else None) == said


def test_costs_are_compared_in_one_currency_only() -> None:
    both = ["output_throughput", COST]
    assert without_costs(both, [priced("$"), priced("$")]) == (both, [])
    kept, (told,) = without_costs(both, [priced("$"), priced(None)])
    assert kept == ["output_throughput"]
    assert told == (
        "prices are in no named currency, $, and nothing is converted: costs are not compared"
    )
    with pytest.raises(CannotCompareError):
        without_costs([COST], [priced("$"), priced("CNY")])
    kept, (told,) = without_costs(both, [priced(None), priced(None)])
    assert kept == both
    assert "name no currency" in told


@pytest.mark.parametrize(
    ("currencies", "state", "why"),
    [
        (["$"], "reached", None),
        ([None], "reached", "prices name no currency"),
        (["$", "CNY"], "not checked", "its prices are in $, CNY"),
        (["$", None], "not checked", "its prices are in no named currency, $"),
    ],
)
def test_a_target_of_a_cost_is_asked_of_one_currency(
    currencies: list[str | None], state: str, why: str | None
) -> None:
    points = [priced(each) for each in currencies]
    (checked,) = check([parse_target(f"{COST}<2")], points)
    assert checked.state == state
    assert (checked.why is None) == (why is None)
    assert why is None or str(checked.why).startswith(why)


def test_a_target_may_name_the_currency() -> None:
    target = parse_target(f"{COST}<2 if currency=CNY")
    (checked,) = check([target], [priced("$", 9.0), priced("CNY")])
    assert (checked.state, checked.at) == ("reached", "CNY")
