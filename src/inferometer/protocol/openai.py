"""OpenAI's completions format (`/v1/completions`), as served by vLLM, SGLang, llama.cpp,
transformers and others.
"""

from __future__ import annotations

from functools import partial

import orjson

from inferometer.protocol.base import Backend, Generation
from inferometer.protocol.fields import OPENAI_COMPLETIONS_FIELDS
from inferometer.protocol.json_stream import WireFormatError
from inferometer.protocol.openai_answer import (
    VLLM_COMPLETION,
    ChunkEmitter,
    read_completion,
)
from inferometer.protocol.openai_stream import (
    Choice,
    ChoiceReader,
    StreamDecoder,
    adapt,
    stream_body,
)
from inferometer.protocol.request_body import text_or_ids
from inferometer.request import Request


def encode(request: Request, generation: Generation) -> bytes:
    """Prompts are text or token ids; a LoRA adapter is selected as the model."""
    wire = {
        "prompt": text_or_ids(request),
        generation.limit_field: request.max_tokens,
    }
    if generation.logprobs is not None:
        wire["logprobs"] = generation.logprobs
    return orjson.dumps(stream_body(request, generation, wire))


def completion_text(choice: Choice) -> str:
    """The text of one choice of a chunk, maybe empty. Raises WireFormatError if there is none."""
    text = choice.get("text")
    if text.__class__ is str:
        return text
    if text is None and "delta" not in choice and "message" not in choice:
        return ""
    raise WireFormatError(
        "a choice without text, as in a chat"
        if text is None
        else "a text that is not a string"
    )


def has_reasoning(choice: Choice) -> bool:
    """Completions have no reasoning."""
    return False


def unread_field(choice: Choice) -> str | None:
    """A text in an unknown field of a choice."""
    others = (
        name
        for name, value in choice.items()
        if name not in _FIELDS and value and value.__class__ is str
    )
    return next(others, None)


_FIELDS = frozenset(
    {
        "text",
        "index",
        "finish_reason",
        "stop_reason",
        "matched_stop",
        "logprobs",
        "token_ids",
    }
)


COMPLETIONS = Backend(
    title="any with OpenAI's completions",
    endpoint="/v1/completions",
    encode=encode,
    decoder=partial(
        StreamDecoder,
        ChoiceReader(completion_text, has_reasoning, unread_field),
    ),
    read=read_completion,
    emitter=partial(ChunkEmitter, VLLM_COMPLETION),
    fields=OPENAI_COMPLETIONS_FIELDS,
    carries_token_ids=True,
    adapt=adapt,
)
