"""One answer with a fault, written to its connection, in place of an EventStream.

The model sets the pace as for all others; nothing waits here. Withheld data leaves with a later
event.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from enum import Enum

from orjson import dumps

from inferometer.engine import wire
from inferometer.engine.faults import Fault
from inferometer.engine.http import JSON, ClientConnection
from inferometer.engine.rewrite import (
    NOT_UTF8_MARK,
    REWRITES,
    is_lines,
    payload,
    without_output,
)
from inferometer.engine.wire import END
from inferometer.protocol import Backend, Reply

ENDLESS_TOKENS = 2**40
HUGE_CHARACTERS = 1_000_000
HEAD_FILLER = b"x-filler: " + b"x" * 1000 + b"\r\n"
HEAD_FILLERS = 40
"""Bytes sent with each event."""

ERROR = {
    "message": "The engine injects this fault as requested.",
    "type": "FaultInjected",
    "code": 500,
}
PAGE = b"<html><head><title>Bad Gateway</title></head><body>as it was told to</body></html>"


class State(Enum):
    """State of an answer."""

    GOES_ON = 0
    SILENT = 1
    """Nothing more will come, and the client is not told."""
    OVER = 2


class FaultyAnswer:
    """`begin` when the request has arrived, then `step` each time the model has tokens for it."""

    def __init__(
        self,
        fault: Fault,
        connection: ClientConnection,
        backend: Backend,
        reply: Reply,
        *,
        max_tokens: int,
        tokens_per_event: int,
    ) -> None:
        self.name = fault.name
        self.state = State.GOES_ON
        self.connection = connection
        self.backend = backend
        if self.name == "long-prompt":
            reply = reply._replace(prompt_tokens=2 * reply.prompt_tokens)
        self.emit = backend.emitter(reply).event
        self.max_tokens = {
            "long": 2 * max_tokens,
            "endless": ENDLESS_TOKENS,
        }.get(self.name, max_tokens)
        """What the model is to generate."""
        last = -(-max_tokens // tokens_per_event) - 1
        usual = last if self.name in _AT_THE_END else (last + 1) // 2
        self._at = min(usual if fault.event is None else fault.event, last)
        self._index = 0
        self._said = 0
        self._pending = 0  # tokens of events that were merged with the next
        self._held = b""
        self._held_events: list[int] = []
        self._compress = zlib.compressobj(wbits=31)
        self._head = b""
        self.preempted = False
        """Whether the last step took the request's memory away."""

    def begin(self) -> None:
        """Send what comes before any event; that may be everything."""
        if self.name.startswith("http-"):
            _error_status(self, int(self.name[5:]))
        elif self.name in _INSTEAD:
            _INSTEAD[self.name](self)
        elif self.name == "endless-head":
            self.connection.send(b"HTTP/1.1 200 OK\r\n")
        elif self.name == "slow-head":
            fields = f"transfer-encoding: chunked\r\ncontent-type: {self.backend.content_type}\r\n"
            self._head = self.connection.head(200, fields)
        elif self.name == "unsized":
            self.connection.keep_alive = False
            self.connection.send(
                self.connection.head(
                    200, f"content-type: {self.backend.content_type}\r\n"
                )
            )
        elif self.name == "gzip":
            self.connection.start_stream(
                self.backend.content_type, "content-encoding: gzip\r\n"
            )
        elif self.name == "content-type":
            self.connection.start_stream("application/octet-stream")
        elif self.name != "sized":
            self.connection.start_stream(self.backend.content_type)

    def step(self, tokens: int, last: bool) -> Sequence[int]:
        """The model has `tokens` more; send what this fault makes of them. Returns the tokens of
        each complete event.
        """
        index = self._index
        self._index += 1
        self.preempted = (
            self.name == "preempt" and index == self._at and not last
        )
        if self.name == "endless-head":
            self.connection.send(HEAD_FILLER * HEAD_FILLERS)
            self.state = State.SILENT if last else State.GOES_ON
            return ()
        if self.name == "merge" and index % 2 == 0 and not last:
            self._pending += tokens
            return ()
        tokens += self._pending
        self._pending = 0
        if index == self._at and self.name in _BREAKS:
            return _BREAKS[self.name](self, tokens, last)
        return self._deliver(index, self.event(tokens, last), tokens, last)

    def send(self, data: bytes, *, over: bool = False) -> None:
        self.connection.send(data)
        if over:
            self.state = State.OVER

    def hang_up(self, *, reset: bool = False) -> None:
        self.connection.hang_up(reset=reset)
        self.state = State.OVER

    def event(self, tokens: int, last: bool, reason: str = "length") -> bytes:
        """The next event with this fault; the `last` one also has all that ends the stream."""
        start = self._said
        self._said += tokens
        text = wire.text(start, tokens) + _TEXTS.get(self.name, "")
        if self.name == "huge-event" and self._index - 1 == self._at:
            text += " " + "x" * HUGE_CHARACTERS
        body = self.emit(
            text, wire.ids(start, tokens), reason if last else None
        )
        rewrite = REWRITES.get(self.name)
        return rewrite(body) if rewrite else body

    def _deliver(
        self, index: int, body: bytes, tokens: int, last: bool
    ) -> Sequence[int]:
        """Send an event after withheld ones, or withhold it, or part of it."""
        frame = self._frame(body, last)
        self._held_events.append(tokens)
        leaving, keep = self._held + frame, 0
        if not last and self.name in _HALVED:
            keep = len(frame) - _HALVED[self.name](frame)
        elif (self.name == "sized" and not last) or (
            self.name in _HELD_UP and index < self._at
        ):
            keep = len(leaving)
        self._held = leaving[len(leaving) - keep :]
        leaving = self._next_of_head(index) + leaving[: len(leaving) - keep]
        if self.name == "sized" and last:
            fields = (
                f"content-length: {len(leaving)}\r\n"
                f"content-type: {self.backend.content_type}\r\n"
            )
            leaving = self.connection.head(200, fields) + leaving
        self.send(leaving, over=last)
        if last and self.name == "close-idle":
            self.connection.hang_up()
        whole = len(self._held_events)
        if keep:
            whole = whole - 1 if self.name in _HALVED else 0
        gone, self._held_events = (
            self._held_events[:whole],
            self._held_events[whole:],
        )
        return gone

    def _frame(self, body: bytes, last: bool) -> bytes:
        if self.name in {"sized", "unsized"}:
            return body
        if self.name == "gzip":
            body = self._compress.compress(body) + self._compress.flush(
                zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH
            )
        return wire.chunk(body) + (END if last else b"")

    def _next_of_head(self, index: int) -> bytes:
        """As much more of a slow head as completes it at the event."""
        left = self._at - index
        share = len(self._head) if left <= 0 else len(self._head) // (left + 1)
        piece, self._head = self._head[:share], self._head[share:]
        return piece


