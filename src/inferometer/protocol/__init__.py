"""Wire formats: a request becomes a body, body bytes become events. Knows JSON and server-sent
events; no I/O.

Knows no sockets, clocks or metrics. A new wire format is a file with a Backend and a row in
`PROTOCOLS`.
"""

from __future__ import annotations

from inferometer.protocol.base import (
    UNKNOWN,
    Backend,
    BodyFields,
    Decoder,
    Emitter,
    Generation,
    Reply,
    StreamEvent,
    Usage,
)
from inferometer.protocol.error_body import error_sentence
from inferometer.protocol.llama_cpp import LLAMA_CPP
from inferometer.protocol.lmdeploy import LMDEPLOY
from inferometer.protocol.ollama import OLLAMA, OLLAMA_CHAT
from inferometer.protocol.openai import COMPLETIONS
from inferometer.protocol.openai_audio import TRANSCRIPTIONS
from inferometer.protocol.openai_chat import CHAT
from inferometer.protocol.openai_responses import RESPONSES
from inferometer.protocol.routes import ANY_SERVER, Routes, TokenizeRoute
from inferometer.protocol.sglang import SGLANG
from inferometer.protocol.tensorrt_llm import (
    TRITON,
    TRTLLM_SERVE,
    TRTLLM_SERVE_CHAT,
)
from inferometer.protocol.tgi import TGI, TGI_CHAT
from inferometer.protocol.xinference import XINFERENCE, XINFERENCE_COMPLETIONS

PROTOCOLS: dict[str, Backend] = {
    "openai": COMPLETIONS,
    "vllm": COMPLETIONS,
    "openai-chat": CHAT,
    "openai-responses": RESPONSES,
    "openai-audio": TRANSCRIPTIONS,
    "sglang": SGLANG,
    "tgi": TGI,
    "tgi-chat": TGI_CHAT,
    "tensorrt-llm": TRITON,
    "trtllm-serve": TRTLLM_SERVE,
    "trtllm-serve-chat": TRTLLM_SERVE_CHAT,
    "xinference": XINFERENCE,
    "xinference-completions": XINFERENCE_COMPLETIONS,
    "lmdeploy": LMDEPLOY,
    "llama.cpp": LLAMA_CPP,
    "ollama": OLLAMA,
    "ollama-chat": OLLAMA_CHAT,
}
"""Backends by the names that users give (`vllm`: what `vllm bench serve` calls its completions)."""

__all__ = [
    "ANY_SERVER",
    "PROTOCOLS",
    "UNKNOWN",
    "Backend",
    "BodyFields",
    "Decoder",
    "Emitter",
    "Generation",
    "Reply",
    "Routes",
    "StreamEvent",
    "TokenizeRoute",
    "Usage",
    "error_sentence",
]
