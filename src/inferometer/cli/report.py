"""`inferometer report`: results as one HTML file that opens anywhere."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inferometer.cli.asserted import Asserted
from inferometer.cli.option import option
from inferometer.cli.output import in_files_too
from inferometer.cli.ratings import Ratings, rated_by
from inferometer.cli.telling import notice, tell
from inferometer.cli.usage import usage_error
from inferometer.printable import printable
from inferometer.words import Said, Words, counted, in_words, spoken

if TYPE_CHECKING:
    from inferometer.cli.report_files import TableFiles
    from inferometer.results.point import Collection
    from inferometer.spec.target import Threshold


class Language(str, Enum):
    """Of the page: keys of `words.LANGUAGES`."""

    EN = "en"
    ZH_CN = "zh-CN"
    ZH_TW = "zh-TW"


@dataclass(frozen=True, slots=True)
class Page:
    """Settings of the page."""

    output: Path
    language: str
    title: str | None
    figures: Path | None
    ratings: Path | None


Sources = Annotated[
    list[Path],
    typer.Argument(
        metavar="PATH",
        readable=False,  # we name what may not be read, not the parser
        help="Result directories, run directories, or result files of any known tool.",
    ),
]
Output = Annotated[
    Path,
    option(
        "HTML file to write; an existing file is overwritten.", "--output", "-o"
    ),
]
PageLanguage = Annotated[
    Language,
    option("Language of the page and of the Markdown table.", "--lang"),
]
Title = Annotated[
    str | None,
    option("Title of the page.", show_default="the campaigns' names"),
]
Figures = Annotated[
    Path | None,
    option(
        "Also write the figures to this directory, as PNG and SVG.",
        metavar="DIR",
    ),
]
Markdown = Annotated[
    Path | None,
    option("Also write a Markdown table; - prints it.", metavar="FILE"),
]
Csv = Annotated[
    Path | None,
    option(
        "Also write a CSV file with a row per point; - prints it.",
        metavar="FILE",
    ),
]
DcuCsv = Annotated[
    Path | None,
    option(
        "Also write a CSV file with the columns of the DCU guide's script; - prints it.",
        metavar="FILE",
    ),
]
Excel = Annotated[
    Path | None,
    option(
        "Also write an Excel workbook: points, requests, environment.",
        metavar="FILE",
    ),
]
Parquet = Annotated[
    Path | None,
    option(
        "Also write points, requests and environment as Parquet files.",
        metavar="DIR",
    ),
]


def report(  # noqa: PLR0917 - typer makes an option of each
    sources: Sources,
    output: Output = Path("report.html"),
    language: PageLanguage = Language.EN,
    title: Title = None,
    figures: Figures = None,
    markdown: Markdown = None,
    csv: Csv = None,
    dcu_csv: DcuCsv = None,
    excel: Excel = None,
    parquet: Parquet = None,
    ratings: Ratings = None,
    asserted: Asserted = None,
) -> None:
    """Write one HTML file with all points: summary, explorer, figures, environment and method.

    The file contains its data and loads nothing, so it opens without a network. It lists the files
    that could not be read.

    Exit code: 0 if the file was written; 1 if a target of --assert is missed; 2 if no file was
    written.
    """
    from inferometer.cli.report_files import TableFiles

    files = TableFiles(markdown, csv, dcu_csv, excel, parquet)
    page = Page(output, language.value, title, figures, ratings)
    if (twice := files.one_for_two(output)) is not None:
        usage_error(Said("report.one_for_two", {"name": printable(twice.name)}))
    with _uncollected():
        code = _write_or_refuse(sources, page, files, asserted or ())
    raise typer.Exit(code)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without garbage collection: what is read is needed to the end, and to go through it again
    and again takes a twentieth of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _write_or_refuse(
    sources: Sequence[Path],
    page: Page,
    files: TableFiles,
    asserted: Sequence[str],
) -> int:
    from inferometer.cli.flag_errors import FlagsError
    from inferometer.report.tables.workbook import NoExcelError
    from inferometer.results.reader import ResultsError
    from inferometer.store.atomic import CannotWriteError

    refused = (ResultsError, CannotWriteError, NoExcelError)
    try:
        return _write(sources, page, files, asserted)
    except FlagsError as error:
        usage_error(*error.reasons)
    except refused as error:
        usage_error(error)


def _write(
    sources: Sequence[Path],
    page: Page,
    files: TableFiles,
    texts: Sequence[str],
) -> int:
    """Write all outputs; the exit code."""
    from inferometer.analysis.targets import check, check_campaigns
    from inferometer.cli.asserted import targets_of, tell_targets
    from inferometer.cli.report_files import write_tables
    from inferometer.report.page.writing import write_report
    from inferometer.results.frames import Frames
    from inferometer.results.point import condition_names
    from inferometer.store.atomic import require_writable

    goals = targets_of(texts, conditions=None)
    rated = rated_by(page.ratings)
    require_writable(page.output.parent)  # before the time is spent
    collection = _collected(sources, goals)
    targets_of(texts, conditions=condition_names(collection.points))
    asserted = check(goals, collection.points)
    checked = [*check_campaigns(collection), *asserted]
    with _drawing():
        written = write_report(
            collection,
            sources,
            page.output,
            language=page.language,
            title=page.title,
            figures=page.figures,
            checked=checked,
            rated=rated,
        )
    if not files.prints:
        in_files_too()
    _tell_problems(written.problems)
    points = len(collection.points)
    for line in _what_was_written(page, points, written.bytes, written.figures):
        tell(in_words(line), err=files.prints)
    for each in write_tables(
        files, Frames(collection), checked, rated, Words(page.language)
    ):
        tell(in_words(each), err=files.prints)
    return tell_targets(asserted, err=files.prints)


def _collected(
    sources: Sequence[Path], goals: Sequence[Threshold]
) -> Collection:
    """All points, with the percentiles that targets name."""
    from dataclasses import replace

    from inferometer.results.on_demand import with_percentiles
    from inferometer.results.reader import read

    with _progress() as progress:
        collection = read(sources, progress=progress)
    named = [each.metric for each in (*collection.targets, *goals)]
    points = with_percentiles(collection.points, named)
    return replace(collection, points=tuple(points))


def _what_was_written(
    page: Page, points: int, size: int, figures: int
) -> Iterator[Said]:
    told = {"path": page.output, "mb": size / 1e6}
    yield counted("report.points", points, told)
    if page.figures is not None:
        key = "report.figures" if figures else "report.figures.none"
        yield counted(key, figures, {"path": page.figures})


def _tell_problems(problems: Sequence[str]) -> None:
    for problem in problems[:5]:
        notice(problem)
    if (more := len(problems) - 5) > 0:
        notice(Said("report.more_problems", {"n": more}))


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar while files are read, if standard error is a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
    )

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with Progress(
        TextColumn(spoken().text("progress.reading")),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
    ) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def _drawing() -> Iterator[None]:
    """A status line while figures are drawn, which takes seconds, if standard error is a
    terminal.
    """
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(spoken().text("progress.drawing")):
        yield
