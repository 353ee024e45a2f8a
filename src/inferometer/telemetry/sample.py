"""The samplers of all vendors and the host, and one sample of them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from inferometer.clock import monotonic_ns
from inferometer.telemetry.amd_smi import AmdSmi
from inferometer.telemetry.mthreads import MthreadsGmi
from inferometer.telemetry.npu_smi import NpuSmi
from inferometer.telemetry.nvidia import NvidiaSmi
from inferometer.telemetry.nvml import Nvml
from inferometer.telemetry.pci import accelerators
from inferometer.telemetry.reading import VENDORS, Card, MachineSample
from inferometer.telemetry.sampler import (
    CardSampler,
    HostSampler,
    Paced,
    Sampled,
    Sampler,
)
from inferometer.telemetry.smi import Smi
from inferometer.telemetry.tree import Tree
from inferometer.telemetry.xpu_smi import XpuSmi

HOST = "host"

SAMPLERS: Mapping[str, Callable[[], Sampler]] = {
    HOST: HostSampler,
    "nvidia": lambda: CardSampler("nvidia", [Nvml(), Paced(NvidiaSmi())]),
    "amd": lambda: CardSampler("amd", [Paced(AmdSmi()), Paced(Smi("amd"))]),
    "hygon": lambda: CardSampler("hygon", [Paced(Smi("hygon"))]),
    "intel": lambda: CardSampler("intel", [Paced(XpuSmi())]),
    "ascend": lambda: CardSampler("ascend", [Paced(NpuSmi())]),
    "mthreads": lambda: CardSampler("mthreads", [Paced(MthreadsGmi())]),
}
"""A new sampler each time; it keeps what it learned from one sample for the next. Use each from
one thread, at most twice a second.
"""


def wanted(tree: Tree) -> list[str]:
    """Names of the samplers that have something to sample: the host and the vendors of the cards on
    the bus, or every vendor if none is seen.
    """
    seen = {device.vendor for device in accelerators(tree)}
    return [
        HOST,
        *(name for name in VENDORS.values() if name in seen or not seen),
    ]


def take_sample(root: Path = Path("/")) -> MachineSample:
    """A sample. `root` is where /sys, /proc and /dev are; libraries and tools of a vendor are asked
    on this host.
    """
    tree = Tree(root)
    now = monotonic_ns()
    parts = []
    for name in wanted(tree):
        sampler = SAMPLERS[name]()
        try:
            parts.append(sampler.sample(tree))
        finally:
            sampler.close()
    return gathered(parts, now)


def gathered(
    parts: Iterable[Sampled], now: int, cards: Sequence[Card] | None = None
) -> MachineSample:
    """What several samplers saw, as one sample at the moment `now` of the monotonic clock."""
    found = list(parts)
    tools = {each.tool: each for part in found for each in part.tools}
    if cards is None:
        cards = [card for part in found for card in part.cards]
    return MachineSample(
        now,
        datetime.now().astimezone().isoformat(timespec="milliseconds"),
        tuple(sorted(cards, key=lambda card: card.address or "~")),
        {name: each for part in found for name, each in part.host.items()},
        tuple(tools.values()),
        {name: each for part in found for name, each in part.cores.items()},
    )
