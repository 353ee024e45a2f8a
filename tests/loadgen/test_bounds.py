"""Nothing that one server says may take unbounded memory, disk or time, and no other request
suffers for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event

import pytest

from inferometer.clock import MS, monotonic_ns
from inferometer.loadgen import backlog, exchange
from inferometer.loadgen import loop as loop_module
from inferometer.loadgen import responses as responses_module
from inferometer.protocol import StreamEvent, sse
from inferometer.trace import Failure, Outcome
from tests.loadgen.loop_runner import (
    BOUNDED,
    job_for,
    pass_time,
    run_loop,
)
from tests.loadgen.scripted_server import (
    STREAM,
    Asked,
    Hangup,
    Peer,
    ScriptedServer,
    answer,
    chunk,
    event,
    head,
)

WRONG = 2
"""The request that goes wrong, of five."""


def flood(peer: Peer, *parts: bytes) -> None:
    """Without an end, as fast as the client takes it."""
    try:
        while True:
            peer.send(*parts)
    except OSError:
        raise Hangup from None


def goes_wrong(*begin: bytes, then: bytes) -> Callable[[Peer, Asked], None]:
    def script(peer: Peer, asked: Asked) -> None:
        if asked.id != WRONG:
            answer(peer, asked)
            return
        peer.send(head("Transfer-Encoding: chunked"), *begin)
        flood(peer, then)

    return script


def failures(failure: Failure) -> list[Failure]:
    return [failure if i == WRONG else Failure.NONE for i in range(5)]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds that a test reaches at once."""
    monkeypatch.setattr(exchange, "RUNAWAY_BYTES", 4 << 20)
    monkeypatch.setattr(sse, "MAX_EVENT_BYTES", 1 << 20)


def test_a_line_that_does_not_end() -> None:
    with ScriptedServer(
        goes_wrong(chunk(b"data: "), then=chunk(b"A" * 65_536))
    ) as server:
        ran = run_loop(job_for(server.port, n=5, concurrency=2))
    assert ran.failures[WRONG] in (Failure.OVERSIZED, Failure.RUNAWAY)
    assert ran.failures == failures(ran.failures[WRONG])
    assert ran.loop.responses.backlog.spilled_bytes < 64 << 20


def test_a_line_that_does_not_end_and_comes_slowly() -> None:
    def script(peer: Peer, asked: Asked) -> None:
        if asked.id != WRONG:
            answer(peer, asked)
            return
        peer.send(head("Transfer-Encoding: chunked"), chunk(b"data: "))
        try:
            while True:
                peer.send(chunk(b"A" * 9_000))
                time.sleep(0.0005)
        except OSError:
            raise Hangup from None

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=5, concurrency=2))
    assert ran.failures == failures(Failure.OVERSIZED)
    assert "exceeds 16 MB" in ran.column("detail")[WRONG]


def test_a_server_that_ignores_the_limit_on_tokens() -> None:
    with ScriptedServer(goes_wrong(then=chunk(event(" w") * 500))) as server:
        ran = run_loop(job_for(server.port, n=5, concurrency=2))
    assert ran.failures == failures(Failure.RUNAWAY)
    assert ran.column("event_count")[WRONG] < 200_000


def test_an_error_that_does_not_end_is_an_error() -> None:
    def script(peer: Peer, asked: Asked) -> None:
        if asked.id != WRONG:
            answer(peer, asked)
            return
        peer.send(head("Transfer-Encoding: chunked", status="500 No"))
        flood(peer, chunk(b"x" * 65_536))

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=5, concurrency=2))
    assert ran.failures == failures(Failure.HTTP_STATUS)
    assert ran.column("detail")[WRONG] == "HTTP 500: (an endless error body)"


def test_a_server_that_ignores_the_limit_slowly() -> None:
    monthly = exchange.RUNAWAY_FACTOR * 3 + exchange.RUNAWAY_EVENTS

    def script(peer: Peer, asked: Asked) -> None:
        peer.send(head("Transfer-Encoding: chunked"))
        try:
            while True:
                peer.send(chunk(event(" w") * 20))
                time.sleep(0.0005)
        except OSError:
            raise Hangup from None

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port))
    assert ran.failures == [Failure.RUNAWAY]
    assert monthly < ran.column("event_count")[0] < monthly + 2_000


def test_an_answer_of_many_tokens_is_no_runaway() -> None:
    """Sixteen times its limit, with all that log-probabilities bring."""
    many = [event(" w", logprobs="x" * 3_000) for _ in range(16 * 3)]

    def script(peer: Peer, asked: Asked) -> None:
        peer.send(
            head("Transfer-Encoding: chunked"),
            *map(chunk, [*many, *STREAM]),
            b"0\r\n\r\n",
        )

    with ScriptedServer(script) as server:
        assert run_loop(job_for(server.port, n=2)).all_ok


