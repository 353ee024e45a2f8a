"""Rows of a figure as columns, which assets/figures.js unpacks: a large page is half as large."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from inferometer.report.figures.drawing import Row

DIGITS = 6
"""Significant ones of a figure in the page; its files have them all."""
EXACT = 10**DIGITS
"""Larger numbers keep what stands before the point: they may be moments in time."""

Figure = int | float


def packed(rows: Sequence[Row]) -> dict[str, Any]:
    """A column holds numbers, or places among its `words`; null is a field that a row lacks."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {
        "length": len(rows),
        "columns": [
            {"name": name, **_column([row.get(name) for row in rows])}
            for name in names
        ],
    }


def _column(cells: Sequence[Any]) -> dict[str, Any]:
    if all(cell is None or type(cell) in {int, float} for cell in cells):
        return {"data": [None if v is None else rounded(v) for v in cells]}
    words: dict[tuple[type, Any], Any] = {}
    keys = [None if cell is None else _key(cell) for cell in cells]
    for key, cell in zip(keys, cells, strict=True):
        if key is not None:
            words.setdefault(key, cell)
    places = {key: place for place, key in enumerate(words)}
    data = [None if key is None else places[key] for key in keys]
    return {"data": data, "words": list(words.values())}


def _key(cell: Any) -> tuple[type, Any]:
    """1 equals True, and lists of places have no hash."""
    return type(cell), tuple(cell) if isinstance(cell, list) else cell


def rounded(value: Figure) -> Figure | None:
    """What is no finite number is a gap."""
    if not math.isfinite(value):
        return None
    if isinstance(value, int) or abs(value) >= EXACT:
        return round(value)
    short = float(f"{value:.{DIGITS}g}")
    return int(short) if short.is_integer() else short
