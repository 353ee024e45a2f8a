"""Curves over a swept condition: points become rows, rows become lines with intervals, marks and
verdicts.

A line joins only what was measured and may be believed: it breaks where a value is missing, where a
level was left out, and at what is INVALID. Several points at one level (repeats) are marks of their
own; the line goes through their mean.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from inferometer.grouping import ungrouped
from inferometer.metrics.statistics import Interval, interval_of_repeats
from inferometer.report.figures.channels import (
    channel_of_curves,
    dash_of,
    dash_of_curve,
    dashed,
)
from inferometer.report.figures.drawing import (
    NothingToDrawError,
    Panel,
    Row,
    base,
    layered,
)
from inferometer.report.figures.scales import (
    DECADES,
    DECADES_OF_LATENCY,
    FIGURES,
    NUMBER,
    Axis,
    holes,
    level_axis,
    tip,
    tips,
    value_axis,
)
from inferometer.report.figures.theme import CROSS, HOLLOW, HOVER
from inferometer.report.figures.vega import Layer, Spec, channel, end
from inferometer.report.naming import (
    Members,
    clean,
    distinguishing,
    grouped,
    legend_names,
    level_of,
    names_of,
    natural,
)
from inferometer.report.sentences import reasons_of
from inferometer.report.tables.columns import (
    confidence_of,
    measured,
    with_unit,
)
from inferometer.results.point import Point, Range
from inferometer.vocabulary import CONDITIONS, statistic_of
from inferometer.words import Words

FEW = 25
"""Points of a curve that all get a mark; of more only some do, or marks would hide the curves."""
MARKS = 9
BARS = 12
"""Levels up to which intervals are bars; beyond they are a band."""
MAX_CURVES = 24
"""Of one figure: more cannot be told apart."""
LONGEST_REASON = 160
ON_LINE = "(!datum.on || datum.on == 'line')"
ON_MARK = "(!datum.on || datum.on == 'mark')"


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The rows of some curves, and how to draw them."""

    rows: list[Row]
    """One a point, with `x`, `curve`, `status`, and of the metric with number k `v<k>`, `low<k>`,
    `high<k>` and `n<k>`, as far as there are such: names are short because rows are many. `on` says
    what a row is for: "line", "mark", absent for both; anything else is for none. A row is of the
    point `id`, or a mean over the points `of`.
    """
    metrics: Sequence[str]
    """By number."""
    notes: Sequence[str]
    """About what is not drawn."""
    names: list[str]
    """Of the curves, in the order of the legend."""
    x: Axis
    x_title: str
    confidence: int = 95
    """Of the intervals, percent."""

    def values(self, *metrics: str) -> list[float]:
        """All that is drawn of these."""
        return self._fields([f"v{self.number(metric)}" for metric in metrics])

    def ends(self, *metrics: str) -> list[float]:
        """Of their intervals."""
        return self._fields(
            [
                f"{end}{self.number(metric)}"
                for metric in metrics
                for end in ("low", "high")
            ]
        )

    def _fields(self, fields: Sequence[str]) -> list[float]:
        return [
            row[field] for row in self.rows for field in fields if field in row
        ]

    def number(self, metric: str) -> int:
        return list(self.metrics).index(metric)


def curves(
    points: Sequence[Point],
    metrics: Sequence[str],
    words: Words,
    *,
    x: str,
    fields: Sequence[str] | None = None,
) -> Curves:
    """The curves of these metrics over the condition `x`; points without it are left out.

    `fields` are the conditions that make curves differ; by default those that tell these points
    apart.
    """
    there = [point for point in points if level_of(point, x) is not None]
    if fields is None:
        fields = distinguishing(there, without=(x,))
    all_curves = grouped(there, fields)
    members_of = _longest(all_curves)
    names = names_of(members_of, fields, there, words)
    short = legend_names(names.values())
    levels = [level_of(p, x) or 0 for p in ungrouped(members_of)]
    axis = level_axis(levels, tokens=CONDITIONS[x].unit == "tokens")
    found: list[Row] = []
    for number, (key, name) in enumerate(names.items()):
        marks = MarkPlan(number / len(names), log=axis.log)
        own = [*_rows_of(members_of[key], metrics, x, words, marks)]
        found += _of_curve(own, number, name, short[name])
    return Curves(
        found,
        metrics,
        [*left_out(points, x, words), *_too_many(len(all_curves), words)],
        list(short.values()),
        axis,
        words.text(f"figure.axis.{x}"),
        confidence_of(there, metrics),
    )


