"""How much chance there is in a metric of a simulated run: with other arrivals or other lengths it
comes out otherwise, and so does a measurement.

A run does not say so itself: near an engine's limit, those that wait wait together, for longer than
any part of it. So it is repeated with other seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import log, sqrt
from statistics import stdev

from inferometer.engine.twin.client import TwinLoad
from inferometer.metrics.student import student_quantile

Values = Mapping[str, float]

TWO_SIDED_90 = 1.645
RUNS, MIN_RUNS = 10, 5
"""Of a load, its own included."""
REQUESTS = 12_000
"""Of all runs, unless even MIN_RUNS of them have more."""


def noise_of(
    load: TwinLoad, values: Values, again: Callable[[TwinLoad], Values]
) -> dict[str, float]:
    """As `chance_of`, of a load alone. `values`: of the run itself. Empty where nothing of a load
    is by chance.
    """
    if not load.is_random:
        return {}
    more = range(1, runs_of(load.requests))
    others = [again(replace(load, seed=load.seed + by)) for by in more]
    return chance_of([values, *others])


def runs_of(requests: int) -> int:
    """How many runs a load gets, each with another seed: fewer if it has many requests."""
    return max(MIN_RUNS, min(RUNS, REQUESTS // requests))


def chance_of(runs: Sequence[Values]) -> dict[str, float]:
    """As `deviations`, with what so few runs do not tell: for an interval."""
    if len(runs) < 2:
        return {}
    wider = student_quantile(0.9, len(runs) - 1) / TWO_SIDED_90
    return {name: wider * each for name, each in deviations(runs).items()}


def deviations(runs: Sequence[Values]) -> dict[str, float]:
    """By metric: standard deviation of the logarithm of simulated / measured where both differ by
    chance alone. Empty for fewer than two runs.
    """
    if len(runs) < 2:
        return {}
    return {
        metric: sqrt(2) * stdev(log(each[metric]) for each in runs)
        for metric in runs[0]
        if all(each.get(metric, 0) > 0 for each in runs)
    }
