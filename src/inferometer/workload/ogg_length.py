"""How long an Ogg file of Opus or Vorbis is: each page says how many samples there were by then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

_HEAD = 27
_FIRST, _LAST = 2, 4
"""Flags of a page: of a stream's first, and its last."""
_NO_PACKET_ENDS = (1 << 64) - 1
OPUS_RATE, OPUS_LONGEST = 48_000, 5760
VORBIS_LONGEST = 4096


class _Page(NamedTuple):
    flags: int
    samples: int
    serial: bytes
    packets: int
    """That end in it."""
    begin: bytes
    """The first of its content."""


@dataclass(slots=True)
class _Stream:
    serial: bytes
    rate: int
    longest: int
    """Samples of a packet, at most."""
    skipped: int = 0
    """Samples that a player leaves out."""
    samples: int = 0
    is_over: bool = False

    @property
    def seconds(self) -> float:
        return max(self.samples - self.skipped, 0) / self.rate

    def add(self, page: _Page) -> bool:
        """Whether it can be the next page."""
        if page.serial != self.serial:
            return False
        if page.samples != _NO_PACKET_ENDS:
            more = page.samples - self.samples
            self.samples = page.samples
            return 0 <= more <= page.packets * self.longest
        return True


def of_ogg(content: bytes) -> float | None:
    """Of all streams, one after the other. None where another one is among them, two at once, or
    where pages are missing, as at the beginning of what was cut out of a broadcast.
    """
    streams: list[_Stream] = []
    for page in _pages(content):
        if page is None:
            return None
        if page.flags & _FIRST:
            stream = _stream(page)
            if stream is None or (streams and not streams[-1].is_over):
                return None
            streams.append(stream)
        elif not streams or not streams[-1].add(page):
            return None
        streams[-1].is_over = bool(page.flags & _LAST)
    seconds = sum(each.seconds for each in streams)
    return seconds if seconds > 0 else None


def _pages(content: bytes) -> Iterator[_Page | None]:
    """Those that are whole; None where something else lies between two."""
    at = 0
    while content[at : at + 5] == b"OggS\0" and at + _HEAD <= len(content):
        body = at + _HEAD + content[at + 26]
        end = body + sum(content[at + _HEAD : body])
        if end > len(content):
            break
        samples = int.from_bytes(content[at + 6 : at + 14], "little")
        serial, begin = content[at + 14 : at + 18], content[body : body + 16]
        packets = sum(size < 255 for size in content[at + _HEAD : body])
        yield _Page(content[at + 5], samples, serial, packets, begin)
        at = end
    if content.find(b"OggS\0", at + 1) > 0:
        yield None


def _stream(page: _Page) -> _Stream | None:
    """From its first packet."""
    if page.begin[:8] == b"OpusHead":
        skipped = int.from_bytes(page.begin[10:12], "little")
        return _Stream(page.serial, OPUS_RATE, OPUS_LONGEST, skipped)
    rate = int.from_bytes(page.begin[12:16], "little")
    if page.begin[:7] == b"\x01vorbis" and rate:
        return _Stream(page.serial, rate, VORBIS_LONGEST)
    return None
