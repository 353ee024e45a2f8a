"""Repeats: what several runs of one point say together, and whether they agree with what each says
of itself.

A run's own interval knows only what varies within it. What changes between runs (a warm card,
another batch of prompts, a neighbour on the machine) shows in repeats alone, so the interval over
repeats is the one to quote where the two disagree. Not known here: traces, files, and why runs
differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from inferometer.metrics.statistics import (
    Interval,
    error_of,
    interval_of_repeats,
)
from inferometer.words import Said

BEYOND_CHANCE_Z = 2.326
"""One in a hundred: eight numbers are looked at, and a false alarm costs an hour."""
NEGLIGIBLE_SHARE = 0.005
"""Standard deviation over runs / mean, up to which nobody minds how it compares."""


@dataclass(frozen=True, slots=True)
class Spread:
    """One number over several runs, in its own unit."""

    values: tuple[float, ...]
    """One a run."""
    mean: float
    interval: Interval | None
    """For the mean in the long run of runs; None for a single one."""
    variation: float | None
    """Standard deviation over the runs / that which their own intervals lead to expect; None where
    not all have one.
    """
    runs_differ: bool
    """By more than their own intervals and chance explain, and enough to matter."""

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            **asdict(self),
            "runs": len(self.values),
            "min": self.low,
            "max": self.high,
        }


def spread(values: Sequence[float], own: Sequence[Interval]) -> Spread:
    """`own`: the intervals of the runs, as far as they have one."""
    variation = z = None
    if len(values) > 1 and len(own) == len(values):
        variation, z = _compare(values, own)
    mean = float(np.mean(values))
    matters = (
        float(np.std(values, ddof=1)) > NEGLIGIBLE_SHARE * abs(mean)
        if len(values) > 1
        else False
    )
    return Spread(
        values=tuple(values),
        mean=mean,
        interval=interval_of_repeats(values),
        variation=variation,
        runs_differ=matters and z is not None and z > BEYOND_CHANCE_Z,
    )


def _compare(
    values: Sequence[float], own: Sequence[Interval]
) -> tuple[float | None, float | None]:
    """Root of the ratio of variance between runs to that within them, and how unlikely so large a
    ratio is, as a normal z.
    """
    errors, degrees = np.array(list(map(error_of, own, values))).T
    within = float(np.mean(errors**2))
    if within == 0.0:
        return None, None
    ratio = float(np.var(values, ddof=1)) / within
    z = _z_of_ratio(ratio, len(values) - 1, float(degrees.sum()))
    return ratio**0.5, z


def _z_of_ratio(ratio: float, above: int, below: float) -> float:
    """Of a ratio of variances, by their degrees of freedom. It is distributed as F; Paulson, Annals
    of Mathematical Statistics 13, 1942, makes it nearly normal.
    """
    between, inside = 2 / (9 * above), 2 / (9 * below)
    root = ratio ** (1 / 3)
    distance = (1 - inside) * root - (1 - between)
    z: float = distance / (inside * root**2 + between) ** 0.5
    return z


def agreement(found: Mapping[str, Spread], labels: Mapping[str, str]) -> Said:
    """Whether the runs agree. `labels` are the numbers looked at, each by its name in words."""
    looked_at = [name for name in found if name in labels]
    differing = [name for name in looked_at if found[name].runs_differ]
    if differing:
        worst = max(differing, key=lambda name: found[name].variation or 0.0)
        times, more = found[worst].variation, len(differing) - 1
        values = {"label": labels[worst], "times": times, "more": more}
        return Said("repeats.differ.more" if more else "repeats.differ", values)
    known = any(found[name].variation is not None for name in looked_at)
    return Said("repeats.agree" if known else "repeats.short")
