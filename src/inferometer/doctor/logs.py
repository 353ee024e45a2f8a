"""What a server's log says: known troubles with the line that shows each. Reads the file as a
stream, of a very long one the beginning and the end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from inferometer.diagnose import NOTES, READY, diagnose_line
from inferometer.doctor.seen import Status
from inferometer.printable import printable
from inferometer.server.log_file import plain
from inferometer.words import Words

HEAD_BYTES = 32 * 1024**2
TAIL_BYTES = 96 * 1024**2
MAX_LINE_BYTES = 1024
"""What is looked at of a line."""
MAX_SHOWN_CHARS = 300
MAX_COUNTED = 10_000

MAX_JUDGED = 10_000
"""Lines that differ by more than numbers; each costs a millisecond."""

NOTE_NAMES = {row.name for row in NOTES}

_DIGITS = dict.fromkeys(map(ord, "0123456789abcdef"))
"""Of numbers and identifiers, in which lines of one kind differ."""


@dataclass(frozen=True, slots=True)
class LogSign:
    """A trouble that a log shows."""

    name: str
    """Of `diagnose`."""
    status: Status
    line: str
    number: int
    """Of the first line that shows it, from 1; 0 where what is before it was not read."""
    count: int = 1

    def as_json(self) -> dict[str, Any]:
        words = Words()
        return {
            "id": f"log.{self.name}",
            "status": self.status,
            "line": self.line,
            "number": self.number or None,
            "count": self.count,
            "cause": words.text(f"diagnosis.{self.name}.cause"),
            "cure": words.text(f"diagnosis.{self.name}.cure"),
        }


@dataclass(slots=True)
class LogReport:
    """A log that was read."""

    signs: list[LogSign] = field(default_factory=list)
    lines: int = 0
    unread_bytes: int = 0
    """Of the middle of a very long one."""
    unjudged: int = 0
    """Lines that were not looked at, after MAX_JUDGED others."""


def read_log(path: Path) -> LogReport:
    """What it shows, causes first. Raises OSError if it cannot be read."""
    report = LogReport()
    found: dict[str, LogSign] = {}
    judged: dict[tuple[bool, str], str | None] = {}
    running = False
    with path.open("rb") as file:
        for number, line in _lines(file, report):
            report.lines += 1
            kind = running, line.translate(_DIGITS)
            if kind not in judged:
                if len(judged) == MAX_JUDGED:
                    report.unjudged += 1
                    continue
                row = diagnose_line(line, running=running)
                judged[kind] = row.name if row else None
                running = running or READY.search(line) is not None
            if name := judged[kind]:
                found[name] = _again(found.get(name), name, line, number)
    report.signs = sorted(
        found.values(), key=lambda each: each.status == "info"
    )
    return report


def _again(known: LogSign | None, name: str, line: str, number: int) -> LogSign:
    if known is None:
        status: Status = "info" if name in NOTE_NAMES else "fail"
        return LogSign(name, status, printable(line, MAX_SHOWN_CHARS), number)
    count = min(known.count + 1, MAX_COUNTED)
    return LogSign(name, known.status, known.line, known.number, count)


def _lines(file: IO[bytes], report: LogReport) -> Iterator[tuple[int, str]]:
    """Number and text of each line, cut where it is very long."""
    size = os.fstat(file.fileno()).st_size
    number = read = 0
    while line := file.readline(MAX_LINE_BYTES):
        read += len(line)
        number += 1
        yield number, _text(line)
        while line and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE_BYTES)
            read += len(line)
        if read > HEAD_BYTES and size > read + TAIL_BYTES:
            break
    else:
        return
    report.unread_bytes = size - TAIL_BYTES - read
    file.seek(size - TAIL_BYTES)
    file.readline(MAX_LINE_BYTES)
    while line := file.readline(MAX_LINE_BYTES):
        yield 0, _text(line)


def _text(line: bytes) -> str:
    text = line.decode("utf-8", "replace").rstrip("\r\n")
    return text if text.isprintable() else plain(text)
