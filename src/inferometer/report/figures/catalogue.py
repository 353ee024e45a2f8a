"""FIGURES, the table of all figures, and how one is made: the page, print and notebooks all draw
from here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import isfinite

from inferometer.report.figures.comparison import draw_link_effect, draw_scaling
from inferometer.report.figures.configurations import (
    draw_dates,
    draw_efficiency,
    draw_saturation,
    draw_spread,
)
from inferometer.report.figures.curves import doubtful
from inferometer.report.figures.distributions import (
    draw_cdfs,
    draw_histograms,
    draw_requests,
)
from inferometer.report.figures.drawing import (
    Absent,
    Drawing,
    Figure,
    Material,
    NothingToDrawError,
    Row,
)
from inferometer.report.figures.energy import draw_energy
from inferometer.report.figures.load import (
    draw_load_curves,
    draw_overview,
    draw_pareto,
    draw_pcie,
)
from inferometer.report.figures.over_time import draw_over_time, draw_timeline
from inferometer.report.figures.prefix_cache import draw_prefix_cache
from inferometer.report.figures.production import draw_production
from inferometer.report.sentences import said_once
from inferometer.results.point import Point
from inferometer.words import Words

FIGURES: dict[str, Figure] = {
    "overview": Figure("figure.overview", draw_overview, "points"),
    "pcie": Figure("figure.pcie", draw_pcie, "points"),
    "load_curves": Figure("figure.load_curves", draw_load_curves, "points"),
    "saturation": Figure("figure.saturation", draw_saturation, "points"),
    "production": Figure("figure.production", draw_production, "points"),
    "prefix_cache": Figure("figure.prefix_cache", draw_prefix_cache, "points"),
    "link_effect": Figure(
        "figure.link_effect", draw_link_effect, "link_effects"
    ),
    "scaling": Figure("figure.scaling", draw_scaling, "scaling"),
    "pareto": Figure("figure.pareto", draw_pareto, "points"),
    "efficiency": Figure("figure.efficiency", draw_efficiency, "points"),
    "energy": Figure("figure.energy", draw_energy, "points"),
    "spread": Figure("figure.spread", draw_spread, "points"),
    "dates": Figure("figure.dates", draw_dates, "points"),
    "requests": Figure("figure.requests", draw_requests, "runs"),
    "histograms": Figure("figure.histograms", draw_histograms, "runs"),
    "cdfs": Figure("figure.cdfs", draw_cdfs, "runs"),
    "timeline": Figure("figure.timeline", draw_timeline, "runs"),
    "over_time": Figure("figure.over_time", draw_over_time, "runs"),
}
"""By key, which also names the files; in the order in which a reader meets them."""
NOT_MEASURED = {
    "note.rehearsal_simulated": "simulated",
    "note.rehearsal_twin": "twin_speed",
}
"""Notes of points that every figure repeats, and its word for them."""


def draw(key: str, material: Material, words: Words) -> Drawing | Absent:
    """One figure of FIGURES, or why there is nothing to draw."""
    return _draw(key, _with_finite_values(material), words)


def draw_all(material: Material, words: Words) -> list[Drawing | Absent]:
    """Every figure, in the order of FIGURES."""
    finite = _with_finite_values(material)
    return [_draw(key, finite, words) for key in FIGURES]


def _marks(rows: Sequence[Row], words: Words) -> list[str]:
    """What marks of doubt mean."""
    marks = [words.text(f"figure.mark.{each}") for each in doubtful(rows)]
    return ["   ".join(marks)] if marks else []


def _draw(key: str, material: Material, words: Words) -> Drawing | Absent:
    figure = FIGURES[key]
    title = words.text(figure.title)
    try:
        sketch = figure.draw(material, words)
    except NothingToDrawError as nothing:
        return Absent(key, title, str(nothing))
    notes = [*_not_measured(material.points, words), *sketch.notes]
    notes += _marks(sketch.rows, words)
    sketch = replace(sketch, notes=notes)
    if sketch.about:
        title = words.text("page.colon", label=title, text=sketch.about)
    return Drawing(key, title, sketch)


def _not_measured(points: Sequence[Point], words: Words) -> list[str]:
    """What a figure says above all else: which points were simulated, which are of a twin that ran
    faster than time, and notes about more than a point.
    """
    found = Counter(
        getattr(note, "key", "") for point in points for note in point.notes
    )
    told = [
        words.text(
            f"figure.{key}" + ".all" * (found[note] == len(points)),
            n=found[note],
            all=len(points),
        )
        for note, key in NOT_MEASURED.items()
        if found[note]
    ]
    return [*told, *said_once(points, words)]


def _with_finite_values(material: Material) -> Material:
    return replace(material, points=[_finite(p) for p in material.points])


def _finite(point: Point) -> Point:
    """The point without values that no axis has: infinite ones, and what is no number."""
    values, intervals = point.values, point.intervals
    if not all(map(isfinite, values.values())):
        values = {
            name: value for name, value in values.items() if isfinite(value)
        }
    if not all(
        isfinite(each.low) and isfinite(each.high)
        for each in intervals.values()
    ):
        intervals = {
            name: each
            for name, each in intervals.items()
            if isfinite(each.low) and isfinite(each.high)
        }
    if values is point.values and intervals is point.intervals:
        return point
    return replace(point, values=values, intervals=intervals)
