"""Which columns a table of points has, and how a value is written. What all points share is told
once, above the table.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from inferometer.results import Condition, Point
from inferometer.results.point import condition_names
from inferometer.vocabulary import PRICES, SLOTS, condition, metric
from inferometer.words import Words

HEADLINE = (
    "request_throughput",
    "output_throughput",
    "request_goodput",
    "mean_ttft_ms",
    "p99_ttft_ms",
    "mean_tpot_ms",
    "p99_itl_ms",
    "mean_e2el_ms",
)
"""Metrics of a table that people read; those that no point has are left out."""


PRICED = ("cost_per_million_tokens", "cost_per_million_good_tokens")
"""Costs, which rest on prices."""


def shown(points: Sequence[Point]) -> list[str]:
    """Conditions that tables have columns for: prices where there are costs."""
    is_priced = any(name in point.values for point in points for name in PRICED)
    return [
        name
        for name in condition_names(points)
        if condition(name).in_tables or (is_priced and name in PRICES)
    ]


def telling(points: Sequence[Point]) -> tuple[str, ...]:
    """Conditions that are not the same in all points, in the order of CONDITIONS."""
    names = [name for name in shown(points) if len(_values(points, name)) > 1]
    if "concurrency" in names:
        names = [name for name in names if name not in SLOTS]
    return tuple(names)


def shared(points: Sequence[Point]) -> dict[str, Condition]:
    """Conditions that all points have, with one value."""
    found = {name: _values(points, name) for name in shown(points)}
    return {
        name: next(iter(values))
        for name, values in found.items()
        if len(values) == 1 and None not in values
    }


def measured(
    points: Sequence[Point], names: Sequence[str] = HEADLINE
) -> tuple[str, ...]:
    """Those of the metrics that any point has."""
    return tuple(
        name for name in names if any(name in point.values for point in points)
    )


def with_unit(name: str, words: Words) -> str:
    """A metric's name with its unit, as an axis shows it."""
    found = metric(name)
    return words.with_unit(words.metric(name), found.unit if found else "")


def figure(value: float | None) -> str:
    """A number with as many digits as can be meant; nothing where there is none, never 0."""
    if value is None or math.isnan(value):
        return ""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return (
        f"{value:,.1f}"
        if abs(value) >= 1000
        else f"{value:.2f}"
        if abs(value) >= 1
        else f"{value:.3g}"
    )


def four_digits(value: float) -> str:
    """Four digits, and thousands marked."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def with_interval(point: Point, name: str) -> str:
    """`812.4 (801–823)`: the value, with its interval where there is one."""
    value = figure(point.values.get(name))
    interval = point.shown_intervals.get(name)
    return (
        f"{value} ({figure(interval.low)}–{figure(interval.high)})"
        if value and interval
        else value
    )


def confidence_of(points: Iterable[Point], metrics: Iterable[str]) -> int:
    """Of the intervals that are shown, in percent: a twin's errors have another than a measurement
    has.
    """
    metrics = list(metrics)
    predicted = (
        interval
        for point in points
        for metric in metrics
        if (interval := point.predicted.get(metric))
    )
    first = next(predicted, None)
    return 95 if first is None else round(100 * first.confidence)


def _values(points: Sequence[Point], name: str) -> Mapping[Condition, None]:
    return dict.fromkeys(point.conditions.get(name) for point in points)
