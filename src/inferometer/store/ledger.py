"""Ledger: the append-only file in which a campaign notes what it did, made to survive being killed at any moment.

One JSON object a line. The last member of each is a checksum of the line and of all lines before it, so that neither a damaged
nor a missing line goes unnoticed; a line counts once it is on the disk. Only the last line can be torn, since each is flushed
before the next is begun: one that has no end, or zeros where a power cut kept blocks from the disk, is ignored, and cut off
when the file is opened to be written. Knows lines; what the records mean
is the business of `results`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

from inferometer.store.atomic import saying_why, write_file

LEDGER_VERSION = 1
"""Raised when older Inferometers could not make sense of the records. 1: first version."""

CHECKSUM_DIGITS = 16
_MARK = b',"checksum":"'
_END = b'"}'

Record = Mapping[str, Any]
"""A line without its checksum: `kind`, `time` (ISO 8601, UTC) and what that kind of record tells."""


class LedgerError(Exception):
    """The ledger cannot be relied on: one sentence with cause and cure."""


@dataclass(frozen=True, slots=True)
class _Content:
    records: list[Record]
    end: int
    """Bytes up to the end of the last good line."""
    checksum: str
    """Of the last good line."""


class Ledger:
    """The ledger at `path`, open for writing; made if it is not there. One process at a time may have it open (see `lock`)."""

    def __init__(self, path: Path) -> None:
        """Raises LedgerError if it is damaged, and CannotWriteError."""
        self.path = path
        if not path.exists():
            write_file(path, dump([{"kind": "ledger", "time": now(), "version": LEDGER_VERSION}]))
        content = _parse(path)
        self.earlier: list[Record] = content.records
        """What was in it when it was opened."""
        self._checksum = content.checksum
        with saying_why(path):
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND)
            try:
                os.ftruncate(self._file, content.end)
                os.fsync(self._file)
            except BaseException:
                os.close(self._file)
                raise

    def append(self, kind: str, **facts: Any) -> Record:
        """Note something, in plain JSON values without anything secret; on return it is on the disk.

        Raises CannotWriteError, and then the file is as it was before.
        """
        record = {"kind": kind, "time": now(), **facts}
        line, checksum = _seal(record, self._checksum)
        with saying_why(self.path):
            before = os.fstat(self._file).st_size
            try:
                left = memoryview(line)
                while left:
                    left = left[os.write(self._file, left) :]
                os.fsync(self._file)
            except BaseException:
                os.ftruncate(self._file, before)
                raise
        self._checksum = checksum
        return record

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def read_ledger(path: Path) -> list[Record]:
    """All records, in order; none if there is no ledger. Changes nothing. Raises LedgerError."""
    return _parse(path).records if path.exists() else []


def dump(records: Sequence[Record]) -> bytes:
    """The records as the bytes of a whole ledger."""
    lines, checksum = [], ""
    for record in records:
        line, checksum = _seal(record, checksum)
        lines.append(line)
    return b"".join(lines)


def now() -> str:
    """The time of a record, ISO 8601 in UTC, as text that sorts by time."""
    return datetime.now(timezone.utc).isoformat(timespec="microseconds")


def _seal(record: Record, previous: str) -> tuple[bytes, str]:
    """The record's line, and its checksum."""
    body = orjson.dumps(record)
    checksum = _checksum(body, previous)
    return body[:-1] + _MARK + checksum.encode() + _END + b"\n", checksum


def _checksum(body: bytes, previous: str) -> str:
    return hashlib.sha256(previous.encode() + body).hexdigest()[:CHECKSUM_DIGITS]


def _lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each line without its line feed, and where the next begins; bytes after the last line feed are no line."""
    begin = 0
    while (end := content.find(b"\n", begin)) >= 0:
        yield end + 1, content[begin:end]
        begin = end + 1


def _parse(path: Path) -> _Content:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LedgerError(
            f"{path} cannot be read ({error.strerror}): make it readable, or choose another directory."
        ) from error
    records: list[Record] = []
    good, checksum = 0, ""
    for number, (end, line) in enumerate(_lines(content), 1):
        body, mark, told = line.rpartition(_MARK)
        body += b"}"
        if not mark or told != _checksum(body, checksum).encode() + _END:
            if end < len(content) or b"\0" not in line:
                raise LedgerError(
                    f"{path}, line {number}: it is damaged, or a line before it is missing; take the ledger from a copy, "
                    f"or move {path.parent} away to begin the campaign anew."
                )
            break
        records.append(orjson.loads(body))
        good, checksum = end, told[:CHECKSUM_DIGITS].decode()
    _check_version(path, records)
    return _Content(records, good, checksum)


def _check_version(path: Path, records: Sequence[Record]) -> None:
    version = records[0].get("version", 0) if records else LEDGER_VERSION
    if version > LEDGER_VERSION:
        raise LedgerError(
            f"{path} was written by a newer Inferometer (ledger {version}; this one reads up to {LEDGER_VERSION}): "
            "update Inferometer to go on with this campaign."
        )
