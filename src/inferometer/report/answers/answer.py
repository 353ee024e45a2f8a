"""An answer, and how its figures are written: an effect is claimed where it is decided, and has its
interval everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Protocol

from inferometer.analysis.cautions import DRIFT_C
from inferometer.analysis.decision import Verdict
from inferometer.report.sentences import said_once
from inferometer.results import Point
from inferometer.vocabulary import LEVELS
from inferometer.words import Words
from inferometer.words.numbers import change, interval, is_point

MAX_LEVELS = 12
"""Loads that a table lists; of more, those that double."""
DIVIDED = 5e-4
"""Ratios are told to a tenth of a percent; the figures beside them, divided, agree to that."""


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """One question's answer."""

    title: str
    sentences: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The first column is words, the others are figures."""
    note: str = ""
    """What the table leaves out, and where that is."""


class Bounded(Protocol):
    """What has an interval, or not."""

    @property
    def low(self) -> float | None: ...

    @property
    def high(self) -> float | None: ...


class Compared(Bounded, Protocol):
    """An effect that was judged."""

    @property
    def effect(self) -> float: ...

    @property
    def verdict(self) -> Verdict: ...

    @property
    def more_runs(self) -> int | None: ...


def between(low: float | None, high: float | None, words: Words) -> str:
    """The interval of an effect, in percent: `−3.6 … −2.7`; empty where nothing is known."""
    return words.say(interval(low, high, unit=""))


def with_interval(figure: str, bounds: str, words: Words) -> str:
    """A figure in a sentence, with its interval where that is known."""
    if not bounds:
        return figure
    return words.text("answer.with_interval", figure=figure, interval=bounds)


def unknown_intervals(
    effects: Iterable[Bounded], words: Words, points: Sequence[Point] = ()
) -> list[str]:
    """A sentence where any of these effects has no interval, told once and not at each. Of `points`
    that are all simulated, no further run would tell it.
    """
    bounds = [(each.low, each.high) for each in effects]
    unknown = any(not interval(low, high) for low, high in bounds)
    same = any(
        is_point(low, high)
        for low, high in bounds
        if low is not None and high is not None
    )
    simulated = points and all(each.is_simulated for each in points)
    if same or (unknown and simulated):
        return [words.text("answer.no_interval.same")]
    return [words.text("answer.no_interval")] if unknown else []


def drift_left_out(
    ratios: Iterable[tuple[float, float]], words: Words
) -> list[str]:
    """A sentence where a reader who divides finds another ratio than is told: pairs of both."""
    if all(isclose(*each, rel_tol=DIVIDED) for each in ratios):
        return []
    return [words.text("answer.drift")]


def effect_in_words(told: Compared, words: Words) -> str:
    """In percent, with its interval."""
    bounds = between(told.low, told.high, words)
    return with_interval(change(told.effect), bounds, words)


def effect_cell(told: Compared, words: Words) -> str:
    """The effect, and the verdict where that is no claim."""
    return with_doubt(effect_in_words(told, words), told.verdict, words)


def with_doubt(effect: str, verdict: Verdict, words: Words) -> str:
    if verdict in ("faster", "slower"):
        return effect
    doubt = words.text(f"answer.is.{verdict}")
    return words.text("answer.cell", effect=effect, verdict=doubt)


def judged_in_words(
    key: str, told: Compared, words: Words, **values: object
) -> str:
    """The sentence of its verdict; of an undecided effect, also how many more runs would decide it,
    where that is known.
    """
    key = f"{key}.{told.verdict.replace(' ', '_')}"
    if told.more_runs is None:
        return words.text(key, **values)
    return words.text(f"{key}.runs", runs=told.more_runs, **values)


def cautions(points: Sequence[Point], words: Words) -> list[str]:
    """What a reader must know of the points that answered."""
    told = []
    if suspect := sum(point.status == "SUSPECT" for point in points):
        told.append(words.text("answer.suspect", n=suspect, all=len(points)))
    if short := sum(point.is_short for point in points):
        told.append(words.text("answer.short", n=short, all=len(points)))
    return [*told, *_unequally_warm(points, words), *rehearsal(points, words)]


def _unequally_warm(points: Sequence[Point], words: Words) -> list[str]:
    """What cards lose to heat is not what an answer is about."""
    at_load: dict[tuple[object, ...], list[float]] = {}
    for point in points:
        load = point.told(LEVELS)
        if (degrees := point.values.get("gpu_temperature")) is not None:
            at_load.setdefault(load, []).append(degrees)
    apart = [max(each) - min(each) for each in at_load.values()]
    if not apart or max(apart) <= DRIFT_C:
        return []
    return [words.text("answer.temperature", degrees=max(apart))]


def rehearsal(points: Sequence[Point], words: Words) -> list[str]:
    """What it was, where any of them is of one, and what is to be known of all."""
    kinds = {str(point.conditions.get("rehearsal", "")) for point in points}
    if not (rehearsed := kinds - {"", "None"}):
        return []
    simulated = all(each.endswith("simulated") for each in rehearsed)
    key = "answer.simulated" if simulated else "answer.rehearsal"
    return [words.text(key), *said_once(points, words)]


def deployment(point: Point) -> str:
    """`70B TP=8`, as far as it is known."""
    model, tp = point.told(("model", "tp"))
    return f"{model or '–'} TP={tp}" if tp else str(model or "–")


def capitalized(label: str) -> str:
    return label[:1].upper() + label[1:]


def metric_inside(name: str, words: Words) -> str:
    """A metric's name within a sentence; Chinese after Latin letters stands off from them."""
    label = words.metric_inside(name)
    apart = words.language != "en" and label[-1:].isascii()
    return f"{label} " if apart else label


def some_levels(levels: Sequence[float]) -> list[float]:
    """All where they are few; else the lowest, the highest, and those that double in between."""
    ordered = sorted(set(levels))
    if len(ordered) <= MAX_LEVELS:
        return ordered
    chosen = ordered[:1]
    for level in ordered[1:-1]:
        if level >= 2 * chosen[-1]:
            chosen.append(level)
    return [*chosen, ordered[-1]][-MAX_LEVELS:]


def at_load(condition: str, level: float, words: Words) -> str:
    """`64 requests in flight`, `10 req/s`."""
    return words.text(f"answer.load.{condition}", level=f"{level:g}")
