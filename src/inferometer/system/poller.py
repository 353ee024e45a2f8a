"""Waiting for sockets: `epoll` on Linux, `poll` elsewhere; and waiting to the microsecond."""

from __future__ import annotations

import contextlib
import select
from typing import Protocol

READ = select.POLLIN
WRITE = select.POLLOUT

_BATCH = 16
"""At most so many descriptors at once, so that a burst of requests does not keep the loop from what
is due meanwhile.
"""


class Poller(Protocol):
    def register(self, fd: int, eventmask: int, /) -> None: ...
    def modify(self, fd: int, eventmask: int, /) -> None: ...
    def unregister(self, fd: int, /) -> None: ...
    def poll(self, timeout: float, maxevents: int, /) -> list[tuple[int, int]]:
        """(fd, mask) of what is ready, `maxevents` at most, after `timeout` seconds at most."""
        ...

    def close(self) -> None: ...


class PollPoller:
    """`select.poll` in the manner of `epoll`; its cost grows with the number of sockets."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self.register = self._poll.register
        self.modify = self._poll.modify
        self.unregister = self._poll.unregister

    def poll(self, timeout: float, maxevents: int, /) -> list[tuple[int, int]]:
        return self._poll.poll(timeout * 1000)[:maxevents]

    def close(self) -> None:
        """Nothing to give back."""


def make_poller() -> Poller:
    return select.epoll() if hasattr(select, "epoll") else PollPoller()


class TimedPoller:
    """Descriptors and what is waited for on each, READ or READ | WRITE. `register`, `modify` and
    `unregister` as in epoll.

    epoll's own time-out is in milliseconds. But an epoll descriptor is itself one that select() can
    wait for, and select() takes microseconds. Where there is no epoll, poll() stands in, and spins
    through the last millisecond.
    """

    def __init__(self) -> None:
        self._epoll = select.epoll() if hasattr(select, "epoll") else None
        if (
            self._epoll is not None and self._epoll.fileno() >= 1024
        ):  # select() cannot wait for it: too many files are open
            self._epoll.close()
            self._epoll = None
        self._poll = select.poll() if self._epoll is None else None
        poller = self._epoll or self._poll
        assert poller is not None
        self.register = poller.register
        self.modify = poller.modify
        self.unregister = poller.unregister

    def wait(self, seconds: float | None) -> list[tuple[int, int]]:
        """What is ready, as (descriptor, events). Waits up to `seconds` for the first; None is for
        as long as it takes.
        """
        if self._poll is not None:
            return self._poll.poll(None if seconds is None else int(seconds * 1000))
        assert self._epoll is not None
        ready = self._epoll.poll(0, _BATCH)
        if ready or seconds == 0:
            return ready
        select.select((self._epoll,), (), (), seconds)
        return self._epoll.poll(0, _BATCH)

    def close(self) -> None:
        if self._epoll is not None:
            self._epoll.close()


def sharpen_timers() -> None:
    """Linux lets a sleeper oversleep by 50 µs to save power; ask for it not to. Of no effect where
    that is not allowed.
    """
    with contextlib.suppress(OSError), open("/proc/self/timerslack_ns", "w") as slack:
        slack.write("1")
