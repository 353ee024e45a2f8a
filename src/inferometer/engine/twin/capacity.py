"""Which deployments serve a load within its targets, by the twin: cards, tensor parallelism,
settings, and as few replicas as do.

Each answer is a simulation of one replica with its share of the load, after warm-up. Its numbers
have 90 % intervals: of a fitted profile, or of the twin's errors on a card that nobody fitted.
Where a target lies within the interval, nobody knows until it is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil, exp, hypot, inf
from typing import Literal

from inferometer.engine.twin.blocks import KVMemory
from inferometer.engine.twin.client import (
    PERCENTILES,
    TwinLoad,
    measured,
    play,
    served,
)
from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.errors import unfitted_error
from inferometer.engine.twin.fitted import (
    Fitted,
    TwinPrediction,
    around,
    variances,
)
from inferometer.engine.twin.memory import OutOfMemoryError
from inferometer.engine.twin.noise import TWO_SIDED_90, noise_of
from inferometer.engine.twin.power import step_power_w
from inferometer.engine.twin.profiles import CardProfile, ProfileError
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.scheduler import Scheduler
from inferometer.engine.twin.step_time import PS
from inferometer.engine.twin.stretch import Stretch
from inferometer.engine.twin.trend import is_growing
from inferometer.spec.target import Threshold
from inferometer.vocabulary import ONE_A_REQUEST
from inferometer.words import Said, sentence_of

WARM_UP = 0.2
"""Share of the requests that come first and are not counted."""
MIN_REQUESTS, MAX_REQUESTS = 300, 3000
SECONDS = 60.0
"""Of simulated arrivals at a rate, if that is between the limits above."""
ROUNDS, MIN_ROUNDS = 10, 2
"""Requests of each user, where their number is given; with fewer, most users are never there."""
BACKLOG = 0.1
"""Share of the requests that may wait to be begun when the last one arrives."""
APART = 0.9
"""Lengths of users' requests are uniform from this share of the nominal ones, or all users would
keep in step.
"""

MIN_GROWTH, MAX_GROWTH, LIMIT_STEP = 1 / 16, 16.0, 1.1
"""Of the load, where its limits are looked for."""
HALF, FULL = 0.5, 0.99
"""Shares of the KV blocks; a request waits where the last blocks do not suffice."""

OUTGROWN, GROWING = "capacity.outgrown", "capacity.growing"
"""Why no target is met, whatever the other numbers say."""
LONGER = 4
"""Times the load that is simulated where it seems to outgrow a deployment: the engine may only have
filled up.
"""

Status = Literal["meets", "unsure", "misses", "refused"]


@dataclass(frozen=True, slots=True)
class Demand:
    """A load, of all replicas together, and what it has to be served within."""

    prompt_tokens: int
    output_tokens: int
    request_rate: float | None = None
    users: int | None = None
    targets: tuple[Threshold, ...] = ()
    prefix_tokens: int = 0
    """Tokens at the start of every prompt that all prompts share."""

    def times(self, factor: float) -> Demand:
        """The load multiplied by `factor`."""
        if self.users is not None:
            return replace(self, users=max(1, round(self.users * factor)))
        return replace(self, request_rate=(self.request_rate or 0) * factor)

    @property
    def load(self) -> float:
        """Requests at once, or per second."""
        return float(self.request_rate or self.users or 0)

    def share(self, replicas: int) -> TwinLoad:
        """Of one replica."""
        if self.users is not None:
            users = ceil(self.users / replicas)
            return TwinLoad(
                _between(ROUNDS * users),
                self.prompt_tokens,
                self.output_tokens,
                max_concurrency=users,
                shortest=APART,
                prefix_tokens=self.prefix_tokens,
            )
        rate = (self.request_rate or inf) / replicas
        return TwinLoad(
            _between(SECONDS * rate),
            self.prompt_tokens,
            self.output_tokens,
            request_rate=rate,
            prefix_tokens=self.prefix_tokens,
        )


@dataclass(frozen=True, slots=True)
class CapacityAnswer:
    """A deployment, and what it would do. Simulated, never measured."""

    settings: TwinSettings
    replicas: int
    status: Status
    values: Mapping[str, TwinPrediction]
    """Throughput is that of all replicas."""
    reason: str = ""
    """Why it cannot run, or why it is unsure: the engine's words or ours."""
    load: TwinLoad | None = None
    """Of one replica, as simulated; None where nothing was."""
    outside: tuple[str, ...] = ()
    """In what the numbers are extrapolated from the fit."""
    is_fitted: bool = False
    fits_at_once: float = 0.0
    """Requests of this length whose KV fits one replica."""
    kv_peak: float = 0.0
    """Largest share of a replica's KV blocks in use."""
    card_w: float = 0.0
    """Mean power of a card. No factor of it was ever fitted."""

    is_growing: bool = False
    """Whether requests at once, or their E2EL, still grow when the simulated load ends."""

    prefix_hits: float | None = None
    """Share of the prompt tokens that the prefix cache has; None without such a cache."""

    @property
    def cards(self) -> int:
        return self.settings.tp * self.replicas

    @property
    def kwh_per_million_tokens(self) -> float | None:
        """Of the cards, for output tokens."""
        said = self.values.get("output_throughput")
        if said is None or not said.value:
            return None
        return self.card_w * self.cards / said.value / 3.6