def _too_many(n: int, words: Words) -> list[str]:
    if n <= MAX_CURVES:
        return []
    return [words.text("figure.note.curves", shown=MAX_CURVES, n=n)]


def _of_curve(
    rows: Sequence[Row], number: int, whole: str, short: str
) -> list[Row]:
    """With the curve's name as a legend has it, the whole where that is more, and its dash."""
    name = {} if whole == short else {"name": whole}
    common = {"curve": short, **name, **dash_of_curve(number)}
    return [{**common, **row} for row in rows]


def _longest(members_of: Members) -> Members:
    """Those with the most points, as many as are drawn, in the order of a legend."""
    ordered = sorted(members_of, key=natural)
    longest = sorted(ordered, key=lambda key: -len(members_of[key]))
    drawn = set(longest[:MAX_CURVES])
    return {key: members_of[key] for key in ordered if key in drawn}


def left_out(points: Sequence[Point], x: str, words: Words) -> list[str]:
    """A note where points have no place on this axis."""
    missing = sum(level_of(point, x) is None for point in points)
    return (
        [
            words.text(
                "figure.note.left_out", n=missing, condition=words.condition(x)
            )
        ]
        if missing
        else []
    )


def curve_panel(
    curves: Curves,
    metrics: Sequence[str],
    words: Words,
    *,
    title: str,
    dashes: Sequence[str] = (),
    over: Sequence[Layer] = (),
    against: str | None = None,
) -> Panel:
    """One panel of curves over `curves.x`, all of one unit. With several metrics each has a dash,
    told by `dashes`. `over`: layers over the curves, of rows that are no curve's. `against`: the
    metric to draw them against instead, in the order of `curves.x`.
    """
    decades = DECADES_OF_LATENCY if statistic_of(metrics[0]) else DECADES
    axis = value_axis(
        curves.values(*metrics), curves.ends(*metrics), decades=decades
    )
    layers: list[Layer] = []
    hover: list[Layer] = []
    for number, metric in enumerate(metrics):
        k = curves.number(metric)
        y = axis.y(f"v{k}:Q")
        layers += [
            *_interval(base(), curves, metric, axis),
            _line(base(), curves, y, dashes, number),
            *_marks(base(), curves, metric, y),
        ]
        label = dashes[number] if dashes else title
        told = _tooltip(curves, k, words, label)
        hover.append(_hover(base(), y, k, told, words))
    colour, drawn = channel_of_curves(curves.names), [*layers, *hover, *over]
    if against is None:
        x = curves.x.x("x:Q", curves.x_title, padding=10)
        return layered(drawn, title, x=x, color=colour)
    across = value_axis(curves.values(against))
    x = across.x(f"v{curves.number(against)}:Q", with_unit(against, words))
    return layered(drawn, title, x=x, order=channel("x:Q"), color=colour)


def _by_level(points: Sequence[Point], x: str) -> dict[float, list[Point]]:
    levels: dict[float, list[Point]] = {}
    for point in points:
        if (level := level_of(point, x)) is not None:
            levels.setdefault(level, []).append(point)
    return levels


def _rows_of(
    members: Sequence[Point],
    metrics: Sequence[str],
    x: str,
    words: Words,
    marks: MarkPlan,
) -> Iterator[Row]:
    """The rows of one curve, by level."""
    levels = _by_level(members, x)
    ordered = sorted(levels)
    broken = {ordered[at] for at in holes(ordered)}
    chosen = marks.choose(ordered)
    for at, level in enumerate(ordered):
        marked = level in chosen or level in broken or ordered[at - 1] in broken
        yield from _rows_at(level, levels[level], metrics, words, marked=marked)
        if level in broken:
            yield {"x": (level + ordered[at + 1]) / 2, "on": "line"}


def _rows_at(
    level: float,
    points: Sequence[Point],
    metrics: Sequence[str],
    words: Words,
    *,
    marked: bool,
) -> list[Row]:
    """One row where one point may be believed; else the line goes through what `_mean_of` says."""
    own: list[Row] = [
        {"x": level, **_row_of(point, metrics, words)} for point in points
    ]
    if marked:
        own = [{**row, "mark": True} for row in own]
    if len(own) == 1 and own[0].get("status") != "INVALID":
        return own
    line = {"x": level, "on": "line", **_mean_of(points, metrics)}
    return [*({**row, "on": "mark"} for row in own), line]


