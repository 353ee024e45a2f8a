"""The worker's connections: opened in advance, kept alive, and replaced when the server closes
them.
"""

from __future__ import annotations

import errno
import itertools
import ssl
from collections import deque
from collections.abc import Callable
from statistics import median

from inferometer.loadgen.address import Address
from inferometer.loadgen.connection import (
    BROKEN,
    READABLE,
    WRITABLE,
    Connection,
)
from inferometer.loadgen.flow import Flow
from inferometer.loadgen.outflow import Outflow
from inferometer.loadgen.tls import client_context
from inferometer.system import stamps
from inferometer.system.packets import FlowKey
from inferometer.system.poller import Poller
from inferometer.system.tcp_facts import TcpFacts, tcp_facts
from inferometer.trace.schema import Failure

MAX_RTTS = 65_536
"""Connections whose round trip is kept."""

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


class NetworkFacts:
    """What the kernel knew of the connections that were closed."""

    def __init__(self) -> None:
        self.sent_again = self.out_of_order = self.window_limited_ns = 0
        self._rtts_ns: list[int] = []

    def add(self, facts: TcpFacts | None) -> None:
        if facts is None:
            return
        self.sent_again += facts.sent_again
        self.out_of_order += facts.out_of_order
        self.window_limited_ns += facts.window_limited_ns
        if facts.rtt_ns and len(self._rtts_ns) < MAX_RTTS:
            self._rtts_ns.append(facts.rtt_ns)

    @property
    def rtt_ns(self) -> int:
        """The median of the connections' shortest round trips; -1 if none is known."""
        return int(median(self._rtts_ns)) if self._rtts_ns else -1


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
        *,
        by_packets: bool = False,
    ) -> None:
        """`by_packets`: packets tell what arrives in an exchange, so no socket is polled for it."""
        self.by_fd: dict[int, Connection] = {}
        self.idle: deque[Connection] = deque()
        """Taken from the front: a server that gives each connection a thread, or a place in its
        poll set, has had the most time for the oldest one. Taking the newest made the TTFT of one
        server ten times as long.
        """
        self.flows: dict[FlowKey, Flow] = {}
        """By what packets show, if these are looked at."""
        self.outflows: dict[FlowKey, Outflow] = {}
        """The same of our packets."""
        self.look: Callable[[], None] = lambda: None
        """Give packets to their connections. Called before one goes whose packets are missed."""
        self.look_out: Callable[[], None] = lambda: None
        """The same of our packets. Called also before a request is recorded."""
        self.retransmissions = 0
        """Packets that the server sent again, of connections that are closed."""
        self.opened = 0
        self.network = NetworkFacts()
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
        self._by_packets = by_packets
        self._listening: set[int] = set()
        """Descriptors that are polled for all that arrives, though packets tell of answers."""
        self._resting: dict[int, Connection] = {}
        """By descriptor: at rest, and not listened to yet."""

    def replenish(self, useful: int, at_once: int = OPENING_MOST) -> int:
        """Fill up the reserve, but open no more connections than there is work for (`useful`), and
        no more than `at_once`. Returns how many it began to open.
        """
        room = min(self._most, useful) - len(self.by_fd)
        lack = self._reserve - len(self.idle) - self._opening
        number = max(0, min(room, lack, at_once, OPENING_MOST - self._opening))
        for _ in range(number):
            connection = Connection(
                self._address, next(self._targets), self._tls
            )
            self.by_fd[connection.fd] = connection
            if self._by_packets:
                key = connection.flow_key()
                self.flows[key] = connection.flow
                self.outflows[key] = connection.outflow = Outflow()
            self._poller.register(connection.fd, WRITABLE)
            self._opening += 1
        return number

    def advance(self, connection: Connection) -> None:
        """Continue opening a connection. Raises OSError, after closing it, if that failed."""
        try:
            connection.advance()
        except OSError:
            self.drop(connection)
            raise
        self.listen(connection)
        if connection.ready:
            self._opening -= 1
            self.opened += 1
            self.kernel_stamps = self.kernel_stamps and connection.kernel_stamps
            self.idle.append(connection)

    def sent(self, connection: Connection) -> None:
        """A request was written, or a part of it."""
        if connection.outgoing or connection.fd in self._listening:
            self.watch(connection)

    def watch(self, connection: Connection) -> None:
        """After a write: wait for room to write the rest, or only for the response."""
        mask = BROKEN if self._by_packets else READABLE
        self._listening.discard(connection.fd)
        self._poller.modify(
            connection.fd, mask | WRITABLE if connection.outgoing else mask
        )

    def rest(self, connection: Connection) -> None:
        """It has served an exchange and is free for the next."""
        self.idle.append(connection)
        if self._by_packets:
            self._resting[connection.fd] = connection

    def listen_to_idle(self) -> None:
        """Those at rest are polled for what arrives unasked. Called before the loop waits: most are
        in use again by then.
        """
        for fd, connection in self._resting.items():
            if connection.exchange is None and self.by_fd.get(fd) is connection:
                self.listen(connection)
        self._resting.clear()

    def poll_sockets(self) -> None:
        """From now on sockets are polled for what arrives."""
        self._by_packets = False
        self._resting.clear()
        self.flows.clear()
        self.look_out = lambda: None
        for outflow in self.outflows.values():
            outflow.doubt()
        self.outflows.clear()
        for connection in self.by_fd.values():
            connection.outflow = None
            connection.at_chunk = False
            if (exchange := connection.exchange) is not None:
                # what waits there came since the last read
                connection.quiet_ns = exchange.last_read_ns
            if connection.ready:
                self.watch(connection)

    def listen(self, connection: Connection) -> None:
        """Wait for whatever the server sends: unasked, or before it closes."""
        self._listening.add(connection.fd)
        self._poller.modify(connection.fd, READABLE)

    def drop(self, connection: Connection) -> None:
        """Close it and forget it."""
        if connection.flow.early:
            self.look()
        self.look_out()
        del self.by_fd[connection.fd]
        self._listening.discard(connection.fd)
        if not connection.ready:
            self._opening -= 1
        elif connection.exchange is None and connection in self.idle:
            self.idle.remove(connection)
        self._poller.unregister(connection.fd)
        if self._by_packets and (
            self.flows.get(key := connection.flow_key()) is connection.flow
        ):
            del self.flows[key], self.outflows[key]
        self.retransmissions += connection.flow.repeated
        connection.note_previous()
        exchange = connection.exchange
        self.network.add(
            connection.note_network(exchange)
            if exchange is not None
            else tcp_facts(connection.sock)
        )
        connection.close()

    def close(self) -> None:
        self._stamping.close()
        for connection in list(self.by_fd.values()):
            self.drop(connection)
