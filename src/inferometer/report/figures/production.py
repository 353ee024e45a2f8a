"""Figures over input length: lines a level of load, and a map of both; and the prefix cache, cold
beside warm.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from inferometer.grouping import by_key, ungrouped
from inferometer.report.figures.channels import cell_width
from inferometer.report.figures.curves import (
    curves,
    first_measured,
    single_panels,
)
from inferometer.report.figures.drawing import (
    PRINT_HEIGHT,
    Material,
    NothingToDrawError,
    Panel,
    Row,
    Sketch,
    base,
    layered,
)
from inferometer.report.figures.load import has_curve
from inferometer.report.figures.scales import (
    DECADES,
    Axis,
    compact,
    tip,
    tips,
    value_axis,
)
from inferometer.report.figures.theme import GHOST
from inferometer.report.figures.vega import Spec, channel
from inferometer.report.naming import (
    Members,
    clean,
    distinguishing,
    grouped,
    level_of,
    name_of,
    short_tokens,
    usual_level,
)
from inferometer.report.tables.columns import with_unit
from inferometer.results.point import Point
from inferometer.words import Words

METRICS = (
    ("output_throughput",),
    ("mean_ttft_ms", "median_ttft_ms"),
    ("mean_tpot_ms", "median_tpot_ms"),
)
"""What is drawn, of each the first that any point has."""

MAX_MAPS = 4
"""Deployments that get a map each."""

DECADES_OF_COLOUR = 0.7
"""Of latencies: a slow configuration would make all others one colour."""

CELL = 30
"""Pixels, height."""
CELL_WIDTH = 32
"""Pixels that the number of a cell takes."""
INK = {
    "condition": {"test": "datum.bright", "value": "#000000"},
    "value": "#ffffff",
}
"""Of the number, on a bright cell and on a dark one."""


def draw_production(material: Material, words: Words) -> Sketch:
    """Output throughput, TTFT and TPOT over input length, a line a level of load; and the same as
    maps of input length × load.
    """
    load = usual_level(material.points)
    deployment, swept = _swept(material, load, words)
    points = ungrouped(swept)
    metrics = first_measured(points, METRICS)
    lines = curves(
        sorted(points, key=lambda p: level_of(p, load) or 0),
        metrics,
        words,
        x="input_len",
        fields=(*distinguishing(points, without=("input_len", load)), load),
    )
    panels = single_panels(lines, metrics, words)
    rows, notes = list(lines.rows), list(lines.notes)
    maps = _mapped(swept, deployment, load, words)
    for number, (name, members) in enumerate(maps[:MAX_MAPS]):
        for metric in metrics:
            cells = _cells(members, metric, load, f"{number}/{metric}")
            rows += cells
            panels.append(_length_map(cells, metric, name, load, words))
    if len(maps) > MAX_MAPS:
        notes.append(
            words.text("figure.note.maps", shown=MAX_MAPS, n=len(maps))
        )
    # a row of curves over rows of maps, a metric a column
    return Sketch(panels, rows, notes, columns=len(metrics), one_legend=False)


def _swept(
    material: Material, load: str, words: Words
) -> tuple[Sequence[str], Members]:
    """What tells deployments apart, and the points of those with a curve over the input length.

    Raises NothingToDrawError where none has one.
    """
    points = [
        p
        for p in material.points
        if level_of(p, "input_len") is not None
        and level_of(p, load) is not None
    ]
    deployment = distinguishing(points, without=("input_len", load))
    swept = {
        key: each
        for key, each in grouped(points, deployment).items()
        if has_curve(each, "input_len", (load,))
    }
    if not swept:
        raise NothingToDrawError(
            _why_nothing(points, (*deployment, load), words)
        )
    return deployment, swept


def _mapped(
    swept: Members,
    deployment: Sequence[str],
    load: str,
    words: Words,
) -> list[tuple[str, list[Point]]]:
    """Those measured at several levels of load; the only one needs no name."""
    several = {
        key: each
        for key, each in swept.items()
        if len({level_of(p, load) for p in each}) > 1
    }
    return [
        (name_of(key, deployment, words) if len(several) > 1 else "", each)
        for key, each in several.items()
    ]


def _why_nothing(
    points: Sequence[Point], others: Sequence[str], words: Words
) -> str:
    """Why there is no curve over the input length: one length, or several that differ in another
    condition too.
    """
    lengths = {level_of(point, "input_len") for point in points}
    if len(lengths) < 2:
        return words.text("figure.nothing.input_lengths")
    alone = [
        name
        for name in others
        if has_curve(
            points, "input_len", [each for each in others if each != name]
        )
    ]
    names = words.listed(words.condition(name) for name in alone or others)
    return words.text("figure.nothing.lengths_apart", conditions=names)


def _cells(
    points: Sequence[Point], metric: str, load: str, on: str
) -> list[Row]:
    """One row a combination of input length and load that could have been measured; those that were
    not have no value.
    """
    lengths = sorted({level_of(p, "input_len") or 0 for p in points})
    loads = sorted({level_of(p, load) or 0 for p in points})
    measured = by_key(
        (point for point in points if metric in point.values),
        lambda point: (level_of(point, "input_len"), level_of(point, load)),
    )
    rows = [
        cell(
            measured.get((length, each), []),
            metric,
            {
                "on": on,
                "length": short_tokens(length),
                "at": length,
                "load": each,
            },
        )
        for length in lengths
        for each in loads
    ]
    return brightened(rows)


def brightened(cells: Sequence[Row]) -> list[Row]:
    """Those whose colour is bright are told so, for their ink is black."""
    values = [row["v"] for row in cells if "v" in row]
    bright = _bright(values, log=_colours(values, cells).log)
    return [
        {**row, "bright": True} if row.get("v") in bright else row
        for row in cells
    ]


CELL_MARKS = {"INVALID": "× ", "SUSPECT": "○ "}


def _status(points: Sequence[Point]) -> str:
    """The worst; that of the first where none is doubtful."""
    found = [point.status for point in points]
    return next((s for s in CELL_MARKS if s in found), found[0]) or "–"


def cell(points: Sequence[Point], metric: str, row: Row) -> Row:
    """The mean of what may be believed there; only where nothing may, of what may not, and then
    without a colour.
    """
    row = {**row, "label": "–"}
    believed = [p for p in points if p.status != "INVALID"]
    used = believed or points
    if not used:
        return row
    row["of"] = [clean(point.id) for point in points]
    value = float(f"{sum(p.values[metric] for p in used) / len(used):.5g}")
    status = _status(used)
    row |= {
        "label": f"{CELL_MARKS.get(status, '')}{compact(value)}",
        "value": value,
        "status": status,
        "n": len(used),
    }
    return {**row, "v": value} if believed else row


def _colours(values: Sequence[float], cells: Sequence[Row]) -> Axis:
    latency = cells[0]["on"].endswith("_ms")
    return value_axis(values, decades=DECADES_OF_COLOUR if latency else DECADES)


def _bright(values: Sequence[float], *, log: bool) -> set[float]:
    """Those whose colour is of the bright half, on which ink is black."""
    position = {v: math.log(v) if log else v for v in values}
    middle = (
        min(position.values(), default=0) + max(position.values(), default=0)
    ) / 2
    return {v for v, place in position.items() if place > middle}


def _length_map(
    cells: Sequence[Row], metric: str, name: str, load: str, words: Words
) -> Panel:
    title = with_unit(metric, words)
    loads = sorted({row["load"] for row in cells}, reverse=True)
    lengths = sorted({(row["at"], row["length"]) for row in cells})
    across, up = (
        words.text(f"figure.axis.{each}") for each in ("input_len", load)
    )
    x = channel(
        "length:O",
        sort=[label for _, label in lengths],
        axis={"title": across, "labelAngle": 0, "grid": False},
    )
    return map_panel(
        cells,
        f"{name} — {title}" if name else title,
        words,
        x=x,
        y=channel("load:O", sort=loads, axis={"title": up, "grid": False}),
        told=[tip("length:O", across), tip("load:O", up)],
        height=min(PRINT_HEIGHT, CELL * len(loads)),
    )


def map_panel(
    cells: Sequence[Row],
    title: str,
    words: Words,
    *,
    x: Spec,
    y: Spec,
    told: Sequence[Spec],
    height: int,
) -> Panel:
    """Cells with their values in them. `told`: what the pointer reads of a cell's place."""
    common = base(x=x, y=y).transform_filter(f"datum.on == '{cells[0]['on']}'")
    axis = _colours([row["v"] for row in cells if "v" in row], cells)
    colour = channel(
        "v:Q",
        scale={"type": "log" if axis.log else "linear"},
        legend=None,
    )
    tooltip = [
        *told,
        tip("value:Q", title),
        *tips(words, {"n:Q": "repeats", "status:N": "verdict"}),
    ]
    there = common.transform_filter("isValid(datum.v)")
    opacity = _where_it_fits(x, y)
    layers = [
        common.mark("rect", style=GHOST).encode(tooltip=tooltip),
        there.mark("rect").encode(color=colour, tooltip=tooltip),
        common.transform_filter("!isValid(datum.v)")
        .mark("text", opacity=opacity)
        .encode(text=channel("label:N")),
        there.mark("text", opacity=opacity).encode(
            text=channel("label:N"), color=INK
        ),
    ]
    return layered(layers, title, height=height)


def _where_it_fits(x: Spec, y: Spec) -> Spec:
    """Numbers show where cells are wide enough; on a telephone the pointer tells them."""
    left = cell_width([str(name) for name in y["sort"]])
    room = f"(containerSize()[0] - {left:.0f}) / {len(x['sort'])}"
    return {
        "expr": f"!isFinite(containerSize()[0]) || {room} > {CELL_WIDTH} ? 1 : 0"
    }
