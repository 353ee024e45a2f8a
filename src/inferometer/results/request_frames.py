"""The requests and events of points as frames: from run directories, or from the arrays in other
tools' files.

A table is read only if it is the one that was written: a damaged Parquet file may bring down its
reader.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inferometer.clock import MS, NS
from inferometer.metrics.definitions import tpot
from inferometer.results.foreign import runs_in
from inferometer.results.point import Point
from inferometer.store.campaign.checksum import checksum_of
from inferometer.store.importers import CannotImportError, ImportedRequests
from inferometer.store.importers.imported_run import unread
from inferometer.store.importers.reading import require_readable
from inferometer.store.json_values import at
from inferometer.store.run_directory import EVENTS, REQUESTS, TEXT, WORDS
from inferometer.words import Said

if TYPE_CHECKING:
    import polars as pl

MAX_BYTES = 64 * 1024**3
"""Of a table."""


def requests_of(
    points: Sequence[Point], problems: list[str]
) -> Iterator[pl.DataFrame]:
    """A frame for each point that has requests; what cannot be read is a sentence more in
    `problems`.
    """
    files = _Files(points)
    for point in points:
        try:
            if point.run is not None:
                yield _with_latencies(
                    _named(point, _table(point, point.run / REQUESTS))
                )
            elif (requests := files.requests_of(point)) is not None:
                yield _named(point, _imported_requests(requests))
        except CannotImportError as error:
            problems.append(f"{str(error).rstrip('.')}.")


def events_of(
    points: Sequence[Point], problems: list[str]
) -> Iterator[pl.DataFrame]:
    """The same of events."""
    files = _Files(points)
    for point in points:
        try:
            if point.run is not None:
                yield _named(point, _events(point, point.run))
            elif (
                requests := files.requests_of(point)
            ) is not None and requests.itls_s is not None:
                yield _named(point, _imported_events(requests))
        except CannotImportError as error:
            problems.append(f"{str(error).rstrip('.')}.")


class _Files:
    """The requests in other tools' files: a file of many points is read once, one of a single point
    is not kept.
    """

    def __init__(self, points: Sequence[Point]) -> None:
        self._points_in = Counter(point.source for point in points)
        self._read: dict[Path, list[ImportedRequests | None]] = {}

    def requests_of(self, point: Point) -> ImportedRequests | None:
        """None where its file has none. Raises CannotImportError."""
        if point.tool == "inferometer":  # its run directory is gone
            return None
        parts = self._read.get(point.source)
        if parts is None:
            parts = [run.requests for run in runs_in(point.source)[0]]
            if self._points_in[point.source] > 1:
                self._read[point.source] = parts
        return parts[point.part] if point.part < len(parts) else None


def _named(point: Point, frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return frame.select(pl.lit(point.id).alias("point"), pl.all())


def _require_unchanged(point: Point, path: Path) -> None:
    require_readable(path, MAX_BYTES)
    described = point.recorded.run if point.recorded else None
    if checksum_of(path) != at(described, "sha256", path.name):
        raise unread(path, Said("unread.changed"))


def _table(point: Point, path: Path) -> pl.DataFrame:
    """A table of a run directory without generated texts, words as plain strings. Raises
    CannotImportError.
    """
    import polars as pl
    from polars.exceptions import PolarsError

    _require_unchanged(point, path)
    try:
        names = [name for name in pl.read_parquet_schema(path) if name != TEXT]
        frame = pl.read_parquet(path, columns=names)
    except (PolarsError, OSError) as error:
        raise unread(path, str(error).partition("\n")[0]) from None
    words = [name for name in names if name in WORDS]
    return frame.with_columns(pl.col(words).cast(pl.String))


def _with_latencies(requests: pl.DataFrame) -> pl.DataFrame:
    """See `metrics.definitions` for the formulas."""
    import polars as pl

    def elapsed_ms(since: str, until: str) -> pl.Expr:
        return (pl.col(until) - pl.col(since)) / MS

    def told(column: str, at_least: int) -> pl.Expr:
        """A count that files of earlier versions do not have."""
        there = (
            pl.col(column).fill_null(at_least)
            if column in requests.columns
            else pl.lit(at_least)
        )
        return pl.max_horizontal(there, pl.lit(at_least))

    ok, tokens = pl.col("outcome") == "OK", pl.col("output_tokens")
    timed = requests.select(
        pl.when(ok & (pl.col("last_ns") > pl.col("first_ns"))).then(
            elapsed_ms("first_ns", "last_ns")
        ),
        later=(
            tokens - told("hidden_tokens", 0) - told("first_tokens", 1)
        ).fill_null(0),
    )
    decode_ms, later = (column.to_numpy() for column in timed)
    with_times = requests.with_columns(
        ttft_ms=pl.when(ok).then(elapsed_ms("sent_ns", "first_ns")),
        tpot_ms=pl.Series(tpot(decode_ms, later), nan_to_null=True),
        e2el_ms=pl.when(ok).then(elapsed_ms("sent_ns", "last_ns")),
        lag_ms=elapsed_ms("intended_ns", "sent_ns"),
    )
    return with_times.with_columns(
        output_speed=pl.when(pl.col("e2el_ms") > 0).then(
            1000 * tokens / pl.col("e2el_ms")
        )
    )


def _events(point: Point, run: Path) -> pl.DataFrame:
    import polars as pl

    requests = _table(point, run / REQUESTS)
    events = _table(point, run / EVENTS)
    requests = requests.filter(pl.col("event_count") > 0).sort("event_start")
    start, count = (
        requests[name].to_numpy() for name in ("event_start", "event_count")
    )
    if int(count.sum()) != len(events) or not np.array_equal(
        start, np.cumsum(count) - count
    ):
        raise unread(run / EVENTS, Said("unread.events"))
    arrival = events["arrival_ns"].to_numpy()
    itl_ms = np.diff(arrival, prepend=arrival[:1]) / MS
    itl_ms[start] = np.nan
    return events.select(
        pl.Series("request", np.repeat(requests["id"].to_numpy(), count)),
        pl.Series("warmup", np.repeat(requests["warmup"].to_numpy(), count)),
        pl.Series("event", np.arange(len(events)) - np.repeat(start, count)),
        pl.all(),
        pl.Series("itl_ms", itl_ms, nan_to_null=True),
    )


def _imported_requests(requests: ImportedRequests) -> pl.DataFrame:
    import polars as pl

    ok, tokens = requests.ok, requests.output_tokens
    ttft_ms, e2el_ms = (
        np.where(ok, latency_s * 1e3, np.nan)
        for latency_s in (requests.ttft_s, requests.e2el_s)
    )
    with np.errstate(all="ignore"):
        tpot_ms = tpot(e2el_ms - ttft_ms, tokens - 1)
        speed = np.where(e2el_ms > 0, 1e3 * tokens / e2el_ms, np.nan)
    frame = {
        "id": np.arange(len(ok)),
        "warmup": np.zeros(len(ok), np.bool_),
        "prompt_tokens": requests.prompt_tokens,
        "output_tokens": tokens,
        "outcome": np.where(ok, "OK", "FAILED"),
        "ttft_ms": ttft_ms,
        "tpot_ms": tpot_ms,
        "e2el_ms": e2el_ms,
        "output_speed": speed,
    }
    if requests.sent_s is not None and len(ok):
        frame["sent_ns"] = (requests.sent_s - np.nanmin(requests.sent_s)) * NS
    whole = ("prompt_tokens", "output_tokens", "sent_ns")
    series = [
        pl.Series(name, values, nan_to_null=True)
        for name, values in frame.items()
    ]
    return pl.DataFrame(
        [
            each.cast(pl.Int64, strict=False) if each.name in whole else each
            for each in series
        ]
    )


def _imported_events(requests: ImportedRequests) -> pl.DataFrame:
    """The gaps alone: the first event of a request has none, and is left out where nothing else is
    known of it.
    """
    import polars as pl

    gaps = requests.itls_s or ()
    counts = [len(each) for each in gaps]
    starts = np.cumsum(counts) - counts
    return pl.DataFrame(
        {
            "request": np.repeat(np.arange(len(gaps)), counts),
            "warmup": np.zeros(sum(counts), np.bool_),
            "event": np.arange(sum(counts)) - np.repeat(starts, counts) + 1,
            "itl_ms": np.concatenate([*gaps, np.zeros(0)]) * 1e3,
        },
        nan_to_null=True,
    )
