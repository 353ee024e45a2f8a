"""This host's calibration for a run: the stored one, else a quick one, which is then stored.

A run never fails for it: what cannot be made, read or stored is said, and the run goes on without.
Knows no terminal.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Literal

from inferometer.calibration.kept import default_directory, find, keep, nearest
from inferometer.store.atomic import CannotWriteError
from inferometer.store.environment import EMBEDDED_VERSION
from inferometer.words import Said, sentence_of

if TYPE_CHECKING:
    from inferometer.metrics.calibration import Calibration, LoadLevel, Missing

VARIABLE = "INFEROMETER_CALIBRATION"
"""`off`: as with --no-calibration; `stored`: use one that is there, and make none."""

Policy = Literal["make", "stored", "off"]

ABOUT_S = 12


def policy_for(*, wanted: bool, rehearsal: bool) -> Policy:
    """What to do for a run: `wanted` by its flags, or a `rehearsal` on the embedded engine."""
    setting = os.environ.get(VARIABLE, "").strip().lower()
    if not wanted or setting == "off":
        return "off"
    return "stored" if rehearsal or setting == "stored" else "make"


def is_rehearsal(server_version: str | None) -> bool:
    """Whether the server is our embedded engine, whose results need no calibration."""
    return EMBEDDED_VERSION in (server_version or "")


class HostCalibrations:
    """Looks each calibration up, or makes it, once, however often it is asked for."""

    def __init__(
        self,
        say: Callable[[str], None],
        progress: Callable[
            [], AbstractContextManager[Callable[[LoadLevel], None]]
        ],
    ) -> None:
        """`progress`: while one is made; what to tell of every load that was tried."""
        self._say = say
        self._progress = progress
        self._known: dict[tuple[int, bool], Calibration | Missing] = {}
        self._tried: set[tuple[int, bool]] = set()

    def find(
        self, policy: Policy, *, workers: int, real_time: bool
    ) -> Calibration | Missing:
        """The stored one, for a client with these settings; or why there is none."""
        from inferometer.metrics.calibration import Missing

        if policy == "off":
            return Missing("off")
        settings = (workers, real_time)
        if settings not in self._known:
            self._known[settings] = self._look_up(workers, real_time)
        return self._known[settings]

    def find_or_make(
        self, policy: Policy, *, workers: int, real_time: bool, notice: str
    ) -> Calibration | Missing:
        """The stored one; else, if the policy is to make one, a new one. `notice` is said before it
        is made.

        Raises KeyboardInterrupt if it was stopped while it was made.
        """
        from inferometer.loadgen import others_measure
        from inferometer.metrics.calibration import Missing

        found = self.find(policy, workers=workers, real_time=real_time)
        settings = (workers, real_time)
        if (
            isinstance(found, Missing)
            and policy == "make"
            and settings not in self._tried
        ):
            self._tried.add(settings)
            if others_measure():
                self._say(Said("calibration.busy_elsewhere"))
                return found
            self._say(notice)
            made = self._make(workers, real_time)
            self._known[settings] = found = made or found
        return found

    def _look_up(self, workers: int, real_time: bool) -> Calibration | Missing:
        from inferometer.calibration.search import key_of
        from inferometer.metrics.calibration import Missing, why_unfit

        key = key_of(workers=workers, real_time=real_time)
        directory = default_directory()
        found = find(key, directory)
        known = found.calibration
        why = why_unfit(known) if known else None
        if known and not why:
            return known
        command = _command(workers, real_time)
        if problem := found.problem or (
            why and Said("calibration.unusable", {"why": why})
        ):
            self._say(problem)
            return Missing("unusable", command)
        differs = nearest(key, directory)
        return Missing("other" if differs else "none", command, differs)

    def _make(self, workers: int, real_time: bool) -> Calibration | None:
        """A quick one, stored; None, and that is said, if it cannot be made or is of no use."""
        from inferometer.calibration.search import (
            QUICK,
            CalibrationError,
            calibrate,
        )
        from inferometer.metrics.calibration import why_unfit

        try:
            with self._progress() as on_level:
                made = calibrate(
                    workers=workers,
                    real_time=real_time,
                    effort=QUICK,
                    on_level=on_level,
                )
        except CalibrationError as error:
            self._say(
                Said("calibration.none_used", {"why": sentence_of(error)})
            )
            return None
        except Exception as error:  # a run never fails for its calibration
            why_not = f"{type(error).__name__}: {error}"
            self._say(Said("calibration.failed", {"why": why_not}))
            return None
        if why := why_unfit(made):
            command = _command(workers, real_time)
            self._say(
                Said("calibration.not_kept", {"why": why, "command": command})
            )
            return None
        try:
            keep(made, default_directory())
        except CannotWriteError as error:
            self._say(
                Said("calibration.not_stored", {"why": sentence_of(error)})
            )
        return made


def _command(workers: int, real_time: bool) -> str:
    """What calibrates the host for these settings."""
    more = [f"--workers {workers}"] * (workers != 1) + ["--no-realtime"] * (
        not real_time
    )
    return " ".join(["inferometer calibrate", *more])
