"""The numbers that a worker shows while it runs: shared memory, written now and then."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from dataclasses import dataclass, field
from multiprocessing.sharedctypes import RawArray

from inferometer.loadgen.exchange import Exchange
from inferometer.trace.schema import Outcome

_FIELDS = (
    "sent",
    "in_flight",
    "reads",
    "ok",
    "failed",
    "output_tokens",
    "ttft_sum_ns",
    "ttft_count",
    "tpot_sum_ns",
    "tpot_count",
    "dropped",
    "output_events",
    "streaming_events",
    "streaming_ttft_sum_ns",
    "streaming_ttft_count",
    "streaming_gaps_ns",
    "streaming_gaps",
)
_STOP = len(_FIELDS)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Sums over all workers at one moment."""

    sent: int
    in_flight: int
    reads: int
    ok: int
    failed: int
    output_tokens: int
    ttft_sum_ns: int
    ttft_count: int
    tpot_sum_ns: int
    tpot_count: int
    dropped: int
    output_events: int = 0
    """Of the completed requests, like `output_tokens`."""
    streaming_events: int = 0
    """Of those in flight, half a second ago; so are all that follow."""
    streaming_ttft_sum_ns: int = 0
    streaming_ttft_count: int = 0
    streaming_gaps_ns: int = 0
    """Sum of the times from first to last event so far, ns, of `streaming_gaps` gaps."""
    streaming_gaps: int = 0
    stopping: bool = field(default=False, kw_only=True)
    """Whether the user has asked to stop."""
    virtual_s: float | None = field(default=None, kw_only=True)
    """Since the begin of a run in virtual time; None: time is real."""


class Live:
    """One worker's cells, and one that tells it to stop."""

    def __init__(self) -> None:
        self._cells = RawArray(ctypes.c_int64, len(_FIELDS) + 1)

    def report(
        self, sent: int, in_flight: int, reads: int, dropped: int = 0
    ) -> None:
        self._cells[0:3] = [sent, in_flight, reads]
        self._cells[10] = dropped

    def count(self, exchange: Exchange) -> None:
        """Add a finished exchange."""
        cells = self._cells
        if exchange.outcome is not Outcome.OK:
            cells[4] += (
                exchange.outcome is Outcome.FAILED
            )  # cancelled is neither
            return
        cells[3] += 1
        cells[5] += exchange.output_tokens()[0]
        cells[11] += len(exchange.arrivals)
        # those in flight were counted half a second ago, and it was one of them
        cells[12] = max(0, cells[12] - len(exchange.arrivals))
        if exchange.arrivals:
            cells[6] += exchange.arrivals[0] - exchange.sent_ns
            cells[7] += 1
        tpot_ns = exchange.tpot_ns()
        if tpot_ns is not None:
            cells[8] += tpot_ns
            cells[9] += 1

    def stream(self, in_flight: Iterable[Exchange]) -> None:
        """Replace the figures of requests in flight."""
        streams = [
            (each.sent_ns, each.arrivals) for each in in_flight if each.arrivals
        ]
        events = sum([len(arrivals) for _, arrivals in streams])
        self._cells[12:17] = [
            events,
            sum([arrivals[0] - sent_ns for sent_ns, arrivals in streams]),
            len(streams),
            sum([arrivals[-1] - arrivals[0] for _, arrivals in streams]),
            events - len(streams),
        ]

    def request_stop(self) -> None:
        self._cells[_STOP] = 1

    def stop_requested(self) -> bool:
        return bool(self._cells[_STOP])


def snapshot(lives: list[Live]) -> Snapshot:
    """The sum of all workers' cells."""
    sums = {
        name: sum(live._cells[i] for live in lives)
        for i, name in enumerate(_FIELDS)
    }
    return Snapshot(
        **sums, stopping=any(live.stop_requested() for live in lives)
    )
