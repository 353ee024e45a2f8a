"""LMDeploy's own format (`/generate`): new text only; the path and `meta_info` are those of
SGLang.
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
)
from inferometer.protocol.fields import LMDEPLOY_FIELDS
from inferometer.protocol.json_stream import GrowingCount, JsonDecoder, text_of
from inferometer.protocol.request_body import (
    dump_body,
    no_adapter,
    sampling_of,
    text_or_ids,
)
from inferometer.protocol.routes import LMDEPLOY_ENCODE, Routes
from inferometer.protocol.sglang import meta_event, meta_of
from inferometer.request import Request

_NAME = "LMDeploy"
_DEFAULT_TOKENS = 128


def encode(request: Request, generation: Generation) -> bytes:
    prompt = text_or_ids(request)
    no_adapter(request, generation, f"{_NAME}'s /generate")
    body: dict[str, Any] = {
        ("prompt" if isinstance(prompt, str) else "input_ids"): prompt,
        "max_tokens": request.max_tokens,
        "stream": True,
        **({"ignore_eos": True} if generation.ignore_eos else {}),
        **({"return_logprob": True} if generation.logprobs is not None else {}),
        **sampling_of(
            request,
            generation,
            _NAME,
            unknown=("frequency_penalty", "presence_penalty"),
        ),
    }
    return dump_body(body, generation)


def read(body: Mapping[str, Any]) -> BodyFields:
    return BodyFields(
        prompt=body["prompt"]
        if body.get("prompt") is not None
        else body.get("input_ids"),
        max_tokens=body.get("max_tokens", _DEFAULT_TOKENS),
        stream=body.get("stream"),
    )


def decoder() -> JsonDecoder:
    return JsonDecoder(LMDeployReader())


class LMDeployReader:
    __slots__ = ("_count",)

    def __init__(self) -> None:
        self._count = GrowingCount()

    def __call__(self, event: dict[str, Any]) -> StreamEvent:
        meta = meta_of(event)
        return meta_event(text_of(event, "text"), self._count, meta)


class LMDeployEmitter:
    __slots__ = ("_reply", "_said")

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self._said = 0  # tokens

    def event(
        self, text: str, tokens: Sequence[int], finish_reason: str | None = None
    ) -> bytes:
        self._said += len(tokens)
        meta = {
            "prompt_tokens": self._reply.prompt_tokens,
            "completion_tokens": self._said,
            "finish_reason": {"type": finish_reason} if finish_reason else None,
            "output_token_logprobs": None,
        }
        event = (
            b"data: "
            + dumps(
                {"text": text, "output_ids": list(tokens), "meta_info": meta}
            )
            + b"\n\n"
        )
        return event + b"data: [DONE]\n\n" if finish_reason else event


LMDEPLOY = Backend(
    title=_NAME,
    endpoint="/generate",
    encode=encode,
    decoder=decoder,
    read=read,
    emitter=LMDeployEmitter,
    fields=LMDEPLOY_FIELDS,
    carries_token_ids=True,
    chooses_adapter=False,
    routes=Routes(ready="GET /health", tokenize=(LMDEPLOY_ENCODE,)),
)
