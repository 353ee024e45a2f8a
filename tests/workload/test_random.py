"""Random prompts: of the asked length, the same for the same identity, and with no beginning in
common for any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from inferometer.request import Request
from inferometer.spec.run import RandomWorkload
from inferometer.workload import (
    TokenCounter,
    TokenIds,
    WordCounter,
    Workload,
    random_workload,
)

IDS = TokenIds(np.arange(1000, 3000), "ids of a test")
WORDS = WordCounter()

both = pytest.mark.parametrize("counter", [IDS, WORDS], ids=["ids", "text"])


def make(
    n: int = 20,
    point: str = "p",
    seed: int = 0,
    repeat: int = 0,
    *,
    counter: TokenIds | TokenCounter = IDS,
    attempt: int = 0,
    **spec: float,
) -> Workload:
    identity = (seed, point, repeat)
    return random_workload(
        RandomWorkload.model_validate(spec),
        n,
        identity=identity,
        counter=counter,
        attempt=attempt,
    )


def tokens(request: Request) -> Sequence[object]:
    return (
        request.prompt.split()
        if isinstance(request.prompt, str)
        else list(request.prompt)
    )


@both
def test_prompts_are_as_long_as_asked(counter: TokenIds | TokenCounter) -> None:
    work = make(input_len=100, output_len=7, counter=counter)
    assert [
        (r.id, len(tokens(r)), r.prompt_tokens, r.max_tokens)
        for r in work.requests
    ] == [(i, 100, 100, 7) for i in range(20)]
    assert work.counting == counter.how
    assert work.exact is isinstance(counter, TokenIds)


@both
def test_a_prefix_comes_before_the_own_part_and_is_the_same_in_all(
    counter: TokenIds | TokenCounter,
) -> None:
    work = make(input_len=50, prefix_len=30, counter=counter)
    assert (
        {len(tokens(r)) for r in work.requests}
        == {r.prompt_tokens for r in work.requests}
        == {80}
    )
    assert len({tuple(tokens(r)[:30]) for r in work.requests}) == 1
    assert len({tuple(tokens(r)[30:34]) for r in work.requests}) == 20
    other = make(input_len=50, prefix_len=30, counter=counter, point="other")
    assert tokens(other.requests[0])[:8] != tokens(work.requests[0])[:8]


@both
def test_another_attempt_has_the_same_lengths_and_shares_no_beginning(
    counter: TokenIds | TokenCounter,
) -> None:
    attempts = [
        make(
            input_len=20,
            prefix_len=8,
            range_ratio=0.3,
            counter=counter,
            attempt=attempt,
        )
        for attempt in range(3)
    ]
    lengths = [
        [(r.prompt_tokens, r.max_tokens) for r in work.requests]
        for work in attempts
    ]
    assert lengths[0] == lengths[1] == lengths[2]
    beginnings = [tuple(tokens(work.requests[0])[:4]) for work in attempts]
    assert len(set(beginnings)) == 3
    again = make(
        input_len=20, prefix_len=8, range_ratio=0.3, counter=counter, attempt=2
    )
    assert again.requests == attempts[2].requests


@both
def test_lengths_fill_the_range(counter: TokenIds | TokenCounter) -> None:
    work = make(
        n=2000, input_len=10, output_len=4, range_ratio=0.5, counter=counter
    )
    assert {r.prompt_tokens for r in work.requests} == set(range(5, 16))
    assert {r.max_tokens for r in work.requests} == {2, 3, 4, 5, 6}
    assert all(len(tokens(r)) == r.prompt_tokens for r in work.requests)
    lengths = [(r.prompt_tokens, r.max_tokens) for r in work.requests]
    assert (
        abs(np.corrcoef(np.array(lengths).T)[0, 1]) < 0.1
    )  # drawn apart from each other


@both
def test_no_two_points_share_a_beginning(
    counter: TokenIds | TokenCounter,
) -> None:
    """400 points that differ in seed, name or repeat by as little as can be: 4,000 prompts, 4,000
    beginnings.
    """
    points = product(range(4), (f"p{i}" for i in range(25)), range(4))
    made = [
        make(10, point, seed, repeat, counter=counter, input_len=16)
        for seed, point, repeat in points
    ]
    beginnings = [tuple(tokens(r)[:8]) for work in made for r in work.requests]
    assert len(beginnings) == len(set(beginnings)) == 4000


@both
def test_the_same_identity_makes_the_same_requests(
    counter: TokenIds | TokenCounter,
) -> None:
    assert make(counter=counter, range_ratio=0.3) == make(
        counter=counter, range_ratio=0.3
    )


@both
def test_fewer_requests_of_an_identity_are_the_first_of_more(
    counter: TokenIds | TokenCounter,
) -> None:
    few, more = (
        make(n, counter=counter, input_len=40, range_ratio=0.5, prefix_len=10)
        for n in (7, 30)
    )
    assert few.requests == more.requests[:7]


@both
def test_lengths_may_be_normal_about_a_mean(
    counter: TokenIds | TokenCounter,
) -> None:
    """Mean and deviation within 5 standard errors, and nothing beyond four deviations."""
    work = random_workload(
        RandomWorkload(scenario="N(60,8)/(20,3)"),
        4000,
        identity=(0, "p", 0),
        counter=counter,
    )
    for lengths, mean, sigma in (
        ([r.prompt_tokens for r in work.requests], 60, 8),
        ([r.max_tokens for r in work.requests], 20, 3),
    ):
        assert abs(np.mean(lengths) - mean) < 5 * sigma / np.sqrt(4000)
        assert (
            abs(np.std(lengths) / sigma - 1) < 5 / np.sqrt(2 * 4000) + 0.01
        )  # rounding to whole tokens adds 1/12
        assert mean - 4 * sigma <= min(lengths) < mean - 2.5 * sigma
        assert mean + 2.5 * sigma < max(lengths) <= mean + 4 * sigma
    assert all(len(tokens(r)) == r.prompt_tokens for r in work.requests)


def test_lengths_may_be_uniform_between_any_two() -> None:
    work = random_workload(
        RandomWorkload(scenario="U(3,6)/(1,2)"),
        400,
        identity=(0, "p", 0),
        counter=IDS,
    )
    assert {r.prompt_tokens for r in work.requests} == {3, 4, 5, 6}
    assert {r.max_tokens for r in work.requests} == {1, 2}


def test_identities_whose_parts_run_together_are_different() -> None:
    assert make(seed=1, point="1").requests != make(seed=11, point="").requests


def test_ids_come_from_the_whole_pool_and_nowhere_else() -> None:
    pool = np.array([3, 70, 900, 151_000])
    work = make(50, counter=TokenIds(pool, "few"), input_len=20)
    assert {token for r in work.requests for token in tokens(r)} == {
        3,
        70,
        900,
        151_000,
    }
    assert all(
        type(token) is int for token in tokens(work.requests[0])
    )  # what a JSON encoder takes


def test_many_prompts_share_the_numbers_they_are_made_of() -> None:
    """Memory: two million tokens as two million objects would be 64 MB more."""
    work = make(50, input_len=1000)
    assert len(
        {id(token) for r in work.requests for token in tokens(r)}
    ) <= len(IDS.pool)


def test_no_requests_at_all() -> None:
    assert make(0).requests == []
    assert make(0, counter=WORDS).requests == []
