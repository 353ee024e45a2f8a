"""The results of a campaign on a terminal: tables with small charts, for people who sit at the
other end of an SSH connection.

A row a point while there are few; beyond that a row for each curve, with its course over the load.
Knows points; reads no file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inferometer.grouping import by_key
from inferometer.printable import printable
from inferometer.report.tables.columns import figure, telling
from inferometer.results import Condition, Point
from inferometer.results.telling import spelled, telling_places
from inferometer.words import spoken

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.measure import Measurement
    from rich.table import Table

MAX_ROWS = 40
BAR = 12
COURSE = 10
LOADS = {
    "concurrency": "terminal.concurrency",
    "request_rate": "terminal.request_rate",
    "num_prompts": "terminal.num_prompts",
    "max_concurrency": "terminal.max_concurrency",
    "repeat": "terminal.repeat",
}
"""Conditions that are the load, and their heads."""
ALWAYS_NAMED = {"model", "tp"}
"""Of a curve, also where they are the same for all."""
STEPS, ASCII_STEPS = "▁▂▃▄▅▆▇█", "._-=+*%#"
FULL, ASCII_FULL = "█", "#"
THROUGHPUT = "output_throughput"
TIMES = ("mean_ttft_ms", "p99_ttft_ms", "mean_tpot_ms", "p99_tpot_ms")
RATES_AND_TIMES = {"output_throughput": "tok/s", "mean_ttft_ms": "TTFT ms"}
NUMBERS = {
    "input_len": "terminal.input_len",
    "output_len": "terminal.output_len",
    "prefix_len": "terminal.prefix_len",
    "pcie_width": "terminal.pcie_width",
}
"""Conditions whose number would not tell what it is, and how it is said."""
STYLES = {"VALID": "green", "SUSPECT": "yellow", "INVALID": "red"}


def tables_of(
    points: Sequence[Point], *, ascii_only: bool = False
) -> Iterator[Table]:
    """What to print, one table after the other."""
    if len(points) <= MAX_ROWS:
        for name, curve in curves(points):
            yield _points_table(name, curve, ascii_only)
    elif points:
        yield _curves_table(list(curves(points)), ascii_only)


def curves(points: Sequence[Point]) -> Iterator[tuple[str, list[Point]]]:
    """Points that differ in their load alone (and in what changes with it), under a short name."""
    names = [name for name in telling(points) if name not in LOADS]
    together = by_key(points, lambda point: point.told(names))
    shown = {
        *telling_places([*zip(*together, strict=True)], range(len(names))),
        *map(names.index, ALWAYS_NAMED.intersection(names)),
    }
    for key, curve in together.items():
        parts = (_named(names[at], key[at]) for at in sorted(shown))
        yield " ".join(filter(None, parts)), curve


def course(values: Sequence[float | None], *, ascii_only: bool = False) -> str:
    """`▁▂▄▆█`: from the lowest to the highest of the values, at most COURSE of them; a gap where
    one is missing.
    """
    chosen = (
        [values[i * (len(values) - 1) // (COURSE - 1)] for i in range(COURSE)]
        if len(values) > COURSE
        else list(values)
    )
    there = [value for value in chosen if value is not None]
    if not there:
        return ""
    steps = ASCII_STEPS if ascii_only else STEPS
    low = min(there)
    span = max(there) - low or 1.0
    return "".join(
        " "
        if value is None
        else steps[round((value - low) / span * (len(steps) - 1))]
        for value in chosen
    )


def _headed(name: str, loads: Sequence[str], *, hits: bool) -> Table:
    table, words = _table(name), spoken()
    for load in loads:
        table.add_column(words.text(LOADS[load]), justify="right", no_wrap=True)
    for head in ("tok/s", "", "TTFT ms", "p99", "TPOT ms", "p99"):
        table.add_column(
            head, justify="left" if head == "" else "right", no_wrap=head != ""
        )  # only bars may give way
    if hits:
        table.add_column(
            words.text("terminal.hits"), justify="right", no_wrap=True
        )
    table.add_column(words.text("terminal.verdict"), no_wrap=True)
    return table


def _points_table(
    name: str, points: Sequence[Point], ascii_only: bool
) -> Table:
    loads = [load for load in telling(points) if load in LOADS]
    hits = _has_hits(points)
    table = _headed(name, loads, hits=hits)
    rates = [point.values.get(THROUGHPUT, 0.0) for point in points]
    highest = max(rates, default=0.0) or 1.0
    for point, rate in zip(points, rates, strict=True):
        values = point.values
        table.add_row(
            *map(spelled, point.told(loads)),
            figure(values.get(THROUGHPUT)),
            _Bar(rate / highest, ASCII_FULL if ascii_only else FULL),
            *(figure(values.get(each)) for each in TIMES),
            *([figure(values.get("cached_share"))] if hits else []),
            _styled(point.status),
        )
    return table


def _has_hits(points: Sequence[Point]) -> bool:
    """Whether the prefix cache is what was varied, and its share of hits is known."""
    cached = any(point.conditions.get("cache") for point in points)
    return cached and any("cached_share" in point.values for point in points)


def _headed_courses() -> Table:
    words = spoken()
    table = _table(words.text("terminal.courses"))
    table.add_column("")
    table.add_column(
        words.text("terminal.points"), justify="right", no_wrap=True
    )
    for head in RATES_AND_TIMES.values():
        table.add_column("", no_wrap=True)
        table.add_column(head, no_wrap=True)
    table.add_column(
        words.text("terminal.doubtful"), justify="right", no_wrap=True
    )
    return table


def _curves_table(
    found: Sequence[tuple[str, Sequence[Point]]], ascii_only: bool
) -> Table:
    table = _headed_courses()
    for name, points in found:
        doubtful = sum(
            point.status in ("SUSPECT", "INVALID") for point in points
        )
        charts = [
            cell
            for metric in RATES_AND_TIMES
            for cell in _course_of(metric, points, ascii_only)
        ]
        table.add_row(
            _text(name or spoken().text("terminal.all")),
            str(len(points)),
            *charts,
            str(doubtful) if doubtful else "",
        )
    return table


def _course_of(
    name: str, points: Sequence[Point], ascii_only: bool
) -> tuple[str, str]:
    values = [point.values.get(name) for point in points]
    there = [value for value in values if value is not None]
    if not there:
        return "", ""
    return course(
        values, ascii_only=ascii_only
    ), f"{_short(there[0])}{'->' if ascii_only else '→'}{_short(there[-1])}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


@dataclass(frozen=True, slots=True)
class _Bar:
    """As long as the numbers beside it leave room for."""

    share: float
    """Of the longest."""
    brick: str

    def __rich_measure__(
        self, _console: Console, options: ConsoleOptions
    ) -> Measurement:
        from rich.measure import Measurement

        return Measurement(0, min(BAR, options.max_width))

    def __rich_console__(
        self, _console: Console, options: ConsoleOptions
    ) -> Iterator[str]:
        yield self.brick * round(self.share * options.max_width)


def _styled(status: str | None) -> str:
    return f"[{STYLES[status]}]{status}[/]" if status in STYLES else ""


def _named(name: str, value: Condition) -> str:
    if value is None:
        return ""
    if name == "tp":
        return f"TP{value}"
    text = spelled(value)
    return spoken().text(NUMBERS[name], value=text) if name in NUMBERS else text


def _text(name: str) -> str:
    from rich.markup import escape

    return escape(printable(" ".join(name.split())))


def _table(title: str) -> Table:
    from rich import box
    from rich.table import Table

    return Table(
        title=_text(title) or None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
