"""Sentences that differ in their figures alone, as one that is true of all: where figures differ it
has their range.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from inferometer.grouping import by_key

NUMBER = re.compile(
    r"(?<![A-Za-z0-9_./#-])(?<!HTTP )(?<!× )\d[\d,]*(?:\.\d+)?(?![A-Za-z0-9_]|\.\d)"
)
"""A figure of a sentence: not a part of a name, a version or a date, and no HTTP status, between
which there is no range.
"""

MAX_TEXT = 1000
"""Characters of a sentence that are looked at: files may hold any."""


def grouped(sentences: Iterable[str]) -> list[list[str]]:
    """Those that are alike together, in the order in which they come first."""
    return [*by_key(sentences, skeleton).values()]


def skeleton(sentence: str) -> str:
    """What sentences that are alike have in common."""
    return NUMBER.sub("#", sentence[:MAX_TEXT])


def merged(sentences: Sequence[str]) -> str:
    """One sentence for all of some that are alike: `2.1–10.2% of the events came late.`"""
    texts = [sentence[:MAX_TEXT] for sentence in sentences]
    figures = zip(*(NUMBER.findall(text) for text in texts), strict=True)
    ranges = iter([_range(each) for each in figures])
    return (
        NUMBER.sub(lambda _: next(ranges), texts[0]) + sentences[0][MAX_TEXT:]
    )


def _range(figures: Sequence[str]) -> str:
    ordered = sorted(
        dict.fromkeys(figures),
        key=lambda figure: float(figure.replace(",", "")),
    )
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]}–{ordered[-1]}"
