"""What comes after the end of an answer, and answers that are not to the request they come
after.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

import pytest

from inferometer.clock import MS
from inferometer.loadgen import responses as responses_module
from inferometer.loadgen.exchange import Exchange
from inferometer.loadgen.live import Live
from inferometer.protocol import PROTOCOLS
from inferometer.trace import MISSING, Failure, Outcome
from tests.loadgen.loop_runner import (
    BOUNDED,
    in_flight,
    job_for,
    jobs_for,
    open_loop,
    pass_time,
    run_loop,
)
from tests.loadgen.scripted_server import (
    DONE,
    LAST_CHUNK,
    STREAM,
    Asked,
    Hangup,
    Peer,
    ScriptedServer,
    answer,
    chunk,
    chunked,
    event,
    head,
    sized,
    usage,
)

WHOLE = chunked(*STREAM)
OPEN = WHOLE[:-1]
"""All of an answer but the end of its body."""


# The body stays open


def lingering(peer: Peer, asked: Asked) -> None:
    peer.send(*OPEN)
    peer.wait_for_hangup()
    raise Hangup


def test_an_answer_is_over_at_its_end_marker_and_its_slot_is_free_then() -> (
    None
):
    with ScriptedServer(lingering) as server:
        ran = run_loop(job_for(server.port, n=6, concurrency=2))
    assert ran.all_ok
    assert ran.column("lingered") == [True] * 6
    assert server.connections == 6
    for first, last, end in zip(
        *(ran.column(f"{name}_ns") for name in ("first", "last", "end")),
        strict=True,
    ):
        assert last - first >= 0
        assert (
            0 <= end - last < 1_000 * MS
        )  # [DONE] came with the others, and not when the connection was left


@pytest.mark.parametrize("limit", ["idle_s", "total_s"])
def test_no_time_out_makes_a_failure_of_an_answer_that_is_over(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses_module, "GRACE_NS", 10_000 * MS)
    other = {"idle_s": "total_s", "total_s": "idle_s"}[limit]
    limits = BOUNDED.model_copy(update={other: 3600})
    passed = pass_time(
        monkeypatch, lambda loop: any(e.done_ns for e in in_flight(loop))
    )
    with ScriptedServer(lingering) as server:
        ran = run_loop(job_for(server.port, n=2, timeouts=limits))
    assert ran.all_ok
    assert passed.is_set()


@pytest.mark.parametrize("ending", ["hangup", "reset", "garbage"])
def test_whatever_becomes_of_the_connection_afterwards_is_no_failure(
    ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses_module, "GRACE_NS", 10_000 * MS)

    def script(peer: Peer, asked: Asked) -> None:
        peer.send(*OPEN)
        time.sleep(0.02)
        if ending == "garbage":
            peer.send(b"no chunk\r\n")
            peer.wait_for_hangup()
        elif ending == "reset":
            peer.reset()
        else:
            peer.close()
        raise Hangup

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=3))
    assert ran.all_ok
    assert ran.column("output_tokens") == [3] * 3


def test_a_body_that_ends_soon_after_costs_no_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(responses_module, "GRACE_NS", 10_000 * MS)

    def script(peer: Peer, asked: Asked) -> None:
        peer.send(*OPEN)
        time.sleep(0.002)
        peer.send(LAST_CHUNK)

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=10))
    assert ran.all_ok
    assert ran.column("lingered") == [False] * 10
    assert server.connections == 1


def test_a_server_that_lingers_is_waited_for_less_each_time() -> None:
    with ScriptedServer(lingering) as server:
        ran = run_loop(job_for(server.port, n=12))
    assert ran.loop.responses._grace_ns == responses_module.MIN_GRACE_NS


def test_an_error_before_the_end_marker_is_a_failure_still() -> None:
    def script(peer: Peer, asked: Asked) -> None:
        peer.send(
            head("Transfer-Encoding: chunked"),
            chunk(event("a")),
            chunk(b'data: {"error": "no"}\n\n'),
            chunk(DONE),
        )
        peer.wait_for_hangup()
        raise Hangup

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port))
    assert ran.failures == [Failure.STREAM_ERROR]


def test_a_run_that_is_stopped_keeps_the_answers_that_are_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(responses_module, "GRACE_NS", 10_000 * MS)
    over, streaming = 3, 1  # events

    def script(peer: Peer, asked: Asked) -> None:
        peer.send(*(OPEN if asked.id == 0 else OPEN[:2]))
        peer.wait_for_hangup()
        raise Hangup

    def stop_once_both_are_there(
        live: Live, in_flight: Iterable[Exchange]
    ) -> None:
        if sorted(len(each.arrivals) for each in in_flight) == [
            streaming,
            over,
        ]:
            live.request_stop()

    with ScriptedServer(script) as server:
        monkeypatch.setattr(Live, "stream", stop_once_both_are_there)
        ran = run_loop(job_for(server.port, n=2, concurrency=2))
    assert sorted(ran.outcomes) == sorted([Outcome.OK, Outcome.CANCELLED])


@pytest.mark.parametrize("backend", ["tgi", "llama.cpp", "ollama"])
def test_wires_without_done_have_a_last_event_that_is_the_end(
    backend: str,
) -> None:
    last = {
        (
            "tgi"
        ): b'data:{"token":{"id":1,"text":"a"},"details":{"finish_reason":"length","generated_tokens":1}}\n\n',
        (
            "llama.cpp"
        ): b'data: {"content":"a"}\n\ndata: {"content":"","stop":true,"tokens_predicted":1}\n\n',
        "ollama": b'{"response":"a"}\n{"response":"","done":true,"eval_count":1}\n',
    }[backend]

    def script(peer: Peer, asked: Asked) -> None:
        peer.send(head("Transfer-Encoding: chunked"), chunk(last))
        peer.wait_for_hangup()
        raise Hangup

    with ScriptedServer(script) as server:
        ran = run_loop(
            job_for(server.port, n=2, backend=PROTOCOLS[backend], path="/x")
        )
    assert ran.all_ok
    assert ran.column("lingered") == [True] * 2


# Answers that nobody asked for


def test_an_answer_too_many_on_an_idle_connection_ends_it_and_is_counted() -> (
    None
):
    """Nothing is in flight there: the next request goes by another connection."""

    def script(peer: Peer, asked: Asked) -> None:
        peer.send(*WHOLE)
        if asked.id == 0:
            time.sleep(0.05)
            peer.send(*WHOLE)

    with ScriptedServer(script) as server:
        (job,) = jobs_for(server.port, open_loop([0, 400 * MS], cap=1))
        ran = run_loop(job)
    assert ran.all_ok
    assert (
        ran.loop.responses.surplus,
        ran.loop.responses.reconnects,
        server.connections,
    ) == (
        1,
        1,
        2,
    )


@pytest.mark.parametrize(
    "farewell", [b"", sized(b"", "408 Request Timeout", "text/plain")]
)
def test_a_server_that_ends_an_idle_connection_in_good_order_has_said_nothing_too_many(
    farewell: bytes,
) -> None:
    def script(peer: Peer, asked: Asked) -> None:
        peer.send(*WHOLE)
        if asked.id == 0:
            time.sleep(0.05)
            peer.send(farewell)
            peer.close()
            raise Hangup

    with ScriptedServer(script) as server:
        (job,) = jobs_for(server.port, open_loop([0, 400 * MS], cap=1))
        ran = run_loop(job)
    assert ran.all_ok
    assert (ran.loop.responses.surplus, ran.loop.responses.reconnects) == (0, 1)


def test_bytes_behind_the_end_in_one_read_are_counted() -> None:
    def script(peer: Peer, asked: Asked) -> None:
        peer.send(b"".join(WHOLE) + b"".join(WHOLE))

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=3))
    assert ran.all_ok
    assert ran.loop.responses.surplus == 3


def test_a_response_that_came_before_its_request_was_sent_is_not_its_answer() -> (
    None
):
    """The server says everything twice; the second time while the client waits before its next
    request.
    """

    def script(peer: Peer, asked: Asked) -> None:
        peer.send(b"".join(WHOLE))
        peer.send(b"".join(WHOLE))

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=20))
    assert set(ran.failures) <= {Failure.NONE, Failure.OUT_OF_STEP}
    stolen = [
        first - sent
        for first, sent, outcome in zip(
            ran.column("first_ns"),
            ran.column("sent_ns"),
            ran.outcomes,
            strict=True,
        )
        if outcome is Outcome.OK and first != MISSING
    ]
    assert all(waited > 0 for waited in stolen)
    assert (
        ran.loop.responses.surplus
        + sum(failure is Failure.OUT_OF_STEP for failure in ran.failures)
        > 0
    )


@pytest.mark.parametrize("where", ["header", "id"])
def test_an_answer_that_names_another_request_is_not_ours(where: str) -> None:
    """From the third on the server answers each request with what belongs to the one before."""

    def script(peer: Peer, asked: Asked) -> None:
        number = asked.id - (asked.id >= 2)
        lines = (f"X-Request-Id: t-{number}",) if where == "header" else ()
        name = f"cmpl-t-{number}-0" if where == "id" else "x"
        events = [
            part.replace(b'"id":"x"', b'"id":"%b"' % name.encode())
            for part in STREAM
        ]
        peer.send(*chunked(*events, head_lines=lines))

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=4))
    assert ran.failures == [
        Failure.NONE,
        Failure.NONE,
        Failure.OUT_OF_STEP,
        Failure.OUT_OF_STEP,
    ]
    assert "another request" in ran.column("detail")[2]


@pytest.mark.parametrize(
    "told", ["t-", "other-3", "t-x", "00-abc-t", "u-0", "req-991"]
)
def test_ids_of_a_servers_own_say_nothing(told: str) -> None:
    def script(peer: Peer, asked: Asked) -> None:
        events = [
            part.replace(b'"id":"x"', b'"id":"%b"' % told.encode())
            for part in STREAM
        ]
        peer.send(*chunked(*events, head_lines=(f"X-Request-Id: {told}",)))

    with ScriptedServer(script) as server:
        assert run_loop(job_for(server.port, n=4)).all_ok


def test_a_server_that_waited_too_long_on_an_idle_connection_is_asked_again() -> (
    None
):
    """It says 408 and closes, just as the next request is sent."""

    def script(peer: Peer, asked: Asked) -> None:
        if asked.connection == 0 and asked.nth == 0:
            peer.send(
                b"".join(WHOLE)
                + sized(
                    b"",
                    "408 Request Timeout",
                    "text/plain",
                    "Connection: close",
                )
            )
            return
        answer(peer, asked)

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=3))
    assert ran.all_ok


def test_usage_counts_of_a_gateway_that_tells_them_in_halves() -> None:
    first = event(
        usage={"prompt_tokens": 64, "completion_tokens": 0, "total_tokens": 64}
    )
    events = (first, event(" a"), event(" b", finish="stop"), usage(0, 2), DONE)

    with ScriptedServer(lambda peer, _: peer.send(*chunked(*events))) as server:
        ran = run_loop(job_for(server.port))
    assert (ran.column("prompt_tokens"), ran.column("output_tokens")) == (
        [64],
        [2],
    )


def test_a_usage_of_zeros_is_no_count() -> None:
    events = (event(" a"), event(" b", finish="stop"), usage(0, 0), DONE)
    with ScriptedServer(lambda peer, _: peer.send(*chunked(*events))) as server:
        ran = run_loop(job_for(server.port))
    assert (ran.column("prompt_tokens"), ran.column("output_tokens")) == (
        [MISSING],
        [2],
    )
