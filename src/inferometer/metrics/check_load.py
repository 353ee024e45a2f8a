"""Check of the load: was the level that the plan names ever reached?"""

from __future__ import annotations

from inferometer.metrics.finding import NOTE, OK, Facts, Found


def load_reached(facts: Facts) -> Found:
    """A closed loop with fewer requests than slots never reaches the planned load."""
    cap, planned = facts.max_in_flight, facts.summary.counts.planned
    if cap is None or planned >= cap or not facts.trace.closed_loop:
        return Found(OK, "fine")
    values = {
        "cap": cap,
        "planned": planned,
        "peak": facts.summary.peak_concurrency,
    }
    return Found(NOTE, "found", values)
