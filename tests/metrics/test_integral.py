"""How far an integral of samples may be off: many powers whose energy is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from inferometer.clock import NS
from inferometer.metrics.energy import (
    MAX_UNCERTAINTY,
    Energy,
    Window,
    energy_of,
)
from inferometer.telemetry.moments import next_look_ns
from tests.metrics.power_traces import (
    A,
    Numbers,
    Power,
    constant,
    counted,
    ramp,
    saw_tooth,
    scattered,
    series,
    stamps,
    step,
    telemetry,
)

IDLE_W = 40.0
START_S = 3.0

Draw = Callable[[np.random.Generator], Power]


def noisy(power: Power, share: float, every_s: float, seed: int) -> Power:
    """With a deviation of this share that changes every so many seconds."""
    dice = np.random.default_rng(seed)
    draws = dice.normal(size=20_000)

    def found(t: Numbers) -> Numbers:
        place = np.floor((t + 10) / every_s).astype(int)
        whole: Numbers = power(t) * (1 + share * draws[place % len(draws)])
        return whole

    return found


def between(dice: np.random.Generator, low: float, high: float) -> float:
    return float(dice.uniform(low, high))


DRAWS: dict[str, Draw] = {
    "constant": lambda dice: constant(between(dice, 50, 700)),
    "step": lambda dice: step(
        between(dice, 50, 700), between(dice, 50, 700), between(dice, 0, 60)
    ),
    "ramp": lambda dice: ramp(
        between(dice, 50, 700), between(dice, 50, 700), between(dice, 5, 90)
    ),
    "saw-tooth at the sampling period": lambda dice: saw_tooth(
        100.0, between(dice, 101, 500), 0.5 / int(dice.integers(1, 9))
    ),
    "saw-tooth": lambda dice: saw_tooth(
        100.0, between(dice, 101, 500), between(dice, 0.1, 20)
    ),
    "noise": lambda dice: noisy(
        constant(300.0),
        between(dice, 0.002, 0.1),
        between(dice, 0.02, 2),
        int(dice.integers(1000)),
    ),
}


def beside_load(power: Power, end_s: float) -> Power:
    """Idle but for the window, as cards are: the load begins and ends a moment off its edges."""
    return lambda t: np.where(
        (t >= START_S + 0.02) & (t < end_s - 0.01), power(t), IDLE_W
    )


def seen_by(
    method: str, power: Power, end_s: float, times: Numbers
) -> tuple[Energy, float]:
    """The energy by one method, and the true one."""
    fine = np.arange(-4.0, end_s + 6, 0.001)
    total = np.concatenate([[0.0], np.cumsum(power(fine[:-1])) * 0.001])
    over_s = 1.0 if method == "means" else 0.1

    def mean(at: Numbers) -> Numbers:
        grown = np.interp(at, fine, total) - np.interp(at - over_s, fine, total)
        return np.asarray(grown / over_s)

    def counter(step_s: float) -> Numbers:
        moved_at = np.floor(times / step_s + 0.3) * step_s - 0.3 * step_s
        return np.asarray(1000 + np.interp(moved_at, fine, total))

    found = {
        "moments": lambda: series("power_w", A, times, power(times)),
        "means": lambda: series(
            "power_w", A, times, mean(times), averaging="1 s"
        ),
        "counter": lambda: series("energy_j", A, times, counter(0.02)),
        "coarse counter": lambda: replace(
            series("energy_j", A, times, counter(0.1)), source="NVML"
        ),
    }[method]()
    window = Window(round(START_S * NS), round(end_s * NS))
    truth = np.diff(np.interp([START_S, end_s], fine, total))
    return energy_of(telemetry(found), (A,), window), float(truth[0])


@pytest.mark.parametrize(
    "method", ["moments", "means", "counter", "coarse counter"]
)
@pytest.mark.parametrize("name", DRAWS)
def test_valid_is_near_the_truth_and_what_is_not_says_why(
    name: str, method: str
) -> None:
    """Whatever the power does, wherever the samples lie."""
    dice = np.random.default_rng(sum(map(ord, name + method)))
    reasons = set()
    for number in range(40):
        end_s = START_S + float(dice.choice([12, 30, 60, 120]))
        power = DRAWS[name](dice)
        if number % 2:
            power = beside_load(power, end_s)
        times = scattered(-2.5, end_s + 5, between(dice, 0, 0.5))
        beside = [START_S + 0.005, START_S + 0.105, end_s + 0.03]
        times = np.unique(np.concatenate([times, beside]))
        found, truth = seen_by(method, power, end_s, times)
        reasons.add(found.reason)
        if found.reason is None:
            assert found.joules == pytest.approx(truth, rel=MAX_UNCERTAINTY)
    assert reasons <= {None, "too_uncertain"}


@pytest.mark.parametrize(
    ("method", "seconds"),
    [("moments", 240), ("means", 90), ("counter", 15), ("coarse counter", 40)],
)
def test_a_steady_load_is_valid(method: str, seconds: float) -> None:
    """A card that decodes: its power moves by 3% from moment to moment."""
    end_s = START_S + seconds
    power = beside_load(noisy(constant(620.0), 0.03, 0.05, 7), end_s)
    times = np.unique(
        np.concatenate(
            [
                scattered(-2.5, end_s + 5),
                [START_S + 0.005, START_S + 0.105, end_s + 0.03],
            ]
        )
    )
    found, truth = seen_by(method, power, end_s, times)
    assert found.reason is None
    assert found.joules == pytest.approx(truth, rel=MAX_UNCERTAINTY)


@pytest.mark.parametrize("parts", [1, 2, 5])
def test_a_power_as_regular_as_its_samples_is_found_out(parts: int) -> None:
    """Regular samples would all see the same phase. Ours are spread over it."""
    power, end_s = saw_tooth(100.0, 500.0, 0.5 / parts), START_S + 60
    regular, spread = stamps(-2, 68), scattered(-2, 68)
    assert np.ptp(power(regular)) == pytest.approx(0.0, abs=1e-6)
    assert np.ptp(power(spread)) > 380
    refused, _ = seen_by("moments", power, end_s, spread)
    assert (refused.joules, refused.reason) == (None, "too_uncertain")
    whole, truth = seen_by("means", power, end_s, spread)
    assert whole.joules == pytest.approx(truth, rel=MAX_UNCERTAINTY)


def glanced(start_s: float, end_s: float) -> Numbers:
    """When a card without a counter is read: ten times a second, and at both ends of the load."""
    period_ns, now, found = NS // 10, 0, [START_S + 0.005, START_S + 0.105]
    while (now := next_look_ns(now, period_ns)) < (end_s - start_s) * NS:
        found.append(start_s + now / NS)
    return np.unique([*found, end_s + 0.0007])


def late(levels: dict[float, float], lag_s: float) -> Power:
    """A running mean of a power that has another level from each of these moments on."""

    def found(t: Numbers) -> Numbers:
        seen, before = np.full_like(t, IDLE_W), IDLE_W
        for at_s, watts in levels.items():
            share = 1 - np.exp(-np.maximum(t - at_s, 0) / lag_s)
            seen = seen + (watts - before) * share
            before = watts
        return seen

    return found


@pytest.mark.parametrize("lag_s", [0.05, 0.2, 0.4, 0.7, 1.0])
@pytest.mark.parametrize("seconds", [20, 60, 120, 300])
@pytest.mark.parametrize("burst_w", [0.0, 200.0])
def test_a_driver_that_averages_over_a_time_it_does_not_name(
    lag_s: float, seconds: float, burst_w: float
) -> None:
    """What is missing at the start comes after the end. A burst at the start hides the level."""
    end_s, watts = START_S + seconds, 251.37
    levels = {START_S: watts + burst_w, START_S + 3: watts, end_s: IDLE_W}
    times = glanced(-2.0, end_s + 2)
    power = series(
        "power_w", A, times, late(levels, lag_s)(times), averaging="driver"
    )
    window = Window(round(START_S * NS), round(end_s * NS))
    found = energy_of(telemetry(power), (A,), window)
    truth = watts * seconds + burst_w * 3
    if found.reason is None:
        assert found.joules == pytest.approx(truth, rel=MAX_UNCERTAINTY)
    else:
        assert found.reason == "too_uncertain"
    missing_j = lag_s * (watts - IDLE_W)
    assert (found.reason is None) == (missing_j < MAX_UNCERTAINTY * truth)


def test_a_load_that_begins_late_does_not_show_how_late_its_power_is() -> None:
    end_s = START_S + 60
    times = glanced(-2.0, end_s + 2)
    power = late({START_S + 10: 251.37, end_s: IDLE_W}, 1.0)(times)
    seen = telemetry(series("power_w", A, times, power, averaging="driver"))
    window = Window(round(START_S * NS), round(end_s * NS))
    assert energy_of(seen, (A,), window).reason == "too_uncertain"


@pytest.mark.parametrize(
    ("watts", "reason"), [(60.9, "too_uncertain"), (240.6, None)]
)
def test_whole_watts_are_off_by_what_they_leave_out(
    watts: float, reason: str | None
) -> None:
    end_s = START_S + 300
    times = glanced(-2.0, end_s + 2)
    whole = np.rint(constant(watts)(times))
    power = series("power_w", A, times, whole, averaging="instant")
    window = Window(round(START_S * NS), round(end_s * NS))
    found = energy_of(telemetry(power), (A,), window)
    assert found.reason == reason
    if reason is None:
        assert found.joules == pytest.approx(watts * 300, rel=MAX_UNCERTAINTY)


@pytest.mark.parametrize("has_counter", [True, False])
def test_a_power_that_stays_at_0_is_none(has_counter: bool) -> None:
    end_s = START_S + 60
    times = scattered(-2.0, end_s + 2)
    powers = [series("power_w", A, times, constant(0.0)(times))]
    counter = [series("energy_j", A, times, counted(constant(300.0), times))]
    window = Window(round(START_S * NS), round(end_s * NS))
    seen = telemetry(*powers, *(counter if has_counter else []))
    (card,) = energy_of(seen, (A,), window).by_card
    assert card.power_reason == "no_power_source"
    if has_counter:
        assert card.joules == pytest.approx(18_000, rel=MAX_UNCERTAINTY)
    else:
        assert (card.joules, card.reason) == (None, "no_power_source")
