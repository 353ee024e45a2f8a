"""What the machine did in the measured window: utilisation, memory, power, temperature, clocks,
energy and its relation to tokens. Pure.

A value that cannot be had is None with a reason code, never 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from inferometer.clock import NS
from inferometer.metrics.definitions import known, meets_slo, total
from inferometer.metrics.energy import (
    MAX_GAP_NS,
    Energy,
    Reason,
    Window,
    energy_of,
)
from inferometer.trace import Outcome, Trace
from inferometer.trace.series import HOST, Telemetry, Times, Values

GIB = 2.0**30
MIN_SAMPLES = 2
MAX_UNSEEN = 0.5
"""Of a window, the longest part without a sample in a figure of all of it."""

MACHINE_VALUES = (
    "gpu_utilization",
    "gpu_memory_used",
    "gpu_temperature",
    "gpu_clock",
    "gpu_throttled",
    "average_power",
    "peak_power",
    "energy",
    "energy_above_idle",
    "host_energy",
    "tokens_per_joule",
    "joules_per_output_token",
    "joules_per_total_token",
    "joules_per_good_token",
    "cpu_utilization",
)

_Told = tuple[dict[str, float | None], dict[str, str]]
"""Values by name, and why those are missing that are."""


@dataclass(frozen=True, slots=True)
class MachineFigures:
    """What the machine did while a run was measured."""

    cards: tuple[str, ...]
    """Those under test; all that were sampled where nobody knows which they are."""
    cards_known: bool
    window_s: float | None
    values: Mapping[str, float | None]
    """By names of MACHINE_VALUES, over all cards under test."""
    reasons: Mapping[str, str]
    """Why a value is None."""
    by_card: Mapping[str, Mapping[str, float | None]]
    """Of each card that was sampled: means and extremes in the window."""
    energy: Energy
    simulated: bool = False
    """Whether the accelerator is the embedded engine's."""
    samplers: Mapping[str, str] = field(default_factory=dict)
    """How each sampler fared."""
    place: str = "here"
    """`here`, or the URL of the monitor on the server's host."""
    clock_offset_ms: float | None = None
    """How far that host's clock is ahead, ± `clock_uncertainty_ms`."""
    clock_uncertainty_ms: float | None = None


def window_of(trace: Trace) -> Window | None:
    """First request sent → last one ended, as the duration has it; warm-ups not counted."""
    measured = trace.measured()
    sent, end = measured.requests["sent_ns"], measured.requests["end_ns"]
    was_sent = known(sent)
    ended = was_sent & known(end)
    if not ended.any():
        return None
    return Window(int(sent[was_sent].min()), int(end[ended].max()))


def machine_of(
    telemetry: Telemetry,
    trace: Trace,
    goodput: Mapping[str, float] | None = None,
) -> MachineFigures:
    """What series say of the window in which requests were measured."""
    window = window_of(trace)
    cards, refused = under_test(telemetry, window)
    energy = energy_of(telemetry, cards, window, refused)
    by_card = {
        card.id: _of_card(telemetry, card.id, window)
        for card in telemetry.cards
    }
    values, reasons = _together(by_card, cards)
    for found in (
        _energies(energy, window, trace, goodput),
        _of_host(telemetry, window),
    ):
        values |= found[0]
        reasons |= found[1]
    return MachineFigures(
        cards=tuple(cards),
        cards_known=refused not in ("cards_unknown", "card_missing"),
        window_s=window.seconds if window else None,
        values={name: values.get(name) for name in MACHINE_VALUES},
        reasons=reasons,
        by_card=by_card,
        energy=energy,
        simulated=telemetry.is_simulated,
        samplers={each.name: each.state for each in telemetry.samplers},
        place=telemetry.place,
        clock_offset_ms=telemetry.clock_offset_ms,
        clock_uncertainty_ms=telemetry.clock_uncertainty_ms,
    )


def under_test(
    telemetry: Telemetry, window: Window | None = None
) -> tuple[list[str], Reason | None]:
    """The cards whose energy is the deployment's; and why it cannot be said whose it is.

    Declared ones; else all that there are, if their number is the declared one, or only one, or if
    the engine simulates them.
    """
    seen = [card.id for card in telemetry.cards]
    told = telemetry.declared.cards
    cards = seen if told is None else list(told)
    reason = _unidentified(telemetry, seen)
    return cards, reason or _shared(telemetry, cards, window)


def _unidentified(telemetry: Telemetry, seen: Sequence[str]) -> Reason | None:
    """Why it is unclear by names and number which of the cards were used."""
    told, number = telemetry.declared.cards, telemetry.declared.number
    if not seen:
        return "no_power_source"
    if told is not None:
        return "card_missing" if {*told} - {*seen} else None
    if number is not None and len(seen) != number:
        return "card_missing" if len(seen) < number else "card_unexpected"
    unknown = number is None and not telemetry.is_simulated
    return "cards_unknown" if unknown and len(seen) > 1 else None


