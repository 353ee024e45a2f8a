"""Requests as the servers get them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from inferometer.protocol import PROTOCOLS, Generation
from inferometer.request import Prompt, Request

OPENAI = ("openai", "openai-chat")
MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Grüße"},
]


def encode(
    backend: str,
    prompt: Prompt = "Hello",
    parameters: Any = (),
    **generation: Any,
) -> dict[str, Any]:
    request = Request(
        id=7,
        prompt=prompt,
        prompt_tokens=3,
        max_tokens=128,
        parameters=dict(parameters),
    )
    body: dict[str, Any] = orjson.loads(
        PROTOCOLS[backend].encode(request, Generation(model="m", **generation))
    )
    return body


def test_a_completion_of_text() -> None:
    assert encode("openai") == {
        "model": "m",
        "prompt": "Hello",
        "max_tokens": 128,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize("prompt", [[1, 2, 300], (1, 2, 300)])
def test_a_completion_of_token_ids(prompt: Prompt) -> None:
    assert encode("openai", prompt)["prompt"] == [1, 2, 300]


def test_completions_carry_no_messages() -> None:
    with pytest.raises(
        ValueError, match=r"not chat messages: choose a chat backend"
    ):
        encode("openai", MESSAGES)


def test_a_text_becomes_the_message_of_a_user() -> None:
    assert encode("openai-chat") == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hello"}],
        "max_tokens": 128,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_messages_go_as_they_are() -> None:
    assert encode("openai-chat", MESSAGES)["messages"] == MESSAGES


@pytest.mark.parametrize("prompt", [[1, 2, 3], [], [MESSAGES[0], 5]])
def test_chat_carries_no_token_ids(prompt: Any) -> None:
    with pytest.raises(
        ValueError, match=r"not token ids: choose a completions backend"
    ):
        encode("openai-chat", prompt)


@pytest.mark.parametrize("backend", OPENAI)
def test_ignore_eos_is_sent_only_if_asked_for(backend: str) -> None:
    assert "ignore_eos" not in encode(backend)
    assert encode(backend, ignore_eos=True)["ignore_eos"] is True


@pytest.mark.parametrize("backend", OPENAI)
def test_sampling_parameters(backend: str) -> None:
    body = encode(
        backend, sampling={"temperature": 0, "top_p": 0.9, "top_k": 5}
    )
    assert (body["temperature"], body["top_p"], body["top_k"]) == (0, 0.9, 5)


def test_log_probabilities() -> None:
    assert encode("openai", logprobs=3)["logprobs"] == 3
    assert "logprobs" not in encode("openai")
    chat = encode("openai-chat", logprobs=0)
    assert (chat["logprobs"], chat["top_logprobs"]) == (True, 0)


@pytest.mark.parametrize("backend", OPENAI)
def test_a_requests_parameters_go_over_the_runs_and_extra_body_over_all(
    backend: str,
) -> None:
    body = encode(
        backend,
        parameters={"temperature": 0.5, "seed": 1},
        sampling={"temperature": 0.1, "top_p": 0.9},
        extra_body={
            "seed": 2,
            "stream_options": {
                "include_usage": True,
                "continuous_usage_stats": True,
            },
        },
    )
    assert (body["temperature"], body["top_p"], body["seed"]) == (0.5, 0.9, 2)
    assert body["stream_options"] == {
        "include_usage": True,
        "continuous_usage_stats": True,
    }


def test_max_completion_tokens_takes_the_place_of_max_tokens() -> None:
    body = encode("openai-chat", extra_body={"max_completion_tokens": 64})
    assert body["max_completion_tokens"] == 64
    assert "max_tokens" not in body


def test_a_lora_adapter_is_a_model() -> None:
    assert encode("openai", adapters=("a", "b"))["model"] == "b"
    assert encode("openai-chat", adapters=("a", "b", "c"))["model"] == "b"


def test_tools_and_tool_turns_go_as_they_are() -> None:
    call = {
        "id": "c",
        "type": "function",
        "function": {"name": "f", "arguments": "{}"},
    }
    asked: list[dict[str, Any]] = [
        {"role": "developer", "content": "Be brief."},
        {
            "role": "user",
            "content": [{"type": "text", "text": "weather?"}],
            "name": "Ann",
        },
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": "", "tool_call_id": "c"},
    ]
    tools = [{"type": "function", "function": {"name": "f"}}]
    body = encode(
        "openai-chat", asked, parameters={"tools": tools, "tool_choice": "auto"}
    )
    assert (body["messages"], body["tools"], body["tool_choice"]) == (
        asked,
        tools,
        "auto",
    )
