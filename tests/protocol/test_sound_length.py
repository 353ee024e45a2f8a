"""How long recordings are, by the heads of their files; None where nothing says it."""

from __future__ import annotations

import io
import struct
import wave

import pytest

from inferometer.protocol.sound_length import seconds_of
from tests.workload.picture_files import RECORDINGS


def wav(frames: int = 8000, rate: int = 16_000, channels: int = 1) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(2 * channels * frames))
    return held.getvalue()


def flac(samples: int, rate: int) -> bytes:
    packed = (rate << 44 | samples).to_bytes(8, "big")
    return b"fLaC" + struct.pack(">I", 34) + bytes(10) + packed + bytes(16)


STREAMED = wav().replace(struct.pack("<I", 16_000), b"\xff\xff\xff\xff")
BEFORE = wav()[:12] + b"LIST" + struct.pack("<I", 3) + bytes(4) + wav()[12:]


@pytest.mark.parametrize(
    ("content", "seconds"),
    [
        (wav(), 0.5),
        (wav(44_100, 44_100, 2), 1.0),
        (BEFORE, 0.5),
        (STREAMED, 0.5),
        (flac(48_000, 16_000), 3.0),
        (flac(0, 16_000), None),
        (wav()[:30], None),
        (b"RIFF" + bytes(4) + b"WAVE" + bytes(40), None),
        (flac(1, 1)[:12], None),
        (b"", None),
        *((content, None) for content in RECORDINGS.values()),
    ],
)
def test_a_recording_says_how_long_it_is(
    content: bytes, seconds: float | None
) -> None:
    assert seconds_of(content) == seconds
