"""One runner per directory: a lock that the system releases when its holder dies."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from inferometer.store.atomic import CannotWriteError, saying_why
from inferometer.store.file_lock import LAST_BREATH_S, try_lock
from inferometer.store.plain_files import what_became_of
from inferometer.words import Said

MAX_PROCESS = 1 << 31


class LockedError(Exception):
    """Another run is using the directory: one sentence that names it."""


class LockLostError(CannotWriteError):
    """The lock file was removed or replaced: one sentence with cause and cure."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The lock, while it is ours."""

    path: Path
    is_locked: bool
    """False where the file system has no locks; then only the file's content keeps others out."""
    _file: int

    def require(self) -> None:
        """Raise LockLostError if the lock file was removed or replaced: it no longer keeps others
        out.
        """
        if what := what_became_of(self._file, self.path):
            raise LockLostError(Said(f"lock.lost.{what}", {"path": self.path}))


@contextmanager
def locked(path: Path) -> Iterator[Hold]:
    """Hold the lock at `path` (made if it is not there), with our process id and host in it.

    Raises LockedError and CannotWriteError.
    """
    with saying_why(path):
        file = os.open(
            path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644
        )
    try:
        is_locked = _take(file, path)
        with saying_why(path):
            os.ftruncate(file, 0)
            os.pwrite(file, f"{os.getpid()} {socket.gethostname()}".encode(), 0)
        yield Hold(path, is_locked, file)
    finally:
        os.close(file)


def _who(process: int, host: str) -> Said:
    if not process:
        return Said("lock.holder.unknown")
    return Said("lock.holder", {"process": process, "host": host})


def _take(file: int, path: Path) -> bool:
    """Whether the file is really locked, not only marked as ours."""
    deadline_s = time.monotonic() + LAST_BREATH_S
    while True:
        with saying_why(path):
            state = try_lock(file)
            pid, host = _holder(file)
        is_here = host == socket.gethostname()
        is_alive = is_here and _alive(pid)
        told = {"who": _who(pid, host), "directory": path.parent, "path": path}
        if state == "ours":
            return True
        if state == "no locks":
            if is_alive and pid != os.getpid():
                raise LockedError(Said("lock.at_work.maybe", told))
            return False
        if not is_here or is_alive or time.monotonic() > deadline_s:
            raise LockedError(Said("lock.at_work", told))
        time.sleep(0.02)


def _holder(file: int) -> tuple[int, str]:
    """Process id and host of the last holder; (0, this host) if none is recorded."""
    number, _, host = (
        os.pread(file, 512, 0).decode(errors="replace").partition(" ")
    )
    process = (
        int(number) if number.isascii() and number.isdigit() else MAX_PROCESS
    )
    return (
        (process, host) if process < MAX_PROCESS else (0, socket.gethostname())
    )


def _alive(process: int) -> bool:
    if process == 0:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
