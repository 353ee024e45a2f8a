"""What the single requests of another tool's file tell beyond its own figures: speeds of single
requests, and intervals.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from inferometer.metrics.definitions import tpot
from inferometer.metrics.intervals import rate_interval
from inferometer.metrics.statistics import (
    Interval,
    interval_of_mean,
    interval_of_percentile,
    interval_of_ratio,
)
from inferometer.results.point import Range, Values
from inferometer.store.importers import ImportedRequests

Array = npt.NDArray[np.float64]


def request_values(requests: ImportedRequests) -> dict[str, float]:
    """Means over requests: output tokens / E2EL, and 1 / TPOT, both in tokens/s."""
    ok, tokens = requests.ok, requests.output_tokens
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        speed = (tokens / requests.e2el_s)[
            ok & (requests.e2el_s > 0) & (tokens > 0)
        ]
        tpot_s = tpot(requests.e2el_s - requests.ttft_s, tokens - 1)
        decode = 1 / tpot_s[ok & (tpot_s > 0)]
        found = {
            "output_throughput_per_request": speed,
            "mean_decode_speed": decode,
        }
        return {
            name: float(mean)
            for name, values in found.items()
            if len(values) and np.isfinite(mean := np.mean(values))
        }


def samples_of(requests: ImportedRequests) -> dict[str, int]:
    """How many values each latency has."""
    ok = requests.ok
    decode_s = requests.e2el_s - requests.ttft_s
    found = {
        "ttft": requests.ttft_s,
        "tpot": tpot(decode_s, requests.output_tokens - 1),
        "e2el": requests.e2el_s,
    }
    counts = {
        name: int(np.count_nonzero(ok & ~np.isnan(latency_s)))
        for name, latency_s in found.items()
    }
    if requests.itls_s is not None:
        counts["itl"] = sum(
            len(gaps)
            for gaps, answered in zip(requests.itls_s, ok, strict=True)
            if answered
        )
    return {name: count for name, count in counts.items() if count}


def intervals_of(
    requests: ImportedRequests, values: Values
) -> dict[str, Range]:
    """Of those `values` for which there is an interval; none where the file does not tell in which
    order requests were sent.
    """
    if requests.sent_s is None or not np.isfinite(requests.sent_s).all():
        return {}
    order = np.argsort(requests.sent_s, kind="stable")
    ok = requests.ok[order]
    ttft_s, e2el_s, tokens = (
        each[order]
        for each in (requests.ttft_s, requests.e2el_s, requests.output_tokens)
    )
    with np.errstate(all="ignore"):
        tpot_s = tpot(e2el_s - ttft_s, tokens - 1)
    ttft_ms, tpot_ms, e2el_ms = (
        _known(latency_s[ok]) * 1e3 for latency_s in (ttft_s, tpot_s, e2el_s)
    )
    sent_s = requests.sent_s[order]
    end_s = requests.sent_s[order] + np.where(ok, np.nan_to_num(e2el_s), 0.0)
    found = {
        "mean_ttft_ms": interval_of_mean(ttft_ms),
        "p99_ttft_ms": interval_of_percentile(ttft_ms, 99),
        "mean_tpot_ms": interval_of_mean(tpot_ms),
        "mean_itl_ms": _mean_itl(requests, order[ok]),
        "mean_e2el_ms": interval_of_mean(e2el_ms),
        "request_throughput": rate_interval(
            sent_s, end_s, ok.astype(np.float64)
        ),
        "output_throughput": rate_interval(
            sent_s, end_s, np.where(ok, np.nan_to_num(tokens), 0.0)
        ),
    }
    return {
        name: Range(i.low, i.high, i.confidence)
        for name, i in found.items()
        if i is not None and name in values
    }


def _known(values: Array) -> Array:
    known: Array = values[np.isfinite(values)]
    return known


def _mean_itl(
    requests: ImportedRequests, answered: npt.NDArray[np.int64]
) -> Interval | None:
    """Of all gaps pooled. Those of one request hang together, so a request is what is drawn, with
    all its gaps.
    """
    if requests.itls_s is None:
        return None
    gaps = [requests.itls_s[row] for row in answered]
    return interval_of_ratio(
        np.array([each.sum() * 1e3 for each in gaps]),
        np.array([float(len(each)) for each in gaps]),
    )
