"""Processes that compute on AMD's and Hygon's cards, from the compute driver's files (KFD)."""

from __future__ import annotations

import re

from inferometer.telemetry.reading import Reading
from inferometer.telemetry.tree import Tree

BASE = "sys/class/kfd/kfd"

_PROPERTY = re.compile(r"^(domain|location_id) (\d+)$", re.MULTILINE)


def kfd_processes(tree: Tree, address: str) -> Reading:
    """How many processes hold memory of a card."""
    source = f"{BASE}/proc"
    card = _number_of(tree, address)
    if card is None:
        return Reading(None, source, "no_source")
    holders = [
        process
        for process in tree.names(source)
        if process.isdecimal()
        and (tree.word(f"{source}/{process}/vram_{card}") or "0") != "0"
    ]
    return Reading(float(len(holders)), source)


def _number_of(tree: Tree, address: str) -> str | None:
    """The driver's number of the card at a PCI address."""
    nodes = f"{BASE}/topology/nodes"
    for node in tree.constant_names(nodes):
        told = tree.constant(f"{nodes}/{node}/properties") or ""
        found = {name: int(value) for name, value in _PROPERTY.findall(told)}
        place = found.get("location_id", 0)
        at = (
            f"{found.get('domain', 0):04x}:{place >> 8 & 0xFF:02x}:"
            f"{place >> 3 & 0x1F:02x}.{place & 0x7}"
        )
        number = tree.constant(f"{nodes}/{node}/gpu_id")
        if place and at == address and number not in (None, "0"):
            return number
    return None
