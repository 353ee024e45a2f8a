"""What a model wanted of a value that it refused: pydantic's errors, and ours in them, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inferometer.words import LANGUAGES, Said, sentence_of


def wish_of(error: Mapping[str, Any]) -> str:
    """One of `ValidationError.errors()`, as the rest of a sentence about the value. What we have no
    words for is said to be wrong, with pydantic's sentence.
    """
    context = error.get("ctx", {})
    if isinstance(ours := context.get("error"), ValueError):
        return _uncapitalized(sentence_of(ours))
    key = f"wish.{error['type']}"
    if key in LANGUAGES["en"]:
        return Said(
            key, {name: _plain(value) for name, value in context.items()}
        )
    said = _uncapitalized(error["msg"]).removeprefix("input ")
    return Said("wish.other", {"said": said})


def _plain(value: object) -> object:
    """100 for 100.0, as pydantic has it."""
    return (
        int(value) if isinstance(value, float) and value.is_integer() else value
    )


def _uncapitalized(text: str) -> str:
    return text if isinstance(text, Said) else text[:1].lower() + text[1:]
