"""Steady state: the part of a run in which the load was what was asked, neither filling up nor
running out.

Said beside the numbers of the whole run, never instead of them. Not known here: whether that part
is long enough to matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from inferometer.clock import NS
from inferometer.metrics.definitions import QUANTITIES, complete, known
from inferometer.metrics.distribution import Distribution, describe
from inferometer.metrics.peaks import in_flight_at_sends, sends_and_ends
from inferometer.metrics.statistics import batch_means
from inferometer.metrics.student import student_quantile
from inferometer.trace import Trace
from inferometer.trace.trace import Floats, Integers
from inferometer.vocabulary import ONE_A_REQUEST

GROUP = 5
"""Requests whose mean is one point of MSER-5."""
MIN_GROUPS = 20
TREND_BATCHES = 10
NEGLIGIBLE = 0.05
"""Drift from end to end, as a part of the mean."""


def steady_window(trace: Trace) -> tuple[int, int] | None:
    """First and last ns of the steady state, or None if the run has none.

    Closed loop: from the moment all slots are busy for the first time to the last moment they are,
    if meanwhile as many requests ended as there are slots. Open loop: from the first request that
    MSER-5 keeps, by E2EL in the order of sending, to the last one sent; None also where latency
    still grows to the end, as under a load beyond the server's, and for a burst.
    """
    trace = trace.measured()
    return _all_slots_busy(trace) if trace.closed_loop else _settled(trace)


@dataclass(frozen=True, slots=True)
class Steady:
    """The numbers of the steady state alone."""

    start_s: float
    end_s: float
    """Both since the run's start."""
    request_throughput: float
    """OK requests per second of it, each counted by the share of its life that lies in it."""
    output_throughput: float
    """Their output tokens, likewise."""
    metrics: Mapping[str, Distribution]
    """TTFT, TPOT and E2EL of the requests sent in it, by name."""


def steady_state(trace: Trace, percentiles: Sequence[float]) -> Steady | None:
    """What the run amounts to in its steady state; None if it has none."""
    trace = trace.measured()
    window = steady_window(trace)
    if window is None:
        return None
    start, end = window
    r = trace.requests
    rows = np.flatnonzero(complete(trace, "sent_ns", "end_ns"))
    sent, ended = r["sent_ns"][rows], r["end_ns"][rows]
    inside = np.minimum(ended, end) - np.maximum(sent, start)
    share = np.maximum(inside, 0) / np.maximum(ended - sent, 1)
    output = r["output_tokens"][rows]
    tokens = np.where(known(output), output, 0)
    sent_in_it = trace.select((r["sent_ns"] >= start) & (r["sent_ns"] <= end))
    return Steady(
        start_s=start / NS,
        end_s=end / NS,
        request_throughput=float(share.sum()) * NS / (end - start),
        output_throughput=float((share * tokens).sum()) * NS / (end - start),
        metrics={
            key: describe(QUANTITIES[key].values(sent_in_it), percentiles)
            for key in ONE_A_REQUEST
        },
    )


def mser5(values: Floats) -> int | None:
    """How many values to leave out at the front so that the mean of the others is known best; None
    if the series never settles.

    White, "An effective truncation heuristic for bias reduction in simulation output", Simulation
    69 (1997), with means of five (White, Cobb and Spratt 2000): the cut in the first half that
    makes variance / (number of means left) least. What it leaves has settled unless it still
    drifts. Fewer than MIN_GROUPS means are too few to say.
    """
    groups = len(values) // GROUP
    if groups < MIN_GROUPS:
        return None
    means = values[: groups * GROUP].reshape(groups, GROUP).mean(axis=1)
    level = means.mean()
    means = means - level  # squares of small numbers lose less
    cut = _best_cut(means)
    drifts = _drifts(means[cut:], NEGLIGIBLE * abs(level))
    return None if drifts else cut * GROUP


def _best_cut(means: Floats) -> int:
    """In the first half, where the mean of what is left is known best."""
    left = len(means) - np.arange(len(means) // 2 + 1)
    sums, squares = (
        np.cumsum(series[::-1])[::-1][: len(left)]
        for series in (means, means**2)
    )
    return int(np.argmin((squares - sums**2 / left) / left**2))


def _drifts(values: Floats, negligible: float) -> bool:
    """Whether a line through TREND_BATCHES batch means climbs or falls by more than is negligible,
    and with a slope that chance gives to less than one series in a thousand.
    """
    means = batch_means(values, TREND_BATCHES)
    time = np.arange(TREND_BATCHES) - (TREND_BATCHES - 1) / 2
    slope = np.sum(time * means) / np.sum(time**2)
    rest = means - means.mean() - slope * time
    error = np.sqrt(np.sum(rest**2) / (TREND_BATCHES - 2) / np.sum(time**2))
    if abs(slope) * TREND_BATCHES <= negligible:
        return False
    return bool(abs(slope) > student_quantile(0.999, TREND_BATCHES - 2) * error)


def _all_slots_busy(trace: Trace) -> tuple[int, int] | None:
    begun, ended = sends_and_ends(trace)
    in_flight = in_flight_at_sends(begun, ended)
    slots = in_flight.max(initial=0)
    if not slots:  # none was sent, or each ended the moment it was sent
        return None
    full = np.flatnonzero(in_flight == slots)
    first, last_filled = int(begun[full[0]]), int(begun[full[-1]])
    ended_before, next_end = np.searchsorted(
        ended, [first, last_filled], "right"
    )
    last = int(ended[next_end])
    turned_over = next_end - ended_before >= slots
    has_ended = last < np.iinfo(np.int64).max
    return (first, last) if turned_over and has_ended else None


def _settled(trace: Trace) -> tuple[int, int] | None:
    due = trace.requests["intended_ns"]
    # a burst fills up and runs out, and that is all
    if not len(due) or due.min() == due.max():
        return None
    sent, e2el = e2el_by_sending(trace)
    skipped = mser5(e2el.astype(np.float64))
    return None if skipped is None else (int(sent[skipped]), int(sent[-1]))


def e2el_by_sending(trace: Trace) -> tuple[Integers, Integers]:
    """Of the OK requests in the order in which they were sent: when, and their E2EL, ns."""
    sent, last = trace.requests["sent_ns"], trace.requests["last_ns"]
    rows = np.flatnonzero(complete(trace, "sent_ns", "last_ns"))
    rows = rows[np.argsort(sent[rows], kind="stable")]
    return sent[rows], last[rows] - sent[rows]
