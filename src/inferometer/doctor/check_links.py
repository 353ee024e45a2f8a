"""Checks of the links: from each card to the processor, and between cards."""

from __future__ import annotations

import re

from inferometer.doctor.check_cards import (
    MAX_SHOWN,
    called,
    judged,
    of_cards,
    value,
)
from inferometer.doctor.machine import Machine
from inferometer.doctor.seen import Seen, Status, seen, skipped
from inferometer.telemetry.reading import Card, Link, LinkReport

KFD = "sys/class/kfd/kfd/topology/nodes"
XGMI = "11"
"""Type of a link of AMD's topology."""
BUSY_PERCENT = 50
NVLINK = re.compile(r"^\s*GPU\d+\s.*\bNV\d+\b", re.M)


def told(link: Link) -> str:
    return f"{link.speed_gts:g} GT/s x{link.width}"


def known_link(report: LinkReport | None) -> Link | None:
    """The slot's, else what the driver says."""
    return (report.slot or report.vendor) if report else None


def _unverifiable(machine: Machine) -> bool:
    return any(
        card.link and card.link.unverifiable == "virtual_machine"
        for card in machine.cards
    )


def narrow(card: Card) -> bool:
    """Whether fewer lanes are in use than card and slot have."""
    link = known_link(card.link)
    return bool(link and link.max_width and link.width < link.max_width)


@of_cards()
def width(machine: Machine) -> Seen:
    """Lower at any time is a slot, a riser, bifurcation or seating."""
    known = _with_limit(machine)
    if not known:
        return _unknown(machine, "current_link_width")
    facts = [
        f"{called(c)}: x{link.width} / x{link.max_width}" for c, link in known
    ]
    low = [f for f, (c, _) in zip(facts, known, strict=True) if narrow(c)]
    return judged(facts, low, "current_link_width")


def _with_limit(machine: Machine) -> list[tuple[Card, Link]]:
    """Links whose limits are known: without one nothing is narrow or slow, and nothing is fine."""
    links = ((card, known_link(card.link)) for card in machine.cards)
    return [
        (card, link)
        for card, link in links
        if link and link.max_width and link.max_speed_gts
    ]


def _unknown(machine: Machine, source: str) -> Seen:
    hidden = _unverifiable(machine)
    return skipped("virtual_machine" if hidden else "not_reported", source)


@of_cards()
def speed(machine: Machine) -> Seen:
    """Lower while the card is idle saves power; lower under load does not."""
    known = _with_limit(machine)
    if not known:
        return _unknown(machine, "current_link_speed")
    slow = [
        (c, link)
        for c, link in known
        if link.speed_gts < (link.max_speed_gts or 0)
    ]
    facts = [
        f"{called(c)}: {link.speed_gts:g} / {link.max_speed_gts:g} GT/s"
        for c, link in slow or known
    ]
    busy = [
        c for c, _ in slow if (value(c, "gpu_utilization") or 0) > BUSY_PERCENT
    ]
    status: Status = "ok" if not slow else "warn" if busy else "info"
    variant = "busy" if busy else ""
    return seen(
        status, facts[:MAX_SHOWN], "current_link_speed", variant=variant
    )


@of_cards()
def narrowest(machine: Machine) -> Seen:
    """A hop above the slot that is narrower than the slot."""
    known, low = [], []
    for card in machine.cards:
        link = card.link
        if link and link.slot and link.narrowest:
            known.append(f"{called(card)}: {told(link.narrowest)}")
            if link.narrowest.gb_per_s < link.slot.gb_per_s:
                low.append(f"{known[-1]} < {told(link.slot)}")
    if not known:
        return _unknown(machine, "sys/devices")
    return judged(known, low, "sys/devices")


@of_cards()
def contradiction(machine: Machine) -> Seen:
    """Whether slot and driver name the same link."""
    both = [
        c for c in machine.cards if c.link and c.link.slot and c.link.vendor
    ]
    if not both:
        return skipped("not_reported", "sys/devices")
    apart = [
        f"{called(c)}: {told(c.link.slot)} ≠ {told(c.link.vendor)}"
        for c in both
        if c.link and c.link.slot and c.link.vendor and c.link.contradiction
    ]
    return seen(
        "warn" if apart else "ok",
        apart[:MAX_SHOWN] or f"{len(both)}",
        "sys/devices",
    )


@of_cards()
def unverifiable(machine: Machine) -> Seen:
    """Whether the slot can be seen at all."""
    reasons = [
        f"{called(card)}: {card.link.unverifiable if card.link else 'way_unknown'}"
        for card in machine.cards
        if card.link is None or card.link.unverifiable
    ]
    return seen(
        "info" if reasons else "ok",
        reasons[:MAX_SHOWN] or f"{len(machine.cards)}",
        "sys/devices",
    )


@of_cards()
def replays(machine: Machine) -> Seen:
    """Packets that were sent again since the start."""
    counts = {called(c): value(c, "pcie_replays") for c in machine.cards}
    known = {a: n for a, n in counts.items() if n is not None}
    if not known:
        return skipped("not_reported", "pcie_replays")
    some = [f"{a}: {n:g}" for a, n in known.items() if n]
    return seen(
        "info" if some else "ok", some[:MAX_SHOWN] or "0", "pcie_replays"
    )


def direct_links(machine: Machine) -> bool | None:
    """Whether cards are joined by NVLink or XGMI; None if that is unknown."""
    answer = machine.answers.get("nvidia-smi topo")
    if answer is not None and answer.state == "ok" and "GPU0" in answer.text:
        return bool(NVLINK.search(answer.text))
    types = {
        found[1]
        for node in machine.tree.names(KFD)
        for link in machine.tree.names(f"{KFD}/{node}/io_links")
        if (found := _link_type(machine, f"{KFD}/{node}/io_links/{link}"))
    }
    return XGMI in types if types else None


def _link_type(machine: Machine, path: str) -> re.Match[str] | None:
    text = machine.tree.word(f"{path}/properties") or ""
    return re.search(r"^type (\d+)$", text, re.M)


def between_cards(machine: Machine) -> Seen:
    if len(machine.cards) < 2:
        return skipped("one_card" if machine.cards else "no_cards")
    source = "nvidia-smi topo -m, kfd/topology"
    direct = direct_links(machine)
    if direct is None:
        return skipped("not_reported", source)
    return seen(
        "ok" if direct else "info", "NVLink/XGMI" if direct else "PCIe", source
    )
