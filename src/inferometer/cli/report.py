"""`inferometer report`: results as one HTML file that opens anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

EXIT_USAGE = 2


class Language(str, Enum):
    """Of the page: keys of `report.words.LANGUAGES`."""

    EN = "en"
    ZH_CN = "zh-CN"
    ZH_TW = "zh-TW"


def report(
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Result directories, run directories, or result files of any known tool."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The HTML file; one that is there is replaced.")] = Path(
        "report.html"
    ),
    language: Annotated[Language, typer.Option("--lang", help="The language of the page.")] = Language.EN,
    title: Annotated[str | None, typer.Option("--title", help="Its title.", show_default="the campaigns' names")] = None,
    figures: Annotated[
        Path | None,
        typer.Option("--figures", metavar="DIR", help="Also write the figures there, as PNG and SVG for print."),
    ] = None,
) -> None:
    """Write one HTML file with all points: summary, explorer, figures, environment and method.

    It holds its data and fetches nothing, so that it can be sent, archived and opened without a network. What cannot be read is
    listed in it. Exit code: 0 if it was written, 2 if not.
    """
    from inferometer.report.page.writing import write_report
    from inferometer.results.read import ResultsError
    from inferometer.store.atomic import CannotWriteError

    try:
        with _progress() as progress:
            written = write_report(sources, output, language=language.value, title=title, figures=figures, progress=progress)
    except (ResultsError, CannotWriteError) as error:
        typer.echo(f"inferometer: {_printable(str(error))}", err=True)
        raise typer.Exit(EXIT_USAGE) from None
    for problem in written.problems[:5]:
        typer.echo(f"inferometer: {_printable(problem)}", err=True)
    if (more := len(written.problems) - 5) > 0:
        typer.echo(f"inferometer: {more} more such lines are in the report.", err=True)
    typer.echo(f"{written.points:,} point{'s' * (written.points != 1)} in {output} ({written.bytes / 1e6:.1f} MB)")
    if figures is not None:
        typer.echo(f"{written.figures} file{'s' * (written.figures != 1)} in {figures}")


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """A line on the terminal while many files are read; nothing where nobody looks."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with Progress(TextColumn("Reading"), BarColumn(), MofNCompleteColumn(), console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _printable(text: str) -> str:
    """Without what would drive a terminal: names come from files of others."""
    return "".join(character if character.isprintable() else "?" for character in text)
