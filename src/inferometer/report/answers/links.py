"""What does the narrower PCIe link cost?"""

from __future__ import annotations

from collections.abc import Sequence

from inferometer.analysis.cautions import CannotCompareError
from inferometer.analysis.pcie import (
    LinkEffect,
    LinkStudy,
    levels_of,
    link_costs,
    same_ladder,
)
from inferometer.report.answers.answer import (
    ReportAnswer,
    at_load,
    capitalized,
    cautions,
    effect_cell,
    effect_in_words,
    judged_in_words,
    metric_inside,
    some_levels,
    unknown_intervals,
    with_interval,
)
from inferometer.results import Point
from inferometer.words import Words
from inferometer.words.numbers import is_point, percent


def link_answers(
    points: Sequence[Point], words: Words, study: LinkStudy | None = None
) -> list[ReportAnswer]:
    """`study`: of these points, where it is there already; it takes a while."""
    try:
        study = study or link_costs(points)
    except CannotCompareError:
        return []
    answer = link_answer(study, words, points)
    told = (*answer.sentences, *cautions(points, words))
    return [
        ReportAnswer(answer.title, told, answer.head, answer.rows, answer.note)
    ]


def link_answer(
    study: LinkStudy, words: Words, points: Sequence[Point] = ()
) -> ReportAnswer:
    """Of the first metric that was measured, throughput where there is one."""
    first = study.effects[0].metric
    effects = [each for each in study.effects if each.metric == first]
    means = [each for each in effects if each.level is None]
    sentences = (
        *(_sentence(mean, effects, words) for mean in means),
        *unknown_intervals(effects, words, points),
    )
    levels = sorted({each.level for each in effects if each.level is not None})
    shown = some_levels(levels)
    rows = [
        _row(None, means, effects, words),
        *(_row(at, means, effects, words) for at in shown),
    ]
    load = words.condition(means[0].load)
    note = words.text("answer.link.note", metric=metric_inside(first, words))
    if len(shown) < len(levels):
        few = {"shown": len(shown), "n": len(levels)}
        note = f"{note} {words.text('answer.left_out', **few)}"
    title = words.text("answer.link.title")
    head = (capitalized(load), *(_who(mean, words) for mean in means))
    return ReportAnswer(title, sentences, head, tuple(rows), note)


def _who(mean: LinkEffect, words: Words) -> str:
    narrow, wide = mean.sides
    key = "answer.link.control" if mean.is_control else "answer.link.who"
    return words.text(
        key, model=mean.deployment, tp=mean.tp, narrow=narrow, wide=wide
    )


def _row(
    level: float | None,
    means: Sequence[LinkEffect],
    effects: Sequence[LinkEffect],
    words: Words,
) -> tuple[str, ...]:
    cells = [words.text("answer.mean") if level is None else f"{level:g}"]
    for mean in means:
        found = [
            each
            for each in effects
            if each.level == level and same_ladder(each, mean)
        ]
        cells.append(effect_cell(found[0], words) if found else "–")
    return tuple(cells)


def _sentence(
    mean: LinkEffect, effects: Sequence[LinkEffect], words: Words
) -> str:
    """At the highest load; over all of them where only their mean is decided, and of the
    control."""
    levels = levels_of(mean, effects)
    highest = max(levels, key=lambda each: each.level or 0.0)
    decided_by_mean = (
        highest.verdict == "undecided" and mean.verdict != "undecided"
    )
    told = mean if mean.is_control or decided_by_mean else highest
    where = (
        words.text("answer.over_loads", n=len(levels))
        if told is mean
        else at_load(told.load, told.level or 0.0, words)
    )
    narrow, wide = told.sides
    values = {
        "model": told.deployment,
        "tp": told.tp,
        "narrow": narrow,
        "wide": wide,
        "where": where,
        "metric": metric_inside(told.metric, words),
        "effect": effect_in_words(told, words),
    }
    key = "answer.link.is_control" if told.is_control else "answer.link"
    if told.verdict == "slower" and told.metric.endswith("throughput"):
        return words.text(
            f"{key}.costs", **{**values, "effect": _cost(told, words)}
        )
    return judged_in_words(key, told, words, **values)


def _cost(told: LinkEffect, words: Words) -> str:
    """A loss is told without its sign: `3.1% (2.7–3.6)`."""
    cost = percent(-told.effect)
    if told.low is None or told.high is None or is_point(told.low, told.high):
        return cost
    bounds = f"{-100 * told.high:.1f}–{-100 * told.low:.1f}"
    return with_interval(cost, bounds, words)
