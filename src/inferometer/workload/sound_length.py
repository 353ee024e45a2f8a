"""How long a recording is, from its file: WAV, FLAC, MP3, and Ogg with Opus or Vorbis."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from typing import Any

from inferometer.request import Prompt
from inferometer.workload.image_parts import parts_of
from inferometer.workload.mp3_length import of_mp3
from inferometer.workload.ogg_length import of_ogg

_CHUNK_HEAD = 8
_FORMAT_BYTES = 16
_STREAM_INFO_END = 26
MAX_CHUNKS = 1000
"""Of a WAV file, before its sound."""

_SOUND_PARTS = ("input_audio", "audio_url")


def sound_seconds(prompt: Prompt) -> float | None:
    """Of all recordings of a prompt; None if it has none, or one does not say how long it is."""
    lengths = [
        seconds_of(_content(part))
        for part in parts_of(prompt)
        if part.get("type") in _SOUND_PARTS
    ]
    known = [each for each in lengths if each is not None]
    return sum(known) if known and len(known) == len(lengths) else None


def _content(part: Mapping[str, Any]) -> bytes:
    """None of it where the part has only an address."""
    held = part.get("input_audio")
    data = held.get("data") if isinstance(held, Mapping) else None
    try:
        return base64.b64decode(data) if isinstance(data, str) else b""
    except ValueError:  # binascii.Error, or not ASCII
        return b""


def seconds_of(content: bytes) -> float | None:
    """None where the file does not say, or is damaged."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return _of_wav(content)
    if content[:4] == b"fLaC":
        return _of_flac(content)
    if content[:4] == b"OggS":
        return of_ogg(content)
    return of_mp3(content)


def _of_wav(content: bytes) -> float | None:
    """The bytes of its sound by those of a second. A file that was streamed claims too many."""
    at, bytes_a_second = 12, 0
    for _ in range(MAX_CHUNKS):
        head = content[at : at + _CHUNK_HEAD]
        if len(head) < _CHUNK_HEAD:
            return None
        name, size = struct.unpack("<4sI", head)
        at += _CHUNK_HEAD
        if name == b"data":
            there = min(size, len(content) - at)
            return there / bytes_a_second if there and bytes_a_second else None
        if name == b"fmt " and len(content) >= at + _FORMAT_BYTES:
            bytes_a_second = struct.unpack_from("<I", content, at + 8)[0]
        at += size + size % 2
    return None


def _of_flac(content: bytes) -> float | None:
    """Its first block has the rate in 20 bits and the number of samples in 36."""
    if len(content) < _STREAM_INFO_END or content[4] & 0x7F:
        return None
    packed = int.from_bytes(content[18:26], "big")
    rate, samples = packed >> 44, packed & ((1 << 36) - 1)
    return samples / rate if rate and samples else None
