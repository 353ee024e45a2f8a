"""Ollama's own formats, one JSON object per line: `/api/generate` and `/api/chat`. (Its OpenAI
routes are OpenAI's.)

Generation cannot continue past the end of a text. A prompt is sent as it is (`raw`), without the
model's template. Ollama silently cuts a prompt longer than its context (`options.num_ctx`), but its
count reveals that. A message is one text, with images in a separate field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial
from typing import Any

from orjson import dumps, loads

from inferometer.protocol.base import (
    UNKNOWN,
    Backend,
    BodyFields,
    Generation,
    Reply,
    StreamEvent,
    Usage,
)
from inferometer.protocol.fields import OLLAMA_CHAT_FIELDS, OLLAMA_FIELDS
from inferometer.protocol.json_stream import (
    ForeignFrameError,
    JsonDecoder,
    WireFormatError,
    text_of,
    token_count,
)
from inferometer.protocol.ndjson import LineSplitter
from inferometer.protocol.request_body import (
    dump_body,
    given,
    messages_of,
    sampling_of,
    text_only,
)
from inferometer.protocol.routes import Routes
from inferometer.request import Message, Request
from inferometer.words import Said

_NAME = "Ollama"
_NAMES = {"repetition_penalty": "repeat_penalty"}


def encode_generate(request: Request, generation: Generation) -> bytes:
    return dump_body(
        {"prompt": text_only(request, _NAME), **_body(request, generation)},
        generation,
        raw=True,
    )


def encode_chat(request: Request, generation: Generation) -> bytes:
    messages = [_message(message) for message in messages_of(request)]
    return dump_body(
        {"messages": messages, **_body(request, generation)}, generation
    )


def _message(message: Message) -> Message:
    """Ollama has no parts: their texts are joined, images are separate, and tool calls have its own
    form.
    """
    parts = message.get("content")
    calls = (
        {"tool_calls": [_call(call) for call in message["tool_calls"]]}
        if message.get("tool_calls")
        else {}
    )
    if not isinstance(parts, list):
        return {**message, "content": parts or "", **calls}
    try:
        texts = [str(part["text"]) for part in parts if part["type"] == "text"]
        images = [
            _base64(part["image_url"]["url"])
            for part in parts
            if part["type"] == "image_url"
        ]
    except (TypeError, KeyError, AttributeError):
        texts = images = []
    if len(texts) + len(images) < len(parts):
        raise ValueError(Said("wire.texts_and_images", {"server": _NAME}))
    return {
        **message,
        "content": "\n".join(texts),
        **({"images": images} if images else {}),
        **calls,
    }


def _call(call: Any) -> dict[str, Any]:
    """Arguments are an object here; OpenAI's are text."""
    try:
        name = call["function"]["name"]
        arguments = call["function"]["arguments"]
        arguments = (
            loads(arguments) if isinstance(arguments, str) else arguments
        )
    except (TypeError, KeyError, ValueError):
        arguments = None
    if not isinstance(arguments, dict):
        raise ValueError(Said("wire.tool_arguments", {"server": _NAME}))
    return {"function": {"name": name, "arguments": arguments}}


def _base64(url: str) -> str:
    """The content of a `data:` URL."""
    head, _, content = url.partition(",")
    if not (head.startswith("data:") and head.endswith(";base64")):
        raise ValueError(Said("wire.no_fetching", {"server": _NAME}))
    return content


def _body(request: Request, generation: Generation) -> dict[str, Any]:
    """The common fields; a LoRA adapter is part of a model here, selected by that model's name."""
    options = sampling_of(request, generation, _NAME, names=_NAMES)
    tools = options.pop("tools", None)
    return {
        "model": generation.adapter(request) or generation.model,
        "stream": True,
        "options": {"num_predict": request.max_tokens, **options},
        **given(tools=tools),
        **(
            {"logprobs": True, "top_logprobs": generation.logprobs}
            if generation.logprobs is not None
            else {}
        ),
    }


