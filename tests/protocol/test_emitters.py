"""What the emitters write, against recordings: the same texts, written again, say the same as the
real server's bytes did.
"""

from __future__ import annotations

import json
import re

import pytest

from inferometer.protocol import PROTOCOLS, Reply, StreamEvent
from tests.protocol.transcript import transcripts

ALL = transcripts()

RECORDED = {
    "vllm-0.32.0/chat_stream_usage_ignore_eos": "openai-chat",
    "vllm-0.32.0/comp_stream_usage_ignore_eos": "openai",
    "xinference-4.1.0/chat_stream_usage_ignore_eos": "xinference",
    "xinference-4.1.0/chat_stream_max1": "xinference",
}


def decode(backend: str, body: bytes) -> list[StreamEvent]:
    decoder = PROTOCOLS[backend].decoder()
    return decoder.feed(body) + decoder.close()


def written_again(backend: str, events: list[StreamEvent]) -> bytes:
    texts = [event.text for event in events if event.text]
    usage = next(event.usage for event in events if event.usage)
    emitter = PROTOCOLS[backend].emitter(
        Reply("r", "tiny", 1, usage.prompt_tokens, include_usage=True)
    )
    rest = usage.completion_tokens - len(
        texts
    )  # events that brought several tokens, or none that could be shown
    body = b"".join(emitter.event(text, [0]) for text in texts[:-1])
    return body + emitter.event(texts[-1], [0] * (1 + rest), "length")


def shapes(body: bytes) -> list[str]:
    """Every kind of chunk in a body, in order of appearance: without what differs from one answer
    to the next.
    """
    kinds = []
    for payload in re.split(rb"\r?\n\r?\n", body):
        if not payload.startswith(b"data: {"):
            continue
        chunk = json.loads(payload[6:])
        for key in ("id", "created", "system_fingerprint", "usage"):
            chunk.pop(key, None)
        for choice in chunk["choices"]:
            choice.pop("logprobs", None)
            said = choice.get("delta", choice)
            for key in {"content", "text"} & set(said):
                said[key] = "x" if said[key] else ""
            if said.get("content"):
                said.pop("role", None)  # which Xinference now and then repeats
        kinds.append(json.dumps(chunk))
    return list(dict.fromkeys(kinds))


@pytest.mark.parametrize("name", RECORDED)
def test_they_say_the_same(name: str) -> None:
    backend, body = RECORDED[name], ALL[name].body
    events = decode(backend, body)
    assert len([event for event in events if event.text]) >= 1
    assert decode(backend, written_again(backend, events)) == events


@pytest.mark.parametrize("name", RECORDED)
def test_they_look_the_same(name: str) -> None:
    backend, body = RECORDED[name], ALL[name].body
    ours = written_again(backend, decode(backend, body))
    spoken = [
        kind
        for kind in shapes(body)
        if not ('""' in kind and '"token_ids"' in kind)
    ]  # texts held back are dropped
    assert spoken == shapes(ours)
    for end in (b"\r\n\r\n", b"\n\n"):
        assert (end in body) is (end in ours)
    assert (
        body.splitlines()[-2:]
        == ours.splitlines()[-2:]
        == [b"data: [DONE]", b""]
    )
