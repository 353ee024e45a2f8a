"""An open loop that drops what the cap has no room for: at its due time, counted, and never sent
late instead.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from threading import Event

import numpy as np
import pytest

from inferometer.arrival import LoadPlan
from inferometer.clock import MS, NS, monotonic_ns
from inferometer.loadgen.exchange import Exchange
from inferometer.loadgen.live import Live
from inferometer.loadgen.loop import Loop
from inferometer.trace import MISSING, Outcome
from tests.loadgen.loop_runner import Ran, finish_loop, jobs_for, set_clock
from tests.loadgen.scripted_server import (
    Asked,
    Peer,
    ScriptedServer,
    answer,
    wait,
)

HOUR = 3600 * NS


def run(
    due_ns: list[int], cap: int, server: ScriptedServer, *, drops: bool = True
) -> Ran:
    plan = LoadPlan(
        np.array(due_ns, np.int64), cap, closed_loop=False, drops=drops
    )
    (job,) = jobs_for(server.port, plan)
    loop = Loop(job, live := Live())
    loop.prepare()
    return finish_loop(loop, job, live)


class Watched(Live):
    """Tells what the loop tells."""

    def __init__(self, counted: Callable[[int], None]) -> None:
        super().__init__()
        self._counted = counted
        self._number = 0

    def count(self, exchange: Exchange) -> None:
        super().count(exchange)
        self._number += 1
        self._counted(self._number)


def test_what_comes_while_the_cap_is_reached_is_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two are held until the six after them have come; the one that comes an hour later finds room
    again.
    """
    released, ahead_ns = Event(), [0]
    set_clock(monkeypatch, "monotonic_ns", lambda: monotonic_ns() + ahead_ns[0])

    def script(peer: Peer, asked: Asked) -> None:
        if asked.id < 2:
            wait(released)
        answer(peer, asked)

    def an_hour_after_the_second(number: int) -> None:
        if number == 2:
            ahead_ns[0] = HOUR

    due = [0, 0, *[i * MS for i in range(1, 7)], HOUR]
    with ScriptedServer(script) as server:
        plan = LoadPlan(
            np.array(due, np.int64), 2, closed_loop=False, drops=True
        )
        (job,) = jobs_for(server.port, plan)
        loop = Loop(job, live := Watched(an_hour_after_the_second))
        loop.prepare()
        drop_due = loop._schedule._drop_due

        def release_when_all_were_dropped(now_ns: int) -> None:
            drop_due(now_ns)
            if len(loop._schedule.dropped) == 6:
                released.set()

        loop._schedule._drop_due = release_when_all_were_dropped  # type: ignore[method-assign]
        ran = finish_loop(loop, job, live)
    assert ran.outcomes == [Outcome.OK] * 2 + [Outcome.DROPPED] * 6 + [
        Outcome.OK
    ]
    assert sorted(asked.id for asked in server.asked) == [0, 1, 8]
    assert ran.column("sent_ns")[2:8] == [MISSING] * 6
    assert ran.column("intended_ns") == due
    assert ran.loop.sent == 3


def test_without_a_word_about_it_arrivals_wait() -> None:
    with ScriptedServer(answer) as server:
        ran = run([0] * 8, 2, server, drops=False)
    assert ran.all_ok


def test_what_is_due_at_once_is_dropped_beyond_the_cap() -> None:
    released = Event()

    def script(peer: Peer, asked: Asked) -> None:
        wait(released)
        answer(peer, asked)

    with ScriptedServer(script) as server:
        plan = LoadPlan(np.zeros(5, np.int64), 2, closed_loop=False, drops=True)
        (job,) = jobs_for(server.port, plan)
        loop = Loop(job, live := Live())
        loop.prepare()
        report = live.report

        def release_once_dropped(
            sent: int, in_flight: int, reads: int, dropped: int = 0
        ) -> None:
            report(sent, in_flight, reads, dropped)
            if dropped == 3:
                released.set()

        live.report = release_once_dropped  # type: ignore[method-assign]
        ran = finish_loop(loop, job, live)
    assert ran.outcomes == [Outcome.OK] * 2 + [Outcome.DROPPED] * 3


def test_a_cap_that_is_never_reached_drops_nothing() -> None:
    with ScriptedServer(answer) as server:
        ran = run([0, MS, 2 * MS], 3, server)
    assert ran.all_ok


def test_a_stop_leaves_the_dropped_dropped_and_the_rest_unsent() -> None:
    live = Live()

    def script(peer: Peer, asked: Asked) -> None:
        live.request_stop()
        peer.wait_for_hangup()
        raise ConnectionError

    with ScriptedServer(script) as server:
        plan = LoadPlan(
            np.array([0, 0, HOUR], np.int64), 1, closed_loop=False, drops=True
        )
        (job,) = jobs_for(server.port, plan)
        loop = Loop(job, live)
        loop.prepare()
        ran = finish_loop(loop, job, live)
    assert ran.outcomes == [Outcome.CANCELLED, Outcome.DROPPED, Outcome.UNSENT]


def test_where_no_timer_can_wake_the_loop_it_wakes_for_drops_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    for drops in (True, False):
        (job,) = jobs_for(
            1,
            LoadPlan(
                np.array([0, HOUR], np.int64), 1, closed_loop=False, drops=drops
            ),
        )
        loop = Loop(job, Live())
        loop._schedule.start(
            2, monotonic_ns() - 2 * NS
        )  # the first was due long ago
        loop.responses.in_flight = 1  # and there is no room for it
        loop._next_tick_ns = monotonic_ns() + 2 * HOUR
        waits_for_the_second = loop._patience_s() < HOUR / NS
        assert waits_for_the_second is drops
        assert loop._schedule.dropped == ([0] if drops else [])
        loop.close()
