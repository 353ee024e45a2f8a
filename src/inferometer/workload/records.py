"""Rows of files, one at a time: JSON lines, a JSON array, CSV, lines of text. No file is ever in
memory as a whole.

A file that is not what it should be is refused with one ValueError that names the line and the
reason. What a row means is not known here.
"""

from __future__ import annotations

import codecs
import csv
import errno
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, NamedTuple

import numpy as np

from inferometer.trace.trace import Integers
from inferometer.words import Said, reason_of
from inferometer.words.library import of_library

MAX_ROW_BYTES = 64 << 20
"""Of one row: a longer one is no row but a file of another kind."""

READ_BYTES = 4 << 20

NEAR_THE_END = 16
"""Where a JSON error so few characters before the end of what was read may only be that: there is
more to read.
"""

SPANS_AT_ONCE = 4096

_SPACE = re.compile(r"[ \t\r\n]*")
_BETWEEN = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")

Span = tuple[int, int, int]
"""Offset and length in bytes, and number of the line it begins on, from 1."""


class Row(NamedTuple):
    """A row, and where it is from, for errors."""

    where: str
    content: dict[str, Any]


def json_rows(
    path: str, order: np.random.Generator | None = None
) -> Iterator[Row]:
    """The objects of a JSON-lines file or of a JSON array, as they stand or in a random `order`.

    For an order of its own the file is read twice, and 24 bytes a row are kept. Raises ValueError.
    """
    with _reading(path) as file:
        spans = _spans(path, file)
        if order is not None:
            spans = _shuffled(spans, order)
        for offset, length, line in spans:
            where = f"{path}, line {line}"
            yield Row(
                where, _object(os.pread(file.fileno(), length, offset), where)
            )


def csv_rows(path: str) -> Iterator[Row]:
    """The rows of a CSV file by the names in its first line. Raises ValueError."""
    with _reading(path) as file:
        lines = (
            _decoded(raw, f"{path}, line {number}")
            for number, raw in enumerate(file, 1)
        )
        reader = csv.DictReader(lines, strict=True)
        try:
            for row in reader:
                where = f"{path}, line {reader.line_num}"
                if None in row or None in row.values():
                    raise ValueError(
                        Said("dataset.csv.fields", {"where": where})
                    )
                yield Row(where, row)
        except csv.Error as error:
            told = {
                "path": path,
                "line": reader.reader.line_num,
                "why": of_library(str(error)),
            }
            raise ValueError(Said("dataset.csv", told)) from None


def text_lines(path: str) -> Iterator[str]:
    """The lines of a text that are not blank, without the space around them. Raises ValueError."""
    with _reading(path) as file:
        for number, raw in enumerate(file, 1):
            if line := _decoded(raw, f"{path}, line {number}").strip():
                yield line


def is_json(path: str) -> bool:
    """Whether it begins as JSON does. Raises ValueError if it cannot be read."""
    with _reading(path) as file:
        return _first_byte(file) in (b"{", b"[")


@contextmanager
def _reading(path: str) -> Iterator[IO[bytes]]:
    try:
        file = open(path, "rb")  # noqa: SIM115 (closed below; errors while reading are the caller's own)
    except OSError as error:
        key = "dataset.unread" + ".directory" * (error.errno == errno.EISDIR)
        raise ValueError(
            Said(key, {"path": path, "why": reason_of(error)})
        ) from None
    with file:
        yield file


def _first_byte(file: IO[bytes]) -> bytes:
    """The first that is no white space (nor a byte-order mark); empty where there is none."""
    while byte := file.read(1):
        if byte not in b" \t\r\n\xef\xbb\xbf":
            return byte
    return b""


def _spans(path: str, file: IO[bytes]) -> Iterator[Span]:
    first = _first_byte(file)
    begin = file.tell()
    file.seek(0)
    lines = file.read(begin).count(b"\n") + 1
    if first == b"[":
        return _array_spans(path, file, begin, lines)
    file.seek(0)
    return _line_spans(path, file)


def _shuffled(
    spans: Iterator[Span], order: np.random.Generator
) -> Iterator[Span]:
    table: Integers = np.fromiter(spans, dtype=np.dtype((np.int64, 3)))
    shuffled = order.permutation(len(table))
    for begin in range(0, len(shuffled), SPANS_AT_ONCE):
        yield from map(
            tuple, table[shuffled[begin : begin + SPANS_AT_ONCE]].tolist()
        )


def _line_spans(path: str, file: IO[bytes]) -> Iterator[Span]:
    offset = number = 0
    while raw := file.readline(MAX_ROW_BYTES):
        number += 1
        if len(raw) == MAX_ROW_BYTES:
            told = {"path": path, "line": number, "mb": MAX_ROW_BYTES >> 20}
            raise ValueError(Said("dataset.long_line", told))
        if raw.strip(b" \t\r\n\xef\xbb\xbf"):
            yield offset, len(raw), number
        offset += len(raw)


def _array_spans(
    path: str, file: IO[bytes], begin: int, line: int
) -> Iterator[Span]:
    """Where each element is. A byte becomes a character here (Latin-1), since only places matter;
    the row is decoded later.
    """
    decode = json.JSONDecoder().raw_decode
    text, base, at = (
        "",
        begin,
        0,
    )  # what was read, the offset of its first byte, and how far it is used up
    while True:
        between = (_SPACE if base + at == begin else _BETWEEN).match(text, at)
        start = between.end() if between else at
        why: str = Said("dataset.array.endless")
        short = start >= len(text)
        if not short and text[start] == "]":
            return
        if not short:
            try:
                _, end = decode(text, start)
            except RecursionError:
                line += text.count("\n", at, start)
                deep = Said("dataset.deep_file", {"path": path, "line": line})
                raise ValueError(deep) from None
            except json.JSONDecodeError as error:
                why = of_library(error.msg)
                short = error.pos >= len(text) - NEAR_THE_END or why.startswith(
                    "Unterminated string"
                )
            else:
                line += text.count("\n", at, start)
                yield base + start, end - start, line
                line += text.count("\n", start, end)
                at = end
                continue
        text, start, base, at = text[at:], start - at, base + at, 0
        more = ""
        if short and len(text) < MAX_ROW_BYTES:
            more = file.read(READ_BYTES).decode("latin-1")
        if not more:
            line += text.count("\n", at, start)
            raise ValueError(
                Said("dataset.array", {"path": path, "line": line, "why": why})
            )
        text += more


def _object(raw: bytes, where: str) -> dict[str, Any]:
    try:
        content = json.loads(_decoded(raw, where))
    except json.JSONDecodeError as error:
        told = {
            "where": where,
            "why": of_library(error.msg),
            "place": error.pos + 1,
        }
        raise ValueError(Said("dataset.json", told)) from None
    except RecursionError:
        raise ValueError(Said("dataset.deep_row", {"where": where})) from None
    if not isinstance(content, dict):
        kind = {"where": where, "type": type(content).__name__}
        raise ValueError(Said("dataset.no_object", kind))
    return content


def _decoded(raw: bytes, where: str) -> str:
    try:
        return raw.removeprefix(
            codecs.BOM_UTF8
        ).decode()  # twice as fast as "utf-8-sig"
    except UnicodeDecodeError as error:
        told = {"where": where, "place": error.start + 1}
        raise ValueError(Said("dataset.not_utf8", told)) from None
