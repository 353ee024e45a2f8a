"""Steady: reads of plain events wait for others of their exchange, and nothing overtakes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from threading import Event
from typing import Any

import numpy as np
import pytest

from inferometer.loadgen import loop as loop_module
from inferometer.loadgen import socket_reader
from inferometer.loadgen import steady as steady_module
from inferometer.loadgen.backlog import READ_OVERHEAD_BYTES, Backlog
from inferometer.loadgen.exchange import Exchange
from inferometer.loadgen.live import Live
from inferometer.loadgen.loop import Loop
from inferometer.loadgen.steady import TOGETHER_MOST, SteadyStreams, Stream
from inferometer.trace import Failure, Outcome
from tests.loadgen.loop_runner import (
    BOUNDED,
    LATER_NS,
    finish_loop,
    in_flight,
    job_for,
)
from tests.loadgen.scripted_server import (
    DONE,
    LAST_CHUNK,
    Asked,
    Hangup,
    Peer,
    ScriptedServer,
    chunk,
    event,
    head,
    until,
)
from tests.loadgen.test_exchange import begun


def stream(position: int = 0) -> Stream:
    return Stream(lambda *_: (b"", [], 0, None), b"}", [], begun(position))


def test_what_waits_is_queued_at_once_and_counted() -> None:
    backlog = Backlog()
    steady = SteadyStreams(backlog)
    one, two = stream(1), stream(2)
    steady.by_fd |= {11: one, 12: two}
    one.held.extend([b"abc}", bytes(48), 5, b"abc}", bytes(48), 6])
    backlog.held_bytes = 2 * (4 + READ_OVERHEAD_BYTES)
    steady.settle()
    backlog.settle()
    assert not backlog
    assert backlog.peak_bytes == 2 * (4 + READ_OVERHEAD_BYTES)
    steady.release_all()
    assert backlog.held_bytes == 0
    assert backlog.bytes == 2 * (4 + READ_OVERHEAD_BYTES)
    waited = [b"abc}", bytes(48), 5, b"abc}", bytes(48), 6]
    assert backlog.take(9) == [(1, waited, 0, 0, 0)]
    assert (one.exchange.queued, one.exchange.last_read_ns) == (2, 6)
    assert one.held == []
    assert backlog.bytes == 0


def test_room_for_what_waits_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(steady_module, "HELD_BYTES", READ_OVERHEAD_BYTES)
    backlog = Backlog()
    steady = SteadyStreams(backlog)
    steady.by_fd[11] = one = stream()
    one.held.extend([b"abc}", bytes(48), 5])
    backlog.held_bytes = 4 + READ_OVERHEAD_BYTES
    steady.settle()
    assert backlog


TEXTS = [f" {number}" for number in range(TOGETHER_MOST + 10)]


def say(
    peer: Peer,
    loop: Loop,
    texts: Sequence[str] = TEXTS,
    then: Callable[[], None] = lambda: None,
) -> None:
    """Send each event after the one before it was read."""

    def was_read(number: int) -> bool:
        return loop.responses.reads > number

    before = head("Transfer-Encoding: chunked")
    for number, text in enumerate(texts):
        peer.send(before + chunk(event(text)))
        before = b""
        until(partial(was_read, number))
        then()


@pytest.mark.parametrize(
    ("last", "outcome", "failure"),
    [
        (
            [chunk(event(finish="length")), chunk(DONE), LAST_CHUNK],
            Outcome.OK,
            Failure.NONE,
        ),
        (
            [chunk(event(finish="length")), chunk(DONE)],
            Outcome.OK,
            Failure.NONE,
        ),
        ([b""], Outcome.FAILED, Failure.CLOSED_EARLY),
        ([b"no chunk\r\n"], Outcome.FAILED, Failure.BAD_FRAMING),
    ],
    ids=["ends", "stays open", "closed", "not HTTP"],
)
def test_all_that_waits_is_recorded_in_its_order_however_the_response_ends(
    last: list[bytes],
    outcome: Outcome,
    failure: Failure,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    together: list[int] = []
    decode_reads = Exchange.decode_reads

    def noted(self: Exchange, bodies: Sequence[bytes], *more: Any) -> None:
        together.append(len(bodies))
        decode_reads(self, bodies, *more)

    monkeypatch.setattr(Exchange, "decode_reads", noted)

    def script(peer: Peer, asked: Asked) -> None:
        say(peer, loop)
        peer.send(*last)
        if failure is Failure.CLOSED_EARLY:
            raise Hangup

    with ScriptedServer(script) as server:
        job = job_for(server.port, keep_texts=True)
        loop = Loop(job, live := Live())
        loop.prepare()
        ran = finish_loop(loop, job, live)
    assert ran.outcomes == [outcome]
    assert ran.failures == [failure]
    assert ran.trace.texts == ("".join(TEXTS),)
    events = ran.trace.events
    assert (np.diff(events["arrival_ns"]) > 0).all()
    assert (events["read_delay_ns"] >= 0).all()
    assert set(events["ambiguity_ns"]) == {0}
    assert sum(together) > len(TEXTS) // 2
    assert max(together) > 1


def has_ended(peer: Peer) -> None:
    peer.send(chunk(event(finish="length")), chunk(DONE), LAST_CHUNK)


def test_what_waits_is_decoded_though_nothing_else_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Loop, "_expire", lambda *_: None)  # decodes it too

    def script(peer: Peer, asked: Asked) -> None:
        say(peer, loop, TEXTS[:9])
        (exchange,) = in_flight(loop)
        until(lambda: len(exchange.arrivals) == 9)
        has_ended(peer)

    with ScriptedServer(script) as server:
        job = job_for(server.port)
        loop = Loop(job, live := Live())
        loop.prepare()
        assert finish_loop(loop, job, live).all_ok


def test_what_waits_when_the_run_is_stopped_is_recorded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket_reader, "RELEASE_TICKS", 1 << 30)

    def script(peer: Peer, asked: Asked) -> None:
        say(peer, loop, TEXTS[:9])
        live.request_stop()
        peer.wait_for_hangup()
        raise Hangup

    with ScriptedServer(script) as server:
        job = job_for(server.port, keep_texts=True)
        loop = Loop(job, live := Live())
        loop.prepare()
        ran = finish_loop(loop, job, live)
    assert ran.outcomes == [Outcome.CANCELLED]
    assert ran.trace.texts == ("".join(TEXTS[:9]),)
    assert not loop.responses.steady.by_fd


def test_a_request_whose_events_wait_is_not_quiet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Time-outs are looked for when two events have been seen, and later than any while the third
    one waits.
    """
    monkeypatch.setattr(socket_reader, "RELEASE_TICKS", 1 << 30)
    monkeypatch.setattr(loop_module, "EXPIRE_EVERY_NS", 0)
    looked, looked_later = Event(), Event()
    expire = Loop._expire

    def expire_later(self: Loop, now_ns: int) -> None:
        waits = any(each.held for each in self.responses.steady.by_fd.values())
        expire(self, now_ns + LATER_NS if waits else now_ns)
        if waits:
            looked_later.set()
        elif any(each.arrivals for each in in_flight(self)):
            looked.set()

    def be_looked_at() -> None:
        looked.clear()
        until(lambda: looked.is_set() or looked_later.is_set())

    monkeypatch.setattr(Loop, "_expire", expire_later)

    def script(peer: Peer, asked: Asked) -> None:
        say(peer, loop, TEXTS[:3], be_looked_at)
        has_ended(peer)

    with ScriptedServer(script) as server:
        patient = BOUNDED.model_copy(update={"total_s": 1e6})
        job = job_for(server.port, timeouts=patient)
        loop = Loop(job, live := Live())
        loop.prepare()
        assert finish_loop(loop, job, live).all_ok
    assert looked_later.is_set()
