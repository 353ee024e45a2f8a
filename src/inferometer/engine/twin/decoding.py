"""Requests that get one token in each step: such a step costs the same however many they are.

All of them move on together, so each is kept as its distance to one common count of steps, and sums
over them follow from that count. A request is looked at only when something happens to it: it fills
a block, needs the next one, has a whole window before it, or ends. What happens is what
`Scheduler.plan` and `settle` would do step by step; whatever is not as simple is left to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from math import isqrt

from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.scheduler import Plan, Scheduler, Share
from inferometer.engine.twin.step_time import Busy, StepTime, is_whole
from inferometer.engine.twin.stretch import PS_PER_NS, Stretch


class Decoding:
    """All running requests: those that decode, and behind them those with a prompt to compute. At
    step n a request that decodes computes its token at `n + offset`, and knows no later one.
    """

    def __init__(self, scheduler: Scheduler, step_time: StepTime) -> None:
        self._scheduler, self._memory = scheduler, scheduler.memory
        self._step_time, self._window = step_time, step_time.window
        self._lag = int(scheduler.rules.async_scheduling)
        """How many steps ahead of the one that is computed is planned."""
        self._size = scheduler.memory.block_size
        self._groups = len(scheduler.memory.windows)
        self._at = 0
        """The number of the next step."""
        self._count = self._offsets = 0
        self._growing = self._growing_offsets = 0
        """Of those that have less than a window before them."""
        self._windows_full: dict[int, int] = {}
        """By step: how many have a whole window from then on."""
        self._ends: dict[int, list[TwinRequest]] = {}
        """By the step that makes their last token."""
        self._end_steps: list[int] = []
        """Heap of its keys, and of some that it has no more."""
        self._phases: list[list[TwinRequest]] = [[] for _ in range(self._size)]
        """By offset, modulo the block size: those of one phase fill their blocks together."""
        self._behind: dict[int, list[TwinRequest]] = {}
        """By step: whose blocks behind a window come back when they begin to decode."""
        self._joined = 0
        self._prompts: list[Share] = []
        """Of the next step, if that is planned."""
        self._over: list[Share] = []
        """Shares of the next step whose requests have ended since it was planned."""

    @classmethod
    def of(
        cls, scheduler: Scheduler, step_time: StepTime, ahead: Plan | None
    ) -> Decoding | None:
        """`ahead`: the next step, if it is planned. None unless everybody decodes."""
        if not _all_decode(scheduler, ahead):
            return None
        made = cls(scheduler, step_time)
        for request in scheduler.running:
            made._join(request, request.tokens - 1, 0)
        return made

    @property
    def has_planned(self) -> bool:
        """Whether there is a step to compute although nobody runs."""
        return bool(self._prompts or self._over)

    def part(self) -> Plan | None:
        """Give the requests their own numbers again. The next step, if it is planned."""
        shares = []
        for request in self._scheduler.running[: self._count]:
            start = self._at + request.offset
            request.tokens = start + 1
            request.computed = start + self._lag
            request.placeholders = request.in_flight = self._lag
            request.capacity = len(request.tables[0]) * self._size
            shares.append((request, start, 1))
        shares += self._prompts + self._over
        return Plan(shares, [], []) if shares and self._lag else None

    def advance(self, clock_ps: int, limit_ps: int) -> Stretch | None:
        """The next step, or as many as begin by the limit and only differ in length. None if the
        next one is not that simple.
        """
        if not self._is_simple():
            return None
        if self._is_open():
            return self._one(clock_ps)
        return self._many(clock_ps, limit_ps) if self._count else None

    def foresee(self, clock_ps: int, limit_ps: int) -> Stretch | None:
        """Steps that `advance` will run if nobody comes or is cancelled before they begin: as many
        as there are blocks for in any case. Takes nothing; None if the next one is not of many.
        """
        if not self._count or self._is_open() or not self._is_simple():
            return None
        busy, growth_ps, most = self._alike(limit_ps - clock_ps)
        rounds = self._memory.pool.free // (self._count * self._groups)
        steps = max(1, min(most, (rounds - 1) * self._size))
        got = tuple(self._scheduler.running)
        return Stretch(
            clock_ps, busy.total_ps, growth_ps, steps, got, busy, (), ()
        )

    def _is_open(self) -> bool:
        """Whether the next step has prompts, leftovers, or room for somebody who waits."""
        tail = len(self._scheduler.running) > self._count
        return tail or bool(self._over) or self._may_admit()

    def _is_simple(self) -> bool:
        scheduler, memory = self._scheduler, self._memory
        rules, tail = scheduler.rules, scheduler.running[self._count :]
        is_special = rules.prefill_first or rules.long_prefill_token_threshold
        needed = len(self._phases[-(self._at + self._lag) % self._size])
        needed = (needed + len(tail)) * self._groups
        for request in tail:
            needed += memory.needed(request.tables, request.tokens, None)
        return (
            self._count + len(tail) <= rules.max_num_batched_tokens
            and needed <= memory.pool.free
            and not (is_special and (tail or scheduler.waiting))
        )

    def _may_admit(self) -> bool:
        scheduler = self._scheduler
        waiting = scheduler.waiting
        if (
            not waiting
            or len(scheduler.running) >= scheduler.rules.max_num_seqs
        ):
            return False
        # a head of the queue that did not fit will not until something is given back
        return self._groups > 1 or scheduler.blocked is not waiting[0]

    def _one(self, clock_ps: int) -> Stretch | None:
        """A step with prompts in it, or one in which somebody may be admitted."""
        if not self._lag or not (self._count or self.has_planned):
            self._make_room(self._at)
            self._prompts = self._admitted(self._count, clock_ps)
            if not (self._count or self._prompts):
                return None
        busy, running = self._busy(), self._scheduler.running
        whole = [share[0] for share in self._prompts if is_whole(share)]
        cut = [share for share in self._prompts if not is_whole(share)]
        for request in whole:
            self._join(request, request.tokens, self._at + 1)
        got, self._prompts = tuple(running[: self._count]), []
        if self._lag:
            self._make_room(self._at + 1, whole)
            ending = self._ends.get(self._at, ())
            others = self._count - sum(map(_is_known_to_end, ending))
            self._prompts = self._admitted(others, clock_ps)
            for request, _, tokens in cut:
                request.in_flight -= tokens
        ended = self._settle(1)
        total_ps, begun = busy.total_ps, tuple(whole)
        return Stretch(clock_ps, total_ps, 0, 1, got, busy, begun, ended)

    def _many(self, clock_ps: int, limit_ps: int) -> Stretch:
        """Steps in which nobody comes, and with the last of which somebody may go."""
        busy, growth_ps, most = self._alike(limit_ps - clock_ps)
        steps = most
        if most <= self._size or not self._make_room_at_once(most):
            steps = self._room_for(most)
        got = tuple(self._scheduler.running)
        self._scheduler.decoded(steps)
        ended = self._settle(steps)
        return Stretch(
            clock_ps, busy.total_ps, growth_ps, steps, got, busy, (), ended
        )

    def _alike(self, room_ps: int) -> tuple[Busy, int, int]:
        """The next step, how much each one is longer than the one before it, and how many begin
        within that time.
        """
        busy = self._busy()
        growth_ps = self._step_time.growth_of(self._count, self._growing)
        most = self._begun_by(room_ps, busy.total_ps, growth_ps)
        return busy, growth_ps, most

    def _begun_by(self, room_ps: int, first_ps: int, growth_ps: int) -> int:
        """How many steps begin within that time, up to the first with which somebody ends."""
        ends = self._end_steps
        while ends[0] not in self._ends:
            heappop(ends)
        last = min(ends[0], *self._windows_full) if self._growing else ends[0]
        if room_ps < first_ps:
            return 1
        low = room_ps // first_ps
        if growth_ps and low > 1:
            # n·first + growth·n(n−1)/2 ≤ room, for the n steps before the last one
            linear = 2 * first_ps - growth_ps
            root = isqrt(linear * linear + 8 * growth_ps * room_ps)
            low = (root - linear) // (2 * growth_ps)
        return min(last - self._at, low) + 1

    def _admitted(self, others: int, clock_ps: int) -> list[Share]:
        """Shares of prompts in a step in which `others` get a token: of one that was begun, and of
        those that are let in.
        """
        scheduler, plan = self._scheduler, Plan([], [], [])
        budget = scheduler.rules.max_num_batched_tokens - others
        if begun := scheduler.running[self._count :]:
            budget = scheduler.resume(plan, budget, begun)
        if self._may_admit():
            scheduler.admit(plan, budget)
        for request in plan.admitted:
            if not request.preemptions:
                request.admitted_ns = clock_ps // PS_PER_NS
        return plan.shares

    def _busy(self) -> Busy:
        """Of the next step."""
        prompts = [share for share in self._prompts if share[2] > 1]
        single = self._over
        if len(prompts) < len(self._prompts):
            single = single + [each for each in self._prompts if each[2] == 1]
        count, at, window = self._count, self._at, self._window
        context, within = self._offsets + count * at, 0
        if window:
            self._fill_windows()
            within = self._growing_offsets + self._growing * (at + 1)
            within += (count - self._growing) * window
            within += sum(min(start + 1, window) for _, start, _ in single)
        if single:
            count += len(single)
            context += sum(start for _, start, _ in single)
        reading_ps = self._step_time.reading_ps(context + count, within)
        return self._step_time.mixed(prompts, count, reading_ps)

    def _join(self, request: TwinRequest, start: int, step: int) -> None:
        """It computes its token at `start` in that step, and was admitted after all others."""
        request.offset = offset = start - step
        request.turn = self._joined
        self._joined += 1
        self._count += 1
        self._offsets += offset
        self._phases[offset % self._size].append(request)
        end = request.limit - 2 - offset
        if end not in self._ends:
            self._ends[end] = []
            heappush(self._end_steps, end)
        self._ends[end].append(request)
        if self._groups > 1:
            for first in {step, step + self._lag}:
                self._behind.setdefault(first, []).append(request)
        if start + 1 < self._window:
            full = self._window - 1 - offset
            self._windows_full[full] = self._windows_full.get(full, 0) + 1
            self._growing += 1
            self._growing_offsets += offset

    def _leave(self, request: TwinRequest) -> None:
        offset = request.offset
        self._count -= 1
        self._offsets -= offset
        self._phases[offset % self._size].remove(request)
        full = self._window - 1 - offset
        if full in self._windows_full:
            self._growing -= 1
            self._growing_offsets -= offset
            self._windows_full[full] -= 1
            if not self._windows_full[full]:
                del self._windows_full[full]

    def _fill_windows(self) -> None:
        """Of those whose windows are whole with the token that the next step computes."""
        filled = self._windows_full.pop(self._at, 0)
        self._growing -= filled
        self._growing_offsets -= filled * (self._window - 1 - self._at)

    def _settle(self, steps: int) -> tuple[TwinRequest, ...]:
        """Go on by `steps`. Returns the requests that end with the last of them."""
        self._at += steps - 1
        self._fill_windows()
        scheduler, ended = self._scheduler, self._ends.pop(self._at, ())
        self._over = []
        for request in ended:
            self._leave(request)
            request.tokens, request.computed = request.limit, request.limit - 1
            if self._lag:
                scheduler.cache(request, request.computed)
                if not _is_known_to_end(request):
                    self._over.append((request, request.computed, 1))
            scheduler.breathe()
        scheduler.finish(ended)
        self._at += 1
        return tuple(ended)

    def _room_for(self, most: int) -> int:
        """For how many steps there are blocks, at most `most`: takes the blocks of these."""
        phases, size, pool = self._phases, self._size, self._memory.pool
        first = self._at + self._lag
        steps = range(first, first + most)
        each_at_most = most // size + 1
        if self._groups == 1 and self._count * each_at_most <= pool.free:
            self._take_and_cache(steps)
            return most
        for step in steps:
            if len(phases[-step % size]) * self._groups > pool.free:
                return step - first
            self._make_room(step)
        return most

    def _make_room(self, step: int, begun: Sequence[TwinRequest] = ()) -> None:
        """Of those that compute a step: cache the blocks that are full, and take those needed.
        `begun` computed their prompts in the step before, and still have their own numbers.
        """
        if self._groups > 1:
            self._make_room_of_groups(step, begun)
        else:
            self._take_and_cache((step,))

    def _take_and_cache(self, steps: Iterable[int]) -> None:
        """The same of all these steps, where all layers attend to everything. A block that is full
        is in use: what it caches does not depend on which ones are taken meanwhile.
        """
        size, lag, phases = self._size, self._lag, self._phases
        takers: list[TwinRequest] = []
        full: list[tuple[list[TwinRequest], int]] = []
        for step in steps:
            due = phases[-step % size]
            if lag and due:
                due = [
                    each
                    for each in due
                    if step + each.offset + 1 < each.expected
                ]
            takers += due
            filled = due if lag else phases[(size - 1 - step) % size]
            if filled:
                full.append((filled, step + 1 - lag))
        if takers:
            self._memory.extend_each([each.tables[0] for each in takers])
        for requests, step in full:
            self._cache_each(requests, step)

    def _cache_each(self, requests: list[TwinRequest], step: int) -> None:
        """One block of each, which is full when the step begins."""
        if not self._scheduler.caches_answers:
            return
        size, pool = self._size, self._memory.pool
        for request in requests:
            block = (step + request.offset) // size - 1
            if request.cached_blocks == block and self._memory.caching:
                key = request.key_of(block, size)
                pool.cache_one(request.tables[0][block], key)
            request.cached_blocks = block + 1

    def _make_room_at_once(self, steps: int) -> bool:
        """Take the blocks of all `steps`, one request after the other. Take none and return False
        if there are too few, or if their order would matter.
        """
        size, lag, memory = self._size, self._lag, self._memory
        if self._groups > 1:
            return False
        after, needed = self._at + lag + steps, 0
        ends, firsts = [], list[int]()
        for request in self._scheduler.running:
            end = after + request.offset
            if lag:
                end = min(end, request.expected - 1)
            ends.append(end)
            needed += -(-end // size) - len(request.tables[0])
            full = (end - lag) // size
            if full > request.cached_blocks:
                firsts.append(request.key_of(request.cached_blocks, size))
            self._scheduler.breathe()
        if needed > memory.pool.free or not memory.pool.are_new(firsts):
            return False
        for request, end in zip(self._scheduler.running, ends, strict=True):
            memory.extend(request.tables, end)
            if self._scheduler.caches_answers:
                self._scheduler.cache(request, end - lag)
            self._scheduler.breathe()
        return True

    def _make_room_of_groups(
        self, step: int, begun: Sequence[TwinRequest]
    ) -> None:
        """With windows, blocks behind them come back too: one request after the other."""
        size, lag, phases = self._size, self._lag, {-step}
        if not lag:
            phases.add(size - 1 - step)
        for window in self._memory.windows:
            if window is not None:
                phases.add(window - 1 + lag - step)
        places = {each % size for each in phases}
        due = {*self._behind.pop(step, ())}
        due.update(*(self._phases[each] for each in places))
        for request in sorted(due, key=_turn):
            start = step + request.offset
            if request.finished or (lag and start + 1 >= request.expected):
                continue
            if request not in begun:
                request.computed, request.in_flight = start, lag
                request.tokens = start + 1 - lag
            self._scheduler.make_room(request, 1, Plan([], [], []))


def _turn(request: TwinRequest) -> int:
    return request.turn


def _is_known_to_end(request: TwinRequest) -> bool:
    """Whether its last token is so by its length, which the scheduler knows ahead."""
    return request.limit >= request.expected


def _all_decode(scheduler: Scheduler, ahead: Plan | None) -> bool:
    running = scheduler.running
    # who is still in its prompt came last
    if not all(each.outputs for each in reversed(running)):
        return False
    if not scheduler.rules.async_scheduling:
        return all(each.tokens - each.computed == 1 for each in running)
    shares = ahead.shares if ahead else []
    return len(shares) == len(running) and all(
        request is each
        and tokens == 1
        and each.placeholders == 1
        and each.computed == each.tokens
        and not each.stale
        for (request, _, tokens), each in zip(shares, running, strict=True)
    )
