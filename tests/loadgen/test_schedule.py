"""What is to be sent next, and when, as a table: no clock, no sockets."""

from __future__ import annotations

import numpy as np

from inferometer.arrival import Shard
from inferometer.loadgen.schedule import Schedule
from inferometer.request import Request


def schedule(
    due_ns: list[int],
    cap: int,
    *,
    drops: bool = False,
    after: dict[int, int] | None = None,
) -> Schedule:
    """Request i is due at due_ns[i]; `after` says which follows which, 5 ns later."""
    follows = after or {}
    requests = [
        Request(
            i,
            "p",
            1,
            1,
            after=follows.get(i),
            think_ns=5 if i in follows else 0,
        )
        for i in range(len(due_ns))
    ]
    shard = Shard(
        0,
        np.arange(len(due_ns), dtype=np.int64),
        np.array(due_ns, np.int64),
        cap,
        0,
        drops=drops,
    )
    made = Schedule(requests, shard)
    made.start(len(due_ns), 1000)
    return made


def test_an_open_loop_goes_by_its_due_times() -> None:
    plan = schedule([0, 10, 30], cap=9)
    assert (plan.next_ns(0, 999), plan.left, plan.ahead) == (1000, 3, 3)
    assert plan.take(1000) == 0
    assert (plan.next_ns(1, 1000), plan.left) == (1010, 2)
    assert [plan.take(1030), plan.take(1030)] == [1, 2]
    assert (plan.next_ns(3, 1030), plan.left) == (None, 0)


def test_a_full_cap_makes_what_is_due_wait() -> None:
    plan = schedule([0, 0, 0], cap=2)
    assert [plan.take(1000), plan.take(1000)] == [0, 1]
    assert plan.next_ns(2, 5000) is None
    assert plan.next_ns(1, 5000) == 1000
    assert plan.dropped == []


def test_or_be_dropped_where_the_plan_says_so() -> None:
    plan = schedule([0, 10, 20, 90], cap=1, drops=True)
    assert plan.take(1000) == 0
    assert (
        plan.next_ns(1, 1020) == 1090
    )  # to be looked at then: there may be room, or it is dropped
    assert (plan.dropped, plan.left) == ([1, 2], 1)
    assert plan.next_ns(0, 1095) == 1090
    assert plan.take(1095) == 3


def test_a_turn_follows_the_end_of_the_one_before_and_its_pause() -> None:
    plan = schedule([0, 0, 50], cap=9, after={1: 0})
    assert plan.take(1000) == 0
    assert (
        plan.next_ns(1, 1000) == 1050
    )  # the turn is not due before its predecessor has ended
    plan.turns.has_ended(0, 1020)
    assert (plan.next_ns(0, 1020), plan.left) == (1025, 2)
    assert plan.take(1025) == 1
    assert plan.take(1050) == 2


def test_a_pausing_conversation_keeps_its_place_under_the_cap() -> None:
    plan = schedule([0, 0, 0], cap=1, after={1: 0})
    assert plan.take(1000) == 0
    plan.turns.has_ended(0, 1020)
    assert (
        plan.next_ns(0, 1020) == 1025
    )  # and not the one that has been due all the time
    assert plan.take(1025) == 1
    assert plan.next_ns(1, 1030) is None
    assert plan.next_ns(0, 1030) == 1000


def test_a_dropped_beginning_takes_its_conversation_with_it() -> None:
    plan = schedule([0, 5, 5, 9], cap=1, drops=True, after={2: 1})
    assert plan.take(1000) == 0
    assert plan.next_ns(1, 1006) == 1009
    assert plan.dropped == [1, 2]
