"""Accelerators on the PCI bus, and the links from each to the processor.

A card may have a switch of its own. Then the GPU reports the link inside the card, and the slot's
link is that of the switch's upstream port, two levels up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from inferometer.telemetry.reading import (
    VENDORS,
    Link,
    LinkReport,
    Reading,
    Readings,
)
from inferometer.telemetry.tree import Tree, whole_number

ADDRESS = re.compile(r"(?:[0-9a-f]{4,8}:)[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]")
_SPEED = re.compile(r"(\d{1,4}(?:\.\d{1,9})?)\s*GT/s(?:\s+PCIe)?")
_LEVEL = re.compile(
    r"\d{1,4}:\s*(\d{1,4}(?:\.\d{1,9})?)\s*GT/s,?\s*x(\d{1,4})(?!\d)[^*\n]*\*"
)

ACCELERATORS = {0x0300, 0x0302, 0x0380, 0x1200, 0x0B40}
"""PCI classes: displays, 3D controllers, processing accelerators and co-processors."""
BRIDGE = 0x0604
VIRTUAL_VENDORS = {0x1B36, 0x15AD, 0x1414, 0x1AF4}
"""Red Hat, VMware, Microsoft, virtio: ports that no slot has."""
MAX_OWN_PORTS = 2
"""A card's switch has one port up and, on the way to the GPU, one down."""
MAX_DEPTH = 16
WIDTHS = (1, 2, 4, 8, 12, 16, 32)
"""Lanes that a link may have. One that is down says 0, 63 or 255."""


@dataclass(frozen=True, slots=True)
class Device:
    """A card's function on the bus."""

    address: str
    path: str
    """Its directory, with those of the ports above it as parents where these are known."""
    vendor: str
    device_id: int | None
    drm: str | None = None
    """Its directory below sys/class/drm."""


def same_address(text: str) -> str | None:
    """`00000000:C1:00.0`, as tools write it, as the kernel does: `0000:c1:00.0`."""
    found = ADDRESS.fullmatch(text.strip().lower())
    if not found:
        return None
    domain, _, rest = found[0].partition(":")
    return f"{int(domain, 16):04x}:{rest}"


def accelerators(tree: Tree) -> list[Device]:
    """All accelerators below the tree's root, by address."""
    found: dict[str, Device] = {}
    for path, drm in (*_on_the_bus(tree), *_drm(tree)):
        device = _device(tree, path, drm)
        if device is not None:
            known = found.get(device.address)
            if known is None or (known.drm is None and drm is not None):
                found[device.address] = Device(
                    device.address,
                    known.path if known else device.path,
                    device.vendor,
                    device.device_id,
                    drm,
                )
    return [found[address] for address in sorted(found)]


def _on_the_bus(tree: Tree) -> Iterator[tuple[str, None]]:
    names = tree.names("sys/bus/pci/devices")
    if names:
        for name in names:
            if path := tree.resolved(f"sys/bus/pci/devices/{name}"):
                yield path, None
        return
    roots = [
        name for name in tree.names("sys/devices") if name.startswith("pci")
    ]
    for root in roots:
        for path in _below(tree, f"sys/devices/{root}", MAX_DEPTH):
            yield path, None


def _below(tree: Tree, path: str, depth: int) -> Iterator[str]:
    """The functions under a host bridge, with those behind bridges."""
    for name in tree.names(path):
        if depth and ADDRESS.fullmatch(name):
            yield f"{path}/{name}"
            yield from _below(tree, f"{path}/{name}", depth - 1)


def _drm(tree: Tree) -> Iterator[tuple[str, str]]:
    cards = [
        name
        for name in tree.names("sys/class/drm")
        if re.fullmatch(r"card\d+", name)
    ]
    for name in cards:
        if path := tree.resolved(f"sys/class/drm/{name}/device"):
            yield path, f"sys/class/drm/{name}"


def _device(tree: Tree, path: str, drm: str | None) -> Device | None:
    event = _event(tree, path)
    name = path.rsplit("/", 1)[-1]
    address = same_address(
        name if ADDRESS.fullmatch(name) else event.get("PCI_SLOT_NAME", "")
    )
    vendor, device_id = (
        whole_number(f"0x{each}")
        for each in (*event.get("PCI_ID", ":").split(":"), "")[:2]
    )
    vendor = whole_number(tree.constant(f"{path}/vendor")) or vendor
    device_id = whole_number(tree.word(f"{path}/device")) or device_id
    kind = _class_of(tree, path) or whole_number(
        f"0x{event.get('PCI_CLASS', '')}"
    )
    if (
        address is None
        or vendor not in VENDORS
        or kind is None
        or kind >> 8 not in ACCELERATORS
    ):
        return None
    return Device(address, path, VENDORS[vendor], device_id, drm)


def _event(tree: Tree, path: str) -> dict[str, str]:
    lines = (tree.word(f"{path}/uevent") or "").splitlines()
    return {
        key: value for key, _, value in (line.partition("=") for line in lines)
    }


def _class_of(tree: Tree, path: str) -> int | None:
    return whole_number(tree.constant(f"{path}/class"))


