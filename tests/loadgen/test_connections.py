"""Connections that are refused, reset, closed under us or between requests: what is the server's
fault is counted as such.
"""

from __future__ import annotations

import errno
import socket
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Event
from typing import Any

import pytest

from inferometer.clock import MS
from inferometer.loadgen import connections as connections_module
from inferometer.loadgen import loop as loop_module
from inferometer.loadgen.address import Address, resolve
from inferometer.loadgen.connection import Connection
from inferometer.loadgen.connections import Connections
from inferometer.loadgen.live import Live
from inferometer.loadgen.loop import CannotConnectError, Loop
from inferometer.system.poller import make_poller
from inferometer.trace import MISSING, Failure, Outcome
from tests.loadgen.loop_runner import (
    BOUNDED,
    address_of,
    closed_loop,
    finish_loop,
    job_for,
    jobs_for,
    open_loop,
    requests,
    run_loop,
)
from tests.loadgen.scripted_server import (
    STREAM,
    Asked,
    Hangup,
    Peer,
    ScriptedServer,
    answer,
    chunked,
    event,
    sized,
    until,
    wait,
)

CLOSE = "Connection: close"


@pytest.fixture
def free_port() -> Iterator[int]:
    """A port on which nobody listens, and nobody will."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


# Before the first request


def test_nobody_listens(free_port: int) -> None:
    with pytest.raises(CannotConnectError) as refused:
        run_loop(job_for(free_port, n=4, concurrency=4))
    assert str(refused.value) == (
        f"Only 0 of 4 connections to 127.0.0.1:{free_port} could be opened (Connection refused): "
        "check that the server runs, and how many connections it accepts."
    )


def test_a_connect_that_fails_at_once_is_not_taken_for_an_open_connection() -> (
    None
):
    """No packet leaves: the kernel itself refuses to connect to a broadcast address."""
    address = Address(socket.AF_INET, ("255.255.255.255", 9), "x", "x:9")
    with pytest.raises(CannotConnectError, match="Only 0 of 1 connections"):
        run_loop(job_for(9, address=address))


def test_a_server_that_closes_every_connection_unused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed: list[int] = []

    def close_at_once(peer: Peer, number: int) -> bool:
        peer.close()
        closed.append(number)
        return False

    replenish = Connections.replenish

    def one_by_one(
        connections: Connections, useful: int, at_once: int = 1
    ) -> int:
        """The next connection is opened when those before it have been closed."""
        until(lambda: len(closed) >= connections.opened)
        return replenish(connections, useful, at_once)

    monkeypatch.setattr(connections_module, "OPENING_MOST", 1)
    monkeypatch.setattr(Connections, "replenish", one_by_one)
    with ScriptedServer(answer, greet=close_at_once) as server:
        job = job_for(server.port, n=4, concurrency=4)
        with pytest.raises(
            CannotConnectError,
            match=r"Only \d of 4 connections .* \(the server closes unused connections\)",
        ):
            run_loop(job)


def test_no_connection_is_counted_twice_while_they_are_opened() -> None:
    """The first connection is closed by the server before the others are open: another one takes
    its place.
    """

    def close_the_first(peer: Peer, number: int) -> bool:
        if number == 0:
            peer.close()
        return number > 0

    with ScriptedServer(answer, greet=close_the_first) as server:
        job = job_for(server.port, n=100, concurrency=100)
        loop = Loop(job, live := Live())
        loop.prepare()
        idle = loop.connections.idle
        assert len(idle) == len({connection.fd for connection in idle}) == 100
        ran = finish_loop(loop, job, live)
    assert (
        ran.failures.count(Failure.NONE) >= 99
    )  # the closed one may have been noticed only when it was used
    assert ran.loop.connections.opened >= 100


def test_a_few_are_opened_at_once_and_then_the_server_has_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A burst of them would not fit into a short accept queue."""
    waiting: list[int] = []
    monkeypatch.setattr(
        loop_module,
        "sleep",
        lambda _: waiting.append(len(loop.connections.by_fd)),
    )
    with ScriptedServer(answer) as server:
        job = job_for(server.port, n=22, concurrency=22)
        loop: Loop = Loop(job, live := Live())
        loop.prepare()
        assert waiting == [4, 8, 12, 16, 20]
        assert finish_loop(loop, job, live).all_ok
    assert server.connections == 22


def test_a_plan_opens_no_more_connections_than_it_has_requests() -> None:
    with ScriptedServer(answer) as server:
        run_loop(job_for(server.port, n=3, concurrency=50))
    assert server.connections == 3


