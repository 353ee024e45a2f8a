"""The answer of `capacity` as a figure: a deployment a row, with the interval of each target's
metric, the target as a line, and what the deployment draws and costs. All of it is simulated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inferometer.report.figures.channels import names_axis
from inferometer.report.figures.drawing import (
    Drawing,
    Panel,
    Row,
    Sketch,
    base,
    layered,
)
from inferometer.report.figures.scales import Axis, value_axis
from inferometer.report.figures.vega import Layer, channel, end
from inferometer.report.tables.columns import with_unit
from inferometer.words import Words

MAX_DEPLOYMENTS = 40
ROW_HEIGHT = 24
"""Pixels of a deployment."""
STATUSES = ("meets", "unsure", "misses")
WATTS, COST = "watts", "cost"


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment that starts, and what it would do."""

    name: str
    status: str
    """One of STATUSES."""
    intervals: Mapping[str, tuple[float, float, float]]
    """(low, value, high) by metric."""
    watts: float
    cost: float | None
    """Per hour; None where nobody gave a price."""


def draw_capacity(
    key: str,
    deployments: Sequence[Deployment],
    limits: Mapping[str, float],
    load: str,
    words: Words,
    *,
    more: Sequence[str] = (),
) -> Drawing:
    """`limits`: what each target's metric is held against. `load`: in words. `more`: notes on the
    cards.
    """
    shown = deployments[:MAX_DEPLOYMENTS]
    rows = [row for each in shown for row in _rows(each, limits, words)]
    rows += [{"on": metric, "limit": limit} for metric, limit in limits.items()]
    panels = [
        _panel(rows, what, [each.name for each in shown], words)
        for what in (*limits, WATTS, COST)
        if any(row["on"] == what and "value" in row for row in rows)
    ]
    notes = [words.text("figure.capacity.note", load=load), *more]
    if hidden := len(deployments) - len(shown):
        notes.append(words.text("console.more", n=hidden))
    title = words.text("figure.capacity")
    return Drawing(key, title, Sketch(panels, rows, notes))


def _rows(
    each: Deployment, limits: Mapping[str, float], words: Words
) -> list[Row]:
    known = {
        name: each.intervals[name] for name in limits if name in each.intervals
    }
    known[WATTS] = (each.watts,) * 3
    if each.cost is not None:
        known[COST] = (each.cost,) * 3
    status = words.text(f"capacity.status.{each.status}")
    return [
        {"on": what, "who": each.name, "status": status}
        | dict(zip(("low", "value", "high"), values, strict=True))
        for what, values in known.items()
    ]


def _panel(
    rows: Sequence[Row], what: str, names: Sequence[str], words: Words
) -> Panel:
    mine = [row for row in rows if row["on"] == what]
    fields = ("low", "value", "high", "limit")
    axis = value_axis(
        [row[name] for row in mine for name in fields if name in row],
        decades=1.0,
    )
    layers = _layers(rows, what, axis, names, words)
    title = (
        words.text(f"figure.capacity.{what}")
        if what in {WATTS, COST}
        else with_unit(what, words)
    )
    return layered(layers, title, height=ROW_HEIGHT * len(names))


def _layers(
    rows: Sequence[Row],
    what: str,
    axis: Axis,
    names: Sequence[str],
    words: Words,
) -> list[Layer]:
    """The interval, its value, and the target."""
    there = base().transform_filter(f"datum.on == '{what}'")
    present = {row.get("status") for row in rows}
    told = [words.text(f"capacity.status.{each}") for each in STATUSES]
    scale = {"domain": [each for each in told if each in present]}
    colour = channel("status:N", title=None, scale=scale)
    shape = channel("status:N", title=None, scale=scale)
    found = there.transform_filter("isValid(datum.value)").encode(
        y=channel("who:N", sort=list(names), axis=names_axis(260))
    )
    return [
        found.mark("rule", strokeWidth=3, opacity=0.5).encode(
            x=axis.x("low:Q"), x2=end("high"), color=colour
        ),
        found.mark("point", filled=True, size=60, opacity=1).encode(
            x=axis.x("value:Q"), color=colour, shape=shape
        ),
        there.transform_filter("isValid(datum.limit)")
        .mark("rule", strokeDash=[5, 4], strokeWidth=1.5)
        .encode(x=axis.x("limit:Q")),
    ]
