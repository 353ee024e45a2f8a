"""`inferometer cleanup`: what killed runs left on this host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from inferometer.cli.option import option
from inferometer.cli.telling import say, tell
from inferometer.words import spoken

if TYPE_CHECKING:
    from inferometer.doctor.leftovers import Leftover

EXIT_LEFT = 1


def cleanup(
    yes: Annotated[
        bool,
        option("Remove what is listed, without asking.", "--yes", "-y"),
    ] = False,
) -> None:
    """List what killed runs left on this host, and remove it once confirmed.

    Only what is proven to be inferometer's own and this user's: orphaned processes, temporary
    folders, containers of campaigns. Results are never removed. Exit code: 0 if nothing is left,
    1 if something is.
    """
    from inferometer.doctor.leftovers import find_leftovers, may_ask

    words = spoken()
    found = find_leftovers()
    left = [each for each in found if each.kind != "results"]
    for each in found:
        tell(f"  {_line(each)}")
    if not left:
        say("doctor.cleanup.none")
        return
    if not yes and may_ask():
        yes = typer.confirm(words.text("doctor.cleanup.ask"), default=False)
    elif not yes:
        say("doctor.cleanup.how")
    if not yes:
        raise typer.Exit(EXIT_LEFT)
    _remove(left)


def _remove(left: list[Leftover]) -> None:
    from inferometer.doctor.leftovers import remove

    remaining = [each for each in left if not remove(each)]
    for each in remaining:
        tell(spoken().text("doctor.cleanup.stays", what=_line(each)), err=True)
    if remaining:
        raise typer.Exit(EXIT_LEFT)
    tell(spoken().counted("doctor.cleanup.done", len(left)))


def _line(leftover: Leftover) -> str:
    from inferometer.printable import printable

    return spoken().text(
        f"doctor.cleanup.{leftover.kind}",
        name=printable(leftover.name),
        detail=printable(leftover.detail),
    )
