"""`inferometer doctor`: what is wrong with a machine, a server or its log, and what helps."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inferometer.cli.option import option
from inferometer.words import Said, reason_of, spoken

if TYPE_CHECKING:
    from inferometer.doctor.checks import Examined
    from inferometer.doctor.expected import MachineSpec
    from inferometer.doctor.logs import LogReport
    from inferometer.doctor.machine import Machine
    from inferometer.doctor.sheet import SheetLine

MAX_COLUMNS = 100
EXIT_CODES = {"warn": 1, "fail": 3}
"""By the worst finding; 0 for all others. 2 is a usage error."""

Root = Annotated[
    Path,
    option(
        "Directory with sys, proc, dev and etc; another one than / reads copied files.",
        exists=True,
        file_okay=False,
    ),
]
BaseUrl = Annotated[
    str | None,
    option(
        "Look at this running server, too (default: none).",
        "--base-url",
        "--server",
        metavar="URL",
    ),
]
Log = Annotated[
    Path | None,
    option(
        "Say what this log of a server means (default: none).", metavar="FILE"
    ),
]
Everything = Annotated[
    bool,
    option("Show the evidence of every check.", "--all"),
]
Json = Annotated[
    bool,
    option("Print everything as one JSON object.", "--json"),
]
Fix = Annotated[
    bool,
    option(
        "Print the commands that would help, as a script. None is run.", "--fix"
    ),
]
Expect = Annotated[
    Path | None,
    option(
        "Compare the machine with this machine.yaml, line by line (default: none).",
        metavar="FILE",
    ),
]
ReportPage = Annotated[
    Path | None,
    option(
        "Write everything to this page, too: .html or .md (default: none).",
        metavar="FILE",
    ),
]
Template = Annotated[
    bool,
    option(
        "Print a machine.yaml of this machine, to be edited, and end.",
        "--expect-template",
    ),
]


def doctor(
    *,
    root: Root = Path("/"),
    base_url: BaseUrl = None,
    log: Log = None,
    everything: Everything = False,
    json: Json = False,
    fix: Fix = False,
    expect: Expect = None,
    report: ReportPage = None,
    expect_template: Template = False,
) -> None:
    """Check host, cards, PCIe links, containers, client and server before measuring.

    Nothing is changed. Names of users and hosts, addresses, serial numbers, keys and values of
    variables are blanked, so the output can be pasted. Exit code: 0 if nothing is worse than a
    note, 1 with a warning, 3 with a failure. With --expect: 0 if every line passes, 1 if some
    could not be verified, 3 if one fails.
    """
    from inferometer.doctor.checks import examine
    from inferometer.doctor.sheet import compare, template

    _require_page(report)
    wanted = _expected(expect) if expect else None
    read = _read(log) if log else None
    machine = _gather(root, base_url, read)
    if expect_template:
        typer.echo(template(machine, spoken()), nl=False)
        return
    examined = examine(machine, read.signs if read else ())
    sheet = compare(machine, wanted) if wanted else None
    if json:
        _print_json(examined, sheet)
    else:
        for line in _lines(
            examined, sheet, read, everything=everything, fix=fix
        ):
            typer.echo(line)
    if report is not None:
        name = (wanted.name if wanted else None) or ""
        _write(report, name, examined, sheet, quiet=json or fix)
    raise typer.Exit(_code(examined, sheet))


def _require_page(report: Path | None) -> None:
    """Before the machine is looked at."""
    from inferometer.cli.usage import usage_error
    from inferometer.doctor.page import SUFFIXES

    if report is not None and report.suffix not in SUFFIXES:
        usage_error(Said("doctor.expect.suffix", {"path": str(report)}))


def _expected(path: Path) -> MachineSpec:
    from inferometer.cli.usage import usage_error
    from inferometer.doctor.expected import load_machine
    from inferometer.spec.base import ReasonsError

    try:
        return load_machine(path)
    except ReasonsError as error:
        usage_error(*error.reasons)


def _code(examined: Examined, sheet: list[SheetLine] | None) -> int:
    from inferometer.doctor.sheet import AS_STATUS, outcome_of

    if sheet is None:
        return EXIT_CODES.get(examined.worst, 0)
    return EXIT_CODES.get(AS_STATUS[outcome_of(sheet)], 0)


def _print_json(examined: Examined, sheet: list[SheetLine] | None) -> None:
    import orjson

    from inferometer.doctor.sheet import outcome_of

    told: dict[str, Any] = examined.as_json()
    if sheet is not None:
        told["expected"] = {
            "outcome": outcome_of(sheet),
            "lines": [line.as_json() for line in sheet],
        }
    typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())


def _lines(
    examined: Examined,
    sheet: list[SheetLine] | None,
    log: LogReport | None,
    *,
    everything: bool,
    fix: bool,
) -> Iterator[str]:
    from inferometer.cli.doctor_view import (
        every_line,
        fixes,
        lines,
        sheet_lines,
    )

    columns = min(shutil.get_terminal_size().columns, MAX_COLUMNS)
    if fix:
        return fixes(examined, spoken())
    if sheet is not None:
        return sheet_lines(sheet, spoken(), columns)
    view = every_line if everything else lines
    return view(examined, log, spoken(), columns)


def _write(
    path: Path,
    name: str,
    examined: Examined,
    sheet: list[SheetLine] | None,
    *,
    quiet: bool,
) -> None:
    from inferometer.cli.usage import usage_error
    from inferometer.doctor.page import DoctorPage, html, markdown
    from inferometer.store.atomic import CannotWriteError, write_file

    page = DoctorPage(name, sheet, examined, datetime.now().astimezone())
    make = html if path.suffix == ".html" else markdown
    try:
        write_file(path, make(page, spoken()).encode())
    except CannotWriteError as error:
        usage_error(error)
    if not quiet:
        typer.echo(spoken().text("doctor.expect.written", path=path))


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
