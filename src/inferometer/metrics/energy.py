"""Energy of the cards under test in the measured window, by two methods that have to agree: the
card's own counter, and its power integrated over time.

Pure. What cannot be certified is None with a reason code, never 0: a tool that stalled must not
look like low power.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from inferometer.clock import NS
from inferometer.metrics.definitions import Rows
from inferometer.metrics.integral import (
    Integral,
    of_counter,
    of_lag,
    of_means,
    of_moments,
    of_rounding,
)
from inferometer.trace.series import Telemetry, Times, Values, averaging_ns

Reason = Literal[
    "no_power_source",
    "counter_frozen",
    "counter_reset",
    "counter_implausible",
    "window_not_bracketed",
    "sampling_gap",
    "too_few_samples",
    "window_too_short",
    "card_missing",
    "card_unexpected",
    "cards_unknown",
    "methods_disagree",
    "too_uncertain",
    "clock_mismatch",
    "source_lost",
    "permission",
    "partition_scope",
    "shared_card",
    "no_window",
    "no_idle_baseline",
    "idle_not_settled",
]
"""Why there is no energy, or why one method was not used."""

Method = Literal["counter", "power"]

MAX_GAP_NS = 1_500_000_000
MIN_SAMPLES = 2
MIN_POWER_PERIODS = 10
MIN_AVERAGING_WINDOWS = 5
MIN_COUNTER_WINDOW_NS = 10 * NS
"""Counters move in steps of up to 100 ms: 1 % of 10 s."""
NVML_STEP_S = 0.05
"""NVIDIA's counter moves every 20 to 100 ms, and samples do not always show which."""
MAX_DISAGREEMENT = 0.05
"""Of the two methods, as a share of the larger."""
MAX_UNCERTAINTY = 0.005
"""By which an energy may be off, as a share of it."""
PLAUSIBLE = (0.5, 2.0)
"""Counter ÷ integral of power. Beyond it the counter's unit is not what we take it for."""
MIN_IDLE_NS = 10 * NS
IDLE_MEAN_NS = 5 * NS
MAX_IDLE_DRIFT = 0.02
"""Between the means of the last two 5 s of an idle time that has settled."""

LAGGING = ("driver", "counter")
"""Kinds of power that follow the load late, by a time that nobody names."""
ROUNDED = ("driver", "instant")
"""Kinds of power that many drivers round to whole watts."""


@dataclass(frozen=True, slots=True)
class Window:
    """From the first request sent to the last one ended, ns since the run's start."""

    start_ns: int
    end_ns: int

    @property
    def seconds(self) -> float:
        return (self.end_ns - self.start_ns) / NS

    def holds(self, time_ns: Times) -> Rows:
        """Which of these moments are in it."""
        return (time_ns >= self.start_ns) & (time_ns <= self.end_ns)


@dataclass(frozen=True, slots=True)
class CardEnergy:
    """Energy of one card; None with a reason where it cannot be certified."""

    card: str
    joules: float | None = None
    reason: Reason | None = None
    method: Method | None = None
    counter_j: float | None = None
    counter_reason: Reason | None = None
    """Why its counter was not used, where it was not."""
    power_j: float | None = None
    power_reason: Reason | None = None
    uncertainty_j: float | None = None
    """By which the method that counts may be off; of both, the smaller, where none counts."""
    power_source: str | None = None
    power_averaging: str | None = None
    counter_source: str | None = None
    samples: int = 0
    """Of power, in the window."""
    longest_gap_s: float | None = None
    peak_w: float | None = None


@dataclass(frozen=True, slots=True)
class Energy:
    """Energy of the deployment: the sum over its cards, and only them."""

    cards: tuple[str, ...] = ()
    """Whose energy it is."""
    joules: float | None = None
    reason: Reason | None = None
    card: str | None = None
    """The one that the reason is about."""
    idle_w: float | None = None
    """Power of all of them with the model loaded and no request."""
    above_idle_j: float | None = None
    idle_reason: Reason | None = None
    peak_w: float | None = None
    """Highest power of all cards together at one moment."""
    by_card: tuple[CardEnergy, ...] = ()


