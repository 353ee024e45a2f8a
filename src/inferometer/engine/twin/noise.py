"""How much chance there is in a metric of a simulated run at a rate: with other arrivals it comes
out otherwise, and so does a measurement.

Requests of one run are not independent of each other, as those that wait wait together: what counts
is how much blocks of requests differ. Percentiles are where that share of the requests is exceeded,
a little more or less; the tail beyond the last request is continued as an exponential one.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, log, sqrt

import numpy as np
from numpy.typing import NDArray

from inferometer.engine.twin.client import PERCENTILES, TwinLoad, latencies_ms
from inferometer.engine.twin.request import TwinRequest

Array = NDArray[np.float64]

BLOCKS = 10
TAIL = 0.1
"""Share of the requests from which the tail is known."""
MIN_REQUESTS = 2 * BLOCKS
FEW_BLOCKS = 1.833 / 1.645
"""How much farther 90 % reach with so few blocks: Student's t with 9 degrees of freedom against the
normal distribution.
"""


def noise_of(load: TwinLoad, done: Sequence[TwinRequest]) -> dict[str, float]:
    """By metric: standard deviation of the logarithm of simulated / measured where both differ by
    chance alone. Empty where requests do not come by chance, or are too few to tell.
    """
    if load.request_rate == inf:
        return {}
    in_order = sorted(done, key=lambda each: (each.arrived_ns, each.number))
    found = {}
    for name, times_ms in latencies_ms(in_order).items():
        if len(times_ms) < MIN_REQUESTS:
            continue
        found[f"mean_{name}_ms"] = _of_mean(times_ms)
        for percent in PERCENTILES:
            found[f"p{percent}_{name}_ms"] = _of_percentile(times_ms, percent)
        found[f"median_{name}_ms"] = found[f"p50_{name}_ms"]
    return {name: sqrt(2) * spread for name, spread in found.items()}


def _of_mean(times: Array) -> float:
    return _error_of_mean(times) / float(times.mean())


def _of_percentile(times: Array, percent: int) -> float:
    value, beyond = float(np.percentile(times, percent)), 1 - percent / 100
    alone = sqrt(beyond * (1 - beyond) / len(times))
    error = max(alone, _error_of_mean((times > value).astype(np.float64)))
    low = float(np.quantile(times, max(0.0, 1 - beyond - error)))
    high = _exceeded_by(times, max(beyond - error, beyond / 4))
    return max(log(value / low), log(high / value), 0.0)


def _error_of_mean(values: Array) -> float:
    means = [block.mean() for block in np.array_split(values, BLOCKS)]
    return FEW_BLOCKS * float(np.std(means, ddof=1)) / sqrt(BLOCKS)


def _exceeded_by(times: Array, share: float) -> float:
    """What so small a share of requests exceeds."""
    value = float(np.quantile(times, 1 - share))
    if share >= TAIL:
        return value
    start = float(np.quantile(times, 1 - TAIL))
    excess = float((times[times >= start] - start).mean())
    return max(value, start + excess * log(TAIL / share))