def test_no_sockets_left_to_begin_with(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_: object) -> Connection:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(connections_module, "Connection", none_left)
    with pytest.raises(CannotConnectError, match="Too many open files"):
        run_loop(job_for(1))


# During the run


def test_a_server_that_dies_in_mid_run_fails_what_is_left_and_the_run_ends() -> (
    None
):
    def script(peer: Peer, asked: Asked) -> None:
        if asked.number == 1:
            server.stop_listening()
        peer.send(*chunked(*STREAM, head_lines=(CLOSE,)))
        peer.close()

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=20))
    assert ran.outcomes == [Outcome.OK] * 2 + [Outcome.FAILED] * 18
    assert ran.failures[2:] == [Failure.CONNECT_REFUSED] * 18
    assert ran.column("detail")[2].endswith("Connection refused")
    assert ran.column("sent_ns")[2:] == [MISSING] * 18


def test_a_server_that_dies_in_an_open_loop_fails_each_request_when_it_is_due() -> (
    None
):
    due_ns = [i * 10 * MS for i in range(8)]

    def script(peer: Peer, asked: Asked) -> None:
        if asked.number == 1:
            server.stop_listening()
        peer.send(*chunked(*STREAM, head_lines=(CLOSE,)))
        peer.close()

    with ScriptedServer(script) as server:
        (job,) = jobs_for(server.port, open_loop(due_ns), reserve=1)
        ran = run_loop(job)
    assert ran.outcomes.count(Outcome.OK) == len(server.asked) >= 2
    assert set(ran.failures) >= {Failure.NONE, Failure.CONNECT_REFUSED}
    assert all(
        end >= due
        for end, due in zip(ran.column("end_ns"), due_ns, strict=True)
    )


def test_a_request_that_is_sent_again_to_a_server_that_has_died() -> None:
    def script(peer: Peer, asked: Asked) -> None:
        if asked.nth:
            server.stop_listening()
            peer.close()
            raise Hangup
        answer(peer, asked)

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=3))
    assert ran.failures == [
        Failure.NONE,
        Failure.CONNECT_REFUSED,
        Failure.CONNECT_REFUSED,
    ]
    assert ran.column("resent") == [0, 1, 0]
    assert (
        ran.column("sent_done_ns")[1:] == [MISSING] * 2
    )  # what was sent before counts no more


def test_a_connect_that_fails_while_others_are_free_costs_no_request() -> None:
    with ScriptedServer(answer) as server:
        job = job_for(server.port, n=2, concurrency=2)
        loop = Loop(job, live := Live())
        loop.prepare()
        loop._schedule.start(2, 0)
        loop._connect_failed(Failure.CONNECT_REFUSED, "one too many")
        assert (loop.sent, loop.responses.backlog.reads) == (0, deque())
        assert finish_loop(loop, job, live).all_ok


def test_sockets_that_run_out_in_mid_run_cost_only_the_requests_that_lack_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[Address] = []

    def two_only(address: Address, target: Any, tls: None) -> Connection:
        if len(opened) == 2:
            raise OSError(errno.EMFILE, "Too many open files")
        opened.append(address)
        return Connection(address, target, tls)

    monkeypatch.setattr(connections_module, "Connection", two_only)
    with ScriptedServer(
        lambda peer, asked: peer.send(*chunked(*STREAM, head_lines=(CLOSE,)))
    ) as server:
        ran = run_loop(job_for(server.port, n=4))
    assert ran.failures == [
        Failure.NONE,
        Failure.NONE,
        Failure.CONNECT_ERROR,
        Failure.CONNECT_ERROR,
    ]
    assert (
        ran.column("detail")[3]
        == "could not open a socket: [Errno 24] Too many open files"
    )


def test_a_reset_before_the_headers() -> None:
    with ScriptedServer(lambda peer, asked: peer.reset()) as server:
        ran = run_loop(job_for(server.port, n=3))
    assert ran.failures == [Failure.RESET] * 3
    assert ran.column("resent") == [0] * 3
    assert (
        ran.column("detail")
        == ["the connection broke: [Errno 104] Connection reset by peer"] * 3
    )


def test_a_close_before_the_headers() -> None:
    with ScriptedServer(lambda peer, asked: peer.close()) as server:
        ran = run_loop(job_for(server.port, n=3))
    assert ran.failures == [Failure.CLOSED_EARLY] * 3


