"""From packets to arrival times: whatever the packets and their order, a byte has arrived when it
and all before it have.
"""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.loadgen.flow import MAX_AHEAD, MODULUS, UNKNOWN, Flow

FIRST = 1000
"""Sequence number of the first byte."""


def opened(first: int = FIRST) -> Flow:
    flow = Flow(7)
    flow.open((first - 1) % MODULUS)
    return flow


def pieces(flow: Flow, size: int) -> list[tuple[int, int]]:
    """(bytes, time) of each of the next."""
    ends, times_ns = flow.take(size)
    lengths = [
        end - begin for begin, end in zip([0, *ends], ends, strict=False)
    ]
    return list(zip(lengths, times_ns, strict=True))


def times_of(flow: Flow, *sizes: int) -> list[int]:
    """The time of each byte, taken in reads of these sizes."""
    return [
        time_ns
        for size in sizes
        for length, time_ns in pieces(flow, size)
        for _ in range(length)
    ]


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[int, int, list[tuple[int, int]]]:
    """First sequence number, bytes in all, and packets (begin, end) that bring all of them: cut
    anywhere, some twice, some overlapping, in any order.
    """
    first = draw(
        st.sampled_from([0, 1, FIRST, MODULUS - 1, MODULUS - 20, MODULUS // 2])
    )
    total = draw(st.integers(1, 60))
    cuts = sorted(
        {0, total, *draw(st.lists(st.integers(1, total), max_size=12))}
    )
    packets = list(zip(cuts, cuts[1:], strict=False))
    place = st.integers(0, total)
    again = draw(st.lists(st.tuples(place, place), max_size=6))
    packets += [(min(pair), max(pair)) for pair in again if pair[0] != pair[1]]
    return first, total, draw(st.permutations(packets))


@given(deliveries(), st.lists(st.integers(1, 30), min_size=1))
def test_any_segmentation_in_any_order_gives_the_same_arrivals(
    delivery: tuple[int, int, list[tuple[int, int]]], sizes: list[int]
) -> None:
    first, total, packets = delivery
    flow = opened(first)
    came_ns = [0] * total
    for time_ns, (begin, end) in enumerate(packets, start=1):
        flow.add((first + begin) % MODULUS, end - begin, time_ns)
        for byte in range(begin, end):
            came_ns[byte] = came_ns[byte] or time_ns
    assert flow.known_bytes == total
    reads = [*sizes, *[total] * 2]
    assert times_of(flow, *reads) == list(accumulate(came_ns, max))
    assert (flow.known_bytes, flow.ahead) == (0, [])


@given(deliveries(), st.data())
def test_reads_between_the_packets_change_nothing(
    delivery: tuple[int, int, list[tuple[int, int]]], data: st.DataObject
) -> None:
    first, total, packets = delivery
    flow = opened(first)
    came_ns = [0] * total
    read: list[int] = []
    for time_ns, (begin, end) in enumerate(packets, start=1):
        flow.add((first + begin) % MODULUS, end - begin, time_ns)
        for byte in range(begin, end):
            came_ns[byte] = came_ns[byte] or time_ns
        read += times_of(flow, data.draw(st.integers(0, 20)))
    read += times_of(flow, total)
    assert read == list(accumulate(came_ns, max))


def test_retransmissions_are_counted_and_change_no_time() -> None:
    flow = opened()
    flow.add(FIRST, 5, 1)
    flow.add(FIRST, 5, 9)
    flow.add(FIRST + 3, 4, 10)
    assert flow.repeated == 2
    assert pieces(flow, 99) == [(5, 1), (2, 10)]


def test_what_comes_after_a_gap_has_arrived_when_the_gap_is_closed() -> None:
    flow = opened()
    flow.add(FIRST + 5, 5, 1)
    assert (flow.known_bytes, pieces(flow, 99)) == (0, [])
    flow.add(FIRST, 5, 8)
    assert pieces(flow, 99) == [(5, 8), (5, 8)]


def test_bytes_whose_packets_were_lost_have_no_time_and_what_follows_has() -> (
    None
):
    flow = opened()
    flow.add(FIRST, 5, 1)
    flow.add(FIRST + 8, 4, 3)
    assert pieces(flow, 99) == [(5, 1)]
    flow.lose(3)
    assert pieces(flow, 99) == [(4, 3)]
    flow.add(FIRST + 12, 1, 4)
    assert pieces(flow, 99) == [(1, 4)]


def test_bytes_that_others_read_are_passed_over() -> None:
    """A TLS handshake, before its packets were looked at and after."""
    flow = opened()
    flow.to_pass = 7
    assert pieces(flow, 3) == []
    flow.add(FIRST, 5, 1)
    assert pieces(flow, 3) == []
    flow.add(FIRST + 5, 6, 2)
    assert flow.known_bytes == 4
    assert pieces(flow, 3) == [(3, 2)]
    flow.to_pass = 1
    flow.add(FIRST + 11, 2, 3)
    assert times_of(flow, 9) == [3, 3]


def test_a_connection_whose_handshake_was_not_seen_has_no_times() -> None:
    flow = Flow(7)
    flow.add(FIRST, 5, 1)
    assert (flow.known_bytes, pieces(flow, 5)) == (0, [])
    flow.lose(5)
    assert flow.expected == UNKNOWN


def test_a_repeated_handshake_changes_nothing() -> None:
    flow = opened()
    flow.add(FIRST, 5, 1)
    flow.open(FIRST - 1)
    assert pieces(flow, 5) == [(5, 1)]
    assert flow.expected == FIRST + 5


@pytest.mark.parametrize("step", [2, 3])
def test_packets_that_wait_for_a_gap_are_bounded(step: int) -> None:
    flow = opened()
    for n in range(1, MAX_AHEAD + 50):
        flow.ahead.append((FIRST + n * step, 1, n))
        if len(flow.ahead) > MAX_AHEAD:
            flow.ahead.pop()
    flow.add(FIRST + 10**6, 1, 1)
    assert len(flow.ahead) == MAX_AHEAD
