"""A server whose accept queue is full: it drops what opens a connection, and what is sent on one that
it had no room for. Who is late by that stands in the row of the request.
"""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Iterator
from threading import Thread

import pytest

from inferometer.clock import realtime_ns
from inferometer.loadgen.live import Live
from inferometer.loadgen.loop import Loop
from inferometer.trace import MISSING
from tests.loadgen.loop_runner import Ran, finish_loop, job_for
from tests.loadgen.scripted_server import ScriptedServer, answer, until
from tests.system.ring_here import needs_ring

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="other systems queue in other ways"
)

SO_MEMINFO, DROPPED = 55, 8
"""From asm-generic/socket.h; packets that a socket has dropped are the ninth of its figures."""

BOTH_WAYS = pytest.mark.parametrize(
    "packets", [False, pytest.param(True, marks=needs_ring)]
)


class FullQueue:
    """In front of a server, with room for one connection that is not yet accepted."""

    def __init__(self, server: ScriptedServer) -> None:
        self._server = server
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._filler = socket.socket()
        self._before = self.emptied_ns = 0
        self._thread = Thread(target=self._empty_it, daemon=True)

    def listen(self, *, after_data: bool = False) -> None:
        """`after_data`: a connection takes its place in the queue when something is sent on it."""
        if after_data:
            self._listener.setsockopt(
                socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 10
            )
        self._listener.listen(0)

    def fill(self) -> None:
        """Until packets were dropped for it; then the server accepts all."""
        self._filler.connect(("127.0.0.1", self.port))
        self._filler.send(b"x")
        until(lambda: self._waiting() == 1)
        self._before = self._dropped()
        self._thread.start()

    def _waiting(self) -> int:
        """Linux tells it where it tells of others what is not acknowledged."""
        told = self._listener.getsockopt(
            socket.IPPROTO_TCP, socket.TCP_INFO, 28
        )
        return int(struct.unpack_from("@24xI", told)[0])

    def _dropped(self) -> int:
        told = self._listener.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 36)
        return int(struct.unpack("@9I", told)[DROPPED])

    def _empty_it(self) -> None:
        until(lambda: self._dropped() > self._before)
        self.emptied_ns = realtime_ns()
        accepted, _ = self._listener.accept()
        accepted.close()
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            self._server.serve(accepted)

    def close(self) -> None:
        self._filler.close()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)


@pytest.fixture
def queue() -> Iterator[FullQueue]:
    with ScriptedServer(answer) as server:
        made = FullQueue(server)
        yield made
        made.close()


def emptied(queue: FullQueue, ran: Ran) -> int:
    """When, as the columns count time."""
    start_ns = ran.loop.anchors[0].offset_ns + ran.loop._start_ns
    return queue.emptied_ns - start_ns


@BOTH_WAYS
def test_a_connection_that_is_not_answered_delays_no_token(
    queue: FullQueue, *, packets: bool
) -> None:
    """It is asked for again, before the first request is sent."""
    queue.listen()
    queue.fill()
    job = job_for(queue.port, n=2, packets=packets)
    live = Live()
    loop = Loop(job, live)
    loop.prepare()
    ran = finish_loop(loop, job, live)
    assert ran.all_ok
    first, second = ran.column("connect_losses")
    assert first > 0
    assert second == MISSING  # nothing was opened for it
    assert ran.column("losses") == [0, 0]
    assert emptied(queue, ran) < ran.column("sent_ns")[0]


@BOTH_WAYS
def test_what_is_sent_on_a_connection_that_has_no_room_is_sent_again(
    queue: FullQueue, *, packets: bool
) -> None:
    queue.listen(after_data=True)
    job = job_for(queue.port, n=2, packets=packets)
    live = Live()
    loop = Loop(job, live)
    loop.prepare()
    queue.fill()
    ran = finish_loop(loop, job, live)
    assert ran.all_ok
    assert ran.column("connect_losses") == [0, MISSING]
    first, second = ran.column("losses")
    assert first > 0
    assert second == 0
    left = "departed_ns" if packets else "sent_ns"
    left_ns, first_ns = ran.column(left)[0], ran.column("first_ns")[0]
    assert left_ns < emptied(queue, ran) < first_ns
