"""Settings of PCI Express ports and cards: from their configuration space, which only root may read
whole, or from `lspci -vvv`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from inferometer.telemetry.pci import same_address
from inferometer.telemetry.tree import MissingError, Tree

CAPABILITIES = 0x34
PCI_EXPRESS = 0x10
ACCESS_CONTROL = 0x000D
EXTENDED = 0x100
REDIRECTS = 0x0C
"""Bits of ACSCtl: requests and completions between ports are sent to the root."""
MAX_CAPABILITIES = 64


@dataclass(frozen=True, slots=True)
class Port:
    """What is set; None where it could not be read."""

    acs_redirects: bool | None = None
    """Whether traffic between cards is sent to the root; False where there is no such control."""
    relaxed_ordering: bool | None = None
    payload_bytes: int | None = None
    max_payload_bytes: int | None = None
    power_saving: bool | None = None
    """Whether the link may sleep (ASPM)."""


def ports_of_config(tree: Tree, paths: Iterable[str]) -> dict[str, Port]:
    """Of the functions at these directories whose configuration can be read whole."""
    found = {}
    for path in paths:
        try:
            config = tree.content(f"{path}/config")
        except MissingError:
            continue
        if len(config) > EXTENDED:
            found[path.rsplit("/", 1)[-1]] = _port(config)
    return found


def _port(config: bytes) -> Port:
    express = _standard(config, PCI_EXPRESS)
    redirects = bool(_acs(config) & REDIRECTS)
    if express is None or express + 18 > len(config):
        return Port(redirects)
    able, control = struct.unpack_from("<IH", config, express + 4)
    (link,) = struct.unpack_from("<H", config, express + 16)
    return Port(
        redirects,
        bool(control & 0x10),
        128 << (control >> 5 & 7),
        128 << (able & 7),
        bool(link & 3),
    )


def _standard(config: bytes, wanted: int) -> int | None:
    """Where a capability begins."""
    place = config[CAPABILITIES] & 0xFC
    for _ in range(MAX_CAPABILITIES):
        if not 0x40 <= place < EXTENDED - 1:
            return None
        if config[place] == wanted:
            return place
        place = config[place + 1] & 0xFC
    return None


def _acs(config: bytes) -> int:
    """The control word of access control; 0 where there is none."""
    place = EXTENDED
    for _ in range(MAX_CAPABILITIES):
        if place < EXTENDED or place + 8 > len(config):
            return 0
        (head,) = struct.unpack_from("<I", config, place)
        if head & 0xFFFF == ACCESS_CONTROL:
            return int(struct.unpack_from("<H", config, place + 6)[0])
        place = head >> 20 & 0xFFC
    return 0


_BLOCK = re.compile(r"^(?=[0-9a-f]{2,8}:)", re.M)
_HEAD = re.compile(r"(?:([0-9a-f]{4,8}):)?([0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) ")


def ports_of_lspci(text: str) -> dict[str, Port]:
    """Of every device in `lspci -vvv` whose capabilities could be read."""
    found = {}
    for block in _BLOCK.split(text):
        head = _HEAD.match(block)
        address = (
            same_address(f"{head[1] or '0000'}:{head[2]}") if head else None
        )
        if address and "Capabilities: <access denied>" not in block:
            found[address] = _told(block)
    return found


def _told(block: str) -> Port:
    control = re.search(r"ACSCtl:(.*)", block)
    ordering = re.search(r"RlxdOrd([+-])", block)
    payloads = re.findall(r"MaxPayload (\d+) bytes", block)
    able, payload = payloads if len(payloads) == 2 else (None, None)
    link = re.search(r"LnkCtl:\s+ASPM (\S+?);", block)
    return Port(
        bool(control and re.search(r"(Req|Cmplt)Redir\+", control[1])),
        ordering[1] == "+" if ordering else None,
        int(payload) if payload else None,
        int(able) if able else None,
        link[1] != "Disabled" if link else None,
    )
