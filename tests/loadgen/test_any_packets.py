"""Whatever packets bring the same responses, in whatever order, and whenever the client looks: each
event has arrived with the last of the bytes up to its end.
"""

from __future__ import annotations

import os
import select
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inferometer.clock import MS, NS, realtime_ns, to_monotonic
from inferometer.loadgen import loop as loop_module
from inferometer.loadgen import packet_reader
from inferometer.loadgen.flow import MODULUS
from inferometer.loadgen.live import Live
from inferometer.loadgen.loop import Loop
from inferometer.loadgen.packet_reader import PacketReader
from inferometer.loadgen.reader import Rings
from inferometer.system.packet_filter import LAST_CHUNK
from inferometer.system.packets import ENDS, Packet
from inferometer.trace import StampSource
from tests.loadgen.loop_runner import Ran, finish_loop, job_for
from tests.loadgen.poller_around import PollerAround
from tests.loadgen.scripted_server import DONE, chunk, event, head, usage
from tests.loadgen.test_runs import columns

FINISHED = event(" end", finish="length")
TRAPS = [b": 0\r\n\r\n\n", b": 5\r\nhello\r\n\n\n", b": ping\n\n", b""]
"""Comments before an event, some of which look like chunks."""


class Response(NamedTuple):
    said: bytes
    event_ends: list[int]
    """Where the events that carry output end in it."""


class Segment(NamedTuple):
    """A packet: these bytes of its response."""

    begin: int
    end: int
    lag: int
    """So many packets later TCP has it."""
    looked: bool
    """Whether the client has a turn before the next one."""


@st.composite
def responses(draw: st.DrawFn) -> Response:
    bodies = [
        draw(st.sampled_from(TRAPS)) + event(f" {n}")
        for n in range(draw(st.integers(0, 6)))
    ] + [FINISHED]
    others = [usage(), DONE]
    if draw(st.booleans()):
        opening = head("Transfer-Encoding: chunked")
        parts = [*map(chunk, [*bodies, *others]), LAST_CHUNK]
        after = len(b"\r\n")
    else:
        size = sum(map(len, [*bodies, *others]))
        opening = head(f"Content-Length: {size}")
        parts, after = [*bodies, *others], 0
    ends = accumulate(map(len, parts[: len(bodies)]), initial=len(opening))
    return Response(
        opening + b"".join(parts), [end - after for end in [*ends][1:]]
    )


@st.composite
def deliveries(draw: st.DrawFn, response: Response) -> list[Segment]:
    """Cut anywhere, some of it twice, some overlapping, in any order."""
    total = len(response.said)
    place = st.integers(0, total) | st.sampled_from(response.event_ends)
    cuts = sorted({0, total, *draw(st.lists(place, max_size=10))})
    spans = list(zip(cuts, cuts[1:], strict=False))
    again = draw(st.lists(st.tuples(place, place), max_size=3))
    spans += [(min(pair), max(pair)) for pair in again if pair[0] != pair[1]]
    if draw(st.booleans()):
        spans = draw(st.permutations(spans))
    return [
        Segment(*span, draw(st.integers(0, 2)), draw(st.booleans()))
        for span in spans
    ]


class Ring:
    """Holds packets until it is asked for them."""

    def __init__(self) -> None:
        self.lost = self.bytes = 0
        self.as_columns = False
        self.packets: list[Packet] = []
        self._ends = os.pipe()

    def fileno(self) -> int:
        return self._ends[0]

    def put(self, packet: Packet) -> None:
        self.packets.append(packet)

    def take(self, most: int = 0) -> list[Packet]:
        taken, self.packets = self.packets, []
        return taken

    def take_columns(self, most: int = 0) -> Any:
        taken = self.take()
        return columns(taken) if taken and self.as_columns else taken

    def count_lost(self) -> int:
        return 0

    def close(self) -> None:
        for each in self._ends:
            os.close(each)


