"""What both OpenAI formats share: the common fields of bodies, and the decoder of streams.

Completions and chat differ only in how a choice carries its text, and the decoder is given that.
Everything else is read here: usage, tokens of an event, finish reasons, errors, `[DONE]`, and
anything else.

Gateways add frames of their own: pings, guardrail reports, the whole answer again at the end. They
are neither output nor failures; they are counted, and the stream's own end decides whether the
answer is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any, NamedTuple

from orjson import dumps, loads

from inferometer.protocol.base import (
    UNKNOWN,
    Generation,
    Remarks,
    StreamEvent,
    Usage,
)
from inferometer.protocol.error_body import error_message, one_line
from inferometer.protocol.json_stream import (
    OVERSIZED,
    WireFormatError,
    broken_off,
    excerpt,
    explain,
    malformed,
    parse,
    token_count,
)
from inferometer.protocol.sse import EventSplitter
from inferometer.request import Request

Choice = Mapping[str, Any]

LIMIT_FIELDS = ("max_tokens", "max_completion_tokens", "max_new_tokens")
"""Names of the output limit, tried in this order: the one that all tested servers obey; its
successor, the only one that OpenAI's newer models accept (llama-cpp-python ignores it and generates
without a limit); that of transformers.
"""

MIN_REPEATED_CHARS = 16
"""A last token may by chance equal the few before it: "-", "-", "--"."""

_NOT_LEARNT = (b"\0", b"\0", 1 << 62)
_UNLEARNABLE = (b"\0", b"\0", 1 << 63)
"""For an empty text: no body is longer than this."""

_SILENT = StreamEvent()
_DONE = StreamEvent(done=True)
_END_MARKER = b"data: [DONE]\n\n"
_NO_USAGE = Usage()

_MAX_UNREAD_NAMES = 8
_MAX_NAME_CHARS = 40
_MAX_ID_CHARS = 256


def _plain(text: str) -> StreamEvent:
    """Nothing but text. Without the Python-level call of `StreamEvent(…)`."""
    return tuple.__new__(
        StreamEvent, (text, UNKNOWN, None, None, False, None, False, False)
    )


def _is_unescaped(text: str) -> bool:
    """Whether these bytes of a JSON string say just what they are."""
    return (
        '"' not in text
        and "\\" not in text
        and text.isprintable()
        and "\ufffd" not in text
    )


def no_translation(frame: Any, _: bool) -> Any:
    return frame


class ChoiceReader(NamedTuple):
    """How one wire's choices carry output."""

    text: Callable[[Choice], str]
    """All output in a choice, maybe empty. Raises WireFormatError if it violates the format."""
    has_reasoning: Callable[[Choice], bool]
    """Whether some of that output is reasoning."""
    unread_field: Callable[[Choice], str | None]
    """Of a choice without output: a non-empty unknown field, which may contain output."""
    translate: Callable[[Any, bool], Any] = no_translation
    """A frame of another format as a chunk of this one. Told whether there was output before."""


def stream_body(
    request: Request, generation: Generation, wire: Mapping[str, Any]
) -> dict[str, Any]:
    """The fields of a body: common ones, this format's, the request's parameters, then
    `extra_body`.

    Later ones replace earlier ones. The model is the request's LoRA adapter, if any. `ignore_eos`
    is sent only if requested: some servers refuse unknown fields.
    """
    return {
        "model": generation.adapter(request) or generation.model,
        **wire,
        "stream": True,
        **(
            {}
            if "stream_options" in generation.left_out
            else {"stream_options": {"include_usage": True}}
        ),
        **({"ignore_eos": True} if generation.ignore_eos else {}),
        **generation.sampling,
        **request.parameters,
        **generation.extra_body,
    }


def adapt(generation: Generation, said: str) -> Generation | None:
    """What to try if a server refuses the name of the limit, or `stream_options`, as some do."""
    is_ours = "stream_options" not in {
        *generation.left_out,
        *generation.extra_body,
        *generation.sampling,
    }
    if is_ours and ("stream_options" in said or "include_usage" in said):
        return replace(
            generation, left_out=(*generation.left_out, "stream_options")
        )
    later = LIMIT_FIELDS[LIMIT_FIELDS.index(generation.limit_field) + 1 :]
    if later and any(name in said for name in LIMIT_FIELDS):
        return replace(generation, limit_field=later[0])
    return None


