"""How wrong a twin may be at a point, before anything is simulated: by a fitted profile, or as on a
card that nobody fitted.
"""

from __future__ import annotations

from collections.abc import Mapping

from inferometer.engine.twin.client import TwinLoad
from inferometer.engine.twin.configuration import TwinSettings
from inferometer.engine.twin.fitted import Fitted

UNFITTED_ERRORS: Mapping[str, float] = {
    "tpot": 0.15,
    "e2el": 0.20,
    "ttft": 0.35,
    "throughput": 0.15,
}
"""By what a metric is about: standard deviation of the logarithm of simulated / measured, about as
on a card whose factors are guesses (benchmarks/twin.md).
"""
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
    return {
        kind: [round(profile.spread(name, outside), 4) for name in names]
        for kind, names in STATISTICS.items()
    }
