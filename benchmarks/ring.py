"""The packet ring at its limits: a client that is stopped again and again, or without a core
(beside the kernel's stamps of reads), and 15,000 streams.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from typing import NamedTuple

import client
import cores
import numpy as np
import psutil
from paced import PacedServer, PacedServers
from table import print_table, spread

from inferometer.calibration.accuracy import Accuracy, compare
from inferometer.clock import NS

TTFT_MS = 50
WAYS = {"packet ring": "ring", "kernel at read": "read"}

Beside = Callable[[int], AbstractContextManager[object]]


class Load(NamedTuple):
    streams: int
    requests: int
    events: int
    itl_ms: float


class Turn(NamedTuple):
    measured: client.Measured
    exact: Accuracy


def run(repeats: int) -> None:
    """The last one once, whatever `repeats` says."""
    for title, beside in STARVED:
        turns: dict[str, list[Turn]] = {way: [] for way in WAYS}
        for _ in range(repeats):
            for way, arrivals in WAYS.items():
                turns[way].append(
                    turn(Load(128, 512, 64, 20), arrivals, beside)
                )
        print_turns(title, turns)
    print_turns(
        "15,000 streams on one worker: ITL 500 ms",
        {"packet ring": [turn(Load(15_000, 15_000, 24, 500), "ring")]},
    )


def turn(
    load: Load,
    arrivals: str,
    beside: Beside | None = None,
    servers_on: Sequence[int] = (),
) -> Turn:
    """`servers_on`: the cores of several servers that share the load."""
    with (
        PacedServers(servers_on, ttft_ms=TTFT_MS, itl_ms=load.itl_ms)
        if servers_on
        else PacedServer(ttft_ms=TTFT_MS, itl_ms=load.itl_ms)
    ) as server:
        measured = client.measure(
            server.url,
            *("--num-prompts", load.requests),
            *("--max-concurrency", load.streams),
            *("--random-input-len", 16, "--random-output-len", load.events),
            watch_memory=True,
            arrivals=arrivals,
            beside=beside,
        )
        truth = server.truth(client.REQUEST_ID_PREFIX)
    trace = measured.run.trace
    return Turn(measured, compare(trace, truth, client.REQUEST_ID_PREFIX))


@contextmanager
def _stopping(pid: int, *, run_s: float, stop_s: float) -> Iterator[None]:
    """Stops the worker of that command for `stop_s` after each `run_s`."""
    with _in_thread(partial(_stop_and_go, pid, run_s, stop_s)):
        yield


@contextmanager
def _in_thread(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Does this in a thread, until its event is set."""
    over = threading.Event()
    thread = threading.Thread(target=work, args=(over,))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _stop_and_go(
    pid: int, run_s: float, stop_s: float, over: threading.Event
) -> None:
    while not over.wait(run_s):
        with suppress(psutil.Error, ProcessLookupError):
            for worker in psutil.Process(pid).children():
                os.kill(worker.pid, signal.SIGSTOP)
                over.wait(stop_s)
                os.kill(worker.pid, signal.SIGCONT)


@contextmanager
def _spinning(pid: int, *, processes: int) -> Iterator[None]:
    """So many others want the worker's core, and it has no real-time priority against them."""
    with cores.pinned(cores.CLIENT):
        spinners = [
            subprocess.Popen([sys.executable, "-c", "while True: pass"])
            for _ in range(processes)
        ]
    try:
        with _in_thread(partial(_keep_ordinary, pid)):
            yield
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()


def _keep_ordinary(pid: int, over: threading.Event) -> None:
    ordinary = os.sched_param(0)
    while not over.wait(0.05):
        with suppress(psutil.Error, ProcessLookupError):
            for worker in psutil.Process(pid).children():
                os.sched_setscheduler(worker.pid, os.SCHED_OTHER, ordinary)


STARVED: tuple[tuple[str, Beside], ...] = (
    (
        "A worker that is stopped for 1 s of every 2 s: 128 streams, ITL 20 ms",
        partial(_stopping, run_s=1, stop_s=1),
    ),
    (
        "A worker that is stopped for 15 ms of every 20 ms: 128 streams, ITL 20 ms",
        partial(_stopping, run_s=0.005, stop_s=0.015),
    ),
    (
        "Three others spin on its core, no priority: 128 streams, ITL 20 ms",
        partial(_spinning, processes=3),
    ),
)


def print_turns(title: str, turns: dict[str, list[Turn]]) -> None:
    def row(
        what: str,
        figure: Callable[[Turn], float],
        digits: int,
        target: str = "",
    ) -> tuple[str, ...]:
        cells = [
            spread([figure(turn) for turn in of], digits)
            for of in turns.values()
        ]
        return (what, *cells, target)

    print_table(
        title,
        ("", *turns, "target"),
        [
            row(
                "each TTFT, p99 error, ms",
                lambda t: t.exact.ttft_error_p99_ms,
                3,
                "≤ 0.25",
            ),
            row(
                "each gap, p99 error, ms",
                lambda t: t.exact.itl_error_p99_ms,
                3,
                "≤ 0.25",
            ),
            row(
                "events that share a stamp, %",
                lambda t: t.measured.doubtful_percent,
                2,
            ),
            row(
                "packets without room in the ring",
                lambda t: t.measured.worker.ring_lost,
                0,
                "0",
            ),
            row(
                "requests that failed",
                lambda t: t.measured.reported["failed"],
                0,
                "0",
            ),
            (
                "verdict",
                *(
                    ", ".join(t.measured.run.verdict["status"] for t in of)
                    for of in turns.values()
                ),
                "",
            ),
            row("events per second", _events_per_second, 0),
            row("the same, middle half of the run", _steady_per_second, 0),
            row("CPU of the core, %", lambda t: _cpu_share(t) * 100, 0),
            row("slot time p99, ms", _slot_time_ms, 2),
            row("ring, MiB", lambda t: t.measured.worker.ring_bytes / 2**20, 0),
            row(
                "worker's peak, MiB",
                lambda t: t.measured.cost.worker_peak_mib,
                0,
            ),
            row(
                "both processes at one moment, MiB",
                lambda t: t.measured.together_mib,
                0,
            ),
        ],
    )


def _events_per_second(turn: Turn) -> float:
    return turn.measured.events / float(turn.measured.reported["duration"])


def _steady_per_second(turn: Turn) -> float:
    """Without the start and the end, when not all streams are under way."""
    arrivals_ns = turn.measured.run.trace.events["arrival_ns"]
    begin_ns, end_ns = arrivals_ns.min(), arrivals_ns.max()
    quarter_ns = (end_ns - begin_ns) // 4
    middle = np.abs(arrivals_ns - (begin_ns + end_ns) // 2) <= quarter_ns
    return float(np.count_nonzero(middle) / (2 * quarter_ns / NS))


def _cpu_share(turn: Turn) -> float:
    return turn.measured.worker.cpu_ns / turn.measured.worker.wall_ns


def _slot_time_ms(turn: Turn) -> float:
    """0 where all requests fit at once."""
    told = turn.measured.run.summary["slot_time"]["percentiles"]["p99"]
    return float(told or 0)
