"""What sampling adds to the delays of the measuring loop (target: less than 20 µs at p99).

The paced C server has one core. Loop and samplers share another, which is the worst that can
happen to the loop. While one run goes on, the samplers' process is stopped and continued again:
blocks with sampling and without it take turns, in random order within each pair, so that what else
the host does falls on both. All events of a kind of block are pooled; nothing is left out. The
interval is that of a bootstrap over pairs.

The delay of an event is the time from its arrival in the kernel to the loop's read; with the packet
ring sockets are read late on purpose, so the client does without. Beside this host, eight cards are
sampled from files: those of a tree that is made for the occasion.

    benchmarks/telemetry_loop.py --repeats 5                  about 11 minutes
    benchmarks/telemetry_loop.py --repeats 1 --hold-us 2000   is an effect found, if there is one?
"""

from __future__ import annotations

import argparse
import math
import os
import random
import signal
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import cores
import numpy as np
from paced import PacedServer
from table import print_table

from inferometer.clock import NS, realtime_ns
from inferometer.measurement import samplers
from inferometer.measurement.sampling import SamplingPlan, sampling
from inferometer.measurement.session import Session
from inferometer.server.endpoint import Endpoint
from inferometer.spec.flags import ARRIVALS
from inferometer.spec.output import Output
from inferometer.spec.run import (
    Load,
    RandomWorkload,
    RunSpec,
    Sampling,
    Target,
)
from inferometer.telemetry.reading import Reading
from inferometer.telemetry.sample import SAMPLERS
from inferometer.telemetry.sampler import CardSampler
from inferometer.telemetry.tree import Tree

CARDS = 8
STREAMS, ITL_MS = 16, 4
APART_MS = ITL_MS + ITL_MS / STREAMS
"""Between the starts of streams: their events are spread evenly then."""
BLOCK_S, PAIRS = 2.0, 30
"""A block, and pairs of blocks in a repeat."""
WARM_S = 5.0
SECONDS = WARM_S + 2 * PAIRS * BLOCK_S + 1
PERCENTILES = (50, 99, 99.9)
MOST_US = (1, 1e6)
BINS_US = np.geomspace(*MOST_US, 6000)
"""Each is 0.23% wide: 1 µs of a p99 of 500."""
DRAWS = 2000
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

Pair = tuple[np.ndarray, np.ndarray]
"""How many events of a block without sampling, and of one with it, had a delay of each bin."""


def run(repeats: int) -> None:
    """Print the table."""
    pairs: list[Pair] = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_tree(root)
        with (
            PacedServer(ttft_ms=20, itl_ms=ITL_MS) as server,
            patch.dict(os.environ, {ARRIVALS: "read"}),
            cores.pinned(cores.CLIENT),
        ):
            for number in range(repeats):
                pairs += measured(server.url, root, number)
    print_table(
        f"Sampling beside the loop: {STREAMS} streams, {len(pairs)} blocks of "
        f"{BLOCK_S:.0f} s each",
        ("delay of events, µs", "off", "on", "added", "middle pair"),
        [_row(percent, pairs) for percent in PERCENTILES],
    )


def measured(url: str, root: Path, seed: int) -> list[Pair]:
    """The pairs of one run."""
    with (
        sampling(SamplingPlan(root)) as running,
        Session(Endpoint(url), Output(telemetry=False)) as session,
    ):
        assert running is not None
        running.await_first()
        ready = session.prepare(spec(seed))
        blocks: list[tuple[int, bool]] = []
        switch = threading.Thread(
            target=_switch, args=(running._process.pid, seed, blocks)
        )
        switch.start()
        trace = session.measure(ready).trace
        switch.join()
    begins_ns = np.array([at for at, _ in blocks]) - trace.start_realtime_ns
    block = np.searchsorted(begins_ns, trace.events["arrival_ns"]) - 1
    delay_us = np.clip(trace.events["read_delay_ns"] / 1000, *MOST_US)
    counts = [
        np.histogram(delay_us[block == number], BINS_US)[0]
        for number in range(2 * PAIRS)
    ]
    pairs = []
    for first in range(0, 2 * PAIRS, 2):
        on = first if blocks[first][1] else first + 1
        pairs.append((counts[2 * first + 1 - on], counts[on]))
    return pairs


