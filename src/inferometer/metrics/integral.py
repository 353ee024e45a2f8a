"""The energy that samples of a power, or of its counter, stand for, and how far off it may be.

The bound is of what the samples themselves show. It assumes that they were taken at moments that
have nothing to do with the power's own rhythm, as our sampler's are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from inferometer.trace.series import Values

SIGMAS = 2.6
"""Of what looks like noise: 99 %."""
OF_ONE_EVENT = 3
"""Neighbours that one jump or one spike moves. Its error is limited by its height, so that it needs
no allowance for chance.
"""
OF_MEANS = 0.25
"""Means over at least the time between samples leave so much less open between them."""
OVERLAP = 1.25
"""Samples further apart than this many of their means leave moments that are in none."""
OF_SMEARED = 1 / 6
"""Of a mean's length and what it changes by at an edge. A jump right there takes 1/8."""
OF_HIDDEN = 1 / 16
"""Of a mean's length and the power: half of it may swing at an edge without changing the mean."""
RISEN = 0.63
"""What a running mean shows of a change after its time constant."""
MAX_LAG_S = 1.0
"""No driver is known to average over longer than twice that."""
HARDLY = 0.1
"""A change by so small a share of what follows does not show how late a power is."""
ROUNDED_W = 0.5
"""Many drivers give whole watts."""
MOST, OF_STEPS = 0.75, 5.0
"""So many times what most samples are off may a counter lag that moves in steps. The rest are off
because the power jumped.
"""


class Integral(NamedTuple):
    """Joules, and by how many they may be off."""

    joules: float
    uncertainty_j: float


def of_moments(t: Values, watts: Values, start: float, end: float) -> Integral:
    """From momentary values: trapezoids, and each end of the window has the power of the nearest
    sample inside, since load begins and ends there. All of it in seconds and watts.
    """
    inside = (t >= start) & (t <= end)
    first, last = np.flatnonzero(inside)[[0, -1]]
    here_t, here_w = t[inside], watts[inside]
    joules = float(
        np.trapezoid(here_w, here_t)
        + here_w[0] * (here_t[0] - start)
        + here_w[-1] * (end - here_t[-1])
    )
    # the power may as well have jumped at that sample
    edges = (here_t[0] - start) * abs(watts[max(first - 1, 0)] - here_w[0])
    edges += (end - here_t[-1]) * abs(
        watts[min(last + 1, len(watts) - 1)] - here_w[-1]
    )
    return Integral(joules, float(edges) + _between(here_t, here_w))


def of_lag(t: Values, watts: Values, start: float, end: float) -> float:
    """By how many joules a power may be off that follows the load late, as that of a driver which
    averages over a time that it does not name: what is missing at the start comes after the end.
    """
    inside = np.flatnonzero((t >= start) & (t <= end))
    first, last = int(inside[0]), int(inside[-1])
    before = watts[max(first - 1, 0)]
    missing_w = float(abs(watts[last] - before))
    soon = first + int((t[inside] <= start + 2 * MAX_LAG_S).sum())
    changed = np.abs(watts[first : max(soon, first + 1)] - before)
    wanted = RISEN * float(changed.max())
    if wanted <= HARDLY * missing_w:
        return MAX_LAG_S * missing_w
    place = int(np.argmax(changed >= wanted))
    known = [0.0, *changed][place : place + 2]
    times = [max(float(t[max(first + place - 1, 0)]), start), t[first + place]]
    late_s = float(np.interp(wanted, known, times)) - start
    return min(late_s, MAX_LAG_S) * missing_w


def of_rounding(watts: Values, seconds: float) -> float:
    """By how many joules whole watts may be off."""
    is_whole = bool((np.abs(watts - np.rint(watts)) < 1e-6).all())
    return ROUNDED_W * seconds if is_whole else 0.0


def of_means(
    t: Values, watts: Values, start: float, end: float, over_s: float
) -> Integral:
    """From means over `over_s`, stamped at their middle, that overlap or follow each other: every
    moment between the first and the last is in them, but both ends are smeared.
    """
    inside = (t > start) & (t < end)
    ends = np.interp([start, end], t, watts)
    here_t = np.concatenate([[start], t[inside], [end]])
    here_w = np.concatenate([ends[:1], watts[inside], ends[1:]])
    smeared = over_s * sum(
        max(OF_SMEARED * float(np.ptp(near)), OF_HIDDEN * float(near.max()))
        for edge in (start, end)
        if len(near := watts[np.abs(t - edge) <= over_s])
    )
    overlap = np.diff(here_t).max() <= OVERLAP * over_s
    share = OF_MEANS if overlap else 1.0
    return Integral(
        float(np.trapezoid(here_w, here_t)),
        smeared + share * _between(here_t, here_w),
    )


def _between(t: Values, watts: Values) -> float:
    """What trapezoids leave open: how far each sample lies off the line between its neighbours says
    what happens between samples.
    """
    cells = np.diff(t)
    if not len(cells):
        return 0.0
    jump = float((np.abs(np.diff(watts)) * cells).max()) / 2
    off = np.sort(_off_the_line(t, watts) * (t[2:] - t[:-2]) / 2)
    rest, event = off[:-OF_ONE_EVENT], off[-OF_ONE_EVENT:]
    return max(jump, _together(event)) + SIGMAS * _together(rest)


def _off_the_line(t: Values, y: Values) -> Values:
    """Of each inner point, the distance from the line between its neighbours, as a deviation of
    that point: that of independent points is larger by the neighbours' own.
    """
    share = (t[1:-1] - t[:-2]) / (t[2:] - t[:-2])
    line = y[:-2] * (1 - share) + y[2:] * share
    own = np.sqrt(1 + share**2 + (1 - share) ** 2)
    found: Values = np.abs(y[1:-1] - line) / own
    return found


def _together(parts: Values) -> float:
    return float(np.sqrt((parts**2).sum()))


def of_counter(
    t: Values, joules: Values, start: float, end: float, step_s: float = 0.0
) -> Integral:
    """From a counter that is read between both ends of the window: it moves in steps, and what it
    did between two samples around an end is not known. `step_s`: as is known of its kind.
    """
    slopes = np.diff(joules) / np.diff(t)
    begin_j, begin_open = _counted_at(t, joules, slopes, start)
    end_j, end_open = _counted_at(t, joules, slopes, end)
    near = (t >= start) & (t <= end)
    off = _off_the_line(t[near], joules[near])
    steps = OF_STEPS * float(np.quantile(off, MOST)) if len(off) else 0.0
    grown = end_j - begin_j
    steps += step_s * grown / (end - start)
    return Integral(grown, begin_open + end_open + steps)


def _counted_at(
    t: Values, joules: Values, slopes: Values, at: float
) -> tuple[float, float]:
    """The middle of what the counter may have been at a moment between two samples, and how far the
    ends of that are: the power there is between those of the cells around it.
    """
    cell = int(np.clip(np.searchsorted(t, at) - 1, 0, len(slopes) - 1))
    low, high = (
        float(limit(slopes[max(cell - 1, 0) : cell + 2]))
        for limit in (np.min, np.max)
    )
    before, after = float(at - t[cell]), float(t[cell + 1] - at)
    grown = float(joules[cell + 1] - joules[cell])
    most = min(high * before, grown - low * after)
    least = max(low * before, grown - high * after)
    return float(joules[cell]) + (most + least) / 2, max(0.0, most - least) / 2