def link_of(
    tree: Tree, device: Device, vendor: Link | None, *, virtual: bool
) -> LinkReport:
    """What is known of a card's links. `vendor` is its driver's word, `virtual` says that this is a
    virtual machine.
    """
    function = link_at(tree, device.path)
    chain = _chain(device.path)
    if not chain:
        return LinkReport(
            function=function, vendor=vendor, unverifiable="way_unknown"
        )
    ports = chain[:-1]
    unverifiable = _unverifiable(tree, ports, virtual=virtual)
    if unverifiable is not None:
        return LinkReport(
            function=function, vendor=vendor, unverifiable=unverifiable
        )
    slot_place = len(chain) - 1 - _own_ports(tree, device, ports)
    hops = [link_at(tree, path) for path in chain[: slot_place + 1]]
    slot, way = hops[-1], [link for link in hops if link]
    narrowest = min(way, key=lambda link: link.gb_per_s, default=None)
    if _is_tunnelled(tree, ports):
        narrowest = None
    return LinkReport(
        slot, narrowest, function, vendor, None if slot else "not_reported"
    )


AER = {
    "aer_correctable": ("correctable",),
    "aer_uncorrectable": ("nonfatal", "fatal"),
}
_TOTAL = re.compile(r"^TOTAL_ERR_\w+ (\d{1,19})$", re.MULTILINE)


def errors_of(tree: Tree, device: Device) -> Readings:
    """What both ends of the slot's link and the card's own ports counted of errors on the bus."""
    chain = _chain(device.path) or (device.path,)
    own = _own_ports(tree, device, chain[:-1])
    ends = chain[-own - 2 :]
    found = {}
    for field, kinds in AER.items():
        totals = [
            int(total[1])
            for path in ends
            for kind in kinds
            if f"aer_dev_{kind}" in tree.constant_names(path)
            and (
                total := _TOTAL.search(
                    tree.word(f"{path}/aer_dev_{kind}") or ""
                )
            )
        ]
        source = f"{device.path}/aer_dev_{kinds[0]}"
        found[field] = (
            Reading(float(sum(totals)), source)
            if totals
            else Reading(None, source, "no_source")
        )
    return found


def _unverifiable(
    tree: Tree, ports: Sequence[str], *, virtual: bool
) -> str | None:
    vendors = {whole_number(tree.constant(f"{port}/vendor")) for port in ports}
    if virtual or vendors & VIRTUAL_VENDORS:
        return "virtual_machine"
    return None if ports else "no_port_above"


def _is_tunnelled(tree: Tree, ports: Sequence[str]) -> bool:
    """Whether the way goes through a cable (Thunderbolt, USB4), whose ports all report 2.5 GT/s x4,
    whatever they carry.
    """
    return any(
        tree.constant(f"{port}/removable") == "removable" for port in ports
    )


@lru_cache(maxsize=256)
def _chain(path: str) -> Sequence[str]:
    """The directories of the function and the ports above it, from the root port down."""
    parts = path.split("/")
    return tuple(
        "/".join(parts[: place + 1])
        for place, part in enumerate(parts)
        if ADDRESS.fullmatch(part)
    )


def _own_ports(tree: Tree, device: Device, ports: Sequence[str]) -> int:
    """How many ports right above the function belong to the card: bridges of the same vendor. The
    root port is the board's, whoever made it.
    """
    own = 0
    for above, port in enumerate(reversed(ports[1:][-MAX_OWN_PORTS:]), 1):
        vendor = whole_number(tree.constant(f"{port}/vendor"))
        kind = _class_of(tree, port)
        if vendor is None:
            continue  # it tells nothing: the next one may be the card's
        if (
            VENDORS.get(vendor) != device.vendor
            or (kind or BRIDGE << 8) >> 8 != BRIDGE
        ):
            break
        own = above
    return own


def link_at(tree: Tree, path: str) -> Link | None:
    """The link that a function or port reports."""
    speed, width = (
        tree.word(f"{path}/current_link_{each}") for each in ("speed", "width")
    )
    lanes = whole_number(width)
    rate = speed_gts(speed)
    if rate is None or lanes not in WIDTHS:
        return None
    most = whole_number(tree.constant(f"{path}/max_link_width"))
    return Link(
        rate,
        lanes,
        path.rsplit("/", 1)[-1],
        speed_gts(tree.constant(f"{path}/max_link_speed")),
        most if most in WIDTHS else None,
    )


@lru_cache(maxsize=64)
def speed_gts(text: str | None) -> float | None:
    """`16.0 GT/s PCIe` as 16.0."""
    found = _SPEED.fullmatch(text or "")
    return float(found[1]) if found else None


def starred_level(text: str | None, source: str) -> Link | None:
    """The link of a list of clock levels, `1: 16.0GT/s, x8 1143Mhz *`, if all that are marked name
    one.
    """
    marked = {
        (float(speed), int(lanes))
        for speed, lanes in _LEVEL.findall(text or "")
    }
    if len(marked) != 1:
        return None
    ((speed, lanes),) = marked
    return None if lanes not in WIDTHS else Link(speed, lanes, source)
