"""Trees that no driver should make: each number is right, or missing with its reason."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from inferometer.telemetry.reading import Card
from inferometer.telemetry.sample import SAMPLERS, take_sample
from inferometer.telemetry.sampler import CardSampler
from inferometer.telemetry.tree import Tree
from tests.telemetry.trees import plant, port

CPU, AMD = 0x1022, 0x1002
BRIDGE, DISPLAY, OTHER_DISPLAY = 0x060400, 0x030000, 0x038000
PORT = "pci0000:00/0000:00:01.1"
WAY = f"{PORT}/0000:03:00.0"
DEVICE = f"sys/devices/{WAY}"
MONITOR = f"{DEVICE}/hwmon/hwmon7"

NUMBERS = {
    "gpu_utilization": (f"{DEVICE}/gpu_busy_percent", "97"),
    "memory_used_bytes": (f"{DEVICE}/mem_info_vram_used", "1000"),
    "memory_total_bytes": (f"{DEVICE}/mem_info_vram_total", "2000"),
    "pcie_replays": (f"{DEVICE}/pcie_replay_count", "3"),
    "power_w": (f"{MONITOR}/power1_average", "275000000"),
    "power_limit_w": (f"{MONITOR}/power1_cap", "300000000"),
    "temperature_c": (f"{MONITOR}/temp1_input", "61000"),
    "fan_rpm": (f"{MONITOR}/fan1_input", "1200"),
}
"""Our field, its file and what stands there."""
READ = {
    "gpu_utilization": 97.0,
    "memory_used_bytes": 1000.0,
    "memory_total_bytes": 2000.0,
    "pcie_replays": 3.0,
    "power_w": 275.0,
    "power_limit_w": 300.0,
    "temperature_c": 61.0,
    "fan_rpm": 1200.0,
}
FILES = {
    **port(PORT, CPU, BRIDGE, "16.0x8", "16.0x16"),
    **port(WAY, AMD, DISPLAY, "16.0x8", "16.0x16"),
    f"{MONITOR}/name": "amdgpu\n",
    f"{MONITOR}/temp1_label": "edge\n",
    **{path: f"{text}\n" for path, text in NUMBERS.values()},
}


@pytest.fixture(autouse=True)
def no_tools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setattr("inferometer.telemetry.smi.COMMANDS", {"amd": ["no"]})


def cards_of(root: Path) -> tuple[Card, ...]:
    sample = take_sample(root)
    json.dumps(sample.as_json(), allow_nan=False)
    return sample.cards


def told(card: Card) -> dict[str, object]:
    return {
        name: card.readings[name].reason
        if card.readings[name].value is None
        else card.readings[name].value
        for name in NUMBERS
    }


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("-1", "not_reported"),
        ("65535", "not_reported"),
        ("4294967295", "not_reported"),
        ("18446744073709551615", "not_reported"),
        ("", "not_reported"),
        ("0xffff", "not_a_number"),
        ("nan", "not_a_number"),
        ("9" * 400, "not_a_number"),
        ("9" * 5_000_000, "not_a_number"),
        ("9\x007", "not_a_number"),
        ("N/A", "not_a_number"),
        ("61,5", "not_a_number"),
        ("1\n2", "not_a_number"),
    ],
)
def test_what_is_no_value(written: str, reason: str, tmp_path: Path) -> None:
    spoilt = {path: f"{written}\n" for path, _ in NUMBERS.values()}
    (card,) = cards_of(plant(tmp_path, {**FILES, **spoilt}))
    assert told(card) == dict.fromkeys(NUMBERS, reason)


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("gpu_utilization", "101"),
        ("temperature_c", "511000"),
        ("temperature_c", "-273150"),
        ("power_w", "9000000000000"),
        ("memory_used_bytes", "18446744073709547520"),
        ("fan_rpm", "65534"),
    ],
)
def test_what_no_machine_has(field: str, written: str, tmp_path: Path) -> None:
    spoilt = {NUMBERS[field][0]: written}
    (card,) = cards_of(plant(tmp_path, {**FILES, **spoilt}))
    assert told(card) == {**READ, field: "not_reported"}


def _link_away(root: Path) -> None:
    for field, target in (
        ("gpu_utilization", "/nonexistent"),
        ("power_w", "power1_average"),  # itself
        ("temperature_c", "/etc/hostname"),
    ):
        path = root / NUMBERS[field][0]
        path.unlink()
        path.symlink_to(target)


def _directory(root: Path) -> None:
    for field in ("gpu_utilization", "power_w", "temperature_c"):
        path = root / NUMBERS[field][0]
        path.unlink()
        path.mkdir()


def _forbidden(root: Path) -> None:
    for field in ("gpu_utilization", "power_w", "temperature_c"):
        (root / NUMBERS[field][0]).chmod(0)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_link_away, "unreadable"),
        (_directory, "unreadable"),
        pytest.param(
            _forbidden,
            "permission",
            marks=pytest.mark.skipif(
                os.geteuid() == 0, reason="root may read everything"
            ),
        ),
    ],
)
def test_files_that_cannot_be_read(
    spoil: Callable[[Path], None], reason: str, tmp_path: Path
) -> None:
    root = plant(tmp_path, FILES)
    spoil(root)
    (card,) = cards_of(root)
    spoilt = ("gpu_utilization", "power_w", "temperature_c")
    assert told(card) == {**READ, **dict.fromkeys(spoilt, reason)}


BESIDE = {
    "another driver's hwmon comes first": {
        f"{DEVICE}/hwmon/hwmon1/name": "r8169\n",
        f"{DEVICE}/hwmon/hwmon1/temp1_input": "33000\n",
    },
    "metrics of nonsense": {f"{DEVICE}/gpu_metrics": "base64://///wEDAAA="},
    "metrics that are cut": {f"{DEVICE}/gpu_metrics": "base64:eAABAw=="},
    "an odd host": {
        "proc/meminfo": "MemTotal: 99 kB\nSwapTotal: 5 kB\nSwapFree: 9 kB\n",
        "proc/stat": "cpu -5 1 1 1 1 1 1 1\n",
    },
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_stands_beside_does_not_matter(name: str, tmp_path: Path) -> None:
    (card,) = cards_of(plant(tmp_path, {**FILES, **BESIDE[name]}))
    assert told(card) == READ


def test_links_in_circles_end(tmp_path: Path) -> None:
    root = plant(tmp_path, FILES)
    (root / DEVICE / "circle").symlink_to(root / "sys")
    drm = root / "sys/class/drm"
    drm.mkdir(parents=True)
    (drm / "card0").symlink_to(drm / "card0")
    (drm / "card1").symlink_to("/")
    (card,) = cards_of(root)
    assert told(card) == READ


@pytest.mark.parametrize("width", ["0", "63", "255", "3", "x8", ""])
def test_a_width_that_no_link_has(width: str, tmp_path: Path) -> None:
    root = plant(tmp_path, FILES)
    (root / DEVICE / "current_link_width").write_text(f"{width}\n")
    (card,) = cards_of(root)
    assert card.link is not None
    assert card.link.slot is None
    assert card.link.unverifiable == "not_reported"


def test_a_card_beside_a_processor_s_own(tmp_path: Path) -> None:
    own = "pci0000:00/0000:00:08.1/0000:c5:00.0"
    files = {
        **port("pci0000:00/0000:00:08.1", CPU, BRIDGE, "16.0x16"),
        **port(own, AMD, DISPLAY, "16.0x16"),
        f"sys/devices/{own}/gpu_busy_percent": "5\n",
        f"sys/devices/{own}/hwmon/hwmon2/name": "amdgpu\n",
        f"sys/devices/{own}/hwmon/hwmon2/power1_input": "9000000\n",
    }
    card, processor_s = cards_of(plant(tmp_path, {**FILES, **files}))
    assert told(card) == READ
    power = processor_s.readings["power_w"]
    assert (power.value, power.averaging) == (9.0, "instant")
    assert processor_s.readings["memory_total_bytes"].value is None


@pytest.mark.parametrize("counts", [False, True])
def test_a_power_is_glanced_at_where_nothing_counts_energy(
    counts: bool, tmp_path: Path
) -> None:
    root = plant(tmp_path, FILES)
    if counts:  # v1.4, whose counter has a unit
        metrics = bytearray(struct.pack("<HBB", 120, 1, 4) + bytes(116))
        struct.pack_into("<Q", metrics, 24, 10**9)
        (root / DEVICE / "gpu_metrics").write_bytes(metrics)
    sampler, tree = SAMPLERS["amd"](), Tree(root)
    assert isinstance(sampler, CardSampler)
    assert sampler.glance(tree) == []
    sampler.sample(tree)
    (root / NUMBERS["power_w"][0]).write_text("281000000\n")
    found = [(card, power.value) for card, power in sampler.glance(tree)]
    assert found == ([] if counts else [("0000:03:00.0", 281.0)])
    for nothing in ("0", "-5000000", "65535000000", "n/a"):
        (root / NUMBERS["power_w"][0]).write_text(f"{nothing}\n")
        assert [power.value for _, power in sampler.glance(tree)] == [None] * (
            not counts
        )


def test_a_render_node_without_a_power(tmp_path: Path) -> None:
    bare = port(WAY, AMD, OTHER_DISPLAY, "16.0x8", "16.0x16")
    (card,) = cards_of(
        plant(tmp_path, {**port(PORT, CPU, BRIDGE, "16.0x8"), **bare})
    )
    assert all(each.value is None for each in card.readings.values())
    assert all(each.reason for each in card.readings.values())
