"""Prompts in pieces: equal keys make equal beginnings, lengths are exact, and all of it follows
from the identity.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from inferometer.request import Prompt
from inferometer.spec.workload import PrefixWorkload
from inferometer.workload import (
    TokenCounter,
    TokenIds,
    WordCounter,
    Workload,
    build_workload,
)
from inferometer.workload.pieces import Piece, compose, phrases
from tests.workload.word_server import AROUND_TEXT, IDENTITY, IDS, text_counter

COUNTERS: dict[str, tuple[TokenIds | TokenCounter, int]] = {
    "ids": (IDS, 0),
    "text": (text_counter(), AROUND_TEXT),
}
"""With what stands around a prompt."""

both = pytest.mark.parametrize(
    ("counter", "around"), COUNTERS.values(), ids=COUNTERS.keys()
)

PROMPTS = [
    [Piece(("a",), 20), Piece(("own", 0), 5)],
    [Piece(("a",), 20), Piece(("b",), 30), Piece(("own", 1), 7)],
    [Piece(("b",), 30), Piece(("a",), 20)],
    [Piece(("a",), 12)],
]


def tokens(prompt: Prompt) -> Sequence[Any]:
    return prompt.split() if isinstance(prompt, str) else list(prompt)


@both
def test_lengths_are_those_of_the_pieces(
    counter: TokenIds | TokenCounter, around: int
) -> None:
    made = compose(PROMPTS, counter, IDENTITY)
    assert list(made.lengths) == [25, 57, 50, 12]
    assert [len(tokens(prompt)) + around for prompt in made.prompts] == [
        25,
        57,
        50,
        12,
    ]
    assert made.exact


@both
def test_equal_keys_make_equal_beginnings(
    counter: TokenIds | TokenCounter, around: int
) -> None:
    first, second, other, short = (
        tokens(prompt) for prompt in compose(PROMPTS, counter, IDENTITY).prompts
    )
    assert first[: 20 - around] == second[: 20 - around]
    assert first[20 - around] != second[20 - around]
    assert (
        short == first[: 12 - around]
    )  # of one key, the shorter is the beginning of the longer
    assert other[:3] != first[:3]


@both
def test_everything_follows_from_the_identity(
    counter: TokenIds | TokenCounter, around: int
) -> None:
    one, same, other = (
        compose(PROMPTS, counter, identity)
        for identity in (IDENTITY, IDENTITY, (8, "point", 0))
    )
    assert one == same
    assert not {tuple(tokens(p)[:4]) for p in one.prompts} & {
        tuple(tokens(p)[:4]) for p in other.prompts
    }
    assert (
        list(compose(PROMPTS[:2], counter, IDENTITY).prompts)
        == list(one.prompts)[:2]
    )


def test_a_text_shorter_than_what_stands_around_is_made_longer() -> None:
    made = compose(
        [[Piece(("a",), 1)], [Piece(("b",), 0)], [Piece(("c",), 9)]],
        text_counter(),
        IDENTITY,
    )
    assert list(made.lengths) == [2, 2, 9]
    assert made.exact


def test_without_fitting_texts_go_on_where_others_end() -> None:
    grown = [[Piece(("turn", j), 10) for j in range(i + 1)] for i in range(4)]
    made = compose(grown, WordCounter(1.3, 4), IDENTITY, fit=False)
    for shorter, longer in zip(made.prompts, made.prompts[1:], strict=False):
        assert str(longer).startswith(str(shorter))
    assert list(made.lengths) == WordCounter(1.3, 4).count(
        [str(prompt) for prompt in made.prompts]
    )
    assert not made.exact


def test_phrases_are_about_as_long_as_they_say() -> None:
    texts = phrases(
        [Piece(("a",), 10), Piece(("b",), 1), Piece(("c",), 0)],
        WordCounter(2.0, 9),
        IDENTITY,
    )
    assert {key: len(text.split()) for key, text in texts.items()} == {
        ("a",): 5,
        ("b",): 1,
        ("c",): 1,
    }


# prefixes


def build(
    n: int, counter: TokenIds | TokenCounter, attempt: int = 0, **fields: Any
) -> Workload:
    spec = PrefixWorkload.model_validate(
        {
            "num_prefixes": 4,
            "prefix_len": 30,
            "suffix_len": 10,
            "output_len": 3,
            **fields,
        }
    )
    return build_workload(
        spec,
        n,
        identity=IDENTITY,
        counting=lambda: counter,
        chat=False,
        attempt=attempt,
    )


@both
def test_each_prefix_comes_once_before_any_comes_again(
    counter: TokenIds | TokenCounter, around: int
) -> None:
    work = build(14, counter)
    begins = [tuple(tokens(r.prompt)[: 30 - around]) for r in work.requests]
    suffixes = {tuple(tokens(r.prompt)[30 - around :]) for r in work.requests}
    assert {(r.prompt_tokens, r.max_tokens) for r in work.requests} == {(40, 3)}
    assert len(suffixes) == 14
    for start in (0, 4, 8):
        assert set(begins[start : start + 4]) == set(begins)
    assert len(set(begins)) == 4
    assert (work.reusable_tokens, work.exact) == (30, True)


@both
def test_the_hit_rate_is_the_one_that_was_built(
    counter: TokenIds | TokenCounter, around: int
) -> None:
    """Held against a cache that remembers every beginning."""
    work = build(14, counter)
    seen: set[tuple[Any, ...]] = set()
    found = 0
    for request in work.requests:
        prompt = tuple(tokens(request.prompt))
        found += next(
            (
                n + around
                for n in range(len(prompt), 0, -1)
                if prompt[:n] in seen
            ),
            0,
        )
        seen |= {prompt[:n] for n in range(1, len(prompt) + 1)}
    assert (
        work.origin["expected_hit_rate"]
        == pytest.approx(found / (14 * 40), abs=0.01)
        == pytest.approx(10 * 30 / 560)
    )


def test_fewer_requests_are_the_first_of_more_and_prefixes_come_in_a_random_order() -> (
    None
):
    few, more = build(6, IDS), build(100, IDS)
    assert few.requests == more.requests[:6]
    first = [tuple(tokens(r.prompt)[:5]) for r in more.requests]
    orders = {tuple(first[i : i + 4]) for i in range(0, 100, 4)}
    assert len(orders) > 5


def test_another_attempt_has_other_prompts() -> None:
    one, other = (
        {tuple(tokens(r.prompt)[:4]) for r in build(20, IDS, attempt).requests}
        for attempt in (0, 1)
    )
    assert not one & other


def test_no_requests_at_all() -> None:
    assert build(0, IDS).requests == []
    assert build(0, text_counter()).requests == []
    assert np.isfinite(build(0, IDS).origin["expected_hit_rate"])
