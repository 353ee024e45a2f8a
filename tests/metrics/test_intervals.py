"""Which series goes into which interval: checked against `statistics` on series built here, in
another order than time.
"""

from __future__ import annotations

import numpy as np
import pytest

from inferometer.metrics import summarize
from inferometer.metrics.definitions import Sample
from inferometer.metrics.intervals import intervals_of, rate_interval
from inferometer.metrics.statistics import (
    interval_of_mean,
    interval_of_percentile,
    interval_of_ratio,
)
from inferometer.trace import Failure, Trace
from tests.metrics import simulated
from tests.metrics.trace_builder import build, failed, request

N = 4_000
RNG = np.random.default_rng(0)
SENT_MS = np.arange(N) * 10.0
TTFT_MS = 50 + 5 * np.convolve(
    RNG.standard_normal(N + 2), np.ones(3), "valid"
).astype(np.float64)  # each depends on the two before it
GAP_MS = RNG.uniform(5, 15, N)
GAPS = RNG.integers(1, 6, N)
LAST_MS = SENT_MS + TTFT_MS + GAP_MS * GAPS


@pytest.fixture(scope="module")
def trace() -> Trace:
    """The rows are in no order of time; a tenth of the requests is followed by one that fails."""
    rows = [
        request(
            SENT_MS[i],
            *(SENT_MS[i] + TTFT_MS[i] + GAP_MS[i] * np.arange(GAPS[i] + 1)),
        )
        for i in RNG.permutation(N)
    ]
    return build(
        [*rows, *(failed(float(t), Failure.RESET) for t in SENT_MS[::10])]
    )


def bounds(interval: object) -> list[float]:
    return [getattr(interval, "low"), getattr(interval, "high")]  # noqa: B009 - of an Interval or of None, which then fails


def test_latencies_are_taken_in_the_order_of_sending(trace: Trace) -> None:
    found = intervals_of(trace)
    assert bounds(found["mean_ttft_ms"]) == pytest.approx(
        bounds(interval_of_mean(TTFT_MS)), rel=1e-6
    )
    assert bounds(found["p99_ttft_ms"]) == pytest.approx(
        bounds(interval_of_percentile(TTFT_MS, 99)), rel=1e-6
    )
    assert bounds(found["mean_tpot_ms"]) == pytest.approx(
        bounds(interval_of_mean(GAP_MS)), rel=1e-6
    )
    assert bounds(found["mean_e2el_ms"]) == pytest.approx(
        bounds(interval_of_mean(LAST_MS - SENT_MS)), rel=1e-6
    )


def test_itl_is_drawn_by_request(trace: Trace) -> None:
    assert bounds(intervals_of(trace)["mean_itl_ms"]) == pytest.approx(
        bounds(interval_of_ratio(GAP_MS * GAPS, GAPS.astype(np.float64))),
        rel=1e-6,
    )


def test_rates_count_a_request_evenly_over_its_time_and_failures_bring_nothing(
    trace: Trace,
) -> None:
    """The overlap of every request with every stretch of time, added up."""
    sent, end = (
        np.concatenate(pair) / 1e3
        for pair in ((SENT_MS, SENT_MS[::10]), (LAST_MS, SENT_MS[::10] + 5))
    )
    edges = np.linspace(sent.min(), end.max(), len(sent) + 1)
    share = np.array(
        [
            np.clip((edges - s) / (e - s), 0, 1)
            for s, e in zip(sent, end, strict=True)
        ]
    )
    nothing = np.zeros(N // 10)
    amounts = {
        "request_throughput": np.ones(N),
        "output_throughput": GAPS + 1,
        "request_goodput": TTFT_MS <= 55,
    }
    found = intervals_of(trace, {"ttft": 55})
    for name, amount in amounts.items():
        progress: Sample = np.diff(np.concatenate((amount, nothing)) @ share)
        assert bounds(found[name]) == pytest.approx(
            bounds(interval_of_ratio(progress, np.diff(edges))), rel=1e-4
        )


def test_the_throughput_of_a_closed_loop() -> None:
    """16 slots, a speed that wanders: the interval holds what it promises and is hardly wider than
    it has to be.
    """
    sent, end = simulated.closed_loop(
        16, 1_000, 1_000, np.random.default_rng(1)
    )
    measured = 1_000 / (end.max(axis=1) - sent.min(axis=1))
    found = [
        each
        for each in map(rate_interval, sent, end, np.ones_like(sent))
        if each
    ]
    assert (
        0.93
        <= np.mean([each.low <= measured.mean() <= each.high for each in found])
        <= 0.97
    )
    assert (
        np.mean([each.high - each.low for each in found])
        < 1.35 * 2 * 1.96 * measured.std()
    )


def test_requests_that_took_no_time() -> None:
    sent = np.arange(100, dtype=np.float64)
    found = rate_interval(sent, sent, np.ones(100))
    assert found is not None
    assert (found.low + found.high) / 2 == pytest.approx(100 / 99)


def test_every_number_lies_in_its_own_interval(trace: Trace) -> None:
    summary = summarize(trace, planned=len(trace), goodput={"ttft": 55})
    told = {
        f"mean_{key}_ms": summary.metrics[key].mean
        for key in ("ttft", "tpot", "itl", "e2el")
    }
    told |= {
        "p99_ttft_ms": summary.metrics["ttft"].percentiles["p99"],
        "request_throughput": summary.request_throughput,
    }
    told |= {"output_throughput": summary.output_throughput}
    assert summary.goodput is not None
    told["request_goodput"] = summary.goodput.request_goodput
    assert told.keys() == summary.intervals.keys()
    for name, value in told.items():
        assert value is not None
        assert (
            summary.intervals[name].low < value < summary.intervals[name].high
        )


def test_a_run_of_nothing_and_one_of_little_have_none() -> None:
    assert intervals_of(build([])) == {}
    assert (
        intervals_of(
            build([request(10 * i, 10 * i + 5, 10 * i + 8) for i in range(39)])
        )
        == {}
    )
    assert (
        intervals_of(
            build(
                [
                    failed(None, Failure.CONNECT_REFUSED, end_ms=5)
                    for _ in range(50)
                ]
            )
        )
        == {}
    )


def test_a_short_run_does_not_bound_its_p99() -> None:
    found = intervals_of(
        build(
            [
                request(10 * i, 10 * i + 5 + i % 3, 10 * i + 20 + i % 7)
                for i in range(200)
            ]
        )
    )
    assert "mean_ttft_ms" in found
    assert "p99_ttft_ms" not in found
