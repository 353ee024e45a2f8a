"""What sampling costs: eight AMD cards from a tree of files, eight NVIDIA cards from a fake NVML,
and the host, twice a second, as a share of one core. The other side reads the same files, no more.

    PYTHONPATH=. .venv/bin/python benchmarks/telemetry.py

A real driver takes time of its own to answer, which no tree of files has.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from table import print_table, spread

from inferometer.telemetry.sample import SAMPLERS
from inferometer.telemetry.sampler import CardSampler
from inferometer.telemetry.tree import Tree
from tests.telemetry.fake_nvml import FakeNvml, h100
from tests.telemetry.trees import capture, plant, port

CARDS = 8
A_SECOND = 2
GLANCES = 10 - A_SECOND
"""Of a second: in between, momentary powers of cards without a counter are read alone."""
AMD, AMD_CPU, BRIDGE, DISPLAY = 0x1002, 0x1022, 0x060400, 0x030000


def machine(root: Path) -> Path:
    """A host with Radeons, each behind its own switch."""
    card = json.loads(capture("amd_sysfs_rx6900xt.json"))
    files: dict[str, str] = {}
    for number in range(CARDS):
        bus = 0x10 + 3 * number
        way = f"pci0000:{number:02x}/0000:{number:02x}:01.1"
        for place, maker in enumerate((AMD_CPU, AMD, AMD)):
            files |= port(way, maker, BRIDGE, "16.0x16", "32.0x16")
            way += f"/0000:{bus + place:02x}:00.0"
        files |= port(way, AMD, DISPLAY, "32.0x16")
        files |= {
            f"sys/devices/{way}/{name.partition('/device/')[2]}": text
            for name, text in card.items()
            if "/device/" in name
        }
    return plant(root, files)


def cpu_ms(sample: Callable[[], object], times: int) -> float:
    """CPU time of one sample."""
    begun = time.process_time_ns()
    for _ in range(times):
        sample()
    return (time.process_time_ns() - begun) / times / 1e6


def read_all(files: list[Path]) -> None:
    """The least that reading takes."""
    for path in files:
        with path.open("rb", buffering=0) as file:
            file.read()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--samples", type=int, default=100)
    flags = parser.parse_args()
    cards = [h100() for _ in range(CARDS)]
    for number, card in enumerate(cards):
        card.bus = f"00000000:{number + 1:02X}:00.0"
    sys.modules["pynvml"] = FakeNvml(cards)
    with tempfile.TemporaryDirectory() as directory:
        root = machine(Path(directory))
        nowhere = root / "nowhere"
        sides = {
            f"{CARDS} AMD cards, files": ("amd", Tree(root)),
            f"{CARDS} NVIDIA cards, fake NVML": ("nvidia", Tree(nowhere)),
            "this host": ("host", Tree()),
        }
        rows = []
        for title, (name, tree) in sides.items():
            sampler = SAMPLERS[name]()
            first = sampler.sample(tree)
            assert len(first.cards) == (0 if name == "host" else CARDS)
            took = [
                cpu_ms(lambda: sampler.sample(tree), flags.samples)  # noqa: B023
                for _ in range(flags.turns)
            ]
            rows.append((title, took, A_SECOND))
            if isinstance(sampler, CardSampler) and sampler.glance(tree):
                took = [
                    cpu_ms(lambda: sampler.glance(tree), flags.samples)  # noqa: B023
                    for _ in range(flags.turns)
                ]
                rows.append(("their powers alone, in between", took, GLANCES))
            sampler.close()
        files = [each for each in root.rglob("*") if each.is_file()]
        plain = [
            cpu_ms(lambda: read_all(files), flags.samples)
            for _ in range(flags.turns)
        ]
        rows.append(
            (
                f"the AMD cards' {len(files)} files read, nothing more",
                plain,
                A_SECOND,
            )
        )
    print_table(
        f"Sampling {A_SECOND} times a second",
        ("", "CPU per sample, ms", "of a core, %"),
        [
            (
                title,
                spread(took, 2),
                spread([each * times / 10 for each in took], 2),
            )
            for title, took, times in rows
        ],
    )


if __name__ == "__main__":
    main()
