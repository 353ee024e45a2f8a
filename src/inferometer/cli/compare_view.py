"""A comparison for a terminal, in lines of 80 columns if names are short, and as Markdown."""

from __future__ import annotations

import math
import os
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import typer

from inferometer.analysis.compare import Comparison, MetricComparison
from inferometer.analysis.decision import Verdict
from inferometer.analysis.pcie import LinkStudy
from inferometer.cli.tables import aligned, markdown_table
from inferometer.printable import printable, wrapped
from inferometer.report.answers.answer import some_levels
from inferometer.report.answers.caches import hit_rate, speed_up
from inferometer.report.answers.links import link_answer
from inferometer.report.tables.columns import four_digits
from inferometer.report.tables.markdown import text_in_markdown
from inferometer.results import Point
from inferometer.words import Words, spoken

WIDTH = 80
MAX_ROWS = 40
"""Rows of single points shown by default."""

COLORS: dict[str, str] = {"faster": "green", "slower": "red", "undecided": "yellow"}
SIGNS: dict[Verdict, str] = {"faster": "+", "slower": "-", "no difference": "=", "undecided": "?"}

OVER_ALL = ("Metric", "Effect", "95 % interval", f"Points {'/'.join(SIGNS.values())}", "Verdict")
AT_POINT = ("A", "B", "Effect", "95 % interval", "Verdict")
LINKS = ("Load", "Shown", "Control", "Effect", "95 % interval", "Verdict")

Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]
"""A title, headings and rows."""


def show(comparison: Comparison, *, every_point: bool) -> None:
    """What was compared, the summary, interesting or requested points, and what to know before
    trusting it.
    """
    for line in _head(comparison):
        typer.echo(line)
    for title, headings, rows in _tables(comparison, every_point=every_point):
        typer.echo(f"\n{printable(title)}")
        for line in _aligned(headings, rows):
            typer.echo(line)
    typer.echo()
    for line in _tail(comparison, every_point=every_point):
        typer.echo(line)


def as_markdown(comparison: Comparison) -> str:
    """The same, with every point."""
    head, tail = _head(comparison, width=10_000), _tail(comparison, every_point=True, width=10_000)
    tables = _tables_in_markdown(_tables(comparison, every_point=True))
    title = text_in_markdown(f"{comparison.names[1]} against {comparison.names[0]}")
    return f"## {title}\n\n{_list_in_markdown(head)}{tables}\n{_list_in_markdown(tail)}"


def show_links(study: LinkStudy, *, every_point: bool) -> None:
    """Each model's mean and levels, every effect in words, and at the end the answer."""
    for title, headings, rows in _link_tables(study, every_point=every_point):
        typer.echo(printable(title))
        for line in _aligned(headings, rows):
            typer.echo(line)
        typer.echo()
    for sentence in study.sentences:
        for line in _wrapped(sentence, WIDTH):
            typer.echo(line)
    if left := _levels_left_out(study, every_point=every_point):
        typer.echo(left)
    answer = link_answer(study, spoken())
    typer.echo(f"\n{printable(answer.title)}")
    for sentence in answer.sentences:
        for line in wrapped(printable(sentence), WIDTH, "  ", "    ", break_words=False):
            typer.echo(line)


def _levels_left_out(study: LinkStudy, *, every_point: bool) -> str:
    """How many loads have no row, and which flag shows them; empty where all have one."""
    levels = {each.level for each in study.effects if each.level is not None}
    shown = len(some_levels([*levels]))
    if every_point or shown == len(levels):
        return ""
    return f"{shown} of {len(levels)} loads are listed; --points lists all."


def links_as_markdown(study: LinkStudy) -> str:
    tables = _tables_in_markdown(_link_tables(study, every_point=True))
    title = text_in_markdown(f"{study.narrow} against {study.wide}")
    answer = _list_in_markdown(link_answer(study, Words()).sentences)
    return f"## {title}\n\n{answer}{tables}\n{_list_in_markdown(study.sentences)}"


def _tables_in_markdown(tables: Iterable[Table]) -> str:
    return "".join(
        f"\n### {text_in_markdown(title)}\n\n"
        f"{markdown_table(headings, [[*map(text_in_markdown, row)] for row in rows])}"
        for title, headings, rows in tables
    )


def _list_in_markdown(lines: Iterable[str]) -> str:
    return "".join(f"- {text_in_markdown(line)}\n" for line in lines)


