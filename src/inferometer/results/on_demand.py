"""Percentiles that nobody had asked for when a point was measured, from its single requests, where
those were kept.

Nothing is read unless a point lacks a percentile that is wanted now. What cannot be read stays
absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from inferometer.metrics.definitions import QUANTITIES
from inferometer.results.foreign import runs_in
from inferometer.results.point import Point, RunFiles
from inferometer.store.importers import UNREADABLE, ImportedRun, recompute
from inferometer.store.run_directory import load_trace
from inferometer.vocabulary import canonical, statistic_of

Wanted = dict[str, tuple[float, str]]
"""Percentile and latency of each metric, by its name."""

MAX_FILES = 4
"""That are kept, as one file may hold many points."""


def with_percentiles(
    points: Sequence[Point], names: Iterable[str]
) -> list[Point]:
    """The points, each with those of the metrics `names` that are percentiles and can be computed
    from its requests.
    """
    found = {canonical(name): statistic_of(name) for name in names}
    wanted: Wanted = {
        name: (each.percentile, each.latency)
        for name, each in found.items()
        if each and each.percentile is not None
    }
    runs_of = lru_cache(MAX_FILES)(lambda path: runs_in(path)[0])
    return [_completed(point, wanted, runs_of) for point in points]


def _completed(
    point: Point,
    wanted: Wanted,
    runs_of: Callable[[Path], Sequence[ImportedRun]],
) -> Point:
    lacking = {
        name: of for name, of in wanted.items() if name not in point.values
    }
    computed = {
        name: point.values[median]
        for name, (percentile, latency) in lacking.items()
        if percentile == 50
        and (median := f"median_{latency}_ms") in point.values
    }
    rest = {name: of for name, of in lacking.items() if name not in computed}
    with suppress(*UNREADABLE):
        if rest and point.run is not None:
            computed |= _of_run(point.run, point.recorded, rest)
        elif (
            rest and point.tool != "inferometer"
        ):  # whose run directory is gone, or was never written
            computed |= _of_file(runs_of(point.source)[point.part], rest)
    return (
        replace(point, values={**point.values, **computed})
        if computed
        else point
    )


def _of_run(
    directory: Path, recorded: RunFiles | None, wanted: Wanted
) -> dict[str, float]:
    description = recorded.run if recorded else None
    trace = load_trace(directory, description).measured()
    samples = {
        latency: QUANTITIES[latency].values(trace)
        for latency in {latency for _, latency in wanted.values()}
    }
    return {
        name: float(np.percentile(samples[latency], percentile))
        for name, (percentile, latency) in wanted.items()
        if len(samples[latency])
    }


def _of_file(run: ImportedRun, wanted: Wanted) -> dict[str, float]:
    computed = recompute(
        run, sorted({percentile for percentile, _ in wanted.values()})
    )
    return {name: computed[name] for name in wanted if name in computed}