def test_a_reset_in_the_middle() -> None:
    """What came before it is waited for, since a reset may overtake it in the sender's kernel."""

    def script(peer: Peer, asked: Asked) -> None:
        peer.send(*chunked(event("a"))[:-1])
        if asked.id == 1:
            wait(first_seen)
            peer.reset()
            return
        peer.send(*chunked(*STREAM)[1:])

    first_seen = Event()
    with ScriptedServer(script) as server:
        job = job_for(server.port, n=3)
        loop = Loop(job, live := Live())
        loop.prepare()
        tick = loop._tick

        def tell() -> None:
            tick()
            exchange = loop.responses.by_position.get(1)
            if exchange is not None and exchange.arrivals:
                first_seen.set()

        loop._tick = tell  # type: ignore[method-assign]
        loop._tick_ns = 1
        ran = finish_loop(loop, job, live)
    assert ran.failures == [Failure.NONE, Failure.RESET, Failure.NONE]
    assert ran.column("event_count") == [4, 1, 4]


# Between requests


def test_a_connection_closed_while_idle_is_replaced_and_costs_no_request() -> (
    None
):
    def script(peer: Peer, asked: Asked) -> None:
        answer(peer, asked)
        peer.close()

    with ScriptedServer(script) as server:
        (job,) = jobs_for(
            server.port, open_loop([0, 100 * MS, 200 * MS], cap=1)
        )
        ran = run_loop(job)
    assert ran.all_ok
    assert ran.loop.responses.reconnects == 2
    assert server.connections == len(server.asked) == 3


@pytest.mark.parametrize(
    "hang_up", [Peer.close, Peer.reset], ids=["close", "reset"]
)
def test_a_connection_closed_just_as_we_send_is_replaced_and_the_request_sent_again(
    hang_up: object,
) -> None:
    """A server that reads the second request of a connection and hangs up looks like one that did
    so before it came.
    """

    def script(peer: Peer, asked: Asked) -> None:
        if asked.nth:
            hang_up(peer)  # type: ignore[operator]
            raise Hangup
        answer(peer, asked)

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=4))
    assert ran.all_ok
    assert ran.column("resent") == [0, 1, 1, 1]
    assert ran.loop.responses.reconnects == 3
    assert [asked.id for asked in server.asked] == [0, 1, 1, 2, 2, 3, 3]


def test_a_request_sent_again_is_timed_from_its_last_sending() -> None:
    def script(peer: Peer, asked: Asked) -> None:
        if asked.nth:
            peer.close()
            raise Hangup
        answer(peer, asked)

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=2))
    r = ran.trace.requests
    assert r["resent"][1] == 1
    assert (
        r["end_ns"][0]
        < r["sent_ns"][1]
        < min(r["sent_done_ns"][1], r["first_ns"][1])
    )


def test_a_kept_connection_that_breaks_after_some_of_the_answer_is_an_error() -> (
    None
):
    def script(peer: Peer, asked: Asked) -> None:
        if asked.nth:
            peer.send(b"HTTP/1.1 200 OK\r\n")
            peer.close()
            raise Hangup
        answer(peer, asked)

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=2))
    assert ran.failures == [Failure.NONE, Failure.CLOSED_EARLY]
    assert ran.column("resent") == [0, 0]


def test_a_request_that_kills_every_connection_fails_in_the_end() -> None:
    def script(peer: Peer, asked: Asked) -> None:
        if asked.id == 10:
            peer.close()
            raise Hangup
        answer(peer, asked)

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=20, concurrency=4))
    assert [i for i, failure in enumerate(ran.failures) if failure] == [10]
    assert ran.failures[10] is Failure.CLOSED_EARLY
    assert ran.column("resent")[10] >= 1


def test_a_farewell_to_an_idle_connection_is_not_an_answer() -> None:
    """Some servers send 408 before they close a connection that has been idle for long."""

    def script(peer: Peer, asked: Asked) -> None:
        answer(peer, asked)
        peer.send(sized(b"", "408 Request Timeout"))
        peer.close()

    with ScriptedServer(script) as server:
        (job,) = jobs_for(server.port, open_loop([0, 100 * MS], cap=1))
        ran = run_loop(job)
    assert ran.column("status") == [200, 200]


def test_workers_and_sockets_of_a_finished_loop_are_given_back() -> None:
    with ScriptedServer(answer) as server:
        ran = run_loop(job_for(server.port, n=5, concurrency=5))
    assert ran.loop.connections.by_fd == {}
    assert not ran.loop.connections.idle


# Addresses


