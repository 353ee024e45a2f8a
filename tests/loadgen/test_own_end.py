"""A run with a time of its own: when it is over, what is running is cut off and what was not sent
stays unsent.

The time passes when a test says so: an hour at once, or an hour at every look at the clock.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from inferometer.arrival import LoadPlan
from inferometer.clock import NS, monotonic_ns
from inferometer.loadgen.live import Live
from inferometer.loadgen.loop import Loop
from inferometer.spec.run import Timeouts
from inferometer.trace import MISSING, Outcome
from tests.loadgen.loop_runner import Ran, finish_loop, jobs_for, set_clock
from tests.loadgen.scripted_server import (
    STREAM,
    Asked,
    Peer,
    ScriptedServer,
    answer,
    chunked,
)

HOUR = 3600 * NS
DAYS_S = 1e6
PATIENT = Timeouts(
    connect_s=DAYS_S, first_token_s=DAYS_S, idle_s=DAYS_S, total_s=DAYS_S
)
"""Hours pass here, and no request has waited too long."""


class Clock:
    """The monotonic clock, set forward by hand."""

    def __init__(self) -> None:
        self.ahead_ns = 0
        self.races = False

    def __call__(self) -> int:
        if self.races:
            self.ahead_ns += HOUR
        return monotonic_ns() + self.ahead_ns


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    set_clock(monkeypatch, "monotonic_ns", clock)
    return clock


def run(plan: LoadPlan, server: ScriptedServer) -> Ran:
    (job,) = jobs_for(server.port, plan, timeouts=PATIENT)
    loop = Loop(job, live := Live())
    loop.prepare()
    return finish_loop(loop, job, live)


def closed(n: int, cap: int, warmups: int = 0) -> LoadPlan:
    return LoadPlan(
        np.zeros(n, np.int64),
        cap,
        closed_loop=True,
        warmups=warmups,
        time_ns=HOUR,
    )


def silent_from(number: int, then: Callable[[Asked], None]) -> ScriptedServer:
    """Answers the requests before that one, and begins to answer the others, but does not end."""

    def script(peer: Peer, asked: Asked) -> None:
        if asked.id < number:
            answer(peer, asked)
            return
        peer.send(*chunked(*STREAM)[:2])
        then(asked)
        peer.wait_for_hangup()
        raise ConnectionError

    return ScriptedServer(script)


def test_when_its_time_is_over_what_runs_is_cut_off_and_the_rest_stays_unsent(
    clock: Clock,
) -> None:
    def an_hour_later(asked: Asked) -> None:
        if asked.id == 4:
            clock.ahead_ns = HOUR

    with silent_from(3, an_hour_later) as server:
        ran = run(closed(9, 2), server)
    assert (
        ran.outcomes
        == [Outcome.OK] * 3 + [Outcome.UNFINISHED] * 2 + [Outcome.UNSENT] * 4
    )
    assert ran.column("detail")[3:5] == ["the run's time was over"] * 2
    assert ran.column("sent_ns")[5:] == [MISSING] * 4
    assert not ran.trace.interrupted


def test_a_run_that_is_done_before_its_time_ends_as_any_other(
    clock: Clock,
) -> None:
    with ScriptedServer(answer) as server:
        ran = run(closed(5, 2), server)
    assert ran.all_ok


def test_an_open_loop_does_not_wait_for_requests_that_are_due_after_its_end(
    clock: Clock,
) -> None:
    def script(peer: Peer, asked: Asked) -> None:
        answer(peer, asked)
        if asked.id == 1:
            clock.ahead_ns = HOUR + HOUR // 2

    due = np.array([0, 1000, 2 * HOUR, 3 * HOUR], np.int64)
    with ScriptedServer(script) as server:
        ran = run(LoadPlan(due, 4, closed_loop=False, time_ns=HOUR), server)
    assert ran.outcomes[2:] == [Outcome.UNSENT] * 2
    assert set(ran.outcomes[:2]) <= {
        Outcome.OK,
        Outcome.UNFINISHED,
    }  # cut off if its answer was not read before the hour


@pytest.mark.parametrize("is_closed", [True, False])
def test_the_time_counts_from_the_first_measured_request(
    clock: Clock, is_closed: bool
) -> None:
    """The warm-up takes longer than the run's own time, and is no part of it."""

    def script(peer: Peer, asked: Asked) -> None:
        if asked.id == 0:
            clock.ahead_ns = 2 * HOUR
        if asked.id < 3:
            answer(peer, asked)
            return
        clock.races = True
        peer.wait_for_hangup()
        raise ConnectionError

    due = (
        np.zeros(9, np.int64)
        if is_closed
        else np.array([0] + [2 * HOUR] * 8, np.int64)
    )
    with ScriptedServer(script) as server:
        ran = run(
            LoadPlan(due, 1, closed_loop=is_closed, warmups=1, time_ns=HOUR),
            server,
        )
    assert (
        ran.outcomes
        == [Outcome.OK] * 3 + [Outcome.UNFINISHED] + [Outcome.UNSENT] * 5
    )


def test_warm_ups_that_are_drained_have_all_the_time_they_need(
    clock: Clock,
) -> None:
    def script(peer: Peer, asked: Asked) -> None:
        if asked.id == 1:
            clock.ahead_ns = 2 * HOUR
        answer(peer, asked)

    plan = LoadPlan(
        np.zeros(4, np.int64),
        4,
        closed_loop=False,
        warmups=2,
        drain_warmups=True,
        time_ns=HOUR,
    )
    with ScriptedServer(script) as server:
        (job,) = jobs_for(server.port, plan, timeouts=PATIENT)
        loop = Loop(job, live := Live())
        loop.prepare()
        loop.run(job.shard.warmups, clock())
        loop.run(len(job.requests), clock())
        ran = finish_loop(loop, job, live)
    assert ran.all_ok
