"""RateProfile: how the arrival rate changes with time, as the time at which a number of arrivals is
reached.

An arrival process with mean gap 1, mapped through that function, has the wanted rate at every
moment, whatever its burstiness (time rescaling). So all load shapes need one draw and one function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RateProfile:
    """`seconds_at(counts)`: when this many arrivals are expected, s after the start."""

    start_rate: float
    """Arrivals per second at the start."""
    seconds_at: Callable[[Floats], Floats]


def constant(rate: float) -> RateProfile:
    """`rate` arrivals per second all the time."""
    return RateProfile(rate, lambda counts: counts / rate)


def ramp(
    strategy: Literal["linear", "exponential"],
    start_rate: float,
    end_rate: float,
    n: int,
) -> RateProfile:
    """From `start_rate` to `end_rate` (per second), reached at the n-th arrival.

    linear: rate(t) = start + k t; exponential: rate(t) = start e^(k t). k follows from n, the
    integral over the ramp.
    """
    if start_rate == end_rate or n == 0:
        return constant(start_rate)
    if strategy == "linear":
        slope = (end_rate**2 - start_rate**2) / (2 * n)
        # The root of start t + slope t²/2 = counts, in the form that does not cancel for small
        # counts.
        return RateProfile(
            start_rate,
            lambda counts: (
                2
                * counts
                / (
                    start_rate
                    + np.sqrt(
                        np.maximum(start_rate**2 + 2 * slope * counts, 0.0)
                    )
                )
            ),
        )
    growth = (end_rate - start_rate) / n
    return RateProfile(
        start_rate,
        lambda counts: np.log1p(counts * growth / start_rate) / growth,
    )


def stepped(steps: Sequence[tuple[float, float]]) -> RateProfile:
    """One rate after another: `steps` are (arrivals per second, seconds); the last one stays."""
    rates = np.array([rate for rate, _ in steps])
    ends_s = np.cumsum([seconds for _, seconds in steps])
    ends = np.cumsum([rate * seconds for rate, seconds in steps])

    def seconds_at(counts: Floats) -> Floats:
        within: Floats = np.interp(counts, [0.0, *ends], [0.0, *ends_s])
        beyond: Floats = np.maximum(counts - ends[-1], 0.0) / rates[-1]
        return within + beyond

    return RateProfile(float(rates[0]), seconds_at)
