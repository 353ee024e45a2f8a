"""A client that is far too busy: stalled for 15 ms at a time while every stream brings an event
each 20 ms.

The embedded engine keeps a record of what really happened. Stamps by the kernel stay with it;
stamps taken after the read, as other clients take them, show the client's own stalls. Run as a
script, this file is the stalled client.
"""

from __future__ import annotations

import time
from pathlib import Path
from unittest.mock import patch

import client
import cores
from table import print_table, spread

from inferometer.calibration.accuracy import Accuracy, compare
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.system.poller import Poller, make_poller

STREAMS = 50
REQUESTS = 100
EVENTS = 100
STALL_MS = 15
TTFT_MS, ITL_MS = 50, 20


class StalledPoller:
    """Burns 15 ms of CPU before it looks at the sockets."""

    def __init__(self, poller: Poller) -> None:
        self.register = poller.register
        self.modify = poller.modify
        self.unregister = poller.unregister
        self.close = poller.close
        self._poller = poller

    def poll(self, timeout: float, maxevents: int, /) -> list[tuple[int, int]]:
        until_ns = time.monotonic_ns() + STALL_MS * 1_000_000
        while time.monotonic_ns() < until_ns:
            pass
        return self._poller.poll(timeout, maxevents)


def run(repeats: int) -> None:
    rows = []
    for flag, policy in (
        ("--realtime", "real-time priority"),
        ("--no-realtime", "no priority"),
    ):
        turns = [_turn(flag) for _ in range(repeats)]
        rows += [
            _row(
                f"TTFT, {policy}",
                "ttft_error_p99_ms",
                "user_ttft_error_p99_ms",
                turns,
            ),
            _row(
                f"ITL, {policy}",
                "itl_error_p99_ms",
                "user_itl_error_p99_ms",
                turns,
            ),
        ]
    print_table(
        f"Overload: {STREAMS} streams, true ITL {ITL_MS} ms, client stalled {STALL_MS} ms at "
        "a time",
        (
            "p99 error in ms",
            "stamps by the kernel",
            "stamps after the read",
            "target",
            "client's CPU, %",
            "doubtful stamps, %",
        ),
        rows,
    )


def _row(
    what: str,
    kernel: str,
    user: str,
    turns: list[tuple[Accuracy, client.Measured]],
) -> tuple[str, ...]:
    return (
        what,
        spread([getattr(exact, kernel) for exact, _ in turns], 3),
        spread([getattr(exact, user) for exact, _ in turns], 3),
        "≤ 0.25",
        spread(
            [
                measured.worker.cpu_ns / measured.worker.wall_ns * 100
                for _, measured in turns
            ],
            0,
        ),
        spread([measured.doubtful_percent for _, measured in turns], 2),
    )


def _turn(priority: str) -> tuple[Accuracy, client.Measured]:
    with cores.pinned(cores.SERVER, real_time=True):
        engine = EmbeddedEngine(
            EngineSettings(ttft_ms=TTFT_MS, itl_ms=ITL_MS), record_truth=True
        )
        engine.start()
    try:
        measured = client.measure(
            engine.base_url,
            *(
                "--num-prompts",
                REQUESTS,
                "--max-concurrency",
                STREAMS,
                priority,
            ),
            *("--random-input-len", 128, "--random-output-len", EVENTS),
            script=Path(__file__),
            arrivals="read",
        )
        return compare(
            measured.run.trace, engine.truth(), client.REQUEST_ID_PREFIX
        ), measured
    finally:
        engine.stop()


if __name__ == "__main__":
    with patch(
        "inferometer.loadgen.loop.make_poller",
        lambda: StalledPoller(make_poller()),
    ):
        client.become_the_client()
