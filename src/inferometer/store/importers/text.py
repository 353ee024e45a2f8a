"""Text that other tools print: as lines, whatever terminal, shell or log keeper they went
through.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

MAX_TEXT_BYTES = 64 * 1024 * 1024
"""The largest text that is searched for results."""

MAX_LINE = 65_536
"""Characters of a line that are looked at."""

MAX_ROWS = 100_000
"""Of a table."""

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])"
)
"""Colours, cursor moves and titles of a terminal."""

_ENDS = re.compile(r"\r\n|\r|\n")


def decoded(content: bytes) -> str:
    """UTF-8 unless it says otherwise; what is no text becomes question marks."""
    if content.startswith(
        (b"\xff\xfe", b"\xfe\xff")
    ):  # as PowerShell writes it
        return content.decode("utf-16", "replace")
    return content.decode("utf-8-sig", "replace")


def lines_of(text: str) -> Iterator[str]:
    """The lines, also those that a progress bar has overwritten, without what drives terminals."""
    begin = 0
    for end in _ENDS.finditer(text):
        yield _ESCAPES.sub("", text[begin : min(end.start(), begin + MAX_LINE)])
        begin = end.end()
    yield _ESCAPES.sub("", text[begin : begin + MAX_LINE])


def rows_of(lines: Iterator[str]) -> Iterator[list[str]]:
    """The cells of comma-separated lines, without spaces around them; ends at what is no such
    table.
    """
    reader = csv.reader(line.replace("\0", "") for line in lines)
    try:
        for _, row in zip(range(MAX_ROWS), reader, strict=False):
            yield [cell.strip() for cell in row]
    except csv.Error:
        return


_FIGURE = re.compile(
    r"[+-]?(?:\d+(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d{1,3})?"
)


def figure(word: str) -> float | None:
    """A finite number as people print it: with commas between thousands, and a mark after it."""
    found = _FIGURE.match(word.strip())
    digits = found.group().replace(",", "") if found else ""
    try:
        value = float(digits)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None
