"""SGLang's own format (`/generate`): every event has the whole text so far. Its OpenAI routes are
`openai` and `openai-chat`.

A slow reader gets fewer events with several tokens each, since only the latest text is kept for it:
tokens are the growth of `completion_tokens`. A server started with `--incremental-streaming-output`
sends only new text; its ids reveal that.
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
from inferometer.protocol.fields import SGLANG_FIELDS
from inferometer.protocol.json_stream import (
    ForeignFrameError,
    GrowingCount,
    JsonDecoder,
    WireFormatError,
    broken_off,
    text_of,
    token_count,
)
from inferometer.protocol.request_body import (
    dump_body,
    sampling_of,
    text_or_ids,
)
from inferometer.protocol.routes import VLLM_TOKENIZE, Routes
from inferometer.request import Request

_NAME = "SGLang"
_NAMES = {"min_tokens": "min_new_tokens", "seed": "sampling_seed"}
_DEFAULT_TOKENS = 128


def encode(request: Request, generation: Generation) -> bytes:
    prompt = text_or_ids(request)
    body: dict[str, Any] = {
        ("text" if isinstance(prompt, str) else "input_ids"): prompt,
        "sampling_params": {
            "max_new_tokens": request.max_tokens,
            **({"ignore_eos": True} if generation.ignore_eos else {}),
            **sampling_of(request, generation, _NAME, names=_NAMES),
        },
        "stream": True,
    }
    adapter = generation.adapter(request)
    if adapter is not None:
        body["lora_path"] = adapter
    if generation.logprobs is not None:
        body |= {
            "return_logprob": True,
            "top_logprobs_num": generation.logprobs,
        }
    return dump_body(body, generation)


def read(body: Mapping[str, Any]) -> BodyFields:
    sampling = body.get("sampling_params")
    return BodyFields(
        prompt=body["text"]
        if body.get("text") is not None
        else body.get("input_ids"),
        max_tokens=sampling.get("max_new_tokens", _DEFAULT_TOKENS)
        if isinstance(sampling, Mapping)
        else _DEFAULT_TOKENS,
        stream=body.get("stream"),
    )


def decoder() -> JsonDecoder:
    return JsonDecoder(SGLangReader())


class SGLangReader:
    __slots__ = ("_count", "_said")

    def __init__(self) -> None:
        self._count = GrowingCount()
        self._said = ""

    def __call__(self, event: dict[str, Any]) -> StreamEvent:
        meta = meta_of(event)
        completion_tokens = token_count(meta.get("completion_tokens"))
        text = self._new_text(
            text_of(event, "text"), event.get("output_ids"), completion_tokens
        )
        return meta_event(text, self._count, meta)

    def _new_text(self, text: str, ids: Any, completion_tokens: int) -> str:
        """The new part of a text: all of it if its ids are fewer than all generated ones.

        A stop string cut off at the end makes the whole text shorter; then nothing is new.
        """
        said = self._said
        is_whole = (
            len(ids) >= completion_tokens
            if isinstance(ids, list)
            else text.startswith(said)
        )
        self._said = text if is_whole else said + text
        return text[len(said) :] if is_whole else text


def meta_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The `meta_info` of an event (SGLang, LMDeploy)."""
    if "meta_info" not in event:
        raise ForeignFrameError
    meta = event["meta_info"]
    if not isinstance(meta, dict):
        raise WireFormatError("a meta_info that is not an object")
    return meta


def meta_event(
    text: str, count: GrowingCount, meta: Mapping[str, Any]
) -> StreamEvent:
    """An event from `meta_info`, whose finish reason is `{"type": …, "message": …}`, or the type
    alone.
    """
    usage = Usage(
        token_count(meta.get("prompt_tokens")),
        token_count(meta.get("completion_tokens")),
        token_count(meta.get("cached_tokens")),
    )
    tokens = count.tokens(text, usage.completion_tokens)
    reason = meta.get("finish_reason")
    if reason is None:
        return StreamEvent(text, tokens, usage)
    kind, error = _ending(reason)
    return StreamEvent(text, tokens, usage, kind, error=error)


def _ending(reason: Any) -> tuple[str, str | None]:
    """Its kind, and the error of a request that the server gave up."""
    if isinstance(reason, str):
        reason = {"type": reason}
    if not isinstance(reason, dict):
        raise WireFormatError(
            "a finish reason that is neither an object nor a string"
        )
    kind, message = text_of(reason, "type"), text_of(reason, "message")
    error = broken_off(kind)
    return kind, f"{error}: {message}" if error and message else error


_EVENT = (
    b'data: {"text":"%b","output_ids":[%b%b'
    b',"completion_tokens":%d,"cached_tokens":0,"finish_reason":%b}}\n\n'
)


class SGLangEmitter:
    """Writes one answer; every event has the text so far."""

    __slots__ = ("_count", "_ids", "_meta", "_said")

    def __init__(self, reply: Reply) -> None:
        self._said = b""  # as JSON, without its quotes
        self._ids = b""
        self._count = 0
        meta = {
            "id": reply.id,
            "prompt_tokens": reply.prompt_tokens,
            "weight_version": "default",
            "num_retractions": 0,
        }
        self._meta = b'],"meta_info":' + dumps(meta)[:-1]

    def event(
        self, text: str, tokens: Sequence[int], finish_reason: str | None = None
    ) -> bytes:
        self._said += dumps(text)[1:-1]
        self._ids += (b"," if self._count else b"") + dumps(list(tokens))[1:-1]
        self._count += len(tokens)
        ended = {
            "type": finish_reason,
            **({"length": self._count} if finish_reason == "length" else {}),
        }
        reason = dumps(ended if finish_reason else None)
        event = _EVENT % (
            self._said,
            self._ids,
            self._meta,
            self._count,
            reason,
        )
        return event + b"data: [DONE]\n\n" if finish_reason else event


SGLANG = Backend(
    title=_NAME,
    endpoint="/generate",
    encode=encode,
    decoder=decoder,
    read=read,
    emitter=SGLangEmitter,
    fields=SGLANG_FIELDS,
    carries_token_ids=True,
    routes=Routes(ready="GET /ready", tokenize=(VLLM_TOKENIZE,)),
)
