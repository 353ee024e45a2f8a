"""Ratings: one word for a latency, by the limits that users of interactive services go by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Rating = Literal["excellent", "good", "fair", "needs work"]
RATINGS: tuple[Rating, ...] = ("excellent", "good", "fair", "needs work")

RATED: dict[str, tuple[float, float, float]] = {
    "mean_ttft_ms": (100.0, 200.0, 500.0),
    "mean_tpot_ms": (50.0, 100.0, 200.0),
}
"""By metric: below the first limit it is excellent, below the second good, up to the third fair,
beyond it needs work; ms.
"""


def rating(metric: str, value: float) -> Rating:
    """Raises KeyError for a metric that is not RATED."""
    excellent, good, fair = RATED[metric]
    if value < excellent:
        return "excellent"
    return "good" if value < good else "fair" if value <= fair else "needs work"


def ratings(values: Mapping[str, float]) -> dict[str, Rating]:
    """Of those of a point's values that are RATED."""
    return {
        metric: rating(metric, values[metric])
        for metric in RATED
        if metric in values
    }
