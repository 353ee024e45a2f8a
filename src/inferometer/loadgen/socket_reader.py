"""Arrivals by reading: each socket is read as soon as something is in it, and the kernel's stamp
comes with the read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from inferometer.clock import realtime_ns
from inferometer.loadgen.backlog import READ_OVERHEAD_BYTES
from inferometer.loadgen.chunks import only_chunk
from inferometer.loadgen.connection import WRITABLE, Connection
from inferometer.loadgen.responses import READ_BYTES, Responses
from inferometer.loadgen.steady import FULL
from inferometer.system.poller import Poller
from inferometer.system.stamps import ANCILLARY_BYTES, Ancillary
from inferometer.trace.schema import StampSource

READY_MOST = 1024

RELEASE_TICKS = 3
"""Ticks after which events are decoded, however few of one exchange there are."""

Attend = Callable[[int, Connection | None], None]
"""What to do with a descriptor at which something unusual has happened."""


class SocketReader:
    """Reads every socket that the poller finds ready."""

    stamp_source = StampSource.KERNEL
    decodes_a_turn = 32
    blind = ""

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
        self._ticks = 0
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
        responses = self._responses
        stream_of = responses.steady.by_fd.get
        read_bytes = reads = held_bytes = 0
        for fd, mask in self._ready:
            stream = stream_of(fd)
            if stream is None:
                self._read_any(fd, mask)
                continue
            recvmsg, plain_end, held, _ = stream
            try:
                data, told, _, _ = recvmsg(READ_BYTES, ANCILLARY_BYTES)
            except OSError as error:
                self._failed(fd, error)
                continue
            read_ns = realtime_ns()
            size, body = len(data), only_chunk(data)
            if (
                body is None
                or not body.endswith(plain_end)
                or not told
                or size == READ_BYTES
            ):
                self._take_in(self._by_fd[fd], data, told, read_ns)
                continue
            reads += 1
            read_bytes += size
            held_bytes += len(body) + READ_OVERHEAD_BYTES
            held += (body, told[0][2], read_ns)
            if len(held) == FULL:
                responses.steady.release(stream)
        responses.reads += reads
        responses.bytes_read += read_bytes
        responses.backlog.held_bytes += held_bytes
        responses.steady.settle()

    def _read_any(self, fd: int, mask: int) -> None:
        connection = self._by_fd.get(fd)
        if connection is None or connection.exchange is None or mask & WRITABLE:
            self._attend(fd, connection)
            return
        try:
            data, told, _, _ = connection.recvmsg(READ_BYTES, ANCILLARY_BYTES)
        except OSError as error:
            self._failed(fd, error)
            return
        self._take_in(connection, data, told, realtime_ns())

    def _failed(self, fd: int, error: OSError) -> None:
        if not isinstance(error, BlockingIOError):
            self._responses.steady.leave(fd)
            self._responses.lost(self._by_fd[fd], error)

    def _take_in(
        self, connection: Connection, data: bytes, told: Ancillary, read_ns: int
    ) -> None:
        responses, exchange = self._responses, connection.exchange
        assert exchange is not None
        responses.steady.leave(connection.fd)
        if not data:
            responses.ended(connection, read_ns)
            return
        size = len(data)
        responses.reads += 1
        responses.bytes_read += size
        exchange.last_read_ns = read_ns
        quiet_ns = self._quiet_ns
        responses.take_in(connection, exchange, data, told, read_ns, quiet_ns)
        if size == READ_BYTES:
            responses.check_length(connection, exchange)
        elif connection.exchange is exchange and not responses.lingered:
            responses.steady.begin(connection, exchange)

    def catch_up(self) -> None:
        """Nothing waits that `wait` does not find."""

    def read_all(self) -> None:
        """Nothing waits that `wait` does not find."""

    def tick(self) -> None:
        """Events wait for others only so long."""
        self._ticks += 1
        if self._ticks % RELEASE_TICKS == 0:
            self._responses.steady.release_all()

    def begin(self) -> None:
        """Nothing is needed for a run."""

    def end(self) -> None:
        """Nothing waits for more."""
        self._responses.steady.release_all()

    def holds(self, connection: Connection) -> bool:
        """The poller would have told."""
        return False

    def sees(self, connections: Iterable[Connection]) -> bool:
        """It reads any socket."""
        return True
