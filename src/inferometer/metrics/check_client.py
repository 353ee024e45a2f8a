"""Checks of the instrument: could this client, on this host, see what the server did?"""

from __future__ import annotations

import numpy as np

from inferometer.clock import MS, NS
from inferometer.metrics.blocks import Blocks, blocks_of
from inferometer.metrics.calibration import KINDS, Precision
from inferometer.metrics.definitions import event_rows, known, ok
from inferometer.metrics.finding import (
    INVALID,
    NOTE,
    OK,
    SUSPECT,
    Facts,
    Figures,
    Found,
    Level,
    Thresholds,
    grade,
)
from inferometer.metrics.slots import SlotUse, slot_use
from inferometer.trace import StampSource, WorkerRecord
from inferometer.trace.trace import Integers

PROMPT_MS = 1.0
PROMPT_SHARE = 0.1
"""A client whose p99 delay is below this, or below this share of the pause, did not cause the
blocks.
"""


def stamps(facts: Facts) -> Found:
    """Kernel stamps are right even if the client is busy; user-space stamps are not."""
    sources = facts.summary.events.stamp_sources
    total = facts.summary.events.total
    user = sources.get(StampSource.USER.name, 0)
    share = user / total if total else 0.0
    values: Figures = {**sources, "user_share": share}
    if not user:
        return _without_user_stamps(facts, values)
    if user < total:
        level = SUSPECT if share > facts.thresholds.user_stamp_share else NOTE
        return Found(level, "mixed", values | {"user": user, "total": total})
    if not facts.trace.workers:
        return Found(SUSPECT, "unknown", values)
    cpu, waiting = cpu_share(facts), run_queue_share(facts)
    if cpu is not None and cpu > facts.thresholds.busy_share:
        return Found(SUSPECT, "busy", values | {"busy_share": cpu})
    if (
        waiting is not None
        and waiting > facts.thresholds.run_queue_share_suspect
    ):
        return Found(SUSPECT, "waited", values | {"busy_share": waiting})
    return Found(NOTE, "idle", values)


def _without_user_stamps(facts: Facts, values: Figures) -> Found:
    sources = facts.summary.events.stamp_sources
    if sources.get(StampSource.SIMULATED.name):
        return Found(NOTE, "simulated", values)
    left = [w.no_ring for w in facts.trace.workers if w.no_ring]
    if left and sources.get(StampSource.TAP.name):
        return Found(NOTE, "ring_left", values | {"why": left[0]})
    return Found(OK, "fine" if sources else "none", values)


def client_delay(facts: Facts) -> Found:
    """How late the client read: harmless with kernel stamps, part of every latency without."""
    delay = facts.summary.metrics["client_delay"]
    p99 = delay.percentiles["p99"]
    values: Figures = {
        "p50_ms": delay.median,
        "p99_ms": p99,
        "max_ms": delay.max,
    }
    if facts.summary.events.stamp_sources.get(StampSource.SIMULATED.name):
        return Found(OK, "simulated", values)
    if p99 is None:
        by_packets = facts.summary.events.total > 0
        return Found(OK, "packets" if by_packets else "none", values)
    if not facts.summary.events.stamp_sources.get(StampSource.USER.name):
        return Found(OK, "kernel", values)
    if delay.max == 0:
        return Found(NOTE, "unseen", values)
    latency, reference_ms = _smallest_latency(facts)
    values["share_of_latency"] = share = (
        p99 / reference_ms if reference_ms else None
    )
    if share is None:
        return Found(OK, "unrelated", values)
    values["latency"] = latency
    level = OK
    if p99 > facts.thresholds.negligible_ms:
        level = grade(
            share,
            facts.thresholds.delay_suspect,
            facts.thresholds.delay_invalid,
        )
    return Found(level, "found", values)


def _smallest_latency(facts: Facts) -> tuple[str, float | None]:
    medians = [
        (facts.median_ms(key), name)
        for key, name in (("itl", "ITL"), ("ttft", "TTFT"))
    ]
    smallest = min(((ms, name) for ms, name in medians if ms), default=None)
    return (smallest[1], smallest[0]) if smallest else ("", None)


