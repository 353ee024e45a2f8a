"""Repeats: several runs of one point, and what they say together. The one way of summing them up,
for whoever measured them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from inferometer.metrics.repeats import Spread, spread
from inferometer.metrics.statistics import Interval
from inferometer.results.point import Point
from inferometer.vocabulary import METRICS

HEADLINE = tuple(
    name for name, each in METRICS.items() if each.has_interval and each.path
)
"""The numbers that are summed up: those that a run knows how exactly it has measured."""

MAX_NUMBER = 1e100
"""Files of others may hold any number; the square of a larger one is none."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """One run of several."""

    number: int
    """From 1."""
    point: Point | None
    """None if it has no result that can be read."""
    left_out: str = ""
    """Why its numbers are not summed up, in a word or two; empty if they are."""

    def values(self) -> dict[str, float]:
        """Its headline numbers: rates per second, latencies in ms."""
        told = self.point.values if self.point else {}
        return {
            name: told[name]
            for name in HEADLINE
            if abs(told.get(name, math.inf)) < MAX_NUMBER
        }

    def interval(self, name: str) -> Interval | None:
        """The run's own, of one of its headline numbers."""
        found = self.point.intervals.get(name) if self.point else None
        if found is None or not 0 < found.confidence < 1:
            return None
        return Interval(
            found.low, found.high, math.nan, found.method, found.confidence
        )


def spreads(repeats: Sequence[Repeat]) -> dict[str, Spread]:
    """The headline numbers over the runs that count; those that a run lacks are left out."""
    counting = [repeat for repeat in repeats if not repeat.left_out]
    values = [repeat.values() for repeat in counting]
    if not values:
        return {}
    shared = [name for name in values[0] if all(name in run for run in values)]
    own = {
        name: [repeat.interval(name) for repeat in counting] for name in shared
    }
    return {
        name: spread(
            [run[name] for run in values],
            [each for each in own[name] if each is not None],
        )
        for name in shared
    }
