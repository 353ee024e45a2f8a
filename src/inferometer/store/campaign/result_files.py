"""Whether the files of a result are still those of its record. Reads, and writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from inferometer.store.campaign.checksum import checksum_of_bytes, checksum_of_open
from inferometer.store.campaign.history import Result
from inferometer.store.plain_files import open_plain, read_plain


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
        if known.get(name) != checksum and (phrase := damage_of_file(result_dir, name, checksum))
    ]


def damage_of_file(result_dir: Path, name: str, checksum: str) -> str | None:
    """The problem of one file; a link in its place is one."""
    try:
        with _naming_damage(name), open_plain(result_dir / name) as file:
            return None if checksum_of_open(file) == checksum else f"{name} has changed"
    except DamagedError as error:
        return str(error)


def read_unchanged(result_dir: Path, name: str, checksum: str, max_bytes: int) -> bytes:
    """The content of one file. Raises DamagedError, also if it is larger than `max_bytes`."""
    with _naming_damage(name):
        content = read_plain(result_dir / name, max_bytes)
    if checksum_of_bytes(content) != checksum:
        raise DamagedError(f"{name} has changed")
    return content


@contextmanager
def _naming_damage(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise DamagedError(f"{name} is missing") from None
    except OSError as error:
        raise DamagedError(f"{name} cannot be read ({error.strerror})") from None
