"""Points that their neighbours contradict: measured without a fault that their own run could see,
and yet a third of what the points at the loads beside them suggest.

Points that differ in one axis of the load, or in the prompt length, and in nothing else are a
ladder. Each of them is held against the others (see `ladder`); repeats of a level are held against
each other besides. Reads no file, measures nothing.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median, median_low

from inferometer.analysis.compare import finish_time_s
from inferometer.analysis.ladder import MIN_LEVELS, NOISES, Ladder, Limits
from inferometer.analysis.pairing import INCIDENTAL, value_of
from inferometer.metrics.statistics import half_width
from inferometer.results import Condition, Point
from inferometer.vocabulary import SET_LOADS

LIMITS = {
    "output_throughput": Limits(inner=1.3, rim=1.6, end=2.5),
    "mean_tpot_ms": Limits(inner=1.3, rim=1.6, end=2.5),
    "mean_ttft_ms": Limits(inner=3, rim=4, end=6, may_jump=True),
}
"""By metric. A mean TTFT is of few values, and has a long tail."""
REPEATS_LIMIT = 1.6
"""The factor from which on a repeat contradicts the others of its level; these need to be
MIN_REPEATS.
"""
MIN_REPEATS = 3
NOT_SETTINGS = (INCIDENTAL - {"host"}) | {
    *SET_LOADS,
    "concurrency",
    "input_len",
}
"""Conditions in which the points of a ladder may differ, beside its axis. Another host has a noise
of its own.
"""
MAX_NEIGHBOURS = 3
"""That are named."""
SAME = 1.3
"""Repeats within this factor say the same."""
Z_95 = 1.96
NORMAL_QUARTILE = 0.6745
"""Half of normal values are within this many standard deviations."""


@dataclass(frozen=True, slots=True)
class Outlier:
    """One point, and the metric that says it most clearly."""

    point: int
    """Its place among the points."""
    metric: str
    value: float
    suggested: float
    """By its neighbours."""
    neighbours: tuple[int, ...]
    """Places of the nearest points, or of its repeats."""
    severity: float
    """The distance from what the neighbours explain, as a multiple of what is tolerated."""


@dataclass(frozen=True, slots=True)
class _Rung:
    """A place on a ladder: the axis, what else has to agree, and the level."""

    axis: str
    settings: tuple[Condition, ...]
    level: float


def contradicted(points: Sequence[Point]) -> list[Outlier]:
    """The points that contradict their neighbours, the worst first, each once. INVALID ones neither
    count nor are judged.

    What is clear by one metric is no neighbour by another: beside a disturbed point, a good one may
    look like the wrong one of the two.
    """
    courses = [
        course
        for axis, levels in _ladders(points)
        for metric in LIMITS
        if (
            course := _course(
                points, levels, metric, growth=_growth(axis, metric)
            )
        )
    ]
    found = sorted(
        ((doubt, course) for course in courses for doubt in course.doubts()),
        key=lambda each: -each[0].severity,
    )
    believed: dict[int, Outlier] = {}
    for doubt, course in found:
        if doubt.point not in believed and course.still_doubts(
            doubt.point, without=believed
        ):
            believed[doubt.point] = doubt
    return list(believed.values())


def _growth(axis: str, metric: str) -> int:
    """-1 for what falls."""
    falls = axis == "input_len" and metric == "output_throughput"
    return -1 if falls else 1


_Levels = dict[float, list[int]]
"""Places of points by level."""


def _ladders(points: Sequence[Point]) -> Iterator[tuple[str, _Levels]]:
    """The axis of each ladder, and the places of its points by level, in the order of the
    levels.
    """
    ladders: dict[tuple[str, tuple[Condition, ...]], _Levels] = {}
    for place, point in enumerate(points):
        for rung in _rungs(point) if point.status != "INVALID" else ():
            ladders.setdefault((rung.axis, rung.settings), {}).setdefault(
                rung.level, []
            ).append(place)
    for (axis, _), levels in ladders.items():
        yield axis, {level: levels[level] for level in sorted(levels)}


def _rungs(point: Point) -> Iterator[_Rung]:
    """Where a point stands. Where requests come in proportion to the load, as many as there are at
    each level, it is a ladder too.
    """
    settings = tuple(
        (name, value_of(point, name))
        for name in sorted({*point.conditions, "tool"})
        if name not in NOT_SETTINGS
    )
    flat = tuple(part for setting in settings for part in setting)
    cap, rate, prompts, length = (
        _number(point, name) for name in (*SET_LOADS, "input_len")
    )
    if length is not None:
        yield _Rung("input_len", (*flat, prompts, cap, rate), length)
    if prompts is None or "arrivals" in point.conditions:
        return
    if rate is not None and math.isfinite(rate):
        yield _Rung("request_rate", (*flat, length, cap, "of", prompts), rate)
        yield _Rung(
            "request_rate",
            (*flat, length, cap, "for each", round(prompts / rate, 6)),
            rate,
        )
    elif cap is None:
        yield _Rung("num_prompts", (*flat, length, None), prompts)
    else:
        yield _Rung("num_prompts", (*flat, length, cap), prompts)
        yield _Rung(
            "max_concurrency", (*flat, length, "of", prompts), min(cap, prompts)
        )
        yield _Rung(
            "max_concurrency",
            (*flat, length, "for each", round(prompts / cap, 6)),
            min(cap, prompts),
        )


def _number(point: Point, name: str) -> float | None:
    value = value_of(point, name)
    return (
        float(value)
        if isinstance(value, int | float)
        and not isinstance(value, bool)
        and value > 0
        else None
    )


def _course(
    points: Sequence[Point],
    levels: Mapping[float, Sequence[int]],
    metric: str,
    growth: int,
) -> _Course | None:
    logs = {
        place: math.log(value)
        for places in levels.values()
        for place in places
        if (value := points[place].values.get(metric, 0)) > 0
    }
    rungs = {
        math.log(level): there
        for level, places in levels.items()
        if (there := [place for place in places if place in logs])
    }
    return (
        _Course(points, metric, growth, list(rungs), list(rungs.values()), logs)
        if rungs
        else None
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    """One metric along one ladder, in logarithms."""

    points: Sequence[Point]
    metric: str
    growth: int
    levels: Sequence[float]
    rungs: Sequence[Sequence[int]]
    """Places of the points at each level."""
    logs: Mapping[int, float]
    """By place."""

    def doubts(self) -> Iterator[Outlier]:
        if len(self.rungs) >= MIN_LEVELS:
            yield from self._against_levels()
        yield from self._against_repeats(self._noise_of_repeats())

    def still_doubts(self, place: int, *, without: Container[int]) -> bool:
        """Whether it does so, too, where some points are no neighbours."""
        left = [
            [each for each in rung if each == place or each not in without]
            for rung in self.rungs
        ]
        kept = [
            (level, rung)
            for level, rung in zip(self.levels, left, strict=True)
            if rung
        ]
        course = replace(
            self,
            levels=[level for level, _ in kept],
            rungs=[rung for _, rung in kept],
        )
        return any(doubt.point == place for doubt in course.doubts())

    def _against_levels(self) -> Iterator[Outlier]:
        middles = [
            median(self.logs[place] for place in rung) for rung in self.rungs
        ]
        ladder = Ladder(self.levels, middles, LIMITS[self.metric], self.growth)
        out, kept = ladder.outliers()
        noise = max(ladder.noise(kept), self._noise_of_repeats())
        for level, rung in enumerate(self.rungs):
            if level not in out and len(rung) == 1:
                continue
            for place in rung:
                excess = ladder.excess(
                    level,
                    self.logs[place],
                    kept,
                    max(noise, self._own_noise(place)),
                )
                if abs(excess) > 1 and not self._is_confirmed(place, rung):
                    prediction = ladder.predict(level, kept)
                    beside = tuple(
                        self.rungs[each][0] for each in prediction.neighbours
                    )
                    yield self._doubt(
                        place, prediction.suggested, beside, abs(excess)
                    )

    def _against_repeats(self, noise: float) -> Iterator[Outlier]:
        tolerated = max(math.log(REPEATS_LIMIT), NOISES * noise)
        for rung in self.rungs:
            middle = median(self.logs[place] for place in rung)
            for place in rung if len(rung) >= MIN_REPEATS else ():
                if (distance := abs(self.logs[place] - middle)) > tolerated:
                    others = tuple(each for each in rung if each != place)
                    yield self._doubt(
                        place,
                        middle,
                        others[:MAX_NEIGHBOURS],
                        distance / tolerated,
                    )

    def _noise_of_repeats(self) -> float:
        """Standard deviation between repeats of a level, where there are MIN_REPEATS; of all levels
        together.
        """
        distances: list[float] = []
        for rung in self.rungs:
            if len(rung) >= MIN_REPEATS:
                middle = median(self.logs[place] for place in rung)
                distances += sorted(
                    abs(self.logs[place] - middle) for place in rung
                )[1:]
        return median_low(distances) / NORMAL_QUARTILE if distances else 0.0

    def _own_noise(self, place: int) -> float:
        """What the run itself knows of it."""
        value = self.points[place].values[self.metric]
        interval = self.points[place].intervals.get(self.metric)
        return (
            0.0
            if interval is None
            else half_width(interval.low, interval.high, value) / value / Z_95
        )

    def _is_confirmed(self, place: int, rung: Sequence[int]) -> bool:
        """Whether a repeat that was measured at another time says the same. One right before or
        after it may have suffered from the same disturbance.
        """
        alike = [
            each
            for each in rung
            if each != place
            and abs(self.logs[each] - self.logs[place]) < math.log(SAME)
        ]
        return any(self._apart(place, each) for each in alike)

    def _apart(self, one: int, other: int) -> bool:
        """Whether a point of another level was measured between these two."""
        times = {
            place: finish_time_s(self.points[place]) for place in self.logs
        }
        first, last = times[one], times[other]
        if first is None or last is None:
            return False
        first, last = min(first, last), max(first, last)
        level = next(rung for rung in self.rungs if one in rung)
        others = (time for place, time in times.items() if place not in level)
        return any(time is not None and first < time < last for time in others)

    def _doubt(
        self,
        place: int,
        suggested: float,
        neighbours: tuple[int, ...],
        severity: float,
    ) -> Outlier:
        value = self.points[place].values[self.metric]
        return Outlier(
            place, self.metric, value, math.exp(suggested), neighbours, severity
        )
