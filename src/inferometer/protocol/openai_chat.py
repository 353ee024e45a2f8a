"""OpenAI's chat format (`/v1/chat/completions`), as served by vLLM, SGLang, llama.cpp,
transformers, Xinference and others.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson

from inferometer.protocol.base import Backend, Generation
from inferometer.protocol.fields import OPENAI_CHAT_FIELDS
from inferometer.protocol.json_stream import WireFormatError
from inferometer.protocol.openai_answer import (
    VLLM_CHAT,
    ChunkEmitter,
    read_chat,
)
from inferometer.protocol.openai_stream import (
    Choice,
    ChoiceReader,
    StreamDecoder,
    adapt,
    stream_body,
)
from inferometer.protocol.request_body import messages_of
from inferometer.request import Request


def encode(request: Request, generation: Generation) -> bytes:
    """Prompts are messages, or a text for a user message; a LoRA adapter is selected as the
    model.
    """
    return orjson.dumps(chat_body(request, generation))


def chat_body(request: Request, generation: Generation) -> dict[str, Any]:
    """The fields of the body.

    A request's own limit under its newer name replaces the run's.
    """
    wire = {
        "messages": messages_of(request),
        generation.limit_field: request.max_tokens,
    }
    if generation.logprobs is not None:
        wire |= {"logprobs": True, "top_logprobs": generation.logprobs}
    body = stream_body(request, generation, wire)
    if "max_completion_tokens" in body:
        body.pop("max_tokens", None)
    return body


def chat_text(choice: Choice) -> str:
    """All output in one choice: reasoning, content, refusal, names and arguments of tool calls;
    maybe empty.

    Raises WireFormatError if it violates the format.
    """
    delta = choice.get("delta")
    if delta.__class__ is dict:
        content = delta.get("content")
        if content.__class__ is str and len(delta) == 1:
            return content
        return _whole_text(delta)
    if delta is None and "message" not in choice and "text" not in choice:
        return ""
    raise WireFormatError(
        "a choice without the delta of a chat"
        if delta is None
        else "a delta that is not an object"
    )


def _whole_text(delta: Mapping[str, Any]) -> str:
    pieces = [
        _reasoning(delta),
        _text_in(delta.get("content")),
        delta.get("refusal"),
    ]
    if "tool_calls" in delta or "function_call" in delta:
        for function in _functions(delta):
            pieces += function.get("name"), function.get("arguments")
    try:
        return "".join([piece for piece in pieces if piece])
    except TypeError:
        raise WireFormatError("a delta whose text is not a string") from None


def _reasoning(delta: Mapping[str, Any]) -> str:
    """The reasoning in a delta. vLLM and OpenRouter have sent the same text under two names at
    once.
    """
    return next(
        (text for name in _REASONING if (text := _text_in(delta.get(name)))), ""
    )


def _text_in(value: Any, depth: int = 5) -> str:
    """The text of a field: a text, or a list of typed parts, which may be nested. Encrypted parts
    are no text.
    """
    if value is None:
        return ""
    if value.__class__ is str:
        return str(value)
    if depth and isinstance(value, list):
        return "".join([_text_in(part, depth - 1) for part in value])
    if depth and isinstance(value, dict):
        return next(
            (
                text
                for name in _PART_TEXTS
                if (text := _text_in(value.get(name), depth - 1))
            ),
            "",
        )
    raise WireFormatError("a delta whose text is not a string")


def has_reasoning(choice: Choice) -> bool:
    """Whether a valid choice carries reasoning, in a field or a part."""
    delta = choice.get("delta") or {}
    content = delta.get("content")
    typed = content if isinstance(content, list) else ()
    return bool(_reasoning(delta)) or any(
        part.get("type") in _REASONING_PARTS
        for part in typed
        if isinstance(part, dict)
    )


def unread_field(choice: Choice) -> str | None:
    """A non-empty unknown field in a delta without output; or content of unknown parts."""
    delta = choice.get("delta") or {}
    filled = {
        name: value
        for name, value in delta.items()
        if value and isinstance(value, (str, list, dict))
    }
    return next(
        (
            name
            for name, value in filled.items()
            if name not in _SILENT and not _is_encrypted(value)
        ),
        None,
    )


def _is_encrypted(value: Any) -> bool:
    """Reasoning whose text only the server can read."""
    parts = value if isinstance(value, list) else [value]
    return all(
        isinstance(part, dict) and "encrypted" in str(part.get("type"))
        for part in parts
    )


_REASONING = ("reasoning", "reasoning_content", "reasoning_details")
_REASONING_PARTS = frozenset({"thinking", "reasoning"})
_PART_TEXTS = ("text", "thinking", "summary", "reasoning", "refusal")
"""Where typed parts have their text."""
_SILENT = frozenset(
    {
        "role",
        "refusal",
        "tool_calls",
        "function_call",
        "name",
        "tool_call_id",
        "channel",
    }
)
"""Fields of a delta that are read, or are never output."""


def _functions(delta: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The functions that a delta calls, including the older `function_call`."""
    calls = delta.get("tool_calls") or []
    if not isinstance(calls, list) or not all(
        isinstance(call, dict) for call in calls
    ):
        raise WireFormatError("tool calls that are not a list of objects")
    functions = [
        function
        for call in calls
        if (function := call.get("function")) is not None
    ]
    if delta.get("function_call") is not None:
        functions.append(delta["function_call"])
    if not all(isinstance(function, dict) for function in functions):
        raise WireFormatError("a function call that is not an object")
    return functions


CHAT = Backend(
    title="any with OpenAI's chat",
    endpoint="/v1/chat/completions",
    encode=encode,
    decoder=partial(
        StreamDecoder, ChoiceReader(chat_text, has_reasoning, unread_field)
    ),
    read=read_chat,
    emitter=partial(ChunkEmitter, VLLM_CHAT),
    fields=OPENAI_CHAT_FIELDS,
    chat=True,
    adapt=adapt,
)
