"""What do longer prompts cost?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from statistics import fmean

from inferometer.report.answers.answer import (
    ReportAnswer,
    at_load,
    capitalized,
    cautions,
    deployment,
    metric_inside,
    some_levels,
    with_interval,
)
from inferometer.report.naming import level_of, usual_level
from inferometer.report.tables.columns import figure, with_unit
from inferometer.results import Point
from inferometer.vocabulary import WORK, metric, of_role
from inferometer.words import Words

METRICS = ("mean_ttft_ms", "output_throughput")
MIN_LENGTHS = 3
SAME = tuple(
    {name: None for name in (*of_role("subject"), *WORK) if name != "input_len"}
)
"""What must not change with the input length."""

ByLength = dict[float, list[Point]]


def length_answers(points: Sequence[Point], words: Words) -> list[ReportAnswer]:
    """One a deployment that was measured with several input lengths under the same loads."""
    load = usual_level(points)
    found = (_answer(each, load, words) for each in _swept(points, load))
    return [answer for answer in found if answer is not None]


def _swept(
    points: Sequence[Point], load: str
) -> Collection[dict[float, ByLength]]:
    """Of each deployment, its points by level and length."""
    deployments: dict[tuple[object, ...], dict[float, ByLength]] = {}
    for point in points:
        length = point.conditions.get("input_len")
        level = level_of(point, load)
        if isinstance(length, int | float) and level is not None:
            key = point.told(SAME)
            at = deployments.setdefault(key, {}).setdefault(level, {})
            at.setdefault(float(length), []).append(point)
    return deployments.values()


def _answer(
    levels: dict[float, ByLength], load: str, words: Words
) -> ReportAnswer | None:
    """At the lowest and the highest load; None where no load has enough lengths."""
    known = {
        level: lengths
        for level, lengths in levels.items()
        if len(lengths) >= MIN_LENGTHS and _has_metrics(lengths)
    }
    if not known:
        return None
    ends = sorted({min(known), max(known)})
    used = [p for level in ends for each in known[level].values() for p in each]
    columns = [(name, level) for name in METRICS for level in ends]
    lengths = some_levels([*{at for level in ends for at in known[level]}])
    return ReportAnswer(
        words.text("answer.length.title"),
        (
            *(_sentence(known[at], at, load, words) for at in ends),
            *cautions(used, words),
        ),
        (
            capitalized(words.condition("input_len")),
            *(_head(name, load, level, words) for name, level in columns),
        ),
        tuple(
            (
                f"{length:g}",
                *(
                    _figure(known[level].get(length, ()), name, words)
                    for name, level in columns
                ),
            )
            for length in lengths
        ),
    )


def _has_metrics(lengths: ByLength) -> bool:
    return all(
        any(name in point.values for point in points)
        for points in lengths.values()
        for name in METRICS
    )


def _head(name: str, load: str, level: float, words: Words) -> str:
    where = at_load(load, level, words)
    return words.text(
        "answer.engine.at", metric=with_unit(name, words), load=where
    )


def _change(
    name: str, before: Sequence[Point], after: Sequence[Point], words: Words
) -> str:
    return words.text(
        "answer.length.change",
        metric=metric_inside(name, words),
        before=_figure(before, name, words),
        after=_figure(after, name, words),
        unit=found.unit if (found := metric(name)) else "",
    ).replace("） ", "）")


def _sentence(lengths: ByLength, level: float, load: str, words: Words) -> str:
    """From the shortest to the longest."""
    short, long = min(lengths), max(lengths)
    changes = [
        _change(name, lengths[short], lengths[long], words) for name in METRICS
    ]
    return words.text(
        "answer.length",
        where=words.text(
            "answer.where",
            who=deployment(lengths[short][0]),
            load=at_load(load, level, words),
        ),
        short=f"{short:,g}",
        long=f"{long:,g}",
        changes=words.text("page.comma").join(changes),
    )


def _figure(points: Sequence[Point], name: str, words: Words) -> str:
    """A mean, with its interval where one run has it."""
    values = [point.values[name] for point in points if name in point.values]
    if not values:
        return "–"
    told = figure(fmean(values))
    interval = points[0].shown_intervals.get(name) if len(points) == 1 else None
    if interval is None:
        return told
    return with_interval(
        told, f"{figure(interval.low)}–{figure(interval.high)}", words
    )
