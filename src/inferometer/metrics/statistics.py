"""How exactly a run knows a number: confidence intervals for values that depend on each other, as
those of one run do.

Requests share batches and queues with their neighbours, so n of them tell less than n: the textbook
interval for independent values is too narrow by the root of n / n_effective. All series here are
therefore in the order of time.

- A mean: BATCHES batch means, whose variance is raised by what their lag-1 correlation still tells
  (as in Skart: Tafazzoli and Wilson, IIE Transactions 43, 2011), and Student's t.
- A percentile: the same for the share of values at or below it, carried back through the sample
  (Woodruff, JASA 47, 1952). The bootstrap of the percentile itself covers 60–90 % where it should
  95.
- A ratio of two sums, such as tokens per second: the moving-block bootstrap (Künsch, Annals of
  Statistics 17, 1989) with blocks of a tenth of the series: long against the dependence that a run
  worth measuring has, and still ten of them. Its standard error is widened by what so few blocks
  hide, and by Student's t for them.
- Repeats: runs are independent, so the textbook's interval holds.

Covers 93 to 97 % at 95 % where n_effective is above about 100; below, down to 90 % and, with strong
skew, less. Not known here: traces, units, what a number means.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inferometer.metrics.distribution import is_thin
from inferometer.metrics.student import student_quantile
from inferometer.trace.trace import Floats

BATCHES = 20
BLOCKS = 10
BOOTSTRAP = "moving-block bootstrap"
RESAMPLES = 1000
ROUNDING = 1e-9
"""Of a value: differences of sums may be negative by less than this where they should be 0."""
MIN_SAMPLES = 40
"""Values; two a batch. With fewer there is no telling how they depend on each other."""
MAX_CORRELATED = 0.8
"""Lag-1 correlation of batch means beyond which the series is too short for an interval."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the long-run value lies, with this confidence; in the unit of the values."""

    low: float
    high: float
    n_effective: float
    """How many independent values would tell as much; never more than there are."""
    method: str
    confidence: float


def interval_of_mean(
    values: Floats, confidence: float = 0.95
) -> Interval | None:
    """For the mean of `values`, in the order of time. None for fewer than MIN_SAMPLES."""
    n = len(values)
    if n < MIN_SAMPLES:
        return None
    error, n_effective = _error_of_mean(values)
    half = error * student_quantile(confidence, BATCHES - 1)
    mean = float(np.mean(values))
    return Interval(
        _low(mean, half, values),
        mean + half,
        n_effective,
        "batch means",
        confidence,
    )


def interval_of_percentile(
    values: Floats, percentile: float, confidence: float = 0.95
) -> Interval | None:
    """For a percentile, 0 < percentile < 100, of `values` in the order of time.

    None for fewer than MIN_SAMPLES, and with fewer than MIN_BEYOND effective samples beyond the
    percentile: it cannot be bounded then.
    """
    n, share = len(values), percentile / 100
    if not 0 < share < 1:
        raise ValueError(
            f"There are intervals for percentiles between 0 and 100, not for {percentile:g}."
        )
    if n < MIN_SAMPLES:
        return None
    ordered = np.sort(values)
    at_or_below = (values <= np.quantile(ordered, share)).astype(np.float64)
    error, n_effective = _error_of_mean(at_or_below)
    if is_thin(n_effective, percentile):
        return None
    half = error * student_quantile(confidence, BATCHES - 1)
    below, above = (share - half) * (n - 1), (share + half) * (n - 1)
    if below < 0 or above > n - 1:
        return None
    return Interval(
        float(ordered[math.floor(below)]),
        float(ordered[math.ceil(above)]),
        n_effective,
        "batch means of the share below",
        confidence,
    )


