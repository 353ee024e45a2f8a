"""What TCP had to do for a request stands in the row of that request."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable
from threading import Event

import pytest

from inferometer.loadgen import connection
from inferometer.loadgen.connection import Connection
from inferometer.loadgen.exchange import Exchange
from inferometer.loadgen.responses import Responses
from inferometer.system.tcp_facts import TcpFacts
from inferometer.trace import MISSING
from tests.loadgen.loop_runner import job_for, run_loop
from tests.loadgen.scripted_server import (
    PATIENCE_S,
    STREAM,
    Asked,
    Hangup,
    Peer,
    ScriptedServer,
    answer,
    chunked,
)
from tests.system.ring_here import needs_ring


def growing(asked: Counter[int]) -> object:
    """Facts of a connection that sends two packets again for every exchange, and on which five come
    after a gap in the second.
    """

    def tcp_facts(sock: socket.socket) -> TcpFacts:
        times = asked[sock.fileno()]
        asked[sock.fileno()] += 1
        return TcpFacts(1000, 2 * times, 5 if times > 1 else 0, 7 * times)

    return tcp_facts


@pytest.mark.parametrize("concurrency", [1, 3])
def test_each_has_what_was_new_since_the_one_before(
    monkeypatch: pytest.MonkeyPatch, concurrency: int
) -> None:
    asked: Counter[int] = Counter()
    monkeypatch.setattr(connection, "tcp_facts", growing(asked))
    with ScriptedServer(answer) as server:
        ran = run_loop(
            job_for(server.port, n=3 * concurrency, concurrency=concurrency)
        )
    assert ran.all_ok
    if concurrency == 1:
        assert ran.column("losses") == [2, 3, 2]
    assert set(ran.column("losses")) <= {2, 3}
    assert ran.column("window_limited_ns") == [7] * len(ran.outcomes)


def test_of_one_that_was_cut_off_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(peer: Peer, asked: Asked) -> None:
        raise Hangup

    monkeypatch.setattr(connection, "tcp_facts", growing(Counter()))
    with ScriptedServer(cut) as server:
        ran = run_loop(job_for(server.port))
    assert ran.column("losses") == [2]


def test_where_the_system_does_not_tell_nothing_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "tcp_facts", lambda sock: None)
    with ScriptedServer(answer) as server:
        ran = run_loop(job_for(server.port, n=2))
    assert ran.column("losses") == [MISSING] * 2
    assert ran.column("window_limited_ns") == [MISSING] * 2


@pytest.mark.parametrize(
    "packets", [False, pytest.param(True, marks=needs_ring)]
)
def test_tcp_is_not_asked_while_requests_are_sent(
    monkeypatch: pytest.MonkeyPatch, packets: bool
) -> None:
    """Many of them may wait for a free slot at one moment."""
    asked: Counter[int] = Counter()
    monkeypatch.setattr(connection, "tcp_facts", growing(asked))
    meanwhile: list[int] = []
    send = Connection.send

    def watched(self: Connection, exchange: Exchange, message: bytes) -> None:
        before = asked.total()
        send(self, exchange, message)
        meanwhile.append(asked.total() - before)

    monkeypatch.setattr(Connection, "send", watched)
    with ScriptedServer(answer) as server:
        ran = run_loop(
            job_for(server.port, n=9, concurrency=3, packets=packets)
        )
    assert ran.all_ok
    assert meanwhile == [0] * 9
    assert set(ran.column("losses")) <= {2, 3}


def busy_until_all_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that has no time to decode, nor to ask."""
    for name in ("decode", "note_network"):
        real = getattr(Responses, name)

        def later(
            self: Responses, *most: int, real: Callable[..., None] = real
        ) -> None:
            if not self.in_flight and not self._schedule.left:
                real(self, *most)

        monkeypatch.setattr(Responses, name, later)


def test_what_happens_during_a_response_is_not_for_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    losses, begun = [0], Event()
    monkeypatch.setattr(
        connection, "tcp_facts", lambda sock: TcpFacts(1000, losses[0], 0, 0)
    )
    headers = Exchange.headers

    def begin(
        self: Exchange, status: int, stamp_ns: int, *, packed: bool = False
    ) -> None:
        headers(self, status, stamp_ns, packed=packed)
        if self.position:
            begun.set()

    def script(peer: Peer, asked: Asked) -> None:
        first, *rest = chunked(*STREAM)
        peer.send(first)
        if asked.number:
            assert begun.wait(PATIENCE_S)
            losses[0] = 4
        peer.send(*rest)

    monkeypatch.setattr(Exchange, "headers", begin)
    busy_until_all_has_ended(monkeypatch)
    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=2))
    assert ran.all_ok
    assert ran.column("losses") == [0, 4]


def test_it_is_known_of_a_response_whose_connection_then_breaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def script(peer: Peer, asked: Asked) -> None:
        if asked.number == 1:
            raise Hangup
        answer(peer, asked)

    monkeypatch.setattr(connection, "tcp_facts", growing(Counter()))
    busy_until_all_has_ended(monkeypatch)
    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=2))
    assert ran.all_ok
    assert ran.column("resent") == [0, 1]
    assert MISSING not in ran.column("losses")