def spec(seed: int) -> RunSpec:
    """One long request a stream."""
    return RunSpec(
        target=Target(model="paced"),
        workload=RandomWorkload(
            input_len=32, output_len=round(SECONDS * 1000 / ITL_MS)
        ),
        load=Load(
            num_prompts=STREAMS,
            request_rate=1000 / APART_MS,
            burstiness=math.inf,
        ),
        sampling=Sampling(ignore_eos=True),
        seed=seed,
    )


def _switch(pid: int, seed: int, blocks: list[tuple[int, bool]]) -> None:
    """Stop and continue the samplers' process. Notes when, and the end of the last block."""
    chance = random.Random(seed)
    time.sleep(WARM_S)
    for _ in range(PAIRS):
        first = chance.random() < 0.5
        for is_on in (first, not first):
            os.kill(pid, signal.SIGCONT if is_on else signal.SIGSTOP)
            blocks.append((realtime_ns(), is_on))
            time.sleep(BLOCK_S)
    blocks.append((realtime_ns(), True))
    os.kill(pid, signal.SIGCONT)


def _row(percent: float, pairs: Sequence[Pair]) -> list[str]:
    """Pooled, and of the pair in the middle, which a burst of the host's own does not move."""
    counts: np.ndarray = np.array(pairs)
    chance = np.random.default_rng(0)
    drawn = np.array(
        [
            np.bincount(draw, minlength=len(pairs))
            for draw in chance.integers(len(pairs), size=(DRAWS, len(pairs)))
        ]
    )
    off, on = (_percentiles(counts[:, side].sum(0), percent) for side in (0, 1))
    each = _percentiles(counts[:, 1], percent) - _percentiles(
        counts[:, 0], percent
    )
    pooled = [_percentiles(drawn @ counts[:, side], percent) for side in (0, 1)]
    middle = [np.median(np.repeat(each, draw)) for draw in drawn]
    return [
        f"p{percent:g}",
        f"{off:.1f}",
        f"{on:.1f}",
        _with_interval(float(on - off), pooled[1] - pooled[0]),
        _with_interval(float(np.median(each)), np.array(middle)),
    ]


def _percentiles(counts: np.ndarray, percent: float) -> np.ndarray:
    """Of histograms in rows, by the place within the bin."""
    total = np.cumsum(counts, axis=-1)
    wanted = total[..., -1:] * percent / 100
    place = (total < wanted).sum(-1)
    number = np.take_along_axis(counts, place[..., None], -1)[..., 0]
    below = np.take_along_axis(total, place[..., None], -1)[..., 0] - number
    share = (wanted[..., 0] - below) / number
    low, high = BINS_US[place], BINS_US[place + 1]
    found: np.ndarray = low * (high / low) ** share
    return found


def _with_interval(value: float, drawn: np.ndarray) -> str:
    low, high = np.percentile(drawn, (2.5, 97.5))
    return f"{value:+.1f} ({low:+.1f} to {high:+.1f})"


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


class Holding(CardSampler):
    """Ten times a second it holds the core from everybody, the loop as well."""

    hold_ns = 0

    def glance(self, tree: Tree) -> list[tuple[str, Reading]]:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
        end_ns = time.monotonic_ns() + self.hold_ns
        while time.monotonic_ns() < end_ns:
            pass
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        return super().glance(tree)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--hold-us", type=int, default=0)
    asked = parser.parse_args()
    if asked.hold_us:
        Holding.hold_ns = asked.hold_us * NS // 1_000_000
        held = {**SAMPLERS, "amd": lambda: Holding("amd")}
        vars(samplers)["SAMPLERS"] = held
    run(asked.repeats)


if __name__ == "__main__":
    main()
