"""1,024 concurrent streams whose true timing is known: how exact the reported numbers are, and what
the client costs.

Our client and a C reader that does nothing but read take turns against the same C server, each on
the same core.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

import client
import cores
import numpy as np
from native import program
from paced import PacedServer
from table import print_table, ratio, spread

from inferometer.calibration.accuracy import Accuracy, compare
from inferometer.clock import MS

STREAMS = 1024
REQUESTS = 4096
EVENTS = 64
PROMPT_TOKENS = 128
TTFT_MS, ITL_MS = 50, 20


@dataclass(frozen=True, slots=True)
class Turn:
    """One run of ours. Errors are in ms."""

    measured: client.Measured
    by_record: Accuracy
    server_p99_ttft_ms: float
    """By the server's own record, of the same requests."""
    server_p99_itl_ms: float


def run(repeats: int) -> None:
    warm, cold, together = [], [], []
    alone_us, alone_together_us = [], []
    for _ in range(repeats):
        warm.append(ours(warmups=STREAMS))
        alone_us.append(reader_us())
        together.append(ours(warmups=STREAMS, step_ms=ITL_MS))
        alone_together_us.append(reader_us(step_ms=ITL_MS))
        cold.append(ours(warmups=0, watch_memory=True))
    _print_exactness(warm, cold, together)
    print_table(
        "CPU per streamed event, on one core, in turns",
        ("µs of CPU", "ours", "C reader", "ratio", "target"),
        [
            *_cost_rows("events spread evenly", warm, alone_us),
            *_cost_rows(
                f"events of all streams at once, every {ITL_MS} ms",
                together,
                alone_together_us,
            ),
        ],
    )
    _print_memory(cold)


def ours(
    warmups: int,
    *,
    step_ms: float = 0,
    chat: bool = False,
    arrivals: str = "read",
    watch_memory: bool = False,
) -> Turn:
    with _server(step_ms, chat) as server:
        measured = client.measure(
            server.url,
            *(
                "--num-prompts",
                REQUESTS,
                "--num-warmups",
                warmups,
                "--max-concurrency",
                STREAMS,
            ),
            *(
                "--random-input-len",
                PROMPT_TOKENS,
                "--random-output-len",
                EVENTS,
            ),
            *(("--backend", "openai-chat") if chat else ()),
            watch_memory=watch_memory,
            arrivals=arrivals,
        )
        truth = server.truth(client.REQUEST_ID_PREFIX)
    prefix = len(client.REQUEST_ID_PREFIX)
    rows = [
        row
        for row, name in enumerate(truth.request_id)
        if name and int(name[prefix:]) >= warmups
    ]
    departure_ns = truth.departure_ns[
        truth.event_start[rows][:, None] + np.arange(EVENTS)
    ]
    return Turn(
        measured=measured,
        by_record=compare(measured.run.trace, truth, client.REQUEST_ID_PREFIX),
        server_p99_ttft_ms=float(
            np.percentile(departure_ns[:, 0] - truth.arrival_ns[rows], 99)
        )
        / MS,
        server_p99_itl_ms=float(np.percentile(np.diff(departure_ns), 99)) / MS,
    )


def _server(step_ms: float, chat: bool) -> PacedServer:
    return PacedServer(
        ttft_ms=TTFT_MS, itl_ms=ITL_MS, step_ms=step_ms, chat=chat
    )


def reader_us(*, step_ms: float = 0, chat: bool = False) -> float:
    """CPU of the C reader for the same work, µs per event."""
    requests = STREAMS + REQUESTS
    asked = {
        "streams": STREAMS,
        "requests": requests,
        "prompt-tokens": PROMPT_TOKENS,
        "max-tokens": EVENTS,
    }
    with _server(step_ms, chat) as server:
        options = [
            f"--port={server.port}",
            *(f"--{name}={value}" for name, value in asked.items()),
        ]
        with cores.pinned(cores.CLIENT, real_time=True):
            done = subprocess.run(
                [program("reader"), *options],
                stdout=subprocess.PIPE,
                check=True,
            )
    return float(json.loads(done.stdout)["cpu_s"]) / (requests * EVENTS) * 1e6