def energy_of(
    telemetry: Telemetry,
    cards: Sequence[str],
    window: Window | None,
    refused: Reason | None = None,
) -> Energy:
    """Energy of these cards in the window. `refused`: why their energy is nobody's, known before.

    A wrong result is worse than none: one card that fails makes the whole sum None. The second die
    of a package has no energy of its own: that of the first is the package's.
    """
    if refused is not None or window is None or not cards:
        return Energy(
            tuple(cards), reason=refused or _without(window, telemetry)
        )
    packages = telemetry.packages
    metered = [card for card in cards if card not in packages]
    found = [_card(telemetry, card, window) for card in metered]
    found = _against_others(telemetry, window, found)
    bad = next((each for each in found if each.reason), None)
    if bad is not None:
        return Energy(
            tuple(cards),
            reason=bad.reason,
            card=bad.card,
            by_card=tuple(found),
        )
    joules = sum(each.joules or 0.0 for each in found)
    idle_w, idle_reason = _idle(telemetry, metered)
    return Energy(
        tuple(cards),
        joules,
        idle_w=idle_w,
        above_idle_j=None
        if idle_w is None
        else joules - idle_w * window.seconds,
        idle_reason=idle_reason,
        peak_w=_peak(telemetry, metered, window),
        by_card=tuple(found),
    )


def _without(window: Window | None, telemetry: Telemetry) -> Reason:
    if window is None:
        return "no_window"
    return "cards_unknown" if telemetry.cards else "no_power_source"


def _card(telemetry: Telemetry, card: str, window: Window) -> CardEnergy:
    """By both methods; the counter's where both are good and the window is long enough for it."""
    power = _by_power(telemetry, card, window)
    counter = _by_counter(telemetry, card, window)
    source, averaging = _source(telemetry, card, "power_w")
    found = CardEnergy(
        card,
        counter_j=counter.joules,
        counter_reason=counter.reason,
        power_j=power.joules,
        power_reason=power.reason,
        power_source=source,
        power_averaging=averaging,
        counter_source=_source(telemetry, card, "energy_j")[0],
        samples=power.samples,
        longest_gap_s=power.longest_gap_s,
        peak_w=power.peak_w,
    )
    return _decided(found, power, counter, window)


@dataclass(frozen=True, slots=True)
class _Integral:
    joules: float | None = None
    reason: Reason | None = None
    samples: int = 0
    longest_gap_s: float | None = None
    peak_w: float | None = None
    uncertainty_j: float = 0.0

    @property
    def is_certain(self) -> bool:
        """Whether it may be off by no more than energies may be."""
        return (
            self.joules is not None
            and self.uncertainty_j <= MAX_UNCERTAINTY * self.joules
        )


def _decided(
    found: CardEnergy, power: _Integral, counter: _Integral, window: Window
) -> CardEnergy:
    """Which of the two methods counts, or why none does."""
    if counter.reason in ("counter_reset", "clock_mismatch"):
        # the card or its driver began anew in the window: nothing of it is one measurement
        return replace(found, reason=counter.reason)
    long_enough = window.end_ns - window.start_ns >= MIN_COUNTER_WINDOW_NS
    if power.joules is not None:
        if counter.joules is None:
            return _certified(found, ("power", power))
        return _compared(found, power, counter, long_enough=long_enough)
    if counter.joules is None or power.reason != "no_power_source":
        return replace(found, reason=_worse(power, counter))
    if not long_enough:
        return replace(found, reason="window_too_short")
    return _certified(found, ("counter", counter))


def _compared(
    found: CardEnergy,
    power: _Integral,
    counter: _Integral,
    *,
    long_enough: bool,
) -> CardEnergy:
    """Counters move in steps: of a short window, power is asked first."""
    by_power, by_counter = power.joules or 0.0, counter.joules or 0.0
    least, most = PLAUSIBLE
    if not least * by_power <= by_counter <= most * by_power:
        found = replace(found, counter_reason="counter_implausible")
        return _certified(found, ("power", power))
    apart = abs(by_counter - by_power) / max(by_counter, by_power)
    if apart > MAX_DISAGREEMENT:
        return replace(found, reason="methods_disagree")
    both = [
        ("counter", counter),
        ("power", power),
    ]
    return _certified(found, *(both if long_enough else reversed(both)))


def _certified(
    found: CardEnergy, *ways: tuple[Method, _Integral]
) -> CardEnergy:
    """By the first of these that is certain enough."""
    for method, way in ways:
        if way.is_certain:
            return replace(
                found,
                joules=way.joules,
                method=method,
                uncertainty_j=way.uncertainty_j,
            )
    return replace(
        found,
        reason="too_uncertain",
        uncertainty_j=min(way.uncertainty_j for _, way in ways),
    )


def _worse(power: _Integral, counter: _Integral) -> Reason | None:
    """The reason of the method that was nearest to a result."""
    if power.reason == "no_power_source":
        return counter.reason or power.reason
    return power.reason


