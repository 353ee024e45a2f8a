"""Things that are alike, together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import chain
from typing import Any, TypeVar

Thing = TypeVar("Thing")
Key = TypeVar("Key", bound=Hashable)


def by_key(
    things: Iterable[Thing], key: Callable[[Thing], Key]
) -> dict[Key, list[Thing]]:
    """Groups and their members, each in the order in which they come first."""
    found: dict[Key, list[Thing]] = {}
    for each in things:
        found.setdefault(key(each), []).append(each)
    return found


def ungrouped(groups: Mapping[Any, Iterable[Thing]]) -> list[Thing]:
    """The members of all groups."""
    return [*chain.from_iterable(groups.values())]
