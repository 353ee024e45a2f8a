"""Compare: two sides of points, paired, and for each metric what differs, how surely, and what may
be said of it.

A pure function of points. Who reads them, shows the result and ends with a code for it is the
command line.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from statistics import fmean
from typing import Any, Literal

from inferometer.analysis.cautions import (
    CannotCompareError,
    believable,
    lengths,
    missing,
    nothing_in_common,
    of_independent_requests,
    same,
    temperatures,
    unturned,
    without_costs,
    without_interval,
)
from inferometer.analysis.decision import (
    Verdict,
    beyond_chance,
    decide,
    margin,
    runs_needed,
)
from inferometer.analysis.effect import (
    CONFIDENCE,
    MAX_UNPAIRED,
    Design,
    Effect,
    Sample,
    effect_of,
)
from inferometer.analysis.pairing import (
    SUBJECTS,
    Pair,
    Pairing,
    pair_points,
    value_of,
)
from inferometer.analysis.pooled import mean_effect
from inferometer.metrics.statistics import half_width
from inferometer.metrics.student import student_quantile
from inferometer.results import Point
from inferometer.vocabulary import ONE_A_REQUEST, metric, statistic_of
from inferometer.words import Said

DEFAULT_METRICS = (
    "request_throughput",
    "output_throughput",
    "mean_ttft_ms",
    "p99_ttft_ms",
    "mean_tpot_ms",
    "mean_e2el_ms",
    "p99_e2el_ms",
)
DELTA = 0.02
DRIFT = 0.05
MIN_REQUESTS = 10
"""Of which a standard deviation tells how exact their mean is."""


@dataclass(frozen=True, slots=True)
class MetricComparison:
    """One metric at one point, or over all points."""

    point: str | None
    """What tells it from the other points; None for the mean effect over all points."""
    metric: str
    a: float | None
    b: float | None
    """Geometric means over the runs, in the metric's unit; None over several points."""
    effect: float
    """B / A - 1."""
    low: float | None
    high: float | None
    """95 % interval of the effect, with the allowance for drift; None where nothing tells it."""
    verdict: Verdict
    more_runs: int | None
    """About how many more runs of each side, in turns, would decide what is undecided; None where
    that is not to be told.
    """
    design: Design
    allowance: float
    """For drift, in the interval; a fraction."""
    runs: tuple[int, int]
    """Of each side."""


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What was compared, what came out, and what a reader must know to believe it."""

    names: tuple[str, str]
    delta: float
    drift: float
    rows: tuple[MetricComparison, ...]
    """First those over all points, then point by point; of each, metrics in the order asked for."""
    pairing: Pairing
    warnings: tuple[str, ...]

    @property
    def over_all(self) -> tuple[MetricComparison, ...]:
        return tuple(row for row in self.rows if row.point is None)

    @property
    def by_point(self) -> tuple[MetricComparison, ...]:
        return tuple(row for row in self.rows if row.point is not None)

    @property
    def headline(self) -> tuple[MetricComparison, ...]:
        """The rows that sum it up: over all points, or those of the only point there is."""
        return self.over_all or self.rows

    def has(self, verdict: Verdict) -> bool:
        return any(row.verdict == verdict for row in self.rows)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        pairing = self.pairing
        return {
            "a": self.names[0],
            "b": self.names[1],
            "delta": self.delta,
            "drift": self.drift,
            "confidence": CONFIDENCE,
            "differences": [*map(asdict, pairing.differences)],
            "untold": list(pairing.untold),
            "warnings": list(self.warnings),
            "pairs": [_as_plain(pair) for pair in pairing.pairs],
            "without_partner": {
                "a": [p.id for p in pairing.alone_a],
                "b": [p.id for p in pairing.alone_b],
            },
            "rows": [*map(asdict, self.rows)],
        }


def compare(
    a: Sequence[Point],
    b: Sequence[Point],
    *,
    names: tuple[str, str] = ("A", "B"),
    asked: str | None = None,
    metrics: Sequence[str] = DEFAULT_METRICS,
    delta: float = DELTA,
    drift: float = DRIFT,
    allow_invalid: bool = False,
) -> Comparison:
    """How B differs from A.

    `asked`: the condition in which they are to differ, if the question is its effect. `delta`:
    differences up to this fraction are of no interest. `drift`: what the machine may change by
    itself, as a fraction, between runs not taken in turns. INVALID points are left out unless
    `allow_invalid`. Raises CannotCompareError.
    """
    for name in metrics:
        direction(name)
    metrics, of_currencies = without_costs(metrics, [*a, *b])
    used_a, of_status_a = believable(a, names[0], allow_invalid=allow_invalid)
    used_b, of_status_b = believable(b, names[1], allow_invalid=allow_invalid)
    pairing = pair_points(used_a, used_b, asked=asked)
    if not pairing.pairs:
        raise CannotCompareError(nothing_in_common(used_a[0], used_b[0], names))
    _require_one_subject(pairing.pairs, names)
    measured = {name: _measured(pairing.pairs, name, drift) for name in metrics}
    rows = [*_over_all(measured, delta, drift), *_by_point(measured, delta)]
    if all(point.is_simulated for point in (*used_a, *used_b)):
        # each further run of a simulation is the same again
        rows = [replace(row, more_runs=None) for row in rows]
    if not rows:
        raise CannotCompareError(
            Said("compare.no_pair", {"metrics": " / ".join(metrics)})
        )
    warnings = [
        *same(used_a, used_b, names),
        *of_status_a,
        *of_status_b,
        *pairing.warnings,
        *temperatures(pairing.pairs, names),
        *of_currencies,
        *_cautions(pairing, measured, rows, drift),
    ]
    return Comparison(
        names, delta, drift, tuple(rows), pairing, tuple(warnings)
    )


def _as_plain(pair: Pair) -> dict[str, Any]:
    return {
        "point": pair.label,
        "conditions": dict(pair.conditions),
        "a": [point.id for point in pair.a],
        "b": [point.id for point in pair.b],
    }


def _cautions(
    pairing: Pairing,
    measured: Mapping[str, Sequence[tuple[Pair, Effect]]],
    rows: Sequence[MetricComparison],
    drift: float,
) -> Iterator[str]:
    """What to know before the rows are believed."""
    apart = [difference.condition for difference in pairing.differences]
    yield from lengths(pairing.pairs, apart)
    there = {name: len(found) for name, found in measured.items()}
    yield from missing(there, len(pairing.pairs))
    yield from without_interval(sum(row.low is None for row in rows), len(rows))
    by_deviations = sum(
        by_deviation(pair, name)
        for name, found in measured.items()
        for pair, _ in found
    )
    yield from of_independent_requests(by_deviations)
    single = [
        (row.design, row.allowance) for row in rows if row.point is not None
    ]
    yield from unturned(single, drift)


def direction(name: str) -> Literal["higher", "lower"]:
    """Which way is faster. Raises CannotCompareError for what is no metric, or neither good nor
    bad.
    """
    found = metric(name)
    if found is None:
        raise CannotCompareError(Said("compare.no_metric", {"name": name}))
    if found.better == "neither":
        raise CannotCompareError(Said("compare.neither", {"name": name}))
    return found.better


def effect_at(pair: Pair, name: str, drift: float = DRIFT) -> Effect | None:
    """The effect on one metric; None unless both sides have it, and more than 0."""
    of_a, of_b = readings(pair.a, name), readings(pair.b, name)
    return effect_of(of_a, of_b, margin(drift)) if of_a and of_b else None


def finish_time_s(point: Point) -> float | None:
    """When a point was measured, by its `date`; None if it is not known."""
    try:
        return datetime.fromisoformat(
            str(point.conditions.get("date")).replace("Z", "+00:00")
        ).timestamp()
    except ValueError:
        return None


def readings(points: Iterable[Point], name: str) -> list[Sample]:
    """What the points say of a metric, those that say something."""
    return [
        _reading(point, name)
        for point in points
        if point.values.get(name, 0) > 0
    ]


def _reading(point: Point, name: str) -> Sample:
    value, interval = point.values[name], point.intervals.get(name)
    half = (
        half_width(interval.low, interval.high, value)
        if interval and interval.confidence == CONFIDENCE
        else _half_by_deviation(point, name)
    )
    return Sample(
        value, finish_time_s(point), None if half is None else half / value
    )


def _half_by_deviation(point: Point, name: str) -> float | None:
    """Of the interval of a mean that the file's standard deviation and number of requests allow,
    as if requests did not depend on each other.
    """
    mean = statistic_of(name)
    if mean is None or mean.name != "mean" or mean.latency not in ONE_A_REQUEST:
        return None
    deviation = point.values.get(f"std_{mean.latency}_ms")
    number = point.samples.get(mean.latency) or point.values.get(
        "completed", 0.0
    )
    if not deviation or number < MIN_REQUESTS:
        return None
    return (
        deviation
        / math.sqrt(number)
        * student_quantile(CONFIDENCE, int(number) - 1)
    )


def by_deviation(pair: Pair, name: str) -> bool:
    """Whether the effect on a metric rests on such an interval: single runs, on either side."""
    return len(pair.a) == len(pair.b) == 1 and any(
        name not in point.intervals
        and _half_by_deviation(point, name) is not None
        for point in pair.points
    )


def _require_one_subject(pairs: Iterable[Pair], names: tuple[str, str]) -> None:
    """Two configurations under the same settings are no repeats of each other."""
    for pair in pairs:
        noted = {name for point in pair.points for name in point.conditions}
        for side, points, others in (
            (names[0], pair.a, pair.b),
            (names[1], pair.b, pair.a),
        ):
            for condition in sorted(SUBJECTS & noted):
                found = _spelled(points, condition)
                if len(found) > 1:
                    choice = _choice(found, _spelled(others, condition))
                    raise _several(side, condition, found, choice)


def _several(
    side: str, condition: str, values: Sequence[str], choice: str
) -> CannotCompareError:
    told = {
        "side": side,
        "condition": condition,
        "values": values,
        "choice": shlex.quote(f"{condition}={choice}"),
    }
    return CannotCompareError(Said("compare.several", told))


def _spelled(points: Iterable[Point], condition: str) -> list[str]:
    values = {value_of(point, condition) for point in points}
    return sorted("none" if value is None else str(value) for value in values)


def _choice(values: Sequence[str], others: Sequence[str]) -> str:
    """One of a side's values that leaves the other side its points."""
    shared = [value for value in values if value in others]
    return shared[0] if shared else ",".join((values[0], *others))


