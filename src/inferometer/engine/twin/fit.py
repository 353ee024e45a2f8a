"""Factors of a twin's profiles, fitted to measured ladders, and how sure they are.

The twin repeats what the client did, and the factors are chosen so that TPOT, throughput and
latency come out as measured: Gauss-Newton on the logarithms of the factors. Errors have Huber's
weights, because a TTFT that depends on which prompt came a millisecond earlier must not outweigh
the rest. A prior, as wide as such profiles are uncertain, keeps a factor that the results do not
determine at the profile's own value; such a factor is named, and its interval is the prior's. The
others' intervals are the larger of two: that of the curvature, and that of a jackknife over whole
points.

Where arrivals are random, simulated and measured values differ by chance, too: such values weigh
less, and their chance is no error of the twin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import exp, inf, log, sqrt

import numpy as np
from numpy.typing import NDArray

from inferometer.engine.twin.client import TwinLoad, climb, measured, play
from inferometer.engine.twin.configuration import (
    TwinSettings,
    make_twin,
    most_of,
    scale_of,
)
from inferometer.engine.twin.noise import TWO_SIDED_90, deviations, runs_of

Array = NDArray[np.float64]

EXPECTED_ERROR: Mapping[str, float] = {
    "mean_tpot_ms": 0.04,
    "output_throughput": 0.05,
    "mean_e2el_ms": 0.05,
    "mean_ttft_ms": 0.15,
}
"""By metric: the relative error that weighs as one. Only these are fitted."""
HOPELESS = 5.0
"""Times the expected error, from which on the twin does not describe the results."""
IDENTIFIED = 0.5
"""A factor whose uncertainty is not below this share of the prior's is not identified."""
ALIKE = 0.95
"""Two factors whose errors are as correlated as this cannot be told apart."""
MIN_LOADS = 3
"""With fewer, the errors at the fitted points say nothing of others."""
HUBER = 2.0
STEP = 0.04
ENOUGH = 0.003
MAX_ROUNDS = 8
MAX_FACTORS = 4


@dataclass(frozen=True, slots=True)
class TwinLadder:
    """Points measured against one deployment, in the order in which they were."""

    name: str
    settings: TwinSettings
    loads: tuple[TwinLoad, ...]
    values: tuple[Mapping[str, float], ...]
    """Measured, by load."""
    is_warm: bool = False
    """Whether all points have the same prompts, and one server."""
    step: int | None = None
    """Requests between two rungs, where the points are a selection of them."""


@dataclass(frozen=True, slots=True)
class Factor:
    """With a 90 % interval."""

    value: float
    low: float
    high: float
    is_identified: bool
    alike: tuple[str, ...] = ()
    """Factors that change the results as this one does."""


@dataclass(frozen=True, slots=True)
class Fit:
    factors: Mapping[str, Factor]
    covariance: tuple[tuple[float, ...], ...]
    """Of the logarithms of the factors, in their order."""
    errors: Mapping[str, float]
    """By metric: root mean square of the logarithm of simulated / measured, each point left out,
    without what chance explains; of fewer than MIN_LOADS different loads no less than is expected.
    """
    points: int
    beyond: Mapping[str, float] = field(default_factory=dict)
    """The same with each combination of model, TP and link left out; empty if there is only one."""

    @property
    def misfits(self) -> dict[str, float]:
        """Metrics whose error is hopeless, and how many times the expected one it is."""
        times = {
            name: error / EXPECTED_ERROR[name]
            for name, error in self.errors.items()
        }
        return {name: each for name, each in times.items() if each > HOPELESS}

    @property
    def pairs(self) -> tuple[tuple[str, float], ...]:
        """As TwinSettings takes them."""
        return tuple((name, each.value) for name, each in self.factors.items())


def are_scarce(ladders: Sequence[TwinLadder]) -> bool:
    """Whether they have too few different loads to tell how wrong the twin is at another."""
    loads = {(each.settings, load) for each in ladders for load in each.loads}
    return len(loads) < MIN_LOADS


def simulate(
    ladder: TwinLadder, factors: Sequence[tuple[str, float]] = ()
) -> list[dict[str, float]]:
    """The values of each point, by metric."""
    chosen = (*ladder.settings.factors, *factors)
    twin = make_twin(replace(ladder.settings, factors=chosen))
    if ladder.is_warm:
        return climb(twin.simulation(), ladder.loads, ladder.step)
    return [measured(play(twin.simulation(), load)) for load in ladder.loads]


