"""What `inferometer compare` compares: the points of two arguments, or two values of a
condition.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inferometer.analysis.cautions import CannotCompareError
from inferometer.analysis.compare import DEFAULT_METRICS, Comparison, compare
from inferometer.analysis.pairing import value_of
from inferometer.analysis.pcie import LINK_METRICS, LinkStudy, link_costs
from inferometer.results import Condition, Point
from inferometer.results.apart import told_apart
from inferometer.results.json_text import storable
from inferometer.results.on_demand import with_percentiles
from inferometer.results.point import condition_names
from inferometer.results.reader import read
from inferometer.spec.flags import did_you_mean
from inferometer.vocabulary import canonical
from inferometer.words import Said

TOOL = "tool"


@dataclass(frozen=True, slots=True)
class ComparisonRequest:
    """The parsed command line."""

    sources: Sequence[Path]
    by: tuple[str, str] | None
    """A condition, and its two values, with a comma between."""
    where: Sequence[tuple[str, str]]
    """A condition, and the values of which a point must have one."""
    metrics: Sequence[str]
    """Empty: the comparison's default metrics."""
    delta: float
    drift: float
    allow_invalid: bool


def asked(
    sources: Sequence[Path],
    *,
    by: str | None,
    where: Sequence[str] | None,
    metrics: Sequence[str] | None,
    delta: str,
    drift: str,
    allow_invalid: bool,
) -> ComparisonRequest:
    """Raises ValueError, one sentence."""
    return ComparisonRequest(
        sources=sources,
        by=_condition(by, "--by") if by is not None else None,
        where=[_condition(each, "--where") for each in where or ()],
        metrics=tuple(dict.fromkeys(map(canonical, metrics or ()))),
        delta=share(delta, "--delta"),
        drift=share(drift, "--drift"),
        allow_invalid=allow_invalid,
    )


def share(text: str, flag: str) -> float:
    """`2%` or `0.02` as 0.02. Raises ValueError for anything else, below 0, or from 100%."""
    number = text.strip()
    try:
        value = (
            float(number[:-1]) / 100 if number.endswith("%") else float(number)
        )
    except ValueError:
        value = math.nan
    if not 0 <= value < 1:
        raise ValueError(
            Said("compare.not_a_share", {"flag": flag, "text": text})
        )
    return value


def compare_sides(
    wanted: ComparisonRequest,
) -> tuple[Comparison, tuple[str, ...]]:
    """A and B, or two values of a condition; and unreadable files. Raises CannotCompareError,
    ResultsError.
    """
    sides, names, problems = (
        _two_values(wanted) if wanted.by else _two_sources(wanted)
    )
    a, b = (with_percentiles(side, wanted.metrics) for side in sides)
    comparison = compare(
        a,
        b,
        names=names,
        asked=wanted.by[0] if wanted.by else None,
        metrics=wanted.metrics or DEFAULT_METRICS,
        delta=wanted.delta,
        drift=wanted.drift,
        allow_invalid=wanted.allow_invalid,
    )
    return comparison, problems


def compare_links(
    wanted: ComparisonRequest,
) -> tuple[LinkStudy, tuple[str, ...]]:
    """The cost of links in all sources; and unreadable files. Raises CannotCompareError,
    ResultsError.
    """
    collection = read(wanted.sources)
    points = collection.points
    _require_conditions(wanted, points)
    by = None
    if wanted.by:
        name, values = wanted.by
        narrow, wide = _two(points, name, values)
        by = (name, _number(narrow), _number(wide))
    study = link_costs(
        with_percentiles(_chosen(points, wanted.where), wanted.metrics),
        by=by,
        metrics=wanted.metrics or LINK_METRICS,
        delta=wanted.delta,
        drift=wanted.drift,
        allow_invalid=wanted.allow_invalid,
    )
    return study, collection.problems


Sides = tuple[
    tuple[Sequence[Point], Sequence[Point]],
    tuple[str, str],
    tuple[str, ...],
]
"""The points of both, their names, and unreadable files."""


def _two_sources(wanted: ComparisonRequest) -> Sides:
    sources = wanted.sources
    if len(sources) != 2:
        raise CannotCompareError(Said("compare.two_sides", {"n": len(sources)}))
    one, other = (read([source]) for source in sources)
    together = told_apart(one.points + other.points)
    _require_conditions(wanted, together)
    n = len(one.points)
    names = _names(*sources)
    a = _chosen(together[:n], wanted.where, names[0])
    b = _chosen(together[n:], wanted.where, names[1])
    return (a, b), names, one.problems + other.problems