@dataclass(frozen=True, slots=True)
class MarkPlan:
    """Where the marks of one of several curves are."""

    first: float
    """Where between two marks its first one is, as a share: marks of curves do not coincide."""
    log: bool
    """Whether the axis is logarithmic."""

    def choose(self, levels: Sequence[float]) -> set[float]:
        """All of few levels; else some, about as far apart as each other on the axis."""
        step = mark_every(len(levels))
        if step == 1 or not self.log:
            return set(levels[int(self.first * step) :: step])
        ratio = levels[-1] / levels[0]
        wanted = (
            levels[0] * ratio ** ((mark + self.first) / MARKS)
            for mark in range(MARKS)
        )
        return {
            min(levels, key=lambda level: abs(level - place))
            for place in wanted
        }


def mark_every(points: int) -> int:
    """Of a curve's points, every how many has a mark."""
    return 1 if points <= FEW else points // MARKS


def _row_of(point: Point, metrics: Sequence[str], words: Words) -> Row:
    row: Row = {"id": clean(point.id)}
    for k, metric in enumerate(metrics):
        if metric not in point.values:
            continue
        row[f"v{k}"] = _rounded(point.values[metric])
        row |= _ends(point.shown_intervals.get(metric), k)
        if (latency := _latency_of(metric)) in point.samples:
            row[f"n{k}"] = point.samples[latency]
    return row | _verdict_of(point, words)


def _verdict_of(point: Point, words: Words) -> Row:
    verdict: Row = {} if point.status is None else {"status": point.status}
    if point.reasons and point.status != "VALID":
        why = clean(reasons_of(point, words.language)[0].text)
        verdict["why"] = why[:LONGEST_REASON]
    return verdict


@cache
def _latency_of(metric: str) -> str:
    return metric.removesuffix("_ms").rpartition("_")[2]


def _mean_of(points: Sequence[Point], metrics: Sequence[str]) -> Row:
    """Where the line passes among repeats: their mean and its interval; nothing where none may be
    believed.
    """
    row: Row = {"of": [clean(point.id) for point in points]}
    for k, metric in enumerate(metrics):
        believed = [
            p for p in points if p.status != "INVALID" and metric in p.values
        ]
        if believed:
            values = [p.values[metric] for p in believed]
            row[f"v{k}"] = _rounded(sum(values) / len(values))
        row |= _ends(interval_of_mean(believed, metric), k)
    return row


def _ends(interval: Interval | Range | None, k: int) -> Row:
    if interval is None:
        return {}
    low, high = _rounded(interval.low), _rounded(interval.high)
    return {f"low{k}": low, f"high{k}": high}


def interval_of_mean(
    points: Sequence[Point], metric: str
) -> Interval | Range | None:
    """Over repeats that may be believed; of simulated ones as of each, since a twin errs alike in
    all of them.
    """
    if points and (predicted := points[0].predicted.get(metric)):
        return predicted
    return interval_of_repeats([p.values[metric] for p in points])


def _rounded(value: float) -> float:
    """Five digits: more than a pixel can tell, in a third of the bytes."""
    return float(f"{value:.5g}")


def doubtful(rows: Iterable[Row]) -> list[str]:
    """The verdicts that need a legend."""
    there = {row.get("status") for row in rows}
    return [status for status in ("SUSPECT", "INVALID") if status in there]


def _statuses(curves: Curves, metrics: Sequence[str]) -> list[str]:
    fields = [f"v{curves.number(metric)}" for metric in metrics]
    return doubtful(
        row for row in curves.rows if any(field in row for field in fields)
    )


def _line(
    common: Layer,
    curves: Curves,
    y: Spec,
    dashes: Sequence[str],
    number: int,
) -> Layer:
    """Dashes tell statistics apart where there are several, else curves."""
    line = (
        common.transform_filter(ON_LINE)
        .mark("line", strokeWidth=1.8)
        .encode(y=y)
    )
    if not dashes:
        return dashed(line, curves.names)
    named = line.transform_calculate(statistic=json.dumps(dashes[number]))
    return named.encode(strokeDash=dash_of("statistic", dashes))


def single_panels(
    found: Curves, metrics: Sequence[str], words: Words
) -> list[Panel]:
    """A panel a metric; raises NothingToDrawError where there is none."""
    if not metrics:
        raise NothingToDrawError(words.text("figure.nothing.metrics"))
    return [
        curve_panel(found, [metric], words, title=with_unit(metric, words))
        for metric in metrics
    ]


