"""FIGURES, the table of all figures, and how one is made: the page, print and notebooks all draw from here."""

from __future__ import annotations

from inferometer.report.figures.drawing import Absent, Drawing, Figure, Material, NothingToDrawError
from inferometer.report.figures.load import draw_load_curves, draw_pareto, draw_pcie
from inferometer.report.words import Words

FIGURES: dict[str, Figure] = {
    "pcie": Figure("figure.pcie", draw_pcie, "points"),
    "load_curves": Figure("figure.load_curves", draw_load_curves, "points"),
    "pareto": Figure("figure.pareto", draw_pareto, "points"),
}
"""By key, which also names the files; in the order in which a reader meets them."""


def draw(key: str, material: Material, words: Words) -> Drawing | Absent:
    """One figure of FIGURES, or why there is nothing to draw."""
    figure = FIGURES[key]
    title = words.text(figure.title)
    try:
        return Drawing(key, title, figure.draw(material, words))
    except NothingToDrawError as nothing:
        return Absent(key, title, str(nothing))


def draw_all(material: Material, words: Words) -> list[Drawing | Absent]:
    """Every figure, in the order of FIGURES."""
    return [draw(key, material, words) for key in FIGURES]
