"""JSON that servers write although they should not."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.protocol.lenient_json import read_json


def test_invalid_utf8_becomes_the_replacement_character() -> None:
    assert read_json(b'{"text": "a\xff\xe2\x82z"}') == {"text": "a��z"}


def test_bare_infinity_and_nan() -> None:
    document = read_json(b'{"logprobs": [-Infinity, Infinity, NaN]}')
    assert document["logprobs"][:2] == [-math.inf, math.inf]
    assert math.isnan(document["logprobs"][2])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (rb'"\ud83d"', "�"),
        (rb'"\ude00"', "�"),
        (rb'"a\ud83dz"', "a�z"),
        (rb'"\ud83d\ud83d\ude00"', "�😀"),
        (rb'"\ud83d\ude00\ude00"', "😀�"),
        (rb'"\\ud83d \ud83d"', r"\ud83d �"),
        (rb'"\\\ud83d"', "\\�"),
        (rb'"\uD83D"', "�"),
    ],
)
def test_half_a_surrogate_pair(written: bytes, read: str) -> None:
    assert read_json(written) == read


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[DONE]",
        b"{'a': 1}",
        b"\xff",
        b"[" * 200_000,
        b"1" * 10_000 + b"x",
    ],
)
def test_what_is_no_json_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(data)


@given(st.text(alphabet=st.characters(codec=None), max_size=20))
def test_every_string_can_be_written_as_utf8_afterwards(text: str) -> None:
    read = read_json(json.dumps(text).encode())
    read.encode()
    assert read == text.encode("utf-16", "surrogatepass").decode(
        "utf-16", "replace"
    )


@given(st.binary(max_size=60))
def test_garbage_gives_a_document_or_a_value_error(data: bytes) -> None:
    try:
        read_json(data)
    except ValueError:
        return
