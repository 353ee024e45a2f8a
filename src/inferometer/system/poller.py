"""Waits for sockets, with microsecond time-outs: `epoll` on Linux, `poll` elsewhere."""

from __future__ import annotations

import contextlib
import select
from math import inf
from time import monotonic
from typing import Protocol

READ = select.POLLIN
WRITE = select.POLLOUT

_BATCH = 16
"""Descriptors in one answer: a burst of requests must not keep the loop from what is due meanwhile.
"""


class Poller(Protocol):
    def register(self, fd: int, eventmask: int, /) -> None: ...
    def modify(self, fd: int, eventmask: int, /) -> None: ...
    def unregister(self, fd: int, /) -> None: ...
    def poll(
        self, poll_timeout_s: float, maxevents: int, /
    ) -> list[tuple[int, int]]:
        """(fd, mask) of at most `maxevents` ready descriptors, after at most `poll_timeout_s`
        seconds.
        """
        ...

    def close(self) -> None: ...


class PollPoller:
    """`select.poll` with the interface of `epoll`; its cost grows with the number of sockets."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self.register = self._poll.register
        self.modify = self._poll.modify
        self.unregister = self._poll.unregister

    def poll(
        self, poll_timeout_s: float, maxevents: int, /
    ) -> list[tuple[int, int]]:
        return self._poll.poll(poll_timeout_s * 1000)[:maxevents]

    def close(self) -> None:
        """Nothing to give back."""


def make_poller() -> Poller:
    return select.epoll() if hasattr(select, "epoll") else PollPoller()


class TimedPoller:
    """Waits for descriptors, READ or READ | WRITE, with the interface of epoll.

    epoll's own time-out is in milliseconds. But an epoll descriptor can itself be waited for with
    select(), which takes microseconds. Without epoll, poll() is used, which spins through the last
    millisecond.
    """

    def __init__(self, *, awake_s: float = 0) -> None:
        """`awake_s`: for so long it looks again and again before it sleeps, and before its time is
        up. A core that sleeps wakes tens of µs late, above all in a virtual machine.
        """
        self._awake_s = awake_s
        self._epoll = select.epoll() if hasattr(select, "epoll") else None
        if self._epoll is not None and self._epoll.fileno() >= 1024:
            # select() cannot wait for it: too many files are open
            self._epoll.close()
            self._epoll = None
        self._poll = select.poll() if self._epoll is None else None
        poller = self._epoll or self._poll
        assert poller is not None
        self.register = poller.register
        self.modify = poller.modify
        self.unregister = poller.unregister

    def wait(self, seconds: float | None) -> list[tuple[int, int]]:
        """What is ready, as (descriptor, events), after at most `seconds` (None: no limit)."""
        if self._poll is not None:
            return self._poll.poll(
                None if seconds is None else int(seconds * 1000)
            )
        assert self._epoll is not None
        ready = self._epoll.poll(0, _BATCH)
        if ready or seconds == 0:
            return ready
        if self._awake_s:
            return self._wait_awake(
                self._epoll, inf if seconds is None else seconds
            )
        select.select((self._epoll,), (), (), seconds)
        return self._epoll.poll(0, _BATCH)

    def _wait_awake(
        self, epoll: select.epoll, seconds: float
    ) -> list[tuple[int, int]]:
        began_s, awake_s = monotonic(), self._awake_s
        end_s = began_s + seconds
        ready = _look_until(epoll, min(end_s, began_s + awake_s))
        asleep_s = end_s - monotonic() - awake_s
        if ready or asleep_s <= 0:
            return ready or _look_until(epoll, end_s)
        select.select((epoll,), (), (), None if seconds == inf else asleep_s)
        return _look_until(epoll, 0 if seconds == inf else end_s)

    def close(self) -> None:
        if self._epoll is not None:
            self._epoll.close()


def _look_until(epoll: select.epoll, until_s: float) -> list[tuple[int, int]]:
    """What is ready, once something is; looks at least once."""
    while True:
        ready = epoll.poll(0, _BATCH)
        if ready or monotonic() >= until_s:
            return ready


def sharpen_timers() -> None:
    """Ask Linux not to oversleep by 50 µs to save power. Where that is not permitted, nothing
    happens.
    """
    with (
        contextlib.suppress(OSError),
        open("/proc/self/timerslack_ns", "w") as slack,
    ):
        slack.write("1")
