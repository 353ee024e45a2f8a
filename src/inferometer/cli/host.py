"""This host's calibration, for verbs that measure: what there is to say of it goes to standard error."""

from __future__ import annotations

import typer

from inferometer.campaign.calibrated import HostCalibrations
from inferometer.live.calibration import calibrating


def host_calibrations(*, quiet: bool = False) -> HostCalibrations:
    """`quiet` shows no progress while one is made."""

    def say(text: str) -> None:
        typer.echo(f"inferometer: {text}", err=True)

    return HostCalibrations(say, lambda: calibrating(quiet=quiet))
