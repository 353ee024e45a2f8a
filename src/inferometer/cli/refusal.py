"""How a verb says that it cannot do what was asked: one sentence for each reason on standard error, and exit code 2."""

from __future__ import annotations

from typing import NoReturn

import typer

from inferometer.report.printable import printable

EXIT_USAGE = 2


def refuse(*reasons: str) -> NoReturn:
    """End with these."""
    for reason in reasons:
        typer.echo(f"inferometer: {printable(reason)}", err=True)
    raise typer.Exit(EXIT_USAGE)
