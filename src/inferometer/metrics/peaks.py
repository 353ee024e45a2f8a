"""Peaks of a run, from exact intervals and token counts: neither second buckets nor events taken
for tokens.
"""

from __future__ import annotations

import numpy as np

from inferometer.clock import NS
from inferometer.metrics.definitions import event_tokens, known, ok_events
from inferometer.trace import MISSING, Trace
from inferometer.trace.trace import Floats, Integers

BLOCK = 1_000_000
"""Events looked up at a time, to bound memory."""

RESOLUTION_NS = 10_000_000
"""How finely `peak_per_s` looks for the busiest second."""


def peak_concurrency(trace: Trace) -> int:
    """Most requests in flight at one moment, each from `sent` up to, but not including, `end`.

    A request without an end (its worker died) is taken to run on. What became of a request does not
    matter here.
    """
    return int(in_flight_at_sends(*sends_and_ends(trace)).max(initial=0))


def sends_and_ends(
    trace: Trace,
) -> tuple[Integers, Integers]:
    """Sorted times of sending, and sorted ends; a request without an end is last."""
    sent, end = trace.requests["sent_ns"], trace.requests["end_ns"]
    rows = known(sent)
    ends = np.where(end == MISSING, np.iinfo(np.int64).max, end)
    return np.sort(sent[rows]), np.sort(ends[rows])


def in_flight_at_sends(begun: Integers, ended: Integers) -> Integers:
    """How many requests are in flight just after each is sent; both are in order."""
    in_flight: Integers = np.arange(1, len(begun) + 1) - np.searchsorted(
        ended, begun, side="right"
    )
    return in_flight


def peak_per_s(times_ns: Integers) -> float:
    """Most of these moments (MISSING ones left out) within a second that begins at a whole multiple
    of RESOLUTION_NS.

    A run that is shorter than a second is counted as one second, since that is all that is known to
    have come of it.
    """
    times_ns = times_ns[known(times_ns)]
    if not len(times_ns):
        return 0.0
    bins = (times_ns - times_ns.min()) // RESOLUTION_NS
    until = np.concatenate([[0], np.cumsum(np.bincount(bins))])
    width = NS // RESOLUTION_NS
    return (
        float((until[width:] - until[:-width]).max())
        if len(until) > width
        else float(until[-1])
    )


def peak_output_tokens_per_s(
    trace: Trace, duration_s: float | None
) -> float | None:
    """Most output tokens that came within any one second, wherever it begins, tokens placed at the
    arrival of their event.

    The window is (t − 1 s, t]. In a run shorter than a second it is the whole `duration_s`, so that
    the peak is not below the mean. Tokens of an event as in `event_tokens`. None without events of
    OK requests.
    """
    if not duration_s:
        return None
    window_s = min(1.0, duration_s)
    times = ok_events(trace, "arrival_ns")
    order = np.argsort(times)
    times = times[order]
    until = event_tokens(trace)[order]
    del order
    np.cumsum(until, out=until)
    return (
        _most_within(times, until, round(window_s * NS)) / window_s
        if len(times)
        else None
    )


def _most_within(times: Integers, until: Floats, window: int) -> float:
    """The largest growth in any (t − window, t] of a running sum that stands at `until[i]` after
    `times[i]` (sorted).
    """
    most = 0.0
    for begin in range(0, len(times), BLOCK):
        block = slice(begin, begin + BLOCK)
        first_inside = np.searchsorted(
            times, times[block] - window, side="right"
        )
        before = np.where(first_inside > 0, until[first_inside - 1], 0.0)
        most = max(most, float((until[block] - before).max()))
    return most
