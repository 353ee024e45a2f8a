"""The intervals of a run's headline numbers: its values, put in the order of time, and what `statistics` says of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from inferometer.clock import MS, NS
from inferometer.metrics.definitions import PerRequest, Sample, e2el_of_each, known, meets_slo, ok, tpot_of_each, ttft_of_each
from inferometer.metrics.statistics import Interval, interval_of_mean, interval_of_percentile, interval_of_ratio
from inferometer.trace import Trace

Rank = npt.NDArray[np.int64]
"""Rows of `Trace.requests` in the order of time."""


def intervals_of(trace: Trace, goodput: Mapping[str, float] | None = None) -> dict[str, Interval]:
    """95 % intervals by name: `mean_ttft`, `p99_ttft`, `mean_tpot`, `mean_itl`, `mean_e2el` (ms), `request_throughput`,
    `output_throughput` and, where `goodput` has limits in ms, `request_goodput` (1/s).

    A number that the run is too short to bound is left out.
    """
    order = np.argsort(trace.requests["sent_ns"], kind="stable")
    ttft = _in_order(ttft_of_each(trace), order)
    found = {
        "mean_ttft": interval_of_mean(ttft),
        "p99_ttft": interval_of_percentile(ttft, 99),
        "mean_tpot": interval_of_mean(_in_order(tpot_of_each(trace), order)),
        "mean_itl": _mean_itl(trace, order[ok(trace)[order]]),
        "mean_e2el": interval_of_mean(_in_order(e2el_of_each(trace), order)),
        **_rates(trace, goodput),
    }
    return {name: interval for name, interval in found.items() if interval is not None}


def _in_order(values: PerRequest, order: Rank) -> Sample:
    values = values[order]
    return values[~np.isnan(values)]


def _mean_itl(trace: Trace, answered: Rank) -> Interval | None:
    """Of all gaps pooled. Those of one request hang together, so a request is what is drawn, with all its gaps."""
    r = trace.requests
    gaps = np.maximum(r["event_count"][answered] - 1, 0)
    elapsed_ms = np.where(gaps > 0, r["last_ns"][answered] - r["first_ns"][answered], 0) / MS
    return interval_of_ratio(elapsed_ms, gaps.astype(np.float64))


def _rates(trace: Trace, goodput: Mapping[str, float] | None) -> dict[str, Interval | None]:
    """Of what came with each end of a request, over the time since the end before it, or the first send."""
    r = trace.requests
    sent = known(r["sent_ns"])
    rows = np.flatnonzero(sent & known(r["end_ns"]))
    if not len(rows):
        return {}
    rows = rows[np.argsort(r["end_ns"][rows], kind="stable")]
    elapsed_s = np.diff(r["end_ns"][rows], prepend=r["sent_ns"][sent].min()) / NS
    completed = ok(trace)[rows]
    tokens = r["output_tokens"][rows]
    came = {"request_throughput": completed, "output_throughput": np.where(completed & known(tokens), tokens, 0)}
    if goodput:
        came["request_goodput"] = meets_slo(trace, goodput)[rows]
    return {name: interval_of_ratio(amount.astype(np.float64), elapsed_s) for name, amount in came.items()}
