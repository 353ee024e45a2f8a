"""What sampling adds to the delays of the measuring loop (target: less than 20 µs at p99).

The paced C server has one core. Loop and samplers share another, which is the worst that can
happen to the loop. Turns without and with sampling differ far more by what else the host does than
by sampling, so both sides are of one turn: the events near a look of a sampler, and all others. A
percentile of all events, less the same of those far from a look, is what the looks add to it. The
same is done with those moments in a turn without sampling: what that gives is noise.

The delay of an event is the time from its arrival in the kernel to the loop's read. Beside this
host, eight cards are sampled from files: those of a tree that is made for the occasion.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
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
STREAMS, TOKENS, ITL_MS = 8, 800, 5
PAIRS_A_REPEAT = 10
PERCENTILES = (50, 99)
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

NEAR_NS = 10_000_000
"""How long before and after a sample's time an event is near it: no look takes longer."""


@dataclass(frozen=True)
class Turn:
    """Times are from the run's start on."""

    arrival_ns: np.ndarray
    delay_us: np.ndarray
    look_ns: np.ndarray
    """In order; none without sampling."""

    def added_us(self, look_ns: np.ndarray, percent: int) -> float:
        """To this percentile, by looks at these moments."""
        places = np.searchsorted(look_ns, self.arrival_ns)
        ends = np.concatenate([[-np.inf], look_ns, [np.inf]])
        nearest_ns = np.minimum(
            self.arrival_ns - ends[places], ends[places + 1] - self.arrival_ns
        )
        far = self.delay_us[nearest_ns > NEAR_NS]
        return float(
            np.percentile(self.delay_us, percent) - np.percentile(far, percent)
        )


def run(repeats: int) -> None:
    """Print the table."""
    pairs = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_tree(root)
        with (
            PacedServer(ttft_ms=20, itl_ms=ITL_MS) as server,
            cores.pinned(cores.CLIENT),
        ):
            for number in range(PAIRS_A_REPEAT * repeats):
                off = turn(server.url, root, number, sampled=False)
                on = turn(server.url, root, number, sampled=True)
                pairs.append((off, on))
    print_table(
        f"Sampling beside the loop: {STREAMS} streams, {len(pairs)} turns each",
        ("delay of events, µs", "off", "on", "added by looks", "noise"),
        [_row(percent, pairs) for percent in PERCENTILES],
    )


def _row(percent: int, pairs: Sequence[tuple[Turn, Turn]]) -> list[str]:
    off, on = (
        median(
            float(np.percentile(pair[side].delay_us, percent)) for pair in pairs
        )
        for side in (0, 1)
    )
    added = [turn.added_us(turn.look_ns, percent) for _, turn in pairs]
    noise = [without.added_us(turn.look_ns, percent) for without, turn in pairs]
    return [
        f"p{percent}",
        f"{off:.0f}",
        f"{on:.0f}",
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


def turn(url: str, root: Path, seed: int, *, sampled: bool) -> Turn:
    with Session(
        Endpoint(url), Output(telemetry=sampled), root=root
    ) as session:
        spec = RunSpec(
            target=Target(model="paced"),
            workload=RandomWorkload(input_len=32, output_len=TOKENS),
            load=Load(num_prompts=STREAMS, max_concurrency=STREAMS),
            sampling=Sampling(ignore_eos=True),
            seed=seed,
        )
        result = session.measure(session.prepare(spec))
    events = result.trace.events
    series = result.telemetry.series if result.telemetry else ()
    return Turn(
        arrival_ns=events["arrival_ns"],
        delay_us=events["read_delay_ns"] / 1000,
        look_ns=np.unique(
            np.concatenate([[], *(each.time_ns for each in series)])
        ),
    )
