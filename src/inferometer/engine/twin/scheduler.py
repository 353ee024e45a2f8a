"""Who gets how many tokens in the next step: vLLM's V1 scheduler.

There is no prefill phase: each request has computed so many of its tokens, and wants to compute the
rest. A step gives tokens to running requests in the order of their admission, then admits waiting
ones. Where blocks are short, the request that was admitted last gives its own back and waits at the
head of the queue; where the head of the queue does not fit, nobody behind it gets in.

`plan` decides a step, `settle` takes in what it computed. With async scheduling a step is planned
while the one before it runs, so that its tokens are only place holders then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from inferometer.engine.twin.blocks import Hit, KVMemory
from inferometer.engine.twin.request import TwinRequest


@dataclass(frozen=True, slots=True)
class SchedulerRules:
    """Limits of a server, and what differs between versions of engines."""

    max_num_batched_tokens: int = 2048
    max_num_seqs: int = 256
    max_model_len: int = 131_072
    long_prefill_token_threshold: int = 0
    """Most tokens of one prompt in a step; 0 is no limit."""
    async_scheduling: bool = False
    reserve_full_prompt: bool = True
    """Admit only a request whose whole prompt fits the free blocks (vLLM from about 0.19)."""
    lone_prefill_is_unlimited: bool = True
    """The threshold does not hold for the only request there is (newer vLLM)."""
    prefill_first: bool = False
    """A step with a prompt in it has prompts only: answers wait (SGLang)."""


VERSIONS: dict[str, dict[str, bool]] = {
    "vllm-0.10.2": {
        "async_scheduling": False,
        "reserve_full_prompt": False,
        "lone_prefill_is_unlimited": False,
    },
    "vllm-0.32": {"async_scheduling": True},
    "sglang": {"prefill_first": True, "reserve_full_prompt": True},
}
"""What the rules of an engine's version are, where they differ from the defaults."""


Share = tuple[TwinRequest, int, int]
"""What one request gets of a step: who, how many tokens it had computed before, how many more. A
bare tuple: there are tens of millions of them in a simulated hour.
"""


class Plan(NamedTuple):
    shares: list[Share]
    preempted: list[TwinRequest]
    admitted: list[TwinRequest]