def _two_values(wanted: ComparisonRequest) -> Sides:
    assert wanted.by is not None
    collection = read(wanted.sources)
    _require_conditions(wanted, collection.points)
    name, values = wanted.by
    points = _chosen(collection.points, wanted.where)
    one, other = _two(points, name, values)
    sides = _having(points, name, [one]), _having(points, name, [other])
    for value, side in zip((one, other), sides, strict=True):
        if not side:
            raise _nowhere(name, value, points, collection.problems)
    return sides, (f"{name}={one}", f"{name}={other}"), collection.problems


def _nowhere(
    name: str, value: str, points: Sequence[Point], problems: Sequence[str]
) -> CannotCompareError:
    there = map(shlex.quote, _there(points, name))
    told = {
        "name": name,
        "value": value,
        "there": sorted(there) or Said("compare.no_points"),
        "problem": next(iter(problems), ""),
    }
    unread = ".unread" if problems else ""
    return CannotCompareError(Said(f"compare.nowhere{unread}", told))


def _two(points: Sequence[Point], name: str, values: str) -> tuple[str, str]:
    found = _values(points, name, values)
    if len(found) != 2:
        raise CannotCompareError(
            Said("compare.two_values", {"name": name, "n": len(found)})
        )
    return found[0], found[1]


def _there(points: Sequence[Point], name: str) -> set[str]:
    """The values that they have."""
    return {_text(value_of(point, name)) for point in points}


def _values(points: Sequence[Point], name: str, text: str) -> list[str]:
    """What stands between commas; a value that the points tell may have commas in it."""
    there = _there(points, name)
    pieces = [piece.strip() for piece in text.split(",")]
    found: list[str] = []
    while pieces:
        whole = next(
            (
                end
                for end in range(len(pieces), 1, -1)
                if ", ".join(pieces[:end]) in there
            ),
            1,
        )
        value = ", ".join(pieces[:whole])
        found.append(value if value in there else _text(_number(value)))
        pieces = pieces[whole:]
    return found


def _condition(text: str, flag: str) -> tuple[str, str]:
    name, equals, values = text.partition("=")
    if not equals:
        example = f"{text}=A,B" if flag == "--by" else "engine=vllm"
        told = {"flag": flag, "text": text, "example": example}
        raise ValueError(Said("compare.not_a_condition", told))
    return name, values


def _require_conditions(
    wanted: ComparisonRequest, points: Sequence[Point]
) -> None:
    """Those of the vocabulary, and those that files or folders tell."""
    known = (*condition_names(points), TOOL)
    told = {name for point in points for name in point.conditions}
    asked = [("--where", *each) for each in wanted.where]
    if wanted.by:
        asked.insert(0, ("--by", *wanted.by))
    for flag, name, values in asked:
        if name not in known:
            there = [each for each in known if each in told]
            near = did_you_mean(name, known) or Said(
                "near.all", {"names": there}
            )
            text = f"{name}={values}"
            said = {"flag": flag, "text": text, "name": name, "near": near}
            raise CannotCompareError(Said("compare.no_condition", said))


def _chosen(
    points: Sequence[Point], filters: Sequence[tuple[str, str]], side: str = ""
) -> Sequence[Point]:
    """Raises CannotCompareError where a filter leaves nothing of a named side."""
    for name, values in filters:
        found = _having(points, name, _values(points, name, values))
        if side and points and not found:
            there = sorted(_there(points, name))
            said = {"side": side, "name": name, "value": values, "there": there}
            raise CannotCompareError(Said("compare.none_of_side", said))
        points = found
    return points


def _having(
    points: Sequence[Point], name: str, values: Sequence[str]
) -> tuple[Point, ...]:
    return tuple(
        point for point in points if _text(value_of(point, name)) in values
    )


def _number(text: str) -> Condition:
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else value


def _text(value: Condition) -> str:
    """One spelling for 8, 8.0 and "8", and for True and "true"."""
    if isinstance(value, bool) or value in ("True", "False"):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "none" if value is None else str(value)


def _names(a: Path, b: Path) -> tuple[str, str]:
    """The shortest names that distinguish them."""
    short = a.name or str(a), b.name or str(b)
    one, other = short if short[0] != short[1] else (str(a), str(b))
    return storable(one), storable(other)
