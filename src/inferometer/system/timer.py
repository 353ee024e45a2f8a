"""Wakes the loop at a due time, to the microsecond; `epoll`'s own time-out is in milliseconds.

On Linux, the poll set contains a timer file descriptor, armed with the absolute monotonic time.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

from inferometer.clock import NS

_CLOCK_MONOTONIC = 1
_TFD_NONBLOCK = 0o4000
_TFD_CLOEXEC = 0o2000000
_TFD_TIMER_ABSTIME = 1


class _Timespec(ctypes.Structure):
    _fields_ = (("tv_sec", ctypes.c_long), ("tv_nsec", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


class DueTimer:
    """A timer that makes `fd` readable at the armed time; `fd` is -1 where there is none."""

    def __init__(self) -> None:
        self.fd = -1
        self._armed_ns = 0
        if sys.platform == "linux":
            self._libc: Any = ctypes.CDLL(None, use_errno=True)
            self._spec = _Itimerspec()
            self.fd = self._libc.timerfd_create(
                _CLOCK_MONOTONIC, _TFD_NONBLOCK | _TFD_CLOEXEC
            )

    def arm(self, monotonic_ns: int) -> None:
        """Make `fd` readable at `monotonic_ns`; this replaces any earlier time."""
        if self.fd < 0 or monotonic_ns == self._armed_ns:
            return
        self._armed_ns = monotonic_ns
        self._spec.value.tv_sec, self._spec.value.tv_nsec = divmod(
            monotonic_ns, NS
        )
        self._libc.timerfd_settime(
            self.fd, _TFD_TIMER_ABSTIME, ctypes.byref(self._spec), None
        )

    def rang(self) -> None:
        """Clear the timer after it has expired."""
        try:
            os.read(self.fd, 8)
        except BlockingIOError:
            return
        self._armed_ns = 0

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
