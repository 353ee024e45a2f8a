"""What every wire format answers to: a request becomes a body, body bytes become events. Nothing here does I/O.

The rule of what counts as *output* lives in the decoders and is the same for all: non-empty text, reasoning, or a tool-call
delta. An empty role chunk, a usage-only chunk, a comment and `[DONE]` are not output.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from inferometer.request import Request

UNKNOWN = -1
"""A count that the server did not tell."""


class Usage(NamedTuple):
    """The server's own token counts; UNKNOWN where it did not say."""

    prompt_tokens: int = UNKNOWN
    completion_tokens: int = UNKNOWN
    cached_tokens: int = UNKNOWN


class StreamEvent(NamedTuple):
    """One event of a response. It carries output if, and only if, `text` is not empty.

    `tokens` is how many tokens this output brought, those that came without text since the output before it included; UNKNOWN
    where the wire does not tell, or if there is no output. `usage` is cumulative, the last one stands. `done` is the wire's own
    end marker (`[DONE]`). `error` is a message: the request has failed; `malformed` says that the message is ours, about data
    that is not what the wire format promises.
    """

    text: str = ""
    tokens: int = UNKNOWN
    usage: Usage | None = None
    finish_reason: str | None = None
    done: bool = False
    error: str | None = None
    malformed: bool = False


class Decoder(Protocol):
    """Turns the body of one response into events; bytes may come split anywhere."""

    def feed(self, body: bytes) -> list[StreamEvent]:
        """Events completed by these bytes, in order. Malformed data becomes an event with `error`, never an exception."""
        ...

    def close(self) -> list[StreamEvent]:
        """The body has ended: what was left unfinished, if it still makes an event."""
        ...


@dataclass(frozen=True, slots=True)
class Generation:
    """What all requests of a run have in common."""

    model: str
    ignore_eos: bool = False
    sampling: Mapping[str, float | int] = field(default_factory=dict)
    logprobs: int | None = None
    extra_body: Mapping[str, Any] = field(default_factory=dict)


class Backend(Protocol):
    """One wire format. A row of `PROTOCOLS`; nothing outside `protocol/` knows its name."""

    endpoint: str
    """Path that requests are posted to, unless the user gives another."""
    carries_token_ids: bool
    """Whether a prompt may be a list of token ids (that a given server takes them is found out by asking it)."""

    def encode(self, request: Request, generation: Generation) -> bytes:
        """The JSON body of one request. Raises ValueError if this wire cannot carry that kind of prompt."""
        ...

    def decoder(self) -> Decoder: ...
