"""Figures as files that need no browser: PNG and SVG, on white, in the size of print. Knows no
figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from inferometer.report.figures.drawing import Drawing
from inferometer.report.figures.theme import LIGHT_GROUND, theme
from inferometer.store.atomic import write_file
from inferometer.words import Said, either

FORMATS = ("png", "svg")


def write(
    drawings: Iterable[Drawing],
    directory: Path,
    *,
    formats: Sequence[str] = FORMATS,
    scale: float = 2,
    language: str = "en",
    dark: bool = False,
) -> list[Path]:
    """Write each figure as `KEY.png` and `KEY.svg` into `directory`, which is made if need be;
    returns the paths.

    `scale` is of PNG: 2 makes two dots of a CSS pixel. Raises CannotWriteError.
    """
    config = theme(
        language=language, dark=dark, ground=None if dark else LIGHT_GROUND
    )
    paths = []
    for drawing in drawings:
        spec = drawing.spec(config)
        for name in formats:
            path = directory / f"{drawing.key}.{name}"
            write_file(path, _render(spec, name, scale))
            paths.append(path)
    return paths


def _render(spec: dict[str, object], name: str, scale: float) -> bytes:
    import vl_convert

    if name == "png":
        return vl_convert.vegalite_to_png(spec, scale=scale)
    if name == "svg":
        return vl_convert.vegalite_to_svg(spec).encode()
    told = {"forms": either(list(FORMATS)), "name": name}
    raise ValueError(Said("report.figure_form", told))
