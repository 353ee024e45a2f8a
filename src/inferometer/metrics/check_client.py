"""Checks of the instrument: could this client, on this host, see what the server did?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from inferometer.clock import MS, NS
from inferometer.metrics.blocks import Blocks, blocks_of
from inferometer.metrics.calibration import UNITS, Precision, ceiling_in_words, percent
from inferometer.metrics.definitions import event_rows, ok
from inferometer.metrics.finding import Facts, Figure, Finding, Level, Thresholds, grade
from inferometer.metrics.slots import slot_use
from inferometer.trace import StampSource

PROMPT_MS = 1.0
PROMPT_SHARE = 0.1
"""A client that reads within this time (p99), or this part of the pause between two blocks, has not
made the blocks.
"""

UNBUFFER = (
    "Switch buffering off between client and engine (nginx: proxy_buffering off, or the header "
    "X-Accel-Buffering: no; HTTP/1.1 "
    "to the engine), or measure the engine at its own address."
)

RUN_ON = (
    "See whether the process was stopped (Ctrl-Z), its machine asleep, migrated or frozen; run "
    "again."
)

MORE_CLIENT = "Give the client cores of its own, more workers (--workers), or a host of its own."


def stamps(facts: Facts) -> Finding:
    """Kernel stamps hold however busy the client is; user-space stamps hold only while it is
    not.
    """
    sources = facts.summary.events.stamp_sources
    total, user = facts.summary.events.total, sources.get(StampSource.USER.name, 0)
    share = user / total if total else 0.0
    figures: dict[str, Figure] = {**sources, "user_share": share}
    if not user:
        return Finding(
            "stamps",
            Level.OK,
            "Arrivals were stamped by the kernel." if total else "No event to stamp.",
            figures,
        )
    if user < total:
        level = Level.SUSPECT if share > facts.thresholds.user_stamp_share else Level.NOTE
        sentence = (
            f"{user} of {total} arrivals were stamped in user space, the others by the kernel: "
            "two kinds of clock readings."
        )
        return Finding(
            "stamps",
            level,
            sentence,
            figures,
            "Find out why the kernel left stamps out on this host.",
        )
    busy = _busy(facts)
    if busy:
        sentence = (
            f"Arrivals were stamped in user space, after the read, and {busy}: lateness of the "
            "client looks like the server's."
        )
        return Finding(
            "stamps",
            Level.SUSPECT,
            sentence,
            figures,
            "Measure from a Linux host, which has kernel stamps. " + MORE_CLIENT,
        )
    sentence = "Arrivals were stamped in user space, after the read; the client had time to spare."
    return Finding(
        "stamps",
        Level.NOTE,
        sentence,
        figures,
        "For exact tails measure from a Linux host, which has kernel stamps.",
    )


def _busy(facts: Facts) -> str:
    """Why user-space stamps are not to be trusted, or ''."""
    if not facts.trace.workers:
        return "nothing tells how busy the client was"
    cpu, waiting = cpu_share(facts), run_queue_share(facts)
    if cpu is not None and cpu > facts.thresholds.busy_share:
        return f"the client was busy {cpu:.0%} of the time"
    if waiting is not None and waiting > facts.thresholds.run_queue_share_suspect:
        return f"the client waited for a core {waiting:.0%} of the time"
    return ""


def client_delay(facts: Facts) -> Finding:
    """How late the client read: harmless with kernel stamps, part of every latency without."""
    delay = facts.summary.metrics["client_delay"]
    p99 = delay.percentiles["p99"]
    figures = {"p50_ms": delay.median, "p99_ms": p99, "max_ms": delay.max}
    if p99 is None:
        return Finding("client_delay", Level.OK, "No event was read.", figures)
    if not facts.summary.events.stamp_sources.get(StampSource.USER.name):
        sentence = (
            f"The client read {p99:.2f} ms (p99) after arrival; stamps are the kernel's, so no "
            "latency holds this delay."
        )
        return Finding("client_delay", Level.OK, sentence, figures)
    if delay.max == 0:
        sentence = "How late the client read cannot be seen, since it stamped arrivals itself."
        return Finding("client_delay", Level.NOTE, sentence, figures)
    latency, reference_ms = _smallest_latency(facts)
    figures["share_of_latency"] = share = p99 / reference_ms if reference_ms else None
    level = Level.OK
    if share is not None and p99 > facts.thresholds.negligible_ms:
        level = grade(share, facts.thresholds.delay_suspect, facts.thresholds.delay_invalid)
    sentence = (
        f"The client read {p99:.2f} ms (p99) after arrival, and every latency holds this delay"
    )
    sentence += f": {share:.0%} of the median {latency}." if share is not None else "."
    return Finding("client_delay", level, sentence, figures, MORE_CLIENT if level else "")


def _smallest_latency(facts: Facts) -> tuple[str, float | None]:
    medians = [(facts.median_ms(key), name) for key, name in (("itl", "ITL"), ("ttft", "TTFT"))]
    smallest = min(((ms, name) for ms, name in medians if ms), default=None)
    return (smallest[1], smallest[0]) if smallest else ("", None)


def shared_stamps(facts: Facts) -> Finding:
    """Events that come in one read share the stamp of the last: ITLs lose their spread, and a first
    event seems late.
    """
    t = facts.thresholds
    ambiguity_ns = facts.trace.events["ambiguity_ns"]
    gaps, firsts = (
        ambiguity_ns[event_rows(facts.trace, skip_first=True)],
        _first_ambiguity_ns(facts),
    )
    itl_ms, ttft_ms = facts.median_ms("itl"), facts.median_ms("ttft")
    uncertain_gaps = _share_beyond(gaps, itl_ms, t)
    uncertain_firsts = _share_beyond(firsts, ttft_ms, t)
    events = facts.summary.events
    figures: dict[str, Figure] = {
        "shared_stamp_share": events.shared_stamp_share,
        "uncertain_event_share": uncertain_gaps,
        "uncertain_first_share": uncertain_firsts,
        "largest_ms": float(max(gaps.max(initial=0), firsts.max(initial=0))) / MS,
    }
    level = grade(max(uncertain_gaps, uncertain_firsts), t.ambiguous_share_suspect, 1.0)
    few = round(uncertain_firsts * len(firsts)) <= t.few_first_events
    doubtful_firsts = (
        _share_beyond(firsts, ttft_ms, t, t.few_ambiguity_invalid) if few else uncertain_firsts
    )
    if max(uncertain_gaps, doubtful_firsts) > t.ambiguous_share_invalid:
        level = Level.INVALID
    blocks = blocks_of(facts.trace)
    if blocks is not None and _reads_at_once(facts, blocks):
        return _in_blocks(blocks, max(level, Level.SUSPECT), figures)
    if level == Level.OK:
        sentence = (
            f"{events.shared_stamp_share or 0:.1%} of the events share a stamp with a later one, "
            "within what can be tolerated."
        )
        return Finding("shared_stamps", level, sentence, figures)
    sentence = (
        f"Events came several in one read and share its stamp: {uncertain_gaps:.1%} of them may "
        "have come earlier by more than "
        f"{t.ambiguity_tolerated:.0%} of the median ITL, {uncertain_firsts:.1%} of the first "
        "events by more than "
        f"{t.ambiguity_tolerated:.0%} of the median TTFT."
    )
    return Finding("shared_stamps", level, sentence, figures, MORE_CLIENT)


def _reads_at_once(facts: Facts, blocks: Blocks) -> bool:
    """Whether the client read so soon after arrival that it cannot have been the one that let
    events pile up.
    """
    late_ms = facts.summary.metrics["client_delay"].percentiles["p99"] or 0.0
    return late_ms <= max(PROMPT_MS, PROMPT_SHARE * blocks.pause_ms)


def _in_blocks(blocks: Blocks, level: Level, figures: dict[str, Figure]) -> Finding:
    figures |= {
        "block_share": blocks.share,
        "block_events": blocks.events,
        "block_pause_ms": blocks.pause_ms,
    }
    if blocks.events is None:
        how = "Whole answers arrive at once"
    else:
        how = (
            f"Events arrive in blocks of about {blocks.events:.0f}, {blocks.pause_ms:.0f} ms apart"
        )
    sentence = (
        f"{how}, and the client read them without delay: a proxy or gateway buffers the stream, "
        "or the server itself hands out "
        "many tokens at once. Throughput and E2EL hold; TTFT, TPOT and ITL are not the engine's."
    )
    return Finding("shared_stamps", level, sentence, figures, UNBUFFER)


def _first_ambiguity_ns(facts: Facts) -> npt.NDArray[np.int64]:
    r = facts.trace.requests
    first_rows = r["event_start"][ok(facts.trace) & (r["event_count"] > 0)]
    ambiguity_ns: npt.NDArray[np.int64] = facts.trace.events["ambiguity_ns"][first_rows]
    return ambiguity_ns


def _share_beyond(
    ambiguity_ns: npt.NDArray[np.int64],
    median_ms: float | None,
    t: Thresholds,
    tolerated: float | None = None,
) -> float:
    if len(ambiguity_ns) == 0:
        return 0.0
    part = t.ambiguity_tolerated if tolerated is None else tolerated
    tolerated_ms = max(t.negligible_ms, part * (median_ms or 0.0))
    return float(np.mean(ambiguity_ns > tolerated_ms * MS))


def schedule_lag(facts: Facts) -> Finding:
    """Whether an open loop was one: requests sent when they were due."""
    t, lag = facts.thresholds, facts.summary.metrics["schedule_lag"]
    p99, ttft_ms = lag.percentiles["p99"], facts.median_ms("ttft")
    figures = {"p50_ms": lag.median, "p99_ms": p99, "max_ms": lag.max, "ttft_p50_ms": ttft_ms}
    if p99 is None:
        return Finding(
            "schedule_lag", Level.OK, "Closed loop: there is no schedule to lag behind.", figures
        )
    cap = facts.max_in_flight
    at_cap = (
        cap is not None and facts.summary.counts.planned > cap <= facts.summary.peak_concurrency
    )
    latency_ms = ttft_ms or 0.0
    sentence = f"Requests were sent {p99:.2f} ms (p99) after they were due"
    if p99 <= max(t.lag_floor_ms, t.lag_suspect * latency_ms):
        return Finding("schedule_lag", Level.OK, sentence + ".", figures)
    if at_cap:
        figures["cap"] = cap
        sentence += (
            f", for want of a free slot among {cap}: TTFT leaves that wait out, 'TTFT from the "
            "due time' does not."
        )
        return Finding(
            "schedule_lag",
            Level.SUSPECT,
            sentence,
            figures,
            "Raise --max-concurrency, or lower --request-rate.",
        )
    behind = p99 > max(t.lag_invalid_floor_ms, t.lag_invalid * latency_ms)
    sentence += (
        ": the client could not keep the schedule."
        if behind
        else ": arrivals were not quite those of the plan."
    )
    return Finding(
        "schedule_lag", Level.INVALID if behind else Level.SUSPECT, sentence, figures, MORE_CLIENT
    )


def client_stalls(facts: Facts) -> Finding:
    """A client that does not run at all (Ctrl-Z, a suspended laptop, a frozen container) sends
    nothing meanwhile.
    """
    name, workers = "client_stalls", [w for w in facts.trace.workers if w.wall_ns > 0]
    worst = max(workers, key=lambda w: w.stalled_ns / w.wall_ns, default=None)
    if worst is None or not worst.stalled_ns:
        return Finding(name, Level.OK, "The client ran all the time.")
    share = worst.stalled_ns / worst.wall_ns
    figures: dict[str, Figure] = {
        "stalled_s": worst.stalled_ns / NS,
        "longest_s": worst.longest_stall_ns / NS,
        "share": share,
        "stalled_workers": sum(w.stalled_ns > 0 for w in workers),
        "workers": len(workers),
    }
    level = max(
        Level.NOTE,
        grade(
            share, facts.thresholds.stalled_share_suspect, facts.thresholds.stalled_share_invalid
        ),
    )
    who = (
        "The client"
        if len(workers) == 1
        else f"{figures['stalled_workers']} of {len(workers)} workers"
    )
    sentence = (
        f"{who} stood still for {figures['stalled_s']:.1f} s ({share:.1%} of the run, at most "
        f"{figures['longest_s']:.1f} s at once) and sent nothing meanwhile."
    )
    return Finding(name, level, sentence, figures, RUN_ON)


def slots_filled(facts: Facts) -> Finding:
    """A closed loop is one only if a free slot gets its next request at once: else the client sets
    the throughput.
    """
    name = "slots_filled"
    use = (
        slot_use(facts.whole) if facts.constant_load else None
    )  # a conversation's slot waits while its user thinks
    if use is None or not len(use.waits_ms):
        return Finding(name, Level.OK, "No slot of a closed loop had to be filled again.")
    p50, p99 = (float(ms) for ms in np.percentile(use.waits_ms, [50, 99]))
    figures: dict[str, Figure] = {
        "idle_share": use.idle_share,
        "wait_p50_ms": p50,
        "wait_p99_ms": p99,
        "wait_max_ms": float(use.waits_ms.max()),
    }
    level = grade(
        use.idle_share, facts.thresholds.idle_slots_suspect, facts.thresholds.idle_slots_invalid
    )
    if level == Level.OK:
        return Finding(
            name, level, f"Free slots got their next request within {p99:.2f} ms (p99).", figures
        )
    sentence = (
        f"Free slots waited {use.idle_share:.1%} of the time for their next request "
        f"({figures['wait_max_ms']:.0f} ms at most): the load was lower than asked for, and "
        "throughput is too "
        "low by about as much."
    )
    stalled = any(w.stalled_ns for w in facts.trace.workers)
    figures["cure"] = "stalled" if stalled else "slow"
    return Finding(name, level, sentence, figures, RUN_ON if stalled else MORE_CLIENT)


def run_queue_share(facts: Facts) -> float | None:
    """Worst worker's time without a core though it had work / its wall time; None where the system
    hides it.
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
    return max((w.cpu_ns / w.wall_ns for w in facts.trace.workers if w.wall_ns > 0), default=None)