def _against_others(
    telemetry: Telemetry, window: Window, found: Sequence[CardEnergy]
) -> list[CardEnergy]:
    """A card that begins late or ends early while another is there was missing, or was lost: that
    says more than a window that is not bracketed.
    """
    if not any(each.joules is not None for each in found):
        return list(found)
    return [
        replace(each, reason=_absence(telemetry, window, each.card))
        if each.reason == "window_not_bracketed"
        else each
        for each in found
    ]


def _absence(telemetry: Telemetry, window: Window, card: str) -> Reason:
    firsts = [
        time_ns[0]
        for name in ("power_w", "energy_j")
        if len(time_ns := telemetry.track(card, name)[0])
    ]
    begins_late = not firsts or min(firsts) > window.start_ns
    return "card_missing" if begins_late else "source_lost"


def _by_power(telemetry: Telemetry, card: str, window: Window) -> _Integral:
    time_ns, value = _power_track(telemetry, card)
    if not len(time_ns):
        reason = telemetry.reason(card, "power_w")
        return _Integral(
            reason="permission" if reason == "permission" else "no_power_source"
        )
    inside = window.holds(time_ns)
    fault = _fault(time_ns, window)
    gap_s = _longest_gap_s(time_ns, window)
    if fault is not None:
        return _Integral(
            reason=fault, samples=int(inside.sum()), longest_gap_s=gap_s
        )
    averaged_ns = averaging_ns(_source(telemetry, card, "power_w")[1] or "")
    least_ns = max(
        MIN_POWER_PERIODS * round(telemetry.period_s * NS),
        MIN_AVERAGING_WINDOWS * averaged_ns,
    )
    length_ns = window.end_ns - window.start_ns
    if length_ns < least_ns:
        return _Integral(reason="window_too_short", samples=int(inside.sum()))
    if int(inside.sum()) < MIN_SAMPLES:
        return _Integral(reason="too_few_samples", samples=int(inside.sum()))
    summed = _summed(telemetry, card, window)
    if summed.joules <= 0:
        return _Integral(reason="no_power_source")  # no card takes nothing
    return _Integral(
        summed.joules,
        samples=int(inside.sum()),
        longest_gap_s=gap_s,
        peak_w=float(value[inside].max()),
        uncertainty_j=summed.uncertainty_j,
    )


def _summed(telemetry: Telemetry, card: str, window: Window) -> Integral:
    """The power of a window with enough samples, as energy. Chance between samples and what is off
    all the time have nothing to do with each other.
    """
    time_ns, value = _power_track(telemetry, card)
    start, end, t = window.start_ns / NS, window.end_ns / NS, time_ns / NS
    kind = _source(telemetry, card, "power_w")[1] or ""
    averaged_ns = averaging_ns(kind)
    if averaged_ns >= telemetry.period_s * NS:
        return of_means(t, value, start, end, averaged_ns / NS)
    joules, chance_j = of_moments(t, value, start, end)
    late_j = of_lag(t, value, start, end) if kind in LAGGING else 0.0
    watts = value[window.holds(time_ns)]
    rounded_j = of_rounding(watts, end - start) if kind in ROUNDED else 0.0
    return Integral(joules, math.hypot(chance_j, late_j + rounded_j))


def _by_counter(telemetry: Telemetry, card: str, window: Window) -> _Integral:
    """The counter's growth between both ends of the window."""
    time_ns, value = telemetry.track(card, "energy_j")
    if not len(time_ns):
        reason = telemetry.reason(card, "energy_j")
        return _Integral(
            reason="permission" if reason == "permission" else "no_power_source"
        )
    value = unwrapped(value, _range_j(telemetry, card))
    fault = _fault(time_ns, window)
    if fault is not None:
        return _Integral(reason=fault)
    near = _near(time_ns, window)
    steps = np.diff(value[near])
    if (steps < 0).any():
        return _Integral(reason="counter_reset")
    source = _source(telemetry, card, "energy_j")[0] or ""
    grown = of_counter(
        time_ns / NS,
        value,
        window.start_ns / NS,
        window.end_ns / NS,
        NVML_STEP_S if source.startswith("NVML") else 0.0,
    )
    if grown.joules <= 0:
        return _Integral(reason="counter_frozen")
    return _Integral(
        grown.joules,
        samples=int(window.holds(time_ns).sum()),
        uncertainty_j=grown.uncertainty_j,
    )


