"""The twin behind the engine's front: real time, or a multiple of it.

A step is planned when it begins, so that it sees whoever has arrived by then; its tokens leave when
it is over. A request is known to the scheduler only after the API server's time for it, which is
longer than the front's own: the schedule is that of virtual time.

Steps that only differ in their length are foreseen: their tokens leave as if they had been run, and
they are run when something comes that depends on it, or with the last of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from math import ceil
from typing import Any

from inferometer.engine import wire
from inferometer.engine.engine_model import Emission, EngineReport, PopKnown
from inferometer.engine.twin.cards import TwinCards
from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.stretch import PS_PER_NS, Stretch

MOST_LATER = 64
"""Steps, and requests, that wait for work that can be done later: there may be no time for it."""


class TwinModel:
    """An EngineModel. Raises ProfileError or OutOfMemoryError when it is made."""

    tokens_per_event = 1
    reads_prompts = True

    def __init__(self, settings: TwinSettings) -> None:
        self.twin = make_twin(settings)
        self.seed = settings.seed
        self.max_model_len = self.twin.rules.max_model_len
        self._speed = settings.speed
        self._origin_ns: int | None = None
        """When the model's time began, on the caller's clock."""
        self._simulation = self.twin.simulation()
        self._scheduler = self._simulation.scheduler
        self._outlet = self._simulation.outlet
        self._cards = TwinCards(self.twin)
        self._stretches: deque[tuple[Stretch, int]] = deque()
        """Steps that have been run, with how many of each have left."""
        self._foreseen: Stretch | None = None
        """The steps after those, if they are foreseen."""
        self._told = 0
        """How many of them have left, or do so now."""
        self._ready: deque[TwinRequest] = deque()
        """Who still gets a token of the step that leaves now."""
        self._leaves_ns = 0
        """When the first of these tokens leaves, in the model's time."""
        self._due_ns = 0
        """The same on the caller's clock."""
        self._keyless: deque[TwinRequest] = deque(maxlen=MOST_LATER)
        """Whose blocks do not all have their keys yet."""
        self._unshown: deque[Stretch] = deque()
        """Steps that the cards have not been told of yet."""
        self._begins_ns: int | None = None
        """When the next step begins that is not foreseen, on the caller's clock."""

    @property
    def running(self) -> int:
        return len(self._scheduler.running)

    @property
    def waiting(self) -> int:
        return len(self._scheduler.waiting)

    @property
    def kv_cache_usage(self) -> float:
        self._run_told()
        self._look_ahead()
        return self._scheduler.memory.usage

    def report(self) -> EngineReport:
        scheduler, memory = self._scheduler, self.twin.memory
        return EngineReport(
            self.twin.simulates,
            scheduler.queried_tokens,
            scheduler.hit_tokens,
            scheduler.preemptions,
            memory.blocks,
            memory.block_size,
        )

    def cards(self, now_ns: int) -> list[dict[str, Any]]:
        self._run(now_ns)
        while self._unshown:
            self._show(self._unshown.popleft())
        return self._cards.samples(now_ns)

    def submit(
        self,
        number: int,
        prompt_tokens: int,
        max_tokens: int,
        time_ns: int,
        prompt: Sequence[Hashable] | None = None,
    ) -> FrontRequest:
        if self._origin_ns is None:
            self._origin_ns = time_ns
        request = asked(
            number, prompt_tokens, max_tokens, self._model_ns(time_ns), prompt
        )
        self._run_told()
        self._simulation.submit(request)
        self._keyless.append(request)
        self._look_ahead()
        return FrontRequest(self, request)

    def cancel(self, sequence: FrontRequest, time_ns: int) -> None:
        request = sequence.request
        if not request.cancelled:
            request.cancelled = True
            self._run(time_ns)
            self._simulation.cancel(request)
            self._look_ahead()

    def preempt(self, sequence: FrontRequest) -> None:
        self._run_told()
        if sequence.request in self._scheduler.running:
            self._simulation.preempt(sequence.request)
        self._look_ahead()

    def call_meanwhile(self, send: Callable[[PopKnown], None]) -> None:
        self._scheduler.breathe = lambda: send(self._pop_known)

    def next_ns(self) -> int | None:
        if self._ready or self._next_run():
            return self._due_ns
        stretch = self._foreseen
        if stretch is None or self._told == stretch.steps:
            return self._begins_ns
        return self.real_ns(self._first_leaves_ns(stretch, self._told))

    def pop_due(
        self, now_ns: int, known_ns: int | None = None
    ) -> Emission | None:
        known_ns = now_ns if known_ns is None else known_ns
        emission = self._pop_known(now_ns)
        if emission is None:
            # steps are run only while nothing is due
            self._catch_up(known_ns)
            emission = self._pop_known(now_ns)
        while (
            emission is None
            and not self._ready
            and self._next_foreseen(known_ns)
        ):
            emission = self._pop_known(now_ns)
        if emission is None:
            self._work_ahead()
        return emission

    def _pop_known(self, now_ns: int) -> Emission | None:
        """Of the steps that have been run, or are foreseen and leave now."""
        while self._ready or self._next_run():
            if self._due_ns > now_ns:
                return None
            request, due_ns = self._ready.popleft(), self._due_ns
            self._leave_at(self._leaves_ns + self._outlet.token_ns)
            if request.cancelled:
                continue
            request.emitted += 1
            is_last = request.emitted == request.answer_tokens
            return Emission(due_ns, FrontRequest(self, request), 1, is_last)
        return None

    def _work_ahead(self) -> None:
        """Nothing is due: do a little of what can be done now as well as later."""
        if self._unshown:
            self._show(self._unshown.popleft())
            return
        size = self._scheduler.memory.block_size
        while self._keyless:
            request = self._keyless[0]
            block = len(request.keys)
            if (block + 1) * size < request.limit and not request.finished:
                request.key_of(block, size)
                return
            self._keyless.popleft()

    def _next_run(self) -> bool:
        """Whether a step has been run whose tokens have not all left."""
        if not self._stretches:
            return False
        stretch, left = self._stretches.popleft()
        if left + 1 < stretch.steps:
            self._stretches.appendleft((stretch, left + 1))
        self._let_out(stretch, left)
        return True

    def _next_foreseen(self, known_ns: int) -> bool:
        """Whether one of the foreseen steps has begun whose tokens have not all left."""
        stretch, told = self._foreseen, self._told
        if stretch is None or told == stretch.steps:
            return False
        if stretch.end_ps(told) > self._model_ns(known_ns) * PS_PER_NS:
            return False
        self._told = told + 1
        self._let_out(stretch, told)
        return True

    def _let_out(self, stretch: Stretch, left: int) -> None:
        """The tokens of the step that follows the first `left` steps of a stretch leave next."""
        self._leave_at(self._first_leaves_ns(stretch, left))
        self._ready.extend(stretch.requests)

    def _first_leaves_ns(self, stretch: Stretch, left: int) -> int:
        return self._outlet.begins_ns(stretch, left + 1) + self._outlet.token_ns

    def _leave_at(self, model_ns: int) -> None:
        self._leaves_ns, self._due_ns = model_ns, self.real_ns(model_ns)

    def _catch_up(self, known_ns: int) -> None:
        """Run the foreseen steps, and those after them, if some of those have begun."""
        if self._begins_ns is not None and known_ns >= self._begins_ns:
            self._run(known_ns)

    def _run(self, known_ns: int) -> None:
        """Run all steps that have begun."""
        self._run_told(self._model_ns(known_ns) * PS_PER_NS)
        self._look_ahead()

    def _run_told(self, until_ps: int = -1) -> None:
        """Run the steps whose tokens have left, and others that begin until then. Nothing is
        foreseen afterwards.
        """
        if self._foreseen is not None and self._told:
            until_ps = max(until_ps, self._foreseen.end_ps(self._told - 1))
        self._foreseen = None
        while (stretch := self._simulation.advance(until_ps)) is not None:
            told = min(self._told, stretch.steps)
            self._told -= told
            if stretch.requests and told < stretch.steps:
                self._stretches.append((stretch, told))
            if stretch.busy.total_ps:
                self._show_later(stretch)

    def _show_later(self, stretch: Stretch) -> None:
        self._unshown.append(stretch)
        if len(self._unshown) > MOST_LATER:
            self._show(self._unshown.popleft())

    def _show(self, stretch: Stretch) -> None:
        """What the cards do in these steps."""
        self._cards.work(
            stretch.busy,
            self.real_ns(stretch.start_ps // PS_PER_NS),
            self.real_ns(stretch.end_ns(stretch.steps)),
        )

    def _look_ahead(self) -> None:
        self._foreseen = self._simulation.foresee()
        begins_ps, self._begins_ns = self._simulation.next_ps(), None
        if self._foreseen is not None:
            begins_ps = self._foreseen.end_ps(self._foreseen.steps)
        if begins_ps is not None:
            self._begins_ns = self.real_ns(begins_ps // PS_PER_NS)

    def _model_ns(self, time_ns: int) -> int:
        since_ns = time_ns - (self._origin_ns or 0)
        if self._speed == 1:
            return max(0, since_ns)
        return max(0, int(since_ns * self._speed))

    def real_ns(self, model_ns: int) -> int:
        """A moment of the model on the caller's clock."""
        if self._speed == 1:
            return (self._origin_ns or 0) + model_ns
        return (self._origin_ns or 0) + ceil(model_ns / self._speed)


class FrontRequest:
    """A request as the front sees it, on the front's clock."""

    __slots__ = ("_model", "request")

    def __init__(self, model: TwinModel, request: TwinRequest) -> None:
        self._model = model
        self.request = request

    @property
    def number(self) -> int:
        return self.request.number

    @property
    def admitted_ns(self) -> int:
        return self._model.real_ns(self.request.admitted_ns)


def asked(
    number: int,
    prompt_tokens: int,
    max_tokens: int,
    at_ns: int,
    prompt: Sequence[Hashable] | None,
) -> TwinRequest:
    """A request whose answer is what the front writes: as words, or as ids."""
    has_words = prompt is not None and isinstance(prompt[0], str)
    return TwinRequest(
        number,
        prompt_tokens,
        max_tokens,
        arrived_ns=at_ns,
        prompt=prompt,
        answer=wire.words if has_words else wire.ids,
    )