def run_queue(facts: Facts) -> Finding:
    """A starved client sends late and reads late, whoever stamps."""
    share = run_queue_share(facts)
    figures = {"run_queue_share": share}
    if share is None:
        return Finding(
            "run_queue",
            Level.OK,
            "The system does not tell how long the client waited for a core.",
            figures,
        )
    level = grade(
        share, facts.thresholds.run_queue_share_suspect, facts.thresholds.run_queue_share_invalid
    )
    sentence = f"The client waited for a core {share:.1%} of the time."
    cure = (
        "Something else spins on its cores, the server perhaps: pin them apart (taskset), or "
        "allow a real-time priority."
    )
    return Finding("run_queue", level, sentence, figures, cure if level else "")


def client_cpu(facts: Facts) -> Finding:
    """A client that is busy all the time is at its own limit, and the load it makes is no longer
    the load asked for.
    """
    share = cpu_share(facts)
    figures = {"cpu_share": share}
    if share is None:
        return Finding("client_cpu", Level.OK, "No worker told of its CPU time.", figures)
    level = Level.SUSPECT if share > facts.thresholds.cpu_share_suspect else Level.OK
    sentence = f"The client's busiest loop used {share:.0%} of a core."
    return Finding("client_cpu", level, sentence, figures, MORE_CLIENT if level else "")


