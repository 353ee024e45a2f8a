"""Whether what tokens cost can be held against each other: nothing is converted, and a price
without a currency is in none that is known.
"""

from __future__ import annotations

from collections.abc import Iterable

from inferometer.results import Point
from inferometer.vocabulary import COSTS
from inferometer.words import Said


def currencies_of(points: Iterable[Point]) -> list[str | None]:
    """Of all points that have a price, each once; None for one that names none."""
    found = {
        point.conditions.get("currency")
        for point in points
        if not point.values.keys().isdisjoint(COSTS)
        or point.conditions.get("currency") is not None
    }
    return sorted(
        (None if each is None else str(each) for each in found),
        key=lambda each: each or "",
    )


def in_several_currencies(points: Iterable[Point]) -> bool:
    """Whether costs must not be compared; unknown is another one than those that are known."""
    return len(currencies_of(points)) > 1


def about_costs(points: Iterable[Point]) -> Said | None:
    """What a reader has to know before costs of these points are compared, if anything."""
    found = currencies_of(points)
    if found == [None]:
        return Said("caution.no_currency")
    if len(found) < 2:
        return None
    unknown = Said("caution.unknown_currency")
    which = [unknown if each is None else each for each in found]
    return Said("caution.currencies", {"which": which})
