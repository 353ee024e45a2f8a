"""Intervals of simulated points, by what their twin's identity says; it may be anybody's."""

from __future__ import annotations

from math import exp
from typing import Any

import pytest

from inferometer.results.point import Range
from inferometer.results.predicted import (
    TWO_SIDED_90,
    how_sure,
    predicted_ranges,
    twin_name,
)

ERRORS = {"ttft": [0.1, 0.2], "tpot": [0.02, 0.03], "throughput": [0.05, 0.05]}
VALUES = {"mean_ttft_ms": 100.0, "p99_ttft_ms": 200.0, "mean_itl_ms": 10.0}


def run(**simulated: Any) -> dict[str, Any]:
    twin = {"card": "r9700", "relative_errors": ERRORS, **simulated}
    return {"spec": {"server": {"simulated": twin}}}


def test_each_kind_of_metric_has_its_error() -> None:
    found = predicted_ranges(run(), {**VALUES, "average_power": 300.0}, {})
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
    bare, wider = (predicted_ranges(run(), VALUES, each) for each in ({}, own))
    name = "mean_ttft_ms"
    assert wider[name].low < min(bare[name].low, 50.0)
    assert bare[name].high < wider[name].high < 1.01 * bare[name].high
    p99 = "p99_ttft_ms"
    assert wider[p99].low < bare[p99].low / 1.5
    assert wider["mean_itl_ms"] == bare["mean_itl_ms"]


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
    assert predicted_ranges(run(relative_errors=errors), VALUES, {}) == {}


def test_measured_points_have_none() -> None:
    assert predicted_ranges({"spec": {"server": None}}, VALUES, {}) == {}
    assert predicted_ranges({}, VALUES, {}) == {}


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


def test_two_twins_have_two_names() -> None:
    names = {
        twin_name(run(**more)["spec"]["server"])
        for more in ({}, {"card": "h100"}, {"provenance": {"fitted": "ab12"}})
    }
    assert names == {"r9700", "h100", "r9700 fitted ab12"}
    assert twin_name({"embedded": {"itl_ms": 4.0}}) is None
