"""Files that `report` writes besides the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from inferometer.analysis.ratings import Rated
    from inferometer.analysis.targets import Checked
    from inferometer.results.frames import Frames
    from inferometer.words import Words

STANDARD_OUTPUT = Path("-")


@dataclass(frozen=True, slots=True)
class TableFiles:
    """Where to write each output; None if it is not wanted."""

    markdown: Path | None = None
    csv: Path | None = None
    dcu_csv: Path | None = None
    excel: Path | None = None
    parquet: Path | None = None
    """A directory."""

    @property
    def prints(self) -> bool:
        """Whether a table goes to standard output."""
        return STANDARD_OUTPUT in (self.markdown, self.csv, self.dcu_csv)

    def one_for_two(self, page: Path) -> Path | None:
        """A file (or `-`) of two outputs, or of one and the page: the second would overwrite the
        first.
        """
        files = [
            path.absolute()
            for path in (
                page,
                self.markdown,
                self.csv,
                self.dcu_csv,
                self.excel,
            )
            if path is not None
        ]
        return next((path for path in files if files.count(path) > 1), None)


def write_tables(
    files: TableFiles,
    frames: Frames,
    checked: Sequence[Checked],
    rated: Rated,
    words: Words,
) -> list[str]:
    """Write the files, Markdown in the language of `words`; messages, a sentence each. Raises
    CannotWriteError and NoExcelError.
    """
    from inferometer.report.tables.delimited import (
        points_as_csv,
        points_as_dcu_csv,
    )
    from inferometer.report.tables.markdown import (
        answers_as_markdown,
        points_as_markdown,
        targets_as_markdown,
    )
    from inferometer.report.tables.workbook import write_workbook

    points = frames.collection.points
    told: list[str] = []

    def markdown() -> str:
        table = answers_as_markdown(points, words)
        table += points_as_markdown(points, rated, words)
        if not checked:
            return table
        return f"{table}\n{targets_as_markdown(checked, words)}"

    texts: tuple[tuple[Path | None, Callable[[], str]], ...] = (
        (files.markdown, markdown),
        (files.csv, lambda: points_as_csv(frames, rated)),
        (files.dcu_csv, lambda: points_as_dcu_csv(points)),
    )
    for path, text in texts:
        if path is not None:
            told += _write_text(path, text())
    if files.excel is not None:
        told += [
            *write_workbook(files.excel, frames, checked, rated),
            str(files.excel),
        ]
    if files.parquet is not None:
        told += _write_parquet(files.parquet, frames)
    return told


def _write_text(path: Path, text: str) -> list[str]:
    from inferometer.store.atomic import write_file

    if path == STANDARD_OUTPUT:
        typer.echo(text, nl=False)
        return []
    write_file(path, text.encode())
    return [str(path)]


def _write_parquet(directory: Path, frames: Frames) -> list[str]:
    from inferometer.store.atomic import replacing

    written = []
    for name, frame in (
        ("points", frames.points),
        ("requests", frames.requests),
        ("environment", frames.environment),
    ):
        path = directory / f"{name}.parquet"
        with replacing(path) as temporary:
            frame.write_parquet(temporary)
        written.append(str(path))
    return written
