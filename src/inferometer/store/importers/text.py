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
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import dropwhile, islice, zip_longest
from typing import Literal

from inferometer.words import Said

MAX_TEXT_BYTES = 64 * 1024 * 1024
"""The largest text that is searched for results."""

MAX_LINE = 65_536
"""Characters of a line that are looked at."""

MAX_ROWS = 100_000
"""Of a table."""

MAX_ABOVE = 10
"""Lines with the title of a table, and its head."""
MAX_NAMES = 100
"""Rows of a table that has a column for each run."""

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


@dataclass(frozen=True, slots=True)
class Table:
    """Comma-separated lines with a head, without remarks and what is no row of it."""

    head: list[str]
    """Each name once."""
    rows: list[tuple[int, list[str]]]
    """With their numbers under the head, from 1."""
    too_long: list[int]
    """Numbers of rows with more cells than the head: which cell is whose is unknown."""
    is_cut: bool
    """Whether the last line is cut off, and therefore no row."""

    def named(self, row: list[str]) -> dict[str, str]:
        """Cells that are not empty, by their columns."""
        named = zip(self.head, row, strict=False)
        return {name: cell for name, cell in named if name and cell}

    def turned(self) -> Table:
        """With a row for each column but the first, which has the names."""
        cells = [self.head, *(row for _, row in self.rows)]
        head, *rows = map(list, zip_longest(*cells, fillvalue=""))
        return Table(_each_once(head), [*enumerate(rows, 1)], [], self.is_cut)


def head_of(text: str) -> list[str]:
    return next(_below_title(islice(lines_of(text.lstrip()), MAX_ABOVE)), [])


def names_beside(text: str) -> list[str]:
    """The first column of a short table."""
    lines = islice(lines_of(text.lstrip()), MAX_ABOVE + MAX_NAMES)
    return [row[0] for row in _below_title(lines)]


def _below_title(lines: Iterator[str]) -> Iterator[list[str]]:
    """The rows from the head on, without remarks."""
    rows = (row for row in rows_of(lines) if any(row))
    return dropwhile(
        lambda row: sum(map(bool, row)) < 2,
        (row for row in rows if not row[0].startswith("# ")),
    )


def table_in(text: str) -> Table:
    first, *found = _below_title(lines_of(text.lstrip()))
    is_cut = (
        bool(found)
        and not text.endswith(("\n", "\r"))
        and len(found[-1]) < len(first)
    )
    whole = found[:-1] if is_cut else found
    if commas_in(cell for row in whole for cell in row) == "decimal":
        whole = [[*map(_with_point, row)] for row in whole]
    rows = [(n, row) for n, row in enumerate(whole, 1) if row != first]
    too_long = [n for n, row in rows if any(row[len(first) :])]
    return Table(
        head=_each_once(first),
        rows=[
            (n, row[: len(first)]) for n, row in rows if n not in {*too_long}
        ],
        too_long=too_long,
        is_cut=is_cut,
    )


def _each_once(names: list[str]) -> list[str]:
    counts: Counter[str] = Counter()
    found = []
    for name in names:
        counts[name] += 1
        again = f" ({counts[name]})" if name and counts[name] > 1 else ""
        found.append(f"{name}{again}")
    return found


_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_DECIMAL_POINT = re.compile(r"[+-]?\d+\.\d+")
_DECIMAL_COMMA = re.compile(r"([+-]?\d{1,3}(?:\.\d{3})+|[+-]?\d+),(\d+)")
_SEPARATOR = re.compile(r"sep=(.)\r?\n")
"""What spreadsheets write before a table."""


def with_commas(text: str) -> str | None:
    """A table as tools write it, of one that a spreadsheet saved: with semicolons and decimal
    commas, with tabs, or with all cells quoted. None where it is none.
    """
    text = _SEPARATOR.sub("", text, count=1)
    above = islice(lines_of(text[:MAX_LINE]), MAX_ABOVE)
    separator = next(filter(None, map(_separator_of, above)), None)
    if separator is None:
        return None
    lines = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=separator)
    try:
        rows = [row for _, row in zip(range(MAX_ROWS), lines, strict=False)]
    except csv.Error:
        return None
    commas = commas_in(cell for row in rows for cell in row)
    if commas == "decimal" or (commas != "thousands" and separator == ";"):
        rows = [[*map(_with_point, row)] for row in rows]
    found = io.StringIO()
    csv.writer(found, lineterminator="\n").writerows(rows)
    return found.getvalue()


def _separator_of(head: str) -> str | None:
    if head.count(";") > 1:
        return ";"
    if head.count("\t") > 1:
        return "\t"
    return "," if head.startswith('"') else None


def commas_in(cells: Iterable[str]) -> Literal["decimal", "thousands"] | None:
    """What commas in numbers stand before; None where no number tells."""
    cells = [*cells]
    words = [cell.strip() for cell in cells if "," in cell]
    grouped = [word for word in words if _THOUSANDS.fullmatch(word)]
    is_decimal = any(
        _DECIMAL_COMMA.fullmatch(word) and not _THOUSANDS.fullmatch(word)
        for word in words
    )
    is_grouped = any(word.count(",") > 1 or "." in word for word in grouped)
    if is_decimal or is_grouped:
        both = is_decimal and is_grouped
        return None if both else "decimal" if is_decimal else "thousands"
    has_points = grouped and any(map(_DECIMAL_POINT.fullmatch, cells))
    return "thousands" if has_points else None


def _with_point(cell: str) -> str:
    number = _DECIMAL_COMMA.fullmatch(cell.strip())
    if number is None:
        return cell
    return f"{number[1].replace('.', '')}.{number[2]}"


_FIGURE = re.compile(
    r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d{1,3})?"
    r"(?![.,]?\d)"
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
