"""One run over time: each request as a bar, requests in flight, output, and the telemetry of
`Material.series` if there is any.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from inferometer.clock import NS
from inferometer.metrics.definitions import event_tokens, known, ok_events
from inferometer.metrics.steady import steady_window
from inferometer.report.figures.channels import dash_of, legend
from inferometer.report.figures.distributions import even_sample
from inferometer.report.figures.drawing import (
    Material,
    NothingToDrawError,
    Panel,
    Record,
    Row,
    Sketch,
    base,
    layered,
    why_no_runs,
)
from inferometer.report.figures.scales import NUMBER, tip, tips
from inferometer.report.figures.theme import CROSS, GHOST, HOVER
from inferometer.report.figures.vega import Layer, Spec, channel, end
from inferometer.report.naming import clean, legend_names
from inferometer.report.tables.columns import with_unit
from inferometer.store.json_values import number
from inferometer.trace import MISSING, Outcome, Trace
from inferometer.words import Words

Times = npt.NDArray[np.float64]

MAX_BARS = 200
"""Requests that the timeline shows; of more an even sample."""
STEPS = 150
"""About so many steps of time."""
MAX_TELEMETRY = 400
"""Values of a telemetry series that are drawn; of more, means of neighbours."""
LONG_SILENCE = 3
"""Times the usual distance between readings, after which a line breaks."""
HEIGHT = 130
"""Of a panel over time, pixels."""
THIN, THICK = 0.2, 0.42
"""Half heights of a bar, of a request's 1."""
Readings = list[tuple[float, float | None]]
"""Seconds since the run's start, and a value if one came then."""


def draw_timeline(material: Material, words: Words) -> Sketch:
    """Requests in the order of sending: thin until the first token, thick while it is written, a
    cross where it failed.
    """
    name, trace = _first(material, words)
    r = trace.requests
    sent = np.flatnonzero(known(r["sent_ns"]))
    if not len(sent):
        raise NothingToDrawError(words.text("figure.nothing.sent"))
    sent = sent[np.argsort(r["sent_ns"][sent], kind="stable")]
    chosen = even_sample(sent, MAX_BARS)
    rows = [
        row
        for rank, at in enumerate(chosen.tolist())
        for row in _bars(trace, at, rank, words)
    ]
    notes = _of_run(name, material, words)
    if len(chosen) < len(sent):
        amounts = {"shown": len(chosen), "n": f"{len(sent):,}"}
        notes.append(words.text("figure.note.sampled", **amounts))
    panel = _timeline_panel(rows, len(chosen), words)
    return Sketch([panel], rows, notes, columns=1)


def draw_over_time(material: Material, words: Words) -> Sketch:
    """Requests in flight and output tokens per second, over the run's seconds; the steady state is
    shaded. A panel for each name among the records of `Material.series`, which have `time_s` (since
    the run's start), `name`, `unit`, `value`, and `card` where there are several.
    """
    name, trace = _first(material, words)
    end_s = _end_s(trace)
    if not end_s:
        raise NothingToDrawError(words.text("figure.nothing.sent"))
    edges = _edges(end_s)
    window = steady_window(trace)
    drawn = [
        *_of_load(trace, edges, end_s, words, steady=window is not None),
        *_of_series(material.series, end_s, words, steady=window is not None),
    ]
    rows = [row for own, _ in drawn for row in own]
    notes = [
        *_of_run(name, material, words),
        words.text("figure.note.steps", width=f"{edges[1] - edges[0]:g}"),
    ]
    if window:
        began, ended = window[0] / NS, window[1] / NS
        rows.append({"kind": "steady", "t": began, "until": ended})
        notes.append(words.text("figure.note.steady"))
    panels = [panel for _, panel in drawn]
    return Sketch(panels, rows, notes, columns=1, one_legend=False)


def _of_load(
    trace: Trace, edges: Times, end_s: float, words: Words, *, steady: bool
) -> Iterator[tuple[list[Row], Panel]]:
    """Rows and panel of requests in flight, and of output."""
    flying, output = _in_flight(trace, edges, end_s), _output(trace, edges)
    for kind, title, values in (
        ("in_flight", words.text("figure.in_flight"), flying),
        ("output", with_unit("output_throughput", words), output),
    ):
        panel = _time_panel(
            kind, title, (0, end_s), [""], words, steady=steady, steps=True
        )
        yield _steps(kind, edges, values), panel


def _of_series(
    series: Sequence[Record],
    end_s: float,
    words: Words,
    *,
    steady: bool,
) -> Iterator[tuple[list[Row], Panel]]:
    """Rows and panel of each name, a line a card."""
    for place, (title, cards) in enumerate(_telemetry(series, words).items()):
        kind = f"s{place}"
        rows = [
            {"kind": kind, **row}
            for card, each in cards.items()
            for row in _readings(card, each)
        ]
        panel = _time_panel(
            kind, title, (0, end_s), list(cards), words, steady=steady
        )
        yield rows, panel


