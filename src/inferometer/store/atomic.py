"""Complete files or none: a file gets its final name only when every byte of it is on the disk.

Everything is first written under a hidden temporary name in the same directory, flushed, and then
renamed. An exception or Ctrl-C on the way removes it; a kill leaves at most a hidden file. Several
processes may write to one directory: `take_name` finds out whether a name is free by taking it, and
lines are appended under a lock.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from inferometer.words import LANGUAGES, Said

TEMPORARY_PREFIX = ".inferometer-"

MAX_LOCK_WAIT_S = 30.0
"""How long a line waits for others to append theirs, which takes milliseconds each."""
LOCK_POLL_S = 0.02

SAME = {"EPERM": "EACCES", "ENOTEMPTY": "EEXIST"}
"""Errors with the cause and the cure of another."""


class CannotWriteError(OSError):
    """A file could not be written. The text is one sentence for the user; its cause is the
    error.
    """


@contextmanager
def replacing(path: Path, *, new: bool = False) -> Iterator[Path]:
    """Yields a temporary path; on leaving, its file is flushed and renamed to `path`.

    Missing parents are created. Raises CannotWriteError, and then `path` is unchanged; with `new`
    also if `path` exists by then.
    """
    temporary = _temporary(path.parent)
    try:
        with saying_why(path):
            _make(path.parent)
            yield temporary
            _flush(temporary)
            if new:
                take_name(temporary, path)
            else:
                temporary.replace(path)
                _flush(path.parent)
    finally:
        with suppress(OSError):
            temporary.unlink()


def write_file(path: Path, content: bytes) -> None:
    """Write `content` to `path`, completely or not at all. Raises CannotWriteError."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


@contextmanager
def new_directory(path: Path) -> Iterator[Path]:
    """Yields a temporary directory; on leaving, its files are flushed and it is renamed to `path`.

    Missing parents are created. Raises CannotWriteError, also if `path` exists and is not an empty
    directory.
    """
    temporary = _temporary(path.parent)
    try:
        with saying_why(path):
            _make(path.parent)
            temporary.mkdir()
            yield temporary
            for file in temporary.iterdir():
                _flush(file)
            _flush(temporary)
            temporary.rename(path)
            _flush(path.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def set_aside(path: Path) -> Iterator[Path]:
    """Yields a hidden folder beside `path` for files without a name yet; the rest is removed at the
    end.

    Missing parents are created. Raises CannotWriteError about `path`, also for files in the folder.
    """
    temporary = _temporary(path.parent)
    try:
        with saying_why(path):
            _make(path.parent)
            temporary.mkdir()
        yield temporary
    except CannotWriteError as error:
        if error.__cause__ is None:
            raise
        with saying_why(path):
            raise error.__cause__ from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def move(source: Path, target: Path) -> None:
    """Rename a flushed file. Missing parents are created. Raises CannotWriteError."""
    with saying_why(target):
        _make(target.parent)
        source.rename(target)
        _flush(target.parent)


SAYS_TAKEN = (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR, errno.EISDIR)


def _taken(path: Path) -> FileExistsError:
    return FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))


def take_name(source: Path, target: Path) -> None:
    """Rename a flushed file or directory on the same disk, unless the name is taken.

    Of several processes, one gets the name. Raises FileExistsError for the others, and
    CannotWriteError; then `source` is unchanged.
    """
    _make(target.parent)
    if os.path.lexists(target) and not _has_both_names(source, target):
        raise _taken(target)
    try:
        if source.is_dir():
            # the system refuses it where something else has the name, but for an empty directory
            source.rename(target)
        else:
            _take_file_name(source, target)
    except OSError as error:
        if error.errno in SAYS_TAKEN:
            raise _taken(target) from None
        with saying_why(target):
            raise
    with saying_why(target):
        _flush(target.parent)


def _take_file_name(source: Path, target: Path) -> None:
    """Give the file a second name, which must be free, in place of its first one."""
    try:
        if not _has_both_names(source, target):
            os.link(source, target)
    except FileExistsError:
        raise
    # a file system without hard links: an empty file takes the name, for the moment until it is
    # renamed
    except OSError:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        try:
            source.replace(target)
        except BaseException:
            target.unlink()
            raise
    else:
        source.unlink()


def _has_both_names(source: Path, target: Path) -> bool:
    """Whether a file still has its old name because of a kill after it got the new one."""
    try:
        return os.path.samestat(source.lstat(), target.lstat())
    except FileNotFoundError:
        return False


