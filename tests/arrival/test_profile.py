"""Load shapes as tables of numbers: the rate at every moment, the mean, the dispersion, the seed.
No clock runs here.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.arrival import RateProfile, plan_load, ramp, stepped
from inferometer.arrival.plan import profiled_offsets_ns
from inferometer.arrival.profile import constant
from inferometer.clock import NS

Floats = npt.NDArray[np.float64]

PROFILES = {
    "constant": constant(40.0),
    "linear up": ramp("linear", 10.0, 100.0, 50_000),
    "linear down": ramp("linear", 100.0, 10.0, 50_000),
    "exponential up": ramp("exponential", 10.0, 100.0, 50_000),
    "exponential down": ramp("exponential", 100.0, 10.0, 50_000),
    "steps": stepped([(10.0, 100.0), (200.0, 50.0), (1.0, 300.0)]),
}

profiles = pytest.mark.parametrize(
    "profile", PROFILES.values(), ids=PROFILES.keys()
)


def due_s(
    n: int,
    profile: RateProfile,
    burstiness: float = math.inf,
    *,
    warmups: int = 0,
    seed: int = 0,
) -> Floats:
    due: Floats = (
        profiled_offsets_ns(
            n, warmups, profile, burstiness, np.random.default_rng(seed)
        )
        / NS
    )
    return due


def rate_at(profile: RateProfile, counts: Floats) -> Floats:
    """Arrivals per second around those counts, by the profile's slope."""
    step = 1e-3
    rates: Floats = (
        2
        * step
        / (
            profile.seconds_at(counts + step)
            - profile.seconds_at(counts - step)
        )
    )
    return rates


# the rate at every moment


def test_a_linear_ramp_grows_by_as_much_in_every_second() -> None:
    profile = ramp("linear", 10.0, 30.0, 200)  # a mean of 20 a second: 10 s
    counts = np.array([0.0, 200.0])
    assert profile.seconds_at(counts) == pytest.approx([0.0, 10.0])
    t = np.array([1.0, 4.0, 9.0])
    assert profile.seconds_at(10 * t + t**2) == pytest.approx(
        t
    )  # 10 + 2 t arrivals a second


def test_an_exponential_ramp_grows_by_the_same_factor_in_every_second() -> None:
    n = 1000
    profile = ramp("exponential", 10.0, 80.0, n)
    end_s = n * math.log(8) / 70
    assert profile.seconds_at(np.array([0.0, n])) == pytest.approx([0.0, end_s])
    t = np.array([0.25, 0.5, 0.75]) * end_s
    k = math.log(8) / end_s
    assert profile.seconds_at(10 / k * np.expm1(k * t)) == pytest.approx(t)
    assert rate_at(profile, 10 / k * np.expm1(k * t)) == pytest.approx(
        10 * 8 ** np.array([0.25, 0.5, 0.75]), rel=1e-4
    )


@pytest.mark.parametrize("strategy", ["linear", "exponential"])
@given(
    start=st.floats(0.5, 50), end=st.floats(0.5, 50), n=st.integers(1, 100_000)
)
def test_a_ramp_begins_and_ends_at_its_rates_and_never_runs_backwards(
    strategy: str, start: float, end: float, n: int
) -> None:
    profile = ramp(strategy, start, end, n)  # type: ignore[arg-type]
    seconds = profile.seconds_at(np.linspace(0, n, 101, dtype=np.float64))
    assert seconds[0] == 0.0
    assert np.all(np.diff(seconds) > 0)
    assert n / max(start, end) <= seconds[-1] * (1 + 1e-9)
    assert seconds[-1] <= n / min(start, end) * (1 + 1e-9)
    assert 1e-6 * n / (
        profile.seconds_at(np.array([1e-6 * n]))[0]
    ) == pytest.approx(start, rel=1e-2)
    last = profile.seconds_at(np.array([n * (1 - 1e-6), n]))
    assert 1e-6 * n / (last[1] - last[0]) == pytest.approx(end, rel=1e-2)


