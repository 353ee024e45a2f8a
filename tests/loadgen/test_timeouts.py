"""Requests that would never end are given up, each for its own reason, and the others go on."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest

from inferometer.clock import NS, realtime_ns
from inferometer.loadgen import loop as loop_module
from inferometer.loadgen.live import Live
from inferometer.loadgen.loop import CannotConnectError, Loop
from inferometer.trace import MISSING, Failure, Outcome
from tests.loadgen.loop_runner import (
    BOUNDED,
    Ran,
    closed_loop,
    finish_loop,
    in_flight,
    job_for,
    jobs_for,
    open_loop,
    pass_time,
    requests,
    run_loop,
    set_clock,
)
from tests.loadgen.scripted_server import (
    STREAM,
    Asked,
    Hangup,
    Peer,
    Script,
    ScriptedServer,
    answer,
    chunk,
    chunked,
    event,
    head,
    sized,
    wait,
)


def run_with(
    script: Script, n: int = 3, concurrency: int = 1, **limits: float
) -> Ran:
    with ScriptedServer(script) as server:
        return run_loop(
            job_for(
                server.port,
                n=n,
                concurrency=concurrency,
                timeouts=BOUNDED.model_copy(update=limits),
            ),
        )


DAYS_S = 1e6


def stalling(
    monkeypatch: pytest.MonkeyPatch,
    *parts: bytes,
    then: Callable[[], None] = lambda: None,
) -> Script:
    """Request 1 gets these bytes and no more; the others a whole answer. Its time is over when it
    is the only one, and all of its bytes are decoded.
    """
    sent = Event()

    def script(peer: Peer, asked: Asked) -> None:
        if asked.id != 1:
            answer(peer, asked)
            return
        peer.send(*parts)
        then()
        sent.set()
        peer.wait_for_hangup()
        raise Hangup

    def is_left(loop: Loop) -> bool:
        return (
            sent.is_set()
            and [each.position for each in in_flight(loop)] == [1]
            and not loop.responses.backlog
            and not select.select(loop.connections.by_fd, [], [], 0)[0]
        )

    pass_time(monkeypatch, is_left)
    return script


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (b"HTTP/1.1 200 OK\r\n",),
        (b"HTTP/1.1 100 Continue\r\n\r\n",),
        (head("Transfer-Encoding: chunked"),),
        (
            head("Transfer-Encoding: chunked"),
            chunk(event("")),
            chunk(b": ping\n\n"),
        ),
        (sized(b"a slow page", "500 X")[:-5],),
    ],
    ids=[
        "nothing",
        "half a head",
        "only an interim response",
        "only a head",
        "no output",
        "half an error",
    ],
)
def test_no_first_token(
    parts: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = run_with(stalling(monkeypatch, *parts), total_s=DAYS_S)
    assert ran.outcomes == [Outcome.OK, Outcome.FAILED, Outcome.OK]
    assert ran.failures[1] is Failure.FIRST_TOKEN_TIMEOUT
    assert ran.column("detail")[1] == "no token within 5 s"
    assert ran.column("event_count") == [3, 0, 3]


def test_a_stream_that_stalls(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = chunked(event("a"), event("b"))[:-1]
    ran = run_with(stalling(monkeypatch, *parts), total_s=DAYS_S)
    assert ran.failures == [Failure.NONE, Failure.IDLE_TIMEOUT, Failure.NONE]
    assert ran.column("detail")[1] == "nothing arrived for 5 s"
    assert ran.column("event_count") == [3, 2, 3]


def have_begun(loop: Loop) -> bool:
    """All requests have their first event."""
    exchanges = in_flight(loop)
    return loop.sent == len(exchanges) and all(e.arrivals for e in exchanges)


def test_a_stream_that_goes_on_slower_than_the_first_token_may_take_is_not_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The limit for the first token is for the first token only."""
    passed = pass_time(monkeypatch, have_begun)

    def script(peer: Peer, asked: Asked) -> None:
        first, *rest = chunked(*STREAM)
        peer.send(first, rest[0])
        wait(passed)
        peer.send(*rest[1:])

    assert run_with(script, n=1, idle_s=DAYS_S, total_s=DAYS_S).all_ok


def endless(data: bytes) -> Script:
    def script(peer: Peer, asked: Asked) -> None:
        peer.send(head("Transfer-Encoding: chunked"), chunk(event("a")))
        while True:
            peer.send(data)
            time.sleep(0.005)

    return script


