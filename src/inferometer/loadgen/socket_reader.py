"""Arrivals by reading: each socket is read as soon as something is in it, and the kernel's stamp
comes with the read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from inferometer.clock import realtime_ns
from inferometer.loadgen.connection import WRITABLE, Connection
from inferometer.loadgen.responses import READ_BYTES, Responses
from inferometer.system.poller import Poller
from inferometer.system.stamps import ANCILLARY_BYTES
from inferometer.trace.schema import StampSource

READY_MOST = 1024

Attend = Callable[[int, Connection | None], None]
"""What to do with a descriptor at which something unusual has happened."""


class SocketReader:
    """Reads every socket that the poller finds ready."""

    stamp_source = StampSource.KERNEL
    decodes_a_turn = 32
    cut_off = False

    def __init__(
        self,
        poller: Poller,
        by_fd: dict[int, Connection],
        responses: Responses,
        attend: Attend,
    ) -> None:
        self._poller = poller
        self._by_fd = by_fd
        self._responses = responses
        self._attend = attend
        self._ready: list[tuple[int, int]] = []
        self._polled_ns = self._quiet_ns = realtime_ns()

    def wait(self, seconds: float) -> bool:
        """Whether there is something to read, after waiting for it at most so long."""
        self._quiet_ns = self._polled_ns
        asked_ns = realtime_ns()
        self._ready = ready = self._poller.poll(seconds, READY_MOST)
        if not ready:
            # Nothing was ready when we asked. More is not known: if the process was stopped until
            # after the time-out, the poller says that nothing is ready, whatever has arrived.
            self._polled_ns = asked_ns
        elif len(ready) < READY_MOST:
            # else more may have been ready than we were told of
            self._polled_ns = realtime_ns()
        return bool(ready)

    def read(self) -> None:
        """Read each ready socket once, frame at once so that a complete response frees its slot,
        decode later.
        """
        by_fd, quiet_ns = self._by_fd, self._quiet_ns
        responses = self._responses
        take_in = responses.take_in
        read_bytes = reads = 0
        for fd, mask in self._ready:
            connection = by_fd.get(fd)
            if (
                connection is None
                or (exchange := connection.exchange) is None
                or mask & WRITABLE
            ):
                self._attend(fd, connection)
                continue
            try:
                data, ancillary, _, _ = connection.recvmsg(
                    READ_BYTES, ANCILLARY_BYTES
                )
            except BlockingIOError:
                continue
            except OSError as error:
                responses.lost(connection, error)
                continue
            read_ns = realtime_ns()
            if not data:
                responses.ended(connection, read_ns)
                continue
            size = len(data)
            reads += 1
            read_bytes += size
            exchange.last_read_ns = read_ns
            take_in(connection, exchange, data, ancillary, read_ns, quiet_ns)
            if size == READ_BYTES:
                responses.check_length(connection, exchange)
        responses.reads += reads
        responses.bytes_read += read_bytes

    def catch_up(self) -> None:
        """Nothing waits that `wait` does not find."""

    def read_all(self) -> None:
        """Nothing waits that `wait` does not find."""

    def tick(self) -> None:
        """Nothing is done now and then."""

    def begin(self) -> None:
        """Nothing is needed for a run."""

    def end(self) -> None:
        """Nothing is left of it."""

    def holds(self, connection: Connection) -> bool:
        """The poller would have told."""
        return False

    def sees(self, connections: Iterable[Connection]) -> bool:
        """It reads any socket."""
        return True
