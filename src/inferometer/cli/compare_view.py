"""A comparison for a terminal, in lines of 80 columns if names are short, and as Markdown."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import typer

from inferometer.analysis.compare import Comparison, MetricComparison
from inferometer.analysis.decision import Verdict
from inferometer.analysis.pairing import Pairing
from inferometer.analysis.pcie import LinkStudy
from inferometer.cli.tables import aligned, markdown_table
from inferometer.printable import printable, wrapped
from inferometer.report.answers.answer import some_levels
from inferometer.report.answers.caches import hit_rate, speed_up
from inferometer.report.answers.links import link_answer
from inferometer.report.sentences import said_once
from inferometer.report.tables.columns import four_digits, with_unit
from inferometer.report.tables.markdown import text_in_markdown
from inferometer.results import Point
from inferometer.words import Words, spoken
from inferometer.words.numbers import change, interval, is_point, percent

WIDTH, WIDE = 80, 10_000
MAX_ROWS = 40
"""Rows of single points shown by default."""

COLORS: dict[str, str] = {
    "faster": "green",
    "slower": "red",
    "undecided": "yellow",
}
SIGNS: dict[Verdict, str] = {
    "faster": "+",
    "slower": "-",
    "no difference": "=",
    "undecided": "?",
}

COUNTED = "/".join(SIGNS.values())
"""Heads the numbers of points with each verdict."""

SUMMED_UP: tuple[Verdict, ...] = (
    "slower",
    "faster",
    "no difference",
    "undecided",
)
_LEFT = re.compile(r" \(|（")
"""What follows a verdict."""

OVER_ALL = ("metric", "effect", "interval", "points", "verdict")
AT_POINT = ("a", "b", "effect", "interval", "verdict")
LINKS = ("load", "shown", "control", "effect", "interval", "verdict")

Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]
"""A title, headings and rows."""


def show(comparison: Comparison, *, every_point: bool) -> None:
    """What was compared, the summary, interesting or requested points, and what to know before
    trusting it.
    """
    words = spoken()
    _echo(_head(comparison, words))
    for title, headings, rows in _tables(
        comparison, words, every_point=every_point
    ):
        _echo(["", printable(title), *_aligned(headings, rows, words)])
    typer.echo()
    for sentence in (
        *_notes(comparison, words, every_point=every_point),
        *_summed_up(comparison, words, _share(comparison.delta)),
    ):
        _echo(_wrapped(sentence, WIDTH))


def as_markdown(comparison: Comparison) -> str:
    """The same with every point, in the language of the terminal: it is read by people, who look at
    its beginning for what came of it.
    """
    words = spoken()
    head = [
        *_summed_up(comparison, words, _share(comparison.delta)),
        *_head(comparison, words, width=WIDE),
    ]
    tail = [
        line
        for note in _notes(comparison, words, every_point=True)
        for line in _wrapped(note, WIDE)
    ]
    tables = _tables_in_markdown(_tables(comparison, words, every_point=True))
    a, b = comparison.names
    title = text_in_markdown(words.text("compare.against", a=a, b=b))
    return f"## {title}\n\n{_list_in_markdown(head)}{tables}\n{_list_in_markdown(tail)}"


def show_links(study: LinkStudy, *, every_point: bool) -> None:
    """Each model's mean and levels, every effect in words, and at the end the answer."""
    words = spoken()
    for title, headings, rows in _link_tables(
        study, words, every_point=every_point
    ):
        _echo([printable(title), *_aligned(headings, rows, words), ""])
    for sentence in study.sentences:
        _echo(_wrapped(words.say(sentence), WIDTH))
    if left := _levels_left_out(study, every_point=every_point):
        typer.echo(left)
    answer = link_answer(study, words)
    typer.echo(f"\n{printable(answer.title)}")
    for sentence in answer.sentences:
        told = printable(sentence)
        _echo(wrapped(told, WIDTH, "  ", "    ", break_words=False))


