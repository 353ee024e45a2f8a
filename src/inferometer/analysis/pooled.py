"""The mean effect over several points, such as the steps of a load ladder, and how exactly they
know it together.

The points are taken as they are, not as a sample of others: an effect that grows with the load does
not widen the interval of its mean. What does is noise, and whether points share it: runs that were
taken in turns one right after the other have their own; passes over a whole ladder, one side after
the other, have theirs in common.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

import numpy as np

from inferometer.analysis.effect import (
    MIN_PAIRS,
    Array,
    Effect,
    Neighbours,
    degrees_of_sum,
    in_turns,
)


def mean_effect(
    effects: Sequence[Effect], *, adjacent: bool, drift: float
) -> Effect:
    """The mean of the points' effects, in the order of their conditions.

    `adjacent`: whether neighbours of a point followed each other in time, without runs of another
    point between them. `drift`: see `effect_of`.
    """
    designs = {effect.design for effect in effects}
    if designs == {"single runs"}:
        return _of_single_runs(effects)
    all_in_turns = designs == {"in turns"}
    if all_in_turns and not adjacent and (passes := _passes(effects)):
        return replace(
            in_turns(passes, _runs(effects), drift),
            neighbours=(),
            points=len(effects),
        )
    mean = _combined(
        effects, independent=adjacent or designs == {"one after the other"}
    )
    enough = (
        adjacent
        and all_in_turns
        and sum(len(effect.neighbours) for effect in effects) >= MIN_PAIRS
    )
    return replace(mean, allowance=0.0) if enough else mean


def _combined(effects: Sequence[Effect], *, independent: bool) -> Effect:
    """If independent, errors add as squares do; if not, the worst case: all points err in the same
    direction.
    """
    number = len(effects)
    known = [
        (effect.error / number, effect.degrees)
        for effect in effects
        if effect.error is not None
    ]
    error, degrees = None, min(effect.degrees for effect in effects)
    if len(known) == number:
        error = (
            math.sqrt(sum(e**2 for e, _ in known))
            if independent
            else sum(e for e, _ in known)
        )
        degrees = (
            degrees_of_sum([(e**2, df) for e, df in known])
            if independent
            else degrees
        )
    spreads = [effect.spread for effect in effects if effect.spread is not None]
    designs = [effect.design for effect in effects]
    return Effect(
        log_ratio=fmean(effect.log_ratio for effect in effects),
        error=error,
        degrees=degrees,
        design=max(designs, key=designs.count),
        allowance=fmean(effect.allowance for effect in effects),
        runs=_runs(effects),
        spread=math.sqrt(fmean(spread**2 for spread in spreads) / number)
        if len(spreads) == number
        else None,
        points=number,
    )


def _passes(effects: Sequence[Effect]) -> list[Neighbours]:
    """The mean over the points of their first pair of neighbours, of their second, …; none if they
    do not all have the same.
    """
    orders = {
        tuple(pair.a_first for pair in effect.neighbours) for effect in effects
    }
    if len(orders) > 1:
        return []
    of_each_pass = zip(*(effect.neighbours for effect in effects), strict=True)
    return [
        Neighbours(fmean(pair.difference for pair in pairs), pairs[0].a_first)
        for pairs in of_each_pass
    ]


def _of_single_runs(effects: Sequence[Effect]) -> Effect:
    """Single runs do not know what differs from run to run; how much the effects of neighbouring
    points differ does.
    """
    within = _combined(effects, independent=True)
    if len(effects) < 3:
        return within
    spread, degrees = noise_of_neighbours(
        np.array([effect.log_ratio for effect in effects])
    )
    error = spread / math.sqrt(len(effects))
    if within.error is not None and within.error > error:
        error, degrees = within.error, within.degrees
    return replace(
        within,
        error=error,
        degrees=degrees,
        spread=spread / math.sqrt(len(effects)),
    )


def noise_of_neighbours(values: Array) -> tuple[float, int]:
    """Standard deviation of the noise in a series that changes slowly, from its successive
    differences, and its degrees of freedom (von Neumann, Annals of Mathematical Statistics 12,
    1941). For three values or more.
    """
    n = len(values)
    variance = float(np.sum(np.diff(values) ** 2)) / (2 * (n - 1))
    return math.sqrt(variance), max(1, int(2 * (n - 1) ** 2 / (3 * n - 4)))


def _runs(effects: Sequence[Effect]) -> tuple[int, int]:
    return sum(effect.runs[0] for effect in effects), sum(
        effect.runs[1] for effect in effects
    )
