"""Text that other tools print: as lines, whatever terminal, shell or log keeper they went
through.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator

from inferometer.words import Said

MAX_TEXT_BYTES = 64 * 1024 * 1024
"""The largest text that is searched for results."""

MAX_LINE = 65_536
"""Characters of a line that are looked at."""

MAX_ROWS = 100_000
"""Of a table."""

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])"
)
"""Colours, cursor moves and titles of a terminal."""

_ENDS = re.compile(r"\r\n|\r|\n")


_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""What a file begins with that PowerShell wrote."""
FIRST_OF_THREE = "\u0800"
"""Letters from here on take three bytes in UTF-8: two bytes may be one of GB 18030 by chance."""
_GZIP = b"\x1f\x8b"


def plain(content: bytes, most_bytes: int) -> bytes:
    """Unpacked, and in UTF-8 without a mark of it. Raises ValueError where it cannot be unpacked,
    or not within so many bytes.
    """
    if content.startswith(_GZIP):
        content = _unpacked(content, most_bytes)
    if content.startswith(_UTF_16):
        return content.decode("utf-16", "replace").encode("utf-8", "replace")
    return _of_utf_8(content.removeprefix(codecs.BOM_UTF8))


def _of_utf_8(content: bytes) -> bytes:
    """What Chinese Windows wrote (GB 18030) in UTF-8; what is neither, or a damaged file in UTF-8,
    as it is.
    """
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        if any(letter >= FIRST_OF_THREE for letter in before):
            return content
        try:
            return content.decode("gb18030").encode("utf-8")
        except UnicodeDecodeError:
            return content
    return content


def _unpacked(content: bytes, most_bytes: int) -> bytes:
    try:
        with gzip.open(io.BytesIO(content)) as file:
            found = file.read(most_bytes + 1)
    except (OSError, EOFError, zlib.error) as error:
        why = {"why": str(error).rstrip(".")}
        raise ValueError(Said("unread.gzip", why)) from None
    if len(found) > most_bytes:
        size = {"size": len(found), "most": most_bytes}
        raise ValueError(Said("unread.size", size))
    return found


def decoded(content: bytes) -> str:
    """What is no text becomes question marks."""
    return content.decode("utf-8", "replace")


def lines_of(text: str) -> Iterator[str]:
    """The lines, also those that a progress bar has overwritten, without what drives terminals."""
    begin = 0
    for end in _ENDS.finditer(text):
        yield _ESCAPES.sub("", text[begin : min(end.start(), begin + MAX_LINE)])
        begin = end.end()
    yield _ESCAPES.sub("", text[begin : begin + MAX_LINE])


def rows_of(lines: Iterator[str]) -> Iterator[list[str]]:
    """The cells of comma-separated lines, without spaces around them; ends at what is no such
    table.
    """
    reader = csv.reader(line.replace("\0", "") for line in lines)
    try:
        for _, row in zip(range(MAX_ROWS), reader, strict=False):
            yield [cell.strip() for cell in row]
    except csv.Error:
        return


def whole_rows(text: str) -> tuple[list[list[str]], bool]:
    """The rows of a table with its head, without remarks, and whether the last one is cut off, and
    therefore not among them.
    """
    rows = [row for row in rows_of(lines_of(text.lstrip())) if any(row)]
    rows = [row for row in rows if not row[0].startswith("#")]
    is_cut = (
        len(rows) > 1
        and not text.endswith(("\n", "\r"))
        and len(rows[-1]) < len(rows[0])
    )
    return (rows[:-1] if is_cut else rows), is_cut


_DECIMAL_COMMA = re.compile(r"([+-]?\d{1,3}(?:\.\d{3})+|[+-]?\d+),(\d+)")
_SEPARATOR = re.compile(r"sep=(.)\r?\n")
"""What spreadsheets write before a table."""


def with_commas(text: str) -> str | None:
    """A table as tools write it, of one that a spreadsheet saved: with semicolons and decimal
    commas, with tabs, or with all cells quoted. None where it is none.
    """
    text = _SEPARATOR.sub("", text, count=1)
    first = text[:MAX_LINE].partition("\n")[0]
    if first.count(";") > 1:
        separator = ";"
    elif first.count("\t") > 1:
        separator = "\t"
    elif first.startswith('"'):
        separator = ","
    else:
        return None
    found = io.StringIO()
    writer = csv.writer(found, lineterminator="\n")
    rows = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=separator)
    try:
        for _, row in zip(range(MAX_ROWS), rows, strict=False):
            writer.writerow(map(_with_point, row) if separator == ";" else row)
    except csv.Error:
        return None
    return found.getvalue()


def _with_point(cell: str) -> str:
    number = _DECIMAL_COMMA.fullmatch(cell.strip())
    if number is None:
        return cell
    return f"{number[1].replace('.', '')}.{number[2]}"


_FIGURE = re.compile(
    r"[+-]?(?:\d+(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d{1,3})?"
)


def figure(word: str) -> float | None:
    """A finite number as people print it: with commas between thousands, and a mark after it."""
    found = _FIGURE.match(word.strip())
    digits = found.group().replace(",", "") if found else ""
    try:
        value = float(digits)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None
