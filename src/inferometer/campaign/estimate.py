"""How long a campaign will take: from the points that are done, where there are any, else a guess.
Pure; no clock, no files.

The guess is that of a middling accelerator with a model of some 8 billion parameters, and is meant
to tell an hour from a day: a stream gets a token every 35 ms however many there are, prompts are
read at 5,000 tokens/s, a point has 3 s of its own and a server is up after 4 minutes. Finished
points correct what is guessed for the others by one factor: their time over the guess for them. For
a rehearsal the embedded engine's settings take the place of those figures.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from inferometer.campaign.rehearsed_twin import settings_in, token_seconds
from inferometer.engine.twin.memory import OutOfMemoryError
from inferometer.spec.campaign import Group
from inferometer.spec.load import Load
from inferometer.spec.run import RunSpec
from inferometer.spec.workload import AnyWorkload, RandomWorkload


@dataclass(frozen=True, slots=True)
class _Pace:
    """What is assumed of a server, s."""

    token: float
    prompt_token: float
    point: float
    start: float
    speed: float = 1.0
    """Seconds that pass for the load in one second of real time."""


GUESSED_PROMPT, GUESSED_OUTPUT = 512, 256
"""Tokens, of requests whose lengths stand in a file."""

VIRTUAL_SPEED = 300.0
"""Simulated seconds in one second of real time, until points have shown it."""
GUESSED = _Pace(token=0.035, prompt_token=1 / 5000, point=3.0, start=240.0)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Time still to come."""

    seconds: float
    measured: int
    """Finished points it is based on, of the group or else of all; 0: a guess."""


def guess_seconds(spec: RunSpec) -> float:
    """Time of a point, s."""
    load, pace = spec.load, _pace_of(spec)
    prompt, output = typical_lengths(spec.workload)
    requests = load.num_warmups + load.num_prompts
    prompts = (
        requests
        * (GUESSED_PROMPT if prompt is None else prompt)
        * pace.prompt_token
    )
    stream = (GUESSED_OUTPUT if output is None else output) * pace.token
    waves = math.ceil(
        requests / min(load.max_concurrency or requests, requests)
    )
    arrivals = _arrivals_seconds(load) / pace.speed
    seconds = max(waves * stream + prompts, arrivals + stream)
    most = (load.max_seconds or math.inf) / pace.speed
    return pace.point + min(seconds, most)


def typical_lengths(work: AnyWorkload) -> tuple[int | None, int | None]:
    """Tokens of a prompt, with its shared prefix, and most of an output; None where only a file
    knows.
    """
    prompt, output = work.nominal_lengths()
    if isinstance(work, RandomWorkload) and prompt is not None:
        prompt += work.prefix_len
    return prompt, output


def _arrivals_seconds(load: Load) -> float:
    """From the first arrival to the last; 0 where all are due at once, or nobody knows."""
    if load.steps:
        return sum(step.seconds for step in load.steps)
    rate = load.ramp.requests_in(1.0) if load.ramp else load.request_rate
    return load.num_prompts / rate


def _pace_of(spec: RunSpec) -> _Pace:
    server = spec.server or {}
    if simulated := server.get("simulated"):
        settings = replace(settings_in(simulated), speed=VIRTUAL_SPEED)
        try:
            seconds = token_seconds(settings)
        except OutOfMemoryError:  # no point of it will be simulated
            return _Pace(0.0, 0.0, point=0.0, start=0.5)
        return _Pace(*seconds, point=0.2, start=0.5, speed=VIRTUAL_SPEED)
    engine = server.get("embedded")
    if engine is None:
        return GUESSED
    if "card" in engine:
        token, prompt_token = token_seconds(settings_in(engine))
    else:
        token = engine["itl_ms"] / 1e3
        prompt_token = engine["prefill_ms_per_1k_tokens"] / 1e6
    return _Pace(token, prompt_token, point=0.2, start=0.5)


def measured_seconds(
    records: Iterable[Mapping[str, Any]],
    identities: Mapping[str, tuple[str, str]] | None = None,
) -> dict[str, float]:
    """Time that finished points took, by fingerprint, s: between the ledger's records that they
    were begun and done.

    `identities` are the fingerprints and addresses of results that an earlier version noted
    under others, by run directory.
    """
    began: dict[str, datetime] = {}
    took: dict[str, float] = {}
    for record in records:
        fingerprint = record.get("fingerprint", "")
        if record["kind"] == "begun":
            began[fingerprint] = datetime.fromisoformat(record["time"])
        elif record["kind"] == "done" and fingerprint in began:
            ended = datetime.fromisoformat(record["time"])
            seconds = (ended - began.pop(fingerprint)).total_seconds()
            took[_known_as(record, identities or {})] = max(0.0, seconds)
    return took


def _known_as(
    record: Mapping[str, Any], identities: Mapping[str, tuple[str, str]]
) -> str:
    """The fingerprint that a result has today."""
    fingerprint: str = record["fingerprint"]
    if not identities or record.get("base_url") is not None:
        return fingerprint
    return identities.get(record["run"], (fingerprint, ""))[0]


def estimates(
    groups: Sequence[Group],
    done: Collection[str],
    took: Mapping[str, float],
    starts: Mapping[str, int] | None = None,
) -> list[Estimate]:
    """Time for what is not `done` of each of `groups`, given what points `took`, both by
    fingerprint, and how often the server of each group has to come up (None: once).
    """
    everywhere = _factor(
        [point.spec for group in groups for point in group.points], took
    )
    return [
        _estimate(
            group,
            done,
            took,
            everywhere,
            1 if starts is None else starts.get(group.id, 0),
        )
        for group in groups
    ]


def _estimate(
    group: Group,
    done: Collection[str],
    took: Mapping[str, float],
    everywhere: tuple[float, int],
    starts: int,
) -> Estimate:
    own = _factor([point.spec for point in group.points], took)
    factor, measured = own if own[1] else everywhere
    todo = [
        point.spec
        for point in group.points
        if point.spec.fingerprint not in done
    ]
    start = (
        _pace_of(todo[0]).start
        if todo and group.server.recipe.kind != "external"
        else 0.0
    )
    return Estimate(
        starts * start + factor * sum(map(guess_seconds, todo)), measured
    )


def _factor(
    specs: Iterable[RunSpec], took: Mapping[str, float]
) -> tuple[float, int]:
    """Measured time ÷ guessed time of the specs that have both (1 if none), and how many have."""
    known = [
        (guess_seconds(spec), took[spec.fingerprint])
        for spec in specs
        if spec.fingerprint in took
    ]
    guessed = sum(guess for guess, _ in known)
    return (
        sum(seconds for _, seconds in known) / guessed if known else 1.0
    ), len(known)
