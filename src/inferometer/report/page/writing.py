"""From paths to the file: read, draw, lay out, write. The door of this folder for whoever only wants the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from inferometer.report.figures import Drawing, draw_all, gather, write
from inferometer.report.page.html import drawing_library, render
from inferometer.report.page.view import make_view
from inferometer.report.words import Words
from inferometer.results.read import read
from inferometer.store.atomic import require_writable, write_file


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it."""

    points: int
    bytes: int
    figures: int
    """Files beside the page."""
    problems: tuple[str, ...]


def write_report(
    paths: Sequence[Path],
    output: Path,
    *,
    language: str = "en",
    title: str | None = None,
    figures: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Written:
    """Write the report of all that lies under `paths`; a file that is there is replaced at once, or stays as it is.

    `figures`: a directory for the set figures as PNG and SVG. `progress` is told how many of how many sources are read. Raises
    ResultsError, CannotWriteError, and KeyError for a language that there is not.
    """
    require_writable(output.parent)  # before the time is spent
    collection = read(paths, progress=progress)
    with ThreadPoolExecutor(1) as beside:
        beside.submit(drawing_library)  # for render, meanwhile
        drawings = draw_all(gather(collection.points), Words(language))
        now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
        view = make_view(collection, language=language, title=title, written=now, paths=paths, figures=drawings)
    content = render(view).encode()
    write_file(output, content)
    files = write([each for each in drawings if isinstance(each, Drawing)], figures, language=language) if figures else []
    return Written(len(collection.points), len(content), len(files), collection.problems)
