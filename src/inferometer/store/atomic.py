"""Whole files or none: what is written here has its final name only when every byte of it is on the disk.

Everything is first written under a hidden temporary name in the same directory, flushed, and then renamed. An exception, or
Ctrl-C, on the way removes it; a kill leaves at most a hidden file. Knows nothing of what the files hold.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TEMPORARY_PREFIX = ".inferometer-"

CAUSES_AND_CURES = {
    errno.EACCES: "permission denied; choose a directory you may write to",
    errno.EPERM: "permission denied; choose a directory you may write to",
    errno.EROFS: "its file system is read-only; choose another directory",
    errno.ENOSPC: "the disk is full; free some space, or choose a directory on another disk",
    errno.EDQUOT: "your disk quota is used up; free some space, or choose a directory on another disk",
    errno.EFBIG: "the file would be larger than this system allows; raise the limit (`ulimit -f`), or choose another directory",
    errno.ENOTDIR: "part of that path is a file, not a directory; choose another directory",
    errno.EISDIR: "that is a directory; choose a file name",
    errno.EEXIST: "something of that name exists already; choose another name, or move it away",
    errno.ENOTEMPTY: "something of that name exists already; choose another name, or move it away",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
}


class CannotWriteError(OSError):
    """A file could not be written. Its text is one sentence for the user; the error underneath is its cause."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; on leaving, its file is flushed and takes the name `path`.

    Missing parents are created. Raises CannotWriteError, and then `path` is as it was before.
    """
    temporary = _temporary(path.parent)
    try:
        with saying_why(path):
            _make(path.parent)
            yield temporary
            _flush(temporary)
            temporary.replace(path)
            _flush(path.parent)
    finally:
        with suppress(OSError):
            temporary.unlink()


def write_file(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all. Raises CannotWriteError."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


@contextmanager
def new_directory(path: Path) -> Iterator[Path]:
    """Give a temporary directory to fill; on leaving, its files are flushed and it takes the name `path`.

    Missing parents are created. Raises CannotWriteError, also if `path` exists and is not an empty directory.
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


def move(source: Path, target: Path) -> None:
    """Give what is flushed already its final name. Missing parents are created. Raises CannotWriteError."""
    with saying_why(target):
        _make(target.parent)
        source.rename(target)
        _flush(target.parent)


def append_line(path: Path, line: bytes) -> None:
    """Append `line` to `path`, on a line of its own (JSON lines; no newline at the end, as vLLM writes them).

    Missing parents are created. Raises CannotWriteError, and then the file is as it was before.
    """
    with saying_why(path):
        _make(path.parent)
        with path.open("ab", buffering=0) as file:
            before = file.seek(0, os.SEEK_END)
            try:
                left = memoryview(b"\n" + line if before else line)
                while left:
                    left = left[file.write(left) :]
                os.fsync(file.fileno())
            except BaseException:
                file.truncate(before)
                if not before:
                    path.unlink()
                raise


def require_writable(directory: Path) -> None:
    """Create `directory` if need be, and find out by trying that files can be written there: before a run, not after it.

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
    """Find out that a file may be called that here. Raises CannotWriteError."""
    with saying_why(path), suppress(FileNotFoundError, NotADirectoryError):
        path.lstat()


@contextmanager
def saying_why(path: Path) -> Iterator[None]:
    """Turn what the system says when `path` cannot be written into a CannotWriteError with cause and cure.

    Parquet writers report the system's errors as exceptions of their own, with `(os error N)` in the text.
    """
    try:
        yield
    except CannotWriteError:
        raise
    except UnicodeEncodeError as error:
        if error.encoding != sys.getfilesystemencoding():
            raise
        character = ascii(error.object[error.start])
        raise CannotWriteError(
            f"cannot write {path}: file names in {error.encoding} have no {character}; choose another name, or set "
            "LC_ALL=C.UTF-8"
        ) from error
    except Exception as error:
        number = _system_error(error)
        if number is None:
            raise
        why = CAUSES_AND_CURES.get(number, os.strerror(number))
        raise CannotWriteError(f"cannot write {path}: {why}") from error


def _make(directory: Path) -> None:
    """Create it and its missing parents, each of which the disk knows before we go on."""
    with saying_why(directory):
        missing = [path for path in (directory, *directory.parents) if not path.exists()]
        directory.mkdir(parents=True, exist_ok=True)
        for path in missing:
            _flush(path.parent)


def _temporary(directory: Path) -> Path:
    return directory / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"


def _system_error(error: Exception) -> int | None:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    told = re.search(r"\(os error (\d+)\)", str(error))
    return int(told.group(1)) if told else None


def _flush(path: Path) -> None:
    """Wait until the disk has it. Some network file systems cannot flush a directory: then their rename has to do."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)
