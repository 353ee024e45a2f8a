"""Tables for people, in Markdown, so that they can be pasted; and the numbers in them."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median


def print_table(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    """The first column is words, the others are figures."""
    widths = [
        max(len(line[column]) for line in (heads, *rows))
        for column in range(len(heads))
    ]

    def line(cells: Sequence[str]) -> str:
        aligned = [
            cells[0].ljust(widths[0]),
            *(
                cell.rjust(width)
                for cell, width in zip(cells[1:], widths[1:], strict=True)
            ),
        ]
        return f"| {' | '.join(aligned)} |"

    rule = [
        ":" + "-" * (widths[0] - 1),
        *("-" * (width - 1) + ":" for width in widths[1:]),
    ]
    print(
        f"\n### {title}\n",
        line(heads),
        line(rule),
        *map(line, rows),
        sep="\n",
        flush=True,
    )


def spread(values: Sequence[float], digits: int) -> str:
    """The median, and the extremes in brackets if there are several values."""
    if len(values) == 1:
        return f"{values[0]:.{digits}f}"
    return f"{median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Turn by turn, since what disturbs one turn hardly disturbs the next: the median, and the
    extremes.
    """
    return spread(
        [mine / other for mine, other in zip(ours, theirs, strict=True)], 2
    )
