"""One connection's incoming bytes, as its packets tell of them: how many, and when each arrived.

A byte has arrived for a reader when all bytes before it have: its time is the latest of theirs.
"""

from __future__ import annotations

from itertools import accumulate

UNKNOWN = -1
MODULUS = 1 << 32
"""TCP's sequence numbers wrap there."""

MAX_AHEAD = 4096
"""Packets kept that came before one that should have come first."""

ENOUGH_PACKETS = 32
"""A socket is read when so many packets wait in it: the kernel's room for them is limited."""

Piece = tuple[int, int]
"""(bytes, realtime ns of their arrival)."""


class Flow:
    """The packets of one connection from the server. Knows no socket: its reader says what it has
    read.
    """

    __slots__ = (
        "ahead",
        "enough",
        "expected",
        "fd",
        "latest_ns",
        "lengths",
        "repeated",
        "short",
        "times_ns",
        "to_pass",
    )

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.expected = UNKNOWN
        """Sequence number of the next packet in order; UNKNOWN until the handshake was seen."""
        self.lengths: list[int] = []
        """Of the packets in order that are not yet taken."""
        self.times_ns: list[int] = []
        self.latest_ns = 0
        """Of all bytes taken so far."""
        self.ahead: list[tuple[int, int, int]] = []
        """(sequence number, length, time) of packets after a gap."""
        self.to_pass = 0
        """Bytes that were read before their packets were looked at."""
        self.short = False
        """The socket had less than packets have told."""
        self.enough = ENOUGH_PACKETS
        self.repeated = 0
        """Packets whose bytes had arrived before: retransmissions."""

    def open(self, sequence: int) -> None:
        """The server's half of the handshake."""
        if self.expected == UNKNOWN:
            self.expected = (sequence + 1) % MODULUS

    def add(self, sequence: int, length: int, time_ns: int) -> None:
        """A packet, in whatever order. The reader has a faster way for those in order."""
        if self.expected == UNKNOWN:
            return
        if _distance(sequence, self.expected) < 0:
            self.repeated += 1
        if len(self.ahead) < MAX_AHEAD:
            self.ahead.append((sequence, length, time_ns))
        self._close_gaps()

    def _close_gaps(self) -> None:
        """Put in order what can be; the rest waits for what is missing."""
        self.ahead.sort(key=lambda packet: _distance(packet[0], self.expected))
        while self.ahead:
            sequence, length, time_ns = self.ahead[0]
            gap = _distance(sequence, self.expected)
            if gap > 0:
                return
            del self.ahead[0]
            if gap + length > 0:
                self.lengths.append(gap + length)
                self.times_ns.append(time_ns)
                self.expected = (self.expected + gap + length) % MODULUS

    @property
    def known_bytes(self) -> int:
        """Bytes not yet taken whose arrival is known."""
        if self.ahead:
            self._close_gaps()
        return sum(self.lengths) - self.to_pass

    def take(self, size: int) -> list[Piece]:
        """The next bytes, `size` or as many as are known: pieces in order of the stream."""
        pieces = self._pieces(self.to_pass) if self.to_pass else []
        self.to_pass -= sum([length for length, _ in pieces])
        return [] if self.to_pass else self._pieces(size)

    def _pieces(self, size: int) -> list[Piece]:
        lengths, times_ns = self.lengths, self.times_ns
        count = 0
        for length in lengths:
            if length > size:
                break
            size -= length
            count += 1
        taken, taken_ns = lengths[:count], times_ns[:count]
        del lengths[:count], times_ns[:count]
        if size and lengths:  # a part of the next packet
            lengths[0] -= size
            taken.append(size)
            taken_ns.append(times_ns[0])
        arrived = list(accumulate(taken_ns, max, initial=self.latest_ns))
        self.latest_ns = arrived[-1]
        return list(zip(taken, arrived[1:], strict=True))

    def lose(self, size: int) -> None:
        """That many bytes after all known ones were read, but their packets were not seen."""
        if self.expected != UNKNOWN:
            self.expected = (self.expected + size) % MODULUS
            self._close_gaps()


def _distance(sequence: int, expected: int) -> int:
    """How many bytes after the expected one it is; negative: before it."""
    half = MODULUS // 2
    return (sequence - expected + half) % MODULUS - half
