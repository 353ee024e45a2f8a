"""Requests and their responses over kept connections, each wait within the time limit of the whole
call, so that headers and bodies that trickle in have an end.

Framed by httptools, as in a run: what the loop could not read is noticed before it. A client
library would take a quarter of the wait for the first request, only to be imported.
"""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from urllib.parse import urlsplit

import httptools

from inferometer.server.deadline import Deadline

READ_BYTES = 65_536
WRITTEN_AT_ONCE = 65_536
KEEP_ALIVE_S = 5.0
MAX_HEADER_BYTES = 128 * 1024
LINE_END = b"\r\n"


class NoResponseError(Exception):
    """No HTTP response came; the cause, if the system told one, is attached."""


class NotReachedError(NoResponseError):
    """No connection could be opened."""


class LateError(NoResponseError):
    """It did not come in time."""

    def __init__(self, *, connecting: bool) -> None:
        super().__init__()
        self.connecting = connecting


class HungUpError(NoResponseError):
    """The server closed the connection instead of responding."""


class Transport:
    """Connections to one server; threads may share it. Uses no proxies, and TLS only with a given
    context.
    """

    def __init__(self, base_url: str, tls: ssl.SSLContext | None) -> None:
        parts = urlsplit(base_url)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = tls
        self._idle: deque[_Connection] = deque()
        if tls is not None:
            tls.set_alpn_protocols(["http/1.1"])

    def close(self) -> None:
        while self._idle:
            self._idle.popleft().close()

    def request(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        deadline: Deadline,
        max_connect_s: float,
    ) -> Response:
        """The response, of which the headers have arrived; close it. Raises NoResponseError."""
        length = {} if body is None else {"Content-Length": str(len(body))}
        lines = [f"{method} {target} HTTP/1.1"]
        lines += [
            f"{name}: {value}" for name, value in {**headers, **length}.items()
        ]
        head = LINE_END.join(line.encode("ascii") for line in (*lines, "", ""))
        connection = self._kept() or self._connected(
            Deadline(min(_left_s(deadline), max_connect_s))
        )
        response = Response(connection, deadline, self._idle)
        try:
            connection.send(head + (body or b""), deadline)
            response.await_headers()
        except BaseException:
            connection.close()
            raise
        return response

    def _kept(self) -> _Connection | None:
        """A connection that the server has left open."""
        with suppress(IndexError):
            while connection := self._idle.pop():
                if connection.is_open():
                    return connection
                connection.close()
        return None

    def _connected(self, deadline: Deadline) -> _Connection:
        sock = None
        try:
            sock = socket.create_connection(
                (self._host, self._port), _left_s(deadline, connecting=True)
            )
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is None:
                return _Connection(sock)
            sock.settimeout(_left_s(deadline, connecting=True))
            secured = self._tls.wrap_socket(sock, server_hostname=self._host)
            return _Connection(secured)
        except (OSError, UnicodeError) as error:
            if sock is not None:
                sock.close()
            if isinstance(error, TimeoutError):
                raise LateError(connecting=True) from error
            raise NotReachedError from error


class _Connection:
    """A socket that time limits apply to."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._used_s = time.monotonic()

    def send(self, message: bytes, deadline: Deadline) -> None:
        view = memoryview(message)
        try:
            for start in range(0, len(view), WRITTEN_AT_ONCE):
                self._sock.settimeout(_left_s(deadline))
                self._sock.sendall(view[start : start + WRITTEN_AT_ONCE])
        except TimeoutError as error:
            raise LateError(connecting=False) from error
        except OSError:
            # it reads no more: there may be a response that says why
            return

    def receive(self, deadline: Deadline) -> bytes:
        """What has arrived; empty at its end."""
        try:
            self._sock.settimeout(_left_s(deadline))
            return self._sock.recv(READ_BYTES)
        except TimeoutError as error:
            raise LateError(connecting=False) from error
        except ConnectionResetError as error:
            raise HungUpError from error
        except OSError as error:
            raise NoResponseError from error

    def is_open(self) -> bool:
        """Whether it may be used again: not if something came that nobody asked for, or its end."""
        if time.monotonic() - self._used_s > KEEP_ALIVE_S:
            return False
        poller = select.poll()
        poller.register(self._sock, select.POLLIN)
        return not poller.poll(0)

    def keep(self) -> None:
        self._used_s = time.monotonic()

    def close(self) -> None:
        self._sock.close()


class Response:
    """A response while it is read."""

    def __init__(
        self,
        connection: _Connection,
        deadline: Deadline,
        idle: deque[_Connection],
    ) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        """Names in lower case."""
        self._connection, self._deadline, self._idle = (
            connection,
            deadline,
            idle,
        )
        self._parser = httptools.HttpResponseParser(self)
        self._header_bytes = 0
        self._body: list[bytes] = []
        self._has_headers = self._complete = self._surplus = False
        self._stays_open = False

    def await_headers(self) -> None:
        while not self._has_headers:
            self._header_bytes += self._read()
            if self._header_bytes > MAX_HEADER_BYTES and not self._has_headers:
                raise NoResponseError

    def pieces(self) -> Iterator[bytes]:
        """The body as it arrives, not decoded. Raises NoResponseError."""
        while True:
            if self._body:
                piece = b"".join(self._body)
                self._body.clear()
                yield piece
            elif self._complete:
                return
            else:
                self._read()

    def close(self) -> None:
        """Keep the connection if the response has ended, and the server leaves it open."""
        if self._stays_open and not self._surplus:
            self._connection.keep()
            self._idle.append(self._connection)
        else:
            self._connection.close()

    def _read(self) -> int:
        """How many bytes were read."""
        received = self._connection.receive(self._deadline)
        if not received:
            self._end()
            return 0
        try:
            self._parser.feed_data(received)
        except (
            httptools.HttpParserError,
            httptools.HttpParserUpgrade,
        ) as error:
            if not self._complete:
                raise NoResponseError from error
            self._surplus = True
        return len(received)

    def _end(self) -> None:
        """The server has closed the connection, which may be the end of a body without a length."""
        if not self._has_headers and not self._header_bytes:
            raise HungUpError
        is_sized = (
            "content-length" in self.headers
            or "chunked" in self.headers.get("transfer-encoding", "").lower()
        )
        if not self._has_headers or is_sized:
            raise NoResponseError
        self._complete = self._surplus = True

    # What the parser calls

    def on_message_begin(self) -> None:
        self._surplus = self._complete

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._has_headers:  # a trailer, or another response
            return
        key, text = _text(name).lower(), _text(value)
        self.headers[key] = (
            f"{self.headers[key]}, {text}" if key in self.headers else text
        )

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if self._has_headers:
            return
        if 100 <= status < 200:
            self.headers.clear()
            return
        self.status, self._has_headers = status, True

    def on_body(self, body: bytes) -> None:
        if not self._complete:
            self._body.append(body)

    def on_message_complete(self) -> None:
        self._complete = self._has_headers
        # the parser forgets it afterwards
        self._stays_open = self._complete and self._parser.should_keep_alive()


def _left_s(deadline: Deadline, *, connecting: bool = False) -> float:
    """How long a wait may take. Raises LateError if the deadline has passed."""
    left_s = deadline.left_s
    if left_s <= 0:
        raise LateError(connecting=connecting)
    return left_s


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
