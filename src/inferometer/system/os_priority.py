"""How the operating system treats the loop: time without a core, and a real-time priority where
permitted.

A server that spins on the same cores can keep a runnable client waiting for hundreds of
milliseconds. Arrival stamps stay right, but events that pile up meanwhile share one. So the wait is
measured, and the priority, where permitted, avoids it.
"""

from __future__ import annotations

import os
import time

REAL_TIME_PRIORITY = 1
"""The lowest: above ordinary threads, below every other real-time thread."""

GIVE_UP_ABOVE = 0.9
TAKE_BACK_BELOW = 0.8
"""Shares of a core used. Linux stops a real-time thread that fills its core for 50 ms of every
second (`sched_rt_runtime_us`), and events pile up; a busy thread is better off without it.
"""

WINDOW_NS = 400_000_000
"""Use is looked at over so long: a thread that answers a burst keeps the priority, and one that is
always busy has given it up within two windows, before Linux stops it.
"""


def run_queue_ns() -> int:
    """Time this thread was runnable without a core, ns since it began; -1 where unknown."""
    try:
        with open("/proc/thread-self/schedstat", "rb") as file:
            return int(file.read().split()[1])
    except (OSError, ValueError, IndexError):
        return -1


def may_take_priority() -> bool:
    """Whether the system grants this thread real-time priority; its own stays as it was."""
    try:
        policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
        granted = _schedule(real_time=True)
        os.sched_setscheduler(0, policy, parameters)
    except (AttributeError, OSError):
        return False
    return granted


class Priority:
    """The loop's real-time priority (SCHED_FIFO), held where permitted and while it helps.

    `given_up` counts how often it was given up because the loop filled its core.
    """

    def __init__(self) -> None:
        self.given_up = 0
        self._taken = self._held = False
        self._cpu_ns = self._read_ns = 0

    def take(self) -> None:
        """Ask for it, which needs root or CAP_SYS_NICE; continue without it if it is refused."""
        self._taken = self._held = _schedule(real_time=True)
        self._cpu_ns, self._read_ns = time.thread_time_ns(), time.monotonic_ns()

    def adapt(self) -> None:
        """Called once a tick: give it up while the core is full, and take it back afterwards."""
        now_ns = time.monotonic_ns()
        if not self._taken or now_ns - self._read_ns < WINDOW_NS:
            return
        cpu_ns = time.thread_time_ns()
        share = (cpu_ns - self._cpu_ns) / (now_ns - self._read_ns)
        self._cpu_ns, self._read_ns = cpu_ns, now_ns
        if self._held and share > GIVE_UP_ABOVE:
            self._held = not _schedule(real_time=False)
            self.given_up += 1
        elif not self._held and share < TAKE_BACK_BELOW:
            self._held = _schedule(real_time=True)

    def __str__(self) -> str:
        """For the record: `normal`, `fifo 1`, or `fifo 1, given up 3 times`."""
        if not self._taken:
            return "normal"
        times = (
            f", given up {self.given_up} time{'s' if self.given_up > 1 else ''}"
            if self.given_up
            else ""
        )
        return f"fifo {REAL_TIME_PRIORITY}{times}"


def _schedule(real_time: bool) -> bool:
    """Set this thread's policy; whether the system permitted it."""
    try:
        if real_time:
            os.sched_setscheduler(
                0, os.SCHED_FIFO, os.sched_param(REAL_TIME_PRIORITY)
            )
        else:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    except (AttributeError, OSError):
        return False
    return True
