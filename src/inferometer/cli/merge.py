"""`inferometer merge`: the results of several machines in one directory."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inferometer.cli.option import option
from inferometer.cli.output import in_files_too
from inferometer.cli.telling import say, tell
from inferometer.cli.usage import usage_error
from inferometer.printable import printable
from inferometer.words import spoken

EXIT_UNCLEAN = 1


def merge(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="TAR|DIR",
            help="Archives from `collect`, or result directories.",
        ),
    ],
    output: Annotated[Path, option("Directory to create.", "--output", "-o")],
) -> None:
    """Merge the results of several machines into a new directory, where campaigns can continue.

    Exit code: 0 if everything was merged; 1 if a point was measured more than once or a result was
    left out (each is listed, and the rest is merged); 2 if nothing was merged.
    """
    from inferometer.campaign.archive import ArchiveError
    from inferometer.campaign.gather import GatherError
    from inferometer.campaign.merge import merge as merge_results
    from inferometer.store.atomic import CannotWriteError
    from inferometer.store.campaign.ledger import LedgerError

    try:
        merged = merge_results(sources, output)
    except (ArchiveError, GatherError, LedgerError, CannotWriteError) as error:
        usage_error(error)
    in_files_too()
    words = spoken()
    for heading in ("conflicts", "left_out", "renamed", "damaged"):
        if sentences := getattr(merged, heading):
            say(f"merge.{heading}")
        for sentence in sentences:
            tell(f"  {printable(words.say(sentence))}")
    what = points = words.counted("merge.points", merged.points)
    if merged.other_files:
        what = files = words.counted("merge.files", merged.other_files)
        if merged.points:
            what = words.text("merge.both", points=points, files=files)
    say("merge.into", what=what, path=output)
    raise typer.Exit(0 if merged.clean else EXIT_UNCLEAN)
