"""One HTTP/1.1 connection of the engine: bytes in, requests out; answers in, bytes out.

Reads have the kernel's stamp of their arrival where there is one (Linux), so that a request's time
starts when its last byte arrived, not when this process read it. For a client that reads too
slowly, data is buffered.
"""

from __future__ import annotations

import socket
import struct
import sys
from collections import deque
from functools import lru_cache
from time import gmtime, strftime, time
from typing import NamedTuple

import httptools

from inferometer.clock import NS, monotonic_ns, take_anchor

_SO_TIMESTAMPNS = 35
"""Linux: each read reports, as a `timespec` of CLOCK_REALTIME, when the last of its segments
arrived.
"""
_ANCILLARY_BYTES = 64
_READ_BYTES = 1 << 18

_LINGER_NOT = struct.pack("ii", 1, 0)

_timespec = struct.Struct("@qq").unpack_from

_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}

JSON = "application/json"


class HttpRequest(NamedTuple):
    """One complete request. Header names are in lower case; `arrived_ns` is monotonic, of the last
    byte.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    keep_alive: bool
    arrived_ns: int


class ClientConnection:
    """A client's connection. After `receive`, complete requests wait in `requests`; one is answered
    at a time.
    """

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if sys.platform == "linux" and struct.calcsize("P") == 8:
            sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.sock = sock
        self.fd = sock.fileno()
        self.requests: deque[HttpRequest] = deque()
        self.answering: int | None = None
        """Number of the generation being answered; later requests wait."""
        self.keep_alive = True
        self.unsent = bytearray()
        self._send = sock.send
        self._arrived_ns = 0
        self._parser: httptools.HttpRequestParser | None = (
            httptools.HttpRequestParser(self)
        )
        self.on_message_begin()

    def receive(self) -> bool:
        """Read once. False if the client is gone or did not send HTTP (it gets an error): close it
        then.
        """
        try:
            data, ancillary, _, _ = self.sock.recvmsg(
                _READ_BYTES, _ANCILLARY_BYTES
            )
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not data or self._parser is None:
            return False
        self._arrived_ns = _arrival_ns(ancillary)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.keep_alive = False
            self.respond(
                400,
                b"Invalid HTTP request received.",
                "text/plain; charset=utf-8",
            )
            return False
        return True

    def send(self, data: bytes) -> None:
        """Send, or keep for `flush` what the socket does not accept. `receive` notices a broken
        connection.
        """
        if self.unsent:
            self.unsent += data
            return
        try:
            sent = self._send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            return
        if sent < len(data):
            self.unsent += data[sent:]

    def flush(self) -> None:
        try:
            del self.unsent[: self._send(self.unsent)]
        except BlockingIOError:
            pass
        except OSError:
            self.unsent.clear()

    def respond(
        self,
        status: int,
        body: bytes,
        content_type: str | None = JSON,
        fields: str = "",
    ) -> None:
        """A complete answer of known length."""
        kind = f"content-type: {content_type}\r\n" if content_type else ""
        self.send(
            self.head(status, f"content-length: {len(body)}\r\n{kind}{fields}")
            + body
        )

    def start_stream(self, content_type: str, fields: str = "") -> None:
        """The head of an answer whose events follow as chunks."""
        self.send(
            self.head(
                200,
                f"content-type: {content_type}\r\ntransfer-encoding: chunked\r\n{fields}",
            )
        )

    def hang_up(self, *, reset: bool = False) -> None:
        """Close it after the unsent rest; with `reset`, at once and so that the client sees a
        reset.
        """
        self.keep_alive = False
        if reset:
            self.unsent.clear()
            self.sock.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT
            )

    def close(self) -> None:
        self._parser = None  # it refers to this object and back
        self.sock.close()

    def head(self, status: int, fields: str) -> bytes:
        """Status line and headers of an answer, including `fields`, each with its line end."""
        date = _date(int(time()))
        ending = "" if self.keep_alive else "connection: close\r\n"
        head = (
            f"HTTP/1.1 {status} {_REASONS.get(status, 'Error')}\r\ndate: {date}\r\nserver: "
            f"inferometer\r\n{fields}{ending}\r\n"
        )
        return head.encode("latin-1")

    # What the parser calls, in this order.

    def on_message_begin(self) -> None:
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._headers.get("expect", "").lower() == "100-continue":
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        assert self._parser is not None
        self.requests.append(
            HttpRequest(
                method=self._parser.get_method().decode("latin-1"),
                path=self._url.partition(b"?")[0].decode("latin-1"),
                headers=self._headers,
                body=b"".join(self._body),
                keep_alive=self._parser.should_keep_alive(),
                arrived_ns=self._arrived_ns,
            )
        )


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    return strftime("%a, %d %b %Y %H:%M:%S GMT", gmtime(second))


def _arrival_ns(ancillary: list[tuple[int, int, bytes]]) -> int:
    """When the read's last segment arrived, monotonic ns; now, if the kernel did not report it."""
    for level, kind, data in ancillary:
        if (
            level == socket.SOL_SOCKET
            and kind == _SO_TIMESTAMPNS
            and len(data) >= 16
        ):
            seconds, nanos = _timespec(data)
            tenth = monotonic_ns() // (NS // 10)
            return int(seconds * NS + nanos) - _clocks_apart_ns(tenth)
    return monotonic_ns()


@lru_cache(maxsize=1)
def _clocks_apart_ns(tenth: int) -> int:
    """CLOCK_REALTIME minus CLOCK_MONOTONIC, read once in each tenth of a second."""
    return take_anchor().offset_ns
