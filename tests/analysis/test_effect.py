"""The effect between two sides of a point, from the order of its runs: designs, drift, and numbers
worked out by hand.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from inferometer.analysis.effect import (
    Effect,
    Sample,
    degrees_of_sum,
    effect_of,
)
from inferometer.analysis.pooled import mean_effect
from inferometer.metrics.student import student_quantile


def runs(
    order: str, logs: Sequence[float]
) -> tuple[list[Sample], list[Sample]]:
    """The readings of A and of B, one a minute, from the logs of their values in the order of
    time.
    """
    at = [
        (side, Sample(math.exp(log), 60.0 * i))
        for i, (side, log) in enumerate(zip(order, logs, strict=True))
    ]
    return [reading for side, reading in at if side == "A"], [
        reading for side, reading in at if side == "B"
    ]


def along(order: str, *, effect: float = 0.0, slope: float = 0.0) -> Effect:
    """Runs without noise on a machine that drifts along a straight line."""
    return effect_of(
        *runs(
            order,
            [
                effect * (side == "B") + slope * i
                for i, side in enumerate(order)
            ],
        ),
        drift=0.05,
    )


@pytest.mark.parametrize(
    ("order", "design"),
    [
        ("AB", "single runs"),
        ("AABB", "one after the other"),
        ("BBBAAA", "one after the other"),
        ("AAB", "one after the other"),
        ("ABBA", "in turns"),
        ("BAABBAAB", "in turns"),
        ("ABBABA", "in turns"),
        ("ABABAB", "mixed"),
        ("ABBBBA", "mixed"),
        ("AABAABBB", "one after the other"),
    ],
)
def test_the_order_of_the_runs_decides(order: str, design: str) -> None:
    assert along(order).design == design


@pytest.mark.parametrize(
    "order",
    ["ABBA", "ABBAABBA", "ABBAAB", "BAABBA", "ABABAB", "ABBBBA", "ABAABBABA"],
)
@pytest.mark.parametrize("slope", [0.0, 0.01, -0.3])
def test_a_straight_drift_cancels_to_the_last_digit(
    order: str, slope: float
) -> None:
    assert along(order, effect=0.07, slope=slope).log_ratio == pytest.approx(
        0.07, abs=1e-9
    )


def test_one_after_the_other_a_drift_looks_like_an_effect_and_widens_the_interval() -> (
    None
):
    drifting = along("AAAABBBB", slope=0.02)
    assert drifting.log_ratio == pytest.approx(4 * 0.02)
    assert drifting.allowance == pytest.approx(4 * 0.02)
    low, high = drifting.ratios() or (0.0, 0.0)
    assert low < 1 < high
    assert along("AAAABBBB", slope=0.001).allowance == 0.05


def test_pairs_of_neighbours_by_hand() -> None:
    effect = effect_of(*runs("ABBAAB", [0.00, 0.10, 0.14, 0.00, 0.02, 0.14]))
    differences = [0.10, 0.14, 0.12]  # AB, BA, AB
    assert effect.log_ratio == pytest.approx((0.10 + 0.12) / 4 + 0.14 / 2)
    assert effect.error == pytest.approx(
        np.std(differences, ddof=1) * math.sqrt(2 * 0.25**2 + 0.5**2)
    )
    assert (effect.degrees, effect.runs, effect.allowance) == (2, (3, 3), 0.0)


def test_two_pairs_do_not_tell_a_bent_drift() -> None:
    """In A B B A the middle is B's: a curve does the same to both pairs, and only the allowance
    remains.
    """
    bent = effect_of(*runs("ABBA", [0.04, 0.0, 0.0, 0.04]), drift=0.05)
    assert bent.log_ratio == pytest.approx(-0.04)
    assert bent.error == pytest.approx(0.0, abs=1e-12)
    assert bent.allowance == 0.05


def test_welch_by_hand() -> None:
    a, b = [0.0, 0.02, 0.04], [0.10, 0.11]
    effect = effect_of(*runs("AAABB", [*a, *b]))
    terms = np.var(a, ddof=1) / 3, np.var(b, ddof=1) / 2
    assert effect.log_ratio == pytest.approx(0.105 - 0.02)
    assert effect.error == pytest.approx(math.sqrt(sum(terms)))
    assert effect.degrees == int(
        sum(terms) ** 2 / (terms[0] ** 2 / 2 + terms[1] ** 2 / 1)
    )


def test_a_single_run_against_several_is_taken_to_vary_as_they_do() -> None:
    effect = effect_of(*runs("AAAB", [0.0, 0.02, 0.04, 0.10]), drift=0.05)
    assert effect.error == pytest.approx(0.02 * math.sqrt(1 / 3 + 1))
    assert effect.degrees == 2


def test_single_runs_combine_their_own_intervals() -> None:
    effect = effect_of(
        [Sample(100.0, None, 0.03)], [Sample(110.0, None, 0.04)], drift=0.0
    )
    assert effect.half_width() == pytest.approx(0.05)
    assert effect.ratio == pytest.approx(1.1)
    assert (
        effect_of([Sample(100.0)], [Sample(110.0, None, 0.04)]).ratios() is None
    )


def test_runs_whose_order_is_not_known_are_not_paired() -> None:
    a, b = runs("ABBAABBA", [0.0] * 8)
    undated = [Sample(reading.value) for reading in a]
    at_once = [Sample(reading.value, b[0].time_s) for reading in a]
    assert effect_of(undated, b).design == "one after the other"
    assert effect_of(at_once, b).design == "one after the other"


@pytest.mark.parametrize("order", ["AB", "AABB", "ABBAAB", "ABABAB", "AAB"])
def test_swapping_the_sides_changes_the_sign_and_nothing_else(
    order: str,
) -> None:
    logs = list(np.random.default_rng(3).normal(0, 0.02, len(order)))
    a, b = runs(order, logs)
    one, other = effect_of(a, b, 0.01), effect_of(b, a, 0.01)
    assert other.log_ratio == pytest.approx(-one.log_ratio)
    assert other.design == one.design
    if one.error is not None:
        assert other.error == pytest.approx(one.error)


def test_the_interval_is_as_confident_as_asked_and_the_tail_agrees() -> None:
    effect = effect_of(*runs("ABBAAB", [0.0, 0.1, 0.14, 0.0, 0.02, 0.13]))
    assert effect.error is not None
    half = effect.half_width(0.9)
    assert half == pytest.approx(effect.error * student_quantile(0.9, 2))
    assert effect.p_beyond(effect.log_ratio - (half or 0)) == pytest.approx(
        0.1, abs=1e-6
    )
    assert effect.p_beyond(1.0) == 1.0
    assert along("ABBA" * 2, effect=0.1).p_beyond(0.05) < 1e-6


def test_degrees_of_freedom_of_sums() -> None:
    assert degrees_of_sum([(1.0, 9)]) == 9
    assert degrees_of_sum([(1.0, 9), (1.0, 9)]) == 18
    assert degrees_of_sum([(1.0, 1), (1e-9, 100)]) == 1
    assert degrees_of_sum([(0.0, 3), (0.0, 5)]) == 3


def test_values_without_any_noise_have_no_width() -> None:
    for order, effect in product(["ABBAAB", "ABABAB", "AABB"], [0.0, 0.1]):
        known = effect_of(
            *runs(order, [effect * (side == "B") for side in order])
        )
        low, high = known.ratios() or (0.0, 0.0)
        assert low == pytest.approx(math.exp(effect))
        assert high == pytest.approx(math.exp(effect))


@pytest.mark.parametrize("slope_per_day", [0.0, 0.1, -0.3])
def test_a_machine_drifts_with_time_and_not_with_the_number_of_runs(
    slope_per_day: float,
) -> None:
    """A B once a day, ten minutes apart: what a day changes, ten minutes hardly do."""
    a, b = (
        [
            Sample(math.exp(effect + slope_per_day * at), 86400 * at)
            for at in (day + later for day in (0, 1, 4))
        ]
        for effect, later in ((0.0, 0.0), (0.07, 10 / 1440))
    )
    found = effect_of(a, b)
    assert found.design == "mixed"
    assert found.log_ratio == pytest.approx(0.07, abs=1e-9)


@pytest.mark.parametrize("orders", [("ABBA", "AABB"), ("AABB", "ABBA")])
def test_of_designs_that_are_as_many_the_first_points_counts(
    orders: tuple[str, str],
) -> None:
    """The members of a set come in another order in each process."""
    first, second = map(along, orders)
    mean = mean_effect([first, second], adjacent=True, drift=0.05)
    assert mean.design == first.design != second.design
