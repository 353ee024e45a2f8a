"""A fitted profile: what was fitted to which results, the file that keeps it, and predictions with
their intervals.

The interval of a predicted number has three parts: how far the twin was from the points of the fit,
how far the factors may be off, and how much is chance where arrivals or lengths are. For another
combination of model, TP or link it is at least as wide as the twin was from each fitted combination
by factors of the others. Where only one was fitted, and outside of the fitted lengths and loads,
the first part is twice as wide. All this is said; for another card or engine there is no interval.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from math import exp, hypot, inf, isfinite, log, sqrt
from typing import Any

import numpy as np

from inferometer.engine.twin.client import TwinLoad, measured, play
from inferometer.engine.twin.configuration import (
    SCALES,
    TwinSettings,
    make_twin,
    most_of,
)
from inferometer.engine.twin.fit import (
    EXPECTED_ERROR,
    Array,
    Factor,
    Fit,
    TwinLadder,
    simulate,
    with_other_seeds,
)
from inferometer.engine.twin.noise import TWO_SIDED_90, chance_of
from inferometer.engine.twin.profiles import (
    CardProfile,
    ProfileError,
    load_profile,
)
from inferometer.words import Said

FORMAT = "inferometer fitted twin, version 1"
SAME = ("card", "stack", "host")
"""Settings that a fitted profile is about: others are another profile."""
NAMED = ("model", "tp", "link")
NUMBERED = ("prompt_tokens", "output_tokens", "concurrency", "request_rate")
BEYOND = 2.0
"""Times the errors at the points of the fit, where nothing tells how wrong the twin is."""
MARGIN = 1.1
"""Just beside the fitted range is not outside."""
LIKE = {"p99_ttft_ms": "mean_ttft_ms", "p99_tpot_ms": "mean_tpot_ms"}
"""Metrics that are not fitted, and those whose error they have, times FURTHER."""
FURTHER = 1.5
MAX_LIST = 1000
MAX_FACTOR = 1e6
"""Of a file: with larger ones, or smaller ones than its inverse, times are no numbers any more."""
MAX_VARIANCE = log(MAX_FACTOR) ** 2
"""Of a factor's logarithm."""


@dataclass(frozen=True, slots=True)
class TwinPrediction:
    """With a 90 % interval. Simulated, never measured."""

    value: float
    low: float
    high: float


def around(value: float, spread: float) -> TwinPrediction:
    """`spread`: standard deviation of the logarithm of simulated / measured."""
    reach = exp(min(20.0, TWO_SIDED_90 * spread))
    return TwinPrediction(value, value / reach, value * reach)


