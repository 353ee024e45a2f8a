"""From a load to its plan: every shape finds its table, and connections are opened for what comes
in a second.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from inferometer.arrival import LoadPlan, plan_load
from inferometer.arrival.reserve import reserve
from inferometer.clock import NS
from inferometer.measurement.prepare import plan_of
from inferometer.request import Request
from inferometer.spec.load import Load
from inferometer.workload import Workload


def work_of(
    n: int,
    after: list[int | None] | None = None,
    recorded_ns: list[int] | None = None,
) -> Workload:
    follows = after or [None] * n
    requests = [Request(i, "x", 1, 1, after=follows[i]) for i in range(n)]
    return Workload(
        requests,
        "",
        exact=True,
        recorded_ns=None
        if recorded_ns is None
        else np.array(recorded_ns, np.int64),
    )


def plan(n: int, work: Workload | None = None, **load: Any) -> LoadPlan:
    return plan_of(
        Load.model_validate({"num_prompts": n, **load}),
        work or work_of(n),
        np.random.default_rng(3),
    )


@pytest.mark.parametrize(
    "load",
    [
        {},
        {"max_concurrency": 4},
        {"request_rate": 5.0, "burstiness": 0.5, "max_concurrency": 4},
    ],
    ids=str,
)
def test_simple_loads_are_planned_as_they_always_were(
    load: dict[str, Any],
) -> None:
    made = plan(20, work_of(23), num_warmups=3, **load)
    known = plan_load(20, num_warmups=3, rng=np.random.default_rng(3), **load)
    assert np.array_equal(made.due_ns, known.due_ns)
    assert (
        made.max_in_flight,
        made.closed_loop,
        made.warmups,
        made.drain_warmups,
    ) == (
        known.max_in_flight,
        known.closed_loop,
        known.warmups,
        known.drain_warmups,
    )
    assert (made.drops, made.time_ns, made.conversations) == (False, None, None)


def test_a_ramp_ends_at_its_last_rate_with_the_last_request() -> None:
    made = plan(
        2000, ramp={"start_rps": 10, "end_rps": 100}, burstiness=math.inf
    )
    gaps_s = np.diff(made.due_ns) / NS
    assert (1 / gaps_s[0], 1 / gaps_s[-1]) == (
        pytest.approx(10, rel=0.05),
        pytest.approx(100, rel=0.01),
    )
    assert made.due_ns[-1] == pytest.approx(2000 / 55 * NS, rel=1e-6)


def test_steps_a_time_and_drops_are_carried_over() -> None:
    made = plan(
        30,
        steps=[{"rate": 10, "seconds": 1}, {"rate": 20, "seconds": 1}],
        burstiness=math.inf,
        max_seconds=1.5,
    )
    assert made.due_ns[[9, 29]].tolist() == [NS, 2 * NS]
    assert made.time_ns == 1_500_000_000
    assert plan(30, request_rate=10, max_concurrency=2, when_full="drop").drops


def test_a_recording_is_replayed_at_its_speed_or_ignored() -> None:
    recorded = work_of(3, recorded_ns=[5 * NS, 6 * NS, 9 * NS])
    assert plan(3, recorded, replay_speed=2).due_ns.tolist() == [
        0,
        NS // 2,
        2 * NS,
    ]
    assert plan(3, recorded).due_ns.tolist() == [0, 0, 0]
    with pytest.raises(
        ValueError, match=r"load\.replay_speed needs recorded times"
    ):
        plan(3, replay_speed=2)


def test_conversations_are_known_to_the_plan() -> None:
    made = plan(4, work_of(4, after=[None, 0, None, 2]), max_concurrency=2)
    assert made.conversations is not None
    assert made.conversations.tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("due_s", "max_in_flight", "expected"),
    [
        ([0, 0, 0], 3, 3),  # a burst, or a closed loop: one for each slot
        (
            [i / 2 for i in range(100)],
            100,
            16 + 2,
        ),  # for the arrivals of a second
        (
            [*range(100), *[100 + i / 100 for i in range(60)]],
            160,
            16 + 60,
        ),  # for those of the busiest one
        ([i / 100 for i in range(50)], 10, 10),  # no more than may be in flight
        ([i / 5000 for i in range(20_000)], 20_000, 16 + 1024),
    ],
)
def test_connections_are_opened_for_the_busiest_second(
    due_s: list[float], max_in_flight: int, expected: int
) -> None:
    due_ns = (np.array(due_s) * NS).astype(np.int64)
    assert (
        reserve(
            LoadPlan(due_ns, max_in_flight, closed_loop=False), max_in_flight
        )
        == expected
    )
