"""The packet ring: real packets on the loopback, and what is said where there can be none."""

from __future__ import annotations

import select
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.clock import realtime_ns
from inferometer.system.packet_filter import IPV4, IPV6, SYN, Headers
from inferometer.system.packets import (
    _FRAME_BYTES,
    _IP_AT,
    ENDS,
    FEW,
    MAX_FRAMES,
    MIN_FRAMES,
    ZERO_WINDOW,
    NoRingError,
    Packet,
    PacketRing,
    _read,
    _read_one,
    flow_key,
    frames_for,
)
from inferometer.system.route import interface_to
from inferometer.words import Said, recorded_reason
from tests.system.ring_here import needs_ring

LOOPBACKS = [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]


class Pair:
    """A connection on the loopback, whose server's packets are recorded."""

    def __init__(
        self,
        family: int,
        address: str,
        frames: int = 64,
        *,
        outgoing: bool = False,
    ) -> None:
        try:
            self.listener = socket.create_server(
                (address, 0), family=socket.AddressFamily(family)
            )
        except OSError as error:
            pytest.skip(f"{address}: {error}")
        self.endpoint = (address, self.listener.getsockname()[1])
        self.ring = PacketRing(
            [self.endpoint], family, frames=frames, outgoing=outgoing
        )
        self.ring.listen()
        self.client = socket.create_connection(self.endpoint)
        self.server, _ = self.listener.accept()
        for each in (self.client, self.server):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        local_port = self.client.getsockname()[1]
        self.key = flow_key(self.endpoint, local_port, family)

    def say(self, data: bytes) -> None:
        """Send it, and wait until it has arrived."""
        self.server.sendall(data)
        size = 0
        while size < len(data):
            size += len(self.client.recv(65536))

    def close(self) -> None:
        for each in (self.client, self.server, self.listener, self.ring):
            each.close()


@pytest.fixture(params=LOOPBACKS, ids=["IPv4", "IPv6"])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    made = Pair(*request.param)
    yield made
    made.close()


def taken(ring: PacketRing) -> list[Packet]:
    return [Packet(*row) for row in ring.take()]


@needs_ring
@pytest.mark.parametrize(
    ("index", "cut_off"), [(None, True), (99_999, True), ("same", False)]
)
def test_a_ring_is_cut_off_when_its_interface_is_another_or_none(
    monkeypatch: pytest.MonkeyPatch, index: int | str | None, cut_off: bool
) -> None:
    pair = Pair(*LOOPBACKS[0])

    def index_of(name: str) -> int:
        if isinstance(index, int):
            return index
        raise OSError

    if index != "same":
        monkeypatch.setattr(socket, "if_nametoindex", index_of)
    assert pair.ring.is_cut_off() is cut_off
    pair.close()


@needs_ring
def test_every_packet_of_the_server_is_there_once(pair: Pair) -> None:
    began_ns = realtime_ns()
    pair.client.sendall(b"not the server's")
    said = [b"HTTP/1.1 200 OK\r\n\r\n", b"5\r\nhello\r\n", b"0\r\n\r\n"]
    for data in said:
        pair.say(data)
    packets = taken(pair.ring)
    assert {packet.key for packet in packets} == {pair.key}
    assert [packet.length for packet in packets] == [0, *map(len, said)]
    assert [packet.kind for packet in packets] == [SYN, 0, 0, ENDS]
    first = packets[0].sequence + 1
    offsets = [(packet.sequence - first) % 2**32 for packet in packets[1:]]
    assert offsets == [0, len(said[0]), len(said[0] + said[1])]
    stamps_ns = [packet.time_ns for packet in packets[1:]]
    assert stamps_ns == sorted(stamps_ns)
    assert began_ns <= stamps_ns[0] <= stamps_ns[-1] <= realtime_ns()
    assert pair.ring.take() == []


@pytest.fixture(params=LOOPBACKS, ids=["IPv4", "IPv6"])
def our_pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    """The client's packets are recorded."""
    made = Pair(*request.param, outgoing=True)
    yield made
    made.close()


@needs_ring
@pytest.mark.parametrize("sizes", [(1, 9), (7,) * (FEW + 1)])
def test_every_packet_of_ours_is_there(
    our_pair: Pair, sizes: tuple[int, ...]
) -> None:
    """Read one by one, and as columns."""
    began_ns = realtime_ns()
    our_pair.say(b"the server's")
    for size in sizes:
        our_pair.client.sendall(b"x" * size)
    # Linux sends one again when its acknowledgement is late
    once: dict[int, Packet] = {}
    for packet in taken(our_pair.ring):
        once.setdefault(packet.sequence, packet)
    packets = list(once.values())
    assert {packet.key for packet in packets} == {our_pair.key}
    assert [packet.length for packet in packets] == [0, *sizes]
    assert [packet.kind for packet in packets] == [SYN, *[0] * len(sizes)]
    first = packets[0].sequence + 1
    offsets = [(packet.sequence - first) % 2**32 for packet in packets[1:]]
    assert offsets == [sum(sizes[:n]) for n in range(len(sizes))]
    stamps_ns = [packet.time_ns for packet in packets[1:]]
    assert stamps_ns == sorted(stamps_ns)
    assert began_ns <= stamps_ns[0] <= stamps_ns[-1] <= realtime_ns()


