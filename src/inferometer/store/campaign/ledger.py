"""The append-only file in which a campaign records what it did, designed to survive a kill at any
moment.

One JSON object a line. Its last member is a checksum of this and all earlier lines, so that neither
a damaged nor a missing line goes unnoticed; a line counts once it is on the disk. Only the last
line can be torn, since each is flushed before the next: one without an end, or with zeros where a
power cut kept blocks from the disk, is ignored, and cut off when the file is opened for writing.
One process writes: it locks the file, and appends nothing to a file that was changed or replaced by
others. Interpreting records is the task of `history`, repairing damage that of `recovery`.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import orjson

from inferometer.store.atomic import CannotWriteError, saying_why, write_file
from inferometer.store.file_lock import LAST_BREATH_S, try_lock
from inferometer.store.plain_files import read_plain, what_became_of
from inferometer.words import Said, reason_of

LEDGER_VERSION = 1
"""Raised when older versions could not read the records. 1: first version."""

CHECKSUM_DIGITS = 16
MAX_BYTES = 1 << 30
MAX_DEPTH = 250
"""Nesting in a line: JSON is not written deeper than it can be read."""
_MARK = b',"checksum":"'
_END = b'"}'

Record = Mapping[str, Any]
"""A line without its checksum: `kind`, `time` (ISO 8601, UTC) and the members of that kind."""


class LedgerError(Exception):
    """The ledger is unusable: one sentence with cause and cure."""


class LedgerTakenError(CannotWriteError):
    """Another process has written to the ledger, or replaced it, since it was opened: one sentence
    with cause and cure.
    """


@dataclass(frozen=True, slots=True)
class Damage:
    """Where the checksums stop to prove the content."""

    line: int
    """The first unproven line, from 1."""
    rest: bytes
    """That line and all that follow."""


@dataclass(frozen=True, slots=True)
class Content:
    records: list[Record]
    """The proven records, in order."""
    end: int
    """Bytes up to the end of the last proven line."""
    checksum: str
    """Checksum of the last proven line."""
    damage: Damage | None = None


Mend = Callable[[Content], Sequence[Record]]
"""New content of a damaged ledger, after everything unproven is saved elsewhere."""


class Ledger:
    """The ledger at `path`, open for writing, created if missing. Only one process may open it (see
    `lock`).
    """

    def __init__(self, path: Path, mend: Mend | None = None) -> None:
        """Raises LedgerError if it is damaged and not repaired, or if another process writes it;
        and CannotWriteError.
        """
        self.path = path
        if not path.exists():
            first = {"kind": "ledger", "time": now(), "version": LEDGER_VERSION}
            write_file(path, dump([first]))
        self._file = _taken(path)
        try:
            content = parse(path)
            if content.damage is not None:
                if mend is None:
                    raise damaged(path, content.damage)
                write_file(path, dump(mend(content)))
                os.close(self._file)
                self._file = _taken(path)
                content = parse(path)
            with saying_why(path):
                os.ftruncate(self._file, content.end)
                os.fsync(self._file)
        except BaseException:
            self.close()
            raise
        self.earlier: list[Record] = content.records
        """Its records when it was opened."""
        self._checksum = content.checksum
        self._end = content.end

    def append(self, kind: str, **facts: Any) -> Record:
        """Append a record of plain JSON values without secrets; on return it is on the disk.

        Raises CannotWriteError, and then the file is unchanged; or LedgerTakenError if another
        process uses it.
        """
        record = {"kind": kind, "time": now(), **facts}
        line, checksum = _seal(record, self._checksum)
        with saying_why(self.path):
            self._require_untouched()
            try:
                left = memoryview(line)
                while left:
                    left = left[os.write(self._file, left) :]
                os.fsync(self._file)
            except BaseException:
                os.ftruncate(self._file, self._end)
                raise
        self._checksum = checksum
        self._end += len(line)
        return record

    def _require_untouched(self) -> None:
        """Two processes that append, each with its own checksums, would damage both's records."""
        what: str = what_became_of(self._file, self.path)
        if not what and os.fstat(self._file).st_size != self._end:
            what = "changed"
        if what:
            raise LedgerTakenError(
                Said(f"ledger.taken.{what}", {"path": self.path})
            )

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_ledger(path: Path) -> list[Record]:
    """All records, in order; none without a ledger. Changes nothing. Raises LedgerError, also if it
    is damaged.
    """
    if not path.exists():
        return []
    content = parse(path)
    if content.damage is not None:
        raise damaged(path, content.damage)
    return content.records


