"""The text of `hy-smi` and `rocm-smi`: lines of one figure each, CSV, and tables.

A table's columns are found by their heads, as every release has others. The last line counts only
if it ends: it may have been cut.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from inferometer.telemetry.reading import Reading, Readings
from inferometer.telemetry.tree import number

_LINE = re.compile(
    r"(?:GPU|DCU|HCU)\[(?P<card>\d+)\]\s*:\s*(?P<key>.+?):(?:\s+(?P<value>.*))?",
    re.IGNORECASE,
)
_LEVEL = re.compile(
    r"(?:GPU|DCU|HCU)\[(?P<card>\d+)\]\s*:\s*(?P<key>\w+ clock level) (?P<value>.*)",
    re.IGNORECASE,
)
_CSV_CARD = re.compile(r"(?:card|gpu|dcu|hcu)?(\d+)", re.IGNORECASE)

Cards = dict[int, dict[str, str]]

_DOCUMENT = re.compile(r"^\s*[\[{]|\{(?=\s*\")|\[(?=\s*\{)", re.MULTILINE)
MAX_STARTS = 1_000
"""Of what may be a document: a text of nothing else would take long."""


def documents(text: str) -> Iterator[Any]:
    """The JSON documents in a text, whatever stands between them."""
    decoder, place = json.JSONDecoder(), 0
    for _ in range(MAX_STARTS):
        found = _DOCUMENT.search(text, place)
        if found is None:
            return
        try:
            document, place = decoder.raw_decode(text, found.end() - 1)
        except (ValueError, RecursionError):
            place = found.end()
            continue
        yield document


def by_line(text: str) -> Cards:
    """`HCU[3] : HCU use (%): 15.0`. The first value of a key counts."""
    cards: Cards = {}
    for line in ended(text):
        found = _LINE.fullmatch(line) or _LEVEL.fullmatch(line)
        if found:
            values = cards.setdefault(int(found["card"]), {})
            values.setdefault(
                found["key"].strip(), (found["value"] or "").strip()
            )
    return cards


def by_csv(text: str) -> Cards:
    """Rows below a head that begins with `device`."""
    cards: Cards = {}
    head: Sequence[str] = ()
    for row in csv_rows(text):
        if row and row[0].strip().lower() in ("device", "gpu"):
            head = [each.strip() for each in row] if len(row) > 1 else ()
        elif head and len(row) == len(head):
            found = _CSV_CARD.fullmatch(row[0].strip())
            if found:
                values = dict(zip(head, map(str.strip, row), strict=True))
                cards.setdefault(int(found[1]), values)
    return cards


COLUMNS: Mapping[str, tuple[str, str]] = {
    "temp": ("temperature_c", "c"),
    "avgpwr": ("power_w", "w"),
    "power": ("power_w", "w"),
    "sclk": ("gpu_clock_mhz", "mhz"),
    "mclk": ("memory_clock_mhz", "mhz"),
    "fan": ("fan_percent", "%"),
    "pwrcap": ("power_limit_w", "w"),
    "vram%": ("memory_used_percent", "%"),
    "gpu%": ("gpu_utilization", "%"),
    "dcu%": ("gpu_utilization", "%"),
    "hcu%": ("gpu_utilization", "%"),
}
"""By head of a column in small letters: our field, and how its values end."""

AVERAGING = {"power_w": "driver"}
FIRST = ("gpu", "dcu", "hcu", "device")
MIN_COLUMNS = 4


def by_table(text: str, tool: str) -> dict[int, Readings]:
    """The cards of a table. A row with other columns than the head is none."""
    cards: dict[int, Readings] = {}
    head = []
    hottest = False
    for line in ended(text):
        hottest |= "(Junction)" in line
        cells = _cells(line) or [""]
        if cells[0].lower() in FIRST and len(cells) >= MIN_COLUMNS:
            head = [each.lower() for each in cells if each[0] != "("]
        elif len(cells) == len(head) and cells[0].isdecimal():
            readings = dict(_readings(head, cells, tool, hottest))
            cards.setdefault(int(cells[0]), readings)
    return cards


def _cells(line: str) -> list[str]:
    """Of a row: `NPS1, SPX` and `[0x74a1 : 0x00]` are one each."""
    joined = re.sub(r",\s+", ",", line)
    return re.sub(r"\[[^\]]*\]", "[]", joined).split()


def _readings(
    head: Sequence[str], cells: Sequence[str], tool: str, hottest: bool
) -> Iterator[tuple[str, Reading]]:
    for name, cell in zip(head, cells, strict=True):
        if name not in COLUMNS:
            continue
        field, unit = COLUMNS[name]
        if field == "temperature_c" and hottest:
            field = "hotspot_temperature_c"
        text = cell.lower().replace("°", "")
        value = number(text.removesuffix(unit)) if text.endswith(unit) else None
        source = f"{tool} {name}"
        yield (
            field,
            Reading(None, source, "not_reported")
            if value is None
            else Reading(value, source, averaging=AVERAGING.get(field)),
        )


def csv_rows(text: str) -> Iterator[list[str]]:
    """Of whole lines, until one that is no CSV."""
    with suppress(csv.Error):
        yield from csv.reader(ended(text), skipinitialspace=True)


def ended(text: str) -> list[str]:
    """The lines that are whole."""
    return text.split("\n")[:-1]
