"""Ratings in words, for the terminal: of each latency that is rated, how often it is what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from inferometer.analysis.ratings import RATED, RATINGS, Rated, ratings
from inferometer.vocabulary import LATENCIES, statistic_of
from inferometer.words import Words

if TYPE_CHECKING:
    from inferometer.results import Point


def ratings_in_words(
    points: Sequence[Point], words: Words, rated: Rated = RATED
) -> str:
    """A line over several points; empty where nothing is rated. INVALID ones are not."""
    told = [
        f"{words.metric(name)} {_counted(counts, words)}"
        for name, counts in counts_of_ratings(points, rated).items()
    ]
    between = words.text("rows.join")
    return (
        words.text("console.ratings", ratings=between.join(told))
        if told
        else ""
    )


def counts_of_ratings(
    points: Sequence[Point], rated: Rated
) -> dict[str, Counter[str]]:
    """By metric: how many points have which rating."""
    found: dict[str, Counter[str]] = {}
    for point in points:
        if point.status == "INVALID":
            continue
        for name, rating in ratings(point.values, rated).items():
            found.setdefault(name, Counter())[rating] += 1
    return found


def _counted(counts: Counter[str], words: Words) -> str:
    there = [rating for rating in RATINGS if counts[rating]]
    return words.listed(
        f"{words.text(f'page.rating.{each}')} × {counts[each]}"
        for each in there
    )


def rating_of_run(
    values: Mapping[str, float], words: Words, rated: Rated = RATED
) -> str:
    """A line on one run; empty where nothing is rated."""
    told = [
        f"{_beside_report(name, words)} {words.text(f'page.rating.{rating}')}"
        for name, rating in ratings(values, rated).items()
    ]
    return (
        words.text("console.ratings", ratings=words.listed(told))
        if told
        else ""
    )


def _beside_report(name: str, words: Words) -> str:
    """A metric in other words than its line in the report, which scripts search for."""
    found = statistic_of(name)
    if found is None or found.name not in ("mean", "p99"):
        return words.metric(name)
    latency = LATENCIES[found.latency].label
    return words.text(f"console.rated.{found.name}", latency=latency)
