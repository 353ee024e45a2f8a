"""The page: one HTML file that carries its data, its style, its scripts and the library that draws,
and fetches nothing.

Everything that comes from results is text: the template escapes it, data are JSON that cannot end
its own element, and a content security policy by checksums lets nothing else run, should an escape
ever be missing. The same view, the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import inferometer
from inferometer.report.figures import Drawing, theme
from inferometer.report.page.library import drawing_library
from inferometer.report.page.packing import packed
from inferometer.report.page.view import ReportView
from inferometer.words import Words, words

if TYPE_CHECKING:
    import jinja2

SCRIPTS = (
    "points.js",
    "chart.js",
    "hover.js",
    "table.js",
    "figures.js",
    "folders.js",
    "overview.js",
    "top.js",
    "explorer.js",
    "page.js",
)
"""One module, in this order."""

HARMLESS = {
    "<": b"\\u003c",
    ">": b"\\u003e",
    "&": b"\\u0026",
    "\u2028": b"\\u2028",
    "\u2029": b"\\u2029",
}
"""What could end a script element or a line, as JSON spells it otherwise."""


def _template() -> jinja2.Template:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.from_string(_asset("page.html"))


def render(view: ReportView) -> str:
    """The file's content."""
    style, script = _asset("page.css"), "\n".join(map(_asset, SCRIPTS))
    library = drawing_library()
    shared = _shared_notes(view.figures)
    return _template().render(
        view=view,
        say=Words(view.language).text,
        version=inferometer.__version__,
        policy=_policy(style=style, scripts=(library, script)),
        style=style,
        library=library,
        script=script,
        data=_embedded(_data(view)),
        figures=[_figure(each, view.places, shared) for each in view.figures],
        shared_notes=shared,
    )


def _data(view: ReportView) -> dict[str, Any]:
    spoken = {
        key: word
        for key, word in words(view.language).items()
        if key.startswith("page.js.")
    }
    themes = {
        name: theme(dark=name == "dark", language=view.language)
        for name in ("light", "dark")
    }
    return {
        "language": view.language,
        "words": spoken,
        "themes": themes,
        **view.explorer,
    }


def _shared_notes(figures: Sequence[Drawing]) -> list[str]:
    """What several figures all say, and the page therefore once."""
    if len(figures) < 2:
        return []
    first, *others = figures
    return [
        note
        for note in first.notes
        if all(note in other.notes for other in others)
    ]


def _figure(
    drawing: Drawing, places: Mapping[str, int], shared: Sequence[str]
) -> dict[str, Any]:
    """What the template needs of a figure; its rows are in the page once, for all its panels, and
    name their points by their places in the explorer, so that filters reach them.
    """
    panels = drawing.specs(with_data=False)
    runs = {
        curve: places[name]
        for curve, name in drawing.sketch.runs.items()
        if name in places
    }
    return {
        "key": drawing.key,
        "title": drawing.title,
        "notes": [note for note in drawing.notes if note not in shared],
        "panels": panels,
        "columns": drawing.columns,
        "follows": bool(runs)
        or any("id" in row or "of" in row for row in drawing.rows),
        "data": _embedded(
            {
                "panels": panels,
                "rows": packed(drawing.rows, places),
                "runs": runs,
            }
        ),
    }


def _embedded(value: Any) -> str:
    """JSON for the inside of a script element, where nothing in it can end it."""
    import orjson

    text = orjson.dumps(value)
    for character, spelled in HARMLESS.items():
        text = text.replace(character.encode(), spelled)
    return text.decode()


def _policy(*, style: str, scripts: tuple[str, ...]) -> str:
    """Nothing may be fetched, and nothing runs but these very texts."""
    directives = {
        "default-src": "'none'",
        "script-src": " ".join(map(_checksum, scripts)),
        "style-src": _checksum(style),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(
        f"{name} {sources}" for name, sources in directives.items()
    )


def _checksum(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _asset(name: str) -> str:
    return (files("inferometer.report.page") / "assets" / name).read_text(
        encoding="utf-8"
    )
