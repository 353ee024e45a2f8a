"""Distributions of single runs: histograms, cumulative shares, and total time against output
length.

All is counted here, so that a run of a million events is a figure of some kilobytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from inferometer.clock import MS
from inferometer.metrics.definitions import QUANTITIES, e2el_of_each, known
from inferometer.metrics.distribution import is_thin
from inferometer.report.figures.channels import (
    channel_of_curves,
)
from inferometer.report.figures.drawing import (
    Material,
    NothingToDrawError,
    Panel,
    Row,
    Sketch,
    base,
    layered,
    why_no_runs,
)
from inferometer.report.figures.scales import (
    NUMBER,
    Axis,
    spread_axis,
    tip,
    tips,
    value_axis,
)
from inferometer.report.figures.theme import FRONT, HALO, HOLLOW
from inferometer.report.figures.vega import Layer, Spec, channel, end
from inferometer.report.naming import (
    clean,
    distinguishing,
    key_of,
    legend_names,
    natural,
)
from inferometer.report.tables.columns import four_digits
from inferometer.trace.trace import Trace
from inferometer.vocabulary import LATENCIES, LOADS
from inferometer.words import Words

Sample = npt.NDArray[np.float64]
Samples = Mapping[str, Sample]
"""By name of the run."""

BINS, MIN_BINS = 40, 8
"""Of a histogram; in between, twice the root of the number of values, those of all runs."""
DEEPEST = 10_000
"""How far below the highest value a logarithmic axis goes."""
SHARES = np.unique(
    np.concatenate((np.linspace(0, 1, 51), [0.985, 0.995, 0.998, 0.999]))
)
"""At which a cumulative curve is drawn."""
MARKED = (50, 90, 99)
LABEL_HEIGHT = 13
"""Pixels from one number of a rule to the next."""
MAX_RUNS = 6
MAX_DOTS = 2000
"""Requests that a scatter shows; of more an even sample."""


def draw_histograms(material: Material, words: Words) -> Sketch:
    """TTFT, TPOT, ITL and E2EL of the runs, as shares of their values."""
    runs, notes = _runs(material, words)
    kinds = _latencies(runs, words)
    rows = [
        row
        for kind, samples in kinds.items()
        for row in histogram_rows(kind, samples)
    ]
    panels = [
        _histogram_panel(kind, LATENCIES[kind].label, "ms", samples, words)
        for kind, samples in kinds.items()
    ]
    notes = [*notes, *_deep(kinds, words)]
    return Sketch(panels, rows, notes, runs=_points_of(runs, material))


def draw_cdfs(material: Material, words: Words) -> Sketch:
    """The share of values at or below each TTFT, TPOT, ITL and E2EL, with p50, p90 and p99
    marked.
    """
    runs, notes = _runs(material, words)
    kinds = _latencies(runs, words)
    rows = [
        row
        for kind, samples in kinds.items()
        for row in _cdfs_of(kind, samples)
    ]
    panels = [
        _cdf_panel(kind, LATENCIES[kind].label, samples, words)
        for kind, samples in kinds.items()
    ]
    notes += _deep(kinds, words)
    if any(row.get("thin") for row in rows):
        notes.append(words.text("figure.note.thin"))
    return Sketch(panels, rows, notes, runs=_points_of(runs, material))


def draw_requests(material: Material, words: Words) -> Sketch:
    """TTFT with its p99, decode speed with its mean, and total time against output length of each
    request.
    """
    runs, notes = _runs(material, words)
    drawn = [*_marked_histograms(runs, words)]
    dots, sampled = _dots(runs)
    lengths = {row["tokens"] for row in dots}
    if len(lengths) == 1:
        notes.append(
            words.text("figure.note.one_length", tokens=f"{lengths.pop():,}")
        )
    elif dots:
        drawn.append((dots, _scatter_panel(dots, list(runs), words)))
        if sampled:
            amounts = {"shown": f"{len(dots):,}", "n": f"{sampled:,}"}
            notes.append(words.text("figure.note.sampled", **amounts))
    if not drawn:
        raise NothingToDrawError(words.text("figure.nothing.latencies"))
    return Sketch(
        [panel for _, panel in drawn],
        [row for rows, _ in drawn for row in rows],
        [*notes, words.text("figure.note.rules")],
        columns=len(drawn),
        runs=_points_of(runs, material),
    )


def _marked_histograms(
    runs: Mapping[str, Trace], words: Words
) -> Iterator[tuple[list[Row], Panel]]:
    """Rows and panel of each quantity that any run has, with a rule at one of its statistics."""
    p99, mean = partial(np.quantile, q=0.99), words.text("figure.mean")
    speed = words.text("figure.decode_speed")
    for kind, label, unit, mark, statistic in (
        ("ttft", "TTFT", "ms", "p99", p99),
        ("decode_speed", speed, "tok/s", mean, np.mean),
    ):
        samples = _samples(runs, QUANTITIES[kind].values)
        if samples:
            marks = [
                _rule(kind, name, mark, float(statistic(sample)))
                for name, sample in samples.items()
            ]
            yield (
                histogram_rows(kind, samples) + marks,
                _histogram_panel(
                    kind, label, unit, samples, words, marks=marks
                ),
            )


def _points_of(runs: Mapping[str, Trace], material: Material) -> dict[str, str]:
    """By the name of each run in the legend, its point's."""
    return dict(zip(runs, map(clean, material.runs), strict=False))


