"""Figures that set configurations beside each other: where each saturates, how efficient it is at
each load, how its latencies are distributed, and how it changed from date to date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timezone

from inferometer.grouping import by_key, ungrouped
from inferometer.report.answers.answer import some_levels
from inferometer.report.answers.saturated import (
    THROUGHPUT,
    SaturatedCurve,
    interval_in_words,
    saturated_curves,
)
from inferometer.report.figures.channels import (
    channel_of_curves,
    dash_of_curve,
    dashed,
    names_axis,
)
from inferometer.report.figures.curves import (
    Curves,
    curve_panel,
    curves,
    first_measured,
)
from inferometer.report.figures.drawing import (
    Material,
    NothingToDrawError,
    Panel,
    Row,
    Sketch,
    base,
    layered,
)
from inferometer.report.figures.production import (
    brightened,
    cell,
    map_panel,
)
from inferometer.report.figures.scales import (
    DECADES,
    DECADES_OF_LATENCY,
    Axis,
    tip,
    tips,
    value_axis,
)
from inferometer.report.figures.theme import CROSS, DOT
from inferometer.report.figures.vega import Layer, Spec, channel, end
from inferometer.report.naming import (
    Key,
    Members,
    clean,
    distinguishing,
    grouped,
    legend_names,
    level_of,
    name_of,
    natural,
    usual_level,
)
from inferometer.report.tables.columns import measured, with_unit
from inferometer.results.point import Point
from inferometer.vocabulary import CHANGES_WITH_DATES, LATENCIES
from inferometer.words import Words

SPREAD = {
    "low": ("median", "p50"),
    "middle": ("p90",),
    "high": ("p99",),
    "mean": ("mean",),
}
"""Which statistics make a bar, by its field: the first that was measured."""
OF_SATURATION = {
    "curve:N": "curve",
    "at:Q": "saturated",
    "interval:N": "interval",
    "plateau:Q": "plateau",
}
"""Fields of its marks, and their words in a tooltip."""
STROKE: Spec = {
    "shape": "stroke",
    "angle": 90,
    "size": 200,
    "strokeWidth": 2.5,
    "opacity": 1,
}
"""Where it begins."""
DECADES_OF_SPREAD = 0.9
"""From which latencies of configurations are on a logarithmic axis."""
MAX_CONFIGURATIONS = 24
ROW_HEIGHT = 24
"""Pixels of a configuration."""
LATENCY = (
    ("mean_ttft_ms", "median_ttft_ms", "p99_ttft_ms"),
    ("mean_tpot_ms", "median_tpot_ms", "p99_tpot_ms"),
)
EFFICIENCY = (("output_throughput_per_gpu", "output_throughput"), *LATENCY)
CHANGING = (("output_throughput",), *LATENCY)
"""What is drawn, of each the first that any point has."""
Cell = tuple[Key, float | None]


def draw_saturation(material: Material, words: Words) -> Sketch:
    """Output throughput over the load, with the load from which on each curve is saturated, and the
    interval of that.
    """
    x, found = saturated_curves(material.points, words)
    if not found:
        raise NothingToDrawError(words.text("figure.nothing.saturation"))
    points = [point for curve in found for point in curve.points]
    drawn = curves(points, [THROUGHPUT], words, x=x)
    legend = {row.get("name", row["curve"]): row["curve"] for row in drawn.rows}
    rows = [
        _saturation_row(each, legend[each.name], words)
        for each in found
        if each.name in legend and each.found.saturated_from is not None
    ]
    panel = curve_panel(
        drawn,
        [THROUGHPUT],
        words,
        title=with_unit(THROUGHPUT, words),
        over=_saturation_marks(drawn, words),
    )
    note = words.text("figure.note.saturation")
    return Sketch([panel], drawn.rows + rows, [note, *drawn.notes], columns=1)


def _saturation_row(each: SaturatedCurve, name: str, words: Words) -> Row:
    state = each.found
    return {
        "on": "saturation",
        "curve": name,
        "at": state.saturated_from,
        "from": state.low or state.saturated_from,
        "to": state.high or state.saturated_from,
        "plateau": float(f"{state.plateau:.5g}"),
        "interval": interval_in_words(state, words),
        "of": [clean(point.id) for point in each.points],
    }


def _saturation_marks(drawn: Curves, words: Words) -> list[Layer]:
    """On the plateau of each curve the load where it begins, on the interval of that."""
    axis = value_axis(drawn.values(THROUGHPUT), drawn.ends(THROUGHPUT))
    there = base(color=channel_of_curves(drawn.names)).transform_filter(
        "datum.on == 'saturation'"
    )
    tooltip = tips(words, OF_SATURATION, confidence=95)
    y = axis.y("plateau:Q")
    interval = there.mark("rule", strokeWidth=4, opacity=0.45)
    load = there.mark("point", **STROKE)
    return [
        interval.encode(x=channel("from:Q"), x2=end("to"), y=y),
        load.encode(x=channel("at:Q"), y=y, tooltip=tooltip),
    ]


def draw_efficiency(material: Material, words: Words) -> Sketch:
    """Throughput per GPU, TTFT and TPOT as maps of configuration × load."""
    x = usual_level(material.points)
    members = _configurations(material.points, x)
    loads = some_levels([level_of(p, x) or 0 for p in ungrouped(members)])
    if len(members) < 2 or len(loads) < 2:
        raise NothingToDrawError(words.text("figure.nothing.configurations"))
    names, notes = _names(members, x, words)
    at = _at_loads(members, x)
    rows: list[Row] = []
    panels = []
    shown = list(names.values())
    for metric in _first_of(EFFICIENCY, members):
        cells = [
            cell(
                [p for p in at[key, load] if metric in p.values],
                metric,
                {"on": metric, "who": name, "load": load},
            )
            for key, name in names.items()
            for load in loads
        ]
        cells = brightened(cells)
        rows += cells
        panels.append(
            _efficiency_map(cells, metric, words, x=x, loads=loads, names=shown)
        )
    return Sketch(panels, rows, notes, columns=1, one_legend=False)


def _at_loads(members: Members, x: str) -> dict[Cell, list[Point]]:
    """The points of each configuration at each load."""
    at: dict[Cell, list[Point]] = defaultdict(list)
    for key, points in members.items():
        for point in points:
            at[key, level_of(point, x)].append(point)
    return at


def _efficiency_map(
    cells: Sequence[Row],
    metric: str,
    words: Words,
    *,
    x: str,
    loads: Sequence[float],
    names: Sequence[str],
) -> Panel:
    title = words.text(f"figure.axis.{x}")
    across = {"title": title, "labelAngle": 0, "grid": False}
    return map_panel(
        cells,
        with_unit(metric, words),
        words,
        x=channel("load:O", sort=loads, axis=across),
        y=channel("who:N", sort=names, axis=names_axis(230)),
        told=[
            tip("who:N", words.text("figure.tooltip.curve")),
            tip("load:O", title),
        ],
        height=ROW_HEIGHT * len(names),
    )


def draw_spread(material: Material, words: Words) -> Sketch:
    """Of each configuration, at the load that most have in common: TTFT, TPOT, ITL and E2EL from
    the median over p90 to p99, and the mean.
    """
    x = usual_level(material.points)
    members = _configurations(
        [p for p in material.points if p.status != "INVALID"], x
    )
    if len(members) < 2:
        raise NothingToDrawError(words.text("figure.nothing.configurations"))
    load = _common_level(members, x)
    points = ungrouped(members)
    at = _configurations([p for p in points if level_of(p, x) == load], x)
    names, notes = _names(at, x, words)
    rows = [
        row
        for latency in LATENCIES
        for key, name in names.items()
        if len(row := _spread_row(at[key], latency, name)) > 3
    ]
    panels = [
        _spread_panel([row for row in rows if row["on"] == latency], words)
        for latency in LATENCIES
        if any(row["on"] == latency and "high" in row for row in rows)
    ]
    if not panels:
        raise NothingToDrawError(words.text("figure.nothing.percentiles"))
    level = words.text(f"figure.name.{x}", value=f"{load:g}")
    notes = [words.text("figure.note.spread", load=level), *notes]
    return Sketch(panels, rows, notes, one_legend=False)


def draw_dates(material: Material, words: Words) -> Sketch:
    """Throughput, TTFT and TPOT of each configuration from date to date, at the highest load that
    was measured on several days.
    """
    x = usual_level(material.points)
    dated = [p for p in material.points if _time_ms(p) is not None]
    fields = distinguishing(dated, without=(x, *CHANGES_WITH_DATES))
    chosen = {
        (key, load): points
        for key, each in grouped(dated, fields).items()
        if (repeated := _on_several_days(each, x))
        for load, points in [repeated]
    }
    if not chosen:
        raise NothingToDrawError(words.text("figure.nothing.dates"))
    whole = {
        (key, load): _dated_name(key, fields, x, load, words)
        for key, load in sorted(chosen, key=lambda each: natural(each[0]))
    }
    names = legend_names(whole.values())
    metrics = first_measured(ungrouped(chosen), CHANGING)
    rows = [
        row
        for number, (place, name) in enumerate(whole.items())
        for point in chosen[place]
        for row in _dated_rows(point, metrics, names[name], number)
    ]
    panels = [
        _date_panel(rows, m, list(names.values()), words) for m in metrics
    ]
    return Sketch(panels, rows, [words.text("figure.note.dates")], columns=1)


def _configurations(points: Sequence[Point], x: str) -> Members:
    """The points at each load of those that can be told apart, in the order of a legend."""
    there = [point for point in points if level_of(point, x)]
    found = grouped(there, distinguishing(there, without=(x,)))
    return {key: found[key] for key in sorted(found, key=natural)}


def _names(
    members: Members, x: str, words: Words
) -> tuple[dict[Key, str], list[str]]:
    """Of as many as can be shown, and a note where that is not all."""
    fields = distinguishing(ungrouped(members), without=(x,))
    whole = {
        key: name_of(key, fields, words) or words.text("figure.all_points")
        for key in list(members)[:MAX_CONFIGURATIONS]
    }
    short = legend_names(whole.values())
    names = {key: short[name] for key, name in whole.items()}
    if len(names) == len(members):
        return names, []
    return names, [
        words.text(
            "figure.note.configurations", shown=len(names), n=len(members)
        )
    ]


def _first_of(choices: Sequence[Sequence[str]], members: Members) -> list[str]:
    return first_measured(ungrouped(members), choices)


def _common_level(members: Members, x: str) -> float:
    """The highest of the loads that most configurations were measured at."""
    counts: dict[float, int] = {}
    for each in members.values():
        for load in {level_of(point, x) or 0 for point in each}:
            counts[load] = counts.get(load, 0) + 1
    return max(counts, key=lambda load: (counts[load], load))


def _spread_row(points: Sequence[Point], latency: str, name: str) -> Row:
    """Means over repeats of each statistic."""
    row: Row = {
        "on": latency,
        "who": name,
        "of": [clean(point.id) for point in points],
    }
    for field, statistics in SPREAD.items():
        metrics = [f"{each}_{latency}_ms" for each in statistics]
        for metric in measured(points, metrics)[:1]:
            values = [p.values[metric] for p in points if metric in p.values]
            row[field] = float(f"{sum(values) / len(values):.5g}")
    if any(point.status == "SUSPECT" for point in points):
        row["status"] = "SUSPECT"
    return row


def _spread_panel(rows: Sequence[Row], words: Words) -> Panel:
    latency = rows[0]["on"]
    axis = value_axis(
        (row[field] for row in rows for field in SPREAD if field in row),
        decades=DECADES_OF_SPREAD,
    )
    names = list(dict.fromkeys(row["who"] for row in rows))
    common = base(
        y=channel("who:N", sort=names, axis=names_axis(230))
    ).transform_filter(f"datum.on == '{latency}'")
    title = words.with_unit(LATENCIES[latency].label, "ms")
    layers = _spread_layers(common, axis, _spread_tips(latency, words))
    return layered(layers, title, height=ROW_HEIGHT * len(names))


def _spread_tips(latency: str, words: Words) -> list[Spec]:
    return [
        tip("who:N", words.text("figure.tooltip.curve")),
        tip("mean:Q", words.metric(f"mean_{latency}_ms")),
        tip("low:Q", words.metric(f"median_{latency}_ms")),
        tip("middle:Q", words.metric(f"p90_{latency}_ms")),
        tip("high:Q", words.metric(f"p99_{latency}_ms")),
    ]


def _spread_layers(
    common: Layer, axis: Axis, tooltip: Sequence[Spec]
) -> list[Layer]:
    """Thin from the median to the p99, thick to the p90; and the mean."""
    tooltip = list(tooltip)
    x = axis.x("low:Q")
    thin = common.transform_filter("isValid(datum.high)")
    return [
        thin.mark("rule", strokeWidth=2, opacity=0.9).encode(
            x=x, x2=end("high"), tooltip=tooltip
        ),
        thin.transform_calculate(end="datum.middle || datum.low")
        .mark("rule", strokeWidth=9, opacity=0.55)
        .encode(x=x, x2=end("end"), tooltip=tooltip),
        thin.mark("tick", thickness=2, height=12).encode(
            x=axis.x("high:Q"), tooltip=tooltip
        ),
        common.mark("point", style=DOT, size=34, filled=True).encode(
            x=axis.x("mean:Q"), tooltip=tooltip
        ),
    ]


def _time_ms(point: Point) -> float | None:
    """When it was measured, for an axis of time; None where no file tells."""
    told = point.conditions.get("date")
    try:
        when = datetime.fromisoformat(str(told).replace("Z", "+00:00"))
    except ValueError:
        return None
    return when.replace(tzinfo=timezone.utc).timestamp() * 1000


def _on_several_days(
    points: Sequence[Point], x: str
) -> tuple[float | None, list[Point]] | None:
    """The points at the load that was measured on most days, of several the highest."""
    at = by_key(points, lambda point: level_of(point, x))
    days = {
        load: len({str(p.conditions["date"])[:10] for p in each})
        for load, each in at.items()
    }
    load = max(days, key=lambda each: (days[each], each or 0))
    if days[load] < 2:
        return None
    return load, sorted(at[load], key=lambda point: _time_ms(point) or 0)


def _dated_name(
    key: Key, fields: Sequence[str], x: str, load: float | None, words: Words
) -> str:
    name = name_of(key, fields, words)
    if load is None:
        return name or words.text("figure.all_points")
    at = words.text(f"figure.name.{x}", value=f"{load:g}")
    return f"{name} · {at}" if name else at


SOFTWARE = ("engine_version", "stack")


def _dated_rows(
    point: Point, metrics: Sequence[str], curve: str, number: int
) -> list[Row]:
    software = filter(None, point.told(SOFTWARE))
    row: Row = {
        "curve": curve,
        "t": _time_ms(point),
        "day": str(point.conditions["date"])[:10],
        "id": clean(point.id),
        "version": clean(", ".join(map(str, software)) or "–"),
        **dash_of_curve(number),
    }
    if point.status:
        row["status"] = point.status
    return [
        {**row, "on": metric, "v": float(f"{point.values[metric]:.5g}")}
        for metric in metrics
        if metric in point.values
    ]


DAYS = {"title": None, "format": "%Y-%m-%d", "tickCount": 5, "grid": False}


def _date_panel(
    rows: Sequence[Row], metric: str, names: Sequence[str], words: Words
) -> Panel:
    axis = value_axis(
        (row["v"] for row in rows if row["on"] == metric),
        decades=DECADES_OF_LATENCY if metric.endswith("_ms") else DECADES,
    )
    common = base(
        x=channel("t:T", scale={"type": "utc", "padding": 12}, axis=DAYS),
        y=axis.y("v:Q"),
        color=channel_of_curves(names),
    ).transform_filter(f"datum.on == '{metric}'")
    return layered(
        _date_layers(common, names, _date_tips(metric, words)),
        with_unit(metric, words),
        height=200,
    )


def _date_tips(metric: str, words: Words) -> list[Spec]:
    return [
        tip("curve:N", words.text("figure.tooltip.curve")),
        tip("day:N", words.text("condition.date")),
        tip("v:Q", with_unit(metric, words)),
        tip("version:N", words.text("condition.engine_version")),
        *tips(words, {"status:N": "verdict", "id:N": "point"}),
    ]


def _date_layers(
    common: Layer, names: Sequence[str], tooltip: list[Spec]
) -> list[Layer]:
    """A line through what may be believed, and a cross for what may not."""
    believed = common.transform_filter("datum.status != 'INVALID'")
    return [
        dashed(believed.mark("line", strokeWidth=1.8), names),
        believed.mark("point", filled=True, size=46, opacity=1).encode(
            shape=channel_of_curves(names), tooltip=tooltip
        ),
        common.transform_filter("datum.status == 'INVALID'")
        .mark("point", shape=CROSS, size=48, strokeWidth=1.8, opacity=1)
        .encode(tooltip=tooltip),
    ]
