"""Do the intervals hold what they promise? Counted on simulated series whose truth is known, beside
the textbook's interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
import pytest

from inferometer.metrics.statistics import (
    MIN_SAMPLES,
    Interval,
    interval_of_mean,
    interval_of_percentile,
    interval_of_ratio,
    interval_of_repeats,
)
from tests.metrics import simulated
from tests.metrics.simulated import Series

FEW, MANY = 600, 5_000
"""Trials: with 600 the share of a true 95% has a standard error of 0.9%, with 5,000 of 0.3%."""
CORRELATED = [(0.5, 2_000), (0.8, 3_000), (0.9, 5_000)]
QUEUES = [(0.5, 5_000), (0.7, 20_000)]


@pytest.fixture(
    params=[FEW, pytest.param(MANY, marks=pytest.mark.wide)],
    ids=["few", "many"],
    scope="module",
)
def trials(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


@pytest.fixture(scope="module")
def correlated(trials: int) -> Series:
    return simulated.autoregressive(
        0.9, 20_000, trials, np.random.default_rng(4)
    )


@pytest.fixture(scope="module")
def waiting_times(trials: int) -> Series:
    return simulated.queueing(0.5, 40_000, trials, np.random.default_rng(5))


def covered(intervals: Iterable[Interval | None], truth: float) -> float:
    """Of all trials: one without an interval has not covered."""
    return float(
        np.mean(
            [
                each is not None and each.low <= truth <= each.high
                for each in intervals
            ]
        )
    )


def textbook(values: Series) -> Interval:
    half = 1.96 * float(np.std(values, ddof=1)) / len(values) ** 0.5
    return Interval(
        float(values.mean()) - half,
        float(values.mean()) + half,
        len(values),
        "i.i.d.",
        0.95,
    )


def textbook_percentile(values: Series, percentile: float) -> Interval:
    n, share = len(values), percentile / 100
    half = 1.96 * (share * (1 - share) / n) ** 0.5
    low, high = np.quantile(values, [share - half, min(share + half, 1.0)])
    return Interval(float(low), float(high), n, "i.i.d.", 0.95)


def check(
    series: Series,
    truth: float,
    ours: Callable[[Series], Interval | None],
    naive: Callable[[Series], Interval],
) -> None:
    assert 0.93 <= covered(map(ours, series), truth) <= 0.97
    assert covered(map(naive, series), truth) < 0.80


@pytest.mark.parametrize(("phi", "n"), CORRELATED)
def test_a_mean_of_correlated_values(phi: float, n: int, trials: int) -> None:
    series = simulated.autoregressive(phi, n, trials, np.random.default_rng(14))
    check(series, 0.0, interval_of_mean, textbook)


@pytest.mark.parametrize(("load", "n"), QUEUES)
def test_a_mean_of_waiting_times(load: float, n: int, trials: int) -> None:
    series = simulated.queueing(load, n, trials, np.random.default_rng(2))
    check(series, simulated.queueing_mean(load), interval_of_mean, textbook)


def test_a_mean_of_independent_values_costs_little(trials: int) -> None:
    series = np.random.default_rng(3).standard_normal((trials, 1_000))
    intervals = [interval_of_mean(values) for values in series]
    assert 0.93 <= covered(intervals, 0.0) <= 0.975
    widths = [each.high - each.low for each in intervals if each]
    assert np.mean(widths) < 1.25 * 2 * 1.96 / 1_000**0.5


@pytest.mark.parametrize("percentile", [50, 90, 99])
def test_a_percentile_of_correlated_values(
    percentile: float, correlated: Series
) -> None:
    truth = simulated.autoregressive_percentile(0.9, percentile)
    check(
        correlated,
        truth,
        partial(interval_of_percentile, percentile=percentile),
        partial(textbook_percentile, percentile=percentile),
    )


@pytest.mark.parametrize("percentile", [90, 99])
def test_a_percentile_of_waiting_times(
    percentile: float, waiting_times: Series
) -> None:
    check(
        waiting_times,
        simulated.queueing_percentile(0.5, percentile),
        partial(interval_of_percentile, percentile=percentile),
        partial(textbook_percentile, percentile=percentile),
    )


def test_a_throughput_of_a_server_whose_speed_wanders(trials: int) -> None:
    gaps = simulated.bursty_gaps(3_000, trials, np.random.default_rng(6))
    tokens = (
        np.random.default_rng(7).integers(1, 200, gaps.shape).astype(np.float64)
    )
    intervals = [
        interval_of_ratio(*pair) for pair in zip(tokens, gaps, strict=True)
    ]
    assert 0.93 <= covered(intervals, 100 / simulated.BURSTY_MEAN_GAP) <= 0.97


def test_a_goodput_whose_failures_come_in_spells(trials: int) -> None:
    slowness = simulated.autoregressive(
        0.9, 4_000, trials, np.random.default_rng(8)
    )
    good = (slowness <= simulated.autoregressive_percentile(0.9, 80)).astype(
        np.float64
    )
    check(
        good,
        0.8,
        lambda each: interval_of_ratio(each, np.ones_like(each)),
        textbook,
    )


def test_the_effective_size_of_an_autoregressive_series() -> None:
    """n (1 − φ) / (1 + φ), by theory."""
    series = simulated.autoregressive(0.8, 20_000, 50, np.random.default_rng(9))
    for estimate in (
        interval_of_mean,
        lambda each: interval_of_ratio(each + 10, np.ones_like(each)),
    ):
        sizes = [each.n_effective for each in map(estimate, series) if each]
        assert np.median(sizes) == pytest.approx(20_000 * 0.2 / 1.8, rel=0.2)


def test_the_effective_size_is_at_most_the_size() -> None:
    alternating = np.tile([0.0, 1.0], 500) + np.random.default_rng(10).normal(
        0, 0.01, 1_000
    )
    interval = interval_of_mean(alternating)
    assert interval is not None
    assert interval.n_effective == 1_000
    assert interval.high - interval.low < 0.01


def test_values_that_are_all_the_same() -> None:
    same = np.full(100, 7.0)
    for interval in (
        interval_of_mean(same),
        interval_of_percentile(same, 90),
        interval_of_ratio(same, np.ones(100)),
    ):
        assert interval is not None
        assert (interval.low, interval.high, interval.n_effective) == (
            7.0,
            7.0,
            100.0,
        )


def test_what_is_too_short_has_no_interval() -> None:
    values = np.arange(MIN_SAMPLES - 1, dtype=np.float64)
    assert interval_of_mean(values) is None
    assert interval_of_percentile(values, 50) is None
    assert interval_of_ratio(values, values) is None
    assert interval_of_ratio(np.ones(100), np.zeros(100)) is None
    assert (
        interval_of_percentile(np.random.default_rng(11).random(999), 99)
        is None
    )  # nine beyond
    assert (
        interval_of_percentile(np.random.default_rng(11).random(5_000), 99)
        is not None
    )
    assert interval_of_repeats([3.0]) is None


def test_more_confidence_needs_a_wider_interval() -> None:
    values = np.random.default_rng(12).random(1_000)
    for estimate in (
        interval_of_mean,
        partial(interval_of_percentile, percentile=50),
    ):
        narrow, wide = (
            estimate(values, confidence=0.9),
            estimate(values, confidence=0.99),
        )
        assert narrow is not None
        assert wide is not None
        assert wide.low < narrow.low < narrow.high < wide.high


def test_the_same_data_give_the_same_interval() -> None:
    above, below = np.random.default_rng(13).random((2, 500))
    assert interval_of_ratio(above, below) == interval_of_ratio(above, below)
    assert interval_of_ratio(above, below) != interval_of_ratio(
        above, below, seed=1
    )


def test_repeats_by_hand() -> None:
    """Of 10, 12, 14: mean 12, standard deviation 2, t = 4.3027 with two degrees."""
    interval = interval_of_repeats([10.0, 12.0, 14.0])
    assert interval is not None
    half = 4.302653 * 2 / 3**0.5
    assert (interval.low, interval.high) == pytest.approx(
        (12 - half, 12 + half), rel=1e-6
    )


@pytest.mark.parametrize("percentile", [0, 100, -1])
def test_a_percentile_without_a_beyond(percentile: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 100"):
        interval_of_percentile(np.ones(100), percentile)


@pytest.mark.parametrize("nothing", [0.0, -1e-13])
def test_a_rate_is_never_negative_also_where_sums_are_not_exact(
    nothing: float,
) -> None:
    """One burst, and stretches in which nothing comes but rounding."""
    tokens = np.full(80, nothing)
    tokens[40] = 100.0
    found = interval_of_ratio(tokens, np.ones(80))
    assert found is not None
    assert found.low == 0.0
