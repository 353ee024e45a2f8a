"""The two clocks, and the anchor between them.

The kernel stamps arriving packets with CLOCK_REALTIME; durations and schedules use CLOCK_MONOTONIC.
The distance between the two is constant unless somebody sets the system's time (NTP slews both
alike), so one subtraction maps one to the other. A change of that distance is a clock step, which
the verdict must know of.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

NS = 1_000_000_000
MS = 1_000_000

monotonic_ns = time.monotonic_ns
realtime_ns = time.time_ns


class Anchor(NamedTuple):
    """One simultaneous reading of both clocks, in ns."""

    realtime_ns: int
    monotonic_ns: int

    @property
    def offset_ns(self) -> int:
        return self.realtime_ns - self.monotonic_ns


def utc(since_1970_ns: float) -> datetime:
    """Cut to microseconds. Raises OverflowError."""
    return datetime.fromtimestamp(0, timezone.utc) + timedelta(
        microseconds=since_1970_ns // 1000
    )


def take_anchor(tries: int = 3) -> Anchor:
    """Read both clocks at one moment: the tightest of `tries`, as a preemption may come between."""
    best: tuple[int, Anchor] | None = None
    for _ in range(tries):
        before = monotonic_ns()
        real = realtime_ns()
        after = monotonic_ns()
        width = after - before
        if best is None or width < best[0]:
            best = width, Anchor(real, before + width // 2)
    assert best is not None
    return best[1]


def to_monotonic(
    realtime: npt.NDArray[np.int64], anchors: Iterable[Anchor]
) -> npt.NDArray[np.int64]:
    """Map realtime stamps (ns) to the monotonic clock, by the newest anchor at or before each.

    Anchors are in the order they were taken. Stamps before the first anchor use the first.
    """
    import numpy as np  # not above: who only reads the clocks starts faster without

    taken = list(anchors)
    at = np.array([a.realtime_ns for a in taken], dtype=np.int64)
    offsets = np.array([a.offset_ns for a in taken], dtype=np.int64)
    if np.all(offsets == offsets[0]):
        return realtime - int(offsets[0])
    # A backward step makes `at` unsorted; the running maximum keeps the search defined, the verdict
    # flags the step itself.
    index = (
        np.searchsorted(np.maximum.accumulate(at), realtime, side="right") - 1
    )
    each: npt.NDArray[np.int64] = offsets[np.clip(index, 0, len(taken) - 1)]
    return realtime - each


def clock_step_ns(anchors: Iterable[Anchor]) -> int:
    """The largest change of the clocks' distance between two anchors, ns; a few µs are reading
    noise.
    """
    offsets = [a.offset_ns for a in anchors]
    return max(
        (abs(b - a) for a, b in zip(offsets, offsets[1:], strict=False)),
        default=0,
    )
