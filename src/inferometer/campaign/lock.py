"""One runner to a directory: a lock that the system releases when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inferometer.store.atomic import saying_why

LAST_BREATH_S = 5.0
"""How long the workers of a killed runner may hold what they inherited, until they are gone too."""


class LockedError(Exception):
    """Somebody else is at work there: one sentence that says who."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock at `path` (made if it is not there), with our process id and host in it.

    Raises LockedError and CannotWriteError.
    """
    with saying_why(path):
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _take(file, path)
        with saying_why(path):
            os.ftruncate(file, 0)
            os.pwrite(file, f"{os.getpid()} {socket.gethostname()}".encode(), 0)
        yield
    finally:
        os.close(file)


def _take(file: int, path: Path) -> None:
    deadline_s = time.monotonic() + LAST_BREATH_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if not isinstance(error, BlockingIOError):
                with saying_why(path):
                    raise
        holder, host = _holder(file)
        if host != socket.gethostname() or _alive(holder) or time.monotonic() > deadline_s:
            who = f"process {holder} on {host}" if holder else "another process"
            raise LockedError(f"{who} is running a campaign in {path.parent}: wait until it has finished, or stop it.")
        time.sleep(0.02)


def _holder(file: int) -> tuple[int, str]:
    """Process id and host of who took the lock last; (0, this host) where nobody has said so yet."""
    number, _, host = os.pread(file, 512, 0).decode(errors="replace").partition(" ")
    return (int(number), host) if number.isdecimal() else (0, socket.gethostname())


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
