"""Blocks, memory, the time of a step, power and profiles, each alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.engine.twin.blocks import BlockPool, KVMemory
from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.memory import OutOfMemoryError, groups_of
from inferometer.engine.twin.power import step_power_w
from inferometer.engine.twin.profiles import (
    FILES,
    CardProfile,
    HostProfile,
    LinkProfile,
    ModelShape,
    ProfileError,
    StackProfile,
    load_link,
    load_profile,
    profiles,
    unverified,
)
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.scheduler import VERSIONS
from inferometer.engine.twin.step_time import Busy, StepTime, _pairs

R9700 = TwinSettings(
    card="r9700",
    model="llama-3.1-8b",
    stack="vllm-0.10.2-eager",
    host="threadripper",
    max_model_len=1280,
)


def step_time(
    *,
    tp: int = 1,
    stack: str = "vllm-0.10.2-eager",
    model: str = "llama-3.1-8b",
    link: str = "pcie4x16",
) -> StepTime:
    return StepTime(
        load_profile(CardProfile, "r9700"),
        load_profile(ModelShape, model),
        load_profile(StackProfile, stack),
        load_profile(HostProfile, "threadripper"),
        load_link(link),
        tp=tp,
    )


def test_the_least_recently_freed_block_is_taken_first() -> None:
    pool = BlockPool(6, uncached_first=False)
    first, second = pool.take(2), pool.take(2)
    pool.give_back(second)
    pool.give_back(reversed(first))
    assert pool.take(5) == [5, *second, *reversed(first)]


def test_newer_engines_take_blocks_without_content_first() -> None:
    pool = BlockPool(6)
    taken = pool.take(3)
    pool.cache(taken[:2], [11, 12], 0)
    pool.give_back(reversed(taken))
    assert pool.take(5) == [taken[2], 4, 5, taken[1], taken[0]]


def test_equal_blocks_are_kept_apart_and_found_one_after_another() -> None:
    pool = BlockPool(4)
    one, two, three = pool.take(3)
    for block in (one, two, three):
        pool.cache([block], [7], 0)
    pool.give_back([one, three])
    assert pool.find(7, 0) == one
    assert pool.take(1) == [one]
    assert pool.find(7, 0) == two
    assert pool.take(1) == [three]
    pool.give_back([two])
    assert pool.take(1) == [two]
    assert pool.find(7, 0) == 0


@given(
    st.lists(
        st.tuples(st.sampled_from(["take", "give", "hit"]), st.integers(0, 7)),
        max_size=80,
    )
)
def test_the_free_list_is_the_plain_list_that_it_stands_for(
    moves: list[tuple[str, int]],
) -> None:
    """A hit takes blocks out of its middle; all blocks have content."""
    pool, plain, held = BlockPool(9), list(range(1, 9)), list[list[int]]()
    cached: set[int] = set()
    for keys, (move, number) in enumerate(moves):
        if move == "take" and number <= pool.free:
            held.append(pool.take(number))
            assert held[-1] == plain[:number]
            del plain[:number]
            pool.cache(held[-1], [8 * keys + b for b in range(number)], 0)
            cached |= {*held[-1]}
        elif move == "give" and held:
            given_back = held.pop(number % len(held))[::-1]
            pool.give_back(given_back)
            still = {block for table in held for block in table}
            plain += [block for block in given_back if block not in still]
        elif move == "hit" and number in cached:
            pool.touch([number])
            held.append([number])
            plain = [block for block in plain if block != number]
        assert pool.free == len(plain)


def test_hits_without_end_do_not_make_the_free_list_grow() -> None:
    pool = BlockPool(4)
    one, two = pool.take(2)
    pool.cache([one, two], [1, 2], 0)
    pool.give_back([two, one])
    for _ in range(1000):
        pool.touch([one])
        pool.give_back([one])
    assert len(pool._queue) <= 2 * 4
    assert pool.take(3) == [3, two, one]


@given(st.lists(st.integers(0, 5), max_size=40))
def test_no_block_is_lost_or_used_twice(sizes: list[int]) -> None:
    memory = KVMemory(12, block_size=4, windows=(None, 8))
    held: list[list[list[int]]] = []
    for size in sizes:
        if (
            size
            and memory.needed(memory.new_tables(), size * 4, None)
            <= memory.pool.free
        ):
            tables = memory.new_tables()
            memory.extend(tables, size * 4)
            memory.leave_behind(tables, size * 4)
            held.append(tables)
        elif held:
            memory.release(held.pop(0))
        used = [b for tables in held for table in tables for b in table if b]
        assert len(used) == len(set(used)) == memory.pool.used
        assert memory.pool.free + memory.pool.used == 11


def test_keys_of_different_prompts_end_differently() -> None:
    """A dictionary looks at their last bits first."""
    keys = {
        key % (1 << 16)
        for number in range(32)
        for key in TwinRequest(number, 1024, 1).keys_of(64, 16)
    }
    assert len(keys) == 32 * 64


def test_keys_depend_on_all_tokens_before() -> None:
    one = TwinRequest(0, 8, 4, prompt=[1, 2, 3, 4, 5, 6, 7, 8])
    two = TwinRequest(1, 8, 4, prompt=[9, 2, 3, 4, 5, 6, 7, 8])
    alike = TwinRequest(
        2,
        6,
        4,
        prompt=[1, 2, 3, 4, 5, 6],
        answer=lambda _, tokens: [7] * tokens,
    )
    assert one.keys_of(2, 4)[1] != two.keys_of(2, 4)[1]
    assert one.keys_of(1, 4) == alike.keys_of(2, 4)[:1]
    assert one.keys_of(2, 4) != alike.keys_of(2, 4)


@pytest.mark.parametrize(
    ("settings", "blocks"),
    [
        (R9700, 5300),  # how many of 82 prompts a ladder lets in: 79 or 80
        (
            TwinSettings(
                card="rtx-4090", model="llama-3.1-8b", max_model_len=8192
            ),
            2588,
        ),
    ],
)
def test_kv_blocks_are_predicted(settings: TwinSettings, blocks: int) -> None:
    assert make_twin(settings).memory.blocks == pytest.approx(blocks, rel=0.05)


def test_what_a_step_may_hold_costs_kv_blocks() -> None:
    small = make_twin(R9700).memory
    large = make_twin(replace(R9700, max_num_batched_tokens=16384)).memory
    assert large.activation > 3 * small.activation
    assert large.blocks < small.blocks


def test_what_does_not_fit_fails_in_the_words_of_vllm() -> None:
    with pytest.raises(
        OutOfMemoryError,
        match=r"^No available memory for the cache blocks\. Try",
    ):
        make_twin(replace(R9700, model="llama-3.1-70b"))
    with pytest.raises(
        OutOfMemoryError,
        match=r"max seq len \(131072\), \(16\.00 GiB KV cache .* estimated maximum model length is (\d+)\.",
    ) as refused:
        make_twin(replace(R9700, max_model_len=131_072))
    longest = int(
        str(refused.value).partition("model length is ")[2].partition(".")[0]
    )
    make_twin(replace(R9700, max_model_len=longest))
    with pytest.raises(OutOfMemoryError):
        make_twin(replace(R9700, max_model_len=longest + 16))


@pytest.mark.parametrize(
    ("model", "groups"),
    [
        ("llama-3.1-8b", (32, (None,))),
        ("gpt-oss-20b", (12, (None, 128))),
        ("gemma-3-27b", (10, (None, *[1024] * 6))),
    ],
)
def test_layers_are_grouped_as_vllm_groups_them(
    model: str, groups: object
) -> None:
    assert groups_of(load_profile(ModelShape, model)) == groups


@pytest.mark.parametrize(
    ("model", "billions"),
    [
        ("llama-3.1-8b", 8.030),
        ("llama-3.1-70b", 70.55),
        ("qwen3-14b", 14.77),
        ("gemma-3-27b", 27.01),
        ("deepseek-llm-7b", 6.910),
        ("qwen-7b", 7.721),
        ("qwen2.5-7b", 7.616),
    ],
)
def test_models_have_as_many_weights_as_they_say(
    model: str, billions: float
) -> None:
    shape = load_profile(ModelShape, model)
    assert shape.resident_bytes / 2e9 == pytest.approx(billions, rel=0.002)


def test_the_weights_of_a_dense_model_are_read_once_a_step() -> None:
    """8B at 640 GB/s and 0.8: 15 GB take 29.3 ms, and 4.7 ms are the host's."""
    lone = step_time().decode(1)
    assert lone.memory_ps / 1e9 == pytest.approx(29.3, rel=0.01)
    assert lone.total_ps / 1e9 == pytest.approx(29.3 + 4.7, rel=0.02)
    assert step_time().decode(8).memory_ps == lone.memory_ps


