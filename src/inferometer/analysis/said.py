"""What an analysis has to say to a reader, without the words: a key, and what the sentence of that
key is filled in with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from inferometer.results import Condition

Apart = tuple[tuple[str, tuple[Condition, ...]], ...]
"""Conditions, each with the values that keep points apart."""


@dataclass(frozen=True, slots=True)
class Statement:
    """The words are `words`'."""

    key: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)
    apart: Apart = ()
    """Becomes `{conditions}` of the sentence."""
