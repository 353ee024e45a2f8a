"""Running the loop in a test: jobs against a scripted server, and the books that must balance
whatever the server does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any

import numpy as np
import pytest

from inferometer.arrival import LoadPlan, Shard, stripe
from inferometer.clock import NS, monotonic_ns
from inferometer.loadgen import (
    connection,
    loop,
    packet_reader,
    responses,
    socket_reader,
)
from inferometer.loadgen.address import Address
from inferometer.loadgen.exchange import Exchange
from inferometer.loadgen.job import Job
from inferometer.loadgen.live import Live, Snapshot, snapshot
from inferometer.loadgen.loop import CannotConnectError, Loop
from inferometer.protocol import PROTOCOLS, Generation
from inferometer.request import Prompt, Request
from inferometer.spec.run import Timeouts
from inferometer.trace import Failure, Outcome, Trace, WorkerRecord

NOT_SENT = (Outcome.UNSENT, Outcome.DROPPED)

BOUNDED = Timeouts(connect_s=5, first_token_s=5, idle_s=5, total_s=8)
"""Longer than any test needs, and short enough for one that hangs."""


def address_of(
    port: int, *, tls: bool = False, insecure: bool = False
) -> Address:
    """Of a server on the loopback, without asking it."""
    return Address(
        2, ("127.0.0.1", port), "127.0.0.1", f"127.0.0.1:{port}", tls, insecure
    )


def requests(n: int, prompt: Prompt = "hello") -> list[Request]:
    return [
        Request(id=i, prompt=prompt, prompt_tokens=8, max_tokens=3)
        for i in range(n)
    ]


def closed_loop(n: int, concurrency: int, warmups: int = 0) -> LoadPlan:
    return LoadPlan(
        np.zeros(n, np.int64), concurrency, closed_loop=True, warmups=warmups
    )


def open_loop(due_ns: Sequence[int], cap: int | None = None) -> LoadPlan:
    return LoadPlan(
        np.array(due_ns, np.int64), cap or len(due_ns), closed_loop=False
    )


def jobs_for(
    port: int, plan: LoadPlan, workers: int = 1, **fields: Any
) -> list[Job]:
    """The jobs of a plan, as a point would make them."""
    prompts = fields.pop("prompts", None) or requests(len(plan))
    address = fields.pop("address", None) or address_of(port)
    defaults: dict[str, Any] = {
        "path": "/v1/completions",
        "headers": {},
        "backend": PROTOCOLS["openai"],
        "generation": Generation(model="m"),
        "closed_loop": plan.closed_loop,
        "drain_warmups": plan.drain_warmups,
        "timeouts": BOUNDED,
        "real_time": False,
        "request_id_prefix": "t-",
        "packets": False,
    }
    return [
        Job(
            address=address,
            requests=[prompts[i] for i in shard.requests],
            shard=shard,
            **{"reserve": shard.max_in_flight, **defaults, **fields},
        )
        for shard in stripe(plan, workers)
    ]


def job_for(port: int, n: int = 1, concurrency: int = 1, **fields: Any) -> Job:
    """One worker's closed loop."""
    (job,) = jobs_for(port, closed_loop(n, concurrency), **fields)
    return job


@dataclass(frozen=True)
class Ran:
    """A loop that has run, and its trace."""

    loop: Loop
    trace: Trace
    live: Snapshot

    @property
    def outcomes(self) -> list[Outcome]:
        return [Outcome(value) for value in self.trace.requests["outcome"]]

    @property
    def failures(self) -> list[Failure]:
        return [Failure(value) for value in self.trace.requests["failure"]]

    def column(self, name: str) -> list[Any]:
        values: list[Any] = self.trace.requests[name].tolist()
        return values

    @property
    def all_ok(self) -> bool:
        return set(self.outcomes) == {Outcome.OK}


def set_clock(
    monkeypatch: pytest.MonkeyPatch, name: str, clock: Callable[[], int]
) -> None:
    """Replace `monotonic_ns` or `realtime_ns` wherever the loop reads it."""
    for module in (loop, responses, connection, socket_reader, packet_reader):
        monkeypatch.setattr(module, name, clock, raising=False)


LATER_NS = 10 * NS
"""Later than BOUNDED lets anything take."""


def pass_time(
    monkeypatch: pytest.MonkeyPatch, when: Callable[[Loop], bool]
) -> Event:
    """While that is true, it is LATER_NS later for time-outs than it is; sets the event then. No
    time-out of the test's has to be short, and none is kept from a request that a busy host holds
    up.
    """
    passed = Event()
    expire = Loop._expire

    def expire_later(self: Loop, now_ns: int) -> None:
        expire(self, now_ns)
        if when(self):
            expire(self, now_ns + LATER_NS)
            passed.set()

    monkeypatch.setattr(Loop, "_expire", expire_later)
    monkeypatch.setattr(loop, "EXPIRE_EVERY_NS", 0)
    return passed


def in_flight(of: Loop) -> list[Exchange]:
    return [
        each.exchange
        for each in of.connections.by_fd.values()
        if each.exchange is not None
    ]


def run_loop(job: Job) -> Ran:
    """What a worker does with its loop, in this process; and the books are checked."""
    live = Live()
    loop = Loop(job, live)
    try:
        loop.prepare()
    except CannotConnectError:
        loop.close()
        raise
    return finish_loop(loop, job, live)


def finish_loop(loop: Loop, job: Job, live: Live) -> Ran:
    start_ns = monotonic_ns()
    loop.run(len(job.requests), start_ns)
    loop.close()
    columns, events, texts = loop.recorder.finish(loop.anchors, start_ns)
    trace = Trace(columns, events, (), 0, job.closed_loop, loop.stopped, texts)
    check_books(trace, [request.id for request in job.requests])
    sent = int(np.count_nonzero(~np.isin(columns["outcome"], NOT_SENT)))
    assert loop.sent == sent
    shown = snapshot([live])
    assert (shown.sent, shown.in_flight) == (sent, 0)
    assert shown.ok == int(np.count_nonzero(columns["outcome"] == Outcome.OK))
    assert not loop.responses.backlog
    assert loop.responses.backlog.bytes == 0
    return Ran(loop, trace, shown)


def check_books(trace: Trace, planned: Sequence[int]) -> None:
    """Every planned request has one row with one outcome, and every event one request."""
    r = trace.requests
    assert r["id"].tolist() == sorted(planned)
    outcomes = [Outcome(value) for value in r["outcome"]]  # each a known one
    assert [bool(f) for f in r["failure"]] == [
        outcome is Outcome.FAILED for outcome in outcomes
    ]
    rows = [
        row
        for start, count in zip(r["event_start"], r["event_count"], strict=True)
        for row in range(start, start + count)
    ]
    assert sorted(rows) == list(range(len(trace.events["arrival_ns"])))


def worker_record(**fields: Any) -> WorkerRecord:
    return WorkerRecord(
        **{
            **dict.fromkeys(WorkerRecord.__dataclass_fields__, 0),
            "scheduling": "normal",
            "kernel_stamps": True,
            **fields,
        }
    )


def shard_of(
    n: int,
    *,
    worker: int = 0,
    warmups: int = 0,
    due_ns: Sequence[int] | None = None,
) -> Shard:
    due = (
        np.array(due_ns, np.int64)
        if due_ns is not None
        else np.zeros(n, np.int64)
    )
    return Shard(worker, np.arange(n, dtype=np.int64), due, n, warmups)
