"""OpenAI's chat format (`/v1/chat/completions`), as vLLM, SGLang, llama.cpp, transformers, Xinference and others serve it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from inferometer.protocol.base import Generation
from inferometer.protocol.openai_stream import Choice, StreamDecoder, WireFormatError, stream_body
from inferometer.request import Request


class Chat:
    """Prompts are messages, or a text that becomes the one message of a user."""

    endpoint = "/v1/chat/completions"
    carries_token_ids = False

    def encode(self, request: Request, generation: Generation) -> bytes:
        """The JSON body of one request. Raises ValueError if the prompt is a list of token ids.

        The limit is sent as `max_tokens`: every server that was tried obeys it, while llama-cpp-python ignores its successor
        `max_completion_tokens` and generates on without a limit. Where only the successor is taken (OpenAI's reasoning models
        say so), put it among the parameters or in `extra_body`, and `max_tokens` is left out.
        """
        wire: dict[str, Any] = {"messages": _messages(request), "max_tokens": request.max_tokens}
        if generation.logprobs is not None:
            wire |= {"logprobs": True, "top_logprobs": generation.logprobs}
        body = stream_body(request, generation, wire)
        if "max_completion_tokens" in body:
            body.pop("max_tokens", None)
        return orjson.dumps(body)

    def decoder(self) -> StreamDecoder:
        return StreamDecoder(chat_text)


def _messages(request: Request) -> list[Any]:
    prompt = request.prompt
    if isinstance(prompt, str):
        return [{"role": "user", "content": prompt}]
    if not prompt or not all(isinstance(part, Mapping) for part in prompt):
        raise ValueError("chat carries messages or text, not token ids: choose the backend openai for these, or text prompts")
    return list(prompt)


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