def with_other_seeds(ladder: TwinLadder) -> list[list[dict[str, float]]]:
    """The whole ladder again and again, as its prefix cache may be warm. Empty where nothing of it
    is by chance.
    """
    if not any(load.is_random for load in ladder.loads):
        return []
    most = max(load.requests for load in ladder.loads)
    found = []
    for by in range(1, runs_of(most)):
        loads = [replace(each, seed=each.seed + by) for each in ladder.loads]
        found.append(simulate(replace(ladder, loads=tuple(loads))))
    return found


def fit(
    ladders: Sequence[TwinLadder],
    names: Sequence[str],
    progress: Callable[[int, float], None] = lambda *_: None,
) -> Fit:
    """Raises ProfileError for a factor that there is not."""
    problem = _Problem(ladders, tuple(names))
    logs = np.zeros(len(names))
    errors = problem.errors(logs)
    for number in range(MAX_ROUNDS):
        progress(number + 1, _rms(errors))
        move = _step(
            logs, errors, problem.slopes(logs, errors), problem.spreads
        )
        logs, errors, moved = problem.descend(logs, errors, move)
        if moved < ENOUGH:
            break
    return problem.concluded(logs, errors, problem.slopes(logs, errors))


class _Problem:
    """What is compared: a row for each metric of each point of each ladder."""

    def __init__(
        self, ladders: Sequence[TwinLadder], names: tuple[str, ...]
    ) -> None:
        self.ladders, self.names = ladders, names
        self.spreads = np.array([scale_of(name).spread for name in names])
        self.most = np.array(
            [
                log(min(most_of(each.settings, name) for each in ladders))
                for name in names
            ]
        )
        self.rows = list(self._rows())
        self.metric_of = np.array([metric for _, metric, _ in self.rows])
        self.chance = self._chance()
        """Of each row: how far, as a logarithm, chance alone sets it apart."""
        expected = [EXPECTED_ERROR[metric] for _, metric, _ in self.rows]
        self.units = np.hypot(expected, self.chance)
        self.point_of: NDArray[np.int64] = np.array(
            [row[0] for row in self.rows]
        )
        combinations = [
            (each.settings.model, each.settings.tp, each.settings.link)
            for each in ladders
            for _ in each.values
        ]
        known = list(dict.fromkeys(combinations))
        self.combination_of: NDArray[np.int64] = np.array(
            [known.index(combinations[point]) for point in self.point_of]
        )

    def _rows(self) -> Iterator[tuple[int, str, float]]:
        """(number of the point, metric, logarithm of the measured value)."""
        points = [each for ladder in self.ladders for each in ladder.values]
        for number, values in enumerate(points):
            for metric in EXPECTED_ERROR:
                if 0 < values.get(metric, 0) < inf:
                    yield number, metric, log(values[metric])

    def _chance(self) -> Array:
        points = [
            deviations([run[number] for run in runs])
            for ladder in self.ladders
            for runs in [with_other_seeds(ladder)]
            for number in range(len(ladder.loads))
        ]
        return np.array(
            [points[number].get(metric, 0.0) for number, metric, _ in self.rows]
        )

    def errors(self, logs: Array) -> Array:
        """Logarithm of simulated / measured, in units of what is expected of twin and chance."""
        pairs = [
            (name, exp(each))
            for name, each in zip(self.names, logs, strict=True)
        ]
        points = [
            values
            for ladder in self.ladders
            for values in simulate(ladder, pairs)
        ]
        apart = [
            log(points[number][metric]) - known
            for number, metric, known in self.rows
        ]
        return np.array(apart) / self.units

    def slopes(self, logs: Array, errors: Array) -> Array:
        """Of the errors by each factor's logarithm."""
        columns = []
        for place in range(len(self.names)):
            there = logs.copy()
            there[place] += STEP
            columns.append((self.errors(there) - errors) / STEP)
        return np.array(columns).T

    def descend(
        self, logs: Array, errors: Array, move: Array
    ) -> tuple[Array, Array, float]:
        """Along `move` as far as it gets better; how far that was."""
        noise = _noise(errors)
        before = _objective(logs / self.spreads, errors, noise)
        for share in (1.0, 0.5, 0.25, 0.1):
            there = np.minimum(logs + share * move, self.most)
            found = self.errors(there)
            if _objective(there / self.spreads, found, noise) < before:
                return there, found, float(np.abs(there - logs).max())
        return logs, errors, 0.0

    def concluded(self, logs: Array, errors: Array, slopes: Array) -> Fit:
        weights = _weights(errors)
        curvature = _curvature(slopes, weights, self.spreads)
        inverse = np.asarray(np.linalg.inv(curvature), np.float64)
        covariance = _no_narrower(
            inverse,
            self._jackknife(logs, errors, slopes),
        )
        factors = {
            name: self._factor(place, logs, covariance)
            for place, name in enumerate(self.names)
        }
        leverage = np.einsum("ij,jk,ik->i", slopes, inverse, slopes) * weights
        left_out = errors / np.maximum(0.2, 1 - leverage)
        found = self._errors_by_metric(left_out)
        if are_scarce(self.ladders):
            found = {
                metric: max(error, EXPECTED_ERROR[metric])
                for metric, error in found.items()
            }
        return Fit(
            factors,
            tuple(map(tuple, covariance.tolist())),
            found,
            len(set(self.point_of.tolist())),
            self._beyond(logs, errors, slopes),
        )

    def _beyond(
        self, logs: Array, errors: Array, slopes: Array
    ) -> dict[str, float]:
        """Errors at each combination by factors of the others, one step from those of all."""
        if len(set(self.combination_of.tolist())) == 1:
            return {}
        found = errors.copy()
        moves = self._without(self.combination_of, logs, errors, slopes)
        for combination, move in moves.items():
            mine = self.combination_of == combination
            found[mine] += slopes[mine] @ move
        return self._errors_by_metric(found)

    def _without(
        self,
        group_of: NDArray[np.int64],
        logs: Array,
        errors: Array,
        slopes: Array,
    ) -> dict[int, Array]:
        """One more step without each group of rows in turn."""
        return {
            group: _step(logs, errors[kept], slopes[kept], self.spreads)
            for group in set(group_of.tolist())
            for kept in [group_of != group]
        }

    def _jackknife(self, logs: Array, errors: Array, slopes: Array) -> Array:
        """Covariance from one more step without each point in turn."""
        without = self._without(self.point_of, logs, errors, slopes)
        moves = list(without.values())
        apart = np.array(moves) - np.mean(moves, axis=0)
        found: Array = apart.T @ apart
        return found * (len(moves) - 1) / len(moves)

    def _factor(self, place: int, logs: Array, covariance: Array) -> Factor:
        deviations = np.sqrt(np.diag(covariance))
        mine, prior = float(deviations[place]), float(self.spreads[place])
        is_identified = mine < IDENTIFIED * prior
        reach = TWO_SIDED_90 * (mine if is_identified else max(mine, prior))
        related = covariance[place] / (deviations[place] * deviations)
        alike = tuple(
            name
            for number, name in enumerate(self.names)
            if number != place and abs(related[number]) > ALIKE
        )
        centre = float(logs[place])
        low, high = exp(centre - reach), exp(centre + reach)
        return Factor(exp(centre), low, high, is_identified, alike)

    def _errors_by_metric(self, left_out: Array) -> dict[str, float]:
        """Without their part that chance explains, but then no less than is expected."""
        found = {}
        for metric, expected in EXPECTED_ERROR.items():
            mine = self.metric_of == metric
            if mine.any():
                whole = _rms((left_out * self.units)[mine])
                by_chance = _rms(self.chance[mine])
                own = sqrt(max(0.0, whole**2 - by_chance**2))
                found[metric] = max(own, min(whole, expected))
        return found


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(values**2))) if values.size else 0.0


