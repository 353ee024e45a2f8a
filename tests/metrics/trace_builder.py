"""Traces for the tests of metrics: requests written in ms, everything else filled in as a clean run
would have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from inferometer.clock import MS
from inferometer.trace import (
    EVENT_COLUMNS,
    MISSING,
    Failure,
    Outcome,
    StampSource,
    TokenSource,
    Trace,
    WorkerRecord,
)
from inferometer.trace.trace import empty_requests

TIMES = (
    "intended_ns",
    "connect_ns",
    "sent_ns",
    "sent_done_ns",
    "first_departed_ns",
    "departed_ns",
    "headers_ns",
    "first_ns",
    "last_ns",
    "end_ns",
)
FURTHER = (
    *(
        "warmup",
        "failure",
        "detail",
        "resent",
        "worker",
        "ignored",
        "unread",
        "lingered",
        "losses",
        "window_limited_ns",
        "zero_windows",
    ),
    *("hidden_tokens", "first_tokens", "text_bytes", "first_text_bytes"),
)
"""Columns that are 0 unless a test says otherwise."""
NOT_SENT = (Outcome.UNSENT, Outcome.DROPPED)


def request(
    sent_ms: float | None = 0.0, *event_ms: float, **columns: Any
) -> dict[str, Any]:
    """One request, answered by events at these times (ms). Further columns by name, times as `_ms`,
    and for its events `event_tokens`, `ambiguity_ms`, `delay_ms` and `sources`, one value each.
    """
    return {"sent_ms": sent_ms, "event_ms": event_ms, **columns}


def worker(**fields: Any) -> WorkerRecord:
    """An unhurried worker; `assigned` and `sent` are filled in by `build`."""
    calm: dict[str, Any] = {
        "worker": 0,
        "assigned": 0,
        "sent": 0,
        "wall_ns": 1_000 * MS,
        "cpu_ns": 200 * MS,
        "run_queue_ns": 5 * MS,
        "scheduling": "normal",
        "reads": 1,
        "bytes_read": 1,
        "backlog_peak_bytes": 0,
        "spilled_bytes": 0,
        "connections": 1,
        "reconnects": 0,
        "clock_step_ns": 2_000,
        "kernel_stamps": True,
    }
    return WorkerRecord(**{**calm, **fields})


def build(
    requests: Sequence[dict[str, Any]],
    *,
    closed_loop: bool = True,
    interrupted: bool = False,
    workers: Sequence[dict[str, Any]] = ({},),
) -> Trace:
    """A trace of these requests. Their events stand in the table in reverse order of the requests,
    which may not matter.
    """
    columns = empty_requests(len(requests))
    events: dict[str, list[int]] = {c.name: [] for c in EVENT_COLUMNS}
    for i, r in reversed(list(enumerate(requests))):
        for name, value in _row(i, dict(r), closed_loop).items():
            columns[name][i] = value
        columns["event_start"][i] = len(events["arrival_ns"])
        for name, values in _events(r).items():
            events[name] += values
    begun = sum(r.get("outcome", Outcome.OK) not in NOT_SENT for r in requests)
    counted = {"assigned": len(requests), "sent": begun}
    return Trace(
        requests=columns,
        events={
            c.name: np.array(events[c.name], c.dtype) for c in EVENT_COLUMNS
        },
        workers=tuple(
            worker(**{**(counted if i == 0 else {}), **fields})
            for i, fields in enumerate(workers)
        ),
        start_realtime_ns=0,
        closed_loop=closed_loop,
        interrupted=interrupted,
    )


def _row(i: int, r: dict[str, Any], closed_loop: bool) -> dict[str, Any]:
    event_ms = r["event_ms"]
    row: dict[str, Any] = dict.fromkeys(TIMES, MISSING)
    row |= {
        "id": i,
        "outcome": Outcome.OK,
        "status": 200,
        "event_count": len(event_ms),
        "token_source": TokenSource.USAGE,
    }
    row |= {
        "output_tokens": len(event_ms),
        "asked_output_tokens": len(event_ms),
    }
    row |= {
        "prompt_tokens": 100,
        "asked_prompt_tokens": 100,
        "cached_tokens": MISSING,
        "connect_losses": MISSING,
    }
    if r.get("outcome", Outcome.OK) in NOT_SENT:
        r.pop("sent_ms")
    elif not closed_loop and r["sent_ms"] is not None:
        row["intended_ns"] = r["sent_ms"] * MS
    if event_ms:
        row |= {
            "first_ns": event_ms[0] * MS,
            "last_ns": event_ms[-1] * MS,
            "end_ns": event_ms[-1] * MS,
        }
    for name, value in r.items():
        if name.endswith("_ms") and name[:-3] + "_ns" in TIMES:
            row[name[:-3] + "_ns"] = MISSING if value is None else value * MS
        elif name in row or name in FURTHER:
            row[name] = MISSING if value is None else value
    return row


def _events(r: dict[str, Any]) -> dict[str, list[int]]:
    n = len(r["event_ms"])
    return {
        "arrival_ns": [round(t * MS) for t in r["event_ms"]],
        "read_delay_ns": [round(t * MS) for t in r.get("delay_ms", [0.02] * n)],
        "ambiguity_ns": [round(t * MS) for t in r.get("ambiguity_ms", [0] * n)],
        "tokens": list(r.get("event_tokens", [-1] * n)),
        "stamp_source": list(r.get("sources", [StampSource.KERNEL] * n)),
    }


def failed(
    sent_ms: float | None, failure: Failure, **columns: Any
) -> dict[str, Any]:
    """A request that failed 5 ms after it was sent, or that could not be sent (then it needs an
    `end_ms`).
    """
    absent = {
        "prompt_tokens": None,
        "output_tokens": None,
        "token_source": TokenSource.NONE,
        "end_ms": (sent_ms or 0) + 5,
    }
    return request(
        sent_ms,
        outcome=Outcome.FAILED,
        failure=failure,
        **{**absent, **columns},
    )