@dataclass(frozen=True, slots=True)
class CapacityLimits:
    """From which load on a deployment is at a limit, in requests at once or per second; None beyond
    MAX_GROWTH times the load that was asked for.
    """

    misses_from: float | None
    """The smallest load that misses a target, known to LIMIT_STEP; 0 where even MIN_GROWTH of the
    load does.
    """
    kv_half: float | None
    """The smallest load with which half of the KV blocks are in use at some time."""
    kv_full: float | None


def answer(
    settings: TwinSettings,
    demand: Demand,
    max_cards: int,
    profiles: Sequence[Fitted] = (),
) -> CapacityAnswer:
    """With the fewest replicas whose numbers meet the targets; else as many as there may be."""
    most = max_cards // settings.tp
    low, high = 0, 1
    try:
        found = _tried(settings, demand, min(high, most), profiles)
        while found.status == "misses" and high < most:
            low, high = high, min(2 * high, most)
            found = _tried(settings, demand, high, profiles)
        while found.status != "misses" and high - low > 1:
            middle = (low + high) // 2
            there = _tried(settings, demand, middle, profiles)
            if there.status == "misses":
                low = middle
            else:
                high, found = middle, there
    except (OutOfMemoryError, ProfileError) as error:
        return CapacityAnswer(settings, most, "refused", {}, sentence_of(error))
    errors = _errors(found, profiles)
    told = _with_intervals(found, demand, profiles, errors)
    slower = exp(TWO_SIDED_90 * errors["output_throughput"])
    return _sure(told, demand, profiles, slower)


def _errors(
    found: CapacityAnswer, profiles: Sequence[Fitted]
) -> dict[str, float]:
    """By metric: standard deviation of the logarithm of simulated / measured, but for chance."""
    settings, load = found.settings, found.load
    profile = _profile_of(settings, profiles)
    if profile is None or load is None:
        return {metric: unfitted_error(metric) for metric in found.values}
    outside = profile.outside(settings, load)
    variance = variances(
        (_outcome(up, load), _outcome(down, load))
        for up, down in profile.moved(settings)
    )
    return {
        metric: profile.spread(metric, outside, variance.get(metric, 0.0))
        for metric in found.values
    }


def _with_intervals(
    found: CapacityAnswer,
    demand: Demand,
    profiles: Sequence[Fitted],
    errors: Mapping[str, float],
) -> CapacityAnswer:
    """Of the twin's errors, and of chance, which is as large for all replicas as for one."""
    assert found.load is not None
    chosen = _applied(found.settings, _profile_of(found.settings, profiles))
    alone = {
        metric: each.value / _of_all(metric, 1.0, found.replicas)
        for metric, each in found.values.items()
    }
    noise = noise_of(found.load, alone, partial(_outcome, chosen))
    values = {
        metric: around(
            each.value, hypot(errors[metric], noise.get(metric, 0.0))
        )
        for metric, each in found.values.items()
    }
    reason = found.reason if isinstance(found.reason, Said) else None
    status = _status(values, demand.targets, reason)
    return replace(found, values=values, status=status)


