"""The embedded engine's tokenizer: one word, one token.

Text is split at white space; each word with the space before it is a token, and trailing space does
not count: a prompt of n words is n tokens. The vocabulary is all words of three syllables from
`SYLLABLES`, 32,768 of them, in order: token id 5 is " babade". Ids → text → ids is exact. A word
outside the vocabulary shares the id of one inside it (by its CRC-32): it counts as one token, but
comes back as another word.
"""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

SYLLABLES = tuple(
    consonant + vowel for consonant in "bdfgklmn" for vowel in "aeio"
)
VOCABULARY_SIZE = len(SYLLABLES) ** 3

_VALUES = {syllable: value for value, syllable in enumerate(SYLLABLES)}
_STARTS = {
    first + second: (_VALUES[first] << 10) + (_VALUES[second] << 5)
    for first in SYLLABLES
    for second in SYLLABLES
}
"""Two small tables stay in a processor's cache; one of all words does not, and is slower."""


def word(token: int) -> str:
    """The word of a token id, without its space."""
    return (
        SYLLABLES[token >> 10]
        + SYLLABLES[token >> 5 & 31]
        + SYLLABLES[token & 31]
    )


def count(text: str) -> int:
    return len(text.split())


def tokenize(text: str) -> list[int]:
    words, starts, values = text.split(), _STARTS, _VALUES
    try:
        return [starts[w[:4]] + values[w[4:]] for w in words]
    except KeyError:
        return [_token(w) for w in words]


def detokenize(tokens: Iterable[int]) -> str:
    """The words, each after a space. IndexError for ids beyond the vocabulary."""
    return "".join(" " + word(token) for token in tokens)


def _token(spelled: str) -> int:
    if len(spelled) == 6:
        try:
            return _STARTS[spelled[:4]] + _VALUES[spelled[4:]]
        except KeyError:
            pass
    return crc32(spelled.encode("utf-8", "surrogatepass")) % VOCABULARY_SIZE
