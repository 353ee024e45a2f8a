"""What the bodies of different formats share: kinds of prompts, sampling parameters, users' own
fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from inferometer.protocol.base import Generation
from inferometer.request import Message, Request
from inferometer.words import Said

NO_NAMES: Mapping[str, str] = {}


def messages_of(request: Request) -> list[Message]:
    """The messages of a chat; a text becomes a user message. Raises ValueError for token ids."""
    prompt = request.prompt
    if isinstance(prompt, str):
        return [{"role": "user", "content": prompt}]
    messages = [part for part in prompt if isinstance(part, Mapping)]
    if not messages or len(messages) != len(prompt):
        raise ValueError(Said("wire.chat_only"))
    return messages


def text_or_ids(request: Request) -> str | list[int]:
    """The prompt of a completion. Raises ValueError for chat messages."""
    prompt = request.prompt
    if isinstance(prompt, str):
        return prompt
    # all are ids or all are messages: looking at each costs more than writing the whole body
    if prompt and isinstance(prompt[0], Mapping):
        raise ValueError(Said("wire.completions_only"))
    return list(prompt)  # type: ignore[arg-type]


def given(**fields: Any) -> dict[str, Any]:
    """Those that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def text_only(request: Request, server: str) -> str:
    """The prompt of a text-only format. Raises ValueError for anything else."""
    if not isinstance(request.prompt, str):
        raise ValueError(Said("wire.text_only", {"server": server}))
    return request.prompt


def sampling_of(
    request: Request,
    generation: Generation,
    server: str,
    *,
    names: Mapping[str, str] = NO_NAMES,
    unknown: Sequence[str] = (),
) -> dict[str, Any]:
    """The run's sampling parameters, overridden by the request's, under this server's names.

    `unknown` ones, which it would silently drop, raise ValueError. A single `stop` becomes a list,
    because some servers ignore a text there.
    """
    wanted: dict[str, Any] = {**generation.sampling, **request.parameters}
    if isinstance(wanted.get("stop"), str):
        wanted["stop"] = [wanted["stop"]]
    for name in unknown:
        if name in wanted:
            told = {"server": server, "name": name}
            raise ValueError(Said("wire.unsupported", told))
    return {names.get(name, name): value for name, value in wanted.items()}


def no_adapter(request: Request, generation: Generation, server: str) -> None:
    """Raise ValueError if the request is for a LoRA adapter, which this format cannot select."""
    if generation.adapter(request) is not None:
        raise ValueError(Said("wire.no_adapter", {"server": server}))


def dump_body(
    body: Mapping[str, Any], generation: Generation, **free: Any
) -> bytes:
    """The body as JSON with `extra_body` merged into it, objects field by field.

    Raises ValueError if that would replace a field of `body` that the measurement depends on; it
    may replace `free` ones.
    """
    merged: dict[str, Any] = {**free, **generation.extra_body}
    for field, value in body.items():
        extra = generation.extra_body.get(field)
        merged[field] = value
        taken = [field] if field in generation.extra_body else []
        if isinstance(value, Mapping) and isinstance(extra, Mapping):
            taken = [f"{field}.{inner}" for inner in value if inner in extra]
            merged[field] = {**extra, **value}
        if taken:
            raise ValueError(Said("wire.taken", {"field": taken[0]}))
    return orjson.dumps(merged)
