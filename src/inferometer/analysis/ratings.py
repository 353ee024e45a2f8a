"""Ratings: one word for a metric. Unless a file says otherwise, by the limits that users of
interactive services go by.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from inferometer.store.json_values import entries
from inferometer.vocabulary import metric
from inferometer.words import Said, reason_of

Rating = Literal["excellent", "good", "fair", "needs work"]
RATINGS: tuple[Rating, ...] = ("excellent", "good", "fair", "needs work")
MAX_BYTES = 100_000


class RatingLimits(NamedTuple):
    """Limits of a metric: a value better than `excellent` is excellent, one better than `good` is
    good, one as good as `fair` is fair, and a worse one needs work.
    """

    excellent: float
    good: float
    fair: float


Rated = Mapping[str, RatingLimits]
"""By metric."""

RATED: Rated = {
    "mean_ttft_ms": RatingLimits(100.0, 200.0, 500.0),
    "mean_tpot_ms": RatingLimits(50.0, 100.0, 200.0),
}


class RatingsError(Exception):
    """The file is not a table of limits: one sentence with cause and cure."""

    def __init__(self, sentence: Said) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def _content(path: Path) -> object:
    import yaml

    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        return yaml.safe_load(content) if len(content) <= MAX_BYTES else None
    except OSError as error:
        values = {"path": str(path), "cause": reason_of(error)}
        raise RatingsError(Said("ratings.unreadable", values)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RatingsError(
            Said("ratings.unread", {"path": str(path)})
        ) from error


def read_ratings(path: Path) -> dict[str, RatingLimits]:
    """The limits of a YAML or JSON file: `mean_ttft_ms: [100, 200, 500]`. Raises RatingsError."""
    told = _content(path)
    if not isinstance(told, dict) or not told:
        raise RatingsError(Said("ratings.no_table", {"path": str(path)}))
    return {str(name): _limits(str(name), each) for name, each in told.items()}


def _limits(name: str, told: object) -> RatingLimits:
    known = metric(name)
    if known is None or known.better == "neither":
        raise RatingsError(Said("ratings.unknown", {"metric": name[:60]}))
    numbers = [
        float(each)
        for each in entries(told)
        if isinstance(each, int | float) and not isinstance(each, bool)
    ]
    ordered = sorted(numbers, reverse=known.better == "higher")
    if (
        len(numbers) != len(RatingLimits._fields)
        or numbers != ordered
        or not all(map(math.isfinite, numbers))
    ):
        raise RatingsError(
            Said(f"ratings.limits.{known.better}", {"metric": name})
        )
    return RatingLimits(*numbers)


def rating(name: str, value: float, rated: Rated = RATED) -> Rating:
    """Raises KeyError for a metric that is not rated."""
    limits = rated[name]
    known = metric(name)
    if known is not None and known.better == "higher":
        value, limits = -value, RatingLimits(*(-each for each in limits))
    if value < limits.excellent:
        return "excellent"
    if value < limits.good:
        return "good"
    return "fair" if value <= limits.fair else "needs work"


def ratings(
    values: Mapping[str, float], rated: Rated = RATED
) -> dict[str, Rating]:
    """Of those of a point's values that are rated."""
    return {
        name: rating(name, values[name], rated)
        for name in rated
        if name in values
    }
