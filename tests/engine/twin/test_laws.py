"""Laws that every serving engine on real cards was seen to follow; no number of them is fitted here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.engine.twin.blocks import KVMemory
from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.profiles import (
    LinkProfile,
    ModelShape,
    load_link,
    load_profile,
    profiles,
)
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.scheduler import (
    VERSIONS,
    Scheduler,
    SchedulerRules,
)
from inferometer.engine.twin.sglang import SglangScheduler
from inferometer.engine.twin.simulation import run

MS, SECOND = 1_000_000, 1_000_000_000
STUDY = TwinSettings(
    card="r9700",
    model="llama-3.1-8b",
    stack="vllm-0.10.2-rocm7.0-eager",
    host="consumer",
    max_model_len=1280,
)
"""One point of a ladder: 1,024 tokens in, 128 out, eager."""
H100 = TwinSettings(card="h100", model="qwen3-32b", max_model_len=4096)


def burst(
    number: int, *, at_ns: int = 0, prompt: int = 1024, output: int = 128
) -> list[TwinRequest]:
    """Different prompts, all at once; the same ones each time."""
    return [
        TwinRequest(
            each,
            prompt,
            output,
            arrived_ns=at_ns,
            prompt=[each * prompt + i for i in range(prompt)],
        )
        for each in range(number)
    ]


def tpot_ms(done: Sequence[TwinRequest]) -> float:
    each = [(r.finished_ns - r.first_ns) / (r.outputs - 1) for r in done]
    return sum(each) / len(each) / MS


def ttft_ms(done: Sequence[TwinRequest]) -> float:
    return sum(r.first_ns - r.arrived_ns for r in done) / len(done) / MS


def alone(settings: TwinSettings, **lengths: int) -> TwinRequest:
    (done,) = run(make_twin(settings).simulation(), burst(1, **lengths))
    return done


def second_round(number: int) -> tuple[float, float]:
    """The same prompts twice on one server: seconds of the second time, and its hit rate."""
    simulation = make_twin(STUDY).simulation()
    list(run(simulation, burst(number)))
    scheduler: Scheduler = simulation.scheduler
    before = scheduler.queried_tokens, scheduler.hit_tokens
    at_ns = 1000 * SECOND
    done = list(run(simulation, burst(number, at_ns=at_ns)))
    queried = scheduler.queried_tokens - before[0]
    hit = scheduler.hit_tokens - before[1]
    ends = max(each.finished_ns for each in done)
    return (ends - at_ns) / SECOND, hit / queried


def test_a_ladder_falls_off_a_cliff_where_its_prompts_fill_the_pool() -> None:
    """Cyclic use of more than the pool soon hits nothing at all: a tenth more prompts than fit are
    enough, and the whole round takes several times as long.
    """
    blocks = make_twin(STUDY).memory.blocks
    fits = blocks // 72  # a prompt and its answer
    warm_s, hits = second_round(fits - 8)
    cold_s, few = second_round(fits + 8)
    _, none = second_round(fits + 16)
    assert hits > 0.95
    assert few < 0.15
    assert none == 0
    assert cold_s > 2 * warm_s


def test_a_second_card_doubles_the_weights_speed_and_not_the_hosts() -> None:
    one = replace(STUDY, host="threadripper")
    two = replace(one, tp=2, link="pcie4x16")
    ratio = tpot_ms([alone(one)]) / tpot_ms([alone(two)])
    assert 1.5 < ratio < 1.9


def test_a_second_card_more_than_doubles_the_kv_pool() -> None:
    one = make_twin(STUDY).memory.blocks
    two = make_twin(replace(STUDY, tp=2)).memory.blocks
    assert two > 2.5 * one


def test_twice_the_prompts_take_twice_as_long_once_the_pool_is_full() -> None:
    """Until then they take little longer: they are decoded together."""
    settings = replace(STUDY, num_gpu_blocks=1200, prefix_caching=False)

    def seconds(prompts: int) -> float:
        done = run(make_twin(settings).simulation(), burst(prompts, output=240))
        return max(each.finished_ns for each in done) / SECOND

    assert seconds(14) < 1.3 * seconds(7)
    assert seconds(28) > 1.9 * seconds(14)


def test_decode_grows_with_what_is_read() -> None:
    roomy = replace(STUDY, tp=2, link="pcie4x16")
    twin = make_twin(roomy)
    few, more, many = (
        tpot_ms(list(run(twin.simulation(), burst(n)))) for n in (1, 16, 64)
    )
    assert few < more < many


def test_more_and_more_cards_help_less_and_less() -> None:
    two, four, eight = (
        tpot_ms([alone(replace(H100, tp=tp))]) for tp in (2, 4, 8)
    )
    assert two > four > eight
    assert two / four > four / eight


@pytest.mark.parametrize(
    ("tp", "measured_ms"), [(2, 15.9), (4, 10.6), (8, 7.96)]
)
def test_all_reduces_are_counted_once(tp: int, measured_ms: float) -> None:
    """Qwen3-32B on H100 with graphs, 8 users: the host's time per layer has no all-reduces in it."""
    settings = replace(H100, tp=tp, stack="vllm-0.10.2-graphs")
    together = list(run(make_twin(settings).simulation(), burst(8, output=512)))
    last = max(together, key=lambda each: each.first_ns)
    assert tpot_ms([last]) == pytest.approx(measured_ms, rel=0.06)


