"""Virtual time: what comes out depends on the arrivals alone, not on how it is computed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.engine.twin.blocks import KVMemory
from inferometer.engine.twin.configuration import scheduler_of
from inferometer.engine.twin.outlet import Outlet
from inferometer.engine.twin.profiles import (
    CardProfile,
    HostProfile,
    ModelShape,
    StackProfile,
    load_profile,
)
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.scheduler import SchedulerRules
from inferometer.engine.twin.simulation import Simulation, run
from inferometer.engine.twin.step_time import StepTime

MS = 1_000_000


class Asked(NamedTuple):
    after_ms: int
    """Since the request before it."""
    prompt_tokens: int
    max_tokens: int
    prompt: int
    """Which prompt: equal ones share a prefix."""


asked = st.builds(
    Asked,
    st.integers(0, 300),
    st.integers(1, 120),
    st.integers(1, 60),
    st.integers(0, 3),
)
rules = st.builds(
    SchedulerRules,
    max_num_batched_tokens=st.integers(16, 200),
    max_num_seqs=st.integers(1, 8),
    max_model_len=st.just(256),
    long_prefill_token_threshold=st.sampled_from([0, 0, 20]),
    async_scheduling=st.booleans(),
    reserve_full_prompt=st.booleans(),
    prefill_first=st.just(False),
)
prompts_first = st.builds(
    SchedulerRules,
    max_num_batched_tokens=st.integers(16, 200),
    max_num_seqs=st.integers(1, 8),
    max_model_len=st.just(256),
    prefill_first=st.just(True),
)


WIDE = SchedulerRules(max_num_batched_tokens=200, max_num_seqs=8)


def simulation_of(
    chosen: SchedulerRules,
    *,
    blocks: int = 40,
    windows: Sequence[int | None] = (None,),
    macro_steps: bool = True,
    token_ns: int = 46_000,
) -> Simulation:
    step_time = StepTime(
        load_profile(CardProfile, "r9700"),
        load_profile(
            ModelShape, "gpt-oss-20b" if len(windows) > 1 else "llama-3.1-8b"
        ),
        load_profile(StackProfile, "vllm-graphs"),
        load_profile(HostProfile, "server"),
        None,
        async_scheduling=chosen.async_scheduling,
    )
    memory = KVMemory(blocks, windows=windows)
    return Simulation(
        scheduler_of(chosen, memory),
        step_time,
        intake_ns=MS,
        outlet=Outlet(MS // 2, token_ns),
        macro_steps=macro_steps,
    )


def requests_of(
    calls: Sequence[Asked], answer: Callable[[int, int], range] | None = None
) -> list[TwinRequest]:
    requests, now_ns = [], 0
    for number, call in enumerate(calls):
        now_ns += call.after_ms * MS
        prompt = [call.prompt * 1000 + i for i in range(call.prompt_tokens)]
        requests.append(
            TwinRequest(
                number,
                call.prompt_tokens,
                call.max_tokens,
                arrived_ns=now_ns,
                prompt=prompt,
                answer=answer,
            )
        )
    return requests


def alike(place: int, tokens: int) -> range:
    """The same answer for all."""
    return range(place, place + tokens)


def outcome(
    simulation: Simulation,
    calls: Sequence[Asked],
    answer: Callable[[int, int], range] | None = None,
) -> list[tuple[int, ...]]:
    done = run(simulation, requests_of(calls, answer))
    return sorted(
        (r.number, r.admitted_ns, r.first_ns, r.finished_ns, r.preemptions)
        for r in done
    )


@given(
    calls=st.lists(asked, min_size=1, max_size=25),
    chosen=st.one_of(rules, prompts_first),
    token_ns=st.sampled_from([0, 46_000, 4 * MS, 15 * MS]),
)
def test_many_steps_at_once_are_as_one_after_another(
    calls: list[Asked], chosen: SchedulerRules, token_ns: int
) -> None:
    """Also where the API server is slower than the engine, so that tokens queue."""
    at_once = simulation_of(chosen, token_ns=token_ns)
    one_by_one = simulation_of(chosen, macro_steps=False, token_ns=token_ns)
    assert outcome(at_once, calls) == outcome(one_by_one, calls)
    assert at_once.steps == one_by_one.steps


@given(calls=st.lists(asked, min_size=1, max_size=15), chosen=rules)
def test_equal_answers_share_blocks_at_the_same_steps(
    calls: list[Asked], chosen: SchedulerRules
) -> None:
    at_once = simulation_of(chosen)
    one_by_one = simulation_of(chosen, macro_steps=False)
    assert outcome(at_once, calls, alike) == outcome(one_by_one, calls, alike)
    pools = [each.scheduler.memory.pool for each in (at_once, one_by_one)]
    assert pools[0].free == pools[1].free == pools[0].usable


@given(calls=st.lists(asked, min_size=1, max_size=15), chosen=rules)
def test_layers_with_a_window_too(
    calls: list[Asked], chosen: SchedulerRules
) -> None:
    windows = (None, 32)
    at_once = simulation_of(chosen, blocks=80, windows=windows)
    one_by_one = simulation_of(
        chosen, blocks=80, windows=windows, macro_steps=False
    )
    assert outcome(at_once, calls) == outcome(one_by_one, calls)


@given(
    calls=st.lists(asked, min_size=1, max_size=15),
    chosen=rules,
    every_us=st.integers(100, 40_000),
    token_ns=st.sampled_from([0, 46_000, 15 * MS]),
)
def test_real_time_sees_the_schedule_of_virtual_time(
    calls: list[Asked], chosen: SchedulerRules, every_us: int, token_ns: int
) -> None:
    """Behind the front the future is not known: the twin is asked again and again, and requests
    come when they come.
    """
    expected = outcome(simulation_of(chosen, token_ns=token_ns), calls)
    simulation = simulation_of(chosen, token_ns=token_ns)
    leaves_ns = simulation.outlet.leaves_ns
    left, done, now_ns = requests_of(calls), [], 0
    while left or simulation.next_ps() is not None:
        while left and left[0].arrived_ns <= now_ns:
            simulation.submit(left.pop(0))
        while (stretch := simulation.advance(now_ns * 1000)) is not None:
            for each in stretch.requests:
                if each.first_ns < 0:
                    each.first_ns = leaves_ns(stretch, 1, each)
                if each.finished:
                    last = stretch.steps
                    each.finished_ns = leaves_ns(stretch, last, each)
                    done.append(each)
        # never later than a request can be known: it takes 1 ms to get in
        now_ns = min(
            now_ns + every_us * 1000,
            left[0].arrived_ns
            if left and left[0].arrived_ns > now_ns
            else now_ns + every_us * 1000,
        )
    assert expected == sorted(
        (r.number, r.admitted_ns, r.first_ns, r.finished_ns, r.preemptions)
        for r in done
    )


@given(
    calls=st.lists(asked, min_size=1, max_size=15),
    chosen=st.one_of(rules, prompts_first),
    windows=st.sampled_from([(None,), (None, 32)]),
    token_ns=st.sampled_from([0, 46_000, 15 * MS]),
)
def test_steps_come_as_they_were_foreseen(
    calls: list[Asked],
    chosen: SchedulerRules,
    windows: Sequence[int | None],
    token_ns: int,
) -> None:
    simulation = simulation_of(chosen, windows=windows, token_ns=token_ns)
    begins_ns = simulation.outlet.begins_ns
    left = requests_of(calls)
    while left or simulation.next_ps() is not None:
        while left and simulation.wants_arrivals:
            simulation.submit(left.pop(0))
        foreseen = simulation.foresee()
        stretch = simulation.advance()
        assert stretch is not None
        if foreseen is None:
            continue
        assert foreseen.requests == stretch.requests
        assert foreseen.steps <= stretch.steps or not stretch.ended
        for step in range(1, min(foreseen.steps, stretch.steps) + 1):
            assert begins_ns(foreseen, step) == begins_ns(stretch, step)
            assert foreseen.end_ps(step) == stretch.end_ps(step)


def test_tokens_of_a_step_leave_one_after_another() -> None:
    calls = [Asked(0, 20, 30, number) for number in range(4)]
    first_ns = [
        first for _, _, first, _, _ in outcome(simulation_of(WIDE), calls)
    ]
    assert {b - a for a, b in zip(first_ns, first_ns[1:], strict=False)} == {
        46_000
    }


def test_no_more_tokens_leave_than_the_api_server_lets_out() -> None:
    calls = [Asked(0, 20, 30, number) for number in range(4)]
    slow = outcome(simulation_of(WIDE, token_ns=20 * MS), calls)
    begun = min(first for _, _, first, _, _ in slow) - 20 * MS
    assert max(each[3] for each in slow) - begun == 4 * 30 * 20 * MS


@given(calls=st.lists(asked, min_size=1, max_size=25), chosen=rules)
def test_everybody_gets_what_was_asked_for_and_gives_all_back(
    calls: list[Asked], chosen: SchedulerRules
) -> None:
    simulation = simulation_of(chosen)
    done = {each.number: each for each in run(simulation, requests_of(calls))}
    assert len(done) == len(calls)
    for number, call in enumerate(calls):
        request = done[number]
        assert request.outputs == call.max_tokens
        assert request.arrived_ns + MS <= request.admitted_ns
        assert request.admitted_ns < request.first_ns <= request.finished_ns
    pool = simulation.scheduler.memory.pool
    assert (pool.free, pool.used) == (pool.usable, 0)


def test_a_stretch_sums_up_its_steps() -> None:
    simulation = simulation_of(
        SchedulerRules(max_model_len=256), macro_steps=True
    )
    simulation.submit(TwinRequest(0, 10, 40))
    first, rest = simulation.advance(), simulation.advance()
    assert first is not None
    assert rest is not None
    assert (first.steps, rest.steps) == (1, 39)
    steps = [rest.end_ps(n) for n in range(40)]
    gaps = [b - a for a, b in zip(steps, steps[1:], strict=False)]
    assert gaps[0] == rest.first_ps
    assert {b - a for a, b in zip(gaps, gaps[1:], strict=False)} == {
        rest.growth_ps
    }


@pytest.mark.parametrize("is_async", [False, True])
def test_a_request_that_leaves_makes_room(is_async: bool) -> None:
    simulation = simulation_of(
        SchedulerRules(
            max_model_len=256, max_num_seqs=1, async_scheduling=is_async
        )
    )
    first, second = TwinRequest(0, 10, 200), TwinRequest(1, 10, 2)
    simulation.submit(first)
    simulation.submit(second)
    simulation.advance(2000 * MS)
    simulation.cancel(first)
    simulation.cancel(first)
    while not second.finished:
        assert simulation.advance() is not None
    assert simulation.scheduler.memory.pool.used == 0


def test_the_front_is_told_to_wait_for_arrivals() -> None:
    simulation = simulation_of(SchedulerRules(max_model_len=256))
    assert simulation.next_ps() is None
    simulation.submit(TwinRequest(0, 10, 1, arrived_ns=5 * MS))
    assert simulation.next_ps() == 6 * MS * 1000
    assert simulation.advance(6 * MS * 1000 - 1) is None


def test_who_is_preempted_during_its_last_step_is_over() -> None:
    simulation = simulation_of(
        SchedulerRules(max_model_len=256, async_scheduling=True)
    )
    request = TwinRequest(0, 10, 2)
    simulation.submit(request)
    for _ in range(2):  # its prompt, and the step that makes its last token
        simulation.advance()
        if not request.preemptions:
            simulation.preempt(request)
    assert request.finished or simulation.scheduler.waiting
    while simulation.advance() is not None:
        pass
    assert request.finished
    assert simulation.is_idle
    assert simulation.scheduler.memory.pool.used == 0
