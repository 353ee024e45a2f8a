"""Values along a ladder of loads that the values beside them contradict. Pure numbers; knows no
point and no metric.

What a curve over the load looks like is not known beforehand: throughput grows, saturates and may
fall, a latency may be flat and then jump by decades. So a value is never held against a formula. It
is held against everything that the values beside it can explain: the trend from the left,
continued; the trend from the right, continued; and the straight line between the two neighbours. A
knee lies between these three, wherever it is. Only a value outside all of them is an outlier, and
only if it is farther out than the noise of this ladder, and than an effect that is worth a second
measurement.

Loads and values are logarithms here, so that a difference is a ratio.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

MIN_LEVELS = 4
"""With three levels, every outlier may be a knee."""
NOISES = 4.5
"""A value must be this many times the ladder's noise outside of what its neighbours explain."""
NOISE_SHARE = 0.33
"""Of the noise's standard deviation: how far outside values are on average, the farthest left out;
from simulation.
"""
OUTLIERS_SHARE = 0.1
"""Of the values, the farthest outside, that tell nothing of the noise; one at least."""
MIN_BASE = 0.1
"""A trend is taken over at least this much of the (logarithmic) load: dense ladders would
extrapolate noise.
"""
BASE_SHARE = 0.7
"""... and over at least this share of the step that it is continued by."""
FEW_LEVELS = 24
"""Up to here the noise is estimated without the value that is judged, which would be too large a
part of it.
"""
MAX_RUN = 6
"""A disturbance of more levels in a row is taken for the shape of the ladder."""
RUN_MARGIN = 1.3
"""Several levels in a row must be this much farther outside than one alone: a real dip looks like
them.
"""

