"""Distribution: what is said of a sample. Mean, median, population std and linear percentiles, as
`vllm bench serve` has them.

Knows numbers only, neither their unit nor their meaning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from inferometer.trace.trace import Floats
from inferometer.vocabulary import percentile_name

MIN_BEYOND = 10
"""A percentile with fewer samples than this beyond it is one of a few odd requests: it is shown,
but marked.
"""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A sample of `n` values in short; without values every figure is None."""

    n: int = 0
    mean: float | None = None
    median: float | None = None
    std: float | None = None
    """Of the population: the root of the mean squared deviation."""
    min: float | None = None
    max: float | None = None
    percentiles: Mapping[str, float | None] = field(default_factory=dict)
    """By name, such as `p99`."""
    thin: tuple[str, ...] = ()
    """Names of the percentiles with fewer than MIN_BEYOND samples beyond them."""


def describe(
    values: Floats, percentiles: Sequence[float], weights: Floats | None = None
) -> Distribution:
    """The distribution of `values`; they may be reordered in place. `weights`: how often each value
    counts.

    `n` is the number of values also where they are weighted. Raises ValueError for a percentile
    outside 0..100.
    """
    for p in percentiles:
        if not 0 <= p <= 100:
            raise ValueError(
                f"A percentile lies between 0 and 100, {p:g} does not."
            )
    names = [percentile_name(p) for p in percentiles]
    n = len(values)
    if n == 0:
        return Distribution(percentiles=dict.fromkeys(names))
    if weights is not None and np.all(weights == 1):
        weights = None
    mean = np.average(values, weights=weights)
    squares = values - mean
    np.square(squares, out=squares)
    std = np.sqrt(np.average(squares, weights=weights))
    del squares
    low, high = float(values.min()), float(values.max())
    if weights is None:
        cuts = np.percentile(values, [50, *percentiles], overwrite_input=True)
    else:
        cuts = _weighted_percentiles(values, weights, [50, *percentiles])
    return Distribution(
        n=n,
        mean=float(mean),
        median=float(cuts[0]),
        std=float(std),
        min=low,
        max=high,
        percentiles=dict(zip(names, cuts[1:].tolist(), strict=True)),
        thin=tuple(
            name
            for name, p in zip(names, percentiles, strict=True)
            if is_thin(n, p)
        ),
    )


def is_thin(n: float, percentile: float) -> bool:
    """Whether fewer than MIN_BEYOND of `n` samples lie beyond the percentile."""
    beyond = n * min(percentile, 100 - percentile) / 100
    return round(beyond, 6) < MIN_BEYOND  # 100 − 99.9 is not quite 0.1


def _weighted_percentiles(
    values: Floats, weights: Floats, percentiles: Sequence[float]
) -> Floats:
    """Linear percentiles of the list in which each value stands as often as its weight says,
    without writing it out.
    """
    order = np.argsort(values)
    ends = np.cumsum(weights[order])
    position = np.maximum(np.array(percentiles) / 100 * (ends[-1] - 1), 0)
    below = np.floor(position)
    last = len(values) - 1
    low, high = (
        values[order[np.minimum(np.searchsorted(ends, at, "right"), last)]]
        for at in (below, below + 1)
    )
    between: Floats = low + (high - low) * (position - below)
    return between
