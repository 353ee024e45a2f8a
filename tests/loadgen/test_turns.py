"""Conversations: turns go out in order, each after the end of the one before and its pause; a pause
keeps its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

import numpy as np
import pytest

from inferometer.arrival import LoadPlan, conversations_of, plan_load
from inferometer.clock import NS, monotonic_ns
from inferometer.loadgen.exchange import Exchange
from inferometer.loadgen.exchanges import Exchanges
from inferometer.loadgen.live import Live
from inferometer.loadgen.loop import Loop
from inferometer.loadgen.turns import Turns
from inferometer.request import Request
from inferometer.trace import MISSING, Outcome
from tests.loadgen.loop_runner import Ran, finish_loop, jobs_for, set_clock
from tests.loadgen.scripted_server import (
    Asked,
    Peer,
    ScriptedServer,
    answer,
    sized,
)

HOUR = 3600 * NS


def talk(*turns: int, think_ns: int = 0) -> list[Request]:
    """Conversations of so many turns each."""
    made: list[Request] = []
    for length in turns:
        for turn in range(length):
            i = len(made)
            made.append(
                Request(
                    i,
                    "hi",
                    8,
                    3,
                    after=i - 1 if turn else None,
                    think_ns=think_ns if turn else 0,
                )
            )
    return made


def plan_of(
    requests: Sequence[Request], cap: int | None = None, **how: Any
) -> LoadPlan:
    conversations = conversations_of([request.after for request in requests])
    return plan_load(
        len(requests),
        max_concurrency=cap,
        conversations=conversations,
        rng=np.random.default_rng(0),
        **how,
    )


class Ear(Live):
    """Calls back after each response that was taken in."""

    def __init__(self, after: Callable[[int], None]) -> None:
        super().__init__()
        self._after = after
        self._number = 0

    def count(self, exchange: Exchange) -> None:
        super().count(exchange)
        self._number += 1
        self._after(self._number)


def run(
    requests: list[Request],
    plan: LoadPlan,
    server: ScriptedServer,
    live: Live | None = None,
) -> Ran:
    (job,) = jobs_for(server.port, plan, prompts=requests)
    loop = Loop(job, live := live or Live())
    loop.prepare()
    return finish_loop(loop, job, live)


# The order, without a loop


def test_requests_that_stand_alone_have_no_part_in_it() -> None:
    turns = Turns(talk(1, 1, 1))
    assert (list(turns.beginnings), turns.next_of, turns.waiting) == (
        [0, 1, 2],
        {},
        [],
    )
    turns.has_ended(1, 5)
    assert turns.waiting == []


def test_a_turn_may_be_sent_its_pause_after_the_one_before() -> None:
    turns = Turns(talk(3, 2, think_ns=100))
    assert list(turns.beginnings) == [0, 3]
    assert [
        turns.beginnings_before(position) for position in (0, 1, 3, 4, 5)
    ] == [0, 1, 1, 2, 2]
    turns.start_ns = 1000
    turns.has_ended(3, 1020)
    turns.has_ended(0, 1010)
    assert sorted(turns.waiting) == [(1110, 1), (1120, 4)]
    assert turns.due_ns == {1: 110, 4: 120}
    assert [turns.take(), turns.take()] == [1, 4]
    turns.has_ended(4, 2000)  # the last of its conversation
    assert turns.waiting == []
    assert turns.rest_of(0) == [0, 1, 2]


def test_a_turn_before_its_predecessor_is_refused() -> None:
    with pytest.raises(ValueError, match="precedes the one that it follows"):
        Turns([Request(0, "x", 1, 1, after=1), Request(1, "x", 1, 1)])


# In the loop


def test_each_turn_waits_for_the_answer_to_the_one_before() -> None:
    requests = talk(4, 3, 1, 3)
    lock, open_ids, order = Lock(), set[int](), list[int]()

    def script(peer: Peer, asked: Asked) -> None:
        with lock:
            open_ids.add(asked.id)
            order.append(asked.id)
            after = requests[asked.id].after
            assert after is None or (after in order and after not in open_ids)
        with lock:
            open_ids.discard(asked.id)
        answer(peer, asked)

    with ScriptedServer(script) as server:
        ran = run(requests, plan_of(requests, 2), server)
    assert ran.all_ok
    assert sorted(order) == list(range(11))
    assert server.most_at_once <= 2
    sent, end = ran.column("sent_ns"), ran.column("end_ns")
    assert all(
        sent[r.id] >= end[r.after] for r in requests if r.after is not None
    )


def test_each_request_has_an_exchange_of_its_own_made_ahead_or_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[int] = []
    make = Exchanges._make

    def remember(exchanges: Exchanges, position: int) -> Exchange:
        made.append(position)
        return make(exchanges, position)

    monkeypatch.setattr(Exchanges, "_make", remember)
    requests = talk(4, 3, 1, 3)
    with ScriptedServer(answer) as server:
        ran = run(requests, plan_of(requests, 2), server)
    assert ran.all_ok
    assert made[:2] == [0, 4]  # before the start: as many as there are slots
    assert sorted(made) == list(range(11))
    assert not ran.loop._exchanges._made


def test_without_pauses_a_conversation_goes_on_before_another_begins() -> None:
    requests = talk(3, 3, 3)
    with ScriptedServer(answer) as server:
        ran = run(requests, plan_of(requests, 1), server)
    assert ran.all_ok
    assert [asked.id for asked in server.asked] == list(range(9))


@pytest.fixture
def ahead(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """By how much the loop's clock is ahead, ns."""
    ahead_ns = [0]
    set_clock(monkeypatch, "monotonic_ns", lambda: monotonic_ns() + ahead_ns[0])
    return ahead_ns


