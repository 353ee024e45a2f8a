"""`inferometer doctor`: what is wrong with a machine, a server or its log, and what helps."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inferometer.words import Said, reason_of, spoken

if TYPE_CHECKING:
    from inferometer.doctor.logs import LogReport
    from inferometer.doctor.machine import Machine

MAX_COLUMNS = 100
EXIT_CODES = {"warn": 1, "fail": 3}
"""By the worst finding; 0 for all others. 2 is a usage error."""


def doctor(
    *,
    root: Annotated[
        Path,
        typer.Option(
            help="Directory with sys, proc, dev and etc; another one than / reads copied files.",
            exists=True,
            file_okay=False,
        ),
    ] = Path("/"),
    server: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Look at this running server, too (default: none).",
        ),
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Say what this log of a server means (default: none).",
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Show the evidence of every check."),
    ] = False,
    json: Annotated[
        bool,
        typer.Option("--json", help="Print everything as one JSON object."),
    ] = False,
    fix: Annotated[
        bool,
        typer.Option(
            "--fix",
            help="Print the commands that would help, as a script. None is run.",
        ),
    ] = False,
) -> None:
    """Check host, cards, PCIe links, containers, client and server before measuring.

    Nothing is changed. Names of users and hosts, addresses, serial numbers, keys and values of
    variables are blanked, so the output can be pasted. Exit code: 0 if nothing is worse than a
    note, 1 with a warning, 3 with a failure.
    """
    from inferometer.doctor.checks import examine

    report = _read(log) if log else None
    machine = _gather(root, server, report)
    examined = examine(machine, report.signs if report else ())
    if json:
        import orjson

        plain = orjson.dumps(examined.as_json(), option=orjson.OPT_INDENT_2)
        typer.echo(plain.decode())
    else:
        from inferometer.cli.doctor_view import every_line, fixes, lines

        columns = min(shutil.get_terminal_size().columns, MAX_COLUMNS)
        view = every_line if everything else lines
        told = (
            fixes(examined, spoken())
            if fix
            else view(examined, report, spoken(), columns)
        )
        for line in told:
            typer.echo(line)
    raise typer.Exit(EXIT_CODES.get(examined.worst, 0))


def _gather(
    root: Path, server: str | None, report: LogReport | None
) -> Machine:
    from inferometer.cli.usage import usage_error
    from inferometer.doctor.machine import gather
    from inferometer.doctor.served import ask_server
    from inferometer.server.failures import EndpointError

    machine = gather(root)
    if report is not None:
        names = tuple(each.name for each in report.signs)
        machine = replace(machine, log=names)
    if server is not None:
        try:
            machine = replace(machine, server=ask_server(server))
        except EndpointError as error:
            usage_error(error)
    return machine


def _read(path: Path) -> LogReport:
    from inferometer.cli.usage import usage_error
    from inferometer.doctor.logs import read_log

    try:
        return read_log(path)
    except OSError as error:
        why = {"path": str(path), "why": reason_of(error)}
        usage_error(Said("doctor.log.cannot", why))