# Instead of an answer


def _error_status(answer: FaultyAnswer, status: int) -> None:
    if status in {502, 504}:  # of a gateway
        answer.connection.respond(status, PAGE, "text/html")
    else:
        retry = "retry-after: 1\r\n" if status in {429, 503} else ""
        answer.connection.respond(
            status, dumps({"error": {**ERROR, "code": status}}), fields=retry
        )
    answer.state = State.OVER


def _no_answer(answer: FaultyAnswer) -> None:
    answer.state = State.SILENT


def _garbage_head(answer: FaultyAnswer) -> None:
    answer.send(b"SSH-2.0-OpenSSH_9.9\r\n\x00\xff\r\n")
    answer.hang_up()


def _empty_body(answer: FaultyAnswer) -> None:
    answer.connection.start_stream(answer.backend.content_type)
    answer.send(END, over=True)


def _whole(body: bytes, content_type: str) -> Callable[[FaultyAnswer], None]:
    def respond(answer: FaultyAnswer) -> None:
        answer.connection.respond(200, body, content_type)
        answer.state = State.OVER

    return respond


def _no_output(answer: FaultyAnswer) -> None:
    answer.connection.start_stream(answer.backend.content_type)
    body = without_output(answer.emit("", wire.ids(0, 1), "length"))
    answer.send(wire.chunk(body) + END, over=True)


