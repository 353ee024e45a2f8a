"""For all tests: properties are tried on the same examples every time, however slow the machine; no
run calibrates the host.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile

from hypothesis import HealthCheck, settings

settings.register_profile(
    "repeatable", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")

os.environ["INFEROMETER_CALIBRATION"] = "off"
os.environ["INFEROMETER_LANG"] = "en"  # whatever the locale of who runs them
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(
    prefix="inferometer-tests-"
)  # the user's own is left alone
atexit.register(shutil.rmtree, os.environ["XDG_STATE_HOME"], ignore_errors=True)


def pytest_collection_finish() -> None:
    """Every measurement collects garbage, in a process of its own that is forked: going through half
    a million objects of pytest takes longer than the measurement, and copies their pages.
    """
    gc.collect()
    gc.freeze()
