"""How much chance there is in a high percentile of a run, by the order statistics of its sample, of
which the summary has some.

Of n values, k = (1 − p) n lie beyond a percentile. The logarithm of that share is known to √ψ₁(k),
the standard deviation of an order statistic: 0.6 for k = 3, and 1.3 for the largest value, beyond
which there is none. The value changes with it as much as on the way to the next percentile on
either side that the summary has. Where k is below FEW, that way may be short by chance: then it is
as much as anywhere from the median on, which is too much where a tail is short.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import log, sqrt

from inferometer.store.json_values import Object, at, members, number
from inferometer.vocabulary import Statistic, statistic_of

MEDIAN = 0.5
FEW = 2.9
"""Values beyond a percentile: a little less than those of 300 beyond p99."""


def spread_of(percentile: Statistic, value: float, summary: Object) -> float:
    """Standard deviation of the logarithm of `value`; 0 where nothing is known of the sample."""
    n = number(at(summary, "metrics", percentile.latency, "n"))
    if percentile.percentile is None or value <= 0 or not n or n < 1:
        return 0.0
    beyond = _share(max(1 - percentile.percentile / 100, 1 / n))
    values = max(1.0, beyond * _independent(percentile.latency, n, summary))
    known = {beyond: value} | _known(percentile.latency, n, summary)
    widest = log(max(known.values())) - log(min(known.values()))
    steepest = _steepest(known, beyond, MEDIAN if values < FEW else beyond)
    return min(widest, _error(values) * steepest / value)


def _error(values: float) -> float:
    """Of the logarithm of the share beyond, in which so many independent values lie."""
    return sqrt((1 + (1 + 1 / values / 3) / values / 2) / values)


def _steepest(
    known: Mapping[float, float], beyond: float, start: float
) -> float:
    """How much a value changes with the logarithm of the share beyond it at most, from `start`, or
    what is next below the percentile, to what is next above.
    """
    shares = sorted(known, reverse=True)
    place = shares.index(beyond)
    first = max(0, place - 1)
    if start in known:
        first = min(first, shares.index(start))
    return max(
        (
            abs(known[there] - known[here]) / log(here / there)
            for here, there in pairwise(shares[first : place + 2])
        ),
        default=0.0,
    )


def _independent(latency: str, n: float, summary: Object) -> float:
    """How many independent values would tell as much: not more than there are requests, and where
    the interval of the mean says so, fewer.
    """
    counts = (
        number(at(summary, "metrics", "e2el", "n")),
        number(at(summary, "intervals", f"mean_{latency}_ms", "n_effective")),
    )
    return max(1.0, min([n, *(each for each in counts if each)]))


def _known(latency: str, n: float, summary: Object) -> dict[float, float]:
    """Values by the share that lies beyond them, from the median to the largest."""
    told = at(summary, "metrics", latency)
    least = _share(1 / n)
    known = {least: number(at(told, "max"))}
    for name, value in {
        "p50": at(told, "median"),
        **members(at(told, "percentiles")),
    }.items():
        found = statistic_of(f"{name}_{latency}_ms")
        if found and found.percentile is not None:
            known.setdefault(_share(1 - found.percentile / 100), number(value))
    return {
        share: each
        for share, each in known.items()
        if each and each > 0 and share >= least
    }


def _share(exact: float) -> float:
    """1 − 0.99 and 1 / 100 are one."""
    return float(f"{exact:.9g}")