def shared_stamps(facts: Facts) -> Found:
    """Events in one read share the last one's stamp: ITL loses its spread, TTFT may be too long."""
    t = facts.thresholds
    ambiguity_ns = facts.trace.events["ambiguity_ns"]
    gaps = ambiguity_ns[event_rows(facts.trace, skip_first=True)]
    firsts = _first_ambiguity_ns(facts)
    itl_ms, ttft_ms = facts.median_ms("itl"), facts.median_ms("ttft")
    uncertain_gaps = _share_beyond(gaps, itl_ms, t)
    uncertain_firsts = _share_beyond(firsts, ttft_ms, t)
    events = facts.summary.events
    values: Figures = {
        "shared_stamp_share": events.shared_stamp_share,
        "uncertain_event_share": uncertain_gaps,
        "uncertain_first_share": uncertain_firsts,
        "largest_ms": float(max(gaps.max(initial=0), firsts.max(initial=0)))
        / MS,
    }
    level = grade(
        max(uncertain_gaps, uncertain_firsts), t.ambiguous_share_suspect, 1.0
    )
    few = round(uncertain_firsts * len(firsts)) <= t.few_first_events
    doubtful_firsts = (
        _share_beyond(firsts, ttft_ms, t, t.few_ambiguity_invalid)
        if few
        else uncertain_firsts
    )
    if max(uncertain_gaps, doubtful_firsts) > t.ambiguous_share_invalid:
        level = INVALID
    blocks = blocks_of(facts.trace)
    if blocks is not None and _reads_at_once(facts, blocks):
        return _in_blocks(blocks, max(level, SUSPECT), values)
    if level == OK:
        share = events.shared_stamp_share or 0.0
        return Found(level, "fine", values | {"shared_stamp_share": share})
    tolerated = {"tolerated_share": t.ambiguity_tolerated}
    return Found(level, "found", values | tolerated)


def _reads_at_once(facts: Facts, blocks: Blocks) -> bool:
    """Whether the client read too promptly to be the cause of the blocks."""
    late_ms = facts.summary.metrics["client_delay"].percentiles["p99"] or 0.0
    return late_ms <= max(PROMPT_MS, PROMPT_SHARE * blocks.pause_ms)


def _in_blocks(blocks: Blocks, level: Level, values: Figures) -> Found:
    values |= {
        "block_share": blocks.share,
        "block_events": blocks.events,
        "block_pause_ms": blocks.pause_ms,
    }
    variant = "whole" if blocks.events is None else "blocks"
    return Found(level, variant, values)


def _first_ambiguity_ns(facts: Facts) -> Integers:
    r = facts.trace.requests
    first_rows = r["event_start"][ok(facts.trace) & (r["event_count"] > 0)]
    ambiguity_ns: Integers = facts.trace.events["ambiguity_ns"][first_rows]
    return ambiguity_ns


def _share_beyond(
    ambiguity_ns: Integers,
    median_ms: float | None,
    t: Thresholds,
    tolerated: float | None = None,
) -> float:
    if len(ambiguity_ns) == 0:
        return 0.0
    part = t.ambiguity_tolerated if tolerated is None else tolerated
    tolerated_ms = max(t.negligible_ms, part * (median_ms or 0.0))
    return float(np.mean(ambiguity_ns > tolerated_ms * MS))


def schedule_lag(facts: Facts) -> Found:
    """Whether an open loop was one: requests sent when they were due."""
    t, lag = facts.thresholds, facts.summary.metrics["schedule_lag"]
    p99, ttft_ms = lag.percentiles["p99"], facts.median_ms("ttft")
    values = {
        "p50_ms": lag.median,
        "p99_ms": p99,
        "max_ms": lag.max,
        "ttft_p50_ms": ttft_ms,
    }
    if p99 is None:
        return Found(OK, "closed", values)
    latency_ms = ttft_ms or 0.0
    limit_ms = max(t.lag_floor_ms, t.lag_suspect * latency_ms)
    if p99 <= limit_ms:
        return Found(OK, "fine", values)
    cap = facts.max_in_flight
    if (
        cap is not None
        and facts.summary.counts.planned > cap <= facts.summary.peak_concurrency
    ):
        return Found(SUSPECT, "cap", values | {"cap": cap})
    behind = p99 > max(t.lag_invalid_floor_ms, t.lag_invalid * latency_ms)
    level, variant = (INVALID, "behind") if behind else (SUSPECT, "late")
    unanswered = _unanswered_connects(facts, limit_ms)
    if unanswered:
        return Found(level, "connects", values | {"unanswered": unanswered})
    return Found(level, variant, values)


def _unanswered_connects(facts: Facts, limit_ms: float) -> int:
    """How many connections had to be asked for again, if those explain most requests that were sent
    late; else 0.
    """
    r = facts.trace.requests
    sent_ns, due_ns = r["sent_ns"], r["intended_ns"]
    both = known(sent_ns) & known(due_ns)
    late = both & (sent_ns - due_ns > limit_ms * MS)
    number = int((r["connect_losses"][late] > 0).sum())
    return number if number > facts.thresholds.cause_share * late.sum() else 0


def client_stalls(facts: Facts) -> Found:
    """A client that is stopped (Ctrl-Z, suspended laptop, frozen container) sends nothing
    meanwhile.
    """
    t = facts.thresholds
    workers = [w for w in facts.trace.workers if w.wall_ns > 0]
    stalled = [w for w in workers if w.stalled_ns]
    if not stalled:
        return Found(OK, "fine")
    worst = max(stalled, key=_stalled_share)
    share = _stalled_share(worst)
    values = {
        "stalled_s": worst.stalled_ns / NS,
        "longest_s": worst.longest_stall_ns / NS,
        "share": share,
        "stalled_workers": len(stalled),
        "workers": len(workers),
    }
    level = grade(share, t.stalled_share_suspect, t.stalled_share_invalid)
    return Found(max(NOTE, level), "found", values)