def _first(material: Material, words: Words) -> tuple[str, Trace]:
    if not material.runs:
        raise NothingToDrawError(words.text(why_no_runs(material)))
    name, trace = next(iter(material.runs.items()))
    return clean(name), trace


def _of_run(name: str, material: Material, words: Words) -> list[str]:
    """Which run it is, and of how many."""
    if not name:
        return []
    there = max(material.runs_there, len(material.runs))
    if there > 1:
        return [words.text("figure.note.one_run", name=name, n=there)]
    return [words.text("figure.note.run", name=name)]


def _end_s(trace: Trace) -> float:
    """When the last thing happened, seconds since the run's start."""
    r = trace.requests
    return (
        max(
            (
                int(r[c][known(r[c])].max())
                for c in ("sent_ns", "last_ns", "end_ns")
                if known(r[c]).any()
            ),
            default=0,
        )
        / NS
    )


def _bars(trace: Trace, at: int, rank: int, words: Words) -> list[Row]:
    """The parts of one request's life, seconds since the run's start; nothing is drawn of what is
    not known.
    """
    r = trace.requests
    sent, first, last, end = (
        _seconds(r[name][at])
        for name in ("sent_ns", "first_ns", "last_ns", "end_ns")
    )
    outcome = Outcome(int(r["outcome"][at]))
    common: Row = {
        "rank": rank,
        "id": int(r["id"][at]),
        "outcome": outcome.name,
    }
    over = end if end is not None else _end_s(trace)
    until = first if first is not None else over
    parts: list[Row] = [
        {"part": "first", "t": sent, "until": until, "half": THIN}
    ]
    if first is not None:
        until = last if outcome == Outcome.OK and last is not None else over
        parts.append(
            {"part": "decode", "t": first, "until": until, "half": THICK}
        )
    if outcome != Outcome.OK:
        parts.append({"part": "failed", "t": over})
    return [
        {**common, **row, "part": words.text(f"figure.part.{row['part']}")}
        for row in parts
    ]


def _seconds(ns: int) -> float | None:
    return None if ns == MISSING else round(int(ns) / NS, 6)


TOLD_OF_A_PART = {
    "id:Q": "request",
    "part:N": "part",
    "t:Q": "from",
    "until:Q": "to",
    "outcome:N": "outcome",
}


def _timeline_panel(rows: Sequence[Row], requests: int, words: Words) -> Panel:
    common = base(
        x=channel(
            "t:Q",
            axis={"title": words.text("figure.axis.time"), "tickCount": 6},
        ),
        color=_part_colour(rows, words),
        tooltip=tips(words, TOLD_OF_A_PART),
    )
    up = {"domain": [requests - 0.5, -0.5], "nice": False, "zero": False}
    bars = common.transform_filter("isValid(datum.half)").transform_calculate(
        top="datum.rank - datum.half", bottom="datum.rank + datum.half"
    )
    layers = [
        bars.mark("rect").encode(
            x2=end("until"),
            y=channel("top:Q", scale=up, axis=None),
            y2=end("bottom"),
        ),
        common.transform_filter("!isValid(datum.half)")
        .mark("point", shape=CROSS, size=30, strokeWidth=1.6, opacity=1)
        .encode(y=channel("rank:Q", scale=up, axis=None)),
    ]
    return layered(
        layers,
        words.text("figure.timeline.panel"),
        height=max(80, min(420, 12 * requests)),
    )


def _part_colour(rows: Sequence[Row], words: Words) -> Spec:
    """The same for a part whichever of them there are; the legend names those that there are."""
    parts = [
        words.text(f"figure.part.{part}")
        for part in ("first", "decode", "failed")
    ]
    there = [part for part in parts if any(row["part"] == part for row in rows)]
    return channel(
        "part:N",
        scale={"domain": parts},
        legend=legend(parts, values=there),
    )


def _edges(end_s: float) -> Times:
    """Steps of a round width, about STEPS of them; the last ends with the run, and is not shorter
    than half of the others.
    """
    rough = end_s / STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    width = next(
        digit * power for digit in (1, 2, 5, 10) if digit * power >= rough
    )
    whole = max(1, math.floor(end_s / width + 0.5))
    edges: Times = np.arange(whole + 1, dtype=np.float64) * width
    edges[-1] = end_s
    return edges


def _in_flight(trace: Trace, edges: Times, end_s: float) -> Times:
    """Mean number of requests in flight in each step: the seconds they spent in it, over its
    width.
    """
    r = trace.requests
    rows = known(r["sent_ns"])
    end = r["end_ns"][rows]
    spent = _since(r["sent_ns"][rows] / NS, edges) - _since(
        np.where(known(end), end / NS, end_s), edges
    )
    mean: Times = np.diff(spent) / np.diff(edges)
    return mean


