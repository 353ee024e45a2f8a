"""When requests left: one connection's outgoing bytes, as our own packets tell of them.

A byte has left when a packet first brought it to the network interface. What goes out again later
changes nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from inferometer.loadgen.flow import MODULUS, UNKNOWN, distance
from inferometer.system.packet_filter import SYN
from inferometer.system.packets import ZERO_WINDOW, FlowKey, Packet, PacketRing
from inferometer.trace.schema import MISSING


class Departure:
    """Of one request, realtime ns; MISSING where the ring does not tell."""

    __slots__ = ("first_ns", "last_ns", "zero_windows")

    def __init__(self) -> None:
        self.first_ns = self.last_ns = MISSING
        """Of its first byte, and of its last."""
        self.zero_windows = MISSING
        """Packets that told the server to wait with the response."""


UNSEEN = Departure()
"""Of requests whose packets nobody looks at."""


class Outflow:
    """The packets of one connection to the server."""

    __slots__ = ("_last", "_left", "_next", "_pending", "_size")

    def __init__(self) -> None:
        self._next = UNKNOWN
        """Sequence number after all that have left; UNKNOWN until the handshake was seen."""
        self._left = self._size = 0
        """Bytes that have left, and bytes that were written or are about to be."""
        self._pending: deque[tuple[int, int, Departure]] = deque()
        """Requests that have not left: where in the stream each begins and ends."""
        self._last = UNSEEN
        """Of the last request that has left."""

    def skip(self, size: int) -> None:
        """Bytes of no request are written, such as those of a TLS handshake."""
        self._size += size

    def begin(self, size: int) -> Departure:
        """A request of that many bytes is written next."""
        departure = Departure()
        self._pending.append((self._size, self._size + size, departure))
        self._size += size
        return departure

    def add(self, packet: Packet, *, sure: bool) -> None:
        """The next packet. `sure`: none was missed before it."""
        _, sequence, length, time_ns, kind = packet
        if self._next == UNKNOWN:
            if kind & SYN:
                self._next = (sequence + 1) % MODULUS
            return
        begin = self._left + distance(sequence, self._next)
        end = begin + length
        if end > self._left:
            self._next = (sequence + length) % MODULUS
            self._leave(max(begin, self._left), end, time_ns, sure=sure)
            self._left = end
        if kind & ZERO_WINDOW and self._last is not UNSEEN:
            self._last.zero_windows = max(0, self._last.zero_windows) + 1

    def _leave(self, begin: int, end: int, time_ns: int, *, sure: bool) -> None:
        """These bytes of the stream have left; if any before them did, the ring missed it."""
        while self._pending:
            first, after, departure = self._pending[0]
            if first >= end:
                return
            if begin <= first:
                departure.first_ns = time_ns
            if after > end:
                return
            if begin < after:
                departure.last_ns = time_ns
                if sure:
                    departure.zero_windows = 0
            self._pending.popleft()
            self._last = departure

    def doubt(self) -> None:
        """Packets were missed, perhaps of this connection. What left with them is never known,
        since a retransmission would look like it.
        """
        if self._last.zero_windows == 0:
            self._last.zero_windows = MISSING
        self._pending = deque(
            (first, after, Departure()) for first, after, _ in self._pending
        )


class Departures:
    """Hands each outgoing packet to the connection that sent it."""

    def __init__(
        self, ring: PacketRing, outflows: Mapping[FlowKey, Outflow]
    ) -> None:
        self._ring = ring
        self._outflows = outflows

    def look(self) -> None:
        """Take in what has left up to now."""
        packets: list[Packet] = []
        while taken := self._ring.take():
            packets += taken
        if not packets:
            return
        sure = not self._ring.count_lost()
        if not sure:
            for outflow in self._outflows.values():
                outflow.doubt()
        for packet in packets:
            outflow_of = self._outflows.get(packet[0])
            if outflow_of is not None:
                outflow_of.add(packet, sure=sure)
