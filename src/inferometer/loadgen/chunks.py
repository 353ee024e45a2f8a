"""Chunks of a body (RFC 9112, 7.1) in bytes that begin between two of them: found without the
parser, and cut out later, when there is time.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple

_SIZE = re.compile(rb"\n[0-9A-Fa-f]{1,8}")
_END, _LF, _LAST = b"\r\n", b"\n", b"0\r\n\r\n"
_FIRST_BYTE = itemgetter(slice(1))
_MAX_DIGITS = 8
_HEAD_BYTES = len(_LF) + _MAX_DIGITS
"""A longer head, such as a long extension, is not kept."""

_NOT_PLAIN = -1

_CHUNK_BYTES, _PACKET_BYTES = 110, 80
"""Memory of a body besides its bytes, with its end; and of what is known of a packet."""


class Chunks(NamedTuple):
    """Whole chunks, found from some place on."""

    bodies: list[bytes]
    ends: list[int]
    """Where each chunk ends, with its line end."""
    until: int
    """Where the last of them ends."""
    last: bool
    """Whether the last chunk of the body follows, without trailers."""


Framed = tuple[int, list[bytes], list[int], list[int], list[int]]
"""Memory that it takes; bodies of chunks, where each chunk ended in what was read; where packets
ended in it, and when each had arrived. No class, because the backlog writes it to a file.
"""


def find_chunks(data: bytes, at: int, until: int) -> Chunks:
    """The chunks that are whole before `until`. Extensions and trailers are left to the parser."""
    return _simple_chunks(data, at, until) or _any_chunks(data, at, until)


def _simple_chunks(data: bytes, at: int, until: int) -> Chunks | None:
    """The same, if there are only whole chunks, and no body contains a carriage return.

    One byte is found much sooner than two. So lines are cut at carriage returns, and each begins
    with the line feed of the line end before it.
    """
    *lines, rest = (_LF + data[at:until]).split(b"\r")
    heads, lines = lines[::2], lines[1::2]
    if rest != _LF or max(map(len, heads), default=0) > _HEAD_BYTES:
        return None
    if set(map(_FIRST_BYTE, lines)) - {_LF}:
        return None
    bodies = [line[1:] for line in lines]
    sizes = list(map(len, bodies))
    if list(map(_size_of, heads)) != sizes:
        return None
    last = bool(sizes) and not sizes[-1]
    if last:
        del heads[-1], bodies[-1], sizes[-1]
    if 0 in sizes:
        return None
    lengths = [
        len(head) + size + 3 for head, size in zip(heads, sizes, strict=True)
    ]
    ends = list(accumulate(lengths, initial=at))
    return Chunks(bodies, ends[1:], ends[-1], last)


def _any_chunks(data: bytes, at: int, until: int) -> Chunks:
    bodies: list[bytes] = []
    ends: list[int] = []
    while True:
        begin, size = _head_at(data, at)
        stop = begin + size
        if size < 0 or stop + 2 > until or not data.startswith(_END, stop):
            return Chunks(bodies, ends, at, last=False)
        if not size:
            return Chunks(bodies, ends, at, last=True)
        bodies.append(data[begin:stop])
        at = stop + 2
        ends.append(at)


def ends_body(data: bytes) -> bool:
    """Whether these are whole chunks, the last of a body without trailers, and nothing more: known
    sooner than the chunks are cut out.
    """
    at = 0
    while data.endswith(_LAST):
        begin, size = _head_at(data, at)
        at = begin + size + 2
        if size < 0 or data[at - 2 : at] != _END:
            return False
        if not size:
            return at == len(data)
    return False


def _head_at(data: bytes, at: int) -> tuple[int, int]:
    """Where the body of the chunk that begins there begins, and its size."""
    end = data.find(_END, at, at + _MAX_DIGITS + 2)
    return (
        (end + 2, _size_of(_LF + data[at:end]))
        if end >= 0
        else (at, _NOT_PLAIN)
    )


@lru_cache(4096)
def _size_of(head: bytes) -> int:
    """Of a head after a line feed."""
    return int(head, 16) if _SIZE.fullmatch(head) else _NOT_PLAIN


def framed(
    found: Chunks, packet_ends: list[int], arrived_ns: list[int]
) -> Framed:
    """Chunks with the times of their packets."""
    bodies, ends, _, _ = found
    held = (
        sum(map(len, bodies))
        + len(bodies) * _CHUNK_BYTES
        + len(packet_ends) * _PACKET_BYTES
    )
    return held, bodies, ends, packet_ends, arrived_ns


def arrivals(framed: Framed) -> tuple[list[int], list[int]]:
    """When the last byte of each chunk's body had arrived, and when the first had."""
    _, bodies, ends, packet_ends, arrived_ns = framed
    if (
        len(ends) == len(packet_ends)
        and ends[:-1] == packet_ends[:-1]
        and ends[-1] <= packet_ends[-1]
    ):  # each packet brought one
        return arrived_ns, arrived_ns
    body_ends = [end - len(_END) for end in ends]
    last = [bisect_left(packet_ends, end) for end in body_ends]
    first = [
        bisect_right(packet_ends, end - len(body))
        for body, end in zip(bodies, body_ends, strict=True)
    ]
    return (
        [arrived_ns[packet] for packet in last],
        [arrived_ns[packet] for packet in first],
    )
