"""Checks of the load over time: averages of a run that never settles, or is mostly begin and end,
depend on its length.
"""

from __future__ import annotations

import numpy as np

from inferometer.clock import MS
from inferometer.metrics.definitions import known, ok
from inferometer.metrics.finding import Facts, Figure, Finding, Level
from inferometer.metrics.slots import slot_use
from inferometer.metrics.steady import GROUP, MIN_GROUPS

MIN_REQUESTS = GROUP * MIN_GROUPS
MIN_TO_DOUBT = 2 * MIN_REQUESTS
"""At 85 % of what a server can do, 1 % of such runs look by chance as if they never settled, and 2
% of those half as long.
"""
PARTS = 5
"""The first and the last of so many parts of a run are compared."""


def steady_state(facts: Facts) -> Finding:
    """Short runs, bursts, and loads that are to change have none and are not doubted; a long run at
    one rate ought to.
    """
    steady = facts.summary.steady
    if steady is not None:
        sentence = f"The run was steady from {steady.start_s:.1f} to {steady.end_s:.1f} s."
        return Finding(
            "steady_state", Level.OK, sentence, {"start_s": steady.start_s, "end_s": steady.end_s}
        )
    if not facts.constant_load:
        return Finding(
            "steady_state",
            Level.OK,
            "The load was to change all the time: there is no steady state to look for.",
        )
    trace = facts.trace
    due = trace.requests["intended_ns"]
    if not trace.closed_loop and len(due) and due.min() < due.max():
        return _never_settled(facts)
    sentence = (
        "The run has no steady state: it was over before as many requests had ended as there "
        "were in flight at once."
    )
    return Finding(
        "steady_state",
        Level.NOTE,
        sentence,
        {},
        "More prompts (three for each stream and more) make one.",
    )


def _never_settled(facts: Facts) -> Finding:
    r = facts.trace.requests
    rows = np.flatnonzero(ok(facts.trace) & known(r["sent_ns"]) & known(r["last_ns"]))
    if len(rows) < MIN_REQUESTS:
        sentence = f"{len(rows)} answered requests are too few to tell whether the run was steady."
        return Finding(
            "steady_state",
            Level.NOTE,
            sentence,
            {},
            f"{MIN_REQUESTS} answered requests or more tell.",
        )
    rows = rows[np.argsort(r["sent_ns"][rows], kind="stable")]
    parts = np.array_split((r["last_ns"][rows] - r["sent_ns"][rows]) / MS, PARTS)
    first_ms, last_ms = float(parts[0].mean()), float(parts[-1].mean())
    figures = {"first_e2el_ms": first_ms, "last_e2el_ms": last_ms}
    far = max(first_ms, last_ms) > facts.thresholds.unsteady_ratio_suspect * min(first_ms, last_ms)
    level = Level.SUSPECT if far and len(rows) >= MIN_TO_DOUBT else Level.NOTE
    change = f"from {first_ms:.0f} ms in its first fifth to {last_ms:.0f} ms in its last"
    if last_ms > first_ms:
        sentence = (
            f"The run never came to a steady state: mean E2EL grew {change}; averages depend on "
            "how long it was."
        )
        cure = "Lower the rate to what the server can sustain, or read this as a test of overload."
    else:
        sentence = f"The run never came to a steady state: mean E2EL fell {change}."
        cure = "Let it warm up (--num-warmups) and run longer."
    return Finding("steady_state", level, sentence, figures, cure)


def slots_busy(facts: Facts) -> Finding:
    """The last answers of a closed loop leave slots free: the fewer requests there are for each
    slot, the more that weighs.
    """
    name, steady = "slots_busy", facts.summary.steady
    use = slot_use(facts.whole) if facts.constant_load else None
    if use is None:
        return Finding(name, Level.OK, "Every request had a slot of its own.")
    figures: dict[str, Figure] = {"busy_share": use.busy_share}
    whole, t = facts.summary.output_throughput, facts.thresholds
    filled = (
        use.idle_share <= t.idle_slots_suspect
    )  # else slots were free for another reason, which has a check of its own
    counts = facts.summary.counts
    cut = (
        counts.failed or counts.cancelled or counts.unfinished
    )  # these leave slots free, too, and have checks of their own
    if use.busy_share >= t.busy_slots_note or not filled or cut or steady is None or not whole:
        return Finding(
            name, Level.OK, f"The slots were in use {use.busy_share:.0%} of the time.", figures
        )
    figures |= {"output_throughput": whole, "steady_output_throughput": steady.output_throughput}
    sentence = (
        f"The slots were in use {use.busy_share:.0%} of the time, since the last requests did "
        "not fill them: output throughput "
        f"is {whole:,.1f} tok/s over the whole run and {steady.output_throughput:,.1f} in its "
        "steady state."
    )
    cure = "Use a multiple of --max-concurrency as --num-prompts, and more of them."
    return Finding(name, Level.NOTE, sentence, figures, cure)
