"""Tables as lines of text, for a terminal, and as Markdown."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from typing import Annotated

import typer

from inferometer.cli.help_words import help_words
from inferometer.cli.option import option
from inferometer.printable import aligned as right_aligned
from inferometer.printable import columns_of, padded, wrapped
from inferometer.words import spoken

GAP = 2
"""Spaces between two columns."""
COMFORTABLE_CHARS = 36
"""A cell of more than two lines gets at least this width."""

NO_BREAK = "\u00a0"
"""A blank at which no line ends."""

Rows = Sequence[Sequence[str]]
Markdown = Annotated[bool, option("Print the table as Markdown.", "--markdown")]


def show(
    headings: Sequence[str], rows: Rows, *, markdown: bool = False
) -> None:
    """As a table on a terminal, otherwise a line a row; only Markdown keeps backticks."""
    if markdown:
        typer.echo(markdown_table(headings, rows), nl=False)
        return
    headings, *rows = [
        [_shown(cell).replace("`", "") for cell in row]
        for row in (headings, *rows)
    ]
    if sys.stdout.isatty():
        _show_on_terminal(headings, rows)
    else:
        for line in aligned(headings, rows, left=range(len(headings))):
            typer.echo(line)


def _shown(cell: str) -> str:
    """In the language of the terminal, where it is a text of ours."""
    language = spoken().language
    return (
        cell
        if language == "en"
        else help_words(language).get(f"cell.{cell}", cell)
    )


def markdown_table(headings: Sequence[str], rows: Rows) -> str:
    """Lines of Markdown, columns padded."""
    lines = [
        " | ".join(row) for row in _padded(headings, rows, range(len(headings)))
    ]
    lines.insert(
        1, " | ".join("-" * width for width in _widths(headings, rows))
    )
    return "".join(f"| {line} |\n" for line in lines)


def aligned(
    headings: Sequence[str], rows: Rows, *, left: Collection[int]
) -> Iterator[str]:
    """Lines of text; the columns `left` are words, the others are numbers."""
    for row in _padded(headings, rows, left):
        yield (" " * GAP).join(row).rstrip()


def _padded(
    headings: Sequence[str], rows: Rows, left: Collection[int]
) -> Iterator[list[str]]:
    widths = _widths(headings, rows)
    for row in (headings, *rows):
        yield [
            padded(cell, width) if i in left else right_aligned(cell, width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]


def _widths(headings: Sequence[str], rows: Rows) -> list[int]:
    return [
        max(map(columns_of, column))
        for column in zip(headings, *rows, strict=True)
    ]


def _show_on_terminal(headings: Sequence[str], rows: Rows) -> None:
    """As one table if it fits, otherwise as several, which all begin with the first column."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False)
    least = [
        _comfortable_chars(column)
        for column in zip(headings, *rows, strict=True)
    ]
    most = _widths(headings, rows)
    widths = [*most]
    for numbers in _that_fit(least, console.width):
        if numbers[1] > 1:
            console.print()
        spare = (
            console.width - sum(least[number] + GAP for number in numbers) + GAP
        )
        table = Table(
            box=box.SIMPLE_HEAD,
            show_edge=False,
            pad_edge=False,
            padding=(0, GAP - 1, 0, 0),
        )
        for number in numbers:
            width = max(least[number], min(most[number], least[number] + spare))
            spare -= width - least[number]
            table.add_column(headings[number], width=width, overflow="fold")
            widths[number] = width
        for row in rows:
            table.add_row(
                *("\n".join(_lines(row[i], widths[i])) for i in numbers)
            )
        console.print(table)


def _that_fit(widths: Sequence[int], room: int) -> Iterator[list[int]]:
    """Numbers of the columns of each table."""
    numbers = [0]
    for number in range(1, len(widths)):
        if (
            len(numbers) > 1
            and sum(widths[i] + GAP for i in (*numbers, number)) - GAP > room
        ):
            yield numbers
            numbers = [0]
        numbers.append(number)
    yield numbers


def _joined(cell: str) -> str:
    """With each interval as one word."""
    return cell.replace(" … ", f"{NO_BREAK}…{NO_BREAK}")


def _lines(cell: str, width: int) -> list[str]:
    """No wider than that, unless a word is."""
    lines = wrapped(_joined(cell), width, break_words=False)
    return [line.replace(NO_BREAK, " ") for line in lines]


def _comfortable_chars(cells: Sequence[str]) -> int:
    """The least width in which each cell has two lines at most, if that is not too wide."""
    longest_word = max(
        columns_of(word) for cell in cells for word in _joined(cell).split(" ")
    )
    fitting = (
        width
        for width in range(longest_word, COMFORTABLE_CHARS)
        if all(len(_lines(cell, width)) <= 2 for cell in cells)
    )
    return next(fitting, max(longest_word, COMFORTABLE_CHARS))
