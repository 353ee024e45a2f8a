"""Values of JSON that others wrote: none is believed to be of the type it should be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeVar

Value = TypeVar("Value")
Object = dict[str, Any]

MAX_WHOLE = 2**53
"""Beyond it a float no longer tells whole numbers apart."""


def number(value: object) -> float | None:
    """A finite number, or None: booleans, words, NaN and what is absent are none."""
    if type(value) is float:  # nearly all are
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool):
        return None
    if not isinstance(value, int | float):
        return None
    try:
        as_float = float(value)
    except OverflowError:
        return None
    return as_float if math.isfinite(as_float) else None


def whole(value: object) -> int | None:
    """A whole number, also if it is written as `8.0`."""
    figure = number(value)
    if figure is None or abs(figure) >= MAX_WHOLE or figure != int(figure):
        return None
    return int(figure)


def at(value: object, *path: str) -> Any:
    """`value[a][b]…`, or None where there is no such thing."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def entries(value: object) -> list[Any]:
    """A list; anything else is an empty one."""
    return value if isinstance(value, list) else []


def members(value: object) -> Object:
    """An object; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def given(told: Mapping[str, Value | None]) -> dict[str, Value]:
    """What is not None."""
    return {name: value for name, value in told.items() if value is not None}
