"""The twin in virtual time: steps one after another, and many decode steps at once where nothing
can happen between them.

`advance` runs what begins by a horizon: by then it has to know all arrivals. Behind the front that
is now; in virtual time the next arrival. What comes out does not depend on where the horizons are.
The clock is in whole picoseconds; what leaves is in ns.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from inferometer.engine.twin.decoding import Decoding
from inferometer.engine.twin.outlet import Outlet
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.scheduler import Plan, Scheduler
from inferometer.engine.twin.step_time import Busy, StepTime
from inferometer.engine.twin.stretch import PS_PER_NS, Stretch

FOREVER_PS = 1 << 100


class Simulation:
    """One engine. Requests are submitted in the order of their arrival."""

    def __init__(
        self,
        scheduler: Scheduler,
        step_time: StepTime,
        *,
        intake_ns: int = 0,
        intake_ps_per_token: int = 0,
        outlet: Outlet | None = None,
        macro_steps: bool = True,
    ) -> None:
        """`macro_steps`: whether decode steps may be run many at once; the results are the same."""
        self.scheduler = scheduler
        self.step_time = step_time
        self.steps = 0
        self.intake_ns = intake_ns
        self.outlet = outlet or Outlet(0, 0)
        self._intake_ps_per_token = intake_ps_per_token
        self._intake_free_ps = 0
        self._macro = macro_steps
        self._arrivals: deque[tuple[int, TwinRequest]] = deque()
        self._clock_ps = 0
        self._is_stuck = False
        self._ahead: Plan | None = None
        """The step that begins at the clock, if that is planned: with async scheduling it is."""
        self._decoding: Decoding | None = None
        """All running requests, while each gets one token a step; it knows what is planned then."""

    @property
    def waiting(self) -> int:
        return len(self.scheduler.waiting) + len(self._arrivals)

    @property
    def is_idle(self) -> bool:
        """Whether nothing but an arrival can make it work."""
        scheduler = self.scheduler
        if self._ahead or scheduler.running or scheduler.waiting:
            return False
        return self._decoding is None or not self._decoding.has_planned

    def submit(self, request: TwinRequest) -> None:
        """Take a request in at its `arrived_ns`; the scheduler knows it `intake_ns` later, and when
        the API server is through with its tokens and with the requests before it.
        """
        request.tables = self.scheduler.memory.new_tables()
        begins_ps = (request.arrived_ns + self.intake_ns) * PS_PER_NS
        begins_ps = max(begins_ps, self._intake_free_ps)
        known_ps = begins_ps + self._intake_ps_per_token * request.prompt_tokens
        self._intake_free_ps = known_ps
        self._arrivals.append((known_ps, request))
        self._is_stuck = False

    def cancel(self, request: TwinRequest) -> None:
        """It gets no more tokens, and its blocks are free from the next step."""
        self._is_stuck = False
        for place, (_, each) in enumerate(self._arrivals):
            if each is request:
                del self._arrivals[place]
                request.finished = True
                return
        self._part()
        self.scheduler.cancel(request)

    def preempt(self, request: TwinRequest) -> None:
        """Take a running request's blocks; it waits at the head of the queue."""
        self._part()
        self.scheduler.preempt(request)

    @property
    def wants_arrivals(self) -> bool:
        """Whether it has to know of later arrivals before it can `advance`."""
        next_ps = self.next_ps()
        return next_ps is None or (
            not self._arrivals or self._arrivals[-1][0] <= next_ps
        )

    def next_ps(self) -> int | None:
        """When its next step begins; None if there is nothing to compute."""
        if not self.is_idle:
            return None if self._is_stuck else self._clock_ps
        if not self._arrivals:
            return None
        return max(self._clock_ps, self._arrivals[0][0])

    def advance(self, horizon_ps: int = FOREVER_PS) -> Stretch | None:
        """The next step or steps; None if none begins by the horizon."""
        start_ps = self.next_ps()
        if start_ps is None or start_ps > horizon_ps:
            return None
        self._clock_ps = start_ps
        self._let_in()
        stretch = self._decode(horizon_ps) if self._macro else None
        stretch = stretch or self._run_one()
        return stretch and self.outlet.take(stretch)

    def _let_in(self) -> None:
        """Requests that are known by now join the scheduler's queue."""
        arrivals, queue = self._arrivals, self.scheduler.waiting
        while arrivals and arrivals[0][0] <= self._clock_ps:
            queue.append(arrivals.popleft()[1])

    def foresee(self) -> Stretch | None:
        """The next steps, if nothing is submitted, cancelled or preempted before they begin. They
        are not run; None where more than their number is open.
        """
        limit_ps = self._before_arrivals(FOREVER_PS)
        if self._decoding is None or limit_ps < self._clock_ps:
            return None
        stretch = self._decoding.foresee(self._clock_ps, limit_ps)
        return stretch and self.outlet.queued(stretch)

    def _before_arrivals(self, horizon_ps: int) -> int:
        """Until when steps begin of which the next arrival is no part."""
        if not self._arrivals:
            return horizon_ps
        return min(horizon_ps, self._arrivals[0][0] - 1)

    def _decode(self, horizon_ps: int) -> Stretch | None:
        """Steps in which everybody that runs gets a token; None if the next one is not such."""
        made = self._decoding or Decoding.of(
            self.scheduler, self.step_time, self._ahead
        )
        if made is None:
            return None
        self._decoding, self._ahead = made, None
        limit_ps = self._before_arrivals(horizon_ps)
        stretch = made.advance(self._clock_ps, limit_ps)
        if stretch is None:
            self._part()
            return None
        self._clock_ps = stretch.end_ps(stretch.steps)
        self.steps += stretch.steps
        return stretch

    def _part(self) -> None:
        """Leave it to the scheduler what each of them gets."""
        if self._decoding is not None:
            self._ahead = self._decoding.part()
            self._decoding = None

    def _run_one(self) -> Stretch | None:
        scheduler = self.scheduler
        is_async = scheduler.rules.async_scheduling
        plan = self._ahead or self._plan()
        if not plan.shares:
            return self._wait()
        # durations follow from what is known before the step, so from before it is settled
        busy = self.step_time.step(plan.shares)
        self._ahead = None
        if is_async:
            ahead = self._plan()
            self._ahead = ahead if ahead.shares else None
        start_ps = self._clock_ps
        self._clock_ps = start_ps + busy.total_ps
        self.steps += 1
        got = tuple(scheduler.settle(plan))
        ended = tuple(each for each in got if each.finished)
        return Stretch(start_ps, busy.total_ps, 0, 1, got, busy, got, ended)

    def _plan(self) -> Plan:
        plan = self.scheduler.plan()
        for request in plan.admitted:
            if not request.preemptions:
                request.admitted_ns = self._clock_ps // PS_PER_NS
        return plan

    def _wait(self) -> Stretch | None:
        """Nothing can be computed until something arrives or is cancelled."""
        if not self._arrivals:
            self._is_stuck = True
            return None
        self._clock_ps = max(self._clock_ps, self._arrivals[0][0])
        return Stretch(self._clock_ps, 0, 0, 1, (), Busy(0, 0, 0), (), ())


def run(
    simulation: Simulation, requests: Iterable[TwinRequest]
) -> Iterator[TwinRequest]:
    """Each request as it finishes, with the times of its first and last token. Requests come in the
    order of arrival, and only those in the engine are held.
    """
    source = iter(requests)
    upcoming = next(source, None)
    while True:
        while upcoming is not None and simulation.wants_arrivals:
            simulation.submit(upcoming)
            upcoming = next(source, None)
        stretch = simulation.advance()
        if stretch is None:
            return
        simulation.outlet.stamp(stretch)
        yield from stretch.ended
