"""Text of an exact length, with tokenizers that each have a way of their own to get it wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from zlib import crc32

import pytest

from inferometer.spec.run import RandomWorkload
from inferometer.workload import WordCounter, Workload, random_workload
from inferometer.workload.text import SAMPLE, find_vocabulary
from inferometer.workload.words import WORDS

BOS = 1
NEWLINE = 2


def words_and_lines(text: str) -> list[str]:
    """As byte-level BPE cuts a text: a word with the space before it, a line's end by itself."""
    return re.findall(r"\n| ?[^\s]+", text)


@cache
def number(piece: str, salt: int = 0) -> int:
    return (
        NEWLINE
        if piece == "\n"
        else 10 + crc32(f"{salt}{piece}".encode()) % 100_000
    )


def one_each(text: str) -> list[int]:
    return [number(piece) for piece in words_and_lines(text)]


def half_in_two(text: str) -> list[int]:
    """Every other word is two tokens; and a word without a space before it (the first of a text)
    usually is, too.
    """
    ids = []
    for piece in words_and_lines(text):
        split = piece != "\n" and (
            number(piece) % 2 == 0
            if piece[0] == " "
            else number(piece) % 4 != 0
        )
        ids += [number(piece), number(piece, 1)] if split else [number(piece)]
    return ids


def beginning_marked(text: str) -> list[int]:
    return [BOS, *half_in_two(text)]


def by_spaces(text: str) -> list[int]:
    """Line ends vanish, as in a plain `str.split`."""
    return [number(word) for word in text.split()]


def pairs_merge(text: str) -> list[int]:
    """Some neighbours become one token: words alone do not tell the length."""
    ids: list[int] = []
    previous = ""
    for piece in words_and_lines(text):
        if (
            "\n" not in previous + piece
            and crc32((previous + piece).encode()) % 300 == 0
        ):
            ids[-1] = number(previous + piece)
        else:
            ids.append(number(piece))
        previous = piece
    return ids


def by_letters(text: str) -> list[int]:
    return [ord(letter) for letter in text]


@dataclass(eq=False)
class Tokenizer:
    """A counter that adds a chat template of so many tokens, and remembers how often it was
    asked.
    """

    tokenize: Callable[[str], list[int]]
    template: int = 0
    asked: int = 0
    exact: bool = True
    how: str = "a test's own"

    def ids(self, text: str) -> list[int]:
        self.asked += 1
        return self.tokenize(text)

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(self.ids(text)) + self.template for text in texts]


def build(
    counter: Tokenizer | WordCounter, n: int = 200, **spec: Any
) -> Workload:
    return random_workload(
        RandomWorkload.model_validate(spec),
        n,
        identity=(0, "p", 0),
        counter=counter,
    )


def true_lengths(work: Workload, counter: Tokenizer) -> list[int]:
    return counter.count(
        [r.prompt for r in work.requests if isinstance(r.prompt, str)]
    )


@pytest.mark.parametrize("template", [0, 23])
@pytest.mark.parametrize(
    "tokenize",
    [one_each, half_in_two, beginning_marked, by_spaces, pairs_merge],
    ids=lambda t: t.__name__,
)
@pytest.mark.parametrize(
    "spec",
    [
        {"input_len": 300},
        {"input_len": 60, "range_ratio": 0.5},
        {"input_len": 40, "prefix_len": 64},
    ],
    ids=str,
)
def test_every_prompt_has_the_asked_length(
    tokenize: Callable[[str], list[int]], template: int, spec: dict[str, Any]
) -> None:
    counter = Tokenizer(tokenize, template)
    work = build(counter, **spec)
    assert work.exact
    assert work.counting == "a test's own"
    assert true_lengths(work, counter) == [
        r.prompt_tokens for r in work.requests
    ]


@pytest.mark.parametrize(
    "tokenize",
    [one_each, half_in_two, beginning_marked],
    ids=lambda t: t.__name__,
)
def test_a_thousand_prompts_take_a_few_questions(
    tokenize: Callable[[str], list[int]],
) -> None:
    counter = Tokenizer(tokenize, template=9)
    build(counter, n=1000, input_len=1024)
    assert counter.asked <= 2 * SAMPLE + 20
    before = counter.asked
    build(counter, n=5, input_len=100)
    assert counter.asked - before == 5, "which words it has is found out once"


def test_one_miss_in_the_sample_has_every_prompt_counted() -> None:
    counter = Tokenizer(pairs_merge)
    work = build(counter, n=300, input_len=400)
    assert counter.asked > 300
    assert true_lengths(work, counter) == [400] * 300


def test_the_prefix_is_shared_to_the_token() -> None:
    counter = Tokenizer(beginning_marked)
    work = build(counter, input_len=40, prefix_len=64)
    texts = [r.prompt for r in work.requests if isinstance(r.prompt, str)]
    ids = [beginning_marked(text) for text in texts]
    assert len({tuple(each[:64]) for each in ids}) == 1
    assert len({each[64] for each in ids}) > 50  # the very next one differs
    assert len({tuple(each[64:70]) for each in ids}) == 200


def test_a_vocabulary_holds_the_words_that_are_one_token() -> None:
    found = find_vocabulary(Tokenizer(half_in_two, template=5))
    assert set(found.words) == {
        word for word in WORDS if number(f" {word}") % 2 == 1
    }
    assert len(found.first) > 1
    assert set(found.first) <= {
        word for word in found.words if number(word) % 4 == 0
    }
    assert (found.overhead, found.tokens_per_word) == (5, 1.0)


def test_lengths_that_cannot_be_met_are_not_called_exact() -> None:
    """A word is several letters, so not every length in letters can be had; it is missed by less
    than two words, and said.
    """
    counter = Tokenizer(by_letters)
    work = build(counter, n=20, input_len=501)
    off = [abs(length - 501) for length in true_lengths(work, counter)]
    assert work.exact == (max(off) == 0)
    assert not work.exact
    assert max(off) < 12
    assert (
        work.counting == "a test's own; some prompts could not be made to fit"
    )


def test_a_length_below_the_template_is_refused() -> None:
    assert build(Tokenizer(one_each, template=23), input_len=24).exact
    with pytest.raises(
        ValueError,
        match=(
            r"^An input of 23 tokens cannot be had: .* alone are 23; ask for more with "
            r"workload\.input_len"
        ),
    ):
        build(Tokenizer(one_each, template=23), input_len=23)


def test_without_a_tokenizer_lengths_are_about_right_and_said_to_be() -> None:
    work = build(
        WordCounter(tokens_per_word=1.25, offset=10), n=3, input_len=110
    )
    assert not work.exact
    assert work.counting.startswith("text of about the length asked for")
    assert [len(str(r.prompt).split()) for r in work.requests] == [
        80,
        80,
        80,
    ]  # (110 - 10) / 1.25


def test_a_counter_that_is_not_the_server_s_is_used_but_not_called_exact() -> (
    None
):
    counter = Tokenizer(half_in_two, exact=False)
    work = build(counter, n=10, input_len=100)
    assert not work.exact
    assert work.counting == "a test's own"
    assert true_lengths(work, counter) == [100] * 10


def test_the_words_are_plain_and_different() -> None:
    assert len(WORDS) == len(set(WORDS)) > 1000
    assert all(re.fullmatch("[a-z]+", word) for word in WORDS)