def clock_step(facts: Facts) -> Finding:
    """Kernel stamps are on the system's time: a step of it during the run is a step in every
    latency that spans it.
    """
    step_ms = max((w.clock_step_ns for w in facts.trace.workers), default=0) / MS
    figures: Mapping[str, Figure] = {"clock_step_ms": step_ms}
    if step_ms <= facts.thresholds.clock_step_suspect_ms:
        return Finding("clock_step", Level.OK, "The system's time ran steadily.", figures)
    sentence = (
        f"The system's time was set during the run, by {step_ms:.1f} ms: latencies at that "
        "moment are off by as much."
    )
    return Finding(
        "clock_step", Level.SUSPECT, sentence, figures, "Run again while nothing sets the clock."
    )


def backlog(facts: Facts) -> Finding:
    """A client that was never idle kept undecoded bytes for later, in the end on disk; times are
    not touched by that.
    """
    spilled = sum(w.spilled_bytes for w in facts.trace.workers)
    peak = max((w.backlog_peak_bytes for w in facts.trace.workers), default=0)
    figures = {"spilled_bytes": spilled, "backlog_peak_bytes": peak}
    if not spilled:
        return Finding("backlog", Level.OK, "All responses were decoded from memory.", figures)
    sentence = (
        f"The client was never idle enough to decode, {spilled / 1e6:.1f} MB waited in a "
        "temporary file; times do not suffer."
    )
    return Finding(
        "backlog", Level.NOTE, sentence, figures, "More workers (--workers) would keep up."
    )


