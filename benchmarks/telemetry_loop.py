"""What sampling adds to the delays of the measuring loop (target: less than 20 µs at p99).

The paced C server has one core. Loop and samplers share another, which is the worst that can
happen to the loop. Short turns follow each other in one process: off, on, on, off. A drift of the
host is then the same on both sides, and a moment of noise spoils one turn and not a side: what is
told is the median of the differences within pairs, with an interval that assumes no distribution.
The same is done with the two turns without sampling of each round: what that gives is noise.

The delay of an event is the time from its arrival in the kernel to the loop's read. Beside this
host, eight cards are sampled from files: those of a tree that is made for the occasion.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import cores
import numpy as np
from paced import PacedServer
from table import print_table

from inferometer.measurement.session import Session
from inferometer.server.endpoint import Endpoint
from inferometer.spec.output import Output
from inferometer.spec.run import (
    Load,
    RandomWorkload,
    RunSpec,
    Sampling,
    Target,
)

CARDS = 8
STREAMS, TOKENS, ITL_MS = 8, 400, 5
ROUNDS_A_REPEAT = 8
QUANTILES = (50, 99)
Z_95 = 1.96
FILES = {
    "vendor": "0x1002",
    "device": "0x7551",
    "class": "0x030000",
    "gpu_busy_percent": "97",
    "mem_info_vram_used": "30000000000",
    "mem_info_vram_total": "34208743424",
    "current_link_speed": "16.0 GT/s PCIe",
    "current_link_width": "8",
    "max_link_speed": "32.0 GT/s PCIe",
    "max_link_width": "16",
    "hwmon/hwmon0/name": "amdgpu",
    "hwmon/hwmon0/power1_average": "275000000",
    "hwmon/hwmon0/power1_cap": "300000000",
    "hwmon/hwmon0/temp1_input": "61000",
    "hwmon/hwmon0/temp1_label": "edge",
}

Delays = tuple[float, ...]
"""By QUANTILES, µs."""


def run(repeats: int) -> None:
    """Print the table."""
    rounds: list[Sequence[Delays]] = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_tree(root)
        with (
            PacedServer(ttft_ms=20, itl_ms=ITL_MS) as server,
            cores.pinned(cores.CLIENT),
        ):
            rounds = [
                _round(server.url, root, number)
                for number in range(ROUNDS_A_REPEAT * repeats)
            ]
    print_table(
        f"Sampling beside the loop: {STREAMS} streams, {len(rounds)} rounds of four turns",
        ("delay of events, µs", "off", "on", "added by sampling", "noise"),
        [_row(place, rounds) for place in range(len(QUANTILES))],
    )


def _round(url: str, root: Path, seed: int) -> Sequence[Delays]:
    return [
        delays(url, root, seed, sampled=sampled)
        for sampled in (False, True, True, False)
    ]


def _row(place: int, rounds: Sequence[Sequence[Delays]]) -> list[str]:
    turns = [[each[place] for each in four] for four in rounds]
    added = [
        on - off
        for off, on, on_again, off_again in turns
        for on, off in ((on, off), (on_again, off_again))
    ]
    noise = [last - first for first, _, _, last in turns]
    off, on = (
        [turn for four in turns for turn in (four[one], four[other])]
        for one, other in ((0, 3), (1, 2))
    )
    return [
        f"p{QUANTILES[place]}",
        f"{median(off):.0f}",
        f"{median(on):.0f}",
        _with_interval(added),
        _with_interval(noise),
    ]


def _with_interval(values: Sequence[float]) -> str:
    """The median, and between which of the ordered values it lies with 95 %."""
    ordered, n = sorted(values), len(values)
    low = max(0, math.floor((n - Z_95 * math.sqrt(n)) / 2) - 1)
    high = min(n - 1, math.ceil((n + Z_95 * math.sqrt(n)) / 2))
    return (
        f"{median(ordered):+.1f} ({ordered[low]:+.1f} to {ordered[high]:+.1f})"
    )


def make_tree(root: Path) -> None:
    """Eight cards below root, and the host's own /proc beside them."""
    for number in range(CARDS):
        address = f"0000:{number + 1:02x}:00.0"
        for name, text in FILES.items():
            path = root / "sys/bus/pci/devices" / address / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n")
    for name in ("stat", "meminfo", "cpuinfo", "loadavg"):
        path = root / "proc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(Path("/proc", name).read_bytes())


def delays(url: str, root: Path, seed: int, *, sampled: bool) -> Delays:
    """Of the events of one turn."""
    output = Output(telemetry=sampled)
    with Session(Endpoint(url), output, root=root) as session:
        spec = RunSpec(
            target=Target(model="paced"),
            workload=RandomWorkload(input_len=32, output_len=TOKENS),
            load=Load(num_prompts=STREAMS, max_concurrency=STREAMS),
            sampling=Sampling(ignore_eos=True),
            seed=seed,
        )
        result = session.measure(session.prepare(spec))
    found = result.trace.events["read_delay_ns"] / 1000
    return tuple(float(np.percentile(found, each)) for each in QUANTILES)
