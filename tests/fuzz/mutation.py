"""Bytes made worse, at random but repeatably: cut, doubled, spliced with others, salted with what
readers stumble over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

SALT = (
    (
        b""
    ), (
        b"\0"
    ), (
        b"\r"
    ), (
        b"\n"
    ), (
        b"\r\n"
    ), b"\n\n", b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xe2\x82", b"\\ud83d",
    (
        b"null"
    ), (
        b"true"
    ), (
        b"NaN"
    ), (
        b"-Infinity"
    ), b"1e999", b"-1", b"0", b"0.5", b"9" * 30, b"2147483648", b"9223372036854775808",
    (
        b'"'
    ), (
        b"'"
    ), (
        b"{"
    ), (
        b"}"
    ), b"[", b"]", b"[" * 2000, b'{"a":' * 2000, b"[]", b"{}", b'""', b",", b":", b";", b"- ", b"#",
    (
        b"&a "
    ), (
        b"*a"
    ), (
        b"!!python/object:os.system"
    ), b"<<: *a", b"%s", b"${HOME}", b"../", b"data:", b"data: ", b"data: [DONE]\n\n",
    (
        b": ping\n\n"
    ), (
        b"event: error\n"
    ), b'data: {"error": "x"}\n\n', b'{"choices": null}', b'"usage":{"completion_tokens":-5}',
    (
        b'"finish_reason":7'
    ), b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"Transfer-Encoding: chunked\r\n",
    (
        b"Content-Length: 5\r\n"
    ), b"Content-Length: -1\r\n", b"Content-Encoding: gzip\r\n", b"Connection: close\r\n",
    (
        b"Upgrade: h2c\r\nConnection: upgrade\r\n"
    ), b"ffffffffffffffff\r\n", b"0\r\n\r\n", b"x" * 70_000, "é€😀".encode(),
)  # fmt: skip


def _cut(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(data, random)
    return data[:start] + data[end:]


def _double(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(data, random)
    return (
        data[:end] + data[start:end] * random.choice((1, 1, 2, 50)) + data[end:]
    )


def _end_early(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _flip(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    if not data:
        return data
    changed = bytearray(data)
    for _time in range(random.choice((1, 1, 1, 4, 32))):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _salt(data: bytes, random: Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(data, random)
    return (
        data[:start] + random.choice(SALT) + data[random.choice((start, end)) :]
    )


def _splice(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    other = random.choice(others)
    start, end = _span(other, random)
    place = random.randrange(len(data) + 1)
    return data[:place] + other[start:end] + data[place:]


_MUTATIONS: tuple[Callable[[bytes, Random, Sequence[bytes]], bytes], ...] = (
    _cut,
    _double,
    _end_early,
    _flip,
    _salt,
    _salt,
    _splice,
)


def mutated(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """`data` after none to several mutations; pieces of `others` may get into it."""
    for _ in range(random.choice((0, 1, 1, 2, 3, 8))):
        data = random.choice(_MUTATIONS)(data, random, others)[:1_000_000]
    return data


def pieces(data: bytes, random: Random) -> list[bytes]:
    """`data` cut anywhere: whole, in halves, in crumbs."""
    most = random.choice((1, 3, 20, len(data) + 1))
    if most == 1:
        return [data[i : i + 1] for i in range(min(len(data), 5000))] + (
            [data[5000:]] if len(data) > 5000 else []
        )
    cuts = sorted(
        random.randrange(len(data) + 1)
        for _ in range(random.randrange(most) % 40)
    )
    return [
        data[start:end]
        for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)
    ]


def _span(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.choice((1, 2, 8, 64, 1000)))
