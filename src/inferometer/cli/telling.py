"""Sentences on the terminal, in lines that fit it."""

from __future__ import annotations

import shutil
import sys

import typer

from inferometer.printable import MAX_LINE_CHARS, fitted, printable
from inferometer.words import in_words, spoken


def terminal_columns(*, err: bool = False) -> int | None:
    """How wide it is; None where it is no terminal."""
    is_terminal = (sys.stderr if err else sys.stdout).isatty()
    return shutil.get_terminal_size().columns if is_terminal else None


def tell(text: str, *, err: bool = False) -> None:
    """As wide as the terminal, words and paths whole; a line stays a line where it is none."""
    columns = terminal_columns(err=err)
    for line in text.split("\n"):
        for part in fitted(line, columns):
            typer.echo(part, err=err)


def say(key: str, /, **values: object) -> None:
    """Tell the word of this key, filled in."""
    tell(spoken().text(key, **values))


def notice(text: str | Exception, max_chars: int = MAX_LINE_CHARS) -> None:
    """Of the program about itself, on standard error."""
    tell(f"inferometer: {printable(in_words(text), max_chars)}", err=True)
