"""This host's calibration for a run: the stored one, else a quick one made now, which is then stored.

A run never fails for it: what cannot be made, read or stored is said, and the run goes on without. Knows no terminal.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Literal

from inferometer.metrics.calibration import Calibration, LoadLevel
from inferometer.store.atomic import CannotWriteError
from inferometer.store.calibrations import default_directory, find, keep
from inferometer.store.environment import EMBEDDED_VERSION

VARIABLE = "INFEROMETER_CALIBRATION"
"""`off`: as with --no-calibration; `stored`: use one that is there, and make none."""

Policy = Literal["make", "stored", "off"]

ABOUT_S = 12


def policy_for(*, wanted: bool, rehearsal: bool) -> Policy:
    """What is to be done for a run: `wanted` by its flags, or nothing but a `rehearsal` on the embedded engine."""
    setting = os.environ.get(VARIABLE, "").strip().lower()
    if not wanted or setting == "off":
        return "off"
    return "stored" if rehearsal or setting == "stored" else "make"


def is_rehearsal(server_version: str | None) -> bool:
    """Whether the server is an embedded engine of ours: what is measured there is no result to be precise about."""
    return EMBEDDED_VERSION in (server_version or "")


class HostCalibrations:
    """Looks up or makes each calibration once, however often it is asked for."""

    def __init__(
        self, say: Callable[[str], None], progress: Callable[[], AbstractContextManager[Callable[[LoadLevel], None]]]
    ) -> None:
        """`progress`: while one is made; what to tell of every load that was tried."""
        self._say = say
        self._progress = progress
        self._known: dict[tuple[Policy, int, bool], Calibration | None] = {}

    def of(self, policy: Policy, *, workers: int, real_time: bool) -> Calibration | None:
        """For a client with these settings; None without one. Raises KeyboardInterrupt if it was stopped while it was made."""
        if policy == "off":
            return None
        settings = (policy, workers, real_time)
        if settings not in self._known:
            self._known[settings] = self._find_or_make(policy, workers, real_time)
        return self._known[settings]

    def _find_or_make(self, policy: Policy, workers: int, real_time: bool) -> Calibration | None:
        from inferometer.campaign.calibration import QUICK, CalibrationError, calibrate, key_of

        directory = default_directory()
        found = find(key_of(workers=workers, real_time=real_time), directory)
        if found.problem:
            self._say(found.problem)
        if found.calibration is not None or policy == "stored":
            return found.calibration
        self._say(
            f"Calibrating this host, once for it and these settings: its cores are busy for about {ABOUT_S} s. "
            "(--no-calibration goes without.)"
        )
        try:
            with self._progress() as on_level:
                made = calibrate(workers=workers, real_time=real_time, effort=QUICK, on_level=on_level)
            keep(made, directory)
        except CalibrationError as error:
            self._say(f"{error} The run goes on without a calibration.")
            return None
        except CannotWriteError as error:
            self._say(f"The calibration is used, but not stored: {error}.")
        return made
