"""Slot time: how long a slot of a closed loop stays empty between the end of a response and the
next request, by both ways of reading and by the C reader, in turns.

The server's record is the ruler for all of them: from the departure of a response's last event to
the kernel's stamp of the next request. It contains the way there and back.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from typing import NamedTuple

import client
import cores
import numpy as np
import numpy.typing as npt
from native import program
from paced import PacedServer
from table import print_table, ratio, spread

from inferometer.clock import MS
from inferometer.engine import Truth

TTFT_MS = 50
PROMPT_TOKENS = 16


class Load(NamedTuple):
    """`step_ms`: the events of all streams leave together, at multiples of it."""

    about: str
    streams: int
    rounds: int
    events: int
    itl_ms: float
    step_ms: float = 0


LOADS = (
    Load("256 streams, ITL 20 ms", 256, 12, 48, 20),
    Load("256 streams, ITL 5 ms", 256, 20, 96, 5),
    Load("1,024 ends at one moment", 1024, 6, 48, 20, 20),
)


class Turn(NamedTuple):
    waits_ms: npt.NDArray[np.float64]
    us_per_event: float


def run(repeats: int, loads: Sequence[Load] = LOADS) -> None:
    for load in loads:
        turns: dict[str, list[Turn]] = {who: [] for who in SIDES}
        for _ in range(repeats):
            for who, side in SIDES.items():
                turns[who].append(side(load))
        _print(load, turns)


def _ours(arrivals: str) -> Callable[[Load], Turn]:
    def turn(load: Load) -> Turn:
        with _server(load) as server:
            measured = client.measure(
                server.url,
                *("--num-prompts", load.streams * load.rounds),
                *("--max-concurrency", load.streams),
                *("--random-input-len", PROMPT_TOKENS),
                *("--random-output-len", load.events),
                arrivals=arrivals,
            )
            truth = server.truth(client.REQUEST_ID_PREFIX)
        us = measured.worker.cpu_ns / measured.events / 1e3
        return Turn(_waits_ms(truth, load.streams), us)

    return turn


def _reader(load: Load) -> Turn:
    requests = load.streams * load.rounds
    with _server(load) as server, cores.pinned(cores.CLIENT, real_time=True):
        done = subprocess.run(
            [
                program("reader"),
                f"--port={server.port}",
                f"--streams={load.streams}",
                f"--requests={requests}",
                f"--prompt-tokens={PROMPT_TOKENS}",
                f"--max-tokens={load.events}",
            ],
            stdout=subprocess.PIPE,
            check=True,
        )
        truth = server.truth("")
    cpu_s = float(json.loads(done.stdout)["cpu_s"])
    us = cpu_s / (requests * load.events) * 1e6
    return Turn(_waits_ms(truth, load.streams), us)


SIDES = {
    "packet ring": _ours("ring"),
    "kernel at read": _ours("read"),
    "C reader": _reader,
}


def _server(load: Load) -> PacedServer:
    return PacedServer(
        ttft_ms=TTFT_MS, itl_ms=load.itl_ms, step_ms=load.step_ms
    )


def _waits_ms(truth: Truth, slots: int) -> npt.NDArray[np.float64]:
    """The request that arrives as number k needs k − slots + 1 ends before it."""
    last = truth.event_start + truth.event_count - 1
    whole = truth.event_count > 1  # the readiness check asks for one token
    sent = np.sort(truth.arrival_ns[whole])
    ended = np.sort(truth.departure_ns[last[whole]])
    waits_ms: npt.NDArray[np.float64] = (
        sent[slots:] - ended[: len(sent) - slots]
    ) / MS
    return waits_ms


def _print(load: Load, turns: dict[str, list[Turn]]) -> None:
    def row(what: str, figure: Callable[[Turn], float]) -> tuple[str, ...]:
        of = {who: [figure(turn) for turn in turns[who]] for who in turns}
        ring, read, reader = of.values()
        return (
            what,
            *(spread(values, 2) for values in of.values()),
            ratio(ring, read),
            ratio(ring, reader),
        )

    print_table(
        f"Slot time: {load.about}",
        ("ms", *turns, "ring ÷ read", "ring ÷ C reader"),
        [
            row("p50", lambda turn: float(np.percentile(turn.waits_ms, 50))),
            row("p99", lambda turn: float(np.percentile(turn.waits_ms, 99))),
            row("longest", lambda turn: float(turn.waits_ms.max())),
            row("CPU per event, µs", lambda turn: turn.us_per_event),
        ],
    )
