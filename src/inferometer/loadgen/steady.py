"""Responses that bring one plain event after the other, as nearly all do nearly all the time: their
reads take the least of work, and wait to be decoded together, which takes a third of the time.

A thousand connections do not fit into a processor's nearest memory. So a read touches neither the
connection nor the exchange, but only what stands here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from inferometer.loadgen.backlog import Backlog, Together, body_bytes
from inferometer.loadgen.connection import Connection
from inferometer.loadgen.exchange import NO_END, Exchange
from inferometer.system.stamps import Ancillary

TOGETHER_MOST = 32
"""Reads decoded in one go: the loop looks for others to read so much later."""

FULL = 3 * TOGETHER_MOST
"""Length of a list of so many."""

HELD_BYTES = 4 << 20
"""Room for reads that wait for others."""


class Stream(NamedTuple):
    """What is needed to read one."""

    recvmsg: Callable[[int, int], tuple[bytes, Ancillary, int, object]]
    plain_end: bytes
    """How plain events end: what ends otherwise may be the last."""
    held: Together
    """Its reads that wait."""
    exchange: Exchange


class SteadyStreams:
    """Those of one loop. Each begins and ends between two chunks."""

    def __init__(self, backlog: Backlog) -> None:
        self.by_fd: dict[int, Stream] = {}
        self._backlog = backlog

    def begin(self, connection: Connection, exchange: Exchange) -> None:
        """Unless no plain event of it has been seen, or something else has to be seen to."""
        if (
            connection.at_chunk
            and exchange.plain_end != NO_END
            and not connection.outgoing
        ):
            recvmsg, end = connection.recvmsg, exchange.plain_end
            self.by_fd[connection.fd] = Stream(recvmsg, end, [], exchange)

    def leave(self, fd: int) -> None:
        """Something else comes, or nothing more: it goes behind what waits."""
        stream = self.by_fd.pop(fd, None)
        if stream is not None:
            self.release(stream)

    def release(self, stream: Stream) -> None:
        """Decode what waits without more."""
        _, _, held, exchange = stream
        if not held:
            return
        reads = held[:]
        held.clear()
        exchange.queued += len(reads) // 3
        exchange.last_read_ns = reads[-1]
        size = body_bytes(reads)
        self._backlog.held_bytes -= size
        self._backlog.bytes += size
        self._backlog.reads.append((exchange.position, reads, 0, 0, 0))

    def release_all(self) -> None:
        for stream in self.by_fd.values():
            self.release(stream)

    def settle(self) -> None:
        """Called once a turn."""
        if self._backlog.held_bytes > HELD_BYTES:
            self.release_all()
