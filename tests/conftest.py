"""For all tests: properties are tried on the same examples every time, however slow the machine; no run calibrates the host."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile("repeatable", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")

os.environ["INFEROMETER_CALIBRATION"] = "off"
