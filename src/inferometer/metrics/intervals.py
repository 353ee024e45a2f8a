"""The intervals of a run's headline numbers: its values, put in the order of time, and what
`statistics` says of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from inferometer.clock import MS, NS
from inferometer.metrics.definitions import (
    PerRequest,
    Sample,
    e2el_of_each,
    known,
    meets_slo,
    ok,
    tpot_of_each,
    ttft_of_each,
)
from inferometer.metrics.statistics import (
    Interval,
    interval_of_mean,
    interval_of_percentile,
    interval_of_ratio,
)
from inferometer.trace import Trace
from inferometer.trace.trace import Integers

SHORTEST_S = 1e-9
"""A request that took no time is taken to have taken this."""


def intervals_of(
    trace: Trace, goodput: Mapping[str, float] | None = None
) -> dict[str, Interval]:
    """95 % intervals of those METRICS that have one; of the goodput where it has limits, in ms.

    A number that the run is too short to bound is left out.
    """
    order = np.argsort(trace.requests["sent_ns"], kind="stable")
    ttft = _in_order(ttft_of_each(trace), order)
    found = {
        "mean_ttft_ms": interval_of_mean(ttft),
        "p99_ttft_ms": interval_of_percentile(ttft, 99),
        "mean_tpot_ms": interval_of_mean(_in_order(tpot_of_each(trace), order)),
        "mean_itl_ms": _mean_itl(trace, order[ok(trace)[order]]),
        "mean_e2el_ms": interval_of_mean(_in_order(e2el_of_each(trace), order)),
        **_rates(trace, goodput),
    }
    return {name: interval for name, interval in found.items() if interval}


def _in_order(values: PerRequest, order: Integers) -> Sample:
    values = values[order]
    existing: Sample = values[~np.isnan(values)]
    return existing


def _mean_itl(trace: Trace, answered: Integers) -> Interval | None:
    """Of all gaps pooled; `answered` are rows in the order of time. The gaps of one request hang
    together, so a request is what is drawn, with all its gaps.
    """
    r = trace.requests
    gaps = np.maximum(r["event_count"][answered] - 1, 0)
    elapsed_ms = (
        np.where(gaps > 0, r["last_ns"][answered] - r["first_ns"][answered], 0)
        / MS
    )
    return interval_of_ratio(elapsed_ms, gaps.astype(np.float64))


def _rates(
    trace: Trace, goodput: Mapping[str, float] | None
) -> dict[str, Interval | None]:
    """Of what the requests brought, each evenly over the time it took: counted at their ends, the
    waves of a closed loop, in which nothing is random, would stand in every interval.
    """
    r = trace.requests
    rows = known(r["sent_ns"]) & known(r["end_ns"])
    if not rows.any():
        return {}
    sent_s, end_s = r["sent_ns"][rows] / NS, r["end_ns"][rows] / NS
    return {
        name: rate_interval(sent_s, end_s, amounts[rows].astype(np.float64))
        for name, amounts in _brought(trace, goodput).items()
    }


def _brought(
    trace: Trace, goodput: Mapping[str, float] | None
) -> dict[str, Any]:
    """By each request, of what each rate counts."""
    completed, tokens = ok(trace), trace.requests["output_tokens"]
    brought = {
        "request_throughput": completed,
        "output_throughput": np.where(completed & known(tokens), tokens, 0),
    }
    if goodput:
        brought["request_goodput"] = meets_slo(trace, goodput)
    return brought


def rate_interval(
    sent_s: Sample, end_s: Sample, amounts: Sample
) -> Interval | None:
    """For Σ amounts per second, first send to last end, by as many equal stretches of that time as
    there are requests.
    """
    end_s = np.maximum(end_s, sent_s + SHORTEST_S)
    edges_s = np.linspace(sent_s.min(), end_s.max(), len(sent_s) + 1)
    per_s = amounts / (end_s - sent_s)
    progress = _ramps(sent_s, per_s, edges_s) - _ramps(end_s, per_s, edges_s)
    return interval_of_ratio(np.diff(progress), np.diff(edges_s))


def _ramps(begin_s: Sample, per_s: Sample, at_s: Sample) -> Sample:
    """What has come by each time of `at_s` of things that come at `per_s` from `begin_s` on."""
    order = np.argsort(begin_s)
    begun = np.searchsorted(begin_s[order], at_s, side="right")
    slopes = np.concatenate(([0.0], np.cumsum(per_s[order])))[begun]
    offsets = np.concatenate(([0.0], np.cumsum((per_s * begin_s)[order])))[
        begun
    ]
    come: Sample = slopes * at_s - offsets
    return come
