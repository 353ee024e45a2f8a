"""A spec and a small trace of every kind of ending, as the store's tests need them."""

from __future__ import annotations

from typing import Any

import numpy as np

from inferometer.clock import MS
from inferometer.spec.run import Load, RandomWorkload, RunSpec, Target
from inferometer.trace.schema import (
    MISSING,
    Failure,
    Outcome,
    StampSource,
    TokenSource,
)
from inferometer.trace.trace import (
    Trace,
    WorkerRecord,
    empty_events,
    empty_requests,
)

TIMES = (
    "intended_ns",
    "connect_ns",
    "sent_ns",
    "sent_done_ns",
    "headers_ns",
    "first_ns",
    "last_ns",
    "end_ns",
)


def worker_record(worker: int = 0) -> WorkerRecord:
    return WorkerRecord(
        worker=worker,
        assigned=6,
        sent=5,
        wall_ns=2_000 * MS,
        cpu_ns=500 * MS,
        run_queue_ns=-1,
        scheduling="normal",
        reads=9,
        bytes_read=4096,
        backlog_peak_bytes=512,
        spilled_bytes=0,
        connections=2,
        reconnects=0,
        clock_step_ns=40,
        kernel_stamps=True,
    )


def make_trace(
    rows: list[dict[str, Any]],
    *,
    texts: tuple[str, ...] | None = None,
    closed_loop: bool = True,
) -> Trace:
    """A trace of `rows`; each names the columns it wants, and its events as `arrivals_ms`. All else
    is unknown.
    """
    requests = empty_requests(len(rows))
    arrivals = [
        np.array(row.pop("arrivals_ms", []), np.float64) * MS for row in rows
    ]
    for name in (*TIMES, "prompt_tokens", "cached_tokens"):
        requests[name][:] = MISSING
    for index, row in enumerate(rows):
        requests["id"][index] = index
        requests["event_count"][index] = len(arrivals[index])
        requests["event_start"][index] = sum(len(a) for a in arrivals[:index])
        if len(arrivals[index]):
            requests["first_ns"][index], requests["last_ns"][index] = (
                arrivals[index][0],
                arrivals[index][-1],
            )
        for name, value in row.items():
            requests[name][index] = value
    pooled = np.concatenate([*arrivals, np.zeros(0)]).astype(np.int64)
    events = {
        name: np.zeros(len(pooled), column.dtype)
        for name, column in empty_events().items()
    }
    events["arrival_ns"], events["read_delay_ns"] = pooled, pooled // 1000
    events["tokens"][:] = -1
    events["stamp_source"][:] = StampSource.KERNEL
    return Trace(
        requests,
        events,
        (worker_record(),),
        1_800_000_000_123_456_789,
        closed_loop,
        texts=texts,
    )


def example_spec() -> RunSpec:
    return RunSpec(
        target=Target(
            backend="openai-chat",
            model="org/tiny",
            headers={"Authorization": "Bearer s3cret"},
        ),
        workload=RandomWorkload(input_len=16, output_len=4),
        load=Load(num_prompts=5, max_concurrency=2),
        seed=7,
    )


def example_trace() -> Trace:
    """A warm-up, two completed requests, one that failed in the middle, one cancelled, one never
    sent.
    """
    ok = {
        "outcome": Outcome.OK,
        "token_source": TokenSource.USAGE,
        "status": 200,
        "prompt_tokens": 16,
        "finish_reason": "length",
    }
    return make_trace(
        [
            {
                **ok,
                "warmup": True,
                "sent_ns": 1 * MS,
                "end_ns": 30 * MS,
                "output_tokens": 1,
                "arrivals_ms": [20],
            },
            {
                **ok,
                "sent_ns": 100 * MS,
                "end_ns": 171 * MS,
                "output_tokens": 3,
                "arrivals_ms": [150, 160, 170],
            },
            {
                **ok,
                "sent_ns": 120 * MS,
                "end_ns": 201 * MS,
                "output_tokens": 2,
                "arrivals_ms": [180, 200],
                "cached_tokens": 0,
            },
            {
                "outcome": Outcome.FAILED,
                "failure": Failure.RESET,
                "status": 200,
                "asked_prompt_tokens": 16,
                "sent_ns": 180 * MS,
                "end_ns": 260 * MS,
                "arrivals_ms": [240],
                "detail": "the connection was reset",
            },
            {
                "outcome": Outcome.CANCELLED,
                "asked_prompt_tokens": 16,
                "sent_ns": 210 * MS,
                "end_ns": 300 * MS,
            },
            {"outcome": Outcome.UNSENT, "asked_prompt_tokens": 16},
        ]
    )
