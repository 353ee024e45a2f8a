"""For all tests: properties are tried on the same examples every time, however slow the machine; no
run calibrates the host.
"""

from __future__ import annotations

import atexit
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
