"""An axis of a matrix: numbers, ranges `{from: 1, to: 200, step: 1}` and lists of both, as one
tuple of numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from inferometer.spec.flags import did_you_mean
from inferometer.words import Said

MAX_VALUES = 20_000
"""Of one axis: more is a slip of the pen, or ill will."""

_RANGE = ("from", "to", "step")
_WANTED = Said("axis.range")


def _values(axis: Any) -> Any:
    """Every value that is written, once, in the order written. Raises ValueError, for pydantic to
    report.
    """
    items = axis if isinstance(axis, list | tuple) else [axis]
    values: dict[Any, None] = {}
    for item in items:
        for value in _range(item) if isinstance(item, dict) else (item,):
            if isinstance(value, bool) or not isinstance(
                value, int | float | str
            ):
                raise ValueError(Said("axis.wanted"))
            values[value] = None
            if len(values) > MAX_VALUES:
                raise ValueError(Said("axis.too_many", {"most": MAX_VALUES}))
    if not values:
        raise ValueError(Said("axis.none"))
    return tuple(values)


def _require_known(keys: Iterable[Any]) -> None:
    for key in keys:
        if key not in _RANGE:
            near = did_you_mean(str(key), _RANGE)
            told = {"key": key, "near": near, "wanted": _WANTED}
            raise ValueError(Said("axis.no_key", told))


def _range(written: dict[Any, Any]) -> Iterator[int]:
    _require_known(written)
    step = written.get("step", 1)
    first, last = written.get("from"), written.get("to")
    if type(first) is not int or type(last) is not int or type(step) is not int:
        raise ValueError(_WANTED)
    if step < 1 or last < first:
        raise ValueError(Said("axis.empty", {"first": first, "last": last}))
    yield from range(first, last + 1, step)


def _schema(number: dict[str, Any]) -> WithJsonSchema:
    whole = {"type": "integer"}
    span = {
        "type": "object",
        "properties": {
            "from": whole,
            "to": whole,
            "step": {"type": "integer", "minimum": 1},
        },
        "required": ["from", "to"],
        "additionalProperties": False,
    }
    return WithJsonSchema(
        {
            "anyOf": [
                number,
                span,
                {
                    "type": "array",
                    "minItems": 1,
                    "items": {"anyOf": [number, span]},
                },
            ]
        }
    )


def _whole(least: int) -> WithJsonSchema:
    return _schema({"type": "integer", "minimum": least})


_RATE = {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"const": "inf"}]}

PositiveIntAxis = Annotated[
    tuple[Annotated[int, Field(gt=0)], ...], BeforeValidator(_values), _whole(1)
]
NonNegativeIntAxis = Annotated[
    tuple[Annotated[int, Field(ge=0)], ...], BeforeValidator(_values), _whole(0)
]
PositiveFloatAxis = Annotated[
    tuple[Annotated[float, Field(gt=0)], ...],
    BeforeValidator(_values),
    _schema(_RATE),
]
