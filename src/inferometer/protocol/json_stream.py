"""Decoder for streams of JSON objects, and the messages of all decoders about bad data.

OpenAI's formats have their own decoder, which takes shortcuts, but share the messages. A format's
reader interprets one object; it is made anew for each response, because it may keep state.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Protocol

from inferometer.protocol.base import (
    MAX_EVENT_BYTES,
    UNKNOWN,
    Remarks,
    StreamEvent,
)
from inferometer.protocol.error_body import (
    error_message,
    error_sentence,
    one_line,
)
from inferometer.protocol.lenient_json import read_json
from inferometer.protocol.sse import EventSplitter

_COUNT_LIMIT = (
    2**31
)  # of a token count that can be believed, and that the trace's columns hold
_EXCERPT_BYTES = 120
# finish reasons of requests that a server gave up itself
_BROKEN_OFF = frozenset({"abort", "error"})
_ERROR_LINE = re.compile(rb"^error:(.*)$", re.IGNORECASE | re.MULTILINE)

_SILENT = StreamEvent()

OVERSIZED = StreamEvent(
    error=(
        f"a line or event of the answer exceeds {MAX_EVENT_BYTES >> 20} MB: the rest was not read"
    ),
    oversized=True,
)

Reader = Callable[[dict[str, Any]], StreamEvent]
"""Interprets one JSON object of a response. Raises WireFormatError if it violates the format."""


class WireFormatError(ValueError):
    """Data that violates the wire format; the message completes "the server sent …"."""


class ForeignFrameError(Exception):
    """A complete JSON object without the field that every event has: not part of the answer."""


class Splitter(Protocol):
    """Cuts a body into payloads; `stray` is anything else, `oversized` says whether one did not
    end.
    """

    stray: bytes
    oversized: bool

    def feed(self, body: bytes) -> list[bytes]: ...

    def close(self) -> list[bytes]: ...


class JsonDecoder:
    """Decodes one response body of JSON objects, by default server-sent events.

    Empty events and foreign frames are skipped (foreign ones are counted), as is everything after
    the end marker. `ends_with_body`: the format has neither an end marker nor a finish reason, so
    that the end of the body ends the answer.
    """

    __slots__ = (
        "_done",
        "_ends_with_body",
        "_failed",
        "_ignored",
        "_ignored_sample",
        "_read",
        "_splitter",
    )

    def __init__(
        self,
        read: Reader,
        splitter: Splitter | None = None,
        *,
        ends_with_body: bool = False,
    ) -> None:
        self._read = read
        self._splitter = splitter or EventSplitter()
        self._ends_with_body = ends_with_body
        self._done = False
        self._failed = False
        self._ignored = 0
        self._ignored_sample = ""

    def feed(self, body: bytes) -> list[StreamEvent]:
        """Events completed by these bytes, in order."""
        events: list[StreamEvent] = []
        for payload in self._splitter.feed(body):
            self._decode(payload, events)
        if self._splitter.oversized and not self._done:
            self._failed = True
            events.append(OVERSIZED)
        return events

    def remarks(self) -> Remarks:
        return Remarks(self._ignored, self._ignored_sample)

    def close(self) -> list[StreamEvent]:
        """The end of the body: an event that it cut off, an error if it was no stream, or the end
        of the answer.
        """
        events: list[StreamEvent] = []
        for payload in self._splitter.close():
            self._decode(payload, events)
        if self._splitter.stray and not self._done:
            events.append(explain(self._splitter.stray))
        if self._ends_with_body and not (
            self._done or self._failed or self._splitter.stray
        ):
            events.append(StreamEvent(done=True))
        return events

    def _ignore(self, payload: bytes) -> None:
        self._ignored += 1
        self._ignored_sample = self._ignored_sample or excerpt(payload)

    def _decode(self, payload: bytes, events: list[StreamEvent]) -> None:
        payload = payload.strip()
        if self._done or not payload:
            return
        if payload == b"[DONE]":
            event = StreamEvent(done=True)
        else:
            try:
                event = self._read_payload(payload)
            except ForeignFrameError:
                self._ignore(payload)
                return
            except WireFormatError as wrong:
                event = malformed(str(wrong), payload)
        self._done = event.done
        self._failed = self._failed or event.error is not None
        if event != _SILENT:
            events.append(event)

    def _read_payload(self, payload: bytes) -> StreamEvent:
        content = parse(payload)
        if not isinstance(content, dict):
            raise WireFormatError("data that is not a JSON object")
        error = error_message(content)
        return (
            self._read(content) if error is None else StreamEvent(error=error)
        )


class GrowingCount:
    """Tokens of each text, from a running total beside every text."""

    __slots__ = ("_told",)

    def __init__(self) -> None:
        self._told = 0

    def tokens(self, text: str, total: int) -> int:
        """Tokens of this text, including silent ones before it; UNKNOWN after a text without a
        total.
        """
        if not text:
            return UNKNOWN
        before, self._told = self._told, total
        return total - before if total >= before != UNKNOWN else UNKNOWN


def parse(payload: bytes) -> Any:
    try:
        return read_json(payload)
    except ValueError:
        raise WireFormatError("data that is not JSON") from None


def text_of(content: dict[str, Any], key: str) -> str:
    """The text of this key, or ''."""
    text = content.get(key)
    if text is None:
        return ""
    if not isinstance(text, str):
        raise WireFormatError(f"a {key} that is not a string")
    return text


def token_count(value: Any) -> int:
    return (
        value if type(value) is int and 0 <= value < _COUNT_LIMIT else UNKNOWN
    )


def broken_off(reason: str | None) -> str | None:
    """The error of a request that the server gave up, or None for any other finish reason."""
    return (
        f"the server aborted the request (finish reason {reason})"
        if reason in _BROKEN_OFF
        else None
    )


def explain(stray: bytes) -> StreamEvent:
    """Explains a body that is not an event stream: an error, a complete answer, a proxy's page."""
    line = _ERROR_LINE.search(stray)
    if line:
        return StreamEvent(error=error_sentence(line[1]))
    try:
        document = read_json(stray)
    except ValueError:
        return malformed("something that is not an event stream", stray)
    error = error_message(document)
    return (
        StreamEvent(error=error)
        if error is not None
        else malformed("a whole answer instead of a stream", stray)
    )


def malformed(what: str, data: bytes) -> StreamEvent:
    return StreamEvent(
        error=f"the server sent {what}: {excerpt(data)}", malformed=True
    )


def excerpt(data: bytes) -> str:
    """The beginning of some data, for a sentence."""
    return one_line(data[:_EXCERPT_BYTES].decode("utf-8", "replace")) + (
        "…" if len(data) > _EXCERPT_BYTES else ""
    )
