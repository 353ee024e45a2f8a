"""A client that is always busy, because it has too much to do or others want its core: whatever the
host does besides, the verdict says so, and the packet ring knows when tokens arrived.
"""

from __future__ import annotations

import time
from threading import Lock

import numpy as np
import pytest

from inferometer.clock import MS, realtime_ns
from inferometer.loadgen import loop as loop_module
from inferometer.loadgen import measure
from inferometer.metrics import Level
from inferometer.metrics.finding import Thresholds
from inferometer.trace import StampSource
from tests.loadgen.loop_runner import closed_loop, jobs_for
from tests.loadgen.poller_around import PollerAround
from tests.loadgen.scripted_server import (
    DONE,
    LAST_CHUNK,
    Asked,
    Peer,
    ScriptedServer,
    chunk,
    event,
    head,
)
from tests.metrics.test_verdict import verdict_of
from tests.system.ring_here import needs_ring

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)

STREAMS, EVENTS = 4, 40

HALF = Thresholds(cpu_share_suspect=0.5, run_queue_share_suspect=0.3)
"""One that never waits for anything but a core has one of the two: they make up its whole time."""


class BusyPoller(PollerAround):
    """Burns 15 ms of CPU before each look, and then does not wait."""

    def poll(self, timeout: float, maxevents: int, /) -> list[tuple[int, int]]:
        until_ns = time.thread_time_ns() + 15 * MS
        while time.thread_time_ns() < until_ns:
            pass
        return super().poll(0, maxevents)


class Streams:
    """Sends tokens one by one, and notes when."""

    def __init__(self) -> None:
        self.sent_ns: dict[int, list[int]] = {}
        self._lock = Lock()

    def __call__(self, peer: Peer, asked: Asked) -> None:
        sent_ns = []
        peer.send(head("Transfer-Encoding: chunked"))
        for n in range(EVENTS):
            finish = "length" if n == EVENTS - 1 else None
            time.sleep(0.002)
            sent_ns.append(realtime_ns())
            peer.send(chunk(event(f" {n}", finish=finish)))
        with self._lock:
            self.sent_ns[asked.id] = sent_ns
        peer.send(chunk(DONE), LAST_CHUNK)


@pytest.mark.parametrize(
    "packets", [False, pytest.param(True, marks=needs_ring)]
)
def test_a_client_that_never_rests_is_named(
    monkeypatch: pytest.MonkeyPatch, *, packets: bool
) -> None:
    monkeypatch.setattr(loop_module, "make_poller", BusyPoller)
    streams = Streams()
    with ScriptedServer(streams) as server:
        plan = closed_loop(STREAMS, STREAMS)
        trace = measure(jobs_for(server.port, plan, packets=packets))
    doubted = {
        found.name
        for found in verdict_of(trace, thresholds=HALF).findings
        if found.level >= Level.SUSPECT
    }
    assert doubted & {"client_cpu", "run_queue"}
    events = trace.events
    sent_ns = np.array([streams.sent_ns[n] for n in range(STREAMS)])
    rows = trace.requests["event_start"][:, None] + np.arange(EVENTS)
    arrival_ns = events["arrival_ns"][rows] + trace.start_realtime_ns
    assert (arrival_ns >= sent_ns - MS).all()  # the clocks' distance may change
    if packets:
        assert set(events["stamp_source"]) == {StampSource.TAP}
        assert not events["ambiguity_ns"].any()
        assert "shared_stamps" not in doubted
        assert (np.diff(arrival_ns) >= 0).all()
