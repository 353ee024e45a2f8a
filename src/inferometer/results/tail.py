"""How much chance there is in a high percentile of a run, by the order statistics of its sample, of
which the summary has some.

The share 1 − p of n values that lies beyond a percentile is known to r = √(p / ((1 − p) n)) of
itself. So the value is known to what it changes by while ln(1 − p) changes by r, on the way to the
next percentile on either side that the summary has. Beyond the last one is the largest value, at
1 − p = 1 / n.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log, sqrt

from inferometer.store.json_values import Object, at, number
from inferometer.vocabulary import Statistic, statistic_of


def spread_of(percentile: Statistic, value: float, summary: Object) -> float:
    """Standard deviation of the logarithm of `value`; 0 where nothing is known of the sample."""
    n = number(at(summary, "metrics", percentile.latency, "n"))
    if percentile.percentile is None or value <= 0 or not n or n < 1:
        return 0.0
    beyond = max(1 - percentile.percentile / 100, 1 / n)
    independent = _independent(percentile.latency, n, summary)
    error = sqrt((1 - beyond) / (beyond * independent))
    found = [0.0]
    for share, there in _beside(beyond, percentile.latency, n, summary):
        change = abs(log(there) - log(value))
        way = abs(log(share) - log(beyond))
        found.append(change * error / way if error < way else change)
    return max(found)


def _independent(latency: str, n: float, summary: Object) -> float:
    """How many independent values would tell as much: not more than there are requests, and where
    the interval of the mean says so, fewer.
    """
    counts = (
        number(at(summary, "metrics", "e2el", "n")),
        number(at(summary, "intervals", f"mean_{latency}_ms", "n_effective")),
    )
    return max(1.0, min([n, *(each for each in counts if each)]))


def _beside(
    beyond: float, latency: str, n: float, summary: Object
) -> Iterator[tuple[float, float]]:
    """What is known next to a percentile, on either side: the share beyond, and the value."""
    told = at(summary, "metrics", latency)
    percentiles = at(told, "percentiles")
    names = percentiles if isinstance(percentiles, dict) else {}
    known = {1 / n: number(at(told, "max"))}
    for name, value in {"p50": at(told, "median"), **names}.items():
        found = statistic_of(f"{name}_{latency}_ms")
        if found and found.percentile is not None and found.percentile < 100:
            known.setdefault(1 - found.percentile / 100, number(value))
    usable = {share: each for share, each in known.items() if each and each > 0}
    below = min((each for each in usable if each > beyond), default=None)
    above = max((each for each in usable if each < beyond), default=None)
    for share in (below, above):
        if share is not None:
            yield share, usable[share]