def _runs(
    material: Material, words: Words
) -> tuple[Mapping[str, Trace], list[str]]:
    """The runs by names that a legend can show, as many as can be told apart."""
    if not material.runs:
        raise NothingToDrawError(words.text(why_no_runs(material)))
    names = legend_names([clean(name) for name in material.runs])
    runs = {
        names[clean(name)]: material.runs[name]
        for name in _in_order(material)[:MAX_RUNS]
    }
    there = max(material.runs_there, len(material.runs))
    if there == len(runs):
        return runs, []
    return runs, [words.text("figure.note.runs", shown=len(runs), n=there)]


def _in_order(material: Material) -> list[str]:
    """As other figures have the curves that the runs are of: a deployment keeps its colour."""
    fields = distinguishing(material.points, without=LOADS)
    of = {point.id: key_of(point, fields) for point in material.points}
    return sorted(material.runs, key=lambda name: natural(of.get(name, ())))


def _latencies(runs: Mapping[str, Trace], words: Words) -> dict[str, Samples]:
    """The samples of every latency that any run has."""
    found = {
        kind: _samples(runs, QUANTITIES[kind].values) for kind in LATENCIES
    }
    kinds: dict[str, Samples] = {
        kind: samples for kind, samples in found.items() if samples
    }
    if not kinds:
        raise NothingToDrawError(words.text("figure.nothing.latencies"))
    return kinds


def _samples(
    runs: Mapping[str, Trace], values: Callable[[Trace], Sample]
) -> dict[str, Sample]:
    """Of the runs that have any."""
    found = {name: values(trace) for name, trace in runs.items()}
    return {name: sample for name, sample in found.items() if len(sample)}


def _lowest(samples: Samples) -> float:
    return min(float(s.min()) for s in samples.values())


def _span(samples: Samples) -> tuple[float, float]:
    """From where to where a distribution is drawn. Where its values span very many decades, or
    begin at 0 and span some, as the gaps between events of one read do, it begins DEEPEST below the
    highest, and what lies lower stands at its edge.
    """
    low = _lowest(samples)
    high = max(float(s.max()) for s in samples.values())
    floor = max(
        min(
            float(sample[sample > 0].min(initial=high))
            for sample in samples.values()
        ),
        high / DEEPEST,
    )
    return (floor if low < floor and high >= 100 * floor else low), high


def _axis(samples: Samples) -> Axis:
    return spread_axis(_span(samples))


def _deep(kinds: Mapping[str, Samples], words: Words) -> list[str]:
    """A note where values stand at the edge of their panel."""
    deep = [
        LATENCIES[kind].label
        for kind, samples in kinds.items()
        if _lowest(samples) < _span(samples)[0]
    ]
    return (
        [words.text("figure.note.deep", latencies=words.listed(deep))]
        if deep
        else []
    )


def histogram_rows(kind: str, samples: Samples) -> list[Row]:
    """Bins that are the same for all runs, even on the axis that shows them; `share` in percent of
    the run's values.
    """
    edges = _bin_edges(samples)
    walls = [float(f"{edge:.6g}") for edge in edges]
    rows: list[Row] = []
    for name, sample in samples.items():
        counts, _ = np.histogram(np.maximum(sample, edges[0]), edges)
        rows += [
            {"kind": kind, "curve": name, **row}
            for row in _bin_rows(walls, counts.tolist(), len(sample))
        ]
    return rows


def _bin_rows(
    walls: Sequence[float], counts: Sequence[int], n: int
) -> Iterator[Row]:
    """Of one run, between its two ends."""
    end = {"end": True, "share": 0, "n": 0}
    yield {"low": walls[0], **end}
    for low, high, count in zip(walls, walls[1:], counts, strict=False):
        share = round(100 * count / n, 4)
        yield {"low": low, "high": high, "share": share, "n": count}
    yield {"low": walls[-1], **end}


