"""Checks of the load over time: averages of a run that never settles, or is mostly begin and end,
depend on its length.
"""

from __future__ import annotations

import numpy as np

from inferometer.clock import MS
from inferometer.metrics.finding import NOTE, OK, SUSPECT, Facts, Found
from inferometer.metrics.slots import slot_use
from inferometer.metrics.steady import GROUP, MIN_GROUPS, e2el_by_sending
from inferometer.trace import Outcome

MIN_REQUESTS = GROUP * MIN_GROUPS
MIN_TO_DOUBT = 2 * MIN_REQUESTS
"""At 85 % of what a server can do, 1 % of such runs look by chance as if they never settled, and 2
% of those half as long.
"""
PARTS = 5
"""The first and the last of so many parts of a run are compared."""


def steady_state(facts: Facts) -> Found:
    """Short runs, bursts and changing loads need no steady state; a long run at one rate does."""
    steady = facts.summary.steady
    if steady is not None:
        values = {"start_s": steady.start_s, "end_s": steady.end_s}
        return Found(OK, "fine", values)
    if not facts.constant_load:
        return Found(OK, "varying")
    trace = facts.trace
    due = trace.requests["intended_ns"]
    if not trace.closed_loop and len(due) and due.min() < due.max():
        return _never_settled(facts)
    return Found(NOTE, "short")


def _never_settled(facts: Facts) -> Found:
    _, e2el = e2el_by_sending(facts.trace)
    if len(e2el) < MIN_REQUESTS:
        return Found(
            NOTE, "few", {"answered": len(e2el), "needed": MIN_REQUESTS}
        )
    parts = np.array_split(e2el / MS, PARTS)
    first_ms, last_ms = (float(parts[i].mean()) for i in (0, -1))
    low_ms, high_ms = sorted((first_ms, last_ms))
    far = high_ms > facts.thresholds.unsteady_ratio_suspect * low_ms
    level = SUSPECT if far and len(e2el) >= MIN_TO_DOUBT else NOTE
    values = {"first_e2el_ms": first_ms, "last_e2el_ms": last_ms}
    return Found(level, "grew" if last_ms > first_ms else "fell", values)


def _is_cut(facts: Facts) -> bool:
    """Requests that were not answered leave slots free, too, and have checks of their own."""
    counts, r = facts.summary.counts, facts.whole.requests
    warmups_cut = np.any(r["warmup"] & (r["outcome"] != Outcome.OK))
    unanswered = counts.failed or counts.cancelled or counts.unfinished
    return bool(unanswered or warmups_cut)


def slots_busy(facts: Facts) -> Found:
    """The end of a closed loop leaves slots free, which matters if requests are few."""
    steady = facts.summary.steady
    use = slot_use(facts.whole) if facts.constant_load else None
    if use is None:
        return Found(OK, "none")
    values = {"busy_share": use.busy_share}
    whole, t = facts.summary.output_throughput, facts.thresholds
    # Else slots were free for another reason, which has a check of its own.
    filled = use.idle_share <= t.idle_slots_suspect
    if (
        use.busy_share >= t.busy_slots_note
        or not filled
        or _is_cut(facts)
        or steady is None
        or not whole
    ):
        return Found(OK, "fine", values)
    values |= {
        "output_throughput": whole,
        "steady_output_throughput": steady.output_throughput,
    }
    return Found(NOTE, "found", values)
