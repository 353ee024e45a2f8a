"""Intervals of simulated points, by what their twin's identity says; it may be anybody's."""

from __future__ import annotations

from dataclasses import replace
from math import exp, hypot, log, sqrt
from pathlib import Path
from typing import Any

import pytest

from inferometer.results.point import Point, Range
from inferometer.results.predicted import (
    TWO_SIDED_90,
    how_sure,
    predicted_ranges,
    twin_name,
)
from inferometer.results.tail import spread_of
from tests.results.test_tail import statistic

ERRORS = {"ttft": [0.1, 0.2], "tpot": [0.02, 0.03], "throughput": [0.05, 0.05]}
TAIL = {"p50": 90.0, "p90": 150.0, "p99": 200.0}
VALUES = {"mean_ttft_ms": 100.0, "p99_ttft_ms": 200.0, "mean_itl_ms": 10.0}


def run(**simulated: Any) -> dict[str, Any]:
    twin = {"card": "r9700", "relative_errors": ERRORS, **simulated}
    return {"spec": {"server": {"simulated": twin}}}


def test_each_kind_of_metric_has_its_error() -> None:
    found = predicted_ranges(run(), {}, {**VALUES, "average_power": 300.0}, {})
    for name, error in (
        ("mean_ttft_ms", 0.1),
        ("p99_ttft_ms", 0.2),
        ("mean_itl_ms", 0.02),
    ):
        reach = exp(TWO_SIDED_90 * error)
        assert found[name].low == pytest.approx(VALUES[name] / reach)
        assert found[name].high == pytest.approx(VALUES[name] * reach)
        assert (found[name].confidence, found[name].method) == (0.9, "twin")
    assert "average_power" not in found


def test_what_chance_does_within_the_run_makes_it_wider() -> None:
    own = {"mean_ttft_ms": Range(50.0, 101.0)}
    bare, wider = (
        predicted_ranges(run(), {}, VALUES, each) for each in ({}, own)
    )
    name = "mean_ttft_ms"
    assert wider[name].low < min(bare[name].low, 50.0)
    assert bare[name].high < wider[name].high < 1.01 * bare[name].high
    down = sqrt(2) * 1.645 / 1.960 * log(2)
    reach = log(100 / wider[name].low)
    assert reach == pytest.approx(hypot(TWO_SIDED_90 * 0.1, down)), "two runs"
    p99 = "p99_ttft_ms"
    assert wider[p99].low < bare[p99].low / 1.5
    assert wider["mean_itl_ms"] == bare["mean_itl_ms"]


def test_percentiles_beyond_the_median_have_the_chance_of_their_sample() -> (
    None
):
    told = {"n": 300, "median": 90.0, "max": 260.0, "percentiles": TAIL}
    values = {
        **VALUES,
        **{f"{name}_ttft_ms": value for name, value in TAIL.items()},
        "median_ttft_ms": 90.0,
        "std_ttft_ms": 40.0,
    }
    own = {"mean_ttft_ms": Range(98.0, 102.0)}
    summary = {"metrics": {"ttft": told}}
    bare, wider = (
        predicted_ranges(run(), each, values, own) for each in ({}, summary)
    )
    spread = spread_of(statistic("p99_ttft_ms"), 200.0, summary)
    assert log(wider["p99_ttft_ms"].high / 200.0) == pytest.approx(
        TWO_SIDED_90 * hypot(0.2, sqrt(2) * spread)
    )
    for name in ("p90_ttft_ms", "p99_ttft_ms", "std_ttft_ms"):
        assert wider[name].low < bare[name].low, name
        assert wider[name].high > bare[name].high, name
    for name in ("mean_ttft_ms", "median_ttft_ms", "p50_ttft_ms"):
        assert wider[name] == bare[name], name
    half, median = (wider[f"{each}_ttft_ms"] for each in ("p50", "median"))
    assert half == median, "the same number by another name"


@pytest.mark.parametrize(
    "errors",
    [
        *(None, [], {}, {"ttft": 0.1}, {"ttft": ["a", "b"]}),
        *(
            {"ttft": [-1, 1e9]},
            {"ttft": [0.1] * 9},
            {"ttft": [float("nan")] * 2},
        ),
    ],
)
def test_errors_that_are_none_give_no_interval(errors: object) -> None:
    assert predicted_ranges(run(relative_errors=errors), {}, VALUES, {}) == {}


def test_measured_points_have_none() -> None:
    assert predicted_ranges({"spec": {"server": None}}, {}, VALUES, {}) == {}
    assert predicted_ranges({}, {}, VALUES, {}) == {}


@pytest.mark.parametrize(
    ("simulated", "keys"),
    [
        ({}, ["note.twin_unfitted"]),
        ({"extrapolated": []}, []),
        ({"extrapolated": ["tp", 7]}, ["note.twin_extrapolated"]),
        ({"relative_errors": None}, []),
    ],
)
def test_why_they_are_as_wide_as_they_are(
    simulated: dict[str, Any], keys: list[str]
) -> None:
    assert [each.key for each in how_sure(run(**simulated))] == keys


def test_where_the_twins_error_is_not_known_there_is_no_interval() -> None:
    values = {"output_throughput": 100.0, "good_output_throughput": 90.0}
    own = {"request_goodput": Range(1.9, 2.1)}
    predicted = predicted_ranges(run(), {}, values, own)
    assert predicted.keys() == {"output_throughput"}
    point = Point("", Path(), "", {}, values, intervals=own)
    assert point.shown_intervals == own
    simulated = replace(point, predicted=predicted)
    assert simulated.shown_intervals == predicted


def test_two_twins_have_two_names() -> None:
    names = {
        twin_name(run(**more)["spec"]["server"])
        for more in ({}, {"card": "h100"}, {"provenance": {"fitted": "ab12"}})
    }
    assert names == {"r9700", "h100", "r9700 fitted ab12"}
    assert twin_name({"embedded": {"itl_ms": 4.0}}) is None
