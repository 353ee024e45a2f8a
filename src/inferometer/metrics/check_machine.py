"""Checks of the machine by what samplers saw: were the cards what they are said to be, the server's
alone, and free to run?

A machine that was not sampled is not doubted for that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inferometer.metrics.energy import Window
from inferometer.metrics.finding import (
    INVALID,
    NOTE,
    OK,
    SUSPECT,
    Facts,
    Figures,
    Found,
    grade,
)
from inferometer.metrics.links import (
    GTS_OF_GENERATION,
    LinkUnderLoad,
    is_mislabelled,
    link_under_load,
)
from inferometer.metrics.machine import growth, window_of
from inferometer.trace.series import Declared, Telemetry

AT_WORK = ("ok", "tool_missing")
"""States of a sampler that need no word: a tool that is not here is not missed if files suffice."""


def samplers(facts: Facts) -> Found:
    """A sampler that hung or failed disturbs no number, but what only it sees is missing."""
    if facts.telemetry is None:
        return Found(OK, "silent")
    bad = [
        each for each in facts.telemetry.samplers if each.state not in AT_WORK
    ]
    if not bad:
        return Found(OK, "fine")
    by_state: Figures = {}
    for each in bad:
        named = f"{each.name} ({each.detail})" if each.detail else each.name
        others = by_state.get(each.state)
        by_state[each.state] = f"{others}, {named}" if others else named
    return Found(
        NOTE, "faults", {"number": len(bad), **by_state}, tuple(by_state)
    )


def throttled(facts: Facts) -> Found:
    """A card that is held back is slower than the card that was bought."""
    machine, t = facts.summary.machine, facts.thresholds
    if machine is None:
        return Found(OK, "silent")
    tolerated = {
        "thermal": t.thermal_percent_note,
        "power": t.power_percent_note,
    }
    values, parts = {}, []
    for kind, most in tolerated.items():
        shares = [
            machine.by_card.get(card, {}).get(f"{kind}_throttled")
            for card in machine.cards
        ]
        known = [share for share in shares if share is not None]
        if known:
            share = values[f"{kind}_percent"] = max(known)
            if share > most:
                parts.append(f"{kind}_percent")
    if not values:
        return Found(OK, "silent")
    if not parts:
        return Found(OK, "fine", values)
    heat = values.get("thermal_percent", 0.0)
    level = max(NOTE, grade(heat, t.thermal_percent_suspect, float("inf")))
    return Found(level, "found", values, tuple(parts))


def link_as_declared(facts: Facts) -> Found:
    """A label that a person typed is no measurement: an x8 that is called x16 is a wrong result."""
    telemetry = facts.telemetry
    if telemetry is None or telemetry.is_simulated:
        return Found(OK, "silent")
    links, declared = list(_links(facts, telemetry)), telemetry.declared
    if not links:
        return Found(OK, "silent")
    if (declared.pcie_width, declared.pcie_generation) == (None, None):
        return _undeclared(links)
    return _against(declared, links)


def _against(declared: Declared, links: Sequence[LinkUnderLoad]) -> Found:
    wrong = [each for each in links if is_mislabelled(each, declared)]
    if wrong:
        values = {**_told(wrong[0]), "declared": declared.pcie_width}
        return Found(INVALID, "other", values)
    speed = GTS_OF_GENERATION.get(declared.pcie_generation or 0)
    apart = [
        each for each in links if speed and each.speed_gts not in (None, speed)
    ]
    faster = [each for each in apart if (each.speed_gts or 0) > (speed or 0)]
    if apart:
        values = {**_told((faster or apart)[0]), "declared_gts": speed}
        level, variant = (INVALID, "faster") if faster else (SUSPECT, "slower")
        return Found(level, variant, values)
    unsure = [each for each in links if each.unverifiable]
    if unsure:
        variant = "unverifiable" if unsure[0].width is None else "word"
        return Found(NOTE, variant, _told(unsure[0]))
    return Found(OK, "fine", _told(links[0]))


def _undeclared(links: Sequence[LinkUnderLoad]) -> Found:
    known = [each for each in links if each.width is not None]
    for each in known:
        if (each.width or 0) < (each.max_width or 0):
            return Found(NOTE, "narrow", _told(each))
    if not known:
        return Found(OK, "silent")
    return Found(OK, "known", _told(known[0]))


def link_held(facts: Facts) -> Found:
    """A link that trains down under load is a fault of slot, riser or card."""
    telemetry = facts.telemetry
    if telemetry is None:
        return Found(OK, "silent")
    links = list(_links(facts, telemetry))
    fell = [
        each
        for each in links
        if each.slowed_down and _is_busy(facts, each.card)
    ]
    values = {
        "replays": _grown(facts, telemetry, "pcie_replays"),
        "errors": _grown(facts, telemetry, "aer_correctable"),
    }
    if fell:
        return Found(SUSPECT, "fell", values | _told(fell[0]))
    if parts := tuple(name for name, number in values.items() if number):
        return Found(NOTE, "errors", values, parts)
    return Found(OK, "fine" if links else "silent", values)


def _is_busy(facts: Facts, card: str) -> bool:
    """A card that does next to nothing may save power in the middle of a run."""
    machine = facts.summary.machine
    use = (
        machine.by_card.get(card, {}).get("gpu_utilization")
        if machine
        else None
    )
    return use is None or use >= facts.thresholds.busy_card_percent


def _links(facts: Facts, telemetry: Telemetry) -> Iterator[LinkUnderLoad]:
    machine, window = facts.summary.machine, window_of(facts.trace)
    for card in machine.cards if machine else ():
        found = link_under_load(telemetry, card, window)
        if found is not None:
            yield found


def _told(link: LinkUnderLoad) -> Figures:
    return {
        "card": link.card,
        "width": link.width,
        "speed_gts": link.speed_gts,
        "lowest_gts": link.lowest_gts,
        "max_width": link.max_width,
        "reason": link.unverifiable,
    }


def _grown(facts: Facts, telemetry: Telemetry, name: str) -> int | None:
    """How often in the window, over all cards under test; None if no card tells."""
    machine, window = facts.summary.machine, window_of(facts.trace)
    found = [
        growth(telemetry, card, name, window)
        for card in (machine.cards if machine else ())
    ]
    known = [each for each in found if each is not None]
    return round(sum(known)) if known else None


def other_processes(facts: Facts) -> Found:
    """Another program on a card takes its time, memory and power, and no server's counters show
    it.
    """
    telemetry, machine = facts.telemetry, facts.summary.machine
    if telemetry is None or machine is None:
        return Found(OK, "silent")
    window = window_of(facts.trace)
    seen = {card: _processes(telemetry, card, window) for card in machine.cards}
    known = {card: found for card, found in seen.items() if found}
    if not known:
        return Found(OK, "silent")
    came = [card for card, (before, most) in known.items() if most > before]
    card = came[0] if came else max(known, key=lambda each: known[each][1])
    before, most = known[card]
    values: Figures = {"card": card, "before": before, "most": most}
    if came:
        return Found(SUSPECT, "came", values)
    if most > 1:
        return Found(NOTE, "several", values)
    return Found(OK, "fine", values)


def _processes(
    telemetry: Telemetry, card: str, window: Window | None
) -> tuple[int, int] | None:
    """How many computed on a card at first, and at most until the end of the window."""
    time_ns, value = telemetry.track(card, "processes")
    if window is not None:
        value = value[time_ns <= window.end_ns]
    return (int(value[0]), int(value.max())) if len(value) else None


def power_cap(facts: Facts) -> Found:
    """A card with a lower power limit than its own is not the card of the data sheet."""
    telemetry, machine = facts.telemetry, facts.summary.machine
    if telemetry is None or machine is None:
        return Found(OK, "silent")
    known = False
    for card in machine.cards:
        if limits := _power_limits_w(telemetry, card):
            known = True
            limit, default = limits
            if limit < default * (1 - facts.thresholds.power_cap_tolerated):
                return Found(
                    NOTE,
                    "lower",
                    {"card": card, "limit_w": limit, "default_w": default},
                )
    return Found(OK, "fine" if known else "silent")


def _power_limits_w(telemetry: Telemetry, card: str) -> list[float]:
    """The last of a card, and its own; empty unless both are known."""
    tracks = [
        telemetry.track(card, name)[1]
        for name in ("power_limit_w", "power_limit_default_w")
    ]
    return [float(each[-1]) for each in tracks] if all(map(len, tracks)) else []
