"""Every known trap of a stream, one test each, through the decoder a user gets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.protocol import (
    PROTOCOLS,
    UNKNOWN,
    StreamEvent,
    Usage,
    error_sentence,
)

DONE = b"data: [DONE]\n\n"


def decode(backend: str, *pieces: bytes) -> list[StreamEvent]:
    decoder = PROTOCOLS[backend].decoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.close()


def sse(*chunks: Any) -> bytes:
    return b"".join(
        b"data: %s\n\n" % json.dumps(chunk, ensure_ascii=False).encode()
        for chunk in chunks
    )


def completion(
    text: Any = "", finish_reason: Any = None, **extra: Any
) -> dict[str, Any]:
    """A chunk of a completion; `extra` goes into its choice, but `usage` beside it."""
    usage = {"usage": extra.pop("usage")} if "usage" in extra else {}
    return {
        "id": "c",
        "choices": [
            {"index": 0, "text": text, "finish_reason": finish_reason, **extra}
        ],
        **usage,
    }


def chat(**delta: Any) -> dict[str, Any]:
    return {
        "id": "c",
        "choices": [
            {
                "index": 0,
                "delta": delta,
                "logprobs": None,
                "finish_reason": None,
            }
        ],
    }


def usage(prompt: int, completion: int, **extra: Any) -> dict[str, Any]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        **extra,
    }


def texts(events: list[StreamEvent]) -> list[str]:
    return [event.text for event in events if event.text]


# --- framing --------------------------------------------------------------------------------------


def test_an_ordinary_stream() -> None:
    body = (
        sse(
            completion(" Hi"),
            completion(" you", "stop"),
            {"choices": [], "usage": usage(5, 2)},
        )
        + DONE
    )
    assert decode("openai", body) == [
        StreamEvent(" Hi"),
        StreamEvent(" you", finish_reason="stop"),
        StreamEvent(usage=Usage(5, 2)),
        StreamEvent(done=True),
    ]


def test_an_event_split_over_reads() -> None:
    body = sse(completion(" Hi"))
    decoder = PROTOCOLS["openai"].decoder()
    assert decoder.feed(body[:20]) == []
    assert decoder.feed(body[20:-1]) == []
    assert decoder.feed(body[-1:]) == [StreamEvent(" Hi")]
    assert decoder.feed(body) == [StreamEvent(" Hi")]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends(end: bytes) -> None:
    body = (sse(completion("a"), completion("b", "stop")) + DONE).replace(
        b"\n", end
    )
    assert decode("openai", body) == [
        StreamEvent("a"),
        StreamEvent("b", finish_reason="stop"),
        StreamEvent(done=True),
    ]


@pytest.mark.parametrize(
    "comment",
    [
        b": ping\n\n",
        b":\n\n",
        b": keep-alive\r\n\r\n",
        b'data: \n\n: {"error": "no"}\n\n',
    ],
)
def test_comments_say_nothing(comment: bytes) -> None:
    assert decode("openai", comment + sse(completion("a")) + comment) == [
        StreamEvent("a")
    ]


def test_data_without_a_space() -> None:
    assert decode(
        "openai", b'data:{"choices":[{"text":"a"}]}\n\ndata:[DONE]\n\n'
    ) == [
        StreamEvent("a"),
        StreamEvent(done=True),
    ]


def test_trailing_space_after_the_data() -> None:
    assert decode(
        "openai", b'data: {"choices":[{"text":"a"}]} \n\ndata: [DONE] \n\n'
    ) == [
        StreamEvent("a"),
        StreamEvent(done=True),
    ]


def test_several_events_in_one_read_keep_their_order() -> None:
    assert texts(
        decode("openai", sse(*(completion(str(i)) for i in range(100))))
    ) == [str(i) for i in range(100)]


def test_missing_done() -> None:
    events = decode("openai", sse(completion("a", "length")))
    assert events == [StreamEvent("a", finish_reason="length")]


def test_a_last_event_without_its_blank_line() -> None:
    assert decode("openai", sse(completion("a")) + b"data: [DONE]") == [
        StreamEvent("a"),
        StreamEvent(done=True),
    ]


def test_a_stream_that_ends_without_finish_reason_does_not_look_finished() -> (
    None
):
    events = decode("openai", sse(completion("a"), completion("b")))
    assert not any(
        event.done or event.finish_reason or event.error for event in events
    )


def test_a_body_that_ends_in_the_middle_of_an_event() -> None:
    first, last = decode(
        "openai", sse(completion("a")) + b'data: {"choices":[{"te'
    )
    assert first == StreamEvent("a")
    assert last == StreamEvent(
        error='the server sent data that is not JSON: {"choices":[{"te',
        malformed=True,
    )


def test_an_empty_body_has_no_events() -> None:
    assert decode("openai", b"") == []


def test_a_huge_event() -> None:
    text = "x" * 5_000_000
    body = sse(completion(text)) + DONE
    assert decode(
        "openai", *(body[i : i + 4096] for i in range(0, len(body), 4096))
    ) == [
        StreamEvent(text),
        StreamEvent(done=True),
    ]


def test_nothing_counts_after_done() -> None:
    assert decode(
        "openai",
        DONE + sse(completion("late")),
        sse(completion("later"), {"error": "no"}),
    ) == [StreamEvent(done=True)]


# --- text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "delta",
    [
        {"role": "assistant", "content": ""},
        {"role": "assistant", "content": None},
        {"role": "assistant"},
        {
            "role": "assistant",
            "content": "",
            "reasoning_content": None,
            "tool_calls": None,
        },
        {},
    ],
)
def test_an_empty_role_chunk_is_not_output(delta: dict[str, Any]) -> None:
    assert decode("openai-chat", sse(chat(**delta))) == []


@pytest.mark.parametrize(
    "name", ["reasoning", "reasoning_content", "content", "refusal"]
)
def test_what_is_output_of_a_chat(name: str) -> None:
    assert decode("openai-chat", sse(chat(**{name: "Let"}))) == [
        StreamEvent("Let")
    ]
    assert decode(
        "openai-chat", sse(chat(role="assistant", **{name: "Let"}))
    ) == [StreamEvent("Let")]


def test_reasoning_under_both_its_names_is_one_text() -> None:
    assert texts(
        decode(
            "openai-chat", sse(chat(reasoning="Let", reasoning_content="Let"))
        )
    ) == ["Let"]


def test_reasoning_and_content_in_one_event() -> None:
    assert texts(
        decode("openai-chat", sse(chat(content="So", reasoning_content="hm. ")))
    ) == ["hm. So"]


def test_tool_calls_are_output() -> None:
    call = {
        "id": "call_1",
        "type": "function",
        "index": 0,
        "function": {"name": "weather", "arguments": ""},
    }
    more = {"index": 0, "function": {"arguments": '{"city":'}}
    last = {"index": 0, "function": {"name": None, "arguments": ' "Bonn"}'}}
    silent = {"index": 1, "id": "call_2", "function": None}
    body = sse(
        *(chat(tool_calls=[each]) for each in (call, more, last, silent))
    )
    assert texts(decode("openai-chat", body)) == [
        "weather",
        '{"city":',
        ' "Bonn"}',
    ]


def test_the_function_call_of_older_servers_is_output() -> None:
    assert texts(
        decode(
            "openai-chat",
            sse(chat(function_call={"name": "f", "arguments": "{}"})),
        )
    ) == ["f{}"]


def test_text_that_is_null_is_not_output() -> None:
    assert decode(
        "openai", sse(completion(None), completion(None, "stop"))
    ) == [StreamEvent(finish_reason="stop")]


def test_a_choice_without_text_or_delta_is_not_output() -> None:
    chunk: dict[str, Any] = {
        "choices": [
            {"index": 0, "finish_reason": None, "content_filter_results": {}}
        ]
    }
    assert (
        decode("openai", sse(chunk)) == decode("openai-chat", sse(chunk)) == []
    )
    assert decode(
        "openai-chat",
        sse({"choices": [{"delta": None, "finish_reason": "stop"}]}),
    ) == [StreamEvent(finish_reason="stop")]


def test_whitespace_is_output() -> None:
    assert texts(decode("openai", sse(completion(" "), completion("\n")))) == [
        " ",
        "\n",
    ]


def test_invalid_utf8_is_replaced() -> None:
    assert texts(
        decode("openai", b'data: {"choices":[{"text":"a\xff\xfeb"}]}\n\n')
    ) == ["a��b"]


def test_a_character_split_over_reads() -> None:
    body = sse(completion("Grüße 😀"))
    assert texts(
        decode("openai", *(body[i : i + 1] for i in range(len(body))))
    ) == ["Grüße 😀"]


def test_a_character_split_over_events() -> None:
    first = b'data: {"choices":[{"text":"\xf0\x9f"}]}\n\n'
    second = b'data: {"choices":[{"text":"\x98\x80"}]}\n\n'
    assert texts(decode("openai", first + second)) == ["�", "��"]


def test_half_a_surrogate_pair_can_be_stored() -> None:
    (text,) = texts(
        decode("openai", rb'data: {"choices":[{"text":"\ud83d"}]}' + b"\n\n")
    )
    assert text.encode().decode() == "�"


@pytest.mark.parametrize("number", ["-Infinity", "Infinity", "NaN"])
def test_log_probabilities_that_are_no_json_do_not_fail_the_request(
    number: str,
) -> None:
    body = (
        b'data: {"choices":[{"text":"a","logprobs":{"token_logprobs":[%s]}}]}\n\n'
        % number.encode()
    )
    assert decode("openai", body) == [StreamEvent("a")]


def test_the_texts_of_several_choices_are_all_output() -> None:
    one = {"choices": [{"index": 0, "text": "a"}]}
    other = {"choices": [{"index": 1, "text": "b", "finish_reason": "stop"}]}
    both = {
        "choices": [
            {"index": 0, "text": "c"},
            {"index": 1, "text": "d", "finish_reason": "length"},
        ]
    }
    assert decode("openai", sse(one, other, both)) == [
        StreamEvent("a"),
        StreamEvent("b", finish_reason="stop"),
        StreamEvent("cd"),
    ]


# --- tokens and usage -----------------------------------------------------------------------------


def test_several_tokens_in_one_event_by_usage() -> None:
    body = sse(
        completion("a", usage=usage(5, 1)),
        completion("bcd", usage=usage(5, 4)),
        completion("e", usage=usage(5, 5)),
    )
    assert [event.tokens for event in decode("openai", body)] == [1, 3, 1]


def test_several_tokens_in_one_event_by_token_ids() -> None:
    body = sse(
        completion("a", token_ids=[5]),
        completion("bcd", token_ids=[6, 7, 8]),
        completion("", "stop", token_ids=[2]),
    )
    assert [event.tokens for event in decode("openai", body)] == [1, 3, UNKNOWN]


def test_tokens_without_text_are_counted_with_the_next_text() -> None:
    by_usage = sse(
        completion("a", usage=usage(5, 1)),
        completion("", usage=usage(5, 2)),
        completion("é", usage=usage(5, 3)),
    )
    assert [
        (event.text, event.tokens) for event in decode("openai", by_usage)
    ] == [
        ("a", 1),
        ("", UNKNOWN),
        ("é", 2),
    ]
    by_ids = sse(
        completion("a", token_ids=[1]),
        completion("", token_ids=[2]),
        completion("é", token_ids=[3]),
    )
    assert [
        (event.text, event.tokens) for event in decode("openai", by_ids)
    ] == [
        ("a", 1),
        ("é", 2),
    ]


def test_token_ids_go_before_usage() -> None:
    body = sse(
        completion("ab", token_ids=[1, 2], usage=usage(5, 9)),
        completion("c", token_ids=[3], usage=usage(5, 10)),
    )
    assert [event.tokens for event in decode("openai", body)] == [2, 1]


def test_usage_in_the_last_content_chunk_is_not_that_events_tokens() -> None:
    body = sse(
        completion("a"),
        completion("b"),
        completion("c", "length", usage=usage(5, 3)),
    )
    events = decode("openai", body)
    assert [event.tokens for event in events] == [UNKNOWN] * 3
    assert events[-1] == StreamEvent(
        "c", usage=Usage(5, 3), finish_reason="length"
    )


def test_usage_in_its_own_chunk_with_empty_choices() -> None:
    body = sse(completion("a", "stop"), {"choices": [], "usage": usage(5, 1)})
    assert decode("openai", body)[-1] == StreamEvent(usage=Usage(5, 1))


def test_usage_without_choices() -> None:
    assert decode(
        "openai",
        sse({"usage": usage(5, 1)}, {"choices": None, "usage": usage(5, 2)}),
    ) == [
        StreamEvent(usage=Usage(5, 1)),
        StreamEvent(usage=Usage(5, 2)),
    ]


def test_empty_choices_without_usage_say_nothing() -> None:
    assert (
        decode(
            "openai",
            sse(
                {"choices": []},
                {"choices": [], "usage": None, "prompt_filter_results": []},
            ),
        )
        == []
    )


def test_usage_that_is_null_or_absent() -> None:
    assert decode(
        "openai", sse(completion("a", usage=None), completion("b"))
    ) == [
        StreamEvent("a"),
        StreamEvent("b"),
    ]


def test_cached_tokens() -> None:
    chunk = {
        "choices": [],
        "usage": usage(100, 2, prompt_tokens_details={"cached_tokens": 96}),
    }
    assert decode("openai-chat", sse(chunk)) == [
        StreamEvent(usage=Usage(100, 2, 96))
    ]


def test_no_cached_tokens_is_not_an_unknown_number_of_them() -> None:
    details = {"cached_tokens": 0}
    assert decode(
        "openai",
        sse(
            {"choices": [], "usage": usage(9, 2, prompt_tokens_details=details)}
        ),
    )[0].usage == Usage(9, 2, 0)
    assert decode(
        "openai",
        sse({"choices": [], "usage": usage(9, 2, prompt_tokens_details=None)}),
    )[0].usage == Usage(9, 2, UNKNOWN)


@pytest.mark.parametrize("count", [-1, 1.5, "7", True, None, 2**31, [3]])
def test_a_count_that_cannot_be_one_is_unknown(count: Any) -> None:
    assert decode(
        "openai",
        sse(
            {
                "choices": [],
                "usage": {"prompt_tokens": 5, "completion_tokens": count},
            }
        ),
    )[0].usage == Usage(5)
    assert (
        decode(
            "openai",
            sse({"choices": [], "usage": {"completion_tokens": count}}),
        )
        == []
    )


def test_usage_that_runs_backwards_tells_no_tokens() -> None:
    body = sse(
        completion("a", usage=usage(5, 4)), completion("b", usage=usage(5, 2))
    )
    assert [event.tokens for event in decode("openai", body)] == [4, UNKNOWN]


def test_usage_of_several_choices_tells_no_tokens_of_an_event() -> None:
    chunks = [
        completion("a", index=i % 2, usage=usage(5, 1 + i // 2))
        for i in range(4)
    ]
    assert [event.tokens for event in decode("openai", sse(*chunks))] == [
        1,
        UNKNOWN,
        UNKNOWN,
        UNKNOWN,
    ]
    ids = [completion("ab", index=i % 2, token_ids=[1, 2]) for i in range(4)]
    assert [event.tokens for event in decode("openai", sse(*ids))] == [
        2,
        2,
        2,
        2,
    ]


def test_the_first_finish_reason_stands() -> None:
    chunks = [
        completion("a", "length", usage=usage(5, 1)),
        completion("", "stop", usage=usage(5, 1)),
    ]
    assert [
        event.finish_reason for event in decode("openai", sse(*chunks))
    ] == ["length", None]


def test_an_empty_finish_reason_is_none() -> None:
    assert (
        decode("openai", sse(completion("a", ""), completion("b", "stop")))[
            0
        ].finish_reason
        is None
    )


# --- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        {
            "error": {
                "message": "boom",
                "type": "BadRequestError",
                "param": None,
                "code": 400,
            }
        },
        {"error": "boom"},
        {
            "object": "error",
            "message": "boom",
            "type": "ValueError",
            "code": 500,
        },
        {"error": {"message": "boom"}, "choices": []},
        {"detail": "boom"},
    ],
)
@pytest.mark.parametrize("backend", ["openai", "openai-chat"])
def test_an_error_inside_a_200_stream(
    backend: str, error: dict[str, Any]
) -> None:
    assert decode(backend, sse({"choices": []}, error) + DONE) == [
        StreamEvent(error="boom"),
        StreamEvent(done=True),
    ]


@pytest.mark.parametrize(
    "body",
    [
        b'{"error":{"message":"boom"}}',
        b'{"error":"boom"}\n',
        b'{\n "object": "error",\n\n "message": "boom"\n}',
    ],
)
def test_a_json_error_as_the_whole_200_body(body: bytes) -> None:
    for pieces in ([body], [body[i : i + 1] for i in range(len(body))]):
        assert decode("openai", *pieces) == [StreamEvent(error="boom")]


@pytest.mark.parametrize(
    "line",
    [
        b'error: {"code":500,"message":"boom","type":"server_error"}',
        b"error: boom",
        b"Error:boom",
    ],
)
def test_the_error_line_of_older_llama_cpp(line: bytes) -> None:
    assert decode("openai", sse(completion("a")) + line + b"\n\n") == [
        StreamEvent("a"),
        StreamEvent(error="boom"),
    ]


@pytest.mark.parametrize("reason", ["abort", "error"])
def test_a_request_the_server_gave_up_has_failed(reason: str) -> None:
    (event,) = decode("openai", sse(completion("a", reason)))
    assert (event.text, event.finish_reason, event.malformed) == (
        "a",
        reason,
        False,
    )
    assert (
        event.error
        == f"the server aborted the request (finish reason {reason})"
    )


def test_an_error_beside_a_text_is_an_error() -> None:
    assert decode(
        "openai", sse({**completion("a"), "error": {"message": "boom"}})
    ) == [StreamEvent(error="boom")]


def test_an_error_that_is_null_is_none() -> None:
    assert decode("openai", sse({**completion("a"), "error": None})) == [
        StreamEvent("a")
    ]


@pytest.mark.parametrize(
    ("status_body", "sentence"),
    [
        (
            b'{"error":{"message":"Rate limit reached","type":"rate_limit"}}',
            "Rate limit reached",
        ),
        (b"Internal Server Error", "Internal Server Error"),
        (
            b'{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}',
            "Loading model",
        ),
    ],
)
def test_error_responses_of_429_500_and_503_explain_themselves(
    status_body: bytes, sentence: str
) -> None:
    assert error_sentence(status_body) == sentence


@pytest.mark.parametrize("backend", ["openai", "openai-chat"])
@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"garbage", "data that is not JSON"),
        (b'{"choices":[', "data that is not JSON"),
        (b"\xff\xfe", "data that is not JSON"),
        (b"[" * 100_000, "data that is not JSON"),
        (b"null", "data that is not a JSON object"),
        (b"[1]", "data that is not a JSON object"),
        (b'"text"', "data that is not a JSON object"),
        (b'{"choices":{}}', "choices that are not a list of objects"),
        (b'{"choices":[null]}', "choices that are not a list of objects"),
        (
            b'{"choices":[{"text":"a","delta":{"content":"a"},"finish_reason":{"type":"stop"}}]}',
            "a finish reason that is not a string",
        ),
        (b'{"choices":[{"text":5,"delta":5}]}', "a "),
        (b'{"choices":[{"text":[],"delta":[]}]}', "a "),
    ],
)
def test_data_that_is_not_what_the_wire_promises(
    backend: str, data: bytes, what: str
) -> None:
    event, done = decode(backend, b"data: " + data + b"\n\n" + DONE)
    assert event.malformed
    assert event.error is not None
    assert event.error.startswith(f"the server sent {what}")
    assert len(event.error) < 250
    assert done == StreamEvent(done=True)


@pytest.mark.parametrize(
    "delta",
    [
        {"content": 5},
        {"content": [5]},
        {"content": [{"type": "text", "text": 5}]},
        {"content": [[[[[[["too deep"]]]]]]]},
        {"reasoning": 5},
        {"tool_calls": 5},
        {"tool_calls": [5]},
        {"tool_calls": [{"function": "f"}]},
        {"tool_calls": [{"function": {"name": 5}}]},
        {"function_call": "f"},
    ],
)
def test_a_delta_that_is_not_what_the_wire_promises(
    delta: dict[str, Any],
) -> None:
    (event,) = decode("openai-chat", sse(chat(**delta)))
    assert event.malformed


def test_the_chunks_of_the_other_format_are_malformed() -> None:
    assert decode("openai", sse(chat(content="a")))[0].malformed
    assert decode("openai-chat", sse(completion("a")))[0].malformed


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>502 Bad Gateway</body></html>\n",
        b"ok",
        b"\x00\x01\x02",
        b"upstream connect error",
    ],
)
def test_a_200_body_that_is_no_event_stream(body: bytes) -> None:
    (event,) = decode("openai", body)
    assert event.malformed
    assert event.error is not None
    assert event.error.startswith(
        "the server sent something that is not an event stream: "
    )


def test_the_page_of_a_proxy_in_the_middle_of_a_stream() -> None:
    first, last = decode(
        "openai", sse(completion("a")) + b"<html>504 Gateway Time-out</html>"
    )
    assert first == StreamEvent("a")
    assert last.malformed


# --- anything at all ------------------------------------------------------------------------------

SOMETHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2**40),
    st.floats(),
    st.text(max_size=4),
    st.just([]),
    st.just({}),
    st.just([{}]),
)
USAGES = st.fixed_dictionaries(
    {
        "prompt_tokens": st.integers(0, 9) | SOMETHING,
        "completion_tokens": st.integers(0, 9) | SOMETHING,
    },
    optional={
        "prompt_tokens_details": st.fixed_dictionaries(
            {"cached_tokens": SOMETHING}
        )
        | SOMETHING
    },
)
FUNCTIONS = st.fixed_dictionaries(
    {}, optional={"name": SOMETHING, "arguments": SOMETHING}
)
DELTAS = st.fixed_dictionaries(
    {},
    optional={
        "role": st.just("assistant"),
        "content": st.text(max_size=4) | SOMETHING,
        "reasoning": SOMETHING,
        "tool_calls": st.lists(
            st.fixed_dictionaries({"function": FUNCTIONS | SOMETHING}),
            max_size=2,
        )
        | SOMETHING,
        "function_call": FUNCTIONS | SOMETHING,
    },
)
CHOICES = st.fixed_dictionaries(
    {"index": st.integers(0, 2) | SOMETHING},
    optional={
        "text": st.text(max_size=4) | SOMETHING,
        "delta": DELTAS | SOMETHING,
        "finish_reason": st.sampled_from([None, "stop", "abort"]) | SOMETHING,
        "token_ids": st.lists(st.integers(0, 9), max_size=3) | SOMETHING,
        "message": SOMETHING,
    },
)
CHUNKS = st.fixed_dictionaries(
    {},
    optional={
        "choices": st.lists(CHOICES, max_size=2) | SOMETHING,
        "usage": USAGES | SOMETHING,
        "error": SOMETHING,
    },
)
BLOCKS = st.one_of(
    CHUNKS.map(lambda chunk: b"data: " + json.dumps(chunk).encode() + b"\n\n"),
    CHUNKS.map(lambda chunk: json.dumps(chunk).encode() + b"\r\n"),
    st.sampled_from(
        [
            DONE,
            b": ping\n\n",
            b"data: {\n\n",
            b"error: no\n",
            b"\r\n",
            b'data: {"choices":\r\ndata: []}\r\n\r\n',
        ]
    ),
    st.binary(max_size=12),
)
BODIES = st.lists(BLOCKS, max_size=6).map(b"".join)


@given(
    st.sampled_from(["openai", "openai-chat"]),
    BODIES,
    st.lists(st.integers(0, 10_000), max_size=8),
)
def test_no_body_raises_and_no_split_matters(
    backend: str, body: bytes, cuts: list[int]
) -> None:
    places = sorted(cut % (len(body) + 1) for cut in cuts)
    pieces = [
        body[start:end]
        for start, end in zip([0, *places], [*places, len(body)], strict=True)
    ]
    whole = decode(backend, body)
    assert decode(backend, *pieces) == whole
    for event in whole:
        assert event != StreamEvent()
        assert isinstance(event.text, str)
        assert UNKNOWN <= event.tokens < 2**31
        assert event.text or event.tokens == UNKNOWN
        assert event.error is None or 0 < len(event.error) <= 400
        assert event.error is not None or not event.malformed
        event.text.encode()
