"""Steady: reads of plain events wait for others of their exchange, and nothing overtakes them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest

from inferometer.loadgen import steady as steady_module
from inferometer.loadgen.backlog import READ_OVERHEAD_BYTES, Backlog
from inferometer.loadgen.exchange import Exchange
from inferometer.loadgen.live import Live
from inferometer.loadgen.loop import Loop
from inferometer.loadgen.steady import TOGETHER_MOST, SteadyStreams, Stream
from inferometer.trace import Failure, Outcome
from tests.loadgen.loop_runner import finish_loop, job_for
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
    """Each event is read before the next one is sent."""
    together: list[int] = []
    decode_reads = Exchange.decode_reads

    def noted(self: Exchange, bodies: Sequence[bytes], *more: Any) -> None:
        together.append(len(bodies))
        decode_reads(self, bodies, *more)

    monkeypatch.setattr(Exchange, "decode_reads", noted)

    def was_read(number: int) -> bool:
        return loop.responses.reads > number

    def script(peer: Peer, asked: Asked) -> None:
        before = head("Transfer-Encoding: chunked")
        for number, text in enumerate(TEXTS):
            peer.send(before + chunk(event(text)))
            before = b""
            until(partial(was_read, number))
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
