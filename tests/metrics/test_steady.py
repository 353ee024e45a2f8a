"""Where a run is steady: tables of requests whose window is plain to see, and series that settle,
drift or never begin to.
"""

from __future__ import annotations

import numpy as np
import pytest

from inferometer.clock import MS
from inferometer.metrics.steady import GROUP, mser5, steady_state, steady_window
from inferometer.trace import Failure, Trace
from tests.metrics import simulated
from tests.metrics.trace_builder import build, failed, request


def closed_loop(slots: int, waves: int) -> Trace:
    """Slot k sends 10 k ms late, each request takes 100 ms and the next follows at once, but one
    wave more on slot 0.
    """
    requests = [
        request(10 * k + 100 * w, 10 * k + 100 * w + 50, 10 * k + 100 * w + 100)
        for w in range(waves)
        for k in range(slots)
    ]
    return build(
        [*requests, request(100 * waves, 100 * waves + 50, 100 * waves + 100)]
    )


def open_loop(latency_ms: list[float]) -> Trace:
    return build(
        [
            request(10 * i, 10 * i + each / 2, 10 * i + each)
            for i, each in enumerate(latency_ms)
        ],
        closed_loop=False,
    )


def test_a_closed_loop_is_steady_while_all_its_slots_are_busy() -> None:
    """Slots fill from 0 to 20 ms; slot 0 sends last, at 500 ms, and slot 1 is the first that finds
    nothing more, at 510.
    """
    assert steady_window(closed_loop(slots=3, waves=5)) == (20 * MS, 510 * MS)


def test_the_numbers_of_a_steady_closed_loop() -> None:
    """Between 20 and 510 ms, each of three slots is busy with requests of 100 ms and two tokens: 30
    a second.
    """
    steady = steady_state(closed_loop(slots=3, waves=5), (99,))
    assert steady is not None
    assert (steady.start_s, steady.end_s) == (0.02, 0.51)
    assert steady.request_throughput == pytest.approx(30)
    assert steady.output_throughput == pytest.approx(60)
    assert steady.metrics["ttft"].n == 14  # all but the two sent before 20 ms
    assert steady.metrics["ttft"].percentiles == {"p99": 50.0}


def test_failed_requests_hold_slots_too_but_bring_nothing() -> None:
    ok = [request(100 * w, 100 * w + 50, 100 * w + 100) for w in range(5)]
    bad = [
        failed(100 * w + 1, Failure.RESET, end_ms=100 * w + 101)
        for w in range(5)
    ]
    steady = steady_state(build([*ok, *bad]), ())
    assert steady is not None
    assert steady.request_throughput == pytest.approx(
        4 / ((500 - 1 - 100) / 1e3), rel=0.3
    )
    assert steady.metrics["ttft"].n == 4


def test_a_burst_that_only_drains_is_not_steady() -> None:
    assert (
        steady_window(build([request(0, 50, 100 + k) for k in range(8)]))
        is None
    )
    assert steady_state(build([]), ()) is None


def test_requests_that_end_when_they_are_sent_fill_no_slot() -> None:
    assert steady_window(build([request(0, 0, 0)])) is None


def test_warm_up_is_no_part_of_it() -> None:
    trace = build(
        [
            request(0, 5, 400, warmup=True),
            *(
                request(500 + 100 * w, 550 + 100 * w, 600 + 100 * w)
                for w in range(3)
            ),
        ]
    )
    assert steady_window(trace) == (500 * MS, 800 * MS)


def test_an_open_loop_is_steady_from_where_its_latency_has_settled() -> None:
    rng = np.random.default_rng(1)
    slow = list(np.linspace(900, 300, 40))
    latency = slow + list(rng.normal(200, 10, 360))
    window = steady_window(open_loop(latency))
    assert window is not None
    assert 35 * 10 * MS <= window[0] <= 50 * 10 * MS
    assert window[1] == 399 * 10 * MS


def test_an_overloaded_open_loop_never_is() -> None:
    rng = np.random.default_rng(2)
    assert (
        steady_window(
            open_loop([100 + i + rng.normal(0, 10) for i in range(400)])
        )
        is None
    )


@pytest.mark.parametrize(
    ("kind", "fewest"), [("correlated", 0.9), ("queueing", 0.5)]
)
def test_a_steady_series_is_seldom_found_to_drift_and_little_is_cut_off(
    kind: str, fewest: float
) -> None:
    rng = np.random.default_rng(3)
    series = (
        simulated.autoregressive(0.9, 500, 400, rng)
        if kind == "correlated"
        else simulated.queueing(0.7, 500, 400, rng)
    )
    cuts = [mser5(values) for values in series]
    assert sum(cut is None for cut in cuts) <= 8  # 2%
    assert np.mean([cut is not None and cut <= 100 for cut in cuts]) > fewest


def test_a_queue_that_grows_never_settles() -> None:
    rng = np.random.default_rng(5)
    waits = np.cumsum(
        rng.exponential(1, (200, 1_000))
        - rng.exponential(1 / 1.3, (200, 1_000)),
        axis=1,
    )  # 30% too many come
    assert np.mean([mser5(values) is None for values in waits]) > 0.9


def test_mser5_by_definition() -> None:
    """The cut that makes Σ (mean − their mean)² / (number left)² least, found by trying all of the
    first half.
    """
    values = (
        np.random.default_rng(4).normal(0, 1, 203)
        + np.exp(-np.arange(203) / 15) * 10
        + 1e6
    )
    means = values[:200].reshape(40, GROUP).mean(axis=1)
    spread = [
        np.sum((means[d:] - means[d:].mean()) ** 2) / (40 - d) ** 2
        for d in range(21)
    ]
    assert mser5(values) == GROUP * int(np.argmin(spread)) > 0


def test_a_drift_of_no_importance_is_none() -> None:
    assert mser5(np.linspace(100, 104, 500, dtype=np.float64)) is not None
    assert mser5(np.linspace(100, 140, 500, dtype=np.float64)) is None


def test_mser5_needs_enough_to_judge() -> None:
    assert mser5(np.ones(99)) is None
    assert mser5(np.ones(100)) == 0


def test_a_burst_has_no_steady_state() -> None:
    trace = open_loop([100.0] * 200)
    due = trace.requests["intended_ns"]
    assert steady_window(trace) is not None
    assert (
        steady_window(
            trace.with_requests({**trace.requests, "intended_ns": due * 0})
        )
        is None
    )
