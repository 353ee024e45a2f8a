"""The phases of a scaling curve: known curves, with the noise of repeats, of the runs' own intervals,
and of dense ladders.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from inferometer.analysis.saturation import MeasuredLoad, Saturation, saturation

DOUBLING = (1, 2, 4, 8, 16, 32, 64, 128)


def knee(load: float, plateau: float = 800.0, at: float = 8.0) -> float:
    """In proportion up to `at`, then flat."""
    return plateau * min(load, at) / at


def levels(
    loads: Sequence[float],
    *,
    noise: float = 0.0,
    repeats: int = 1,
    error: float | None = None,
    seed: int = 1,
) -> list[MeasuredLoad]:
    random = np.random.default_rng(seed)
    return [
        MeasuredLoad(
            load,
            [
                knee(load) * float(np.exp(random.normal(0, noise)))
                for _ in range(repeats)
            ],
            error,
        )
        for load in loads
    ]


def test_the_phases_of_a_knee() -> None:
    found = saturation(levels(DOUBLING, repeats=2))
    assert found == Saturation(
        "saturated", "repeats", 800.0, 8.0, 8.0, None, 4.0, 8.0
    )


def test_a_curve_that_falls_after_its_plateau() -> None:
    ladder = levels(DOUBLING, error=0.01)
    ladder[-1] = MeasuredLoad(128, [500.0], 0.01)
    found = saturation(ladder)
    assert (found.state, found.falls_from) == ("saturated", 128.0)


@pytest.mark.parametrize(
    ("loads", "state"),
    [
        ((1, 2, 4), "too few"),
        ((1, 2, 4, 8), "growing"),
        ((1, 2, 4, 8, 11), "growing"),  # not far enough beyond to tell
        ((1, 2, 4, 8, 12), "saturated"),
    ],
)
def test_a_plateau_has_to_be_seen(loads: Sequence[float], state: str) -> None:
    assert saturation(levels(loads)).state == state


def test_a_curve_that_is_flat_from_its_first_load() -> None:
    ladder = [
        MeasuredLoad(load, [100.0, 101.0, 99.0]) for load in (8, 16, 32, 64)
    ]
    found = saturation(ladder)
    assert (found.saturated_from, found.linear_to) == (8.0, None)
    assert (found.low, found.high) == (None, 8.0)  # 8 or below


def test_without_any_sign_of_the_noise_there_is_no_interval() -> None:
    found = saturation(levels(DOUBLING))
    assert (found.state, found.noise) == ("saturated", "unknown")
    assert (found.low, found.high) == (None, None)


def test_a_dense_ladder_tells_its_noise_by_itself() -> None:
    found = saturation(levels(range(1, 101), noise=0.02))
    assert found.noise == "levels"
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.95 * 8 <= found.high


def test_a_curve_that_may_still_grow_has_no_upper_end() -> None:
    found = saturation(levels((1, 2, 4, 8, 10), repeats=3, noise=0.01))
    assert (found.state, found.low, found.high) == ("growing", 4.0, None)


@pytest.mark.parametrize(
    ("loads", "repeats", "noise"),
    [(DOUBLING, 3, 0.02), (DOUBLING, 3, 0.05), (range(1, 65), 1, 0.03)],
)
def test_the_interval_holds_the_true_load_as_often_as_it_says(
    loads: Sequence[float], repeats: int, noise: float
) -> None:
    true = 0.95 * 8.0  # where the knee is within 5 % of its plateau
    held = 0
    for seed in range(60):
        found = saturation(
            levels(loads, repeats=repeats, noise=noise, seed=seed)
        )
        held += (found.low or 0) <= true <= (found.high or 1e9)
    assert held >= 54
