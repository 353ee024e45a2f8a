"""Chance in high percentiles: as much as samples of one distribution differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from math import log
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from inferometer.metrics.distribution import describe
from inferometer.results.tail import spread_of
from inferometer.vocabulary import Statistic, statistic_of

Array = npt.NDArray[np.float64]
SAMPLES = 400
DRAWS: dict[str, Callable[[np.random.Generator, int], Array]] = {
    "exponential": lambda rng, n: rng.exponential(100.0, n),
    "normal": lambda rng, n: rng.normal(100.0, 10.0, n),
    "skewed": lambda rng, n: rng.lognormal(4.0, 0.8, n),
}


def statistic(name: str) -> Statistic:
    found = statistic_of(name)
    assert found is not None
    return found


def summary(values: Array, **more: Any) -> dict[str, Any]:
    told = asdict(describe(values, [50.0, 90.0, 99.0]))
    return {"metrics": {"ttft": told}, **more}


@pytest.mark.parametrize("n", [44, 100, 300, 3000])
@pytest.mark.parametrize("percent", [90, 99])
@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_it_is_as_large_as_samples_differ(
    draw: Callable[[np.random.Generator, int], Array], percent: int, n: int
) -> None:
    rng, of = np.random.default_rng(0), statistic(f"p{percent}_ttft_ms")
    values, told = [], []
    for _ in range(SAMPLES):
        sample = draw(rng, n)
        values.append(float(np.percentile(sample, percent)))
        told.append(spread_of(of, values[-1], summary(sample)))
    true = float(np.std(np.log(values)))
    most = 2.2 if n >= 300 else 3.5  # of a short tail
    assert 0.7 * true < float(np.median(told)) < most * true


@pytest.mark.parametrize("n", [44, 100, 300])
@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_intervals_of_p99_hold_what_another_run_has(
    draw: Callable[[np.random.Generator, int], Array], n: int
) -> None:
    """Also of so few values that none lies beyond it."""
    rng, of = np.random.default_rng(1), statistic("p99_ttft_ms")
    inside = []
    for _ in range(SAMPLES):
        one, other = draw(rng, n), draw(rng, n)
        value, next_time = (float(np.percentile(x, 99)) for x in (one, other))
        reach = 1.645 * np.sqrt(2) * spread_of(of, value, summary(one))
        inside.append(abs(np.log(next_time / value)) <= reach)
    assert np.mean(inside) >= 0.87


@pytest.mark.parametrize(
    ("n", "low", "high"), [(44, 0.2, 0.3), (100, 0.2, 0.3), (3000, 0.0, 0.02)]
)
def test_a_last_step_that_is_short_by_chance_tells_nothing(
    n: int, low: float, high: float
) -> None:
    """Where hardly a value lies beyond the percentile; where many do, it is short."""
    percentiles = {"p90": 150.0, "p99": 152.0}
    told = {"n": n, "median": 100.0, "max": 153.0, "percentiles": percentiles}
    found = spread_of(
        statistic("p99_ttft_ms"), 152.0, {"metrics": {"ttft": told}}
    )
    assert low <= found <= high


def test_values_that_depend_on_each_other_tell_less() -> None:
    sample = np.random.default_rng(0).exponential(100.0, 1000)
    of, value = statistic("p99_ttft_ms"), float(np.percentile(sample, 99))
    told = summary(sample)
    alone = spread_of(of, value, told)
    hundred = {"mean_ttft_ms": {"n_effective": 100}}
    assert spread_of(of, value, {**told, "intervals": hundred}) > 1.4 * alone
    few = {**told["metrics"], "e2el": {"n": 50}}
    assert spread_of(of, value, {"metrics": few}) > 1.4 * alone


@pytest.mark.parametrize(
    "told",
    [
        None,
        {},
        {"n": 0},
        {"n": "many", "max": 5.0},
        {"n": 1, "max": 200.0, "percentiles": {"p99": 200.0}},
        {"n": 100, "percentiles": {"p99": 200.0}},
        {"n": 100, "max": -1.0, "percentiles": {"p99": 200.0, "p90": "x"}},
    ],
)
def test_nothing_is_claimed_where_nothing_is_known(told: object) -> None:
    of = statistic("p99_ttft_ms")
    assert spread_of(of, 200.0, {"metrics": {"ttft": told}}) == 0.0


@pytest.mark.parametrize("n", [1, 2, 100, 101, 1e300])
@pytest.mark.parametrize("name", ["p0", "p50", "p99", "p99.9", "p100"])
def test_numbers_of_any_size_give_one(name: str, n: float) -> None:
    percentiles = {"p0": 1e-300, "p90": 1e300, "p99": 2.0, "p100": 5.0}
    told = {"n": n, "max": 1e308, "median": 1e-308, "percentiles": percentiles}
    found = spread_of(
        statistic(f"{name}_ttft_ms"), 3.0, {"metrics": {"ttft": told}}
    )
    assert 0.0 <= found <= log(1e308) - log(1e-308)
