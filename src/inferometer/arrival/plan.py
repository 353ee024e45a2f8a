"""LoadPlan: closed loop, open loop and burst as one table of due times, with a cap on requests in
flight.

Closed loop: everything is due at once, and the cap sets the pace. Open loop: due times follow an
arrival process or a recording. Burst: everything is due at once, without a cap. Warm-up requests
come first in the same table, and measurement follows without draining. There are two exceptions: a
burst, which would start in their wake, and a closed loop whose slots they do not fill evenly: its
waves would stay torn apart, and the last one would take longer.

For a conversation, only the beginning is due. Its later turns wait for the turn before, on the same
worker. It occupies one slot until it ends, pauses included.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inferometer.arrival.profile import RateProfile, constant
from inferometer.clock import NS

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """`due_ns[i]`: when request i is due, ns after the start, in ascending order. The first
    `warmups` are warm-ups.
    """

    due_ns: Integers
    max_in_flight: int
    closed_loop: bool
    warmups: int = 0
    drain_warmups: bool = False
    drops: bool = False
    """Whether a request that is due while the cap is reached is dropped; otherwise it waits."""
    time_ns: int | None = None
    """When the run ends, counted from the first measured request; None: when all requests have
    ended.
    """
    conversations: Integers | None = None
    """Number of each request's conversation, from 0; None if there are no conversations."""

    def __len__(self) -> int:
        return len(self.due_ns)


@dataclass(frozen=True, slots=True)
class Shard:
    """One worker's part of a plan."""

    worker: int
    requests: Integers
    """Their positions in the plan."""
    due_ns: Integers
    max_in_flight: int
    warmups: int
    """The first ones are warm-ups."""
    drops: bool = False
    time_ns: int | None = None


def unit_arrivals(
    n: int, burstiness: float, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """`n` arrivals, one per unit of time: the first after its own gap, the last at exactly n.

    Gaps follow a gamma distribution of shape `burstiness` (1 is Poisson, less is burstier, inf is
    evenly spaced), rescaled to the requested rate, as `vllm bench serve` does. All are 0 if every
    gap is too small for a float.
    """
    gaps = (
        np.ones(n)
        if math.isinf(burstiness)
        else rng.gamma(shape=burstiness, scale=1.0 / burstiness, size=n)
    )
    due = np.cumsum(gaps)
    total = due[-1] if n else 1.0
    return due * (n / total) if total > 0.0 else np.zeros(n)


def profiled_offsets_ns(
    n: int,
    warmups: int,
    profile: RateProfile,
    burstiness: float,
    rng: np.random.Generator,
) -> Integers:
    """Due times, ns: `warmups` requests at the profile's first rate, then `n` by the profile."""
    counts = unit_arrivals(warmups + n, burstiness, rng)
    warming_s = np.minimum(counts, warmups) / profile.start_rate
    due_s: npt.NDArray[np.float64] = warming_s + profile.seconds_at(
        np.maximum(counts - warmups, 0.0)
    )
    return np.round(due_s * NS).astype(np.int64)


def recorded_offsets_ns(recorded_ns: Integers, speed: float) -> Integers:
    """Due times of recorded requests, `speed` times as fast; the first is due at once."""
    if not len(recorded_ns):
        return recorded_ns
    since_first: Integers = recorded_ns - recorded_ns[0]
    return np.round(since_first / speed).astype(np.int64)


def plan_load(
    num_prompts: int,
    *,
    request_rate: float = math.inf,
    burstiness: float = 1.0,
    max_concurrency: int | None = None,
    num_warmups: int = 0,
    rng: np.random.Generator,
    profile: RateProfile | None = None,
    recorded_ns: Integers | None = None,
    speed: float = 1.0,
    conversations: Integers | None = None,
    drops: bool = False,
    max_seconds: float | None = None,
) -> LoadPlan:
    """The plan of one point: `num_warmups` unmeasured requests, then `num_prompts` measured ones.

    A finite `request_rate`, a `profile` or the `recorded_ns` of all requests make an open loop;
    requests wait or are dropped at its `max_concurrency`. Without them, `max_concurrency` makes a
    closed loop, and its absence a burst. In an open loop, the rate is that of conversations where
    there are any.
    """
    total = num_warmups + num_prompts
    cap = max_concurrency or total
    time_ns = None if max_seconds is None else round(max_seconds * NS)
    if profile is None and not math.isinf(request_rate):
        profile = constant(request_rate)
    if recorded_ns is not None:
        due = recorded_offsets_ns(recorded_ns, speed)
    elif profile is not None and conversations is not None:
        begins = profiled_offsets_ns(
            _count(conversations), 0, profile, burstiness, rng
        )
        due = begins[conversations]
    elif profile is not None:
        due = profiled_offsets_ns(
            num_prompts, num_warmups, profile, burstiness, rng
        )
    else:
        closed = max_concurrency is not None
        drain = conversations is None and not (
            max_concurrency and num_warmups % max_concurrency == 0
        )
        due = np.zeros(total, np.int64)
        return LoadPlan(
            due,
            cap,
            closed,
            num_warmups,
            drain,
            time_ns=time_ns,
            conversations=conversations,
        )
    return LoadPlan(
        due,
        cap,
        False,
        num_warmups,
        drops=drops and max_concurrency is not None,
        time_ns=time_ns,
        conversations=conversations,
    )


def conversations_of(after: Sequence[int | None]) -> Integers | None:
    """Number of each request's conversation; `after[i]` is the request before it. None if there are
    none.

    A request comes after the one it follows; conversations are numbered by their first requests.
    """
    if all(before is None for before in after):
        return None
    number = np.zeros(len(after), np.int64)
    begun = 0
    for i, before in enumerate(after):
        if before is None:
            number[i] = begun
            begun += 1
        else:
            number[i] = number[before]
    return number


def stripe(plan: LoadPlan, workers: int) -> list[Shard]:
    """Deal the plan out like cards: slots to workers, and requests to slots.

    Conversations stay whole. If there are fewer slots than workers, only that many workers get a
    shard.
    """
    hands = (
        np.arange(len(plan), dtype=np.int64)
        if plan.conversations is None
        else plan.conversations
    )
    used = max(1, min(workers, plan.max_in_flight, _count(hands)))
    shards = []
    for w in range(used):
        mine = np.flatnonzero(hands % plan.max_in_flight % used == w)
        shards.append(
            Shard(
                worker=w,
                requests=mine,
                due_ns=plan.due_ns[mine],
                max_in_flight=len(range(w, plan.max_in_flight, used)),
                warmups=int(np.count_nonzero(mine < plan.warmups)),
                drops=plan.drops,
                time_ns=plan.time_ns,
            )
        )
    return shards


def _count(numbers: Integers) -> int:
    """How many different numbers there are, which start at 0 without gaps."""
    return int(numbers.max()) + 1 if len(numbers) else 0
