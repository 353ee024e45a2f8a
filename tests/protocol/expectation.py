"""What a recorded stream says, derived a second time: with `json` and `split` on the whole body,
one rule for each wire.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from inferometer.protocol import UNKNOWN, Usage
from tests.protocol.transcript import Transcript

Chunks = list[dict[str, Any]]


class Expected(NamedTuple):
    texts: list[str]
    usage: Usage | None
    finish_reasons: list[str]
    done: bool
    errors: int


def backend_of(name: str, transcript: Transcript) -> str:
    """The wire format of a transcript, from its folder and its request."""
    folder = name.partition("/")[0]
    if "-native" in folder:
        return "sglang" if folder.startswith("sglang") else "llama.cpp"
    return (
        "openai-chat"
        if "/chat/" in transcript.request or "/chat_" in name
        else "openai"
    )


def expected(name: str, transcript: Transcript) -> Expected:
    payloads = [
        block.removeprefix(b"data: ")
        for block in re.split(rb"\r?\n\r?\n", transcript.body)
        if block
    ]
    marked = payloads[-1] == b"[DONE]"
    chunks: Chunks = [
        json.loads(payload)
        for payload in (payloads[:-1] if marked else payloads)
    ]
    done = marked or chunks[-1].get("stop") is True  # llama.cpp's own
    good = [chunk for chunk in chunks if "error" not in chunk]
    texts, usage, reasons = RULES[backend_of(name, transcript)](good)
    return Expected(
        [text for text in texts if text],
        usage,
        reasons[:1],
        done,
        len(chunks) - len(good),
    )


def _openai(chunks: Chunks) -> tuple[list[str], Usage | None, list[str]]:
    choices = [
        choice for chunk in chunks for choice in chunk.get("choices", [])
    ]
    texts = [
        choice["text"] if "text" in choice else choice["delta"].get("content")
        for choice in choices
    ]
    usages = [usage for chunk in chunks if (usage := chunk.get("usage"))]
    usage = None
    if usages:
        details = usages[-1].get("prompt_tokens_details") or {}
        usage = Usage(
            usages[-1]["prompt_tokens"],
            usages[-1]["completion_tokens"],
            details.get("cached_tokens", UNKNOWN),
        )
    return (
        texts,
        usage,
        [
            choice["finish_reason"]
            for choice in choices
            if choice.get("finish_reason")
        ],
    )


def _sglang(chunks: Chunks) -> tuple[list[str], Usage | None, list[str]]:
    """The ids of an event are all so far, or those of its own text
    (`--incremental-streaming-output`): their sum tells.
    """
    if not chunks:
        return [], None, []
    metas = [chunk["meta_info"] for chunk in chunks]
    texts = [chunk["text"] for chunk in chunks]
    if (
        sum(len(chunk["output_ids"]) for chunk in chunks)
        > metas[-1]["completion_tokens"]
    ):
        texts = [
            now[len(before) :]
            for before, now in zip(["", *texts], texts, strict=False)
        ]
    reasons = [
        meta["finish_reason"]["type"] for meta in metas if meta["finish_reason"]
    ]
    usage = Usage(
        *(
            metas[-1][count]
            for count in ("prompt_tokens", "completion_tokens", "cached_tokens")
        )
    )
    return texts, usage, reasons


def _llama_cpp(chunks: Chunks) -> tuple[list[str], Usage | None, list[str]]:
    """The timings count the prompt a second time: what was read, and what was in the cache."""
    last = chunks[-1]
    timings = last["timings"]
    usage = Usage(
        timings["cache_n"] + timings["prompt_n"],
        timings["predicted_n"],
        timings["cache_n"],
    )
    return (
        [chunk["content"] for chunk in chunks],
        usage,
        ["length" if last["stop_type"] == "limit" else "stop"],
    )


RULES: dict[
    str, Callable[[Chunks], tuple[list[str], Usage | None, list[str]]]
] = {
    "openai": _openai,
    "openai-chat": _openai,
    "sglang": _sglang,
    "llama.cpp": _llama_cpp,
}
