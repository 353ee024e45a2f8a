"""How many connections to open before a run begins."""

from __future__ import annotations

import numpy as np

from inferometer.arrival.plan import LoadPlan
from inferometer.clock import NS

OPEN_LOOP_RESERVE = 16
"""Connections of an open loop in addition to the largest number of arrivals within a second."""

MAX_OPEN_LOOP_RESERVE = 1024


def reserve(plan: LoadPlan, max_in_flight: int) -> int:
    """Connections to open in advance: one per slot, or fewer if a second has fewer arrivals."""
    due = plan.due_ns
    if not len(due) or due[0] == due[-1]:
        return max_in_flight
    in_a_second = int(
        (np.searchsorted(due, due + NS) - np.arange(len(due))).max()
    )
    return min(
        max_in_flight,
        OPEN_LOOP_RESERVE + min(in_a_second, MAX_OPEN_LOOP_RESERVE),
    )
