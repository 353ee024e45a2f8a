"""What sampling adds to the delays of the measuring loop: the same load with sampling and without,
in turns.

The embedded engine streams to 32 connections; the delay of an event is the time from its arrival in
the kernel to the loop's read. Beside this host, eight cards are sampled from files: those of a
tree that is made for the occasion.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from statistics import median

import numpy as np

from inferometer.engine import EmbeddedEngine, EngineSettings
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
STREAMS, TOKENS, REQUESTS = 32, 250, 64
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


def delays_us(url: str, root: Path, seed: int, *, sampled: bool) -> np.ndarray:
    """Of every event of one run."""
    output = Output(telemetry=sampled)
    with Session(Endpoint(url), output, root=root) as session:
        spec = RunSpec(
            target=Target(model="embedded"),
            workload=RandomWorkload(input_len=32, output_len=TOKENS),
            load=Load(num_prompts=REQUESTS, max_concurrency=STREAMS),
            sampling=Sampling(ignore_eos=True),
            seed=seed,
        )
        result = session.measure(session.prepare(spec))
    found: np.ndarray = result.trace.events["read_delay_ns"] / 1000
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    p99: dict[bool, list[float]] = {False: [], True: []}
    p50: dict[bool, list[float]] = {False: [], True: []}
    with tempfile.TemporaryDirectory() as folder:
        make_tree(Path(folder))
        with EmbeddedEngine(EngineSettings(ttft_ms=50, itl_ms=20)) as engine:
            for turn in range(repeats):
                for sampled in (False, True) if turn % 2 else (True, False):
                    found = delays_us(
                        engine.base_url, Path(folder), turn, sampled=sampled
                    )
                    p50[sampled].append(float(np.percentile(found, 50)))
                    p99[sampled].append(float(np.percentile(found, 99)))
    print("| delay of events, µs | not sampled | sampled | added |")
    print("|:--|--:|--:|--:|")
    for name, by in (("p50", p50), ("p99", p99)):
        added = [
            one - other for one, other in zip(by[True], by[False], strict=True)
        ]
        print(
            f"| {name} | {_cell(by[False])} | {_cell(by[True])} | {_cell(added)} |"
        )


def _cell(values: list[float]) -> str:
    """The median, and the least and the greatest."""
    return f"{median(values):.0f} [{min(values):.0f}, {max(values):.0f}]"


if __name__ == "__main__":
    main()
