"""The packet ring, the kernel's stamps of reads and the C reader side by side, in turns: CPU per
event, memory, slot time and a burst of 1,024 ends.
"""

from __future__ import annotations

from typing import NamedTuple

import slots
from streams import ITL_MS, STREAMS, ours, reader_us
from table import print_table, ratio, spread

WAYS = ("ring", "read")


class Load(NamedTuple):
    about: str
    step_ms: float
    chat: bool


LOADS = (
    Load("completions, spread evenly", 0, chat=False),
    Load("completions, all streams at once", ITL_MS, chat=False),
    Load("chat, spread evenly", 0, chat=True),
    Load("chat, all streams at once", ITL_MS, chat=True),
)


def run(repeats: int) -> None:
    """Memory once, whatever `repeats` says."""
    print_table(
        f"CPU per event, µs: {STREAMS:,} streams, until all is decoded and recorded",
        (
            *("", "packet ring", "kernel at read", "C reader"),
            *("ring ÷ C", "read ÷ C"),
        ),
        [_cost(load, repeats) for load in LOADS],
    )
    turns = [ours(0, arrivals=way, watch_memory=True) for way in WAYS]
    print_table(
        f"Peak memory, MiB: {STREAMS:,} streams",
        ("", "packet ring", "kernel at read", "target"),
        [
            (
                "worker",
                *[f"{t.measured.cost.worker_peak_mib:.0f}" for t in turns],
                "",
            ),
            (
                "parent",
                *[f"{t.measured.cost.parent_peak_mib:.0f}" for t in turns],
                "",
            ),
            (
                "both at one moment",
                *[f"{t.measured.together_mib:.0f}" for t in turns],
                "124",
            ),
        ],
    )
    slots.run(repeats, (slots.LOADS[0], slots.LOADS[-1]))


def _cost(load: Load, repeats: int) -> tuple[str, ...]:
    """In turns."""
    ring, read, alone = [], [], []
    for _ in range(repeats):
        ring.append(_us("ring", load))
        read.append(_us("read", load))
        alone.append(reader_us(step_ms=load.step_ms, chat=load.chat))
    cells = [spread(each, 2) for each in (ring, read, alone)]
    return (load.about, *cells, ratio(ring, alone), ratio(read, alone))


def _us(arrivals: str, load: Load) -> float:
    turn = ours(
        STREAMS, step_ms=load.step_ms, chat=load.chat, arrivals=arrivals
    )
    return turn.measured.worker.cpu_ns / turn.measured.events / 1e3
