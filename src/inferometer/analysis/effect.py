"""The effect between two sides of one point: log(B / A) of a metric, and how exactly its runs know
it.

A machine drifts: it warms up, throttles, shares a network. Runs that all came before those of the
other side cannot tell this from an effect, however many they are, so the order of the runs decides
what may be said:

- in turns (A B B A …): differences of neighbours in time, each order of a pair with the same
  weight. A drift along a straight line cancels exactly; a bent or a sudden one differs between the
  pairs, and so stands in the interval, from three pairs on.
- mixed (A B A B, or turns with gaps): a straight line in time is fitted beside the effect.
- one after the other (A A B B), or in an unknown order: Welch's interval, and an allowance for
  drift beside it.
- single runs: the intervals that the runs have by themselves, and the same allowance, for what one
  run to the next may differ.

Knows nothing of points, metrics or what is better.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from inferometer.metrics.student import student_quantile, student_tail

Design = Literal["in turns", "mixed", "one after the other", "single runs"]
Array = npt.NDArray[np.float64]

CONFIDENCE = 0.95
SINGLE_DEGREES = 9
"""Of freedom, taken for a run's own interval: the fewest that those of `metrics.statistics`
have.
"""
MAX_ALIGNED = 0.5
"""Correlation of side and order beyond which drift and effect are one: 0.87 for A A A A B B B B, 0
for A B B A.
"""
MAX_UNPAIRED = 0.25
"""Of the runs, beyond which pairs of neighbours waste too many."""
MIN_PAIRS = 3
"""With fewer, a bent drift does the same to each: in A B B A the middle is B's."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A metric of one run."""

    value: float
    """More than 0."""
    time_s: float | None = None
    """When the run ended, on any clock that all have; None where nobody noted it."""
    half_width: float | None = None
    """Of the run's own 95 % interval, as a fraction of the value."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Two runs that followed each other, one of each side."""

    difference: float
    """Log of B's over A's."""
    a_first: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """How B differs from A, in logarithms: they add up, and to swap the sides is to change the
    sign.
    """

    log_ratio: float
    error: float | None
    """Standard error; None where nothing tells it."""
    degrees: int
    """Of freedom that the error is known with."""
    design: Design
    allowance: float
    """By how much the sides may differ without any cause that is theirs, beyond what the error
    knows.
    """
    runs: tuple[int, int]
    spread: float | None
    """Standard deviation of the difference of two runs, one of each side, that drift leaves
    alone.
    """
    neighbours: tuple[Neighbours, ...] = ()
    points: int = 1
    """That it is the mean of."""

    @property
    def repeats(self) -> int:
        """Runs of a point on the side that has fewer."""
        return min(self.runs) // self.points

    @property
    def ratio(self) -> float:
        """B as a multiple of A."""
        return math.exp(self.log_ratio)

    def half_width(self, confidence: float = CONFIDENCE) -> float | None:
        if self.error is None:
            return None
        return (
            self.error * student_quantile(confidence, self.degrees)
            + self.allowance
        )

    def ratios(
        self, confidence: float = CONFIDENCE
    ) -> tuple[float, float] | None:
        """Where B / A lies, with this confidence."""
        half = self.half_width(confidence)
        return (
            None
            if half is None
            else (_exp(self.log_ratio - half), _exp(self.log_ratio + half))
        )

    def p_beyond(self, edge: float) -> float:
        """How probable an effect this far from 0 is if the true one lies within ±edge: two-sided; 1
        where it is not known.
        """
        if self.error is None:
            return 1.0
        beyond = abs(self.log_ratio) - edge - self.allowance
        if beyond <= 0:
            return 1.0
        return (
            student_tail(beyond / self.error, self.degrees)
            if self.error > 0
            else 0.0
        )


def effect_of(
    a: Sequence[Sample], b: Sequence[Sample], drift: float = 0.0
) -> Effect:
    """The effect between runs of the same point. `drift` is the least allowance for what was not
    measured in turns, a log.
    """
    if len(a) == 1 and len(b) == 1:
        return _of_single_runs(a[0], b[0], drift)
    in_order = _in_order(a, b)
    if in_order is None or min(len(a), len(b)) < 2:
        return _one_after_the_other(_logs(a), _logs(b), drift)
    times_s, sides, logs = in_order
    if (
        abs(float(np.corrcoef(sides, np.arange(len(sides)))[0, 1]))
        > MAX_ALIGNED
    ):
        return _one_after_the_other(
            _logs(a), _logs(b), max(drift, abs(_made_by_trend(logs, sides)))
        )
    pairs = _neighbours(logs, sides)
    if len({pair.a_first for pair in pairs}) == 2 and len(logs) - 2 * len(
        pairs
    ) <= MAX_UNPAIRED * len(logs):
        return in_turns(pairs, (len(a), len(b)), drift)
    return _mixed(logs, sides, times_s)


def in_turns(
    pairs: Sequence[Neighbours], runs: tuple[int, int], drift: float
) -> Effect:
    """From pairs of neighbours, of which some have A first and some B. What drift does to them is
    left in the spread.
    """
    differences = np.array([pair.difference for pair in pairs])
    weights = _weights(pairs)
    spread = float(np.std(differences, ddof=1))
    return Effect(
        log_ratio=float(weights @ differences),
        error=spread * float(np.linalg.norm(weights)),
        degrees=len(pairs) - 1,
        design="in turns",
        allowance=drift if len(pairs) < MIN_PAIRS else 0.0,
        runs=runs,
        spread=spread,
        neighbours=tuple(pairs),
    )


