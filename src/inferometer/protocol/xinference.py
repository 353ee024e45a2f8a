r"""Xinference: OpenAI's formats with peculiarities: `\r\n`, two finish reasons, LoRA adapters by
`lora_name`.

Its engines share the chat format; completions end in an error event on some (Transformers, version
4.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from orjson import dumps

from inferometer.protocol.base import Backend, Generation, Reply
from inferometer.protocol.openai import COMPLETIONS
from inferometer.protocol.openai_chat import CHAT
from inferometer.protocol.routes import Routes
from inferometer.request import Request


def encode(backend: Backend, request: Request, generation: Generation) -> bytes:
    """Like OpenAI's, but the adapter does not replace the model."""
    adapter = generation.adapter(request)
    if adapter is not None:
        extra_body = {"lora_name": adapter, **generation.extra_body}
        generation = replace(generation, adapters=(), extra_body=extra_body)
    return backend.encode(request, generation)


class XinferenceEmitter:
    """Writes one answer like the Transformers engine: unrequested usage in both of the last
    chunks.
    """

    __slots__ = ("_begun", "_chat", "_reply", "_said")

    def __init__(self, chat: bool, reply: Reply) -> None:
        self._chat = chat
        self._reply = reply
        self._said = 0  # tokens
        self._begun = False

    def event(
        self, text: str, tokens: Sequence[int], finish_reason: str | None = None
    ) -> bytes:
        self._said += len(tokens)
        body = (
            b""
            if self._begun or not self._chat
            else self._chunk({"delta": {"role": "assistant", "content": ""}})
        )
        self._begun = True
        body += self._chunk(self._text(text))
        if finish_reason is None:
            return body
        prompt, said = self._reply.prompt_tokens, self._said
        usage = {
            "prompt_tokens": prompt,
            "completion_tokens": said,
            "total_tokens": prompt + said,
        }
        body += self._chunk(self._text(""), finish_reason, usage)
        body += self._chunk(
            {"delta": {}} if self._chat else {"text": ""}, "stop", usage
        )
        return body + b"data: [DONE]\r\n\r\n"

    def _text(self, text: str) -> dict[str, Any]:
        return (
            {"delta": {"content": text}, "logprobs": None}
            if self._chat
            else {"text": text, "logprobs": None}
        )

    def _chunk(
        self,
        choice: dict[str, Any],
        finish_reason: str | None = None,
        usage: dict[str, int] | None = None,
    ) -> bytes:
        chunk = {
            "id": f"chat{self._reply.id}" if self._chat else self._reply.id,
            "model": self._reply.model,
            "created": self._reply.created,
            "object": "chat.completion.chunk"
            if self._chat
            else "text_completion",
            "choices": [{"index": 0, **choice, "finish_reason": finish_reason}],
            "usage": usage,
        }
        return b"data: " + dumps(chunk) + b"\r\n\r\n"


_ROUTES = Routes(tokenize=())

XINFERENCE = replace(
    CHAT,
    title="Xinference, chat",
    encode=partial(encode, CHAT),
    emitter=partial(XinferenceEmitter, True),
    routes=_ROUTES,
)
XINFERENCE_COMPLETIONS = replace(
    COMPLETIONS,
    title="Xinference, completions",
    encode=partial(encode, COMPLETIONS),
    emitter=partial(XinferenceEmitter, False),
    routes=_ROUTES,
)
