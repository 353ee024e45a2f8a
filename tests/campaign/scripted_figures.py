"""Campaigns whose runs are real and whose figures are made up: a smooth ladder of throughput,
disturbed where the test says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from inferometer.measurement import session
from inferometer.measurement.prepare import ReadyPoint, run
from inferometer.metrics import Finding, Level, Summary, Verdict, summarize
from inferometer.server import counters
from inferometer.spec.campaign import CampaignSpec
from inferometer.trace import Trace
from tests.campaign.tiny_campaign import tiny_campaign

LEVELS = (1, 2, 4, 8, 16, 32, 64)


def ladder_campaign(
    levels: Sequence[int] = LEVELS, **changes: Any
) -> CampaignSpec:
    """So many requests at once, at each level."""
    return tiny_campaign(
        **{"matrix": {"num_prompts": list(levels)}, "recheck": True, **changes}
    )


def scripted(factors: Mapping[int, Sequence[float]]) -> Callable[..., Summary]:
    """In the place of `summarize`: 100 tok/s for each request, times the factor of this level's
    first, second, ... run; the last factor stays.
    """
    left = {level: list(each) for level, each in factors.items()}

    def figures(trace: Any, *, planned: int, **options: Any) -> Summary:
        summary = summarize(trace, planned=planned, **options)
        series = left.get(planned, [1.0])
        factor = series.pop(0) if len(series) > 1 else series[0]
        means = {"ttft": 10.0, "tpot": 5.0 / factor}
        metrics = {
            name: replace(each, mean=means.get(name, each.mean))
            for name, each in summary.metrics.items()
        }
        return replace(
            summary,
            output_throughput=100.0 * planned * factor,
            metrics=metrics,
            intervals={},
        )

    return figures


def measured_once() -> Callable[..., Trace]:
    """In the place of `run`: each number of requests is really sent once; later it is as it was
    then. What is made of the trace is made up, or another test's.
    """
    traces: dict[int, Trace] = {}

    def measure(point: ReadyPoint, *given: Any, **options: Any) -> Trace:
        requests = len(point.plan)
        if requests not in traces:
            traces[requests] = run(point, *given, **options)
        return replace(traces[requests], start_realtime_ns=time.time_ns())

    return measure


@pytest.fixture(scope="module")
def each_load_is_measured_once() -> Iterator[None]:
    """For tests of which points are measured, and not of how."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "run", measured_once())
        patch.setattr(counters, "REST_PAUSES_S", ())  # nothing is to be counted
        yield


def judged(levels: Sequence[Level] = (Level.OK,)) -> Callable[..., Verdict]:
    """In the place of `judge`: VALID, or of these levels one after the other; the last one
    stays.
    """
    left = list(levels)

    def judge(trace: Any, summary: Any, **_: Any) -> Verdict:
        level = left.pop(0) if len(left) > 1 else left[0]
        return Verdict(
            (
                Finding(
                    "test", level, "found", written=("The test says so.", "")
                ),
            )
        )

    return judge
