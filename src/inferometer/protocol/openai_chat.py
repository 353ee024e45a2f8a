"""OpenAI's chat format (`/v1/chat/completions`), as vLLM, SGLang, llama.cpp, transformers, Xinference and others serve it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson

from inferometer.protocol.base import Backend, Generation
from inferometer.protocol.fields import OPENAI_CHAT_FIELDS
from inferometer.protocol.json_stream import WireFormatError
from inferometer.protocol.openai_answer import VLLM_CHAT, ChunkEmitter, read_chat
from inferometer.protocol.openai_stream import Choice, StreamDecoder, stream_body
from inferometer.protocol.request_body import messages_of
from inferometer.request import Request


def encode(request: Request, generation: Generation) -> bytes:
    """Prompts are messages, or a text that becomes the one message of a user; a LoRA adapter is a model by its name."""
    return orjson.dumps(chat_body(request, generation))


def chat_body(request: Request, generation: Generation) -> dict[str, Any]:
    """The fields of the body.

    The limit is sent as `max_tokens`: every server that was tried obeys it, while llama-cpp-python ignores its successor
    `max_completion_tokens` and generates on without a limit. Where only the successor is taken (OpenAI's reasoning models
    say so), put it among the parameters or in `extra_body`, and `max_tokens` is left out.
    """
    wire: dict[str, Any] = {"messages": messages_of(request), "max_tokens": request.max_tokens}
    if generation.logprobs is not None:
        wire |= {"logprobs": True, "top_logprobs": generation.logprobs}
    body = stream_body(request, generation, wire)
    if "max_completion_tokens" in body:
        body.pop("max_tokens", None)
    return body


def chat_text(choice: Choice) -> str:
    """All output in one choice of a chunk: reasoning, content, refusal, names and arguments of tool calls; may be empty.

    Raises WireFormatError if it is not as the format promises.
    """
    delta = choice.get("delta")
    if delta.__class__ is dict:
        content = delta.get("content")
        if content.__class__ is str and len(delta) == 1:
            return content
        return _whole_text(delta)
    if delta is None and "message" not in choice and "text" not in choice:
        return ""
    raise WireFormatError("a choice without the delta of a chat" if delta is None else "a delta that is no object")


def _whole_text(delta: Mapping[str, Any]) -> str:
    # vLLM has sent its reasoning under both names at once: it is one text.
    pieces = [delta.get("reasoning") or delta.get("reasoning_content"), delta.get("content"), delta.get("refusal")]
    if "tool_calls" in delta or "function_call" in delta:
        for function in _functions(delta):
            pieces += function.get("name"), function.get("arguments")
    try:
        return "".join([piece for piece in pieces if piece])
    except TypeError:
        raise WireFormatError("a delta whose text is no text") from None


def _functions(delta: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The functions that a delta calls, the call of older servers (`function_call`) among them."""
    calls = delta.get("tool_calls") or []
    if not isinstance(calls, list) or not all(isinstance(call, dict) for call in calls):
        raise WireFormatError("tool calls that are no list of objects")
    functions = [function for call in calls if (function := call.get("function")) is not None]
    if delta.get("function_call") is not None:
        functions.append(delta["function_call"])
    if not all(isinstance(function, dict) for function in functions):
        raise WireFormatError("a function call that is no object")
    return functions


CHAT = Backend(
    title="any with OpenAI's chat",
    endpoint="/v1/chat/completions",
    encode=encode,
    decoder=partial(StreamDecoder, chat_text),
    read=read_chat,
    emitter=partial(ChunkEmitter, VLLM_CHAT),
    fields=OPENAI_CHAT_FIELDS,
    chat=True,
)
