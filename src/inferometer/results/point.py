"""Point: one measured point, whoever measured it, in the one form that comparing and reporting
know. Knows no file format.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from inferometer.metrics.finding import Finding
from inferometer.spec.target import Threshold
from inferometer.vocabulary import CONDITIONS
from inferometer.words import Said

Status = Literal["VALID", "SUSPECT", "INVALID"]
Condition = str | int | float | bool | None
Conditions = dict[str, Condition]
"""By their names."""
Values = Mapping[str, float]
"""By names of METRICS."""


@dataclass(frozen=True, slots=True)
class Range:
    """Where a value lies, with this confidence, in the value's own unit."""

    low: float
    high: float
    confidence: float = 0.95
    method: str = ""
    """How it was found, where that is told."""


@dataclass(frozen=True, slots=True, eq=False)
class RunFiles:
    """What the files of a run directory say beside its conditions and values, as they were read
    with the point: nobody has to read them again. They may be anybody's, of any shape.
    """

    run: Mapping[str, Any]
    """run.json."""
    events: object = None
    """How well the arrival of events is known, as in summary.json."""
    delay_p99_ms: object = None
    """What the client added to arrivals."""
    precision: object = None
    """What the client's host can take, as in verdict.json."""
    machine: object = None
    """What cards and host did meanwhile, as in summary.json."""


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """One point: under which conditions, with which values, and how far they may be believed."""

    id: str
    """`1C-1k/np17` for a campaign's; else the name of the file or directory it was read from.
    Unique in a collection.
    """
    source: Path
    """The file or directory it was read from."""
    tool: str
    """Who measured: inferometer, vllm, sglang, guidellm, aiperf, evalscope, genai-bench."""
    conditions: Mapping[str, Condition]
    """By names of CONDITIONS, and then what files declare under names of their own; what nobody
    told is absent.
    """
    values: Values
    """By names of METRICS, or `p95_ttft_ms` for any percentile; what was not measured is absent,
    never 0.
    """
    intervals: Mapping[str, Range] = field(default_factory=dict)
    """By the same names."""
    predicted: Mapping[str, Range] = field(default_factory=dict)
    """Of a simulated point, by the same names: how far a measured one may be from it."""
    samples: Mapping[str, int] = field(default_factory=dict)
    """By latency (ttft, tpot, itl, e2el): how many values its statistics rest on."""
    status: Status | None = None
    """The verdict; None where the tool that measured gives none."""
    reasons: tuple[str, ...] = ()
    """Why it is not VALID, the worst first."""
    findings: tuple[Finding, ...] = ()
    """What the checks of our own run said that is not fine, the worst first: with the figures
    behind sentences of `reasons`.
    """
    run: Path | None = None
    """The run directory with every request and event, where there is one."""
    recorded: RunFiles | None = None
    """Of a run of ours."""
    part: int = 0
    """Which of several runs in its source, from 0."""
    notes: tuple[Said, ...] = ()
    """What is missing or was guessed."""
    settings: Mapping[str, Condition] = field(default_factory=dict)
    """All that the server says of itself. Those in which the points of a collection differ are
    among its conditions.
    """

    @property
    def is_simulated(self) -> bool:
        """Computed by a twin in virtual time, not measured."""
        return str(self.conditions.get("rehearsal")).endswith("simulated")

    def told(self, names: Iterable[str]) -> tuple[Condition, ...]:
        """The values of these conditions; None where nobody told."""
        return tuple(map(self.conditions.get, names))

    @property
    def is_short(self) -> bool:
        """A closed loop of too few requests to fill its slots: its load was not reached."""
        cap, prompts = self.told(("max_concurrency", "num_prompts"))
        return (
            self.conditions.get("concurrency") is not None
            and isinstance(cap, int)
            and isinstance(prompts, int)
            and prompts < cap
        )

    @property
    def shown_intervals(self) -> Mapping[str, Range]:
        """What a reader sees beside the values. Those of a simulated run itself know chance only,
        and not how wrong its twin is.
        """
        return self.predicted or self.intervals


@dataclass(frozen=True, slots=True, eq=False)
class Collection:
    """All points under the paths that were asked for, in the order of their conditions."""

    points: tuple[Point, ...]
    problems: tuple[str, ...] = ()
    """Files that could not be read, a sentence each."""
    targets: tuple[Threshold, ...] = ()
    """What the campaigns among them were to reach."""
    unread: int = 0
    """How many files `problems` are about: one sentence may tell of many."""


_PLACES = {name: place for place, name in enumerate(CONDITIONS)}


def ordered(conditions: Mapping[str, Condition]) -> Conditions:
    """Those that are told: ours in the order of CONDITIONS, then those of files by name."""
    ours = sorted(conditions.keys() & _PLACES.keys(), key=_PLACES.__getitem__)
    own = sorted(conditions.keys() - _PLACES.keys())
    return {
        name: value
        for name in (*ours, *own)
        if (value := conditions[name]) is not None
    }


def condition_names(points: Iterable[Point]) -> tuple[str, ...]:
    """All of CONDITIONS, and then what else any of the points is told by."""
    own = {
        name
        for point in points
        for name in point.conditions
        if name not in CONDITIONS
    }
    return (*CONDITIONS, *sorted(own))