Position = Literal["inner", "rim", "end"]
"""Of a level: with two neighbours or more on each side, with one, with none on one of them."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From which factor on a value contradicts its neighbours, whatever the noise: the fewer
    neighbours, the larger.
    """

    inner: float
    rim: float
    end: float
    may_jump: bool = False
    """Flat and then higher by decades is a usual shape, as of TTFT where a server is full: what
    lies between its two neighbours is explained, and so is the last value of a ladder, however
    high.
    """

    def of(self, position: Position) -> float:
        factors = {
            "inner": self.inner,
            "rim": self.rim,
            "end": self.end,
        }
        return math.log(factors[position])


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the neighbours of a level explain."""

    low: float
    high: float
    suggested: float
    """The straight line between the two neighbours, or the only neighbour."""
    position: Position
    neighbours: tuple[int, ...]
    """Places of the nearest levels."""

    def outside(self, value: float) -> float:
        """How far a value lies above the explained range, or (negative) below it."""
        return value - min(max(value, self.low), self.high)


@dataclass(frozen=True, slots=True)
class Ladder:
    """One value at each level, in the order of the levels, which differ."""

    levels: Sequence[float]
    values: Sequence[float]
    limits: Limits
    growth: int = 1
    """Over the whole ladder: 1 if a value grows with the level at most in proportion to it, -1 if
    it falls so.
    """

    def outliers(self) -> tuple[list[int], list[int]]:
        """Places of the levels that contradict the others, the worst first, and of those that are
        left.
        """
        kept = list(range(len(self.levels)))
        out: list[int] = []
        while len(kept) >= MIN_LEVELS and len(out) < max(
            1, len(self.levels) // 3
        ):
            worst = self._worst(kept) or self._worst_run(kept)
            if not worst:
                break
            out += worst
            kept = [place for place in kept if place not in worst]
        return out, kept

    def excess(
        self, place: int, value: float, kept: Sequence[int], noise: float
    ) -> float:
        """How far outside a value at this level is, as a multiple of what is tolerated; negative
        below.
        """
        prediction = self.predict(place, kept)
        distance = prediction.outside(value)
        if (
            self.limits.may_jump
            and distance > 0
            and prediction.position == "end"
            and place > max(prediction.neighbours)
        ):
            return 0.0
        return distance / max(
            self.limits.of(prediction.position), NOISES * noise
        )

    def noise(self, kept: Sequence[int]) -> float:
        """Standard deviation of a value about its course, from the levels that have neighbours on
        both sides: how far they are outside on average. Curvature is no noise, since it is
        explained.
        """
        found = sorted(
            abs(self.predict(place, kept).outside(self.values[place]))
            for place in kept[1:-1]
        )
        if len(found) > 2:
            found = found[: -math.ceil(OUTLIERS_SHARE * len(found))]
        return fmean(found) / NOISE_SHARE if found else 0.0

    def predict(self, place: int, kept: Sequence[int]) -> Prediction:
        """From the levels that are kept, whether or not this one is among them."""
        left, right = _sides(place, kept)
        explained = self._explanations(left, right, place)
        nearest = (*left[:1], *right[:1])
        position: Position = (
            "end"
            if len(nearest) < 2
            else "rim"
            if min(len(left), len(right)) < 2
            else "inner"
        )
        return Prediction(
            min(explained), max(explained), explained[0], position, nearest
        )

    def _between_both(
        self, left: Sequence[int], right: Sequence[int], place: int
    ) -> list[float]:
        trends = [
            self._continued(side, place)
            for side in (left, right)
            if len(side) > 1
        ]
        constants = [
            self.values[side[0]]
            for side in (left, right)
            if len(side) == 1 or self.limits.may_jump
        ]
        between = self._between(left[0], right[0], place)
        return [between, *trends, *constants]

    def _explanations(
        self, left: Sequence[int], right: Sequence[int], place: int
    ) -> list[float]:
        """The first is the one to suggest."""
        if left and right:
            return self._between_both(left, right, place)
        side = left or right
        in_proportion = self.values[side[0]] + self.growth * (
            self.levels[place] - self.levels[side[0]]
        )
        trend = [self._continued(side, place)] if len(side) > 1 else []
        return [self.values[side[0]], *trend, in_proportion]

    def _between(self, one: int, other: int, place: int) -> float:
        share = (self.levels[place] - self.levels[one]) / (
            self.levels[other] - self.levels[one]
        )
        return self.values[one] + share * (
            self.values[other] - self.values[one]
        )

    def _continued(self, side: Sequence[int], place: int) -> float:
        """The line through the nearest level and one that is far enough from it, at this place."""
        near = side[0]
        reach = max(
            MIN_BASE, BASE_SHARE * abs(self.levels[place] - self.levels[near])
        )
        for base in side[1:]:
            if abs(self.levels[base] - self.levels[near]) >= reach:
                break
        return self._between(base, near, place)

    def _worst(self, kept: Sequence[int]) -> list[int]:
        """The level farthest outside, if any is too far."""
        noise = self._noise_beside(kept)
        found = [
            (
                abs(
                    self.excess(place, self.values[place], kept, noise([place]))
                ),
                place,
            )
            for place in kept
            if self._is_far([place], kept, 1)
        ]
        excess, place = max(found, default=(0.0, 0))
        return [place] if excess > 1 else []

    def _is_far(
        self, places: Sequence[int], kept: Sequence[int], limit: float
    ) -> bool:
        """Whether all would be too far if there were no noise. Few are, and noise, which makes
        nothing farther, takes much longer to find.
        """
        return all(
            abs(self.excess(place, self.values[place], kept, 0.0)) > limit
            for place in places
        )

    def _worst_run(self, kept: Sequence[int]) -> list[int]:
        """Of several levels in a row that are all too far on one side, and that have two levels on
        either side.
        """
        noise = self._noise_beside(kept)
        best, worst = RUN_MARGIN, []
        for run in _runs(kept, self._longest_run(kept)):
            others = _without(run, kept)
            if not self._is_far(run, others, best):
                continue
            of_others = noise(run)
            found = [
                self.excess(place, self.values[place], others, of_others)
                for place in run
            ]
            least = min(map(abs, found))
            if least > best and len({excess > 0 for excess in found}) == 1:
                best, worst = least, list(run)
        return worst

    def _longest_run(self, kept: Sequence[int]) -> int:
        return min(
            max(2, min(MAX_RUN, len(kept) // 10)), len(kept) - MIN_LEVELS
        )

    def _noise_beside(
        self, kept: Sequence[int]
    ) -> Callable[[Sequence[int]], float]:
        """The noise without some levels; on a long ladder they make no difference."""
        if len(kept) <= FEW_LEVELS:
            return lambda places: self.noise(_without(places, kept))
        whole = self.noise(kept)
        return lambda places: whole


def _sides(
    place: int, kept: Sequence[int]
) -> tuple[Sequence[int], Sequence[int]]:
    """The levels to the left and to the right, the nearest first."""
    return kept[: bisect_left(kept, place)][::-1], kept[
        bisect_right(kept, place) :
    ]


def _without(run: Sequence[int], kept: Sequence[int]) -> list[int]:
    """All but one or several that follow each other."""
    return [
        *kept[: bisect_left(kept, run[0])],
        *kept[bisect_right(kept, run[-1]) :],
    ]


def _runs(kept: Sequence[int], longest: int) -> Iterator[Sequence[int]]:
    for length in range(2, longest + 1):
        for start in range(1, len(kept) - length):
            yield kept[start : start + length]
