"""The null server's loop: one process, sends the same few bytes over and over, as fast as plain
Python can, and notes when.

It speaks just enough of OpenAI's completions for our own client: any POST is answered with
`max_tokens` events, one at each multiple of `gap_ms` (both of the body): those of all streams leave
in one rush, as from an engine that decodes in batches. All is encoded beforehand. Where `embedded`
does what a server would do, this one finds out how much a client can take; so it has no model, no
queue and no faults. An event that is late does not hurry the next one: two of one stream never
leave closer together than half a gap, so that what a client finds in one read it was too slow to
fetch. Streams that run at the same time should have the same gap: a quicker one would wait behind a
slower one. Commands come on standard input (see `null_server`), whose end is the end.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import socket
import struct
import sys
from array import array
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import orjson

from inferometer.clock import MS, NS, monotonic_ns
from inferometer.engine.http import ClientConnection, HttpRequest
from inferometer.engine.wire import END, chunk
from inferometer.protocol import PROTOCOLS, Reply
from inferometer.system.descriptors import raise_descriptor_limit
from inferometer.system.poller import READ, TimedPoller, sharpen_timers
from inferometer.words import Said, reason_of

MODEL = "null"
RECORD = b"r"
"""Command: hand over the record of true times, and begin a new one."""

LENGTH = struct.Struct("<q")
"""Before each record: how many bytes it has."""

SENDS_A_TURN = 64
"""Events sent before sockets are read again, so that requests do not wait for all streams."""

_HEAD = (
    b"HTTP/1.1 200 OK\r\nserver: inferometer\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)


@lru_cache(maxsize=64)
def encoded(max_tokens: int) -> tuple[bytes, bytes]:
    """Any event of an answer, and its last with all that ends it, as HTTP chunks."""
    emitter = PROTOCOLS["openai"].emitter(
        Reply("null", MODEL, 0, 1, include_usage=True)
    )
    for _ in range(max_tokens - 1):
        event = emitter.event(" null", (0,))
    last = emitter.event(" null", (0,), "length")
    return (chunk(event) if max_tokens > 1 else b""), chunk(last) + END


def next_beat_ns(after_ns: int, gap_ns: int) -> int:
    """The first multiple of `gap_ns` that is at least half a gap away."""
    return ((after_ns + gap_ns // 2) // gap_ns + 1) * gap_ns


class _NullStream:
    """An answer under way."""

    __slots__ = (
        "connection",
        "due_ns",
        "event",
        "gap_ns",
        "last",
        "left",
        "row",
        "send",
    )

    def __init__(
        self,
        connection: ClientConnection,
        row: int,
        due_ns: int,
        gap_ns: int,
        max_tokens: int,
    ) -> None:
        self.connection = connection
        self.send: Callable[[bytes], int] = connection.sock.send
        self.row = row
        self.due_ns = due_ns
        self.gap_ns = gap_ns
        self.left = max_tokens
        self.event, self.last = encoded(max_tokens)


COLUMNS = ("arrival_ns", "row", "departure_ns", "handed_ns", "due_ns")


class _Record:
    """True times since the last record, as columns; all ns of CLOCK_MONOTONIC."""

    def __init__(self) -> None:
        self.request_id: list[str] = []
        self.arrival_ns = array("q")
        self.row = array("q")
        self.departure_ns = array("q")
        self.handed_ns = array("q")
        self.due_ns = array("q")

    def to_npz(self) -> bytes:
        import numpy as np

        file = io.BytesIO()
        columns: dict[str, Any] = {
            name: np.array(getattr(self, name), np.int64) for name in COLUMNS
        }
        np.savez(
            file, request_id=np.array(self.request_id, dtype=np.str_), **columns
        )
        return file.getvalue()


class NullLoop:
    """Listens on a loopback port together with other processes (SO_REUSEPORT); 0: any free port."""

    def __init__(self, port: int) -> None:
        raise_descriptor_limit()
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._listener.bind(("127.0.0.1", port))
        self._listener.listen(65_535)
        self._listener.setblocking(False)
        self.port = int(self._listener.getsockname()[1])
        self._connections: dict[int, ClientConnection] = {}
        self._streams: deque[_NullStream] = deque()
        self._record = _Record()
        self._poller = TimedPoller()
        self._poller.register(self._listener.fileno(), READ)

    def run(self, commands_fd: int, answers_fd: int) -> None:
        """Serve until `commands_fd` ends."""
        self._poller.register(commands_fd, READ)
        gc.disable()
        while True:
            for fd, _ in self._poller.wait(self._patience_s()):
                if (connection := self._connections.get(fd)) is not None:
                    self._hear(connection)
                elif fd != commands_fd:
                    self._accept()
                elif os.read(fd, 1) == RECORD:
                    self._hand_over(answers_fd)
                else:
                    return
            self._send_due()

    def _patience_s(self) -> float | None:
        return (
            max(0, self._streams[0].due_ns - monotonic_ns()) / NS
            if self._streams
            else None
        )

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection = ClientConnection(self._listener.accept()[0])
                self._connections[connection.fd] = connection
                self._poller.register(connection.fd, READ)

    def _hear(self, connection: ClientConnection) -> None:
        if not connection.receive():
            self._drop(connection)
            return
        while connection.requests:
            request = connection.requests.popleft()
            try:
                self._begin(connection, request)
            except (ValueError, KeyError, TypeError):
                connection.respond(
                    400, b'{"error":"max_tokens and gap_ms, please"}'
                )

    def _begin(
        self, connection: ClientConnection, request: HttpRequest
    ) -> None:
        asked = orjson.loads(request.body)
        max_tokens, gap_ns = asked["max_tokens"], round(asked["gap_ms"] * MS)
        if max_tokens < 1 or gap_ns < 1:
            raise ValueError
        record = self._record
        due_ns = next_beat_ns(monotonic_ns(), gap_ns)
        stream = _NullStream(
            connection, len(record.request_id), due_ns, gap_ns, max_tokens
        )
        record.request_id.append(request.headers.get("x-request-id", ""))
        record.arrival_ns.append(request.arrived_ns)
        connection.send(_HEAD)
        self._streams.append(stream)

    def _send_due(self) -> None:
        """Send what is due, at most SENDS_A_TURN events: the hot path."""
        streams, record, now = self._streams, self._record, monotonic_ns
        for _ in range(min(SENDS_A_TURN, len(streams))):
            stream = streams[0]
            departure_ns = now()
            if stream.due_ns > departure_ns:
                return
            streams.popleft()
            left = stream.left = stream.left - 1
            data = stream.event if left else stream.last
            try:
                sent = stream.send(data)
            except OSError:
                sent = 0
            handed_ns = now()
            if (
                sent < len(data)
            ):  # the client has left so much unread that the socket is full, or is gone
                self._drop(stream.connection)
                continue
            record.row.append(stream.row)
            record.departure_ns.append(departure_ns)
            record.handed_ns.append(handed_ns)
            record.due_ns.append(stream.due_ns)
            if left:
                stream.due_ns = next_beat_ns(departure_ns, stream.gap_ns)
                streams.append(stream)

    def _drop(self, connection: ClientConnection) -> None:
        if (
            self._connections.get(connection.fd) is connection
        ):  # else it is dropped already, and another may have its descriptor
            del self._connections[connection.fd]
            self._poller.unregister(connection.fd)
            connection.close()

    def _hand_over(self, answers_fd: int) -> None:
        record, self._record = self._record.to_npz(), _Record()
        data = memoryview(LENGTH.pack(len(record)) + record)
        while data:
            data = data[os.write(answers_fd, data) :]


def main() -> int:
    """The child: a port as its argument, and the one it has got as its first line; then commands
    in, records out.
    """
    try:
        loop = NullLoop(int(sys.argv[1]))
    except OSError as error:
        print(  # noqa: T201
            Said("calibration.no_loopback", {"why": reason_of(error)}),
            file=sys.stderr,
        )
        return 2
    sharpen_timers()
    os.write(1, b"%d\n" % loop.port)
    loop.run(0, 1)
    return 0
