"""Single summaries: what a standard deviation and a number of requests allow to say, and no more."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from inferometer.analysis.compare import Comparison, compare
from inferometer.metrics.student import student_quantile
from inferometer.results import Point

SENTENCE = "as if requests did not depend on each other"


def point(
    mean: float,
    std: float | None = 5.0,
    requests: float = 100,
    **conditions: Any,
) -> Point:
    values = {
        "mean_ttft_ms": mean,
        "completed": requests,
        "output_throughput": 1e6 / mean,
    }
    values |= {} if std is None else {"std_ttft_ms": std}
    return Point(
        "one", Path("one.json"), "vllm", {"model": "m", **conditions}, values
    )


def compared(a: Point, b: Point, drift: float = 0.0) -> Comparison:
    metrics = ["mean_ttft_ms", "output_throughput"]
    return compare([a], [b], metrics=metrics, drift=drift)


def test_means_have_the_interval_that_deviation_and_number_allow() -> None:
    found = compared(point(100.0), point(150.0))
    (mean, rate) = found.rows
    share = (
        student_quantile(0.95, 99)
        * 5.0
        / math.sqrt(100)
        * math.hypot(1 / 100, 1 / 150)
    )
    assert mean.low is not None
    assert math.log((mean.effect + 1) / (mean.low + 1)) == pytest.approx(
        share, rel=1e-6
    )
    assert mean.verdict == "slower"
    assert (rate.low, rate.verdict) == (
        None,
        "undecided",
    )  # nothing tells its deviation
    assert sum(SENTENCE in warning for warning in found.warnings) == 1


def test_a_difference_within_them_stays_undecided() -> None:
    assert (
        compared(point(100.0, 60.0), point(104.0, 60.0)).rows[0].verdict
        == "undecided"
    )


@pytest.mark.parametrize(
    "other", [point(150.0, None), point(150.0, 5.0, requests=9)]
)
def test_without_deviation_or_with_few_requests_there_is_none(
    other: Point,
) -> None:
    found = compared(point(100.0), other)
    assert found.rows[0].low is None
    assert found.rows[0].verdict == "undecided"


def test_repeats_need_no_such_interval() -> None:
    a = [point(100.0), point(101.0), point(99.0)]
    b = [point(150.0), point(151.0), point(149.0)]
    found = compare(a, b, metrics=["mean_ttft_ms"])
    assert not any(SENTENCE in warning for warning in found.warnings)
