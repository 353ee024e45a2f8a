"""Which points stand out: the highest throughput, and the lowest latencies at the load that most
series have in common.

A point that is INVALID stands for nothing; one that is SUSPECT may stand out, and says so. Of
points without a verdict nobody knows how far they may be believed: they stand out only where none
has one. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from inferometer.report.tables.columns import measured
from inferometer.results import Point
from inferometer.vocabulary import LEVELS, Metric, metric

HIGHEST = ("output_throughput", "output_throughput_per_gpu", "request_goodput")
LOWEST = (
    ("p99_ttft_ms", "mean_ttft_ms"),
    ("mean_tpot_ms", "median_tpot_ms"),
    ("p99_e2el_ms", "mean_e2el_ms"),
)
"""Each the first that was measured."""


@dataclass(frozen=True, slots=True)
class Best:
    """The best point by one metric."""

    metric: Metric
    point: int
    """Its place among the points."""
    at: tuple[str, float] | None
    """The condition, and its value, that the points were compared at; None where all were
    compared.
    """


def _usable(points: Sequence[Point]) -> list[int]:
    """The places of those that may stand out."""
    statuses = [point.status for point in points]
    unjudged = all(status is None for status in statuses)
    return [
        i
        for i, status in enumerate(statuses)
        if unjudged or status not in {"INVALID", None}
    ]


def best_points(points: Sequence[Point], series: Sequence[str]) -> list[Best]:
    """`series`: the name of each point's series."""
    usable = _usable(points)
    found = [_best(points, usable, name, None) for name in HIGHEST]
    at = common_load(points, usable, series)
    level = [
        i
        for i in usable
        if at is None or points[i].conditions.get(at[0]) == at[1]
    ]
    compared = [points[i] for i in level]
    for names in LOWEST:
        first = measured(compared, names)[:1]
        found += [_best(points, level, name, at) for name in first]
    return [each for each in found if each is not None]


def common_load(
    points: Sequence[Point], usable: Sequence[int], series: Sequence[str]
) -> tuple[str, float] | None:
    """The load that most series were measured at, the highest of those; None where no load is
    known.
    """
    for name in LEVELS:
        at: dict[float, set[str]] = defaultdict(set)
        for i in usable:
            load = points[i].conditions.get(name)
            if isinstance(load, int | float) and load != float("inf"):
                at[float(load)].add(series[i])
        if at:
            return name, max(at, key=lambda load: (len(at[load]), load))
    return None


def _best(
    points: Sequence[Point],
    among: Sequence[int],
    name: str,
    at: tuple[str, float] | None,
) -> Best | None:
    measured = metric(name)
    having = [i for i in among if name in points[i].values]
    if measured is None or not having:
        return None
    choose = max if measured.better == "higher" else min
    return Best(
        measured, choose(having, key=lambda i: points[i].values[name]), at
    )
