"""The report over repeats of one point: a row for each headline number, and whether the runs agree.
Plain text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inferometer.metrics.repeats import Spread, agreement
from inferometer.printable import TEXT_WIDTH, aligned, centered, padded, wrapped
from inferometer.report.console import ABSENT, INTERVALS
from inferometer.results.repeats import Repeat, spreads
from inferometer.vocabulary import SHOWN_LATENCIES
from inferometer.words import spoken

FEW = 5
"""Below so many runs the interval over repeats is wide for want of runs, whatever they say."""

IN_A_LINE = {
    "output_throughput": "{} tok/s",
    "mean_ttft_ms": "TTFT {} ms",
    "mean_tpot_ms": "TPOT {} ms",
}


def render_repeats(
    repeats: Sequence[Repeat],
    *,
    asked: int,
    metrics: Sequence[str] = SHOWN_LATENCIES,
) -> str:
    """The table over the runs that count, of `asked` that were wanted, and which were left out."""
    found, runs = spreads(repeats), _count(repeats)
    lines = []
    if runs:
        labels = _labels(metrics)
        words = spoken()
        title = words.text("console.repeats.title", runs=_of(runs, asked))
        heads = (
            words.text(f"console.repeats.{each}")
            for each in ("mean", "interval", "range")
        )
        lines += [centered(f" {title} ", TEXT_WIDTH, "="), _line("", *heads)]
        equal = are_equal(repeats)
        lines += [
            _row(label, found[name], equal=equal)
            for name, label in labels.items()
            if name in found
        ]
        said = (
            words.text("repeats.equal")
            if equal
            else _agreement(found, runs, labels)
        )
        lines += ["=" * TEXT_WIDTH, *_wrapped(said)]
    return "".join(f"{line}\n" for line in [*lines, *_left_out(repeats)])


def are_equal(repeats: Sequence[Repeat]) -> bool:
    """As those of a simulation may be: they say nothing of what varies between runs."""
    points = [
        each.point for each in repeats if each.point and not each.left_out
    ]
    found = spreads(repeats).values()
    return (
        len(points) > 1
        and all(each.is_simulated for each in points)
        and all(each.low == each.high for each in found)
    )


def repeats_in_lines(
    name: str,
    repeats: Sequence[Repeat],
    *,
    asked: int,
    metrics: Sequence[str] = SHOWN_LATENCIES,
) -> Iterator[str]:
    """The same in a line, where there are many points: means with their intervals; and why they
    are not to be believed as they are.
    """
    found, runs = spreads(repeats), _count(repeats)
    equal = are_equal(repeats)
    figures = [
        form.format(_interval(found[key], equal=equal))
        for key, form in IN_A_LINE.items()
        if key in found
    ]
    yield spoken().text(
        "console.repeats.line",
        name=name,
        runs=_of(runs, asked),
        figures=", ".join(figures) or ABSENT,
    )
    labels = _labels(metrics)
    if any(each.runs_differ for key, each in found.items() if key in labels):
        yield from _wrapped(_agreement(found, runs, labels), "    ")
    yield from (f"    {line}" for line in _left_out(repeats))


def _count(repeats: Sequence[Repeat]) -> int:
    return sum(not repeat.left_out for repeat in repeats)


def _of(runs: int, asked: int) -> str:
    if runs == asked:
        return str(runs)
    return spoken().text("console.repeats.some", runs=runs, asked=asked)


def _labels(metrics: Sequence[str]) -> dict[str, str]:
    shown = {
        name: label
        for name, (of, label) in INTERVALS.items()
        if of is None or of in metrics
    }
    return {name: spoken().say(label) for name, label in shown.items()}


def _agreement(
    found: dict[str, Spread], runs: int, labels: dict[str, str]
) -> str:
    """Whether the runs agree; nothing for a single one."""
    if runs < 2:
        return ""
    words = spoken()
    short = {name: text.partition(" (")[0] for name, text in labels.items()}
    sentence = words.say(agreement(found, short))
    if runs < FEW:
        sentence += words.text("console.repeats.few", runs=runs, few=FEW)
    return sentence


def _left_out(repeats: Sequence[Repeat]) -> list[str]:
    words = spoken()
    which = [
        words.text(
            "console.repeats.which",
            n=repeat.number,
            why=words.say(repeat.left_out),
        )
        for repeat in repeats
        if repeat.left_out
    ]
    left_out = words.text("console.repeats.left_out", runs=words.listed(which))
    return _wrapped(left_out) if which else []


def _wrapped(text: str, indent: str = "") -> list[str]:
    return wrapped(text, TEXT_WIDTH, indent, indent)


def _interval(spread: Spread, *, equal: bool) -> str:
    interval = None if equal else spread.interval
    bounds = (
        ""
        if interval is None
        else f" ({interval.low:,.2f} – {interval.high:,.2f})"
    )
    return f"{spread.mean:,.2f}{bounds}"


def _row(label: str, spread: Spread, *, equal: bool) -> str:
    interval = None if equal else spread.interval
    bounds = (
        ABSENT
        if interval is None
        else f"{_fitted(interval.low)} – {_fitted(interval.high)}"
    )
    return _line(
        label,
        _fitted(spread.mean),
        bounds,
        f"{_fitted(spread.low)} – {_fitted(spread.high)}",
    )


def _fitted(value: float) -> str:
    """Two digits behind the point, as long as two such numbers leave a gap between the columns."""
    digits = 2 if abs(value) < 1e4 else 1 if abs(value) < 1e5 else 0
    return f"{value:.{digits}f}"


def _line(*cells: str) -> str:
    label, *figures = cells
    widths = (9, 20, 18)
    columns = [
        aligned(figure, width)
        for figure, width in zip(figures, widths, strict=True)
    ]
    return "".join([padded(label, 33), *columns]).rstrip()
