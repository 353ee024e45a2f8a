"""Which conditions it takes to tell points apart: whoever names points, curves or pairs asks here.
Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inferometer.results.point import Condition


def telling_places(
    rows: Sequence[Sequence[Condition]], order: Iterable[int]
) -> list[int]:
    """The columns of `rows` that together tell as many apart as all of `order` do: one after
    another, in that order, each if it tells more than those before it.
    """
    chosen: list[int] = []
    groups = [0] * len(rows)
    apart = 1
    for place in order:
        if apart >= len(rows):
            break
        found: dict[tuple[int, Condition], int] = {}
        finer = [
            found.setdefault((group, row[place]), len(found))
            for group, row in zip(groups, rows, strict=True)
        ]
        if len(found) > apart:
            chosen.append(place)
            groups, apart = finer, len(found)
    return chosen


def spelled(value: Condition) -> str:
    """A condition as people write it; nothing where nobody told."""
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)
