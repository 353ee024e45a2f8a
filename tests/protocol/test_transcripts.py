"""The decoders on what real servers sent: whole, byte by byte, cut at random, and with more bytes
after the end.

What to expect is derived a second time in `expectation.py`; some numbers are written out here.
"""

from __future__ import annotations

import json
import random

import pytest

from inferometer.protocol import (
    PROTOCOLS,
    UNKNOWN,
    StreamEvent,
    Usage,
    error_sentence,
)
from tests.protocol.expectation import Expected, backend_of, expected
from tests.protocol.transcript import transcripts

ALL = transcripts()
STREAMS = {
    name: transcript
    for name, transcript in ALL.items()
    if transcript.status == 200
    and b"data: " in transcript.body[:6]
    and "nonstream" not in name
}


def decode(backend: str, *pieces: bytes) -> list[StreamEvent]:
    decoder = PROTOCOLS[backend].decoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.close()


def summary(events: list[StreamEvent]) -> Expected:
    usages = [event.usage for event in events if event.usage]
    return Expected(
        [event.text for event in events if event.text],
        usages[-1] if usages else None,
        [event.finish_reason for event in events if event.finish_reason],
        events[-1].done,
        sum(event.error is not None for event in events),
    )


def cut_at_random(body: bytes, seed: int) -> list[bytes]:
    rng = random.Random(seed)
    places = sorted(
        rng.randrange(len(body) + 1) for _ in range(rng.randrange(1, 60))
    )
    return [
        body[start:end]
        for start, end in zip([0, *places], [*places, len(body)], strict=True)
    ]


def test_there_is_something_to_test() -> None:
    servers = {name.partition("/")[0] for name in STREAMS}
    assert len(servers) == 11
    assert len(STREAMS) > 95


@pytest.mark.parametrize("name", STREAMS)
def test_what_it_says(name: str) -> None:
    transcript = STREAMS[name]
    events = decode(backend_of(name, transcript), transcript.body)
    assert summary(events) == expected(name, transcript)
    assert not any(event.malformed for event in events)


@pytest.mark.parametrize("name", STREAMS)
def test_byte_by_byte(name: str) -> None:
    body = STREAMS[name].body
    backend = backend_of(name, STREAMS[name])
    assert decode(
        backend, *(body[i : i + 1] for i in range(len(body)))
    ) == decode(backend, body)


@pytest.mark.parametrize("name", STREAMS)
def test_cut_at_random(name: str) -> None:
    body = STREAMS[name].body
    backend = backend_of(name, STREAMS[name])
    whole = decode(backend, body)
    for seed in range(20):
        assert decode(backend, *cut_at_random(body, seed)) == whole, seed


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize(
    "trailing",
    [b"\n", b"\r\n\r\n", b": ping - later\n\n", b"data:\n\n", b"event: x\n"],
)
def test_empty_lines_and_comments_after_the_end(
    name: str, trailing: bytes
) -> None:
    body = STREAMS[name].body
    backend = backend_of(name, STREAMS[name])
    assert (
        decode(backend, body + trailing)
        == decode(backend, body, trailing)
        == decode(backend, body)
    )


@pytest.mark.parametrize(
    "name", [name for name in STREAMS if expected(name, STREAMS[name]).done]
)
@pytest.mark.parametrize(
    "trailing",
    [
        b'data: {"choices":[{"text":"more","delta":{"content":"x"}}]}\n\n',
        b"<html>\n",
        b"data: {",
    ],
)
def test_anything_after_the_end_marker_is_ignored(
    name: str, trailing: bytes
) -> None:
    body = STREAMS[name].body
    backend = backend_of(name, STREAMS[name])
    assert (
        decode(backend, body + trailing)
        == decode(backend, body, trailing)
        == decode(backend, body)
    )


@pytest.mark.parametrize("name", STREAMS)
def test_a_body_that_stops_early_gives_the_first_events(name: str) -> None:
    body = STREAMS[name].body
    backend = backend_of(name, STREAMS[name])
    whole = decode(backend, body)
    for seed in range(20):
        decoder = PROTOCOLS[backend].decoder()
        events = decoder.feed(cut_at_random(body, seed)[0])
        assert events == whole[: len(events)]
        last = decoder.close()
        assert len(last) <= 1
        assert (
            not last
            or last[0].malformed
            or last == whole[len(events) : len(events) + 1]
        )


