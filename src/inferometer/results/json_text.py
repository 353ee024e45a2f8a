"""The JSON objects of a file that anybody may have written: one object, a list of them, or one a
line. Quick for plain JSON, and patient with what strict readers refuse (bare NaN and Infinity, a
torn last line); and texts from such files made fit for others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

from inferometer.store.importers.imported_run import unread
from inferometer.store.importers.reading import (
    as_objects,
    objects_of_one_value,
)
from inferometer.store.json_values import Object
from inferometer.words import Said

_SPACE = re.compile(r"[\s,]+")

MAX_BAD_LINES = 3
"""So many lines of a file that are no JSON are named, and the rest of them is counted."""


def objects_in(content: bytes, path: Path) -> tuple[list[Object], list[str]]:
    """The objects of the content of a file, and a sentence for each line that is none. Raises
    CannotImportError where there is no object at all.
    """
    try:
        return as_objects(orjson.loads(content), path), []
    except orjson.JSONDecodeError:
        pass
    found = objects_of_one_value(content, path)
    return _lines(content, path) if found is None else (found, [])


def storable(text: str) -> str:
    """Without half characters (of `\\ud800` in JSON, or a file's name that is no UTF-8), which no
    file of ours can hold.
    """
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _one_after_another(content: bytes) -> tuple[list[Object], list[int]]:
    """Objects of several lines each, as `>>` puts them together, and the line of what is none."""
    decoder, text = json.JSONDecoder(), content.decode("utf-8", "replace")
    found: list[Object] = []
    begin = _after_space(text, 0)
    while begin < len(text):
        try:
            value, end = decoder.raw_decode(text, begin)
        except (ValueError, RecursionError):
            return found, [text.count("\n", 0, begin) + 1]
        found += [value] if isinstance(value, dict) else []
        begin = _after_space(text, end)
    return found, []


def _after_space(text: str, begin: int) -> int:
    space = _SPACE.match(text, begin)
    return begin if space is None else space.end()


def _lines(content: bytes, path: Path) -> tuple[list[Object], list[str]]:
    found: list[Object] = []
    bad: list[int] = []
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            found += as_objects(json.loads(line), path)
        except (ValueError, RecursionError):  # CannotImportError is one too
            bad.append(number)
    if not found:
        found, bad = _one_after_another(content)
    if not found:
        raise unread(path, Said("unread.no_lines"))
    return found, [*_about(bad, path)]


def _about(bad: Sequence[int], path: Path) -> Iterator[str]:
    for number in bad[:MAX_BAD_LINES]:
        yield Said("unread.line", {"line": number, "path": path})
    if len(bad) > MAX_BAD_LINES:
        more = len(bad) - MAX_BAD_LINES
        yield Said("unread.lines", {"n": more, "path": path})
