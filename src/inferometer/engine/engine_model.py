"""What stands behind the engine's front: when which request gets its next tokens.

The front (`api`, `server`) knows no more of a model than this, so that any model can take its
place: one of set times (`model`), or one of a GPU (steps, KV blocks, links, power).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple, Protocol


class RunningSequence(Protocol):
    """One request inside a model."""

    @property
    def number(self) -> int:
        """The one that it was submitted with."""

    @property
    def admitted_ns(self) -> int:
        """When it left the queue; until then, when it was submitted."""


class Emission(NamedTuple):
    """`tokens` new tokens of one sequence, due at `time_ns`."""

    time_ns: int
    sequence: RunningSequence
    tokens: int
    last: bool


PopKnown = Callable[[int], Emission | None]
"""`pop_due` of what is known without work: the earliest emission due by a time, or None."""


class EngineReport(NamedTuple):
    """What only a model of a real engine can report. Counters are since its start, in tokens."""

    simulates: str
    """Card, model and engine; nothing that it reports was measured."""
    cache_queries: int
    cache_hits: int
    preemptions: int
    blocks: int
    block_size: int


class EngineModel(Protocol):
    """Pure and in virtual time: no clock, no sockets, no wire format.

    Times are ns on whatever clock the caller submits with; they should not decrease from call to
    call. Lengths are tokens. The same calls with the same times give the same emissions: whatever
    is random follows from the seed and a request's number alone. The time of an emission never
    depends on when it is asked for, so that a front that is late once does not drift.
    """

    @property
    def seed(self) -> int:
        """Whatever is random follows from it, also who suffers a fault of the front."""

    @property
    def max_model_len(self) -> int:
        """Longest prompt and output together, tokens."""

    @property
    def tokens_per_event(self) -> int:
        """Of every emission but the last of a request, which has what is left."""

    @property
    def reads_prompts(self) -> bool:
        """Whether `submit` needs the tokens of prompts, and not only their number."""

    @property
    def running(self) -> int:
        """Requests that were admitted."""

    @property
    def waiting(self) -> int:
        """Requests in the queue."""

    @property
    def kv_cache_usage(self) -> float:
        """Share of the KV cache that is in use, 0 to 1."""

    def report(self) -> EngineReport | None:
        """None of a model that simulates no engine."""

    def cards(self, now_ns: int) -> list[dict[str, Any]] | None:
        """What its cards show; None of a model without any, for which the front shows one."""

    def submit(
        self,
        number: int,
        prompt_tokens: int,
        max_tokens: int,
        time_ns: int,
        prompt: Sequence[Hashable] | None = None,
    ) -> RunningSequence:
        """Take a request in. `number` is unique; `max_tokens` is at least 1."""

    def cancel(self, sequence: Any, time_ns: int) -> None:
        """Give up what `submit` returned: nothing more is emitted for it. Twice does no harm."""

    def preempt(self, sequence: Any) -> None:
        """Take away what a running sequence holds, so that its next tokens come later."""

    def next_ns(self) -> int | None:
        """When `pop_due` is next worth calling; None while nothing runs."""

    def pop_due(
        self, now_ns: int, known_ns: int | None = None
    ) -> Emission | None:
        """The earliest emission due at or before `now_ns`, or None. Whatever came by `known_ns` was
        submitted: what depends on later requests is not due yet. None is `now_ns`.
        """

    def call_meanwhile(self, send: Callable[[PopKnown], None]) -> None:
        """Whatever works for longer than some tens of µs calls `send` in between, which must call
        nothing else of the model.
        """
