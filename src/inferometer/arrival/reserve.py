"""How many connections to open before a run begins."""

from __future__ import annotations

import numpy as np

from inferometer.arrival.plan import LoadPlan
from inferometer.clock import NS

OPEN_LOOP_RESERVE = 16
"""Connections an open loop holds open beside the most arrivals of one second."""

MAX_OPEN_LOOP_RESERVE = 1024


def reserve(plan: LoadPlan, max_in_flight: int) -> int:
    """Connections to open ahead: one for each slot, or for the most arrivals of one second where
    slots are not what limits.
    """
    due = plan.due_ns
    if not len(due) or due[0] == due[-1]:
        return max_in_flight
    in_a_second = int((np.searchsorted(due, due + NS) - np.arange(len(due))).max())
    return min(max_in_flight, OPEN_LOOP_RESERVE + min(in_a_second, MAX_OPEN_LOOP_RESERVE))
