"""One request and its response, from the write to the outcome, and the columns that they fill."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from inferometer.loadgen.outflow import UNSEEN
from inferometer.protocol import (
    UNKNOWN,
    Decoder,
    StreamEvent,
    Usage,
    error_sentence,
)
from inferometer.protocol.base import Remarks
from inferometer.system.stamps import Arrival, arrival_ns, stamps_in
from inferometer.trace.schema import (
    MISSING,
    Failure,
    Outcome,
    StampSource,
    TokenSource,
)

if TYPE_CHECKING:
    from inferometer.loadgen.connection import Connection

ERROR_BODY_BYTES = 65_536
"""How much of an error response is kept to explain it."""
GZIP_OR_ZLIB = 47
"""zlib's code for both, which it tells apart by the header."""

RUNAWAY_FACTOR, RUNAWAY_EVENTS = 16, 4096
"""A request with more output events than (token limit × the one + the other) cannot succeed."""
RUNAWAY_TOKEN_BYTES, RUNAWAY_BYTES = 16 << 10, 16 << 20
"""The same for the bytes of its response: an event with log-probabilities of 20 tokens has about 3
KB.
"""

FEW_READS = 64
"""Reads waiting to be decoded, some MB at most, that may hold the awaited token when a time-out
expires.
"""

TOGETHER = 32
"""Bodies that a decoder is shown at once to find plain ones: those behind one that is not are
looked at again.
"""

PlainTexts = Callable[[Sequence[bytes]], tuple[int, str]]
"""What a decoder may have as `plain_texts`: a faster way for a run of events that are alike."""

_ARRIVALS = {StampSource.KERNEL: list, StampSource.TAP: int}
"""Type of an arrival, by who stamps it."""

NO_END = b"\0"
"""Nothing ends so."""

_UNKNOWN_COUNT = array("i", [UNKNOWN])
_NO_USAGE = Usage()
_NO_REMARKS = Remarks()


class ErrorResponse:
    """Replaces the decoder if the status is not 2xx: keeps the body to explain it. `packed`:
    compressed.
    """

    def __init__(self, *, packed: bool = False) -> None:
        self._body = b""
        self._packed = packed

    def feed(self, body: bytes) -> list[StreamEvent]:
        if len(self._body) < ERROR_BODY_BYTES:
            self._body += body
        return []

    def close(self) -> list[StreamEvent]:
        return [
            StreamEvent(
                error=error_sentence(
                    _unpacked(self._body) if self._packed else self._body
                )
            )
        ]

    def remarks(self) -> Remarks:
        return _NO_REMARKS


def _unpacked(body: bytes) -> bytes:
    """The beginning of a body compressed with gzip or deflate; a remark for other compressions."""
    try:
        return zlib.decompressobj(GZIP_OR_ZLIB).decompress(
            body, ERROR_BODY_BYTES
        )
    except zlib.error:
        return b"(compressed)"


Broken = tuple[Failure, str, Outcome]
"""How a response broke off: the arguments of `fail`."""


