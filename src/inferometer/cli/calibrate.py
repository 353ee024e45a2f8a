"""`inferometer calibrate`: how exact this host's client is, and up to which load."""

from __future__ import annotations

import math
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inferometer.cli.option import option
from inferometer.cli.output import in_files_too
from inferometer.cli.stopped import EXIT_INTERRUPTED
from inferometer.cli.usage import require_known_arrivals, usage_error
from inferometer.system.interruption import Interruption
from inferometer.words import Said, spoken

if TYPE_CHECKING:
    from collections.abc import Callable

    from inferometer.metrics.calibration import Calibration, LoadLevel


def calibrate(  # noqa: PLR0917 - typer makes an option of each
    workers: Annotated[
        int,
        option(
            "Client processes, as in `bench`; each number has its own calibration.",
            min=1,
            max=256,
        ),
    ] = 1,
    quick: Annotated[
        bool,
        option(
            "Take about 12 s instead of a minute; runs without a calibration do this.",
            "--quick",
        ),
    ] = False,
    realtime: Annotated[
        bool,
        option(
            "Run the client with real-time priority where permitted, as in `bench`."
        ),
    ] = True,
    target_ms: Annotated[
        float,
        option(
            "Largest acceptable p99 error of TTFT and ITL, in ms; it decides the ceilings.",
            min=0.001,
        ),
    ] = 0.25,
    directory: Annotated[
        Path | None,
        option(
            "Directory to store the calibration in. (default: where runs look for it)",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[
        bool,
        option("Print the calibration as JSON, and nothing else.", "--json"),
    ] = False,
) -> None:
    """Measure how exact the client is on this host, and up to which load.

    The command starts a server that only sends events and records when each one left. The client
    measures this server at increasing loads, with the same processes, priority and time stamps as
    in any run; then both records are compared. A load is accepted if the p99 error of TTFT and ITL
    is at most --target-ms. The ceiling is the highest accepted load: in events/s, in requests/s
    (each also sent within 1 ms of its due time, p99), and in concurrent streams.

    Server and client share the cores of this host, so every ceiling is a lower bound; one marked ≥
    was not reached. Keep the host idle meanwhile.

    The calibration is stored in ~/.local/state/inferometer/calibrations or in
    INFEROMETER_CALIBRATION_DIR. `bench` and `run` report what part of the ceilings each run used,
    and mark runs beyond them as SUSPECT. Without a calibration, they do a quick one: `bench` after
    its results are saved, `run` before its first point. --no-calibration or
    INFEROMETER_CALIBRATION=off prevents that.

    The calibration is not stored if other programs used more than 10% of the cores and disturbed
    it, or if the smallest load was not accepted.

    Exit code: 0 if it was stored; 2 if it failed or could not be stored; 130 if it was interrupted.
    """
    if not math.isfinite(target_ms):
        raise typer.BadParameter(
            spoken().text("calibrate.not_finite", value=target_ms)
        )

    require_known_arrivals()

    def measured() -> Calibration:
        return _calibrate(
            workers, realtime, target_ms, quick=quick, as_json=as_json
        )

    made, path = _stored(measured, directory)
    if as_json:
        _print_json(made)
    else:
        _print_closing(made, path)


def _stored(
    measured: Callable[[], Calibration], directory: Path | None
) -> tuple[Calibration, Path]:
    """The calibration and its file."""
    from inferometer.calibration.kept import default_directory, keep
    from inferometer.calibration.search import CalibrationError
    from inferometer.metrics.calibration import why_unfit
    from inferometer.store.atomic import CannotWriteError, require_writable

    place = directory or default_directory()
    try:
        require_writable(place)  # before the time is spent
        with Interruption() as interruption:
            made = measured()
            interruption.finish()
        if why := why_unfit(made):
            usage_error(Said("calibrate.not_stored", {"why": why}))
        return made, keep(made, place)
    except (CalibrationError, CannotWriteError) as error:
        usage_error(error)
    except KeyboardInterrupt:
        typer.echo(
            f"inferometer: {spoken().text('calibrate.stopped')}", err=True
        )
        raise typer.Exit(EXIT_INTERRUPTED) from None


def _print_json(made: Calibration) -> None:
    import orjson

    typer.echo(
        orjson.dumps(made.to_dict(), option=orjson.OPT_INDENT_2).decode()
    )


def _print_closing(made: Calibration, path: Path) -> None:
    from inferometer.report.calibration import closing, headed

    in_files_too()
    typer.echo("\n".join([*closing(made), headed("plan.saved", str(path))]))


def _calibrate(
    workers: int,
    real_time: bool,
    target_ms: float,
    *,
    quick: bool,
    as_json: bool,
) -> Calibration:
    """Calibrate, showing every load: as rows on standard output, or briefly on standard error."""
    from inferometer.calibration.search import QUICK, THOROUGH, calibrate
    from inferometer.live.calibration import calibrating
    from inferometer.report.calibration import headings, level_line

    def row(level: LoadLevel) -> None:
        typer.echo(level_line(level))

    if not as_json:
        typer.echo("\n".join(headings()))
    with calibrating() if as_json else nullcontext(row) as show:
        return calibrate(
            workers=workers,
            real_time=real_time,
            target_ms=target_ms,
            effort=QUICK if quick else THOROUGH,
            on_level=show,
        )
