"""How the operating system treats the loop: how long it made it wait for a core, and a real-time priority where allowed.

A server that spins on the same cores can keep a runnable client waiting for hundreds of milliseconds; arrival stamps stay
right, but events that pile up meanwhile share one. So the wait is measured, and the priority, where we may have it, avoids it.
"""

from __future__ import annotations

import os

REAL_TIME_PRIORITY = 1
"""The lowest: above every ordinary thread, below everything that chose to be real-time itself."""


def run_queue_ns() -> int:
    """Time this thread has been runnable without a core, ns since it began; -1 where the system does not tell."""
    try:
        with open("/proc/thread-self/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1])
    except (OSError, ValueError, IndexError):
        return -1


def take_real_time_priority() -> str:
    """Ask for SCHED_FIFO and say what was had: `fifo 1`, or `normal` where it is not allowed (needs root or CAP_SYS_NICE)."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(REAL_TIME_PRIORITY))
    except (AttributeError, OSError):
        return "normal"
    return f"fifo {REAL_TIME_PRIORITY}"
