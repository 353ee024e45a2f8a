"""One sample of all cards and the host: the kernel's files first, then the vendors' tools."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from inferometer.clock import monotonic_ns
from inferometer.telemetry.host import is_virtual, read_host
from inferometer.telemetry.nvidia import read_nvidia
from inferometer.telemetry.pci import accelerators, link_of
from inferometer.telemetry.reading import (
    Card,
    LinkReport,
    MachineSample,
    ToolReport,
    ToolState,
    merged,
)
from inferometer.telemetry.smi_json import read_smi
from inferometer.telemetry.sysfs import read_card
from inferometer.telemetry.tool import ToolAnswer
from inferometer.telemetry.tree import Tree


def take_sample(root: Path = Path("/")) -> MachineSample:
    """A sample. `root` is where /sys, /proc and /dev are; a tool of a vendor whose cards are there,
    or of every vendor if none is seen, is asked on this host.
    """
    tree = Tree(root)
    now = monotonic_ns()
    virtual = is_virtual(tree)
    cards = []
    for device in accelerators(tree):
        files = read_card(tree, device)
        link = link_of(tree, device, files.vendor_link, virtual=virtual)
        cards.append(
            Card(device.vendor, device.address, None, files.readings, link)
        )
    reports = []
    for vendor, asked in TOOLS.items():
        if _is_needed(vendor, cards):
            by_tool, answer, tool = asked()
            reports.append(_report(tool, answer, by_tool))
            cards = _joined(cards, by_tool, vendor)
    time = datetime.now().astimezone().isoformat(timespec="milliseconds")
    return MachineSample(
        now, time, tuple(cards), read_host(tree), tuple(reports)
    )


def _is_needed(vendor: str, cards: Sequence[Card]) -> bool:
    """Not if files told the power of all cards of this vendor: a tool costs up to seconds."""
    ours = [card for card in cards if card.vendor == vendor]
    return not cards or any(_power(card) is None for card in ours)


def _power(card: Card) -> float | None:
    reading = card.readings.get("power_w")
    return reading.value if reading else None


TOOLS: dict[str, Callable[[], tuple[list[Card], ToolAnswer, str]]] = {
    "nvidia": read_nvidia,
    "hygon": partial(read_smi, "hygon"),
    "amd": partial(read_smi, "amd"),
}
"""By vendor: the cards that its tool knows, how asking it went, and its name."""


def _report(tool: str, answer: ToolAnswer, cards: Sequence[Card]) -> ToolReport:
    state: ToolState = answer.state
    if state == "ok" and not cards:
        state = "unknown_format"
    if state == "tool_failed" and cards:
        state = "ok"  # it ended with an error after a good answer
    code = (
        None
        if answer.exit_code in (0, None)
        else f"exit code {answer.exit_code}"
    )
    return ToolReport(tool, state, code)


def _joined(
    cards: Sequence[Card], by_tool: Sequence[Card], vendor: str
) -> list[Card]:
    """Cards with what a tool says of them, joined by PCI address: tools count differently. A single
    card of a vendor needs none.
    """
    ours = [card for card in cards if card.vendor == vendor]
    if len(ours) == len(by_tool) == 1 and by_tool[0].address in (
        None,
        ours[0].address,
    ):
        return [
            _with(card, by_tool[0]) if card is ours[0] else card
            for card in cards
        ]
    known = {card.address: card for card in by_tool if card.address is not None}
    joined = [
        _with(card, known.pop(card.address)) if card.address in known else card
        for card in cards
    ]
    return [
        *joined,
        *known.values(),
        *(card for card in by_tool if card.address is None),
    ]


def _with(card: Card, told: Card) -> Card:
    link, vendor = (
        card.link or LinkReport(),
        told.link.vendor if told.link else None,
    )
    return replace(
        card,
        name=told.name or card.name,
        number=told.number,
        readings=merged(card.readings, told.readings),
        link=replace(link, vendor=link.vendor or vendor),
    )
