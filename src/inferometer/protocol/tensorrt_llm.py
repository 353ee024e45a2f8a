"""TensorRT-LLM behind Triton (`generate_stream`), and `trtllm-serve`, which speaks OpenAI's
formats.

Triton streams only text: no token counts, finish reason or end marker; the end of the body is the
end. `min_length` gives outputs their full length. trtllm-serve refuses unknown fields, so only
requested ones are sent; it sends usage with every chunk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from orjson import dumps

from inferometer.protocol.base import (
    Backend,
    BodyFields,
    Generation,
    Reply,
    StreamEvent,
)
from inferometer.protocol.fields import (
    TRITON_FIELDS,
    TRTLLM_SERVE_CHAT_FIELDS,
    TRTLLM_SERVE_COMPLETIONS_FIELDS,
)
from inferometer.protocol.json_stream import (
    ForeignFrameError,
    JsonDecoder,
    text_of,
)
from inferometer.protocol.openai import COMPLETIONS
from inferometer.protocol.openai_answer import (
    ChunkEmitter,
    Shape,
    read_chat,
    read_completion,
)
from inferometer.protocol.openai_chat import CHAT
from inferometer.protocol.request_body import (
    dump_body,
    no_adapter,
    sampling_of,
    text_only,
)
from inferometer.protocol.routes import Routes
from inferometer.request import Request

_NAME = "TensorRT-LLM on Triton"
_NAMES = {"seed": "random_seed", "stop": "stop_words"}
_SERVE = "trtllm-serve"
# /metrics is JSON of its steps
_SERVE_ROUTES = Routes(
    ready="GET /health", tokenize=(), metrics="GET /prometheus/metrics"
)


def encode(request: Request, generation: Generation) -> bytes:
    no_adapter(request, generation, _NAME)
    body: dict[str, Any] = {
        "text_input": text_only(request, _NAME),
        "max_tokens": request.max_tokens,
        "stream": True,
        **({"min_length": request.max_tokens} if generation.ignore_eos else {}),
        **(
            {"return_log_probs": True}
            if generation.logprobs is not None
            else {}
        ),
        **sampling_of(request, generation, _NAME, names=_NAMES),
    }
    return dump_body(body, generation, bad_words="", stop_words="")


def read(body: Mapping[str, Any]) -> BodyFields:
    return BodyFields(
        prompt=body.get("text_input"),
        max_tokens=body.get("max_tokens"),
        stream=body.get("stream"),
    )


def decoder() -> JsonDecoder:
    return JsonDecoder(read_event, ends_with_body=True)


def read_event(event: dict[str, Any]) -> StreamEvent:
    if "text_output" not in event:
        raise ForeignFrameError
    return StreamEvent(text_of(event, "text_output"))


class TensorRTEmitter:
    __slots__ = ("_model",)

    def __init__(self, reply: Reply) -> None:
        self._model = reply.model

    def event(
        self, text: str, tokens: Sequence[int], finish_reason: str | None = None
    ) -> bytes:
        event = {
            "model_name": self._model,
            "model_version": "1",
            "output_log_probs": [0.0] * len(tokens),
            "text_output": text,
        }
        return b"data: " + dumps(event) + b"\n\n"


def encode_completion(request: Request, generation: Generation) -> bytes:
    no_adapter(request, generation, _SERVE)
    return COMPLETIONS.encode(request, generation)


def encode_chat(request: Request, generation: Generation) -> bytes:
    no_adapter(request, generation, _SERVE)
    return CHAT.encode(request, generation)


def with_usage(asked: BodyFields) -> BodyFields:
    """What trtllm-serve does with such a body: usage in every chunk unless the body declines it."""
    given = asked.stream_options or {}
    return asked._replace(
        stream_options={
            "include_usage": True,
            "continuous_usage_stats": True,
            **given,
        }
    )


def read_serve_completion(body: Mapping[str, Any]) -> BodyFields:
    return with_usage(read_completion(body))


def read_serve_chat(body: Mapping[str, Any]) -> BodyFields:
    return with_usage(read_chat(body))


_SERVE_COMPLETION = Shape(
    identity=b'"id":"cmpl-%(id)b","object":"text_completion",'
    b'"created":%(created)d,"model":%(model)b',
    text=(b'{"index":0,"text":', b"}"),
    last=(b'{"index":0,"text":', b',"finish_reason":%b}'),
    end=b" \n\n",
)
_SERVE_CHAT = Shape(
    identity=b'"id":"chatcmpl-%(id)b","object":"chat.completion.chunk",'
    b'"created":%(created)d,"model":%(model)b',
    text=(b'{"index":0,"delta":{"content":', b"}}"),
    last=(b'{"index":0,"delta":{"content":', b'},"finish_reason":%b}'),
    role=(b'{"index":0,"delta":{"role":"assistant"}}', b""),
    end=b" \n\n",
)

TRITON = Backend(
    title=_NAME,
    endpoint="/v2/models/{model}/generate_stream",
    encode=encode,
    decoder=decoder,
    read=read,
    emitter=TensorRTEmitter,
    fields=TRITON_FIELDS,
    reports_usage=False,
    chooses_adapter=False,
    routes=Routes(
        ready="GET /v2/health/ready",
        models="POST /v2/repository/index",
        tokenize=(),
        # on a port of its own, 8002, which counts a request once for each model of the ensemble
        metrics=None,
    ),
)
TRTLLM_SERVE = replace(
    COMPLETIONS,
    title=f"{_SERVE}, completions",
    encode=encode_completion,
    read=read_serve_completion,
    emitter=partial(ChunkEmitter, _SERVE_COMPLETION),
    fields=TRTLLM_SERVE_COMPLETIONS_FIELDS,
    chooses_adapter=False,
    routes=_SERVE_ROUTES,
)
TRTLLM_SERVE_CHAT = replace(
    CHAT,
    title=f"{_SERVE}, chat",
    encode=encode_chat,
    read=read_serve_chat,
    emitter=partial(ChunkEmitter, _SERVE_CHAT),
    fields=TRTLLM_SERVE_CHAT_FIELDS,
    chooses_adapter=False,
    routes=_SERVE_ROUTES,
)
