"""The engine's server: one thread, one loop, between the sockets and what answers. Knows neither
routes nor wire formats.

    sockets → http → api → ask (what?), model (when?), wire (which bytes?) → http → sockets
                       ↘ truth, metrics

The loop sleeps until the next emission is due or a socket is ready. It is made for loopback and
test networks: no TLS, and no limit on the size of a request.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import socket
from collections.abc import Callable
from typing import Any

from inferometer.clock import NS, monotonic_ns
from inferometer.engine.api import Api, FrontSettings
from inferometer.engine.engine_model import EngineModel
from inferometer.engine.http import ClientConnection
from inferometer.engine.model import EngineSettings, PacedModel
from inferometer.engine.twin.configuration import TwinSettings
from inferometer.engine.twin.front import TwinModel
from inferometer.system.descriptors import raise_descriptor_limit
from inferometer.system.poller import READ, WRITE, TimedPoller

MODELS: dict[str, Callable[[Any], EngineModel]] = {
    "paced": PacedModel,
    "twin": TwinModel,
}
"""What there is behind the front. `paced` is made of EngineSettings, `twin` of TwinSettings."""


AWAKE_S = 100e-6
"""A client that has its answer asks again in about half of this."""


class EngineServer:
    """Binds and listens when created (or raises OSError); serves while `run` runs, until `stop`."""

    def __init__(
        self,
        settings: EngineSettings | TwinSettings,
        front: FrontSettings,
        *,
        model: str | None = None,
    ) -> None:
        """`model`: a name of MODELS; None is the one that the settings are for."""
        is_twin = isinstance(settings, TwinSettings)
        engine = MODELS[model or ("twin" if is_twin else "paced")](settings)
        raise_descriptor_limit()
        family = socket.AF_INET6 if ":" in front.host else socket.AF_INET
        self._listener = socket.create_server(
            (front.host, front.port), family=family, backlog=65535
        )
        self._listener.setblocking(False)
        self._accepting = True
        self._api = Api(engine, front, self._refuse, self._cut)
        self._connections: dict[int, ClientConnection] = {}
        self._waker, self._wakened = socket.socketpair()
        self._stopping = False
        has_time = is_twin and (os.cpu_count() or 1) > 1
        self._poller = TimedPoller(awake_s=AWAKE_S if has_time else 0)
        self._poller.register(self._listener.fileno(), READ)
        self._poller.register(self._wakened.fileno(), READ)

    @property
    def url(self) -> str:
        host, port = self._listener.getsockname()[:2]
        return (
            f"http://[{host}]:{port}"
            if ":" in host
            else f"http://{host}:{port}"
        )

    def stop(self) -> None:
        """End `run`. May be called from a signal handler or another thread."""
        self._stopping = True
        with contextlib.suppress(OSError):
            self._waker.send(b"!")

    def watch(self, fd: int) -> None:
        """Stop when `fd` is readable: a lifeline whose other end closes when its owner dies."""
        self._poller.register(fd, READ)

    def run(self) -> None:
        """Serve until `stop`; then cut running streams, and write the record of true times."""
        # a collection among thousands of connections would make events late; closed ones leave no
        # cycles behind
        gc.disable()
        try:
            known_ns = monotonic_ns()
            while not self._stopping:
                ready = self._poller.wait(self._patience_s())
                # a request that comes from now on is read only after the next `send_due`
                looked_ns = monotonic_ns()
                for fd, events in ready:
                    # a request takes long to read: what does not depend on it leaves first
                    self._api.send_due(known_ns)
                    self._on_ready(fd, events)
                known_ns = looked_ns
                self._api.send_due(known_ns)
                for connection in self._api.note_sent():
                    if (
                        connection.fd in self._connections
                    ):  # may have been settled for good already
                        self._settle(connection)
        finally:
            gc.enable()
            self._close()
        self._api.write_truth()

    def _patience_s(self) -> float | None:
        next_ns = self._api.next_ns()
        return (
            None if next_ns is None else max(0, next_ns - monotonic_ns()) / NS
        )

    def _on_ready(self, fd: int, events: int) -> None:
        connection = self._connections.get(fd)
        if connection is None:
            if fd == self._listener.fileno():
                self._accept()
            else:
                self._stopping = (
                    True  # woken by `stop`, or the lifeline has ended
                )
            return
        if events & WRITE:
            connection.flush()
        if events & ~WRITE and not connection.receive():
            self._drop(connection)
        else:
            self._settle(connection)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError as error:
                if error.errno in (
                    errno.EMFILE,
                    errno.ENFILE,
                ):  # take more when one has closed
                    self._poller.unregister(self._listener.fileno())
                    self._accepting = False
                return
            connection = ClientConnection(sock)
            self._connections[connection.fd] = connection
            self._poller.register(connection.fd, READ)

    def _settle(self, connection: ClientConnection) -> None:
        """Start waiting requests of a connection, send the unsent, and close it if it is not to be
        kept.
        """
        while (
            connection.requests
            and connection.answering is None
            and connection.keep_alive
        ):
            request = connection.requests.popleft()
            connection.keep_alive = request.keep_alive
            self._api.handle(connection, request)
        if (
            connection.unsent
            or connection.keep_alive
            or connection.answering is not None
        ):
            self._poller.modify(
                connection.fd, READ | WRITE if connection.unsent else READ
            )
        else:
            self._drop(connection)

    def _refuse(self) -> None:
        """Accept no more connections, and close the open ones, after any answer in progress."""
        if self._accepting:
            self._poller.unregister(self._listener.fileno())
        self._accepting = True  # so that nobody tries to
        self._listener.close()
        for connection in list(self._connections.values()):
            connection.keep_alive = False
            if connection.answering is None and not connection.unsent:
                self._drop(connection)

    def _cut(self) -> None:
        """Close all connections. The loop notices and drops them."""
        for connection in self._connections.values():
            connection.hang_up()
            with contextlib.suppress(OSError):  # the client was first
                connection.sock.shutdown(socket.SHUT_RDWR)

    def _drop(self, connection: ClientConnection) -> None:
        self._api.abandon(connection)
        del self._connections[connection.fd]
        self._poller.unregister(connection.fd)
        connection.close()
        if not self._accepting:
            self._poller.register(self._listener.fileno(), READ)
            self._accepting = True

    def _close(self) -> None:
        for connection in self._connections.values():
            connection.close()
        for sock in (self._listener, self._waker, self._wakened):
            sock.close()
        self._poller.close()
