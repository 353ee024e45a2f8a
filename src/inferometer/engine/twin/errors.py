"""How wrong a twin may be at a point, before anything is simulated: by a fitted profile, or as on a
card that nobody fitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from inferometer.engine.twin.client import TwinLoad
from inferometer.engine.twin.configuration import TwinSettings
from inferometer.engine.twin.fitted import Fitted, outcome, variances
from inferometer.engine.twin.memory import OutOfMemoryError
from inferometer.engine.twin.profiles import ProfileError

UNFITTED_ERRORS: Mapping[str, float] = {
    "tpot": 0.15,
    "e2el": 0.20,
    "ttft": 0.35,
    "throughput": 0.15,
}
"""By what a metric is about: standard deviation of the logarithm of simulated / measured, about as
on a card whose factors are guesses (benchmarks/twin.md).
"""
ENOUGH, ROUNDS = 300, 4
"""Requests, or requests of each user."""
STATISTICS: Mapping[str, tuple[str, str]] = {
    "ttft": ("mean_ttft_ms", "p99_ttft_ms"),
    "tpot": ("mean_tpot_ms", "p99_tpot_ms"),
    "e2el": ("mean_e2el_ms", "p99_e2el_ms"),
    "throughput": ("output_throughput", "output_throughput"),
}
"""The metrics whose errors those of a kind have: means and medians, and what is further out."""


def unfitted_error(metric: str) -> float:
    return max(
        (error for name, error in UNFITTED_ERRORS.items() if name in metric),
        default=max(UNFITTED_ERRORS.values()),
    )


def relative_errors(
    settings: TwinSettings, load: TwinLoad, profile: Fitted | None
) -> dict[str, list[float]]:
    """By kind of metric: of means and medians, and of what is further out."""
    if profile is None:
        return {
            kind: [unfitted_error(name) for name in names]
            for kind, names in STATISTICS.items()
        }
    outside = profile.outside(settings, load)
    variance = _variances(settings, _told(load, profile), profile)
    return {
        kind: [
            round(profile.spread(name, outside, variance.get(name, 0.0)), 4)
            for name in names
        ]
        for kind, names in STATISTICS.items()
    }


def _told(load: TwinLoad, profile: Fitted) -> TwinLoad:
    """With the fitted lengths or rate for what only a file tells, and no more requests than say how
    much a factor changes.
    """
    enough = max(ENOUGH, ROUNDS * (load.concurrency or 0))
    return replace(
        load,
        requests=min(load.requests, enough),
        prompt_tokens=load.prompt_tokens
        or round(profile.middle("prompt_tokens")),
        output_tokens=load.output_tokens
        or round(profile.middle("output_tokens")),
        request_rate=load.request_rate or profile.middle("request_rate"),
    )


def _variances(
    settings: TwinSettings, load: TwinLoad, profile: Fitted
) -> dict[str, float]:
    """Empty where the engine does not start, or does not serve the load: nothing is predicted."""
    try:
        return variances(
            (outcome(up, load), outcome(down, load))
            for up, down in profile.moved(settings)
        )
    except (OutOfMemoryError, ProfileError):
        return {}