@pytest.mark.parametrize(
    ("cards", "published_us"),
    [
        (2, {16: 4.5, 128: 4.8, 512: 6.3, 1024: 8.3, 4096: 20.2}),
        (4, {16: 4.8, 128: 5.8, 512: 11.4, 1024: 12.8, 4096: 30.3}),
        (8, {16: 5.3, 64: 6.4, 128: 7.9, 256: 10.8, 512: 12.0, 1024: 15.0}),
    ],
)
def test_all_reduces_of_decode_steps_take_as_long_as_published(
    cards: int, published_us: dict[int, float]
) -> None:
    """H100, vLLM's own all-reduce from a graph, by KiB (ai-dynamo/aiconfigurator)."""
    link = load_link("nvlink4")
    for size, value in published_us.items():
        ours_us = link.all_reduce_s(cards, size << 10, graphs=True) * 1e6
        assert ours_us == pytest.approx(value, rel=0.14), size


@pytest.mark.parametrize("link", profiles(LinkProfile))
def test_larger_messages_and_more_cards_take_longer(link: str) -> None:
    known, sizes = load_link(link), [1 << power for power in range(10, 28)]
    for graphs in (False, True):
        by_cards = [
            [known.all_reduce_s(n, size, graphs=graphs) for size in sizes]
            for n in (2, 4, 8)
        ]
        for times in by_cards:
            assert times == sorted(times)
        small = [times[0] for times in by_cards]
        assert small == sorted(small)


def closed_loop(
    settings: TwinSettings, users: int, rounds: int
) -> list[TwinRequest]:
    """Each user asks again when its answer is complete."""
    simulation = make_twin(settings).simulation()
    for each in burst(users):
        simulation.submit(each)
    done: list[TwinRequest] = []
    number = users
    while (stretch := simulation.advance()) is not None:
        for request in stretch.requests:
            if request.first_ns < 0:
                request.first_ns = stretch.end_ns(1)
            if not request.finished:
                continue
            request.finished_ns = stretch.end_ns(stretch.steps)
            done.append(request)
            if number < users * rounds:
                simulation.submit(
                    TwinRequest(
                        number, 1024, 128, arrived_ns=request.finished_ns
                    )
                )
                number += 1
    return done


def test_a_closed_loop_gets_slower_with_more_users() -> None:
    few, many = (closed_loop(replace(H100, tp=2), n, 4) for n in (8, 128))
    assert len(few) == 32
    assert tpot_ms(many) > 1.5 * tpot_ms(few)
    assert ttft_ms(many) > 2 * ttft_ms(few)


