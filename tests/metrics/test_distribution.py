"""Distributions by hand, and weighted ones against the list written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.metrics.distribution import Distribution, describe
from inferometer.vocabulary import percentile_name


def test_figures_of_four_values() -> None:
    d = describe(np.array([4.0, 1.0, 3.0, 2.0]), [50, 90, 99.9])
    assert (d.n, d.mean, d.median, d.min, d.max) == (4, 2.5, 2.5, 1.0, 4.0)
    assert d.std == pytest.approx(
        1.118033989
    )  # root of 1.25: over n, not n − 1
    assert d.percentiles == pytest.approx(
        {"p50": 2.5, "p90": 3.7, "p99.9": 3.997}
    )


def test_one_value() -> None:
    d = describe(np.array([7.0]), [99])
    assert (d.mean, d.median, d.std, d.min, d.max, dict(d.percentiles)) == (
        7.0,
        7.0,
        0.0,
        7.0,
        7.0,
        {"p99": 7.0},
    )


def test_no_value_has_no_figure() -> None:
    assert describe(np.zeros(0), [50, 99]) == Distribution(
        n=0, percentiles={"p50": None, "p99": None}
    )


@pytest.mark.parametrize(
    ("n", "thin"),
    [
        (19, ("p50", "p90", "p99", "p99.9")),
        (20, ("p90", "p99", "p99.9")),
        (999, ("p99", "p99.9")),
        (1000, ("p99.9",)),
        (10_000, ()),
    ],
)
def test_percentiles_with_fewer_than_ten_samples_beyond_are_marked(
    n: int, thin: tuple[str, ...]
) -> None:
    assert (
        describe(np.arange(n, dtype=np.float64), [50, 90, 99, 99.9]).thin
        == thin
    )


def test_low_percentiles_are_marked_by_the_samples_below() -> None:
    assert describe(np.arange(100, dtype=np.float64), [5, 10]).thin == ("p5",)


def test_names_are_those_of_vllm() -> None:
    assert [percentile_name(p) for p in (99, 99.0, 99.9, 0, 99.995)] == [
        "p99",
        "p99",
        "p99.9",
        "p0",
        "p99.995",
    ]


@pytest.mark.parametrize("percentile", [-1, 100.5])
def test_a_percentile_outside_its_range_is_refused(percentile: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 100"):
        describe(np.array([1.0]), [percentile])


def test_a_weighted_value_counts_as_often_as_its_weight() -> None:
    d = describe(
        np.array([10.0, 2.0]), [50, 75], np.array([1.0, 3.0])
    )  # 2 2 2 10
    assert (d.n, d.mean, d.median, d.min, d.max) == (2, 4.0, 2.0, 2.0, 10.0)
    assert d.std == pytest.approx(3.464101615)
    assert d.percentiles == {
        "p50": 2.0,
        "p75": 4.0,
    }  # position 2.25: a quarter of the way from 2 to 10


@given(
    st.lists(
        st.tuples(st.floats(-1e3, 1e3), st.integers(1, 5)),
        min_size=1,
        max_size=30,
    ),
    st.floats(0, 100),
)
def test_weights_give_what_the_list_written_out_gives(
    pairs: list[tuple[float, int]], percentile: float
) -> None:
    values, weights = (
        np.array(column, np.float64) for column in zip(*pairs, strict=True)
    )
    written_out = np.repeat(values, weights.astype(int))
    weighted = describe(values.copy(), [percentile], weights)
    plain = describe(written_out, [percentile])
    assert weighted.mean == pytest.approx(plain.mean, abs=1e-6)
    assert weighted.std == pytest.approx(plain.std, abs=1e-6)
    assert weighted.median == pytest.approx(plain.median, abs=1e-6)
    name = percentile_name(percentile)
    assert weighted.percentiles[name] == pytest.approx(
        plain.percentiles[name], abs=1e-6
    )


def test_weights_below_one_still_give_a_figure() -> None:
    d = describe(np.array([5.0, 7.0]), [99], np.array([0.25, 0.25]))
    assert (d.mean, d.median) == (6.0, 5.0)
    assert d.percentiles["p99"] == 5.0
