"""telemetry.parquet: what samplers saw of the machine during a run, one row a value.

    name, unit        `power_w`, `W`
    card              PCI address or UUID; `host`; `server`
    source            file or tool with its field
    averaging         what the source averages over, where it says so
    time_ns           on the load's monotonic clock, since the run's start
    value, reason     a number, or null and why

Who the cards are, how samplers fared and what was declared is in run.json under `telemetry`. The
files may be anybody's: sizes are bounded, and no field is taken for what it should be.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inferometer.store.json_values import at, entries, number, text
from inferometer.store.parquet import rows_in, write_parquet
from inferometer.trace.series import (
    PERIOD_S,
    Declared,
    SampledCard,
    SamplerReport,
    Series,
    Telemetry,
)
from inferometer.words import Said

if TYPE_CHECKING:
    import polars as pl

TELEMETRY = "telemetry.parquet"

MAX_BYTES = 256 * 1024 * 1024
MAX_ROWS = 20_000_000
MAX_SERIES = 20_000
MAX_CARDS = 1024
MAX_TEXT = 400
MAX_TIME_NS = 10**17
"""Three years."""

KEY = ("name", "unit", "card", "source", "averaging")
"""Columns that are the same in all rows of a series."""


def write_telemetry(path: Path, telemetry: Telemetry) -> None:
    """Write the series to a file that does not exist yet."""
    write_parquet(path, _frame(telemetry.series))


def read_telemetry(path: Path, facts: object) -> Telemetry:
    """What a run directory holds; `facts` is `telemetry` of its run.json.

    Raises ValueError, OSError or a PolarsError if it is damaged, or beyond all measure.
    """
    import polars as pl

    _check_size(path)
    table = pl.read_parquet(path, columns=[*KEY, "time_ns", "value", "reason"])
    table = table.with_columns(
        *(
            pl.col(name).cast(pl.String).fill_null("").str.slice(0, MAX_TEXT)
            for name in KEY
        ),
        pl.col("time_ns").cast(pl.Int64),
        pl.col("value").cast(pl.Float64).fill_null(float("nan")),
        pl.col("reason").cast(pl.String).str.slice(0, MAX_TEXT),
    ).filter(pl.col("time_ns").abs() < MAX_TIME_NS)
    parts = table.partition_by(KEY, maintain_order=True, as_dict=True)
    if len(parts) > MAX_SERIES:
        raise ValueError(f"{path.name} has {len(parts)} series")
    return _with_facts(tuple(starmap(_series, parts.items())), facts)


def _check_size(path: Path) -> None:
    if path.stat().st_size > MAX_BYTES:
        told = {"name": path.name, "mb": MAX_BYTES >> 20}
        raise ValueError(Said("run_directory.too_large", told))
    rows = rows_in(path)
    if rows > MAX_ROWS:
        many = {"name": path.name, "rows": rows, "most": MAX_ROWS}
        raise ValueError(Said("run_directory.too_many_rows", many))


def _frame(series: Sequence[Series]) -> pl.DataFrame:
    """All series, one after the other: built at once, since each call of polars has its price."""
    import polars as pl

    rows = np.repeat(np.arange(len(series)), [len(s.value) for s in series])
    values = np.concatenate([np.zeros(0), *(each.value for each in series)])
    times_ns = [np.zeros(0, np.int64), *(each.time_ns for each in series)]
    reasons = [text for each in series for text in each.reason.tolist()]
    return pl.DataFrame(
        [
            *(
                pl.Series(name, [getattr(s, name) for s in series], pl.String)[
                    rows
                ]
                for name in KEY
            ),
            pl.Series("time_ns", np.concatenate(times_ns)),
            pl.Series("value", values, nan_to_null=True),
            pl.Series("reason", reasons, pl.String),
        ]
    )


def _series(key: tuple[str, ...], part: pl.DataFrame) -> Series:
    name, unit, card, source, averaging = key
    value = part["value"].to_numpy()
    return Series(
        name,
        unit,
        card,
        source,
        averaging,
        part["time_ns"].to_numpy(),
        np.where(np.isfinite(value), value, np.nan),
        np.array(part["reason"].to_list(), dtype=object),
    )


def _with_facts(series: tuple[Series, ...], facts: object) -> Telemetry:
    return Telemetry(
        series,
        cards=tuple(map(_card, entries(at(facts, "cards"))[:MAX_CARDS])),
        samplers=tuple(
            map(_sampler, entries(at(facts, "samplers"))[:MAX_CARDS])
        ),
        declared=_declared(at(facts, "declared")),
        period_s=number(at(facts, "period_s")) or PERIOD_S,
        place=_text(facts, "place") or "here",
        clock_offset_ms=number(at(facts, "clock_offset_ms")),
        clock_uncertainty_ms=number(at(facts, "clock_uncertainty_ms")),
        idle_s=number(at(facts, "idle_s")) or 0.0,
    )


def _card(told: object) -> SampledCard:
    return SampledCard(
        _text(told, "id"),
        _text(told, "vendor"),
        _text(told, "name"),
        at(told, "simulated") is True,
        _text(told, "package"),
    )


def _sampler(told: object) -> SamplerReport:
    return SamplerReport(
        _text(told, "name"),
        _text(told, "state"),
        _text(told, "detail"),
        int(number(at(told, "samples")) or 0),
        number(at(told, "longest_s")) or 0.0,
    )


def _declared(told: object) -> Declared:
    cards = at(told, "cards")
    number_of_cards, generation, width = (
        None if (found := number(at(told, name))) is None else int(found)
        for name in ("number", "pcie_generation", "pcie_width")
    )
    return Declared(
        tuple(each for each in cards if isinstance(each, str))[:MAX_CARDS]
        if isinstance(cards, list)
        else None,
        number_of_cards,
        generation,
        width,
        _text(told, "chosen_by"),
    )


def _text(told: object, name: str) -> str:
    return (text(at(told, name)) or "")[:MAX_TEXT]
