"""The engine model: when which request gets its next tokens. Pure and in virtual time: no clock, no
sockets, no wire format.

A request is *submitted*, waits in a FIFO queue while `max_num_seqs` others run, is *admitted*, and
then emits its tokens in events. With r = sequences running at that moment, counting this one, and J
= a random factor of mean 1:

- first event: `(ttft_ms + prefill_ms_per_1k_tokens × prompt_tokens / 1000) × J` after admission
- every later event: `(itl_ms + itl_growth_ms × (r - 1)) × J` after the one before it
- each event carries `tokens_per_event` tokens, the last one what remains of `max_tokens`

ITL is thus the gap between events, whatever they carry, and r is read when the earlier of the two
leaves. An emission's time follows from the one before it, never from when it was asked for: a front
that is late once does not drift. J is lognormal with relative standard deviation `jitter`, drawn
from a stream of its own for each request, made of the seed and the request's number alone: event k
of request n gets the same J whatever else is running.

Every request gets exactly `max_tokens` tokens: there is no end-of-sequence token here, and no
prefix cache.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable
from collections.abc import Sequence as Tokens
from dataclasses import dataclass
from heapq import heapify, heappop, heappush, heapreplace
from typing import TYPE_CHECKING

from inferometer.clock import MS
from inferometer.engine.engine_model import Emission, PopKnown
from inferometer.words import Said

if TYPE_CHECKING:
    from random import Random

KV_SEQUENCES_UNLIMITED = 1024
"""Without `max_num_seqs`, the KV cache holds this many sequences of full length."""


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """The engine's timing, in the formulas of the module."""

    ttft_ms: float = 50.0
    """Time from admission to the first event, ms."""
    itl_ms: float = 20.0
    """Time between two events of a single request, ms."""
    tokens_per_event: int = 1
    jitter: float = 0.0
    """Relative standard deviation of each of these times."""
    max_num_seqs: int | None = None
    """Maximum concurrent sequences; None is no limit."""
    itl_growth_ms: float = 0.0
    """ITL increase per additional running sequence, ms."""
    prefill_ms_per_1k_tokens: float = 0.0
    """TTFT increase per 1000 prompt tokens, ms."""
    max_model_len: int = 131_072
    """Maximum length of prompt plus output, tokens."""
    seed: int = 0

    def __post_init__(self) -> None:
        for name in (
            "ttft_ms",
            "itl_ms",
            "jitter",
            "itl_growth_ms",
            "prefill_ms_per_1k_tokens",
        ):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                told = {"name": name, "value": value}
                raise ValueError(Said("engine.not_finite", told))
        for name in ("tokens_per_event", "max_num_seqs", "max_model_len"):
            value = getattr(self, name)
            if value is not None and value < 1:
                told = {"name": name, "value": value}
                raise ValueError(Said("engine.below_one", told))


class Sequence:
    """One request in the engine. Times are ns on the clock that the caller submits with."""

    __slots__ = (
        "_left",
        "_random",
        "admitted_ns",
        "cancelled",
        "max_tokens",
        "number",
        "prompt_tokens",
        "submitted_ns",
    )

    def __init__(
        self,
        number: int,
        prompt_tokens: int,
        max_tokens: int,
        submitted_ns: int,
    ) -> None:
        self.number = number
        self.prompt_tokens = prompt_tokens
        self.max_tokens = max_tokens
        self.submitted_ns = submitted_ns
        self.admitted_ns = submitted_ns
        self.cancelled = False
        self._left = max_tokens
        self._random: Random | None = None

    @property
    def tokens_held(self) -> int:
        """Prompt tokens and tokens emitted so far: its use of a KV cache."""
        return self.prompt_tokens + self.max_tokens - self._left


