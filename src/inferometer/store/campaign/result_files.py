"""Whether the files of a result are still those of its record. Reads, and writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from inferometer.store.campaign.checksum import (
    checksum_of_bytes,
    checksum_of_open,
)
from inferometer.store.campaign.history import Result
from inferometer.store.plain_files import open_plain, read_plain
from inferometer.words import Said, reason_of, sentence_of


class DamagedError(Exception):
    """A file is not that of its record: a phrase."""


def damage_of(
    result: Result, result_dir: Path, checksums: Mapping[str, str] | None = None
) -> list[str]:
    """Problems of its files: none, `NAME is missing`, `NAME has changed`. Files whose `checksums`
    are known and right are not read again.
    """
    known = checksums or {}
    return [
        phrase
        for name, checksum in result.files.items()
        if known.get(name) != checksum
        and (phrase := damage_of_file(result_dir, name, checksum))
    ]


def damage_of_file(result_dir: Path, name: str, checksum: str) -> str | None:
    """The problem of one file; a link in its place is one."""
    try:
        with _naming_damage(name), open_plain(result_dir / name) as file:
            same = checksum_of_open(file) == checksum
            return None if same else Said("damage.changed", {"name": name})
    except DamagedError as error:
        return sentence_of(error)


def read_unchanged(
    result_dir: Path, name: str, checksum: str, max_bytes: int
) -> bytes:
    """The content of one file. Raises DamagedError, also if it is larger than `max_bytes`."""
    with _naming_damage(name):
        content = read_plain(result_dir / name, max_bytes)
    if checksum_of_bytes(content) != checksum:
        raise DamagedError(Said("damage.changed", {"name": name}))
    return content


@contextmanager
def _naming_damage(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise DamagedError(Said("damage.missing", {"name": name})) from None
    except OSError as error:
        raise DamagedError(
            Said("damage.unread", {"name": name, "why": reason_of(error)})
        ) from None
