"""Schedule: which request of a shard is to be sent next, and when. Has no clock and no sockets: it
is told the time.
"""

from __future__ import annotations

from collections.abc import Sequence

from inferometer.arrival import Shard
from inferometer.loadgen.turns import Turns
from inferometer.request import Request


class Schedule:
    """The shard's requests in the order of their sending. All times are monotonic ns; positions are
    those in the shard.

    A request that follows no other has its due time from the plan. The turns of a conversation
    follow one another; while one pauses, the conversation keeps its place under the cap. `dropped`
    are the positions for which a plan that says to drop had no room.
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
        """From now on up to position `until`, due times counted from `start_ns`."""
        self._until, self._start_ns = self.turns.beginnings_before(until), start_ns
        self.turns.start_ns = start_ns

    @property
    def ahead(self) -> int:
        """Requests that follow no other and have not begun, of the whole shard."""
        return len(self._beginnings) - self._next

    @property
    def left(self) -> int:
        """Those of them up to where it was told to go, and the turns that pause."""
        return self._until - self._next + len(self.turns.waiting)

    def next_ns(self, in_flight: int, now_ns: int) -> int | None:
        """When there will be something to do: now or earlier if a request is to be sent; None if
        that takes an end of another.

        What is due and has no room is dropped on the way, where the plan says so.
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
        """The position to be sent: a turn whose pause is over, or else the next beginning."""
        if self.turns.waiting and self.turns.waiting[0][0] <= now_ns:
            return self.turns.take()
        self._next += 1
        return self._beginnings[self._next - 1]

    def measured_from_ns(self) -> int | None:
        """When the first request that is no warm-up is due; None if there is none."""
        first = self.turns.beginnings_before(self._shard.warmups)
        return self._start_ns + self._due_ns[first] if first < self._until else None

    def _drop_due(self, now_ns: int) -> None:
        while self._next < self._until and self._start_ns + self._due_ns[self._next] <= now_ns:
            self.dropped += self.turns.rest_of(self._beginnings[self._next])
            self._next += 1
