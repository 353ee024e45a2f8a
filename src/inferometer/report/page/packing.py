"""Rows of a figure as columns, which assets/figures.js unpacks: a large page is half as large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from inferometer.report.figures.drawing import Row

DIGITS = 6
"""Significant ones of a figure in the page; its files have them all."""
EXACT = 10**DIGITS
"""Larger numbers keep what stands before the point: they may be moments in time."""

LEAST, MOST = 1e-15, 1e15
"""Between these a float scaled by a power of ten is exact enough."""
MAX_PLACES = 21
NUMBERS = {int, float, type(None)}

Figure = int | float


def packed(rows: Sequence[Row], places: Mapping[str, int]) -> dict[str, Any]:
    """A column holds numbers, or places among its `words`; null is a field that a row lacks. Points
    that have a place in the page are told by that.
    """
    cells = {
        name: [row.get(name) for row in rows]
        for name in dict.fromkeys(chain.from_iterable(rows))
    }
    if "id" in cells:
        cells["id"] = [places.get(str(each), each) for each in cells["id"]]
    if "of" in cells:
        cells["of"] = [_placed(each, places) for each in cells["of"]]
    return {
        "length": len(rows),
        "columns": [
            {"name": name, **_column(column)} for name, column in cells.items()
        ],
    }


def _placed(
    points: Sequence[str] | None, places: Mapping[str, int]
) -> Sequence[str | int] | None:
    """Of several points, where each has a place."""
    if points and all(each in places for each in points):
        return [places[each] for each in points]
    return points


def rounded_all(cells: Sequence[Figure | None]) -> list[Figure | None]:
    """`rounded`, all at once where floats hold them; what is missing stays so."""
    values = np.array(cells, dtype=np.float64)
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    if len(sizes) and not (sizes.min() > LEAST and sizes.max() < MOST):
        return [None if cell is None else rounded(cell) for cell in cells]
    return [
        (int(each) if each.is_integer() else each) if isfinite(each) else None
        for each in _rounded_at_once(values).tolist()
    ]


def _rounded_at_once(
    values: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        digits = DIGITS - 1 - np.floor(np.log10(np.abs(values)))
        scale = 10.0 ** np.clip(digits, 0, MAX_PLACES)
        short: npt.NDArray[np.float64] = np.rint(values * scale) / scale
    return short


def _column(cells: Sequence[Any]) -> dict[str, Any]:
    if set(map(type, cells)) <= NUMBERS:
        return {"data": rounded_all(cells)}
    words: dict[Any, Any] = {}
    keys = [None if cell is None else _key(cell) for cell in cells]
    for key, cell in zip(keys, cells, strict=True):
        if key is not None:
            words.setdefault(key, cell)
    places = {key: place for place, key in enumerate(words)}
    data = [places.get(key) for key in keys]
    return {"data": data, "words": list(words.values())}


def _key(cell: Any) -> tuple[type, Any]:
    """1 equals True, and lists of places have no hash."""
    return type(cell), tuple(cell) if isinstance(cell, list) else cell


def rounded(value: Figure) -> Figure | None:
    """What is no finite number is a gap."""
    if type(value) is int:
        return value
    if not isfinite(value):
        return None
    if isinstance(value, int) or abs(value) >= EXACT:
        return round(value)
    short = float(f"{value:.{DIGITS}g}")
    return int(short) if short.is_integer() else short