def percent(share: float) -> str:
    """+7.3, without the sign of percent and with no more digits than are known."""
    if math.isinf(share):
        return "+inf"
    text = f"{100 * share:+.0f}" if abs(share) >= 1 else f"{100 * share:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text


def figure(value: float | None) -> str:
    """With four digits."""
    return "" if value is None else four_digits(value)


def interval(low: float | None, high: float | None) -> str:
    return "not known" if low is None or high is None else f"{percent(low)} .. {percent(high)} %"


def _head(comparison: Comparison, width: int = WIDTH) -> Iterator[str]:
    pairing = comparison.pairing
    for letter, name, of_side in zip(
        "AB", comparison.names, zip(*((p.a, p.b) for p in pairing.pairs), strict=True), strict=True
    ):
        points = [point for points in of_side for point in points]
        yield printable(f"{letter}: {name}, {_count(len(points), 'result')} of {_tools(points)}")
    told = ", ".join(map(str, pairing.differences))
    yield from _wrapped(
        f"They differ in: {told}." if told else "No recorded condition differs.",
        width,
    )
    if pairing.untold:
        yield from _wrapped(f"Recorded on one side only: {', '.join(pairing.untold)}.", width)
    sides = (("A", pairing.alone_a), ("B", pairing.alone_b))
    alone = [
        f"{_count(len(points), 'result')} of {letter} ({_ids(points)})"
        for letter, points in sides
        if points
    ]
    if alone:
        yield from _wrapped(f"Without a partner: {' and '.join(alone)}.", width)


def _tables(comparison: Comparison, *, every_point: bool) -> Iterator[Table]:
    by_point = [row for row in comparison.rows if row.point is not None]
    if len(comparison.pairing.pairs) == 1:
        yield "B against A", ("Metric", *AT_POINT), [(row.metric, *_cells(row)) for row in by_point]
        return
    over_all = [row for row in comparison.rows if row.point is None]
    if over_all:
        rows = [
            _cells_over_all(row, [each for each in by_point if each.metric == row.metric])
            for row in over_all
        ]
        yield f"B against A, mean over {len(comparison.pairing.pairs)} points", OVER_ALL, rows
    shown = _shown(by_point, every_point=every_point)
    for name in dict.fromkeys(row.metric for row in shown):
        yield (
            name,
            ("Point", *AT_POINT),
            [(row.point or "", *_cells(row)) for row in shown if row.metric == name],
        )


def _link_tables(study: LinkStudy, *, every_point: bool) -> Iterator[Table]:
    for key, found in groupby(
        study.effects, lambda each: (each.model, each.tp, *each.sides, each.metric)
    ):
        model, tp, narrow, wide, metric = key
        rows = list(found)
        if not every_point:
            levels = some_levels([row.level for row in rows if row.level is not None])
            rows = [row for row in rows if row.level is None or row.level in levels]
        cells: list[tuple[str, ...]] = [
            (
                "mean" if row.level is None else f"{row.level:g}",
                f"{percent(row.shown)} %",
                "" if row.control is None else f"{percent(row.control)} %",
                f"{percent(row.effect)} %",
                interval(row.low, row.high),
                row.verdict,
            )
            for row in rows
        ]
        yield (
            f"{metric}: {model} TP={tp}, {narrow} against {wide}{', control' if tp == 1 else ''}",
            LINKS,
            cells,
        )


def _shown(rows: Sequence[MetricComparison], *, every_point: bool) -> list[MetricComparison]:
    """All rows if they are few; else the faster and slower ones; of too many, the largest
    effects.
    """
    if every_point or len(rows) <= MAX_ROWS:
        return list(rows)
    decided = [row for row in rows if row.verdict in {"faster", "slower"}]
    largest = sorted(decided, key=lambda row: -abs(math.log1p(row.effect)))[:MAX_ROWS]
    return [row for row in decided if row in largest]


def _cells(row: MetricComparison) -> tuple[str, ...]:
    return (
        figure(row.a),
        figure(row.b),
        f"{percent(row.effect)} %",
        interval(row.low, row.high),
        _verdict(row),
    )


def _cells_over_all(row: MetricComparison, by_point: Sequence[MetricComparison]) -> tuple[str, ...]:
    counts = "/".join(str(sum(each.verdict == verdict for each in by_point)) for verdict in SIGNS)
    return (
        row.metric,
        f"{percent(row.effect)} %",
        interval(row.low, row.high),
        counts,
        _verdict(row),
    )