def _bin_edges(samples: Samples) -> Sample:
    low, high = _span(samples)
    if low == high:
        return np.array([low - 0.5, low + 0.5])
    values = sum(len(sample) for sample in samples.values())
    bins = min(BINS, max(MIN_BINS, round(2 * values**0.5)))
    spaced = np.geomspace if _axis(samples).log else np.linspace
    edges: Sample = spaced(low, high, bins + 1)
    edges[0], edges[-1] = low, high
    return edges


def _rule(kind: str, name: str, label: str, value: float) -> Row:
    return {
        "kind": f"{kind}/mark",
        "curve": name,
        "at": float(f"{value:.6g}"),
        "label": f"{label} {four_digits(value)}",
    }


def _histogram_panel(
    kind: str,
    label: str,
    unit: str,
    samples: Samples,
    words: Words,
    *,
    marks: Sequence[Row] = (),
) -> Panel:
    """Bars of one run, outlines of several; with `marks`, rows of `_rule`."""
    names, axis = list(samples), _axis(samples)
    x = axis.x("low:Q", words.with_unit(label, unit), grid=False, padding=4)
    y = channel(
        "share:Q", axis={"title": None, "format": NUMBER, "tickCount": 5}
    )
    common = base(color=channel_of_curves(names)).transform_filter(
        f"datum.kind == '{kind}'"
    )
    layers = _bins(common, x, y, words, several=len(names) > 1)
    if marks:
        layers += _rules(kind, samples, axis, marks, words)
    layers.append(_unseen_marks(common.encode(x=x, y=y), names))
    return layered(layers, words.text("figure.share_of", metric=label))


def _bins(
    common: Layer, x: Spec, y: Spec, words: Words, *, several: bool
) -> list[Layer]:
    tooltip = [
        *tips(words, {"curve:N": "curve", "low:Q": "from", "high:Q": "to"}),
        tip("share:Q", words.text("figure.share"), ".3~g"),
        tip("n:Q", words.text("figure.tooltip.n"), ","),
    ]
    bars = common.transform_filter("!datum.end").mark(
        "rect", opacity=0 if several else 0.85
    )
    layers = [
        bars.encode(x=x, x2=end("high"), y=y, y2={"datum": 0}, tooltip=tooltip)
    ]
    if several:
        outline = common.mark("line", interpolate="step-after", strokeWidth=1.6)
        layers.append(outline.encode(x=x, y=y))
    return layers


def _unseen_marks(common: Layer, names: Sequence[str]) -> Layer:
    """For the legend: a run has the mark there that it has among the CDFs."""
    shape = channel_of_curves(names)
    marks = common.transform_filter("datum.end").encode(shape=shape)
    return marks.mark("point", filled=True, opacity=0, tooltip=None)


def _rules(
    kind: str, samples: Samples, axis: Axis, marks: Sequence[Row], words: Words
) -> list[Layer]:
    """Upright lines where `_rule` says, each with its number beside it, on the side that has room,
    one below the other.
    """
    x = channel("at:Q", scale=axis.scale(padding=4))
    there = base(x=x, tooltip=_rule_tooltip(words)).transform_filter(
        f"datum.kind == '{kind}/mark'"
    )
    lines = there.mark("rule", style=FRONT)
    if len(samples) > 1:
        there = there.encode(color=channel_of_curves(list(samples)))
        lines = there.mark("rule", strokeWidth=2, strokeDash=[4, 3])
    halos, labels = list[Layer](), list[Layer]()
    for number, mark in enumerate(marks):
        place = _beside(mark["at"], number, axis, samples)
        own = there.transform_filter(
            {"field": "curve", "equal": mark["curve"]}
        ).encode(text=channel("label:N"))
        halos.append(own.mark("text", style=HALO, **place))
        labels.append(own.mark("text", **place))
    return [lines, *halos, *labels]


def _beside(at: float, number: int, axis: Axis, samples: Samples) -> Spec:
    """Where the number of a rule is written."""
    share = axis.share(at) if axis.domain else at / _span(samples)[1]
    left = share > 0.5
    return {
        "align": "right" if left else "left",
        "dx": -5 if left else 5,
        "baseline": "top",
        "y": LABEL_HEIGHT * number,
    }


def _rule_tooltip(words: Words) -> list[Spec]:
    return tips(words, {"curve:N": "curve", "label:N": "value"})


def _cdfs_of(kind: str, samples: Samples) -> Iterator[Row]:
    low, _ = _span(samples)
    for name, sample in samples.items():
        yield from _cdf_rows(kind, name, np.maximum(sample, low))


