"""Series whose long-run values are known: what the values of one run are like. All are stationary
from the start.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Series = npt.NDArray[np.float64]
"""One series a row."""


def autoregressive(
    phi: float, n: int, trials: int, rng: np.random.Generator
) -> Series:
    """AR(1) with normal noise of variance 1; its mean is 0."""
    series = rng.standard_normal((n, trials))
    series[0] *= autoregressive_std(phi)
    for i in range(1, n):
        series[i] += phi * series[i - 1]
    return _a_row_each(series)


def _a_row_each(columns: Series) -> Series:
    """Each series in one piece: taken block by block, since memory is slow across rows."""
    rows = np.empty(columns.shape[::-1])
    for first in range(0, len(columns), 64):
        rows[:, first : first + 64] = columns[first : first + 64].T
    return rows


def autoregressive_std(phi: float) -> float:
    return 1 / math.sqrt(1 - phi**2)


def autoregressive_percentile(phi: float, percentile: float) -> float:
    return autoregressive_std(phi) * NormalDist().inv_cdf(percentile / 100)


def queueing(
    load: float, n: int, trials: int, rng: np.random.Generator
) -> Series:
    """Waiting times in an M/M/1 queue with a mean service time of 1, by Lindley's recursion."""
    waits = np.empty((n, trials))
    wait = np.where(
        rng.random(trials) < load, rng.exponential(1 / (1 - load), trials), 0.0
    )
    for i in range(n):
        waits[i] = wait
        wait = np.maximum(
            0.0,
            wait
            + rng.exponential(1, trials)
            - rng.exponential(1 / load, trials),
        )
    return _a_row_each(waits)


def queueing_mean(load: float) -> float:
    return load / (1 - load)


def queueing_percentile(load: float, percentile: float) -> float:
    """Of P(wait > t) = load · exp(−(1 − load) t), where that is more than 0."""
    return -math.log((1 - percentile / 100) / load) / (1 - load)


def bursty_gaps(n: int, trials: int, rng: np.random.Generator) -> Series:
    """Times between completions of a server whose speed wanders: exponential, times the exponential
    of an AR(1).
    """
    slowness = np.exp(
        0.5 * autoregressive(0.9, n, trials, rng) / autoregressive_std(0.9)
    )
    gaps: Series = slowness * rng.exponential(1, (trials, n))
    return gaps


BURSTY_MEAN_GAP = math.exp(0.5**2 / 2)


def closed_loop(
    slots: int, n: int, trials: int, rng: np.random.Generator
) -> tuple[Series, Series]:
    """When each of `n` requests was sent and ended, s: a slot sends the next at once; requests take
    about 1 s, by an AR(1).
    """
    took = np.exp(
        0.05 * autoregressive(0.9, n, trials, rng) / autoregressive_std(0.9)
        + 0.05 * rng.standard_normal((trials, n))
    )
    sent, free, row = (
        np.empty((trials, n)),
        np.zeros((trials, slots)),
        np.arange(trials),
    )
    for i in range(n):
        slot = free.argmin(axis=1)
        sent[:, i] = free[row, slot]
        free[row, slot] += took[:, i]
    return sent, sent + took
