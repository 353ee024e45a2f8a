"""llama.cpp's own format (`/completion`). Its OpenAI routes are `openai` and `openai-chat`.

The server keeps the beginning of earlier prompts in its slots (`cache_prompt`) unless it is told
not to. The last event's timings report how much of a prompt came from there, and the result
contains it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from orjson import dumps

from inferometer.protocol.base import (
    Backend,
    BodyFields,
    Generation,
    Reply,
    StreamEvent,
    Usage,
)
from inferometer.protocol.fields import LLAMA_CPP_FIELDS
from inferometer.protocol.json_stream import (
    ForeignFrameError,
    GrowingCount,
    JsonDecoder,
    text_of,
    token_count,
)
from inferometer.protocol.request_body import (
    dump_body,
    given,
    sampling_of,
    text_or_ids,
)
from inferometer.protocol.routes import LLAMA_CPP_TOKENIZE, Routes
from inferometer.request import Request
from inferometer.words import Said

_NAME = "llama.cpp"
_NAMES = {"repetition_penalty": "repeat_penalty"}
_REASONS = {"limit": "length", "eos": "stop", "word": "stop", "none": "stop"}


def encode(request: Request, generation: Generation) -> bytes:
    body: dict[str, Any] = {
        "prompt": text_or_ids(request),
        "n_predict": request.max_tokens,
        "stream": True,
        **given(
            ignore_eos=generation.ignore_eos or None,
            n_probs=generation.logprobs,
        ),
        **sampling_of(request, generation, _NAME, names=_NAMES),
    }
    adapter = generation.adapter(request)
    if adapter is not None:
        if not adapter.isdecimal():
            told = {"server": _NAME, "adapter": adapter}
            raise ValueError(Said("wire.adapter_number", told))
        body["lora"] = [{"id": int(adapter), "scale": 1.0}]
    return dump_body(body, generation)


def read(body: Mapping[str, Any]) -> BodyFields:
    limit = body.get("n_predict")
    return BodyFields(
        prompt=body.get("prompt"),
        max_tokens=None if limit == -1 else limit,
        stream=body.get("stream"),
    )


def decoder() -> JsonDecoder:
    return JsonDecoder(LlamaCppReader())


class LlamaCppReader:
    __slots__ = ("_count",)

    def __init__(self) -> None:
        self._count = GrowingCount()

    def __call__(self, event: dict[str, Any]) -> StreamEvent:
        if not event.keys() & {"content", "stop"}:
            raise ForeignFrameError
        text = text_of(event, "content")
        predicted = token_count(event.get("tokens_predicted"))
        tokens = self._count.tokens(text, predicted)
        if event.get("stop") is not True:
            return StreamEvent(text, tokens)
        timings = event.get("timings")
        cached = timings.get("cache_n") if isinstance(timings, dict) else None
        usage = Usage(
            token_count(event.get("tokens_evaluated")),
            predicted,
            token_count(cached),
        )
        reason = text_of(event, "stop_type") or "none"
        return StreamEvent(
            text, tokens, usage, _REASONS.get(reason, reason), done=True
        )


class LlamaCppEmitter:
    """Writes one answer; the last event has no text."""

    __slots__ = ("_reply", "_said")

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self._said = 0  # tokens

    def event(
        self, text: str, tokens: Sequence[int], finish_reason: str | None = None
    ) -> bytes:
        self._said += len(tokens)
        body = self._event(
            {"content": text, "tokens": list(tokens), "stop": False}
        )
        if finish_reason is None:
            return body
        prompt = self._reply.prompt_tokens
        return body + self._event(
            {
                "content": "",
                "tokens": [],
                "stop": True,
                "model": self._reply.model,
                "truncated": False,
                "stop_type": "limit" if finish_reason == "length" else "eos",
                "stopping_word": "",
                "tokens_cached": prompt + self._said - 1,
                "timings": {
                    "cache_n": 0,
                    "prompt_n": prompt,
                    "predicted_n": self._said,
                },
            }
        )

    def _event(self, fields: Mapping[str, Any]) -> bytes:
        counts = {
            "tokens_predicted": self._said,
            "tokens_evaluated": self._reply.prompt_tokens,
        }
        return (
            b"data: "
            + dumps({"index": 0, **fields, "id_slot": 0, **counts})
            + b"\n\n"
        )


LLAMA_CPP = Backend(
    title=_NAME,
    endpoint="/completion",
    encode=encode,
    decoder=decoder,
    read=read,
    emitter=LlamaCppEmitter,
    fields=LLAMA_CPP_FIELDS,
    carries_token_ids=True,
    routes=Routes(ready="GET /health", tokenize=(LLAMA_CPP_TOKENIZE,)),
)
