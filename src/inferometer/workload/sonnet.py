"""Prompts of lines drawn from a text, such as a poem: ordinary words in ordinary order, of an exact
length in tokens.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import islice

import numpy as np

from inferometer.request import Request
from inferometer.spec.workload import SonnetWorkload
from inferometer.words import Said
from inferometer.workload.records import text_lines
from inferometer.workload.text import correct, find_vocabulary, too_short
from inferometer.workload.tokens import TokenCounter, how_counted
from inferometer.workload.workload import (
    Identity,
    Workload,
    content_hash,
    seeds_of,
)

MAX_LINES = 100_000
"""Lines of a longer text that are drawn from: the first ones."""

COUNTED_LINES = 64
"""Lines counted to know how long lines are."""


def sonnet_workload(
    spec: SonnetWorkload,
    n: int,
    *,
    identity: Identity,
    counter: TokenCounter,
    attempt: int = 0,
) -> Workload:
    """`n` requests: lines that all share, about `prefix_len` tokens, then lines of their own,
    `input_len` in all.

    The last line is cut, and filled up with single words, until the length is right. Raises
    ValueError.
    """
    lines = _lines(spec)
    vocabulary = find_vocabulary(counter)
    seed = (*identity, attempt)
    words_a_token = _words_a_token(lines, counter, vocabulary.overhead)
    whole = math.ceil((spec.input_len - vocabulary.overhead) * words_a_token)
    if whole < 1:
        raise too_short(spec.input_len, vocabulary)
    shared = round((spec.prefix_len - vocabulary.overhead) * words_a_token)
    prefix = _words(lines, shared, _rng(*seed, "prefix"))
    drawn = [
        [*prefix, *_words(lines, whole - len(prefix), _rng(*seed, i))]
        for i in range(n)
    ]
    targets = np.full(n, spec.input_len, dtype=np.int64)
    exact = counter.exact and correct(
        drawn, targets, vocabulary, counter, _rng(*seed, "filling")
    )
    requests = [
        Request(i, " ".join(words), spec.input_len, spec.output_len)
        for i, words in enumerate(drawn)
    ]
    origin = {
        "file": spec.path,
        "lines": len(lines),
        "sha256": content_hash(requests),
    }
    how = how_counted(counter, "unfit", exact=exact)
    return Workload(
        requests, how, exact, reusable_tokens=spec.prefix_len, origin=origin
    )


def _lines(spec: SonnetWorkload) -> list[str]:
    if spec.prefix_len >= spec.input_len:
        told = {"prefix": spec.prefix_len, "input": spec.input_len}
        raise ValueError(Said("dataset.sonnet.prefix", told))
    lines = list(islice(text_lines(spec.path), MAX_LINES))
    if not lines:
        raise ValueError(Said("dataset.no_lines", {"path": spec.path}))
    return lines


def _rng(*seed: int | str) -> np.random.Generator:
    return np.random.default_rng(seeds_of(seed))


def _words_a_token(
    lines: Sequence[str], counter: TokenCounter, overhead: float
) -> float:
    some = lines[:: max(1, len(lines) // COUNTED_LINES)][:COUNTED_LINES]
    text = "\n".join(some)
    (tokens,) = counter.count([text])
    return len(text.split(" ")) / max(tokens - overhead, 1.0)


def _words(lines: Sequence[str], n: int, rng: np.random.Generator) -> list[str]:
    """`n` words of lines in a random order. What stands at both sides of a line's end is one word
    here: spaces join them.
    """
    words: list[str] = []
    while len(words) < n:
        first, *others = lines[int(rng.integers(len(lines)))].split(" ")
        words[-1:] = (
            [f"{words[-1]}\n{first}", *others] if words else [first, *others]
        )
    return words[: max(n, 0)]
