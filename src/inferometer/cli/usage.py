"""How a verb says that it cannot do what was asked: one sentence for each reason on standard error,
and exit code 2.
"""

from __future__ import annotations

from typing import NoReturn

import typer

from inferometer.printable import printable

EXIT_USAGE = 2
MAX_REASON_CHARS = 20_000
"""Some list all that there is to choose from."""


def usage_error(*reasons: str) -> NoReturn:
    """End with these."""
    for reason in reasons:
        typer.echo(f"inferometer: {printable(reason, MAX_REASON_CHARS)}", err=True)
    raise typer.Exit(EXIT_USAGE)
