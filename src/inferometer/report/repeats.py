"""The report over repeats of one run: a row for each headline number, and whether the runs agree.
Plain text.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from inferometer.metrics.repeats import Spread, agreement
from inferometer.report.console import ABSENT, DEFAULT_METRICS, INTERVALS, TEXT_WIDTH

FEW = 5
"""Below so many runs the interval over repeats is wide for want of runs, whatever they say."""


def render_repeats(
    found: Mapping[str, Spread], *, asked: int, metrics: Sequence[str] = DEFAULT_METRICS
) -> str:
    """The table of what `spreads` found over the runs that count, of `asked` that were wanted."""
    labels = {name: label for name, (of, label) in INTERVALS.items() if of is None or of in metrics}
    runs = len(next(iter(found.values())).values) if found else 0
    title = f" {runs} Repeats " if runs == asked else f" {runs} of {asked} Repeats "
    lines = [title.center(TEXT_WIDTH, "="), _line("", "Mean", "95 % interval", "Min – max")]
    lines += [_row(label, found[name]) for name, label in labels.items() if name in found]
    lines += ["=" * TEXT_WIDTH]
    if runs > 1:
        sentence = agreement(
            found, {name: label.partition(" (")[0] for name, label in labels.items()}
        )
        if runs < FEW:
            sentence += f" The intervals are those of {runs} runs: {FEW} or more would narrow them."
        lines += textwrap.wrap(sentence, TEXT_WIDTH)
    return "\n".join(lines) + "\n"


def _row(label: str, spread: Spread) -> str:
    interval = spread.interval
    bounds = ABSENT if interval is None else f"{interval.low:.2f} – {interval.high:.2f}"
    return _line(label, f"{spread.mean:.2f}", bounds, f"{spread.low:.2f} – {spread.high:.2f}")


def _line(*cells: str) -> str:
    return "{:<33}{:>9} {:>19} {:>17}".format(*cells).rstrip()
