"""Turns finished exchanges into rows of the trace, about 30 bytes an event and 250 a request."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from inferometer.clock import Anchor, to_monotonic
from inferometer.loadgen.exchange import Exchange
from inferometer.loadgen.job import Job
from inferometer.protocol.base import UNKNOWN
from inferometer.trace.schema import (
    EVENT_COLUMNS,
    MISSING,
    REQUEST_COLUMNS,
    Outcome,
    TokenSource,
)

_TYPECODES = {
    "int64": "q",
    "int32": "i",
    "int16": "h",
    "int8": "b",
    "bool": "b",
}
BLOCK = 65_536
"""Stamps mapped between the clocks at a time, to limit memory."""

MAX_UNREAD_FIELDS = 8

_TOKEN_COLUMNS = (
    "prompt_tokens",
    "output_tokens",
    "cached_tokens",
    "hidden_tokens",
    "first_tokens",
)
_REALTIME_COLUMNS = (
    "sent_ns",
    "sent_done_ns",
    "first_departed_ns",
    "departed_ns",
    "headers_ns",
    "first_ns",
    "last_ns",
    "end_ns",
)


def _known(count: int) -> int:
    return MISSING if count == UNKNOWN else count


class Recorder:
    """Columns under construction. Realtime ns go in; monotonic ns from the run's start come out."""

    def __init__(
        self, job: Job, turns_due_ns: Mapping[int, int] | None = None
    ) -> None:
        """`turns_due_ns`: due times of turns that wait for others, by position; filled during the
        run.
        """
        self._job = job
        self._turns_due_ns = {} if turns_due_ns is None else turns_due_ns
        self._requests: dict[str, array[int] | list[str | None]] = {
            c.name: [] if c.dtype == "object" else array(_TYPECODES[c.dtype])
            for c in REQUEST_COLUMNS
        }
        self._events = {
            c.name: array(_TYPECODES[c.dtype]) for c in EVENT_COLUMNS
        }
        self._texts: list[str] = []
        self.unread_fields: dict[str, None] = {}
        """Unknown fields that occurred, in order."""

    def add(self, exchange: Exchange) -> None:
        """Add a request that was sent, whatever its outcome."""
        arrivals = exchange.arrivals
        output_tokens, token_source = exchange.output_tokens()
        self._texts.append("".join(exchange.text or ()))
        self._add_row(
            exchange.position,
            exchange.outcome,
            prompt_tokens=_known(exchange.usage.prompt_tokens)
            or MISSING,  # no prompt has 0 tokens
            output_tokens=output_tokens,
            cached_tokens=_known(exchange.usage.cached_tokens),
            hidden_tokens=exchange.hidden_tokens(),
            first_tokens=exchange.first_tokens() if arrivals else MISSING,
            text_bytes=exchange.text_bytes if arrivals else MISSING,
            first_text_bytes=exchange.first_text_bytes if arrivals else MISSING,
            token_source=token_source,
            connect_ns=exchange.connect_ns,
            sent_ns=exchange.sent_ns,
            sent_done_ns=exchange.sent_done_ns,
            first_departed_ns=exchange.departure.first_ns,
            departed_ns=exchange.departure.last_ns,
            headers_ns=exchange.headers_ns or MISSING,
            first_ns=arrivals[0] if arrivals else MISSING,
            last_ns=arrivals[-1] if arrivals else MISSING,
            end_ns=exchange.end_ns,
            status=exchange.status,
            failure=exchange.failure,
            resent=exchange.resent,
            reads=exchange.reads,
            event_count=len(arrivals),
            ignored=exchange.remarks.ignored,
            unread=exchange.remarks.unread,
            lingered=exchange.lingered,
            losses=exchange.losses,
            connect_losses=exchange.connect_losses,
            window_limited_ns=exchange.window_limited_ns,
            zero_windows=exchange.departure.zero_windows,
            finish_reason=exchange.finish_reason,
            detail=exchange.detail,
        )
        self._note_unread(exchange.remarks.unread_fields)
        self._add_events(
            exchange, has_counts=token_source is not TokenSource.EVENTS
        )

    def _note_unread(self, fields: Sequence[str]) -> None:
        for name in fields:
            if len(self.unread_fields) < MAX_UNREAD_FIELDS:
                self.unread_fields.setdefault(name)

    def _add_events(self, exchange: Exchange, *, has_counts: bool) -> None:
        """`has_counts`: the wire's token counts of events are used."""
        n = len(exchange.arrivals)
        ambiguity_ns = array("q", bytes(8 * n))
        for first, end, ns in exchange.ambiguous:
            ambiguity_ns[first:end] = array("q", [ns]) * (end - first)
        stamp_source = array("b", [exchange.usual_stamp]) * n
        for first, end, source in exchange.unusual_stamps:
            stamp_source[first:end] = array("b", [source]) * (end - first)
        for name, values in (
            ("arrival_ns", exchange.arrivals),
            ("read_delay_ns", exchange.delays),
            ("ambiguity_ns", ambiguity_ns),
            (
                "tokens",
                exchange.tokens if has_counts else array("i", [UNKNOWN]) * n,
            ),
            ("stamp_source", stamp_source),
        ):
            self._events[name].extend(values)

    def add_unsent(
        self, position: int, outcome: Outcome = Outcome.UNSENT
    ) -> None:
        """Add a request that was not sent: the run ended first, or it was dropped."""
        self._texts.append("")
        absent = (
            *_TOKEN_COLUMNS,
            "text_bytes",
            "first_text_bytes",
            "connect_ns",
            "losses",
            "connect_losses",
            "window_limited_ns",
            "zero_windows",
            *_REALTIME_COLUMNS,
        )
        self._add_row(position, outcome, **dict.fromkeys(absent, MISSING))

    def _add_row(self, position: int, outcome: Outcome, **values: Any) -> None:
        job = self._job
        request = job.requests[position]
        row = {
            "id": request.id,
            "worker": job.shard.worker,
            "warmup": position < job.shard.warmups,
            "asked_prompt_tokens": request.prompt_tokens,
            "asked_output_tokens": request.max_tokens,
            "intended_ns": self._intended_ns(position),
            "outcome": outcome,
            "event_start": len(self._events["arrival_ns"]),
            **values,
        }
        for name, column in self._requests.items():
            missing = None if isinstance(column, list) else 0
            column.append(row.get(name, missing))  # type: ignore[arg-type]

    def _intended_ns(self, position: int) -> int:
        if self._job.closed_loop:
            return MISSING
        if self._job.requests[position].after is not None:
            return self._turns_due_ns.get(position, MISSING)
        return int(self._job.shard.due_ns[position])

    def missing(self) -> list[int]:
        """Positions without a row."""
        there = set(self._requests["id"])
        return [
            position
            for position, request in enumerate(self._job.requests)
            if request.id not in there
        ]

    def finish(
        self, anchors: Sequence[Anchor], start_ns: int
    ) -> tuple[
        dict[str, npt.NDArray[Any]],
        dict[str, npt.NDArray[Any]],
        tuple[str, ...],
    ]:
        """(request columns in order of id, event columns, texts), times relative to `start_ns`
        (monotonic).
        """
        requests = {
            c.name: np.array(
                self._requests[c.name],
                dtype=object if c.dtype == "object" else c.dtype,
            )
            for c in REQUEST_COLUMNS
        }
        order = np.argsort(requests["id"], kind="stable")
        requests = {name: column[order] for name, column in requests.items()}
        for name in _REALTIME_COLUMNS:
            column = requests[name]
            there = column != MISSING
            column[there] = to_monotonic(column[there], anchors) - start_ns
        events = {
            c.name: np.frombuffer(self._events[c.name], dtype=c.dtype)
            for c in EVENT_COLUMNS
        }
        arrivals = events["arrival_ns"]
        for begin in range(0, len(arrivals), BLOCK):
            block = arrivals[begin : begin + BLOCK]
            block[:] = to_monotonic(block, anchors) - start_ns
        return requests, events, tuple(self._texts[i] for i in order)
