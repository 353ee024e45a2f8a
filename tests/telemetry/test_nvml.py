"""NVIDIA cards from the driver's library."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from inferometer.telemetry import nvml
from inferometer.telemetry.nvml import Nvml
from inferometer.telemetry.reading import Card
from inferometer.telemetry.sample import SAMPLERS, take_sample
from inferometer.telemetry.tree import Tree
from tests.telemetry.fake_nvml import (
    GPU_IS_LOST,
    H100_VALUES,
    NOT_SUPPORTED,
    FakeCard,
    FakeNvml,
    h100,
)
from tests.telemetry.test_tools import values
from tests.telemetry.trees import plant, port

Drive = Callable[..., FakeNvml]


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> Drive:
    """Puts a driver with these cards in the place of `pynvml`."""

    def loaded(cards: Sequence[FakeCard], fails: int = 0) -> FakeNvml:
        fake = FakeNvml(cards, fails)
        monkeypatch.setattr(nvml, "has_library", lambda: True)
        monkeypatch.setitem(sys.modules, "pynvml", fake)
        return fake

    return loaded


def only_card() -> Card:
    (card,) = Nvml().ask()[0]
    return card


def test_a_card_under_load(driver: Drive) -> None:
    driver([h100()])
    card = only_card()
    assert (card.address, card.name, card.number) == (
        "0000:19:00.0",
        "NVIDIA H100 80GB HBM3",
        0,
    )
    assert values(card) == {
        "gpu_utilization": 97.0,
        "memory_activity": 41.0,
        "memory_used_bytes": 75_161_927_680.0,
        "memory_total_bytes": 85_520_809_984.0,
        "power_w": 629.45,
        "power_instant_w": 588.39,
        "power_limit_w": 700.0,
        "power_limit_default_w": 700.0,
        "energy_j": pytest.approx(123_456.789),
        "temperature_c": 61.0,
        "memory_temperature_c": 72.0,
        "gpu_clock_mhz": 1755.0,
        "max_gpu_clock_mhz": 1980.0,
        "memory_clock_mhz": 2619.0,
        "pcie_replays": 3.0,
        "power_throttled_us": 5000.0,
        "thermal_throttled_us": 0.0,
        "power_throttled": 1.0,
        "thermal_throttled": 0.0,
        "processes": 1.0,
        "programs": 1.0,
        "partitioned": 0.0,
    }
    assert card.readings["power_w"].averaging == "1 s"
    assert card.readings["power_instant_w"].averaging == "instant"
    assert card.link is not None
    assert card.link.vendor is not None
    assert (card.link.vendor.speed_gts, card.link.vendor.width) == (32.0, 16)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NOT_SUPPORTED, "not_reported"),
        (GPU_IS_LOST, "card_lost"),
        (4, "permission"),
        (999, "unreadable"),
    ],
)
@pytest.mark.parametrize(
    ("function", "field"),
    [
        ("UtilizationRates", "gpu_utilization"),
        ("TotalEnergyConsumption", "energy_j"),
        ("ComputeRunningProcesses", "processes"),
        ("MigMode", "partitioned"),
    ],
)
def test_a_call_that_fails_costs_its_field_alone(
    function: str, field: str, error: int, reason: str, driver: Drive
) -> None:
    driver([h100(**{function: -error})])
    reading = only_card().readings[field]
    assert (reading.value, reading.reason) == (None, reason)
    assert values(only_card())["power_w"] == 629.45


@pytest.mark.parametrize(
    "value", [2**32 - 1, 2**64 - 1, -1.5, float("nan"), "7"]
)
def test_a_value_that_is_none(value: object, driver: Drive) -> None:
    driver([h100(PcieReplayCounter=value)])
    assert only_card().readings["pcie_replays"].value is None


@pytest.mark.parametrize(
    ("generation", "device", "averaging"),
    [(9, 0x2330, "1 s"), (7, 0x20B2, "instant"), (6, 0x1EB8, "instant")],
    ids=["H100", "A100", "T4"],
)
def test_what_the_power_is_averaged_over_where_no_field_says_it(
    generation: int, device: int, averaging: str, driver: Drive
) -> None:
    card = h100()
    card.generation, card.device, card.values = generation, device, {}
    driver([card])
    reading = only_card().readings["power_w"]
    assert (reading.value, reading.averaging) == (629.45, averaging)


def test_functions_that_an_older_binding_does_not_have(driver: Drive) -> None:
    old = h100()
    old.answers = {
        "PowerUsage": 70_000,
        "Temperature": 40,
        "CurrentClocksThrottleReasons": 0x40,
    }
    fake = driver([old])
    for name in H100_VALUES:
        assert name in fake.__dict__.values()
    card = only_card()
    assert values(card)["power_w"] == 629.45  # by the field
    assert values(card)["thermal_throttled"] == 1.0
    assert card.readings["gpu_utilization"].reason == "no_source"
    assert card.link is not None
    assert card.link.vendor is None


def test_handles_are_opened_once_and_closed(driver: Drive) -> None:
    fake = driver([h100()])
    sampler, tree = SAMPLERS["nvidia"](), Tree(Path("/nowhere"))
    first, second = sampler.sample(tree), sampler.sample(tree)
    sampler.close()
    assert (fake.opened, fake.closed) == (1, 1)
    assert fake.asked.count("ComputeRunningProcesses") == 1
    assert first.cards[0].readings["processes"].value == 1.0
    assert second.cards[0].readings["processes"].reason == "not_due"
    assert first.monotonic_ns <= second.monotonic_ns


def test_a_card_that_is_lost_is_named_and_the_others_are_read(
    driver: Drive,
) -> None:
    gone = h100()
    gone.bus = "00000000:3B:00.0"
    driver([h100(), gone])
    nvml = Nvml()
    nvml.ask()
    gone.lost = True
    cards, report = nvml.ask()
    assert (report.state, report.detail) == ("ok", "GPU 1: lost")
    assert values(cards[0])["power_w"] == 629.45
    assert values(cards[1]) == {}
    assert cards[1].readings["power_w"].reason == "card_lost"


def test_a_card_that_was_lost_before(driver: Drive) -> None:
    gone = h100()
    gone.lost = True
    driver([gone, h100()])
    cards, report = Nvml().ask()
    assert [card.number for card in cards] == [1]
    assert report.detail is not None
    assert report.detail.startswith("GPU 0: ")


@pytest.mark.parametrize(
    ("fails", "state"),
    [(12, "tool_missing"), (9, "tool_missing"), (18, "tool_failed")],
)
def test_a_driver_that_does_not_open(
    fails: int, state: str, driver: Drive
) -> None:
    driver([h100()], fails)
    cards, report = Nvml().ask()
    assert (cards, report.state) == ([], state)


def test_a_host_without_the_drivers_library_imports_nothing(
    driver: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver([h100()])
    monkeypatch.setattr(nvml, "has_library", lambda: False)
    cards, report = Nvml().ask()
    assert (cards, report.state) == ([], "tool_missing")


def test_a_library_is_looked_for_as_pynvml_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(ctypes, "CDLL", asked.append)
    assert nvml.has_library()
    assert asked == ["libnvidia-ml.so.1"]


def test_the_card_of_the_bus_is_joined(driver: Drive, tmp_path: Path) -> None:
    driver([h100()])
    way = "pci0000:15/0000:15:01.0/0000:19:00.0"
    root = plant(
        tmp_path,
        {
            **port("pci0000:15/0000:15:01.0", 0x8086, 0x060400, "16.0x8"),
            **port(way, 0x10DE, 0x030200, "16.0x8", "32.0x16"),
        },
    )
    sample = take_sample(root)
    (card,) = sample.cards
    assert values(card)["power_w"] == 629.45
    assert card.link is not None
    assert card.link.contradiction
    assert [each.tool for each in sample.tools] == ["NVML"]
