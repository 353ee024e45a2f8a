"""Rewrites event streams into unusual or wrong ones: bytes of whole events in, bytes out.

Works on any format's emitter by the structure of its JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from orjson import dumps, loads

from inferometer.protocol import Backend, Reply

NOT_UTF8 = b"\xff\xc3\x28"
NOT_UTF8_MARK = "<not UTF-8>"
"""Placeholder in a text for the bytes above."""

_DOCUMENT = re.compile(
    rb"(?m)^(?P<data>data: ?)?(?P<json>\{.*\})(?P<end>[ \r]*\n(\r?\n)?)"
)
_DONE = re.compile(rb"data: \[DONE\]\s*")

_GENERATED = frozenset(
    {
        "completion_tokens",
        "output_tokens",
        "generated_tokens",
        "tokens_predicted",
        "eval_count",
    }
)
_COUNTS = _GENERATED | {
    "usage",
    "prompt_tokens",
    "input_tokens",
    "cached_tokens",
    "input_length",
    "tokens_evaluated",
    "prompt_eval_count",
}
_REASONS = frozenset(
    {"finish_reason", "stop_reason", "done_reason", "stop_type"}
)

Rewrite = Callable[[bytes], bytes]


def is_lines(backend: Backend) -> bool:
    """Whether the format is JSON lines instead of an event stream."""
    return "ndjson" in backend.content_type


def payload(backend: Backend, content: bytes) -> bytes:
    """One event of this wire."""
    return (
        content + b"\n" if is_lines(backend) else b"data: " + content + b"\n\n"
    )


def without_output(body: bytes) -> bytes:
    """Counts of generated tokens are 0."""
    return _edit(body, lambda content: _replace(content, _GENERATED, 0))


def _edit(body: bytes, change: Callable[[Any], Any]) -> bytes:
    """The same events, each JSON document changed."""

    def changed(document: re.Match[bytes]) -> bytes:
        return (
            (document["data"] or b"")
            + dumps(change(loads(document["json"])))
            + document["end"]
        )

    return _DOCUMENT.sub(changed, body)


def _without(content: Any, keys: frozenset[str]) -> Any:
    if isinstance(content, list):
        return [_without(item, keys) for item in content]
    if not isinstance(content, dict):
        return content
    return {
        key: _without(value, keys)
        for key, value in content.items()
        if key not in keys
    }


def _replace(content: Any, keys: frozenset[str], new: Any) -> Any:
    if isinstance(content, list):
        return [_replace(item, keys, new) for item in content]
    if not isinstance(content, dict):
        return content
    return {
        key: new if key in keys else _replace(value, keys, new)
        for key, value in content.items()
    }


def _cached(content: dict[str, Any]) -> dict[str, Any]:
    """Wherever a format reports cached tokens, all are."""
    if isinstance(usage := content.get("usage"), dict):
        usage["prompt_tokens_details"] = {
            "cached_tokens": usage["prompt_tokens"]
        }
    if isinstance(meta := content.get("meta_info"), dict):
        meta["cached_tokens"] = meta["prompt_tokens"]
    if isinstance(timings := content.get("timings"), dict):
        timings["cache_n"], timings["prompt_n"] = timings["prompt_n"], 0
    return content


def _usage_in_last(body: bytes) -> bytes:
    """Usage in a separate event moves into the one before it."""
    documents = list(_DOCUMENT.finditer(body))
    if len(documents) < 2:
        return body
    *_, before, own = documents
    content = loads(own["json"])
    if content.get("choices") != [] or "usage" not in content:
        return body
    joined = {**loads(before["json"]), "usage": content["usage"]}
    event = (before["data"] or b"") + dumps(joined) + before["end"]
    return body[: before.start()] + event + body[own.end() :]


REWRITES: dict[str, Rewrite] = {
    "no-usage": lambda body: _edit(
        body, lambda content: _without(content, _COUNTS)
    ),
    "no-reason": lambda body: _edit(
        body, lambda content: _without(content, _REASONS)
    ),
    "no-done": lambda body: _DONE.sub(b"", body),
    "cached": lambda body: _edit(body, _cached),
    "crlf": lambda body: body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
    "comments": lambda body: b": ping\n\n" + body,
    "no-space": lambda body: re.sub(rb"(?m)^data: ", b"data:", body),
    "usage-in-last": _usage_in_last,
    "empty-choices": lambda body: b'data: {"choices":[]}\n\n' + body,
    "invalid-utf8": lambda body: body.replace(NOT_UTF8_MARK.encode(), NOT_UTF8),
}
"""By the name of the fault, for the events that leave at one moment."""

_OPENAI_ONLY = frozenset({"empty-choices"})
_EVENT_STREAMS_ONLY = frozenset({"comments"})
_COUNTED_ONLY = frozenset({"long-prompt"})


def expressible(fault: str, backend: Backend) -> bool:
    """Whether an answer in this format can have this fault: one without counts cannot omit them."""
    if fault in _EVENT_STREAMS_ONLY:
        return not is_lines(backend)
    if fault in _COUNTED_ONLY:
        return backend.reports_usage
    if fault not in REWRITES:
        return True
    emitter = backend.emitter(Reply("id", "model", 0, 2, include_usage=True))
    body = emitter.event("a" + NOT_UTF8_MARK, (1,)) + emitter.event(
        "b", (2,), "length"
    )
    if fault in _OPENAI_ONLY:
        return b'"choices"' in body
    return REWRITES[fault](body) != body