def test_experts_are_read_as_they_are_hit() -> None:
    moe = step_time(model="gpt-oss-20b", tp=2)
    few, many, all_of_them = (moe.decode(n).memory_ps for n in (1, 16, 512))
    assert few < many < all_of_them
    assert all_of_them < 1.02 * moe.decode(1024).memory_ps


def test_graphs_pad_to_a_captured_size() -> None:
    graphs = step_time(stack="vllm-0.10.2-graphs")
    assert graphs.decode(17).compute_ps == graphs.decode(24).compute_ps
    assert graphs.decode(24).compute_ps < graphs.decode(25).compute_ps
    eager = step_time()
    assert eager.decode(17).compute_ps < eager.decode(24).compute_ps


@given(st.integers(0, 60), st.integers(1, 60), st.integers(1, 80))
def test_attention_is_counted_pair_by_pair(
    start: int, tokens: int, window: int
) -> None:
    assert _pairs(start, tokens, window) == sum(
        min(place + 1, window) for place in range(start, start + tokens)
    )


def test_a_step_of_2048_tokens_is_bound_by_arithmetic() -> None:
    """As in the ladder of host C where nothing hits: 78 requests decode beside two prompts, and p99
    ITL is 357 to 371 ms.
    """
    shares = [(TwinRequest(n, 1023, 128), 1060, 1) for n in range(78)]
    shares += [(TwinRequest(78, 1023, 128), 512, 511)]
    shares += [(TwinRequest(79, 1023, 128), 0, 1023)]
    shares += [(TwinRequest(80, 1023, 128), 0, 436)]
    busy = step_time(stack="vllm-0.10.2-rocm7.0-eager").step(shares)
    assert busy.compute_ps > 5 * busy.memory_ps
    assert 300 < busy.total_ps / 1e9 < 450


