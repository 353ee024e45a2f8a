"""Made-up prompts in pieces, some of which they share: prefixes, blocks of a trace, turns of a
conversation.

A piece has a key, and one key is always the same words or ids within a point, so that prompts which
begin with the same keys begin with the same tokens. How long they all are is exact with token ids;
with text, prompts are corrected at their very end.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from inferometer.request import Prompt
from inferometer.trace.trace import Column
from inferometer.workload.text import Vocabulary, correct, find_vocabulary
from inferometer.workload.tokens import TokenCounter, TokenIds
from inferometer.workload.workload import seeds_of

Key = tuple[int | str, ...]


class Piece(NamedTuple):
    """Some tokens of a prompt. Of two pieces with one key, the shorter is the beginning of the
    longer.
    """

    key: Key
    tokens: int


@dataclass(frozen=True, slots=True)
class Composed:
    """Prompts, how long each is (tokens), and whether that is the server's own count."""

    prompts: Sequence[Prompt]
    lengths: Sequence[int]
    exact: bool


def compose(
    prompts: Sequence[Sequence[Piece]],
    counter: TokenIds | TokenCounter,
    identity: Key,
    *,
    fit: bool = True,
) -> Composed:
    """Prompts of these pieces; what is random in them follows from `identity` and the keys.

    A text that would be shorter than what stands around any text is made just longer than that.
    Without `fit` texts are left as the pieces make them, and only counted, so that one which
    continues another really does.
    """
    often = Counter(piece.key for prompt in prompts for piece in prompt)
    if isinstance(counter, TokenIds):
        ids = _Drawn(
            counter.pool.astype(object), identity, often
        )  # as objects they share the few numbers there are
        made = [
            [
                token
                for piece in prompt
                for token in ids.of(piece.key, piece.tokens)
            ]
            for prompt in prompts
        ]
        return Composed(made, [len(prompt) for prompt in made], True)
    return _texts(prompts, counter, identity, often, fit=fit)


def _texts(
    prompts: Sequence[Sequence[Piece]],
    counter: TokenCounter,
    identity: Key,
    often: Counter[Key],
    *,
    fit: bool,
) -> Composed:
    vocabulary = find_vocabulary(counter)
    words = _Drawn(vocabulary.words, identity, often)
    least = math.ceil(vocabulary.overhead + vocabulary.tokens_per_word)
    targets = np.array(
        [
            max(least, sum(piece.tokens for piece in prompt))
            for prompt in prompts
        ],
        dtype=np.int64,
    )
    drawn = [_words(prompt, vocabulary, words, identity) for prompt in prompts]
    if not fit:
        texts = [" ".join(each) for each in drawn]
        return Composed(
            texts, counter.count(texts) if texts else [], counter.exact
        )
    rng = np.random.default_rng(seeds_of((*identity, "correction")))
    exact = counter.exact and correct(drawn, targets, vocabulary, counter, rng)
    return Composed([" ".join(each) for each in drawn], targets.tolist(), exact)


def phrases(
    pieces: Iterable[Piece], counter: TokenCounter, identity: Key
) -> dict[Key, str]:
    """The text of each piece by itself, about as long as it says: what a template puts around it is
    not counted.
    """
    vocabulary = find_vocabulary(counter)
    words = _Drawn(vocabulary.words, identity, Counter())
    return {
        piece.key: " ".join(
            words.of(
                piece.key,
                max(1, round(piece.tokens / vocabulary.tokens_per_word)),
            )
        )
        for piece in pieces
    }


class _Drawn:
    """What was drawn for each key; kept for those that come again."""

    def __init__(
        self, pool: Column, identity: Key, often: Counter[Key]
    ) -> None:
        self._pool = pool
        self._identity = identity
        self._often = often
        self._kept: dict[Key, list[Any]] = {}

    def of(self, key: Key, n: int) -> list[Any]:
        kept = self._kept.get(key)
        if kept is None or len(kept) < n:
            rng = np.random.default_rng(seeds_of((*self._identity, *key)))
            kept = self._pool[rng.integers(len(self._pool), size=n)].tolist()
            if self._often[key] > 1:
                self._kept[key] = kept
        return kept[:n]


def _words(
    prompt: Iterable[Piece],
    vocabulary: Vocabulary,
    words: _Drawn,
    identity: Key,
) -> list[str]:
    """The words of one prompt, at least one: each piece from the word where its tokens begin to the
    one where they end.

    What stands around a text counts as part of its first tokens, as a server's cache has it.
    """
    made: list[str] = []
    tokens = 0
    opening: Key = ()
    for piece in prompt:
        opening = opening or piece.key
        tokens += piece.tokens
        until = round(
            (tokens - vocabulary.overhead) / vocabulary.tokens_per_word
        )
        made += words.of(piece.key, max(until - len(made), 0))
    rng = np.random.default_rng(seeds_of((*identity, *opening, "opening")))
    made[:1] = [vocabulary.first[rng.integers(len(vocabulary.first))]]
    return made
