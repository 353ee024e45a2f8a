"""What `inferometer compare` compares: the points of two arguments, or those with two values of one condition."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inferometer.analysis.cautions import CannotCompareError
from inferometer.analysis.pairing import value_of
from inferometer.analysis.pcie import LINK_METRICS, LinkStudy, link_costs
from inferometer.results import CONDITIONS, Condition, Point
from inferometer.results.read import read
from inferometer.spec.flags import did_you_mean

TOOL = "tool"


@dataclass(frozen=True, slots=True)
class Sides:
    """Both, by name, and files that could not be read."""

    a: tuple[Point, ...]
    b: tuple[Point, ...]
    names: tuple[str, str]
    problems: tuple[str, ...]


def share(text: str, flag: str) -> float:
    """`2%` or `0.02` as 0.02. Raises ValueError for what is none, is negative, or is 100 % and more."""
    number = text.strip()
    try:
        value = float(number[:-1]) / 100 if number.endswith("%") else float(number)
    except ValueError:
        value = math.nan
    if not 0 <= value < 1:
        raise ValueError(f"{flag} {text} is no share: write it as 2% or 0.02")
    return value


def read_sides(sources: Sequence[Path], *, by: str | None, where: Sequence[str]) -> Sides:
    """Raises CannotCompareError, ResultsError and ValueError, one sentence each."""
    filters = [_condition(each, "--where") for each in where]
    if by is None:
        if len(sources) != 2:
            raise CannotCompareError(f"compare takes two sides, A and B, or --by CONDITION=A,B: {len(sources)} given")
        collections = [read([source]) for source in sources]
        a, b = (_chosen(collection.points, filters) for collection in collections)
        problems = tuple(problem for collection in collections for problem in collection.problems)
        return Sides(a, b, _names(*sources), problems)
    name, values = _condition(by, "--by")
    if len(values) != 2:
        raise CannotCompareError(f"--by {by} names {len(values)} values: name two, such as --by {name}=A,B")
    collection = read(sources)
    points = _chosen(collection.points, filters)
    a, b = (tuple(point for point in points if _text(value_of(point, name)) == value) for value in values)
    for value, side in zip(values, (a, b), strict=True):
        if not side:
            there = sorted({_text(value_of(point, name)) for point in points})
            raise CannotCompareError(f"no point has {name}={value}: there are {', '.join(there) or 'no points at all'}")
    return Sides(a, b, (f"{name}={values[0]}", f"{name}={values[1]}"), collection.problems)


def read_links(
    sources: Sequence[Path],
    *,
    by: str | None,
    where: Sequence[str],
    metrics: Sequence[str] | None,
    delta: float,
    drift: float,
    allow_invalid: bool,
) -> tuple[LinkStudy, tuple[str, ...]]:
    """What links cost in all the sources, and files that could not be read. Raises as `read_sides` does."""
    sides = _condition(by, "--by") if by else None
    if sides and len(sides[1]) != 2:
        raise CannotCompareError(f"--by {by} is not a narrow side and a wide one: write it as --by config=B,C")
    collection = read(sources)
    study = link_costs(
        _chosen(collection.points, [_condition(each, "--where") for each in where]),
        by=(sides[0], _number(sides[1][0]), _number(sides[1][1])) if sides else None,
        metrics=tuple(dict.fromkeys(metrics or LINK_METRICS)),
        delta=delta,
        drift=drift,
        allow_invalid=allow_invalid,
    )
    return study, collection.problems


def _condition(text: str, flag: str) -> tuple[str, list[str]]:
    name, equals, values = text.partition("=")
    if not equals:
        raise ValueError(f"{flag} {text} is not CONDITION=VALUE: write it as {flag} engine=vllm")
    if name not in CONDITIONS and name != TOOL:
        raise ValueError(f"{flag} {text}: there is no condition {name!r}{did_you_mean(name, [*CONDITIONS, TOOL])}")
    return name, [_text(_number(value.strip())) for value in values.split(",")]


def _chosen(points: Sequence[Point], filters: Sequence[tuple[str, list[str]]]) -> tuple[Point, ...]:
    kept = [point for point in points if all(_text(value_of(point, name)) in values for name, values in filters)]
    return tuple(kept)


def _number(text: str) -> Condition:
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else value


def _text(value: Condition) -> str:
    """One spelling for 8, 8.0 and "8"."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "none" if value is None else str(value)


def _names(a: Path, b: Path) -> tuple[str, str]:
    """As short as tells them apart."""
    short = a.name or str(a), b.name or str(b)
    return short if short[0] != short[1] else (str(a), str(b))
