"""LoadPlan: closed loop, open loop and burst are one table. Each request has a due time; a cap says how many may be in flight.

Closed loop: everything is due at once and the cap does the pacing. Open loop: due times follow the arrival process. Burst:
everything is due at once and there is no cap. Warm-up requests come first in the same table and hand over without draining,
except before a burst, which would otherwise start in their wake.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inferometer.clock import NS


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """`due_ns[i]`: when request i is to be sent, ns after the start, never decreasing. The first `warmups` warm up."""

    due_ns: npt.NDArray[np.int64]
    max_in_flight: int
    closed_loop: bool
    warmups: int = 0
    drain_warmups: bool = False

    def __len__(self) -> int:
        return len(self.due_ns)


@dataclass(frozen=True, slots=True)
class Share:
    """One worker's part of a plan: which requests, when, and how many at a time."""

    worker: int
    requests: npt.NDArray[np.int64]
    """Their positions in the plan."""
    due_ns: npt.NDArray[np.int64]
    max_in_flight: int
    warmups: int
    """How many of them, the first ones, warm up."""


def arrival_offsets_ns(n: int, rate_per_s: float, burstiness: float, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Due times of `n` requests, ns, the first at its own gap after 0.

    Gaps follow a gamma distribution of shape `burstiness` and mean 1/rate (1 is Poisson, less is burstier, inf is a
    metronome), rescaled so that the last request is due at n/rate: the rate asked for is the rate planned, as `vllm bench
    serve` does it.
    """
    if math.isinf(burstiness):
        gaps = np.ones(n)
    else:
        gaps = rng.gamma(shape=burstiness, scale=1.0 / burstiness, size=n)
    due = np.cumsum(gaps)
    total = due[-1] if n else 1.0
    if total <= 0.0:  # so bursty that every gap underflowed
        return np.zeros(n, np.int64)
    return np.round(due * (n / rate_per_s / total) * NS).astype(np.int64)


def plan_load(
    num_prompts: int,
    *,
    request_rate: float = math.inf,
    burstiness: float = 1.0,
    max_concurrency: int | None = None,
    num_warmups: int = 0,
    rng: np.random.Generator,
) -> LoadPlan:
    """The plan of one point: `num_prompts` measured requests after `num_warmups` others.

    A finite `request_rate` makes an open loop, in which `max_concurrency` is a cap that requests wait for; without one,
    `max_concurrency` makes a closed loop, and neither makes a burst.
    """
    total = num_warmups + num_prompts
    cap = max_concurrency or total
    if math.isinf(request_rate):
        closed = max_concurrency is not None
        return LoadPlan(np.zeros(total, np.int64), cap, closed, num_warmups, drain_warmups=not closed)
    due = arrival_offsets_ns(total, request_rate, burstiness, rng)
    return LoadPlan(due, cap, closed_loop=False, warmups=num_warmups)


def stripe(plan: LoadPlan, workers: int) -> list[Share]:
    """Deal the plan out like cards: worker w takes requests w, w+workers, …; slots likewise, so shares are exact.

    With a cap below the number of workers, only as many workers as there are slots get a share.
    """
    used = max(1, min(workers, plan.max_in_flight, len(plan)))
    shares = []
    for w in range(used):
        mine = np.arange(w, len(plan), used, dtype=np.int64)
        shares.append(
            Share(
                worker=w,
                requests=mine,
                due_ns=plan.due_ns[mine],
                max_in_flight=len(range(w, plan.max_in_flight, used)),
                warmups=int(np.count_nonzero(mine < plan.warmups)),
            )
        )
    return shares
