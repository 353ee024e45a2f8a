"""Text Generation Inference: its own format (`/generate_stream`, one event per token), and its chat
route (`/v1`).

Neither can continue past the end of a text; unknown fields are silently dropped. TGI refuses a
temperature of 0 and a top_p of 1; both mean no sampling or no cut-off, which it is told in its own
way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
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
from inferometer.protocol.fields import TGI_CHAT_FIELDS, TGI_FIELDS
from inferometer.protocol.json_stream import (
    ForeignFrameError,
    JsonDecoder,
    WireFormatError,
    text_of,
    token_count,
)
from inferometer.protocol.openai_answer import ChunkEmitter, Shape
from inferometer.protocol.openai_chat import CHAT
from inferometer.protocol.request_body import (
    dump_body,
    given,
    sampling_of,
    text_only,
)
from inferometer.protocol.routes import TGI_TOKENIZE, Routes
from inferometer.request import Request

_NAME = "TGI"
_ANY_MODEL = "tgi"
"""The model that it serves. It takes any other name in a chat for a LoRA adapter."""
_REASONS = {"eos_token": "stop", "stop_sequence": "stop"}
_ROUTES = Routes(
    ready="GET /health", models="GET /info", tokenize=(TGI_TOKENIZE,)
)


def encode(request: Request, generation: Generation) -> bytes:
    sampling = sampling_of(
        request, generation, _NAME, unknown=("min_p", "presence_penalty")
    )
    if "temperature" in sampling:
        sampling["do_sample"] = sampling["temperature"] > 0
        if not sampling["do_sample"]:
            del sampling["temperature"]
    if sampling.get("top_p", 0) >= 1:
        del sampling["top_p"]
    parameters = {
        "max_new_tokens": request.max_tokens,
        "details": True,
        **sampling,
        **given(
            adapter_id=generation.adapter(request),
            top_n_tokens=generation.logprobs,
        ),
    }
    return dump_body(
        {"inputs": text_only(request, _NAME), "parameters": parameters},
        generation,
    )


def read(body: Mapping[str, Any]) -> BodyFields:
    parameters = body.get("parameters")
    limit = (
        parameters.get("max_new_tokens")
        if isinstance(parameters, Mapping)
        else None
    )
    return BodyFields(prompt=body.get("inputs"), max_tokens=limit, stream=True)


def decoder() -> JsonDecoder:
    return JsonDecoder(TGIReader())


class TGIReader:
    """Every event is one token; one without text, or a special one, is counted with the
    next text.
    """

    __slots__ = ("_held", "_seen")

    def __init__(self) -> None:
        self._held = 0
        self._seen = 0

    def __call__(self, event: dict[str, Any]) -> StreamEvent:
        if "token" not in event:
            raise ForeignFrameError
        token = event["token"]
        if not isinstance(token, dict):
            raise WireFormatError("a token that is not an object")
        self._seen += 1
        self._held += 1
        text = "" if token.get("special") is True else text_of(token, "text")
        tokens = UNKNOWN
        if text:
            tokens, self._held = self._held, 0
        details = event.get("details")
        if not isinstance(details, dict):
            return StreamEvent(text, tokens)
        # Its engine for TensorRT-LLM reports one generated token whatever it did; the events are
        # never more than there were.
        generated = max(
            self._seen, token_count(details.get("generated_tokens"))
        )
        reason = text_of(details, "finish_reason")
        usage = Usage(token_count(details.get("input_length")), generated)
        return StreamEvent(
            text, tokens, usage, _REASONS.get(reason, reason) or None, done=True
        )


class TGIEmitter:
    """Writes one answer; of several tokens, the last one has the text."""

    __slots__ = ("_reply", "_said", "_text")

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self._said = 0  # tokens
        self._text = ""

    def event(
        self, text: str, tokens: Sequence[int], finish_reason: str | None = None
    ) -> bytes:
        self._text += text
        *silent, last = tokens
        body = b"".join(self._token(token, "") for token in silent)
        return body + self._token(last, text, finish_reason)

    def _token(
        self, token: int, text: str, finish_reason: str | None = None
    ) -> bytes:
        self._said += 1
        details = {
            "finish_reason": "eos_token"
            if finish_reason == "stop"
            else finish_reason,
            "generated_tokens": self._said,
            "seed": None,
            "input_length": self._reply.prompt_tokens,
        }
        event = {
            "index": self._said,
            "token": {
                "id": token,
                "text": text,
                "logprob": -0.5,
                "special": False,
            },
            "generated_text": self._text if finish_reason else None,
            "details": details if finish_reason else None,
        }
        return b"data:" + dumps(event) + b"\n\n"


def encode_chat(request: Request, generation: Generation) -> bytes:
    """OpenAI's chat without `ignore_eos`, which TGI lacks; the model's name may select an
    adapter.
    """
    sampling_of(
        request,
        generation,
        _NAME,
        unknown=("min_p", "top_k", "repetition_penalty"),
    )
    return CHAT.encode(
        request, replace(generation, model=_ANY_MODEL, ignore_eos=False)
    )


def read_chat(body: Mapping[str, Any]) -> BodyFields:
    asked = CHAT.read(body)
    return asked._replace(model=None) if asked.model == _ANY_MODEL else asked


_CHAT_SHAPE = Shape(
    identity=b'"object":"chat.completion.chunk","id":"%(id)b",'
    b'"created":%(created)d,"model":%(model)b,'
    b'"system_fingerprint":"3.3.6-native"',
    text=(
        b'{"index":0,"delta":{"role":"assistant","content":',
        b'},"logprobs":null,"finish_reason":null}',
    ),
    last=(
        b'{"index":0,"delta":{"role":"assistant","content":',
        b'},"logprobs":null,"finish_reason":%b}',
    ),
    no_usage=b',"usage":null',
)

TGI = Backend(
    title=_NAME,
    endpoint="/generate_stream",
    encode=encode,
    decoder=decoder,
    read=read,
    emitter=TGIEmitter,
    fields=TGI_FIELDS,
    exact_length=False,
    routes=_ROUTES,
)
TGI_CHAT = replace(
    CHAT,
    title=f"{_NAME}, chat",
    encode=encode_chat,
    read=read_chat,
    emitter=partial(ChunkEmitter, _CHAT_SHAPE),
    fields=TGI_CHAT_FIELDS,
    exact_length=False,
    routes=_ROUTES,
)
