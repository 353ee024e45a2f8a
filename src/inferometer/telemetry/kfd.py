"""Processes that compute on AMD's and Hygon's cards, from the compute driver's files (KFD)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from inferometer.telemetry.processes import counted, is_here
from inferometer.telemetry.reading import Reading, Readings
from inferometer.telemetry.tree import Tree

BASE = "sys/class/kfd/kfd"

_PROPERTY = re.compile(r"^(domain|location_id) (\d{1,19})$", re.MULTILINE)


def kfd_processes(
    tree: Tree, address: str, others: Collection[int] = ()
) -> Readings:
    """How many processes hold memory of a card, and of how many programs they are; with `others`
    that compute on it.
    """
    source = f"{BASE}/proc"
    card = _number_of(tree, address)
    if card is None:
        none = Reading(None, source, "no_source")
        return {"processes": none, "programs": none}
    holders = [
        int(process)
        for process in tree.names(source)
        if process.isdecimal()
        and (tree.word(f"{source}/{process}/vram_{card}") or "0") != "0"
    ]
    if others and all(is_here(tree, each) for each in holders):
        # else we are in a container, where processes have other numbers
        running = (each for each in others if is_here(tree, each))
        holders = [*{*holders, *running}]
    return counted(tree, holders, source)


def kfd_addresses(tree: Tree) -> list[str]:
    """PCI addresses of the cards, in the order in which the runtime counts them."""
    return [address for address, _ in _cards(tree)]


def _number_of(tree: Tree, address: str) -> str | None:
    """The driver's number of the card at a PCI address."""
    return dict(_cards(tree)).get(address)


def _cards(tree: Tree) -> Iterator[tuple[str, str]]:
    """Address and number of each card, in the driver's order."""
    nodes = f"{BASE}/topology/nodes"
    names = [each for each in tree.constant_names(nodes) if each.isdecimal()]
    for node in sorted(names, key=int):
        told = tree.constant(f"{nodes}/{node}/properties") or ""
        found = {name: int(value) for name, value in _PROPERTY.findall(told)}
        place = found.get("location_id", 0)
        number = tree.constant(f"{nodes}/{node}/gpu_id")
        if place and number not in (None, "0"):
            yield (
                (
                    f"{found.get('domain', 0):04x}:{place >> 8 & 0xFF:02x}:"
                    f"{place >> 3 & 0x1F:02x}.{place & 0x7}"
                ),
                number,
            )
