"""Which request of a shard is to be sent next, and when. Has no clock and no sockets."""

from __future__ import annotations

from collections.abc import Sequence

from inferometer.arrival import Shard
from inferometer.loadgen.turns import Turns
from inferometer.request import Request


class Schedule:
    """The shard's requests in sending order. Times are monotonic ns; positions are those in the
    shard.

    A request that follows no other has its due time from the plan. The turns of a conversation
    follow one another; during a pause, the conversation keeps its slot. `dropped` are the positions
    that a dropping plan had no slot for.
    """

    def __init__(self, requests: Sequence[Request], shard: Shard) -> None:
        self.turns = Turns(requests)
        self.dropped: list[int] = []
        self._shard = shard
        self._beginnings = self.turns.beginnings
        due_ns: list[int] = shard.due_ns.tolist()
        self._due_ns = [due_ns[position] for position in self._beginnings]
        self._next = self._until = 0  # among the beginnings
        self._start_ns = 0

    def start(self, until: int, start_ns: int) -> None:
        """Allow positions up to `until`, due times counted from `start_ns`."""
        self._until, self._start_ns = (
            self.turns.beginnings_before(until),
            start_ns,
        )
        self.turns.start_ns = start_ns

    @property
    def begun(self) -> int:
        """Requests sent that follow no other."""
        return self._next

    @property
    def ahead(self) -> int:
        """Requests not yet sent that follow no other, of the whole shard."""
        return len(self._beginnings) - self._next

    @property
    def left(self) -> int:
        """Of these, those up to `until`, plus the turns that pause."""
        return self._until - self._next + len(self.turns.waiting)

    def next_ns(self, in_flight: int, now_ns: int) -> int | None:
        """When there will be something to do: in the past if a request is to be sent, None if
        another one has to end first.

        If the plan drops, due requests without a slot are dropped here.
        """
        shard, waiting = self._shard, self.turns.waiting
        full = in_flight + len(waiting) >= shard.max_in_flight
        if full and shard.drops:
            self._drop_due(now_ns)
        next_ns = None
        if self._next < self._until and (shard.drops or not full):
            next_ns = self._start_ns + self._due_ns[self._next]
        if (
            waiting
            and in_flight < shard.max_in_flight
            and (next_ns is None or waiting[0][0] < next_ns)
        ):
            next_ns = waiting[0][0]
        return next_ns

    def take(self, now_ns: int) -> int:
        """The position to send: a turn whose pause is over, else the next beginning."""
        if self.turns.waiting and self.turns.waiting[0][0] <= now_ns:
            return self.turns.take()
        self._next += 1
        return self._beginnings[self._next - 1]

    def measured_from_ns(self) -> int | None:
        """When the first measured request is due; None if there is none."""
        first = self.turns.beginnings_before(self._shard.warmups)
        return (
            self._start_ns + self._due_ns[first]
            if first < self._until
            else None
        )

    def _drop_due(self, now_ns: int) -> None:
        while (
            self._next < self._until
            and self._start_ns + self._due_ns[self._next] <= now_ns
        ):
            self.dropped += self.turns.rest_of(self._beginnings[self._next])
            self._next += 1
