"""The engine as a child process, for `EmbeddedEngine` only; users have `inferometer engine`.

Its settings come as one line of JSON on standard input, where no key shows in a list of processes,
and standard input stays open: when it ends, because the parent has died or wants it so, the engine
ends too.
"""

from __future__ import annotations

import os
import sys

import orjson

from inferometer.engine.api import FrontSettings
from inferometer.engine.model import EngineSettings
from inferometer.engine.serve import serve


def main() -> int:
    lifeline = sys.stdin.fileno()
    asked = orjson.loads(_first_line(lifeline))
    return serve(
        EngineSettings(**asked["engine"]), FrontSettings(**asked["front"]), lifeline_fd=lifeline
    )


def _first_line(fd: int) -> bytes:
    """Read up to a newline and nothing beyond it, unbuffered."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(fd, 1)):
        line += byte
    return line
