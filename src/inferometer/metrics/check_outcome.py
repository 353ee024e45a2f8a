"""Checks of what became of the requests: was anything measured, do the numbers add up, how much of
the run is missing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import numpy as np

from inferometer.clock import MS
from inferometer.metrics.definitions import known, ok, was_sent
from inferometer.metrics.finding import Facts, Figure, Finding, Level
from inferometer.metrics.summary import Counts
from inferometer.trace import Failure, Outcome

MAX_REASONS = 3
MAX_REASON_CHARS = 300
FASTEST_MS = 0.02
"""No request crosses the network stack, is read, answered and comes back in less."""


def something_measured(facts: Facts) -> Finding:
    """A run without one answered request has no numbers."""
    c = facts.summary.counts
    lost = sum(w.answered for w in facts.trace.workers)
    figures: dict[str, Figure] = {"ok": c.ok, "sent": c.sent, "planned": c.planned}
    if c.ok:
        return Finding("something_measured", Level.OK, f"{c.ok} requests were answered.", figures)
    if lost:
        figures["answers_lost"] = lost
        sentence = (
            f"Nothing is left of the measurement: {lost} of {c.planned} planned requests had "
            "been answered when the "
            "worker that kept their record died."
        )
        return Finding(
            "something_measured",
            Level.INVALID,
            sentence,
            figures,
            "See whether memory ran out, then run again.",
        )
    return Finding(
        "something_measured",
        Level.INVALID,
        f"Nothing was measured: not one of {c.planned} planned requests was answered "
        f"({c.sent} were sent).",
        figures,
        "Look at the failures, then try a single request.",
    )


def conservation(facts: Facts) -> Finding:
    """Every planned request has exactly one end: planned = sent + dropped + unsent, sent = ok +
    failed + cut off.

    What the workers counted as they went must agree with what they recorded; of the requests of one
    that died nobody knows.
    """
    c, workers = facts.summary.counts, facts.trace.workers
    ids = facts.whole.requests["id"]
    figures = {
        "planned_gap": c.planned - c.sent - c.dropped - c.unsent,
        "sent_gap": c.sent - c.ok - c.failed - c.cancelled - c.unfinished,
        "recorded_twice": len(ids) - len(np.unique(ids)),
        "assigned_gap": sum(w.assigned for w in workers) - len(ids) if workers else 0,
        "begun_gap": sum(w.sent for w in workers) - int(np.count_nonzero(was_sent(facts.whole)))
        if workers
        else 0,
        "lost": sum(w.assigned for w in workers if w.lost),
    }
    if not any(figures.values()):
        return Finding(
            "conservation",
            Level.OK,
            f"All {c.planned} planned requests are accounted for.",
            figures,
        )
    sentence = (
        "Requests do not add up: "
        + "; ".join(_gap(name, gap, c) for name, gap in figures.items() if gap)
        + "."
    )
    return Finding(
        "conservation",
        Level.INVALID,
        sentence,
        figures,
        "The record is damaged or a worker lost its share: run again.",
    )


def _gap(name: str, gap: int, c: Counts) -> str:
    return {
        "planned_gap": (
            f"planned {c.planned} against sent {c.sent} + dropped {c.dropped} + unsent {c.unsent}"
        ),
        "sent_gap": (
            f"sent {c.sent} against ok {c.ok} + failed {c.failed} + cut off "
            f"{c.cancelled + c.unfinished}"
        ),
        "recorded_twice": f"{gap} recorded twice",
        "assigned_gap": f"the workers were given {gap:+} against those recorded",
        "begun_gap": f"the workers began to send {gap:+} against those recorded as sent",
        "lost": (
            f"{gap} of a worker that died are counted as unfinished or unsent, and nobody knows"
        ),
    }[name]


def failures(facts: Facts) -> Finding:
    """Latencies of a run with failures are those of the survivors."""
    c = facts.summary.counts
    share = c.failed / c.sent if c.sent else 0.0
    figures: dict[str, Figure] = {"failed": c.failed, "share_of_sent": share, **c.failures}
    figures |= {f"http_{status}": n for status, n in c.http_statuses.items()}
    if not c.failed:
        return Finding("failures", Level.OK, "No request failed.", figures)
    kinds = ", ".join(f"{n} {kind}" + _statuses(kind, c) for kind, n in c.failures.items())
    level = Level.INVALID if share > facts.thresholds.failed_share_invalid else Level.SUSPECT
    sentence = (
        f"{c.failed} of {c.sent} requests failed ({share:.1%}: {kinds}); the latencies are those "
        "of the others."
    )
    if reasons := reasons_of_failures(facts):
        figures["reasons"] = reasons
        sentence += f" Reasons: {reasons}."
    cure = figures["cure"] = _cure(c)
    advice = CURES[cure]
    if facts.diagnosis:
        figures["diagnosis"] = facts.diagnosis
        advice = f"{facts.diagnosis} {advice}"
    return Finding("failures", level, sentence, figures, advice)


def reasons_of_failures(facts: Facts) -> str:
    """The most frequent details of failures, in the server's own words, each with how often it
    occurred; '' if there are none.

    Details that differ in numbers only are one.
    """
    r = facts.trace.requests
    details = [detail for detail in r["detail"][r["outcome"] == Outcome.FAILED].tolist() if detail]
    groups: dict[str, Counter[str]] = {}
    for detail in details:
        groups.setdefault(re.sub(r"\d+", "0", detail), Counter())[detail] += 1
    ranked = sorted(groups.values(), key=lambda group: -group.total())
    said = [
        f"{group.total()} × {_shortened(group.most_common(1)[0][0])}"
        for group in ranked[:MAX_REASONS]
    ]
    more = f"{len(ranked) - MAX_REASONS} other reasons" if len(ranked) > MAX_REASONS else ""
    return "; ".join([*said, *([more] if more else [])])


def _shortened(detail: str) -> str:
    detail = detail.rstrip(".")
    return (
        f"“{detail if len(detail) <= MAX_REASON_CHARS else detail[: MAX_REASON_CHARS - 1] + '…'}”"
    )


def _cure(c: Counts) -> str:
    """The key in CURES of what helps against most of the failures."""
    kind = max(c.failures, key=lambda each: c.failures[each])
    if kind != Failure.HTTP_STATUS.name:
        return next((cure for cure, kinds in CURED_BY.items() if kind in kinds), "log")
    status = int(max(c.http_statuses, key=lambda each: c.http_statuses[each], default="0"))
    if status in (401, 403):
        return "key"
    if status in (408, 425, 429, 502, 503, 504, 529):
        return "load"
    return "request" if 400 <= status < 500 else "redirect" if 300 <= status < 400 else "log"


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

CURES: Mapping[str, str] = {
    "request": "Change what the server objects to; a lower load does not help.",
    "key": "Check OPENAI_API_KEY, or the --header that holds the key, and what that key may do.",
    "load": (
        "Lower the load (--max-concurrency, --request-rate), or raise the limits of the server "
        "or gateway."
    ),
    "redirect": "Give the address that the server redirects to.",
    "log": "Read the server's log.",
    "connect": (
        "See whether the server runs, and how many connections it and the systems between take."
    ),
    "tls": "Check the server's certificate and TLS settings.",
    "cut": "Read the logs of the server and of gateways before it for what ends responses early.",
    "wire": (
        "Check that --backend is the server's wire format, and what a gateway before it changes."
    ),
    "compression": (
        "Switch compression off in the gateway or server: compressed events cannot be timed one "
        "by one."
    ),
    "first_token": (
        "Lower the load, or raise --first-token-timeout (timeouts.first_token_s in a campaign "
        "file)."
    ),
    "idle": "Read the server's log, or raise --idle-timeout (timeouts.idle_s in a campaign file).",
    "total": "Lower the load, or raise --request-timeout (timeouts.total_s in a campaign file).",
    "limit": (
        "Find out which name the server has for the limit (max_tokens, max_completion_tokens)."
    ),
    "step": (
        "Find out what sends answers nobody asked for: a gateway that sends requests again, most "
        "likely."
    ),
}
"""What to do about failures."""


def _statuses(kind: str, c: Counts) -> str:
    if kind != "HTTP_STATUS":
        return ""
    return " (" + ", ".join(f"{n} × {status}" for status, n in c.http_statuses.items()) + ")"


def interruption(facts: Facts) -> Finding:
    """A run cut short lacks its slowest requests, those still running; a worker that died takes its
    finished ones along.
    """
    c, r = facts.summary.counts, facts.trace.requests
    running = c.cancelled + c.unfinished
    lost = int(np.count_nonzero((r["outcome"] == Outcome.UNFINISHED) & ~known(r["sent_ns"])))
    figures = {
        "cancelled": c.cancelled,
        "unfinished": c.unfinished,
        "unsent": c.unsent,
        "lost": lost,
    }
    if not (facts.trace.interrupted or running or c.unsent):
        return Finding("interruption", Level.OK, "The run came to its own end.", figures)
    if lost:
        sentence = (
            f"A worker died and took the record of {lost} requests along; the figures are of the "
            "others."
        )
        return Finding(
            "interruption",
            Level.INVALID,
            sentence,
            figures,
            "See whether memory ran out, then run again.",
        )
    if facts.ends_by_time and not facts.trace.interrupted and not c.cancelled:
        return _own_end(facts, running)
    sentence = (
        f"The run was cut short: {c.unsent} of {c.planned} requests were never sent, {running} "
        "were still running and are "
        "missing from the latencies, the slowest first, and from the throughput."
    )
    cure = "Let it run to its end, with fewer prompts if it takes too long."
    return Finding("interruption", Level.SUSPECT, sentence, figures, cure)


def _own_end(facts: Facts, running: int) -> Finding:
    c = facts.summary.counts
    share = running / c.sent if c.sent else 0.0
    figures = {"unfinished": c.unfinished, "unsent": c.unsent, "share_of_sent": share}
    sentence = (
        f"The run's own time was over before {c.unsent} of {c.planned} requests were sent; "
        f"{running} were still running"
    )
    if share <= facts.thresholds.cut_off_share_suspect:
        return Finding(
            "interruption", Level.NOTE, f"{sentence} ({share:.2%} of those sent).", figures
        )
    sentence += (
        f" ({share:.1%} of those sent) and are missing from the latencies, the slowest first."
    )
    return Finding(
        "interruption",
        Level.SUSPECT,
        sentence,
        figures,
        "Let it run longer, so that fewer are cut off.",
    )


def dropped_arrivals(facts: Facts) -> Finding:
    """Arrivals dropped at the in-flight cap were load that the server never saw."""
    c = facts.summary.counts
    figures = {
        "dropped": c.dropped,
        "share_of_planned": c.dropped / c.planned if c.planned else None,
    }
    if not c.dropped:
        return Finding("dropped_arrivals", Level.OK, "No arrival was dropped.", figures)
    return Finding(
        "dropped_arrivals",
        Level.SUSPECT,
        f"{c.dropped} of {c.planned} arrivals were dropped at the in-flight cap: the server "
        "saw less load than the plan says.",
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
        return Finding(
            "order_of_times", Level.OK, "Times are in order: sent, first, last.", {"backwards": 0}
        )
    return Finding(
        "order_of_times",
        Level.INVALID,
        f"{number} answered requests have output before they were sent, or a last event "
        "before the first.",
        {"backwards": number},
        "The system's clock was set during the run, most likely: see the clock step, and run "
        "again.",
    )


def answers_in_step(facts: Facts) -> Finding:
    """Whether each answer is one to its own request: a response that nobody asked for pushes all
    that follow on its connection by one, and their times to first token are near zero.
    """
    name, r = "answers_in_step", facts.trace.requests
    surplus = sum(w.surplus for w in facts.trace.workers)
    caught = facts.summary.counts.failures.get(Failure.OUT_OF_STEP.name, 0)
    timed = ok(facts.trace) & known(r["sent_ns"]) & known(r["headers_ns"])
    delay_ms = (r["headers_ns"][timed] - r["sent_ns"][timed]) / MS
    limit_ms = min(FASTEST_MS, float(np.median(delay_ms)) / 4) if len(delay_ms) else 0.0
    too_early = int(np.count_nonzero((delay_ms >= 0) & (delay_ms < limit_ms)))
    figures: dict[str, Figure] = {"surplus": surplus, "caught": caught, "too_early": too_early}
    if not (surplus or caught or too_early):
        return Finding(name, Level.OK, "No response came that nobody had asked for.", figures)
    seen = [
        f"bytes that followed a whole response: {surplus} times" if surplus else "",
        f"responses to other requests, which count as failed: {caught}" if caught else "",
        (
            f"responses within {limit_ms * 1e3:.0f} µs of their request, which no server can "
            f"give: {too_early}"
        )
        if too_early
        else "",
    ]
    sentence = (
        f"The server sent responses that nobody had asked for: {'; '.join(filter(None, seen))}."
    )
    level = Level.INVALID if caught or too_early else Level.SUSPECT
    return Finding(name, level, sentence, figures, CURES["step"])
