"""What `simulate` shows of how far its numbers may be from measured ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from inferometer.cli.tables import show
from inferometer.cli.telling import say
from inferometer.printable import printable
from inferometer.words import Said, spoken

if TYPE_CHECKING:
    from inferometer.results import Point

SHOWN = ("mean_ttft_ms", "p99_ttft_ms", "mean_tpot_ms", "output_throughput")
MAX_ROWS = 20
NOTES = {
    "note.twin_unfitted": "simulate.unfitted",
    "note.twin_extrapolated": "simulate.extrapolated",
}
"""Notes of points, and what sums them up."""


def tell_predictions(points: Sequence[Point]) -> None:
    """Nothing for points that were not simulated."""
    from inferometer.report.tables.columns import with_interval, with_unit

    predicted = [point for point in points if point.predicted]
    if not predicted:
        return
    words = spoken()
    typer.echo("\n" + words.text("simulate.intervals"))
    rows = [
        [_name(point), *(with_interval(point, name) or "-" for name in SHOWN)]
        for point in predicted[:MAX_ROWS]
    ]
    heads = [with_unit(name, words) for name in SHOWN]
    show([words.text("fit.head.point"), *heads], rows)
    if (more := len(predicted) - MAX_ROWS) > 0:
        typer.echo(words.text("console.more", n=more))
    for key, sentence in NOTES.items():
        notes = [note for each in predicted if (note := _note(each, key))]
        if notes:
            found = dict.fromkeys(
                name for note in notes for name in note.values.get("names", ())
            )
            told = {"n": len(notes), "all": len(predicted)}
            say(sentence, **told, names=words.listed(found))


def _name(point: Point) -> str:
    is_extrapolated = _note(point, "note.twin_extrapolated") is not None
    mark = spoken().text("capacity.extrapolated") if is_extrapolated else ""
    return printable(point.id) + mark


def _note(point: Point, key: str) -> Said | None:
    return next((each for each in point.notes if each.key == key), None)
