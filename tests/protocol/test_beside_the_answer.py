"""What gateways put beside an answer, and where servers put output and counts that others put
elsewhere.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from inferometer.protocol import PROTOCOLS, UNKNOWN, StreamEvent, Usage
from inferometer.protocol.base import MAX_EVENT_BYTES, Remarks

DONE = b"data: [DONE]\n\n"
CHAT = "openai-chat"


def sse(*chunks: Any) -> bytes:
    return b"".join(
        b"data: %s\n\n" % json.dumps(chunk).encode() for chunk in chunks
    )


def chunk(finish_reason: str | None = None, **delta: Any) -> dict[str, Any]:
    return {
        "id": "c",
        "choices": [
            {"index": 0, "delta": delta, "finish_reason": finish_reason}
        ],
    }


def counts(prompt: int = 0, completion: int = 0, **more: Any) -> dict[str, Any]:
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, **more}
    return {"id": "c", "choices": [], "usage": usage}


def decode(backend: str, *pieces: bytes) -> tuple[list[StreamEvent], Remarks]:
    decoder = PROTOCOLS[backend].decoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.close(), decoder.remarks()


def decode_both_ways(
    backend: str, body: bytes
) -> tuple[list[StreamEvent], Remarks]:
    """In reads as a server writes them, and byte by byte: the same comes of both."""
    written = [piece + b"\n\n" for piece in body.split(b"\n\n") if piece]
    found = decode(backend, *written)
    assert (
        decode(backend, *(body[i : i + 1] for i in range(len(body)))) == found
    )
    return found


def texts(events: list[StreamEvent]) -> list[str]:
    return [event.text for event in events if event.text]


# --- frames that are no chunks of the answer ------------------------------------------------------


@pytest.mark.parametrize(
    "frame",
    [
        {"id": "g", "hook_results": {"before": [{"verdict": True}]}},
        {"type": "ping"},
        {
            "id": "c",
            "object": "chat.completion.chunk",
            "model": "m",
            "choices": None,
        },
        {},
    ],
)
def test_a_frame_without_choices_is_neither_output_nor_a_failure(
    frame: dict[str, Any],
) -> None:
    body = (
        sse(frame, chunk(content="a"), frame, chunk("stop", content="b")) + DONE
    )
    events, remarks = decode_both_ways(CHAT, body)
    assert texts(events) == ["a", "b"]
    assert not any(event.error for event in events)
    assert (remarks.ignored, remarks.ignored_sample) == (2, json.dumps(frame))


def test_a_stream_of_nothing_else_has_neither_output_nor_an_end() -> None:
    events, remarks = decode_both_ways(
        CHAT, sse({"type": "ping"}, {"type": "ping"})
    )
    assert events == []
    assert remarks.ignored == 2


def test_a_chunk_with_an_empty_list_of_choices_belongs_to_the_answer() -> None:
    events, remarks = decode(
        CHAT,
        sse(
            {"id": "", "choices": [], "prompt_filter_results": []},
            chunk(content="a"),
        ),
    )
    assert texts(events) == ["a"]
    assert remarks.ignored == 0


def test_an_error_without_choices_is_an_error_still() -> None:
    events, remarks = decode(CHAT, sse({"error": {"message": "no"}}))
    assert events == [StreamEvent(error="no")]
    assert remarks.ignored == 0


def whole(content: Any, **more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, **more}
    return {
        "id": "c",
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
    }


def test_a_whole_answer_after_its_pieces_says_nothing_new_but_its_end() -> None:
    body = (
        sse(
            chunk(content="a"),
            chunk(content="b"),
            {**whole("ab"), "usage": counts(5, 2)["usage"]},
        )
        + DONE
    )
    events, remarks = decode_both_ways(CHAT, body)
    assert texts(events) == ["a", "b"]
    assert [event.finish_reason for event in events if event.finish_reason] == [
        "stop"
    ]
    assert [event.usage for event in events if event.usage] == [Usage(5, 2)]
    assert remarks.ignored == 1


WORDS = ["one", " two", " three", " four"]


def text(words: str, finish_reason: str | None = None) -> dict[str, Any]:
    return {
        "id": "c",
        "choices": [
            {"index": 0, "text": words, "finish_reason": finish_reason}
        ],
    }


@pytest.mark.parametrize("ends_before", [True, False])
@pytest.mark.parametrize("backend", ["openai", CHAT])
def test_the_text_of_a_whole_answer_at_its_end_says_nothing_new(
    backend: str, ends_before: bool
) -> None:
    def event(words: str, finish_reason: str | None = None) -> dict[str, Any]:
        return (
            text(words, finish_reason)
            if backend == "openai"
            else chunk(finish_reason, content=words)
        )

    pieces = [event(word) for word in WORDS]
    end = (
        [event("", "stop"), event("".join(WORDS))]
        if ends_before
        else [event("".join(WORDS), "stop")]
    )
    events, remarks = decode_both_ways(
        backend, sse(*pieces, *end, counts(3, 4)) + DONE
    )
    assert texts(events) == WORDS
    assert [event.finish_reason for event in events if event.finish_reason] == [
        "stop"
    ]
    assert remarks.ignored == 1


@pytest.mark.parametrize(
    "pieces",
    [
        [("a", None), ("a", "stop")],  # one piece twice is a text
        [
            ("alphabet", None),
            ("business", None),
            ("alphabetbusiness", None),
            ("c", "stop"),
        ],  # not at its end
        [
            ("alphabet", None),
            ("business", None),
            ("businessalphabet", "stop"),
        ],  # as long, and another
        [
            ("-", None),
            ("-", None),
            ("--", "stop"),
        ],  # a token as long as those before it
        [
            ("a", "stop"),
            ("b", "stop"),
            ("c", "stop"),
        ],  # a server that calls each piece the last
    ],
)
def test_a_text_at_the_end_that_is_not_all_of_it_is_output(
    pieces: list[tuple[str, str | None]],
) -> None:
    events, remarks = decode_both_ways(
        "openai", sse(*(text(*piece) for piece in pieces)) + DONE
    )
    assert texts(events) == [words for words, _ in pieces]
    assert remarks.ignored == 0


def test_a_whole_answer_alone_is_one_event_of_output() -> None:
    events, remarks = decode_both_ways(
        CHAT, sse(whole("ab", reasoning_content="why ")) + DONE
    )
    assert texts(events) == ["why ab"]
    assert remarks.ignored == 0


# --- output in unusual places ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        (
            {
                "content": [
                    {"type": "text", "text": "a"},
                    {"type": "text", "text": "b"},
                ]
            },
            "ab",
        ),
        (
            {
                "content": [
                    {
                        "type": "thinking",
                        "thinking": [{"type": "text", "text": "a"}],
                    }
                ]
            },
            "a",
        ),
        (
            {
                "content": "",
                "reasoning_details": [
                    {"type": "reasoning.text", "text": "a", "index": 0}
                ],
            },
            "a",
        ),
        (
            {
                "reasoning_details": [
                    {"type": "reasoning.summary", "summary": "a"}
                ]
            },
            "a",
        ),
        (
            {
                "reasoning": "a",
                "reasoning_details": [{"type": "reasoning.text", "text": "a"}],
            },
            "a",
        ),
        ({"reasoning_content": "a", "content": None}, "a"),
        (
            {
                "content": [],
                "reasoning_details": [
                    {"type": "reasoning.encrypted", "data": "xyz"}
                ],
            },
            "",
        ),
        ({"content": [{"type": "text", "text": ""}]}, ""),
    ],
)
def test_text_in_parts(delta: dict[str, Any], text: str) -> None:
    events, _ = decode_both_ways(CHAT, sse(chunk(**delta)))
    assert "".join(texts(events)) == text


@pytest.mark.parametrize(
    ("delta", "field"),
    [
        ({"audio": {"data": "UklGR"}}, "audio"),
        ({"content": "", "thoughts": "a"}, "thoughts"),
        (
            {"content": [{"type": "image_url", "image_url": {"url": "data:"}}]},
            "content",
        ),
        ({"reasoning": {"steps": "?"}}, "reasoning"),
    ],
)
def test_output_in_a_place_that_is_not_known_leaves_a_trace(
    delta: dict[str, Any], field: str
) -> None:
    events, remarks = decode_both_ways(
        CHAT, sse(chunk(**delta), chunk(**delta), chunk("stop", content="a"))
    )
    assert texts(events) == ["a"]
    assert (remarks.unread, remarks.unread_fields) == (2, (field,))


@pytest.mark.parametrize(
    "delta",
    [
        {},
        {"role": "assistant"},
        {
            "role": "assistant",
            "content": "",
            "refusal": None,
            "tool_calls": [],
            "reasoning_content": "",
        },
        {"content": None, "annotations": [], "weight": 5, "final": True},
        {"reasoning_details": [{"type": "reasoning.encrypted", "data": "xyz"}]},
    ],
)
def test_a_delta_that_says_nothing_leaves_none(delta: dict[str, Any]) -> None:
    events, remarks = decode_both_ways(CHAT, sse(chunk(**delta)))
    assert events == []
    assert remarks.unread == 0


def test_a_text_beside_those_of_completions_leaves_a_trace() -> None:
    choice = {
        "index": 0,
        "text": "",
        "reasoning": "why",
        "finish_reason": None,
        "stop_reason": "x",
        "logprobs": {},
    }
    _, remarks = decode("openai", sse({"id": "c", "choices": [choice]}))
    assert remarks.unread_fields == ("reasoning",)


def test_names_of_unread_fields_are_few_short_and_plain() -> None:
    deltas = [
        {f"x{number}\n\x1b[31m" + "y" * 100: "text"} for number in range(20)
    ]
    _, remarks = decode(CHAT, sse(*(chunk(**delta) for delta in deltas)))
    assert remarks.unread == 20
    assert len(remarks.unread_fields) == 8
    assert all(
        name.isprintable() and len(name) <= 40 for name in remarks.unread_fields
    )


# --- counts ---------------------------------------------------------------------------------------


def counted(*chunks: dict[str, Any]) -> Usage:
    """All usages of an answer as one."""
    events, _ = decode_both_ways(CHAT, sse(*chunks) + DONE)
    usage = Usage()
    for event in events:
        if event.usage is not None:
            usage = usage.grown(event.usage)
    return usage


def test_usage_in_two_halves() -> None:
    first = {**chunk(role="assistant"), "usage": counts(64)["usage"]}
    assert counted(first, chunk("stop", content="a"), counts(0, 20))[:2] == (
        64,
        20,
    )


def test_a_total_tells_what_was_left_out() -> None:
    said = chunk("stop", content="a")
    assert counted(said, counts(64, 0, total_tokens=84))[:2] == (64, 20)
    assert counted(
        {**counts(), "usage": {"prompt_tokens": 64, "total_tokens": 84}}
    )[:2] == (64, 20)
    assert counted(counts(64, 0, total_tokens=84))[:2] == (
        64,
        0,
    )  # nothing was said
    assert counted(counts(64, 0, total_tokens=64))[:2] == (64, 0)
    assert counted(counts(0, 0, total_tokens=84))[:2] == (0, 0)
    assert counted(counts(64, 20, total_tokens=900))[:2] == (64, 20)


def test_counts_by_their_newer_names() -> None:
    usage = {
        "input_tokens": 5,
        "output_tokens": 7,
        "input_tokens_details": {"cached_tokens": 3},
    }
    assert counted({"id": "c", "choices": [], "usage": usage}) == Usage(5, 7, 3)


HIDDEN = {"reasoning_tokens": 100}


def test_reasoning_that_is_not_streamed_is_hidden() -> None:
    usage = counted(
        chunk("stop", content="a"),
        counts(5, 120, completion_tokens_details=HIDDEN),
    )
    assert usage == Usage(5, 120, UNKNOWN, 100)


@pytest.mark.parametrize(
    "delta",
    [
        {"reasoning_content": "why"},
        {"reasoning": "why"},
        {"reasoning_details": [{"type": "reasoning.text", "text": "why"}]},
        {
            "content": [
                {
                    "type": "thinking",
                    "thinking": [{"type": "text", "text": "why"}],
                }
            ]
        },
    ],
)
def test_reasoning_that_is_streamed_is_not(delta: dict[str, Any]) -> None:
    usage = counted(
        chunk(**delta),
        chunk("stop", content="a"),
        counts(5, 120, completion_tokens_details=HIDDEN),
    )
    assert usage.hidden_tokens == 0


def test_rejected_predictions_are_hidden_in_any_case() -> None:
    details = {
        "reasoning_tokens": 100,
        "rejected_prediction_tokens": 7,
        "accepted_prediction_tokens": 9,
    }
    usage = counted(
        chunk(reasoning="why"),
        counts(5, 120, completion_tokens_details=details),
    )
    assert usage.hidden_tokens == 7


def test_hidden_tokens_are_those_told_last() -> None:
    usages = [{"reasoning_tokens": 3}, {"reasoning_tokens": 9}, None]
    events = [
        counts(5, 10, completion_tokens_details=details) for details in usages
    ]
    assert counted(*events).hidden_tokens == 9


# --- which answer it is ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "first",
    [
        chunk(role="assistant"),
        chunk(content="a"),
        chunk("stop", content="a"),
        counts(1),
    ],
)
def test_the_id_of_the_answer(first: dict[str, Any]) -> None:
    _, remarks = decode_both_ways(
        CHAT, sse(first, {**chunk(content="b"), "id": "other"})
    )
    assert remarks.answer_id == ("c" if first["choices"] else "other")


@pytest.mark.parametrize("told", [5, None, ["x"], "y" * 10_000])
def test_an_id_that_is_no_id(told: Any) -> None:
    _, remarks = decode(CHAT, sse({**chunk(content="a"), "id": told}))
    assert len(remarks.answer_id) <= 256


# --- bounds ---------------------------------------------------------------------------------------

BLOCK = b"A" * (1 << 20)


@pytest.mark.parametrize("backend", PROTOCOLS)
@pytest.mark.parametrize("start", [b"", b"data: ", b"data: x\ndata: "])
def test_a_line_without_an_end_is_given_up_at_its_bound(
    backend: str, start: bytes
) -> None:
    decoder = PROTOCOLS[backend].decoder()
    decoder.feed(start)
    events: list[StreamEvent] = []
    blocks = 0
    while not events:
        events = decoder.feed(BLOCK)
        blocks += 1
    assert blocks <= MAX_EVENT_BYTES // len(BLOCK) + 1
    assert [event.oversized for event in events] == [True]
    assert "16 MB" in str(events[0].error)
    for piece in (BLOCK, b"\n\n", b"data: {}\n\n"):
        assert all(event.oversized for event in decoder.feed(piece))


def test_an_event_of_many_lines_without_an_end_is_given_up_at_its_bound() -> (
    None
):
    decoder = PROTOCOLS[CHAT].decoder()
    lines = b"data: " + b"A" * 1000 + b"\n"
    events: list[StreamEvent] = []
    for _ in range(2 * MAX_EVENT_BYTES // (100 * len(lines))):
        events += decoder.feed(lines * 100)
    assert events
    assert events[0].oversized


@pytest.mark.parametrize(
    "piece",
    [
        sse(chunk(content="a" * 1000)) * 100,
        b": ping, nothing more, for a long time\n" * 3000,
    ],
)
def test_much_that_ends_is_nothing_large(piece: bytes) -> None:
    """Also where no read ends where an event does."""
    decoder = PROTOCOLS[CHAT].decoder()
    decoder.feed(piece[:50])
    misaligned = piece[50:] + piece[:50]
    assert not any(
        event.error
        for _ in range(2 * MAX_EVENT_BYTES // len(piece))
        for event in decoder.feed(misaligned)
    )
