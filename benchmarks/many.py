"""5,000 concurrent streams on one worker; and what memory an event costs, both while its response
lasts and for good.

Two runs that differ only in the events per response show it: the difference of their peaks over
that of their events.
"""

from __future__ import annotations

from collections.abc import Callable

import client
from paced import PacedServer
from table import print_table

from inferometer.calibration.accuracy import Accuracy, compare

STREAMS = 5000
TTFT_MS, ITL_MS = 50, 100
EVENTS, MORE_EVENTS = 64, 256

KEEPING_STREAMS, KEEPING_REQUESTS = 128, 2048
KEEPING_ITL_MS = 2
KEPT_EVENTS, MORE_KEPT_EVENTS = 64, 512
"""Few streams, so that hardly anything is in flight beside what is kept."""


def run(repeats: int) -> None:
    """Once, whatever `repeats` says: memory hardly varies."""
    del repeats
    short, _ = _turn(STREAMS, STREAMS, EVENTS, ITL_MS)
    long, exact = _turn(STREAMS, STREAMS, MORE_EVENTS, ITL_MS)
    _print_streams(long, exact)
    little, _ = _turn(
        KEEPING_STREAMS, KEEPING_REQUESTS, KEPT_EVENTS, KEEPING_ITL_MS
    )
    much, _ = _turn(
        KEEPING_STREAMS, KEEPING_REQUESTS, MORE_KEPT_EVENTS, KEEPING_ITL_MS
    )
    print_table(
        "Memory per event",
        (
            "peak MiB of two runs, by their events",
            "fewer events",
            "more events",
            "bytes per event",
            "target",
        ),
        [
            _memory_row(
                "kept, worker",
                little,
                much,
                lambda cost: cost.worker_peak_mib,
                "≤ 40",
            ),
            _memory_row(
                "kept, parent (metrics, files)",
                little,
                much,
                lambda cost: cost.parent_peak_mib,
                "≤ 40",
            ),
            _memory_row(
                "in flight and kept, worker",
                short,
                long,
                lambda cost: cost.worker_peak_mib,
                "",
            ),
        ],
    )


def _turn(
    streams: int, requests: int, events: int, itl_ms: int
) -> tuple[client.Measured, Accuracy]:
    with PacedServer(ttft_ms=TTFT_MS, itl_ms=itl_ms) as server:
        measured = client.measure(
            server.url,
            *("--num-prompts", requests, "--max-concurrency", streams),
            *("--random-input-len", 16, "--random-output-len", events),
        )
        truth = server.truth(client.REQUEST_ID_PREFIX)
    return measured, compare(
        measured.run.trace, truth, client.REQUEST_ID_PREFIX
    )


def _print_streams(measured: client.Measured, exact: Accuracy) -> None:
    worker = measured.worker
    print_table(
        f"{STREAMS:,} streams on one worker: ITL {ITL_MS} ms, {MORE_EVENTS} events each, "
        "every request sent at once",
        ("", "ours", "target"),
        [
            ("requests that failed", str(measured.reported["failed"]), "0"),
            ("connections that broke", str(worker.reconnects), "0"),
            (
                "events per second",
                f"{measured.events / measured.reported['duration']:,.0f}",
                "",
            ),
            (
                "CPU of the core, %",
                f"{worker.cpu_ns / worker.wall_ns * 100:.0f}",
                "",
            ),
            (
                "CPU per event, µs",
                f"{worker.cpu_ns / measured.events / 1e3:.2f}",
                "",
            ),
            (
                "p99 error of each TTFT against the server's record, ms",
                f"{exact.ttft_error_p99_ms:.3f}",
                "",
            ),
            (
                "p99 error of each gap against the server's record, ms",
                f"{exact.itl_error_p99_ms:.3f}",
                "",
            ),
            (
                "events with a doubtful stamp, %",
                f"{measured.doubtful_percent:.3f}",
                "",
            ),
        ],
    )


def _memory_row(
    what: str,
    less: client.Measured,
    more: client.Measured,
    peak_mib: Callable[[client.Cost], float],
    target: str,
) -> tuple[str, ...]:
    grown_bytes = (peak_mib(more.cost) - peak_mib(less.cost)) * 2**20
    return (
        f"{what}: {less.events:,} and {more.events:,}",
        f"{peak_mib(less.cost):.0f}",
        f"{peak_mib(more.cost):.0f}",
        f"{grown_bytes / (more.events - less.events):.0f}",
        target,
    )
