"""Waiting for sockets: `epoll` on Linux, `poll` behind the same face elsewhere."""

from __future__ import annotations

import select
from typing import Protocol


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
