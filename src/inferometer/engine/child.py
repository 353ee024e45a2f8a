"""The engine as a child process, only for `EmbeddedEngine`; users have `inferometer engine`.

Its settings come as one line of JSON on standard input, so that no key shows in a list of
processes. Standard input stays open: when it closes, because the parent has died or wants that, the
engine ends.
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
    """Read up to a newline, unbuffered, and nothing beyond it."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(fd, 1)):
        line += byte
    return line
