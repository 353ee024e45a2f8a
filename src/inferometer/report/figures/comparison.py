"""Figures of what was compared: scaling from one card to many, one link against another. Draws
records; compares nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from inferometer.analysis.pcie import why_no_links
from inferometer.analysis.scaling import why_nothing_scales
from inferometer.grouping import by_key
from inferometer.report.figures.channels import (
    channel_of_curves,
    dash_of_curve,
    dashed,
)
from inferometer.report.figures.curves import few_levels, mark_every, ranged
from inferometer.report.figures.drawing import (
    Material,
    NothingToDrawError,
    Panel,
    Record,
    Row,
    Sketch,
    base,
    layered,
)
from inferometer.report.figures.scales import (
    NUMBER,
    Axis,
    level_axis,
    signed_axis,
    tip,
    tips,
    value_axis,
)
from inferometer.report.figures.theme import FRONT, HOLLOW, HOVER
from inferometer.report.figures.vega import Layer, Spec
from inferometer.report.naming import clean, legend_names, natural
from inferometer.report.tables.columns import with_unit
from inferometer.store.json_values import number
from inferometer.words import Words

NO_DIFFERENCE = ("no difference", "undecided")
"""Verdicts whose marks are hollow: no effect is claimed."""


def draw_scaling(material: Material, words: Words) -> Sketch:
    """Scaling efficiency, T(n) / (n × T(1)) in percent, against the load per card, a curve a
    deployment.

    Records of `Material.scaling`: `name` (of the deployment), `gpus` (n), `load_per_gpu`,
    `efficiency_percent`; and where known `low` and `high` of its interval, `throughput` and
    `throughput_of_one` (tok/s), `status`.
    """
    records = _with_numbers(
        material.scaling, "efficiency_percent", "load_per_gpu"
    )
    if not records:
        raise NothingToDrawError(words.say(why_nothing_scales(material.points)))
    whole = [_scaling_name(record, words) for record in records]
    names = legend_names(whole)
    if len(names) == 1 and whole[0] not in names.values():
        # the whole name of the only one does not fit, and tells it from nothing
        gpus = records[0]["gpus"]
        names = {whole[0]: words.text("answer.scaling.gpus", gpus=gpus)}
    rows = [
        {"curve": names[name], "whole": name, **_scaling_row(record)}
        for record, name in zip(records, whole, strict=True)
    ]
    _choose_marks(rows, list(names.values()))
    more = [
        tip("throughput:Q", with_unit("output_throughput", words)),
        tip("throughput_of_one:Q", words.text("figure.tooltip.of_one")),
    ]
    panel = _panel(
        rows,
        list(names.values()),
        words,
        title=words.with_unit(words.text("figure.scaling_efficiency"), "%"),
        x_title=words.text("figure.axis.load_per_gpu"),
        reference=100,
        more=more,
    )
    return Sketch([panel], rows, [words.text("figure.note.scaling")], columns=1)


def _scaling_name(record: Record, words: Words) -> str:
    name = clean(str(record.get("name") or ""))
    whole = words.text("figure.name.scaling", name=name, gpus=record["gpus"])
    return whole.strip(" ·")


def _scaling_row(record: Record) -> Row:
    told = ("low", "high", "throughput", "throughput_of_one", "status")
    row = {
        "x": float(record["load_per_gpu"]),
        "v": record["efficiency_percent"],
        **_told(record, told),
    }
    return {**row, "hollow": True} if row.get("status") == "SUSPECT" else row


def draw_link_effect(material: Material, words: Words) -> Sketch:
    """What one link costs against another at each load: percent, with its interval, a panel a
    metric, a curve a (model, TP).

    Records of `Material.link_effects`: `model`, `tp`, `concurrency`, `metric` (a name of METRICS),
    `effect_percent`; and where known `low` and `high` of its interval, `verdict`, and `narrow` and
    `wide`, the two sides, which then name the curve too. Those of TP 1 are the control: one card
    needs no link to another.
    """
    records = _with_numbers(
        material.link_effects, "effect_percent", "concurrency"
    )
    if not records:
        raise NothingToDrawError(words.say(why_no_links(material.points)))
    sides = {_pair(r, words)[2] for r in records}
    named = len(sides) > 1
    whole = {
        _pair(r, words): _pair_name(r, words, sides=named)
        for r in sorted(
            records, key=lambda r: (_tp(r) == 1, natural(_pair(r, words)))
        )
    }
    names = legend_names(whole.values())
    rows: list[Row] = []
    for record in records:
        name = whole[_pair(record, words)]
        rows.append(_effect_row(record, curve=names[name], whole=name))
    _choose_marks(rows, list(names.values()))
    panels = _effect_panels(rows, list(names.values()), words)
    notes = [words.text("figure.note.link")]
    if any(row.get("far") for row in rows):
        notes.append(words.text("figure.note.far"))
    about = "" if named else next(iter(sides))
    return Sketch(panels, rows, notes, columns=3, about=about)


def _effect_row(record: Record, *, curve: str, whole: str) -> Row:
    row = {
        "on": str(record["metric"]),
        "curve": curve,
        "whole": whole,
        "x": float(record["concurrency"]),
        "v": record["effect_percent"],
        **_told(record, ("low", "high", "verdict")),
    }
    unclaimed = record.get("verdict") in NO_DIFFERENCE
    return {**row, "hollow": True} if unclaimed else row


def _effect_panels(
    rows: Sequence[Row], names: Sequence[str], words: Words
) -> list[Panel]:
    """One for each metric; marks the rows that lie beyond its axis."""
    panels = []
    for metric in dict.fromkeys(row["on"] for row in rows):
        change = words.text("figure.change_of", metric=words.metric(metric))
        panels.append(
            _panel(
                [row for row in rows if row["on"] == metric],
                names,
                words,
                title=words.with_unit(change, "%"),
                x_title=words.text("figure.axis.concurrency"),
                reference=0,
                on=metric,
            )
        )
    return panels


def _with_numbers(records: Sequence[Record], *names: str) -> list[Record]:
    return [
        record
        for record in records
        if all(number(record.get(name)) is not None for name in names)
    ]


def _choose_marks(rows: Sequence[Row], names: Sequence[str]) -> None:
    """Marks every so many points of a curve: at other places for each curve, and at all where they
    are few; and its dash.
    """
    curves = by_key(rows, lambda row: (row.get("on", ""), row["curve"]))
    for (_, name), curve in curves.items():
        place, step = names.index(name), mark_every(len(curve))
        for row in curve:
            row.update(dash_of_curve(place))
        for row in sorted(curve, key=lambda each: each["x"])[
            place % step :: step
        ]:
            row["mark"] = True


def _told(record: Record, names: Sequence[str]) -> Row:
    """What a record tells of these; text is cleaned."""
    there = {name: record.get(name) for name in names}
    return {
        n: clean(v) if isinstance(v, str) else v
        for n, v in there.items()
        if isinstance(v, str) or number(v) is not None
    }


def _tp(record: Record) -> int:
    return int(record.get("tp") or 0)


def _pair(record: Record, words: Words) -> tuple[str, int, str]:
    sides = [
        clean(str(record[side]))
        for side in ("narrow", "wide")
        if record.get(side) is not None
    ]
    between = " / ".join(sides)
    if len(sides) == 2:
        between = words.text("figure.sides", narrow=sides[0], wide=sides[1])
    return clean(str(record.get("model"))), _tp(record), between


def _pair_name(record: Record, words: Words, *, sides: bool) -> str:
    model, tp, between = _pair(record, words)
    name = " · ".join(
        [model, f"TP{tp}", *([between] if sides and between else [])]
    )
    return words.text("figure.name.control", name=name) if tp == 1 else name


def _panel(
    rows: Sequence[Row],
    names: Sequence[str],
    words: Words,
    *,
    title: str,
    x_title: str,
    reference: float,
    on: str | None = None,
    more: Sequence[Spec] = (),
) -> Panel:
    """Percent over the load, with intervals, and the line of what would be no effect."""
    axis = _percent_axis(rows, reference, signed=on is not None)
    common = base(
        x=level_axis([row["x"] for row in rows]).x("x:Q", x_title, padding=16),
        color=channel_of_curves(names),
    )
    if on is not None:
        common = common.transform_filter({"field": "on", "equal": on})
    judged = f"{'verdict' if on else 'status'}:N"
    tooltip = [
        *tips(words, {"whole:N": "curve"}),
        tip("x:Q", x_title, NUMBER),
        tip("v:Q", title),
        *tips(words, {"low:Q": "low", "high:Q": "high"}, confidence=95),
        *more,
        *tips(words, {judged: "verdict"}),
    ]
    no_effect = base(y={"datum": reference}).mark("rule", style=FRONT)
    curves = _curves(common, rows, names, axis, tooltip)
    return layered([no_effect, *curves], title)


def _percent_axis(
    rows: Sequence[Row], reference: float, *, signed: bool
) -> Axis:
    """The axis of `v`; rows that lie beyond it are marked as `far`."""
    values = [row["v"] for row in rows]
    ends = [row[end] for row in rows for end in ("low", "high") if end in row]
    axis = (
        signed_axis(values, ends, reference)
        if signed
        else value_axis([*values, reference + 10])
    )
    for row in rows:
        if axis.domain and not axis.domain[0] <= row["v"] <= axis.domain[1]:
            row["far"] = True
    return axis


def _curves(
    common: Layer,
    rows: Sequence[Row],
    names: Sequence[str],
    axis: Axis,
    tooltip: Sequence[Spec],
) -> list[Layer]:
    """Intervals, lines, full marks, hollow ones for no difference or doubt, and what the pointer
    finds.
    """
    clip = any(row.get("far") for row in rows)
    y, shape = axis.y("v:Q"), channel_of_curves(names)
    full = common.transform_filter(
        "datum.mark && !datum.hollow && !datum.far"
    ).mark("point", filled=True, size=42, opacity=1)
    hollow = (
        common.transform_filter("datum.mark")
        .encode(y=y, shape=shape)
        .transform_filter("datum.hollow && !datum.far")
        .mark("point", style=HOLLOW, size=42)
    )
    return [
        ranged(
            common.transform_filter("isValid(datum.low)"),
            "low",
            "high",
            axis,
            few=few_levels(rows),
        ),
        dashed(
            common.mark("line", strokeWidth=1.8, clip=clip).encode(y=y), names
        ),
        full.encode(y=y, shape=shape),
        hollow,
        common.mark("point", style=HOVER, clip=clip).encode(
            y=y, tooltip=list(tooltip)
        ),
    ]
