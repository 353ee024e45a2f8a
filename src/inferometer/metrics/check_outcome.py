"""Checks of what became of the requests: was anything measured, do the numbers add up, how much of
the run is missing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import numpy as np

from inferometer.clock import MS
from inferometer.grouping import by_key
from inferometer.metrics.definitions import complete, known, was_sent
from inferometer.metrics.finding import (
    INVALID,
    NOTE,
    OK,
    SUSPECT,
    Facts,
    Figures,
    Found,
)
from inferometer.metrics.summary import Counts
from inferometer.trace import Failure, Outcome

MAX_REASONS = 3
MAX_REASON_CHARS = 300
FASTEST_MS = 0.02
"""No request crosses the network stack, is read, answered and comes back in less."""


def something_measured(facts: Facts) -> Found:
    """A run without one answered request has no numbers."""
    c = facts.summary.counts
    lost = sum(w.answered for w in facts.trace.workers)
    values = {
        "ok": c.ok,
        "sent": c.sent,
        "planned": c.planned,
    }
    if c.ok:
        return Found(OK, "fine", values)
    if lost:
        return Found(INVALID, "lost", values | {"answers_lost": lost})
    return Found(INVALID, "found", values)


ENDS = ("planned", "sent", "dropped", "unsent", "ok", "failed")
"""What is told of a run whose requests do not add up."""


def conservation(facts: Facts) -> Found:
    """Every planned request has exactly one end: planned = sent + dropped + unsent, sent = ok +
    failed + cut off.

    What the workers counted as they went must agree with what they recorded; of the requests of one
    that died nobody knows.
    """
    c, workers = facts.summary.counts, facts.trace.workers
    ids = facts.whole.requests["id"]
    cut_off = c.cancelled + c.unfinished
    recorded_as_sent = int(np.count_nonzero(was_sent(facts.whole)))
    gaps = {
        "planned_gap": c.planned - c.sent - c.dropped - c.unsent,
        "sent_gap": c.sent - c.ok - c.failed - cut_off,
        "recorded_twice": len(ids) - len(np.unique(ids)),
        "assigned_gap": sum(w.assigned for w in workers) - len(ids)
        if workers
        else 0,
        "begun_gap": sum(w.sent for w in workers) - recorded_as_sent
        if workers
        else 0,
        "lost": sum(w.assigned for w in workers if w.lost),
    }
    wrong = tuple(gap for gap, requests in gaps.items() if requests)
    if not wrong:
        return Found(OK, "fine", gaps | {"planned": c.planned})
    ends = {name: getattr(c, name) for name in ENDS} | {"cut_off": cut_off}
    return Found(INVALID, "found", gaps | ends, wrong)


def failures(facts: Facts) -> Found:
    """Latencies of a run with failures are those of the survivors."""
    c = facts.summary.counts
    share = c.failed / c.sent if c.sent else 0.0
    statuses = {f"http_{status}": n for status, n in c.http_statuses.items()}
    values: Figures = {
        "failed": c.failed,
        "share_of_sent": share,
        **c.failures,
        **statuses,
    }
    if not c.failed:
        return Found(OK, "fine", values)
    values["sent"] = c.sent
    kinds = [kind for kind in c.failures if kind != Failure.HTTP_STATUS.name]
    variant = "found"
    reasons, others = reasons_of_failures(facts)
    if reasons:
        variant, values["reasons"] = "said", reasons
    if others:
        variant, values["other_reasons"] = "said_more", others
    values["cure"] = _cure(c)
    if facts.diagnosis:
        values["diagnosis"] = facts.diagnosis
    level = (
        INVALID if share > facts.thresholds.failed_share_invalid else SUSPECT
    )
    return Found(level, variant, values, (*statuses, *kinds))


def reasons_of_failures(facts: Facts) -> tuple[str, int]:
    """The most frequent details of failures, in the server's own words, each with how often it
    occurred; and how many more there are.

    Details that differ in numbers only are one.
    """
    r = facts.trace.requests
    details = [
        detail
        for detail in r["detail"][r["outcome"] == Outcome.FAILED].tolist()
        if detail
    ]
    groups = by_key(details, lambda detail: re.sub(r"\d+", "0", detail))
    ranked = sorted(groups.values(), key=len, reverse=True)
    said = [
        f"{len(group)} × {_shortened(Counter(group).most_common(1)[0][0])}"
        for group in ranked[:MAX_REASONS]
    ]
    return "; ".join(said), max(0, len(ranked) - MAX_REASONS)


def _shortened(detail: str) -> str:
    detail = detail.rstrip(".")
    if len(detail) > MAX_REASON_CHARS:
        detail = detail[: MAX_REASON_CHARS - 1] + "…"
    return f"“{detail}”"


def _cure(c: Counts) -> str:
    """What helps against most of the failures, by its key in `words`."""
    kind = max(c.failures, key=lambda each: c.failures[each])
    if kind != Failure.HTTP_STATUS.name:
        return next(
            (cure for cure, kinds in CURED_BY.items() if kind in kinds), "log"
        )
    status = int(
        max(
            c.http_statuses, key=lambda each: c.http_statuses[each], default="0"
        )
    )
    if status in (401, 403):
        return "key"
    if status in (408, 425, 429, 502, 503, 504, 529):
        return "load"
    return (
        "request"
        if 400 <= status < 500
        else "redirect"
        if 300 <= status < 400
        else "log"
    )


CURED_BY: Mapping[str, tuple[str, ...]] = {
    "connect": ("CONNECT_REFUSED", "CONNECT_TIMEOUT", "CONNECT_ERROR"),
    "tls": ("TLS",),
    "cut": ("RESET", "CLOSED_EARLY", "NO_FINISH"),
    "wire": ("BAD_FRAMING", "BAD_EVENT", "OVERSIZED", "NO_OUTPUT"),
    "compression": ("CONTENT_TYPE",),
    "first_token": ("FIRST_TOKEN_TIMEOUT",),
    "idle": ("IDLE_TIMEOUT",),
    "total": ("TOTAL_TIMEOUT",),
    "limit": ("RUNAWAY",),
    "step": ("OUT_OF_STEP",),
}
"""Kinds of failures by what helps against them."""


def interruption(facts: Facts) -> Found:
    """An interrupted run lacks its slowest requests; a dead worker's finished ones are lost."""
    c, r = facts.summary.counts, facts.trace.requests
    running = c.cancelled + c.unfinished
    lost = int(
        np.count_nonzero(
            (r["outcome"] == Outcome.UNFINISHED) & ~known(r["sent_ns"])
        )
    )
    values: Figures = {
        "cancelled": c.cancelled,
        "unfinished": c.unfinished,
        "unsent": c.unsent,
        "lost": lost,
    }
    if not (facts.trace.interrupted or running or c.unsent):
        return Found(OK, "fine", values)
    if lost:
        return Found(INVALID, "lost", values)
    values["planned"] = c.planned
    if facts.ends_by_time and not facts.trace.interrupted and not c.cancelled:
        return _own_end(facts, values)
    if not (running or c.unsent):
        return Found(SUSPECT, "after_the_last", values)
    return Found(SUSPECT, "cut", values | {"running": running})