def _outcome(settings: TwinSettings, load: TwinLoad) -> dict[str, float]:
    """Of one replica, after warm-up."""
    return measured(_warm(play(make_twin(settings).simulation(), load)))


def _sure(
    found: CapacityAnswer,
    demand: Demand,
    profiles: Sequence[Fitted],
    slower: float,
) -> CapacityAnswer:
    """Unsure where an engine that is `slower` by the twin's error would miss a target. At a rate
    that it no longer serves, latencies grow beyond their intervals.
    """
    if found.status != "meets" or demand.request_rate is None:
        return found
    load = demand.times(slower)
    there = _tried(found.settings, load, found.replicas, profiles)
    if there.status != "misses" and _meets_slower(there, demand, slower):
        return found
    told = {"percent": 100 * (1 - 1 / slower)}
    reason = Said("capacity.near_limit", told)
    return replace(found, status="unsure", reason=reason)


def _meets_slower(there: CapacityAnswer, demand: Demand, slower: float) -> bool:
    """Whether an engine that is `slower` times as slow meets the targets. `there`: what this engine
    does at `slower` times the load, which the slow one does in `slower` times the time.
    """
    return all(
        each.met(
            there.values[each.metric].value / slower
            if "throughput" in each.metric
            else there.values[each.metric].value * slower
        )
        for each in demand.targets
    )


def limits(
    found: CapacityAnswer, demand: Demand, profiles: Sequence[Fitted] = ()
) -> CapacityLimits:
    """Of a deployment that starts, with its replicas. Each is known to LIMIT_STEP."""
    tried: dict[float, CapacityAnswer] = {}

    def at(factor: float) -> CapacityAnswer:
        load = demand.times(factor)
        if load.load not in tried:
            tried[load.load] = _tried(
                found.settings, load, found.replicas, profiles
            )
        return tried[load.load]

    def first(reached: Callable[[CapacityAnswer], bool]) -> float | None:
        """The smallest load at which that is so; 0 if it always is."""
        low, high = MIN_GROWTH, MAX_GROWTH
        if reached(at(low)):
            return 0.0
        if not reached(at(high)):
            return None
        while high / low > LIMIT_STEP:
            middle = (low * high) ** 0.5
            low, high = (low, middle) if reached(at(middle)) else (middle, high)
        return demand.times(high).load

    return CapacityLimits(
        first(lambda each: each.status == "misses"),
        first(lambda each: each.kv_peak >= HALF),
        first(lambda each: each.kv_peak >= FULL),
    )


def _tried(
    settings: TwinSettings,
    demand: Demand,
    replicas: int,
    profiles: Sequence[Fitted],
) -> CapacityAnswer:
    """With a longer load where it seems to outgrow the deployment."""
    load = demand.share(replicas)
    found = _simulated(settings, demand, replicas, load, profiles)
    longer = min(LONGER * load.requests, MAX_REQUESTS)
    if found.is_growing and longer > load.requests:
        load = replace(load, requests=longer)
        found = _simulated(settings, demand, replicas, load, profiles)
    return found


def _simulated(
    settings: TwinSettings,
    demand: Demand,
    replicas: int,
    load: TwinLoad,
    profiles: Sequence[Fitted],
) -> CapacityAnswer:
    """Without intervals."""
    profile = _profile_of(settings, profiles)
    twin = make_twin(_applied(settings, profile))
    longest = demand.prompt_tokens + demand.output_tokens
    if longest > twin.rules.max_model_len:
        # lengths that vary may all be shorter by chance, with one seed or number of requests
        raise ProfileError(Said("twin.never_done", {"tokens": longest}))
    simulation = twin.simulation()
    watch = _Watch(twin.card, simulation.scheduler.memory)
    done = served(simulation, load.arrivals(0), load.max_concurrency, watch.see)
    warm = _warm(done)
    grows = load.concurrency is None and is_growing(warm)
    values = {
        metric: around(_of_all(metric, each, replicas), 0.0)
        for metric, each in measured(warm).items()
    }
    reason = _why_not_met(load, done, values, demand.targets)
    if grows and not (reason and reason.key == OUTGROWN):
        reason = Said(GROWING)
    return CapacityAnswer(
        settings,
        replicas,
        _status(values, demand.targets, reason),
        values,
        reason or "",
        load=load,
        outside=profile.outside(settings, load) if profile else (),
        is_fitted=profile is not None,
        fits_at_once=twin.memory.concurrency(
            demand.prompt_tokens + demand.output_tokens
        ),
        kv_peak=watch.kv_peak,
        card_w=watch.mean_w(),
        prefix_hits=_hits(simulation.scheduler),
        is_growing=grows,
    )


