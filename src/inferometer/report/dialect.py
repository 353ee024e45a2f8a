"""A run in another tool's words, as plain text: its names and numbers, and what they mean that ours
do not.
"""

from __future__ import annotations

from inferometer.metrics.dialects import DIALECTS, express
from inferometer.printable import TEXT_WIDTH, centered, wrapped
from inferometer.report.console import WIDTH
from inferometer.trace.trace import Trace
from inferometer.words import spoken


def render_dialect(trace: Trace, dialect: str) -> str:
    """The block that follows the report. `dialect` is a key of DIALECTS."""
    known = DIALECTS[dialect]
    title = spoken().text("console.dialect", tool=known.tool)
    lines = [centered(f" {title} ", WIDTH, "=")]
    lines += [
        f"{name:<48} {value:.2f}"
        for name, value in express(trace, dialect).items()
    ]
    lines.append("-" * WIDTH)
    for difference in known.differences:
        sentence = spoken().text(f"dialect.{dialect}.{difference}")
        lines += wrapped(sentence, TEXT_WIDTH, "- ", "  ")
    return "\n".join([*lines, "=" * WIDTH]) + "\n"
