"""The decoders of wires that are not OpenAI's: whole, byte by byte, cut at random, with trailing
bytes, and cut short.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.protocol import PROTOCOLS, StreamEvent, Usage
from inferometer.protocol.json_stream import JsonDecoder
from inferometer.protocol.ndjson import LineSplitter
from tests.protocol.samples import SAMPLES, Sample

NATIVE = [
    "sglang",
    "tgi",
    "tensorrt-llm",
    "lmdeploy",
    "llama.cpp",
    "ollama",
    "ollama-chat",
]
NATIVE += ["openai-responses"]

samples = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)


def decode(backend: str, *pieces: bytes) -> list[StreamEvent]:
    decoder = PROTOCOLS[backend].decoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.close()


def test_every_wire_of_its_own_has_samples() -> None:
    assert {sample.backend for sample in SAMPLES.values()} >= set(NATIVE)
    assert all(
        isinstance(PROTOCOLS[name].decoder(), JsonDecoder) for name in NATIVE
    )


@samples
def test_whole(sample: Sample) -> None:
    assert decode(sample.backend, sample.body) == sample.events


@samples
def test_byte_by_byte(sample: Sample) -> None:
    assert (
        decode(sample.backend, *(bytes((byte,)) for byte in sample.body))
        == sample.events
    )


@samples
def test_cut_at_random(sample: Sample) -> None:
    body = sample.body
    for seed in range(50):
        rng = random.Random(seed)
        places = sorted(
            rng.randrange(len(body) + 1) for _ in range(rng.randrange(1, 20))
        )
        pieces = [
            body[start:end]
            for start, end in zip(
                [0, *places], [*places, len(body)], strict=True
            )
        ]
        assert decode(sample.backend, *pieces) == sample.events, seed


@samples
@pytest.mark.parametrize("trailing", [b"\n", b"\r\n\r\n", b"\n\n\n"])
def test_blank_lines_after_the_end(sample: Sample, trailing: bytes) -> None:
    assert (
        decode(sample.backend, sample.body + trailing)
        == decode(sample.backend, sample.body, trailing)
        == sample.events
    )


HAS_MARKER = [
    name
    for name, sample in SAMPLES.items()
    if sample.events[-1].done and sample.backend != "tensorrt-llm"
]


@pytest.mark.parametrize("name", HAS_MARKER)
def test_nothing_counts_after_the_end_marker(name: str) -> None:
    sample = SAMPLES[name]
    again = sample.body.replace(b"data: [DONE]\n\n", b"")
    assert (
        decode(sample.backend, sample.body + again)
        == decode(sample.backend, sample.body, again, b"<p>")
        == sample.events
    )


@samples
def test_a_body_that_stops_early_gives_the_first_events(sample: Sample) -> None:
    for end in range(len(sample.body)):
        decoder = PROTOCOLS[sample.backend].decoder()
        events = decoder.feed(sample.body[:end])
        assert events == sample.events[: len(events)]
        rest = decoder.close()
        told = sample.events[len(events) : len(events) + 1]
        assert all(
            event.malformed or event in told or event == StreamEvent(done=True)
            for event in rest
        ), (end, rest)


def test_an_end_of_the_body_that_is_no_end_of_the_answer() -> None:
    """A stream without an end marker ends well only if nothing in it was wrong."""
    assert decode("tensorrt-llm", b"") == [StreamEvent(done=True)]
    assert not any(
        event.done
        for event in decode("tensorrt-llm", SAMPLES["triton_error"].body)
    )
    assert not any(
        event.done
        for event in decode("tensorrt-llm", b'data: {"text_output": "a')
    )
    assert not any(
        event.done for event in decode("tensorrt-llm", b"<html>no</html>")
    )


@pytest.mark.parametrize("backend", NATIVE)
@pytest.mark.parametrize(
    "payload",
    [b"[]", b"5", b"null", b"nope", b"{", b'"text"'],
)
def test_data_that_is_no_object_is_told(backend: str, payload: bytes) -> None:
    (event,) = decode(
        backend,
        payload + b"\n"
        if "ollama" in backend
        else b"data: " + payload + b"\n\n",
    )
    assert event.malformed
    assert event.error is not None
    assert event.error.startswith("the server sent ")
    assert payload.decode() in event.error


@pytest.mark.parametrize("backend", NATIVE)
@pytest.mark.parametrize(
    "payload",
    [
        b"{}",
        b'{"choices":[{"text":"a"}]}',
        b'{"type":"ping"}',
        b'{"usage":{"prompt_tokens":5}}',
    ],
)
def test_a_frame_that_is_none_of_this_wire_is_counted(
    backend: str, payload: bytes
) -> None:
    """A gateway's, or that of a server of another kind: then nothing else is there, and the answer
    has no end.
    """
    decoder = PROTOCOLS[backend].decoder()
    events = decoder.feed(
        payload + b"\n"
        if "ollama" in backend
        else b"data: " + payload + b"\n\n"
    )
    assert not events
    assert decoder.remarks()[:2] == (1, payload.decode())
    assert not any(event.finish_reason for event in decoder.close())


@pytest.mark.parametrize(
    ("backend", "line"),
    [
        ("ollama", b'{"done":true,"done_reason":"stop"}'),
        ("llama.cpp", b'data: {"stop":true}\n'),
    ],
)
def test_an_end_without_a_text_is_an_end(backend: str, line: bytes) -> None:
    (event,) = decode(backend, line + b"\n")
    assert event.done


WRONG = {
    "a text that is not a string": ("sglang", b'{"text":5,"meta_info":{}}'),
    "a finish reason that is neither an object nor a string": (
        "sglang",
        b'{"text":"","meta_info":{"finish_reason":5}}',
    ),
    "a meta_info that is not an object": (
        "lmdeploy",
        b'{"text":"a","meta_info":5}',
    ),
    "a token that is not an object": ("tgi", b'{"token":"a"}'),
    "a text_output that is not a string": (
        "tensorrt-llm",
        b'{"text_output":5}',
    ),
    "a content that is not a string": ("llama.cpp", b'{"content":5}'),
    "a response that is not a string": ("ollama", b'{"response":5}'),
    "tool calls without function, name and arguments": (
        "ollama-chat",
        b'{"message":{"tool_calls":[{"name":"f"}]}}',
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said(what: str) -> None:
    backend, payload = WRONG[what]
    (event,) = decode(
        backend,
        payload + b"\n"
        if "ollama" in backend
        else b"data: " + payload + b"\n\n",
    )[:1]
    assert event == StreamEvent(
        error=f"the server sent {what}: {payload.decode()}", malformed=True
    )


@pytest.mark.parametrize("backend", NATIVE)
def test_a_page_of_a_proxy(backend: str) -> None:
    events = decode(backend, b"<html>Bad Gateway</html>\n")
    assert [event.malformed for event in events] == [True]


@pytest.mark.parametrize(
    "backend", [name for name in NATIVE if "ollama" not in name]
)
def test_a_whole_answer_instead_of_a_stream(backend: str) -> None:
    (event,) = decode(backend, b'{"text":"a","content":"a","meta_info":{}}')
    assert event.error is not None
    assert "a whole answer instead of a stream" in event.error


@pytest.mark.parametrize("backend", NATIVE)
def test_a_whole_error_instead_of_a_stream(backend: str) -> None:
    for body in (
        b'{"error":"no"}',
        b'{"object":"error","message":"no"}',
        b'{"detail":"no"}',
    ):
        assert decode(backend, body) == [StreamEvent(error="no")]


@pytest.mark.parametrize(
    ("stop_type", "reason"),
    [
        ("limit", "length"),
        ("eos", "stop"),
        ("word", "stop"),
        ("other", "other"),
    ],
)
def test_why_llama_cpp_stopped(stop_type: str, reason: str) -> None:
    body = b'data: {"content":"","stop":true,"stop_type":"%b","tokens_predicted":3,"tokens_evaluated":4}\n\n'
    assert decode("llama.cpp", body % stop_type.encode()) == [
        StreamEvent(usage=Usage(4, 3), finish_reason=reason, done=True)
    ]


def test_an_older_sglang_gives_a_bare_reason() -> None:
    (event,) = decode(
        "sglang",
        b'data: {"text":"a","meta_info":{"completion_tokens":1,"finish_reason":"length"}}\n\n',
    )
    assert (event.text, event.tokens, event.finish_reason) == ("a", 1, "length")


def test_an_older_llama_cpp_tells_no_counts_and_no_reason() -> None:
    body = (
        b'data: {"content":"a","stop":false}\n\ndata: '
        b'{"content":"","stop":true,"tokens_evaluated":4}\n\n'
    )
    first, last = decode("llama.cpp", body)
    assert (first.text, first.tokens) == ("a", -1)
    assert (last.finish_reason, last.usage) == ("stop", Usage(4))


@given(
    st.lists(st.binary(max_size=12).filter(lambda line: b"\n" not in line)),
    st.lists(st.integers(0, 400)),
)
def test_lines_come_out_as_they_went_in(
    lines: list[bytes], places: list[int]
) -> None:
    body = b"\n".join(lines)
    cuts = sorted({place for place in places if place < len(body)})
    splitter = LineSplitter()
    pieces = [
        body[start:end]
        for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)
    ]
    found = [
        line for piece in pieces for line in splitter.feed(piece)
    ] + splitter.close()
    assert found == [line for line in lines if line.strip()]
