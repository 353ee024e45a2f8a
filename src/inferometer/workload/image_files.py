"""What pictures of rows hold: files, base64 and bytes become `data:` URLs; addresses are left for
the server to fetch.

Only regular files are opened, and none that is too large. Nothing is fetched over a network. Every
error is a ValueError with the reason, without the place.
"""

from __future__ import annotations

import base64
import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from inferometer.request import Prompt
from inferometer.words import Said, reason_of
from inferometer.workload.image_parts import has_media, is_url, with_images
from inferometer.workload.row_fields import sendable

MAX_IMAGE_BYTES = 32 << 20

MAX_IMAGES_BYTES = 4 << 30
"""Of all pictures of a workload, which are in memory together."""

HEAD_BYTES = 32

MP3_FRAMES = (b"\xfa", b"\xfb", b"\xf2", b"\xf3", b"\xe2", b"\xe3")
"""Second bytes of heads of MPEG 1, 2 and 2.5, each with and without a checksum."""

KINDS: tuple[tuple[bytes, int, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"ftypavif", 4, "image/avif"),
    (b"II*\0", 0, "image/tiff"),
    (b"MM\0*", 0, "image/tiff"),
    (b"\0\0\0\0", 6, "image/bmp"),
    (b"WAVE", 8, "audio/wav"),
    (b"fLaC", 0, "audio/flac"),
    (b"OggS", 0, "audio/ogg"),
    (b"ID3", 0, "audio/mp3"),
    *((b"\xff" + second, 0, "audio/mp3") for second in MP3_FRAMES),
    (b"ftyp", 4, "video/mp4"),
    (b"\x1a\x45\xdf\xa3", 0, "video/webm"),
    (b"AVI ", 8, "video/avi"),
)
"""What stands where in a file of which kind. A BMP file also begins with BM."""


class ImageFiles:
    """Reads the pictures of a workload, each file once."""

    def __init__(self, folder: Path | None) -> None:
        """`folder`: what paths in rows are relative to. None: the rows are from elsewhere, and name
        no files of this disk.
        """
        self._folder = folder
        self._urls: dict[Path, str] = {}
        self._bytes = 0
        self._elsewhere = 0
        """Files outside the folder that rows name: read, if they are pictures, and told."""

    def read(self, prompt: Prompt) -> Prompt:
        """The prompt with its pictures in it."""
        if not has_media(prompt):
            return prompt
        return [
            with_images(message, self._url)
            if isinstance(message, Mapping)
            else message
            for message in prompt
        ]  # type: ignore[return-value]

    def _url(self, source: Any, kind: str) -> str:
        """`kind`: image, audio or video."""
        if isinstance(source, Mapping):
            source = source.get("bytes") or source.get("path")
        if isinstance(source, bytes):
            return self._data_url(source, Said("rows.picture.row"), kind)
        if not isinstance(source, str) or not source.strip():
            told = {"source": f"{source!r:.60}"}
            raise ValueError(Said("rows.picture.no_source", told))
        is_data = source[:5].lower() == "data:"
        if is_data:
            self._hold(len(source))
        if is_data or is_url(source):
            return str(sendable(source))
        encoded = _from_base64(source)
        if encoded is None:
            return self._file(source, kind)
        return self._data_url(encoded, Said("rows.picture.row"), kind)

    def _file(self, name: str, kind: str) -> str:
        folder, path = self._place(name)
        if path not in self._urls:
            try:
                content = _content(path)
            except (OSError, ValueError) as error:
                why: str = Said("rows.picture.no_name")
                if isinstance(error, OSError):
                    why = reason_of(error)
                told = {"name": f"{name!r:.200}", "why": why, "folder": folder}
                raise ValueError(Said("rows.picture.unread", told)) from None
            self._urls[path] = self._data_url(content, str(path), kind)
            self._elsewhere += not path.resolve().is_relative_to(
                folder.resolve()
            )
        return self._urls[path]

    def _place(self, name: str) -> tuple[Path, Path]:
        """The data set's folder, and where the file is."""
        parts = urlsplit(name) if "://" in name else None
        if parts is not None and (
            parts.scheme != "file" or parts.netloc not in ("", "localhost")
        ):
            raise ValueError(
                Said("rows.picture.elsewhere", {"name": f"{name!r:.100}"})
            )
        if self._folder is None:
            raise ValueError(
                Said("rows.picture.not_here", {"name": f"{name!r:.100}"})
            )
        return self._folder, self._folder / (
            name if parts is None else unquote(parts.path)
        )

    def _data_url(self, content: bytes, what: str, wanted: str) -> str:
        kind = kind_of(content)
        if kind is None or not kind.startswith(f"{wanted}/"):
            raise ValueError(Said(f"rows.picture.not_{wanted}", {"what": what}))
        if len(content) > MAX_IMAGE_BYTES:
            told = {"what": what, "mb": MAX_IMAGE_BYTES >> 20}
            raise ValueError(Said("rows.picture.too_large", told))
        self._hold(len(content))
        return f"data:{kind};base64,{base64.b64encode(content).decode()}"

    def _hold(self, size: int) -> None:
        self._bytes += size
        if self._bytes > MAX_IMAGES_BYTES:
            told = {"gb": MAX_IMAGES_BYTES >> 30}
            raise ValueError(Said("rows.pictures.too_large", told))

    def facts(self) -> dict[str, int]:
        """What the reader of a result has to know."""
        return (
            {"images_from_elsewhere": self._elsewhere}
            if self._elsewhere
            else {}
        )


def kind_of(content: bytes) -> str | None:
    """The media type of a picture, by its first bytes; None if it is none."""
    for mark, at, kind in KINDS:
        if content[at : at + len(mark)] == mark and (
            kind != "image/bmp" or content[:2] == b"BM"
        ):
            return kind
    return None


def _from_base64(text: str) -> bytes | None:
    """What a text holds if it is a picture in base64. (A JPEG's begins like a path: /9j/.)"""
    head = "".join(text[: 4 * HEAD_BYTES].split())[:HEAD_BYTES]
    try:
        if (
            kind_of(base64.b64decode(head[: len(head) // 4 * 4], validate=True))
            is None
        ):
            return None
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:  # binascii.Error, or a name that is not ASCII
        return None


def _content(path: Path) -> bytes:
    """Raises OSError, or ValueError for a path that no system knows."""
    descriptor = os.open(
        path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
    )  # a FIFO that nobody writes must not hold us
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, Said("rows.picture.not_regular"))
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(MAX_IMAGE_BYTES + 1)
    finally:
        os.close(descriptor)
