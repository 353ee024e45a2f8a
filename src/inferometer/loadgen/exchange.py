"""Exchange: one request and its response, from the write to the verdict on it; and the columns it ends up in."""

from __future__ import annotations

from array import array

from inferometer.loadgen.stamps import Ancillary, arrival_ns
from inferometer.protocol import UNKNOWN, Decoder, StreamEvent, Usage, error_sentence
from inferometer.trace.schema import MISSING, Failure, Outcome, TokenSource

ERROR_BODY_BYTES = 65_536
"""How much of an error response is kept to be explained."""

_NO_USAGE = Usage()


class ErrorResponse:
    """Stands in for the decoder when the status is not 2xx: keeps the body, to be explained."""

    def __init__(self) -> None:
        self._body = b""

    def feed(self, body: bytes) -> list[StreamEvent]:
        if len(self._body) < ERROR_BODY_BYTES:
            self._body += body
        return []

    def close(self) -> list[StreamEvent]:
        return [StreamEvent(error=error_sentence(self._body))]


class Exchange:
    """What is known of one request in flight. Times are realtime ns, as the kernel stamps them, but for those of time-outs."""

    __slots__ = (
        "alive_ns",
        "ambiguous",
        "arrivals",
        "begun_ns",
        "broken",
        "connect_ns",
        "decoder",
        "delays",
        "detail",
        "done",
        "end_ns",
        "failure",
        "finish_reason",
        "headers_ns",
        "last_read_ns",
        "outcome",
        "position",
        "reads",
        "resent",
        "seen_read_ns",
        "sent_done_ns",
        "sent_ns",
        "status",
        "text",
        "tokens",
        "usage",
        "user_stamped",
    )

    def __init__(self, position: int, decoder: Decoder, *, keep_text: bool = False) -> None:
        self.position = position
        self.decoder = decoder
        self.connect_ns = self.sent_ns = self.sent_done_ns = self.end_ns = MISSING
        self.headers_ns = 0  # not MISSING, because the hot loop asks after it at every read
        self.begun_ns = 0
        """When it was sent, on the monotonic clock."""
        self.last_read_ns = self.seen_read_ns = self.alive_ns = 0
        self.status = 0
        self.resent = 0
        self.reads = 0
        self.outcome = Outcome.OK
        self.failure = Failure.NONE
        self.detail: str | None = None
        self.broken: tuple[Failure, str, Outcome] | None = None
        self.usage = _NO_USAGE
        self.finish_reason: str | None = None
        self.done = False
        self.text: list[str] | None = [] if keep_text else None
        self.arrivals = array("q")
        self.delays = array("q")
        self.tokens = array("i")
        self.ambiguous: list[tuple[int, int, int]] = []
        """(first, end, ns): the events from `first` to before `end` may have come up to so much earlier than stamped."""
        self.user_stamped: list[int] = []
        """Events that the kernel did not stamp."""

    def fail(self, failure: Failure, detail: str, outcome: Outcome = Outcome.FAILED) -> None:
        """Note how this ended other than well; the first word stands."""
        if self.outcome is Outcome.OK:
            self.outcome, self.failure, self.detail = outcome, failure, detail

    def break_off(self, failure: Failure, detail: str, outcome: Outcome = Outcome.FAILED) -> None:
        """No more of the response will come. What came before and is not decoded yet has the first word."""
        self.broken = failure, detail, outcome

    def alive_at(self, now_ns: int) -> int:
        """When something was last seen to have arrived, monotonic ns; asked now and then, so that reads need not ask that clock
        too."""
        if self.last_read_ns != self.seen_read_ns:
            self.seen_read_ns, self.alive_ns = self.last_read_ns, now_ns
        return self.alive_ns

    def headers(self, status: int, stamp_ns: int) -> None:
        """The response has begun."""
        self.status, self.headers_ns = status, stamp_ns
        if status // 100 != 2:
            self.decoder = ErrorResponse()

    def decode(self, body: bytes, ancillary: Ancillary, read_ns: int, since_ns: int) -> None:
        """Take in the body bytes of one read: the second half of the hot path.

        `since_ns`: the earliest moment they may have arrived, apart from the last of them; negative if from the last, too.
        """
        self.reads += 1
        kernel_ns = arrival_ns(ancillary)
        stamp_ns = kernel_ns or read_ns
        outputs = 0
        for event in self.decoder.feed(body):
            text, tokens, usage, finish_reason, done, error, _ = event
            if text:
                outputs += 1
                if self.text is not None:
                    self.text.append(text)
                self.arrivals.append(stamp_ns)
                self.delays.append(read_ns - stamp_ns)
                self.tokens.append(tokens)
            if finish_reason is not None or usage is not None or done or error is not None:
                self._note(event)
        if outputs > 1 or since_ns < 0:
            # The stamp is that of the read's last segment. The last event arrived then, if the read emptied the socket.
            end = len(self.arrivals)
            ambiguity_ns = stamp_ns - abs(since_ns)
            if ambiguity_ns > 0:
                self.ambiguous.append((end - outputs, end if since_ns < 0 else end - 1, ambiguity_ns))
        if not kernel_ns:
            self.user_stamped += range(len(self.arrivals) - outputs, len(self.arrivals))

    def _note(self, event: StreamEvent) -> None:
        """What an event says beside its text."""
        if event.usage is not None:
            self.usage = event.usage
        self.finish_reason = event.finish_reason or self.finish_reason
        self.done = self.done or event.done
        if event.error is not None:
            if self.status // 100 == 2:
                self.fail(Failure.BAD_EVENT if event.malformed else Failure.STREAM_ERROR, event.error)
            else:
                self.fail(Failure.HTTP_STATUS, f"HTTP {self.status}: {event.error}")

    def conclude(self, end_ns: int) -> None:
        """The response is over and decoded: was it a success?"""
        self.end_ns = end_ns
        if self.broken is not None:
            self.fail(*self.broken)
        for event in self.decoder.close():
            if event.text and self.broken is None:  # completed by the end of the body, so it had arrived by then
                if self.text is not None:
                    self.text.append(event.text)
                self.arrivals.append(end_ns)
                self.delays.append(0)
                self.tokens.append(event.tokens)
            self._note(event)
        if self.outcome is not Outcome.OK:
            return
        if self.finish_reason is None and not self.done:
            self.fail(Failure.NO_FINISH, "the stream ended with neither a finish reason nor an end marker: it was cut off")
        elif not self.arrivals and self.usage.completion_tokens <= 0:
            self.fail(Failure.NO_OUTPUT, "the response finished without a single token")

    def output_tokens(self) -> tuple[int, TokenSource]:
        """The server's count, else the sum of what its events said, else one an event."""
        if self.usage.completion_tokens != UNKNOWN:
            return self.usage.completion_tokens, TokenSource.USAGE
        if self.tokens and UNKNOWN not in self.tokens:
            return sum(self.tokens), TokenSource.USAGE
        if self.arrivals:
            return len(self.arrivals), TokenSource.EVENTS
        return MISSING, TokenSource.NONE
