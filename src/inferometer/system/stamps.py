"""Arrival stamps by the kernel (Linux, SO_TIMESTAMPING): when a packet arrived, however late it is
read.

A read that returns several segments has the stamp of the last. On other systems the reader of a
socket stamps after the read; the trace records which of the two it was.
"""

from __future__ import annotations

import socket
import struct
import sys
from array import array
from collections.abc import Sequence

# From linux/net_tstamp.h and asm-generic/socket.h; the socket module has no names for them.
_SO_TIMESTAMPING = 37
_RX_SOFTWARE = 1 << 3
_REPORT_SOFTWARE = 1 << 4

ANCILLARY_BYTES = 64
"""Room for one control message with three `timespec`s of 16 bytes."""

Ancillary = list[tuple[int, int, bytes]]
"""Control messages as `recvmsg` returns them: (level, type, data)."""

Arrival = Ancillary | int
"""Where the time of an arrival stands: in what came with the read, or it is that of a packet, ns.
"""

_timespec = struct.Struct("@qq").unpack_from


def enable(sock: socket.socket) -> bool:
    """Ask the kernel to stamp what arrives on `sock`; False where it cannot."""
    if sys.platform != "linux" or struct.calcsize("P") != 8:
        return False
    try:
        sock.setsockopt(
            socket.SOL_SOCKET, _SO_TIMESTAMPING, _RX_SOFTWARE | _REPORT_SOFTWARE
        )
    except OSError:
        return False
    return True


def keep_on() -> socket.socket:
    """A socket that asks for stamps and carries nothing. The kernel begins to stamp some
    milliseconds after the first socket of the host asks, and ends when none does: one that is open
    before the first request gives its response a stamp.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    enable(sock)
    return sock


def kernel_stamps() -> bool:
    """Whether this host's kernel accepts the request for stamps; the trace records whether they
    come.
    """
    with socket.socket() as sock:
        return enable(sock)


def stamps_in(told: Sequence[bytes]) -> list[int]:
    """The same of the data of many control messages, all at once."""
    numbers = array("q", b"".join(told))
    step = len(numbers) // len(told)
    return [
        seconds * 1_000_000_000 + nanos
        for seconds, nanos in zip(
            numbers[::step], numbers[1::step], strict=True
        )
    ]


def arrival_ns(arrival: Arrival) -> int:
    """When it was, ns of CLOCK_REALTIME; 0 if nobody knows.

    In `recvmsg`'s control messages it is the software receive stamp. No other one was requested, so
    the first is the stamp.
    """
    if isinstance(arrival, int):
        return arrival
    if not arrival:
        return 0
    seconds, nanos = _timespec(arrival[0][2])
    return seconds * 1_000_000_000 + nanos  # type: ignore[no-any-return]
