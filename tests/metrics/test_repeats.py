"""Several runs of one point: what they say together, and when they are said to differ."""

from __future__ import annotations

import numpy as np
import pytest

from inferometer.metrics.repeats import Spread, agreement, spread
from inferometer.metrics.statistics import (
    BATCHES,
    BOOTSTRAP,
    Interval,
    error_of,
    interval_of_mean,
    interval_of_ratio,
)
from inferometer.metrics.student import student_quantile

LABELS = {
    "mean_ttft_ms": "Mean TTFT",
    "output_throughput": "Output token throughput",
}


def own(mean: float, error: float, method: str = "batch means") -> Interval:
    half = error * student_quantile(
        0.95, 9 if method == BOOTSTRAP else BATCHES - 1
    )
    return Interval(mean - half, mean + half, 100, method, 0.95)


def of(*values: float, error: float) -> Spread:
    return spread(values, [own(value, error) for value in values])


def test_a_number_over_runs() -> None:
    found = of(10.0, 12.0, 11.0, error=1.0)
    assert (found.mean, found.low, found.high, found.values) == (
        11.0,
        10.0,
        12.0,
        (10.0, 12.0, 11.0),
    )
    assert found.interval is not None
    assert found.interval.low == pytest.approx(11 - 4.302653 / 3**0.5)
    assert found.variation == pytest.approx(1.0)
    assert not found.runs_differ
    assert {
        name: found.to_dict()[name] for name in ("runs", "min", "max", "mean")
    } == {
        "runs": 3,
        "min": 10.0,
        "max": 12.0,
        "mean": 11.0,
    }


def test_a_single_run_has_no_interval_over_runs_and_differs_from_nothing() -> (
    None
):
    found = of(10.0, error=1.0)
    assert (found.mean, found.interval, found.variation, found.runs_differ) == (
        10.0,
        None,
        None,
        False,
    )


def test_runs_without_intervals_of_their_own_cannot_be_compared() -> None:
    found = spread([1.0, 2.0, 30.0], [own(1.0, 0.1)])
    assert (found.variation, found.runs_differ) == (None, False)
    assert found.interval is not None


def test_the_error_behind_an_interval_is_found_again_whatever_made_it() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(10, 1, 4000)
    by_mean, by_ratio = (
        interval_of_mean(values),
        interval_of_ratio(values, np.ones(4000)),
    )
    assert by_mean is not None
    assert by_ratio is not None
    mean = float(values.mean())
    (error, degrees), (ratio_error, ratio_degrees) = (
        error_of(by_mean, mean),
        error_of(by_ratio, mean),
    )
    assert error == pytest.approx(1 / 4000**0.5, rel=0.4)
    assert ratio_error == pytest.approx(1 / 4000**0.5, rel=0.4)
    assert (degrees, ratio_degrees) == (19, 9)


def test_the_error_behind_an_interval_that_was_cut_off_at_zero_is_found_again() -> (
    None
):
    rare = np.zeros(400)
    rare[300:310] = 1.0
    mean = float(rare.mean())
    for cut, whole in (
        (interval_of_mean(rare), interval_of_mean(rare - 1)),
        (
            interval_of_ratio(rare, np.ones(400)),
            interval_of_ratio(rare - 1, np.ones(400)),
        ),
    ):
        assert cut is not None
        assert whole is not None
        assert cut.low == 0 < mean < cut.high
        assert whole.low < -1
        assert error_of(cut, mean) == pytest.approx(error_of(whole, mean - 1))


@pytest.mark.parametrize(
    ("runs", "critical"),
    [(2, 7.353), (3, 4.998), (5, 3.523), (10, 2.512)],
)
def test_the_line_is_drawn_at_one_in_a_hundred(
    runs: int, critical: float
) -> None:
    """Against the tables of F for (runs - 1, 19 · runs) degrees; the approximation is good to a few
    per cent of F.
    """
    base = np.linspace(-1, 1, runs)
    base /= np.std(base, ddof=1)
    for factor, differ in ((0.93, False), (1.07, True)):
        values = 10 + base * (critical * factor) ** 0.5
        assert of(*values.tolist(), error=1.0).runs_differ is differ


def test_runs_that_vary_only_as_they_say_are_rarely_accused_and_others_nearly_always() -> (
    None
):
    rng = np.random.default_rng(20260301)

    def accused(between: float, trials: int = 2000) -> float:
        hits = 0
        for _ in range(trials):
            values = 100 + rng.normal(0, (1 + between**2) ** 0.5, 5)
            errors = (rng.chisquare(19, 5) / 19) ** 0.5
            hits += spread(
                values.tolist(),
                [own(v, e) for v, e in zip(values, errors, strict=True)],
            ).runs_differ
        return hits / trials

    assert accused(0) < 0.02
    assert accused(5) > 0.9


def test_differences_nobody_minds_are_none() -> None:
    assert not of(1000.0, 1001.0, 999.0, error=0.01).runs_differ
    assert of(1000.0, 1020.0, 980.0, error=0.01).runs_differ


def test_numbers_without_any_noise() -> None:
    """A rate by a metronome: no error within, none to compare with."""
    found = of(5.0, 5.0, error=0.0)
    assert (found.variation, found.runs_differ) == (None, False)


def test_what_is_said_of_them() -> None:
    alike, apart, further = (
        of(10, 11, error=1),
        of(10, 20, 30, error=1),
        of(10, 40, 70, error=1),
    )
    assert str(agreement({"mean_ttft_ms": alike}, LABELS)).startswith(
        "The runs agree"
    )
    assert str(agreement({"mean_ttft_ms": of(10, error=1)}, LABELS)).startswith(
        "The runs are too short"
    )
    told = str(
        agreement({"mean_ttft_ms": apart, "output_throughput": alike}, LABELS)
    )
    assert told.startswith(
        "Run-to-run variation: Mean TTFT varies 10.0 times as much between runs as"
    )
    told = str(
        agreement({"mean_ttft_ms": apart, "output_throughput": further}, LABELS)
    )
    assert told.startswith(
        "Run-to-run variation: Output token throughput varies 30.0 times"
    )
    assert "own intervals explain, and so do others (1). Something" in told
    assert str(
        agreement({"p99_ttft_ms": further, "mean_ttft_ms": alike}, LABELS)
    ).startswith("The runs agree"), "not one that is shown"
