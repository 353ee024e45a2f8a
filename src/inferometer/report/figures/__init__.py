"""Figures, each defined once: the page, print and notebooks show the same. Knows plain data; no
page and no command line.
"""

from inferometer.report.figures.catalogue import FIGURES, draw, draw_all
from inferometer.report.figures.drawing import (
    ROWS,
    Absent,
    Drawing,
    Figure,
    Material,
)
from inferometer.report.figures.gather import gather
from inferometer.report.figures.theme import theme
from inferometer.report.figures.writing import FORMATS, write

__all__ = [
    "FIGURES",
    "FORMATS",
    "ROWS",
    "Absent",
    "Drawing",
    "Figure",
    "Material",
    "draw",
    "draw_all",
    "gather",
    "theme",
    "write",
]
