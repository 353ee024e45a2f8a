"""What vLLM's scheduler is recorded in: requests, limits and pools that make it chunk, preempt, evict,
wait and hit. Data only; record_schedules.py runs them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

FIRST_TOKEN, TOKENS = 50, 4000


@dataclass(frozen=True)
class Call:
    """One request of a scenario."""

    pieces: tuple[tuple[int, int], ...]
    """The prompt, as (seed, length) of each piece: equal pieces are equal tokens."""
    max_tokens: int
    at_step: int = 0
    """Steps that the engine has taken when it arrives."""
    stops: bool = False
    """Whether the model may end the answer before `max_tokens`."""


@dataclass(frozen=True)
class Scenario:
    name: str
    calls: tuple[Call, ...]
    blocks: int = 120
    """Including the null block."""
    max_num_batched_tokens: int = 512
    max_num_seqs: int = 16
    long_prefill_token_threshold: int = 0
    reserve_full_prompt: bool = True
    prefix_caching: bool = True
    async_scheduling: bool = False
    windows: tuple[int | None, ...] = (None,)
    """Of each group of layers: None attends to all tokens."""
    steps: list[dict[str, Any]] = field(default_factory=list)
    outputs: list[list[int]] = field(default_factory=list)


def tokens_of(pieces: Sequence[Sequence[int]]) -> list[int]:
    return [
        FIRST_TOKEN + (seed * 7919 + place * 31) % TOKENS
        for seed, length in pieces
        for place in range(length)
    ]


def alike(
    count: int, length: int, max_tokens: int, **more: Any
) -> tuple[Call, ...]:
    """Calls of one size with different prompts."""
    return tuple(
        Call(((seed + 1, length),), max_tokens, **more) for seed in range(count)
    )


BESIDE_ANSWERS = (
    *alike(3, 40, 20),
    Call(((9, 1200),), 6, at_step=4),
    Call(((10, 700),), 6, at_step=5),
)
MIXED_LENGTHS = tuple(
    Call(((seed, 17 + seed * 53 % 400),), 3 + seed * 7 % 19, seed * 2 % 11)
    for seed in range(1, 13)
)


def scenarios() -> Iterator[Scenario]:
    for table in (of_the_budget, of_the_pool, of_the_cache, of_the_end):
        yield from table()


def of_the_budget() -> Iterator[Scenario]:
    yield Scenario("one_request", alike(1, 100, 8))
    yield Scenario("one_long_prompt_in_chunks", alike(1, 1300, 4))
    yield Scenario(
        "decode_beside_chunks",
        BESIDE_ANSWERS,
        max_num_batched_tokens=256,
    )
    yield Scenario("burst_over_budget", alike(9, 150, 6))
    yield Scenario("limit_of_sequences", alike(7, 60, 9), max_num_seqs=3)
    yield Scenario(
        "mixed_lengths",
        MIXED_LENGTHS,
        max_num_batched_tokens=300,
        max_num_seqs=6,
    )
    yield Scenario(
        "long_prefill_threshold",
        (Call(((1, 900),), 5), Call(((2, 900),), 5), *alike(2, 30, 12)),
        long_prefill_token_threshold=128,
    )
    yield Scenario(
        "long_prefill_threshold_alone",
        alike(1, 900, 3),
        long_prefill_token_threshold=128,
    )


def of_the_pool() -> Iterator[Scenario]:
    yield Scenario("preemption", alike(6, 120, 60), blocks=30)
    yield Scenario(
        "preemption_cascade",
        tuple(Call(((seed, 60 + 9 * seed),), 70) for seed in range(1, 9)),
        blocks=26,
    )
    yield Scenario(
        "preemption_without_cache",
        alike(6, 120, 60),
        blocks=30,
        prefix_caching=False,
    )
    yield Scenario(
        "preemption_of_a_prefill",
        (*alike(3, 90, 80), Call(((9, 500),), 10, at_step=3)),
        blocks=30,
        max_num_batched_tokens=128,
        reserve_full_prompt=False,
    )
    yield Scenario(
        "first_chunk_admits",
        alike(4, 400, 12),
        blocks=34,
        max_num_batched_tokens=128,
        reserve_full_prompt=False,
    )
    yield Scenario(
        "whole_prompt_admits",
        alike(4, 400, 12),
        blocks=34,
        max_num_batched_tokens=128,
    )
    yield Scenario(
        "head_of_line",
        (
            *alike(2, 300, 24),
            Call(((8, 600),), 4, at_step=2),
            Call(((9, 20),), 4, at_step=3),
        ),
        blocks=32,
    )


def of_the_cache() -> Iterator[Scenario]:
    yield Scenario(
        "equal_prompts_at_once",
        tuple(Call(((1, 200),), 5) for _ in range(4)),
    )
    yield Scenario(
        "whole_blocks_hit",
        (Call(((1, 128),), 3), Call(((1, 128),), 3, at_step=6)),
    )
    yield Scenario(
        "shared_prefix",
        tuple(
            Call(((1, 320), (seed, 40)), 6, at_step=2 * seed)
            for seed in range(2, 9)
        ),
    )
    yield Scenario(
        "cyclic_use_beyond_the_pool",
        tuple(
            Call(((1 + turn % 5, 250),), 4, at_step=5 * turn)
            for turn in range(15)
        ),
        blocks=36,
        max_num_seqs=2,
    )
    yield Scenario(
        "least_recently_used",
        tuple(
            Call(((seed, 200),), 4, at_step=6 * turn)
            for turn, seed in enumerate((1, 2, 3, 1, 4, 5, 1, 2, 3, 4))
        ),
        blocks=25,
    )
    yield Scenario(
        "suffix_goes_before_prefix",
        tuple(
            Call(((1, 256), (seed, length)), 4, at_step=6 * turn)
            for turn, (seed, length) in enumerate(
                ((2, 200), (3, 350), (2, 200), (4, 100), (3, 350))
            )
        ),
        blocks=22,
    )


def of_the_end() -> Iterator[Scenario]:
    yield Scenario(
        "ends_of_sequence",
        tuple(Call(((seed, 50),), 60, stops=True) for seed in range(1, 9)),
        max_num_seqs=4,
    )
    yield Scenario(
        "ends_under_pressure",
        tuple(Call(((seed, 90),), 90, stops=True) for seed in range(1, 11)),
        blocks=24,
    )
    yield Scenario(
        "no_cache",
        tuple(Call(((1, 300),), 5, at_step=3 * turn) for turn in range(4)),
        prefix_caching=False,
    )
    yield Scenario(
        "up_to_the_longest",
        (Call(((1, 2000),), 48), Call(((2, 30),), 60)),
        blocks=100,
    )


def of_windows() -> Iterator[Scenario]:
    """Layers in two and three groups; what is behind a window of 96 tokens is given back."""
    both = (None, 96)
    yield Scenario("window_one_long_prompt", alike(1, 700, 40), windows=both)
    yield Scenario(
        "window_two_groups_of_it",
        (*alike(2, 250, 40), Call(((9, 500),), 9, at_step=5)),
        windows=(None, 96, 96),
        max_num_batched_tokens=200,
    )
    yield Scenario(
        "window_preemption",
        alike(6, 200, 80),
        blocks=60,
        max_num_batched_tokens=256,
        windows=both,
    )
    yield Scenario(
        "window_shared_prefix",
        tuple(
            Call(((1, 320), (seed, 40 + 31 * seed)), 6, at_step=3 * seed)
            for seed in range(2, 9)
        ),
        windows=both,
    )
    yield Scenario(
        "window_evicted_before_it_hits",
        tuple(
            Call(((seed, 260),), 5, at_step=7 * turn)
            for turn, seed in enumerate((1, 2, 1, 3, 4, 1, 5, 2, 3, 1))
        ),
        blocks=44,
        windows=both,
    )
    yield Scenario(
        "window_head_of_line",
        (
            *alike(2, 300, 24),
            Call(((8, 600),), 4, at_step=2),
            Call(((9, 20),), 4, at_step=3),
        ),
        blocks=60,
        windows=both,
    )


def of_sglang() -> Iterator[Scenario]:
    """A block is a token, and `max_num_batched_tokens` a chunk of prompts."""
    for table in (of_prompts_first, of_the_radix_tree, of_room_for_answers):
        yield from table()


def of_prompts_first() -> Iterator[Scenario]:
    yield Scenario("one_request", alike(1, 100, 8), blocks=4000)
    yield Scenario("one_long_prompt_in_chunks", alike(1, 1300, 4), blocks=4000)
    yield Scenario(
        "answers_wait_for_prompts",
        BESIDE_ANSWERS,
        blocks=4000,
        max_num_batched_tokens=256,
    )
    yield Scenario("burst_over_a_chunk", alike(9, 150, 6), blocks=4000)
    yield Scenario(
        "limit_of_sequences", alike(7, 60, 9), blocks=4000, max_num_seqs=3
    )
    yield Scenario(
        "mixed_lengths",
        MIXED_LENGTHS,
        blocks=6000,
        max_num_batched_tokens=300,
        max_num_seqs=6,
    )


def of_the_radix_tree() -> Iterator[Scenario]:
    yield Scenario(
        "prompt_hits_all_but_one",
        (Call(((1, 128),), 3), Call(((1, 128),), 3, at_step=6)),
        blocks=2000,
    )
    yield Scenario(
        "shared_prefix",
        tuple(
            Call(((1, 317), (seed, 40)), 6, at_step=2 * seed)
            for seed in range(2, 9)
        ),
        blocks=4000,
    )
    yield Scenario(
        "equal_prompts_at_once",
        tuple(Call(((1, 200),), 5) for _ in range(4)),
        blocks=2000,
    )
    yield Scenario(
        "cyclic_use_beyond_the_pool",
        tuple(
            Call(((1 + turn % 5, 250),), 4, at_step=6 * turn)
            for turn in range(15)
        ),
        blocks=1100,
    )
    yield Scenario(
        "no_cache",
        tuple(Call(((1, 300),), 5, at_step=3 * turn) for turn in range(4)),
        blocks=4000,
        prefix_caching=False,
    )


def of_room_for_answers() -> Iterator[Scenario]:
    yield Scenario("room_for_whole_answers", alike(6, 120, 60), blocks=700)
    yield Scenario(
        "room_for_part_of_them",
        tuple(
            Call(((seed, 30),), 70, at_step=3 * seed) for seed in range(1, 9)
        ),
        blocks=490,
    )
    yield Scenario(
        "retraction",
        tuple(
            Call(((seed, 20),), 100, at_step=2 * seed) for seed in range(1, 4)
        ),
        blocks=312,
    )
    yield Scenario(
        "retraction_of_the_longer_prompt",
        (
            Call(((1, 20),), 100),
            Call(((2, 30),), 100, at_step=2),
            Call(((3, 23),), 100, at_step=2),
        ),
        blocks=350,
    )
    yield Scenario(
        "retraction_among_many",
        tuple(
            Call(((seed, 14 + 3 * seed),), 80, at_step=2 * seed)
            for seed in range(1, 11)
        ),
        blocks=380,
    )
    yield Scenario(
        "retraction_of_two",
        tuple(
            Call(((seed, 4 + 3 * seed % 7),), 60, at_step=2 * seed)
            for seed in range(1, 11)
        ),
        blocks=380,
    )
    yield Scenario(
        "retraction_without_cache",
        tuple(
            Call(((seed, 20),), 100, at_step=2 * seed) for seed in range(1, 4)
        ),
        blocks=312,
        prefix_caching=False,
    )
    yield Scenario(
        "head_of_line",
        (
            *alike(2, 300, 24),
            Call(((8, 600),), 4, at_step=2),
            Call(((9, 20),), 4, at_step=3),
        ),
        blocks=1000,
    )


def made_up(scenario: Scenario) -> list[list[int]]:
    """Answers of full length: they decide nothing where no token ends one."""
    return [
        tokens_of([(1000 + number, call.max_tokens)])
        for number, call in enumerate(scenario.calls)
    ]


def ahead() -> Iterator[Scenario]:
    """Scenarios that are recorded once more with async scheduling."""
    chosen = {
        "one_request",
        "decode_beside_chunks",
        "burst_over_budget",
        "limit_of_sequences",
        "mixed_lengths",
        "preemption",
        "head_of_line",
        "shared_prefix",
        "ends_of_sequence",
        "ends_under_pressure",
        "cyclic_use_beyond_the_pool",
    }
    for each in scenarios():
        if each.name in chosen:
            fields = {**vars(each), "async_scheduling": True}
            fields |= {"steps": [], "outputs": []}
            yield Scenario(**{**fields, "name": f"{each.name}_async"})
