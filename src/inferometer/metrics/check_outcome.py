"""Checks of what became of the requests: was anything measured, do the numbers add up, how much of the run is missing."""

from __future__ import annotations

import numpy as np

from inferometer.metrics.definitions import known, ok, was_sent
from inferometer.metrics.finding import Facts, Finding, Level
from inferometer.metrics.summary import Counts
from inferometer.trace import Outcome


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
    """Every planned request has exactly one end: planned = sent + dropped + unsent, sent = ok + failed + cut off.

    What the workers counted as they went must agree with what they recorded; of the requests of one that died nobody knows.
    """
    c, workers = facts.summary.counts, facts.trace.workers
    ids = facts.whole.requests["id"]
    figures = {
        "planned_gap": c.planned - c.sent - c.dropped - c.unsent,
        "sent_gap": c.sent - c.ok - c.failed - c.cancelled - c.unfinished,
        "recorded_twice": len(ids) - len(np.unique(ids)),
        "assigned_gap": sum(w.assigned for w in workers) - len(ids) if workers else 0,
        "begun_gap": sum(w.sent for w in workers) - int(np.count_nonzero(was_sent(facts.whole))) if workers else 0,
        "lost": sum(w.assigned for w in workers if w.lost),
    }
    if not any(figures.values()):
        return Finding("conservation", Level.OK, f"All {c.planned} planned requests are accounted for.", figures)
    sentence = "Requests do not add up: " + "; ".join(_gap(name, gap, c) for name, gap in figures.items() if gap) + "."
    return Finding(
        "conservation", Level.INVALID, sentence, figures, "The record is damaged or a worker lost its share: run again."
    )


def _gap(name: str, gap: int, c: Counts) -> str:
    return {
        "planned_gap": f"planned {c.planned} against sent {c.sent} + dropped {c.dropped} + unsent {c.unsent}",
        "sent_gap": f"sent {c.sent} against ok {c.ok} + failed {c.failed} + cut off {c.cancelled + c.unfinished}",
        "recorded_twice": f"{gap} recorded twice",
        "assigned_gap": f"the workers were given {gap:+} against those recorded",
        "begun_gap": f"the workers began to send {gap:+} against those recorded as sent",
        "lost": f"{gap} of a worker that died are counted as unfinished or unsent, and nobody knows",
    }[name]


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
    """A run cut short lacks its slowest requests, those still running; a worker that died takes its finished ones along."""
    c, r = facts.summary.counts, facts.trace.requests
    running = c.cancelled + c.unfinished
    lost = int(np.count_nonzero((r["outcome"] == Outcome.UNFINISHED) & ~known(r["sent_ns"])))
    figures = {"cancelled": c.cancelled, "unfinished": c.unfinished, "unsent": c.unsent, "lost": lost}
    if not (facts.trace.interrupted or running or c.unsent):
        return Finding("interruption", Level.OK, "The run came to its own end.", figures)
    if lost:
        sentence = f"A worker died and took the record of {lost} requests along; the figures are of the others."
        return Finding("interruption", Level.INVALID, sentence, figures, "See whether memory ran out, then run again.")
    if facts.ends_by_time and not facts.trace.interrupted and not c.cancelled:
        return _own_end(facts, running)
    sentence = (
        f"The run was cut short: {c.unsent} of {c.planned} requests were never sent, {running} were still running and are "
        "missing from the latencies, the slowest first."
    )
    cure = "Let it run to its end, with fewer prompts if it takes too long."
    return Finding("interruption", Level.SUSPECT, sentence, figures, cure)


def _own_end(facts: Facts, running: int) -> Finding:
    c = facts.summary.counts
    share = running / c.sent if c.sent else 0.0
    figures = {"unfinished": c.unfinished, "unsent": c.unsent, "share_of_sent": share}
    sentence = f"The run's own time was over before {c.unsent} of {c.planned} requests were sent; {running} were still running"
    if share <= facts.thresholds.cut_off_share_suspect:
        return Finding("interruption", Level.NOTE, f"{sentence} ({share:.2%} of those sent).", figures)
    sentence += f" ({share:.1%} of those sent) and are missing from the latencies, the slowest first."
    return Finding("interruption", Level.SUSPECT, sentence, figures, "Let it run longer, so that fewer are cut off.")


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
    timed = ok(facts.trace) & known(r["sent_ns"]) & known(r["first_ns"])
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