def _weights(errors: Array) -> Array:
    """Large errors weigh less; and all do where the twin is further off than expected, so that what
    it gets wrong does not pull a factor away from the profile.
    """
    size = np.maximum(np.abs(errors), 1e-12)
    return np.minimum(1.0, HUBER / size) / _noise(errors)


def _losses(errors: Array) -> Array:
    """Huber's: squares of small errors, and of large ones no more than their size."""
    size = np.abs(errors)
    return np.where(size <= HUBER, size**2, HUBER * (2 * size - HUBER))


def _noise(errors: Array) -> float:
    return max(1.0, float(np.mean(_losses(errors)))) if errors.size else 1.0


def _objective(apart: Array, errors: Array, noise: float) -> float:
    """`apart`: how far the factors are from the profile, in units of the prior."""
    return float(_losses(errors).sum() / noise + (apart**2).sum())


def _curvature(slopes: Array, weights: Array, spreads: Array) -> Array:
    found: Array = slopes.T @ (weights[:, None] * slopes)
    return found + np.diag(1 / spreads**2)


def _step(logs: Array, errors: Array, slopes: Array, spreads: Array) -> Array:
    """To where the errors would be least if their slopes were the same everywhere."""
    weights = _weights(errors)
    gradient = slopes.T @ (weights * errors) + logs / spreads**2
    curvature = _curvature(slopes, weights, spreads)
    return np.asarray(-np.linalg.solve(curvature, gradient), np.float64)


def _no_narrower(covariance: Array, other: Array) -> Array:
    """`covariance`, with variances that are at least the other's."""
    ratio = np.diag(other) / np.diag(covariance)
    wider = np.sqrt(np.maximum(1.0, ratio))
    return np.asarray(covariance * np.outer(wider, wider), np.float64)
