"""What `bench` does after the first run on a host: calibrate it, and add the precision to the
results.

By then the results are saved and printed. Whatever happens here, they stay, and the exit code is
that of the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from inferometer.calibration.host import ABOUT_S
from inferometer.metrics.calibration import Calibration
from inferometer.store.run_directory import add_calibration

if TYPE_CHECKING:
    from pathlib import Path

    from inferometer.cli.bench.run import Bench
    from inferometer.metrics import Verdict
    from inferometer.system.interruption import Interruption


def calibrate_afterwards(
    bench: Bench,
    verdict: Verdict,
    interruption: Interruption,
    *,
    saved: bool,
) -> Calibration | None:
    """Calibrate this host if the run could not be compared with a calibration, unless that is off.

    None if there is nothing to add: the host was calibrated, or it could not be done.
    """
    flags, precision = bench.flags, verdict.precision
    if (
        precision is None
        or precision.calibrated is not None
        or not precision.load["events"]
    ):
        return None
    if bench.policy != "make" or interruption.asked:
        return None
    done = "The results are saved" if saved else "The report is complete"
    found, skipped = None, True
    with interruption.skipping():
        found = bench.calibrations.find_or_make(
            bench.policy,
            workers=flags.workers,
            real_time=flags.realtime,
            notice=f"{done}. Calibrating this host now, to state how exact it is. This takes "
            f"about {ABOUT_S} s, once for this host and these settings. Ctrl-C skips it, "
            "and so does --no-calibration.",
        )
        skipped = False
    if skipped:
        typer.echo(
            "inferometer: the calibration was skipped. The next run makes one.",
            err=True,
        )
    return found if isinstance(found, Calibration) else None


def add_precision(
    calibration: Calibration,
    verdicts: Sequence[Verdict],
    runs: Sequence[Path | None],
) -> Sequence[Verdict]:
    """Compare finished runs with this calibration, and write that into their directories.

    Returns the new verdicts. If a directory cannot be written, it says so, and returns the old
    ones: what is printed is what the files say.
    """
    compared = [verdict.against(calibration) for verdict in verdicts]
    try:
        for verdict, run in zip(compared, runs, strict=True):
            if run is not None:
                add_calibration(run, calibration.to_dict(), verdict.to_dict())
    except (
        OSError,
        ValueError,
    ) as error:  # no room, or somebody moved or changed the files
        why = f"{error}. The result files do not contain the precision of this host."
        typer.echo(f"inferometer: {why}", err=True)
        return verdicts
    return compared
