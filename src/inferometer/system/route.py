"""Through which network interface an address is reached: the kernel's own answer (Linux,
rtnetlink).
"""

from __future__ import annotations

import errno
import os
import socket
import struct

# From linux/rtnetlink.h
_GET_ROUTE, _NEW_ROUTE, _REQUEST = 26, 24, 1
_DESTINATION, _INTERFACE = 1, 4
_REPLY_BYTES = 4096
_HEADER = struct.Struct("@IHHII")
_ROUTE = struct.Struct("@8BI")
_ATTRIBUTE = struct.Struct("@HH")


def interface_to(address: str, family: int) -> str:
    """The name of the interface. Raises OSError if there is no route."""
    packed = socket.inet_pton(family, address)
    attribute = _ATTRIBUTE.pack(_ATTRIBUTE.size + len(packed), _DESTINATION)
    route = _ROUTE.pack(family, 8 * len(packed), 0, 0, 0, 0, 0, 0, 0)
    length = _HEADER.size + _ROUTE.size + len(attribute) + len(packed)
    header = _HEADER.pack(length, _GET_ROUTE, _REQUEST, 1, 0)
    with socket.socket(
        socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE
    ) as kernel:
        kernel.send(header + route + attribute + packed)
        reply = kernel.recv(_REPLY_BYTES)
    return socket.if_indextoname(_interface_of(reply))


def _interface_of(reply: bytes) -> int:
    """The interface's number in the kernel's reply. Raises OSError."""
    _, kind, _, _, _ = _HEADER.unpack_from(reply)
    if kind != _NEW_ROUTE:
        (error,) = struct.unpack_from("@i", reply, _HEADER.size)
        raise OSError(-error, os.strerror(-error))
    at = _HEADER.size + _ROUTE.size
    while at + _ATTRIBUTE.size <= len(reply):
        length, kind = _ATTRIBUTE.unpack_from(reply, at)
        if kind == _INTERFACE:
            return int(struct.unpack_from("@I", reply, at + _ATTRIBUTE.size)[0])
        at += max(_ATTRIBUTE.size, (length + 3) & ~3)
    raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
