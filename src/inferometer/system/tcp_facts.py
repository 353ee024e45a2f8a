"""What the kernel knows of a TCP connection (Linux, TCP_INFO): its network, not its server."""

from __future__ import annotations

import socket
import struct
from typing import NamedTuple

_INFO = getattr(socket, "TCP_INFO", None)
_BYTES = 232
_FIELDS = struct.Struct("@100xI44xI24xQ32xI4xI")
"""Of linux/tcp.h, struct tcp_info: packets sent again, shortest round trip and time with a full
window in µs, packets sent twice (DSACK), packets out of order.
"""
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
    sent_again, rtt_us, limited_us, came_twice, out_of_order = (
        _FIELDS.unpack_from(told)
    )
    return TcpFacts(
        0 if rtt_us == _NEVER_MEASURED else rtt_us * 1000,
        max(0, sent_again - came_twice),
        out_of_order,
        limited_us * 1000,
    )
