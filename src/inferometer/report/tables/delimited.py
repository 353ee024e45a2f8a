"""Points as CSV: all that is known of each in a row; or the columns that the batch script of
Hygon's DCU guide writes.

A text that a spreadsheet would take for a formula gets an apostrophe before it, and control
characters become question marks. Numbers are written in full.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from inferometer.analysis.ratings import RATED, Rated, ratings
from inferometer.results import Point
from inferometer.store.json_values import at, entries

if TYPE_CHECKING:
    import polars as pl

    from inferometer.results.frames import Frames

DCU_METRICS = {
    "TOTAL_THROUGHPUT(toks/s)": "total_token_throughput",
    "generate_throughput(toks/s)": "output_throughput",
    "TTFT(ms)": "mean_ttft_ms",
    "TPOT(ms)": "mean_tpot_ms",
    "ITL(ms)": "mean_itl_ms",
}
"""Its columns of figures, and our names."""

DATA_TYPE = re.compile(r"--dtype[ =](\w{1,40})")
"""In a server's command."""

FORMULA = r"^([=+\-@\t\r])"
"""How a cell begins that spreadsheets compute."""

CONTROL = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
    r"\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{2069}\x{feff}]"
)
"""What would drive a terminal, on which tables are printed too."""


def points_as_csv(frames: Frames, rated: Rated = RATED) -> str:
    """A row a point, the columns of `Frames.points` and the ratings."""
    return _written(with_ratings(frames, rated))


def with_ratings(frames: Frames, rated: Rated = RATED) -> pl.DataFrame:
    """The points, with a column `NAME_rating` for each metric that is rated."""
    import polars as pl

    words = [ratings(point.values, rated) for point in frames.collection.points]
    columns = [
        pl.Series(
            f"{name}_rating", [each.get(name) for each in words], pl.String
        )
        for name in rated
    ]
    return frames.points.with_columns(columns)


def _whole_numbers(name: str, points: Sequence[Point]) -> pl.Series:
    import polars as pl

    conditions = [point.conditions.get(name) for point in points]
    return pl.Series(conditions, dtype=pl.Int64, strict=False)


def points_as_dcu_csv(points: Sequence[Point]) -> str:
    """The table of the DCU script. `batch` is the level of load; `data_type` is empty where neither
    the result nor the server's command tells it.
    """
    import polars as pl

    columns = {
        "tp": _whole_numbers("tp", points),
        "data_type": pl.Series(map(_data_type, points), dtype=pl.String),
        "batch": _whole_numbers("concurrency", points),
        "prompt_tokens": _whole_numbers("input_len", points),
        "completion_tokens": _whole_numbers("output_len", points),
    }
    columns |= {
        head: pl.Series(
            [point.values.get(name) for point in points], dtype=pl.Float64
        ).round(2)
        for head, name in DCU_METRICS.items()
    }
    return _written(pl.DataFrame(columns))


def _data_type(point: Point) -> str | None:
    if (told := point.conditions.get("dtype")) is not None:
        return str(told)
    run = point.recorded.run if point.recorded else None
    command = shlex.join(
        map(str, entries(at(run, "spec", "server", "command")))
    )
    found = DATA_TYPE.search(command)
    return found[1] if found else None


def _written(frame: pl.DataFrame) -> str:
    import polars as pl

    return frame.with_columns(
        pl.col(pl.String)
        .str.replace(FORMULA, "'$1")
        .str.replace_all(CONTROL, "?")
    ).write_csv()
