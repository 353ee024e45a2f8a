"""The engine as a child process, only for `EmbeddedEngine`; users have `inferometer engine`.

Its settings come as one line of JSON on standard input, so that no key shows in a list of
processes. Standard input stays open: when it closes, because the parent has died or wants that, the
engine ends.
"""

from __future__ import annotations

import sys

import orjson

from inferometer.engine.api import FrontSettings
from inferometer.engine.model import EngineSettings
from inferometer.engine.serve import serve
from inferometer.engine.twin.configuration import TwinSettings
from inferometer.system.child import first_line


def main() -> int:
    lifeline = sys.stdin.fileno()
    line = first_line(lifeline)
    if not line.endswith(b"\n"):  # the parent has died, or was stopped
        return 0
    asked = orjson.loads(line)
    kind = TwinSettings if asked["is_twin"] else EngineSettings
    return serve(
        kind(**asked["engine"]),
        FrontSettings(**asked["front"]),
        lifeline_fd=lifeline,
    )
