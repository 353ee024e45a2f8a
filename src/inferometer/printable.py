"""Makes foreign text safe for a terminal, a log line or an error; servers and files may hold
anything.

Text that is kept as data (requests, JSON files) is not changed, only what is shown to people.
"""

from __future__ import annotations

import re

MAX_LINE_CHARS = 4000
"""Longer than any sentence of this program."""

MAX_NAME_CHARS = 200
"""For names: a model's may be a long path, but one of 5,000 characters would fill the screen."""

_BLANKS = re.compile(r"\s+")


def printable(text: str, max_chars: int = MAX_LINE_CHARS) -> str:
    """The text on one line of at most `max_chars` characters, without unprintable characters.

    Line ends, tabs and the blanks around them become one blank. Control characters (and so escape
    sequences), direction marks, zero-width characters and lone surrogates become question marks.
    """
    line = text[: 4 * max_chars]
    if not line.isprintable():
        line = _BLANKS.sub(lambda run: run[0] if run[0].isprintable() else " ", line)
        line = "".join(each if each.isprintable() else "?" for each in line)
    line = line.strip()
    return line if len(line) <= max_chars else line[: max_chars - 1] + "…"


def printable_lines(text: str) -> str:
    """Each line of our own text that may contain foreign text, with its indentation and full
    length.
    """
    return "\n".join(printable_line(line, len(line) + 1) for line in text.split("\n"))


def printable_line(text: str, max_chars: int = MAX_LINE_CHARS) -> str:
    """A line, with its indentation."""
    return " " * (len(text) - len(text.lstrip(" "))) + printable(text, max_chars)


def printable_name(text: object) -> str:
    """A foreign name, such as that of a model or a version."""
    return printable(str(text), MAX_NAME_CHARS)
