"""How long recordings are, by their files; None where nothing says it.

`sounds/` are files of lame 3.100 (with and without its tag), oggenc and opusenc, of tones of 0.5 and
0.7 s and noise of 1.23 s; libsndfile finds as many seconds in them.
"""

from __future__ import annotations

import base64
import io
import struct
import sys
import wave
from pathlib import Path
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
        (wav(0), None),
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


SOUNDS = Path(__file__).parent / "sounds"
MP3 = (SOUNDS / "without_tag.mp3").read_bytes()
OPUS = (SOUNDS / "opus.ogg").read_bytes()
VORBIS = (SOUNDS / "vorbis.ogg").read_bytes()
BOTH_ENDS = b"\x06"
SILENT = OPUS[:5] + BOTH_ENDS + OPUS[6 : OPUS.index(b"OggS", 4)]
"""A stream whose first page is its last."""
TITLE = b"ID3\x03\0\0\0\0\x01\x02" + bytes(130)
TAGS = (
    TITLE,
    bytes(9),
    b"TAG" + bytes(125),
    b"TAG+" + bytes(223),
    b"APETAGEX" + bytes(4) + b"\x07" + bytes(26),
    b"LYRICSBEGIN la la LYRICS200",
)
FRAME = 72 / 2000
"""Of MP3: seconds, and 72 bytes."""


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        (
            "lame_tag.mp3",
            0.7,
        ),
        ("without_tag.mp3", 0.576),
        ("mpeg_2_5.mp3", 1.44),
        ("vorbis.ogg", 0.5),
        ("opus.ogg", 0.5),
    ],
)
def test_what_encoders_write_is_as_long_as_a_decoder_finds(
    name: str, seconds: float
) -> None:
    content = (SOUNDS / name).read_bytes()
    assert seconds_of(content) == pytest.approx(seconds, abs=1e-9)


@pytest.mark.parametrize(
    ("content", "seconds"),
    [
        (TITLE + MP3, 0.576),
        (MP3 + b"TAG" + bytes(125), 0.576),
        (MP3 + bytes(9), 0.576),
        (MP3[:-1], 0.576 - FRAME),
        (MP3 + b"junk" + MP3, None),
        *((MP3 + tag + MP3, 2 * 0.576) for tag in TAGS),
        (MP3[1:], None),
        (TITLE, None),
        (b"\xff\xfb\x00" + bytes(500), None),  # of free bit rate
        (b"\xff\xfd\x90" + bytes(500), None),  # layer II
        (OPUS + OPUS, 1.0),
        (OPUS + VORBIS, 1.0),
        (OPUS[:-1], None),
        (OPUS[:60], None),
        (VORBIS.replace(b"\x01vorbis", b"\x01theora"), None),
        (VORBIS[:58] + OPUS, None),
        (OPUS + b"junk", 0.5),
        (OPUS + b"junk" + OPUS, None),
        (SILENT + VORBIS, 0.5),
    ],
)
def test_what_stands_around_the_sound_and_what_is_missing(
    content: bytes, seconds: float | None
) -> None:
    assert seconds_of(content) == (
        None if seconds is None else pytest.approx(seconds)
    )


def test_what_was_cut_out_of_a_broadcast_is_of_unknown_length() -> None:
    last = OPUS.rindex(b"OggS")
    hour = (3600 * 48_000).to_bytes(8, "little")
    assert seconds_of(OPUS[: last + 6] + hour + OPUS[last + 14 :]) is None


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


def steps_of(content: bytes) -> int:
    """How much Python runs until the length is known, or is not."""
    steps = 0

    def step(*_: object) -> Any:
        nonlocal steps
        steps += 1
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        seconds_of(content)
    finally:
        sys.settrace(before)
    return steps


@pytest.mark.parametrize("part", [SILENT, MP3[: 72 * 2] + b"\0", b"TAG"])
def test_twice_as_much_takes_twice_as_long(part: bytes) -> None:
    assert steps_of(1000 * part) < 3 * steps_of(500 * part)