def test_a_conversation_that_pauses_keeps_its_place_under_the_cap(
    ahead: list[int],
) -> None:
    """One place, two conversations: the second begins when the first is over, an hour of thinking
    included.
    """
    requests = talk(2, 2, think_ns=HOUR)
    at_the_pause: list[int] = []

    def an_hour_later(number: int) -> None:
        if number in (1, 3):
            at_the_pause.append(len(server.asked))
            ahead[0] += HOUR

    with ScriptedServer(answer) as server:
        ran = run(requests, plan_of(requests, 1), server, Ear(an_hour_later))
    assert ran.all_ok
    assert [asked.id for asked in server.asked] == [0, 1, 2, 3]
    assert at_the_pause == [1, 3]


def test_other_conversations_go_on_while_one_pauses(ahead: list[int]) -> None:
    """Two places: the long pause of one conversation holds up none of the single requests."""
    requests = [
        *talk(2, think_ns=HOUR),
        *(Request(i, "hi", 8, 3) for i in range(2, 8)),
    ]

    def when_the_others_are_through(number: int) -> None:
        if number == 7:
            ahead[0] += HOUR

    with ScriptedServer(answer) as server:
        ran = run(
            requests,
            plan_of(requests, 2),
            server,
            Ear(when_the_others_are_through),
        )
    assert ran.all_ok
    assert [asked.id for asked in server.asked][-1] == 1


def test_a_turn_that_fails_does_not_end_its_conversation() -> None:
    def script(peer: Peer, asked: Asked) -> None:
        if asked.id == 1:
            peer.send(sized(b'{"error":"no"}', "500 Internal Server Error"))
        elif asked.id == 2:
            peer.reset()
            raise ConnectionError
        else:
            answer(peer, asked)

    requests = talk(4)
    with ScriptedServer(script) as server:
        ran = run(requests, plan_of(requests, 1), server)
    assert ran.outcomes == [
        Outcome.OK,
        Outcome.FAILED,
        Outcome.FAILED,
        Outcome.OK,
    ]


def test_with_nobody_to_connect_to_every_turn_fails_in_its_turn() -> None:
    requests = talk(3, 2)
    with ScriptedServer(answer) as server:
        (job,) = jobs_for(server.port, plan_of(requests, 2), prompts=requests)
        loop = Loop(job, live := Live())
        server.stop_listening()
        ran = finish_loop(loop, job, live)
    assert ran.outcomes == [Outcome.FAILED] * 5


def test_in_an_open_loop_beginnings_are_due_by_the_plan_and_turns_by_their_pause(
    ahead: list[int],
) -> None:
    requests = talk(2, 2, think_ns=HOUR)

    def an_hour_later(number: int) -> None:
        if number == 2:
            ahead[0] += HOUR

    plan = plan_of(requests, request_rate=1000.0, burstiness=float("inf"))
    with ScriptedServer(answer) as server:
        ran = run(requests, plan, server, Ear(an_hour_later))
    assert ran.all_ok
    intended, end = ran.column("intended_ns"), ran.column("end_ns")
    assert [intended[0], intended[2]] == [1_000_000, 2_000_000]
    assert intended[1] >= HOUR + min(end[0], 0)
    assert intended[3] >= HOUR


def test_a_conversation_that_finds_no_room_is_dropped_whole(
    ahead: list[int],
) -> None:
    """One place, taken by a conversation that pauses for an hour; the ones that come meanwhile are
    dropped with their turns.
    """
    requests = talk(2, 3, 1, think_ns=HOUR)

    def an_hour_later(number: int) -> None:
        if number == 1:
            ahead[0] += HOUR

    plan = plan_of(
        requests, 1, request_rate=1000.0, burstiness=float("inf"), drops=True
    )
    with ScriptedServer(answer) as server:
        ran = run(requests, plan, server, Ear(an_hour_later))
    assert ran.outcomes == [Outcome.OK] * 2 + [Outcome.DROPPED] * 4
    assert (
        ran.column("intended_ns")[3:5] == [MISSING] * 2
    )  # turns that never came to be due


def test_a_stop_leaves_the_turns_that_did_not_come_unsent(
    ahead: list[int],
) -> None:
    live = Ear(lambda number: live.request_stop())
    requests = talk(3, 2, think_ns=HOUR)
    with ScriptedServer(answer) as server:
        ran = run(requests, plan_of(requests, 1), server, live)
    assert ran.outcomes == [Outcome.OK] + [Outcome.UNSENT] * 4


def test_warm_ups_of_conversations_are_their_first_turns() -> None:
    requests = talk(3, 3)
    with ScriptedServer(answer) as server:
        ran = run(requests, plan_of(requests[:6], 1, num_warmups=0), server)
        assert ran.all_ok
    conversations = conversations_of([request.after for request in requests])
    plan = plan_load(
        4,
        max_concurrency=1,
        num_warmups=2,
        conversations=conversations,
        rng=np.random.default_rng(0),
    )
    with ScriptedServer(answer) as server:
        ran = run(requests, plan, server)
    assert ran.all_ok
    assert ran.column("warmup") == [True] * 2 + [False] * 4


def test_each_worker_has_whole_conversations() -> None:
    requests = talk(2, 3, 2, 1, 4)
    plan = plan_of(requests, 4)
    with ScriptedServer(answer) as server:
        jobs = jobs_for(server.port, plan, 2, prompts=requests)
        assert [[request.id for request in job.requests] for job in jobs] == [
            [0, 1, 5, 6, 8, 9, 10, 11],
            [2, 3, 4, 7],
        ]
        for job in jobs:
            loop = Loop(job, live := Live())
            loop.prepare()
            assert finish_loop(loop, job, live).all_ok
