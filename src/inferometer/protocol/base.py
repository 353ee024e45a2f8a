"""The interface of every wire format: a request becomes a body, body bytes become events. No I/O.

A wire format is a `Backend`: four functions, and what is known of its servers. Two functions are a
client's (`encode`, `decoder`), two a server's (`read`, `emitter`). The embedded engine speaks every
format through the latter; what one pair writes the other has to read, and so both are tested.

What counts as *output* is decided in the decoders, the same for all: non-empty text, reasoning, or
a tool-call delta. An empty role chunk, a usage-only chunk, a comment and `[DONE]` are not output.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote

from inferometer.protocol.fields import SAMPLING
from inferometer.protocol.routes import ANY_SERVER, Routes
from inferometer.request import Prompt, Request
from inferometer.words import Said

JSON = "application/json"

UNKNOWN = -1
"""A count that the server did not report."""

MAX_EVENT_BYTES = 16 << 20
"""Limit of one line, and of one event: an endless one must not take all memory."""


class Usage(NamedTuple):
    """The server's token counts; UNKNOWN if not reported."""

    prompt_tokens: int = UNKNOWN
    completion_tokens: int = UNKNOWN
    cached_tokens: int = UNKNOWN
    hidden_tokens: int = UNKNOWN
    """Completion tokens that no event carries: hidden reasoning, rejected predictions."""

    def grown(self, later: Usage) -> Usage:
        """Both combined. Counts only grow within an answer, so the larger one is right: some
        gateways report the prompt first, the output last, and 0 for the other. Hidden tokens are
        known best at the end.
        """
        return Usage(
            max(self.prompt_tokens, later.prompt_tokens),
            max(self.completion_tokens, later.completion_tokens),
            max(self.cached_tokens, later.cached_tokens),
            self.hidden_tokens
            if later.hidden_tokens == UNKNOWN
            else later.hidden_tokens,
        )


class StreamEvent(NamedTuple):
    """One event of a response. It carries output if, and only if, `text` is not empty.

    `tokens` counts the tokens of this output, including those without text since the last one;
    UNKNOWN if the format does not tell, or without output. `usage` is cumulative; the last one
    counts. `finish_reason` is OpenAI's word where there is one (stop, length), else the server's.
    `done` is the end marker (`[DONE]`), or the end of the body in formats without one. `error` is a
    message: the request has failed. With `malformed` the message is ours, about data that violates
    the format; with `oversized` no more is decoded, since a line or event exceeds MAX_EVENT_BYTES.
    """

    text: str = ""
    tokens: int = UNKNOWN
    usage: Usage | None = None
    finish_reason: str | None = None
    done: bool = False
    error: str | None = None
    malformed: bool = False
    oversized: bool = False


class Remarks(NamedTuple):
    """What a decoder found besides the events of an answer."""

    ignored: int = 0
    """Complete frames that carry nothing of the answer: pings, guardrail reports, repeated
    answers.
    """
    ignored_sample: str = ""
    """The beginning of the first of them."""
    unread: int = 0
    """Frames of the answer without known output, although a field of theirs is not empty."""
    unread_fields: tuple[str, ...] = ()
    """Names of these fields."""
    answer_id: str = ""
    """The server's id of the answer."""


class Decoder(Protocol):
    """Turns the body of one response into events; the body may be split anywhere."""

    def feed(self, body: bytes) -> list[StreamEvent]:
        """Events completed by these bytes, in order. Malformed data is an event with `error`, no
        exception.
        """
        ...

    def close(self) -> list[StreamEvent]:
        """The body has ended: the events that an unfinished rest still makes."""
        ...

    def remarks(self) -> Remarks:
        """What else was found so far."""
        ...