@needs_ring
def test_that_we_have_no_room_for_more_is_there(our_pair: Pair) -> None:
    """The client does not read."""
    our_pair.server.setblocking(False)
    kinds: set[int] = set()
    for _ in range(1000):
        with suppress(BlockingIOError):
            our_pair.server.send(b"x" * 65536)
        kinds |= {packet.kind for packet in taken(our_pair.ring)}
        if ZERO_WINDOW in kinds:
            break
        select.select([our_pair.ring], [], [], 0.01)
    assert kinds == {SYN, ZERO_WINDOW}


@needs_ring
def test_a_large_write_is_there_with_all_its_bytes(pair: Pair) -> None:
    taken(pair.ring)
    pair.say(b"x" * 300_000)
    size = 0
    while packets := taken(pair.ring):
        size += sum(packet.length for packet in packets)
    assert size == 300_000


@needs_ring
def test_frames_are_used_again_and_again() -> None:
    pair = Pair(*LOOPBACKS[0], frames=1)
    room = len(pair.ring._status)
    taken(pair.ring)
    for round_number in range(5):
        for _ in range(room // 4 + round_number):
            pair.say(b"x")
        count = 0
        while packets := pair.ring.take(100):
            assert len(packets) <= 100
            count += len(packets)
        assert count == room // 4 + round_number
    assert pair.ring.count_lost() == pair.ring.lost == 0
    pair.close()


@needs_ring
def test_packets_without_room_are_counted() -> None:
    pair = Pair(*LOOPBACKS[0], frames=1)
    room = len(pair.ring._status)
    for _ in range(room + 9):
        pair.say(b"x")
    assert pair.ring.count_lost() == 10  # with that of the handshake
    assert (pair.ring.count_lost(), pair.ring.lost) == (0, 10)
    assert len(taken(pair.ring)) == room
    pair.close()


def frames(headers: Headers) -> st.SearchStrategy[bytes]:
    size = _FRAME_BYTES[headers.family]
    return st.lists(
        st.binary(min_size=size, max_size=size), min_size=1, max_size=3
    ).map(b"".join)


@pytest.mark.parametrize(
    "headers", [IPV4, IPV6, IPV4.of_ours(), IPV6.of_ours()]
)
@given(data=st.data())
def test_packets_read_one_by_one_are_those_read_as_columns(
    headers: Headers, data: st.DataObject
) -> None:
    """Whatever is in the frames."""
    memory = bytearray(data.draw(frames(headers)))
    size = _FRAME_BYTES[headers.family]
    if data.draw(st.booleans()):  # a packet too large for its length field
        at = _IP_AT + headers.total
        memory[at : at + 2] = b"\0\0"
    words = np.frombuffer(memory, np.uint32).reshape(-1, size // 4)
    one_by_one = [
        tuple(_read_one(memory, at, headers))
        for at in range(0, len(memory), size)
    ]
    assert _read(words, headers).rows() == one_by_one


@needs_ring
@pytest.mark.parametrize("count", [1, FEW, FEW + 1, 300])
def test_any_number_of_packets_is_taken(count: int) -> None:
    pair = Pair(*LOOPBACKS[0], frames=512)
    pair.ring.take()
    for _ in range(count):
        pair.say(b"xy")
    assert [packet.length for packet in taken(pair.ring)] == [2] * count
    assert pair.ring.take() == []
    pair.close()


@needs_ring
def test_an_alarm_rings_for_an_end_and_not_for_an_event(pair: Pair) -> None:
    alarm = PacketRing(
        [pair.endpoint],
        pair.client.family,
        frames=1,
        alarms_only=True,
    )
    alarm.listen()
    pair.say(b"5\r\nhello\r\n")
    assert alarm.take() == []
    pair.say(b"0\r\n\r\n")
    assert [packet.kind for packet in taken(alarm)] == [ENDS]
    alarm.close()


@needs_ring
@pytest.mark.parametrize(("family", "address"), LOOPBACKS)
def test_the_route_names_the_interface(family: int, address: str) -> None:
    assert interface_to(address, family) == "lo"


def test_a_ring_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> socket.socket:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(socket, "AF_PACKET", 17, raising=False)
    monkeypatch.setattr(socket, "socket", refuse)
    for system, why in (
        ("linux", "CAP_NET_RAW is missing"),
        ("darwin", "not Linux"),
    ):
        monkeypatch.setattr(sys, "platform", system)
        with pytest.raises(NoRingError, match=why) as refused:
            PacketRing([("127.0.0.1", 1)], socket.AF_INET, frames=1)
        assert isinstance(recorded_reason(str(refused.value)), Said)


def test_a_flow_is_known_by_its_server_and_both_ports() -> None:
    key = flow_key(("1.2.3.4", 0x1F90), 0xC001, socket.AF_INET)
    assert key == 0x01020304_1F90_C001
    keys = {
        flow_key((address, port), local_port, socket.AF_INET6)
        for address in ("2001:db8::1", "2001:db8::2")
        for port in (80, 81)
        for local_port in (40000, 40001)
    }
    assert len(keys) == 8


@pytest.mark.parametrize(
    ("streams", "frames"),
    [(1, MIN_FRAMES), (1024, 65536), (10**6, MAX_FRAMES)],
)
def test_the_ring_is_bounded(streams: int, frames: int) -> None:
    assert frames_for(streams) == frames