def read(body: Mapping[str, Any]) -> BodyFields:
    options = body.get("options")
    limit = options.get("num_predict") if isinstance(options, Mapping) else None
    return BodyFields(
        prompt=body.get("prompt"),
        messages=_with_parts(body.get("messages")),
        max_tokens=None if limit == -1 else limit,
        model=body.get("model"),
        stream=body.get("stream", True),
    )


def _with_parts(messages: Any) -> Any:
    """The reverse of `_message`, for messages with images."""
    if not isinstance(messages, list):
        return messages
    return [
        {
            **message,
            "content": [
                {"type": "text", "text": message.get("content")},
                *map(_picture, message["images"]),
            ],
        }
        if isinstance(message, Mapping)
        and isinstance(message.get("images"), list)
        else message
        for message in messages
    ]


def _picture(content: Any) -> dict[str, Any]:
    return {
        "type": "image_url",
        "image_url": {"url": f"data:;base64,{content}"},
    }


def decoder() -> JsonDecoder:
    return JsonDecoder(read_event, LineSplitter())


def read_event(event: dict[str, Any]) -> StreamEvent:
    """One line of either format; the last one is the end marker, with the counts (0 is omitted)."""
    message = event.get("message")
    if isinstance(message, dict):
        text = (
            text_of(message, "thinking")
            + text_of(message, "content")
            + _calls(message.get("tool_calls"))
        )
    elif "response" in event or "done" in event:
        text = text_of(event, "thinking") + text_of(event, "response")
    else:
        raise ForeignFrameError
    if event.get("done") is not True:
        return StreamEvent(text)
    usage = Usage(
        token_count(event.get("prompt_eval_count")),
        token_count(event.get("eval_count")),
    )
    return StreamEvent(
        text, UNKNOWN, usage, text_of(event, "done_reason") or None, done=True
    )


def _calls(calls: Any) -> str:
    """Names and arguments of tool calls, which arrive complete."""
    if not calls:
        return ""
    try:
        functions = [call["function"] for call in calls]
        return "".join(
            f"{function['name']}{dumps(function['arguments']).decode()}"
            for function in functions
        )
    except (TypeError, KeyError):
        raise WireFormatError(
            "tool calls without function, name and arguments"
        ) from None


class OllamaEmitter:
    """Writes one answer; the last line has no text."""

    __slots__ = ("_chat", "_head", "_prompt_tokens", "_said")

    def __init__(self, chat: bool, reply: Reply) -> None:
        self._chat = chat
        self._said = 0  # tokens
        self._prompt_tokens = reply.prompt_tokens
        created = datetime.fromtimestamp(reply.created, timezone.utc).strftime(
            "%Y-%m-%dT%H:%M:%SZ"
        )
        self._head = {"model": reply.model, "created_at": created}

    def event(
        self, text: str, tokens: Sequence[int], finish_reason: str | None = None
    ) -> bytes:
        self._said += len(tokens)
        line = self._line(text, {"done": False})
        if finish_reason is None:
            return line
        counts = {
            "prompt_eval_count": self._prompt_tokens,
            "eval_count": self._said,
        }
        return line + self._line(
            "", {"done": True, "done_reason": finish_reason, **counts}
        )

    def _line(self, text: str, fields: Mapping[str, Any]) -> bytes:
        output = (
            {"message": {"role": "assistant", "content": text}}
            if self._chat
            else {"response": text}
        )
        return dumps({**self._head, **output, **fields}) + b"\n"


OLLAMA = Backend(
    title=f"{_NAME}, generate",
    endpoint="/api/generate",
    encode=encode_generate,
    decoder=decoder,
    read=read,
    emitter=partial(OllamaEmitter, False),
    content_type="application/x-ndjson",
    fields=OLLAMA_FIELDS,
    exact_length=False,
    routes=Routes(tokenize=()),
)
OLLAMA_CHAT = replace(
    OLLAMA,
    title=f"{_NAME}, chat",
    endpoint="/api/chat",
    encode=encode_chat,
    emitter=partial(OllamaEmitter, True),
    fields=OLLAMA_CHAT_FIELDS,
    chat=True,
)
