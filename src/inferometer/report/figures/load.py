"""Figures over the level of load: the four panels of the PCIe study, percentiles and intervals,
users against GPUs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inferometer.grouping import ungrouped
from inferometer.report.figures.channels import (
    channel_of_curves,
)
from inferometer.report.figures.curves import (
    Curves,
    curve_panel,
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
from inferometer.report.figures.scales import tip, tips, value_axis
from inferometer.report.figures.theme import CROSS, FRONT, HOLLOW, HOVER
from inferometer.report.figures.vega import Layer
from inferometer.report.naming import (
    Key,
    clean,
    distinguishing,
    keys_of,
    legend_names,
    level_of,
    name_of,
    natural,
    usual_level,
)
from inferometer.report.tables.columns import measured, with_unit
from inferometer.results.derived import SPEEDS
from inferometer.results.point import Point
from inferometer.vocabulary import (
    LATENCIES,
    LEVELS,
    ONE_A_REQUEST,
    SHOWN_LATENCIES,
    STUDY,
)
from inferometer.words import Words

THROUGHPUT = "output_throughput"
FROM_TPOT = "speed_from_tpot"
SPEED = (*SPEEDS, FROM_TPOT)
FOUR_PANELS = (
    ("output_throughput",),
    SPEED,
    ("mean_ttft_ms", "median_ttft_ms"),
    ("mean_e2el_ms", "median_e2el_ms"),
)
"""What the four panels show: of each the first that any point has."""

CROWD = 120
"""Points beyond which marks are small."""

SEVERAL = {3: 3, 2: 6}
"""How many curves may have so many percentiles each; one alone, the highest, is drawn of more."""


def draw_pcie(material: Material, words: Words) -> Sketch:
    """Output throughput, output speed per query, TTFT and E2EL against concurrency, a curve a
    (configuration, model, TP).
    """
    points = [
        point
        for point in material.points
        if point.conditions.get("config") is not None
    ]
    if not points:
        raise NothingToDrawError(words.text("figure.nothing.config"))
    x = load_axis(points, words)
    _check_study(points, x, words)
    shown = first_measured(points, FOUR_PANELS)
    found = curves(points, shown, words, x=x, fields=STUDY)
    panels = single_panels(found, shown, words)
    notes = [*_about_four(shown, words), *found.notes]
    return Sketch(panels, found.rows, notes)


def _about_four(shown: Sequence[str], words: Words) -> Iterator[str]:
    for choices in FOUR_PANELS:
        if not set(choices) & set(shown):
            yield _not_measured(words.metric(choices[0]), words)
    if FROM_TPOT in shown:
        yield words.text("figure.note.speed_of_tpot")


def _check_study(points: Sequence[Point], x: str, words: Words) -> None:
    """Raises NothingToDrawError where curves differ in more than a study's conditions."""
    there = [p for p in points if level_of(p, x) is not None]
    if more := set(distinguishing(there)) - {*STUDY, x}:
        names = words.listed(words.condition(name) for name in sorted(more))
        raise NothingToDrawError(
            words.text("figure.nothing.other_conditions", conditions=names)
        )


def _not_measured(metric: str, words: Words) -> str:
    return words.text("figure.note.not_measured", metric=metric)


def draw_load_curves(material: Material, words: Words) -> Sketch:
    """Output throughput, TTFT, TPOT and E2EL against the load, with percentiles, and intervals
    where there are any.
    """
    x = load_axis(material.points, words)
    percentiles = {
        short: _percentiles(material.points, short) for short in ONE_A_REQUEST
    }
    metrics = ungrouped(percentiles)
    found = curves(material.points, [THROUGHPUT, *metrics], words, x=x)
    panels = []
    if found.values(THROUGHPUT):
        panels += single_panels(found, [THROUGHPUT], words)
    panels += [
        _percentile_panel(found, short, chosen, words)
        for short, chosen in percentiles.items()
        if chosen
    ]
    notes = [
        _not_measured(LATENCIES[short].label, words)
        for short, chosen in percentiles.items()
        if not chosen
    ]
    if not panels:
        raise NothingToDrawError(words.text("figure.nothing.metrics"))
    return Sketch(
        panels,
        found.rows,
        [*notes, *found.notes],
        columns=3 if len(panels) == 3 else 2,
    )


