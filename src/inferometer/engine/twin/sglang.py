"""Who gets how many tokens in the next step where SGLang decides (0.5.9, without overlap).

A step with a prompt in it has prompts only: the begun one first, then those that wait, in the order
of their arrival; answers stand still meanwhile. A prompt is let in if there is room for it, for its
whole answer, and for a share of what is left of the answers of those that run. That share falls
with every step, and rises when it was too small: then the requests with the shortest answers lose
their blocks and wait behind all others.
"""

from __future__ import annotations

from collections.abc import Sequence

from inferometer.engine.twin.blocks import Hit, KVMemory
from inferometer.engine.twin.profiles import GIB
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.scheduler import Plan, Scheduler, SchedulerRules

FIRST_RATIO, LEAST_RATIO = 0.7, 0.7 * 0.14
"""Of the answers that are still to come: for how much of them room is kept."""
RATIO_STEP = (FIRST_RATIO - LEAST_RATIO) / 600
LONGEST_EXPECTED = 4096
"""Tokens of an answer for which room is kept at most."""
STEPS_AFTER_RETRACTION = 20
"""For how many steps of all there has to be room after a retraction."""
MAX_PREFILL_TOKENS = 16_384
"""In a step, unless it is one prompt."""
CHUNKS = ((35 * GIB, 2048), (60 * GIB, 4096), (160 * GIB, 8192))
LARGEST_CHUNK = 16_384
"""Tokens of prompts in a step, on cards with less memory than that and on those with more."""
SEATS_EACH, LEAST_SEATS, MOST_SEATS = 512, 2048, 4096
"""Of requests at once: for each of the longest kind that the cache has room for, and limits."""


def chunk_of(memory_bytes: int) -> int:
    """The chunk of prompts that SGLang chooses for a card."""
    chunks = (tokens for size, tokens in CHUNKS if memory_bytes < size)
    return next(chunks, LARGEST_CHUNK)


def seats_of(cache_tokens: int, longest: int) -> int:
    """How many requests SGLang lets run at once, if nobody says."""
    seats = cache_tokens * SEATS_EACH // longest
    return min(max(seats, LEAST_SEATS), MOST_SEATS)


