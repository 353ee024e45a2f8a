"""Checks of what became of the requests: was anything measured, do the numbers add up, how much of the run is missing."""

from __future__ import annotations

import numpy as np

from inferometer.metrics.definitions import known, ok
from inferometer.metrics.finding import Facts, Finding, Level
from inferometer.metrics.summary import Counts


def something_measured(facts: Facts) -> Finding:
    """A run without one answered request has no numbers."""
    c = facts.summary.counts
    figures = {"ok": c.ok, "sent": c.sent, "planned": c.planned}
    if c.ok:
        return Finding("something_measured", Level.OK, f"{c.ok} requests were answered.", figures)
    return Finding(
        "something_measured",
        Level.INVALID,
        f"Nothing was measured: not one of {c.planned} planned requests was answered ({c.sent} were sent).",
        figures,
        "Look at the failures, then try a single request.",
    )


def conservation(facts: Facts) -> Finding:
    """Every planned request has exactly one end: planned = sent + dropped + unsent, sent = ok + failed + cut off."""
    c = facts.summary.counts
    ids = facts.trace.requests["id"]
    twice = len(ids) - len(np.unique(ids))
    planned_gap = c.planned - c.sent - c.dropped - c.unsent
    sent_gap = c.sent - c.ok - c.failed - c.cancelled - c.unfinished
    figures = {"planned_gap": planned_gap, "sent_gap": sent_gap, "recorded_twice": twice}
    if not (planned_gap or sent_gap or twice):
        return Finding("conservation", Level.OK, f"All {c.planned} planned requests are accounted for.", figures)
    return Finding(
        "conservation", Level.INVALID, _imbalance(c, twice), figures, "A worker died or the record is damaged: run again."
    )


def _imbalance(c: Counts, twice: int) -> str:
    return (
        f"Requests do not add up: planned {c.planned} against sent {c.sent} + dropped {c.dropped} + unsent {c.unsent}, "
        f"sent {c.sent} against ok {c.ok} + failed {c.failed} + cancelled {c.cancelled} + unfinished {c.unfinished}, "
        f"{twice} recorded twice."
    )


def failures(facts: Facts) -> Finding:
    """Latencies of a run with failures are those of the survivors."""
    c = facts.summary.counts
    share = c.failed / c.sent if c.sent else 0.0
    figures = {"failed": c.failed, "share_of_sent": share, **c.failures, **{f"http_{s}": n for s, n in c.http_statuses.items()}}
    if not c.failed:
        return Finding("failures", Level.OK, "No request failed.", figures)
    kinds = ", ".join(f"{n} {kind}" + _statuses(kind, c) for kind, n in c.failures.items())
    level = Level.INVALID if share > facts.thresholds.failed_share_invalid else Level.SUSPECT
    sentence = f"{c.failed} of {c.sent} requests failed ({share:.1%}: {kinds}); the latencies are those of the others."
    return Finding("failures", level, sentence, figures, "Read the server's log and the `detail` column, or lower the load.")


def _statuses(kind: str, c: Counts) -> str:
    if kind != "HTTP_STATUS":
        return ""
    return " (" + ", ".join(f"{n} × {status}" for status, n in c.http_statuses.items()) + ")"


def interruption(facts: Facts) -> Finding:
    """A run that was cut short lacks its slowest requests: those still running."""
    c = facts.summary.counts
    running = c.cancelled + c.unfinished
    figures = {"cancelled": c.cancelled, "unfinished": c.unfinished, "unsent": c.unsent}
    if not (facts.trace.interrupted or running or c.unsent):
        return Finding("interruption", Level.OK, "The run came to its own end.", figures)
    return Finding(
        "interruption",
        Level.SUSPECT,
        f"The run was cut short: {c.unsent} of {c.planned} requests were never sent, {running} were still running and are "
        "missing from the latencies, the slowest first.",
        figures,
        "Let it run to its end, with fewer prompts if it takes too long.",
    )


def dropped_arrivals(facts: Facts) -> Finding:
    """Arrivals dropped at the in-flight cap were load that the server never saw."""
    c = facts.summary.counts
    figures = {"dropped": c.dropped, "share_of_planned": c.dropped / c.planned if c.planned else None}
    if not c.dropped:
        return Finding("dropped_arrivals", Level.OK, "No arrival was dropped.", figures)
    return Finding(
        "dropped_arrivals",
        Level.SUSPECT,
        f"{c.dropped} of {c.planned} arrivals were dropped at the in-flight cap: the server saw less load than the plan says.",
        figures,
        "Raise the cap or lower the request rate.",
    )


def order_of_times(facts: Facts) -> Finding:
    """Output cannot come before its request: where it does, the clock or the record is wrong."""
    r = facts.trace.requests
    timed = ok(facts.trace) & known(r["sent_ns"]) & known(r["first_ns"]) & known(r["last_ns"])
    backwards = timed & ((r["first_ns"] < r["sent_ns"]) | (r["last_ns"] < r["first_ns"]))
    number = int(np.count_nonzero(backwards))
    if not number:
        return Finding("order_of_times", Level.OK, "Times are in order: sent, first, last.", {"backwards": 0})
    return Finding(
        "order_of_times",
        Level.INVALID,
        f"{number} answered requests have output before they were sent, or a last event before the first.",
        {"backwards": number},
        "The system's clock was set during the run, most likely: see the clock step, and run again.",
    )