def test_steps_follow_each_other_and_the_last_goes_on() -> None:
    profile = stepped([(10.0, 2.0), (40.0, 1.0)])
    assert profile.seconds_at(
        np.array([0.0, 10.0, 20.0, 40.0, 60.0, 100.0])
    ) == pytest.approx([0, 1, 2, 2.5, 3, 4])


def test_a_metronome_through_a_profile_has_one_arrival_a_count() -> None:
    assert due_s(4, stepped([(1.0, 2.0), (2.0, 1.0)])) == pytest.approx(
        [1, 2, 2.5, 3]
    )


# warm-ups


@profiles
def test_warm_ups_come_at_the_first_rate_and_the_profile_begins_after_them(
    profile: RateProfile,
) -> None:
    warmups = 30
    due = due_s(50, profile, warmups=warmups)
    assert due[:warmups] == pytest.approx(
        (1 + np.arange(warmups)) / profile.start_rate
    )
    assert due[warmups:] - due[warmups - 1] == pytest.approx(due_s(50, profile))


# distributions


@profiles
@pytest.mark.parametrize("burstiness", [0.5, 1.0, 4.0])
def test_arrivals_keep_their_dispersion_under_every_profile(
    profile: RateProfile, burstiness: float
) -> None:
    """Gaps, measured in the arrivals expected in them, have mean 1 and squared coefficient of
    variation 1/burstiness.
    """
    n = 50_000
    due = due_s(n, profile, burstiness)
    table = np.linspace(0, n, 500_001, dtype=np.float64)
    gaps = np.diff(
        np.interp(due, profile.seconds_at(table), table), prepend=0.0
    )
    assert gaps.mean() == pytest.approx(1.0, rel=1e-4)
    error = math.sqrt((2 + 6 / burstiness) / n) + 2 * math.sqrt(
        1 / burstiness / n
    )
    assert gaps.var() == pytest.approx(1 / burstiness, rel=5 * error, abs=2e-3)


@profiles
def test_as_many_arrive_in_each_stretch_as_the_profile_says(
    profile: RateProfile,
) -> None:
    """Counts in 50 stretches of equal expectation: Poisson, so within 5 standard deviations, and as
    variable as that.
    """
    n = 50_000
    due = due_s(n, profile, 1.0)
    edges = profile.seconds_at(np.linspace(0, n, 51, dtype=np.float64))
    counts, _ = np.histogram(due, edges)
    expected = n / 50
    assert np.abs(counts - expected).max() < 5 * math.sqrt(expected)
    assert 0.4 < counts.var() / expected < 1.8


@profiles
@pytest.mark.parametrize("burstiness", [0.2, 1.0, math.inf])
def test_the_last_arrival_comes_when_the_profile_has_seen_them_all(
    profile: RateProfile, burstiness: float
) -> None:
    n = 2000
    due = due_s(n, profile, burstiness, seed=5)
    assert due[-1] == pytest.approx(
        profile.seconds_at(np.array([float(n)]))[0], abs=1e-8
    )
    assert np.all(np.diff(due) >= 0)


@profiles
def test_the_seed_decides_and_nothing_else(profile: RateProfile) -> None:
    assert np.array_equal(
        due_s(500, profile, 1.0, seed=1), due_s(500, profile, 1.0, seed=1)
    )
    assert not np.array_equal(
        due_s(500, profile, 1.0, seed=1), due_s(500, profile, 1.0, seed=2)
    )


def test_a_plan_takes_a_profile_instead_of_a_rate() -> None:
    profile = stepped([(10.0, 1.0), (100.0, 1.0)])
    plan = plan_load(
        110,
        profile=profile,
        num_warmups=5,
        burstiness=math.inf,
        rng=np.random.default_rng(0),
    )
    assert np.array_equal(
        plan.due_ns,
        profiled_offsets_ns(
            110, 5, profile, math.inf, np.random.default_rng(0)
        ),
    )
    assert (
        plan.closed_loop,
        plan.warmups,
        plan.drain_warmups,
        plan.max_in_flight,
    ) == (
        False,
        5,
        False,
        115,
    )
    assert plan.due_ns[-1] == pytest.approx(2.5 * NS)
