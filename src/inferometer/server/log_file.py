"""The log of a server that we started: one file per start, shown without keys."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inferometer.spec.campaign import ServerNeed

TAIL_BYTES = 256 * 1024
RECENT_LINES, RECENT_BYTES = 8, 16 * 1024
"""What is read again and again while a point is measured."""
SECRET_NAME = re.compile(r"(?i)(key|token|secret|passw(or)?d|credentials?)$")
SHORTEST_SECRET = 6
UNFIT = re.compile(r"[^A-Za-z0-9._+-]+")


def name_of(need: ServerNeed) -> str:
    """Name for the logs of the server of a need, without the ending."""
    return f"{need.recipe_name}-{need.model_alias}-tp{need.tp}"


def new_log(directory: Path, name: str) -> Path:
    """An empty file `NAME.log`, or `NAME-2.log` and so on, that only its owner may read: servers
    print their settings.

    Raises OSError where the directory cannot be written to.
    """
    directory.mkdir(parents=True, exist_ok=True)
    stem = UNFIT.sub("-", name).strip("-")
    number = 1
    while True:
        path = directory / (
            f"{stem}.log" if number == 1 else f"{stem}-{number}.log"
        )
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            number += 1
        else:
            return path


def tail(path: Path, lines: int, *, most_bytes: int = TAIL_BYTES) -> list[str]:
    """The last lines of a file, without terminal control characters; empty if it cannot be read."""
    try:
        with path.open("rb") as file:
            start = max(0, file.seek(0, os.SEEK_END) - most_bytes)
            file.seek(start)
            text = file.read().decode(errors="replace")
    except OSError:
        return []
    if start:  # half a line may end with half a key
        text = text.partition("\n")[2] or text
    return lines_of(text, lines)


def recent(path: Path | None, secrets: frozenset[str]) -> list[str]:
    """The end of a log that grows, without secrets; empty where there is none."""
    if path is None:
        return []
    found = tail(path, RECENT_LINES, most_bytes=RECENT_BYTES)
    return without(found, secrets)


def lines_of(text: str, lines: int) -> list[str]:
    """The last non-empty lines of a text, each cleaned by `plain`."""
    return [plain(line) for line in text.split("\n") if line.strip()][-lines:]


def plain(line: str) -> str:
    """A line without colours and control characters; of a progress bar, the last state."""
    return re.sub(
        r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]",
        "",
        line.rstrip("\r").rpartition("\r")[2],
    )


def secrets_of(environment: Mapping[str, str]) -> frozenset[str]:
    """Values that no log may repeat, by the names of their variables."""
    return frozenset(
        value
        for name, value in environment.items()
        if SECRET_NAME.search(name) and len(value) >= SHORTEST_SECRET
    )


def without(lines: list[str], secrets: frozenset[str]) -> list[str]:
    """The lines with every secret replaced by `***`."""
    hidden = re.compile(
        "|".join(
            re.escape(each) for each in sorted(secrets, key=len, reverse=True)
        )
        or r"(?!)"
    )
    return [hidden.sub("***", line) for line in lines]
