"""Which cards a server sees, from the variables that choose them and the kernel's order of cards.

Where two rules of the runtimes contradict each other, or a number may mean two cards, nobody can
say: then there is no answer, and never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inferometer.telemetry.kfd import kfd_addresses
from inferometer.telemetry.npu_smi import NpuSmi
from inferometer.telemetry.pci import Device, accelerators, same_address
from inferometer.telemetry.tree import Tree

CUDA, CUDA_ORDER = "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER"
ROCR, HIP = "ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES"
ASCEND = "ASCEND_RT_VISIBLE_DEVICES"
VARIABLES = (ROCR, HIP, CUDA, ASCEND)
"""The first chooses among all cards, HIP and CUDA among what it left."""
SPOKEN_TO = {
    CUDA: {"nvidia", "amd", "hygon"},
    ROCR: {"amd", "hygon"},
    HIP: {"amd", "hygon"},
    ASCEND: {"ascend"},
}

UUID = "GPU-"

_PARENT = re.compile(r"MIG-(GPU-[0-9a-f-]+)/\d+/\d+")
_UUID = re.compile(r"^GPU UUID:\s+(\S+)$", re.MULTILINE)
_RENDER_NODE = re.compile(r"/dev/dri/(renderD\d+)")


@dataclass(frozen=True, slots=True)
class Visible:
    """Cards by PCI address, in the order in which the server counts them."""

    cards: tuple[str, ...]
    chosen_by: str
    """The variables that say so, or `container`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was said of a server's cards when it was started."""

    environment: Mapping[str, str]
    devices: tuple[str, ...] = ()
    """Those that its container was given: numbers, UUIDs, or paths below /dev/dri; none: all."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A card by the names that a variable may call it."""

    address: str
    uuid: str = ""


Numbered = Mapping[int, _Named]


def visible_cards(tree: Tree, choice: Choice) -> Visible | None:
    """The cards of a server that was started like this; None where nothing or nobody says."""
    told = {
        name: choice.environment[name]
        for name in VARIABLES
        if name in choice.environment
    }
    counted = _counted(tree, accelerators(tree), told, choice.environment)
    given = _given(tree, counted, choice.devices)
    if given is None or not (told or choice.devices):
        return None
    for name, chosen in told.items():
        if given and not (name == CUDA and HIP in told):
            given = _chosen(given, chosen)
    if not given:
        return None
    return Visible(
        tuple(card.address for card in given.values()),
        ", ".join(told) or "container",
    )


def _counted(
    tree: Tree,
    devices: Sequence[Device],
    told: Mapping[str, str],
    environment: Mapping[str, str],
) -> Numbered:
    """All cards of the host as their runtime counts them; none where that is not known."""
    vendors = {device.vendor for device in devices} & set.intersection(
        {"nvidia", "amd", "hygon", "ascend"},
        *(SPOKEN_TO[name] for name in told),
    )
    if len(vendors) != 1:
        return {}
    (vendor,) = vendors
    ours = [device for device in devices if device.vendor == vendor]
    if vendor == "ascend":
        return _ascend()
    if vendor == "nvidia":
        kinds = {device.device_id for device in ours}
        if len(kinds) > 1 and environment.get(CUDA_ORDER) != "PCI_BUS_ID":
            return {}  # the fastest comes first
        return dict(enumerate(_nvidia(tree, device) for device in ours))
    if CUDA in told and told.get(HIP, told[CUDA]) != told[CUDA]:
        return {}
    paths = {device.address: device.path for device in ours}
    return dict(
        enumerate(
            _Named(each, _unique(tree, paths[each]))
            for each in kfd_addresses(tree)
            if each in paths
        )
    )


def _nvidia(tree: Tree, device: Device) -> _Named:
    path = f"proc/driver/nvidia/gpus/{device.address}/information"
    found = _UUID.search(tree.word(path) or "")
    return _Named(device.address, found[1] if found else "")


def _unique(tree: Tree, path: str) -> str:
    unique = tree.constant(f"{path}/unique_id")
    return f"GPU-{unique.removeprefix('0x')}" if unique else ""


def _ascend() -> Numbered:
    """Only the tool knows which number is which card. Two chips of a card have one number."""
    cards, _ = NpuSmi().ask()
    numbered = {
        card.number: _Named(card.address)
        for card in cards
        if card.number is not None and card.address
    }
    return numbered if len(numbered) == len(cards) else {}


def _given(
    tree: Tree, cards: Numbered, devices: Sequence[str]
) -> Numbered | None:
    """What a container has of them."""
    if not devices:
        return cards
    nodes = [_RENDER_NODE.match(each) for each in devices]
    if not any(nodes):
        return _chosen(cards, ",".join(devices))
    given = {
        same_address((path or "").rsplit("/", 1)[-1])
        for node in nodes
        if node
        for path in [tree.resolved(f"sys/class/drm/{node[1]}/device")]
    }
    return dict(
        enumerate(card for card in cards.values() if card.address in given)
    )


def _chosen(cards: Numbered, value: str) -> Numbered | None:
    """Those that a list of numbers and UUIDs names; None if it names one that there is not."""
    found: list[_Named] = []
    for name in (each.strip() for each in value.split(",")):
        card = _card_of(cards, name)
        if card is None or card in found:
            return None
        found.append(card)
    return dict(enumerate(found))


def _card_of(cards: Numbered, name: str) -> _Named | None:
    """A part of a card, such as `MIG-GPU-…/1/0`, is on that card. A UUID may be shortened."""
    if name.isdecimal():
        return cards.get(int(name))
    if part := _PARENT.fullmatch(name):
        name = part[1]
    alike = [card for card in cards.values() if card.uuid.startswith(name)]
    is_uuid = len(name) > len(UUID) and name.startswith(UUID)
    return alike[0] if is_uuid and len(alike) == 1 else None