def _stalled_share(worker: WorkerRecord) -> float:
    return worker.stalled_ns / worker.wall_ns


def slots_filled(facts: Facts) -> Found:
    """In a closed loop a free slot gets its next request at once; else the client limits
    throughput.
    """
    t = facts.thresholds
    # A conversation's slot waits while its user thinks.
    use = slot_use(facts.whole) if facts.constant_load else None
    if use is None or not len(use.waits_ms):
        return Found(OK, "none")
    p50, p99, longest = np.percentile(use.waits_ms, [50, 99, 100]).tolist()
    values: Figures = {
        "idle_share": use.idle_share,
        "wait_p50_ms": p50,
        "wait_p99_ms": p99,
        "wait_max_ms": longest,
    }
    level = grade(use.idle_share, t.idle_slots_suspect, t.idle_slots_invalid)
    if level == OK:
        return Found(level, "fine", values)
    return Found(level, "found", values | {"cure": _cure(facts, use)})


def _cure(facts: Facts, use: SlotUse) -> str:
    """Of slots that wait for their next request."""
    r = facts.trace.requests
    connect_ns = r["connect_ns"]
    # those opened before the run delayed nothing
    unanswered = (r["connect_losses"] > 0) & (r["sent_ns"] > connect_ns)
    explained = facts.thresholds.cause_share * use.waits_ms.sum()
    if connect_ns[unanswered].sum() / MS > explained:
        return "connects"
    stalled = any(w.stalled_ns for w in facts.trace.workers)
    return "stalled" if stalled else "slow"


def run_queue_share(facts: Facts) -> float | None:
    """Share of time that the worst worker waited for a core; None if the system does not report
    it.
    """
    return max(
        (
            w.run_queue_ns / w.wall_ns
            for w in facts.trace.workers
            if w.run_queue_ns >= 0 and w.wall_ns > 0
        ),
        default=None,
    )


def cpu_share(facts: Facts) -> float | None:
    """Busiest worker's CPU time / its wall time; None without workers."""
    return max(
        (w.cpu_ns / w.wall_ns for w in facts.trace.workers if w.wall_ns > 0),
        default=None,
    )


def run_queue(facts: Facts) -> Found:
    """A starved client sends late and reads late, whoever stamps."""
    t = facts.thresholds
    share = run_queue_share(facts)
    values = {"run_queue_share": share}
    if share is None:
        return Found(OK, "unknown", values)
    level = grade(share, t.run_queue_share_suspect, t.run_queue_share_invalid)
    return Found(level, "found", values)


def client_cpu(facts: Facts) -> Found:
    """A client that is always busy is at its limit: the load is no longer the one requested."""
    share = cpu_share(facts)
    values = {"cpu_share": share}
    if share is None:
        return Found(OK, "unknown", values)
    level = SUSPECT if share > facts.thresholds.cpu_share_suspect else OK
    return Found(level, "found", values)


def clock_step(facts: Facts) -> Found:
    """Kernel stamps use the system's time: a step of it changes every latency that spans it."""
    step_ms = (
        max((w.clock_step_ns for w in facts.trace.workers), default=0) / MS
    )
    values = {"clock_step_ms": step_ms}
    if step_ms <= facts.thresholds.clock_step_suspect_ms:
        return Found(OK, "fine", values)
    return Found(SUSPECT, "found", values)


def backlog(facts: Facts) -> Found:
    """A client that is never idle decodes later, from disk if need be; times are not affected."""
    spilled = sum(w.spilled_bytes for w in facts.trace.workers)
    peak = max((w.backlog_peak_bytes for w in facts.trace.workers), default=0)
    values = {"spilled_bytes": spilled, "backlog_peak_bytes": peak}
    if not spilled:
        return Found(OK, "fine", values)
    return Found(NOTE, "found", values)


def beyond_calibration(facts: Facts) -> Found:
    """Beyond the calibrated load nothing is known about the client's error."""
    return load_and_ceilings(facts.precision)


def load_and_ceilings(precision: Precision | None) -> Found:
    """As `beyond_calibration`, also for a host that is calibrated after the run."""
    if precision is None or precision.calibrated is None:
        return Found(OK, "none")
    values: Figures = {"target_ms": precision.target_ms}
    for kind, ceiling in precision.ceilings.items():
        values |= {
            kind: precision.load[kind],
            f"{kind}_ceiling": ceiling.value,
            f"{kind}_limit": ceiling.text,
            f"{kind}_used": precision.used(kind),
        }
    beyond = [kind for kind in precision.ceilings if precision.exceeds(kind)]
    untried = [kind for kind in beyond if precision.ceilings[kind].at_least]
    if len(untried) < len(beyond):
        return Found(SUSPECT, "beyond", values, tuple(beyond))
    if untried:
        return Found(NOTE, "untried", values, tuple(untried))
    used = (precision.used(kind) or 0.0 for kind in KINDS)
    return Found(OK, "fine", values | {"most_used": max(used)})
