"""Chats with generated pictures: PNG files written here, small in bytes whatever their size in
pixels.

How many tokens a picture is, only the server knows; what it costs follows from its size, not from
what is on it.
"""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import numpy as np

from inferometer.request import Request
from inferometer.spec.workload import ImagesWorkload, RandomWorkload
from inferometer.trace.schema import MISSING
from inferometer.words import Said
from inferometer.workload.random import random_workload
from inferometer.workload.tokens import TokenCounter
from inferometer.workload.workload import (
    Identity,
    Workload,
    content_hash,
    seeds_of,
)

TILE = 32
"""Pixels along the edge of a patch of one color: patches of noise are new to every cache, and
compress to little.
"""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def images_workload(
    spec: ImagesWorkload,
    n: int,
    *,
    identity: Identity,
    counter: TokenCounter,
    attempt: int = 0,
) -> Workload:
    """`n` requests: one user message of random text and pictures, none of which comes twice. Raises
    ValueError.
    """
    texts = random_workload(
        _text_of(spec), n, identity=identity, counter=counter, attempt=attempt
    )
    rng = np.random.default_rng(seeds_of((*identity, attempt, "images")))
    requests = []
    for i, request in enumerate(texts.requests):
        parts: list[dict[str, Any]] = [{"type": "text", "text": request.prompt}]
        parts += [
            {
                "type": "image_url",
                "image_url": {"url": _data_url(width, height, rng)},
            }
            for width, height in _sizes(spec, rng)
        ]
        requests.append(
            Request(
                i,
                [{"role": "user", "content": parts}],
                MISSING,
                request.max_tokens,
            )
        )
    size = ", ".join(spec.sizes or {f"{spec.width}x{spec.height}": 1})
    told = {"n": spec.input_len, "how": texts.counting, "size": size}
    counting = Said("counting.pictures", told)
    origin = {
        "images": spec.images,
        "size": size,
        "sha256": content_hash(requests),
    }
    return Workload(
        requests,
        counting,
        exact=False,
        reusable_tokens=texts.reusable_tokens,
        origin=origin,
    )


def _text_of(spec: ImagesWorkload) -> RandomWorkload:
    return RandomWorkload(
        input_len=spec.input_len,
        output_len=spec.output_len,
        range_ratio=spec.range_ratio or 0.0,
        output_range_ratio=spec.output_range_ratio,
        prefix_len=spec.prefix_len or 0,
    )


def _sizes(
    spec: ImagesWorkload, rng: np.random.Generator
) -> list[tuple[int, int]]:
    """Width and height of each picture of a request."""
    number = int(rng.integers(*spec.image_counts(), endpoint=True))
    if spec.sizes is None:
        return [(spec.width, spec.height)] * number
    shares = np.array(list(spec.sizes.values()))
    drawn = rng.choice(list(spec.sizes), size=number, p=shares / shares.sum())
    return [
        (int(width), int(height))
        for width, _, height in (size.partition("x") for size in drawn)
    ]


def _data_url(width: int, height: int, rng: np.random.Generator) -> str:
    return (
        "data:image/png;base64,"
        + base64.b64encode(png(width, height, rng)).decode()
    )


def png(width: int, height: int, rng: np.random.Generator) -> bytes:
    """A PNG file of that many pixels, true color, in patches of random colors."""
    tiles = rng.integers(
        256, size=(-(-height // TILE), -(-width // TILE), 3), dtype=np.uint8
    )
    pixels = tiles.repeat(TILE, axis=0).repeat(TILE, axis=1)[:height, :width]
    # each row begins with its filter: 0, none
    rows = np.zeros((height, 1 + 3 * width), np.uint8)
    rows[:, 1:] = pixels.reshape(height, 3 * width)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        _SIGNATURE
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows.tobytes()))
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return (
        struct.pack(">I", len(data))
        + name
        + data
        + struct.pack(">I", zlib.crc32(name + data))
    )