OVERVIEW = (
    *(
        (f"mean_{short}_ms", f"median_{short}_ms", f"p99_{short}_ms")
        for short in SHOWN_LATENCIES
    ),
    ("mean_e2el_ms", "median_e2el_ms", "p99_e2el_ms", *SPEED),
    ("request_throughput", "total_token_throughput"),
    ("output_throughput",),
)
"""What its panels show: of each the first that any point has."""


def draw_overview(material: Material, words: Words) -> Sketch:
    """TTFT, TPOT, ITL, E2EL, request and output throughput against the load."""
    x = load_axis(material.points, words)
    metrics = first_measured(material.points, OVERVIEW)
    found = curves(material.points, metrics, words, x=x)
    panels = single_panels(found, metrics, words)
    return Sketch(panels, found.rows, found.notes, columns=3)


def load_axis(points: Sequence[Point], words: Words) -> str:
    """The condition that says how high the load is in most points: concurrency or request rate.

    Raises NothingToDrawError where no curve has two levels of it.
    """
    x = usual_level(points)
    there = [point for point in points if level_of(point, x) is not None]
    if not has_curve(there, x, distinguishing(there, without=LEVELS)):
        raise NothingToDrawError(words.text("figure.nothing.levels"))
    return x


def has_curve(points: Sequence[Point], x: str, fields: Sequence[str]) -> bool:
    """Whether any two points that agree in `fields` are at different levels of x."""
    levels: dict[Key, set[float | None]] = {}
    for key, point in zip(keys_of(points, fields), points, strict=True):
        levels.setdefault(key, set()).add(level_of(point, x))
    return any(len(each) > 1 for each in levels.values())


def _percentiles(points: Sequence[Point], short: str) -> list[str]:
    """p50 (or the median), p90 and p99 of a latency, as far as they were recorded; the mean where
    there is nothing else.
    """
    middle = measured(points, (f"p50_{short}_ms", f"median_{short}_ms"))[:1]
    tail = measured(points, (f"p90_{short}_ms", f"p99_{short}_ms"))
    return [*middle, *tail] or [*measured(points, (f"mean_{short}_ms",))]


def _told_apart(percentiles: Sequence[str], curves: int) -> Sequence[str]:
    """The middle goes first of three, then the lowest."""
    while len(percentiles) > 1 and curves > SEVERAL[len(percentiles)]:
        gone = len(percentiles) - 2
        percentiles = [*percentiles[:gone], *percentiles[gone + 1 :]]
    return percentiles


def _percentile_panel(
    found: Curves, short: str, chosen: Sequence[str], words: Words
) -> Panel:
    """As many percentiles as can be told apart, the highest first to stay."""
    chosen = _told_apart(chosen, len(found.names))
    if len(chosen) == 1:
        return curve_panel(
            found, chosen, words, title=with_unit(chosen[0], words)
        )
    labels = [words.metric(metric) for metric in chosen]
    order = range(len(chosen) - 1, -1, -1)
    return curve_panel(
        found,
        [chosen[i] for i in order],
        words,
        title=words.with_unit(LATENCIES[short].label, "ms"),
        dashes=[labels[i] for i in order],
    )


