"""From a load and the requests that it is to send to the plan of when."""

from __future__ import annotations

import numpy as np

from inferometer.arrival import LoadPlan, RateProfile, conversations_of, plan_load, ramp, stepped
from inferometer.spec.load import Load
from inferometer.workload import Workload


def plan_of(load: Load, work: Workload, rng: np.random.Generator) -> LoadPlan:
    """The plan for the requests of `work`, warm-ups first. Raises ValueError if it has no recorded
    times to replay.
    """
    if load.replay_speed is not None and work.recorded_ns is None:
        raise ValueError("--replay-speed needs recorded times, which these prompts do not have.")
    return plan_load(
        load.num_prompts,
        request_rate=load.request_rate,
        burstiness=load.burstiness,
        max_concurrency=load.max_concurrency,
        num_warmups=load.num_warmups,
        rng=rng,
        profile=_profile(load),
        recorded_ns=work.recorded_ns if load.replay_speed is not None else None,
        speed=load.replay_speed or 1.0,
        conversations=conversations_of([request.after for request in work.requests]),
        drops=load.when_full == "drop",
        max_seconds=load.max_seconds,
    )


def _profile(load: Load) -> RateProfile | None:
    if load.ramp is not None:
        return ramp(load.ramp.strategy, load.ramp.start_rps, load.ramp.end_rps, load.num_prompts)
    if load.steps is not None:
        return stepped([(step.rate, step.seconds) for step in load.steps])
    return None
