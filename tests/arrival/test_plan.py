"""The load plan as a table of numbers: when, how many at a time, and whose. No clock runs here."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.arrival import conversations_of, plan_load, stripe
from inferometer.arrival.plan import Integers, LoadPlan, profiled_offsets_ns
from inferometer.arrival.profile import constant
from inferometer.clock import NS


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def arrival_offsets_ns(
    n: int, rate: float, burstiness: float, generator: np.random.Generator
) -> Integers:
    return profiled_offsets_ns(n, 0, constant(rate), burstiness, generator)


def gaps_s(
    n: int, rate: float, burstiness: float, seed: int = 0
) -> npt.NDArray[np.float64]:
    return (
        np.diff(arrival_offsets_ns(n, rate, burstiness, rng(seed)), prepend=0)
        / NS
    )


# arrivals


@pytest.mark.parametrize("burstiness", [0.1, 0.5, 1.0, 4.0, math.inf])
@pytest.mark.parametrize(("n", "rate"), [(1, 3.0), (7, 0.5), (1000, 123.0)])
def test_the_rate_planned_is_exactly_the_rate_asked(
    n: int, rate: float, burstiness: float
) -> None:
    due = arrival_offsets_ns(n, rate, burstiness, rng())
    assert due.dtype == np.int64
    assert due[-1] == round(n / rate * NS)
    assert due[0] >= 0
    assert np.all(np.diff(due) >= 0)


def test_an_infinite_burstiness_is_a_metronome() -> None:
    due = arrival_offsets_ns(4, 10.0, math.inf, rng())
    assert due.tolist() == [100_000_000, 200_000_000, 300_000_000, 400_000_000]


@pytest.mark.parametrize("burstiness", [0.25, 1.0, 4.0])
def test_gaps_have_the_mean_and_the_dispersion_of_the_gamma_law(
    burstiness: float,
) -> None:
    """Mean 1/rate; squared coefficient of variation 1/burstiness, within 5 standard errors at this
    n.
    """
    n, rate = 100_000, 50.0
    gaps = gaps_s(n, rate, burstiness)
    assert gaps.mean() == pytest.approx(1 / rate, rel=1e-6)
    dispersion = gaps.var() / gaps.mean() ** 2
    # var(s²)/σ⁴ = (kurtosis - 1)/n with kurtosis 3 + 6/shape, and the mean's own error added
    error = math.sqrt((2 + 6 / burstiness) / n) + 2 * math.sqrt(
        1 / burstiness / n
    )
    assert dispersion == pytest.approx(1 / burstiness, rel=5 * error)


def test_poisson_gaps_have_no_memory() -> None:
    gaps = gaps_s(100_000, 1.0, 1.0)
    assert np.mean(gaps > gaps.mean()) == pytest.approx(math.exp(-1), abs=0.01)
    assert abs(np.corrcoef(gaps[:-1], gaps[1:])[0, 1]) < 0.02


def test_the_seed_decides_and_nothing_else() -> None:
    assert np.array_equal(
        gaps_s(50, 5.0, 0.5, seed=1), gaps_s(50, 5.0, 0.5, seed=1)
    )
    assert not np.array_equal(
        gaps_s(50, 5.0, 0.5, seed=1), gaps_s(50, 5.0, 0.5, seed=2)
    )


def test_no_requests_and_gaps_too_small_for_a_float_do_not_break() -> None:
    assert arrival_offsets_ns(0, 1.0, 1.0, rng()).tolist() == []
    assert arrival_offsets_ns(3, 1.0, 1e-9, rng()).tolist() == [0, 0, 0]


# plans


def test_a_burst_is_due_at_once_without_a_cap_and_after_its_warm_ups() -> None:
    plan = plan_load(5, num_warmups=2, rng=rng())
    assert plan.due_ns.tolist() == [0] * 7
    assert (
        len(plan),
        plan.max_in_flight,
        plan.closed_loop,
        plan.warmups,
        plan.drain_warmups,
    ) == (
        7,
        7,
        False,
        2,
        True,
    )


def test_a_closed_loop_is_due_at_once_under_a_cap() -> None:
    plan = plan_load(5, max_concurrency=3, num_warmups=2, rng=rng())
    assert plan.due_ns.tolist() == [0] * 7
    assert (plan.max_in_flight, plan.closed_loop, plan.warmups) == (3, True, 2)


@pytest.mark.parametrize(
    ("warmups", "drained"),
    [(0, False), (1, True), (2, True), (3, False), (4, True), (6, False)],
)
def test_warm_ups_that_do_not_fill_all_slots_alike_end_before_the_measurement(
    warmups: int, drained: bool
) -> None:
    """Else some slots would be half a request ahead of the others to the end, and the last wave
    would not be full.
    """
    assert (
        plan_load(
            5, max_concurrency=3, num_warmups=warmups, rng=rng()
        ).drain_warmups
        is drained
    )


def test_an_open_loop_follows_the_arrivals_and_may_have_a_cap() -> None:
    plan = plan_load(5, request_rate=10.0, num_warmups=2, rng=rng(3))
    assert np.array_equal(plan.due_ns, arrival_offsets_ns(7, 10.0, 1.0, rng(3)))
    assert (
        plan.max_in_flight,
        plan.closed_loop,
        plan.warmups,
        plan.drain_warmups,
    ) == (
        7,
        False,
        2,
        False,
    )
    capped = plan_load(
        5, request_rate=10.0, burstiness=0.5, max_concurrency=2, rng=rng(3)
    )
    assert np.array_equal(
        capped.due_ns, arrival_offsets_ns(5, 10.0, 0.5, rng(3))
    )
    assert (capped.max_in_flight, capped.closed_loop) == (2, False)


def test_a_cap_may_drop_what_it_has_no_room_for_but_only_in_an_open_loop() -> (
    None
):
    assert plan_load(
        5, request_rate=10.0, max_concurrency=2, drops=True, rng=rng()
    ).drops
    assert not plan_load(
        5, request_rate=10.0, max_concurrency=2, rng=rng()
    ).drops
    assert not plan_load(5, request_rate=10.0, drops=True, rng=rng()).drops
    assert not plan_load(5, max_concurrency=2, drops=True, rng=rng()).drops


@pytest.mark.parametrize(
    "how", [{}, {"max_concurrency": 2}, {"request_rate": 5.0}], ids=str
)
def test_a_plan_may_end_by_time(how: dict[str, float]) -> None:
    plan = plan_load(5, max_seconds=1.5, rng=rng(), **how)  # type: ignore[arg-type]
    assert plan.time_ns == 1_500_000_000
    assert [share.time_ns for share in stripe(plan, 2)] == [plan.time_ns] * 2
    assert plan_load(5, rng=rng(), **how).time_ns is None  # type: ignore[arg-type]


def test_a_recording_is_replayed_from_its_first_request_on_at_any_speed() -> (
    None
):
    recorded_ns = np.array([7, 8, 8, 12], np.int64) * NS
    real, twice = (
        plan_load(
            3, num_warmups=1, recorded_ns=recorded_ns, speed=speed, rng=rng()
        )
        for speed in (1.0, 2.0)
    )
    assert (real.due_ns / NS).tolist() == [0, 1, 1, 5]
    assert (twice.due_ns / NS).tolist() == [0, 0.5, 0.5, 2.5]
    assert (real.closed_loop, real.warmups, real.max_in_flight) == (False, 1, 4)
    assert len(plan_load(0, recorded_ns=recorded_ns[:0], rng=rng())) == 0


# conversations

AFTER = [None, 0, 1, None, 3, None]


def test_requests_belong_to_the_conversation_of_the_one_they_follow() -> None:
    conversations = conversations_of(AFTER)
    assert conversations is not None
    assert conversations.tolist() == [0, 0, 0, 1, 1, 2]
    assert conversations_of([None, None]) is None
    assert conversations_of([]) is None


def test_of_conversations_it_is_the_beginning_that_is_due() -> None:
    plan = plan_load(
        6,
        request_rate=10.0,
        burstiness=math.inf,
        conversations=conversations_of(AFTER),
        rng=rng(),
    )
    assert (plan.due_ns / NS).tolist() == [0.1, 0.1, 0.1, 0.2, 0.2, 0.3]


def test_a_burst_of_conversations_is_not_drained_after_its_warm_ups() -> None:
    assert not plan_load(
        4, num_warmups=2, conversations=conversations_of(AFTER), rng=rng()
    ).drain_warmups


def test_conversations_are_dealt_out_whole() -> None:
    plan = plan_load(
        6, max_concurrency=4, conversations=conversations_of(AFTER), rng=rng()
    )
    assert [share.requests.tolist() for share in stripe(plan, 2)] == [
        [0, 1, 2, 5],
        [3, 4],
    ]
    assert [share.requests.tolist() for share in stripe(plan, 9)] == [
        [0, 1, 2],
        [3, 4],
        [5],
    ]  # nobody without a conversation


# shares


def test_a_plan_is_dealt_out_like_cards() -> None:
    plan = LoadPlan(
        np.arange(7, dtype=np.int64) * 10,
        max_in_flight=5,
        closed_loop=False,
        warmups=3,
    )
    first, second = stripe(plan, 2)
    assert (first.worker, second.worker) == (0, 1)
    assert (first.requests.tolist(), second.requests.tolist()) == (
        [0, 2, 4, 5],
        [1, 3, 6],
    )
    assert (first.due_ns.tolist(), second.due_ns.tolist()) == (
        [0, 20, 40, 50],
        [10, 30, 60],
    )
    assert (first.max_in_flight, second.max_in_flight) == (3, 2)
    assert (first.warmups, second.warmups) == (2, 1)


@given(
    n=st.integers(1, 200),
    cap=st.integers(1, 300),
    warmups=st.integers(0, 50),
    workers=st.integers(1, 40),
)
def test_shares_partition_the_plan_exactly(
    n: int, cap: int, warmups: int, workers: int
) -> None:
    plan = LoadPlan(
        np.sort(rng(n).integers(0, NS, n)),
        cap,
        closed_loop=True,
        warmups=min(warmups, n),
    )
    shares = stripe(plan, workers)
    assert 1 <= len(shares) <= workers
    assert [share.worker for share in shares] == list(range(len(shares)))
    assert sorted(
        np.concatenate([share.requests for share in shares]).tolist()
    ) == list(range(n))
    assert sum(share.max_in_flight for share in shares) == cap
    assert sum(share.warmups for share in shares) == plan.warmups
    for share in shares:
        assert share.max_in_flight >= 1
        assert len(share.requests) >= 1
        assert np.array_equal(share.due_ns, plan.due_ns[share.requests])
        assert np.all(np.diff(share.due_ns) >= 0)
        assert np.array_equal(
            share.requests < plan.warmups,
            np.arange(len(share.requests)) < share.warmups,
        )  # they come first
    slots = [share.max_in_flight for share in shares]
    assert max(slots) - min(slots) <= 1
    if (
        n >= cap
    ):  # as many requests for each slot as for any other, give or take one
        for share in shares:
            assert (
                n // cap
                <= len(share.requests) / share.max_in_flight
                <= -(-n // cap)
            )


@pytest.mark.parametrize("warmups", [5, 10, 50])
def test_warm_ups_that_fill_the_slots_of_all_fill_those_of_each_worker(
    warmups: int,
) -> None:
    plan = plan_load(100, max_concurrency=5, num_warmups=warmups, rng=rng())
    assert not plan.drain_warmups
    assert all(
        share.warmups % share.max_in_flight == 0 for share in stripe(plan, 2)
    )


def test_no_worker_is_left_without_a_slot_or_a_request() -> None:
    assert (
        len(stripe(LoadPlan(np.zeros(10, np.int64), 2, closed_loop=True), 4))
        == 2
    )
    assert (
        len(stripe(LoadPlan(np.zeros(3, np.int64), 8, closed_loop=True), 4))
        == 3
    )
    assert (
        len(stripe(LoadPlan(np.zeros(10, np.int64), 8, closed_loop=True), 4))
        == 4
    )
