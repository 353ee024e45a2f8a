"""Opens only regular files of foreign directories: a link leads anywhere, and a pipe never ends.

A copied result directory may contain links to the user's own files. Below the directory that the
user named, nothing that is moved, removed, packed or believed is reached through a link.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from inferometer.words import Said

MAX_FOLDERS_DEEP = 64


class NotPlainError(OSError):
    """Something else is in the place of a file."""


def open_plain(path: Path) -> BinaryIO:
    """Open a regular file for reading. Raises OSError for anything else, including links:
    NotPlainError.
    """
    try:
        descriptor = os.open(
            path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        )
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise NotPlainError(
                error.errno, Said("plain.not"), str(path)
            ) from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotPlainError(errno.EINVAL, Said("plain.not"), str(path))
    return os.fdopen(descriptor, "rb")


def read_plain(path: Path, max_bytes: int) -> bytes:
    """The content of a regular file. Raises OSError, also if it is larger than `max_bytes`."""
    with open_plain(path) as file:
        size = os.fstat(file.fileno()).st_size
        content = file.read(max_bytes + 1) if size <= max_bytes else b""
    if size > max_bytes or len(content) > max_bytes:
        raise OSError(
            errno.EFBIG,
            Said("plain.too_large", {"size": size, "most": max_bytes}),
            str(path),
        )
    return content


def is_plain_file(path: Path) -> bool:
    """Whether it is a regular file, and not a link."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def what_became_of(file: int, path: Path) -> Literal["", "removed", "replaced"]:
    """Of an open file's name: "" while it is still that of this file."""
    mine = os.fstat(file)
    try:
        there = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return "removed"
    return (
        ""
        if (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino)
        else "replaced"
    )


Kind = Literal["file", "folder", "link", "other"]


def entries_below(
    top: Path, *, skip: Callable[[str], bool] = lambda _: False
) -> Iterator[tuple[str, Kind]]:
    """Everything below a folder, by relative name, folder by folder, except links and what is
    skipped.

    Raises OSError for an unreadable folder, and for one that is nested deeper than any of ours.
    """
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        if folder.count("/") > MAX_FOLDERS_DEEP:
            raise OSError(
                errno.ENAMETOOLONG,
                Said("plain.too_deep"),
                str(top / folder),
            )
        with os.scandir(top / folder) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
        for entry in entries:
            name = f"{folder}{entry.name}"
            if not skip(name):
                kind = _kind_of(entry)
                waiting += [f"{name}/"] if kind == "folder" else []
                yield name, kind


def _kind_of(entry: os.DirEntry[str]) -> Kind:
    if entry.is_symlink():
        return "link"
    if entry.is_dir(follow_symlinks=False):
        return "folder"
    return "file" if entry.is_file(follow_symlinks=False) else "other"


def first_link(directory: Path) -> Path | None:
    """The first link in a directory, or the directory itself if it is one; else None. Raises
    OSError.
    """
    if os.path.islink(directory):
        return directory
    below = entries_below(directory) if os.path.isdir(directory) else iter(())
    return next(
        (directory / name for name, kind in below if kind == "link"), None
    )
