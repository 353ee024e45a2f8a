"""Energy by two methods: near the truth where it is valid, and the right reason where it is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inferometer.clock import NS
from inferometer.metrics.energy import (
    Energy,
    Window,
    energy_of,
    unwrapped,
)
from inferometer.trace.series import Telemetry, averaging_ns
from tests.metrics.power_traces import (
    PERIOD_S,
    A,
    B,
    Numbers,
    Power,
    both,
    constant,
    counted,
    joules,
    ramp,
    saw_tooth,
    series,
    stamps,
    step,
    telemetry,
    without,
)

START_S, END_S = 2.2, 42.7
WINDOW = Window(round(START_S * NS), round(END_S * NS))
TIMES = stamps(-2, 46)
STEADY = constant(300.0)


def measured(seen: Telemetry, *cards: str) -> Energy:
    return energy_of(seen, cards or (A,), WINDOW)


POWERS = {
    "constant": constant(412.0),
    "ramp": ramp(70.0, 650.0, 40.0),
    "step": step(80.0, 640.0, 20.0),
    "saw-tooth": saw_tooth(100.0, 500.0, 7.3),
}


@pytest.mark.parametrize("name", POWERS)
@pytest.mark.parametrize("method", ["counter", "power", "both"])
def test_near_the_truth(name: str, method: str) -> None:
    power = POWERS[name]
    by_power, by_counter = both(power, TIMES)
    seen = {
        "counter": telemetry(by_counter),
        "power": telemetry(by_power),
        "both": telemetry(by_power, by_counter),
    }[method]
    found = measured(seen)
    (card,) = found.by_card
    had_both = None not in (card.counter_j, card.power_j)
    assert had_both == (method == "both")
    if method == "power" and name in ("step", "saw-tooth"):
        # nobody knows when between two samples it jumped
        assert (found.joules, found.reason) == (None, "too_uncertain")
        return
    assert found.reason is None
    truth = joules(power, START_S, END_S)
    assert found.joules == pytest.approx(truth, rel=0.005)
    chosen = "power" if method == "power" else "counter"
    assert found.by_card[0].method == chosen


def test_an_average_of_the_last_second_belongs_to_its_middle() -> None:
    power = ramp(0.0, 800.0, 50.0)
    averaged = series("power_w", A, TIMES, power(TIMES - 0.5), averaging="1 s")
    found = measured(telemetry(averaged))
    assert found.joules == pytest.approx(
        joules(power, START_S, END_S), rel=0.005
    )


def test_a_power_that_swings_as_often_as_it_is_sampled() -> None:
    """Every sample sees the same phase. The counter is right, and a sum of momentary values is not:
    where both are there, it is refused.
    """
    power = saw_tooth(100.0, 500.0, PERIOD_S)
    momentary = series("power_w", A, TIMES, power(TIMES))
    counter = series("energy_j", A, TIMES, counted(power, TIMES, 0.001))
    found = measured(telemetry(counter)).joules
    assert found == pytest.approx(joules(power, START_S, END_S), rel=0.005)
    refused = measured(telemetry(momentary, counter))
    assert (refused.joules, refused.reason) == (None, "methods_disagree")


@pytest.mark.parametrize(
    ("kind", "ns"),
    [("1 s", NS), ("100 ms", NS // 10), ("instant", 0), ("driver", 0), ("", 0)],
)
def test_what_a_source_says_of_its_average(kind: str, ns: int) -> None:
    assert averaging_ns(kind) == ns


def test_a_counter_that_wraps() -> None:
    by_power, by_counter = both(STEADY, TIMES)
    wrapped = replace(by_counter, value=by_counter.value % 5_000.0)
    span = series("energy_range_j", A, TIMES, np.full_like(TIMES, 5_000.0))
    found = measured(telemetry(by_power, wrapped, span))
    assert found.joules == pytest.approx(
        joules(STEADY, START_S, END_S), rel=0.005
    )
    assert found.by_card[0].method == "counter"


def test_a_fall_by_little_is_no_wrap() -> None:
    value = np.array([10.0, 20.0, 5.0])
    assert unwrapped(value, 100.0).tolist() == [10.0, 20.0, 5.0]
    assert unwrapped(value, 16.0).tolist() == [10.0, 20.0, 21.0]
    assert unwrapped(value, None).tolist() == [10.0, 20.0, 5.0]


def spoilt(name: str) -> Telemetry:
    """Traces that are no measurement."""
    by_power, by_counter = both(STEADY, TIMES)
    other = both(STEADY, TIMES, B)
    late = stamps(20, 46)
    reset = np.where(
        by_counter.time_ns > 20 * NS, by_counter.value - 6_000, by_counter.value
    )
    jump = by_power.time_ns - np.where(by_power.time_ns > 20 * NS, 3 * NS, 0)
    none = series(
        "power_w", A, TIMES, np.full_like(TIMES, np.nan), reason="permission"
    )
    flat = series("energy_j", A, TIMES, np.full_like(TIMES, 5.0))
    traces = {
        "nothing": telemetry(),
        "permission": telemetry(none),
        "reset": telemetry(by_power, replace(by_counter, value=reset)),
        "reset, counter only": telemetry(replace(by_counter, value=reset)),
        "frozen, counter only": telemetry(flat),
        "gap in the middle": telemetry(without(by_power, 20, 22.4)),
        "gap at the start": telemetry(without(by_power, 1.0, 3.5)),
        "begins late": telemetry(without(by_power, -9, 2.3)),
        "ends early": telemetry(without(by_power, 42.0, 99)),
        "saw-tooth at the sensor's period": telemetry(
            *both(constant(100.0), TIMES, counter=saw_tooth(100, 500, 0.5))[:1],
            series(
                "energy_j",
                A,
                TIMES,
                counted(saw_tooth(100, 140, 0.5), TIMES),
            ),
        ),
        "clock runs back": telemetry(replace(by_power, time_ns=jump)),
        "clock jumps ahead": telemetry(
            replace(by_power, time_ns=2 * by_power.time_ns - jump)
        ),
        "second card late": telemetry(
            by_power, *both(STEADY, late, B), by_counter
        ),
        "second card lost": telemetry(
            by_power, *(without(each, 30, 99) for each in other), by_counter
        ),
        "second card absent": telemetry(by_power, by_counter),
    }
    return traces[name]


@pytest.mark.parametrize(
    ("name", "reason", "cards"),
    [
        ("nothing", "no_power_source", (A,)),
        ("permission", "permission", (A,)),
        ("reset", "counter_reset", (A,)),
        ("reset, counter only", "counter_reset", (A,)),
        ("frozen, counter only", "counter_frozen", (A,)),
        ("gap in the middle", "sampling_gap", (A,)),
        ("gap at the start", "sampling_gap", (A,)),
        ("begins late", "window_not_bracketed", (A,)),
        ("ends early", "window_not_bracketed", (A,)),
        ("saw-tooth at the sensor's period", "methods_disagree", (A,)),
        ("clock runs back", "clock_mismatch", (A,)),
        ("clock jumps ahead", "sampling_gap", (A,)),
        ("second card late", "card_missing", (A, B)),
        ("second card lost", "source_lost", (A, B)),
        ("second card absent", "no_power_source", (A, B)),
    ],
)
def test_no_energy_and_why(
    name: str, reason: str, cards: tuple[str, ...]
) -> None:
    found = measured(spoilt(name), *cards)
    assert (found.joules, found.reason) == (None, reason)
    assert found.peak_w is None
    assert found.above_idle_j is None


@pytest.mark.parametrize(
    ("seconds", "names", "reason"),
    [
        (4.0, ("power_w", "energy_j"), "window_too_short"),
        (4.0, ("power_w",), "window_too_short"),
        (6.0, ("power_w",), None),
        (6.0, ("power_w", "energy_j"), None),
        (9.0, ("energy_j",), "window_too_short"),
        (11.0, ("energy_j",), None),
    ],
)
def test_the_shortest_window(
    seconds: float, names: tuple[str, ...], reason: str | None
) -> None:
    seen = [each for each in both(STEADY, TIMES) if each.name in names]
    window = Window(3 * NS, round((3 + seconds) * NS))
    found = energy_of(telemetry(*seen), (A,), window)
    assert found.reason == reason
    assert (found.joules is None) == (reason is not None)


@pytest.mark.parametrize(
    ("counter", "why"),
    [
        (np.full_like(TIMES, 7.0), "counter_frozen"),
        (counted(constant(3.0), TIMES), "counter_implausible"),
        (counted(constant(3_000.0), TIMES), "counter_implausible"),
    ],
    ids=["frozen", "too little", "too much"],
)
def test_power_counts_where_the_counter_cannot(
    counter: Numbers, why: str
) -> None:
    by_power = both(STEADY, TIMES)[0]
    found = measured(telemetry(by_power, series("energy_j", A, TIMES, counter)))
    (card,) = found.by_card
    assert found.reason is None
    assert (card.method, card.counter_reason) == ("power", why)
    assert found.joules == pytest.approx(joules(STEADY, START_S, END_S))


def test_only_the_cards_of_the_deployment_count() -> None:
    seen = telemetry(*both(STEADY, TIMES), *both(constant(90.0), TIMES, B))
    one, two = measured(seen, A), measured(seen, A, B)
    assert one.joules == pytest.approx(300.0 * WINDOW.seconds, rel=0.005)
    assert two.joules == pytest.approx(390.0 * WINDOW.seconds, rel=0.005)
    assert (one.peak_w, two.peak_w) == (300.0, 390.0)


def test_refused_before_it_is_computed() -> None:
    seen = telemetry(*both(STEADY, TIMES))
    refused = energy_of(seen, (A,), WINDOW, "shared_card")
    assert (refused.joules, refused.reason) == (None, "shared_card")
    assert energy_of(seen, (), WINDOW).reason == "cards_unknown"
    assert energy_of(seen, (A,), None).reason == "no_window"


@pytest.mark.parametrize(
    ("idle_s", "before", "idle_w", "reason"),
    [
        (12.0, constant(80.0), 80.0, None),
        (0.0, constant(80.0), None, "no_idle_baseline"),
        (5.0, constant(80.0), None, "no_idle_baseline"),
        (12.0, step(120.0, 80.0, -5.0), None, "idle_not_settled"),
    ],
    ids=["settled", "none", "too short", "not settled"],
)
def test_energy_above_idle(
    idle_s: float, before: Power, idle_w: float | None, reason: str | None
) -> None:
    times = stamps(-13, 46)
    power = np.where(times < 0.2, before(times), 300.0)
    seen = telemetry(series("power_w", A, times, power), idle_s=idle_s)
    found = measured(seen)
    gross = 300.0 * WINDOW.seconds
    assert found.joules == pytest.approx(gross, rel=0.005)
    assert found.idle_reason == reason
    assert found.idle_w == (None if idle_w is None else pytest.approx(idle_w))
    above = None if idle_w is None else gross - idle_w * WINDOW.seconds
    assert found.above_idle_j == (
        None if above is None else pytest.approx(above, rel=0.005)
    )
