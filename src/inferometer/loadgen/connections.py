"""The worker's connections: opened in advance, kept alive, and replaced when the server closes
them.
"""

from __future__ import annotations

import errno
import itertools
import ssl
from collections import deque

from inferometer.loadgen.address import Address
from inferometer.loadgen.connection import READABLE, WRITABLE, Connection
from inferometer.loadgen.tls import client_context
from inferometer.system import stamps
from inferometer.system.poller import Poller
from inferometer.trace.schema import Failure

OPENING_MOST = 64
"""Connects in progress at once: a listen queue that overflows costs a second."""


def failure_of_connect(error: OSError) -> Failure:
    """The failure that a connect counts as that ended in `error`."""
    if isinstance(error, ssl.SSLError):
        return Failure.TLS
    if error.errno == errno.ECONNREFUSED:
        return Failure.CONNECT_REFUSED
    return (
        Failure.CONNECT_TIMEOUT
        if error.errno == errno.ETIMEDOUT
        else Failure.CONNECT_ERROR
    )


class Connections:
    """All sockets of one worker. `most` limits the requests in flight; `reserve` is how many stay
    open unused.

    The server's addresses are used in turn; workers start with different ones (`first_address`).
    """

    def __init__(
        self,
        poller: Poller,
        address: Address,
        most: int,
        reserve: int,
        first_address: int = 0,
    ) -> None:
        self.by_fd: dict[int, Connection] = {}
        self.idle: deque[Connection] = deque()
        """Taken from the front: a server that gives each connection a thread, or a place in its
        poll set, has had the most time for the oldest one. Taking the newest made the TTFT of one
        server ten times as long.
        """
        self.opened = 0
        self.kernel_stamps = True
        self._stamping = stamps.keep_on()
        self._poller = poller
        self._address = address
        first = first_address % len(address.all)
        self._targets = itertools.cycle(
            address.all[first:] + address.all[:first]
        )
        self._tls: ssl.SSLContext | None = (
            client_context(address.insecure) if address.tls else None
        )
        self._most = most
        self._reserve = min(reserve, most)
        self._opening = 0

    def replenish(self, useful: int) -> None:
        """Fill up the reserve, but open no more connections than there is work for (`useful`)."""
        room = min(self._most, useful) - len(self.by_fd)
        lack = self._reserve - len(self.idle) - self._opening
        for _ in range(min(room, lack, OPENING_MOST - self._opening)):
            connection = Connection(
                self._address, next(self._targets), self._tls
            )
            self.by_fd[connection.fd] = connection
            self._poller.register(connection.fd, WRITABLE)
            self._opening += 1

    def advance(self, connection: Connection) -> None:
        """Continue opening a connection. Raises OSError, after closing it, if that failed."""
        try:
            connection.advance()
        except OSError:
            self.drop(connection)
            raise
        self._poller.modify(connection.fd, READABLE)
        if connection.ready:
            self._opening -= 1
            self.opened += 1
            self.kernel_stamps = self.kernel_stamps and connection.kernel_stamps
            self.idle.append(connection)

    def watch(self, connection: Connection) -> None:
        """After a write: wait for room to write the rest, or only for the response."""
        self._poller.modify(
            connection.fd,
            READABLE | WRITABLE if connection.outgoing else READABLE,
        )

    def listen(self, connection: Connection) -> None:
        """After a failed write: wait only for what the server has already sent."""
        self._poller.modify(connection.fd, READABLE)

    def drop(self, connection: Connection) -> None:
        """Close it and forget it."""
        del self.by_fd[connection.fd]
        if not connection.ready:
            self._opening -= 1
        elif connection.exchange is None and connection in self.idle:
            self.idle.remove(connection)
        self._poller.unregister(connection.fd)
        connection.close()

    def close(self) -> None:
        self._stamping.close()
        for connection in list(self.by_fd.values()):
            self.drop(connection)
