"""Text prompts of an asked length in tokens: built of words that are one token each, then counted,
then corrected.

Which words are one token is found with a few questions about many words; how many tokens stand
around a text (special tokens, chat template) with a few dozen short ones. A prompt is then right at
the first try, so that a sample of all prompts is counted; a single miss makes it all of them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np

from inferometer.trace.trace import Column, Integers
from inferometer.words import Said
from inferometer.workload.tokens import (
    TRIALS,
    WORDS_AT_ONCE,
    TokenCounter,
    WordCounter,
    mean_tokens_per_word,
)
from inferometer.workload.words import WORDS

SAMPLE = 64
"""Prompts counted before the rest is trusted, and words tried as the first of a text."""

CORRECTIONS = 6
"""Times that a prompt which misses is changed and counted again."""

MIN_WORDS = 64
"""With fewer words of one token, prompts are written with all words, and reach their lengths by
correction.
"""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words to write prompts with. A text of n words, the first from `first`, is overhead + n *
    tokens_per_word tokens.

    `fillers` make a text longer: one token each, or `tokens_per_filler` where there is no such
    word.
    """

    first: Column
    words: Column
    fillers: Column
    overhead: float
    tokens_per_word: float = 1.0
    tokens_per_filler: float = 1.0


def text_prompts(
    lengths: Integers,
    prefix_len: int,
    counter: TokenCounter,
    seeds: np.random.SeedSequence,
) -> tuple[list[str], bool]:
    """Prompts of `prefix_len + lengths[i]` tokens that share about their first `prefix_len` tokens;
    and whether that is exact.

    Raises ValueError if a length is below what stands around every prompt.
    """
    vocabulary = find_vocabulary(counter)
    targets = lengths + prefix_len
    sizes = np.round(
        (targets - vocabulary.overhead) / vocabulary.tokens_per_word
    ).astype(np.int64)
    if len(sizes) and sizes.min() < 1:
        raise too_short(int(targets.min()), vocabulary)
    shared = max(
        round((prefix_len - vocabulary.overhead) / vocabulary.tokens_per_word),
        0,
    )
    *for_drawing, for_correcting = (
        np.random.default_rng(seed) for seed in seeds.spawn(4)
    )
    drawn = _draw(sizes, shared, vocabulary, for_drawing)
    exact = counter.exact and correct(
        drawn, targets, vocabulary, counter, for_correcting
    )
    return [" ".join(words) for words in drawn], exact


