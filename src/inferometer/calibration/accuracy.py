"""How far a measurement of the embedded engine is from what the engine knows to be true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inferometer.clock import MS
from inferometer.engine.truth import Truth
from inferometer.trace import Outcome, Trace
from inferometer.trace.trace import Columns, Floats, Integers
from inferometer.words import Said

SURE_NS = 100_000
"""A departure is certain if the server read its clock twice within this time around it."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Measured less true, ms. The way through the network stack is part of it: what is measured
    lies at its client's end.
    """

    requests: int
    events: int
    true_mean_ttft_ms: float
    measured_mean_ttft_ms: float
    ttft_error_mean_ms: float
    """Mean of the absolute error over requests."""
    ttft_error_p99_ms: float
    itl_error_p99_ms: float
    """p99 of the absolute error of the gaps between events."""
    user_ttft_error_p99_ms: float
    """The same trace's p99 error if arrivals had been stamped after the read."""
    user_itl_error_p99_ms: float


@dataclass(frozen=True, slots=True)
class Errors:
    """Measured less true, absolute, ms: a value for each request (TTFT), and for each gap between
    its events (ITL).
    """

    requests: int
    events: int
    true_ttft_ms: Floats
    measured_ttft_ms: Floats
    ttft: Floats
    itl: Floats
    user_ttft: Floats
    """The same, had arrivals been stamped after the read."""
    user_itl: Floats
    unsure_share: float
    """Share of events left out because the server is not certain when they left (`SURE_NS`)."""


_NONE = np.zeros(0)
NO_ERRORS = Errors(0, 0, _NONE, _NONE, _NONE, _NONE, _NONE, _NONE, 0.0)
"""Of a run without an answer."""


def errors(trace: Trace, truth: Truth, request_id_prefix: str) -> Errors:
    """Match the OK, measured requests with the server's record by `x-request-id`. Raises ValueError
    if none can be matched.

    A server that notes when it had handed an event over (`handed_ns`) may have lost its core
    between its two looks at the clock: what it cannot vouch for is left out, so that its own
    lateness is not taken for the client's error.
    """
    r, rows = _matched(trace, truth, request_id_prefix)
    index, firsts = _ragged(r["event_start"], r["event_count"])
    true_index, _ = _ragged(truth.event_start[rows], truth.event_count[rows])
    arrival = trace.events["arrival_ns"][index]
    by_user = arrival + trace.events["read_delay_ns"][index]
    departure = truth.departure_ns[true_index]
    sure = (
        np.ones(len(index), bool)
        if truth.handed_ns is None
        else truth.handed_ns[true_index] - departure <= SURE_NS
    )
    true_ttft = departure[firsts] - truth.arrival_ns[rows]
    gap_counts = sure[1:] & sure[:-1]
    gap_counts[firsts[1:] - 1] = (
        False  # from the last event of one request to the next's first
    )

    def against(
        stamps: Integers,
    ) -> tuple[Floats, Floats]:
        ttft = (
            np.abs(stamps[firsts] - r["sent_ns"] - true_ttft)[sure[firsts]] / MS
        )
        itl = np.abs(np.diff(stamps) - np.diff(departure))[gap_counts] / MS
        return ttft, itl

    ttft, itl = against(arrival)
    user_ttft, user_itl = against(by_user)
    measured_ttft = (arrival[firsts] - r["sent_ns"]) / MS
    return Errors(
        requests=len(rows),
        events=len(index),
        true_ttft_ms=true_ttft / MS,
        measured_ttft_ms=measured_ttft,
        ttft=ttft,
        itl=itl,
        user_ttft=user_ttft,
        user_itl=user_itl,
        unsure_share=1.0 - float(sure.mean()),
    )


def _matched(
    trace: Trace, truth: Truth, request_id_prefix: str
) -> tuple[Columns, list[int]]:
    """The requests that both know with as many events, and their rows in the record."""
    measured = trace.measured().with_outcome(Outcome.OK).requests
    row_of = {name: row for row, name in enumerate(truth.request_id)}
    mine, rows = [], []
    for i, number in enumerate(measured["id"]):
        row = row_of.get(f"{request_id_prefix}{number}")
        if (
            row is not None
            and truth.event_count[row] == measured["event_count"][i]
        ):
            mine.append(i)
            rows.append(row)
    if not mine:
        raise ValueError(Said("demo.no_truth"))
    return {name: column[mine] for name, column in measured.items()}, rows


def compare(trace: Trace, truth: Truth, request_id_prefix: str) -> Accuracy:
    """Summary of the errors. Raises ValueError if no request matches the record."""
    found = errors(trace, truth, request_id_prefix)
    return Accuracy(
        requests=found.requests,
        events=found.events,
        true_mean_ttft_ms=float(found.true_ttft_ms.mean()),
        measured_mean_ttft_ms=float(found.measured_ttft_ms.mean()),
        ttft_error_mean_ms=float(found.ttft.mean()),
        ttft_error_p99_ms=_p99(found.ttft),
        itl_error_p99_ms=_p99(found.itl),
        user_ttft_error_p99_ms=_p99(found.user_ttft),
        user_itl_error_p99_ms=_p99(found.user_itl),
    )


def _p99(values: Floats) -> float:
    return float(np.percentile(values, 99)) if len(values) else 0.0


def _ragged(start: Integers, count: Integers) -> tuple[Integers, Integers]:
    """Rows of all events, request by request, and where each request begins among them."""
    begins = np.cumsum(count) - count
    return np.arange(int(count.sum())) + np.repeat(
        start - begins, count
    ), begins
