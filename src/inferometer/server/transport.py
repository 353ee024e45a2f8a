"""httpx's own transport on connections that respect the time limit of a whole call.

httpx and httpcore apply a time-out to each read. Ours is a `Deadline`, of which a read gets the
rest, so that headers and bodies that trickle in have an end.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from inferometer.server.deadline import left_of

WRITTEN_AT_ONCE = 65_536
KEEP_ALIVE_S = 5.0


class BoundedTransport(httpx.HTTPTransport):
    """Uses no proxies, and TLS only with a given context."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        # not the library's own __init__: it makes a pool without our network backend, and a TLS
        # context, which takes long, also where none is needed
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            keepalive_expiry=KEEP_ALIVE_S,
            network_backend=_Backend(),
        )


class _Backend(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left_s = left_of(timeout, httpcore.ConnectTimeout)
        return _BoundedStream(
            self._backend.connect_tcp(
                host, port, left_s, local_address, socket_options
            )
        )


class _BoundedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(
            max_bytes, left_of(timeout, httpcore.ReadTimeout)
        )

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), WRITTEN_AT_ONCE):
            left_s = left_of(timeout, httpcore.WriteTimeout)
            self._stream.write(buffer[start : start + WRITTEN_AT_ONCE], left_s)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left_s = left_of(timeout, httpcore.ConnectTimeout)
        return _BoundedStream(
            self._stream.start_tls(ssl_context, server_hostname, left_s)
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
