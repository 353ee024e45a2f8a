"""One socket to the server, with its framing (httptools), its stamps, and TLS where needed."""

from __future__ import annotations

import errno
import os
import re
import select
import socket
import ssl
from array import array

import httptools

from inferometer.clock import monotonic_ns, realtime_ns
from inferometer.loadgen.address import Address, SocketAddress, endpoint
from inferometer.loadgen.exchange import Exchange
from inferometer.loadgen.flow import Flow
from inferometer.loadgen.outflow import Outflow
from inferometer.loadgen.tls import TlsStream
from inferometer.system import stamps
from inferometer.system.packets import FlowKey, flow_key
from inferometer.system.tcp_facts import TcpFacts, tcp_facts
from inferometer.trace.schema import MISSING

READABLE = select.POLLIN
WRITABLE = select.POLLOUT
BROKEN = getattr(select, "POLLRDHUP", 0)
"""The server has closed its side. That a connection is reset is told unasked."""

HEADER_BYTES_MOST = 65_536
TLS_RECORD_BYTES = 65_536

IDLE_TOO_LONG = re.compile(rb"HTTP/1\.[01] 408 ")


class SurplusError(Exception):
    """There are bytes after the end of the response."""


class Connection:
    """A connection serves one exchange at a time; `exchange` is None while it is idle or not yet
    open.

    While it is fed, the parser calls the `on_…` methods; the loop then uses `body` and `complete`.
    """

    __slots__ = (
        "_server",
        "at_chunk",
        "between_chunks",
        "body",
        "chunked",
        "complete",
        "compressed",
        "connect_error",
        "connect_losses",
        "connect_ns",
        "exchange",
        "facts",
        "fd",
        "feed",
        "flow",
        "header_bytes",
        "keep_alive",
        "kernel_stamps",
        "opened_ns",
        "outflow",
        "outgoing",
        "parser",
        "piecemeal",
        "previous",
        "quiet_ns",
        "ready",
        "recv",
        "recvmsg",
        "request_id",
        "served",
        "sized",
        "sock",
        "status",
        "surplus",
        "tls",
    )

    def __init__(
        self,
        address: Address,
        socket_address: SocketAddress,
        tls_context: ssl.SSLContext | None,
    ) -> None:
        self.sock = socket.socket(address.family, socket.SOCK_STREAM)
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.kernel_stamps = stamps.enable(self.sock)
        self.recv, self.recvmsg = self.sock.recv, self.sock.recvmsg
        self.fd = self.sock.fileno()
        self.flow = Flow(self.fd)
        """What its packets tell, if these are looked at."""
        self.outflow: Outflow | None = None
        """The same of our packets."""
        self._make_parser()
        self.tls = (
            TlsStream(tls_context, address.hostname) if tls_context else None
        )
        self.exchange: Exchange | None = None
        self.previous: Exchange | None = None
        """The last one, if it is not yet known what TCP had to do for it."""
        self.facts: TcpFacts | None = None
        """As they were before that."""
        self.ready = self.keep_alive = False
        self.served = 0
        self.outgoing = b""
        self.body = b""
        self.complete = self.sized = self.chunked = self.compressed = (
            self.piecemeal
        ) = False
        self.between_chunks = False
        """The parser is. It may have begun with the next chunk, and not tell before it has its
        size.
        """
        self.at_chunk = False
        """The next bytes read begin a chunk, and will have arrived after all before them were read.
        """
        self.surplus = False
        """Unexpected bytes arrived after the end of a response."""
        self.header_bytes = self.status = self.quiet_ns = 0
        self.request_id = b""
        """The request that the response belongs to, if its headers name one."""
        self.connect_ns = 0
        self.connect_losses = MISSING
        """Packets sent again meanwhile, until a request has taken them over."""
        self.opened_ns = monotonic_ns()
        self._server = endpoint(socket_address)
        self.connect_error = self.sock.connect_ex(socket_address)

    def advance(self) -> None:
        """Continue opening the connection, until `ready`. Raises OSError (including
        ssl.SSLError).
        """
        error = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if not error and self.connect_error != errno.EINPROGRESS:
            # it failed, or succeeded, at once
            error = self.connect_error
        if error:
            raise OSError(error, os.strerror(error))
        if self.tls is not None:
            try:
                received = self.sock.recv(TLS_RECORD_BYTES)
            except BlockingIOError:  # connected just now: we speak first
                received = None
            if received == b"":
                raise ConnectionResetError(
                    "closed by the server during the TLS handshake"
                )
            self.flow.to_pass += len(received or b"")
            reply = self.tls.handshake(received or b"")
            if self.outflow is not None:
                self.outflow.skip(len(reply))
            self.sock.sendall(reply)
            if not self.tls.established:
                return
        self.connect_ns = monotonic_ns() - self.opened_ns
        self.facts = tcp_facts(self.sock)
        if self.facts is not None:
            self.connect_losses = self.facts.sent_again
        self.ready = True

    def send(self, exchange: Exchange, message: bytes) -> None:
        """Start an exchange. What the kernel does not accept at once stays in `outgoing`. Raises
        OSError.
        """
        self.exchange = exchange
        exchange.connection = self
        self.complete = self.sized = self.chunked = self.compressed = (
            self.piecemeal
        ) = False
        self.between_chunks = self.at_chunk = False
        self.header_bytes = self.status = self.quiet_ns = 0
        self.request_id = b""
        exchange.connect_ns = self.connect_ns
        exchange.connect_losses = self.connect_losses
        self.connect_losses = MISSING  # not of the next one
        if self.tls is not None:
            message = self.tls.encrypt(message)
        if self.outflow is not None:
            exchange.departure = self.outflow.begin(len(message))
        exchange.begun_ns = monotonic_ns()
        exchange.sent_ns = exchange.last_read_ns = realtime_ns()
        self.outgoing = message
        self.flush()

    def flush(self) -> None:
        """Write the rest of the request. Raises OSError."""
        try:
            written = self.sock.send(self.outgoing)
        except BlockingIOError:
            written = 0
        self.outgoing = self.outgoing[written:]
        if not self.outgoing and self.exchange is not None:
            self.exchange.sent_done_ns = realtime_ns()

    def note_previous(self) -> None:
        if self.previous is not None:
            self.note_network(self.previous)

    def note_network(self, exchange: Exchange) -> TcpFacts | None:
        """What TCP had to do since the exchange before this one: that was for this one."""
        self.previous = None
        now, before = tcp_facts(self.sock), self.facts
        if now is not None and before is not None:
            overtaken = now.out_of_order > before.out_of_order
            sent_again = max(0, now.sent_again - before.sent_again)
            exchange.losses = sent_again + overtaken
            exchange.window_limited_ns = (
                now.window_limited_ns - before.window_limited_ns
            )
        self.facts = now
        return now

    def has_answer(self) -> bool:
        """Whether something can be read although the server accepts no more of the request."""
        try:
            return bool(self.sock.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def is_spent(self) -> bool:
        """Whether an idle connection on which something arrived has to be closed. TLS sends session
        tickets unasked; these are read.

        Any other bytes end the connection too, since the next response on it could be that of
        another request. Only a server that reports a time-out (408) closes it properly.
        """
        try:
            received = self.sock.recv(TLS_RECORD_BYTES)
            self.flow.to_pass += len(received)
            said = received if self.tls is None else self.tls.decrypt(received)
        except BlockingIOError:
            return False
        except OSError:
            return True
        self.surplus = bool(said) and not IDLE_TOO_LONG.match(said)
        return not received or bool(said)

    def arrived_since(self, quiet_ns: int, full: bool) -> int:
        """The earliest time at which the bytes of the last read may have arrived, if not all at
        once; negative if even the last byte is older than its stamp.

        `quiet_ns` is when the loop knew that nothing was waiting here. A `full` read may have left
        bytes in the socket, so the bytes of the next read may be older.
        """
        since_ns = self.quiet_ns or quiet_ns
        self.quiet_ns = since_ns if full else 0
        self.piecemeal = full or not self.chunked
        return -since_ns if full else since_ns

    def flow_key(self) -> FlowKey:
        """What its packets are known by."""
        local_port = self.sock.getsockname()[1]
        return flow_key(self._server, local_port, self.sock.family)

    def _make_parser(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.feed = self.parser.feed_data

    def finish(self) -> None:
        """The response is complete. Its parser, which has not seen the end, is left; another one is
        made when it is needed, which is after the next request has been sent.
        """
        self.complete = True
        self.feed = self._feed_anew

    def _feed_anew(
        self, data: bytes | bytearray | memoryview[int] | array[int]
    ) -> None:
        self._make_parser()
        self.feed(data)

    def is_between_chunks(self, data: bytes) -> bool:
        """Whether these bytes, just fed, end with a whole chunk."""
        return (
            self.between_chunks and self.tls is None and data.endswith(b"\r\n")
        )

    def close(self) -> None:
        self.sock.close()
        self.exchange = None
        # like the exchange they hold us as we hold them, and the loop collects no garbage
        del (
            self.parser,
            self.feed,
        )

    # Called by the parser.

    def on_message_begin(self) -> None:
        if self.complete:
            # what follows a whole response is not ours, and must not be taken for a part of it
            self.surplus = True
            raise SurplusError

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name in (b"content-length", b"transfer-encoding"):
            self.sized = True
            self.chunked = self.chunked or name == b"transfer-encoding"
        elif name == b"content-encoding" and value.lower() != b"identity":
            self.compressed = True
        elif name == b"x-request-id":
            self.request_id = value

    def on_headers_complete(self) -> None:
        status = self.parser.get_status_code()
        if status >= 200:  # 1xx only announces the real one
            self.status = status
            self.piecemeal = not self.chunked
            # asked now: the parser forgets when the message is complete
            self.keep_alive = self.parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        if self.body:  # a second chunk: the server wrote more than once
            self.body += body
            self.piecemeal = True
        else:
            self.body = body

    def on_message_complete(self) -> None:
        self.complete = self.status > 0

    # They make the parser slower, but what follows a chunk can be framed without it.

    def on_chunk_header(self) -> None:
        self.between_chunks = False

    def on_chunk_complete(self) -> None:
        self.between_chunks = True