def _echo(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def _levels_left_out(study: LinkStudy, *, every_point: bool) -> str:
    """How many loads have no row, and which flag shows them; empty where all have one."""
    levels = {each.level for each in study.effects if each.level is not None}
    shown = len(some_levels([*levels]))
    if every_point or shown == len(levels):
        return ""
    return spoken().text("compare.levels", n=shown, of=len(levels))


def links_as_markdown(study: LinkStudy) -> str:
    words = spoken()
    tables = _tables_in_markdown(_link_tables(study, words, every_point=True))
    title = text_in_markdown(
        words.text("compare.against", a=study.wide, b=study.narrow)
    )
    answer = _list_in_markdown(link_answer(study, words).sentences)
    told = _list_in_markdown(map(words.say, study.sentences))
    return f"## {title}\n\n{answer}{tables}\n{told}"


def _tables_in_markdown(tables: Iterable[Table]) -> str:
    return "".join(
        f"\n### {text_in_markdown(title)}\n\n"
        f"{markdown_table(headings, [[*map(text_in_markdown, row)] for row in rows])}"
        for title, headings, rows in tables
    )


def _list_in_markdown(lines: Iterable[str]) -> str:
    return "".join(f"- {text_in_markdown(line)}\n" for line in lines)


def figure(value: float | None) -> str:
    """With four digits."""
    return "" if value is None else four_digits(value)


def interval_in_words(
    low: float | None, high: float | None, words: Words
) -> str:
    """Where the effect lies; of limits more than tenfold apart, only those that say something."""
    if told := interval(low, high):
        return words.say(told)
    is_known = low is not None and high is not None and is_point(low, high)
    return words.text("figure.none" if is_known else "compare.unknown")


def _head(
    comparison: Comparison, words: Words, width: int = WIDTH
) -> Iterator[str]:
    pairing = comparison.pairing
    for letter, name, points in zip(
        "AB", comparison.names, pairing.sides, strict=True
    ):
        told = {"side": letter, "name": name, "tools": _tools(points)}
        yield printable(words.counted("compare.side", len(points), **told))
    for sentence in _differences(pairing, words):
        yield from _wrapped(sentence, width)


def _differences(pairing: Pairing, words: Words) -> Iterator[str]:
    told = words.listed(each.in_words(words) for each in pairing.differences)
    if told:
        yield words.text("compare.differ", what=told)
    else:
        yield words.text("compare.alike")
    if pairing.untold:
        named = words.listed(map(words.condition, pairing.untold))
        yield words.text("compare.untold", what=named)
    yield _alone(pairing, words)


def _headings(names: Sequence[str], words: Words) -> tuple[str, ...]:
    return tuple(words.text(f"compare.{name}", signs=COUNTED) for name in names)


def _tables(
    comparison: Comparison, words: Words, *, every_point: bool
) -> Iterator[Table]:
    by_point = comparison.by_point
    pairs = len(comparison.pairing.pairs)
    if pairs == 1:
        rows = [
            (with_unit(row.metric, words), *_cells(row, words))
            for row in by_point
        ]
        headings = _headings(("metric", *AT_POINT), words)
        yield words.text("compare.b_against_a"), headings, rows
        return
    if comparison.over_all:
        rows = [
            _cells_over_all(
                row,
                [each for each in by_point if each.metric == row.metric],
                words,
            )
            for row in comparison.over_all
        ]
        yield (
            words.text("compare.over", n=pairs),
            _headings(OVER_ALL, words),
            rows,
        )
    named = {
        pair.label: pair.in_words(words) for pair in comparison.pairing.pairs
    }
    shown = _shown(by_point, every_point=every_point)
    for name in dict.fromkeys(row.metric for row in shown):
        rows = [
            (named[row.point or ""], *_cells(row, words))
            for row in shown
            if row.metric == name
        ]
        headings = _headings(("point", *AT_POINT), words)
        yield with_unit(name, words), headings, rows


def _link_tables(
    study: LinkStudy, words: Words, *, every_point: bool
) -> Iterator[Table]:
    for key, found in groupby(
        study.effects,
        lambda each: (each.model, each.tp, *each.sides, each.metric),
    ):
        model, tp, narrow, wide, metric = key
        rows = list(found)
        if not every_point:
            levels = some_levels(
                [row.level for row in rows if row.level is not None]
            )
            rows = [
                row for row in rows if row.level is None or row.level in levels
            ]
        cells: list[tuple[str, ...]] = [
            (
                words.text("compare.mean")
                if row.level is None
                else f"{row.level:g}",
                change(row.shown),
                "" if row.control is None else change(row.control),
                change(row.effect),
                interval_in_words(row.low, row.high, words),
                words.text(f"compare.{row.verdict}"),
            )
            for row in rows
        ]
        told = {
            "metric": words.metric(metric),
            "model": model,
            "tp": tp,
            "narrow": narrow,
            "wide": wide,
        }
        title = words.text(
            "compare.links.control" if tp == 1 else "compare.links", **told
        )
        yield title, _headings(LINKS, words), cells


def _shown(
    rows: Sequence[MetricComparison], *, every_point: bool
) -> list[MetricComparison]:
    """All rows if they are few; else the faster and slower ones; of too many, the largest
    effects.
    """
    if every_point or len(rows) <= MAX_ROWS:
        return list(rows)
    decided = [row for row in rows if row.verdict in {"faster", "slower"}]
    largest = sorted(decided, key=lambda row: -abs(math.log1p(row.effect)))[
        :MAX_ROWS
    ]
    return [row for row in decided if row in largest]


def _cells(row: MetricComparison, words: Words) -> tuple[str, ...]:
    return (
        figure(row.a),
        figure(row.b),
        change(row.effect),
        interval_in_words(row.low, row.high, words),
        _verdict(row, words),
    )


def _cells_over_all(
    row: MetricComparison, by_point: Sequence[MetricComparison], words: Words
) -> tuple[str, ...]:
    counts = "/".join(
        str(sum(each.verdict == verdict for each in by_point))
        for verdict in SIGNS
    )
    return (
        with_unit(row.metric, words),
        change(row.effect),
        interval_in_words(row.low, row.high, words),
        counts,
        _verdict(row, words),
    )


def _verdict(row: MetricComparison, words: Words) -> str:
    if row.more_runs is None:
        return words.text(f"compare.{row.verdict}")
    return words.text("compare.undecided.runs", n=row.more_runs)


def _alone(pairing: Pairing, words: Words) -> str:
    alone = [
        words.counted(
            "compare.alone.side", len(points), side=letter, ids=_ids(points)
        )
        for letter, points in (("A", pairing.alone_a), ("B", pairing.alone_b))
        if points
    ]
    if not alone:
        return ""
    what = alone[0]
    if alone[1:]:
        what = words.text("and", first=what, second=alone[1])
    return words.text("compare.alone", what=what)


def _notes(
    comparison: Comparison,
    words: Words,
    *,
    every_point: bool,
) -> Iterator[str]:
    """What to know before trusting it."""
    rows, by_point = comparison.rows, comparison.by_point
    if comparison.over_all:
        yield words.text("compare.signs", signs=COUNTED)
    if hidden := len(by_point) - len(_shown(by_point, every_point=every_point)):
        left_out = words.counted("compare.rows", hidden)
        yield words.text("compare.hidden", rows=left_out)
    if any(row.more_runs is not None for row in rows):
        yield words.text("compare.more_runs")
    if any(
        _beyond(row, comparison.delta)
        for row in rows
        if row.verdict == "undecided"
    ):
        delta = _share(comparison.delta)
        yield words.counted("compare.chance", len(rows), delta=delta)
    for warning in comparison.warnings:
        yield words.text("compare.note", warning=words.say(warning))
    sides = (
        point for pair in comparison.pairing.pairs for point in pair.points
    )
    yield from said_once(sides, words)
    yield _cache_hits(comparison, words)
    if any(
        difference.condition == "cache"
        for difference in comparison.pairing.differences
    ):
        yield _speed_ups(comparison, words)


def _share(delta: float) -> str:
    return f"{100 * delta:.3g}%"


def _summed_up(
    comparison: Comparison, words: Words, delta: str
) -> Iterator[str]:
    for verdict in SUMMED_UP:
        if named := _named(comparison, verdict, words):
            told = {"delta": delta, "what": words.listed(named)}
            yield words.text(f"compare.sum.{verdict}", **told)


def _named(comparison: Comparison, verdict: Verdict, words: Words) -> list[str]:
    """The metrics with this verdict, and how many single points have it."""
    named = [
        words.text(
            "compare.cell",
            metric=words.metric_inside(row.metric),
            percent=change(row.effect),
        )
        for row in comparison.headline
        if row.verdict == verdict
    ]
    at_points = sum(row.verdict == verdict for row in comparison.by_point)
    if (
        verdict in {"slower", "faster"}
        and comparison.headline != comparison.rows
        and at_points
    ):
        named.append(words.counted("compare.rows", at_points))
    return named


def _cache_hits(comparison: Comparison, words: Words) -> str:
    """Empty where no side had any."""
    rates = [*map(hit_rate, comparison.pairing.sides)]
    if not any(rates):
        return ""
    a, b = (
        words.text("compare.unrecorded")
        if rate is None
        else percent(rate / 100)
        for rate in rates
    )
    return words.text("compare.cache_hits", a=a, b=b)


def _speed_ups(comparison: Comparison, words: Words) -> str:
    """How many times as fast B is, of the metrics of which that is decided."""
    decided = [
        row
        for row in comparison.headline
        if row.verdict in {"faster", "slower"}
    ]
    times = [(row.metric, *speed_up(row)) for row in decided]
    told = [
        f"{words.metric(name)} {ratio:.2f}x{_bounds(low, high)}"
        for name, ratio, low, high in times
    ]
    return (
        words.text("compare.speed_ups", what=words.listed(told)) if told else ""
    )


def _bounds(low: float | None, high: float | None) -> str:
    if low is None or high is None or is_point(low, high):
        return ""
    return f" ({low:.2f} … {high:.2f})"


def _beyond(row: MetricComparison, delta: float) -> bool:
    """Whether its own interval is entirely beyond ±δ."""
    if row.low is None or row.high is None:
        return False
    return row.low > delta or row.high < 1 / (1 + delta) - 1


def _colors(words: Words) -> dict[str, str]:
    """By what a verdict is called; none where none are wanted."""
    if "NO_COLOR" in os.environ:
        return {}
    return {words.text(f"compare.{v}"): color for v, color in COLORS.items()}


def _aligned(
    headings: Sequence[str], rows: Sequence[Sequence[str]], words: Words
) -> Iterator[str]:
    """Words left-aligned, numbers right-aligned, the verdict coloured if colours are available."""
    shown = [[*map(printable, row)] for row in rows]
    colors = _colors(words)
    lines = aligned(headings, shown, left={0, len(headings) - 1})
    for line, row in zip(lines, (headings, *shown), strict=True):
        color = colors.get(_LEFT.split(row[-1])[0])
        yield _coloured(line, row[-1], color) if color else line


def _coloured(line: str, end: str, color: str) -> str:
    return line.removesuffix(end) + typer.style(end, fg=color)


def _ids(points: Sequence[Point]) -> str:
    return ", ".join(point.id for point in points[:3]) + ", ..." * (
        len(points) > 3
    )


def _tools(points: Iterable[Point]) -> str:
    return ", ".join(dict.fromkeys(point.tool for point in points))


def _wrapped(text: str, width: int) -> list[str]:
    return wrapped(printable(text), width, later="  ", break_words=False)
