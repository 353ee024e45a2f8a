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
    MISSING_UNTIL_SENT,
    REQUEST_COLUMNS,
    Outcome,
    TokenSource,
)

_TYPECODES = {"int64": "q", "int32": "i", "int8": "b"}
"""Of events' columns."""

BLOCK = 65_536
"""Stamps mapped between the clocks at a time, to limit memory."""

MAX_UNREAD_FIELDS = 8

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
_ROW = (
    "position",
    "outcome",
    "event_start",
    *_REALTIME_COLUMNS,
    "prompt_tokens",
    "output_tokens",
    "cached_tokens",
    "hidden_tokens",
    "first_tokens",
    "text_bytes",
    "first_text_bytes",
    "connect_ns",
    "losses",
    "connect_losses",
    "window_limited_ns",
    "zero_windows",
    "token_source",
    "status",
    "failure",
    "resent",
    "reads",
    "event_count",
    "ignored",
    "unread",
    "lingered",
)
"""What is kept of each request while the run lasts, besides two texts. The plan has the rest."""

_UNSENT = [MISSING if name in MISSING_UNTIL_SENT else 0 for name in _ROW[3:]]


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
        self._rows = array("q")
        """Of all requests, one behind another: a single `extend` each."""
        self._finish_reasons: list[str | None] = []
        self._details: list[str | None] = []
        self._events = {
            c.name: array(_TYPECODES[c.dtype]) for c in EVENT_COLUMNS
        }
        self._texts: list[str] = []
        self.unread_fields: dict[str, None] = {}
        """Unknown fields that occurred, in order."""

    def add(self, exchange: Exchange) -> None:
        """Add a request that was sent, whatever its outcome."""
        arrivals, departure = exchange.arrivals, exchange.departure
        remarks, usage = exchange.remarks, exchange.usage
        output_tokens, token_source = exchange.output_tokens()
        self._rows.extend(
            (  # as in _ROW
                exchange.position,
                exchange.outcome,
                len(self._events["arrival_ns"]),
                exchange.sent_ns,
                exchange.sent_done_ns,
                departure.first_ns,
                departure.last_ns,
                exchange.headers_ns or MISSING,
                arrivals[0] if arrivals else MISSING,
                arrivals[-1] if arrivals else MISSING,
                exchange.end_ns,
                # no prompt has 0 tokens
                _known(usage.prompt_tokens) or MISSING,
                output_tokens,
                _known(usage.cached_tokens),
                exchange.hidden_tokens(),
                exchange.first_tokens() if arrivals else MISSING,
                exchange.text_bytes if arrivals else MISSING,
                exchange.first_text_bytes if arrivals else MISSING,
                exchange.connect_ns,
                exchange.losses,
                exchange.connect_losses,
                exchange.window_limited_ns,
                departure.zero_windows,
                token_source,
                exchange.status,
                exchange.failure,
                exchange.resent,
                exchange.reads,
                len(arrivals),
                remarks.ignored,
                remarks.unread,
                exchange.lingered,
            )
        )
        self._finish_reasons.append(exchange.finish_reason)
        self._details.append(exchange.detail)
        self._texts.append("".join(exchange.text or ()))
        self._note_unread(remarks.unread_fields)
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
            # `finish` takes the arrival from it
            ("read_delay_ns", exchange.read_ns),
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
        start = len(self._events["arrival_ns"])
        self._rows.extend((position, outcome, start, *_UNSENT))
        self._finish_reasons.append(None)
        self._details.append(None)
        self._texts.append("")

    def _intended_ns(self, position: int) -> int:
        if self._job.closed_loop:
            return MISSING
        if self._job.requests[position].after is not None:
            return self._turns_due_ns.get(position, MISSING)
        return int(self._job.shard.due_ns[position])

    def missing(self) -> list[int]:
        """Positions without a row."""
        there = set(self._rows[:: len(_ROW)])
        return [
            position
            for position in range(len(self._job.requests))
            if position not in there
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
        columns = self._columns()
        order = np.argsort(columns["id"], kind="stable")
        requests = {
            c.name: np.asarray(columns[c.name])[order].astype(c.dtype)
            for c in REQUEST_COLUMNS
        }
        for name in _REALTIME_COLUMNS:
            column = requests[name]
            there = column != MISSING
            column[there] = to_monotonic(column[there], anchors) - start_ns
        events = {
            c.name: np.frombuffer(self._events[c.name], dtype=c.dtype)
            for c in EVENT_COLUMNS
        }
        arrivals = events["arrival_ns"]
        events["read_delay_ns"] -= arrivals
        for begin in range(0, len(arrivals), BLOCK):
            block = arrivals[begin : begin + BLOCK]
            block[:] = to_monotonic(block, anchors) - start_ns
        return requests, events, tuple(self._texts[i] for i in order)

    def _columns(self) -> dict[str, Any]:
        """Of requests, in the order of their ends."""
        rows = np.array(self._rows, np.int64).reshape(-1, len(_ROW))
        known = dict(zip(_ROW, rows.T, strict=True))
        positions = known["position"]
        sent = [self._job.requests[position] for position in positions]
        return known | {
            "id": [request.id for request in sent],
            "worker": np.full(len(sent), self._job.shard.worker),
            "warmup": positions < self._job.shard.warmups,
            "asked_prompt_tokens": [each.prompt_tokens for each in sent],
            "asked_output_tokens": [each.max_tokens for each in sent],
            "intended_ns": [
                self._intended_ns(position) for position in positions.tolist()
            ],
            "finish_reason": np.array(self._finish_reasons, object),
            "detail": np.array(self._details, object),
        }
