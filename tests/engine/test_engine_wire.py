"""The engine's bytes against those recorded from vLLM 0.32.0: equal but for names, texts, times and
counts.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

from inferometer.engine import tokenizer, wire
from inferometer.engine.ask import Ask, AskError, parse_ask
from inferometer.protocol import PROTOCOLS, Backend, Reply

RECORDED = Path(__file__).parents[1] / "wire" / "vllm-0.32.0"

STREAMS = (
    "comp_stream_plain",
    "comp_stream_token_ids",
    "comp_stream_contusage",
    "chat_stream_plain",
    "chat_stream_mct",
    "chat_stream_max1",
    "chat_stream_usage_ignore_eos",
)


def recorded(name: str) -> tuple[bytes, bytes]:
    """The body of a recorded request and of its response."""
    (path,) = RECORDED.glob(f"{name}.*txt")
    request, _, response = path.read_bytes().partition(b"\n--- ")
    return request.partition(b"\n")[2], response.partition(b"\n\n")[2]


def backend_of(chat: bool) -> Backend:
    return PROTOCOLS["openai-chat" if chat else "openai"]


def recorded_ask(name: str, body: bytes) -> Ask:
    return parse_ask(
        body,
        backend=backend_of(name.startswith("chat")),
        model="tiny",
        max_model_len=2048,
    )


def unchunk(framed: bytes) -> bytes:
    """The body of a chunked answer, checking every chunk's size and that nothing follows the
    end.
    """
    body = b""
    while True:
        size, _, rest = framed.partition(b"\r\n")
        length = int(size, 16)
        assert rest[length : length + 2] == b"\r\n"
        body += rest[:length]
        framed = rest[length + 2 :]
        if length == 0:
            assert framed == b""
            return body


def streamed(
    ask: Ask, tokens_per_event: int = 1, *, ahead: Sequence[int] = ()
) -> list[bytes]:
    """`ahead`: how often the next event is made before each one."""
    reply = Reply(
        "r1",
        "tiny",
        1,
        ask.prompt_tokens,
        ask.include_usage,
        ask.continuous_usage,
    )
    emitter = backend_of(ask.chat).emitter(reply)
    stream = wire.EventStream(
        emitter, max_tokens=ask.max_tokens, tokens_per_event=tokens_per_event
    )
    events = -(-ask.max_tokens // tokens_per_event)
    found = []
    for number in range(events):
        for _ in range(ahead[number] if ahead else 0):
            stream.prepare()
        found.append(stream.event(number == events - 1))
    stream.prepare()  # after the last there is none
    return found


def blank(body: bytes) -> bytes:
    """Without what may differ from one server to another."""
    body = re.sub(rb'"id":"(cmpl|chatcmpl)-[^"]*"', rb'"id":"\1-"', body)
    body = re.sub(
        rb'"(created|prompt_tokens|total_tokens)":\d+', rb'"\1":0', body
    )
    body = re.sub(
        rb'"system_fingerprint":"[^"]*"', b'"system_fingerprint":""', body
    )
    return re.sub(
        rb'"(text|content)":"(?:[^"\\]|\\.)*"', rb'"\1":""', body
    ).strip()


@pytest.mark.parametrize("name", STREAMS)
def test_streams_are_vllms(name: str) -> None:
    request, response = recorded(name)
    assert blank(
        unchunk(b"".join(streamed(recorded_ask(name, request))))
    ) == blank(response)


@pytest.mark.parametrize("tokens_per_event", [1, 3])
@pytest.mark.parametrize("name", STREAMS)
def test_events_made_ahead_are_the_same(
    name: str, tokens_per_event: int
) -> None:
    """Also where several events of a stream are due at once, and some were not made ahead."""
    ask = recorded_ask(name, recorded(name)[0])
    rng = random.Random(name)
    ahead = [rng.choice((0, 1, 2)) for _ in range(ask.max_tokens)]
    assert streamed(ask, tokens_per_event, ahead=ahead) == streamed(
        ask, tokens_per_event
    )


@pytest.mark.parametrize("name", ["comp_nonstream", "chat_nonstream"])
def test_whole_answers_are_vllms(name: str) -> None:
    request, response = recorded(name)
    body = wire.answer(
        recorded_ask(name, request), request_id="r1", created=1, model="tiny"
    )
    assert blank(body) == blank(response)


def test_model_list_is_vllms() -> None:
    assert wire.models("/v1/models", "tiny", 2048, 1).replace(
        b"inferometer", b"vllm"
    ) == (
        b'{"object":"list","data":[{"id":"tiny","object":"model","created":1,"owned_by":"vllm","root":"tiny","parent":null,'
        b'"max_model_len":2048,"permission":[{"id":"modelperm-0000000000000000","object":"model_permission","created":1,'
        b'"allow_create_engine":false,"allow_sampling":true,"allow_logprobs":true,"allow_search_indices":false,'
        b'"allow_view":true,"allow_fine_tuning":false,"organization":"*","group":null,"is_blocking":false}]}]}'
    )


def test_lists_of_models_of_other_servers() -> None:
    assert (
        orjson.loads(wire.models("/info", "m", 2048, 1))["max_total_tokens"]
        == 2048
    )
    assert (
        orjson.loads(wire.models("/v2/repository/index", "m", 2048, 1))[0][
            "name"
        ]
        == "m"
    )


def generation(
    *, chat: bool = False, max_tokens: int = 10, **options: bool
) -> Ask:
    return Ask(
        chat,
        7,
        max_tokens,
        True,
        options.get("usage", False),
        options.get("continuous", False),
    )


def texts(events: list[bytes]) -> list[str]:
    """The text that each event brings."""
    chunks = [
        [
            orjson.loads(line[6:])
            for line in event.splitlines()
            if line.startswith(b"data: {")
        ]
        for event in events
    ]
    choices = [
        [choice for chunk in event for choice in chunk["choices"]]
        for event in chunks
    ]
    return [
        "".join(
            c["text"] if "text" in c else c["delta"]["content"] for c in event
        )
        for event in choices
    ]


@pytest.mark.parametrize("chat", [False, True])
@pytest.mark.parametrize("tokens_per_event", [1, 3, 50])
@pytest.mark.parametrize("continuous", [False, True])
def test_the_text_counts_as_many_tokens_as_usage_says(
    chat: bool, tokens_per_event: int, continuous: bool
) -> None:
    ask = generation(
        chat=chat, max_tokens=100, usage=True, continuous=continuous
    )
    events = streamed(ask, tokens_per_event)
    assert [tokenizer.count(text) for text in texts(events)][:-1] == [
        tokens_per_event
    ] * (len(events) - 1)
    said = "".join(texts(events))
    assert tokenizer.count(said) == 100
    assert said == wire.text(0, 100)
    assert tokenizer.tokenize(said) == list(wire.ids(0, 100))
    assert tokenizer.detokenize(tokenizer.tokenize(said)) == said
    assert (
        b'"usage":{"prompt_tokens":7,"total_tokens":107,"completion_tokens":100}'
        in events[-1]
    )
    unchunk(b"".join(events))


def test_continuous_usage_counts_up() -> None:
    events = streamed(
        generation(chat=True, max_tokens=7, usage=True, continuous=True),
        tokens_per_event=3,
    )
    counts = re.findall(rb'"completion_tokens":(\d+)', b"".join(events))
    assert counts == [b"0", b"3", b"6", b"7", b"7"]


def test_a_chats_role_comes_with_its_first_text_only() -> None:
    events = streamed(generation(chat=True, max_tokens=3))
    assert [b'"role"' in event for event in events] == [True, False, False]


def test_names_are_escaped() -> None:
    emitter = PROTOCOLS["openai"].emitter(Reply('a"\\', 'm"é', 1, 7))
    chunk = orjson.loads(emitter.event("b", [1])[6:])
    assert (chunk["id"], chunk["model"]) == ('cmpl-a"\\', 'm"é')


@pytest.mark.parametrize("name", ["err_model", "err_badjson_field"])
def test_errors_are_vllms(name: str) -> None:
    request, response = recorded(name)
    with pytest.raises(AskError) as refused:
        parse_ask(
            request,
            backend=PROTOCOLS["openai-chat"],
            model="tiny",
            max_model_len=2048,
        )
    assert wire.error(refused.value) == response.strip()


def test_the_error_of_a_prompt_too_long_is_vllms() -> None:
    _, response = recorded("err_too_long")
    with pytest.raises(AskError) as refused:
        parse_ask(
            orjson.dumps({"prompt": "word " * 3000}),
            backend=PROTOCOLS["openai"],
            model="tiny",
            max_model_len=2048,
        )
    assert wire.error(refused.value) == response.strip()
