"""`inferometer calibrate`: how exact this host's client is, and up to which load."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inferometer.cli.output import in_files_too
from inferometer.cli.usage import usage_error

if TYPE_CHECKING:
    from inferometer.metrics.calibration import Calibration, LoadLevel

EXIT_INTERRUPTED = 130


def calibrate(  # noqa: PLR0917 - typer makes an option of each
    workers: Annotated[
        int,
        typer.Option(
            min=1,
            max=256,
            help="Processes that send, as in `bench`; each number has a calibration of its own.",
        ),
    ] = 1,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help="Some 12 s instead of about a minute: what a run makes where there is none.",
        ),
    ] = False,
    realtime: Annotated[
        bool,
        typer.Option(
            help=(
                "Take a real-time priority for the client, where the system allows it; as in "
                "`bench`."
            )
        ),
    ] = True,
    target_ms: Annotated[
        float,
        typer.Option(
            min=0.001,
            help="Largest p99 error of TTFT and ITL that is within: it decides the ceilings.",
        ),
    ] = 0.25,
    directory: Annotated[
        Path | None,
        typer.Option(
            help="Where to store it, instead of where runs look for it.", show_default=False
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print it as JSON, and nothing else.")
    ] = False,
) -> None:
    """Find out how exact the client is on this host, and up to which load.

    Starts a server that does nothing but send events, and notes when each one really left; lets the
    client measure it, with the same processes, priority and stamps as any run, at ever higher
    loads; and compares, request by request and gap by gap. A load is within as long as the p99
    error of TTFT and ITL is at most --target-ms. The highest one is the ceiling: in events/s, in
    requests/s (which also have to be sent within 1 ms of their time, p99), and in streams at once.

    Server and client share this host's cores, so the client alone can take more: every ceiling is a
    lower bound. One with ≥ was not reached. Let the host do nothing else meanwhile.

    It is stored for this host and these settings where runs look for it: in
    ~/.local/state/inferometer/calibrations, or where INFEROMETER_CALIBRATION_DIR says. `bench` and
    `run` say with every result how much of it was used, and doubt what went beyond. Where there is
    none they make a quick one, `bench` after its results are saved, `run` before its first point
    (--no-calibration, or INFEROMETER_CALIBRATION=off, goes without).

    A calibration of a busy host is not stored: where other programs used more than a tenth of its
    cores and were in the way, or where not even the smallest load was within.

    Exit code: 0, 2 if it could not be done or stored, 130 if it was interrupted.
    """
    from inferometer.calibration.kept import default_directory, keep
    from inferometer.calibration.search import CalibrationError
    from inferometer.metrics.calibration import why_unfit
    from inferometer.report.calibration import closing
    from inferometer.store.atomic import CannotWriteError, require_writable

    if not math.isfinite(target_ms):
        raise typer.BadParameter(f"--target-ms is {target_ms}, but it has to be a finite number.")
    place = directory or default_directory()
    try:
        require_writable(place)
        made = _calibrate(workers, realtime, target_ms, quick=quick, as_json=as_json)
        if why := why_unfit(made):
            usage_error(
                f"{why} The calibration is not stored: run it again while the host is idle."
            )
        path = keep(made, place)
    except (CalibrationError, CannotWriteError) as error:
        usage_error(str(error))
    except KeyboardInterrupt:
        typer.echo("inferometer: stopped; nothing was stored.", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    if as_json:
        import orjson

        typer.echo(orjson.dumps(made.to_dict(), option=orjson.OPT_INDENT_2).decode())
        return
    in_files_too()
    typer.echo("\n".join([*closing(made), f"Saved:    {path}"]))


def _calibrate(
    workers: int, real_time: bool, target_ms: float, *, quick: bool, as_json: bool
) -> Calibration:
    """Do it; on the way, tell of every load: as a row on standard output, or in passing on standard
    error.
    """
    from inferometer.calibration.search import QUICK, THOROUGH, calibrate
    from inferometer.live.calibration import calibrating
    from inferometer.report.calibration import headings, level_line

    def row(level: LoadLevel) -> None:
        typer.echo(level_line(level))

    effort = QUICK if quick else THOROUGH
    if not as_json:
        typer.echo("\n".join(headings()))
        return calibrate(
            workers=workers, real_time=real_time, target_ms=target_ms, effort=effort, on_level=row
        )
    with calibrating() as show:
        return calibrate(
            workers=workers, real_time=real_time, target_ms=target_ms, effort=effort, on_level=show
        )
