"""What do several cards do of so many times what one does?"""

from __future__ import annotations

from collections.abc import Sequence

from inferometer.analysis.scaling import Scaling, scaling
from inferometer.grouping import by_key
from inferometer.report.answers.answer import (
    ReportAnswer,
    cautions,
    drift_left_out,
    some_levels,
    unknown_intervals,
    with_interval,
)
from inferometer.report.tables.columns import figure
from inferometer.results import Point
from inferometer.words import Words
from inferometer.words.numbers import is_point, percent

MAX_SENTENCES = 4


def scaling_answers(
    points: Sequence[Point], words: Words
) -> list[ReportAnswer]:
    """One table of all deployments of several cards that have their like of one card."""
    ladders = _ladders(points)
    if not ladders:
        return []
    alone = len(ladders) == 1  # then the sentence has its name
    listed = [each for ladder in ladders for each in _some(ladder)]
    return [
        ReportAnswer(
            words.text("answer.scaling.title"),
            tuple(_sentences(ladders, points, words)),
            _head(words)[alone:],
            tuple(_row(each, words)[alone:] for each in listed),
            _note(len(listed), sum(map(len, ladders)), words),
        )
    ]


def _ladders(points: Sequence[Point]) -> list[list[Scaling]]:
    """Of each deployment, by load."""
    deployments = by_key(scaling(points), lambda each: (each.name, each.gpus))
    return [
        sorted(found, key=lambda each: each.load_per_gpu)
        for found in deployments.values()
    ]


def _some(ladder: Sequence[Scaling]) -> list[Scaling]:
    shown = some_levels([each.load_per_gpu for each in ladder])
    return [each for each in ladder if each.load_per_gpu in shown]


def _sentences(
    ladders: Sequence[Sequence[Scaling]],
    points: Sequence[Point],
    words: Words,
) -> list[str]:
    told = [_sentence(ladder[-1], words) for ladder in ladders[:MAX_SENTENCES]]
    every = [each for ladder in ladders for each in ladder]
    unknown = unknown_intervals(every, words, points)
    ratios = (
        (each.throughput / each.throughput_of_one, each.gpus * each.efficiency)
        for each in every
    )
    drift = drift_left_out(ratios, words)
    return [*told, *drift, *unknown, *cautions(points, words)]


def _head(words: Words) -> tuple[str, ...]:
    names = ("who", "load", "one", "several", "efficiency")
    return tuple(words.text(f"answer.scaling.{name}") for name in names)


def _note(shown: int, there: int, words: Words) -> str:
    if shown == there:
        return ""
    return words.text("answer.left_out", shown=shown, n=there)


def _sentence(highest: Scaling, words: Words) -> str:
    """At the highest load per card."""
    return words.text(
        "answer.scaling",
        name=highest.name,
        gpus=highest.gpus,
        efficiency=_efficiency(highest, words),
        load=f"{highest.load_per_gpu:g}",
        several=figure(highest.throughput),
        one=figure(highest.throughput_of_one),
    )


def _efficiency(each: Scaling, words: Words) -> str:
    return with_interval(percent(each.efficiency), _interval(each), words)


def _interval(each: Scaling) -> str:
    if each.low is None or each.high is None or is_point(each.low, each.high):
        return ""
    return f"{100 * each.low:.1f}–{100 * each.high:.1f}"


def _row(each: Scaling, words: Words) -> tuple[str, ...]:
    doubt = ", SUSPECT" * (each.status == "SUSPECT")
    return (
        f"{each.name}, {words.text('answer.scaling.gpus', gpus=each.gpus)}",
        f"{each.load_per_gpu:g}",
        figure(each.throughput_of_one),
        figure(each.throughput),
        f"{_efficiency(each, words)}{doubt}",
    )
