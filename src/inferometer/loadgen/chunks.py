"""Chunks of a body (RFC 9112, 7.1) in bytes that begin between two of them: found without the
parser, and cut out later, when there is time.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import accumulate
from typing import NamedTuple

_HEAD = re.compile(rb"\n[0-9A-Fa-f]{1,8}")
_END, _LF, _LAST, _BODY_END = b"\r\n", b"\n", b"0\r\n\r\n", b"\r\n\r\n"
_MAX_DIGITS = 8
_HEAD_BYTES, _MOST_HEADS = len(_LF) + _MAX_DIGITS, 4096
"""Of heads that are kept: a longer one has an extension."""

_NOT_PLAIN = -2
"""A size that nothing has, also with a line feed before it."""

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
    lines = (_LF + data[at:until]).split(b"\r")
    rest = lines.pop()
    heads = lines[::2]
    del lines[::2]
    sizes = list(map(len, lines))
    if (
        rest != _LF
        or list(map(_lines.__getitem__, heads)) != sizes
        or {line[0] for line in lines} - set(_LF)
    ):
        return None
    last = bool(sizes) and sizes[-1] == len(_LF)
    if last:
        del heads[-1], lines[-1], sizes[-1]
    if len(_LF) in sizes:
        return None
    bodies = [line[1:] for line in lines]
    ends = list(accumulate(map(_chunks.__getitem__, heads), initial=at))
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


def whole_rest(data: bytes) -> Chunks | None:
    """The chunks, if these bytes are all that a body still brings, without trailers, and nothing
    more.
    """
    if not data.endswith(_LAST):
        return None
    found = find_chunks(data, 0, len(data))
    return (
        found if found.last and end_of_body(data, found) == len(data) else None
    )


def end_of_body(data: bytes, found: Chunks) -> int:
    """Where the body ends whose last chunk follows."""
    return data.index(_BODY_END, found.until) + len(_BODY_END)


def _head_at(data: bytes, at: int) -> tuple[int, int]:
    """Where the body of the chunk that begins there begins, and its size."""
    end = data.find(_END, at, at + _MAX_DIGITS + 2)
    return (
        (end + 2, _size_of(_LF + data[at:end]))
        if end >= 0
        else (at, _NOT_PLAIN)
    )


def only_chunk(data: bytes) -> bytes | None:
    """The body of the one chunk that these bytes are; None if they are anything else, or the last
    chunk.
    """
    begin = data.find(_LF, 0, _HEAD_BYTES + len(_END)) + len(_LF)
    size = _sizes[data[:begin]]
    if size <= 0 or begin + size + 2 != len(data) or not data.endswith(_END):
        return None
    return data[begin:-2]


def _size_of(head: bytes) -> int:
    """Of a head after a line feed."""
    return int(head, 16) if _HEAD.fullmatch(head) else _NOT_PLAIN


class _SizesByHead(dict[bytes, int]):
    """What a function says of heads. A server's chunks have few different ones."""

    def __init__(self, function: Callable[[bytes], int]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, head: bytes) -> int:
        value = self._function(head)
        if len(self) < _MOST_HEADS and len(head) <= _HEAD_BYTES:
            self[head] = value
        return value


_lines = _SizesByHead(lambda head: _size_of(head) + len(_LF))
"""How long the line after a head is, with the line feed before it."""
_sizes = _SizesByHead(
    lambda line: (
        _size_of(_LF + line[:-2]) if line.endswith(_END) else _NOT_PLAIN
    )
)
"""Of the chunk after a whole line."""
_chunks = _SizesByHead(
    lambda head: len(head) - len(_LF) + _size_of(head) + 2 * len(_END)
)
"""How long the whole chunk is."""


def framed(
    found: Chunks, packet_ends: list[int], arrived_ns: list[int]
) -> Framed:
    """Chunks with the times of their packets."""
    bodies, ends, _, _ = found
    held = (
        ends[-1]
        - ends[0]
        + len(bodies[0])
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
