"""How long recordings are, by the heads of their files; None where nothing says it."""

from __future__ import annotations

import base64
import io
import struct
import wave
from typing import Any

import pytest

from inferometer.workload.sound_length import seconds_of, sound_seconds
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


def part(content: bytes, **more: Any) -> dict[str, Any]:
    data = base64.b64encode(content).decode()
    held = {"data": data, "format": "wav", **more}
    return {"type": "input_audio", "input_audio": held}


BY_URL = {"type": "audio_url", "audio_url": {"url": "http://x/a.wav"}}


@pytest.mark.parametrize(
    ("content", "seconds"),
    [
        ([part(wav())], 0.5),
        ([{"type": "text", "text": "x"}, part(wav()), part(wav())], 1.0),
        ([part(wav()), part(b"ID3")], None),
        ([part(wav()), BY_URL], None),
        ([part(b"", data="é")], None),
        ([part(b"", data=7)], None),
        ([{"type": "input_audio", "input_audio": "x"}], None),
        ([{"type": "text", "text": "x"}], None),
        ("x", None),
    ],
)
def test_a_prompt_is_as_long_as_all_its_recordings(
    content: Any, seconds: float | None
) -> None:
    assert sound_seconds([{"role": "user", "content": content}]) == seconds
    assert sound_seconds("x") is None
