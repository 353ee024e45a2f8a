"""A pair of connected TCP sockets on loopback, and reading from one until something has come."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

TIMEOUT_S = 20.0


@contextmanager
def tcp_pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """(client, server) ends; the client blocks for at most TIMEOUT_S."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(
            listener.getsockname(), timeout=TIMEOUT_S
        )
        server, _ = listener.accept()
    with client, server:
        yield client, server


def read_until(sock: socket.socket, ending: bytes) -> bytes:
    """Everything up to and with `ending`, which has to come last."""
    data = b""
    while not data.endswith(ending):
        more = sock.recv(1 << 16)
        assert more, f"closed after {data!r}"
        data += more
    return data
