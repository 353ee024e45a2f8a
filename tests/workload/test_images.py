"""Chats with pictures: files that are valid, new each time, small, and the same for the same
identity.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from inferometer.spec.workload import ImagesWorkload
from inferometer.trace import MISSING
from inferometer.workload import Workload, build_workload
from inferometer.workload.images import TILE, png
from tests.workload.word_server import (
    AROUND_MESSAGE,
    IDENTITY,
    chat_counter,
    text_counter,
)


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """A reader of PNG files that believes nothing."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at = 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        name, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        (crc,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
        assert crc == zlib.crc32(name + content)
        at += 12 + length
        yield name, content
    assert at == len(data)


def pixels(data: bytes) -> tuple[int, int, np.ndarray[Any, np.dtype[np.uint8]]]:
    (header, body, end) = chunks(data)
    assert (header[0], body[0], end) == (b"IHDR", b"IDAT", (b"IEND", b""))
    width, height, depth, color, *rest = struct.unpack(">IIBBBBB", header[1])
    assert (depth, color, rest) == (8, 2, [0, 0, 0])
    rows = np.frombuffer(zlib.decompress(body[1]), np.uint8).reshape(
        height, 1 + 3 * width
    )
    assert not rows[:, 0].any()
    return width, height, rows[:, 1:].reshape(height, width, 3)


@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (31, 33), (64, 64), (100, 7)]
)
def test_a_picture_is_a_png_of_its_size_in_patches_of_color(
    width: int, height: int
) -> None:
    found_width, found_height, image = pixels(
        png(width, height, np.random.default_rng(0))
    )
    assert (found_width, found_height) == (width, height)
    for y in range(0, height, TILE):
        for x in range(0, width, TILE):
            patch = image[y : y + TILE, x : x + TILE].reshape(-1, 3)
            assert (patch == patch[0]).all()


def test_large_pictures_are_small_files() -> None:
    assert len(png(1024, 1024, np.random.default_rng(0))) < 25_000


def build(
    n: int,
    attempt: int = 0,
    *,
    chat: bool = True,
    identity: Any = IDENTITY,
    **fields: Any,
) -> Workload:
    spec = ImagesWorkload.model_validate(
        {
            "input_len": 20,
            "output_len": 6,
            "images": 2,
            "width": 64,
            "height": 32,
            **fields,
        }
    )
    counter = chat_counter() if chat else text_counter()
    return build_workload(
        spec,
        n,
        identity=identity,
        counting=lambda: counter,
        chat=chat,
        attempt=attempt,
    )


def urls(work: Workload) -> list[str]:
    prompts: list[Any] = [request.prompt for request in work.requests]
    return [
        part["image_url"]["url"]
        for (message,) in prompts
        for part in message["content"][1:]
    ]


def test_a_request_is_one_message_of_text_and_pictures() -> None:
    work = build(5)
    for request in work.requests:
        (message,) = list(request.prompt)
        assert isinstance(message, dict)
        assert message["role"] == "user"
        text, *images = message["content"]
        assert text["type"] == "text"
        assert len(text["text"].split()) + AROUND_MESSAGE == 20
        assert [image["type"] for image in images] == ["image_url"] * 2
        assert (request.prompt_tokens, request.max_tokens) == (MISSING, 6)
    found = [
        pixels(base64.b64decode(url.removeprefix("data:image/png;base64,")))
        for url in urls(work)
    ]
    assert {(width, height) for width, height, _ in found} == {(64, 32)}
    assert len(set(urls(work))) == 10


def test_how_they_were_counted_is_told_plainly() -> None:
    work = build(2)
    assert not work.exact
    assert work.counting.endswith(
        "how many the 64x32 pictures are, only the server can tell"
    )
    assert {name: work.origin[name] for name in ("images", "size")} == {
        "images": 2,
        "size": "64x32",
    }


def test_the_identity_decides() -> None:
    assert build(3).requests == build(3).requests
    assert build(2).requests == build(3).requests[:2]
    made = [
        set(urls(build(3, attempt, identity=(seed, "p", 0))))
        for seed, attempt in ((0, 0), (1, 0), (0, 1))
    ]
    assert not made[0] & made[1]
    assert not made[0] & made[2]


def test_pictures_need_a_chat() -> None:
    with pytest.raises(ValueError, match="choose a chat backend"):
        build(1, chat=False)


def test_pictures_of_several_sizes_and_numbers_as_vllm_makes_them() -> None:
    work = build(
        200,
        images=2,
        images_range_ratio=0.5,
        max_images=3,
        sizes={"64x32": 0.75, "32x32": 0.25},
        input_len=40,
        range_ratio=0.5,
        output_len=10,
        output_range_ratio=0.1,
        prefix_len=5,
    )
    prompts = [request.prompt for request in work.requests]
    counts = [len(prompt[0]["content"]) - 1 for prompt in prompts]  # type: ignore
    assert set(counts) == {1, 2, 3}
    shown = [
        pixels(base64.b64decode(url.partition(",")[2]))[:2]
        for url in urls(work)
    ]
    wide = sum(size == (64, 32) for size in shown) / len(shown)
    assert set(shown) == {(64, 32), (32, 32)}
    assert 0.65 < wide < 0.85
    assert {request.max_tokens for request in work.requests} == {9, 10, 11}
    assert work.reusable_tokens == 5
    assert work.origin["size"] == "64x32, 32x32"
