"""`inferometer collect`: one machine's results in one archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inferometer.cli.option import option
from inferometer.cli.output import in_files_too
from inferometer.cli.telling import notice, say
from inferometer.cli.usage import usage_error
from inferometer.words import spoken

MAX_NAMED = 20
"""Left-out results that get their own line."""


def collect(
    directory: Annotated[
        Path,
        typer.Argument(help="Result directory, such as bench_results/pcie."),
    ],
    output: Annotated[
        Path | None,
        option(
            "Archive to write.",
            "--output",
            "-o",
            show_default="./DIRECTORY_HOST_TIME.tar",
        ),
    ] = None,
) -> None:
    """Pack a result directory into a tar archive, to merge with those of other machines.

    The archive contains all results, but no server logs. A campaign may still be running; its
    finished points are collected.

    Exit code: 0 if everything was collected; 1 if a result was left out or a ledger is damaged (the
    archive is written anyway); 2 if no archive was written.
    """
    import socket
    from datetime import datetime

    from inferometer.campaign import gather
    from inferometer.store.atomic import CannotWriteError
    from inferometer.store.campaign.ledger import LedgerError

    tar = output or Path(
        gather.tar_name(
            directory, socket.gethostname(), datetime.now().astimezone()
        )
    )
    try:
        collected = gather.collect(directory, tar, say=notice)
    except (gather.GatherError, LedgerError, CannotWriteError) as error:
        usage_error(error)
    in_files_too()
    say("collect.files", n=collected.files, path=tar)
    for sentence in collected.left_out[:MAX_NAMED]:
        notice(sentence)
    if (more := len(collected.left_out) - MAX_NAMED) > 0:
        notice(spoken().counted("collect.more", more))
    if not collected.clean:
        raise typer.Exit(1)
