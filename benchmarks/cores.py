"""Which core does what: the server has one to itself and the client another, so that neither takes
the other's time.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

_ALL = sorted(os.sched_getaffinity(0))

SERVER = _ALL[0]
CLIENT = _ALL[-1]
"""The same as SERVER where there is one core only; run.py says so."""


@contextlib.contextmanager
def pinned(core: int, *, real_time: bool = False) -> Iterator[None]:
    """Processes started inside the block run on this core, and so do their children.

    With `real_time` they also have the lowest real-time priority, where that is allowed: it is what
    our own client takes, so the C programs get it too.
    """
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    if real_time:
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    try:
        yield
    finally:
        if real_time:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        os.sched_setaffinity(0, before)
