"""Processes that compute on cards through the kernel's graphics drivers (DRM), which say of each
open file what it used. For Intel's cards there is nothing else; on AMD's it shows what does not go
through the compute driver, such as Vulkan.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from inferometer.clock import NS, monotonic_ns
from inferometer.telemetry.reading import Reason
from inferometer.telemetry.tree import MAX_NAMES, MissingError, Tree

EVERY_S = 30
"""Every open file of every process is looked at."""
SOURCE = "proc/*/fdinfo"
DEVICES = "/dev/dri/"

_CARD = re.compile(r"^drm-pdev:\s*([0-9a-f:.]{1,20})\s*$", re.MULTILINE)
_COMPUTED = re.compile(
    r"^drm-(?:engine-compute|cycles-ccs):\s*0*[1-9]", re.MULTILINE
)
"""amdgpu and i915; xe. A compositor uses other engines."""


@dataclass(slots=True)
class Clients:
    """Who has cards open, by PCI address: of the processes only those that computed."""

    computing: dict[str, set[int]] = field(default_factory=dict)
    hidden: Reason | None = None
    """Why not all files of every process were seen, if so."""

    def of(self, address: str) -> Collection[int] | Reason:
        """The processes that compute on a card, or why that is not known. Two are proof that it is
        shared, whoever else there is.
        """
        found = self.computing.get(address)
        if found is not None and (self.hidden is None or len(found) > 1):
            return found
        return self.hidden or "no_source"


NO_CLIENTS = Clients()
OF_DRM = ("amd", "intel")
"""Vendors whose drivers tell it."""


class DrmClients:
    """Looks seldom, and knows in between what it saw."""

    def __init__(self) -> None:
        self._due_ns = 0
        self._seen = Clients()

    def now(self, tree: Tree) -> Clients:
        """The clients of all cards."""
        now = monotonic_ns()
        if now >= self._due_ns:
            self._seen = read_clients(tree)
            self._due_ns = now + EVERY_S * NS
        return self._seen


def read_clients(tree: Tree) -> Clients:
    """The clients of all cards, by the open files of all processes."""
    names = tree.names("proc")
    found = Clients(hidden=None if _are_all(tree, names) else "no_source")
    for name in names:
        if not name.isdecimal():
            continue
        try:
            for card, has_computed in _cards_of(tree, f"proc/{name}"):
                pids = found.computing.setdefault(card, set())
                if has_computed:
                    pids.add(int(name))
        except MissingError as missing:
            if missing.reason == "permission":
                found.hidden = "permission"
    return found


def _are_all(tree: Tree, names: Collection[str]) -> bool:
    """Whether these are all processes of the machine. Containers and `hidepid` hide those of
    others, and the kernel's own with them.
    """
    return len(names) < MAX_NAMES and tree.word("proc/2/comm") == "kthreadd"


def _cards_of(tree: Tree, process: str) -> Iterator[tuple[str, bool]]:
    """Each card that a process has open, and whether it computed there. Raises MissingError."""
    for name, target in tree.links(f"{process}/fd"):
        if target.startswith(DEVICES):
            told = _told_of(tree, f"{process}/fdinfo/{name}")
            if card := _CARD.search(told):
                yield card[1], _COMPUTED.search(told) is not None


def _told_of(tree: Tree, path: str) -> str:
    """What a driver says of an open file; nothing where it was closed meanwhile. Raises
    MissingError where that is hidden.
    """
    try:
        return tree.text(path)
    except MissingError as missing:
        if missing.reason == "permission":
            raise
        return ""
