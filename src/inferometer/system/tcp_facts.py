"""What the kernel knows of a TCP connection (Linux, TCP_INFO): its network, not its server."""

from __future__ import annotations

import socket
import struct
from typing import NamedTuple

_INFO = getattr(socket, "TCP_INFO", None)
_BYTES = 232
# From linux/tcp.h, struct tcp_info: where each field stands
_RETRANSMITTED = struct.Struct("@100xI")
_MIN_RTT_US = struct.Struct("@148xI")
_WINDOW_LIMITED_US = struct.Struct("@176xQ")
_CAME_TWICE = struct.Struct("@216xI")
_OUT_OF_ORDER = struct.Struct("@224xI")
_NEVER_MEASURED = 0xFFFFFFFF


class TcpFacts(NamedTuple):
    """Of one connection since it was opened."""

    rtt_ns: int
    """The shortest round trip, from the handshake on; 0 if none was measured."""
    sent_again: int
    """Packets that this side sent again, but for those that the other side had, as it said (DSACK):
    Linux sends one also when an acknowledgement is only late.
    """
    out_of_order: int
    """Packets that came after a gap: one before them was lost, or overtaken."""
    window_limited_ns: int
    """Time in which data waited because the other side's receive window was full."""


def tcp_facts(sock: socket.socket) -> TcpFacts | None:
    """None where the kernel does not tell, or tells less."""
    if _INFO is None:
        return None
    try:
        told = sock.getsockopt(socket.IPPROTO_TCP, _INFO, _BYTES)
        return _read(told)
    except (OSError, struct.error):
        return None


def _read(told: bytes) -> TcpFacts:
    """Raises struct.error if a field is not there, as before Linux 5.4."""
    (rtt_us,) = _MIN_RTT_US.unpack_from(told)
    (sent_again,) = _RETRANSMITTED.unpack_from(told)
    (came_twice,) = _CAME_TWICE.unpack_from(told)
    return TcpFacts(
        rtt_ns=0 if rtt_us == _NEVER_MEASURED else rtt_us * 1000,
        sent_again=max(0, sent_again - came_twice),
        out_of_order=_OUT_OF_ORDER.unpack_from(told)[0],
        window_limited_ns=_WINDOW_LIMITED_US.unpack_from(told)[0] * 1000,
    )