def _weights(pairs: Sequence[Neighbours]) -> Array:
    """Either order counts for half."""
    a_first = np.array([pair.a_first for pair in pairs])
    halves = 0.5 / a_first.sum(), 0.5 / (~a_first).sum()
    weights: Array = np.where(a_first, *halves)
    return weights


def _of_single_runs(a: Sample, b: Sample, drift: float) -> Effect:
    spread = error = None
    if a.half_width is not None and b.half_width is not None:
        spread = error = math.hypot(
            a.half_width, b.half_width
        ) / student_quantile(CONFIDENCE, SINGLE_DEGREES)
    return Effect(
        log_ratio=math.log(b.value / a.value),
        error=error,
        degrees=SINGLE_DEGREES,
        design="single runs",
        allowance=drift,
        runs=(1, 1),
        spread=spread,
    )


def _one_after_the_other(a: Array, b: Array, allowance: float) -> Effect:
    """Welch's; a side of one run is taken to vary as the other does."""
    variances = [
        float(np.var(side, ddof=1)) if len(side) > 1 else None
        for side in (a, b)
    ]
    of_a, of_b = (
        variances[i] if variances[i] is not None else variances[1 - i]
        for i in (0, 1)
    )
    assert of_a is not None
    assert of_b is not None
    terms = of_a / len(a), of_b / len(b)
    freedom = [
        (term, len(side) - 1)
        for term, side in zip(terms, (a, b), strict=True)
        if len(side) > 1
    ]
    return Effect(
        log_ratio=float(b.mean() - a.mean()),
        error=math.sqrt(sum(terms)),
        degrees=degrees_of_sum(freedom),
        design="one after the other",
        allowance=allowance,
        runs=(len(a), len(b)),
        spread=math.sqrt(of_a + of_b),
    )


def _mixed(logs: Array, sides: Array, times_s: Array) -> Effect:
    """Least squares: a level, a straight line in time, and the effect. Between two days a machine
    drifts further than between two runs.
    """
    passed = (times_s - times_s[0]) / (times_s[-1] - times_s[0])
    design = np.column_stack([np.ones_like(sides), passed, sides])
    coefficients = np.linalg.lstsq(design, logs, rcond=None)[0]
    degrees = len(logs) - 3
    variance = float(np.sum((logs - design @ coefficients) ** 2)) / degrees
    in_b = int(sides.sum())
    return Effect(
        log_ratio=float(coefficients[2]),
        error=math.sqrt(
            variance * float(np.linalg.inv(design.T @ design)[2, 2])
        ),
        degrees=degrees,
        design="mixed",
        allowance=0.0,
        runs=(len(sides) - in_b, in_b),
        spread=math.sqrt(2 * variance),
    )


def degrees_of_sum(terms: Sequence[tuple[float, int]]) -> int:
    """Degrees of freedom of a sum of variances, each known with its own (Welch 1947, Satterthwaite
    1946), rounded down.
    """
    total = sum(variance for variance, _ in terms)
    if total <= 0:
        return min(degrees for _, degrees in terms)
    return max(
        1,
        int(
            total**2 / sum(variance**2 / degrees for variance, degrees in terms)
            + 1e-9
        ),
    )


def _in_order(
    a: Sequence[Sample], b: Sequence[Sample]
) -> tuple[Array, Array, Array] | None:
    """All runs in the order of time: when they ended, 0 for each of A and 1 for each of B, and the
    logs of their values; None if the order is not known.
    """
    runs = [
        (reading.time_s, side, math.log(reading.value))
        for side, of_side in enumerate((a, b))
        for reading in of_side
        if reading.time_s is not None
    ]
    if len({time_s for time_s, _, _ in runs}) < len(a) + len(b):
        return None
    times_s, sides, logs = np.array(sorted(runs), dtype=np.float64).T
    return times_s, sides, logs


def _neighbours(logs: Array, sides: Array) -> list[Neighbours]:
    """Pairs of runs that follow each other, no run in two of them."""
    pairs, i = [], 0
    while i + 1 < len(logs):
        if sides[i] == sides[i + 1]:
            i += 1
            continue
        a_first = bool(sides[i] == 0)
        difference = float(logs[i + 1] - logs[i])
        pairs.append(
            Neighbours(difference if a_first else -difference, a_first)
        )
        i += 2
    return pairs


def _made_by_trend(logs: Array, sides: Array) -> float:
    """What the slope within the sides makes of the distance between their middles."""
    order = np.arange(len(logs), dtype=np.float64)
    within = [
        (
            order[sides == side] - order[sides == side].mean(),
            logs[sides == side],
        )
        for side in (0, 1)
    ]
    slope = sum(float(at @ values) for at, values in within) / sum(
        float(at @ at) for at, _ in within
    )
    return slope * float(order[sides == 1].mean() - order[sides == 0].mean())


def _logs(readings: Sequence[Sample]) -> Array:
    return np.log([reading.value for reading in readings])


def _exp(log_ratio: float) -> float:
    """Hardly anything is known where this overflows."""
    return math.exp(log_ratio) if log_ratio < 700 else math.inf
