"""Strings of a pattern in specs: refused in words that a person understands, and told to editors as
the pattern it is.
"""

from __future__ import annotations

import re

from pydantic import AfterValidator, WithJsonSchema

from inferometer.words import Said


def like(pattern: str, wish: str) -> AfterValidator:
    """Refuse a string of another pattern; `wish` names the words for what was wished for."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            what = Said(f"wish.like.{wish}")
            raise ValueError(Said("wish.like", {"what": what}))
        return text

    return AfterValidator(check)


def in_schema(pattern: str) -> WithJsonSchema:
    """The same, for the schema."""
    return WithJsonSchema({"type": "string", "pattern": pattern})
