"""Traces and records of the null server, written by hand: of each request when it was sent, or came
in, and its events; ms.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from inferometer.clock import MS
from inferometer.engine.truth import Truth
from inferometer.trace import (
    EVENT_COLUMNS,
    MISSING,
    Outcome,
    StampSource,
    Trace,
)
from inferometer.trace.trace import empty_requests

LATE_NS = 5 * MS

Times = Sequence[Sequence[float]]


def trace_of(
    requests: Times,
    *,
    delay_ms: float = 0.0,
    intended_ms: Sequence[float] = (),
    **columns: Any,
) -> Trace:
    """OK requests, numbered from 0, in closed loop unless there are due times; every event read
    `delay_ms` after it came.
    """
    table = empty_requests(len(requests))
    start, count, arrival_ns = _events(requests)
    table["id"][:] = np.arange(len(requests))
    table["outcome"][:] = Outcome.OK
    table["sent_ns"][:] = [round(times[0] * MS) for times in requests]
    table["intended_ns"][:] = (
        [round(ms * MS) for ms in intended_ms] if intended_ms else MISSING
    )
    table["event_start"][:], table["event_count"][:] = start, count
    for name, values in columns.items():
        table[name][:] = values
    events = {
        column.name: np.zeros(len(arrival_ns), column.dtype)
        for column in EVENT_COLUMNS
    }
    events["arrival_ns"][:] = arrival_ns
    events["read_delay_ns"][:] = round(delay_ms * MS)
    events["stamp_source"][:] = StampSource.KERNEL
    return Trace(
        requests=table,
        events=events,
        workers=(),
        start_realtime_ns=0,
        closed_loop=not intended_ms,
    )


def truth_of(
    requests: Times,
    *,
    unsure: Collection[tuple[int, int]] = (),
    prefix: str = "t-",
) -> Truth:
    """The server's record. `unsure` are (request, event) that it needed LATE_NS to hand over."""
    start, count, departure_ns = _events(requests)
    places = [
        (row, event)
        for row, times in enumerate(requests)
        for event in range(len(times) - 1)
    ]
    took_ns = np.array(
        [LATE_NS if place in unsure else 5_000 for place in places], np.int64
    )
    return Truth(
        request_id=tuple(f"{prefix}{row}" for row in range(len(requests))),
        arrival_ns=np.array(
            [round(times[0] * MS) for times in requests], np.int64
        ),
        prompt_tokens=np.zeros(len(requests), np.int64),
        event_start=start,
        event_count=count,
        departure_ns=departure_ns,
        due_ns=departure_ns - MS,
        tokens=np.ones(len(departure_ns), np.int64),
        realtime_offset_ns=0,
        handed_ns=departure_ns + took_ns,
    )


def _events(
    requests: Times,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where each request's events begin, how many they are, and when they were."""
    count = np.array([len(times) - 1 for times in requests], np.int64)
    return (
        np.cumsum(count) - count,
        count,
        np.array(
            [round(ms * MS) for times in requests for ms in times[1:]], np.int64
        ),
    )
