"""Which fields of a row, or of a message in it, hold pictures, sound or film: by their names, or by
what is in them.

What is in a picture is read elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from inferometer.words import Said
from inferometer.workload.row_fields import PICTURE_IN, CannotSendError, is_said

MEDIA = {"bytes", "path"}
"""What a picture of the `datasets` library is a mapping of, whatever its column is called."""

_HOW = r"(_?(file|file_?path|file_?name|path|url|uri|base64|b64|bytes|data))?s?(_?\d{1,3})?"
_IMAGE = re.compile(rf"(image|img|photo|pic|picture)s?{_HOW}", re.IGNORECASE)
_RECORDED = re.compile(rf"(audio|video)s?{_HOW}", re.IGNORECASE)

_ENDINGS = (
    ".png",
    ".jpg",
    ".jpeg",
    ".webp",
    ".gif",
    ".bmp",
    ".tif",
    ".tiff",
    ".avif",
)
_BASE64_HEADS = ("iVBORw0KGgo", "/9j/4", "R0lGODlh", "R0lGODdh", "UklGR")
"""How PNG, JPEG, GIF and WebP begin in base64."""
MAX_PATH_CHARS = 4096
MAX_LOOKED_AT = 16
"""Elements of a list or an object in which a picture is looked for."""


class Recording(NamedTuple):
    """Sound or film among the pictures of a row."""

    kind: str
    """audio or video."""
    source: Any


def pictures_of(
    row: Mapping[str, Any], used: Collection[str] = ()
) -> tuple[list[Any], set[str]]:
    """The pictures that stand beside a text, sound and film among them, and the fields they are in,
    which are none of those `used`.

    Raises CannotSendError for sound and film that is no file.
    """
    pictures: list[Any] = []
    names = set()
    for name, value in row.items():
        if name in used:
            continue
        named = _kind(name)
        if named is None and value.__class__ not in (dict, list):
            continue
        if not is_said(value):
            continue
        listed = value if isinstance(value, list) else [value]
        is_picture = _is_source if named is _IMAGE else _is_media
        if named is _RECORDED:
            listed = _recordings(name, listed)
        elif not all(map(is_picture, listed)):
            continue
        pictures += listed
        names.add(name)
    return pictures, names


def _recordings(name: str, sources: Collection[Any]) -> list[Recording]:
    if not all(map(_is_source, sources)):
        raise CannotSendError(Said("rows.recording", {"name": name}))
    return [Recording(name[:5].lower(), each) for each in sources]


def unsent(name: str, value: Any) -> str:
    """A field that is left out, as it is told: one that seems to hold a picture, or to name one, is
    told as that.
    """
    return f"{PICTURE_IN}{name}" if _seems_picture(value) else name


@lru_cache(maxsize=1024)
def _kind(name: str) -> re.Pattern[str] | None:
    """Which of the two a field of this name is."""
    return next(
        (kind for kind in (_IMAGE, _RECORDED) if kind.fullmatch(name)), None
    )


def _is_source(value: Any) -> bool:
    return isinstance(value, str | bytes | Mapping) and bool(value)


def _is_media(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == MEDIA


def _seems_picture(value: Any, depth: int = 3) -> bool:
    if isinstance(value, str):
        if value.startswith(("data:image/", *_BASE64_HEADS)):
            return True
        if len(value) > MAX_PATH_CHARS or "." not in value or "\n" in value:
            return False
        return value.partition("?")[0].lower().endswith(_ENDINGS)
    if not depth or not isinstance(value, list | Mapping):
        return isinstance(value, bytes)
    within = list(value.values() if isinstance(value, Mapping) else value)[
        :MAX_LOOKED_AT
    ]
    return any(_seems_picture(each, depth - 1) for each in within)
