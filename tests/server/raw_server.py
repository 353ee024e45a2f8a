"""A server that is nothing but bytes: each connection is given to a function, after the head and
body of a request.
"""

from __future__ import annotations

import re
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Misbehave = Callable[[socket.socket, bytes], None]
"""Is given the connection, and the request that came over it."""


def drip(peer: socket.socket, data: bytes, pause_s: float = 0.02) -> None:
    """The same bytes again and again, for as long as somebody takes them."""
    while True:
        peer.sendall(data)
        time.sleep(pause_s)


def flood(peer: socket.socket, data: bytes) -> None:
    while True:
        peer.sendall(data)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def packed_blanks(wbits: int, size: int, begin: bytes = b"") -> bytes:
    """So many blanks, after something else: a MB is packed once and repeated, so that the check sum at
    the end does not fit.
    """
    packer = zlib.compressobj(9, wbits=wbits)
    first, again = (
        packer.compress(data + b" " * (1 << 20))
        + packer.flush(zlib.Z_FULL_FLUSH)
        for data in (begin, b"")
    )
    return first + again * (size - 1 >> 20) + packer.flush()


@contextmanager
def raw_server(misbehave: Misbehave) -> Iterator[str]:
    """Its address, while it serves."""

    def serve(peer: socket.socket) -> None:
        with peer, suppress(OSError):
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while request := _request(peer):
                misbehave(peer, request)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(
                    target=serve, args=(listener.accept()[0],), daemon=True
                ).start()

    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        threading.Thread(target=accept, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def _request(peer: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := peer.recv(65536)):
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    while length and len(body) < int(length[1]):
        body += peer.recv(65536)
    return head + b"\r\n\r\n" + body