def beyond_calibration(facts: Facts) -> Finding:
    """At a load beyond what this host's client was seen to take, nothing is known of how exact it
    is.
    """
    return load_and_ceilings(facts.precision)


def load_and_ceilings(precision: Precision | None) -> Finding:
    """The finding of `beyond_calibration`, which may also be made when the host is calibrated after
    the run.
    """
    name = "beyond_calibration"
    if precision is None or precision.calibrated is None:
        return Finding(name, Level.OK, "The load was not compared with a calibration of this host.")
    figures: dict[str, Figure] = {}
    too_much: list[str] = []
    untried: list[str] = []
    for kind, ceiling in precision.ceilings.items():
        load = precision.load[kind]
        figures |= {
            kind: load,
            f"{kind}_ceiling": ceiling.value,
            f"{kind}_used": precision.used(kind),
        }
        if load > ceiling.value:
            (untried if ceiling.at_least else too_much).append(
                f"{load:,.0f} of {ceiling_in_words(ceiling)} {UNITS[kind]}"
            )
    if too_much:
        sentence = (
            "At its peak the load was beyond what this host's client can take and stay within "
            f"{precision.target_ms:g} ms"
        )
        cure = f"{MORE_CLIENT} If it was busy when it was calibrated: `inferometer calibrate`."
        return Finding(
            name, Level.SUSPECT, f"{sentence}: {', '.join(too_much + untried)}.", figures, cure
        )
    if untried:
        sentence = (
            "At its peak the load was beyond what this host was calibrated for: "
            f"{', '.join(untried)}."
        )
        cure = "`inferometer calibrate` takes longer than a quick calibration, and goes further."
        return Finding(name, Level.NOTE, sentence, figures, cure)
    most = max(
        (share for kind in UNITS if (share := precision.used(kind)) is not None), default=0.0
    )
    return Finding(
        name,
        Level.OK,
        f"At its peak the load was {percent(most)} of what this host's client can take.",
        figures,
    )
