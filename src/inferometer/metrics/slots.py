"""Slots of a closed loop: whether a slot that an answer leaves free is filled at once, and how long
all slots were in use.

A closed loop of C keeps C requests in flight. While a free slot waits for its next request, the
server has less to do than was asked, and throughput is the client's. Not known here: how much of
that is too much.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from inferometer.clock import MS
from inferometer.metrics.definitions import Sample, known
from inferometer.metrics.peaks import in_flight_at_sends
from inferometer.trace import MISSING, Trace
from inferometer.trace.trace import Integers

_NEVER = np.iinfo(np.int64).max


class SlotUse(NamedTuple):
    """How a closed loop used its slots, from its first measured request on."""

    waits_ms: Sample
    """From the end of an answer to the sending of the request that took its place, in no order."""
    idle_share: float
    """Time of unfilled slots ÷ time of all slots, until the last request was sent."""
    busy_share: float
    """Mean requests in flight ÷ slots, until the last answer."""


class _Loop(NamedTuple):
    """One worker's part: its slots and its requests' times, ns, each in order."""

    slots: int
    sent: Integers
    ended: Integers


def slot_use(trace: Trace) -> SlotUse | None:
    """None if no request of a closed loop ever had to wait for another's end.

    `trace` holds the warm-up requests too: those that hand over without a pause have filled the
    slots.
    """
    loops = [
        loop
        for worker in np.unique(trace.requests["worker"])
        if (loop := _loop(trace, worker))
    ]
    if not trace.closed_loop or not loops:
        return None
    waits = np.concatenate([_waits_ns(loop) for loop in loops])
    slot_ns = sum(
        loop.slots * int(loop.sent[-1] - loop.sent[0]) for loop in loops
    )
    idle_share = float(waits.sum()) / max(slot_ns, 1)
    return SlotUse(waits / MS, idle_share, _busy_share(loops))


def _busy_share(loops: Sequence[_Loop]) -> float:
    until_ns = max(int(loop.ended[loop.ended < _NEVER].max()) for loop in loops)
    busy_ns = sum(
        float((np.minimum(loop.ended, until_ns) - loop.sent).sum())
        for loop in loops
    )
    all_ns = sum(loop.slots * float(until_ns - loop.sent[0]) for loop in loops)
    return busy_ns / max(all_ns, 1.0)


def _loop(trace: Trace, worker: int) -> _Loop | None:
    """None where all of a worker's requests fit at once, or not one ended."""
    r = trace.requests
    rows = (r["worker"] == worker) & known(r["sent_ns"])
    warmup = rows & r["warmup"]
    measured = rows & ~r["warmup"]
    if not measured.any():
        return None
    # where the warm-ups had ended before, nothing was handed over
    if (r["end_ns"][warmup] <= r["sent_ns"][measured].min()).all():
        rows = measured
    sent = np.sort(r["sent_ns"][rows])
    ended = np.sort(np.where(r["end_ns"] == MISSING, _NEVER, r["end_ns"])[rows])
    slots = int(in_flight_at_sends(sent, ended).max())
    if slots >= len(sent) or ended[0] == _NEVER:
        return None
    return _Loop(slots, sent, ended)


def _waits_ns(loop: _Loop) -> Integers:
    """The request that is sent as number k, when all slots have been taken, needs k − slots + 1
    ends before it.
    """
    freed = loop.ended[: len(loop.sent) - loop.slots]
    waits = loop.sent[loop.slots :] - freed
    return waits[freed < _NEVER]