def widened(
    values: Mapping[str, TwinPrediction], noise: Mapping[str, float]
) -> dict[str, TwinPrediction]:
    """With intervals that are so much wider for chance."""
    return {
        metric: around(
            said.value,
            hypot(log(said.high / said.value) / TWO_SIDED_90, noise[metric]),
        )
        if metric in noise
        else said
        for metric, said in values.items()
    }


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fit, and of what."""

    settings: TwinSettings
    fit: Fit
    names: Mapping[str, tuple[str, ...]]
    """By NAMED: which were fitted."""
    ranges: Mapping[str, tuple[float, float]]
    """By NUMBERED: from which to which."""

    def is_about(self, settings: TwinSettings) -> bool:
        return all(
            getattr(self.settings, name) == getattr(settings, name)
            for name in SAME
        )

    def applied(self, settings: TwinSettings) -> TwinSettings:
        """Raises ProfileError for a card, a stack or a host that it is not about."""
        for name in SAME:
            mine, asked = getattr(self.settings, name), getattr(settings, name)
            if mine != asked:
                values = {"what": name, "fitted": mine, "asked": asked}
                raise ProfileError(Said("twin.not_fitted", values))
        return replace(settings, factors=self.fit.pairs)

    def outside(
        self, settings: TwinSettings, load: TwinLoad
    ) -> tuple[str, ...]:
        """In what a prediction would be an extrapolation; empty within the fitted range."""
        asked = _names_of(settings)
        beyond = [name for name in NAMED if asked[name] not in self.names[name]]
        for name, value in _numbers_of(load).items():
            low, high = self.ranges.get(name, (inf, -inf))
            if not low / MARGIN <= value <= high * MARGIN:
                beyond.append(name)
        return tuple(beyond)

    def middle(self, name: str) -> float:
        """Of what was fitted of NUMBERED; inf where there is nothing."""
        low, high = self.ranges.get(name, (inf, inf))
        return sqrt(low * high)

    def predict(self, ladder: TwinLadder) -> list[dict[str, TwinPrediction]]:
        """By metric, for each load of a ladder; of its measured values nothing is used. Raises
        ProfileError as `applied` does.
        """
        settings = self.applied(ladder.settings)
        moved = [
            [simulate(replace(ladder, settings=each)) for each in sides]
            for sides in self.moved(settings)
        ]
        found = []
        ladder = replace(ladder, settings=settings)
        centre, others = simulate(ladder), with_other_seeds(ladder)
        for number, (load, values) in enumerate(
            zip(ladder.loads, centre, strict=True)
        ):
            outside = self.outside(settings, load)
            variance = variances(
                (up[number], down[number]) for up, down in moved
            )
            said = {
                metric: around(
                    value,
                    self.spread(metric, outside, variance.get(metric, 0.0)),
                )
                for metric, value in values.items()
            }
            noise = chance_of([values, *(each[number] for each in others)])
            found.append(widened(said, noise))
        return found

    def moved(
        self, settings: TwinSettings
    ) -> list[tuple[TwinSettings, TwinSettings]]:
        """With factors that are a standard deviation larger, and smaller, in each of the directions
        in which they are unsure independently of each other.
        """
        sizes, axes = np.linalg.eigh(np.array(self.fit.covariance))
        steps = (np.sqrt(np.maximum(sizes, 0.0)) * axes).T
        return [
            (self._beside(settings, step), self._beside(settings, -step))
            for step in steps
        ]

    def _beside(self, settings: TwinSettings, step: Array) -> TwinSettings:
        """`step`: of the logarithms of the factors."""
        pairs = [
            (name, min(value * exp(by), most_of(settings, name)))
            for (name, value), by in zip(self.fit.pairs, step, strict=True)
        ]
        return replace(settings, factors=tuple(pairs))

    def spread(
        self, metric: str, outside: Sequence[str], variance: float = 0.0
    ) -> float:
        """Standard deviation of the logarithm of simulated / measured. `outside`: in what it would
        be an extrapolation.
        """
        error, beyond = _of(self.fit.errors, metric), self.fit.beyond
        if set(outside) - (set(NAMED) if beyond else set()):
            error *= BEYOND
        spread = sqrt(error**2 + variance)
        if beyond and outside:
            spread = max(spread, _of(beyond, metric))
        return spread


def outcome(settings: TwinSettings, load: TwinLoad) -> dict[str, float]:
    """By metric, of a load alone."""
    return measured(play(make_twin(settings).simulation(), load))


def variances(
    moved: Iterable[tuple[Mapping[str, float], Mapping[str, float]]],
) -> dict[str, float]:
    """By metric: of its logarithm, as the factors are unsure. `moved`: values with the factors of
    each pair of `Fitted.moved`.
    """
    found: dict[str, float] = {}
    for up, down in moved:
        for metric in up.keys() & down.keys():
            if up[metric] > 0 and down[metric] > 0:
                half = log(up[metric] / down[metric]) / 2
                found[metric] = found.get(metric, 0.0) + half**2
    return found


def _of(errors: Mapping[str, float], metric: str) -> float:
    """Of a metric that the results did not have, no less than is expected of the twin."""
    if metric in errors:
        return errors[metric]
    if metric in LIKE:
        return FURTHER * _of(errors, LIKE[metric])
    return max(*errors.values(), EXPECTED_ERROR.get(metric, 0.0))


def fitted(ladders: Sequence[TwinLadder], found: Fit) -> Fitted:
    """`found` is a fit to these ladders, which have one card, stack and host."""
    names: dict[str, set[str]] = {name: set() for name in NAMED}
    numbers: dict[str, list[float]] = {}
    for ladder in ladders:
        for name, value in _names_of(ladder.settings).items():
            names[name].add(value)
        for load in ladder.loads:
            for name, number in _numbers_of(load).items():
                numbers.setdefault(name, []).append(number)
    return Fitted(
        replace(ladders[0].settings, factors=()),
        found,
        {name: tuple(sorted(each)) for name, each in names.items()},
        {name: (min(each), max(each)) for name, each in numbers.items()},
    )


def _names_of(settings: TwinSettings) -> dict[str, str]:
    """The link between cards is that of the profile if none was chosen."""
    link = settings.link or load_profile(CardProfile, settings.card).link
    return {
        "model": settings.model,
        "tp": str(settings.tp),
        "link": link if settings.tp > 1 else "none",
    }


def _numbers_of(load: TwinLoad) -> dict[str, float]:
    numbers: dict[str, float] = {
        "prompt_tokens": load.prompt_tokens,
        "output_tokens": load.output_tokens,
    }
    if load.concurrency is not None:
        numbers["concurrency"] = load.concurrency
    else:
        numbers["request_rate"] = load.request_rate
    return numbers


def as_plain(profile: Fitted, sources: Iterable[str] = ()) -> dict[str, Any]:
    """For a YAML file."""
    kept = {
        field.name: getattr(profile.settings, field.name)
        for field in fields(TwinSettings)
        if field.name not in {"factors", "speed", "seed"}
    }
    return {
        "format": FORMAT,
        "simulated": True,
        "settings": kept,
        "factors": {
            name: asdict(each) | {"alike": list(each.alike)}
            for name, each in profile.fit.factors.items()
        },
        "covariance_of_logarithms": [
            list(row) for row in profile.fit.covariance
        ],
        "relative_errors": dict(profile.fit.errors),
        "relative_errors_beyond": dict(profile.fit.beyond),
        "points": profile.fit.points,
        "fitted": {name: list(each) for name, each in profile.names.items()}
        | {name: list(each) for name, each in profile.ranges.items()},
        "sources": list(sources),
    }


def from_plain(content: object) -> Fitted:
    """Raises ProfileError for what is no such file, whatever is wrong with it."""
    try:
        return _from_plain(content)
    except (
        AttributeError,
        KeyError,
        OverflowError,
        TypeError,
        ValueError,
    ) as error:
        if isinstance(error, ProfileError):
            raise
        raise ProfileError(Said("twin.no_fit", {})) from error


def _from_plain(content: Any) -> Fitted:
    if content["format"] != FORMAT:
        raise ProfileError(Said("twin.no_fit", {}))
    settings = TwinSettings(**_known_settings(content["settings"]))
    make_twin(settings)
    factors = {
        str(name): Factor(
            _factor(said["value"]),
            _positive(said["low"]),
            _positive(said["high"]),
            said["is_identified"] is True,
            tuple(map(_text, said["alike"])),
        )
        for name, said in content["factors"].items()
    }
    if not factors or not factors.keys() <= SCALES.keys():
        raise ProfileError(Said("twin.no_fit", {}))
    covariance = _square(content["covariance_of_logarithms"], len(factors))
    errors = _errors_of(content["relative_errors"])
    if not errors:
        raise ProfileError(Said("twin.no_fit", {}))
    return Fitted(
        settings,
        Fit(
            factors,
            covariance,
            errors,
            int(content["points"]),
            _errors_of(content.get("relative_errors_beyond", {})),
        ),
        {
            name: tuple(map(_text, content["fitted"][name][:MAX_LIST]))
            for name in NAMED
        },
        {
            name: _range(content["fitted"][name])
            for name in NUMBERED
            if name in content["fitted"]
        },
    )


def _errors_of(said: Mapping[str, Any]) -> dict[str, float]:
    return {
        name: _positive(said[name]) for name in EXPECTED_ERROR if name in said
    }


def _known_settings(said: Mapping[str, Any]) -> dict[str, Any]:
    """Of the types that TwinSettings has."""
    texts = {"card", "model", "stack", "host", "link"}
    known: dict[str, Any] = {}
    for field in fields(TwinSettings):
        value = said.get(field.name)
        if value is None or field.name in {"factors", "speed", "seed"}:
            continue
        if field.name in texts:
            known[field.name] = _text(value)
        elif field.name == "gpu_memory_utilization":
            known[field.name] = float(value)
        elif field.name == "prefix_caching":
            known[field.name] = value is True
        else:
            known[field.name] = int(value)
    return known


def _text(value: Any) -> str:
    """Raises TypeError for anything else, such as lists that are larger than they look."""
    if not isinstance(value, str):
        raise TypeError(type(value))
    return value


def _square(rows: Any, size: int) -> tuple[tuple[float, ...], ...]:
    """Numbers up to MAX_VARIANCE. Raises TypeError or ValueError."""
    if [len(rows), *map(len, rows)] != [size] * (size + 1):
        raise ValueError(size)
    found = tuple(tuple(map(float, row)) for row in rows)
    if not (np.abs(found) <= MAX_VARIANCE).all():
        raise ValueError(found)
    return found


def _factor(value: Any) -> float:
    number = _positive(value)
    if not 1 / MAX_FACTOR <= number <= MAX_FACTOR:
        raise ValueError(number)
    return number


def _positive(value: Any) -> float:
    number = float(value)
    if not (isfinite(number) and number > 0):
        raise ValueError(number)
    return number


def _range(said: Sequence[Any]) -> tuple[float, float]:
    low, high = said
    return _positive(low), _positive(high)
