"""Strings of a pattern in specs: refused in words that a person understands, and told to editors as
the pattern it is.
"""

from __future__ import annotations

import re

from pydantic import AfterValidator, WithJsonSchema


def like(pattern: str, wish: str) -> AfterValidator:
    """Refuse a string of another pattern, saying what was wished for."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"wants {wish}")
        return text

    return AfterValidator(check)


def in_schema(pattern: str) -> WithJsonSchema:
    """The same, for the schema."""
    return WithJsonSchema({"type": "string", "pattern": pattern})
