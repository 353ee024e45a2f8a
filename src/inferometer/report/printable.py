"""Text of others on a terminal. Results, archives and servers may be anybody's, and so may be what they call things."""

from __future__ import annotations


def printable(text: str) -> str:
    """On one line, and without what would drive the terminal: each such character is a question mark."""
    return "".join(character if character.isprintable() else "?" for character in text)