class Exchange:
    """The state of one request in flight. Times are realtime ns, as the kernel stamps; time-outs
    differ.
    """

    __slots__ = (
        "_plain_texts",
        "abandoned",
        "alive_ns",
        "ambiguous",
        "arrivals",
        "begun_ns",
        "broken",
        "connect_losses",
        "connect_ns",
        "connection",
        "decoder",
        "departure",
        "detail",
        "done_ns",
        "end_ns",
        "failure",
        "finish_reason",
        "first_text_bytes",
        "full_reads",
        "headers_ns",
        "hopeless",
        "last_read_ns",
        "lingered",
        "losses",
        "max_events",
        "max_full_reads",
        "max_tokens",
        "message",
        "outcome",
        "plain_end",
        "position",
        "queued",
        "read_ns",
        "reads",
        "remarks",
        "resent",
        "seen_read_ns",
        "sent_done_ns",
        "sent_ns",
        "status",
        "text",
        "text_bytes",
        "tokens",
        "unusual_stamps",
        "usage",
        "usual_arrival",
        "usual_stamp",
        "window_limited_ns",
    )

    def __init__(
        self,
        position: int,
        decoder: Decoder,
        *,
        max_tokens: int,
        read_bytes: int,
        keep_text: bool = False,
        usual_stamp: StampSource = StampSource.KERNEL,
    ) -> None:
        """`max_tokens` is the request's limit, `read_bytes` the size of a full read."""
        self.position = position
        self.decoder = decoder
        self._plain_texts: PlainTexts | None = getattr(
            decoder, "plain_texts", None
        )
        self.connection: Connection | None = None
        """The last one that it was sent on."""
        self.max_tokens = max_tokens
        self.max_events = RUNAWAY_FACTOR * max_tokens + RUNAWAY_EVENTS
        self.max_full_reads = _max_bytes(max_tokens) // read_bytes
        self.queued = self.reads = self.full_reads = 0
        """Reads with body bytes so far; `reads` of them are decoded."""
        self.hopeless = self.abandoned = self.lingered = False
        """It cannot succeed; the rest is not worth decoding; it was complete, but its body stayed
        open.
        """
        self.connect_ns = self.connect_losses = self.window_limited_ns = MISSING
        self.sent_ns = self.sent_done_ns = self.end_ns = self.losses = MISSING
        self.departure = UNSEEN
        # not MISSING, because the hot loop asks after `headers_ns` at every read
        self.headers_ns = self.begun_ns = self.done_ns = 0
        """`begun_ns`: when it was sent, on the monotonic clock; `done_ns`: when the end marker
        arrived.
        """
        self.last_read_ns = self.seen_read_ns = self.alive_ns = 0
        self.status = self.resent = self.text_bytes = self.first_text_bytes = 0
        self.outcome = Outcome.OK
        self.failure = Failure.NONE
        self.detail: str | None = None
        self.broken: Broken | None = None
        self.message = b""
        """What is sent, kept because it may have to be sent again."""
        self.usage = _NO_USAGE
        self.remarks = _NO_REMARKS
        self.finish_reason: str | None = None
        self.text: list[str] | None = [] if keep_text else None
        self.arrivals = array("q")
        self.read_ns = array("q")
        """When each event was read."""
        self.tokens = array("i")
        self.ambiguous: list[tuple[int, int, int]] = []
        """(first, end, ns): events from `first` to before `end` may be up to `ns` older than their
        stamps.
        """
        self.usual_stamp = usual_stamp
        """Who stamps its events."""
        self.usual_arrival = _ARRIVALS[usual_stamp]
        self.unusual_stamps: list[tuple[int, int, StampSource]] = []
        """(first, end, who): events that somebody else stamped."""

    def fail(
        self, failure: Failure, detail: str, outcome: Outcome = Outcome.FAILED
    ) -> None:
        """Record a failure; the first one counts."""
        if self.outcome is Outcome.OK:
            self.outcome, self.failure, self.detail = outcome, failure, detail

    def break_off(
        self, failure: Failure, detail: str, outcome: Outcome = Outcome.FAILED
    ) -> None:
        """The response is cut off. A failure in what arrived before takes precedence, if it can be
        decoded.
        """
        self.broken = failure, detail, outcome
        self.abandoned = self.hopeless or self.undecoded > FEW_READS

    @property
    def undecoded(self) -> int:
        """Reads that wait to be decoded."""
        return self.queued - self.reads

    def alive_at(self, now_ns: int) -> int:
        """When something last arrived, monotonic ns. Asked now and then, so that reads need no
        second clock.
        """
        if self.last_read_ns != self.seen_read_ns:
            self.seen_read_ns, self.alive_ns = self.last_read_ns, now_ns
        return self.alive_ns

    def has_run_away(self, full_reads: int) -> bool:
        """Asked after full reads: during a flood nothing is decoded, so the bytes have to be
        bounded.
        """
        self.full_reads += full_reads
        self.hopeless = self.full_reads > self.max_full_reads
        return self.hopeless

    def why_run_away(self) -> tuple[Failure, str]:
        """The kind of that failure. For an error response, the status says more than the length."""
        if self.status // 100 != 2:
            return (
                Failure.HTTP_STATUS,
                f"HTTP {self.status}: (an endless error body)",
            )
        return Failure.RUNAWAY, "more bytes than its token limit allows"

    def headers(
        self, status: int, stamp_ns: int, *, packed: bool = False
    ) -> None:
        """The response has begun. `packed`: its body is compressed."""
        self.status, self.headers_ns = status, stamp_ns
        self.plain_end = NO_END
        """How plain events end, once one has shown it: what ends otherwise may be the last."""
        if status // 100 != 2:
            self.decoder = ErrorResponse(packed=packed)
            self._plain_texts = None
        elif packed:
            self.fail(
                Failure.CONTENT_TYPE,
                "the server compressed the response although the request did not permit it",
            )

    def decode(
        self, body: bytes, arrival: Arrival, read_ns: int, since_ns: int
    ) -> None:
        """Decode the body bytes of one read: the second half of the hot path.

        `since_ns`: the earliest time at which they may have arrived, except the last byte; negative
        if that includes it.
        """
        self.reads += 1
        if self.abandoned:
            return
        known_ns = arrival_ns(arrival)
        stamp_ns = known_ns or read_ns
        outputs = size = 0
        for event in self.decoder.feed(body):
            text, tokens, usage, finish_reason, done, error, _, _ = event
            if text:
                outputs += 1
                size += len(text) if text.isascii() else utf8_bytes(text)
                if not self.first_text_bytes:
                    self.first_text_bytes = size
                if self.text is not None:
                    self.text.append(text)
                self.arrivals.append(stamp_ns)
                self.read_ns.append(read_ns)
                self.tokens.append(tokens)
            if (
                finish_reason is not None
                or usage is not None
                or done
                or error is not None
            ):
                self._note(event, stamp_ns)
        self.text_bytes += size
        if len(self.arrivals) > self.max_events:
            self._run_away()
        if outputs > 1 or since_ns < 0:
            # The stamp is that of the read's last segment. The last event arrived then, if the read
            # emptied the socket.
            end = len(self.arrivals)
            ambiguity_ns = stamp_ns - abs(since_ns)
            if ambiguity_ns > 0:
                self.ambiguous.append(
                    (
                        end - outputs,
                        end if since_ns < 0 else end - 1,
                        ambiguity_ns,
                    )
                )
        if not known_ns or type(arrival) is not self.usual_arrival:
            source = _source(arrival) if known_ns else StampSource.USER
            end = len(self.arrivals)
            self.unusual_stamps.append((end - outputs, end, source))
        if self._plain_texts is not None:
            self.plain_end = self.decoder.plain_end  # type: ignore[attr-defined]

    def decode_reads(
        self,
        bodies: Sequence[bytes],
        told: Sequence[bytes],
        read_ns: Sequence[int],
    ) -> None:
        """Decode reads of one chunk each, with what the kernel told of their arrival."""
        stamps_ns, reads_ns = stamps_in(told), array("q", read_ns)
        told_all = all(stamps_ns)
        at = 0
        while at < len(bodies):
            if told_all:
                at = self._decode_plain(
                    bodies, at, stamps_ns, reads_ns, source=StampSource.KERNEL
                )
            if at < len(bodies):
                arrival = [(0, 0, told[at])]
                self.decode(bodies[at], arrival, read_ns[at], read_ns[at])
                at += 1

    def decode_all(
        self,
        bodies: Sequence[bytes],
        stamps_ns: Sequence[int],
        since_ns: Sequence[int],
        read_ns: int,
    ) -> None:
        """Decode bodies of chunks, each with the stamp of its last packet and that of its first:
        of several events in one chunk, those before the last may have come between them.
        """
        reads_ns = array("q", (read_ns,)) * len(bodies)
        at = 0
        while at < len(bodies):
            at = self._decode_plain(
                bodies, at, stamps_ns, reads_ns, source=StampSource.TAP
            )
            if at < len(bodies):
                self.decode(bodies[at], stamps_ns[at], read_ns, since_ns[at])
                at += 1

    def _decode_plain(
        self,
        bodies: Sequence[bytes],
        at: int,
        arrived_ns: Sequence[int],
        read_ns: array[int],
        *,
        source: StampSource,
    ) -> int:
        """Record the plain output events that begin there, all at once. Returns where they end."""
        if self._plain_texts is None or self.abandoned:
            return at
        count, text = self._plain_texts(bodies[at : at + TOGETHER])
        if not count:
            return at
        end = at + count
        self.reads += count
        self.text_bytes += len(text) if text.isascii() else utf8_bytes(text)
        if self.text is not None:
            self.text.append(text)
        if self.usual_stamp is not source:
            before = len(self.arrivals)
            self.unusual_stamps.append((before, before + count, source))
        # an array takes in another one many times sooner than a list
        self.arrivals += array("q", arrived_ns[at:end])
        self.read_ns += read_ns[at:end]
        self.tokens += _UNKNOWN_COUNT * count
        if len(self.arrivals) > self.max_events:
            self._run_away()
        return end

    def _run_away(self) -> None:
        self.give_up(
            Failure.RUNAWAY,
            f"{len(self.arrivals)} output events, far more than its token limit",
        )

    def _note(self, event: StreamEvent, stamp_ns: int) -> None:
        """Record what an event contains besides its text."""
        if event.usage is not None:
            self.usage = self.usage.grown(event.usage)
        self.finish_reason = event.finish_reason or self.finish_reason
        if event.done and not self.done_ns:
            self.done_ns = stamp_ns
        if event.oversized:
            self.give_up(Failure.OVERSIZED, str(event.error))
        elif event.error is not None:
            if self.status // 100 == 2:
                self.fail(
                    Failure.BAD_EVENT
                    if event.malformed
                    else Failure.STREAM_ERROR,
                    event.error,
                )
            else:
                self.fail(
                    Failure.HTTP_STATUS, f"HTTP {self.status}: {event.error}"
                )

    def give_up(self, failure: Failure, detail: str) -> None:
        """The rest of the response is not worth reading."""
        self.fail(failure, detail)
        self.hopeless = True

    def conclude(self, end_ns: int) -> None:
        """Decide the outcome after the response is decoded. With the end marker it is complete,
        even if its body, as some servers do, stays open.
        """
        over_before = bool(self.done_ns) and (
            self.lingered or self.broken is not None
        )
        self.end_ns = self.done_ns if over_before else end_ns
        if self.broken is not None and not over_before:
            self.fail(*self.broken)
        for event in self.decoder.close():
            if event.text and self.broken is None:
                # completed by the end of the body, so it had arrived by then
                if self.text is not None:
                    self.text.append(event.text)
                self.text_bytes += utf8_bytes(event.text)
                self.first_text_bytes = self.first_text_bytes or self.text_bytes
                self.arrivals.append(end_ns)
                self.read_ns.append(end_ns)
                self.tokens.append(event.tokens)
            self._note(event, end_ns)
        self.remarks = self.decoder.remarks()
        if self.outcome is not Outcome.OK:
            return
        if self.finish_reason is None and not self.done_ns:
            cut = "the stream ended with neither a finish reason nor an end marker: it was cut off"
            self.fail(Failure.NO_FINISH, cut + self._what_else())
        elif not self.arrivals and self.usage.completion_tokens <= 0:
            self.fail(
                Failure.NO_OUTPUT,
                "the response ended without a token" + self._what_else(),
            )

    def _what_else(self) -> str:
        """What arrived instead of output."""
        found = self.remarks
        return (
            f" ({found.ignored} frames carry nothing of an answer, such as {found.ignored_sample})"
            if found.ignored
            else ""
        )

    def output_tokens(self) -> tuple[int, TokenSource]:
        """The server's count, else the sum of its events' counts, else one per event. A count of 0
        with text is not believed.
        """
        counted = self.usage.completion_tokens
        if counted == UNKNOWN and self.tokens and UNKNOWN not in self.tokens:
            counted = sum(self.tokens)
        if counted > 0 or (counted == 0 and not self.arrivals):
            return counted, TokenSource.USAGE
        if self.arrivals:
            return len(self.arrivals), TokenSource.EVENTS
        return MISSING, TokenSource.NONE

    def hidden_tokens(self) -> int:
        """Output tokens that no event carried; 0 if the others would be far fewer than the events:
        then the server counts hidden tokens separately.
        """
        tokens, source = self.output_tokens()
        hidden = self.usage.hidden_tokens
        if (
            source is not TokenSource.USAGE
            or hidden <= 0
            or tokens - hidden < len(self.arrivals) // 2
        ):
            return 0
        return min(hidden, tokens)

    def first_tokens(self) -> int:
        """Output tokens of the first event; 1 if the format does not tell."""
        return max(1, self.tokens[0]) if self.tokens else 1

    def tpot_ns(self) -> int | None:
        """Time per output token after the first event, or None. See metrics.definitions."""
        later = (
            self.output_tokens()[0] - self.hidden_tokens() - self.first_tokens()
        )
        if (
            len(self.arrivals) < 2
            or later <= 0
            or self.arrivals[-1] == self.arrivals[0]
        ):
            return None
        return (self.arrivals[-1] - self.arrivals[0]) // later


def _max_bytes(max_tokens: int) -> int:
    """A response with more cannot succeed."""
    return RUNAWAY_TOKEN_BYTES * max_tokens + RUNAWAY_BYTES


def _source(arrival: Arrival) -> StampSource:
    return StampSource.TAP if isinstance(arrival, int) else StampSource.KERNEL


def utf8_bytes(text: str) -> int:
    """Its length in UTF-8; a lone surrogate counts as one byte."""
    return len(text.encode("utf-8", "replace"))
