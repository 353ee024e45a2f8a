"""This host's calibration, for verbs that measure; its messages go to standard error."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from inferometer.calibration.host import ABOUT_S, HostCalibrations, policy_for
from inferometer.cli.telling import notice
from inferometer.live.calibration import calibrating
from inferometer.words import Said

if TYPE_CHECKING:
    from inferometer.metrics.calibration import Calibration, Missing


def host_calibrations(*, quiet: bool = False) -> HostCalibrations:
    """`quiet` shows no progress while one is made."""

    return HostCalibrations(notice, lambda: calibrating(quiet=quiet))


def calibration_by_workers(
    *, wanted: bool, rehearsal: bool
) -> Callable[[int], Calibration | Missing]:
    """What a campaign asks before it measures with a number of workers."""
    known = host_calibrations()
    policy = policy_for(wanted=wanted, rehearsal=rehearsal)
    notice = Said("run.calibrating", {"seconds": ABOUT_S})
    return lambda workers: known.find_or_make(
        policy, workers=workers, real_time=True, notice=notice
    )
