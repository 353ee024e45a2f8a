"""The exchanges of one worker's plan, some of them made ahead: a free slot then waits for less."""

from __future__ import annotations

from inferometer.loadgen.exchange import Exchange
from inferometer.loadgen.job import Job
from inferometer.loadgen.responses import READ_BYTES
from inferometer.loadgen.schedule import Schedule
from inferometer.trace.schema import StampSource

MAX_AHEAD = 1024


class Exchanges:
    """Makes each when it is asked for, unless it is there."""

    def __init__(
        self, job: Job, schedule: Schedule, usual_stamp: StampSource
    ) -> None:
        self._job = job
        self._schedule = schedule
        self._usual_stamp = usual_stamp
        self._made: dict[int, Exchange] = {}
        """Those that are to be sent next, by position."""
        self._next = 0

    def take(self, position: int) -> Exchange:
        return self._made.pop(position, None) or self._make(position)

    def make_ahead(self, most: int = MAX_AHEAD) -> None:
        """Of a closed loop, at most one for each of its slots."""
        if not self._job.closed_loop:
            return
        beginnings = self._schedule.turns.beginnings
        begin = max(self._next, self._schedule.begun)
        room = min(self._job.shard.max_in_flight, MAX_AHEAD) - len(self._made)
        self._next = begin + min(most, room, len(beginnings) - begin)
        for position in beginnings[begin : self._next]:
            self._made[position] = self._make(position)

    def _make(self, position: int) -> Exchange:
        return Exchange(
            position,
            self._job.backend.decoder(),
            max_tokens=self._job.requests[position].max_tokens,
            read_bytes=READ_BYTES,
            keep_text=self._job.keep_texts,
            usual_stamp=self._usual_stamp,
        )