class Wire:
    """One connection: what the server sends is in the ring, and later in the socket."""

    def __init__(self, script: list[tuple[Response, list[Segment]]]) -> None:
        self.rings = Rings(*[Ring() for _ in range(3)])  # type: ignore[arg-type]
        self._script = script
        self.first = 0
        """Sequence number of the first byte."""
        self._event_ends: list[int] = []
        self._data = b""
        self._came_ns: list[int] = []
        """When each byte came first; 0: not yet."""
        self._readable: deque[int] = deque([0], maxlen=3)
        """How many bytes TCP had in order, after each of the last packets."""
        self._read = self._available = 0
        self._key = 0
        self._playing: Iterator[None] | None = None

    def attach(self, loop: Loop) -> None:
        connection: Any
        (connection,) = loop.connections.by_fd.values()
        self._key = connection.flow_key()
        connection.flow.open((self.first - 1) % MODULUS)
        connection.recv = self._recv
        connection.recvmsg = lambda size, _: (self._recv(size), [], 0, None)
        self._playing = self._play(loop)

    def _recv(self, size: int) -> bytes:
        if self._available == self._read:
            raise BlockingIOError
        begin, self._read = self._read, min(self._available, self._read + size)
        return self._data[begin : self._read]

    def _play(self, loop: Loop) -> Iterator[None]:
        for number, (response, segments) in enumerate(self._script):
            while loop.sent <= number:
                yield
            base = len(self._data)
            self._data += response.said
            self._came_ns += [0] * len(response.said)
            self._event_ends += [base + end for end in response.event_ends]
            for segment in segments:
                self._deliver(base, segment)
                if segment.looked:
                    yield
            self._available = len(self._data)
            yield

    def arrivals_ns(self) -> list[int]:
        """Of all events."""
        latest = list(accumulate(self._came_ns, max))
        return [latest[end - 1] for end in self._event_ends]

    def _deliver(self, base: int, segment: Segment) -> None:
        begin, end = base + segment.begin, base + segment.end
        time_ns = realtime_ns()
        for byte in range(begin, end):
            self._came_ns[byte] = self._came_ns[byte] or time_ns
        ends = ENDS * self._data[begin:end].endswith(LAST_CHUNK)
        sequence = (self.first + begin) % MODULUS
        packet = Packet(self._key, sequence, end - begin, time_ns, ends)
        for ring in self.rings[: 1 + bool(ends)]:
            ring.put(packet)  # type: ignore[attr-defined]
        in_order = (*self._came_ns, 0).index(0)
        self._readable.append(in_order)
        lagging = [*self._readable][::-1][: segment.lag + 1][-1]
        self._available = max(self._available, lagging)

    def turn(self) -> bool:
        """The client looks: what has come meanwhile is there. Whether it is the client's turn."""
        if self._playing is None:
            return False
        next(self._playing, None)
        return True


class PlayedPoller(PollerAround):
    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire

    def poll(self, timeout: float, maxevents: int, /) -> list[tuple[int, int]]:
        if not self._wire.turn():
            return super().poll(timeout, maxevents)
        alarm: Any = self._wire.rings.alarms
        return [(alarm.fileno(), select.POLLIN)] if alarm.packets else []


@contextmanager
def in_its_own_time(wire: Wire, pause_ns: int) -> Iterator[None]:
    """A client that looks for packets again and again, or only when it has another reason to."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MIN_PAUSE_NS", "MAX_PAUSE_NS", "CROWDED_NS"):
            patch.setattr(packet_reader, name, pause_ns)
        for name in ("STALE_NS", "CHECK_NS"):
            patch.setattr(packet_reader, name, 0)
        patch.setattr(packet_reader, "SWEEP_TICKS", 3)
        patch.setattr(loop_module, "open_rings", lambda job: wire.rings)
        patch.setattr(loop_module, "make_poller", lambda: PlayedPoller(wire))
        patch.setattr(PacketReader, "sees", lambda self, connections: True)
        yield


def run(wire: Wire, port: int, n: int) -> Ran:
    job, live = job_for(port, n=n, packets=True), Live()
    loop = Loop(job, live)
    loop.prepare()
    loop._tick_ns = 0
    wire.attach(loop)
    return finish_loop(loop, job, live)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_any_packets_give_the_same_arrivals(data: st.DataObject) -> None:
    told = [data.draw(responses()) for _ in range(data.draw(st.integers(1, 3)))]
    wire = Wire([(each, data.draw(deliveries(each))) for each in told])
    wire.first = data.draw(st.sampled_from([1000, 0, MODULUS - 300]))
    wire.rings.packets.as_columns = data.draw(st.booleans())  # type: ignore[attr-defined]
    pause_ns = data.draw(st.sampled_from([MS // 5, 60 * NS]))
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as listener,
        in_its_own_time(wire, pause_ns),
    ):
        ran = run(wire, listener.getsockname()[1], len(told))
    assert ran.all_ok, ran.column("detail")
    assert ran.column("event_count") == [len(each.event_ends) for each in told]
    assert set(ran.trace.events["stamp_source"]) == {StampSource.TAP}
    assert not ran.trace.events["ambiguity_ns"].any()
    came_ns = to_monotonic(np.array(wire.arrivals_ns()), ran.loop.anchors)
    expected = came_ns - ran.loop._start_ns
    assert ran.trace.events["arrival_ns"].tolist() == expected.tolist()
