"""How long an MP3 is: the time of its frames, each of which has a head, less what an encoder says
that it put around the sound.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

_KBIT_S = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""By the version's bits and the index in a head; version 2.5 has those of 2."""
_RATES = {
    3: (44100, 48000, 32000),
    2: (22050, 24000, 16000),
    0: (11025, 12000, 8000),
}
_LAYER_3 = 1
_MONO = 3
_HEAD = 4
_OTHER_TAG = re.compile(
    rb"\0+|TAG\+.{0,223}|TAG.{0,125}|LYRICSBEGIN.*?LYRICS(?:200|END)", re.DOTALL
)
_TAG_FIELDS = ((1, 4), (2, 4), (4, 100), (8, 4))
"""Flag of each field of a Xing tag before its encoder's own, and its bytes."""


class _Frame(NamedTuple):
    size: int
    samples: int
    rate: int
    tag_at: int
    """Where a Xing tag would begin."""


def of_mp3(content: bytes) -> float | None:
    """None for another layer, for frames of no stated size, and where something lies between that
    is no tag.
    """
    at = first = 0
    samples: Counter[int] = Counter()
    while at + _HEAD <= len(content):
        frame = _frame(content[at : at + _HEAD])
        if frame is None:
            first = _behind_tag(content, at)
            if first == at:
                return None
            at = first
            continue
        if at + frame.size > len(content):  # cut off: what is whole counts
            break
        if at == first and _is_tag(content, at, frame):
            samples[frame.rate] -= _around(content, at, frame)
        else:
            samples[frame.rate] += frame.samples
        at += frame.size
    seconds = sum(count / rate for rate, count in samples.items())
    return seconds if seconds > 0 else None


def _behind_tag(content: bytes, at: int) -> int:
    """Where a title or its like ends, or zeros; the same place where there is none."""
    head = content[at : at + 32]
    if head[:3] == b"ID3" and len(head) >= 10:  # its size has seven bits a byte
        size = sum(each << 7 * i for i, each in enumerate(head[9:5:-1]))
        return at + size + (20 if head[5] & 0x10 else 10)
    if head[:8] == b"APETAGEX":
        return at + 32 + int.from_bytes(head[12:16], "little")
    found = _OTHER_TAG.match(content, at)
    return found.end() if found else at


def _frame(head: bytes) -> _Frame | None:
    if head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, rate = head[2] >> 4, head[2] >> 2 & 3
    if (
        version not in _RATES
        or layer != _LAYER_3
        or rate == 3
        or not 0 < bit_rate < 15
    ):
        return None
    hertz = _RATES[version][rate]
    is_first = version == 3
    bits_s = 1000 * _KBIT_S[3 if is_first else 2][bit_rate]
    samples = 1152 if is_first else 576
    is_mono = head[3] >> 6 == _MONO
    side = (17 if is_mono else 32) if is_first else (9 if is_mono else 17)
    checked = 0 if head[1] & 1 else 2
    size = samples // 8 * bits_s // hertz + (head[2] >> 1 & 1)
    return _Frame(size, samples, hertz, 4 + checked + side)


def _is_tag(content: bytes, at: int, frame: _Frame) -> bool:
    """Whether a frame is about the others, and silent."""
    tag = at + frame.tag_at
    return content[tag : tag + 4] in (b"Xing", b"Info") or (
        content[at + 36 : at + 40] == b"VBRI"
    )


def _around(content: bytes, at: int, frame: _Frame) -> int:
    """Samples that an encoder says are no sound: before it, and after."""
    tag = at + frame.tag_at
    if content[tag : tag + 4] not in (b"Xing", b"Info"):
        return 0
    flags = int.from_bytes(content[tag + 4 : tag + 8], "big")
    encoder = tag + 8 + sum(size for flag, size in _TAG_FIELDS if flags & flag)
    told = content[encoder + 21 : min(encoder + 24, at + frame.size)]
    if len(told) < 3 or not content[encoder]:
        return 0
    both = int.from_bytes(told, "big")
    return (both >> 12) + (both & 0xFFF)