LITERAL = {
    # output events (counted with grep), prompt, completion and cached tokens, finish reason, end
    # marker
    "vllm-0.32.0/chat_stream_usage_ignore_eos": (
        59,
        Usage(123, 64),
        "length",
        True,
    ),
    "vllm-0.32.0/chat_stream_max1": (1, Usage(123, 1), "length", True),
    "vllm-0.32.0/chat_stream_plain": (6, None, "length", True),
    "vllm-0.32.0/chat_stream_logprobs": (3, None, "length", True),
    "vllm-0.32.0/comp_stream_contusage": (8, Usage(113, 8), "length", True),
    "vllm-0.32.0/comp_stream_token_ids": (8, Usage(56, 8), "length", True),
    "vllm-0.32.0/comp_stream_n2": (8, Usage(3, 8), "length", True),
    "vllm-0.32.0/engine_killed_midstream": (363, None, None, True),
    "vllm-0.32.0-kvpressure/comp_stream_usage_ignore_eos": (
        63,
        Usage(113, 64),
        "length",
        True,
    ),
    "vllm-0.32.0-streaminterval4/chat_1": (
        6,
        Usage(311, 20, 0),
        "length",
        True,
    ),
    "vllm-0.32.0-streaminterval4/chat_2": (
        6,
        Usage(311, 20, 256),
        "length",
        True,
    ),
    "transformers-serve-5.23/chat_stream_max1": (
        1,
        Usage(123, 1),
        "length",
        False,
    ),
    "transformers-serve-5.23/comp_stream_plain": (
        8,
        Usage(113, 8),
        "length",
        False,
    ),
    "sglang-0.5.23/chat_stream_max1": (1, Usage(123, 1, 122), "length", True),
    "sglang-0.5.23/comp_stream_contusage": (
        8,
        Usage(113, 8, 112),
        "length",
        True,
    ),
    "sglang-0.5.23/comp_stream_plain": (8, None, "length", True),
    "xinference-4.1.0/chat_stream_usage_ignore_eos": (
        32,
        Usage(123, 64),
        "length",
        True,
    ),
    "xinference-4.1.0/comp_stream_plain": (0, None, None, False),
    "llama-server/comp_stream_usage_ignore_eos": (
        63,
        Usage(113, 64, 112),
        "length",
        True,
    ),
    "llama-server-native/comp_stream_ignore_eos": (
        64,
        Usage(153, 64, 0),
        "length",
        True,
    ),
    "llama-server-native/comp_stream_temp1": (
        95,
        Usage(153, 96, 152),
        "length",
        True,
    ),
    "llama-server-native/comp_stream_stop": (
        14,
        Usage(153, 14, 152),
        "stop",
        True,
    ),
    "llama-server-native/comp_stream_progress": (
        4,
        Usage(453, 4, 152),
        "length",
        True,
    ),
    "sglang-0.5.23-native/gen_stream_ignore_eos": (
        57,
        Usage(153, 64, 1),
        "length",
        True,
    ),
    "sglang-0.5.23-native/gen_stream_stop": (
        11,
        Usage(153, 15, 152),
        "stop",
        True,
    ),
    "sglang-0.5.23-native/stream_err_too_long": (0, None, None, True),
    "sglang-0.5.23-native-incremental/gen_stream_ignore_eos": (
        64,
        Usage(153, 64, 1),
        "length",
        True,
    ),
    "sglang-0.5.23-native-incremental/gen_stream_stop": (
        7,
        Usage(153, 10, 152),
        "stop",
        True,
    ),
    "llama-server/server_killed_midstream": (579, None, None, False),
    "llama-cpp-python-0.3.36/chat_stream_plain": (8, None, "length", True),
    "llama-cpp-python-0.3.36/chat_stream_mct": (12, None, None, False),
}


@pytest.mark.parametrize("name", LITERAL)
def test_numbers_read_off_the_recording(name: str) -> None:
    outputs, usage, finish_reason, done = LITERAL[name]
    said = summary(decode(backend_of(name, STREAMS[name]), STREAMS[name].body))
    assert len(said.texts) == outputs
    assert said.usage == usage
    assert said.finish_reasons == ([finish_reason] if finish_reason else [])
    assert said.done is done