def _shared(
    telemetry: Telemetry, cards: Sequence[str], window: Window | None
) -> Reason | None:
    """A part of a card has the power of the whole card, and so has one of several programs."""
    packages = telemetry.packages
    if any(
        (one in cards) != (other in cards) for one, other in packages.items()
    ):
        return "partition_scope"
    for card in cards:
        _, parts = telemetry.track(card, "partitioned")
        if len(parts) and parts.max() > 0:
            return "partition_scope"
    for card in cards:
        time_ns, programs = telemetry.track(card, "programs")
        if (
            window is not None
        ):  # the list is read seldom: what was there before may be there still
            programs = programs[time_ns <= window.end_ns]
        if len(programs) and programs.max() > 1:
            return "shared_card"
    return None


# ----------------------------------------------------------------------------------- in the window


def _inside(
    telemetry: Telemetry, card: str, name: str, window: Window | None
) -> tuple[Times, Values]:
    """What was seen in the window; nothing where most of it was not: a sampler that hung early says
    nothing of the rest.
    """
    time_ns, value = telemetry.track(card, name)
    if window is None:
        return time_ns[:0], value[:0]
    there = window.holds(time_ns)
    unseen = np.diff([window.start_ns, *time_ns[there], window.end_ns]).max()
    if unseen > max(MAX_GAP_NS, MAX_UNSEEN * window.seconds * NS):
        return time_ns[:0], value[:0]
    return time_ns[there], value[there]


def _mean(time_ns: Times, value: Values) -> float | None:
    """Over time: samples that come more densely do not count more."""
    if len(value) < MIN_SAMPLES or time_ns[-1] <= time_ns[0]:
        return None
    t = (time_ns - time_ns[0]) / NS
    return float(np.trapezoid(value, t) / t[-1])


def _most(time_ns: Times, value: Values) -> float | None:
    return float(value.max()) if len(value) >= MIN_SAMPLES else None


def growth(
    telemetry: Telemetry, card: str, name: str, window: Window | None
) -> float | None:
    """By how much a counter grew between both ends of the window, which samples have to bracket;
    None if it ran backwards.
    """
    time_ns, value = telemetry.track(card, name)
    if (
        window is None
        or len(value) < MIN_SAMPLES
        or time_ns[0] > window.start_ns
        or time_ns[-1] < window.end_ns
        or (np.diff(value) < 0).any()
    ):
        return None
    ends = np.interp([window.start_ns, window.end_ns], time_ns, value)
    return float(ends[1] - ends[0])


OF_CARD: Mapping[str, tuple[str, Callable[[Times, Values], float | None]]] = {
    "gpu_utilization": ("gpu_utilization", _mean),
    "memory_used_bytes": ("memory_used_bytes", _most),
    "gpu_temperature": ("temperature_c", _most),
    "gpu_clock": ("gpu_clock_mhz", _mean),
    "mean_sampled_power": ("power_w", _mean),
    "highest_sampled_power": ("power_w", _most),
}
"""Of a card: from which series, and how it is summed up. `average_power` and
`peak_power` are other values: those of a certified energy, of all cards together. Up to 0.1.0 the
samples' had these names here, too.
"""

TOGETHER: Mapping[str, Callable[[Sequence[float]], float]] = {
    "gpu_utilization": lambda values: sum(values) / len(values),
    "gpu_memory_used": max,
    "gpu_temperature": max,
    "gpu_clock": lambda values: sum(values) / len(values),
    "gpu_throttled": max,
}
"""How the values of several cards become one: a mean where all share the work, else the worst."""


def _of_memory(
    used: float | None, telemetry: Telemetry, card: str
) -> float | None:
    """Percent."""
    _, total = telemetry.track(card, "memory_total_bytes")
    if used is None or not len(total) or total[-1] <= 0:
        return None
    return 100 * used / float(total[-1])


def _of_card(
    telemetry: Telemetry, card: str, window: Window | None
) -> dict[str, float | None]:
    found = {
        name: how(*_inside(telemetry, card, series, window))
        for name, (series, how) in OF_CARD.items()
    }
    used = found.pop("memory_used_bytes")
    found["gpu_memory_used"] = _of_memory(used, telemetry, card)
    power, thermal = (
        throttled(telemetry, card, kind, window) for kind in THROTTLED_US
    )
    return {
        **found,
        "power_throttled": power,
        "thermal_throttled": thermal,
        "gpu_throttled": _for_either(telemetry, card, window, power, thermal),
    }


THROTTLED_US: Mapping[str, Sequence[str]] = {
    "power": ("power_throttled_us", "power_brake_throttled_us"),
    "thermal": ("thermal_throttled_us", "hw_thermal_throttled_us"),
}
"""Clocks that count how long a card was held back, by software and by hardware, maybe at once."""