def _print_exactness(
    warm: list[Turn], cold: list[Turn], together: list[Turn]
) -> None:
    def row(
        what: str, figure: Callable[[Turn], float], target: str = ""
    ) -> tuple[str, ...]:
        return (
            what,
            *(
                spread([figure(turn) for turn in turns], 3)
                for turns in (warm, cold, together)
            ),
            target,
        )

    def nominal(
        what: str, figure: Callable[[Turn], float], target: str = ""
    ) -> tuple[str, ...]:
        return (
            what,
            *(
                spread([figure(turn) for turn in turns], 3)
                for turns in (warm, cold)
            ),
            "",
            target,
        )

    print_table(
        f"Exactness: {STREAMS:,} streams, true TTFT {TTFT_MS} ms, ITL {ITL_MS} ms, "
        f"{REQUESTS:,} requests of {EVENTS} events",
        (
            "error in ms",
            f"after {STREAMS:,} warm-ups",
            "from a standing start",
            "all streams at once",
            "target",
        ),
        [
            nominal(
                "mean TTFT as reported, less 50",
                lambda turn: turn.measured.reported["mean_ttft_ms"] - TTFT_MS,
                "≤ 0.1",
            ),
            nominal(
                "p99 TTFT as reported, less 50",
                lambda turn: turn.measured.reported["p99_ttft_ms"] - TTFT_MS,
                "≤ 0.25",
            ),
            nominal(
                "of that, the server's own lateness",
                lambda turn: turn.server_p99_ttft_ms - TTFT_MS,
            ),
            nominal(
                "p99 ITL as reported, less 20",
                lambda turn: turn.measured.reported["p99_itl_ms"] - ITL_MS,
                "≤ 0.25",
            ),
            nominal(
                "of that, the server's own lateness",
                lambda turn: turn.server_p99_itl_ms - ITL_MS,
            ),
            row(
                "each TTFT against the server's record, mean",
                lambda turn: turn.by_record.ttft_error_mean_ms,
                "≤ 0.1",
            ),
            row(
                "each TTFT against the server's record, p99",
                lambda turn: turn.by_record.ttft_error_p99_ms,
                "≤ 0.25",
            ),
            row(
                "each gap against the server's record, p99",
                lambda turn: turn.by_record.itl_error_p99_ms,
                "≤ 0.25",
            ),
            row(
                "p99 TTFT had it been stamped after the read",
                lambda turn: turn.by_record.user_ttft_error_p99_ms,
            ),
            row(
                "p99 gap had it been stamped after the read",
                lambda turn: turn.by_record.user_itl_error_p99_ms,
            ),
            row(
                "events with a doubtful stamp (two in one read), %",
                lambda turn: turn.measured.doubtful_percent,
            ),
        ],
    )


def _cost_rows(
    when: str, turns: list[Turn], reader_us: list[float]
) -> list[tuple[str, ...]]:
    """Two rows: the loop alone, and the whole of its process."""

    def row(
        what: str, ours_us: list[float], target: str = ""
    ) -> tuple[str, ...]:
        return (
            what,
            spread(ours_us, 2),
            spread(reader_us, 2),
            ratio(ours_us, reader_us),
            target,
        )

    loop_us = [
        turn.measured.worker.cpu_ns / turn.measured.events / 1e3
        for turn in turns
    ]
    process_us = [
        turn.measured.cost.worker_cpu_s / turn.measured.events * 1e6
        for turn in turns
    ]
    return [
        row(
            f"{when}: until all is decoded and recorded",
            loop_us,
            "≤ 2.2, aim ≤ 1.8",
        ),
        row("the same, the whole life of the worker process", process_us),
    ]


def _print_memory(turns: list[Turn]) -> None:
    measured = [turn.measured for turn in turns]
    print_table(
        f"Peak memory: {STREAMS:,} streams, {REQUESTS * EVENTS:,} events kept",
        ("MiB resident", "ours", "target"),
        [
            (
                "worker",
                spread([each.cost.worker_peak_mib for each in measured], 0),
                "",
            ),
            (
                "parent (prompts, metrics, files)",
                spread([each.cost.parent_peak_mib for each in measured], 0),
                "",
            ),
            (
                "both at one moment, shared pages counted once",
                spread([each.together_mib for each in measured], 0),
                "≤ 200 MB",
            ),
        ],
    )
