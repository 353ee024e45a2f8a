"""Which framework is fastest? All of them in one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean

from inferometer.analysis.cautions import CannotCompareError
from inferometer.analysis.compare import MetricComparison, compare
from inferometer.grouping import ungrouped
from inferometer.report.answers.answer import (
    ReportAnswer,
    at_load,
    capitalized,
    cautions,
    effect_cell,
    effect_in_words,
    judged_in_words,
    unknown_intervals,
)
from inferometer.report.tables.columns import figure, with_unit
from inferometer.results import Point
from inferometer.vocabulary import AROUND_ENGINE, LOADS
from inferometer.words import Words

THROUGHPUT = "output_throughput"
AT_HIGHEST = ("mean_ttft_ms", "mean_tpot_ms")
MAX_LEVELS = 3

ByEngine = dict[str, list[Point]]


def engine_answers(points: Sequence[Point], words: Words) -> list[ReportAnswer]:
    """A table for each workload and hardware on which several engines were measured."""
    together: dict[tuple[object, ...], ByEngine] = {}
    for point in points:
        engine = point.conditions.get("engine")
        if engine is not None and THROUGHPUT in point.values:
            key = point.told(AROUND_ENGINE)
            together.setdefault(key, {}).setdefault(str(engine), []).append(
                point
            )
    found = (
        engine_answer(each, words)
        for each in together.values()
        if len(each) > 1
    )
    return [answer for answer in found if answer is not None]


def engine_answer(engines: ByEngine, words: Words) -> ReportAnswer | None:
    """None where they have no load in common."""
    load, levels = _common_levels(engines)
    if not levels:
        return None
    mean = {
        name: fmean(_at(each, load, at) for at in levels)
        for name, each in engines.items()
    }
    best, *others = sorted(engines, key=lambda name: -mean[name])
    effects = {
        name: _against(engines[best], engines[name], best, name)
        for name in others
    }
    against = {name: _cell(each, words) for name, each in effects.items()}
    columns = _columns(engines, levels)
    head = (
        capitalized(words.condition("engine")),
        *(_title(metric, load, at, words) for metric, at in columns),
        words.text("answer.engine.against", best=best, n=len(levels)),
    )
    rows = [
        (name, *_figures(engines[name], load, columns), cell)
        for name, cell in {best: "–", **against}.items()
    ]
    used = ungrouped(engines)
    compared = [each for each in effects.values() if each is not None]
    told = (
        *(
            _sentence(best, name, each, len(levels), words)
            for name, each in effects.items()
        ),
        *unknown_intervals(compared, words, used),
        *cautions(used, words),
    )
    return ReportAnswer(
        words.text("answer.engine.title"), told, head, tuple(rows)
    )


def _figures(
    points: Sequence[Point], load: str, columns: Sequence[tuple[str, float]]
) -> Iterator[str]:
    for metric, at in columns:
        yield figure(_at(points, load, at, metric))


def _columns(
    engines: ByEngine, levels: Sequence[float]
) -> list[tuple[str, float]]:
    """Throughput at some levels, and what is measured of the rest at the highest."""
    middle = levels[len(levels) // 2]
    shown = sorted({levels[0], middle, levels[-1]})[-MAX_LEVELS:]
    points = ungrouped(engines)
    there = [m for m in AT_HIGHEST if any(m in p.values for p in points)]
    return [
        *((THROUGHPUT, at) for at in shown),
        *((metric, levels[-1]) for metric in there),
    ]


def _common_levels(engines: ByEngine) -> tuple[str, list[float]]:
    """The condition that says the load, and its values at which every engine was measured."""
    for load in LOADS:
        of_each = [
            {
                float(v)
                for p in each
                if isinstance(v := p.conditions.get(load), int | float)
            }
            for each in engines.values()
        ]
        if common := set.intersection(*of_each) - {float("inf")}:
            return load, sorted(common)
    return LOADS[0], []


def _at(
    points: Sequence[Point], load: str, level: float, metric: str = THROUGHPUT
) -> float:
    found = [
        p.values[metric]
        for p in points
        if p.conditions.get(load) == level and metric in p.values
    ]
    return fmean(found) if found else float("nan")


def _against(
    best: Sequence[Point], other: Sequence[Point], name: str, other_name: str
) -> MetricComparison | None:
    """How the other differs from the best, over all loads that both have."""
    try:
        compared = compare(
            best,
            other,
            names=(name, other_name),
            asked="engine",
            metrics=(THROUGHPUT,),
        )
    except CannotCompareError:
        return None
    return compared.headline[0]


def _title(metric: str, load: str, level: float, words: Words) -> str:
    return words.text(
        "answer.engine.at",
        metric=with_unit(metric, words),
        load=at_load(load, level, words),
    )


def _cell(row: MetricComparison | None, words: Words) -> str:
    if row is None:
        return words.text("answer.engine.apart")
    return effect_cell(row, words)


def _sentence(
    best: str,
    other: str,
    row: MetricComparison | None,
    loads: int,
    words: Words,
) -> str:
    values = {"best": best, "other": other}
    if row is None:
        return words.text("answer.engine.not_compared", **values)
    values |= {
        "effect": effect_in_words(row, words),
        "where": words.text("answer.over_loads", n=loads),
    }
    return judged_in_words("answer.engine", row, words, **values)
