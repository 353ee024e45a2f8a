"""What `bench` does after the first run on a host: calibrate it, and add to the results how exact they are.

The results are saved and printed before, and stay as they are whatever becomes of this: a signal skips it, and the exit code
is the run's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from inferometer.campaign.calibrated import ABOUT_S
from inferometer.metrics.calibration import Calibration
from inferometer.store.run_directory import add_calibration

if TYPE_CHECKING:
    from pathlib import Path

    from inferometer.cli.bench_run import Session
    from inferometer.interruption import Interruption
    from inferometer.metrics import Verdict


def calibrate_afterwards(session: Session, verdict: Verdict, interruption: Interruption, *, saved: bool) -> Calibration | None:
    """A calibration of this host, if it had none that the run with this verdict could be compared with, and is to have one."""
    flags, precision = session.flags, verdict.precision
    is_missing = precision is not None and precision.calibrated is None and precision.load["events"] > 0
    if not is_missing or session.policy != "make" or interruption.asked:
        return None
    found, skipped = None, True
    with interruption.skipping():
        found = session.calibrations.find_or_make(
            session.policy,
            workers=flags.workers,
            real_time=flags.realtime,
            notice=f"{'The results are saved' if saved else 'The report is complete'}. Calibrating this host now, to state how "
            f"exact it is. This takes about {ABOUT_S} s, once for this host and these settings. Ctrl-C skips it; "
            "--no-calibration goes without.",
        )
        skipped = False
    if skipped:
        typer.echo("inferometer: the calibration was skipped. The next run makes one.", err=True)
    return found if isinstance(found, Calibration) else None


def add_precision(calibration: Calibration, verdicts: Sequence[Verdict], runs: Sequence[Path | None]) -> Sequence[Verdict]:
    """The verdicts of finished runs, compared with this calibration. Where runs have directories, these say so by then.

    If they cannot be written, that is said, and all verdicts stay as they were.
    """
    compared = [verdict.against(calibration) for verdict in verdicts]
    try:
        for verdict, run in zip(compared, runs, strict=True):
            if run is not None:
                add_calibration(run, calibration.to_dict(), verdict.to_dict())
    except (OSError, ValueError) as error:  # cannot be written, or somebody has moved or changed them meanwhile
        typer.echo(f"inferometer: {error}. The results stay without the precision of this host.", err=True)
        return verdicts
    return compared
