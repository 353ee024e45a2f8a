"""Points of files that tell of a run which another file tells of better: tables and logs of rounded
figures, and summaries of runs whose own files are there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from inferometer.results.apart import ORIGIN
from inferometer.results.derived import RECIPROCAL
from inferometer.results.foreign import FilePoint
from inferometer.results.point import Point
from inferometer.vocabulary import (
    DISTINGUISHING,
    SET_LOADS,
    condition,
    of_role,
)

KEYS = (
    "output_throughput",
    "total_token_throughput",
    "request_throughput",
    "mean_e2el_ms",
)
"""By these figures of a rounded point, what it may repeat is looked up."""

AGREEING = (
    *SET_LOADS,
    *(name for name in DISTINGUISHING if condition(name).type == "whole"),
    *of_role("subject"),
    "scenario",
)
"""Conditions that must not differ where both points have them. Most are numbers: what a text is
called depends on the form of the file. Between files of one form none may differ. ORIGIN depends
on what was read together.
"""

RELATIVE = 1e-9
"""Of what was written in full and read again."""
SLACK = 1 + 1e-6
"""A half that was rounded may be more by as much."""

Place = tuple[str, str, float]
Places = dict[Place, list[Point]]


def told_once(
    files: Sequence[FilePoint], runs: Sequence[Point]
) -> list[FilePoint]:
    """The points of `files` that neither another of them nor one of `runs` tells better."""
    single = [each for each in files if each.run.sums_up is None]
    kept = single + [
        each
        for each in files
        if each.run.sums_up and not _is_summed_up(each, single)
    ]
    exact = [each for each in kept if each.run.decimals is None]
    rounded = sorted(
        (each for each in kept if each.run.decimals is not None),
        key=lambda each: len(each.point.values),
        reverse=True,
    )
    known: dict[int, Places] = {}
    for decimals in {each.run.decimals or 0 for each in rounded}:
        known[decimals] = defaultdict(list)
        _add(
            known[decimals], decimals, (*runs, *(each.point for each in exact))
        )
    once = {id(each) for each in exact}
    decimals_of = {id(each.point): each.run.decimals for each in rounded}
    for each in rounded:
        if not any(
            _repeats(
                each,
                other,
                of_one_form=decimals_of.get(id(other)) == each.run.decimals,
            )
            for other in _candidates(each, known)
        ):
            once.add(id(each))
            for decimals, places in known.items():
                _add(places, decimals, (each.point,))
    return [each for each in files if id(each) in once]


def _is_summed_up(summary: FilePoint, others: Iterable[FilePoint]) -> bool:
    return any(
        each.point.tool == summary.point.tool
        and summary.run.sums_up in each.point.source.parents
        for each in others
    )


def _add(places: Places, decimals: int, points: Iterable[Point]) -> None:
    for point in points:
        for key in KEYS:
            if key in point.values:
                places[
                    point.tool, key, round(point.values[key], decimals)
                ].append(point)


def _candidates(
    rounded: FilePoint, known: dict[int, Places]
) -> Iterator[Point]:
    """Points one of whose figures may be this one before it was rounded."""
    decimals = rounded.run.decimals or 0
    for key in KEYS:
        if (value := rounded.point.values.get(key)) is not None:
            for step in (-1, 0, 1):  # a half may have been rounded either way
                near = round(value + step * 10.0**-decimals, decimals)
                yield from known[decimals].get(
                    (rounded.point.tool, key, near), ()
                )


def _repeats(rounded: FilePoint, other: Point, *, of_one_form: bool) -> bool:
    point, half = rounded.point, 0.5 * 10.0 ** -(rounded.run.decimals or 0)
    if other.source == point.source:
        return False
    return all(
        abs(value - other.values[name]) <= half * SLACK + RELATIVE * abs(value)
        for name, value in point.values.items()
        if name in other.values and name not in RECIPROCAL
    ) and all(
        point.conditions[name] == other.conditions[name]
        for name in point.conditions.keys() & other.conditions.keys()
        if name != ORIGIN and (of_one_form or name in AGREEING)
    )