def _cdf_rows(kind: str, name: str, sample: Sample) -> list[Row]:
    shares = [*SHARES, *(percent / 100 for percent in MARKED)]
    values = [float(f"{v:.6g}") for v in np.quantile(sample, shares).tolist()]
    rows: list[Row] = [
        {
            "kind": kind,
            "curve": name,
            "v": value,
            "share": round(100 * share, 4),
        }
        for value, share in zip(values, SHARES.tolist(), strict=False)
    ]
    for percent, value in zip(MARKED, values[len(SHARES) :], strict=True):
        mark: Row = {
            "kind": f"{kind}/mark",
            "curve": name,
            "v": value,
            "share": percent,
            "label": f"p{percent}",
            "n": len(sample),
        }
        thin = is_thin(len(sample), percent)
        rows.append({**mark, "thin": True} if thin else mark)
    return rows


def _cdf_panel(kind: str, label: str, samples: Samples, words: Words) -> Panel:
    names, title = list(samples), words.with_unit(label, "ms")
    shares = {
        "title": None,
        "values": [0, 25, 50, 75, 90, 100],
        "format": NUMBER,
    }
    common = base(
        x=_axis(samples).x("v:Q", title, padding=4),
        y=channel("share:Q", scale={"domain": [0, 100]}, axis=shares),
    )
    curves = common.encode(color=channel_of_curves(names)).transform_filter(
        f"datum.kind == '{kind}'"
    )
    tooltip = [
        *tips(words, {"curve:N": "curve", "label:N": "percentile"}),
        tip("v:Q", title),
        tip("n:Q", words.text("figure.tooltip.n"), ","),
    ]
    marks = common.transform_filter(f"datum.kind == '{kind}/mark'")
    layers = [
        curves.mark("line", strokeWidth=1.8),
        *_percentile_marks(marks, names, tooltip),
    ]
    if len(names) == 1:
        text = marks.mark("text", align="right", dx=-7, dy=-5)
        layers.append(text.encode(text=channel("label:N")))
    return layered(layers, words.text("figure.share_up_to", metric=label))


def _percentile_marks(
    marks: Layer, names: Sequence[str], tooltip: list[Spec]
) -> list[Layer]:
    """Hollow where too few values are beyond one."""
    own = marks.encode(
        color=channel_of_curves(names),
        shape=channel_of_curves(names),
        tooltip=tooltip,
    )
    return [
        own.transform_filter("!datum.thin").mark(
            "point", filled=True, size=50, opacity=1
        ),
        own.transform_filter("datum.thin").mark("point", style=HOLLOW, size=50),
    ]


def _dots(runs: Mapping[str, Trace]) -> tuple[list[Row], int]:
    """Output tokens and E2EL of requests, sampled evenly in the order of sending; how many there
    were, if not all are there.
    """
    each = MAX_DOTS // len(runs)
    rows: list[Row] = []
    total = 0
    for name, trace in runs.items():
        r, e2el = trace.requests, e2el_of_each(trace)
        there = np.flatnonzero(known(r["output_tokens"]) & ~np.isnan(e2el))
        total += len(there)
        there = there[np.argsort(r["sent_ns"][there], kind="stable")]
        rows += [
            {
                "kind": "dot",
                "curve": name,
                "id": int(r["id"][at]),
                "tokens": int(r["output_tokens"][at]),
                "s": float(f"{e2el[at] / 1000:.5g}"),
                "ttft": _ttft_ms(trace, at),
            }
            for at in even_sample(there, each).tolist()
        ]
    return rows, total if total > len(rows) else 0


def _ttft_ms(trace: Trace, at: int) -> float:
    return float(
        f"{(trace.requests['first_ns'][at] - trace.requests['sent_ns'][at]) / MS:.5g}"
    )


def even_sample(
    rows: npt.NDArray[np.int64], most: int
) -> npt.NDArray[np.int64]:
    """At most so many, at even distances, the first and the last among them: the same from the same
    rows.
    """
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).round().astype(np.int64)]


def _scatter_panel(
    dots: Sequence[Row], names: Sequence[str], words: Words
) -> Panel:
    across, up = (
        value_axis(row[field] for row in dots) for field in ("tokens", "s")
    )
    tokens = words.text("figure.axis.output_tokens")
    curve = channel_of_curves(names)
    common = base(
        x=across.x("tokens:Q", tokens),
        y=up.y("s:Q"),
        color=curve,
        shape=curve,
        tooltip=[
            *tips(words, {"curve:N": "curve", "id:Q": "request"}),
            tip("tokens:Q", tokens, ","),
            tip("s:Q", words.with_unit("E2EL", "s")),
            tip("ttft:Q", words.with_unit("TTFT", "ms")),
        ],
    )
    points = common.transform_filter("datum.kind == 'dot'").mark(
        "point", filled=True, size=18, opacity=0.55
    )
    title = words.with_unit(words.text("figure.total_time"), "s")
    return layered([points], title)