def draw_pareto(material: Material, words: Words) -> Sketch:
    """Throughput per GPU against throughput per user (1000 / median TPOT), and the front that no
    point beats in both.
    """
    points = [
        p
        for p in material.points
        if _per_user(p) and "output_throughput_per_gpu" in p.values
    ]
    if not points:
        raise NothingToDrawError(words.text("figure.nothing.pareto"))
    lengths = ("input_len", "output_len")
    apart = distinguishing(points)
    fields = tuple(name for name in apart if name not in lengths) or apart
    keys = keys_of(points, fields)
    whole = {
        key: name_of(key, fields, words) or words.text("figure.all_points")
        for key in dict.fromkeys(keys)
    }
    short = legend_names(whole.values())
    found = [
        _pareto_row(point, whole[key], short, words)
        for key, point in zip(keys, points, strict=True)
    ]
    for row in _front([row for row in found if row.get("status") != "INVALID"]):
        row["front"] = True
    names = [short[whole[key]] for key in sorted(whole, key=natural)]
    panel = _pareto_panel(found, [*dict.fromkeys(names)], words)
    return Sketch([panel], found, [words.text("figure.note.pareto")], columns=1)


def _per_user(point: Point) -> float | None:
    """Output tokens per second of the median request while it is written: an inverse's median is
    the median's inverse.
    """
    tpot = point.values.get("median_tpot_ms") or point.values.get("p50_tpot_ms")
    return 1000 / tpot if tpot else None


def _pareto_row(
    point: Point, whole: str, short: dict[str, str], words: Words
) -> Row:
    level = next(
        (
            f"{words.condition(n)} {v:g}"
            for n in LEVELS
            if (v := level_of(point, n)) is not None
        ),
        "",
    )
    row: Row = {
        "id": clean(point.id),
        "curve": short[whole],
        "level": level,
        "user": float(f"{_per_user(point) or 0:.6g}"),
        "gpu": float(f"{point.values['output_throughput_per_gpu']:.6g}"),
    }
    if whole != short[whole]:
        row["name"] = whole
    if point.status:
        row["status"] = point.status
    return row


def _front(found: Sequence[Row]) -> list[Row]:
    """The rows than which none is better in one and as good in the other, from fast users to busy
    GPUs.
    """
    best, front = -1.0, []
    for row in sorted(found, key=lambda row: (-row["user"], -row["gpu"])):
        if row["gpu"] > best:
            best = row["gpu"]
            front.append(row)
    return front


def _pareto_panel(
    found: Sequence[Row], names: Sequence[str], words: Words
) -> Panel:
    across, up = (
        value_axis(row[field] for row in found) for field in ("user", "gpu")
    )
    per_user = words.text("figure.axis.per_user")
    common = base(x=across.x("user:Q", per_user), y=up.y("gpu:Q"))
    front = common.transform_filter("datum.front")
    title = with_unit("output_throughput_per_gpu", words)
    tooltip = [
        *tips(words, {"whole:N": "curve", "level:N": "load"}),
        tip("user:Q", per_user),
        tip("gpu:Q", title),
        *tips(words, {"status:N": "verdict", "id:N": "point"}),
    ]
    step = {"interpolate": "step-before"}
    dashed = {"style": "rule", "strokeWidth": 1.5, "strokeDash": [5, 3]}
    layers = [
        front.mark("line", **dashed, **step),
        *_pareto_points(common, names, size=60 if len(found) <= CROWD else 30),
        front.mark("line", style=FRONT, **step),
        common.transform_calculate(whole="datum.name || datum.curve")
        .mark("point", style=HOVER)
        .encode(tooltip=tooltip),
    ]
    return layered(layers, title, height=PRINT_HEIGHT + 70)


def _pareto_points(
    common: Layer, names: Sequence[str], *, size: int
) -> list[Layer]:
    """Full where they may be believed, hollow where they are suspect, else a cross."""
    coloured = common.encode(color=channel_of_curves(names, lines=False))
    shape = channel_of_curves(names, lines=False)
    believed = "datum.status != 'SUSPECT' && datum.status != 'INVALID'"
    return [
        coloured.transform_filter(believed)
        .mark("point", filled=True, size=size, opacity=0.95)
        .encode(shape=shape),
        coloured.transform_filter("datum.status == 'SUSPECT'")
        .mark("point", style=HOLLOW, size=size, strokeWidth=1.1)
        .encode(shape=shape),
        coloured.transform_filter("datum.status == 'INVALID'").mark(
            "point", shape=CROSS, size=size, strokeWidth=1.3
        ),
    ]