Measured = Mapping[str, Sequence[tuple[Pair, Effect]]]
"""The effects on each metric, at every point that has it on both sides."""


def _measured(
    pairs: Iterable[Pair], name: str, drift: float
) -> list[tuple[Pair, Effect]]:
    return [
        (pair, effect)
        for pair in pairs
        if (effect := effect_at(pair, name, drift))
    ]


def _over_all(
    measured: Measured, delta: float, drift: float
) -> list[MetricComparison]:
    """A row for each metric that several points have. Half of the probability of an error is
    theirs.
    """
    means = {
        name: mean_effect(
            [effect for _, effect in found],
            adjacent=_adjacent([pair for pair, _ in found]),
            drift=margin(drift),
        )
        for name, found in measured.items()
        if len(found) > 1
    }
    return _judged(
        [(None, name, effect) for name, effect in means.items()],
        delta,
        (1 - CONFIDENCE) / 2,
    )


def _by_point(measured: Measured, delta: float) -> list[MetricComparison]:
    """A row for each metric of each point."""
    alpha = (1 - CONFIDENCE) / (
        2 if any(len(found) > 1 for found in measured.values()) else 1
    )
    return _judged(
        [
            (pair, name, effect)
            for name, found in measured.items()
            for pair, effect in found
        ],
        delta,
        alpha,
    )


