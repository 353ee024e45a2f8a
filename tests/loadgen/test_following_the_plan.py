"""How many requests are in flight and in which order they leave: what the plan says, no more and no
less, no sooner.
"""

from __future__ import annotations

import select
from threading import Barrier, Condition, Event

import pytest

from inferometer.arrival import LoadPlan, plan_load
from inferometer.clock import MS, NS, monotonic_ns
from inferometer.loadgen.live import Live
from inferometer.loadgen.loop import Loop
from inferometer.system.timer import DueTimer
from inferometer.trace import MISSING, Outcome
from tests.loadgen.loop_runner import (
    BOUNDED,
    check_books,
    closed_loop,
    finish_loop,
    job_for,
    jobs_for,
    open_loop,
    run_loop,
)
from tests.loadgen.scripted_server import (
    STREAM,
    Asked,
    Peer,
    ScriptedServer,
    answer,
    chunked,
    until,
    wait,
)


class Arrivals:
    """Which requests have reached the server so far."""

    def __init__(self) -> None:
        self._changed = Condition()
        self.ids: list[int] = []

    def note(self, asked: Asked) -> None:
        with self._changed:
            self.ids.append(asked.id)
            self._changed.notify_all()

    def wait_for(self, number: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: number in self.ids, 10), (
                f"request {number} did not come"
            )


# Closed loop


@pytest.mark.parametrize("concurrency", [1, 3, 8])
def test_a_closed_loop_keeps_all_its_slots_busy_and_no_more(
    concurrency: int,
) -> None:
    """No request is answered before as many as there are slots have come since: fewer in flight
    would hang.
    """
    arrivals = Arrivals()
    n = 24

    def script(peer: Peer, asked: Asked) -> None:
        arrivals.note(asked)
        arrivals.wait_for(min(asked.id + concurrency, n) - 1)
        answer(peer, asked)

    with ScriptedServer(script) as server:
        ran = run_loop(job_for(server.port, n=n, concurrency=concurrency))
    assert ran.all_ok
    assert server.most_at_once == concurrency
    assert server.connections == concurrency


def test_a_closed_loop_sends_in_order_and_not_before_its_start() -> None:
    with ScriptedServer(answer) as server:
        ran = run_loop(job_for(server.port, n=20, concurrency=4))
    assert ran.column("sent_ns") == sorted(ran.column("sent_ns"))
    assert ran.column("sent_ns")[0] >= 0


def test_more_slots_than_requests() -> None:
    all_here = Barrier(3)

    def script(peer: Peer, asked: Asked) -> None:
        all_here.wait(10)
        answer(peer, asked)

    with ScriptedServer(script) as server:
        assert run_loop(job_for(server.port, n=3, concurrency=64)).all_ok


def test_slots_are_kept_busy_over_connections_that_the_server_closes() -> None:
    arrivals = Arrivals()

    def script(peer: Peer, asked: Asked) -> None:
        arrivals.note(asked)
        arrivals.wait_for(min(asked.id + 3, 15) - 1)
        peer.send(*chunked(*STREAM, head_lines=("Connection: close",)))
        peer.close()

    with ScriptedServer(script) as server:
        assert run_loop(job_for(server.port, n=15, concurrency=3)).all_ok
    assert server.connections == 15


def test_a_slot_is_free_when_the_response_is_whole_not_when_it_is_decoded() -> (
    None
):
    """While nothing is decoded, requests must go on all the same."""
    tried = Event()

    def script(peer: Peer, asked: Asked) -> None:
        if asked.id:  # until the loop has nothing else to do than to decode
            assert tried.wait(10)
        answer(peer, asked)

    with ScriptedServer(script) as server:
        job = job_for(server.port, n=10)
        loop = Loop(job, live := Live())
        loop.prepare()
        decode = loop.responses.decode

        def only_at_the_end(most: int) -> None:
            tried.set()
            if len(server.asked) == 10:
                decode(most)

        loop.responses.decode = only_at_the_end  # type: ignore[method-assign]
        ran = finish_loop(loop, job, live)
    assert ran.all_ok


# Open loop


