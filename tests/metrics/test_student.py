"""Student's t against the printed tables."""

from __future__ import annotations

from statistics import NormalDist

import pytest

from inferometer.metrics.student import student_quantile, student_tail

TABLE_95 = {
    1: 12.7062,
    2: 4.3027,
    3: 3.1824,
    4: 2.7764,
    5: 2.5706,
    9: 2.2622,
    10: 2.2281,
    19: 2.0930,
    30: 2.0423,
    120: 1.9799,
}
TABLE_99 = {1: 63.6567, 2: 9.9248, 5: 4.0321, 9: 3.2498, 19: 2.8609, 30: 2.7500}


@pytest.mark.parametrize(
    ("confidence", "table"), [(0.95, TABLE_95), (0.99, TABLE_99)]
)
def test_the_tables(confidence: float, table: dict[int, float]) -> None:
    assert {
        df: round(student_quantile(confidence, df), 4) for df in table
    } == table


def test_many_degrees_are_normal() -> None:
    assert student_quantile(0.95, 100_000) == pytest.approx(
        NormalDist().inv_cdf(0.975), rel=1e-4
    )


@pytest.mark.parametrize(
    ("confidence", "degrees"), [(0.0, 5), (1.0, 5), (0.95, 0)]
)
def test_what_has_no_quantile(confidence: float, degrees: int) -> None:
    with pytest.raises(ValueError, match="degrees of freedom"):
        student_quantile(confidence, degrees)


@pytest.mark.parametrize(
    ("confidence", "table"), [(0.95, TABLE_95), (0.99, TABLE_99)]
)
def test_the_tails_are_what_the_quantiles_leave(
    confidence: float, table: dict[int, float]
) -> None:
    for degrees, t in table.items():
        assert student_tail(t, degrees) == pytest.approx(
            1 - confidence, abs=1e-5
        )
        assert student_tail(-t, degrees) == student_tail(t, degrees)


def test_the_ends_of_the_tails() -> None:
    assert student_tail(0.0, 5) == 1.0
    assert student_tail(1e9, 5) == pytest.approx(0.0, abs=1e-12)
    with pytest.raises(ValueError, match="1 or more"):
        student_tail(1.0, 0)
