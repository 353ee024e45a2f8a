"""A request to the server, decided before the clock starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Message = Mapping[str, Any]
Prompt = str | Sequence[int] | Sequence[Message]


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a workload.

    `prompt` is text, a list of token ids, or a list of chat messages; the backend decides which of
    them it can carry. `prompt_tokens` is the requested length, as the server counts where that is
    known. `after` is the request that must end before this one may be sent, `think_ns` the pause
    between the two (conversations).
    """

    id: int
    prompt: Prompt
    prompt_tokens: int
    max_tokens: int
    parameters: Mapping[str, Any] = field(default_factory=dict)
    after: int | None = None
    think_ns: int = 0
