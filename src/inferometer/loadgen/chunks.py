"""Chunks of a body (RFC 9112, 7.1) in bytes that begin between two of them: found without the
parser, and cut out later, when there is time.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache

_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}")
_END = b"\r\n"
_MAX_HEAD = 10
"""Bytes of a size with its line end. A longer head, such as a long extension, is not kept."""

_NOT_PLAIN = -1


Spans = list[tuple[int, int]]
"""Where the bodies of chunks begin and end."""

Framed = tuple[bytes, Spans, list[int], list[int]]
"""Bytes, the spans of the chunks in them, and where packets ended and when each had arrived."""


def find_chunks(data: bytes, at: int, until: int) -> tuple[Spans, int, bool]:
    """The chunks that are whole before `until`, where they end, and whether the last one of the
    body follows. Extensions and trailers are left to the parser.
    """
    spans: Spans = []
    find, starts = data.find, data.startswith
    while True:
        head_end = find(_END, at, at + _MAX_HEAD)
        size = _size_of(data[at:head_end]) if head_end >= 0 else _NOT_PLAIN
        begin = head_end + 2
        stop = begin + size
        if size < 0 or stop + 2 > until or not starts(_END, stop):
            return spans, at, False
        if not size:
            return spans, at, True
        spans.append((begin, stop))
        at = stop + 2


@lru_cache(4096)
def _size_of(head: bytes) -> int:
    return int(head, 16) if _SIZE.fullmatch(head) else _NOT_PLAIN


def bodies_and_arrivals(
    framed: Framed,
) -> tuple[list[bytes], list[int], list[int]]:
    """The chunks' bodies, when the last byte of each had arrived, and when the first had."""
    data, spans, packet_ends, arrived_ns = framed
    bodies = [data[begin:end] for begin, end in spans]
    last = [bisect_left(packet_ends, end) for _, end in spans]
    first = [bisect_right(packet_ends, begin) for begin, _ in spans]
    return (
        bodies,
        [arrived_ns[packet] for packet in last],
        [arrived_ns[packet] for packet in first],
    )
