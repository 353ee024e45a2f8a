"""What a reader must be told before believing a comparison, in sentences; and why there may be
nothing to compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter

from inferometer.analysis.alike import grouped, merged, skeleton
from inferometer.analysis.currencies import about_costs, in_several_currencies
from inferometer.analysis.effect import Design
from inferometer.analysis.pairing import (
    INCIDENTAL,
    Difference,
    Pair,
    value_of,
)
from inferometer.grouping import by_key
from inferometer.results import Point
from inferometer.vocabulary import COSTS
from inferometer.words import Retold, Said, Words, counted, metric_named

LENGTHS_ALIKE = 0.02
"""The mean tokens of a request may differ by this much between partners."""
DRIFT_C = 10.0
"""Peak temperatures of the cards may differ by this much between partners."""
LISTED = 3
"""Points by name; the others are counted."""


class CannotCompareError(Exception):
    """There is nothing to compare: one sentence with cause and cure."""


def believable(
    points: Sequence[Point], side: str, *, allow_invalid: bool
) -> tuple[list[Point], list[str]]:
    """The points to compare, and sentences about those that are doubtful or left out. Raises
    CannotCompareError for none.
    """
    if not points:
        raise CannotCompareError(Said("caution.no_result", {"side": side}))
    invalid = [point for point in points if point.status == "INVALID"]
    if len(invalid) == len(points) and not allow_invalid:
        which = {"side": side, "which": _named(invalid)}
        raise CannotCompareError(Said("caution.all_invalid", which))
    suspect = [point for point in points if point.status == "SUSPECT"]
    told: list[str] = []
    if suspect:
        told.append(
            Said("caution.suspect", {"side": side, "which": _named(suspect)})
        )
    if invalid:
        key = (
            "caution.invalid.used"
            if allow_invalid
            else "caution.invalid.left_out"
        )
        told.append(Said(key, {"side": side, "which": _named(invalid)}))
    rehearsed = sum(
        point.conditions.get("rehearsal") is not None for point in points
    )
    if rehearsed:
        key = "caution.rehearsed" + ".all" * (rehearsed == len(points))
        told.append(
            Said(key, {"side": side, "n": rehearsed, "of": len(points)})
        )
    return [
        point for point in points if allow_invalid or point.status != "INVALID"
    ], told


def _differences(a: Point, b: Point) -> list[Difference]:
    return [
        Difference(name, (value_of(a, name),), (value_of(b, name),))
        for name in dict.fromkeys([*a.conditions, *b.conditions])
        if name not in INCIDENTAL and value_of(a, name) != value_of(b, name)
    ]


def nothing_in_common(a: Point, b: Point, names: tuple[str, str]) -> str:
    """Why there is no pair, by the example of one point of each side."""
    differing = _differences(a, b)
    if len(differing) > 1:  # names are the least of it
        differing = [each for each in differing if each.condition != "origin"]
    key = "caution.nothing_in_common" + ".unknown" * (not differing)
    what = [each.told for each in differing]
    return Said(key, {"a": names[0], "b": names[1], "what": what})


def same(
    a: Sequence[Point], b: Sequence[Point], names: tuple[str, str]
) -> list[str]:
    """A result held against itself."""
    ids = {point.id for point in a} & {point.id for point in b}
    of_a, of_b = (
        {(each.source.absolute(), each.id) for each in side if each.id in ids}
        for side in (a, b)
    )
    shared = of_a & of_b
    if not shared:
        return []
    return [
        counted("caution.same", len(shared), {"a": names[0], "b": names[1]})
    ]


def _lengths_apart(
    pairs: Iterable[Pair], total: str
) -> Iterator[tuple[float, float, float]]:
    """By how much, and the means of both sides."""
    for pair in pairs:
        one, other = _tokens(pair.a, total), _tokens(pair.b, total)
        if one and other and abs(other / one - 1) > LENGTHS_ALIKE:
            yield abs(other / one - 1), one, other


def lengths(pairs: Iterable[Pair], asked_apart: Iterable[str]) -> list[str]:
    """Prompts and outputs that were not as long on both sides, unless that is what was asked for:
    `asked_apart` names the conditions in which the sides differ.
    """
    told: list[str] = []
    tokens = {
        "input_len": "total_input_tokens",
        "output_len": "total_output_tokens",
    }
    for condition, total in tokens.items():
        if condition in set(asked_apart):
            continue
        apart = [*_lengths_apart(pairs, total)]
        if apart:
            _, one, other = max(apart, key=itemgetter(0))
            means = {"one": one, "other": other}
            told.append(counted(f"caution.{condition}", len(apart), means))
    return told


def _temperature(side: Sequence[Point]) -> float | None:
    """The mean of its points, as far as it was read."""
    name = "gpu_temperature"
    read = [point.values[name] for point in side if name in point.values]
    return sum(read) / len(read) if read else None


def temperatures(pairs: Iterable[Pair], names: tuple[str, str]) -> list[str]:
    """Cards that were much hotter on one side: what they lose to heat is not what is compared."""
    apart = [
        (abs(one - other), one, other)
        for pair in pairs
        if (one := _temperature(pair.a)) is not None
        and (other := _temperature(pair.b)) is not None
        and abs(one - other) > DRIFT_C
    ]
    if not apart:
        return []
    _, one, other = max(apart, key=itemgetter(0))
    told = {"one": one, "other": other, "a": names[0], "b": names[1]}
    return [Said("caution.temperature", told)]


def without_costs(
    metrics: Sequence[str], points: Sequence[Point]
) -> tuple[Sequence[str], list[str]]:
    """The metrics that can be compared: where prices are in several currencies, none that rests on
    one. Raises CannotCompareError if nothing else was asked for.
    """
    kept = [name for name in metrics if name not in COSTS]
    told = about_costs(points)
    if told is None or len(kept) == len(metrics):
        return metrics, []
    if not in_several_currencies(points):
        return metrics, [told]
    if not kept:
        raise CannotCompareError(told)
    return kept, [told]


def missing(found: Mapping[str, int], pairs: int) -> list[str]:
    """Metrics that not every pair has on both sides."""
    absent = {
        name: pairs - number for name, number in found.items() if number < pairs
    }
    nowhere = [
        metric_named(name) for name, number in absent.items() if number == pairs
    ]
    told: list[str] = (
        [Said("caution.nowhere", {"metrics": nowhere})] if nowhere else []
    )
    return told + [
        Said(
            "caution.somewhere",
            {"metric": metric_named(name), "n": number, "of": pairs},
        )
        for name, number in absent.items()
        if number < pairs
    ]


def without_interval(rows: int, of: int) -> list[str]:
    """Single runs that know nothing of their own noise."""
    if not rows:
        return []
    return [Said("caution.no_interval", {"rows": rows, "of": of})]


def of_independent_requests(rows: int) -> list[str]:
    """What an interval from a standard deviation takes for granted."""
    return [counted("caution.independent", rows)] if rows else []


UNTURNED: tuple[Design, ...] = (
    "one after the other",
    "single runs",
    "in turns",
)
"""Why an allowance for drift is in an interval."""


def unturned(
    designs: Sequence[tuple[Design, float]], drift: float
) -> list[str]:
    """What the order of the runs does not tell, by the design and the allowance of each row."""
    told: list[str] = []
    for design in UNTURNED:
        if number := sum(
            each == design and allowance > 0 for each, allowance in designs
        ):
            key = (
                "caution.turns.all"
                if number == len(designs)
                else "caution.turns.some"
            )
            share = {"share": number / len(designs), "drift": 100 * drift}
            told.append(
                Said(key, {"why": Said(f"caution.design.{design}"), **share})
            )
    return told


def _named(points: Sequence[Point]) -> str:
    """Ids, and the first reason of each as far as they are alike."""
    ids = _ids(points)
    doubtful = [point for point in points if point.reasons]
    if not doubtful:
        return ids
    alike, *_ = by_key(
        doubtful, lambda point: skeleton(point.reasons[0])
    ).values()
    told = {
        "ids": ids,
        "reason": Retold(partial(_reason, alike)),
        "n": len(alike),
        "of": len(points),
    }
    return Said("caution.named" + ".some" * (len(alike) < len(points)), told)


def _ids(points: Sequence[Point]) -> str:
    more = len(points) - LISTED
    ids = ", ".join(point.id for point in points[:LISTED])
    return Said("run.listed", {"names": ids, "n": more}) if more > 0 else ids


def _reason(points: Sequence[Point], words: Words) -> str:
    """The first of each, which are alike; what no finding said stays as it is."""
    texts = [_first_reason(point, words.language) for point in points]
    return merged(grouped(texts)[0]).rstrip(".。")


def _first_reason(point: Point, language: str) -> str:
    reason = point.reasons[0]
    said = (
        each.said(language)
        for each in point.findings
        if each.sentence == reason
    )
    return next((each.sentence for each in said), reason)


def _tokens(points: Iterable[Point], total: str) -> float | None:
    """Of a request, on average over all runs that tell it."""
    known = [
        point.values
        for point in points
        if total in point.values and point.values.get("completed", 0) > 0
    ]
    return (
        sum(values[total] for values in known)
        / sum(values["completed"] for values in known)
        if known
        else None
    )
