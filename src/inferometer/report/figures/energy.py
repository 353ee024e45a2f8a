"""Figure of energy: tokens per joule over the load, and power against throughput."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inferometer.report.figures.curves import curve_panel, curves
from inferometer.report.figures.drawing import (
    Material,
    NothingToDrawError,
    Sketch,
)
from inferometer.report.figures.load import load_axis
from inferometer.report.tables.columns import with_unit
from inferometer.results.point import Point
from inferometer.store.json_values import at
from inferometer.words import Words

EFFICIENCY = "tokens_per_joule"
POWER = "average_power"
THROUGHPUT = "output_throughput"


AGAINST = {EFFICIENCY: None, POWER: THROUGHPUT}
"""What each is drawn against; None is the load."""


def draw_energy(material: Material, words: Words) -> Sketch:
    """Tokens per joule over the load, and power against throughput, where the energy is valid."""
    sampled = [point for point in material.points if _was_sampled(point)]
    if not any(EFFICIENCY in point.values for point in sampled):
        raise NothingToDrawError(words.text("figure.nothing.energy"))
    x = load_axis(sampled, words)
    found = curves(sampled, [EFFICIENCY, POWER, THROUGHPUT], words, x=x)
    panels = [
        curve_panel(
            found, [metric], words, title=with_unit(metric, words), against=over
        )
        for metric, over in AGAINST.items()
    ]
    return Sketch(panels, found.rows, [*_notes(sampled, words), *found.notes])


def _was_sampled(point: Point) -> bool:
    machine = point.recorded.machine if point.recorded else None
    return EFFICIENCY in point.values or bool(at(machine, "by_card"))


def _notes(points: Sequence[Point], words: Words) -> Iterator[str]:
    simulated = [point for point in points if _has_simulated_power(point)]
    if all(each.is_simulated for each in simulated):
        simulated = []  # as every figure of them says
    missing = sum(EFFICIENCY not in point.values for point in points)
    for key, n in (("simulated", len(simulated)), ("no_energy", missing)):
        if n:
            yield words.text(f"figure.note.{key}", n=n, all=len(points))


def _has_simulated_power(point: Point) -> bool:
    machine = point.recorded.machine if point.recorded else None
    return at(machine, "simulated") is True
