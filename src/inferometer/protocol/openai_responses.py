"""OpenAI's Responses format (`/v1/responses`), as served by vLLM and OpenAI: typed events, of which
those that end in `.delta` carry output.

Nothing is stored on the server (`store` is false), which else would grow with every request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orjson import dumps

from inferometer.protocol.base import (
    UNKNOWN,
    Backend,
    BodyFields,
    Generation,
    Reply,
    StreamEvent,
    Usage,
)
from inferometer.protocol.error_body import error_message
from inferometer.protocol.fields import OPENAI_RESPONSES_FIELDS
from inferometer.protocol.json_stream import (
    ForeignFrameError,
    JsonDecoder,
    WireFormatError,
    text_of,
    token_count,
)
from inferometer.protocol.request_body import (
    dump_body,
    messages_of,
    sampling_of,
)
from inferometer.request import Request
from inferometer.words import Said

_NAME = "The Responses API"
_REASONING = (
    "response.reasoning_text.delta",
    "response.reasoning_summary_text.delta",
)
_OUTPUT = (
    *_REASONING,
    "response.output_text.delta",
    "response.refusal.delta",
    "response.function_call_arguments.delta",
)
"""Events whose `delta` is output."""
_ENDS = {"response.completed": "stop", "response.incomplete": "length"}
_FAILURES = ("error", "response.failed")


def encode(request: Request, generation: Generation) -> bytes:
    body: dict[str, Any] = {
        "model": generation.adapter(request) or generation.model,
        "input": _input_of(request),
        "max_output_tokens": request.max_tokens,
        "stream": True,
        "store": False,
        **({"ignore_eos": True} if generation.ignore_eos else {}),
        **sampling_of(request, generation, _NAME, unknown=("min_p",)),
    }
    if generation.logprobs is not None:
        body |= {
            "top_logprobs": generation.logprobs,
            "include": ["message.output_text.logprobs"],
        }
    return dump_body(body, generation)


def _input_of(request: Request) -> Any:
    """A text as it is, or messages with parts by this format's names."""
    if isinstance(request.prompt, str):
        return request.prompt
    return [
        {**message, "content": [_part(part) for part in message["content"]]}
        if isinstance(message.get("content"), list)
        else message
        for message in messages_of(request)
    ]


def _part(part: Any) -> Any:
    kind = part.get("type") if isinstance(part, Mapping) else None
    if kind == "text":
        return {"type": "input_text", "text": part["text"]}
    if kind == "image_url":
        shown = part["image_url"]
        detail = {"detail": shown["detail"]} if "detail" in shown else {}
        return {"type": "input_image", "image_url": shown["url"], **detail}
    told = {"server": _NAME, "kind": kind}
    raise ValueError(Said("wire.not_carried", told))


def read(body: Mapping[str, Any]) -> BodyFields:
    asked = body.get("input")
    return BodyFields(
        messages=[{"role": "user", "content": asked}]
        if isinstance(asked, str)
        else [_message(each) for each in asked]
        if isinstance(asked, list)
        else asked,
        max_tokens=body.get("max_output_tokens"),
        model=body.get("model"),
        stream=body.get("stream"),
    )


def _message(message: Any) -> Any:
    """With parts by the names of a chat, which the server counts."""
    content = message.get("content") if isinstance(message, Mapping) else None
    if not isinstance(content, list):
        return message
    return {**message, "content": list(_chat_parts(content))}


def _chat_parts(parts: Sequence[Any]) -> Iterator[Any]:
    for part in parts:
        if isinstance(part, Mapping) and part.get("type") == "input_image":
            yield {
                "type": "image_url",
                "image_url": {"url": part.get("image_url")},
            }
        else:
            yield part


def decoder() -> JsonDecoder:
    return JsonDecoder(ResponsesReader())


class ResponsesReader:
    """Reads typed events; most of them tell of progress, and carry nothing."""

    __slots__ = ("_reasoned",)

    def __init__(self) -> None:
        self._reasoned = False

    def __call__(self, event: dict[str, Any]) -> StreamEvent:
        kind = event.get("type")
        if not isinstance(kind, str):
            raise ForeignFrameError
        if kind in _OUTPUT:
            text = text_of(event, "delta")
            self._reasoned = self._reasoned or (
                bool(text) and kind in _REASONING
            )
            return StreamEvent(text)
        if kind in _FAILURES:
            response = event.get("response")
            told = error_message(response) or error_message({"error": event})
            return StreamEvent(error=told or "the server gave the request up")
        if not kind.startswith("response."):
            raise ForeignFrameError
        if kind not in _ENDS:
            return StreamEvent()
        response = event.get("response")
        if not isinstance(response, dict):
            raise WireFormatError("an end without a response")
        usage = response.get("usage")
        return StreamEvent(
            "",
            UNKNOWN,
            self._usage(usage) if isinstance(usage, dict) else None,
            _ENDS[kind],
            done=True,
        )

    def _usage(self, usage: Mapping[str, Any]) -> Usage:
        def detail(group: str, name: str) -> int:
            inner = usage.get(group)
            return (
                token_count(inner.get(name))
                if isinstance(inner, dict)
                else UNKNOWN
            )

        reasoning = detail("output_tokens_details", "reasoning_tokens")
        return Usage(
            token_count(usage.get("input_tokens")),
            token_count(usage.get("output_tokens")),
            detail("input_tokens_details", "cached_tokens"),
            0 if self._reasoned and reasoning != UNKNOWN else reasoning,
        )


class ResponsesEmitter:
    """Writes one answer of one message."""

    __slots__ = ("_reply", "_said", "_text")

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self._said = 0  # tokens
        self._text = ""

    def event(
        self, text: str, tokens: Sequence[int], finish_reason: str | None = None
    ) -> bytes:
        body = (
            b""
            if self._said
            else self._event("response.created", response=self._response())
        )
        self._said += len(tokens)
        self._text += text
        place = {
            "item_id": f"msg_{self._reply.id}",
            "output_index": 0,
            "content_index": 0,
        }
        if text:
            body += self._event(
                "response.output_text.delta", delta=text, **place
            )
        if finish_reason is None:
            return body
        body += self._event(
            "response.output_text.done", text=self._text, **place
        )
        name = (
            "response.completed"
            if finish_reason == "stop"
            else "response.incomplete"
        )
        usage = {
            "input_tokens": self._reply.prompt_tokens,
            "output_tokens": self._said,
            "total_tokens": self._reply.prompt_tokens + self._said,
        }
        return body + self._event(
            name, response={**self._response(), "usage": usage}
        )

    def _response(self) -> dict[str, Any]:
        reply = self._reply
        return {
            "id": f"resp_{reply.id}",
            "object": "response",
            "created_at": reply.created,
            "model": reply.model,
            "error": None,
        }

    def _event(self, kind: str, **fields: Any) -> bytes:
        return (
            f"event: {kind}\ndata: ".encode()
            + dumps({"type": kind, **fields})
            + b"\n\n"
        )


RESPONSES = Backend(
    title="any with OpenAI's Responses",
    endpoint="/v1/responses",
    encode=encode,
    decoder=decoder,
    read=read,
    emitter=ResponsesEmitter,
    fields=OPENAI_RESPONSES_FIELDS,
    chat=True,
)
