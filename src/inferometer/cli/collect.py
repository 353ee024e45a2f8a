"""`inferometer collect`: one machine's results in one tar."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inferometer.cli.output import in_files_too
from inferometer.cli.refusal import refuse
from inferometer.report.printable import printable


def collect(
    directory: Annotated[Path, typer.Argument(help="A result directory, such as bench_results/pcie.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The tar.", show_default="DIRECTORY_HOST_TIME.tar, here")
    ] = None,
) -> None:
    """Put a result directory into a tar, to be merged with those of other machines.

    Everything that belongs to the results goes in; the servers' logs do not. A campaign may be running meanwhile: what it has
    finished is collected.
    """
    import socket
    from datetime import datetime

    from inferometer.campaign import gather
    from inferometer.store.atomic import CannotWriteError
    from inferometer.store.ledger import LedgerError

    tar = output or Path(gather.tar_name(directory, socket.gethostname(), datetime.now().astimezone()))
    try:
        number = gather.collect(directory, tar, say=_warn)
    except (gather.GatherError, LedgerError, CannotWriteError) as error:
        refuse(str(error))
    in_files_too()
    typer.echo(f"{number} files in {tar}")


def _warn(text: str) -> None:
    typer.echo(f"inferometer: {printable(text)}", err=True)
