"""How far a measurement of the embedded engine is from what the engine knows to be true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inferometer.clock import MS
from inferometer.simulator.truth import Truth
from inferometer.trace import Outcome, Trace


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Measured less true, ms. The way through the network stack is part of it: what is measured lies at its client's end."""

    requests: int
    events: int
    true_mean_ttft_ms: float
    measured_mean_ttft_ms: float
    ttft_error_mean_ms: float
    """Mean of the absolute error over requests."""
    ttft_error_p99_ms: float
    itl_error_p99_ms: float
    """99th percentile of the absolute error over the gaps between events, each against its own true gap."""
    user_ttft_error_p99_ms: float
    """The same trace's p99 error if arrivals had been stamped after the read."""
    user_itl_error_p99_ms: float


def compare(trace: Trace, truth: Truth, request_id_prefix: str) -> Accuracy:
    """Match the OK, measured requests with the engine's record by `x-request-id`. Raises ValueError if none can be matched."""
    measured = trace.measured().with_outcome(Outcome.OK)
    row_of = {name: row for row, name in enumerate(truth.request_id)}
    mine, rows = [], []
    for i, number in enumerate(measured.requests["id"]):
        row = row_of.get(f"{request_id_prefix}{number}")
        if row is not None and truth.event_count[row] == measured.requests["event_count"][i]:
            mine.append(i)
            rows.append(row)
    if not mine:
        raise ValueError("The engine's record holds none of these requests: was it recording, and is the prefix right?")
    r = {name: measured.requests[name][mine] for name in ("sent_ns", "event_start", "event_count")}
    index, firsts = _ragged(r["event_start"], r["event_count"])
    true_index, _ = _ragged(truth.event_start[rows], truth.event_count[rows])
    arrival = trace.events["arrival_ns"][index]
    by_user = arrival + trace.events["read_delay_ns"][index]
    departure = truth.departure_ns[true_index]
    true_ttft = departure[firsts] - truth.arrival_ns[rows]
    inner = np.ones(len(index), bool)
    inner[firsts] = False

    def errors(stamps: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        ttft = np.abs(stamps[firsts] - r["sent_ns"] - true_ttft) / MS
        itl = np.abs(np.diff(stamps) - np.diff(departure))[inner[1:]] / MS
        return ttft, itl

    ttft, itl = errors(arrival)
    user_ttft, user_itl = errors(by_user)
    return Accuracy(
        requests=len(mine),
        events=len(index),
        true_mean_ttft_ms=float(true_ttft.mean()) / MS,
        measured_mean_ttft_ms=float((arrival[firsts] - r["sent_ns"]).mean()) / MS,
        ttft_error_mean_ms=float(ttft.mean()),
        ttft_error_p99_ms=_p99(ttft),
        itl_error_p99_ms=_p99(itl),
        user_ttft_error_p99_ms=_p99(user_ttft),
        user_itl_error_p99_ms=_p99(user_itl),
    )


def _p99(errors: npt.NDArray[np.float64]) -> float:
    return float(np.percentile(errors, 99)) if len(errors) else 0.0


def _ragged(start: npt.NDArray[np.int64], count: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows of all events of the requests, one request after the other; and where in that each request begins."""
    begins = np.cumsum(count) - count
    return np.arange(int(count.sum())) + np.repeat(start - begins, count), begins
