"""What does the prefix cache save?"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from inferometer.analysis.cautions import CannotCompareError
from inferometer.analysis.compare import Comparison, MetricComparison, compare
from inferometer.analysis.pairing import Pair
from inferometer.grouping import by_key
from inferometer.report.answers.answer import (
    ReportAnswer,
    at_load,
    cautions,
    deployment,
    drift_left_out,
    judged_in_words,
    metric_inside,
    unknown_intervals,
    with_doubt,
)
from inferometer.report.naming import usual_level
from inferometer.report.tables.columns import figure, with_unit
from inferometer.results import Point
from inferometer.vocabulary import STUDY, metric, of_role
from inferometer.words import Words
from inferometer.words.numbers import is_point, percent

METRICS = ("mean_ttft_ms", "output_throughput", "mean_tpot_ms")
HIT_RATE = "cached_share"
SAME = (*of_role("subject"), *STUDY, "dtype", "rehearsal")
"""What makes a deployment."""


def cache_answers(points: Sequence[Point], words: Words) -> list[ReportAnswer]:
    """One a deployment that was measured both cold and warm."""
    there = (p for p in points if p.conditions.get("cache") in ("cold", "warm"))
    deployments = by_key(there, lambda point: point.told(SAME))
    found = (cache_answer(each, words) for each in deployments.values())
    return [answer for answer in found if answer is not None]


def cache_answer(points: Sequence[Point], words: Words) -> ReportAnswer | None:
    """Of the points of one deployment; None where no cold one has its warm one."""
    cold, warm = (
        [p for p in points if p.conditions["cache"] == side]
        for side in ("cold", "warm")
    )
    try:
        compared = compare(
            cold, warm, names=("cold", "warm"), asked="cache", metrics=METRICS
        )
    except CannotCompareError:
        return None
    told = [row for row in compared.headline if row.metric in METRICS[:2]]
    where = _where(compared, words)
    sentences = [_sentence(row, where, words) for row in told]
    # without a hit, nothing else is worth reading
    at = 0 if _found_nothing(compared) else len(sentences)
    sentences.insert(at, _hits(compared, words))
    pairs = compared.pairing.pairs
    rows = [
        cells
        for pair in pairs
        for cells in _rows(pair, compared, words, named=len(pairs) > 1)
    ]
    ratios = (
        (row.b / row.a, 1 + row.effect)
        for row in compared.rows
        if row.a and row.b
    )
    head = ("metric", "cold", "warm", "times")
    return ReportAnswer(
        words.text("answer.cache.title"),
        (
            *sentences,
            *drift_left_out(ratios, words),
            *unknown_intervals(told, words, points),
            *cautions(points, words),
        ),
        tuple(words.text(f"answer.cache.{name}") for name in head),
        tuple(rows),
    )


def hit_rate(points: Sequence[Point]) -> float | None:
    """Mean share of prompt tokens that came from the cache, percent; None where no server tells."""
    shares = [p.values[HIT_RATE] for p in points if HIT_RATE in p.values]
    return fmean(shares) if shares else None


def speed_up(row: MetricComparison) -> tuple[float, float | None, float | None]:
    """How many times as fast, and its interval: the inverse of a latency's ratio."""
    ratios = [
        None if each is None else 1 + each for each in (row.low, row.high)
    ]
    found = metric(row.metric)
    if found is not None and found.better == "lower":
        low, high = (1 / each if each else None for each in reversed(ratios))
        return 1 / (1 + row.effect), low, high
    return 1 + row.effect, ratios[0], ratios[1]


def hits_in_words(
    cold: Sequence[Point], warm: Sequence[Point], words: Words
) -> str:
    """How many prompt tokens came from the cache on each side."""
    rate, before = hit_rate(warm), hit_rate(cold)
    if rate is None:
        return words.text("answer.cache.untold")
    told = percent(rate / 100)
    if not rate:
        return words.text("answer.cache.no_hits", warm=told)
    share = "–" if before is None else percent(before / 100)
    return words.text("answer.cache.hits", cold=share, warm=told)


def _hits(compared: Comparison, words: Words) -> str:
    return hits_in_words(*compared.pairing.sides, words)


def _found_nothing(compared: Comparison) -> bool:
    return hit_rate(compared.pairing.sides[1]) == 0


def _where(compared: Comparison, words: Words) -> str:
    """The deployment and its load: `70B TP=8 at concurrency 128`."""
    warm = compared.pairing.sides[1]
    name = usual_level(warm)
    levels = {point.conditions.get(name) for point in warm}
    level = next(iter(levels)) if len(levels) == 1 else None
    load = (
        at_load(name, float(level), words)
        if isinstance(level, int | float)
        else words.text("answer.over_loads", n=len(levels))
    )
    return words.text("answer.where", who=deployment(warm[0]), load=load)


def _sentence(row: MetricComparison, where: str, words: Words) -> str:
    values = {
        "where": where,
        "metric": metric_inside(row.metric, words),
        "times": times(row, words),
        "change": _change(row, words),
    }
    return judged_in_words("answer.cache", row, words, **values)


def _change(row: MetricComparison, words: Words) -> str:
    """From what to what; nothing over several points."""
    if row.a is None or row.b is None:
        return ""
    found = metric(row.metric)
    told = {"from": figure(row.a), "to": figure(row.b)}
    unit = found.unit if found else ""
    return words.text("answer.cache.change", unit=unit, **told)


def times(row: MetricComparison, words: Words) -> str:
    """`2.9× (2.7–3.1)`."""
    ratio, low, high = speed_up(row)
    if low is None or high is None or is_point(low, high):
        return words.text("answer.times.alone", ratio=f"{ratio:.2f}")
    return words.text(
        "answer.times",
        ratio=f"{ratio:.2f}",
        low=f"{low:.2f}",
        high=f"{high:.2f}",
    )


def _rate(side: Sequence[Point]) -> str:
    rate = hit_rate(side)
    return "–" if rate is None else f"{rate:.1f}"


def _rows(
    pair: Pair, compared: Comparison, words: Words, *, named: bool
) -> list[tuple[str, ...]]:
    """The hit rate and each metric of one pair."""
    where = f"{pair.in_words(words)}: " if named and pair.telling else ""
    rates = map(_rate, (pair.a, pair.b))
    rows = [(where + with_unit(HIT_RATE, words), *rates, "")]
    for row in compared.rows:
        if row.point == pair.label:
            told = with_doubt(times(row, words), row.verdict, words)
            label = where + with_unit(row.metric, words)
            rows.append((label, figure(row.a), figure(row.b), told))
    return rows