def test_fewer_lanes_are_slower_in_proportion() -> None:
    full, half = (
        load_link(name).ring_s(2, 1 << 20) for name in ("pcie5x16", "pcie5x8")
    )
    assert half == pytest.approx(2 * full)
    assert load_link("pcie5") == load_link("pcie5x16")
    with pytest.raises(ProfileError, match="pcie9"):
        load_link("pcie9x16")


def test_power_lies_between_idle_and_limit() -> None:
    card = load_profile(CardProfile, "r9700")
    idle, decode, prefill = (
        step_power_w(card, busy)
        for busy in (Busy(0, 0, 0), Busy(100, 10, 80), Busy(100, 95, 10))
    )
    assert card.idle_w == idle < decode < prefill <= card.limit_w


@pytest.mark.parametrize("kind", FILES, ids=lambda kind: kind.__name__)
def test_every_number_has_a_source(kind: type) -> None:
    for name, profile in profiles(kind).items():
        for field, said in profile.items():
            assert said.keys() <= {"value", "source", "unverified"}, (
                name,
                field,
            )
            assert said["source"], (name, field)
        load_profile(kind, name)


def test_profiles_name_what_there_is() -> None:
    for stack in profiles(StackProfile):
        assert load_profile(StackProfile, stack).rules in VERSIONS
    for card in profiles(CardProfile):
        load_link(load_profile(CardProfile, card).link)
    assert set(profiles(LinkProfile)) >= {"pcie4", "pcie4-nop2p", "nvlink4"}


def test_a_guess_says_that_it_is_one() -> None:
    assert {"bandwidth_gb_s", "dense_tflops"} <= set(
        unverified(CardProfile, "k100-ai")
    )
    for kind in FILES:
        for name, profile in profiles(kind).items():
            for field, said in profile.items():
                if "guess" in said["source"]:
                    assert said.get("unverified"), (name, field)