def _verdict(row: MetricComparison) -> str:
    return row.verdict if row.more_runs is None else f"{row.verdict} ({row.more_runs})"


def _tail(comparison: Comparison, *, every_point: bool, width: int = WIDTH) -> Iterator[str]:
    delta = f"{100 * comparison.delta:.3g} %"
    by_point = [row for row in comparison.rows if row.point is not None]
    if hidden := len(by_point) - len(_shown(by_point, every_point=every_point)):
        yield from _wrapped(
            f"{_count(hidden, 'row')} of single points not shown: --points shows all.", width
        )
    if any(row.more_runs is not None for row in comparison.rows):
        yield from _wrapped(
            "(n): about n more runs of each side, taken in turns (A B B A), would decide.", width
        )
    if any(_beyond(row, comparison.delta) for row in comparison.rows if row.verdict == "undecided"):
        sentence = (
            f"An interval beyond {delta} may yet be undecided: of "
            f"{_count(len(comparison.rows), 'row')}, some lie there by"
        )
        yield from _wrapped(
            f"{sentence} chance, so that each must lie farther out to be believed.", width
        )
    for warning in comparison.warnings:
        yield from _wrapped(f"Note: {warning}.", width)
    yield from _wrapped(_cache_hits(comparison), width)
    if any(difference.condition == "cache" for difference in comparison.pairing.differences):
        yield from _wrapped(_speed_ups(comparison), width)
    for verdict, words in (
        ("slower", f"B is slower by more than {delta}"),
        ("faster", f"B is faster by more than {delta}"),
        ("no difference", f"No difference beyond {delta}"),
        ("undecided", "Undecided"),
    ):
        named = [
            f"{row.metric} ({percent(row.effect)} %)"
            for row in comparison.headline
            if row.verdict == verdict
        ]
        at_points = (
            sum(row.verdict == verdict for row in by_point)
            if verdict in {"slower", "faster"}
            else 0
        )
        if comparison.headline != comparison.rows and at_points:
            named.append(f"{_count(at_points, 'row')} of single points")
        if named:
            yield from _wrapped(f"{words}: {', '.join(named)}.", width)


def _cache_hits(comparison: Comparison) -> str:
    """Empty where no side had any."""
    sides = zip(*((pair.a, pair.b) for pair in comparison.pairing.pairs), strict=True)
    rates = [hit_rate([point for points in side for point in points]) for side in sides]
    if not any(rates):
        return ""
    told = ["not recorded" if rate is None else f"{rate:.1f} %" for rate in rates]
    return f"Prompt tokens from the prefix cache: A {told[0]}, B {told[1]}."


def _speed_ups(comparison: Comparison) -> str:
    """How many times as fast B is, of the metrics of which that is decided."""
    decided = [row for row in comparison.headline if row.verdict in {"faster", "slower"}]
    times = [(row.metric, *speed_up(row)) for row in decided]
    told = [f"{name} {ratio:.2f}x ({low:.2f} .. {high:.2f})" for name, ratio, low, high in times]
    return f"B is so many times as fast as A: {', '.join(told)}." if told else ""


def _beyond(row: MetricComparison, delta: float) -> bool:
    """Whether its own interval is entirely beyond ±δ."""
    if row.low is None or row.high is None:
        return False
    return row.low > delta or row.high < 1 / (1 + delta) - 1


def _aligned(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Words left-aligned, numbers right-aligned, the verdict coloured if colours are available."""
    shown = [[*map(printable, row)] for row in rows]
    lines = aligned(headings, shown, left={0, len(headings) - 1})
    for line, row in zip(lines, (headings, *shown), strict=True):
        color = None if "NO_COLOR" in os.environ else COLORS.get(row[-1].partition(" ")[0])
        yield line.removesuffix(row[-1]) + typer.style(row[-1], fg=color) if color else line


def _ids(points: Sequence[Point]) -> str:
    return ", ".join(point.id for point in points[:3]) + ", ..." * (len(points) > 3)


def _tools(points: Iterable[Point]) -> str:
    return ", ".join(dict.fromkeys(point.tool for point in points))


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(
        printable(text),
        width,
        subsequent_indent="  ",
        break_on_hyphens=False,
        break_long_words=False,
    )
