"""When each token of simulated answers arrives. Steps are noted as they are computed; when their
tokens arrive, and whose they are, is worked out for all of them when somebody asks.
"""

from __future__ import annotations

from array import array

import numpy as np
import numpy.typing as npt

from inferometer.engine.twin.outlet import Outlet
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.stretch import PS_PER_NS, Stretch, end_ps

Numbers = npt.NDArray[np.int64]
Times = Numbers


COLUMNS = 7


class TokenLog:
    """All stretches of a run that made tokens."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._requests: tuple[TwinRequest, ...] = ()
        """Of the last stretch."""
        self._numbers = array("q")
        """Of the requests of a stretch; once for stretches in a row that have the same."""
        self._first = 0
        """Where those of the last stretch begin."""
        self._rows = array("q")
        """By stretch, COLUMNS each: where its numbers begin, how many they are, and its steps."""

    def __len__(self) -> int:
        """How many stretches there are."""
        return len(self._rows) // COLUMNS

    def add(self, stretch: Stretch) -> None:
        requests = stretch.requests
        if requests != self._requests:
            self._requests, self._first = requests, len(self._numbers)
            self._numbers.extend([each.number for each in requests])
        self._rows.extend(
            (
                self._first,
                len(requests),
                stretch.steps,
                stretch.start_ps,
                stretch.first_ps,
                stretch.growth_ps,
                stretch.queued_ps,
            )
        )

    def since(self, stretch: int) -> tuple[Numbers, Times]:
        """All tokens from that stretch on: the number of the request, and when it arrives."""
        rows = np.array(self._rows[stretch * COLUMNS :], np.int64)
        rows = rows.reshape(-1, COLUMNS)
        steps = rows[:, 2]
        each_step = np.repeat(rows, steps, axis=0).T
        first, tokens, _, *times_ps = each_step
        begins_ns = self._begin_ns(*times_ps, tokens=tokens, step=_up(steps))
        place = _up(tokens)
        oldest = int(rows[:1, 0].sum())
        numbers = np.array(self._numbers[oldest:], np.int64)
        # in place: there may be millions of them
        which = np.repeat(first - oldest - 1, tokens)
        which += place
        times_ns = np.repeat(begins_ns, tokens)
        place *= self._outlet.token_ns
        times_ns += place
        return numbers[which], times_ns

    def _begin_ns(
        self,
        start_ps: Times,
        first_ps: Times,
        growth_ps: Times,
        queued_ps: Times,
        *,
        tokens: Numbers,
        step: Numbers,
    ) -> Times:
        """As `Outlet.begins_ns`; each array has a place for each step."""
        ends_ps = end_ps(start_ps, first_ps, growth_ps, step)
        free_ps = start_ps + first_ps + queued_ps
        passed_ps = self._outlet.passed_ps(free_ps, tokens, step)
        begins_ps: Times = np.maximum(ends_ps, passed_ps)
        return begins_ps // PS_PER_NS + self._outlet.fixed_ns


def _up(counts: Numbers) -> Numbers:
    """1, 2, … up to each count."""
    ends = np.cumsum(counts)
    up = np.arange(1, counts.sum() + 1, dtype=np.int64)
    return up - np.repeat(ends - counts, counts)
