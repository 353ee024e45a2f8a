"""The twin in virtual time: steps one after another, and many decode steps at once where nothing
can happen between them.

`advance` runs what begins by a horizon: by then it has to know all arrivals. Behind the front that
is now; in virtual time the next arrival. What comes out does not depend on where the horizons are.
The clock is in whole picoseconds; what leaves is in ns.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from math import isqrt
from typing import NamedTuple

from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.scheduler import Plan, Scheduler
from inferometer.engine.twin.step_time import Busy, StepTime

PS_PER_NS = 1000
FOREVER_PS = 1 << 100


class Stretch(NamedTuple):
    """`steps` steps in a row, each of which gives one token to each of `requests`. The first takes
    `first_ps`, each further one `growth_ps` more than the one before it.
    """

    start_ps: int
    first_ps: int
    growth_ps: int
    steps: int
    requests: tuple[TwinRequest, ...]
    busy: Busy
    """Of its first step."""

    def end_ps(self, steps: int) -> int:
        """When so many of its steps are over."""
        return (
            self.start_ps
            + steps * self.first_ps
            + self.growth_ps * (steps * (steps - 1) // 2)
        )

    def end_ns(self, step: int) -> int:
        """When tokens of a step, counted from 1, leave the engine."""
        return self.end_ps(step) // PS_PER_NS


class Simulation:
    """One engine. Requests are submitted in the order of their arrival."""

    def __init__(
        self,
        scheduler: Scheduler,
        step_time: StepTime,
        *,
        intake_ns: int = 0,
        intake_ps_per_token: int = 0,
        outlet_ns: int = 0,
        macro_steps: bool = True,
    ) -> None:
        """`macro_steps`: whether decode steps may be run many at once; the results are the same."""
        self.scheduler = scheduler
        self.step_time = step_time
        self.steps = 0
        self.intake_ns, self.outlet_ns = intake_ns, outlet_ns
        self._intake_ps_per_token = intake_ps_per_token
        self._intake_free_ps = 0
        self._macro = macro_steps
        self._arrivals: deque[tuple[int, TwinRequest]] = deque()
        self._clock_ps = 0
        self._is_stuck = False
        self._ahead: Plan | None = None
        """With async scheduling: the step that begins at the clock, planned one step earlier."""

    @property
    def waiting(self) -> int:
        return len(self.scheduler.waiting) + len(self._arrivals)

    @property
    def is_idle(self) -> bool:
        """Whether nothing but an arrival can make it work."""
        scheduler = self.scheduler
        return not (self._ahead or scheduler.running or scheduler.waiting)

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
        self.scheduler.cancel(request)

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
        steps = self._steps_alike(horizon_ps) if self._macro else 0
        if steps > 1:
            return self._run_alike(steps)
        return self._run_one()

    def _let_in(self) -> None:
        """Requests that are known by now join the scheduler's queue."""
        arrivals, queue = self._arrivals, self.scheduler.waiting
        while arrivals and arrivals[0][0] <= self._clock_ps:
            queue.append(arrivals.popleft()[1])

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
        return Stretch(start_ps, busy.total_ps, 0, 1, got, busy)

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
        return Stretch(self._clock_ps, 0, 0, 1, (), Busy(0, 0, 0))

    def _steps_alike(self, horizon_ps: int) -> int:
        """How many steps from now on only give one token to each running request: nobody comes,
        goes, is preempted or leaves its window behind.
        """
        scheduler = self.scheduler
        running, rules = scheduler.running, scheduler.rules
        if not running or len(running) > rules.max_num_batched_tokens:
            return 0
        full = len(running) >= rules.max_num_seqs
        hybrid = len(scheduler.memory.windows) > 1
        may_admit = bool(scheduler.waiting) and not full
        # a head of the queue that did not fit will not until something is given back
        if may_admit and (
            hybrid or scheduler.blocked is not scheduler.waiting[0]
        ):
            return 0
        limit_ps = horizon_ps
        if self._arrivals:
            limit_ps = min(limit_ps, self._arrivals[0][0] - 1)
        shortest_ps = self.step_time.decode(len(running)).total_ps
        if limit_ps < self._clock_ps + shortest_ps or not self._all_decode():
            return 0
        margin = 2 if rules.async_scheduling else 0
        most = min(each.limit - each.tokens for each in running) - margin
        most = self._that_fit(most, hybrid)
        if most < 2:
            return 0
        return self._begin_by(limit_ps, most)

    def _all_decode(self) -> bool:
        running = self.scheduler.running
        if not self.scheduler.rules.async_scheduling:
            # who is still in its prompt came last
            return all(
                each.tokens - each.computed == 1 for each in reversed(running)
            )
        ahead = self._ahead
        return (
            ahead is not None
            and len(ahead.shares) == len(running)
            and all(
                request is each
                and tokens == 1
                and each.placeholders == 1
                and each.computed == each.tokens
                and not each.stale
                for (request, _, tokens), each in zip(
                    ahead.shares, running, strict=True
                )
            )
        )

    def _that_fit(self, most: int, hybrid: bool) -> int:
        """As many steps as have blocks without anybody being preempted."""
        memory = self.scheduler.memory
        running, size = self.scheduler.running, memory.block_size
        if hybrid:
            # blocks behind a window come back at the border of a block: step by step there
            room = min(-each.computed % size for each in running)
            return min(most, room)
        free = memory.pool.free
        while most > 1:
            if len(running) * (most // size + 1) <= free:
                return most
            needed = sum(
                memory.blocks_for(each.computed + most) - len(each.tables[0])
                for each in running
            )
            if needed <= free:
                return most
            most //= 2
        return most

    def _begin_by(self, limit_ps: int, most: int) -> int:
        """How many of these steps begin by then."""
        first_ps, growth_ps = self._decode_time()
        room_ps = limit_ps - self._clock_ps
        if room_ps < first_ps:
            return 1
        low = room_ps // first_ps
        if growth_ps and low > 1:
            # n·first + growth·n(n−1)/2 ≤ room, for the n steps before the last one
            linear = 2 * first_ps - growth_ps
            root = isqrt(linear * linear + 8 * growth_ps * room_ps)
            low = (root - linear) // (2 * growth_ps)
        return min(most, low + 1)

    def _decode_time(self) -> tuple[int, int]:
        running = self.scheduler.running
        contexts = [each.tokens - 1 for each in running]
        base = self.step_time.decode(len(running))
        first_ps = base.total_ps + self.step_time.context_ps(contexts)
        return first_ps, self.step_time.growth_ps(contexts)

    def _run_alike(self, steps: int) -> Stretch:
        scheduler = self.scheduler
        running = scheduler.running
        memory, size = scheduler.memory, scheduler.memory.block_size
        first_ps, growth_ps = self._decode_time()
        base = self.step_time.decode(len(running))
        busy = Busy(
            first_ps,
            base.compute_ps,
            base.memory_ps + first_ps - base.total_ps,
        )
        got = tuple(running)
        for each in got:
            each.computed += steps
            each.tokens += steps
            if each.computed > each.capacity:
                each.capacity = memory.extend(each.tables, each.computed)
            full = (each.computed - each.placeholders) // size
            if full > each.cached_blocks:
                memory.cache(
                    each.tables, each.keys_of(full, size), each.cached_blocks
                )
                each.cached_blocks = full
        stretch = Stretch(self._clock_ps, first_ps, growth_ps, steps, got, busy)
        self._clock_ps = stretch.end_ps(steps)
        self.steps += steps
        if self._ahead is not None:
            shares = [
                (request, start + steps, tokens)
                for request, start, tokens in self._ahead.shares
            ]
            self._ahead = Plan(shares, [], [])
        scheduler.retire(got)
        return stretch


def run(
    simulation: Simulation, requests: Iterable[TwinRequest]
) -> Iterator[TwinRequest]:
    """Each request as it finishes, with the times of its first and last token. Requests come in the
    order of arrival, and only those in the engine are held.
    """
    source = iter(requests)
    upcoming = next(source, None)
    outlet_ns = simulation.outlet_ns
    while True:
        while upcoming is not None and simulation.wants_arrivals:
            simulation.submit(upcoming)
            upcoming = next(source, None)
        stretch = simulation.advance()
        if stretch is None:
            return
        for request in stretch.requests:
            if request.first_ns < 0:
                request.first_ns = stretch.end_ns(1) + outlet_ns
            if request.finished:
                request.finished_ns = stretch.end_ns(stretch.steps) + outlet_ns
                yield request
