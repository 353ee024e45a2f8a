"""The decoder's shortcut for bodies that repeat the last event but for its text must never read
them differently.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.protocol import PROTOCOLS, StreamEvent
from inferometer.protocol.openai_stream import StreamDecoder


def body(
    text: str, *, ascii_only: bool = False, spaces: bool = False, **rest: object
) -> bytes:
    chunk = {
        "id": "cmpl-1",
        "choices": [{"index": 0, "text": text, "finish_reason": None}],
        **rest,
    }
    separators = None if spaces else (",", ":")
    return (
        b"data: "
        + json.dumps(
            chunk, ensure_ascii=ascii_only, separators=separators
        ).encode()
        + b"\n\n"
    )


def whole(bodies: list[bytes]) -> list[StreamEvent]:
    decoder = PROTOCOLS["openai"].decoder()
    return [
        event for each in bodies for event in decoder.feed(each)
    ] + decoder.close()


def bytewise(bodies: list[bytes]) -> list[StreamEvent]:
    """Never takes the shortcut: no single byte is a whole event."""
    return whole([bytes((byte,)) for each in bodies for byte in each])


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "\\",
        'a"b',
        "\n",
        "\x7f",
        "é",
        "你好",
        "😀",
        "\ufffd",
        "a" * 5000,
        " ",
        "another text",
    ],
)
def test_a_text_with_anything_in_it_after_a_plain_one(text: str) -> None:
    for ascii_only in (False, True):
        for spaces in (False, True):
            bodies = [
                body(t, ascii_only=ascii_only, spaces=spaces)
                for t in ("plain", text, "plain")
            ]
            assert [event.text for event in whole(bodies)] == [
                "plain",
                text,
                "plain",
            ]


def test_what_differs_in_more_than_its_text_is_read_in_full() -> None:
    bodies = [
        body("a"),
        body("b", usage={"prompt_tokens": 1, "completion_tokens": 2}),
        b'data: {"id":"cmpl-1","choices":[{"index":0,"text":"c","finish_reason":"stop"}]}\n\n',
        b"data: [DONE]\n\n",
        body("after the end"),
    ]
    assert whole(bodies) == bytewise(bodies)
    assert [event.text for event in whole(bodies)] == ["a", "b", "c", ""]


def test_a_text_that_stands_elsewhere_too_is_not_confused_with_it() -> None:
    for text in ("m", "cmpl-1", "text", "id", "another text"):
        bodies = [
            body(text, model=text),
            body("b", model=text),
            body("b", model="other"),
        ]
        assert [event.text for event in whole(bodies)] == [text, "b", "b"]
        named_first = [
            each.replace(b'{"id"', b'{"model":"%s","id"' % model)
            for each in bodies
            for model in (b"x", text.encode())
        ]
        assert whole(named_first) == bytewise(named_first)


def test_two_events_in_one_body_are_two() -> None:
    assert [
        event.text for event in whole([body("a"), body("b") + body("c")])
    ] == ["a", "b", "c"]


def test_a_text_that_closes_its_own_string_is_no_text() -> None:
    """Bytes between what stood before and after the first text, but with a structure of their
    own.
    """
    sly = body("a").replace(
        b'"a"', b'"x","finish_reason":"stop","stop_reason":"y"'
    )
    assert whole([body("a"), sly]) == bytewise([body("a"), sly])


def test_broken_utf8_in_the_middle_is_replaced_as_ever() -> None:
    bodies = [body("a"), body("b").replace(b'"b"', b'"b\xff"')]
    assert whole(bodies) == bytewise(bodies)
    assert whole(bodies)[1].text == "b\ufffd"


def test_an_event_split_over_reads_is_not_taken_for_a_whole_one() -> None:
    cut = body("b")
    assert [
        e.text
        for e in whole([body("a"), cut[:-1], cut[-1:] + body("c"), body("d")])
    ] == [
        "a",
        "b",
        "c",
        "d",
    ]


@given(
    st.lists(st.text(), min_size=1, max_size=8), st.booleans(), st.booleans()
)
def test_any_texts_in_any_spelling(
    texts: list[str], ascii_only: bool, spaces: bool
) -> None:
    bodies = [
        body(
            t.encode("utf-8", "replace").decode(),
            ascii_only=ascii_only,
            spaces=spaces,
        )
        for t in texts
    ]
    assert whole(bodies) == bytewise(bodies)


@given(st.binary(max_size=12))
def test_any_bytes_in_place_of_a_text(middle: bytes) -> None:
    bodies = [
        body("first"),
        body("second").replace(b"second", middle),
        body("third"),
    ]
    assert whole(bodies) == bytewise(bodies)


@pytest.mark.parametrize("zeros", [b"\0", b"\0\0", b"\0text\0"])
@pytest.mark.parametrize(
    "before",
    [[], [body("é")]],
    ids=["before any text", "after a text that teaches nothing"],
)
def test_zeros_are_no_text(before: list[bytes], zeros: bytes) -> None:
    assert whole([*before, zeros]) == bytewise([*before, zeros])
    assert not any(event.text for event in whole([zeros]))


def test_a_run_of_plain_events_is_read_at_once_up_to_what_is_not_plain() -> (
    None
):
    """With the same output and the same rest as fed one by one."""
    decoder, one_by_one = (PROTOCOLS["openai"].decoder() for _ in range(2))
    form = b'data: {"id":"c","choices":[{"index":0,"text":"%s"}]}\n\n'
    plain = [form % text for text in (b" a", b" bc", "é".encode())]
    others = [form % b"\\n", form % b"", b"data: [DONE]\n\n", b": ping\n\n"]
    others += [form % "\u3000".encode(), form % b"\xff"]
    for each in (decoder, one_by_one):
        each.feed(form % b"first")
    assert isinstance(decoder, StreamDecoder)
    texts = "".join(e.text for body in plain for e in one_by_one.feed(body))
    for other in others:
        assert decoder.plain_texts([*plain, other, plain[0]]) == (3, texts)
    assert decoder.plain_texts(plain) == (3, texts)
    cut = [plain[0] + plain[1][:9], plain[1][9:]]
    assert decoder.plain_texts(cut) == (0, "")
    assert decoder.feed(others[2]) == one_by_one.feed(others[2])
    assert decoder.plain_texts(plain) == (0, "")


def test_when_a_stream_has_changed_its_events_are_not_compared_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each would be, with all that follow, of a server whose events tell the second."""
    decoder = PROTOCOLS["openai"].decoder()
    assert isinstance(decoder, StreamDecoder)
    decoder.feed(body("a"))
    monkeypatch.setattr(StreamDecoder, "_all_plain", None)
    changed = body("b").replace(b"cmpl-1", b"cmpl-2")
    assert decoder.plain_texts([changed, changed]) == (0, "")
