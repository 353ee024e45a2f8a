"""An Excel workbook: summary, points, requests, environment. Texts from results stay texts: none
becomes a formula or a link.

Needs the package xlsxwriter (`pip install 'inferometer[excel]'`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inferometer.analysis.ratings import RATED, Rated
from inferometer.analysis.targets import Checked
from inferometer.report.tables.columns import measured, telling
from inferometer.report.tables.delimited import with_ratings
from inferometer.report.targets import (
    deployment_in_words,
    place_in_words,
    why_in_words,
)
from inferometer.store.atomic import replacing
from inferometer.words import Said, Words

if TYPE_CHECKING:
    import polars as pl

    from inferometer.results.frames import Frames

MAX_ROWS = 1_048_575
"""Of an Excel sheet, under its head."""
LONGEST_TEXT = 32_767
"""Of an Excel cell."""

REACHED = {"reached": True, "missed": False, "not checked": None}
TEXTS_STAY_TEXTS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class NoExcelError(Exception):
    """The package that writes workbooks is not there; the message is one sentence with the cure."""


def write_workbook(
    path: Path,
    frames: Frames,
    checked: Sequence[Checked] = (),
    rated: Rated = RATED,
) -> list[str]:
    """Write it to `path`, whole or not at all. Returns what did not fit, a sentence each.

    Raises NoExcelError and CannotWriteError.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise NoExcelError(Said("report.no_excel")) from error
    sheets = {
        "summary": _summary(frames),
        "points": with_ratings(frames, rated),
    }
    if checked:
        sheets["targets"] = _targets(checked)
    sheets |= {"requests": frames.requests, "environment": frames.environment}
    with (
        replacing(path) as temporary,
        xlsxwriter.Workbook(temporary, TEXTS_STAY_TEXTS) as book,
    ):
        return [
            sentence
            for name, frame in sheets.items()
            for sentence in _write(book, name, frame)
        ]


def _in_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """As cells hold it: no infinite number, and no long text."""
    import polars as pl

    endless = [
        column.name
        for column in frame.select(pl.selectors.float())
        if not column.drop_nulls().is_finite().all()
    ]
    return frame.with_columns(pl.col(endless).cast(pl.String)).with_columns(
        pl.selectors.temporal().cast(pl.String),
        pl.col(pl.String).str.head(LONGEST_TEXT),
    )


def _write(book: Any, name: str, frame: pl.DataFrame) -> list[str]:
    shown = _in_cells(frame.head(MAX_ROWS))
    shown.write_excel(
        book,
        name,
        autofit=len(shown) < 10_000,
        freeze_panes=(1, 1),
        float_precision=3,
    )
    if len(frame) <= MAX_ROWS:
        return []
    told = {"name": name, "most": MAX_ROWS, "n": len(frame)}
    return [Said("report.rows", told)]


def _summary(frames: Frames) -> pl.DataFrame:
    points = frames.collection.points
    names = ["id", *telling(points), *measured(points), "status", "reasons"]
    return frames.points.select(names)


def _targets(checked: Sequence[Checked]) -> pl.DataFrame:
    import polars as pl

    words = Words()
    return pl.DataFrame(
        {
            "target": [str(each.target) for each in checked],
            "deployment": [
                deployment_in_words(each, words) for each in checked
            ],
            "value": [each.value for each in checked],
            "unit": [each.unit for each in checked],
            "at": [place_in_words(each, words) for each in checked],
            "reached": [REACHED[each.state] for each in checked],
            "reason": [why_in_words(each, words) for each in checked],
        },
        schema_overrides={"value": pl.Float64, "reached": pl.Boolean},
    )
