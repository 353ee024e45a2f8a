"""Reads the kernel's small files below a root, so that the files of any machine can be read.

Nothing here waits for a file, follows a link out of the root or reads more than a file of the
kernel has.
"""

from __future__ import annotations

import math
import os
import re
import stat
from pathlib import Path

from inferometer.telemetry.reading import Reading, Reason

MAX_BYTES = 256 * 1024
MAX_NAMES = 4096

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


class MissingError(Exception):
    """A file has nothing to say; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class Tree:
    """The files below a root; paths are relative to it: `sys/class/drm`."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = os.path.realpath(root)

    def names(self, path: str) -> list[str]:
        """What a directory holds, sorted; nothing if it cannot be read."""
        try:
            return sorted(os.listdir(self._inside(path)))[:MAX_NAMES]
        except (OSError, MissingError):
            return []

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
        try:
            # a pipe or device that somebody put there must not hold us up
            descriptor = os.open(
                self._inside(path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
            )
        except FileNotFoundError:
            raise MissingError("no_source") from None
        except PermissionError:
            raise MissingError("permission") from None
        except OSError:
            raise MissingError("unreadable") from None
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise MissingError("unreadable")
            return os.read(descriptor, MAX_BYTES)
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
        return Reading(value * scale, path, averaging=averaging)

    def _inside(self, path: str) -> str:
        whole = os.path.realpath(os.path.join(self._root, path))
        if os.path.commonpath([whole, self._root]) != self._root:
            raise MissingError("unreadable")
        return whole


def number(text: str) -> float | None:
    """The text as a number, if it is nothing else: no unit, no decimal comma, no NaN."""
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
