"""Turns of conversations: which request waits for which, and when it may be sent.

A turn follows its predecessor's end after a pause, so the plan cannot know when it is due. Requests
without a conversation cost nothing here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from heapq import heappop, heappush

from inferometer.request import Request


class Turns:
    """The conversations of one worker's requests. Positions are those in its shard, times monotonic
    ns.
    """

    def __init__(self, requests: Sequence[Request]) -> None:
        """Raises ValueError unless each request comes after the one it follows."""
        self.beginnings: Sequence[int] = range(len(requests))
        """Positions of the requests that follow no other, in order."""
        self.next_of: dict[int, int] = {}
        """The turn that waits for the end of each."""
        self.waiting: list[tuple[int, int]] = []
        """Heap of (time from which it may be sent, position)."""
        self.start_ns = 0
        self.due_ns: dict[int, int] = {}
        """That time of every turn that has come due so far, from the run's start."""
        self._requests = requests
        if any(request.after is not None for request in requests):
            position_of = {
                request.id: position
                for position, request in enumerate(requests)
            }
            self.beginnings = [
                position
                for position, request in enumerate(requests)
                if request.after is None
            ]
            self.next_of = {
                position_of[r.after]: position
                for position, r in enumerate(requests)
                if r.after is not None
            }
            if any(
                position <= before for before, position in self.next_of.items()
            ):
                raise ValueError(
                    "A turn of a conversation precedes the one that it follows."
                )

    def beginnings_before(self, position: int) -> int:
        """How many conversations begin before that position."""
        return bisect_left(self.beginnings, position)

    def has_ended(self, position: int, now_ns: int) -> None:
        """The turn that waited for this request may be sent after its pause."""
        follower = self.next_of.get(position)
        if follower is not None:
            from_ns = now_ns + self._requests[follower].think_ns
            self.due_ns[follower] = from_ns - self.start_ns
            heappush(self.waiting, (from_ns, follower))

    def take(self) -> int:
        """The position of the turn that has waited longest."""
        return heappop(self.waiting)[1]

    def rest_of(self, position: int) -> list[int]:
        """That position and all turns after it."""
        rest = [position]
        while (follower := self.next_of.get(rest[-1])) is not None:
            rest.append(follower)
        return rest
