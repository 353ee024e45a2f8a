"""A server for tests of the loop: plain sockets on the loopback that do just what a script says,
byte for byte.

A script is called once a request, in a thread of the connection it came on. It may send any bytes,
wait for an event of the test's, hang up or reset; when it returns, the connection is kept for the
next request.
"""

from __future__ import annotations

import socket
import ssl
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any

import orjson

PATIENCE_S = 10.0
"""After so long without what it waits for, a script gives up, so that a broken test ends."""


@dataclass(frozen=True)
class Asked:
    """One request as it came. `number` counts the requests of the server, `connection` its
    connections, both from 0.
    """

    number: int
    connection: int
    nth: int
    """Which request of its connection it is, from 0."""
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> int:
        """The number of the request in the workload."""
        return int(self.headers["x-request-id"].rpartition("-")[2])


class Hangup(Exception):  # noqa: N818 - not an error: the other side has gone
    """The client has closed the connection."""


class Peer:
    """The server's end of one connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._buffer = b""

    def send(self, *parts: bytes) -> None:
        """Each part in a segment of its own, as far as the kernel lets us."""
        for part in parts:
            self.sock.sendall(part)

    def close(self) -> None:
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def reset(self) -> None:
        """Hang up so that the other side sees a reset, whatever it has read."""
        self.sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        self.sock.close()

    def read_until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            self._more()
        found, _, self._buffer = self._buffer.partition(end)
        return found + end

    def read(self, length: int) -> bytes:
        while len(self._buffer) < length:
            self._more()
        found, self._buffer = self._buffer[:length], self._buffer[length:]
        return found

    def wait_for_hangup(self) -> None:
        with suppress(Hangup):
            while True:
                self._more()

    def _more(self) -> None:
        try:
            received = self.sock.recv(1 << 20)
        except OSError:
            received = b""
        if not received:
            raise Hangup
        self._buffer += received


Script = Callable[[Peer, Asked], None]


@dataclass
class ScriptedServer:
    """Listens while the `with` block lasts. `asked` are the requests so far, `most_at_once` how
    many scripts ran together.
    """

    script: Script
    tls: ssl.SSLContext | None = None
    greet: Callable[[Peer, int], bool] = lambda peer, number: True
    """Called with each new connection before anything is read; False hands it over to no script."""
    host: str = "127.0.0.1"
    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    at_once: int = 0
    most_at_once: int = 0
    failed: list[BaseException] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)
    _peers: list[Peer] = field(default_factory=list)
    _threads: list[Thread] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http{'s' if self.tls else ''}://{self.host}:{self.port}"

    def __enter__(self) -> ScriptedServer:
        self._listener = socket.create_server(
            (self.host, self.port), backlog=1024
        )
        self.port = self._listener.getsockname()[1]
        self._thread = Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop_listening()
        self.hang_up()
        for thread in self._threads:
            thread.join(PATIENCE_S)
        if self.failed and error is None:
            raise self.failed[0]

    def hang_up(self) -> None:
        """Close all connections that are open; new ones are taken."""
        for peer in self._peers:
            peer.close()

    def stop_listening(self) -> None:
        """From now on connections are refused; those that are open stay."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(PATIENCE_S)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.serve(sock)

    def serve(self, sock: socket.socket) -> None:
        """Answer what comes on this connection."""
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(PATIENCE_S)
        peer, number = Peer(sock), self.connections
        self.connections += 1
        self._peers.append(peer)
        thread = Thread(target=self._serve, args=(peer, number), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self, peer: Peer, number: int) -> None:
        try:
            if self.tls is not None:
                peer.sock = self.tls.wrap_socket(peer.sock, server_side=True)
            if not self.greet(peer, number):
                return
            nth = 0
            while True:
                self._one(peer, number, nth)
                nth += 1
        except (Hangup, OSError):
            peer.close()
        except (
            BaseException
        ) as error:  # told to the test, which runs in another thread
            self.failed.append(error)
            peer.close()

    def _one(self, peer: Peer, connection: int, nth: int) -> None:
        head = peer.read_until(b"\r\n\r\n").decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        body = peer.read(int(headers.get("content-length", 0)))
        with self._lock:
            asked = Asked(
                len(self.asked),
                connection,
                nth,
                first.split(" ")[1],
                headers,
                body,
            )
            self.asked.append(asked)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self.script(peer, asked)
        finally:
            with self._lock:
                self.at_once -= 1


def wait(event: Event) -> None:
    """For scripts: go on when the test (or another script) says so."""
    if not event.wait(PATIENCE_S):
        raise AssertionError("what the script waited for did not come")


def until(true: Callable[[], bool]) -> None:
    """Wait for something that no event tells of."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline_s, "what was waited for did not come"
        time.sleep(0.001)


# What servers say


def event(text: str = "", *, finish: str | None = None, **more: Any) -> bytes:
    """One event of a completions stream."""
    choice = {"index": 0, "text": text, "finish_reason": finish}
    return (
        b"data: "
        + orjson.dumps({"id": "x", "choices": [choice], **more})
        + b"\n\n"
    )


def usage(prompt: int = 8, completion: int = 3) -> bytes:
    counts = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
    return (
        b"data: "
        + orjson.dumps({"id": "x", "choices": [], "usage": counts})
        + b"\n\n"
    )


DONE = b"data: [DONE]\n\n"

STREAM = (event(" a"), event(" b"), event(" c", finish="length"), usage(), DONE)
"""A whole answer of three tokens."""


def head(
    *lines: str,
    status: str = "200 OK",
    content_type: str | None = "text/event-stream",
) -> bytes:
    typed = [f"Content-Type: {content_type}"] if content_type else []
    return "\r\n".join([f"HTTP/1.1 {status}", *typed, *lines, "", ""]).encode()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"


def chunked(*events: bytes, head_lines: tuple[str, ...] = ()) -> list[bytes]:
    """The parts of a chunked response: head, a chunk for each event, the last chunk."""
    return [
        head("Transfer-Encoding: chunked", *head_lines),
        *map(chunk, events),
        LAST_CHUNK,
    ]


def sized(
    body: bytes,
    status: str = "200 OK",
    content_type: str = "text/event-stream",
    *lines: str,
) -> bytes:
    """A response with a Content-Length, in one piece."""
    return (
        head(
            f"Content-Length: {len(body)}",
            *lines,
            status=status,
            content_type=content_type,
        )
        + body
    )


def answer(peer: Peer, asked: Asked) -> None:
    """The script of a healthy server."""
    peer.send(*chunked(*STREAM))
