"""Text of others for a terminal, a log line or an error: servers, results and archives may hold
anything.

Where text is kept as data (requests, JSON files) it stays as it is; only what people are shown is
cleaned.
"""

from __future__ import annotations

import re

MAX_LINE_CHARS = 4000
"""No sentence of ours is longer."""

MAX_NAME_CHARS = 200
"""Of a name: a model's may be a long path, and one of 5,000 characters would fill the screen."""

_BLANKS = re.compile(r"\s+")


def printable(text: str, max_chars: int = MAX_LINE_CHARS) -> str:
    """The text on one line of at most `max_chars` characters, without anything that a terminal does
    not simply show.

    Line ends, tabs and the blanks around them become one blank. A control character (of which
    escape sequences are made), a mark of direction, a character of no width and half a character
    become a question mark.
    """
    line = text[: 4 * max_chars]
    if not line.isprintable():
        line = _BLANKS.sub(lambda run: run[0] if run[0].isprintable() else " ", line)
        line = "".join(each if each.isprintable() else "?" for each in line)
    line = line.strip()
    return line if len(line) <= max_chars else line[: max_chars - 1] + "…"


def printable_lines(text: str) -> str:
    """Each line of a text of our own, in which something of others may stand, with its indentation
    and as long as it is.
    """
    return "\n".join(printable_line(line, len(line) + 1) for line in text.split("\n"))


def printable_line(text: str, max_chars: int = MAX_LINE_CHARS) -> str:
    """A line with its indentation."""
    return " " * (len(text) - len(text.lstrip(" "))) + printable(text, max_chars)


def printable_name(text: object) -> str:
    """A name that somebody else gave, such as that of a model or a version."""
    return printable(str(text), MAX_NAME_CHARS)