def _profile_of(
    settings: TwinSettings, profiles: Sequence[Fitted]
) -> Fitted | None:
    return next((each for each in profiles if each.is_about(settings)), None)


def _applied(settings: TwinSettings, profile: Fitted | None) -> TwinSettings:
    return settings if profile is None else profile.applied(settings)


def _warm(done: Sequence[TwinRequest]) -> list[TwinRequest]:
    """After warm-up, in the order of their numbers."""
    ordered = sorted(done, key=lambda each: each.number)
    return ordered[int(WARM_UP * len(ordered)) :]


def _hits(scheduler: Scheduler) -> float | None:
    queried = scheduler.queried_tokens
    return scheduler.hit_tokens / queried if queried else None


def metrics() -> tuple[str, ...]:
    """What a target may be about."""
    latencies = [
        f"{statistic}_{name}_ms"
        for name in ONE_A_REQUEST
        for statistic in ("mean", "median", *(f"p{p}" for p in PERCENTILES))
    ]
    return ("request_throughput", "output_throughput", *latencies)


def _of_all(metric: str, value: float, replicas: int) -> float:
    """Throughput adds up; latencies are those of a replica."""
    return value * replicas if "throughput" in metric else value


def _why_not_met(
    load: TwinLoad,
    done: Sequence[TwinRequest],
    values: Mapping[str, TwinPrediction],
    targets: Sequence[Threshold],
) -> Said | None:
    """Why no target can be called met, whatever the other numbers say."""
    if _piles_up(load, done):
        return Said(OUTGROWN, {})
    lacking = [each.metric for each in targets if each.metric not in values]
    if lacking:
        return Said("capacity.no_value", {"names": lacking})
    users = load.max_concurrency or 0
    if MIN_ROUNDS * users > load.requests:
        told = {"users": users, "n": load.requests}
        return Said("capacity.short", told)
    return None


def _piles_up(load: TwinLoad, done: Sequence[TwinRequest]) -> bool:
    """Whether requests come faster than they are begun: they would wait longer and longer."""
    if load.request_rate == inf:
        return False
    last_ns = max(each.arrived_ns for each in done)
    waiting = sum(each.admitted_ns > last_ns for each in done)
    return waiting > BACKLOG * len(done)


def _status(
    values: Mapping[str, TwinPrediction],
    targets: Sequence[Threshold],
    reason: Said | None,
) -> Status:
    """`reason`: why none can be called met."""
    said = [
        (each, values[each.metric]) for each in targets if each.metric in values
    ]
    in_time = all(each.met(value.value) for each, value in said)
    if not in_time or (reason and reason.key in {OUTGROWN, GROWING}):
        return "misses"
    sure = not reason and all(
        each.met(value.low) and each.met(value.high) for each, value in said
    )
    return "meets" if sure else "unsure"


class _Watch:
    """What the cards of a replica do meanwhile."""

    def __init__(self, card: CardProfile, memory: KVMemory) -> None:
        self.kv_peak = 0.0
        self._card, self._memory = card, memory
        self._joules = self._busy_s = 0.0
        self._end_ps = 0

    def see(self, stretch: Stretch) -> None:
        self.kv_peak = max(self.kv_peak, self._memory.usage)
        self._end_ps = stretch.end_ps(stretch.steps)
        seconds = (self._end_ps - stretch.start_ps) / PS
        self._busy_s += seconds
        self._joules += seconds * step_power_w(self._card, stretch.busy)

    def mean_w(self) -> float:
        """From the first arrival to the last token."""
        whole_s = max(self._end_ps / PS, self._busy_s)
        idle_j = (whole_s - self._busy_s) * self._card.idle_w
        return (self._joules + idle_j) / whole_s if whole_s else 0.0


def _between(requests: float) -> int:
    return int(min(MAX_REQUESTS, max(MIN_REQUESTS, requests)))