class Scheduler:
    """The order of `running` is that of admission."""

    caches_answers: ClassVar[bool] = True
    """Whether a block of an answer can be found before the answer ends."""

    def __init__(self, rules: SchedulerRules, memory: KVMemory) -> None:
        self.rules = rules
        self.memory = memory
        self.running: list[TwinRequest] = []
        self.waiting: deque[TwinRequest] = deque()
        self.breathe: Callable[[], None] = _go_on
        """Called between the requests of work for many of them."""
        self.preemptions = 0
        self.queried_tokens = self.hit_tokens = 0
        self.blocked: TwinRequest | None = None
        """The head of the queue, if it did not fit and nothing was given back since."""
        self._block = memory.block_size

    def plan(self) -> Plan:
        """Decide the next step. It is empty where nothing can be computed now."""
        plan = Plan([], [], [])
        budget = self.rules.max_num_batched_tokens
        budget = self.resume(plan, budget, self.running)
        if not plan.preempted:
            self.admit(plan, budget)
        return plan

    def settle(self, plan: Plan) -> list[TwinRequest]:
        """Take in the tokens that a step has made: the requests that got one, in order. Those that
        are finished have given their blocks back.
        """
        if self.rules.async_scheduling:
            got = self._settle_ahead(plan)
        else:
            got = []
            for request, start, tokens in plan.shares:
                if start + tokens == request.tokens:
                    request.tokens += 1
                    got.append(request)
        self.retire(got)
        return got

    def _settle_ahead(self, plan: Plan) -> list[TwinRequest]:
        """The same where the next step has been planned before this one was over."""
        got: list[TwinRequest] = []
        give, size = got.append, self._block
        for request, start, tokens in plan.shares:
            if request.finished:
                continue
            request.in_flight -= tokens
            is_stale = request.stale > 0
            if is_stale:
                request.stale -= tokens
            if start + tokens < request.tokens:
                continue
            request.tokens += 1
            give(request)
            if not is_stale:
                left = request.placeholders - 1
                request.placeholders = left
                known = request.computed - left
                if known >= (request.cached_blocks + 1) * size:
                    self.cache(request, known)
        return got

    def decoded(self, steps: int) -> None:
        """In each of the next `steps` steps every running request gets one token."""

    def retire(self, requests: Iterable[TwinRequest]) -> None:
        """Finish those that have all their tokens."""
        self.finish([each for each in requests if each.tokens >= each.limit])

    def finish(self, requests: Sequence[TwinRequest]) -> None:
        """These requests are over, and give their blocks back in this order."""
        for request in requests:
            self._finish(request)
            # one that was preempted while its last token was computed waits
            queue = self.running if request.computed else self.waiting
            queue.remove(request)
            self.breathe()

    def _finish(self, request: TwinRequest) -> None:
        request.finished = True
        self.blocked = None
        self.memory.release(request.tables)

    def cancel(self, request: TwinRequest) -> None:
        if request.finished:
            return
        if request in self.waiting:
            self.waiting.remove(request)
        else:
            self.running.remove(request)
        self._finish(request)

    def preempt(self, request: TwinRequest) -> None:
        """Take all its blocks; it waits at the head of the queue. What it has said is kept."""
        self.running.remove(request)
        self.memory.release(request.tables)
        request.computed = request.placeholders = request.cached_blocks = 0
        request.capacity = 0
        request.stale = request.in_flight
        request.preemptions += 1
        self.preemptions += 1
        self.blocked = None
        self.waiting.appendleft(request)

    def resume(
        self, plan: Plan, budget: int, requests: list[TwinRequest]
    ) -> int:
        """Give tokens to running requests; what is left of the budget."""
        threshold = self._threshold()
        is_async = self.rules.async_scheduling
        is_hybrid = len(self.memory.windows) > 1
        size = self._block
        share = plan.shares.append
        for request in requests:
            if budget <= 0:
                break
            start = request.computed
            # one more token in a block that it has: fifteen steps of sixteen
            if is_hybrid:
                pass
            elif not is_async:
                if start + 1 == request.tokens < request.capacity:
                    share((request, start, 1))
                    request.computed = start + 1
                    budget -= 1
                    continue
            elif (
                start == request.tokens
                and start % size
                and request.placeholders == 1
                and start + 1 < request.expected
            ):
                share((request, start, 1))
                request.computed = start + 1
                request.in_flight += 1
                request.placeholders = 2
                budget -= 1
                continue
            if requests is not self.running and request not in self.running:
                continue  # it was preempted for one before it
            tokens = self._wanted(request, threshold, budget)
            if tokens <= 0:
                continue
            if not self.make_room(request, tokens, plan):
                break
            self._share(plan, request, tokens)
            budget -= tokens
        return budget

    def _share(self, plan: Plan, request: TwinRequest, tokens: int) -> None:
        plan.shares.append((request, request.computed, tokens))
        request.computed += tokens
        if self.rules.async_scheduling:
            request.in_flight += tokens
            if request.computed >= request.tokens + request.placeholders:
                request.placeholders += 1

    def _wanted(self, request: TwinRequest, threshold: int, budget: int) -> int:
        waiting = request.placeholders
        if waiting and request.computed + 2 - waiting >= request.expected:
            return 0  # the step that runs now makes its last token
        tokens = request.tokens + waiting - request.computed
        if 0 < threshold < tokens:
            tokens = threshold
        rest = self.rules.max_model_len - request.computed - 1
        return min(tokens, budget, rest)

    def _threshold(self) -> int:
        alone = len(self.running) + len(self.waiting) == 1
        if alone and self.rules.lone_prefill_is_unlimited:
            return 0
        return self.rules.long_prefill_token_threshold

    def make_room(self, request: TwinRequest, tokens: int, plan: Plan) -> bool:
        """Blocks for so many more tokens, if need be by preempting who was admitted last."""
        memory = self.memory
        end = request.computed + tokens
        memory.leave_behind(
            request.tables, request.computed - request.in_flight
        )
        while memory.needed(request.tables, end, None) > memory.pool.free:
            last = self.running[-1]
            self.preempt(last)
            plan.preempted.append(last)
            if last is request:
                return False
        request.capacity = memory.extend(request.tables, end)
        self.cache(request, min(end, request.tokens))
        return True

    def admit(self, plan: Plan, budget: int) -> int:
        """Let waiting requests in, from the head of the queue; what is left of the budget."""
        threshold = self._threshold()
        skipped: list[TwinRequest] = []
        while (
            budget > 0
            and self.waiting
            and len(self.running) < self.rules.max_num_seqs
        ):
            request = self.waiting[0]
            if request.stale:
                # a token of it is still being computed: those behind it may go first
                skipped.append(self.waiting.popleft())
                continue
            keys = request.keys_of(request.tokens // self._block, self._block)
            hit = self.memory.hit(keys, request.tokens - 1)
            tokens = request.tokens - hit.tokens
            if 0 < threshold < tokens:
                tokens = threshold
            tokens = min(tokens, budget)
            if not self._fits(request, hit, tokens):
                self.blocked = None if skipped else request
                break
            self.waiting.popleft()
            self.running.append(request)
            self._start(request, hit, tokens)
            plan.admitted.append(request)
            self._share(plan, request, tokens)
            budget -= tokens
            self.breathe()
        self.waiting.extendleft(reversed(skipped))
        return budget

    def _fits(self, request: TwinRequest, hit: Hit, tokens: int) -> bool:
        memory, rules = self.memory, self.rules
        if rules.reserve_full_prompt:
            whole = min(request.tokens, rules.max_model_len)
            ahead = rules.max_num_batched_tokens * (1 + rules.async_scheduling)
            if memory.needed_at_most(whole, hit, ahead) > memory.pool.free:
                return False
        end = hit.tokens + tokens
        return memory.needed(request.tables, end, hit) <= memory.pool.free

    def _adopt(self, request: TwinRequest, hit: Hit) -> None:
        """It uses what is cached of it."""
        if not request.preemptions:
            self.queried_tokens += request.tokens
            self.hit_tokens += hit.tokens
            request.hit_tokens = hit.tokens
        self.memory.adopt(request.tables, hit)
        request.computed = hit.tokens
        request.cached_blocks = hit.tokens // self._block

    def _start(self, request: TwinRequest, hit: Hit, tokens: int) -> None:
        self._adopt(request, hit)
        end = hit.tokens + tokens
        request.capacity = self.memory.extend(request.tables, end)
        longest = self.rules.max_model_len
        request.limit = min(request.limit, longest)
        request.expected = min(request.expected, longest)
        self.cache(request, min(end, request.tokens))

    def cache(self, request: TwinRequest, tokens: int) -> None:
        """Its blocks up to so many tokens may be found from now on."""
        full, start = tokens // self._block, request.cached_blocks
        if full > start and request.tables[0]:
            keys = request.keys_of(full, self._block)
            self.memory.cache(request.tables, keys, start)
            request.cached_blocks = full


def _go_on() -> None:
    """There is nothing else to do."""
