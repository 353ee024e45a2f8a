"""How much earlier than stamped an event may have come: the truth always lies within what the trace
says.
"""

from __future__ import annotations

import time
from threading import Event
from typing import Any

import numpy as np
import pytest

from inferometer.clock import realtime_ns
from inferometer.loadgen import loop as loop_module
from inferometer.loadgen.exchange import Exchange
from tests.loadgen.loop_runner import Ran, job_for, run_loop
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
    wait,
)

CLOCK_NOISE_NS = 1_000_000
"""The server reads the clock and then sends; it may be made to wait in between."""


class StalledPoller(PollerAround):
    """Polls only when the server has sent everything, once it has begun. If it was `stopped` until
    then, its time is over, and it says once that nothing is ready.
    """

    def __init__(self, began: Event, sent: Event, *, stopped: bool) -> None:
        super().__init__()
        self._stopped = stopped
        self._began, self._sent = began, sent

    def poll(self, timeout: float, maxevents: int, /) -> list[tuple[int, int]]:
        if self._began.is_set():
            self._sent.wait(10)
            if self._stopped:
                self._stopped = False
                return []
        return super().poll(timeout, maxevents)


def run_stalled(
    monkeypatch: pytest.MonkeyPatch,
    parts: list[bytes],
    *,
    stopped: bool = False,
) -> tuple[Ran, list[int]]:
    """The trace of one response whose parts were all sent before the first of them was read; and
    when each was.
    """
    began, sent = Event(), Event()
    sent_ns: list[int] = []

    def script(peer: Peer, asked: Asked) -> None:
        began.set()
        peer.send(head("Transfer-Encoding: chunked"))
        for part in parts:
            time.sleep(
                0.003
            )  # so that an error of one write shows above the noise
            sent_ns.append(realtime_ns())
            peer.send(part)
        peer.send(
            chunk(event(" end", finish="length")), chunk(DONE), LAST_CHUNK
        )
        sent.set()

    monkeypatch.setattr(
        loop_module,
        "make_poller",
        lambda: StalledPoller(began, sent, stopped=stopped),
    )
    with ScriptedServer(script) as server:
        return run_loop(job_for(server.port)), sent_ns


@pytest.mark.parametrize("stopped", [False, True])
@pytest.mark.parametrize("events_a_write", [1, 20, 100])
def test_the_truth_lies_between_the_stamp_and_its_ambiguity(
    monkeypatch: pytest.MonkeyPatch, events_a_write: int, *, stopped: bool
) -> None:
    """Six writes, of up to 46 kB in all: the last case takes three reads. More would not fit the
    window of a stalled client.
    """
    parts = [
        b"".join(chunk(event(f" {part}/{i}")) for i in range(events_a_write))
        for part in range(6)
    ]
    ran, sent_ns = run_stalled(monkeypatch, parts, stopped=stopped)
    assert ran.all_ok
    n = 6 * events_a_write
    true_ns = (
        np.repeat(np.array(sent_ns), events_a_write)
        - ran.loop.anchors[0].offset_ns
        - ran.loop._start_ns
    )
    latest = ran.trace.events["arrival_ns"][:n]
    earliest = latest - ran.trace.events["ambiguity_ns"][:n]
    assert np.flatnonzero(true_ns < earliest - CLOCK_NOISE_NS).tolist() == []
    assert np.flatnonzero(true_ns > latest + CLOCK_NOISE_NS).tolist() == []
    assert ran.trace.events["ambiguity_ns"].max() > 0


def test_events_of_one_chunk_came_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Some servers write two events at a time: sharing a stamp is then the truth."""
    decoded = Event()
    decode = Exchange.decode

    def decode_and_tell(*arguments: Any) -> None:
        decode(*arguments)
        decoded.set()

    monkeypatch.setattr(Exchange, "decode", decode_and_tell)

    def script(peer: Peer, asked: Asked) -> None:
        peer.send(
            head("Transfer-Encoding: chunked"), chunk(event(" a") + event(" b"))
        )
        wait(decoded)
        peer.send(
            chunk(event(" c") + event(" d", finish="length") + DONE), LAST_CHUNK
        )

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port))
    assert ran.all_ok
    assert ran.trace.events["ambiguity_ns"].tolist() == [0, 0, 0, 0]
