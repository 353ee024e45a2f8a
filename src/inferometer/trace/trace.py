"""The record of one run, and how the shards of several workers are merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from inferometer.trace.schema import (
    EVENT_COLUMNS,
    MISSING,
    MISSING_UNTIL_SENT,
    REQUEST_COLUMNS,
    Outcome,
)

Column = npt.NDArray[Any]
Columns = Mapping[str, Column]
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """How well a worker kept up, so that its numbers can be judged."""

    worker: int
    assigned: int
    """Requests of the plan assigned to this worker."""
    sent: int
    """Requests that it started to send."""
    wall_ns: int
    cpu_ns: int
    """CPU time of the loop, user and system."""
    run_queue_ns: int
    """Time the loop was runnable without a core (`/proc/thread-self/schedstat`); -1 where unknown.
    """
    scheduling: str
    """Scheduling policy of the loop: `normal`, or `fifo N` for a real-time priority."""
    reads: int
    """Reads that brought bytes."""
    bytes_read: int
    backlog_peak_bytes: int
    """Largest number of body bytes that waited in memory to be decoded."""
    spilled_bytes: int
    """Body bytes that waited in a temporary file because the loop was never idle."""
    connections: int
    reconnects: int
    """Connections that the server closed between two requests and that were reopened."""
    clock_step_ns: int
    """Largest step of the system's time against the monotonic clock during the run."""
    kernel_stamps: bool
    """Whether the kernel stamped arrivals; if not, the loop did, after the read."""
    lost: bool = False
    """The worker died and its records are lost; the fate of its requests is unknown."""
    answered: int = 0
    """Of a lost worker: requests that it had last reported as answered."""
    stalled_ns: int = 0
    """Time in which the loop did not run at all, though it wakes ten times a second: the process
    was stopped, its machine slept, or its cores were taken. Pauses below half a second do not
    count.
    """
    longest_stall_ns: int = 0
    surplus: int = 0
    """How often unexpected bytes followed a complete response."""
    addresses: int = 1
    """Server addresses over which the connections were spread."""
    ring_bytes: int = 0
    """Memory of the packet ring, if arrival times came from one."""
    ring_lost: int = 0
    """Packets for which it had no room: the kernel stamped their bytes when they were read."""
    retransmissions: int = 0
    """Packets that the server sent again, as far as the ring shows: lost ones, and probes that
    Linux sends when an acknowledgement is late.
    """
    no_ring: str = ""
    """Why arrival times did not come from a packet ring, if they were to."""
    rtt_ns: int = -1
    """Shortest network round trip, the median of its connections, as the kernel measured it; -1
    where unknown. It ends at whoever answers TCP, such as a proxy in front of the server.
    """
    sent_again: int = 0
    """Packets that the client sent again, but for those that the server had already."""
    out_of_order: int = 0
    """Packets of the server that came after a gap: one before them was lost, or overtaken."""
    window_limited_ns: int = 0
    """Time in which requests waited because the server's receive window was full, summed over
    connections.
    """
    unread_fields: str = ""
    """Unknown fields that were not empty in frames without output."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One run: `requests` in order of id, one row each; `events` grouped by request.

    Both hold equally long numpy columns as named and typed in `schema`. `texts` are the generated
    texts in the order of `requests`, kept only on request.
    """

    requests: Columns
    events: Columns
    workers: tuple[WorkerRecord, ...]
    start_realtime_ns: int
    """Wall-clock time (Unix, ns) of the run's start, the zero of all times in the columns."""
    closed_loop: bool
    interrupted: bool = False
    texts: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.requests["id"])

    def select(self, rows: npt.NDArray[np.bool_]) -> Trace:
        """The trace of some requests; the event table is shared, not copied."""
        texts = (
            None
            if self.texts is None
            else tuple(
                t for t, keep in zip(self.texts, rows, strict=True) if keep
            )
        )
        return replace(
            self,
            requests={
                name: column[rows] for name, column in self.requests.items()
            },
            texts=texts,
        )

    def with_requests(self, requests: Columns) -> Trace:
        """The same run with other request columns."""
        return replace(self, requests=requests)

    def measured(self) -> Trace:
        """Without the warm-up requests."""
        warmup = self.requests["warmup"]
        return self.select(~warmup) if warmup.any() else self

    def with_outcome(self, outcome: Outcome) -> Trace:
        return self.select(self.requests["outcome"] == outcome)


def empty_requests(n: int) -> dict[str, Column]:
    """`n` rows of zeros in every request column (None in the object columns)."""
    return {
        c.name: np.full(n, None, dtype=object)
        if c.dtype == "object"
        else np.zeros(n, c.dtype)
        for c in REQUEST_COLUMNS
    }


def unsent_requests(n: int) -> dict[str, Column]:
    """`n` rows of requests of which nothing is known yet."""
    columns = empty_requests(n)
    for name in MISSING_UNTIL_SENT:
        columns[name][:] = MISSING
    return columns


def empty_events() -> dict[str, Column]:
    return {c.name: np.zeros(0, c.dtype) for c in EVENT_COLUMNS}


def merge(shares: Sequence[Trace]) -> Trace:
    """Merge the workers' shards: rows in order of id, events regrouped by index."""
    if len(shares) == 1:
        return shares[0]
    starts = np.cumsum([0] + [len(s.events["arrival_ns"]) for s in shares])
    events = {
        c.name: np.concatenate([s.events[c.name] for s in shares])
        for c in EVENT_COLUMNS
    }
    requests = {
        c.name: np.concatenate([s.requests[c.name] for s in shares])
        for c in REQUEST_COLUMNS
    }
    shift = np.repeat(starts[:-1], [len(s) for s in shares])
    requests["event_start"] = requests["event_start"] + shift
    order = np.argsort(requests["id"], kind="stable")
    texts = None
    if any(s.texts is not None for s in shares):
        # a share without one text, that of a dead worker perhaps, has none at all
        pooled = [t for s in shares for t in s.texts or ("",) * len(s)]
        texts = tuple(pooled[i] for i in order)
    return Trace(
        requests={name: column[order] for name, column in requests.items()},
        events=events,
        workers=tuple(w for s in shares for w in s.workers),
        start_realtime_ns=min(s.start_realtime_ns for s in shares),
        closed_loop=shares[0].closed_loop,
        interrupted=any(s.interrupted for s in shares),
        texts=texts,
    )
