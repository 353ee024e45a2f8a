"""Makes foreign text safe for a terminal, a log line or an error; servers and files may hold
anything.

Text that is kept as data (requests, JSON files) is not changed, only what is shown to people.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata

TEXT_WIDTH = 80
"""Columns of text in a report: as many as every terminal has."""

MAX_LINE_CHARS = 4000
"""Longer than any sentence of this program."""

MAX_NAME_CHARS = 200
"""For names: a model's may be a long path, but one of 5,000 characters would fill the screen."""

_BLANKS = re.compile(r"\s+")

_PIECES = re.compile(
    r"\[[^\[\]]{1,24}\]\s*"
    r"|(?:[\[（][^\s：]{1,4}：)?"
    r"[（《「“\[(]*(?:[^\s\u2e80-\uffef]+|.)[，。；：、！？）》」”]*\s*"
)
"""What a line is not broken within: a short fact in brackets as in [默认：1024], or a word or a
Chinese character, with marks that open or close it and what a bracket begins with.
"""


def printable(text: str, max_chars: int = MAX_LINE_CHARS) -> str:
    """The text on one line of at most `max_chars` characters, without unprintable characters.

    Line ends, tabs and the blanks around them become one blank. Control characters (and so escape
    sequences), direction marks, zero-width characters and lone surrogates become question marks.
    """
    line = text[: 4 * max_chars]
    if not line.isprintable():
        line = _BLANKS.sub(
            lambda run: run[0] if run[0].isprintable() else " ", line
        )
        line = "".join(each if each.isprintable() else "?" for each in line)
    line = line.strip()
    return line if len(line) <= max_chars else line[: max_chars - 1] + "…"


def printable_lines(text: str) -> str:
    """Each line of our own text that may contain foreign text, with its indentation and full
    length.
    """
    return "\n".join(
        printable_line(line, len(line) + 1) for line in text.split("\n")
    )


def printable_line(text: str, max_chars: int = MAX_LINE_CHARS) -> str:
    """A line, with its indentation."""
    return " " * (len(text) - len(text.lstrip(" "))) + printable(
        text, max_chars
    )


def printable_name(text: object) -> str:
    """A foreign name, such as that of a model or a version."""
    return printable(str(text), MAX_NAME_CHARS)


def columns_of(text: str) -> int:
    """How wide a terminal shows it: Chinese characters take two columns."""
    if text.isascii():
        return len(text)
    return sum(
        2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )


def cut(text: str, columns: int) -> str:
    """Its beginning, no wider than that."""
    while columns_of(text) > columns:
        text = text[:-1]
    return text


def padded(text: str, columns: int) -> str:
    """With blanks behind it, so wide as that."""
    return text + " " * (columns - columns_of(text))


def aligned(text: str, columns: int) -> str:
    """With blanks before it, so wide as that."""
    return " " * (columns - columns_of(text)) + text


def centered(text: str, columns: int, fill: str) -> str:
    """In the middle of a line of `fill`."""
    return text.center(columns - columns_of(text) + len(text), fill)


def fitted(line: str, columns: int | None) -> list[str]:
    """A line as several, with its indentation, where it is wider than a terminal; None: of no
    terminal. Words and paths stay whole.
    """
    if columns is None or columns_of(line) <= columns:
        return [line]
    indent = line[: len(line) - len(line.lstrip(" "))]
    return wrapped(
        line.strip(), columns, indent, f"{indent}    ", break_words=False
    )


def wrapped(
    text: str,
    columns: int,
    first: str = "",
    later: str = "",
    *,
    break_words: bool = True,
) -> list[str]:
    """Lines no wider than that, the first one behind `first`, the others behind `later`. Between
    Chinese characters a line may end anywhere but before a mark that closes.
    """
    if columns_of(first + text) == len(first + text):
        return textwrap.wrap(
            text,
            columns,
            initial_indent=first,
            subsequent_indent=later,
            break_long_words=break_words,
            break_on_hyphens=break_words,
        )
    lines, line = [], first
    for piece in _PIECES.findall(text):
        if columns_of(line + piece.rstrip()) > columns and line not in (
            first,
            later,
        ):
            lines.append(line.rstrip())
            line = later
        line += piece
    return [*lines, line.rstrip()]