def test_an_open_loop_above_capacity_makes_ttft_grow_and_tpot_not() -> None:
    settings = replace(H100, tp=2, max_num_seqs=64)
    simulation = make_twin(settings).simulation()
    arrivals = [
        TwinRequest(number, 1024, 128, arrived_ns=number * SECOND // 40)
        for number in range(1200)
    ]
    done = sorted(run(simulation, arrivals), key=lambda each: each.number)
    early, late = done[200:400], done[-200:]
    assert ttft_ms(late) > 2 * ttft_ms(early)
    assert tpot_ms(late) < 1.2 * tpot_ms(early)


def test_lanes_matter_for_prompts_first_and_for_one_card_not_at_all() -> None:
    one = replace(STUDY, stack="vllm-0.10.2-eager")
    narrow, wide = (
        alone(replace(one, tp=2, link=link)) for link in ("pcie5x8", "pcie5x16")
    )
    costs_ttft = (ttft_ms([narrow]) - ttft_ms([wide])) / ttft_ms([wide])
    costs_tpot = (tpot_ms([narrow]) - tpot_ms([wide])) / tpot_ms([wide])
    assert costs_ttft > 0.05
    assert 0 <= costs_tpot < 0.02
    single = {
        alone(replace(one, link=link)).finished_ns
        for link in ("pcie5x8", "pcie5x16")
    }
    assert len(single) == 1


def test_the_first_prompt_of_a_warm_server_is_no_prefill() -> None:
    """vLLM's client sends prompt 0 once before it measures."""
    simulation = make_twin(
        replace(STUDY, stack="vllm-0.10.2-eager")
    ).simulation()
    cold = next(run(simulation, burst(1)))
    warm = next(run(simulation, burst(1, at_ns=100 * SECOND)))
    assert warm.hit_tokens == 1008
    assert ttft_ms([warm]) < 0.5 * ttft_ms([cold])


def test_windows_leave_room_for_more() -> None:
    shape = load_profile(ModelShape, "gpt-oss-20b")
    assert shape.windowed_layers == shape.layers // 2
    hybrid = make_twin(
        TwinSettings(card="r9700", model="gpt-oss-20b", tp=2)
    ).memory
    full = hybrid.kv / (2 * 8 / 2 * 64 * 2 * shape.layers) / 131_072
    assert hybrid.concurrency(131_072) > 1.8 * full


@pytest.mark.parametrize(
    "stack", ["vllm-graphs", "vllm-0.10.2-eager", "sglang"]
)
def test_prompts_stall_answers_only_where_they_come_first(stack: str) -> None:
    """A long prompt arrives while another request decodes."""
    settings = replace(H100, tp=2, stack=stack, max_num_batched_tokens=512)
    simulation = make_twin(settings).simulation()
    requests = [
        TwinRequest(0, 32, 400),
        TwinRequest(1, 4000, 2, arrived_ns=SECOND),
    ]
    mixed = 0
    for each in requests:
        simulation.submit(each)
    while (stretch := simulation.advance()) is not None:
        takes_ms = stretch.busy.total_ps / 1e9
        mixed += takes_ms > 25 and requests[0] in stretch.requests
    assert (mixed > 3) == (stack != "sglang")


@given(
    users=st.integers(1, 40),
    prompt=st.integers(1, 900),
    output=st.integers(2, 60),
)
def test_more_work_never_ends_sooner(
    users: int, prompt: int, output: int
) -> None:
    """One request more, in front of an engine that has room for all, delays the last token."""
    twin = make_twin(replace(H100, tp=2))
    few = list(
        run(twin.simulation(), burst(users, prompt=prompt, output=output))
    )
    more = list(
        run(twin.simulation(), burst(users + 1, prompt=prompt, output=output))
    )
    assert max(r.finished_ns for r in more) >= max(r.finished_ns for r in few)


def test_sglang_computes_prompts_alone_the_begun_one_first() -> None:
    """As SGLang 0.5.9 does without mixed chunks: get_next_batch_to_run, PrefillAdder."""
    rules = SchedulerRules(max_num_batched_tokens=64, **VERSIONS["sglang"])
    scheduler = SglangScheduler(rules, KVMemory(100))
    steps = []
    for arriving in ([20], [30], [100, 10], [], [], []):
        for tokens in arriving:
            number = len(scheduler.running) + len(scheduler.waiting)
            scheduler.waiting.append(TwinRequest(number, tokens, 8))
        plan = scheduler.plan()
        steps.append([(each.number, count) for each, _, count in plan.shares])
        scheduler.settle(plan)
    assert steps == [
        [(0, 20)],
        [(1, 30)],
        [(2, 64)],
        [(2, 36), (3, 10)],
        [(0, 1), (1, 1), (2, 1), (3, 1)],
        [(0, 1), (1, 1), (2, 1), (3, 1)],
    ]