@pytest.mark.parametrize("server", ["vllm-0.32.0", "transformers-serve-5.23"])
@pytest.mark.parametrize("kind", ["chat", "comp"])
def test_the_text_of_a_stream_is_that_of_the_same_answer_in_one_piece(
    server: str, kind: str
) -> None:
    choice = json.loads(ALL[f"{server}/{kind}_nonstream"].body)["choices"][0]
    answer = choice["text"] if kind == "comp" else choice["message"]["content"]
    name = f"{server}/{kind}_stream_plain"
    text = "".join(
        summary(decode(backend_of(name, ALL[name]), ALL[name].body)).texts
    )
    assert len(text) > 20
    assert answer.startswith(text)


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("vllm-0.32.0/comp_stream_contusage", [1] * 8),
        ("sglang-0.5.23/comp_stream_contusage", [1] * 8),
        ("vllm-0.32.0-streaminterval4/chat_1", [1, 4, 4, 4, 4, 3]),
        ("sglang-0.5.23-native/gen_stream_plain", [1, 2, 1, 1, 1, 1, 1]),
        (
            "sglang-0.5.23-native-incremental/gen_stream_stop",
            [1, 1, 1, 1, 2, 1, 1],
        ),
        ("llama-server-native/comp_stream_plain", [1] * 8),
        ("vllm-0.32.0/comp_stream_plain", [UNKNOWN] * 8),
        ("vllm-0.32.0/comp_stream_n2", [UNKNOWN] * 8),
        ("transformers-serve-5.23/comp_stream_contusage", [UNKNOWN] * 8),
    ],
)
def test_tokens_of_each_event(name: str, tokens: list[int]) -> None:
    events = decode(backend_of(name, STREAMS[name]), STREAMS[name].body)
    assert [event.tokens for event in events if event.text] == tokens


def test_an_engine_that_dies_reports_it_in_the_stream() -> None:
    events = decode("openai", ALL["vllm-0.32.0/engine_killed_midstream"].body)
    message = "EngineCore encountered an issue. See stack trace (above) for the root cause."
    assert events[-2:] == [StreamEvent(error=message), StreamEvent(done=True)]


@pytest.mark.parametrize("name", ["stream_err_too_long", "stream_err_lora"])
def test_sglang_refuses_inside_a_stream_that_it_answers_with_200(
    name: str,
) -> None:
    transcript = ALL[f"sglang-0.5.23-native/{name}"]
    error, end = decode("sglang", transcript.body)
    assert transcript.status == 200
    assert error.error is not None
    assert error.error.startswith(
        (
            "The input (2100 tokens) is longer than",
            "LoRA adapter 'no-such' was requested",
        )
    )
    assert not error.malformed
    assert end == StreamEvent(done=True)


def test_xinference_reports_errors_as_text() -> None:
    events = decode("openai", ALL["xinference-4.1.0/comp_stream_plain"].body)
    assert events == [
        StreamEvent(
            error="[address=127.0.0.1:35053, pid=10825] 'str' object has no attribute 'get'"
        )
    ]


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, transcript in ALL.items()
        if "nonstream" in name and transcript.status == 200
    ],
)
def test_a_whole_answer_is_not_a_stream(name: str) -> None:
    body = ALL[name].body
    for pieces in (
        [body],
        cut_at_random(body, 1),
        [body[i : i + 1] for i in range(len(body))],
    ):
        (event,) = decode(backend_of(name, ALL[name]), *pieces)
        assert event.malformed
        assert event.error is not None
        assert "a whole answer instead of a stream" in event.error


REFUSALS = {
    "vllm-0.32.0/err_model": "The model `no-such-model` does not exist. Valid aliases: tiny.",
    "vllm-0.32.0/err_404": "Not Found",
    "vllm-0.32.0/err_badjson_field": "1 validation error: {'type': 'list_type', 'loc': "
    "'body.messages', "
    "'msg': 'Input should be a valid list', 'input': 'nope'}",
    "transformers-serve-5.23/err_model": (
        "Server is pinned to '/models/tiny'; requested 'no-such-model'."
    ),
    "transformers-serve-5.23/err_badjson_field": "Internal Server Error",
    "transformers-serve-5.23/comp_stream_token_ids": "prompt must be a string.",
    "transformers-serve-5.23/comp_stream_usage_ignore_eos": (
        "Unexpected fields in the request: {'ignore_eos'}"
    ),
    "sglang-0.5.23/err_too_long": (
        "The input (9001 tokens) is longer than the model's context length (2048 tokens)."
    ),
    "llama-server/err_too_long": (
        "request (9001 tokens) exceeds the available context size (2048 tokens), try increasing it"
    ),
    "llama-server/err_404": "File Not Found",
    "llama-server-native/err_too_long": "request (9000 tokens) exceeds the available context "
    "size (2048 tokens), "
    "try increasing it",
    "xinference-4.1.0/comp_stream_token_ids": "Internal Server Error: 1 validation error for "
    "CreateCompletionRequest "
    "prompt str type expected (type=type_error.str)",
}


@pytest.mark.parametrize("name", REFUSALS)
def test_why_a_server_refused(name: str) -> None:
    assert ALL[name].status >= 400
    assert error_sentence(ALL[name].body) == REFUSALS[name]


@pytest.mark.parametrize(
    "name",
    [name for name, transcript in ALL.items() if transcript.status >= 400],
)
def test_every_refusal_is_one_readable_sentence(name: str) -> None:
    sentence = error_sentence(ALL[name].body)
    assert 5 < len(sentence) <= 400
    assert not sentence.startswith(("{", '["', "[{"))