@lru_cache(maxsize=4)
def find_vocabulary(counter: TokenCounter) -> Vocabulary:
    """Ask for the words that are one token each, for those that are so at the start of a text, and
    for what stands around.

    A counter is asked once: that of a server lasts until the server is started again, for all
    points that are measured on it.
    """
    if isinstance(counter, WordCounter):
        known = _column(counter.words)
        return Vocabulary(
            known, known, known, counter.offset, counter.tokens_per_word
        )
    single = list(_single_token_words(counter))
    mean = (
        1.0
        if len(single) >= MIN_WORDS
        else mean_tokens_per_word(*counter.count(TRIALS))
    )
    words = single if len(single) >= MIN_WORDS else list(WORDS)
    candidates = words[:: max(len(words) // SAMPLE, 1)][:SAMPLE]
    tail = words[-8:]
    counts = counter.count([" ".join([word, *tail]) for word in candidates])
    shortest = min(counts)
    first = [
        word
        for word, count in zip(candidates, counts, strict=True)
        if count == shortest
    ]
    overhead = max(shortest - (1 + len(tail)) * mean, 0.0)
    return Vocabulary(
        _column(first),
        _column(words),
        _column(single or words),
        overhead,
        mean,
        1.0 if single else mean,
    )


def _single_token_words(counter: TokenCounter) -> Iterable[str]:
    before = len(counter.ids("the"))
    for start in range(0, len(WORDS), WORDS_AT_ONCE):
        some = WORDS[start : start + WORDS_AT_ONCE]
        if len(counter.ids(" ".join(["the", *some]))) - before == len(some):
            yield from some
        else:
            yield from _alone_on_a_line(
                some, counter.ids("".join(f"\n {word}" for word in some) + "\n")
            )


def _alone_on_a_line(words: Sequence[str], ids: Sequence[int]) -> list[str]:
    """Those of `words`, tokenized one a line, that are one token. The token of a line's end is the
    one there is most of.
    """
    if not ids:
        return []
    newline, times = Counter(ids).most_common(1)[0]
    if times != len(words) + 1:
        return []  # this tokenizer does something else with lines
    ends = [position for position, token in enumerate(ids) if token == newline]
    return [
        word
        for word, start, end in zip(words, ends, ends[1:], strict=False)
        if end - start == 2
    ]


def _draw(
    sizes: Integers,
    shared: int,
    vocabulary: Vocabulary,
    rngs: Sequence[np.random.Generator],
) -> list[list[str]]:
    """Words of each prompt, the first `shared` the same in all. More prompts leave the first ones
    as they are.
    """
    for_first, for_words, for_prefix = rngs
    prefix = choose(vocabulary.first, min(shared, 1), for_prefix) + choose(
        vocabulary.words, shared - 1, for_prefix
    )
    first = choose(vocabulary.first, len(sizes), for_first)
    words = iter(choose(vocabulary.words, int(sizes.sum()), for_words))
    prompts = []
    for size, opening in zip(sizes.tolist(), first, strict=True):
        prompt = list(islice(words, size))
        prompt[0] = opening
        prompt[:shared] = prefix[: len(prompt)]
        prompts.append(prompt)
    return prompts


def choose(words: Column, n: int, rng: np.random.Generator) -> list[str]:
    chosen: list[str] = words[rng.integers(len(words), size=max(n, 0))].tolist()
    return chosen


def correct(
    prompts: list[list[str]],
    targets: Integers,
    vocabulary: Vocabulary,
    counter: TokenCounter,
    rng: np.random.Generator,
) -> bool:
    """Count the prompts and make those that miss longer or shorter at their end, in place; whether
    none misses any more.
    """
    sample = np.unique(
        np.linspace(0, len(prompts) - 1, min(len(prompts), SAMPLE)).astype(
            np.int64
        )
    ).tolist()
    if not _misses(sample, prompts, targets, counter):
        return True
    missing = _misses(range(len(prompts)), prompts, targets, counter)
    for _ in range(CORRECTIONS):
        for i, excess in missing.items():
            if excess > 0:
                words = math.ceil(excess / vocabulary.tokens_per_word)
                del prompts[i][max(len(prompts[i]) - words, 1) :]
            else:
                prompts[i] += choose(
                    vocabulary.fillers,
                    math.ceil(-excess / vocabulary.tokens_per_filler),
                    rng,
                )
        missing = _misses(missing, prompts, targets, counter)
        if not missing:
            return True
    return not missing


def _misses(
    which: Iterable[int],
    prompts: Sequence[Sequence[str]],
    targets: Integers,
    counter: TokenCounter,
) -> dict[int, int]:
    """By how many tokens each of the prompts is too long (or, negative, too short), where it is."""
    indices = list(which)
    counts = counter.count([" ".join(prompts[i]) for i in indices])
    return {
        i: count - int(targets[i])
        for i, count in zip(indices, counts, strict=True)
        if count != targets[i]
    }


def _column(words: Sequence[str]) -> Column:
    """As objects: drawing from it then shares the strings instead of copying them."""
    return np.array(words, dtype=object)


def too_short(tokens: int, vocabulary: Vocabulary) -> ValueError:
    """The error of an input that is shorter than what stands around every prompt."""
    told = {"tokens": tokens, "overhead": round(vocabulary.overhead)}
    return ValueError(Said("dataset.too_short", told))
