"""The material for all figures of a collection: its points, what comparing them gives, and those of
its runs worth a look.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from inferometer.analysis.cautions import CannotCompareError
from inferometer.analysis.pcie import LinkStudy, link_costs, link_records
from inferometer.analysis.scaling import scaling, scaling_records
from inferometer.report.figures.drawing import Material
from inferometer.report.figures.machine import telemetry_records
from inferometer.report.naming import Key, distinguishing, key_of, level_of
from inferometer.results.point import Point
from inferometer.store.run_directory import load_trace
from inferometer.trace.trace import Trace
from inferometer.vocabulary import LOADS

MAX_RUNS = 4


def gather(points: Sequence[Point]) -> Material:
    """All that figures can be made of. Reads the tables of MAX_RUNS runs at most; damaged ones are
    left out and reported.
    """
    runs, problems = _traces(runs_to_show(points, MAX_RUNS))
    study = _link_study(points)
    there = sum(
        point.run is not None and point.status != "INVALID" for point in points
    )
    return Material(
        points=points,
        runs=runs,
        runs_there=there,
        problems=problems,
        scaling=scaling_records(scaling(points)),
        link_effects=link_records(study) if study else [],
        link_study=study,
        series=telemetry_records(points, next(iter(runs), None)),
    )


def runs_to_show(points: Sequence[Point], most: int) -> list[Point]:
    """Points with a run directory that are not INVALID: all if they are few, else of each curve
    that of the highest load.
    """
    there = [
        point
        for point in points
        if point.run is not None and point.status != "INVALID"
    ]
    if len(there) <= most:
        return there
    fields = distinguishing(there)
    highest: dict[Key, Point] = {}
    for point in there:
        key = key_of(point, fields)
        if key not in highest or _load(point) >= _load(highest[key]):
            highest[key] = point
    return sorted(highest.values(), key=_load, reverse=True)[:most]


def _load(point: Point) -> tuple[float, ...]:
    return tuple(level_of(point, name) or 0 for name in LOADS)


def _link_study(points: Sequence[Point]) -> LinkStudy | None:
    try:
        return link_costs(points)
    except CannotCompareError:
        return None


def _traces(points: Sequence[Point]) -> tuple[dict[str, Trace], list[str]]:
    """By the points' ids; and what is the matter with the others."""
    found: dict[str, Trace] = {}
    problems = []
    for point in points:
        try:
            description = point.recorded.run if point.recorded else None
            found[point.id] = load_trace(
                Path(point.run or ""), description
            ).measured()
        except ValueError as error:
            sentence = str(error).rstrip(".")
            problems.append(f"{sentence[:1].upper()}{sentence[1:]}.")
    return found, problems
