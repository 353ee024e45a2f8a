"""The splitter against the event stream format: every line end, every field, every place to
split.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inferometer.protocol.sse import STRAY_BYTES, EventSplitter


def split(*pieces: bytes) -> list[bytes]:
    splitter = EventSplitter()
    payloads = [payload for piece in pieces for payload in splitter.feed(piece)]
    return payloads + splitter.close()


def by_the_standard(body: bytes) -> list[bytes]:
    """The format read off the standard, slowly: all lines first, then blocks between blank ones."""
    lines = [
        line.removeprefix(b"\xef\xbb\xbf")
        for line in re.split(rb"\r\n|\n|\r", body)
    ]
    payloads: list[bytes] = []
    data: list[bytes] = []
    for line in [*lines, b""]:
        if line == b"" and data:
            payloads.append(b"\n".join(data))
            data = []
        name, _, value = line.partition(b":")
        if name == b"data":
            data.append(value[1:] if value[:1] == b" " else value)
    return payloads


EVENTS = b'data: {"a": 1}\n\ndata: {"b": 2}\n\ndata: [DONE]\n\n'
PAYLOADS = [b'{"a": 1}', b'{"b": 2}', b"[DONE]"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_end(end: bytes) -> None:
    assert split(EVENTS.replace(b"\n", end)) == PAYLOADS


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_byte_by_byte(end: bytes) -> None:
    body = EVENTS.replace(b"\n", end)
    assert split(*(body[i : i + 1] for i in range(len(body)))) == PAYLOADS


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_split_in_two(end: bytes) -> None:
    body = EVENTS.replace(b"\n", end)
    for cut in range(len(body) + 1):
        assert split(body[:cut], body[cut:]) == PAYLOADS, cut


def test_an_event_is_handed_out_by_the_feed_that_completes_it() -> None:
    splitter = EventSplitter()
    assert splitter.feed(b"data: on") == []
    assert splitter.feed(b"e\n") == []
    assert splitter.feed(b"\ndata: two\n\nda") == [b"one", b"two"]
    assert splitter.feed(b"ta: three\r") == []
    assert splitter.feed(b"\n\r") == [b"three"]
    assert splitter.feed(b"\n") == []
    assert splitter.feed(b"data: four\n\n") == [b"four"]
    assert splitter.close() == []


def test_a_read_that_looks_whole_but_goes_on_with_what_came_before() -> None:
    assert split(b"data: one", b"data: two\n\n") == [b"onedata: two"]
    assert split(b"data: one\n", b"data: two\n\n") == [b"one\ntwo"]
    assert split(b": comment ", b"data: two\n\n") == []


def test_split_between_cr_and_lf_does_not_make_a_blank_line() -> None:
    assert split(b"data: one\r", b"\ndata: two\r", b"\n\r", b"\n") == [
        b"one\ntwo"
    ]


def test_data_without_a_space() -> None:
    assert split(b'data:{"a":1}\n\n') == [b'{"a":1}']


def test_only_one_space_is_taken_off() -> None:
    assert split(b"data:  two\n\n") == [b" two"]


def test_trailing_space_is_kept() -> None:
    assert split(b"data: {} \n\n") == [b"{} "]
    assert split(b"data:{} \n\n") == [b"{} "]


def test_data_of_several_lines_is_joined_by_newlines() -> None:
    assert split(b"data: one\ndata:two\ndata\n\n") == [b"one\ntwo\n"]


def test_comments_and_other_fields_are_skipped() -> None:
    body = (
        b": ping - 2026-11-20\n\nevent: sglext_ids\nid: 7\nretry: 10\ndata: one\n\n:\n\nevent: "
        b"nothing\n\nunknown: x\n\n"
    )
    splitter = EventSplitter()
    assert splitter.feed(body) == [b"one"]
    assert splitter.close() == []
    assert splitter.stray == b""


def test_a_field_whose_name_only_begins_with_data_is_not_data() -> None:
    assert split(b"database: x\ndata2: y\n\n") == []


def test_byte_order_mark() -> None:
    assert split(b"\xef\xbb\xbfdata: one\n\n") == [b"one"]


def test_invalid_utf8_passes_through() -> None:
    assert split(b"data: \xff\xfe\x80\n\n") == [b"\xff\xfe\x80"]


def test_an_event_cut_off_by_the_end_comes_out_at_close() -> None:
    splitter = EventSplitter()
    assert splitter.feed(b'data: {"a": 1}\n\ndata: {"b"') == [b'{"a": 1}']
    assert splitter.close() == [b'{"b"']
    assert splitter.close() == []


@pytest.mark.parametrize("rest", [b"", b"\n", b": ping\n\n", b"da", b"\n\n\n"])
def test_nothing_left_at_close(rest: bytes) -> None:
    splitter = EventSplitter()
    assert splitter.feed(EVENTS + rest) == PAYLOADS
    assert splitter.close() == []


def test_a_body_that_is_no_event_stream_is_stray() -> None:
    splitter = EventSplitter()
    assert splitter.feed(b'{"error":\n') == []
    assert splitter.feed(b' "no"}') == []
    assert splitter.close() == []
    assert splitter.stray == b'{"error":\n "no"}\n'


@pytest.mark.parametrize(
    "line",
    [
        b'error: {"code":500}',
        b"Error: boom",
        b"<html>",
        b"Internal Server Error",
        b"ok",
    ],
)
def test_lines_that_are_no_field_are_stray(line: bytes) -> None:
    splitter = EventSplitter()
    assert splitter.feed(b"data: one\n\n" + line + b"\n\n") == [b"one"]
    assert splitter.stray == line + b"\n"


def test_stray_bytes_are_bounded() -> None:
    splitter = EventSplitter()
    for _ in range(100):
        splitter.feed(b"<p>" + b"x" * 10_000 + b"\n")
    splitter.feed(b"<" + b"y" * 1_000_000 + b"\n")
    assert STRAY_BYTES <= len(splitter.stray) <= 2 * STRAY_BYTES + 1


def test_a_huge_event_in_small_pieces() -> None:
    payload = b'{"text": "' + b"x" * 8_000_000 + b'"}'
    body = b"data: " + payload + b"\n\ndata: [DONE]\n\n"
    assert split(*(body[i : i + 1460] for i in range(0, len(body), 1460))) == [
        payload,
        b"[DONE]",
    ]


def test_many_events_in_one_piece() -> None:
    assert split(b"".join(b"data: %d\n\n" % i for i in range(10_000))) == [
        b"%d" % i for i in range(10_000)
    ]


LINES = st.sampled_from(
    [
        b"data: {}",
        b"data:x",
        b"data",
        b"data: ",
        b"dat",
        b"",
        b"",
        b": ping",
        b"event: e",
        b"id",
        b"{",
        b"\xef\xbb\xbfdata: y",
        b"\xff",
    ]
)
BODIES = st.lists(
    st.tuples(LINES, st.sampled_from([b"\n", b"\n", b"\r\n", b"\r"]))
).map(lambda lines: b"".join(line + end for line, end in lines))


def cut(body: bytes, at: list[int]) -> list[bytes]:
    places = [0, *sorted(place % (len(body) + 1) for place in at), len(body)]
    return [
        body[start:end] for start, end in zip(places, places[1:], strict=False)
    ]


@given(
    BODIES | st.binary(max_size=80),
    st.lists(st.integers(0, 10_000), max_size=12),
)
@example(b"data: x\n\r\n", [9])
@example(b"data: x\n\r", [])
@example(b"data: x\r\rdata: y\r\r\ndata: z\r\n\n", [9, 18, 19])
def test_any_split_of_any_body_gives_what_the_standard_says(
    body: bytes, at: list[int]
) -> None:
    pieces = cut(body, at)
    assert b"".join(pieces) == body
    assert split(*pieces) == by_the_standard(body)


@given(
    BODIES | st.binary(max_size=80),
    st.lists(st.integers(0, 10_000), max_size=12),
)
def test_what_is_stray_does_not_depend_on_the_split(
    body: bytes, at: list[int]
) -> None:
    whole, pieces = EventSplitter(), EventSplitter()
    whole.feed(body)
    whole.close()
    for piece in cut(body, at):
        pieces.feed(piece)
    pieces.close()
    assert whole.stray == pieces.stray