class StreamDecoder:
    """Decodes one response body. Empty events (role chunks, empty text, comments) are skipped.

    The tokens of a text include silent ones since the last text (servers hold back the first pieces
    of a character). They are known from lists of token ids, or from usage beside every text. With
    several choices (n > 1) all texts are output, and only token ids give tokens. The first finish
    reason counts: Xinference ends with `length`, then `stop`. Everything after `[DONE]` is ignored.
    """

    __slots__ = (
        "_answer_id",
        "_around",
        "_chars",
        "_counted",
        "_done",
        "_finished",
        "_first",
        "_held",
        "_ignored",
        "_ignored_sample",
        "_reader",
        "_reasoned",
        "_split",
        "_splitter",
        "_text_of",
        "_unread",
        "_unread_fields",
    )

    def __init__(self, reader: ChoiceReader) -> None:
        self._reader = reader
        self._text_of = reader.text
        self._splitter = EventSplitter()
        self._split = self._splitter.feed
        self._done = False
        self._finished = False
        self._first = ""  # the first output
        self._chars = 0  # how long all output is
        self._reasoned = False  # whether reasoning was streamed
        self._answer_id: str | None = None
        self._ignored = 0
        self._ignored_sample = ""
        self._unread = 0
        self._unread_fields: list[str] = []
        self._held = 0  # token ids since the last text
        # completion tokens by usage up to the last text; UNKNOWN once a text came without usage
        self._counted = 0
        self._around = _NOT_LEARNT

    def feed(self, body: bytes) -> list[StreamEvent]:
        """Events completed by these bytes, in order."""
        before, after, size = self._around
        if (
            body.startswith(before)
            and body.endswith(after)
            and len(body) > size
            and self._splitter.between_events
        ):
            # A server repeats itself: a body that differs from a plain event in nothing but the
            # text says only that text.
            text = body[len(before) : -len(after)].decode("utf-8", "replace")
            if _is_unescaped(text) and not self._done:
                self._chars += len(text)
                return [_plain(text)]
        if body == _END_MARKER and self._splitter.between_events:
            return self._end()
        events: list[StreamEvent] = []
        for payload in self._split(body):
            chunk: Any = None
            try:
                chunk = loads(payload)
                (choice,) = chunk["choices"]
                text = self._text_of(choice)
                get = choice.get
                # Nothing but text, as in nearly all events; whatever else there may be is read
                # below, with more care.
                plain = (
                    get("finish_reason") is None
                    and get("token_ids") is None
                    and chunk.get("usage") is None
                    and "error" not in chunk
                    and not self._finished
                )
            except (ValueError, KeyError, TypeError, AttributeError):
                plain = False
            if not plain:
                self._decode(payload, chunk, events)
            elif not text:
                self._note_silent(chunk, choice)
            elif not self._done:
                self._counted = UNKNOWN
                self._note_output(chunk, choice, text)
                events.append(_plain(text))
                if self._around is _NOT_LEARNT and text.isascii():
                    # how a server escapes other text does not matter then
                    self._around = self._learn(payload, text)
        if not events and self._splitter.oversized and not self._done:
            events.append(OVERSIZED)
        return events

    @property
    def plain_end(self) -> bytes:
        """How a plain event ends; a zero byte if that is not known."""
        return self._around[1]

    def plain_texts(self, bodies: Sequence[bytes]) -> tuple[int, str]:
        """How many of these bodies, from the first on, are an event each that differs from a plain
        one in nothing but its text; and all their text. The rest has to be fed.
        """
        if (
            not bodies[0].startswith(self._around[0])
            or not self._splitter.between_events
            or self._done
        ):
            return 0, ""
        count, text = len(bodies), self._all_plain(bodies)
        if not text:
            count, text = self._first_plain(bodies)
        self._chars += len(text)
        return count, text

    def _all_plain(self, bodies: Sequence[bytes]) -> str:
        """The text of all, looked at together; empty if one of them is not plain.

        What each has where its text would be is put between what surrounds a text: that has to give
        the bodies again.
        """
        before, after, size = self._around
        if min(map(len, bodies)) <= size:
            return ""
        begin, end = len(before), -len(after)
        texts = [body[begin:end] for body in bodies]
        again = before + (after + before).join(texts) + after
        if again != b"".join(bodies):
            return ""
        whole = b"".join(texts)
        text = (
            whole.decode()
            if whole.isascii()
            else "".join([each.decode("utf-8", "replace") for each in texts])
        )
        return text if _is_unescaped(text) else ""

    def _first_plain(self, bodies: Sequence[bytes]) -> tuple[int, str]:
        before, after, size = self._around
        begin, end = len(before), -len(after)
        texts = []
        for body in bodies:
            if not (
                body.startswith(before)
                and body.endswith(after)
                and len(body) > size
                and b"\\" not in body
            ):
                break
            texts.append(body[begin:end].decode("utf-8", "replace"))
        text = "".join(texts)
        if not _is_unescaped(text):
            texts = list(takewhile(_is_unescaped, texts))
            text = "".join(texts)
        return len(texts), text

    def _end(self) -> list[StreamEvent]:
        """The answer is over."""
        events = [] if self._done else [_DONE]
        self._done = True
        return events

    def remarks(self) -> Remarks:
        fields = tuple(self._unread_fields)
        return Remarks(
            self._ignored,
            self._ignored_sample,
            self._unread,
            fields,
            self._answer_id or "",
        )

    def _note_output(
        self, chunk: Mapping[str, Any], choice: Choice, text: str
    ) -> None:
        self._first = self._first or text
        self._chars += len(text)
        if self._answer_id is None:
            self._note_id(chunk)
        if not self._reasoned:
            self._reasoned = self._reader.has_reasoning(choice)

    def _note_silent(self, chunk: Mapping[str, Any], choice: Choice) -> None:
        """A choice without output: usually a role or an end, else perhaps output in an unknown
        place.
        """
        if self._answer_id is None:
            self._note_id(chunk)
        field = self._reader.unread_field(choice)
        if field is None or self._done:
            return
        self._unread += 1
        name = one_line(field)[:_MAX_NAME_CHARS]
        if (
            name not in self._unread_fields
            and len(self._unread_fields) < _MAX_UNREAD_NAMES
        ):
            self._unread_fields.append(name)

    def _note_id(self, chunk: Mapping[str, Any]) -> None:
        answer_id = chunk.get("id")
        self._answer_id = (
            answer_id[:_MAX_ID_CHARS] if isinstance(answer_id, str) else ""
        )

    def _ignore(self, payload: bytes) -> None:
        self._ignored += 1
        self._ignored_sample = self._ignored_sample or excerpt(payload)

    def _learn(self, payload: bytes, text: str) -> tuple[bytes, bytes, int]:
        """Learn what surrounds the text of a plain event, and how long both are together.

        Proven by inserting another text: if the event then has that text, the text is there and
        nowhere else.
        """
        before, found, after = payload.partition(dumps(text))
        other = text + " and more"
        try:
            (choice,) = loads(before + dumps(other) + after)["choices"]
            proven = found and self._text_of(choice) == other
        except (ValueError, KeyError, TypeError, AttributeError):
            proven = False
        if not proven:
            return _UNLEARNABLE
        before, after = b"data: " + before + b'"', b'"' + after + b"\n\n"
        return before, after, len(before) + len(after)

    def close(self) -> list[StreamEvent]:
        """The end of the body: an event that it cut off, or an error if it was no event stream."""
        events: list[StreamEvent] = []
        for payload in self._splitter.close():
            self._decode(payload, None, events)
        if self._splitter.stray and not self._done:
            events.append(explain(self._splitter.stray))
        return events

    def _decode(
        self, payload: bytes, chunk: Any, events: list[StreamEvent]
    ) -> None:
        """Any payload; `chunk` is what it parses to, or None if not yet parsed."""
        if self._done:
            return
        try:
            if chunk is None:
                payload = payload.strip()
                if payload == b"[DONE]":
                    events += self._end()
                if not payload or self._done:
                    return
                chunk = parse(payload)
            event = self._read_chunk(chunk, payload)
        except WireFormatError as wrong:
            event = malformed(str(wrong), payload)
        if event != _SILENT:
            events.append(event)

    def _read_chunk(self, chunk: Any, payload: bytes) -> StreamEvent:
        error = error_message(chunk)
        if error is not None:
            return StreamEvent(error=error)
        chunk = self._reader.translate(chunk, bool(self._first))
        choices = _choices(chunk)
        if choices is None:
            self._ignore(payload)
            return _SILENT
        text, reason, has_ids = "", None, False
        for choice in choices:
            text += self._output_of(chunk, choice, payload)
            reason = reason or choice.get("finish_reason")
            ids = choice.get("token_ids")
            if isinstance(ids, list):
                has_ids = True
                self._held += len(ids)
            if choice.get("index"):
                self._counted = UNKNOWN  # the usage beside it may be that of one choice or of all
        usage = _read_usage(
            chunk.get("usage"), said=bool(self._first), reasoned=self._reasoned
        )
        tokens = self._tokens_of_text(usage, has_ids) if text else UNKNOWN
        if not reason or self._finished:
            return StreamEvent(text, tokens, usage)
        if not isinstance(reason, str):
            raise WireFormatError("a finish reason that is not a string")
        self._finished = True
        self._around = _UNLEARNABLE  # what comes now is looked at with care
        return StreamEvent(
            text, tokens, usage, reason, error=broken_off(reason)
        )

    def _output_of(
        self, chunk: Mapping[str, Any], choice: Choice, payload: bytes
    ) -> str:
        """The text of a choice. A whole answer is output only if nothing was streamed before it."""
        is_whole = "message" in choice and choice.get("delta") is None
        if is_whole and self._first:
            self._ignore(payload)
            return ""
        if is_whole:
            choice = {"delta": choice["message"]}
        text = self._text_of(choice)
        if self._repeats(text, choice):
            self._ignore(payload)
            return ""
        if text:
            self._note_output(chunk, choice, text)
        else:
            self._note_silent(chunk, choice)
        return text

    def _repeats(self, text: str, choice: Choice) -> bool:
        """Whether a text at the end of an answer of two or more events repeats all of it."""
        if (
            len(text) < MIN_REPEATED_CHARS
            or len(text) != self._chars
            or self._chars == len(self._first)
        ):
            return False
        return (
            self._finished or bool(choice.get("finish_reason"))
        ) and text.startswith(self._first)

    def _tokens_of_text(self, usage: Usage | None, has_ids: bool) -> int:
        """Tokens of this event's text, including held-back ones; counting restarts here."""
        before = self._counted
        self._counted = (
            UNKNOWN
            if usage is None or before == UNKNOWN
            else usage.completion_tokens
        )
        if has_ids:
            held, self._held = self._held, 0
            return held
        return (
            self._counted - before
            if self._counted >= before != UNKNOWN
            else UNKNOWN
        )


