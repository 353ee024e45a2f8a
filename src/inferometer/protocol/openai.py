"""OpenAI's completions format (`/v1/completions`), as vLLM, SGLang, llama.cpp, transformers and others serve it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from inferometer.protocol.base import Generation
from inferometer.protocol.openai_stream import Choice, StreamDecoder, WireFormatError, stream_body
from inferometer.request import Request


class Completions:
    """Prompts are text or token ids."""

    endpoint = "/v1/completions"
    carries_token_ids = True

    def encode(self, request: Request, generation: Generation) -> bytes:
        """The JSON body of one request. Raises ValueError if the prompt is a list of chat messages."""
        prompt = request.prompt
        if not isinstance(prompt, str) and any(isinstance(part, Mapping) for part in prompt):
            raise ValueError("completions carry text or token ids, not chat messages: choose the backend openai-chat for these")
        wire: dict[str, Any] = {"prompt": prompt, "max_tokens": request.max_tokens}
        if generation.logprobs is not None:
            wire["logprobs"] = generation.logprobs
        return orjson.dumps(stream_body(request, generation, wire))

    def decoder(self) -> StreamDecoder:
        return StreamDecoder(completion_text)


def completion_text(choice: Choice) -> str:
    """The text of one choice of a chunk; may be empty. Raises WireFormatError if it has none to give."""
    text = choice.get("text")
    if text.__class__ is str:
        return text
    if text is None and "delta" not in choice and "message" not in choice:
        return ""
    raise WireFormatError("a choice without text, as a chat would have it" if text is None else "a text that is no text")
