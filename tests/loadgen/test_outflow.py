"""From our packets to departures: whatever the packets, a byte has left when one first brought it."""

from __future__ import annotations

from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.loadgen.flow import MODULUS
from inferometer.loadgen.outflow import Departure, Departures, Outflow
from inferometer.system.packet_filter import SYN
from inferometer.system.packets import ZERO_WINDOW, Packet, PacketRing
from inferometer.trace import MISSING

FIRST = 1000
"""Sequence number of the first byte."""
KEY = 77


def packet(begin: int, end: int, time_ns: int, kind: int = 0) -> Packet:
    """With these bytes of the stream."""
    return Packet(KEY, (FIRST + begin) % MODULUS, end - begin, time_ns, kind)


def opened(first: int = FIRST) -> Outflow:
    outflow = Outflow()
    handshake = Packet(KEY, (first - 1) % MODULUS, 0, 0, SYN)
    outflow.add(handshake, sure=True)
    return outflow


def told(departure: Departure) -> tuple[int, int, int]:
    return departure.first_ns, departure.last_ns, departure.zero_windows


def cuts(draw: st.DrawFn, total: int) -> list[tuple[int, int]]:
    places = draw(st.lists(st.integers(1, total), max_size=12))
    return list(pairwise(sorted({0, total, *places})))


@st.composite
def sendings(
    draw: st.DrawFn,
) -> tuple[int, list[tuple[int, int]], list[tuple[int, int]]]:
    """First sequence number; where requests begin and end; and packets that bring them in order:
    cut anywhere, with any bytes of before again, and new ones behind them.
    """
    first = draw(st.sampled_from([0, FIRST, MODULUS - 1, MODULUS - 20]))
    total = draw(st.integers(1, 60))
    requests, packets = cuts(draw, total), []
    for begin, end in cuts(draw, total):
        for _ in range(draw(st.integers(0, 2))):
            again = sorted(draw(st.tuples(*[st.integers(0, begin)] * 2)))
            packets.append((again[0], again[1]))
        packets.append((draw(st.integers(0, begin)), end))
    return first, requests, packets


@given(sendings())
def test_any_segmentation_gives_the_time_at_which_a_byte_first_left(
    sending: tuple[int, list[tuple[int, int]], list[tuple[int, int]]],
) -> None:
    first, requests, packets = sending
    outflow = opened(first)
    departures = [outflow.begin(end - begin) for begin, end in requests]
    left_ns: dict[int, int] = {}
    for time_ns, (begin, end) in enumerate(packets, start=1):
        sequence = (first + begin) % MODULUS
        brought = Packet(KEY, sequence, end - begin, time_ns, 0)
        outflow.add(brought, sure=True)
        for byte in range(begin, end):
            left_ns.setdefault(byte, time_ns)
    assert [told(departure) for departure in departures] == [
        (left_ns[begin], left_ns[end - 1], 0) for begin, end in requests
    ]


@given(sendings(), st.data())
def test_where_packets_are_missing_a_time_is_right_or_unknown(
    sending: tuple[int, list[tuple[int, int]], list[tuple[int, int]]],
    data: st.DataObject,
) -> None:
    """None is sent again."""
    first, requests, _ = sending
    sizes = data.draw(st.lists(st.integers(1, 9), min_size=1))
    ends = list(accumulate(sizes))
    outflow = opened(first)
    departures = [outflow.begin(end - begin) for begin, end in requests]
    for time_ns, (size, end) in enumerate(zip(sizes, ends, strict=True), 1):
        if data.draw(st.booleans()):
            sequence = (first + end - size) % MODULUS
            brought = Packet(KEY, sequence, size, time_ns, 0)
            outflow.add(brought, sure=True)
    left_ns = [n for n, size in enumerate(sizes, 1) for _ in range(size)]
    for departure, (begin, end) in zip(departures, requests, strict=True):
        assert departure.first_ns in {MISSING, *left_ns[begin : begin + 1]}
        assert departure.last_ns in {MISSING, *left_ns[end - 1 : end]}


def test_a_request_is_cut_into_packets_and_one_of_them_is_sent_again() -> None:
    outflow = opened()
    outflow.skip(10)
    departure = outflow.begin(30)
    outflow.add(packet(0, 10, 1), sure=True)
    assert told(departure) == (MISSING, MISSING, MISSING)
    outflow.add(packet(10, 25, 2), sure=True)
    assert told(departure) == (2, MISSING, MISSING)
    outflow.add(packet(10, 25, 3), sure=True)
    outflow.add(packet(25, 40, 4), sure=True)
    outflow.add(packet(10, 40, 5), sure=True)
    assert told(departure) == (2, 4, 0)


def test_the_packet_that_is_missing_takes_its_requests_times_with_it() -> None:
    outflow = opened()
    lost, cut, whole = (outflow.begin(10) for _ in range(3))
    outflow.add(packet(15, 20, 2), sure=True)
    outflow.add(packet(20, 30, 3), sure=True)
    assert told(lost) == (MISSING, MISSING, MISSING)
    assert told(cut) == (MISSING, 2, 0)
    assert told(whole) == (3, 3, 0)


def test_zero_windows_are_those_of_the_request_that_is_being_answered() -> None:
    outflow = opened()
    first, second = outflow.begin(10), outflow.begin(10)
    outflow.add(packet(0, 10, 1), sure=True)
    for time_ns in (2, 3):
        outflow.add(packet(10, 10, time_ns, ZERO_WINDOW), sure=True)
    outflow.add(packet(10, 20, 4), sure=True)
    assert (first.zero_windows, second.zero_windows) == (2, 0)
    outflow.add(packet(20, 20, 5, ZERO_WINDOW), sure=True)
    assert (first.zero_windows, second.zero_windows) == (2, 1)


def test_a_zero_window_tells_of_a_request_whose_packets_are_missing() -> None:
    outflow = opened()
    departure = outflow.begin(10)
    outflow.add(packet(10, 10, 1, ZERO_WINDOW), sure=True)
    assert told(departure) == (MISSING, MISSING, 1)


def test_a_connection_whose_handshake_was_not_seen_has_no_times() -> None:
    outflow = Outflow()
    departure = outflow.begin(10)
    outflow.add(packet(0, 10, 1, ZERO_WINDOW), sure=True)
    assert told(departure) == (MISSING, MISSING, MISSING)


class Ring:
    """A ring in which these packets are, one after the other; then some found no room."""

    def __init__(self, lost: int, packets: list[Packet]) -> None:
        self._lost, self._packets = lost, packets

    def take(self) -> list[Packet]:
        taken, self._packets = self._packets[:1], self._packets[1:]
        return taken

    def count_lost(self) -> int:
        return self._lost


@pytest.mark.parametrize(
    ("lost", "answered", "waiting"),
    [(0, (1, 1, 0), (2, 2, 0)), (1, (1, 1, MISSING), (MISSING,) * 3)],
)
def test_what_a_full_ring_missed_is_unknown(
    lost: int,
    answered: tuple[int, int, int],
    waiting: tuple[int, int, int],
) -> None:
    """The first one may have met a full window; the other's packet may be one sent again."""
    outflow = opened()
    first, second = outflow.begin(10), outflow.begin(10)
    outflow.add(packet(0, 10, 1), sure=True)
    ring = Ring(lost, [Packet(3, 0, 1, 1, 0), packet(10, 20, 2)])
    look(ring, outflow)
    assert told(first) == answered
    assert told(second) == waiting


def look(ring: Ring, outflow: Outflow) -> None:
    as_ring: PacketRing = ring  # type: ignore[assignment]
    Departures(as_ring, {KEY: outflow}).look()
