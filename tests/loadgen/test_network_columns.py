"""What TCP had to do for a request stands in the row of that request."""

from __future__ import annotations

import socket
from collections import Counter

import pytest

from inferometer.loadgen import connection
from inferometer.loadgen.connection import Connection
from inferometer.loadgen.exchange import Exchange
from inferometer.system.tcp_facts import TcpFacts
from inferometer.trace import MISSING
from tests.loadgen.loop_runner import job_for, run_loop
from tests.loadgen.scripted_server import (
    Asked,
    Hangup,
    Peer,
    ScriptedServer,
    answer,
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
