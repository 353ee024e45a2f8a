"""What a library says of wrong input, as a sentence of ours, which every language has.

The English words of `library.` are the library's own: its text is recognised by them.
"""

from __future__ import annotations

import re
from functools import cache

from inferometer.words import LANGUAGES, Said

FIELD = re.compile(r"\\\{(\w+)\\\}")
"""A field of a word, in its escaped form."""


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        key: re.compile(FIELD.sub(r"(?P<\1>.+?)", re.escape(_bare(text))), re.S)
        for key, text in LANGUAGES["en"].items()
        if key.startswith("library.")
    }


def _bare(word: str) -> str:
    """Without the doubling of braces that are meant as such."""
    return word.replace("{{", "{").replace("}}", "}")


def of_library(text: str) -> str:
    """A text that nobody knows stays as it is, and so does a sentence of ours."""
    if isinstance(text, Said):
        return text
    for key, pattern in _patterns().items():
        if found := pattern.fullmatch(text):
            known = found.groupdict().items()
            return Said(key, {name: of_library(each) for name, each in known})
    return text