class PacedModel:
    """The engine described at the top of this file.

    Times should not decrease. One that does is used as it is: the model never waits for a request
    to be older than events that it has already emitted.
    """

    def __init__(self, settings: EngineSettings) -> None:
        self.settings = settings
        self.seed = settings.seed
        self.max_model_len = settings.max_model_len
        self.tokens_per_event = settings.tokens_per_event
        self.reads_prompts = False
        self._itl_ns = round(settings.itl_ms * MS)
        self._growth_ns = round(settings.itl_growth_ms * MS)
        # A lognormal of mean 1 and relative standard deviation j has sigma² = ln(1 + j²) and mu =
        # -sigma²/2.
        variance = math.log1p(settings.jitter**2)
        self._sigma, self._mu = math.sqrt(variance), -variance / 2
        self._running: dict[int, Sequence] = {}
        self._waiting: OrderedDict[int, Sequence] = OrderedDict()
        self._heap: list[tuple[int, int, Sequence]] = []

    @property
    def running(self) -> int:
        return len(self._running)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def kv_cache_usage(self) -> float:
        """Use, 0 to 1, of a KV cache that just holds all running sequences at full length."""
        room = (
            self.settings.max_num_seqs or KV_SEQUENCES_UNLIMITED
        ) * self.settings.max_model_len
        return min(
            1.0, sum(s.tokens_held for s in self._running.values()) / room
        )

    def report(self) -> None:
        """It simulates no engine."""

    def cards(self, now_ns: int) -> None:
        """It simulates no card of its own."""

    def call_meanwhile(self, send: Callable[[PopKnown], None]) -> None:
        """It never works for long."""

    def submit(
        self,
        number: int,
        prompt_tokens: int,
        max_tokens: int,
        time_ns: int,
        prompt: Tokens[Hashable] | None = None,
    ) -> Sequence:
        """Submit a request. `number` is its unique identity and selects its jitter; `max_tokens` is
        at least 1.
        """
        sequence = Sequence(number, prompt_tokens, max_tokens, time_ns)
        if self._has_room():
            self._admit(sequence, time_ns)
        else:
            self._waiting[number] = sequence
        return sequence

    def cancel(self, sequence: Sequence, time_ns: int) -> None:
        """Cancel a request: it emits nothing more, and its slot is free from `time_ns`. May be
        called twice.
        """
        sequence.cancelled = True  # what is left of it in the heap is dropped when its time comes
        if self._waiting.pop(sequence.number, None) is None:
            self._leave(sequence, time_ns)

    def preempt(self, sequence: Sequence) -> None:
        """Take a running sequence's memory: its next event is later by a prefill of all its
        tokens.
        """
        settings = self.settings
        wait_ns = round(
            (
                settings.ttft_ms
                + settings.prefill_ms_per_1k_tokens
                * sequence.tokens_held
                / 1000
            )
            * MS
        )
        self._heap = [
            (due + wait_ns if held is sequence else due, number, held)
            for due, number, held in self._heap
        ]
        heapify(self._heap)

    def next_ns(self) -> int | None:
        """When to call `pop_due` next; None while nothing runs."""
        return self._heap[0][0] if self._heap else None

    def pop_due(
        self, now_ns: int, known_ns: int | None = None
    ) -> Emission | None:
        """The earliest emission due at or before `now_ns`, or None; of two, that of the smaller
        number. Each depends on who runs, so none is later than `known_ns`.
        """
        if known_ns is not None:
            now_ns = min(now_ns, known_ns)
        heap = self._heap
        while heap:
            time_ns, number, sequence = heap[0]
            if time_ns > now_ns:
                return None
            if sequence.cancelled:
                heappop(heap)
                continue
            tokens = self.tokens_per_event
            left = sequence._left - tokens
            if left > 0:
                sequence._left = left
                gap_ns = self._itl_ns + self._growth_ns * (
                    len(self._running) - 1
                )
                if self._sigma:
                    gap_ns = self._jittered(sequence, gap_ns)
                heapreplace(heap, (time_ns + gap_ns, number, sequence))
                return Emission(time_ns, sequence, tokens, False)
            heappop(heap)
            sequence._left = 0
            self._leave(sequence, time_ns)
            return Emission(time_ns, sequence, left + tokens, True)
        return None

    def _has_room(self) -> bool:
        limit = self.settings.max_num_seqs
        return limit is None or len(self._running) < limit

    def _admit(self, sequence: Sequence, time_ns: int) -> None:
        settings = self.settings
        sequence.admitted_ns = time_ns
        self._running[sequence.number] = sequence
        wait_ms = (
            settings.ttft_ms
            + settings.prefill_ms_per_1k_tokens * sequence.prompt_tokens / 1000
        )
        wait_ns = round(wait_ms * MS)
        if self._sigma:
            wait_ns = self._jittered(sequence, wait_ns)
        heappush(self._heap, (time_ns + wait_ns, sequence.number, sequence))

    def _leave(self, sequence: Sequence, time_ns: int) -> None:
        """Free its slot, and give it to the request that has waited longest."""
        if (
            self._running.pop(sequence.number, None) is not None
            and self._waiting
            and self._has_room()
        ):
            _, longest = self._waiting.popitem(last=False)
            self._admit(longest, max(time_ns, longest.submitted_ns))

    def _jittered(self, sequence: Sequence, time_ns: int) -> int:
        if sequence._random is None:
            from random import Random

            sequence._random = Random(f"{self.settings.seed}/{sequence.number}")  # noqa: S311
        return round(
            time_ns * sequence._random.lognormvariate(self._mu, self._sigma)
        )
