"""Whether an engine is overloaded: it still fills up, or slows down, when the simulated load ends.

Requests at once (running and waiting) and E2EL are taken as means of blocks of arrivals. A trend is
one that hardly any order of unrelated blocks shows (Mann-Kendall), and that matters.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inferometer.engine.twin.request import TwinRequest

BLOCKS = 10
MIN_ORDER = 27
"""Pairs of blocks that rise, less those that fall, of 45: with unrelated blocks, 1 in 200."""
MIN_GROWTH = 0.25
"""From the first block to the last, of the mean."""
MIN_REQUESTS = 2.0
"""Growth of requests at once that is none: one more at the end is chance."""


def is_growing(done: Sequence[TwinRequest]) -> bool:
    """`done`: in the order of their arrival, after warm-up."""
    if len(done) < 2 * BLOCKS:
        return False
    arrived, finished = (
        np.array([getattr(each, name) for each in done], dtype=np.float64)
        for name in ("arrived_ns", "finished_ns")
    )
    gone = np.searchsorted(np.sort(finished), arrived, side="right")
    at_once = np.arange(1.0, len(done) + 1) - gone
    return _rises(at_once, MIN_REQUESTS) or _rises(finished - arrived)


def _rises(values: NDArray[np.float64], least: float = 0.0) -> bool:
    means = np.array([block.mean() for block in np.array_split(values, BLOCKS)])
    steps = means[None, :] - means[:, None]
    later = np.triu_indices(BLOCKS, 1)
    order = int(np.sign(steps[later]).sum())
    apart = later[1] - later[0]
    growth = float(np.median(steps[later] / apart)) * (BLOCKS - 1)
    needed = max(least, MIN_GROWTH * float(means.mean()))
    return order >= MIN_ORDER and growth >= needed
