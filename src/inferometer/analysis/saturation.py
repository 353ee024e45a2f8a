"""Where a scaling curve saturates: up to which load throughput grows in proportion to it, and from
which load on it grows no more. Pure numbers; knows no point.

No formula is fitted. Loads that lie close together are averaged, which takes the noise out of dense
ladders and leaves sparse ones as they are; the phases are read off these averages at the loads that
were measured. The saturation point lies between two of them. Its interval says between which, with
the noise of the measurements taken into account: repeats tell it, or the runs' own intervals, or
how dense ladders scatter. Where none of them does, there is no interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

import numpy as np
import numpy.typing as npt

from inferometer.metrics.student import student_quantile

PLATEAU = 0.95
"""Of the highest throughput: what is above counts as saturated."""
PROPORTIONAL = 0.9
"""Of the throughput that the lowest load promises: what is above counts as linear."""
MIN_LEVELS = 4
REACH = 1.5
"""The highest load must be this many times the saturation point: with less, a curve that still
grows looks flat at its end.
"""
AVERAGED = 1.4
"""Ratio of the highest to the lowest load that are averaged."""
MIN_AVERAGED = 5
"""Levels in an average that tell how its members scatter."""
MIN_SCATTERED = 10
"""Such levels, or degrees of freedom of repeats, from which noise is known."""
MIN_REPEATED = 3
CONFIDENCE = 0.95
NORMAL = 1.959964
RESAMPLES = 400

Array = npt.NDArray[np.float64]
Noise = Literal["repeats", "intervals", "levels", "unknown"]
State = Literal["saturated", "growing", "too few"]


@dataclass(frozen=True, slots=True)
class MeasuredLoad:
    """One load, and the throughput of each run at it."""

    load: float
    values: Sequence[float]
    error: float | None = None
    """Standard error of their mean as a share of it, where the runs' own intervals tell it."""


@dataclass(frozen=True, slots=True)
class Saturation:
    """The phases of one curve; loads are such that were measured."""

    state: State
    noise: Noise = "unknown"
    plateau: float | None = None
    """Mean throughput of the loads on it; of a curve that grows, of the highest loads."""
    linear_to: float | None = None
    """None where the second load is below proportion already."""
    saturated_from: float | None = None
    """None unless saturated."""
    falls_from: float | None = None
    """From here on throughput is below the plateau again."""
    low: float | None = None
    high: float | None = None
    """Between which loads it saturates, in 95 % of all cases. `low` is None where it may be below
    all loads; `high`, where it may be beyond them. Both are None where the noise is unknown.
    """


def saturation(levels: Sequence[MeasuredLoad]) -> Saturation:
    """The phases of a curve, whose levels differ in their load and come in its order."""
    if len(levels) < MIN_LEVELS:
        return Saturation("too few")
    loads = np.array([level.load for level in levels])
    means = np.array([fmean(level.values) for level in levels])
    weights = _weights(loads)
    smooth = weights @ means
    noise, errors = _noise(levels, means, weights, smooth)
    first = _saturated_at(loads, smooth[None, :])[0]
    is_saturated = first < len(loads)
    low, high = (
        _interval(loads, smooth if noise == "levels" else means, errors)
        if errors is not None
        else (None, None)
    )
    return Saturation(
        "saturated" if is_saturated else "growing",
        noise,
        float(means[smooth >= PLATEAU * smooth.max()].mean()),
        _linear_to(loads, smooth),
        float(loads[first]) if is_saturated else None,
        _falls_from(loads, smooth) if is_saturated else None,
        low,
        high,
    )


def _weights(loads: Array) -> Array:
    """Rows that average the loads around each."""
    apart = np.abs(np.log(loads[:, None] / loads))
    near = (apart <= np.log(AVERAGED) / 2).astype(np.float64)
    weights: Array = near / near.sum(axis=1, keepdims=True)
    return weights


def _saturated_at(loads: Array, curves: Array) -> npt.NDArray[np.intp]:
    """Of each row, the place of the first load on its plateau; the number of loads where the curve
    does not go on far enough beyond it.
    """
    at = np.argmax(curves >= PLATEAU * curves.max(axis=1)[:, None], axis=1)
    return np.where(loads[-1] >= REACH * loads[at], at, len(loads))


def _linear_to(loads: Array, smooth: Array) -> float | None:
    below = smooth < PROPORTIONAL * loads * smooth[0] / loads[0]
    last = int(np.argmax(below)) - 1 if below.any() else len(loads) - 1
    return float(loads[last]) if last > 0 else None


def _falls_from(loads: Array, smooth: Array) -> float | None:
    on_plateau = np.flatnonzero(smooth >= PLATEAU * smooth.max())
    after = int(on_plateau[-1]) + 1
    return float(loads[after]) if after < len(loads) else None


def _noise(
    levels: Sequence[MeasuredLoad], means: Array, weights: Array, smooth: Array
) -> tuple[Noise, Array | None]:
    """Where the noise is known from, and the standard error of each level as a share of it."""
    counts = np.array([len(level.values) for level in levels])
    degrees = int((counts - 1).sum())
    if degrees >= MIN_REPEATED:
        squares = sum(
            float(np.sum((np.asarray(level.values) / mean - 1) ** 2))
            for level, mean in zip(levels, means, strict=True)
        )
        deviation = (squares / degrees) ** 0.5 * _widened(degrees)
        return "repeats", deviation / np.sqrt(counts)
    own = [level.error for level in levels if level.error is not None]
    if len(own) == len(levels):
        return "intervals", np.array(own)
    members = (weights > 0).sum(axis=1)
    there = members >= MIN_AVERAGED
    if there.sum() < MIN_SCATTERED:
        return "unknown", None
    squared = (means / smooth - 1)[there] ** 2 / (1 - 1 / members[there])
    deviation = float(np.mean(squared)) ** 0.5 * _widened(int(there.sum()))
    return "levels", np.full(len(levels), deviation)


def _widened(degrees: int) -> float:
    """For a deviation that is itself known from a few values only."""
    return student_quantile(CONFIDENCE, degrees) / NORMAL


def _interval(
    loads: Array, means: Array, errors: Array
) -> tuple[float | None, float | None]:
    """Resampled: below which load it was not saturated yet, and at which it was."""
    weights = _weights(loads)
    draws = np.random.default_rng(0).normal(size=(RESAMPLES, len(loads)))
    curves = (means * np.exp(draws * errors)) @ weights.T
    at = _saturated_at(loads, curves)
    known = np.append(loads, np.inf)
    # an average over a bend is below the curve, which may have bent earlier
    lowest = loads[np.argmax(weights > 0, axis=1)]
    before = np.where(at > 0, lowest[at - 1], 0.0)
    last_but = loads[REACH * loads <= loads[-1]]
    unseen = last_but[-1] if len(last_but) else 0.0
    before = np.where(at == len(loads), unseen, before)
    share = (1 - CONFIDENCE) / 2
    low = float(np.quantile(before, share, method="lower"))
    high = float(np.quantile(known[at], 1 - share, method="higher"))
    return low or None, None if np.isinf(high) else high