@dataclass(frozen=True, slots=True)
class Generation:
    """What all requests of a run have in common."""

    model: str
    ignore_eos: bool = False
    sampling: Mapping[str, float | int] = field(default_factory=dict)
    logprobs: int | None = None
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    adapters: Sequence[str] = ()
    """Names of LoRA adapters on the server; requests use them in turn."""
    limit_field: str = "max_tokens"
    """The server's name for the output limit, where servers of this format differ."""
    left_out: Sequence[str] = ()
    """Optional fields that this server refuses."""

    def adapter(self, request: Request) -> str | None:
        """The LoRA adapter of this request; None is the base model."""
        return (
            self.adapters[request.id % len(self.adapters)]
            if self.adapters
            else None
        )


class BodyFields(NamedTuple):
    """The fields of a request body as received, unchecked; None if absent."""

    prompt: Any = None
    messages: Any = None
    max_tokens: Any = None
    model: Any = None
    stream: Any = None
    stream_options: Any = None


class Reply(NamedTuple):
    """What a server knows of an answer before its first token."""

    id: str
    model: str
    created: int
    """Unix time, s."""
    prompt_tokens: int
    include_usage: bool = False
    continuous_usage: bool = False


class Emitter(Protocol):
    """Writes the body of one streamed answer."""

    def event(
        self, text: str, tokens: Sequence[int], finish_reason: str | None = None
    ) -> bytes:
        """The next output: ids of its tokens, at least one, and their text, which may be empty.

        A finish reason (stop, length) makes it the last; the bytes then include all that ends the
        stream.
        """
        ...


def nothing_to_try(generation: Generation, said: str) -> None:
    """For formats without alternative field names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """One wire format, and what its servers can do: a row of `PROTOCOLS`. No other room knows its
    name.
    """

    title: str
    """Name for people."""
    endpoint: str
    """Path for requests unless the user gives another; `{model}` is replaced by the model's
    name.
    """
    encode: Callable[[Request, Generation], bytes]
    """The JSON body of one request. Raises ValueError, with a message for users, if it cannot be
    expressed.
    """
    decoder: Callable[[], Decoder]
    """A new decoder, for one response."""
    read: Callable[[Mapping[str, Any]], BodyFields]
    """What a parsed body asks for: the reverse of `encode`."""
    emitter: Callable[[Reply], Emitter]
    """A writer of one answer: the reverse of `decoder`."""
    content_type: str = "text/event-stream; charset=utf-8"
    """Of a streamed answer."""
    body_type: str = JSON
    """Of a request's body."""
    parse: Callable[[bytes], dict[str, Any]] | None = None
    """The fields of a body that is not JSON. Raises ValueError."""
    trial_prompt: Prompt | None = None
    """What a trial asks where no text can be sent alone."""
    fields: frozenset[str] = SAMPLING
    """Further request fields, by their usual names, that rows of data sets may contain."""
    carries_token_ids: bool = False
    """Whether a prompt may be a list of token ids (whether a server accepts them is tried out)."""
    chat: bool = False
    """Whether prompts are messages; a text becomes a user message in the model's chat template."""
    exact_length: bool = True
    """Whether the server can be made to generate up to the limit."""
    reports_usage: bool = True
    """Whether the server's answers contain token counts."""
    chooses_adapter: bool = True
    """Whether a request can name a LoRA adapter."""
    adapt: Callable[[Generation, str], Generation | None] = nothing_to_try
    """What to try after a server has refused a request with these words, or None. The user's own
    settings stay.
    """
    routes: Routes = ANY_SERVER

    @property
    def carries_text(self) -> bool:
        """Whether a prompt may be a text and nothing else."""
        return self.trial_prompt is None

    def path(self, model: str) -> str:
        """`endpoint` for this model."""
        return self.endpoint.replace("{model}", quote(model, safe=""))

    def limits(self, generation: Generation) -> tuple[str, ...]:
        """What was requested and this format cannot do: a sentence each, for the result."""
        limits: list[str] = []
        if generation.ignore_eos and not self.exact_length:
            limits.append(Said("limits.end", {"server": self.title}))
        if not self.reports_usage:
            limits.append(Said("limits.usage", {"server": self.title}))
        return tuple(limits)
