"""What only the client itself knows: its Python, its stamps, how exact it is on this host."""

from __future__ import annotations

import platform
import struct
import sys
from dataclasses import dataclass

from inferometer.calibration.host import HostCalibrations, policy_for
from inferometer.loadgen import others_measure
from inferometer.metrics.calibration import Calibration
from inferometer.system.stamps import kernel_stamps


@dataclass(frozen=True, slots=True)
class Client:
    """Facts of this process."""

    python: str
    bits: int
    debug: bool
    """Whether Python was built for debugging, which is several times slower."""
    kernel_stamps: bool
    others: bool
    """Whether another measurement of this user seems to run."""
    calibrated: str | None
    """When this host was calibrated; None: never, or not as it is now."""


def describe_client() -> Client:
    return Client(
        platform.python_version(),
        struct.calcsize("P") * 8,
        hasattr(sys, "gettotalrefcount"),
        kernel_stamps(),
        others_measure(),
        _calibrated(),
    )


def _calibrated() -> str | None:
    from contextlib import nullcontext, suppress

    def silent(_: object) -> None:
        pass

    known = HostCalibrations(silent, lambda: nullcontext(silent))
    with suppress(ValueError):  # a variable's wrong value: measuring refuses it
        for real_time in (True, False):
            found = known.find(
                policy_for(wanted=True, rehearsal=True),
                workers=1,
                real_time=real_time,
            )
            if isinstance(found, Calibration):
                return found.time
    return None