def _choices(chunk: Any) -> list[Choice] | None:
    """The choices of a chunk: an empty list for a usage-only chunk, None if it is not part of an
    answer.
    """
    if not isinstance(chunk, dict):
        raise WireFormatError("data that is not a JSON object")
    choices = chunk.get("choices")
    if choices is None:
        return [] if isinstance(chunk.get("usage"), dict) else None
    if not isinstance(choices, list) or not all(
        isinstance(choice, dict) for choice in choices
    ):
        raise WireFormatError("choices that are not a list of objects")
    return choices


def _read_usage(usage: Any, *, said: bool, reasoned: bool) -> Usage | None:
    """`said`: there was output, so that a count of 0 is wrong. `reasoned`: reasoning was streamed,
    so that events carry its tokens.
    """
    if not isinstance(usage, dict):
        return None
    prompt = _count(usage, "prompt_tokens", "input_tokens")
    completion = _count(usage, "completion_tokens", "output_tokens")
    total = _count(usage, "total_tokens")
    if (
        completion == UNKNOWN or (completion == 0 and said)
    ) and 0 < prompt < total:
        # some gateways leave out, or set to 0, what they add up all the same
        completion = total - prompt
    cached = _detail(
        usage,
        ("prompt_tokens_details", "input_tokens_details"),
        "cached_tokens",
    )
    counts = Usage(
        prompt, completion, cached, _hidden_tokens(usage, reasoned=reasoned)
    )
    return counts if counts != _NO_USAGE else None


def _hidden_tokens(usage: Mapping[str, Any], *, reasoned: bool) -> int:
    """Completion tokens that no event carries."""
    details = ("completion_tokens_details", "output_tokens_details")
    reasoning = _detail(usage, details, "reasoning_tokens")
    rejected = _detail(usage, details, "rejected_prediction_tokens")
    if reasoning == rejected == UNKNOWN:
        return UNKNOWN
    return max(rejected, 0) + (0 if reasoned else max(reasoning, 0))


def _count(counts: Mapping[str, Any], *names: str) -> int:
    """The first of these counts that is present."""
    for name in names:
        count = token_count(counts.get(name))
        if count != UNKNOWN:
            return count
    return UNKNOWN


def _detail(
    usage: Mapping[str, Any], groups: tuple[str, ...], name: str
) -> int:
    """A count in one of the objects inside usage."""
    for group in groups:
        details = usage.get(group)
        if isinstance(details, dict):
            count = _count(details, name)
            if count != UNKNOWN:
                return count
    return UNKNOWN