def test_an_open_loop_sends_in_order_and_never_before_the_time() -> None:
    due_ns = [0, 0, 5 * MS, 5 * MS, 6 * MS, 30 * MS, 31 * MS, 60 * MS]
    with ScriptedServer(answer) as server:
        (job,) = jobs_for(server.port, open_loop(due_ns))
        ran = run_loop(job)
    assert ran.all_ok
    assert ran.column("intended_ns") == due_ns
    assert ran.column("sent_ns") == sorted(ran.column("sent_ns"))
    assert all(
        sent >= due
        for sent, due in zip(ran.column("sent_ns"), due_ns, strict=True)
    )


def test_an_open_loop_is_woken_at_its_due_times_not_by_chance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    armed: list[int] = []
    arm = DueTimer.arm

    def noted(timer: DueTimer, due_ns: int) -> None:
        armed.append(due_ns)
        arm(timer, due_ns)

    monkeypatch.setattr(DueTimer, "arm", noted)
    due_ns = [0, 200 * MS, 400 * MS]
    with ScriptedServer(answer) as server:
        (job,) = jobs_for(server.port, open_loop(due_ns))
        ran = run_loop(job)
    assert armed
    # who is late by more than 200 ms need not be woken
    assert {each - ran.loop._start_ns for each in armed} <= set(due_ns[1:])


def test_an_open_loop_does_not_wait_for_answers() -> None:
    """The first request is answered when the last one has come."""
    last_came = Event()

    def script(peer: Peer, asked: Asked) -> None:
        if asked.id == 9:
            last_came.set()
        wait(last_came)
        answer(peer, asked)

    with ScriptedServer(script) as server:
        (job,) = jobs_for(server.port, open_loop([i * MS for i in range(10)]))
        assert run_loop(job).all_ok


def test_an_open_loop_opens_connections_as_they_are_needed() -> None:
    last_came = Event()

    def script(peer: Peer, asked: Asked) -> None:
        if asked.id == 39:
            last_came.set()
        wait(last_came)
        answer(peer, asked)

    with ScriptedServer(script) as server:
        (job,) = jobs_for(
            server.port, open_loop([i * MS for i in range(40)]), reserve=2
        )
        ran = run_loop(job)
    assert ran.all_ok
    assert 40 <= server.connections <= 42


def test_an_open_loop_keeps_to_its_cap_and_loses_nothing() -> None:
    full = Barrier(3)

    def script(peer: Peer, asked: Asked) -> None:
        full.wait(10)  # three at a time, as many as may be
        answer(peer, asked)

    with ScriptedServer(script) as server:
        (job,) = jobs_for(server.port, open_loop([0] * 12, cap=3))
        ran = run_loop(job)
    assert ran.all_ok
    assert server.most_at_once == 3
    assert ran.column("intended_ns") == [0] * 12


def test_where_no_timer_can_be_polled_due_times_are_kept_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    due_ns = [0, 10 * MS, 12 * MS, 25 * MS]
    with ScriptedServer(answer) as server:
        (job,) = jobs_for(server.port, open_loop(due_ns))
        loop = Loop(job, live := Live())
        loop._poller.unregister(loop._timer.fd)
        loop._timer.close()
        loop.prepare()
        ran = finish_loop(loop, job, live)
    assert ran.all_ok
    assert all(
        sent >= due
        for sent, due in zip(ran.column("sent_ns"), due_ns, strict=True)
    )


def test_a_burst_is_due_at_the_start_and_leaves_all_at_once() -> None:
    all_here = Barrier(200)

    def script(peer: Peer, asked: Asked) -> None:
        all_here.wait(10)
        answer(peer, asked)

    plan = plan_load(200, rng=None)  # type: ignore[arg-type]
    with ScriptedServer(script) as server:
        (job,) = jobs_for(server.port, plan)
        ran = run_loop(job)
    assert ran.all_ok
    assert ran.column("intended_ns") == [0] * 200
    assert min(ran.column("sent_ns")) >= 0


def test_a_start_in_the_future_is_waited_for() -> None:
    """Workers are told a common start; a request sent before it would seem to be early, and its
    latency from there short.
    """
    with ScriptedServer(answer) as server:
        (job,) = jobs_for(
            server.port,
            LoadPlan(open_loop([0] * 3).due_ns, 3, closed_loop=True),
        )
        loop = Loop(job, Live())
        loop.prepare()
        start_ns = monotonic_ns() + 30 * MS
        loop.run(3, start_ns)
        loop.close()
        columns, _, _ = loop.recorder.finish(loop.anchors, start_ns)
    assert (
        columns["sent_ns"].min() >= -MS // 100
    )  # two clocks, read one after the other


