"""Files that `monitor` writes: a row a card, the host or the server, and sample; a column a field.

An empty cell is a value that is missing, and the column `missing` says why: `power_w=permission`.
"""

from __future__ import annotations

import csv
import io
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from inferometer.telemetry.reading import (
    CARD_FIELDS,
    HOST_FIELDS,
    Card,
    MachineSample,
    Readings,
)
from inferometer.words import Said

if TYPE_CHECKING:
    import polars as pl

    from inferometer.trace.server_counters import MetricsReading

WHO = ("time", "monotonic_ns", "card", "vendor", "name")
LINK = ("link_gts", "link_width")
SERVER = {
    "requests_running": "running",
    "requests_waiting": "waiting",
    "kv_cache_usage": "kv_cache_usage",
    "requests_finished": "requests",
    "prompt_tokens": "prompt_tokens",
    "generation_tokens": "generation_tokens",
}
"""Our column, and the name of the value that its page has."""

FIGURES = tuple(dict.fromkeys([*LINK, *CARD_FIELDS, *HOST_FIELDS, *SERVER]))
COLUMNS = (*WHO, *FIGURES, "missing")

MAX_BYTES = 1024 * 1024 * 1024
"""A larger file is not continued."""
EVERY_S = 5.0
"""Parquet is written as a whole: so often, and never more than a twentieth of the time."""
SHARE = 20

Row = Mapping[str, str | float | int | None]


class SampleFile(Protocol):
    """A file to which samples are added."""

    def add(self, rows: Sequence[Row]) -> None:
        """Add the rows of a sample. Raises OSError."""

    def close(self) -> None:
        """Write what is left. Raises OSError."""


def rows_of(sample: MachineSample, server: MetricsReading | None) -> list[Row]:
    """A sample as rows."""
    when: Row = {"time": sample.time, "monotonic_ns": sample.monotonic_ns}
    rows: list[Row] = [
        {**when, **_card(card), **_figures(card.readings, CARD_FIELDS)}
        for card in sample.cards
    ]
    rows.append({**when, "card": "host", **_figures(sample.host, HOST_FIELDS)})
    if server is not None:
        rows.append({**when, **_server(server)})
    return rows


def _server(server: MetricsReading) -> Row:
    known: dict[str, float] = {**server.counters, **server.gauges}  # type: ignore[dict-item]
    figures = {column: known.get(name) for column, name in SERVER.items()}
    return {"card": "server", **figures}


def _card(card: Card) -> Row:
    link = card.link.effective if card.link else None
    return {
        "card": card.address or f"{card.vendor} {card.number}",
        "vendor": card.vendor,
        "name": card.name,
        "link_gts": link.speed_gts if link else None,
        "link_width": link.width if link else None,
    }


def _figures(readings: Readings, fields: Mapping[str, str]) -> Row:
    missing = [
        f"{name}={each.reason}"
        for name in fields
        if (each := readings.get(name)) and each.value is None
    ]
    return {
        **{name: each.value for name in fields if (each := readings.get(name))},
        "missing": " ".join(missing) or None,
    }


class CsvFile:
    """Each sample is appended in one piece: a kill loses at most the last line."""

    def __init__(self, path: Path) -> None:
        """Continue the file, or begin it. Raises ValueError if it is something else, or OSError."""
        self._file = path.open("ab+", buffering=0)
        size = self._file.seek(0, os.SEEK_END)
        if size == 0:
            self._write([COLUMNS])
            return
        self._file.seek(0)
        head = self._file.readline(65536).decode("utf-8", "replace")
        if tuple(head.rstrip("\r\n").split(",")) != COLUMNS:
            self._file.close()
            raise ValueError(Said("monitor.other_file", {"path": str(path)}))
        self._drop_half_a_line(size)

    def _drop_half_a_line(self, size: int) -> None:
        """What a kill left."""
        tail = min(size, 65536)
        self._file.seek(size - tail)
        end = self._file.read(tail).rfind(b"\n")
        self._file.truncate(size - tail + end + 1)

    def _write(self, lines: Sequence[Sequence[object]]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(lines)
        self._file.write(text.getvalue().encode())

    def add(self, rows: Sequence[Row]) -> None:
        """Append the rows."""
        self._write([[row.get(name) for name in COLUMNS] for row in rows])

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class ParquetFile:
    """Written as a whole under another name, then renamed: a kill loses at most some seconds."""

    def __init__(self, path: Path) -> None:
        """Continue the file, or begin it. Raises ValueError if it is something else, or OSError."""
        import polars as pl

        self._path = path
        self._parts: list[pl.DataFrame] = []
        self._new: list[Row] = []
        if path.exists():
            if path.stat().st_size > MAX_BYTES:
                raise ValueError(
                    Said("monitor.large_file", {"path": str(path)})
                )
            try:
                known = pl.read_parquet(path)
            except pl.exceptions.PolarsError:
                known = pl.DataFrame()
            if known.schema != _schema():
                raise ValueError(
                    Said("monitor.other_file", {"path": str(path)})
                )
            self._parts.append(known)
        self._due_s = time.monotonic()

    def add(self, rows: Sequence[Row]) -> None:
        """Keep the rows, and write the file if that is due."""
        self._new.extend(rows)
        if time.monotonic() >= self._due_s:
            self._save()

    def _save(self) -> None:
        import polars as pl

        from inferometer.store.atomic import replacing
        from inferometer.store.parquet import write_parquet

        begun = time.monotonic()
        if self._new:
            self._parts.append(pl.DataFrame(self._new, schema=_schema()))
            self._new = []
        if self._parts:
            self._parts = [pl.concat(self._parts)]
            with replacing(self._path) as temporary:
                write_parquet(temporary, self._parts[0])
        took = time.monotonic() - begun
        self._due_s = begun + max(EVERY_S, SHARE * took)

    def close(self) -> None:
        """Write what is left."""
        self._save()


def _schema() -> pl.Schema:
    import polars as pl

    words = {"time", "card", "vendor", "name", "missing"}
    return pl.Schema(
        {
            name: pl.String
            if name in words
            else pl.Int64
            if name == "monotonic_ns"
            else pl.Float64
            for name in COLUMNS
        }
    )