def _judged(
    family: Sequence[tuple[Pair | None, str, Effect]],
    delta: float,
    alpha: float,
) -> list[MetricComparison]:
    """The rows of a family, in which the probability of any wrong "faster" or "slower" is at most
    `alpha`.
    """
    believed = beyond_chance(
        [effect.p_beyond(margin(delta)) for _, _, effect in family], alpha
    )
    rows = []
    for (pair, name, effect), certain in zip(family, believed, strict=True):
        verdict = judged_effect(effect, name, delta, believed=certain)
        ratios = effect.ratios()
        rows.append(
            MetricComparison(
                point=pair.label if pair else None,
                metric=name,
                a=_mean(pair.a, name) if pair else None,
                b=_mean(pair.b, name) if pair else None,
                effect=effect.ratio - 1,
                low=ratios[0] - 1 if ratios else None,
                high=ratios[1] - 1 if ratios else None,
                verdict=verdict,
                more_runs=_more_runs(effect, delta, alpha / len(family))
                if verdict == "undecided"
                else None,
                design=effect.design,
                allowance=math.expm1(effect.allowance),
                runs=effect.runs,
            )
        )
    return rows


def judged_effect(
    effect: Effect, name: str, delta: float, *, believed: bool
) -> Verdict:
    """Whether more of the metric is faster, its direction says."""
    higher = direction(name) == "higher"
    return decide(effect, delta, believed=believed, more_is_faster=higher)


def _more_runs(effect: Effect, delta: float, alpha: float) -> int | None:
    """Of each side. Those that were not taken in turns are of no use to those that will be."""
    needed = runs_needed(effect, delta, alpha)
    if needed is None or effect.design in {
        "one after the other",
        "single runs",
    }:
        return needed
    return max(1, needed - effect.repeats)


def _mean(points: Iterable[Point], name: str) -> float:
    return math.exp(
        fmean(math.log(reading.value) for reading in readings(points, name))
    )


def _adjacent(pairs: Iterable[Pair]) -> bool:
    """Whether most runs have the other side's run of the same point right before or after them."""
    runs = [
        (finish_time_s(point), number, side)
        for number, pair in enumerate(pairs)
        for side, points in enumerate((pair.a, pair.b))
        for point in points
    ]
    if any(time_s is None for time_s, _, _ in runs):
        return False
    runs.sort(key=lambda run: run[0] or 0.0)
    matched = _next_to_each_other([tuple(rest) for _, *rest in runs])
    return matched >= (1 - MAX_UNPAIRED) * len(runs)


def _next_to_each_other(runs: Sequence[tuple[int, ...]]) -> int:
    """How many runs, each a point and a side, stand in pairs of one point's two sides."""
    matched, i = 0, 0
    while i + 1 < len(runs):
        (point, side), (next_point, next_side) = runs[i : i + 2]
        found = point == next_point and side != next_side
        matched += 2 * found
        i += 1 + found
    return matched
