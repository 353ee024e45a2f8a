"""Chunks found without the parser are those that it would find, and each has arrived with the last
of its bytes.
"""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.loadgen import chunks
from inferometer.loadgen.chunks import (
    Chunks,
    arrivals,
    find_chunks,
    framed,
    only_chunk,
    whole_rest,
)
from tests.loadgen.scripted_server import LAST_CHUNK, chunk

BEFORE = b"before"

FIRST = Chunks([b"first"], [10], 10, last=False)
"""One chunk, and something after it."""

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
    all_chunks = [chunk(body) for body in bodies]
    whole = BEFORE + b"".join(all_chunks) + LAST_CHUNK
    until = data.draw(st.integers(len(BEFORE), len(whole)))
    found = find_chunks(whole, len(BEFORE), until)
    ends = list(accumulate(map(len, all_chunks), initial=len(BEFORE)))
    count = sum(place <= until for place in ends) - 1
    last = until == len(whole)
    expected = (bodies[:count], ends[1 : count + 1], ends[count], last)
    assert found == expected


@given(bodies_of_chunks, st.data())
def test_bytes_that_are_one_chunk_are_known_from_all_others(
    bodies: list[bytes], data: st.DataObject
) -> None:
    whole = b"".join(map(chunk, bodies)) + LAST_CHUNK
    places = [*accumulate(map(len, map(chunk, bodies)), initial=0)]
    anywhere = st.integers(0, len(whole))
    begin = data.draw(st.one_of(st.sampled_from(places), anywhere))
    end = data.draw(st.one_of(st.sampled_from(places), anywhere))
    found = find_chunks(whole[begin:end], 0, max(0, end - begin))
    is_one = len(found.bodies) == 1 and found.until == end - begin
    expected = found.bodies[0] if is_one and not found.last else None
    assert only_chunk(whole[begin:end]) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n",
        b"0\r\n\r\n",
        b"5\r\nhello",
        b"5\r\nhello\n\n",
        b"5\nhello\r\n",
        b"5;a=b\r\nhello\r\n",
        b"-5\r\nhello\r\n",
        b"+5\r\nhello\r\n",
        b"0005\r\nhello\r\n5\r\n",
        b"000000005\r\nhello\r\n",
    ],
)
def test_what_only_looks_like_one_chunk_is_left_to_the_parser(
    data: bytes,
) -> None:
    assert only_chunk(data) is None
    assert only_chunk(b"00005\r\nhello\r\n") == b"hello"


@given(
    bodies_of_chunks,
    st.sampled_from(
        [LAST_CHUNK, b"", b"0\r\n", b"0\r\nA: b\r\n\r\n", b"00\r\n\r\n"]
    ),
    st.sampled_from([b"", b"x", LAST_CHUNK]),
)
def test_a_body_ends_with_its_last_chunk_and_nothing_else(
    bodies: list[bytes], end: bytes, more: bytes
) -> None:
    data = b"".join(map(chunk, bodies)) + end + more
    assert (whole_rest(data) is not None) == (
        (end in (LAST_CHUNK, b"00\r\n\r\n") and not more)
        or (not end and more == LAST_CHUNK)
    )


def test_ends_within_a_body_end_nothing() -> None:
    data = chunk(b"first") + LAST_CHUNK + chunk(b"second")
    assert find_chunks(data, 0, len(data)) == FIRST._replace(last=True)


@pytest.mark.parametrize(
    "head",
    [b"5;a=b", b"+5", b"0x5", b" 5", b"5 ", b"", b"-1", b"1_0", b"000000005"],
)
def test_a_head_that_is_not_just_a_size_is_left_to_the_parser(
    head: bytes,
) -> None:
    begin = chunk(b"first")
    data = begin + head + b"\r\nhello\r\n" + LAST_CHUNK
    assert find_chunks(data, 0, len(data)) == FIRST


@pytest.mark.parametrize(
    "rest",
    [
        b"5\rXhello\r\n",
        b"5\r\nhello\r",
        b"5\r\nhello\r\r\n",
        b"x\r\r\n",
    ],
)
def test_half_a_line_end_ends_nothing(rest: bytes) -> None:
    data = chunk(b"first") + rest
    assert find_chunks(data, 0, len(data)) == FIRST


def test_long_heads_of_strangers_are_not_kept() -> None:
    known = len(chunks._lines)
    for n in range(9):
        data = b"5;%d=%s\r\nhello\r\n" % (n, b"x" * 5000)
        assert find_chunks(data, 0, len(data)) == ([], [], 0, False)
        assert not whole_rest(data + LAST_CHUNK)
    assert len(chunks._lines) == known


def test_trailers_are_left_to_the_parser() -> None:
    begin = chunk(b"first")
    data = begin + b"0\r\nExpires: 0\r\n\r\n"
    assert find_chunks(data, 0, len(data)) == FIRST


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
    ends = list(accumulate(map(len, map(chunk, bodies))))
    cuts = data.draw(
        st.sampled_from([ends, [*ends[:-1], len(whole) + 5]])
        | st.sets(st.integers(1, len(whole)))
    )
    packet_ends = (
        sorted({*cuts, max(*cuts, len(whole))}) if cuts else [len(whole)]
    )
    arrived_ns = list(range(100, 100 + len(packet_ends)))
    found = find_chunks(whole, 0, len(whole))
    assert found.bodies == bodies
    times_ns, since_ns = arrivals(framed(found, packet_ends, arrived_ns))
    packets = bytes_of(packet_ends)
    for body, end, time_ns, first_ns in zip(
        bodies, ends, times_ns, since_ns, strict=True
    ):
        assert packets[end - 2 - len(body)] == first_ns - 100
        assert packets[end - 3] == time_ns - 100
