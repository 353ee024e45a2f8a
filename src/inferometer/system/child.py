"""Starts our own Python processes, and makes children die with their parent.

They import our modules and nothing from the current directory: it is the user's, and may contain a
json.py.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

# From linux/prctl.h.
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36

_PACKAGES = str(Path(__file__).resolve().parents[2])


def python_command(module: str, *arguments: str) -> list[str]:
    """Command of a process that calls this module's `main()` with these `sys.argv[1:]` and exits
    with its result.
    """
    # with -c, "" is the current directory
    path = f"sys.path = [*filter(None, sys.path), {_PACKAGES!r}]"
    return [
        sys.executable,
        "-c",
        f"import sys; {path}; from {module} import main; sys.exit(main())",
        *arguments,
    ]


def first_line(fd: int) -> bytes:
    """Read up to a newline, unbuffered, and nothing beyond it."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(fd, 1)):
        line += byte
    return line


def close_pipes(child: subprocess.Popen[bytes]) -> None:
    """Close both ends to a child that has ended; what it did not read is lost."""
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def die_with_parent(number: signal.Signals) -> None:
    """Called in a child: the system sends it this signal when its parent ends, however that ends.
    Linux only.
    """
    _prctl(_PR_SET_PDEATHSIG, number)


def adopt_orphans() -> None:
    """Make this process the parent of descendants whose own parent has ended. Linux only."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(option, value)
