"""What do several cards do of so many times what one does?"""

from __future__ import annotations

from collections.abc import Sequence

from inferometer.analysis.scaling import Scaling, scaling
from inferometer.report.answers.answer import (
    ReportAnswer,
    percent,
    rehearsal,
    some_levels,
)
from inferometer.report.tables.columns import figure
from inferometer.results import Point
from inferometer.words import Words


def scaling_answers(
    points: Sequence[Point], words: Words
) -> list[ReportAnswer]:
    """A table for each deployment of several cards that has its like of one card."""
    deployments: dict[tuple[str, int], list[Scaling]] = {}
    for each in scaling(points):
        deployments.setdefault((each.name, each.gpus), []).append(each)
    told = rehearsal(points, words)
    return [_answer(found, told, words) for found in deployments.values()]


def _answer(
    found: Sequence[Scaling], told: Sequence[str], words: Words
) -> ReportAnswer:
    ordered = sorted(found, key=lambda each: each.load_per_gpu)
    shown = some_levels([each.load_per_gpu for each in ordered])
    rows = [_row(each, words) for each in ordered if each.load_per_gpu in shown]
    left = len(ordered) - len(rows)
    note = (
        words.text("answer.left_out", shown=len(rows), n=len(ordered))
        if left
        else ""
    )
    head = [
        words.text(f"answer.scaling.{name}")
        for name in ("load", "one", "several", "efficiency")
    ]
    title = words.text(
        "answer.scaling.title", name=ordered[0].name, gpus=ordered[0].gpus
    )
    sentences = (_sentence(ordered[-1], words), *told)
    return ReportAnswer(title, sentences, tuple(head), tuple(rows), note)


def _sentence(highest: Scaling, words: Words) -> str:
    """At the highest load per card."""
    efficiency = percent(highest.efficiency, words, signed=False)
    return words.text(
        "answer.scaling",
        gpus=highest.gpus,
        efficiency=efficiency,
        interval=_interval(highest, words),
        load=f"{highest.load_per_gpu:g}",
        several=figure(highest.throughput),
        one=figure(highest.throughput_of_one),
    )


def _interval(each: Scaling, words: Words) -> str:
    if each.low is None or each.high is None:
        return words.text("answer.no_interval")
    return f"{100 * each.low:.1f}–{100 * each.high:.1f}"


def _row(each: Scaling, words: Words) -> tuple[str, ...]:
    efficiency = percent(each.efficiency, words, signed=False)
    return (
        f"{each.load_per_gpu:g}",
        figure(each.throughput_of_one),
        figure(each.throughput),
        f"{efficiency} ({_interval(each, words)})"
        + (", SUSPECT" * (each.status == "SUSPECT")),
    )
