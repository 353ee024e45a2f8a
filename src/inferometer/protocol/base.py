"""What every wire format answers to: a request becomes a body, body bytes become events. Nothing
here does I/O.

A wire format is a `Backend`: four functions and what is known of the servers that speak it. Two of
the functions are a client's (`encode`, `decoder`), two a server's (`read`, `emitter`): the embedded
engine speaks every format through them, and what one pair writes the other has to read, which is
how both are tested.

The rule of what counts as *output* lives in the decoders and is the same for all: non-empty text,
reasoning, or a tool-call delta. An empty role chunk, a usage-only chunk, a comment and `[DONE]` are
not output.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote

from inferometer.protocol.fields import SAMPLING
from inferometer.protocol.routes import ANY_SERVER, Routes
from inferometer.request import Request

UNKNOWN = -1
"""A count that the server did not tell."""

MAX_EVENT_BYTES = 16 << 20
"""Of one line, and of one event: a server that never ends one must not take all memory."""


class Usage(NamedTuple):
    """The server's own token counts; UNKNOWN where it did not say."""

    prompt_tokens: int = UNKNOWN
    completion_tokens: int = UNKNOWN
    cached_tokens: int = UNKNOWN
    hidden_tokens: int = UNKNOWN
    """Of `completion_tokens`, those that no event brings: reasoning that is not streamed, rejected
    predictions.
    """

    def grown(self, later: Usage) -> Usage:
        """Both as one. Counts only grow within one answer, so the larger stands: some gateways tell
        the prompt first, the output last, and 0 for the other. What is hidden is known best at the
        end.
        """
        return Usage(
            max(self.prompt_tokens, later.prompt_tokens),
            max(self.completion_tokens, later.completion_tokens),
            max(self.cached_tokens, later.cached_tokens),
            self.hidden_tokens if later.hidden_tokens == UNKNOWN else later.hidden_tokens,
        )


class StreamEvent(NamedTuple):
    """One event of a response. It carries output if, and only if, `text` is not empty.

    `tokens` is how many tokens this output brought, those that came without text since the output
    before it included; UNKNOWN where the wire does not tell, or if there is no output. `usage` is
    cumulative, the last one stands. `finish_reason` is in OpenAI's words where they have one for it
    (stop, length), else in the server's own. `done` is the wire's end marker (`[DONE]`), or the end
    of the body where a wire has none. `error` is a message: the request has failed; `malformed`
    says that the message is ours, about data that is not what the wire format promises, and
    `oversized` that no more of the answer will be decoded, because one line or event of it is
    beyond MAX_EVENT_BYTES.
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
    """What a decoder met beside the events of an answer."""

    ignored: int = 0
    """Whole frames that say nothing of the answer: pings, accounts of guardrails, repetitions of
    the whole answer.
    """
    ignored_sample: str = ""
    """The beginning of the first of them."""
    unread: int = 0
    """Frames of the answer without any output that is known here, though a field of theirs is not
    empty.
    """
    unread_fields: tuple[str, ...] = ()
    """Names of these fields."""
    answer_id: str = ""
    """What the server calls the answer."""


class Decoder(Protocol):
    """Turns the body of one response into events; bytes may come split anywhere."""

    def feed(self, body: bytes) -> list[StreamEvent]:
        """Events completed by these bytes, in order. Malformed data becomes an event with `error`,
        never an exception.
        """
        ...

    def close(self) -> list[StreamEvent]:
        """The body has ended: what was left unfinished, if it still makes an event."""
        ...

    def remarks(self) -> Remarks:
        """What else was met, up to now."""
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
    """LoRA adapters by the names the server has for them; requests take them in turn."""
    limit_field: str = "max_tokens"
    """What the server calls the limit of an answer, where servers of one wire have several names
    for it.
    """
    left_out: Sequence[str] = ()
    """Fields that nobody asked for, and that this server refuses."""

    def adapter(self, request: Request) -> str | None:
        """The LoRA adapter that this request is for; None is the base model."""
        return self.adapters[request.id % len(self.adapters)] if self.adapters else None


class BodyFields(NamedTuple):
    """What the body of a request asks of a server, as it stands there: nothing of it is checked.
    None is nothing said.
    """

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

    def event(self, text: str, tokens: Sequence[int], finish_reason: str | None = None) -> bytes:
        """The next output: ids of its tokens, at least one, and their text, which may still be
        empty.

        A finish reason (stop, length) makes it the last: all that ends the stream is then part of
        the bytes.
        """
        ...


def nothing_to_try(generation: Generation, said: str) -> None:
    """Of wires whose fields have one name each, and no server that refuses them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """One wire format, and what its servers can do. A row of `PROTOCOLS`; nothing outside
    `protocol/` knows its name.
    """

    title: str
    """Whose it is, for people."""
    endpoint: str
    """Path that requests are posted to, unless the user gives another; `{model}` in it is the
    model's name.
    """
    encode: Callable[[Request, Generation], bytes]
    """The JSON body of one request. Raises ValueError, for the user to read, if this wire cannot
    carry what is asked.
    """
    decoder: Callable[[], Decoder]
    """A new decoder, for one response."""
    read: Callable[[Mapping[str, Any]], BodyFields]
    """What a parsed body asks for: the other side of `encode`."""
    emitter: Callable[[Reply], Emitter]
    """A writer of one answer: the other side of `decoder`."""
    content_type: str = "text/event-stream; charset=utf-8"
    """Of a streamed answer."""
    fields: frozenset[str] = SAMPLING
    """What a request can say beside its prompt and its length, by usual names; rows of data sets
    may say it.
    """
    carries_token_ids: bool = False
    """Whether a prompt may be a list of token ids (that a given server takes them is found out by
    asking it).
    """
    chat: bool = False
    """Whether prompts are messages, and a text becomes a user's message in the model's chat
    template.
    """
    exact_length: bool = True
    """Whether the server can be made to generate up to the limit, whatever the model would like."""
    reports_usage: bool = True
    """Whether the server counts tokens in its answers."""
    chooses_adapter: bool = True
    """Whether a request can name a LoRA adapter."""
    adapt: Callable[[Generation, str], Generation | None] = nothing_to_try
    """What a server that refused a request with these words may take instead; None where there is
    nothing else to try. What the user asked for stays.
    """
    routes: Routes = ANY_SERVER

    def path(self, model: str) -> str:
        """`endpoint` for this model."""
        return self.endpoint.replace("{model}", quote(model, safe=""))

    def limits(self, generation: Generation) -> tuple[str, ...]:
        """What this wire cannot do of what is wanted of it: a sentence each, for the reader of the
        result.
        """
        limits = []
        if generation.ignore_eos and not self.exact_length:
            limits.append(
                f"{self.title} cannot ignore the end of a text: outputs may be shorter than "
                "requested."
            )
        if not self.reports_usage:
            limits.append(
                f"{self.title} reports no token counts: a local tokenizer counts instead, or "
                "else each event counts as one token."
            )
        return tuple(limits)