def _since(moments: Times, edges: Times) -> Times:
    """At each edge the sum of what has passed since those of the moments that lie before it."""
    moments = np.sort(moments)
    before = np.searchsorted(moments, edges)
    passed: Times = (
        before * edges - np.concatenate(([0.0], np.cumsum(moments)))[before]
    )
    return passed


def _output(trace: Trace, edges: Times) -> Times:
    """Output tokens per second in each step, of OK requests, tokens placed at the arrival of their
    event.
    """
    tokens, _ = np.histogram(
        ok_events(trace, "arrival_ns") / NS, edges, weights=event_tokens(trace)
    )
    rate: Times = tokens / np.diff(edges)
    return rate


def _steps(kind: str, edges: Times, values: Times) -> list[Row]:
    """A row a step, at its beginning, and one for the end of the last."""
    held = [*values.tolist(), float(values[-1])]
    return [
        {
            "kind": kind,
            "card": "",
            "t": float(f"{t:.6g}"),
            "v": float(f"{v:.5g}"),
        }
        for t, v in zip(edges.tolist(), held, strict=True)
    ]


def _telemetry(
    series: Sequence[Record], words: Words
) -> dict[str, dict[str, Readings]]:
    """Readings in the order of time, by the title of their panel and by card."""
    found: dict[str, dict[str, Readings]] = {}
    for record in series:
        name = str(record["name"])
        title = words.with_unit(
            words.find(f"figure.series.{name}") or clean(name),
            clean(str(record.get("unit") or "")),
        )
        address = record.get("card")
        card = words.card(clean("" if address is None else str(address)))
        reading = float(record["time_s"]), number(record.get("value"))
        cards = found.setdefault(title, {})
        cards.setdefault(card, []).append(reading)
    return {
        title: {
            short: sorted(cards[card], key=lambda each: each[0])
            for card, short in legend_names(list(cards)).items()
        }
        for title, cards in found.items()
    }


def _usual_gap(readings: Readings) -> float:
    gaps = np.diff([t for t, _ in readings])
    return float(np.median(gaps)) if len(gaps) else 0.0


def _readings(card: str, readings: Readings) -> list[Row]:
    """Rows of one line: means of neighbours where they are more than MAX_TELEMETRY; no value in a
    row where none came.
    """
    at_once = math.ceil(len(readings) / MAX_TELEMETRY)
    usual = _usual_gap(readings)
    rows: list[Row] = []
    for start in range(0, len(readings), at_once):
        several = readings[start : start + at_once]
        before, begin = readings[start - 1][0], several[0][0]
        if rows and usual and begin - before > LONG_SILENCE * usual:
            rows.append({"card": card, "t": (begin + before) / 2, "v": None})
        rows.append({"card": card, **_mean_of(several)})
    return rows


def _mean_of(readings: Readings) -> Row:
    t = sum(time for time, _ in readings) / len(readings)
    values = [value for _, value in readings if value is not None]
    mean = float(f"{sum(values) / len(values):.5g}") if values else None
    return {"t": float(f"{t:.6g}"), "v": mean}


def _time_panel(
    kind: str,
    title: str,
    span: tuple[float, float],
    cards: Sequence[str],
    words: Words,
    *,
    steady: bool,
    steps: bool = False,
) -> Panel:
    time = words.text("figure.axis.time")
    x = channel(
        "t:Q",
        scale={"domain": list(span), "nice": False},
        axis={"title": time, "tickCount": 6},
    )
    y = channel(
        "v:Q",
        scale={"zero": True},
        axis={"title": None, "tickCount": 4, "format": NUMBER},
    )
    own = base(x=x).transform_filter(f"datum.kind == '{kind}'")
    tooltip = [tip("t:Q", time), tip("v:Q", title)]
    if len(cards) > 1:
        tooltip.insert(0, tip("card:N", words.text("figure.tooltip.card")))
    line = own.mark(
        "line",
        interpolate="step-after" if steps else "linear",
        strokeWidth=1.5,
        clip=True,
    ).encode(y=y)
    layers = [
        _told_apart(line, kind, cards),
        own.mark("point", style=HOVER, clip=True).encode(y=y, tooltip=tooltip),
    ]
    if steady:
        shade = base(x=x, x2=end("until")).transform_filter(
            "datum.kind == 'steady'"
        )
        layers.insert(0, shade.mark("rect", style=GHOST, clip=True))
    return layered(layers, title, height=HEIGHT)


def _told_apart(line: Layer, kind: str, cards: Sequence[str]) -> Layer:
    """A colour and a dash for each of several cards; one alone has the colour of its kind."""
    if len(cards) <= 1:
        scale = {"domain": [kind]}
        return line.encode(color=channel("kind:N", scale=scale, legend=None))
    dash = dash_of("card", cards)
    colour = channel(
        "card:N",
        scale={"domain": list(cards)},
        legend=dash["legend"],
    )
    return line.encode(color=colour, strokeDash=dash)