def append_line(path: Path, line: bytes) -> None:
    """Append `line` to `path` (JSON lines; without a newline at the end, as vLLM writes them).

    Other processes may append too: each waits a while for its turn. Missing parents are created.
    Raises CannotWriteError, and then the file is unchanged.
    """
    with saying_why(path):
        _make(path.parent)
        if not path.exists() and _created(path, line):
            return
        with _our_turn(path) as file:
            before = file.seek(0, os.SEEK_END)
            try:
                left = memoryview(b"\n" + line if before else line)
                while left:
                    left = left[file.write(left) :]
                os.fsync(file.fileno())
            except BaseException:
                file.truncate(before)
                raise


def _created(path: Path, line: bytes) -> bool:
    """Create the file with this first line; False if it exists or has to be created empty."""
    with set_aside(path) as aside:
        first = aside / "line"
        first.write_bytes(line)
        _flush(first)
        try:
            os.link(first, path)
        except OSError:
            return False
    _flush(path.parent)
    return True


@contextmanager
def _our_turn(path: Path) -> Iterator[IO[bytes]]:
    """The file, open for appending, while no other process appends."""
    deadline_s = time.monotonic() + MAX_LOCK_WAIT_S
    while True:
        with (
            path.open("ab", buffering=0) as file,
            _locked(file, path) as is_ours,
        ):
            if is_ours:
                yield file
                return
        if time.monotonic() > deadline_s:
            held = {"seconds": MAX_LOCK_WAIT_S, "lock": _lock_file(path)}
            raise CannotWriteError(_cannot(path, Said("write.locked", held)))
        time.sleep(LOCK_POLL_S)


@contextmanager
def _locked(file: IO[bytes], path: Path) -> Iterator[bool]:
    """Lock the file without waiting; whether that worked. If it cannot be locked, a file beside it
    is.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
        return
    except OSError:  # some network file systems have no locks
        pass
    else:
        yield True  # until the file is closed
        return
    lock = _lock_file(path)
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        yield False
        return
    try:
        yield True
    finally:
        lock.unlink(missing_ok=True)


def _lock_file(path: Path) -> Path:
    from hashlib import sha256  # slow to import, and rarely needed

    number = sha256(path.name.encode()).hexdigest()[:16]
    return path.with_name(f"{TEMPORARY_PREFIX}{number}.lock")


def require_writable(directory: Path) -> None:
    """Create `directory` if necessary, and test before a run that files can be written there.

    Raises CannotWriteError.
    """
    probe = _temporary(directory)
    try:
        with saying_why(directory):
            _make(directory)
            probe.write_bytes(b"probe")
    finally:
        with suppress(OSError):
            probe.unlink()


def require_nameable(path: Path) -> None:
    """Test whether a file may have this name here. Raises CannotWriteError."""
    with saying_why(path), suppress(FileNotFoundError, NotADirectoryError):
        path.lstat()


@contextmanager
def saying_why(path: Path) -> Iterator[None]:
    """Turn the system's error about writing `path` into a CannotWriteError with cause and cure.

    Parquet writers report the system's errors in their own exceptions, with `(os error N)` in the
    text.
    """
    try:
        yield
    except CannotWriteError:
        raise
    except UnicodeEncodeError as error:
        if error.encoding != sys.getfilesystemencoding():
            raise
        character = ascii(error.object[error.start])
        told = {"encoding": error.encoding, "character": character}
        raise CannotWriteError(
            _cannot(path, Said("write.character", told))
        ) from error
    except Exception as error:
        number = _system_error(error)
        if number is None:
            raise
        raise CannotWriteError(_cannot(path, cause_and_cure(number))) from error


def cause_and_cure(number: int) -> str:
    """Of an error of the system, by its number, when something is written."""
    name = errno.errorcode.get(number, "")
    key = f"write.{SAME.get(name, name)}"
    return Said(key) if key in LANGUAGES["en"] else os.strerror(number)


def _cannot(path: Path, why: str) -> Said:
    return Said("write.cannot", {"path": path, "why": why})


def _make(directory: Path) -> None:
    """Create it and its missing parents, each of which is on the disk before the next."""
    with saying_why(directory):
        missing = [
            path
            for path in (directory, *directory.parents)
            if not path.exists()
        ]
        directory.mkdir(parents=True, exist_ok=True)
        for path in missing:
            _flush(path.parent)


def _temporary(directory: Path) -> Path:
    return directory / f"{TEMPORARY_PREFIX}{os.urandom(8).hex()}"


def _system_error(error: Exception) -> int | None:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    told = re.search(r"\(os error (\d+)\)", str(error))
    return int(told.group(1)) if told else None


def _flush(path: Path) -> None:
    """Wait until the disk has it. Some network file systems cannot flush a directory; then the
    rename has to do.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)
