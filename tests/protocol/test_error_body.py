"""Error bodies of every shape become one bounded line."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.protocol import error_sentence
from inferometer.protocol.error_body import SENTENCE_CHARS, error_message

NO_REASON = "the server gave no reason"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            b'{"error":{"message":"No model `x`.","type":"NotFoundError","code":404}}',
            "No model `x`.",
        ),
        (b'{"error":"Unauthorized"}', "Unauthorized"),
        (
            b'{"error":"Model is overloaded","error_type":"overloaded"}',
            "Model is overloaded",
        ),
        (b'{"detail":"Not Found"}', "Not Found"),
        (
            (
                b'{"detail":[{"loc":["body","messages"],"msg":"not a '
                b'list"},{"loc":["body","n",0],"msg":"too many"}]}'
            ),
            "body.messages: not a list; body.n.0: too many",
        ),
        (
            b'{"object":"error","message":"Input too long.","type":"BadRequestError","code":400}',
            "Input too long.",
        ),
        (
            b'[{"error":{"code":400,"message":"API key not valid."}}]',
            "API key not valid.",
        ),
        (
            b'{"message":"no Route matched with those values"}',
            "no Route matched with those values",
        ),
        (b'{"error":true,"message":"boom"}', "boom"),
        (
            b'{"error":{"message":"","type":"overloaded_error"}}',
            "overloaded_error",
        ),
        (
            b'{"error":{"message":null,"code":"rate_limit_exceeded"}}',
            "rate_limit_exceeded",
        ),
        (
            b'{"error":{"message":"Extra inputs are not permitted","param":"stream_options"}}',
            "Extra inputs are not permitted (parameter stream_options)",
        ),
        (
            b'{"error":{"message":"no max_tokens here","param":"max_tokens"}}',
            "no max_tokens here",
        ),
        (
            b'{"detail":[{"loc":["body",{"a":[1]},"n"],"msg":"wrong"}]}',
            "body.n: wrong",
        ),
        (b'{"error":{}}', NO_REASON),
        (b'{"error":""}', NO_REASON),
        (b'{"status":"starting"}', '{"status":"starting"}'),
        (b"Internal Server Error", "Internal Server Error"),
        (b"first\r\n  second\tthird\x00\x1b[31m\n", "first second third??[31m"),
        ("a\u202eb\u200bc\u2028d\u3000e".encode(), "a?b?c d e"),
        (
            b"<html><head><title>502 Bad\n Gateway</title></head><body>nginx</body></html>",
            "502 Bad Gateway",
        ),
        (b"", NO_REASON),
        (b" \r\n ", NO_REASON),
        (b"null", "null"),
        (b"\xff\xfe", "��"),
    ],
)
def test_the_sentence(body: bytes, sentence: str) -> None:
    assert error_sentence(body) == sentence


@pytest.mark.parametrize(
    "wrap",
    [lambda text: text, lambda text: json.dumps({"error": {"message": text}})],
)
def test_the_sentence_is_bounded(wrap: Callable[[str], str]) -> None:
    sentence = error_sentence(wrap("word\n" * 100_000).encode())
    assert len(sentence) == SENTENCE_CHARS
    assert sentence.startswith("word word word ")
    assert sentence.endswith("…")


@pytest.mark.parametrize(
    "document",
    [
        None,
        3,
        [],
        {},
        {"choices": []},
        {"choices": [], "error": None},
        {"choices": [], "error": ""},
    ],
)
def test_what_is_no_error(document: Any) -> None:
    assert error_message(document) is None


def test_an_error_beside_choices_is_an_error() -> None:
    assert (
        error_message({"choices": [], "error": {"message": "boom"}}) == "boom"
    )


@pytest.mark.parametrize(
    ("piece", "end"),
    [(b"<title>", b""), (b"<title", b""), (b"<title>x", b"</title")],
)
def test_titles_without_end_take_no_time_without_end(
    piece: bytes, end: bytes
) -> None:
    body = piece * 1_000_000 + end
    begun_s = time.process_time()
    assert len(error_sentence(body)) == SENTENCE_CHARS
    assert time.process_time() - begun_s < 5


def test_nesting_without_end() -> None:
    assert error_sentence(b'{"error":' * 900 + b'"x"' + b"}" * 900) == NO_REASON
    assert error_sentence(b'{"error":' * 100_000).startswith(
        '{"error":{"error":'
    )


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "error",
                    "message",
                    "detail",
                    "object",
                    "choices",
                    "loc",
                    "msg",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode())
)
def test_anything_gives_one_short_printable_line(body: bytes) -> None:
    sentence = error_sentence(body)
    assert 0 < len(sentence) <= SENTENCE_CHARS
    assert len(sentence.splitlines()) == 1
    sentence.encode()
