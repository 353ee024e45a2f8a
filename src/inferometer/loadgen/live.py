"""Live: the numbers a worker shows while it runs. Plain shared memory, written now and then, read by whoever displays it."""

from __future__ import annotations

import ctypes
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
    stopping: bool = field(default=False, kw_only=True)
    """Whether the user has asked for the end."""


class Live:
    """One worker's cells, and one by which it is told to stop."""

    def __init__(self) -> None:
        self._cells = RawArray(ctypes.c_int64, len(_FIELDS) + 1)

    def report(self, sent: int, in_flight: int, reads: int, dropped: int = 0) -> None:
        self._cells[0:3] = [sent, in_flight, reads]
        self._cells[10] = dropped

    def count(self, exchange: Exchange) -> None:
        """Add a finished exchange."""
        cells = self._cells
        if exchange.outcome is not Outcome.OK:
            cells[4] += exchange.outcome is Outcome.FAILED  # cancelled is neither
            return
        cells[3] += 1
        tokens = exchange.output_tokens()[0]
        cells[5] += tokens
        if exchange.arrivals:
            first_ns, last_ns = exchange.arrivals[0], exchange.arrivals[-1]
            cells[6] += first_ns - exchange.sent_ns
            cells[7] += 1
            if tokens > 1:
                cells[8] += (last_ns - first_ns) // (tokens - 1)
                cells[9] += 1

    def request_stop(self) -> None:
        self._cells[_STOP] = 1

    def stop_requested(self) -> bool:
        return bool(self._cells[_STOP])


def snapshot(lives: list[Live]) -> Snapshot:
    """The sum of all workers' cells."""
    sums = {name: sum(live._cells[i] for live in lives) for i, name in enumerate(_FIELDS)}
    return Snapshot(**sums, stopping=any(live.stop_requested() for live in lives))
