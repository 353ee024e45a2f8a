"""Traces of power with a known answer, as a sampler at 2 Hz would have seen them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from inferometer.clock import NS
from inferometer.telemetry.moments import next_look_ns
from inferometer.trace.series import SampledCard, Series, Telemetry

PERIOD_S = 0.5
A, B = "0000:03:00.0", "0000:83:00.0"

Numbers = npt.NDArray[np.float64]
Power = Callable[[Numbers], Numbers]


def constant(watts: float) -> Power:
    return lambda t: np.full_like(t, watts)


def step(before: float, after: float, at_s: float) -> Power:
    return lambda t: np.where(t < at_s, before, after)


def ramp(begin: float, end: float, over_s: float) -> Power:
    return lambda t: begin + (end - begin) * np.clip(t / over_s, 0, 1)


def saw_tooth(low: float, high: float, period_s: float) -> Power:
    return lambda t: low + (high - low) * ((t / period_s) % 1.0)


def joules(power: Power, start_s: float, end_s: float) -> float:
    """The true energy, by a fine sum."""
    t = np.linspace(start_s, end_s, 400_001, dtype=np.float64)
    return float(np.trapezoid(power(t), t))


def stamps(start_s: float, end_s: float, phase_s: float = 0.13) -> Numbers:
    """When a sampler looked; its clock and the window's have nothing in common."""
    return np.arange(start_s + phase_s, end_s, PERIOD_S, dtype=np.float64)


def scattered(start_s: float, end_s: float, phase_s: float = 0.0) -> Numbers:
    """When our own sampler looks: once in each period, at another moment of it each time."""
    period_ns, now, found = round(PERIOD_S * NS), 0, []
    while (now := next_look_ns(now, period_ns)) < (end_s - start_s) * NS:
        found.append(start_s + phase_s + now / NS)
    return np.array(found)


def series(
    name: str,
    card: str,
    times_s: Numbers,
    value: Numbers,
    *,
    averaging: str = "",
    reason: str | None = None,
) -> Series:
    unit = {"power_w": "W", "energy_j": "J"}.get(name, "1")
    told = np.array(
        [None if np.isfinite(each) else reason for each in value], dtype=object
    )
    time_ns = (times_s * NS).astype(np.int64)
    return Series(name, unit, card, "test", averaging, time_ns, value, told)


def counted(power: Power, times_s: Numbers, step_s: float = 0.02) -> Numbers:
    """A counter that moves every `step_s`."""
    fine = np.arange(times_s[0] - 1, times_s[-1] + step_s, step_s)
    total = np.concatenate(
        [[0], np.cumsum(power(fine[:-1] + step_s / 2) * step_s)]
    )
    at = np.searchsorted(fine, times_s, side="right") - 1
    found: Numbers = 1000 + total[at]
    return found


def telemetry(*all_series: Series, idle_s: float = 0.0) -> Telemetry:
    cards = dict.fromkeys(each.card for each in all_series)
    return Telemetry(
        all_series,
        tuple(SampledCard(card, "nvidia") for card in cards),
        idle_s=idle_s,
    )


def both(
    power: Power,
    times_s: Numbers,
    card: str = A,
    counter: Power | None = None,
) -> list[Series]:
    """A card's power and its counter."""
    return [
        series("power_w", card, times_s, power(times_s)),
        series("energy_j", card, times_s, counted(counter or power, times_s)),
    ]


def without(one: Series, start_s: float, end_s: float) -> Series:
    """With a gap between these moments."""
    keep = (one.time_ns < start_s * NS) | (one.time_ns > end_s * NS)
    return replace(
        one,
        time_ns=one.time_ns[keep],
        value=one.value[keep],
        reason=one.reason[keep],
    )