class SglangScheduler(Scheduler):
    """`max_num_batched_tokens` is a chunk of prompts, `max_num_seqs` how many run at once."""

    caches_answers = False

    def __init__(self, rules: SchedulerRules, memory: KVMemory) -> None:
        super().__init__(rules, memory)
        self._ratio_was = FIRST_RATIO
        self._steps_since = 0
        """Steps of answers since the ratio was set: however they are run, it comes out the same."""
        self._is_full = False
        """Nobody is let in until a request has gone, and a step of answers has noticed it."""
        self._gone = 0
        """Requests that ended and still count as running: a step of answers drops them."""
        self._prompts: list[TwinRequest] = []
        """In the step that was planned."""
        self._was_idle = False
        """Whether nobody answered when that was planned."""

    @property
    def ratio(self) -> float:
        fallen = self._ratio_was - self._steps_since * RATIO_STEP
        return max(LEAST_RATIO, fallen)

    def plan(self) -> Plan:
        plan = Plan([], [], [])
        self._let_in(plan)
        if not plan.shares:
            self._go_on(plan)
            if not plan.shares and self.waiting:
                self._let_in(plan)
        return plan

    def settle(self, plan: Plan) -> list[TwinRequest]:
        prompts, self._prompts = self._prompts, []
        for request in prompts:
            self._keep(request)
        got = super().settle(plan)
        if prompts:
            ended = sum(each.finished for each in prompts)
            self._gone -= ended
            if ended or self._was_idle or prompts[-1] not in got:
                self._is_full = False
        return got

    def finish(self, requests: Sequence[TwinRequest]) -> None:
        self._gone += len(requests)
        super().finish(requests)

    def _finish(self, request: TwinRequest) -> None:
        self._keep(request)
        super()._finish(request)

    def cancel(self, request: TwinRequest) -> None:
        self._is_full = False
        super().cancel(request)

    def decoded(self, steps: int) -> None:
        self._drop_gone()
        self._steps_since += steps

    def _keep(self, request: TwinRequest) -> None:
        """What it has computed may be found from now on."""
        self.cache(request, request.computed)

    def _drop_gone(self) -> None:
        if self._gone:
            self._gone, self._is_full = 0, False

    def _let_in(self, plan: Plan) -> None:
        """Prompts: the begun one, and those that wait as far as there is room."""
        begun = [each for each in self.running if _is_begun(each)]
        if (self._is_full or not self.waiting) and not begun:
            return
        answering = [each for each in self.running if not _is_begun(each)]
        held = len(answering) + self._gone
        self._was_idle = not held
        seats = self.rules.max_num_seqs - held
        if begun and seats <= 0:
            self._is_full = True
            return
        step = _PromptStep(self, answering)
        for request in begun:
            step.go_on(request)
        self._admit_waiting(step, seats, plan)
        for request, tokens in step.chosen:
            self.make_room(request, tokens, plan)
            self._share(plan, request, tokens)
        self._prompts = [request for request, _ in step.chosen]

    def _admit_waiting(self, step: _PromptStep, seats: int, plan: Plan) -> None:
        while self.waiting:
            if len(step.chosen) >= seats:
                self._is_full = True
                return
            request = self.waiting[0]
            tokens = step.tokens_for(request)
            if not tokens:
                self._is_full = tokens is None
                return
            self.waiting.popleft()
            self.running.append(request)
            plan.admitted.append(request)
            self._adopt(request, self.cached(request))
            step.add(request, tokens)
            self.breathe()
            if step.is_over:
                self._is_full = step.room <= 0
                return

    def cached(self, request: TwinRequest) -> Hit:
        keys = request.keys_of(request.tokens // self._block, self._block)
        return self.memory.hit(keys, request.tokens - 1)

    def _go_on(self, plan: Plan) -> None:
        """A token for each that answers."""
        self._drop_gone()
        answering = [each for each in self.running if not _is_begun(each)]
        if not answering:
            return
        if self._lacks(answering):
            answering = self._retract(answering, plan)
        else:
            self.decoded(1)
        for request in answering:
            self.make_room(request, 1, plan)
            self._share(plan, request, 1)

    def make_room(self, request: TwinRequest, tokens: int, plan: Plan) -> bool:
        """There is room: it was asked for before."""
        memory = self.memory
        memory.leave_behind(request.tables, request.computed)
        end = request.computed + tokens
        request.capacity = memory.extend(request.tables, end)
        return True

    def _lacks(self, requests: Sequence[TwinRequest]) -> bool:
        needed = sum(
            self.memory.needed(each.tables, each.computed + 1, None)
            for each in requests
        )
        return needed > self.memory.pool.free

    def _retract(
        self, answering: list[TwinRequest], plan: Plan
    ) -> list[TwinRequest]:
        """Those that are left; none if not even one has room."""
        left = sorted(answering, key=_most_answered, reverse=True)
        while len(left) > 1 and (not plan.preempted or self._lacks(left)):
            last = left.pop()
            self.preempt(last)
            self.waiting.append(self.waiting.popleft())
            plan.preempted.append(last)
        if self._lacks(left):
            return []
        self._is_full = False
        self.running = left + [each for each in self.running if _is_begun(each)]
        made = sum(each.outputs for each in left)
        asked = sum(each.max_tokens for each in left)
        made += STEPS_AFTER_RETRACTION * len(left)
        self._ratio_was, self._steps_since = min(1.0, made / (asked + 1)), 0
        return left


class _PromptStep:
    """A step of prompts while it is put together. Blocks are taken when it is whole."""

    def __init__(
        self, scheduler: SglangScheduler, answering: Sequence[TwinRequest]
    ) -> None:
        self.chosen: list[tuple[TwinRequest, int]] = []
        self._scheduler = scheduler
        self._memory = scheduler.memory
        self._chunk = scheduler.rules.max_num_batched_tokens
        self._tokens = MAX_PREFILL_TOKENS
        self._kept = scheduler.ratio * sum(map(_still_expected, answering))

    @property
    def room(self) -> float:
        """Tokens."""
        return self._held_by(self._memory.pool.free) - self._kept

    @property
    def is_over(self) -> bool:
        return min(self.room, self._tokens, self._chunk) <= 0

    def go_on(self, request: TwinRequest) -> None:
        """With a prompt that was begun, also where that takes the room that is kept."""
        most = min(self._chunk, int(self.room))
        if most <= 0:
            most = min(self._chunk, self._held_by(self._memory.pool.free))
        if most > 0:
            self.add(request, min(request.tokens - request.computed, most))

    def tokens_for(self, request: TwinRequest) -> int | None:
        """How many tokens of it the step takes; 0 if it is full, None if there is no room."""
        hit = self._scheduler.cached(request)
        wanted = request.tokens - hit.tokens
        taken = sum(map(self._memory.pool.evictable, hit.tables))
        room = self.room - self._held_by(taken)
        if wanted + _still_expected(request) >= room:
            return None
        if self.chosen and self._paged(wanted) >= self._tokens:
            return 0
        return min(wanted, self._chunk)

    def add(self, request: TwinRequest, tokens: int) -> None:
        self.chosen.append((request, tokens))
        paged = self._paged(tokens)
        self._chunk -= paged
        self._tokens -= paged
        self._kept += paged
        if request.computed + tokens == request.tokens:
            self._kept += min(request.max_tokens, LONGEST_EXPECTED)

    def _held_by(self, blocks: int) -> int:
        """Tokens, of which each group of layers needs a block."""
        return blocks // len(self._memory.windows) * self._memory.block_size

    def _paged(self, tokens: int) -> int:
        return self._memory.blocks_for(tokens) * self._memory.block_size


def _is_begun(request: TwinRequest) -> bool:
    """Whether part of its prompt is computed, and part is not."""
    return request.computed < request.tokens - (request.outputs > 0)


def _still_expected(request: TwinRequest) -> int:
    left = max(0, request.max_tokens - request.outputs)
    return min(left, LONGEST_EXPECTED)


def _most_answered(request: TwinRequest) -> tuple[int, int]:
    return request.outputs, -request.prompt_tokens
