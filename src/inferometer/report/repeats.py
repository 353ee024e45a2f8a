"""The report over repeats of one point: a row for each headline number, and whether the runs agree.
Plain text.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from inferometer.metrics.repeats import Spread, agreement
from inferometer.report.console import ABSENT, DEFAULT_METRICS, INTERVALS, TEXT_WIDTH
from inferometer.results.repeats import Repeat, spreads
from inferometer.words import spoken

FEW = 5
"""Below so many runs the interval over repeats is wide for want of runs, whatever they say."""

IN_A_LINE = {"output_throughput": "{} tok/s", "mean_ttft": "TTFT {} ms", "mean_tpot": "TPOT {} ms"}


def render_repeats(
    repeats: Sequence[Repeat], *, asked: int, metrics: Sequence[str] = DEFAULT_METRICS
) -> str:
    """The table over the runs that count, of `asked` that were wanted, and which were left out."""
    found, runs = spreads(repeats), _count(repeats)
    lines = []
    if runs:
        labels = _labels(metrics)
        title = f" {_of(runs, asked)} Repeats "
        lines += [title.center(TEXT_WIDTH, "="), _line("", "Mean", "95 % interval", "Min – max")]
        lines += [_row(label, found[name]) for name, label in labels.items() if name in found]
        lines += ["=" * TEXT_WIDTH, *_wrapped(_agreement(found, runs, labels))]
    return "".join(f"{line}\n" for line in [*lines, *_left_out(repeats)])


def repeats_in_lines(
    name: str, repeats: Sequence[Repeat], *, asked: int, metrics: Sequence[str] = DEFAULT_METRICS
) -> Iterator[str]:
    """The same in a line, where there are many points: means with their intervals; and why they
    are not to be believed as they are.
    """
    found, runs = spreads(repeats), _count(repeats)
    figures = [
        form.format(_interval(found[key])) for key, form in IN_A_LINE.items() if key in found
    ]
    yield f"{name}  {_of(runs, asked)} repeats: {', '.join(figures) or ABSENT}"
    if any(found[key].runs_differ for key in _labels(metrics) if key in found):
        yield from _wrapped(_agreement(found, runs, _labels(metrics)), "    ")
    yield from (f"    {line}" for line in _left_out(repeats))


def _count(repeats: Sequence[Repeat]) -> int:
    return sum(not repeat.left_out for repeat in repeats)


def _of(runs: int, asked: int) -> str:
    return str(runs) if runs == asked else f"{runs} of {asked}"


def _labels(metrics: Sequence[str]) -> dict[str, str]:
    shown = {name: label for name, (of, label) in INTERVALS.items() if of is None or of in metrics}
    return {name: spoken().say(label) for name, label in shown.items()}


def _agreement(found: dict[str, Spread], runs: int, labels: dict[str, str]) -> str:
    """Whether the runs agree; nothing for a single one."""
    if runs < 2:
        return ""
    sentence = agreement(found, {name: text.partition(" (")[0] for name, text in labels.items()})
    if runs < FEW:
        sentence += f" The intervals are those of {runs} runs: {FEW} or more would narrow them."
    return sentence


def _left_out(repeats: Sequence[Repeat]) -> list[str]:
    which = [f"{repeat.number} ({repeat.left_out})" for repeat in repeats if repeat.left_out]
    return _wrapped(f"Left out: {', '.join(which)}.") if which else []


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, TEXT_WIDTH, initial_indent=indent, subsequent_indent=indent)


def _interval(spread: Spread) -> str:
    interval = spread.interval
    bounds = "" if interval is None else f" ({interval.low:,.2f} – {interval.high:,.2f})"
    return f"{spread.mean:,.2f}{bounds}"


def _row(label: str, spread: Spread) -> str:
    interval = spread.interval
    bounds = ABSENT if interval is None else f"{interval.low:.2f} – {interval.high:.2f}"
    return _line(label, f"{spread.mean:.2f}", bounds, f"{spread.low:.2f} – {spread.high:.2f}")


def _line(*cells: str) -> str:
    return "{:<33}{:>9} {:>19} {:>17}".format(*cells).rstrip()
