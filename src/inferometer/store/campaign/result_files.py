"""Whether the files of a result are still those of its record. Reads, and writes nothing."""

from __future__ import annotations

from pathlib import Path

from inferometer.store.campaign.checksum import checksum_of_open
from inferometer.store.campaign.history import Result
from inferometer.store.plain_files import open_plain


def damage_of(result: Result, result_dir: Path) -> list[str]:
    """Problems of its files: none, `NAME is missing`, `NAME has changed`."""
    return [
        phrase
        for name, checksum in result.files.items()
        if (phrase := damage_of_file(result_dir, name, checksum))
    ]


def damage_of_file(result_dir: Path, name: str, checksum: str) -> str | None:
    """The problem of one file; a link in its place is one."""
    try:
        with open_plain(result_dir / name) as file:
            return None if checksum_of_open(file) == checksum else f"{name} has changed"
    except FileNotFoundError:
        return f"{name} is missing"
    except OSError as error:
        return f"{name} cannot be read ({error.strerror})"