def unwrapped(value: Values, range_j: float | None) -> Values:
    """A counter that begins at 0 again beyond its range, as one that only grows.

    A fall by less than half of the range is no wrap: it stays, and is a reset.
    """
    if not range_j or len(value) < 2:
        return value
    wraps = np.diff(value) < -range_j / 2
    turns = np.concatenate([[0], np.cumsum(wraps)])
    found: Values = value + turns * range_j
    return found


def _range_j(telemetry: Telemetry, card: str) -> float | None:
    _, known = telemetry.track(card, "energy_range_j")
    return float(known[-1]) if len(known) else None


def _fault(time_ns: Times, window: Window) -> Reason | None:
    """What is wrong with the times of samples: they have to go forward, to reach beyond both ends,
    and to leave no gap between.
    """
    if (np.diff(time_ns) <= 0).any():
        return "clock_mismatch"
    if (
        not len(time_ns)
        or time_ns[0] > window.start_ns
        or time_ns[-1] < window.end_ns
    ):
        return "window_not_bracketed"
    near = time_ns[_near(time_ns, window)]
    if len(near) > 1 and int(np.diff(near).max()) > MAX_GAP_NS:
        return "sampling_gap"
    return None


def _near(time_ns: Times, window: Window) -> slice:
    """From the last sample at or before the window to the first at or after it."""
    first = int(np.searchsorted(time_ns, window.start_ns, side="right")) - 1
    last = int(np.searchsorted(time_ns, window.end_ns, side="left"))
    return slice(max(first, 0), last + 1)


def _clipped(
    time_ns: Times, value: Values, window: Window
) -> tuple[Times, Values]:
    """The samples inside, held to both ends of the window: load begins and ends there, so that the
    samples beyond are of another power.
    """
    inside = window.holds(time_ns)
    times, values = time_ns[inside], value[inside]
    return (
        np.concatenate([[window.start_ns], times, [window.end_ns]]),
        np.concatenate([values[:1], values, values[-1:]]),
    )


def _longest_gap_s(time_ns: Times, window: Window) -> float | None:
    near = time_ns[_near(time_ns, window)]
    return float(np.diff(near).max()) / NS if len(near) > 1 else None


def _power_track(telemetry: Telemetry, card: str) -> tuple[Times, Values]:
    """Power at the middle of the time that it is an average of: an average of the last second
    stamped at its end would move every edge by half a second.
    """
    time_ns, value = telemetry.track(card, "power_w")
    averaged = averaging_ns(_source(telemetry, card, "power_w")[1] or "")
    return time_ns - averaged // 2, value


def _source(
    telemetry: Telemetry, card: str, name: str
) -> tuple[str | None, str | None]:
    valued = [
        each
        for each in telemetry.of(card, name)
        if np.isfinite(each.value).any()
    ]
    return (valued[0].source, valued[0].averaging) if valued else (None, None)


def _idle(
    telemetry: Telemetry, cards: Sequence[str]
) -> tuple[float | None, Reason | None]:
    """Mean power of all cards in the idle time before the first request, which has to have
    settled.
    """
    if telemetry.idle_s * NS < MIN_IDLE_NS:
        return None, "no_idle_baseline"
    end_ns = 0
    halves = [
        Window(end_ns - 2 * IDLE_MEAN_NS, end_ns - IDLE_MEAN_NS),
        Window(end_ns - IDLE_MEAN_NS, end_ns),
    ]
    means = [_mean_w(telemetry, cards, half) for half in halves]
    if None in means:
        return None, "no_idle_baseline"
    before, after = (mean or 0.0 for mean in means)
    if abs(after - before) > MAX_IDLE_DRIFT * max(before, after):
        return None, "idle_not_settled"
    return (before + after) / 2, None


def _mean_w(
    telemetry: Telemetry, cards: Sequence[str], window: Window
) -> float | None:
    total = 0.0
    for card in cards:
        time_ns, value = _power_track(telemetry, card)
        if _fault(time_ns, window) is not None:
            return None
        t, w = _clipped(time_ns, value, window)
        total += float(np.trapezoid(w, t / NS)) / window.seconds
    return total


def _peak(
    telemetry: Telemetry, cards: Sequence[str], window: Window
) -> float | None:
    """The highest sum at any moment of a sample; None if a card has no power."""
    tracks = [_power_track(telemetry, card) for card in cards]
    if any(not len(time_ns) for time_ns, _ in tracks):
        return None
    moments = np.unique(
        np.concatenate(
            [time_ns[window.holds(time_ns)] for time_ns, _ in tracks]
        )
    )
    if not len(moments):
        return None
    total = sum(np.interp(moments, *track) for track in tracks)
    return float(np.max(total))