@pytest.mark.parametrize(
    "floods",
    [chunk(b": ping\n" * 9_000), chunk(b'data: {"type":"ping"}\n\n' * 500)],
)
def test_a_first_token_that_does_not_come_is_given_up_whatever_else_does(
    floods: bytes,
) -> None:
    limits = BOUNDED.model_copy(update={"first_token_s": 0.3})
    with ScriptedServer(goes_wrong(then=floods)) as server:
        ran = run_loop(
            job_for(server.port, n=5, concurrency=2, timeouts=limits)
        )
    assert ran.failures[WRONG] in (Failure.FIRST_TOKEN_TIMEOUT, Failure.RUNAWAY)
    # on a busy host the first event of another may be late too
    others = {f for i, f in enumerate(ran.failures) if i != WRONG}
    assert others <= {Failure.NONE, Failure.FIRST_TOKEN_TIMEOUT}


def test_a_request_that_stalls_beside_a_flood_is_given_up_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Though what the other one sends waits in the file."""
    monkeypatch.setattr(backlog, "MEMORY_BYTES", 1 << 20)
    monkeypatch.setattr(exchange, "RUNAWAY_BYTES", 1 << 30)
    given_up = Event()

    def script(peer: Peer, asked: Asked) -> None:
        peer.send(head("Transfer-Encoding: chunked"))
        if asked.id == 0:
            peer.send(chunk(event("a")))
            while not given_up.is_set():
                peer.send(chunk(b": ping\n" * 9_000))
        else:
            peer.wait_for_hangup()
            given_up.set()
        raise Hangup

    limits = BOUNDED.model_copy(update={"first_token_s": 0.3})
    with ScriptedServer(script) as server:
        ran = run_loop(
            job_for(server.port, n=2, concurrency=2, timeouts=limits)
        )
    # on a busy host the first event of the flood may be late too
    in_time = (Failure.CLOSED_EARLY, Failure.FIRST_TOKEN_TIMEOUT)
    assert ran.failures[0] in in_time
    assert ran.failures[1] is Failure.FIRST_TOKEN_TIMEOUT


def test_the_queue_on_the_disk_is_bounded_for_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With no room left the client decodes before it reads on."""
    monkeypatch.setattr(exchange, "RUNAWAY_BYTES", 1 << 30)
    monkeypatch.setattr(
        responses_module, "Backlog", lambda: backlog.Backlog(1 << 20, 4 << 20)
    )
    pass_time(
        monkeypatch,
        lambda loop: (
            set(loop.responses.by_position) == {WRONG}
            and loop.responses.bytes_read > 16 << 20
        ),
    )
    limits = BOUNDED.model_copy(update={"first_token_s": 3600})
    with ScriptedServer(goes_wrong(then=chunk(b": ping\n" * 9_000))) as server:
        ran = run_loop(
            job_for(server.port, n=5, concurrency=5, timeouts=limits)
        )
    assert ran.failures == failures(Failure.TOTAL_TIMEOUT)
    assert ran.loop.responses.backlog.peak_bytes < 8 << 20


def test_what_is_left_of_a_request_that_was_given_up_is_not_decoded() -> None:
    ran = exchange.Exchange(0, NoDecoder(), max_tokens=1, read_bytes=16_384)
    ran.queued = exchange.FEW_READS + 1
    ran.break_off(Failure.TOTAL_TIMEOUT, "late")
    for _ in range(ran.queued):
        ran.decode(b"data", [], 1, 1)
    ran.conclude(5)
    assert (ran.outcome, ran.undecoded) == (Outcome.FAILED, 0)


class NoDecoder(exchange.ErrorResponse):
    def feed(self, body: bytes) -> list[StreamEvent]:
        raise AssertionError("it was not worth it")


# A client that does not run


def test_a_loop_that_was_stopped_knows_for_how_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As with Ctrl-Z; here its one thread waits in the middle of a tick."""
    report = loop_module.Loop._report
    stops = [0.7]

    def held_up(loop: loop_module.Loop) -> None:
        if stops and loop.sent >= 3:
            time.sleep(stops.pop())
        report(loop)

    def slowly(peer: Peer, asked: Asked) -> None:
        time.sleep(0.3)
        answer(peer, asked)

    monkeypatch.setattr(loop_module.Loop, "_report", held_up)
    begun_ns = monotonic_ns()
    with ScriptedServer(slowly) as server:
        ran = run_loop(job_for(server.port, n=5))
    took_ns = monotonic_ns() - begun_ns
    assert ran.all_ok
    assert 500 * MS < ran.loop.longest_stall_ns <= ran.loop.stalled_ns < took_ns


def test_a_loop_that_runs_all_the_time_was_not_stopped() -> None:
    def slowly(peer: Peer, asked: Asked) -> None:
        time.sleep(0.6)
        answer(peer, asked)

    with ScriptedServer(slowly) as server:
        ran = run_loop(job_for(server.port, n=2))
    assert ran.loop.stalled_ns == 0


def test_what_was_sent_is_not_kept() -> None:
    with ScriptedServer(answer) as server:
        ran = run_loop(job_for(server.port, n=5))
    assert ran.all_ok
    assert ran.loop._messages == [b""] * 5