# Warm-ups


def test_warm_ups_of_a_closed_loop_hand_over_without_draining() -> None:
    """The last warm-ups are answered only when measured requests have come."""
    arrivals = Arrivals()

    def script(peer: Peer, asked: Asked) -> None:
        arrivals.note(asked)
        arrivals.wait_for(min(asked.id + 4, 12) - 1)
        answer(peer, asked)

    with ScriptedServer(script) as server:
        (job,) = jobs_for(server.port, closed_loop(12, 4, warmups=6))
        ran = run_loop(job)
    assert ran.all_ok
    assert ran.column("warmup") == [True] * 6 + [False] * 6


def test_warm_ups_of_a_burst_are_over_before_it_begins() -> None:
    answered: list[int] = []
    burst = Barrier(5)
    answered_before = []

    def script(peer: Peer, asked: Asked) -> None:
        if asked.id >= 3:
            answered_before.append(set(answered))
            burst.wait(10)
        answered.append(
            asked.id
        )  # before the client can know: its next request comes to another thread
        answer(peer, asked)

    plan = plan_load(5, num_warmups=3, rng=None)  # type: ignore[arg-type]
    assert plan.drain_warmups
    with ScriptedServer(script) as server:
        (job,) = jobs_for(server.port, plan)
        loop = Loop(job, live := Live())
        loop.prepare()
        loop.run(job.shard.warmups, monotonic_ns())
        assert loop.sent == 3
        loop.prepare()
        ran = finish_loop(loop, job, live)
    assert ran.all_ok
    assert all(before >= {0, 1, 2} for before in answered_before)
    assert len(answered_before) == 5
    assert ran.column("warmup") == [True] * 3 + [False] * 5
    assert max(ran.column("sent_ns")[:3]) < 0 <= min(ran.column("sent_ns")[3:])


def test_connections_that_the_server_closed_during_the_warm_ups_are_opened_again_before_the_burst() -> (
    None
):
    plan = plan_load(6, num_warmups=2, rng=None)  # type: ignore[arg-type]
    with ScriptedServer(answer) as server:
        (job,) = jobs_for(server.port, plan)
        loop = Loop(job, live := Live())
        loop.prepare()
        loop.run(job.shard.warmups, monotonic_ns())
        until(
            lambda: server.connections == 8
        )  # the last ones may not have been accepted yet
        server.hang_up()
        for connection in loop.connections.idle:
            select.select([connection.fd], [], [], 5)
        loop.prepare()
        ran = finish_loop(loop, job, live)
    assert ran.all_ok
    assert ran.column("resent") == [0] * 8
    assert ran.loop.responses.reconnects == 8
    assert server.connections == 8 + 6


# Stopping


def test_a_stop_cancels_what_is_in_flight_and_leaves_the_rest_unsent() -> None:
    live = Live()

    def script(peer: Peer, asked: Asked) -> None:
        if asked.id < 4:
            answer(peer, asked)
            return
        peer.send(*chunked(*STREAM)[:2])
        if asked.id == 5:
            live.request_stop()
        peer.wait_for_hangup()
        raise ConnectionError

    with ScriptedServer(script) as server:
        job = job_for(server.port, n=10, concurrency=2, timeouts=BOUNDED)
        loop = Loop(job, live)
        loop.prepare()
        ran = finish_loop(loop, job, live)
    assert (
        ran.outcomes
        == [Outcome.OK] * 4 + [Outcome.CANCELLED] * 2 + [Outcome.UNSENT] * 4
    )
    assert ran.trace.interrupted
    assert ran.column("detail")[4:6] == ["the run was stopped"] * 2
    assert ran.column("sent_ns")[6:] == [MISSING] * 4
    assert ran.live.failed == 0
    check_books(ran.trace, range(10))


def test_a_stop_that_comes_when_all_is_done_changes_nothing() -> None:
    live = Live()

    def script(peer: Peer, asked: Asked) -> None:
        answer(peer, asked)
        if asked.id == 2:
            live.request_stop()

    with ScriptedServer(script) as server:
        job = job_for(server.port, n=3)
        loop = Loop(job, live)
        loop.prepare()
        loop._tick_ns = 3600 * NS  # it looks for a stop at ticks only
        ran = finish_loop(loop, job, live)
    assert ran.all_ok
    assert not ran.trace.interrupted
