"""`inferometer setup`: what this host needs to measure, and how to get it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Annotated

import typer

from inferometer.cli.option import option
from inferometer.printable import wrapped
from inferometer.words import spoken

if TYPE_CHECKING:
    from inferometer.doctor.needs import HostNeed

EXIT_MISSING = 1
MAX_COLUMNS = 100


def setup(
    yes: Annotated[
        bool,
        option(
            "Run the commands that change only inferometer's own environment, without "
            "asking. Commands with sudo are never run.",
            "--yes",
            "-y",
        ),
    ] = False,
) -> None:
    """List what this host needs to measure: what is there, what is missing, and how to get it.

    Nothing is installed unless it is confirmed. Exit code: 0 if all that is needed is there, 1 if
    something needed is missing; optional things do not count.
    """
    from pathlib import Path

    from inferometer.doctor.leftovers import may_ask
    from inferometer.doctor.machine import gather
    from inferometer.doctor.needs import list_needs

    needs = list_needs(gather(Path("/")))
    for need in needs:
        _show(need)
    runnable = [each for each in needs if each.own and not each.there]
    if runnable and not yes and may_ask():
        yes = typer.confirm(spoken().text("doctor.setup.ask"), default=False)
    elif runnable and not yes:
        for line in wrapped(spoken().text("doctor.setup.how"), _columns()):
            typer.echo(line)
    if yes:
        _run(runnable)
        needs = list_needs(gather(Path("/")))
    if any(not each.there and not each.optional for each in needs):
        raise typer.Exit(EXIT_MISSING)


def _show(need: HostNeed) -> None:
    words = spoken()
    mark = "[x]" if need.there else "[ ]"
    optional = words.text("doctor.setup.optional") if need.optional else ""
    text = words.text(f"doctor.need.{need.name}") + optional
    for line in wrapped(text, _columns(), f"{mark} ", "    "):
        typer.echo(line)
    if not need.there:
        for command in need.commands:
            typer.echo(f"    $ {command}")


def _columns() -> int:
    return min(shutil.get_terminal_size().columns, MAX_COLUMNS)


def _run(needs: list[HostNeed]) -> None:
    import shlex
    import subprocess

    for need in needs:
        for command in need.commands:
            typer.echo(f"$ {command}")
            code = subprocess.run(shlex.split(command), check=False).returncode  # noqa: S603 - shown and confirmed
            if code:
                told = spoken().text(
                    "doctor.setup.failed", command=command, code=code
                )
                typer.echo(told, err=True)
