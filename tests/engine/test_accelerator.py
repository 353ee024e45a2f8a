"""The simulated card: its power and its counter tell the same energy."""

from __future__ import annotations

import random

import pytest

from inferometer.clock import NS
from inferometer.engine.accelerator import (
    AVERAGED_NS,
    FULL_W,
    IDLE_W,
    SATURATED,
    Accelerator,
    Meter,
)


def sampled(card: Accelerator, at_ns: int) -> tuple[float, float]:
    readings = card.sample(at_ns, 0.0)["readings"]
    return readings["power_w"]["value"], readings["energy_j"]["value"]


@pytest.mark.parametrize(("running", "share"), [(0, 0), (4, 0.5), (20, 1)])
def test_the_power_of_a_steady_load(running: int, share: float) -> None:
    card = Accelerator(0)
    card.load(running, 0)
    power_w, energy_j = sampled(card, 10 * NS)
    assert power_w == pytest.approx(IDLE_W + share * (FULL_W - IDLE_W))
    assert energy_j == pytest.approx(10 * power_w)


def test_means_that_follow_each_other_are_the_counter() -> None:
    """However quickly the load changes between two samples."""
    card, dice, now_ns = Accelerator(0), random.Random(7), 0
    means_j = 0.0
    for number in range(1, 200):
        for _ in range(dice.randrange(30)):
            now_ns = min(
                now_ns + dice.randrange(NS // 20), number * AVERAGED_NS
            )
            card.load(dice.randrange(2 * SATURATED), now_ns)
        now_ns = number * AVERAGED_NS
        power_w, energy_j = sampled(card, now_ns)
        means_j += power_w * AVERAGED_NS / NS
        assert means_j == pytest.approx(energy_j)


def test_the_mean_follows_a_change() -> None:
    meter = Meter(0, 20.0)
    meter.change(300.0, NS)
    shown = [meter.mean(NS + part * AVERAGED_NS // 4) for part in range(8)]
    assert shown[:5] == [20, 90, 160, 230, 300]
    assert shown[4:] == [300] * 4
