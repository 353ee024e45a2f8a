"""numpy is there, no thread besides ours, and nothing that a server would inherit."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from inferometer.system.blas import VARIABLE

CODE = """
import os
from inferometer.system.blas import VARIABLE, import_numpy
import_numpy()
threads = len(os.listdir("/proc/self/task"))
import numpy
print(threads, len(os.listdir("/proc/self/task")), os.environ.get(VARIABLE))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="threads are in /proc")
@pytest.mark.parametrize(
    ("asked", "left"), [({}, "None"), ({VARIABLE: "1"}, "1")]
)
def test_numpy_starts_no_threads(asked: dict[str, str], left: str) -> None:
    environment = {k: v for k, v in os.environ.items() if k != VARIABLE}
    told = subprocess.run(
        [sys.executable, "-c", CODE],
        env=environment | asked,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert told.stdout.split() == ["1", "1", left]
