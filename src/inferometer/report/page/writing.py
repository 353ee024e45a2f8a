"""From points to the file: draw, lay out, write. The door of this folder for whoever only wants the
report.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from inferometer.analysis.ratings import RATED, Rated
from inferometer.analysis.targets import Checked
from inferometer.report.figures import Drawing, draw_all, gather, write
from inferometer.report.page.html import render
from inferometer.report.page.library import drawing_library
from inferometer.report.page.view import make_view
from inferometer.report.spoken_values import with_spoken_values
from inferometer.results import Collection
from inferometer.store.atomic import write_file
from inferometer.words import Words

LIVE = "overview"
"""The figure that the page draws itself, over a load that its reader chooses."""


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it."""

    bytes: int
    figures: int
    """Files beside the page."""
    problems: tuple[str, ...]
    """What could not be read, then or now, a sentence each."""


def write_report(
    collection: Collection,
    paths: Sequence[Path],
    output: Path,
    *,
    language: str = "en",
    title: str | None = None,
    figures: Path | None = None,
    checked: Sequence[Checked] = (),
    rated: Rated = RATED,
) -> Written:
    """Write the report of what was read from `paths`; a file that is there is replaced at once, or
    stays as it is.

    `figures`: a directory for the set figures as PNG and SVG. `checked`: targets, held against the
    points. Raises CannotWriteError, and KeyError for a language that there is not.
    """
    with ThreadPoolExecutor(1) as beside:
        beside.submit(drawing_library)  # for render, meanwhile
        words = Words(language)
        points = with_spoken_values(collection.points, words)
        material = gather(points)
        collection = replace(
            collection,
            points=tuple(points),
            problems=(*collection.problems, *material.problems),
            unread=collection.unread + len(material.problems),
        )
        drawings = draw_all(material, words)
        view = make_view(
            collection,
            language=language,
            title=title,
            written=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
            paths=paths,
            figures=[each for each in drawings if each.key != LIVE],
            checked=checked,
            links=material.link_study,
            rated=rated,
        )
    content = render(view).encode()
    write_file(output, content)
    files = []
    if figures:
        drawn = [each for each in drawings if isinstance(each, Drawing)]
        files = write(drawn, figures, language=language)
    return Written(len(content), len(files), collection.problems)
