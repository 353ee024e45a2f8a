"""What the prefix cache saves: the same requests cold and warm, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from inferometer.report.figures.channels import names_axis
from inferometer.report.figures.curves import interval_of_mean
from inferometer.report.figures.drawing import (
    Material,
    NothingToDrawError,
    Panel,
    Row,
    Sketch,
    base,
    layered,
)
from inferometer.report.figures.scales import tip, tips
from inferometer.report.figures.theme import CROSS, DOT, INTERVAL
from inferometer.report.figures.vega import Layer, Spec, channel, end
from inferometer.report.naming import (
    clean,
    distinguishing,
    grouped,
    key_of,
    name_of,
    shorten,
)
from inferometer.report.tables.columns import (
    confidence_of,
    figure,
    with_unit,
)
from inferometer.results.point import Point
from inferometer.vocabulary import LOADS
from inferometer.words import Words

METRICS = ("mean_ttft_ms", "p99_ttft_ms", "output_throughput", "cached_share")
BAR = 26
"""Pixels a bar."""
ROOM = 1.2
"""Axis over the longest bar, so that its number has a place."""


def draw_prefix_cache(material: Material, words: Words) -> Sketch:
    """TTFT, output throughput and the cached share of cold and warm points; repeats are marks, the
    bar is their mean.
    """
    points = [
        p
        for p in material.points
        if p.conditions.get("cache") in ("cold", "warm")
    ]
    fields = distinguishing(points, without=("cache",))
    fields += tuple(
        name
        for name in LOADS
        if len({key_of(p, (*fields, name)) for p in points})
        > len({key_of(p, fields) for p in points})
    )
    pairs = {
        key: each
        for key, each in grouped(points, fields).items()
        if len({p.conditions["cache"] for p in each}) == 2
    }
    if not pairs:
        raise NothingToDrawError(words.text("figure.nothing.cache"))
    rows: list[Row] = []
    panels: list[Panel] = []
    for metric in METRICS:
        own = [
            row
            for key, each in pairs.items()
            for row in _bars(each, metric, name_of(key, fields, words), words)
        ]
        if own:
            rows += own
            sure = confidence_of(points, [metric])
            panels.append(_bar_panel(own, metric, words, sure))
    if not panels:
        raise NothingToDrawError(words.text("figure.nothing.metrics"))
    return Sketch(panels, rows, one_legend=False)


def _bars(
    points: Sequence[Point], metric: str, name: str, words: Words
) -> list[Row]:
    """Of one deployment: a row a bar, `on` the metric, and one a repeat, `on` the metric and
    `/`.
    """
    rows: list[Row] = []
    for cache in ("cold", "warm"):
        own = [
            p
            for p in points
            if p.conditions["cache"] == cache and metric in p.values
        ]
        told = words.text(f"figure.cache.{cache}")
        label = f"{shorten(name, 24)} · {told}" if name else told
        believed = [p for p in own if p.status != "INVALID"]
        if believed:
            bar = {"on": metric, "bar": label, "cache": told}
            whole = f"{name} · {told}" if name else told
            rows.append({**bar, **_mean(believed, metric, whole)})
        rows += [
            _repeat(p, metric, label)
            for p in own
            if len(own) > 1 or p.status in ("SUSPECT", "INVALID")
        ]
    return rows


def _repeat(point: Point, metric: str, label: str) -> Row:
    row: Row = {
        "on": f"{metric}/",
        "bar": label,
        "v": float(f"{point.values[metric]:.5g}"),
        "id": clean(point.id),
    }
    return {**row, "status": point.status} if point.status else row


def _mean(points: Sequence[Point], metric: str, whole: str) -> Row:
    mean = sum(p.values[metric] for p in points) / len(points)
    row: Row = {"v": float(f"{mean:.5g}"), "n": len(points)}
    first = points[0].intervals.get(metric)
    if interval := interval_of_mean(points, metric) or first:
        row |= {
            "low": float(f"{max(interval.low, 0):.5g}"),
            "high": float(f"{interval.high:.5g}"),
        }
    return {**row, "whole": whole, "label": figure(mean)}


def _bar_panel(
    rows: Sequence[Row], metric: str, words: Words, confidence: int
) -> Panel:
    """`confidence`: of the intervals, percent."""
    title = with_unit(metric, words)
    bars = list(dict.fromkeys(row["bar"] for row in rows))
    common = base(
        x=_across(rows, metric),
        y=channel("bar:N", sort=bars, axis=names_axis(190)),
    )
    each_bar = common.transform_filter(f"datum.on == '{metric}'")
    repeats = common.transform_filter(f"datum.on == '{metric}/'")
    layers = [
        _bars_drawn(each_bar, title, words, confidence),
        each_bar.transform_filter("isValid(datum.low)")
        .mark("rule", style=INTERVAL)
        .encode(x=channel("low:Q"), x2=end("high")),
        *_repeats_drawn(repeats, title, words),
        each_bar.transform_calculate(end="max(datum.v, datum.high || 0)")
        .mark("text", align="left", dx=8)
        .encode(x=channel("end:Q"), text=channel("label:N")),
    ]
    return layered(layers, title, height=BAR * len(bars))


def _across(rows: Sequence[Row], metric: str) -> Spec:
    """A share is drawn on all of 0 to 100 %."""
    whole = 100.0 if metric == "cached_share" else 0.0
    ticks = {"values": [0, 25, 50, 75, 100]} if whole else {}
    ends = (max(row["v"], row.get("high", 0)) for row in rows)
    return channel(
        "v:Q",
        scale={"domain": [0, max(whole, *ends) * ROOM or 1], "nice": False},
        axis=dict(title=None, format=",.10~g", tickCount=5, **ticks),
    )


def _bars_drawn(
    rows: Layer, title: str, words: Words, confidence: int
) -> Layer:
    caches = [words.text(f"figure.cache.{cache}") for cache in ("cold", "warm")]
    colour = channel("cache:N", scale={"domain": caches}, legend=None)
    tooltip = [
        *tips(words, {"whole:N": "curve"}),
        tip("v:Q", title),
        *tips(
            words,
            {"low:Q": "low", "high:Q": "high", "n:Q": "repeats"},
            confidence=confidence,
        ),
    ]
    return rows.mark("bar", height={"band": 0.7}).encode(
        color=colour, tooltip=tooltip
    )


def _repeats_drawn(rows: Layer, title: str, words: Words) -> list[Layer]:
    tooltip = [
        tip("id:N", words.text("figure.tooltip.point")),
        tip("v:Q", title),
        tip("status:N", words.text("figure.tooltip.verdict")),
    ]
    marks = rows.encode(tooltip=tooltip)
    believed = marks.transform_filter("datum.status != 'INVALID'")
    invalid = marks.transform_filter("datum.status == 'INVALID'")
    return [
        believed.mark("point", style=DOT, size=26),
        invalid.mark("point", shape=CROSS, style=INTERVAL, size=36),
    ]
