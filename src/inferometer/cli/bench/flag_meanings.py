"""What becomes of a flag that `bench` does not have itself."""

from __future__ import annotations

from typing import NamedTuple


class Note(NamedTuple):
    """Has no effect here, and changes nothing about what is measured: a sentence says why."""

    values: int = 0


class Refused(NamedTuple):
    """Would change what is measured, and cannot be done here."""

    values: int = 0
    harmless: tuple[str, ...] = ()
    """Values that ask for nothing."""


class Renamed(NamedTuple):
    """An older spelling, or another tool's name."""

    flag: str
    values: int = 1
    more: tuple[str, ...] = ()
    """What has to be given with it."""


Meaning = Note | Refused | Renamed
