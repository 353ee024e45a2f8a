"""Wire formats: a request becomes a body, body bytes become events. Knows JSON and server-sent events; does no I/O.

Not aware of sockets, clocks or metrics. A new wire format is a file with a Backend in it and a row in `PROTOCOLS`.
"""

from __future__ import annotations

from inferometer.protocol.base import UNKNOWN, Backend, Decoder, Generation, StreamEvent, Usage
from inferometer.protocol.error_body import error_sentence
from inferometer.protocol.openai import Completions
from inferometer.protocol.openai_chat import Chat

PROTOCOLS: dict[str, Backend] = {
    "openai": Completions(),
    "vllm": Completions(),
    "openai-chat": Chat(),
}
"""Backends by the name users give them (`vllm` is what `vllm bench serve` calls its completions)."""

__all__ = ["PROTOCOLS", "UNKNOWN", "Backend", "Decoder", "Generation", "StreamEvent", "Usage", "error_sentence"]
