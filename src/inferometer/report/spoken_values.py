"""Conditions whose values are words of ours, in the language of who reads: `vllm (simulated)`, and
what an offline result of another tool measured. Files keep them in English. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from inferometer.results.point import Condition, Point
from inferometer.words import Words

SPOKEN = ("engine", "scenario")
_STAND_IN = re.compile(r"(.+) \((embedded|simulated)\)")


def with_spoken_values(points: Sequence[Point], words: Words) -> list[Point]:
    """The points as a reader of this language is shown them."""
    return [_spoken(point, words) for point in points]


def _spoken(point: Point, words: Words) -> Point:
    said = {
        name: text
        for name in SPOKEN
        if (value := point.conditions.get(name)) is not None
        and (text := _text(name, value, words)) != value
    }
    if not said:
        return point
    return replace(point, conditions={**point.conditions, **said})


def _text(name: str, value: Condition, words: Words) -> Condition:
    if name == "engine" and (found := _STAND_IN.fullmatch(str(value))):
        return words.text(f"figure.engine.of_{found[2]}", name=found[1])
    return words.find(f"figure.{name}.{value}") or value
