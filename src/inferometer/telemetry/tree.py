"""Reads the kernel's small files below a root, so that the files of any machine can be read.

Nothing here waits for a file, follows a link out of the root or reads more than a file of the
kernel has.
"""

from __future__ import annotations

import math
import os
import re
import stat
from contextlib import suppress
from pathlib import Path

from inferometer.clock import NS, monotonic_ns
from inferometer.telemetry.reading import Reading, Reason

MAX_BYTES = 256 * 1024
ABSENT_S = 60
"""A file that is not there is looked for again after so long: most kernels have not all of them."""
MAX_PROC_BYTES = 4 * 1024 * 1024
"""Of a host with a thousand processors."""
MAX_NAMES = 4096
ALL_ONES = (-1.0, 2.0**16 - 1, 2.0**32 - 1, 2.0**64 - 1)
"""What drivers pass on where firmware has no value."""
FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
"""A pipe or device that somebody put there must not hold us up."""

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)


class MissingError(Exception):
    """A file has nothing to say; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class Tree:
    """The files below a root; paths are relative to it: `sys/class/drm`."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = os.path.realpath(root)
        self._regular: set[str] = set()
        self._absent: dict[str, int] = {}
        self._whole: dict[str, str] = {}
        self._words: dict[str, str | None] = {}
        self._readings: dict[str, Reading] = {}
        self._names: dict[str, list[str]] = {}

    def names(self, path: str) -> list[str]:
        """What a directory holds, sorted; nothing if it cannot be read."""
        try:
            return sorted(os.listdir(self._inside(path)))[:MAX_NAMES]
        except (OSError, MissingError):
            return []

    def constant_names(self, path: str) -> list[str]:
        """As `names`, for a directory that stays the same. It is listed once."""
        if path not in self._names:
            self._names[path] = self.names(path)
        return self._names[path]

    def links(self, path: str) -> list[tuple[str, str]]:
        """The links in a directory with what they say, which is not followed. Raises
        MissingError.
        """
        whole = os.path.join(self._root, path)
        if os.path.realpath(whole) != whole:
            raise MissingError("unreadable")
        try:
            names = os.listdir(whole)[:MAX_NAMES]
        except PermissionError:
            raise MissingError("permission") from None
        except OSError:  # it has ended
            return []
        found = []
        for name in names:
            with suppress(OSError):
                found.append((name, os.readlink(f"{whole}/{name}")))
        return found

    def resolved(self, path: str) -> str | None:
        """The path without links, relative to the root; None if it is not there or outside."""
        try:
            whole = self._inside(path)
        except MissingError:
            return None
        return (
            os.path.relpath(whole, self._root)
            if os.path.exists(whole)
            else None
        )

    def content(self, path: str) -> bytes:
        """A file's bytes. Raises MissingError."""
        if path in self._absent and self._absent[path] > monotonic_ns():
            raise MissingError("no_source")
        try:
            descriptor = os.open(self._inside(path), FLAGS)
        except FileNotFoundError:
            self._absent[path] = monotonic_ns() + ABSENT_S * NS
            raise MissingError("no_source") from None
        except PermissionError:
            raise MissingError("permission") from None
        except OSError:
            raise MissingError("unreadable") from None
        try:
            if path not in self._regular:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise MissingError("unreadable")
                self._regular.add(path)
            if path.startswith("proc/"):
                return _whole(descriptor)
            return os.read(descriptor, MAX_BYTES)  # the kernel gives it at once
        except PermissionError:
            raise MissingError("permission") from None
        except OSError:  # EBUSY, EINVAL of a card that sleeps, ENODATA
            raise MissingError("unreadable") from None
        finally:
            os.close(descriptor)

    def text(self, path: str) -> str:
        """A file's text without blanks around it. Raises MissingError, also if it is empty."""
        text = (
            self.content(path).decode("utf-8", "replace").strip("\x00 \t\r\n")
        )
        if not text:
            raise MissingError("not_reported")
        return text

    def word(self, path: str) -> str | None:
        """A file's text, or None."""
        try:
            return self.text(path)
        except MissingError:
            return None

    def constant(self, path: str) -> str | None:
        """As `word`, for what stays the same: labels, numbers of makers. It is read once."""
        if path not in self._words:
            self._words[path] = self.word(path)
        return self._words[path]

    def reading(
        self, path: str, scale: float = 1.0, *, averaging: str | None = None
    ) -> Reading:
        """A file that holds one number, `scale` times."""
        try:
            text = self.text(path)
        except MissingError as missing:
            return Reading(None, path, missing.reason)
        value = number(text)
        if value is None:
            return Reading(None, path, "not_a_number")
        if value in ALL_ONES:
            return Reading(None, path, "not_reported")
        return Reading(value * scale, path, averaging=averaging)

    def constant_reading(self, path: str, scale: float = 1.0) -> Reading:
        """As `reading`, for what stays the same: a value is read once."""
        if path not in self._readings:
            found = self.reading(path, scale)
            if found.value is None:
                return found
            self._readings[path] = found
        return self._readings[path]

    def _inside(self, path: str) -> str:
        """Without links. The way there is looked up once: the kernel moves no directories."""
        if path not in self._whole:
            whole = os.path.realpath(os.path.join(self._root, path))
            if os.path.commonpath([whole, self._root]) != self._root:
                raise MissingError("unreadable")
            self._whole[path] = whole
        return self._whole[path]


def _whole(descriptor: int) -> bytes:
    """A file of /proc, of which the kernel gives some records at a time."""
    found = b""
    # /proc/sys answers nobody who asks for 4 MiB at once
    while part := os.read(
        descriptor, min(MAX_BYTES, MAX_PROC_BYTES - len(found))
    ):
        found += part
    return found


def number(text: str) -> float | None:
    """The text as a number, if it is nothing else: no unit, no decimal comma, no NaN."""
    # as nearly all files of the kernel are
    if len(text) < 20 and text.isascii() and text.isdigit():
        return float(text)
    if not _NUMBER.fullmatch(text.strip()):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def whole_number(text: str | None) -> int | None:
    """`16` or `0x1002`."""
    try:
        return int(text or "", 0)
    except ValueError:
        return None
