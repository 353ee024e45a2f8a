"""A tar of results: written so that anybody can read it, and read as if its sender meant harm.

Of what is read, only plain files and folders with plain relative names come out, below one folder,
and never more bytes than an archive of its size can hold of honest data: no links, devices,
absolute paths, `..`, no second file of a name, no bomb. Modes and owners are nobody's. Knows
nothing of campaigns.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tarfile
import zlib
from collections.abc import Iterable
from contextlib import suppress
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from inferometer.store.atomic import replacing, saying_why
from inferometer.store.plain_files import NotPlainError, open_plain
from inferometer.words import Said, reason_of

MAX_FILES = 1_000_000
MAX_FOLDERS_DEEP = 16
MAX_NAME_BYTES = 1024
MAX_GROWTH = 100
"""Most bytes that may come out of one byte of an archive: JSON and Parquet stay far below."""
ROOM = 1 << 20
"""Added to it, for small archives."""
BLOCK = 1 << 20
"""Bytes read at once; no honest header is larger."""
GZIP = b"\x1f\x8b"


class ArchiveError(Exception):
    """The archive cannot be used: one sentence with cause and cure."""


def write_archive(
    path: Path, top: str, files: Iterable[tuple[str, Path | bytes]]
) -> dict[str, str]:
    """Write files, each with its name below the folder `top`, into a tar. Returns their checksums
    by name.

    Files that vanish meanwhile are left out, and so is what is no regular file. Raises
    CannotWriteError, and then there is no archive.
    """
    checksums = {}
    with (
        replacing(path, new=True) as temporary,
        tarfile.open(temporary, "w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for name, content in files:
            with (
                suppress(FileNotFoundError, NotPlainError),
                open_plain(content)
                if isinstance(content, Path)
                else BytesIO(content) as file,
            ):
                member = tarfile.TarInfo(f"{top}/{name}")
                if isinstance(content, Path):
                    status = os.fstat(file.fileno())
                    member.size, member.mtime = (
                        status.st_size,
                        int(status.st_mtime),
                    )
                else:
                    member.size = len(content)
                packed = _Hashed(file)
                tar.addfile(member, packed)  # type: ignore[arg-type]
                checksums[name] = packed.checksum.hexdigest()
    return checksums


class _Hashed:
    """A file as tarfile reads it, and the checksum of what it read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.checksum = hashlib.sha256()

    def read(self, size: int) -> bytes:
        content = self._file.read(size)
        self.checksum.update(content)
        return content


def unpack_archive(path: Path, folder: Path) -> None:
    """Unpack a tar, plain or gzipped, into an empty `folder`. Raises ArchiveError,
    CannotWriteError.
    """
    try:
        with path.open("rb") as file:
            zipped = file.read(len(GZIP)) == GZIP
            most = MAX_GROWTH * file.seek(0, os.SEEK_END) + ROOM
            file.seek(0)
            plain: IO[bytes] = gzip.GzipFile(fileobj=file) if zipped else file  # type: ignore[assignment]
            bounded = _Bounded(plain, path, most)
            with tarfile.open(fileobj=bounded, mode="r:") as tar:  # type: ignore[call-overload]
                _unpack(tar, path, folder)
            while bounded.read(BLOCK):  # gzip's checksum stands at its end
                pass
    except (
        tarfile.TarError,
        gzip.BadGzipFile,
        zlib.error,
        EOFError,
        OverflowError,
        ValueError,
    ) as error:
        told = {"path": path, "why": str(error)}
        raise ArchiveError(Said("archive.incomplete", told)) from error
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        told = {"path": path, "why": reason_of(error)}
        raise ArchiveError(Said("archive.unread", told)) from error


class _Bounded:
    """The plain bytes of an archive, as far as they are plausible: what tarfile needs of a file."""

    def __init__(self, plain: IO[bytes], path: Path, most: int) -> None:
        self._plain = plain
        self._path = path
        self._most = most

    def read(self, size: int) -> bytes:
        if size > BLOCK or self._plain.tell() + size > self._most:
            raise ArchiveError(Said("archive.too_much", {"path": self._path}))
        return self._plain.read(size)

    def seek(self, position: int) -> int:
        if position > self._most:
            raise ArchiveError(Said("archive.too_much", {"path": self._path}))
        return self._plain.seek(position)

    def tell(self) -> int:
        return self._plain.tell()


def _unpack(tar: tarfile.TarFile, path: Path, folder: Path) -> None:
    for number, member in enumerate(tar):
        why = (
            Said("archive.too_many")
            if number >= MAX_FILES
            else _refused(member)
        )
        if why:
            raise ArchiveError(
                Said("archive.foreign", {"path": path, "what": why})
            )
        target = folder / PurePosixPath(member.name)
        if member.isdir():
            with saying_why(target):
                target.mkdir(parents=True, exist_ok=True)
            continue
        try:
            _write(tar, member, target)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            twice = {"path": path, "name": member.name}
            raise ArchiveError(Said("archive.twice", twice)) from None


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    source = tar.extractfile(member)
    assert source is not None
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        while block := source.read(BLOCK):
            with saying_why(target):
                file.write(block)


def _refused(member: tarfile.TarInfo) -> str | None:
    """What is wrong with a member, as the object of a sentence."""
    name = member.name
    parts = name.split("/")
    if not (member.isreg() or member.isdir()) or member.issparse():
        return Said("archive.neither", {"name": name})
    leads_elsewhere = (
        name.startswith("/")
        or ".." in parts
        or "\\" in name
        or not name.isprintable()
    )
    if (
        leads_elsewhere
        or len(parts) > MAX_FOLDERS_DEEP
        or len(os.fsencode(name)) > MAX_NAME_BYTES
    ):
        return Said("archive.name", {"name": name[:200]})
    return None
