"""`inferometer collect`: one machine's results in one tar."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inferometer.cli.output import in_files_too
from inferometer.cli.usage import usage_error
from inferometer.printable import printable

MAX_NAMED = 20
"""Results that are left out, each in a line of its own."""


def collect(
    directory: Annotated[
        Path, typer.Argument(help="A result directory, such as bench_results/pcie.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="The tar.", show_default="DIRECTORY_HOST_TIME.tar, here"
        ),
    ] = None,
) -> None:
    """Put a result directory into a tar, to be merged with those of other machines.

    Everything that belongs to the results goes in; the servers' logs do not. A campaign may be
    running meanwhile: what it has finished is collected. The exit code is 1 if a result is left
    out, or a ledger is damaged: the tar is written all the same.
    """
    import socket
    from datetime import datetime

    from inferometer.campaign import gather
    from inferometer.store.atomic import CannotWriteError
    from inferometer.store.campaign.ledger import LedgerError

    tar = output or Path(
        gather.tar_name(directory, socket.gethostname(), datetime.now().astimezone())
    )
    try:
        collected = gather.collect(directory, tar, say=_warn)
    except (gather.GatherError, LedgerError, CannotWriteError) as error:
        usage_error(str(error))
    in_files_too()
    typer.echo(f"{collected.files} files in {tar}")
    for sentence in collected.left_out[:MAX_NAMED]:
        _warn(sentence)
    if (more := len(collected.left_out) - MAX_NAMED) > 0:
        _warn(f"{more} more {'result is' if more == 1 else 'results are'} left out.")
    if not collected.clean:
        raise typer.Exit(1)


def _warn(text: str) -> None:
    typer.echo(f"inferometer: {printable(text)}", err=True)