def throttled(
    telemetry: Telemetry, card: str, kind: str, window: Window | None
) -> float | None:
    """Share of the window in which a card was held back for its power or its heat, %: by the
    driver's own clocks of it, of which the longest counts, else by samples of its state.
    """
    if window is None or window.seconds <= 0:
        return None
    grown_us = [
        growth(telemetry, card, name, window) for name in THROTTLED_US[kind]
    ]
    known_us = [each for each in grown_us if each is not None]
    if known_us:
        return min(100.0, 100 * max(known_us) / (1e6 * window.seconds))
    share = _mean(*_states(telemetry, card, kind, window))
    return None if share is None else 100 * share


def _states(
    telemetry: Telemetry, card: str, kind: str, window: Window
) -> tuple[Times, Values]:
    """When a card was held back and when not; nothing if that is not known of every sample: the
    others say nothing of those in doubt.
    """
    name = f"{kind}_throttled"
    for each in telemetry.of(card, name):
        if np.isnan(each.value[window.holds(each.time_ns)]).any():
            return each.time_ns[:0], each.value[:0]
    return _inside(telemetry, card, name, window)


def _for_either(
    telemetry: Telemetry,
    card: str,
    window: Window | None,
    power: float | None,
    thermal: float | None,
) -> float | None:
    """Share of the window in which power or heat held a card back, %. Both may have done so at
    once: only states of the same moments tell.
    """
    if window is None or power is None or thermal is None:
        return None
    if not power or not thermal:
        return max(power, thermal)
    (time_ns, by_power), (other_ns, by_heat) = (
        _states(telemetry, card, kind, window) for kind in THROTTLED_US
    )
    if not np.array_equal(time_ns, other_ns):
        return None
    share = _mean(time_ns, np.maximum(by_power, by_heat))
    return None if share is None else max(power, thermal, 100 * share)


def _together(
    by_card: Mapping[str, Mapping[str, float | None]], cards: Sequence[str]
) -> _Told:
    """A card without a value makes the whole unknown: the rest is not the deployment."""
    values: dict[str, float | None] = {}
    reasons: dict[str, str] = {}
    for name, sum_up in TOGETHER.items():
        found = [by_card.get(card, {}).get(name) for card in cards]
        there = [each for each in found if each is not None]
        values[name] = sum_up(there) if there and None not in found else None
        if values[name] is None:
            reasons[name] = "not_sampled" if not cards else "too_few_samples"
    return values, reasons


def _energies(
    energy: Energy,
    window: Window | None,
    trace: Trace,
    goodput: Mapping[str, float] | None,
) -> _Told:
    values = {
        "energy": energy.joules,
        "energy_above_idle": energy.above_idle_j,
        "peak_power": energy.peak_w,
    }
    joules, tokens = energy.joules, _tokens(trace, goodput)
    if joules is not None and window is not None:
        values["average_power"] = joules / window.seconds
        if joules > 0 and tokens["output"]:
            values["tokens_per_joule"] = tokens["output"] / joules
        for name, number in tokens.items():
            if number:
                values[f"joules_per_{name}_token"] = joules / number
    reasons: dict[str, str] = {}
    for name in (
        "energy",
        "average_power",
        "peak_power",
        "tokens_per_joule",
        *(f"joules_per_{name}_token" for name in tokens),
    ):
        if values.get(name) is None:
            without = "no_power_source" if name == "peak_power" else "no_tokens"
            reasons[name] = energy.reason or without
    if energy.above_idle_j is None:
        reasons["energy_above_idle"] = (
            energy.reason or energy.idle_reason or "no_idle_baseline"
        )
    if not goodput and energy.reason is None:
        reasons |= {"joules_per_good_token": "no_goodput"}
    return values, reasons


def _tokens(
    trace: Trace, goodput: Mapping[str, float] | None
) -> dict[str, int]:
    """Tokens of OK requests by what is counted: output, total, and output of good requests."""
    measured = trace.measured()
    answered = measured.with_outcome(Outcome.OK).requests
    told = answered["prompt_tokens"]
    prompt = np.where(known(told), told, answered["asked_prompt_tokens"])
    output, good = total(answered["output_tokens"]), 0
    if goodput:
        rows = meets_slo(measured, goodput)
        good = total(measured.requests["output_tokens"][rows])
    return {"output": output, "total": output + total(prompt), "good": good}


def _of_host(telemetry: Telemetry, window: Window | None) -> _Told:
    """Of the host that the samplers run on; apart from the cards."""
    busy = growth(telemetry, HOST, "cpu_busy_s", window)
    idle = growth(telemetry, HOST, "cpu_idle_s", window)
    whole = None if busy is None or idle is None else busy + idle
    values = {
        "cpu_utilization": 100 * busy / whole
        if busy is not None and whole
        else None,
        "host_energy": _host_energy(telemetry, window),
    }
    reasons = {
        name: telemetry.reason(HOST, series) or "window_not_bracketed"
        for name, series in (
            ("cpu_utilization", "cpu_busy_s"),
            ("host_energy", "package_energy_j"),
        )
        if values[name] is None
    }
    return values, reasons


def _host_energy(telemetry: Telemetry, window: Window | None) -> float | None:
    grown = growth(telemetry, HOST, "package_energy_j", window)
    return grown or None  # a counter that stands still says nothing
