"""What the server's side of each wire writes, the client's side reads: any texts, any tokens, cut
anywhere.

Each direction has tests of its own against real streams and samples; here one proves the other, for
every row of the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.protocol import (
    PROTOCOLS,
    UNKNOWN,
    Generation,
    Reply,
    StreamEvent,
    Usage,
)
from inferometer.request import Prompt, Request
from tests.backends import TEXT_BACKENDS

backends = pytest.mark.parametrize("name", PROTOCOLS)

TELLS_TOKENS = {"sglang", "tgi", "lmdeploy", "llama.cpp"}
"""How many tokens a text brought, always; OpenAI's wires tell it with continuous usage."""
CONTINUOUS_USAGE = {
    "openai",
    "vllm",
    "openai-chat",
    "openai-audio",
    "tgi-chat",
    "trtllm-serve",
    "trtllm-serve-chat",
}

USAGE_UNASKED = {
    "sglang",
    "tgi",
    "lmdeploy",
    "llama.cpp",
    "ollama",
    "ollama-chat",
    "openai-responses",
    "xinference",
    "xinference-completions",
}

NO_FINISH_REASON = {"tensorrt-llm"}
texts = st.text(st.characters(codec="utf-8"), max_size=6)
ids = st.lists(st.integers(0, 200_000), min_size=1, max_size=3)


class Answer(NamedTuple):
    outputs: list[tuple[str, list[int]]]
    prompt_tokens: int
    include_usage: bool
    continuous_usage: bool
    finish_reason: str


answers = st.builds(
    Answer,
    st.lists(st.tuples(texts, ids), min_size=1, max_size=8),
    st.integers(1, 100_000),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["length", "stop"]),
)
shares = st.floats(0, 1)


def emitted(name: str, answer: Answer) -> bytes:
    reply = Reply(
        'r"1é',
        'a "model"/é',
        1_760_000_000,
        answer.prompt_tokens,
        answer.include_usage,
        answer.continuous_usage,
    )
    emitter = PROTOCOLS[name].emitter(reply)
    last = len(answer.outputs) - 1
    return b"".join(
        emitter.event(text, tokens, answer.finish_reason if i == last else None)
        for i, (text, tokens) in enumerate(answer.outputs)
    )


def decoded(name: str, body: bytes, places: Sequence[int]) -> list[StreamEvent]:
    ends = sorted(set(places))
    decoder = PROTOCOLS[name].decoder()
    pieces = [
        body[start:end]
        for start, end in zip([0, *ends], [*ends, len(body)], strict=True)
    ]
    return [
        event for piece in pieces for event in decoder.feed(piece)
    ] + decoder.close()


def texts_and_tokens(answer: Answer) -> list[tuple[str, int]]:
    """What the decoder is to find: tokens without text are counted with the next text."""
    found, held = [], 0
    for text, tokens in answer.outputs:
        held += len(tokens)
        if text:
            found.append((text, held))
            held = 0
    return found


@backends
@given(answers, st.lists(shares, max_size=12))
def test_every_answer_is_read_as_it_was_written(
    name: str, answer: Answer, places: list[float]
) -> None:
    body = emitted(name, answer)
    events = decoded(name, body, [round(place * len(body)) for place in places])
    assert not any(event.error for event in events)
    expected = texts_and_tokens(answer)
    outputs = [event for event in events if event.text]
    assert [event.text for event in outputs] == [text for text, _ in expected]
    told = name in TELLS_TOKENS or (
        name in CONTINUOUS_USAGE
        and answer.include_usage
        and answer.continuous_usage
    )
    assert [event.tokens for event in outputs] == [
        tokens if told else UNKNOWN for _, tokens in expected
    ]
    usages = [event.usage for event in events if event.usage]
    if name in USAGE_UNASKED or (
        name in CONTINUOUS_USAGE and answer.include_usage
    ):
        generated = sum(len(tokens) for _, tokens in answer.outputs)
        assert usages[-1][:2] == (answer.prompt_tokens, generated)
    else:
        assert usages == []
    reasons = [event.finish_reason for event in events if event.finish_reason]
    assert reasons == (
        [] if name in NO_FINISH_REASON else [answer.finish_reason]
    )
    assert events[-1].done
    assert not any(event.done for event in events[:-1])


@backends
@given(answers)
def test_byte_by_byte_is_the_same(name: str, answer: Answer) -> None:
    body = emitted(name, answer)
    assert decoded(name, body, range(len(body))) == decoded(name, body, [])


@backends
@given(answers, shares)
def test_an_answer_that_is_cut_off_says_no_more_than_it_had_said(
    name: str, answer: Answer, share: float
) -> None:
    body = emitted(name, answer)
    whole, events = (
        decoded(name, body, []),
        decoded(name, body[: int(share * len(body))], []),
    )
    if events and (events[-1].malformed or name in NO_FINISH_REASON):
        del events[
            -1
        ]  # half an event; or the end of the body, which is all the end there is
    assert events == whole[: len(events)]


def messages(prompt: Prompt) -> Prompt:
    return (
        [{"role": "user", "content": prompt}]
        if isinstance(prompt, str)
        else prompt
    )


@pytest.mark.parametrize("name", TEXT_BACKENDS)
@given(texts.filter(bool), st.integers(1, 100_000), st.booleans())
def test_every_request_is_read_as_it_was_written(
    name: str, text: str, max_tokens: int, ignore_eos: bool
) -> None:
    backend = PROTOCOLS[name]
    request = Request(id=3, prompt=text, prompt_tokens=1, max_tokens=max_tokens)
    generation = Generation(
        "m", ignore_eos=ignore_eos, sampling={"temperature": 0.5}
    )
    asked = backend.read(orjson.loads(backend.encode(request, generation)))
    assert asked.max_tokens == max_tokens
    assert asked.stream is True
    assert asked.model in (None, "m")
    assert (asked.messages if backend.chat else asked.prompt) == (
        messages(text) if backend.chat else text
    )


@pytest.mark.parametrize(
    "name",
    [name for name, backend in PROTOCOLS.items() if backend.carries_token_ids],
)
@given(ids)
def test_token_ids_arrive_as_they_are(name: str, tokens: list[int]) -> None:
    backend = PROTOCOLS[name]
    body = backend.encode(
        Request(id=0, prompt=tokens, prompt_tokens=len(tokens), max_tokens=5),
        Generation("m"),
    )
    assert backend.read(orjson.loads(body)).prompt == tokens


def test_usage_is_what_was_said() -> None:
    """The expectations above, once by hand."""
    body = emitted(
        "sglang",
        Answer([("a", [1, 2]), ("", [3]), ("b", [4])], 7, False, False, "stop"),
    )
    assert [
        (event.text, event.tokens, event.usage)
        for event in decoded("sglang", body, [])
        if event.usage
    ] == [
        ("a", 2, Usage(7, 2, 0)),
        ("", UNKNOWN, Usage(7, 3, 0)),
        ("b", 2, Usage(7, 4, 0)),
    ]