def test_an_address_is_looked_up_and_tried_once() -> None:
    with ScriptedServer(answer) as server:
        address = resolve(f"http://localhost:{server.port}/prefix")
        assert address.socket_address[1] == server.port
        assert (address.hostname, address.host_header, address.tls) == (
            "localhost",
            f"localhost:{server.port}",
            False,
        )
        assert run_loop(
            job_for(server.port, address=address, prompts=requests(1))
        ).all_ok


@pytest.fixture
def pool_of_three(monkeypatch: pytest.MonkeyPatch) -> str:
    """A name with four addresses, of which the second takes no connection; and one of the other IP
    version.
    """
    known = socket.getaddrinfo

    def lookup(host: str, port: int, **options: Any) -> Any:
        if host != "pool.test":
            return known(host, port, **options)
        rows = [
            known(f"127.0.0.{number}", port, **options)[0]
            for number in (2, 9, 3, 4, 2)
        ]
        return [
            *rows,
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", port, 0, 0)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return "pool.test"


@pytest.mark.skipif(
    sys.platform != "linux", reason="needs all of 127.0.0.0/8 on the loopback"
)
def test_connections_are_spread_over_all_addresses_of_a_name(
    pool_of_three: str,
) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(ScriptedServer(answer, host="127.0.0.2"))
        others = [
            stack.enter_context(
                ScriptedServer(answer, host=f"127.0.0.{n}", port=first.port)
            )
            for n in (3, 4)
        ]
        address = resolve(f"http://{pool_of_three}:{first.port}")
        assert [each[0] for each in address.all] == [
            "127.0.0.2",
            "127.0.0.3",
            "127.0.0.4",
        ]
        (job,) = jobs_for(first.port, closed_loop(30, 6), address=address)
        ran = run_loop(job)
        assert ran.all_ok
        tried = 1
        assert [server.connections - tried for server in (first, *others)] == [
            2,
            2,
            2,
        ]


def test_workers_begin_with_different_addresses() -> None:
    address = Address(
        socket.AF_INET,
        ("127.0.0.1", 1),
        "x",
        "x",
        others=(("127.0.0.1", 2), ("127.0.0.1", 3)),
    )
    poller = make_poller()
    for worker, port in ((0, 1), (1, 2), (2, 3), (3, 1)):
        connections = Connections(poller, address, 1, 1, first_address=worker)
        assert next(connections._targets)[1] == port
        connections.close()
    poller.close()


def test_a_connection_is_remembered_once_however_often_it_rests() -> None:
    """While the loop is busy, nobody asks which are at rest."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        poller = make_poller()
        connections = Connections(
            *(poller, address_of(listener.getsockname()[1]), 1, 1),
            by_packets=True,
        )
        connections.replenish(1)
        while not connections.idle:
            for fd, _ in poller.poll(1, 9):
                connections.advance(connections.by_fd[fd])
        for _ in range(9):
            connections.rest(connections.idle.popleft())
        assert len(connections._resting) == 1
        connections.close()
        poller.close()


def test_a_name_without_an_address_that_answers(
    pool_of_three: str, free_port: int
) -> None:
    with pytest.raises(OSError, match=r"refused|timed out"):
        resolve(f"http://{pool_of_three}:{free_port}", timeout_s=1)


def test_an_address_where_nobody_listens(free_port: int) -> None:
    with pytest.raises(ConnectionRefusedError):
        resolve(f"http://127.0.0.1:{free_port}")


@pytest.mark.skipif(
    sys.platform != "linux", reason="needs IPv6 on the loopback"
)
def test_an_address_of_ipv6() -> None:
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 here")
    with listener:
        port = listener.getsockname()[1]
        address = resolve(f"http://[::1]:{port}")
    assert address.family == socket.AF_INET6
    assert address.host_header == f"[::1]:{port}"


def test_a_closed_loop_of_several_slots_uses_connections_that_are_there() -> (
    None
):
    """With connections to spare nothing is opened during the run."""
    with ScriptedServer(answer) as server:
        (job,) = jobs_for(
            server.port,
            closed_loop(30, 6),
            address=address_of(server.port),
            timeouts=BOUNDED,
        )
        run_loop(job)
    assert server.connections == 6


def test_the_connection_that_has_been_idle_longest_is_used_next() -> None:
    """A server may not have looked yet at one that was just opened."""
    with ScriptedServer(answer) as server:
        (job,) = jobs_for(
            server.port,
            open_loop([i * 20 * MS for i in range(4)], cap=4),
            reserve=4,
        )
        ran = run_loop(job)
    assert ran.all_ok
    assert len({asked.connection for asked in server.asked}) == 4
