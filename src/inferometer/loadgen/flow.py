"""One connection's incoming bytes, as its packets tell of them: how many, and when each arrived.

A byte has arrived for a reader when all bytes before it have: its time is the latest of theirs.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import NamedTuple

UNKNOWN = -1
MODULUS = 1 << 32
"""TCP's sequence numbers wrap there."""

MAX_AHEAD = 4096
"""Packets kept that came before one that should have come first."""

ENOUGH_PACKETS, ENOUGH_BYTES = 32, 16_384
"""A socket is read when this many packets or bytes wait in it. Its receive buffer is limited, and a
server that finds it full has to wait.
"""


class Pieces(NamedTuple):
    """Bytes in order of the stream: where each packet's end, and when those had arrived, realtime
    ns.
    """

    ends: list[int]
    arrived_ns: list[int]


class Flow:
    """The packets of one connection from the server. Knows no socket: its reader says what it has
    read.
    """

    __slots__ = (
        "ahead",
        "early",
        "enough",
        "expected",
        "fd",
        "latest_ns",
        "lengths",
        "repeated",
        "short",
        "taken",
        "times_ns",
        "to_pass",
    )

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.expected = UNKNOWN
        """Sequence number of the next packet in order; UNKNOWN until the handshake was seen."""
        self.taken = UNKNOWN
        """The same after all bytes taken so far."""
        self.lengths: list[int] = []
        """Of the packets in order that are not yet taken."""
        self.times_ns: list[int] = []
        self.latest_ns = 0
        """Of all bytes taken so far."""
        self.ahead: list[tuple[int, int, int]] = []
        """(sequence number, length, time) of packets after a gap."""
        self.to_pass = 0
        """Bytes that were read before their packets were looked at."""
        self.early = False
        """A response was read to its end before its packets were looked at."""
        self.short = False
        """The socket had less than packets have told."""
        self.enough = 1
        """Packets that wait until the socket is read. The first response's head shows how the end
        will be known.
        """
        self.repeated = 0
        """Packets whose bytes had arrived before: retransmissions."""

    def open(self, sequence: int) -> None:
        """The server's half of the handshake."""
        if self.expected == UNKNOWN:
            self.expected = self.taken = (sequence + 1) % MODULUS

    def add(self, sequence: int, length: int, time_ns: int) -> None:
        """A packet, in whatever order. The reader has a faster way for those in order."""
        if self.expected == UNKNOWN:
            return
        gap = distance(sequence, self.expected)
        if gap < 0:
            self.repeated += 1
        if gap <= 0 and not self.ahead:
            self._append(gap + length, time_ns)
            return
        if len(self.ahead) < MAX_AHEAD:
            self.ahead.append((sequence, length, time_ns))
        self._close_gaps()

    def _append(self, fresh: int, time_ns: int) -> None:
        """A packet brought so many next bytes, or less than none."""
        if fresh > 0:
            self.lengths.append(fresh)
            self.times_ns.append(time_ns)
            self.expected = (self.expected + fresh) % MODULUS

    def _close_gaps(self) -> None:
        """Put in order what can be; the rest waits for what is missing."""
        self.ahead.sort(key=lambda packet: distance(packet[0], self.expected))
        while self.ahead:
            sequence, length, time_ns = self.ahead[0]
            gap = distance(sequence, self.expected)
            if gap > 0:
                return
            del self.ahead[0]
            self._append(gap + length, time_ns)

    @property
    def known_bytes(self) -> int:
        """Bytes not yet taken whose arrival is known."""
        if self.ahead:
            self._close_gaps()
        return self.waiting_bytes - self.to_pass

    @property
    def waiting_bytes(self) -> int:
        """Of the packets in order that are not yet taken."""
        return (self.expected - self.taken) % MODULUS

    def waits_for(self, reads: int) -> bool:
        """Whether so much waits as is enough for so many reads."""
        return (
            len(self.times_ns) >= reads * self.enough
            or self.waiting_bytes >= reads * ENOUGH_BYTES
        )

    def take(self, size: int) -> Pieces:
        """The next bytes, `size` or as many as are known."""
        if self.to_pass:
            passed = self._next_pieces(self.to_pass).ends
            self.to_pass -= passed[-1] if passed else 0
            if self.to_pass:
                return Pieces([], [])
        return self._next_pieces(size)

    def _next_pieces(self, size: int) -> Pieces:
        lengths, times_ns = self.lengths, self.times_ns
        ends = list(accumulate(lengths))
        if not ends or ends[-1] <= size:
            self.lengths, self.times_ns = [], []
        else:  # up to somewhere in a packet
            count = bisect_left(ends, size) + 1
            self.lengths, self.times_ns = lengths[count:], times_ns[count - 1 :]
            self.lengths.insert(0, ends[count - 1] - size)
            if not self.lengths[0]:
                del self.lengths[0], self.times_ns[0]
            ends, times_ns = [*ends[: count - 1], size], times_ns[:count]
        if ends:
            self.taken = (self.taken + ends[-1]) % MODULUS
        return Pieces(ends, self._in_order(times_ns))

    def _in_order(self, times_ns: list[int]) -> list[int]:
        """No byte arrives before those before it."""
        if times_ns != sorted(times_ns) or times_ns[:1] < [self.latest_ns]:
            times_ns = list(accumulate(times_ns, max, initial=self.latest_ns))
            del times_ns[0]
        self.latest_ns = times_ns[-1] if times_ns else self.latest_ns
        return times_ns

    def lose(self, size: int) -> None:
        """That many bytes after all known ones were read, but their packets were not seen."""
        if self.expected != UNKNOWN:
            self.expected = (self.expected + size) % MODULUS
            self.taken = (self.taken + size) % MODULUS
            self._close_gaps()


def distance(sequence: int, expected: int) -> int:
    """How many bytes after the expected one it is; negative: before it."""
    half = MODULUS // 2
    return (sequence - expected + half) % MODULUS - half