def first_measured(
    points: Sequence[Point], wanted: Iterable[Sequence[str]]
) -> list[str]:
    """Of each choice the first metric that any point has."""
    return [there[0] for each in wanted if (there := measured(points, each))]


def _interval(
    common: Layer, curves: Curves, metric: str, axis: Axis
) -> list[Layer]:
    """Where the values lie, as far as the axis goes: bars while there are few levels, a band of
    many.
    """
    if not curves.ends(metric):
        return []
    k = curves.number(metric)
    there = common.transform_filter(
        f"{ON_LINE} && isValid(datum.low{k})"
        if few_levels(curves.rows)
        else ON_LINE
    )
    return [
        ranged(there, f"low{k}", f"high{k}", axis, few=few_levels(curves.rows))
    ]


def ranged(
    common: Layer, low: str, high: str, axis: Axis, *, few: bool
) -> Layer:
    """Bars or a band between two fields, cut where the axis ends: of a logarithmic one no end may
    be at 0 or below.
    """
    there: Layer = common.encode(y=axis.y("low:Q"), y2=end("high"))
    if axis.domain:
        bottom, top = axis.domain
        cut = f"min(max(datum.{{0}}, {bottom!r}), {top!r})"
        there = there.transform_calculate(
            low=_known(low, cut), high=_known(high, cut)
        )
    else:
        there = there.transform_calculate(
            low=f"datum.{low}", high=f"datum.{high}"
        )
    return (
        there.mark("rule", strokeWidth=1.2, opacity=0.75)
        if few
        else there.mark("area", opacity=0.16)
    )


def _known(field: str, cut: str) -> str:
    return f"isValid(datum.{field}) ? {cut.format(field)} : null"


def few_levels(rows: Sequence[Row]) -> bool:
    return len({row["x"] for row in rows}) <= BARS


def _marks(common: Layer, curves: Curves, metric: str, y: Spec) -> list[Layer]:
    """Filled where a value may be believed, hollow where it is SUSPECT, a cross where it is
    INVALID.
    """
    shape = channel_of_curves(curves.names)
    statuses = _statuses(curves, [metric])
    believed = f"{ON_MARK} && datum.mark && datum.status != 'SUSPECT' && datum.status != 'INVALID'"
    layers = [
        common.transform_filter(believed)
        .mark("point", filled=True, size=42, opacity=1)
        .encode(y=y, shape=shape)
    ]
    on_mark = common.encode(y=y)
    suspect, invalid = (
        on_mark.transform_filter(f"{ON_MARK} && datum.status == '{status}'")
        for status in ("SUSPECT", "INVALID")
    )
    if "SUSPECT" in statuses:
        hollow = {"style": HOLLOW, "size": 42, "strokeWidth": 1.4}
        layers.append(
            suspect.mark("point", **hollow, opacity=1).encode(shape=shape)
        )
    if "INVALID" in statuses:
        cross = {"shape": CROSS, "size": 48, "strokeWidth": 1.8}
        layers.append(invalid.mark("point", **cross, opacity=1))
    return layers


def _tooltip(curves: Curves, k: int, words: Words, label: str) -> list[Spec]:
    return [
        tip("whole:N", words.text("figure.tooltip.curve")),
        tip("x:Q", curves.x_title, NUMBER),
        tip(f"v{k}:Q", label),
        tip(
            "interval:N",
            words.text("figure.tooltip.interval", confidence=curves.confidence),
        ),
        *tips(words, {"n:N": "n", "verdict:N": "verdict", "id:N": "point"}),
    ]


def _hover(
    common: Layer,
    y: Spec,
    k: int,
    tooltip: Sequence[Spec],
    words: Words,
) -> Layer:
    """What a pointer near a point reads; nothing to be seen."""
    nothing = json.dumps(words.text("figure.none"))
    low = f"format(datum.low{k}, '{FIGURES}')"
    high = f"format(datum.high{k}, '{FIGURES}')"
    there = common.transform_filter(ON_MARK).transform_calculate(
        whole="datum.name || datum.curve",
        interval=f"isValid(datum.low{k}) ? {low} + ' – ' + {high} : {nothing}",
        n=f"isValid(datum.n{k}) ? format(datum.n{k}, ',') : {nothing}",
        verdict=f"datum.status ? datum.status + (datum.why ? ': ' + datum.why : '') : {nothing}",
    )
    return there.mark("point", style=HOVER).encode(y=y, tooltip=list(tooltip))