def interval_of_ratio(
    above: Floats, below: Floats, confidence: float = 0.95, *, seed: int = 0
) -> Interval | None:
    """For Σ above / Σ below, the two in pairs and in the order of time: tokens of a stretch of
    time, and its seconds.

    None for fewer than MIN_SAMPLES pairs, and if nothing is below. The same data and seed give
    the same interval.
    """
    n, total = len(above), float(below.sum())
    if n < MIN_SAMPLES or total <= 0:
        return None
    ratio = float(above.sum()) / total
    length = n // BLOCKS
    above_sums, below_sums = _resampled_sums(above, below, length, seed)
    there = below_sums > 0
    error = (
        float(np.std(above_sums[there] / below_sums[there]))
        * (n / (n - length)) ** 0.5
    )
    half = error * student_quantile(confidence, BLOCKS - 1)
    residual = above - ratio * below
    n_effective = _effective(
        n, float(np.mean(residual**2)), (error * total / n) ** 2
    )
    return Interval(
        _low(ratio, half, above),
        ratio + half,
        n_effective,
        BOOTSTRAP,
        confidence,
    )


def interval_of_repeats(
    values: Sequence[float], confidence: float = 0.95
) -> Interval | None:
    """For the mean over repeats of a run, one value each. None for a single run."""
    n = len(values)
    if n < 2:
        return None
    half = (
        student_quantile(confidence, n - 1)
        * float(np.std(values, ddof=1))
        / n**0.5
    )
    mean = float(np.mean(values))
    return Interval(
        _low(mean, half, values), mean + half, n, "repeats", confidence
    )


def half_width(low: float, high: float, value: float) -> float:
    """Half of the interval around `value`, in its unit, before it was cut off at 0."""
    return high - value if low == 0 else (high - low) / 2


def error_of(interval: Interval, value: float) -> tuple[float, int]:
    """The standard error that an interval of one run was made from, in its unit, and the degrees of
    freedom of that error.

    `value` is what the run found, around which the interval lies.
    """
    degrees = (BLOCKS if interval.method == BOOTSTRAP else BATCHES) - 1
    return half_width(interval.low, interval.high, value) / student_quantile(
        interval.confidence, degrees
    ), degrees


def _low(value: float, half: float, values: Floats | Sequence[float]) -> float:
    """The lower end of an interval; not negative if no value is."""
    return (
        max(value - half, 0.0)
        if np.min(values) >= -ROUNDING * abs(value)
        else value - half
    )


def batch_means(values: Floats, batches: int) -> Floats:
    """Of so many parts of a series, as equal as can be."""
    edges = np.linspace(0, len(values), batches + 1).astype(np.int64)
    means: Floats = np.add.reduceat(values, edges[:-1]) / np.diff(edges)
    return means


def _error_of_mean(values: Floats) -> tuple[float, float]:
    """Standard error of the mean of a series, and its effective sample size."""
    n, means = len(values), batch_means(values, BATCHES)
    deviations = means - means.mean()
    squares = float(np.sum(deviations**2))
    if squares == 0.0:
        return 0.0, float(n)
    correlation = float(np.sum(deviations[1:] * deviations[:-1])) / squares
    correlation = min(max(correlation, 0.0), MAX_CORRELATED)
    variance = (
        squares
        / (BATCHES - 1)
        / BATCHES
        * (1 + correlation)
        / (1 - correlation)
    )
    return variance**0.5, _effective(n, float(np.var(values)), variance)


def _effective(n: int, variance: float, variance_of_mean: float) -> float:
    return (
        min(float(n), variance / variance_of_mean)
        if variance_of_mean > 0
        else float(n)
    )


def _resampled_sums(
    above: Floats, below: Floats, length: int, seed: int
) -> tuple[Floats, Floats]:
    """Both sums over RESAMPLES series of BLOCKS blocks each, drawn with replacement among all
    blocks of this length.
    """
    starts = np.random.default_rng(seed).integers(
        0, len(above) - length + 1, (RESAMPLES, BLOCKS)
    )
    return _block_sums(above, length)[starts].sum(axis=1), _block_sums(
        below, length
    )[starts].sum(axis=1)


def _block_sums(values: Floats, length: int) -> Floats:
    running = np.concatenate(([0.0], np.cumsum(values)))
    sums: Floats = running[length:] - running[:-length]
    return sums
