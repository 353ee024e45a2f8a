"""A client in virtual time: it sends a plan's requests as the measuring loop does, to a simulated
engine, and records the same columns. Reads no clock; what it records was computed, not measured.

It decides at the moments at which something happens to it: a request is due, an answer ends, a
time-out expires, the run is over. In between, the engine computes the steps that begin before the
next of these moments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any, Protocol

import numpy as np

from inferometer.arrival import stripe
from inferometer.clock import NS
from inferometer.engine.ask import AskError
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.simulation import FOREVER_PS, Simulation
from inferometer.engine.twin.stretch import PS_PER_NS, Stretch
from inferometer.loadgen.job import timed_out
from inferometer.loadgen.live import Snapshot
from inferometer.loadgen.schedule import Schedule
from inferometer.measurement.prepare import ReadyPoint
from inferometer.measurement.token_log import Times, TokenLog
from inferometer.request import Request
from inferometer.trace import Failure, Outcome, TokenSource, Trace
from inferometer.trace.schema import EVENT_COLUMNS, MISSING, StampSource
from inferometer.trace.trace import Column, unsent_requests

TIMES = (
    "sent_ns",
    "sent_done_ns",
    "headers_ns",
    "first_ns",
    "last_ns",
    "end_ns",
)


class Front(Protocol):
    """What takes the requests in."""

    simulation: Simulation

    def submit(
        self, ready: ReadyPoint, request: Request, at_ns: int
    ) -> TwinRequest:
        """Raises AskError as the server would refuse it."""

    def see(self, stretch: Stretch) -> None:
        """Is told all steps."""


@dataclass(slots=True)
class _Flight:
    """A request that was sent and whose answer is not complete."""

    position: int
    request: TwinRequest
    sent_ns: int
    begun: int | None = None
    """The stretch in the log that has its first token."""


class VirtualClient:
    """One run of a point. Times are ns on the clock of the simulation."""

    def __init__(
        self,
        ready: ReadyPoint,
        front: Front,
        *,
        stopped: Callable[[], bool] = lambda: False,
        report: Callable[[VirtualClient], None] = lambda _: None,
    ) -> None:
        """`stopped`: whether the user wants the run to end. `report` is called at each moment."""
        (self._shard,) = stripe(ready.plan, 1)
        self._ready, self._front = ready, front
        self._simulation = front.simulation
        self._stopped, self._report = stopped, report
        self._requests = ready.workload.requests
        self._limits = ready.spec.timeouts
        self._schedule = Schedule(self._requests, self._shard)
        self._turns = self._schedule.turns
        self._flights: dict[int, _Flight] = {}
        """By the number of the request in the engine."""
        self._ends: list[tuple[int, int]] = []
        """Heap of (when an answer is complete, number)."""
        self._deadlines: list[tuple[int, int]] = []
        """Heap of (when a time-out may have expired, number)."""
        self._is_over = False
        self._over_ns: int | None = None
        self._columns = _columns(ready, self._requests)
        self._log = TokenLog(self._simulation.outlet)
        self._ended: dict[int, int] = {}
        """Position by number, of those that were sent, in the order in which they ended."""
        self._sums = dict.fromkeys(
            ("sent", "ok", "failed", "tokens", "ttft_ns", "tpot_ns", "tpots"), 0
        )
        self.now_ns = self.start_ns = self._begin_ns = 0
        self.interrupted = False

    def run(self, start_ns: int) -> None:
        """Send all requests, and wait for their answers."""
        self._begin_ns = start_ns
        if self._ready.plan.drain_warmups:
            self._play(self._shard.warmups, start_ns)
            start_ns = self.now_ns
        self.start_ns = start_ns
        self._play(len(self._requests), start_ns)

    def trace(self, started_realtime_ns: int) -> Trace:
        """What was recorded, with times since the run's start."""
        for position in self._schedule.dropped:
            self._columns["outcome"][position] = Outcome.DROPPED
        if not self._ready.plan.closed_loop:
            for position, due_ns in self._turns.due_ns.items():
                self._columns["intended_ns"][position] = due_ns
        times_ns = self._write_tokens()
        for name in TIMES:
            column = self._columns[name]
            column[column != MISSING] -= self.start_ns
        order = np.argsort(self._columns["id"], kind="stable")
        return Trace(
            requests={
                name: column[order] for name, column in self._columns.items()
            },
            events=_event_columns(times_ns - self.start_ns),
            workers=(),
            start_realtime_ns=started_realtime_ns,
            closed_loop=self._ready.plan.closed_loop,
            interrupted=self.interrupted,
        )

    def snapshot(self) -> Snapshot:
        sums = self._sums
        return Snapshot(
            sent=sums["sent"],
            in_flight=len(self._flights),
            reads=0,
            ok=sums["ok"],
            failed=sums["failed"],
            output_tokens=sums["tokens"],
            ttft_sum_ns=sums["ttft_ns"],
            ttft_count=sums["ok"],
            tpot_sum_ns=sums["tpot_ns"],
            tpot_count=sums["tpots"],
            dropped=len(self._schedule.dropped),
            output_events=sums["tokens"],
            streaming_events=len(self._arrived_ns(self._flights)),
            virtual_s=(self.now_ns - self._begin_ns) / NS,
        )

    def _arrived_ns(self, numbers: Iterable[int]) -> Times:
        """When the tokens of these requests came that have come by now."""
        begun = {
            number: stretch
            for number in numbers
            if (stretch := self._flights[number].begun) is not None
        }
        if not begun:
            return np.zeros(0, np.int64)
        whose, times_ns = self._log.since(min(begun.values()))
        is_of_these = np.isin(whose, list(begun))
        return times_ns[is_of_these & (times_ns <= self.now_ns)]

    def _write_tokens(self) -> Times:
        """What the tokens of each request tell. Returns when they came: those of one request after
        those of another, in the order in which the requests ended.
        """
        columns, ended = self._columns, np.array([*self._ended], np.int64)
        rows = np.array([*self._ended.values()], np.int64)
        whose, times_ns = self._log.since(0)
        first = min(self._ended, default=0)
        numbers = max(self._ended, default=0) - first + 1
        # in as few bytes as do: such numbers are sorted fastest
        turn_of = np.zeros(numbers, np.min_scalar_type(len(rows)))
        turn_of[ended - first] = np.arange(len(rows))
        turn = turn_of[whose - first]
        has_come = times_ns <= columns["end_ns"][rows[turn]]
        turn, times_ns = turn[has_come], times_ns[has_come]
        times_ns = times_ns[np.argsort(turn, kind="stable")]
        counts = np.bincount(turn, minlength=len(rows))
        ends = np.cumsum(counts)
        columns["event_start"][rows] = ends - counts
        columns["event_count"][rows] = counts
        some = counts > 0
        rows, counts, ends = rows[some], counts[some], ends[some]
        columns["first_ns"][rows] = times_ns[ends - counts]
        columns["last_ns"][rows] = times_ns[ends - 1]
        columns["first_tokens"][rows] = 1
        columns["output_tokens"][rows] = counts
        is_ok = columns["outcome"][rows] == Outcome.OK
        columns["token_source"][rows] = np.where(
            is_ok, TokenSource.USAGE, TokenSource.EVENTS
        )
        return times_ns

    def _play(self, until: int, start_ns: int) -> None:
        """Send requests up to that position, due counted from `start_ns`, and wait for them."""
        schedule, simulation = self._schedule, self._simulation
        schedule.start(until, start_ns)
        self.now_ns = start_ns
        self._over_ns = self._known_end_ns()
        while (self._flights or schedule.left) and not self._is_over:
            next_ns, step_ps = self._next_ns(), simulation.next_ps()
            if step_ps is not None and (
                next_ns is None or step_ps < next_ns * PS_PER_NS
            ):
                self._compute(next_ns)
            elif next_ns is None:
                return
            else:
                self.now_ns = next_ns
                self._act()
            if self._stopped():
                self.interrupted = True
                self._end("the run was stopped", Outcome.CANCELLED)
            self._report(self)

    def _next_ns(self) -> int | None:
        """The next moment at which something happens to the client."""
        due_ns = self._schedule.next_ns(len(self._flights), self.now_ns)
        moments = [] if due_ns is None else [max(due_ns, self.now_ns)]
        if self._ends:
            moments.append(self._ends[0][0])
        if self._deadlines:
            moments.append(self._deadlines[0][0])
        if self._over_ns is not None:
            moments.append(self._over_ns)
        return min(moments, default=None)

    def _compute(self, next_ns: int | None) -> None:
        """The engine's next steps, of those that begin before `next_ns`."""
        horizon_ps = FOREVER_PS if next_ns is None else next_ns * PS_PER_NS - 1
        stretch = self._simulation.advance(horizon_ps)
        if stretch is None:
            return
        self._front.see(stretch)
        if not stretch.requests:
            return
        self._simulation.outlet.stamp(stretch)
        self._log.add(stretch)
        for request in stretch.begun:
            flight = self._flights.get(request.number)
            if flight and flight.begun is None:
                flight.begun = len(self._log) - 1
        for request in stretch.ended:
            if request.number in self._flights:
                heappush(self._ends, (request.finished_ns, request.number))

    def _act(self) -> None:
        """All that happens to the client now."""
        while self._ends and self._ends[0][0] <= self.now_ns:
            self._complete(heappop(self._ends)[1])
        while self._deadlines and self._deadlines[0][0] <= self.now_ns:
            self._expire(heappop(self._deadlines)[1])
        if self._over_ns is not None and self._over_ns <= self.now_ns:
            self._end("the run's time was over", Outcome.UNFINISHED)
            return
        while True:
            due_ns = self._schedule.next_ns(len(self._flights), self.now_ns)
            if due_ns is None or due_ns > self.now_ns:
                return
            self._send(self._schedule.take(self.now_ns))

    def _send(self, position: int) -> None:
        now_ns, shard = self.now_ns, self._shard
        self._sums["sent"] += 1
        self._write(
            position, sent_ns=now_ns, sent_done_ns=now_ns, headers_ns=now_ns
        )
        try:
            request = self._front.submit(
                self._ready, self._requests[position], now_ns
            )
        except AskError as error:
            self._refused(position, error)
            return
        flight = _Flight(position, request, now_ns)
        self._flights[request.number] = flight
        self._watch(flight)
        if shard.time_ns is None or self._over_ns is not None:
            return
        if self._sums["sent"] > shard.warmups:
            self._over_ns = now_ns + shard.time_ns

    def _known_end_ns(self) -> int | None:
        """When the run's time is over, if that is known before its first request."""
        shard, from_ns = self._shard, self._schedule.measured_from_ns()
        warming_up = self._sums["sent"] < shard.warmups and (
            self._ready.plan.closed_loop or bool(self._turns.next_of)
        )
        if shard.time_ns is None or from_ns is None or warming_up:
            return None
        return from_ns + shard.time_ns

    def _complete(self, number: int) -> None:
        flight = self._flights.pop(number, None)
        if flight is None:
            return
        request, sums = flight.request, self._sums
        self._record(flight, Outcome.OK)
        self._write(
            flight.position,
            prompt_tokens=request.prompt_tokens,
            cached_tokens=request.hit_tokens,
            finish_reason="length",
        )
        sums["ok"] += 1
        sums["tokens"] += request.outputs
        sums["ttft_ns"] += request.first_ns - flight.sent_ns
        if request.outputs > 1:
            decoding_ns = request.finished_ns - request.first_ns
            sums["tpots"] += 1
            sums["tpot_ns"] += decoding_ns // (request.outputs - 1)

    def _record(
        self,
        flight: _Flight,
        outcome: Outcome,
        failure: Failure = Failure.NONE,
        detail: str | None = None,
    ) -> None:
        """Its row, but for its tokens and what the server reports at the end of an answer."""
        self._ended[flight.request.number] = position = flight.position
        self._turns.has_ended(position, self.now_ns)
        self._write(
            position,
            end_ns=self.now_ns,
            status=200,
            outcome=outcome,
            failure=failure,
            detail=detail,
            hidden_tokens=0,
        )

    def _refused(self, position: int, error: AskError) -> None:
        self._sums["failed"] += 1
        self._turns.has_ended(position, self.now_ns)
        self._write(
            position,
            end_ns=self.now_ns,
            status=error.status,
            outcome=Outcome.FAILED,
            failure=Failure.HTTP_STATUS,
            detail=f"HTTP {error.status}: {error.message}",
        )

    def _write(self, position: int, **row: Any) -> None:
        """Some columns of a request."""
        for name, value in row.items():
            self._columns[name][position] = value

    def _watch(self, flight: _Flight) -> None:
        """Look at it again when it may next have timed out."""
        limits, last_ns = self._limits, self._last_ns(flight)
        moments = [flight.sent_ns + int(limits.total_s * NS)]
        if last_ns is not None:
            moments += [last_ns + int(limits.idle_s * NS)]
        else:  # its first token may come at once, and be the last for long
            moments += [flight.sent_ns + int(limits.first_token_s * NS)]
            moments += [self.now_ns + int(limits.idle_s * NS)]
        heappush(self._deadlines, (min(moments) + 1, flight.request.number))

    def _last_ns(self, flight: _Flight) -> int | None:
        """When its last token came, of those that have come by now."""
        came_ns = self._arrived_ns([flight.request.number])
        return int(came_ns[-1]) if len(came_ns) else None

    def _expire(self, number: int) -> None:
        flight = self._flights.get(number)
        if flight is None:
            return
        limits, last_ns = self._limits, self._last_ns(flight)
        age_ns = self.now_ns - flight.sent_ns
        if age_ns > limits.total_s * NS:
            failure = Failure.TOTAL_TIMEOUT
        elif last_ns is None and age_ns > limits.first_token_s * NS:
            failure = Failure.FIRST_TOKEN_TIMEOUT
        elif last_ns is not None and self.now_ns - last_ns > limits.idle_s * NS:
            failure = Failure.IDLE_TIMEOUT
        else:
            self._watch(flight)
            return
        self._sums["failed"] += 1
        detail = timed_out(failure, limits)
        self._cut(flight, Outcome.FAILED, failure, detail)

    def _cut(
        self, flight: _Flight, outcome: Outcome, failure: Failure, detail: str
    ) -> None:
        """End a request that has not ended; the engine gives it up."""
        del self._flights[flight.request.number]
        if not flight.request.finished:
            flight.request.cancelled = True
            self._simulation.cancel(flight.request)
        self._record(flight, outcome, failure, detail)

    def _end(self, detail: str, outcome: Outcome) -> None:
        """The run is over: what is in flight ends so, what was not sent stays unsent."""
        self._is_over = True
        for flight in list(self._flights.values()):
            self._cut(flight, outcome, Failure.NONE, detail)


def _columns(ready: ReadyPoint, requests: Any) -> dict[str, Column]:
    """Rows of requests that were not sent yet."""
    number, plan = len(requests), ready.plan
    columns = unsent_requests(number)
    columns["id"][:] = [each.id for each in requests]
    columns["warmup"][:] = np.arange(number) < plan.warmups
    columns["asked_prompt_tokens"][:] = [
        each.prompt_tokens for each in requests
    ]
    columns["asked_output_tokens"][:] = [each.max_tokens for each in requests]
    if not plan.closed_loop:
        follows = np.array([each.after is not None for each in requests], bool)
        columns["intended_ns"][~follows] = plan.due_ns[~follows]
    return columns


def _event_columns(times_ns: Times) -> dict[str, Column]:
    columns = {
        each.name: np.zeros(len(times_ns), each.dtype) for each in EVENT_COLUMNS
    }
    columns["arrival_ns"] = times_ns
    columns["tokens"][:] = 1
    columns["stamp_source"][:] = StampSource.SIMULATED
    return columns