def _own_end(facts: Facts, values: Figures) -> Found:
    c = facts.summary.counts
    share = c.unfinished / c.sent if c.sent else 0.0
    values = {**values, "share_of_sent": share}
    if share <= facts.thresholds.cut_off_share_suspect:
        return Found(NOTE, "own_end_few", values)
    return Found(SUSPECT, "own_end", values)


def dropped_arrivals(facts: Facts) -> Found:
    """Arrivals dropped at the in-flight cap were load that the server never saw."""
    c = facts.summary.counts
    share = c.dropped / c.planned if c.planned else None
    values = {
        "dropped": c.dropped,
        "share_of_planned": share,
    }
    if not c.dropped:
        return Found(OK, "fine", values)
    return Found(SUSPECT, "found", values | {"planned": c.planned})


def order_of_times(facts: Facts) -> Found:
    """Output cannot come before its request: where it does, the clock or the record is wrong."""
    r = facts.trace.requests
    timed = complete(facts.trace, "sent_ns", "first_ns")
    backwards = timed & (
        (r["first_ns"] < r["sent_ns"]) | (r["last_ns"] < r["first_ns"])
    )
    values = {"backwards": int(np.count_nonzero(backwards))}
    if not values["backwards"]:
        return Found(OK, "fine", values)
    return Found(INVALID, "found", values)


def answers_in_step(facts: Facts) -> Found:
    """Whether each answer is one to its own request: a response that nobody asked for pushes all
    that follow on its connection by one, and their times to first token are near zero.
    """
    r = facts.trace.requests
    timed = complete(facts.trace, "sent_ns", "headers_ns")
    delay_ms = (r["headers_ns"][timed] - r["sent_ns"][timed]) / MS
    limit_ms = (
        min(FASTEST_MS, float(np.median(delay_ms)) / 4)
        if len(delay_ms)
        else 0.0
    )
    seen = {
        "surplus": sum(w.surplus for w in facts.trace.workers),
        "caught": facts.summary.counts.failures.get(
            Failure.OUT_OF_STEP.name, 0
        ),
        "too_early": int(
            np.count_nonzero((delay_ms >= 0) & (delay_ms < limit_ms))
        ),
    }
    wrong = tuple(what for what, times in seen.items() if times)
    if not wrong:
        return Found(OK, "fine", seen)
    level = INVALID if seen["caught"] or seen["too_early"] else SUSPECT
    return Found(level, "found", {**seen, "limit_us": limit_ms * 1e3}, wrong)