@pytest.mark.parametrize(
    "data",
    [chunk(event("x")), chunk(b": ping\n\n")],
    ids=["tokens", "comments"],
)
def test_a_stream_without_end(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever comes, nothing is idle: four seconds pass each time that both have brought some."""
    passed_ns = [0]
    expire = Loop._expire

    def expire_later(self: Loop, now_ns: int) -> None:
        both = in_flight(self)
        passed_ns[0] += (
            4 * NS
            if have_begun(self)
            and len(both) == 2
            and all(each.last_read_ns != each.seen_read_ns for each in both)
            else 0
        )
        expire(self, now_ns + passed_ns[0])

    monkeypatch.setattr(Loop, "_expire", expire_later)
    monkeypatch.setattr(loop_module, "EXPIRE_EVERY_NS", 0)
    ran = run_with(endless(data), n=2, concurrency=2, total_s=15)
    assert ran.failures == [Failure.TOTAL_TIMEOUT] * 2
    assert ran.column("detail") == ["not complete within 15 s"] * 2
    assert min(ran.column("event_count")) >= 1


def test_a_server_that_takes_the_connection_and_never_reads() -> None:
    done = Event()

    def never_read(peer: Peer, number: int) -> bool:
        done.wait(5)
        return False

    with ScriptedServer(answer, greet=never_read) as server:
        ran = run_loop(
            job_for(
                server.port,
                n=2,
                concurrency=2,
                prompts=requests(2, "x" * 20_000_000),
                timeouts=BOUNDED.model_copy(update={"first_token_s": 0.1}),
            )
        )
        done.set()
    assert ran.failures == [Failure.FIRST_TOKEN_TIMEOUT] * 2
    assert ran.column("sent_done_ns") == [MISSING] * 2


def test_one_stalled_stream_does_not_hold_up_the_others() -> None:
    """With two slots and one of them stalled, the other one does all the work meanwhile."""
    others_done = Event()

    def script(peer: Peer, asked: Asked) -> None:
        if asked.id == 0:
            assert others_done.wait(5)
        answer(peer, asked)
        if asked.id == 19:
            others_done.set()

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=20, concurrency=2))
    assert ran.all_ok


class FullQueue:
    """A listener that takes no more connections: they hang, as with a server that is
    overwhelmed.
    """

    def __init__(self) -> None:
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        self._fillers: list[socket.socket] = []

    def fill(self) -> None:
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
            self._fillers.append(filler)

    def close(self) -> None:
        for each in (self.listener, *self._fillers):
            each.close()


def test_connections_that_hang_while_they_are_opened() -> None:
    queue = FullQueue()
    queue.fill()
    job = job_for(
        queue.port,
        n=4,
        concurrency=4,
        timeouts=BOUNDED.model_copy(update={"connect_s": 0.1}),
    )
    with pytest.raises(
        CannotConnectError,
        match=r"Only 0 of 4 connections .* \(no more within 0\.1 s\): check that",
    ):
        run_loop(job)
    queue.close()


def test_connections_that_hang_during_the_run() -> None:
    """The server answers once and closes; from then on nobody takes a connection."""
    queue = FullQueue()

    def serve_one() -> None:
        sock, _ = queue.listener.accept()
        peer = Peer(sock)
        peer.read_until(b"\r\n\r\n")
        queue.fill()
        peer.send(*chunked(*STREAM, head_lines=("Connection: close",)))
        peer.close()

    thread = Thread(target=serve_one)
    thread.start()
    ran = run_loop(
        job_for(
            queue.port,
            n=3,
            timeouts=BOUNDED.model_copy(update={"connect_s": 0.1}),
        )
    )
    thread.join()
    queue.close()
    assert ran.failures == [
        Failure.NONE,
        Failure.CONNECT_TIMEOUT,
        Failure.CONNECT_TIMEOUT,
    ]
    assert ran.column("detail")[1] == "no connection within 0.1 s"
    assert ran.column("sent_ns")[1:] == [MISSING] * 2


def test_a_request_that_waits_to_be_sent_again_is_cancelled_when_the_run_is_stopped() -> (
    None
):
    """The kept connection is closed under the second request, and there is no other to be had."""
    queue = FullQueue()
    live = Live()

    def serve_one() -> None:
        sock, _ = queue.listener.accept()
        peer = Peer(sock)
        peer.read_until(b"\r\n\r\n")
        queue.fill()
        peer.send(*chunked(*STREAM))
        peer.read_until(b"\r\n\r\n")
        peer.close()
        live.request_stop()

    thread = Thread(target=serve_one)
    thread.start()
    job = job_for(queue.port, n=3)
    loop = Loop(job, live)
    loop.prepare()
    ran = finish_loop(loop, job, live)
    thread.join()
    queue.close()
    assert ran.outcomes == [Outcome.OK, Outcome.CANCELLED, Outcome.UNSENT]
    assert ran.column("resent") == [0, 1, 0]


def test_time_outs_are_kept_in_an_open_loop_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = open_loop([0, 0, 0, 1_000_000])
    limits = BOUNDED.model_copy(update={"total_s": DAYS_S})
    with ScriptedServer(stalling(monkeypatch)) as server:
        (job,) = jobs_for(server.port, plan, timeouts=limits)
        ran = run_loop(job)
    assert ran.failures == [
        Failure.NONE,
        Failure.FIRST_TOKEN_TIMEOUT,
        Failure.NONE,
        Failure.NONE,
    ]


def test_every_stream_stalls_and_the_run_ends() -> None:
    def script(peer: Peer, asked: Asked) -> None:
        peer.send(head("Transfer-Encoding: chunked"), chunk(event("a")))
        peer.wait_for_hangup()
        raise Hangup

    with ScriptedServer(script) as server:
        (job,) = jobs_for(
            server.port,
            closed_loop(6, 3),
            timeouts=BOUNDED.model_copy(update={"idle_s": 0.1}),
        )
        ran = run_loop(job)
    assert ran.failures == [Failure.IDLE_TIMEOUT] * 6


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Set its only member, and it is so many nanoseconds later by the time of day."""
    set_by = [0]
    set_clock(monkeypatch, "realtime_ns", lambda: realtime_ns() + set_by[0])
    return set_by


HOUR_NS = 3600 * NS


def test_a_clock_that_is_set_forward_ends_nothing(clock: list[int]) -> None:
    """Once while the first token is awaited, and once in the middle of the stream."""

    def script(peer: Peer, asked: Asked) -> None:
        first, *rest = chunked(*STREAM)
        clock[0] += HOUR_NS
        time.sleep(0.05)
        peer.send(first, rest[0])
        time.sleep(0.05)
        clock[0] += HOUR_NS
        time.sleep(0.05)
        peer.send(*rest[1:])

    ran = run_with(script, n=2, first_token_s=5, idle_s=5, total_s=8)
    assert ran.outcomes == [Outcome.OK] * 2


@pytest.mark.parametrize(
    ("parts", "limit", "failure"),
    [
        ((), "first_token_s", Failure.FIRST_TOKEN_TIMEOUT),
        (chunked(*STREAM)[:2], "idle_s", Failure.IDLE_TIMEOUT),
        (chunked(*STREAM)[:2], "total_s", Failure.TOTAL_TIMEOUT),
    ],
)
def test_a_clock_that_is_set_back_does_not_save_what_stalls(
    clock: list[int],
    parts: tuple[bytes, ...],
    limit: str,
    failure: Failure,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def set_back() -> None:
        clock[0] -= HOUR_NS

    script = stalling(monkeypatch, *parts, then=set_back)
    names = {"first_token_s", "idle_s", "total_s"} - {limit}
    others: dict[str, Any] = dict.fromkeys(names, DAYS_S)
    assert run_with(script, **others).failures == [
        Failure.NONE,
        failure,
        Failure.NONE,
    ]


def test_not_every_tick_looks_at_every_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A thousand of them take a millisecond; a tenth of the shortest time-out is soon enough."""
    looked_ns: list[int] = []
    monkeypatch.setattr(
        Loop, "_expire", lambda self, now_ns: looked_ns.append(now_ns)
    )
    now_ns = NS
    monkeypatch.setattr(loop_module, "monotonic_ns", lambda: now_ns)
    with ScriptedServer(answer) as server:
        loop = Loop(job_for(server.port, timeouts=BOUNDED), Live())
        for _ in range(21):
            loop._tick()
            now_ns += NS // 10
        loop.close()
    assert looked_ns == [NS, NS * 3 // 2, 2 * NS, NS * 5 // 2, 3 * NS]
