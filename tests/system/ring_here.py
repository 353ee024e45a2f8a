"""Whether this host lets tests have a packet ring."""

from __future__ import annotations

import socket

import pytest

from inferometer.system.packets import NoRingError, PacketRing


def why_no_ring() -> str:
    """Empty if there can be one."""
    try:
        PacketRing([("127.0.0.1", 1)], socket.AF_INET, frames=1).close()
    except NoRingError as error:
        return str(error)
    return ""


NO_RING = why_no_ring()

needs_ring = pytest.mark.skipif(
    bool(NO_RING), reason=f"no packet ring here: {NO_RING}"
)