_WHOLE_ANSWER = {
    "id": "x",
    "choices": [{"index": 0, "text": "all at once", "finish_reason": "stop"}],
}

_INSTEAD: dict[str, Callable[[FaultyAnswer], None]] = {
    "reset-early": lambda answer: answer.hang_up(reset=True),
    "close-early": lambda answer: answer.hang_up(),
    "no-answer": _no_answer,
    "garbage-head": _garbage_head,
    "empty-body": _empty_body,
    "html-page": _whole(PAGE, "text/html"),
    "json-error": _whole(dumps({"error": ERROR}), JSON),
    "whole-answer": _whole(dumps(_WHOLE_ANSWER), JSON),
    "no-output": _no_output,
}


# At an event


def _stall(answer: FaultyAnswer, tokens: int, last: bool) -> Sequence[int]:
    answer.state = State.SILENT
    return ()


def _reset(answer: FaultyAnswer, tokens: int, last: bool) -> Sequence[int]:
    answer.hang_up(reset=True)
    return ()


def _close(answer: FaultyAnswer, tokens: int, last: bool) -> Sequence[int]:
    answer.hang_up()
    return ()


def _cut_chunk(answer: FaultyAnswer, tokens: int, last: bool) -> Sequence[int]:
    body = answer.event(tokens, last)
    answer.send(b"%x\r\n" % len(body) + body[: body.index(b"{") + 10])
    answer.hang_up()
    return ()


def _garbage(answer: FaultyAnswer, tokens: int, last: bool) -> Sequence[int]:
    answer.send(b"\x00garbage\xff\r\n")
    answer.hang_up()
    return ()


def _cut_event(answer: FaultyAnswer, tokens: int, last: bool) -> Sequence[int]:
    body = answer.event(tokens, last)
    answer.send(wire.chunk(body[: body.index(b"{") + 10]) + END, over=True)
    return ()


def _no_finish(answer: FaultyAnswer, tokens: int, last: bool) -> Sequence[int]:
    answer.send(wire.chunk(answer.event(tokens, last=False)) + END, over=True)
    return (tokens,)


def _short(answer: FaultyAnswer, tokens: int, last: bool) -> Sequence[int]:
    answer.send(
        wire.chunk(answer.event(tokens, last=True, reason="stop")) + END,
        over=True,
    )
    return (tokens,)


def _error_event(
    answer: FaultyAnswer, tokens: int, last: bool
) -> Sequence[int]:
    done = b"" if is_lines(answer.backend) else b"data: [DONE]\n\n"
    answer.send(
        wire.chunk(payload(answer.backend, dumps({"error": ERROR})) + done)
        + END,
        over=True,
    )
    return ()


def _bad_json(answer: FaultyAnswer, tokens: int, last: bool) -> Sequence[int]:
    body = payload(answer.backend, b'{"choices":[{"te') + answer.event(
        tokens, last
    )
    answer.send(wire.chunk(body) + (END if last else b""), over=last)
    return (tokens,)


_BREAKS: dict[str, Callable[[FaultyAnswer, int, bool], Sequence[int]]] = {
    "stall": _stall,
    "reset": _reset,
    "close": _close,
    "cut-chunk": _cut_chunk,
    "garbage": _garbage,
    "cut-event": _cut_event,
    "no-finish": _no_finish,
    "short": _short,
    "error-event": _error_event,
    "bad-json": _bad_json,
}

_AT_THE_END = frozenset({"no-finish"})
_HELD_UP = frozenset({"slow-head", "burst"})

_TEXTS = {"split-char": "€", "invalid-utf8": NOT_UTF8_MARK}

_HALVED: dict[str, Callable[[bytes], int]] = {
    "split": lambda frame: len(frame) // 2,
    "split-char": lambda frame: frame.rindex("€".encode()) + 1,
}
"""Where an event is cut in two."""
