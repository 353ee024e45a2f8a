"""What `bench` does after the first run on a host: calibrate it, and add the precision to the
results.

By then the results are saved and printed. Whatever happens here, they stay, and the exit code is
that of the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from inferometer.calibration.host import ABOUT_S
from inferometer.cli.telling import notice
from inferometer.metrics.calibration import Calibration, Missing, Precision
from inferometer.store.run_directory import add_calibration
from inferometer.words import Said, sentence_of

if TYPE_CHECKING:
    from pathlib import Path

    from inferometer.cli.bench.ending import MeasuredRun
    from inferometer.cli.bench.run import Bench
    from inferometer.metrics import Verdict
    from inferometer.system.interruption import Interruption


def calibrate_afterwards(
    bench: Bench, run: MeasuredRun, interruption: Interruption
) -> Calibration | None:
    """Calibrate this host if the run could not be compared with a calibration, unless that is off.

    None if there is nothing to add: the host was calibrated, or it could not be done.
    """
    if bench.policy != "make" or interruption.asked:
        return None
    if not _would_be_precise(run.verdict.precision):
        return None
    saved = ".saved" if run.saved else ""
    found, skipped = None, True
    with interruption.skipping():
        found = bench.calibrations.find_or_make(
            bench.policy,
            workers=bench.flags.workers,
            real_time=bench.flags.realtime,
            notice=Said(f"calibration.afterwards{saved}", {"seconds": ABOUT_S}),
        )
        skipped = False
    if skipped:
        notice(Said("calibration.skipped"))
    return found if isinstance(found, Calibration) else None


def _would_be_precise(precision: Precision | None) -> bool:
    """Whether a calibration is all that the precision of this run lacks."""
    return (
        precision is not None
        and precision.calibrated is None
        and precision.missing != Missing("stamps")
        and bool(precision.load["events"])
    )


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
        notice(Said("calibration.not_added", {"why": sentence_of(error)}))
        return verdicts
    return compared
