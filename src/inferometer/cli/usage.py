"""Usage errors: a sentence for each reason on standard error, and exit code 2."""

from __future__ import annotations

import os
from typing import NoReturn

import typer

from inferometer.cli.telling import notice
from inferometer.words import Said, sentence_of

EXIT_USAGE = 2
MAX_REASON_CHARS = 20_000
"""Some messages list all possible values."""


def usage_error(*reasons: str | Said | Exception) -> NoReturn:
    """End with these."""
    for reason in reasons:
        notice(reason, MAX_REASON_CHARS)
    raise typer.Exit(EXIT_USAGE)


def require_known_arrivals() -> None:
    """End if the environment names a source of arrival times that there is not: it would be
    measured otherwise than asked.
    """
    from inferometer.spec.flags import by_ring

    try:
        by_ring(os.environ)
    except ValueError as error:
        usage_error(sentence_of(error))
