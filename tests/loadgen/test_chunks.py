"""Chunks found without the parser are those that it would find, and each has arrived with the last
of its bytes.
"""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.loadgen import chunks
from inferometer.loadgen.chunks import bodies_and_arrivals, find_chunks
from tests.loadgen.scripted_server import LAST_CHUNK, chunk

BEFORE = b"before"

bodies_of_chunks = st.lists(
    st.one_of(
        st.binary(min_size=1, max_size=40),
        st.sampled_from([LAST_CHUNK, b"5\r\nhello\r\n", b"\r\n", b"0"]),
    ),
    max_size=8,
)


@given(bodies_of_chunks, st.data())
def test_those_that_are_whole_are_found_and_no_others(
    bodies: list[bytes], data: st.DataObject
) -> None:
    framed = [chunk(body) for body in bodies]
    whole = BEFORE + b"".join(framed) + LAST_CHUNK
    until = data.draw(st.integers(len(BEFORE), len(whole)))
    spans, end, last = find_chunks(whole, len(BEFORE), until)
    ends = list(accumulate(map(len, framed), initial=len(BEFORE)))
    count = sum(place <= until for place in ends) - 1
    assert [whole[a:b] for a, b in spans] == bodies[:count]
    assert end == ends[count]
    assert last is (until == len(whole))


@pytest.mark.parametrize(
    "head",
    [b"5;a=b", b"+5", b"0x5", b" 5", b"5 ", b"", b"-1", b"1_0", b"000000005"],
)
def test_a_head_that_is_not_just_a_size_is_left_to_the_parser(
    head: bytes,
) -> None:
    begin = chunk(b"first")
    data = begin + head + b"\r\nhello\r\n" + LAST_CHUNK
    assert find_chunks(data, 0, len(data)) == ([(3, 8)], len(begin), False)


def test_long_heads_of_strangers_are_not_kept() -> None:
    before = chunks._size_of.cache_info().misses
    for n in range(9):
        data = b"5;%d=%s\r\nhello\r\n" % (n, b"x" * 5000)
        assert find_chunks(data, 0, len(data)) == ([], 0, False)
    assert chunks._size_of.cache_info().misses == before


def test_trailers_are_left_to_the_parser() -> None:
    begin = chunk(b"first")
    data = begin + b"0\r\nExpires: 0\r\n\r\n"
    assert find_chunks(data, 0, len(data)) == ([(3, 8)], len(begin), False)


def bytes_of(packet_ends: list[int]) -> list[int]:
    """The packet of each byte."""
    return [
        packet
        for packet, end in enumerate(packet_ends)
        for _ in range(end - (packet_ends[packet - 1] if packet else 0))
    ]


@given(bodies_of_chunks.filter(bool), st.data())
def test_a_chunk_arrives_from_the_packet_of_its_first_byte_to_that_of_its_last(
    bodies: list[bytes], data: st.DataObject
) -> None:
    whole = b"".join(map(chunk, bodies))
    cuts = data.draw(st.sets(st.integers(1, len(whole))))
    packet_ends = sorted({*cuts, len(whole)})
    arrived_ns = list(range(100, 100 + len(packet_ends)))
    spans, _, _ = find_chunks(whole, 0, len(whole))
    found, times_ns, since_ns = bodies_and_arrivals(
        (whole, spans, packet_ends, arrived_ns)
    )
    assert found == bodies
    for (begin, end), time_ns, first_ns in zip(
        spans, times_ns, since_ns, strict=True
    ):
        packets = bytes_of(packet_ends)
        assert packets[begin] == first_ns - 100
        assert packets[end - 1] == time_ns - 100
