"""What a reader must be told before believing a comparison, in sentences; and why there may be
nothing to compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from inferometer.analysis.alike import grouped, merged
from inferometer.analysis.effect import Design
from inferometer.analysis.pairing import INCIDENTAL, Pair, value_of
from inferometer.results import Point

LENGTHS_ALIKE = 0.02
"""The mean tokens of a request may differ by this much between partners."""
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
        raise CannotCompareError(f"there is no result in {side}")
    invalid = [point for point in points if point.status == "INVALID"]
    if len(invalid) == len(points) and not allow_invalid:
        raise CannotCompareError(
            f"every result in {side} is INVALID ({_named(invalid)}): measure again, or use "
            "them nevertheless by --allow-invalid"
        )
    suspect = [point for point in points if point.status == "SUSPECT"]
    told = [f"SUSPECT in {side}: {_named(suspect)}"] if suspect else []
    if invalid:
        told.append(
            f"INVALID in {side}, {'used nevertheless' if allow_invalid else 'left out'}: "
            f"{_named(invalid)}"
        )
    rehearsed = sum(point.conditions.get("rehearsal") is not None for point in points)
    if rehearsed:
        many = (
            "all points are"
            if rehearsed == len(points)
            else f"{rehearsed} of {len(points)} points are"
        )
        told.append(
            f"rehearsed in {side}: {many} of a quick run or of the embedded engine, and say "
            "nothing about hardware"
        )
    return [point for point in points if allow_invalid or point.status != "INVALID"], told


def nothing_in_common(a: Point, b: Point, names: tuple[str, str]) -> str:
    """Why there is no pair, by the example of one point of each side."""
    differing = [
        f"{name} ({a.conditions.get(name, 'none')}, {b.conditions.get(name, 'none')})"
        for name in dict.fromkeys([*a.conditions, *b.conditions])
        if name not in INCIDENTAL and value_of(a, name) != value_of(b, name)
    ]
    if len(differing) > 1:  # names are the least of it
        differing = [each for each in differing if not each.startswith("origin ")]
    why = (
        f"the first points of each differ in {', '.join(differing)}"
        if differing
        else "nothing is known of their settings"
    )
    return f"{names[0]} and {names[1]} have no point in common: {why}"


def same(a: Iterable[Point], b: Iterable[Point], names: tuple[str, str]) -> list[str]:
    """A result held against itself."""
    shared = {(point.source.absolute(), point.id) for point in a} & {
        (point.source.absolute(), point.id) for point in b
    }
    if not shared:
        return []
    if len(shared) == 1:
        return [f"1 result is in both {names[0]} and {names[1]}, and held against itself"]
    return [
        f"{len(shared)} results are in both {names[0]} and {names[1]}, and held against themselves"
    ]


def lengths(pairs: Iterable[Pair], asked_apart: Iterable[str]) -> list[str]:
    """Prompts and outputs that were not as long on both sides, unless that is what was asked for:
    `asked_apart` names the conditions in which the sides differ.
    """
    told = []
    tokens = {
        "input_len": ("prompts", "total_input_tokens"),
        "output_len": ("outputs", "total_output_tokens"),
    }
    for what, total in (
        known for condition, known in tokens.items() if condition not in set(asked_apart)
    ):
        apart = [
            (one, other)
            for pair in pairs
            if (one := _tokens(pair.a, total))
            and (other := _tokens(pair.b, total))
            and abs(other / one - 1) > LENGTHS_ALIKE
        ]
        if apart:
            one, other = max(apart, key=lambda means: abs(means[1] / means[0] - 1))
            told.append(
                f"not a fair comparison: {what} had other lengths at {len(apart)} "
                f"point{'s' * (len(apart) > 1)}, "
                f"such as {one:.0f} and {other:.0f} tokens on average"
            )
    return told


def missing(found: Mapping[str, int], pairs: int) -> list[str]:
    """Metrics that not every pair has on both sides."""
    absent = {name: pairs - number for name, number in found.items() if number < pairs}
    nowhere = [name for name, number in absent.items() if number == pairs]
    told = [f"not on both sides: {', '.join(nowhere)}"] if nowhere else []
    somewhere = {name: number for name, number in absent.items() if number < pairs}
    return told + [
        f"{name} is not on both sides at {number} of {pairs} points"
        for name, number in somewhere.items()
    ]


def without_interval(rows: int, of: int) -> list[str]:
    """Single runs that know nothing of their own noise."""
    if not rows:
        return []
    return [
        f"{rows} of {of} rows have no interval and stay undecided: a single run that is short, "
        "or whose file has no single "
        "requests (vLLM writes them with --save-detailed), does not tell how exact it is; "
        "repeats do"
    ]


def of_independent_requests(rows: int) -> list[str]:
    """What an interval from a standard deviation takes for granted."""
    if not rows:
        return []
    return [
        f"{rows} interval{'s' * (rows > 1)} of means at single points follow from the standard "
        "deviation and the number of requests, as if requests did not depend on each other; those "
        "of one run do, so the truth may lie further off: repeats tell"
    ]


UNTURNED: dict[Design, str] = {
    "one after the other": (
        "measured one side after the other, or at unknown times: drift of the machine looks like "
        "an effect"
    ),
    "single runs": (
        "measured once on each side: how far two runs of the same thing differ is not known"
    ),
    "in turns": "measured in fewer than three turns: a drift that bends looks like an effect",
}
"""Why an allowance for drift is in an interval."""


def unturned(designs: Sequence[tuple[Design, float]], drift: float) -> list[str]:
    """What the order of the runs does not tell, by the design and the allowance of each row."""
    told = []
    for design, why in UNTURNED.items():
        if number := sum(each == design and allowance > 0 for each, allowance in designs):
            share = (
                "all points were"
                if number == len(designs)
                else f"{number / len(designs):.0%} of the points were"
            )
            told.append(
                f"{share} {why}, so the intervals allow for {100 * drift:.3g} % of that "
                "(--drift); three or more runs of "
                "each, taken in turns (A B B A), need no allowance"
            )
    return told


def _named(points: Sequence[Point]) -> str:
    """Ids, and the first reason of each as far as they are alike."""
    more = len(points) - LISTED
    ids = ", ".join(point.id for point in points[:LISTED]) + (
        f" and {more} more" if more > 0 else ""
    )
    groups = grouped(point.reasons[0] for point in points if point.reasons)
    if not groups:
        return ids
    alike = sum(map(len, groups[:1])) == len(points)
    return f"{ids}: {merged(groups[0]).rstrip('.')}" + (
        "" if alike else f" ({len(groups[0])} of {len(points)}; others differ)"
    )


def _tokens(points: Iterable[Point], total: str) -> float | None:
    """Of a request, on average over all runs that tell it."""
    known = [
        point.values
        for point in points
        if total in point.values and point.values.get("completed", 0) > 0
    ]
    return (
        sum(values[total] for values in known) / sum(values["completed"] for values in known)
        if known
        else None
    )
