"""A worker does not outlive its parent, not even one that died while the worker was being born."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import psutil

from tests.processes import run_forked

PARENT_DIES_FIRST = """
import multiprocessing, os, signal, sys, time
from pathlib import Path
from inferometer.loadgen import worker

def late(parent, marker):
    while os.getppid() == parent:
        time.sleep(0.01)
    ours, theirs = multiprocessing.Pipe()
    worker.work(None, None, theirs, Path())
    Path(marker).write_text("it went on")

child = multiprocessing.get_context("fork").Process(target=late, args=(os.getpid(), sys.argv[1]))
child.start()
print(child.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_worker_whose_parent_died_before_it_began_ends_at_once(
    tmp_path: Path,
) -> None:
    marker = tmp_path / "marker"
    parent = run_forked([sys.executable, "-c", PARENT_DIES_FIRST, str(marker)])
    deadline_s = time.monotonic() + 30
    while at_work(int(parent.stdout)):
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
    assert not marker.exists()


def at_work(pid: int) -> bool:
    """In a container there may be nobody who buries it."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
