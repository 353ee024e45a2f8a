"""Results as polars frames, for notebooks: one row a point, a request, an event, an environment.

    frames = inferometer.load("bench_results/pcie") frames.points.filter(pl.col("config") ==
"C").select("model", "tp", "concurrency", "output_throughput")

Requests and events are read when they are first asked for, since there may be many millions of
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from inferometer.results.json_text import storable
from inferometer.results.point import (
    Collection,
    Condition,
    Point,
    condition_names,
)
from inferometer.results.reader import read
from inferometer.results.telling import spelled
from inferometer.vocabulary import CONDITIONS, LATENCIES, METRICS

if TYPE_CHECKING:
    import polars as pl


class Frames:
    """All that was measured, as polars frames. Units are those of `inferometer.vocabulary.METRICS`,
    and in the columns' names.
    """

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.problems: list[str] = list(collection.problems)
        """What could not be read, a sentence each; there may be more of them once requests or
        events were asked for.
        """

    def __repr__(self) -> str:
        problems = f", {len(self.problems)} problems" if self.problems else ""
        return (
            f"Frames({len(self.collection.points)} points{problems}; .points .requests .events "
            ".environment)"
        )

    @cached_property
    def points(self) -> pl.DataFrame:
        """One row a point: `id`, `tool`, `status` (VALID, SUSPECT, INVALID; null where the tool
        gives no verdict), `reasons`, all conditions and metrics, `{metric}_low` and `{metric}_high`
        (95% interval), `ttft_n` … (samples), `notes`, `source`, `run`. What was not measured is
        null.
        """
        import polars as pl

        return pl.DataFrame(_point_columns(self.collection.points))

    @cached_property
    def requests(self) -> pl.DataFrame:
        """One row a request, warm-ups too: `point`, the columns of requests.parquet (times in ns
        from the start of the run) and `ttft_ms`, `tpot_ms`, `e2el_ms`, `lag_ms` (sent less due, at
        a rate), `output_speed` (tokens/s). Latencies are those of requests that came to their end
        (`outcome` OK). Of other tools there are the columns that their files have.
        """
        from inferometer.results.request_frames import requests_of

        return _concatenated(requests_of(self.collection.points, self.problems))

    @cached_property
    def events(self) -> pl.DataFrame:
        """One row an output event: `point`, `request` (id), `warmup`, `event` (from 0), the columns
        of events.parquet, and `itl_ms`, the time since the event before it, null for the first of a
        request. Of other tools only `itl_ms` is known.
        """
        from inferometer.results.request_frames import events_of

        return _concatenated(events_of(self.collection.points, self.problems))

    @cached_property
    def environment(self) -> pl.DataFrame:
        """One row a point: the client's host and versions, the server's own words on itself, the
        command line.
        """
        from inferometer.results.environment import environment_of

        return _concatenated(
            environment_of(point) for point in self.collection.points
        )


def load(paths: str | Path | Sequence[str | Path]) -> Frames:
    """What `inferometer.load` returns. Raises ResultsError."""
    listed = [paths] if isinstance(paths, str | Path) else list(paths)
    return Frames(read([Path(path) for path in listed]))


def _count_columns(points: Sequence[Point]) -> Iterator[pl.Series]:
    import polars as pl

    for key in LATENCIES:
        counts = [point.samples.get(key) for point in points]
        yield pl.Series(f"{key}_n", counts, pl.Int64, strict=False)


def _point_columns(points: Sequence[Point]) -> list[pl.Series]:
    return [
        *(
            _texts(name, [getattr(point, name) for point in points])
            for name in ("id", "tool", "status")
        ),
        _texts("reasons", [" ".join(point.reasons) for point in points]),
        *_condition_columns(points),
        *_metric_columns(points),
        *_count_columns(points),
        _texts("notes", [" ".join(map(str, point.notes)) for point in points]),
        _paths("source", [point.source for point in points]),
        _paths("run", [point.run for point in points]),
    ]


def _condition_columns(points: Sequence[Point]) -> list[pl.Series]:
    """Those of CONDITIONS, and then those that only files know."""
    import polars as pl

    types = {"whole": pl.Int64, "number": pl.Float64, "text": pl.String}
    values = {
        name: [point.conditions.get(name) for point in points]
        for name in condition_names(points)
    }
    return [
        pl.Series(name, told, types[CONDITIONS[name].type], strict=False)
        if name in CONDITIONS
        else _own_series(name, told)
        for name, told in values.items()
    ]


def _metric_columns(points: Sequence[Point]) -> list[pl.Series]:
    """Each metric, and the ends of its interval beside it where it can have one."""
    columns = []
    for name in _metrics_of(points):
        columns.append(
            _numbers(name, [point.values.get(name) for point in points])
        )
        ranges = [point.shown_intervals.get(name) for point in points]
        if _is_bounded(name) or any(name in p.shown_intervals for p in points):
            low = [each.low if each else None for each in ranges]
            high = [each.high if each else None for each in ranges]
            columns.append(_numbers(f"{name}_low", low))
            columns.append(_numbers(f"{name}_high", high))
    return columns


def _texts(name: str, values: Sequence[str | None]) -> pl.Series:
    import polars as pl

    return pl.Series(name, values, pl.String, strict=False)


def _paths(name: str, paths: Sequence[Path | None]) -> pl.Series:
    told = [None if path is None else storable(str(path)) for path in paths]
    return _texts(name, told)


def _numbers(name: str, values: Sequence[float | None]) -> pl.Series:
    import polars as pl

    return pl.Series(name, values, pl.Float64, strict=False)


def _own_series(name: str, values: Sequence[Condition]) -> pl.Series:
    """A condition that only files know: numbers where all that is told are numbers."""
    import polars as pl

    is_number = all(
        type(each) in (int, float) for each in values if each is not None
    )
    told = [
        each if is_number or each is None else spelled(each) for each in values
    ]
    return pl.Series(
        name, told, pl.Float64 if is_number else pl.String, strict=False
    )


def _is_bounded(name: str) -> bool:
    return name in METRICS and METRICS[name].has_interval


def _metrics_of(points: Sequence[Point]) -> list[str]:
    """All of METRICS, and then the percentiles beside them that some point has."""
    others = {
        name for point in points for name in point.values if name not in METRICS
    }
    return [*METRICS, *sorted(others)]


def _concatenated(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """One under the other, by the names of the columns; without any there is a frame without
    rows.
    """
    import polars as pl

    found = list(frames)
    return (
        pl.concat(found, how="diagonal_relaxed")
        if found
        else pl.DataFrame({"point": pl.Series([], dtype=pl.String)})
    )
