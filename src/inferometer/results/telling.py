"""Which conditions it takes to tell points apart: whoever names points, curves or pairs asks here.
Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inferometer.results.point import Condition


def telling_places(
    columns: Sequence[Sequence[Condition]], order: Iterable[int]
) -> list[int]:
    """The columns that together tell as many rows apart as all of `order` do: one after another, in
    that order, each if it tells more than those before it.
    """
    chosen: list[int] = []
    groups = [0] * (len(columns[0]) if columns else 0)
    apart = 1
    for place in order:
        if apart >= len(groups):
            break
        finer = [*zip(groups, columns[place], strict=True)]
        found = dict.fromkeys(finer)
        if len(found) > apart:
            chosen.append(place)
            number = {each: at for at, each in enumerate(found)}
            groups, apart = [number[each] for each in finer], len(found)
    return chosen


def spelled(value: Condition) -> str:
    """A condition as people write it; nothing where nobody told."""
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)
