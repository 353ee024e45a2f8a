"""From which load on does throughput grow no more?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean

from inferometer.analysis.compare import readings
from inferometer.analysis.saturation import (
    NORMAL,
    MeasuredLoad,
    Saturation,
    saturation,
)
from inferometer.grouping import by_key
from inferometer.report.answers.answer import (
    ReportAnswer,
    at_load,
    capitalized,
    cautions,
)
from inferometer.report.naming import (
    clean,
    distinguishing,
    grouped,
    level_of,
    names_of,
    natural,
    usual_level,
)
from inferometer.report.tables.columns import figure, with_unit
from inferometer.results import Point
from inferometer.words import Words

THROUGHPUT = "output_throughput"
MAX_SENTENCES = 4
MAX_ROWS = 24


@dataclass(frozen=True, slots=True)
class SaturatedCurve:
    """One deployment's curve over the load."""

    name: str
    """As a legend has it whole."""
    points: Sequence[Point]
    found: Saturation
    highest: float
    """Throughput at the highest load."""

    @property
    def throughput(self) -> float | None:
        """On its plateau; of a curve that still grows, at the highest load."""
        grows = self.found.saturated_from is None
        return self.highest if grows else self.found.plateau


def _is_usable(point: Point) -> bool:
    return point.status != "INVALID" and point.values.get(THROUGHPUT, 0) > 0


def saturated_curves(
    points: Sequence[Point], words: Words
) -> tuple[str, list[SaturatedCurve]]:
    """The condition that says the load, and the curves over it that have enough levels to tell."""
    usable = [*filter(_is_usable, points)]
    x = usual_level(usable)
    there = [point for point in usable if level_of(point, x)]
    fields = distinguishing(there, without=(x,))
    members = grouped(there, fields)
    names = names_of(sorted(members, key=natural), fields, there, words)
    found = [_curve(name, members[key], x) for key, name in names.items()]
    return x, [each for each in found if each.found.state != "too few"]


def _curve(name: str, points: Sequence[Point], x: str) -> SaturatedCurve:
    levels = _levels(points, x)
    return SaturatedCurve(
        name, points, _saturation(levels), fmean(levels[-1].values)
    )


@lru_cache(maxsize=128)
def _saturation(levels: tuple[MeasuredLoad, ...]) -> Saturation:
    """The answer and its figure ask the same."""
    return saturation(levels)


def _levels(points: Sequence[Point], x: str) -> tuple[MeasuredLoad, ...]:
    at = by_key(points, lambda point: level_of(point, x) or 0)
    return tuple(_level(load, at[load]) for load in sorted(at))


def _level(load: float, points: Sequence[Point]) -> MeasuredLoad:
    samples = readings(points, THROUGHPUT)
    halves = [
        each.half_width for each in samples if each.half_width is not None
    ]
    error = (
        sum(half**2 for half in halves) ** 0.5 / len(halves) / NORMAL
        if len(halves) == len(samples)
        else None
    )
    return MeasuredLoad(load, tuple(each.value for each in samples), error)


def saturation_answers(
    points: Sequence[Point], words: Words
) -> list[ReportAnswer]:
    """One table of all curves."""
    x, found = saturated_curves(points, words)
    if not found:
        return []
    ranked = sorted(found, key=lambda each: -(each.throughput or 0))
    return [
        ReportAnswer(
            words.text("answer.saturation.title"),
            (
                *(_sentence(each, x, words) for each in ranked[:MAX_SENTENCES]),
                *cautions([p for each in found for p in each.points], words),
            ),
            _head(x, words),
            tuple(_row(each, words) for each in ranked[:MAX_ROWS]),
            _note(len(found), words),
        )
    ]


def _note(curves: int, words: Words) -> str:
    note = words.text("answer.saturation.note")
    if curves <= MAX_ROWS:
        return note
    more = words.text("figure.note.curves", shown=MAX_ROWS, n=curves)
    return f"{more} {note}"


def _sentence(curve: SaturatedCurve, x: str, words: Words) -> str:
    found = curve.found
    highest = max(level_of(point, x) or 0 for point in curve.points)
    values = {
        "name": clean(curve.name),
        "throughput": figure(curve.throughput),
        "highest": at_load(x, highest, words),
        "interval": interval_in_words(found, words),
    }
    if found.saturated_from is None:
        untold = ".untold" if _is_untold(found) else ""
        return words.text(f"answer.saturation.growing{untold}", **values)
    values["load"] = at_load(x, found.saturated_from, words)
    if found.linear_to is None:
        return words.text("answer.saturation", **values)
    linear = f"{found.linear_to:g}"
    return words.text("answer.saturation.linear", linear=linear, **values)


def interval_in_words(found: Saturation, words: Words) -> str:
    """Between which loads; that it cannot be told where the noise is unknown."""
    if _is_untold(found):
        return words.text("answer.saturation.untold")
    ends = {
        name: f"{end:g}"
        for name, end in (("low", found.low), ("high", found.high))
        if end is not None
    }
    return words.text(f"answer.saturation.{'_'.join(ends)}", **ends)


def _is_untold(found: Saturation) -> bool:
    return found.noise == "unknown" or found.low is found.high is None


def _head(x: str, words: Words) -> tuple[str, ...]:
    load = capitalized(words.condition(x))
    return (
        words.text("answer.saturation.curve"),
        words.text("answer.saturation.linear_to", load=load),
        words.text("answer.saturation.from", load=load),
        words.text("answer.saturation.interval"),
        with_unit(THROUGHPUT, words),
        words.text("answer.saturation.falls", load=load),
    )


def _row(curve: SaturatedCurve, words: Words) -> tuple[str, ...]:
    found = curve.found
    loads = [found.linear_to, found.saturated_from, found.falls_from]
    linear, saturated, falls = (
        "–" if load is None else f"{load:g}" for load in loads
    )
    if found.saturated_from is None:
        saturated = words.text("answer.saturation.not_reached")
    return (
        clean(curve.name),
        linear,
        saturated,
        interval_in_words(found, words),
        figure(curve.throughput),
        falls,
    )