def damaged(path: Path, damage: Damage) -> LedgerError:
    """The error for readers who need all of it."""
    told = {"path": path, "line": damage.line, "directory": path.parent}
    return LedgerError(Said("ledger.damaged", told))


def foreign(path: Path) -> LedgerError:
    """The error for a ledger that no Inferometer has written."""
    return LedgerError(Said("ledger.foreign", {"path": path}))


def dump(records: Sequence[Record]) -> bytes:
    """The records as the bytes of a complete ledger."""
    lines, checksum = [], ""
    for record in records:
        line, checksum = _seal(record, checksum)
        lines.append(line)
    return b"".join(lines)


def now() -> str:
    """The time of a record, ISO 8601 in UTC, which sorts by time."""
    return datetime.now(timezone.utc).isoformat(timespec="microseconds")


def _seal(record: Record, previous: str) -> tuple[bytes, str]:
    """The record's line, and its checksum."""
    body = orjson.dumps(record)
    checksum = _checksum(body, previous)
    return body[:-1] + _MARK + checksum.encode() + _END + b"\n", checksum


def _checksum(body: bytes, previous: str) -> str:
    return hashlib.sha256(previous.encode() + body).hexdigest()[
        :CHECKSUM_DIGITS
    ]


def _lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each line without its line feed, and the offset of the next; bytes after the last line feed
    are no line.
    """
    begin = 0
    while (end := content.find(b"\n", begin)) >= 0:
        yield end + 1, content[begin:end]
        begin = end + 1


def parse(path: Path) -> Content:
    """The proven records, and where they end. Raises LedgerError if it cannot be read or is
    foreign.
    """
    try:
        content = read_plain(path, MAX_BYTES)
    except OSError as error:
        unreadable = {"path": path, "why": reason_of(error)}
        raise LedgerError(
            Said("ledger.unreadable.elsewhere", unreadable)
        ) from error
    records: list[Record] = []
    good, checksum = 0, ""
    for number, (end, line) in enumerate(_lines(content), 1):
        body, mark, told = line.rpartition(_MARK)
        body += b"}"
        if not mark or told != _checksum(body, checksum).encode() + _END:
            if end == len(content) and b"\0" in line:
                break
            _check_version(path, records)
            return Content(
                records, good, checksum, Damage(number, content[good:])
            )
        records.append(_record(path, body))
        good, checksum = end, told[:CHECKSUM_DIGITS].decode()
    _check_version(path, records)
    return Content(records, good, checksum)


def unsealed(line: bytes) -> Any:
    """The content of an unproven line, whatever it is; None if no ledger can hold it."""
    try:
        told = _loaded(line)
    except (ValueError, TypeError):
        return None
    if isinstance(told, dict):
        told.pop("checksum", None)
    return told


def _record(path: Path, body: bytes) -> Record:
    """A proven line. Anybody can compute checksums, so it may still be foreign."""
    try:
        record = _loaded(body)
        if not isinstance(record, dict) or not isinstance(
            record.get("kind"), str
        ):
            raise ValueError
    except (ValueError, TypeError):
        raise foreign(path) from None
    return record


def _loaded(text: bytes) -> Any:
    """JSON that can be written again. Raises ValueError and TypeError."""
    told = orjson.loads(text)
    if text.count(b"{") + text.count(b"[") > MAX_DEPTH:
        orjson.dumps(told)
    return told


def _check_version(path: Path, records: Sequence[Record]) -> None:
    version = records[0].get("version", 0) if records else LEDGER_VERSION
    if type(version) is not int:
        raise foreign(path)
    if version > LEDGER_VERSION:
        told = {"path": path, "version": version, "most": LEDGER_VERSION}
        raise LedgerError(Said("ledger.newer", told))


def _taken(path: Path) -> int:
    """The file, open for appending and locked against other writers, whatever the campaign's lock.

    On a file system without locks it is not locked; other writers are noticed anyway.
    """
    with saying_why(path):
        file = os.open(
            path, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK
        )
    try:
        deadline_s = time.monotonic() + LAST_BREATH_S
        while try_lock(file) == "taken":
            if time.monotonic() > deadline_s:
                raise LedgerError(
                    Said("ledger.busy", {"directory": path.parent})
                )
            time.sleep(0.02)
    except BaseException:
        os.close(file)
        raise
    return file
