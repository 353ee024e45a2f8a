"""The folder for a measurement's columns: removed at its end or, if we were killed, by the next
run.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

PREFIX = "inferometer-run-"
YOUNG_S = 60.0
"""A folder changed since may be one whose owner has not locked it yet."""
LOCK_TRIES, LOCK_PAUSE_S = 20, 0.01


@contextmanager
def scratch_folder() -> Iterator[Path | None]:
    """A new folder, locked while we or a worker live; None if no folder can be made."""
    try:
        _remove_left_behind()
        made = tempfile.TemporaryDirectory(
            prefix=PREFIX, ignore_cleanup_errors=True
        )
    except OSError:
        yield None
        return
    with made as name:
        folder = os.open(name, os.O_RDONLY)
        try:
            _lock(folder)
            yield Path(name)
        finally:
            os.close(folder)


def _lock(folder: int) -> None:
    """Nobody else locks it, but `others_measure` may test the lock for a moment."""
    for _ in range(LOCK_TRIES):
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            time.sleep(LOCK_PAUSE_S)
        except OSError:  # a file system without such locks: then nobody can take it from us either
            return


def others_measure() -> bool:
    """Whether another measurement of this user seems to run on this host."""
    try:
        folders = list(Path(tempfile.gettempdir()).glob(f"{PREFIX}*"))
    except OSError:
        return False
    return any(map(_belongs_to_a_living_one, folders))


def _belongs_to_a_living_one(folder: Path) -> bool:
    try:
        return folder.lstat().st_uid == os.getuid() and _is_locked(folder)
    except OSError:
        return False


@cache  # once in a process: what it leaves behind itself, it leaves by dying
def _remove_left_behind() -> None:
    """Remove the unlocked folders of this user's killed measurements."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            status = path.lstat()
            if (
                status.st_uid == os.getuid()
                and time.time() - status.st_mtime > YOUNG_S
                and not _is_locked(path)
            ):
                shutil.rmtree(path, ignore_errors=True)


def _is_locked(path: Path) -> bool:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(folder)
    return False
