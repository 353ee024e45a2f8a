"""Request: what is asked of the server, decided before the clock starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Message = Mapping[str, Any]
Prompt = str | Sequence[int] | Sequence[Message]


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a workload.

    `prompt` is text, a list of token ids, or a list of chat messages; which of them a backend can
    carry is the backend's to say. `prompt_tokens` is the length asked for, on the server's own
    count where that could be had. `after` names the request that must end before this one may be
    sent, `think_ns` the pause between the two (conversations).
    """

    id: int
    prompt: Prompt
    prompt_tokens: int
    max_tokens: int
    parameters: Mapping[str, Any] = field(default_factory=dict)
    after: int | None = None
    think_ns: int = 0
