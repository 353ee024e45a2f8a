"""What a client does to an engine, in virtual time: a load of requests, under a cap or at a rate,
and the numbers that `vllm bench serve` would print.

Its habits are simulated too, because they change the numbers: the test request, which is prompt 0;
the opening burst, in which all users start at once; and prompts of one seed, which are the same in
every point of a ladder, so that a later point finds them in the prefix cache.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from inferometer.engine.twin.profiles import ProfileError
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.simulation import Simulation
from inferometer.engine.twin.stretch import Stretch
from inferometer.vocabulary import ONE_A_REQUEST
from inferometer.words import Said

SECOND_NS = 1_000_000_000
PAUSE_NS = 10 * SECOND_NS
"""Between two points of a ladder."""
RUNGS_BEFORE = 2
"""Rungs of a ladder that are simulated before a measured one: under LRU, what lies further back is
in the cache no more, or in use again.
"""
PERCENTILES = (50, 90, 99)


@dataclass(frozen=True, slots=True)
class TwinLoad:
    """One point. Lengths are tokens."""

    requests: int
    prompt_tokens: int
    output_tokens: int
    max_concurrency: int | None = None
    request_rate: float = inf
    """Per second; inf sends all at once."""
    burstiness: float = 1.0
    """1 is Poisson, smaller is burstier, inf has equal gaps. Of no use without a rate."""
    shortest: float = 1.0
    """Lengths are uniform between this share of the nominal ones and the whole."""
    seed: int = 0
    prefix_tokens: int = 0
    """Tokens at the start of every prompt that all prompts share."""

    def arrivals(self, at_ns: int, *, first: int = 0) -> list[TwinRequest]:
        """Requests of one number have one prompt: `first` is the number of the first."""
        rng = random.Random(self.seed)  # noqa: S311 - no secret
        now_ns, requests = at_ns, []
        for number in range(first, first + self.requests):
            now_ns += int(self._gap_s(rng) * SECOND_NS)
            prompt, output = self._lengths(rng)
            requests.append(
                TwinRequest(
                    number,
                    prompt,
                    output,
                    arrived_ns=now_ns,
                    prompt=self.tokens_of(number, prompt),
                )
            )
        return requests

    def _gap_s(self, rng: random.Random) -> float:
        if self.request_rate == inf:
            return 0.0
        if self.burstiness == inf:
            return 1 / self.request_rate
        mean_s = 1 / (self.request_rate * self.burstiness)
        return rng.gammavariate(self.burstiness, mean_s)

    def tokens_of(self, number: int, length: int) -> Sequence[int] | None:
        """None where prompts have nothing in common."""
        if not self.prefix_tokens:
            return None
        shared = min(self.prefix_tokens, length)
        return (0,) * shared + (number + 1,) * (length - shared)

    def _lengths(self, rng: random.Random) -> tuple[int, int]:
        if self.shortest == 1:
            return self.prompt_tokens, self.output_tokens
        low = self.shortest
        prompt = self.prompt_tokens * rng.uniform(low, 1)
        output = self.output_tokens * rng.uniform(low, 1)
        return max(1, round(prompt)), max(1, round(output))

    @property
    def is_random(self) -> bool:
        """Whether another seed is another run."""
        has_law = inf not in {self.request_rate, self.burstiness}
        return has_law or self.shortest != 1

    @property
    def concurrency(self) -> int | None:
        """Requests at once; None where they come at a rate."""
        if self.request_rate != inf:
            return None
        return min(self.max_concurrency or self.requests, self.requests)


def drive(
    simulation: Simulation,
    requests: Iterable[TwinRequest],
    max_concurrency: int | None = None,
    seen: Callable[[Stretch], None] = lambda stretch: None,
) -> Iterator[TwinRequest]:
    """Each request as it finishes, with the times of its first and last token. One that is due
    while the cap is reached is sent, and arrives, when another one is over. `seen` is told all
    steps.
    """
    waiting = deque(requests)
    slots = deque([0] * min(max_concurrency or len(waiting), len(waiting)))
    """When each of the free ones was left, ns."""
    while True:
        while waiting and slots and simulation.wants_arrivals:
            request = waiting.popleft()
            request.arrived_ns = max(request.arrived_ns, slots.popleft())
            simulation.submit(request)
        stretch = simulation.advance()
        if stretch is None:
            return
        seen(stretch)
        simulation.outlet.stamp(stretch)
        for request in stretch.ended:
            slots.append(request.finished_ns)
            yield request


def measured(done: Sequence[TwinRequest]) -> dict[str, float]:
    """The metrics of a point, called as in the file of `vllm bench serve`."""
    if not done:
        return {}
    duration_s = (
        max(each.finished_ns for each in done)
        - min(each.arrived_ns for each in done)
    ) / SECOND_NS
    values = {
        "duration": duration_s,
        "request_throughput": len(done) / duration_s,
        "output_throughput": sum(each.answer_tokens for each in done)
        / duration_s,
    }
    for name, times_ms in latencies_ms(done).items():
        if times_ms.size:
            values[f"mean_{name}_ms"] = float(times_ms.mean())
            for percent in PERCENTILES:
                values[f"p{percent}_{name}_ms"] = float(
                    np.percentile(times_ms, percent)
                )
            values[f"median_{name}_ms"] = values[f"p50_{name}_ms"]
    return values


def latencies_ms(
    done: Sequence[TwinRequest],
) -> Mapping[str, np.ndarray]:
    """By name, in the order given; of TPOT only those with more than one token."""
    arrived, first, last, tokens = (
        np.array([getattr(each, name) for each in done], dtype=np.float64)
        for name in ("arrived_ns", "first_ns", "finished_ns", "answer_tokens")
    )
    several = tokens > 1
    decoding = (last - first)[several] / (tokens[several] - 1)
    times_ns = (first - arrived, decoding, last - arrived)
    return {
        name: each / 1e6
        for name, each in zip(ONE_A_REQUEST, times_ns, strict=True)
    }


def play(
    simulation: Simulation,
    load: TwinLoad,
    at_ns: int = 0,
    *,
    test: bool = False,
) -> list[TwinRequest]:
    """A point. `test`: the client sends prompt 0 alone before it. Raises ProfileError where a
    request is longer than the engine can serve.
    """
    requests = load.arrivals(at_ns)
    if test:
        first = requests[0]
        trial = TwinRequest(
            first.number,
            first.prompt_tokens,
            first.max_tokens,
            arrived_ns=at_ns,
            prompt=load.tokens_of(first.number, first.prompt_tokens),
        )
        served(simulation, [trial])
        for each in requests:
            each.arrived_ns += trial.finished_ns - at_ns
    return served(simulation, requests, load.max_concurrency)


def served(
    simulation: Simulation,
    requests: Sequence[TwinRequest],
    max_concurrency: int | None = None,
    seen: Callable[[Stretch], None] = lambda stretch: None,
) -> list[TwinRequest]:
    """All of them. Raises ProfileError where one is longer than the engine can serve."""
    longest = max(
        (each.prompt_tokens + each.max_tokens for each in requests), default=0
    )
    if longest <= simulation.scheduler.rules.max_model_len:
        done = list(drive(simulation, requests, max_concurrency, seen))
        if len(done) == len(requests):
            return done
    raise ProfileError(Said("twin.never_done", {"tokens": longest}))


def climb(
    simulation: Simulation, loads: Sequence[TwinLoad], step: int | None = None
) -> list[dict[str, float]]:
    """The points of a ladder, in the order given, against one server whose cache stays warm.
    `step`: the points are a selection of a ladder whose rungs differ by so many requests.
    """
    found, now_ns, before = [], 0, 0
    for load in loads:
        between = range(load.requests - step, before, -step) if step else []
        for requests in sorted(between[:RUNGS_BEFORE]):
            rung = replace(load, requests=requests)
            now_ns = _after(play(simulation, rung, now_ns, test=True))
        done = play(simulation, load, now_ns, test=True)
        now_ns, before = _after(done), load.requests
        found.append(measured(done))
    return found


def _after(done: Iterable[TwinRequest]) -> int:
    return max(each.finished_ns for each in done) + PAUSE_NS
