"""Cards and hosts from the kernel's files."""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from inferometer.telemetry.drm import read_clients
from inferometer.telemetry.gpu_metrics import read_metrics
from inferometer.telemetry.host import (
    is_virtual,
    read_cores,
    read_frequency,
    read_host,
)
from inferometer.telemetry.kfd import kfd_processes
from inferometer.telemetry.reading import (
    CARD_FIELDS,
    HOST_FIELDS,
    Card,
    Reading,
)
from inferometer.telemetry.sample import SAMPLERS, take_sample
from inferometer.telemetry.sampler import HostSampler
from inferometer.telemetry.tree import MissingError, Tree
from tests.telemetry.trees import plant, plant_capture, port


@pytest.fixture(autouse=True)
def no_tools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setattr(
        "inferometer.telemetry.smi.COMMANDS",
        {"amd": ["no"], "hygon": ["no"]},
    )


def only_card(root: Path) -> Card:
    (card,) = take_sample(root).cards
    return card


def said(card: Card) -> dict[str, object]:
    """Values, and reasons where there is none; what nothing reads is left out."""
    return {
        name: each.reason if each.value is None else each.value
        for name, each in card.readings.items()
        if each.reason != "no_source"
    }


CARDS = {
    "amd_sysfs_rx9070.json": {
        "gpu_utilization": 25.0,
        "memory_activity": 0.0,
        "power_w": 49.0,
        "power_limit_w": 200.0,
        "power_limit_default_w": 220.0,
        "energy_j": "unit_unknown",
        "temperature_c": 48.0,
        "hotspot_temperature_c": 52.0,
        "memory_temperature_c": 72.0,
        "gpu_clock_mhz": 900.0,
        "max_gpu_clock_mhz": 2070.0,
        "memory_clock_mhz": 1124.0,
        "fan_rpm": 1944.0,
        "power_throttled": 0.0,
        "thermal_throttled": 0.0,
    },
    "amd_sysfs_rx6900xt.json": {
        "gpu_utilization": 3.0,
        "memory_activity": 0.0,
        "memory_used_bytes": 668274688.0,
        "memory_total_bytes": 17163091968.0,
        "power_w": 36.0,
        "power_limit_w": 289.0,
        "power_limit_default_w": 289.0,
        "energy_j": "unit_unknown",
        "temperature_c": 56.0,
        "hotspot_temperature_c": 59.0,
        "memory_temperature_c": 54.0,
        "gpu_clock_mhz": 500.0,
        "max_gpu_clock_mhz": 2660.0,
        "memory_clock_mhz": 1000.0,
        "fan_rpm": 0.0,
        "pcie_replays": 0.0,
        "power_throttled": 0.0,
        "thermal_throttled": 0.0,
    },
    "intel_sysfs_b580.json": {
        "energy_j": pytest.approx(29523.753173),
        "temperature_c": 46.0,
        "memory_temperature_c": 48.0,
        "gpu_clock_mhz": 400.0,
        "max_gpu_clock_mhz": 2850.0,
        "fan_rpm": 0.0,
        "power_w": "not_due",
    },
    "intel_sysfs_a380.json": {
        "energy_j": pytest.approx(25637.161804),
        "temperature_c": 55.0,
        "power_limit_w": 55.0,
        "gpu_clock_mhz": 600.0,
        "max_gpu_clock_mhz": 2450.0,
        "fan_rpm": 0.0,
        "power_w": "not_due",
    },
}


@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_read_from_its_files(name: str, tmp_path: Path) -> None:
    card = only_card(plant_capture(tmp_path, name))
    assert said(card) == CARDS[name]


def test_the_power_of_a_card_that_counts_energy_only(tmp_path: Path) -> None:
    root = plant_capture(tmp_path, "intel_sysfs_a380.json")
    counter = root / "sys/class/drm/card1/device/hwmon/hwmon1/energy1_input"
    sampler, tree = SAMPLERS["intel"](), Tree(root)
    first = sampler.sample(tree)
    still = sampler.sample(tree).cards[0].readings["power_w"]
    counter.write_text(f"{25637161804 + 50_000_000}\n")
    last = sampler.sample(tree)
    power = last.cards[0].readings["power_w"]
    assert (still.value, still.reason) == (None, "not_reported")
    assert power.averaging == "counter"
    assert power.value is not None
    assert power.value > 50e9 / (last.monotonic_ns - first.monotonic_ns)
    assert power.source is not None
    assert power.source.startswith("difference of ")


KFD = "sys/class/kfd/kfd"


@pytest.mark.parametrize(
    ("address", "processes"), [("0000:63:00.0", 1.0), ("0000:43:00.0", 0.0)]
)
def test_processes_that_compute_on_a_card(
    address: str, processes: float, tmp_path: Path
) -> None:
    nodes = {
        f"{KFD}/topology/nodes/{node}/{name}": text
        for node, place in (("0", 0), ("2", 25344), ("3", 17152))
        for name, text in (
            ("properties", f"location_id {place}\ndomain 0\n"),
            ("gpu_id", f"{place}\n"),
        )
    }
    held = {
        f"{KFD}/proc/70/vram_25344": "4096\n",
        f"{KFD}/proc/70/vram_17152": "0\n",
        f"{KFD}/proc/71/vram_17152": "0\n",
    }
    tree = Tree(plant(tmp_path, nodes | held))
    assert kfd_processes(tree, address)["processes"].value == processes
    absent = kfd_processes(tree, "0000:99:00.0")
    assert {each.reason for each in absent.values()} == {"no_source"}


CARD = "0000:03:00.0"
XE = {"drm-driver": "xe", "drm-cycles-ccs": "812"}
COMPOSITOR = {"drm-driver": "xe", "drm-cycles-rcs": "99", "drm-cycles-ccs": "0"}
VULKAN = {"drm-driver": "amdgpu", "drm-engine-compute": "5120 ns"}
NOT_COMPUTING = {"drm-driver": "amdgpu", "drm-engine-gfx": "77 ns"}


def opened(root: Path, clients: dict[int, dict[str, str]]) -> Path:
    """Processes that have the card open, each a session of its own, and one of the kernel."""
    plant(root, {"proc/2/comm": "kthreadd\n"})
    (root / "proc/2/fd").mkdir()
    for pid, told in clients.items():
        lines = {"pos": "0", "drm-pdev": CARD, **told}
        text = "".join(f"{key}:\t{value}\n" for key, value in lines.items())
        process = f"proc/{pid}"
        plant(
            root,
            {
                f"{process}/stat": f"{pid} (a) S 1 {pid} {pid} 0\n",
                f"{process}/fdinfo/5": text,
                f"{process}/fdinfo/6": "pos:\t0\n",
            },
        )
        (root / process / "fd").mkdir()
        (root / process / "fd/5").symlink_to("/dev/dri/renderD128")
        (root / process / "fd/6").symlink_to("/dev/null")
    return root


@pytest.mark.parametrize(
    ("clients", "expected"),
    [
        ({}, "no_source"),
        ({70: COMPOSITOR}, 0.0),
        ({70: XE, 71: COMPOSITOR}, 1.0),
        ({70: XE, 71: XE}, 2.0),
    ],
)
def test_programs_on_a_card_without_a_compute_driver(
    clients: dict[int, dict[str, str]], expected: object, tmp_path: Path
) -> None:
    way = f"pci0000:00/{CARD}"
    root = opened(plant(tmp_path, port(way, 0x8086, 0x030000, None)), clients)
    reading = only_card(root).readings["programs"]
    assert (reading.reason or reading.value) == expected


def test_a_file_that_was_closed_meanwhile_hides_no_other(
    tmp_path: Path,
) -> None:
    opened(tmp_path, {70: XE})
    (tmp_path / "proc/70/fd/4").symlink_to("/dev/dri/card1")
    assert read_clients(Tree(tmp_path)).of(CARD) == {70}


@pytest.mark.parametrize(
    ("hidden", "reason"),
    [
        ("files", "permission"),
        ("processes", "no_source"),
        ("beyond the limit", "no_source"),
    ],
)
@pytest.mark.parametrize("others", [0, 1, 2])
def test_what_others_have_open_may_be_hidden(
    others: int,
    hidden: str,
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One program that is seen is no proof of being alone; two are proof of the contrary. A
    container hides the kernel's own processes, too.
    """
    links = Tree.links

    def readable(tree: Tree, path: str) -> list[tuple[str, str]]:
        if path == "proc/1/fd" and hidden == "files":
            raise MissingError("permission")
        return links(tree, path)

    monkeypatch.setattr(Tree, "links", readable)
    plant(tmp_path, {"proc/1/stat": "1 (init) S 0 1 1 0\n"})
    opened(tmp_path, {70 + each: XE for each in range(others)})
    if hidden == "processes":
        (tmp_path / "proc/2/comm").unlink()
    if hidden == "beyond the limit":
        listed = len(Tree(tmp_path).names("proc"))
        monkeypatch.setattr("inferometer.telemetry.drm.MAX_NAMES", listed)
    found = read_clients(Tree(tmp_path)).of(CARD)
    assert found == ({70, 71} if others == 2 else reason)


@pytest.mark.parametrize(
    ("other", "here", "expected"),
    [
        (VULKAN, {70, 71}, 2.0),
        (NOT_COMPUTING, {70, 71}, 1.0),
        (VULKAN, {71}, 1.0),
        (VULKAN, {70}, 1.0),
    ],
)
def test_what_computes_past_the_compute_driver_counts_too(
    other: dict[str, str], here: set[int], expected: float, tmp_path: Path
) -> None:
    """But in a container, where the driver's numbers of processes are none of ours, one could count
    twice; and one that was seen before may have ended.
    """
    files = {
        **port(f"pci0000:00/{CARD}", 0x1002, 0x030000, None),
        f"{KFD}/topology/nodes/1/properties": "location_id 768\ndomain 0\n",
        f"{KFD}/topology/nodes/1/gpu_id": "9\n",
        f"{KFD}/proc/70/vram_9": "4096\n",
    }
    if 70 in here:
        files["proc/70/stat"] = "70 (vllm) S 1 70 70 0\n"
    opened(plant(tmp_path, files), {71: other})
    if 71 not in here:
        (tmp_path / "proc/71/stat").unlink()
    card = only_card(tmp_path)
    assert card.readings["programs"].value == expected


def test_every_field_is_there_with_its_unit_and_a_value_or_a_reason(
    tmp_path: Path,
) -> None:
    sample = take_sample(
        plant_capture(tmp_path, "amd_sysfs_rx9070.json")
    ).as_json()
    (card,) = sample["cards"]
    assert list(card["readings"]) == list(CARD_FIELDS)
    assert list(sample["host"]) == list(HOST_FIELDS)
    for name, unit in (CARD_FIELDS | HOST_FIELDS).items():
        reading = card["readings"].get(name) or sample["host"][name]
        assert reading["unit"] == unit
        assert (reading["value"] is None) == bool(reading.get("reason"))


def test_power_of_either_file_is_read_and_says_how_it_is_averaged(
    tmp_path: Path,
) -> None:
    monitor = "card0/device/hwmon/hwmon3"
    root = plant(
        tmp_path,
        {
            "card0/device/uevent": "PCI_CLASS=30000\nPCI_ID=1002:67DF\nPCI_SLOT_NAME=0000:01:00.0\n",
            f"{monitor}/name": "amdgpu\n",
            f"{monitor}/power1_input": "75000000\n",
        },
    )
    reading = only_card(root).readings["power_w"]
    assert (reading.value, reading.averaging) == (75.0, "instant")


@pytest.mark.parametrize("version", [(0, 0), (1, 10), (2, 5), (3, 1), (4, 0)])
def test_metrics_of_an_unknown_version_say_only_which(
    version: tuple[int, int],
) -> None:
    content = struct.pack("<HBB", 120, *version) + bytes(range(116))
    readings, link = read_metrics(content, "gpu_metrics")
    unknown = Reading(
        None, f"gpu_metrics v{version[0]}.{version[1]}", "unknown_format"
    )
    assert readings == {"power_w": unknown, "energy_j": unknown}
    assert link is None


@pytest.mark.parametrize(
    ("bits", "power", "thermal"),
    [
        (1 << 0, 1.0, 0.0),
        (1 << 17, 1.0, 0.0),
        (1 << 33, 0.0, 1.0),
        (1 << 56, 0.0, 0.0),
        (1 << 36, 0.0, None),  # RDNA3 always sets it
        (1 << 36 | 1 << 33, 0.0, 1.0),
    ],
)
def test_what_holds_the_clocks_down(
    bits: int, power: float, thermal: float | None
) -> None:
    content = metrics((1, 3), 120, {112: ("Q", bits)})
    readings, _ = read_metrics(content, "gpu_metrics")
    assert readings["power_throttled"].value == power
    assert readings["thermal_throttled"].value == thermal


def metrics(
    version: tuple[int, int], size: int, fields: Mapping[int, tuple[Any, ...]]
) -> bytes:
    """A file of fields (their kind, then values) at offsets; others have no value."""
    content = bytearray(b"\xff" * size)
    struct.pack_into("<HBB", content, 0, size, *version)
    for offset, (kind, *values) in fields.items():
        struct.pack_into(f"<{kind}", content, offset, *values)
    return bytes(content)


def attributes(*listed: tuple[int, int, int, str, list[int]]) -> bytes:
    """A file of v1.9: of each attribute its number, unit and type, and its values."""
    told = b"".join(
        struct.pack(
            f"<Q{len(values)}{kind}",
            unit << 24 | number << 20 | identity << 10 | len(values),
            *values,
        )
        for identity, unit, number, kind, values in listed
    )
    size = 8 + len(told)
    return struct.pack("<HBBi", size, 1, 9, len(listed)) + told


METRICS = {
    "v1.0": (
        metrics(
            (1, 0),
            76,
            {
                16: ("H", 41),
                28: ("H", 98),
                34: ("H", 210),
                36: ("I", 7),
                74: ("B", 8),
                75: ("B", 160),
            },
        ),
        {"temperature_c": 41.0, "gpu_utilization": 98.0, "power_w": 210.0},
        (16.0, 8),
    ),
    "v1.4": (
        metrics(
            (1, 4),
            288,
            {
                4: ("6H", 41, 0xFFFF, 37, 717, 98, 60),
                24: ("Q", 10**6),
                48: ("I", 320 << 16 | 16),
            },
        ),
        {
            "hotspot_temperature_c": 41.0,
            "power_w": 717.0,
            "gpu_utilization": 98.0,
            "memory_activity": 60.0,
            "energy_j": 15.259,
        },
        (32.0, 16),
    ),
    "v1.5": (
        metrics(
            (1, 5),
            360,
            {4: ("H", 41), 88: ("Q", 10**6), 112: ("I", 320 << 16 | 8)},
        ),
        {"hotspot_temperature_c": 41.0, "energy_j": 15.259},
        (32.0, 8),
    ),
    "v1.6": (
        metrics(
            (1, 6),
            1664,
            {
                12: ("H", 98),
                16: ("Q", 10**6),
                60: ("I", 320 << 16 | 16),
                104: ("Q", 3),
            },
        ),
        {"gpu_utilization": 98.0, "energy_j": 15.259, "pcie_replays": 3.0},
        (32.0, 16),
    ),
    "v1.8": (
        metrics(
            (1, 8),
            3360,
            {24: ("Q", 10**6), 68: ("I", 160 << 16 | 16), 112: ("Q", 3)},
        ),
        {"energy_j": 15.259, "pcie_replays": 3.0},
        (16.0, 16),
    ),
    "v1.9": (
        attributes(
            (0, 2, 2, "H", [42]),
            (3, 3, 2, "H", [194]),
            (33, 1, 2, "H", [2098, 2100]),
            (7, 0, 6, "Q", [10**6]),
            (16, 0, 2, "H", [16]),
            (17, 7, 2, "H", [320]),
            (1, 1, 2, "H", [37]),  # a temperature in MHz
            (5, 10, 1, "b", [-1]),
        ),
        {"hotspot_temperature_c": 42.0, "power_w": 194.0, "energy_j": 15.259},
        (32.0, 16),
    ),
    "v2.1": (
        metrics((2, 1), 120, {28: ("H", 50), 40: ("H", 9), 76: ("H", 800)}),
        {"gpu_clock_mhz": 800.0},
        None,
    ),
    "v2.4": (
        metrics(
            (2, 4),
            168,
            {
                4: ("H", 4712),
                28: ("H", 9800),
                40: ("H", 15250),
                120: ("Q", 0),
            },
        ),
        {
            "temperature_c": 47.12,
            "gpu_utilization": 98.0,
            "power_w": 15.25,
            "power_throttled": 0.0,
            "thermal_throttled": 0.0,
        },
        None,
    ),
    "v3.0": (
        metrics((3, 0), 264, {112: ("I", 28_500), 174: ("H", 1200)}),
        {"power_w": 28.5, "gpu_clock_mhz": 1200.0},
        None,
    ),
}
"""What a file of each version has, and its link."""


@pytest.mark.parametrize("version", METRICS)
def test_metrics_of_a_version(version: str) -> None:
    content, expected, expected_link = METRICS[version]
    padded = content + bytes(4096 - len(content))
    readings, link = read_metrics(padded, "gpu_metrics")
    values = {
        name: each.value
        for name, each in readings.items()
        if each.value is not None
    }
    assert values == pytest.approx(expected)
    assert (link and (link.speed_gts, link.width)) == expected_link
    assert all(
        each.reason in ("not_reported", "unit_unknown")
        for each in readings.values()
        if each.value is None
    )


@pytest.mark.parametrize("version", METRICS)
def test_metrics_that_are_cut_say_nothing(version: str) -> None:
    content = METRICS[version][0]
    for kept in range(0, len(content), 3):
        assert read_metrics(content[:kept], "gpu_metrics") == ({}, None)


@pytest.mark.parametrize("count", [-1, 0, 1, 3, 2**31 - 1])
def test_attributes_that_do_not_fill_their_file_say_nothing(count: int) -> None:
    content = bytearray(attributes((3, 3, 2, "H", [194]), (0, 2, 2, "H", [42])))
    struct.pack_into("<i", content, 4, count)
    assert read_metrics(bytes(content), "gpu_metrics") == ({}, None)


def test_a_second_die_without_power_of_its_own_is_not_0_watts(
    tmp_path: Path,
) -> None:
    root = plant_capture(tmp_path, "amd_sysfs_rx6900xt.json")
    (power,) = root.glob("sys/class/drm/card*/device/hwmon/*/power1_average")
    power.write_text("0\n")
    (metrics_file,) = root.glob("sys/class/drm/card*/device/gpu_metrics")
    content = bytearray(metrics_file.read_bytes())
    struct.pack_into("<H", content, 22, 0)
    metrics_file.write_bytes(content)
    assert said(only_card(root))["power_w"] == "not_reported"


@pytest.mark.parametrize("version", ["v2.1", "v1.0"])
def test_a_figure_whose_unit_nobody_names_is_missing(version: str) -> None:
    readings, _ = read_metrics(METRICS[version][0], "gpu_metrics")
    assert "unit_unknown" in {each.reason for each in readings.values()}


RAPL = "sys/class/powercap/intel-rapl"
PROC = {
    "proc/stat": "cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 100 0 50 800 50 0 0 0 0 0\n",
    "proc/meminfo": "MemTotal: 2048 kB\nMemAvailable: 1024 kB\nSwapTotal: 8 kB\nSwapFree: 2 kB\n",
    "proc/loadavg": "1.25 0.5 0.1 1/200 300\n",
    "proc/cpuinfo": "flags\t\t: fpu vme\ncpu MHz\t\t: 2000.0\ncpu MHz\t\t: 3000.0\n",
    "proc/pressure/cpu": "some avg10=12.50 avg60=0.00 avg300=0.00 total=1\n",
    "sys/class/net/lo/statistics/rx_bytes": "999\n",
    "sys/class/net/eth0/statistics/rx_bytes": "10\n",
    "sys/class/net/eth0/statistics/tx_bytes": "20\n",
    "sys/class/net/eth1/statistics/rx_bytes": "5\n",
    f"{RAPL}:0/energy_uj": "2000000\n",
    f"{RAPL}:0:0/name": "core\n",
    f"{RAPL}:0:0/energy_uj": "9000000\n",
    f"{RAPL}:0:1/name": "dram\n",
    f"{RAPL}:0:1/energy_uj": "4000000\n",
    f"{RAPL}:1/energy_uj": "3000000\n",
    f"{RAPL}:2/name": "psys\n",
    f"{RAPL}:2/energy_uj": "8000000\n",
}


def test_each_processor_is_read(tmp_path: Path) -> None:
    cores = read_cores(Tree(plant(tmp_path, PROC)))
    assert {name: each.value for name, each in cores.items()} == {"cpu0": 1.5}


def test_a_host_is_read(tmp_path: Path) -> None:
    tree = Tree(plant(tmp_path, PROC))
    assert read_frequency(tree).value == 2500.0
    host = read_host(tree)
    assert (
        {name: each.value for name, each in host.items()}
        == {
            "cpu_busy_s": 1.5,
            "cpu_idle_s": 8.5,
            "load_average_1min": 1.25,
            "memory_total_bytes": 2048 * 1024.0,
            "memory_available_bytes": 1024 * 1024.0,
            "swap_used_bytes": 6 * 1024.0,
            "cpu_pressure_percent": 12.5,
            "memory_pressure_percent": None,
            "io_pressure_percent": None,
            "network_received_bytes": 15.0,
            "network_sent_bytes": None,  # of eth1 it is not known: a part would look like the whole
            "package_energy_j": 5.0,
            "dram_energy_j": 4.0,
        }
    )


def test_a_counter_of_energy_that_turns_over_still_grows(
    tmp_path: Path,
) -> None:
    root = plant(
        tmp_path,
        PROC | {f"{RAPL}:0/max_energy_range_uj": "262143000000\n"},
    )
    sampler, tree = HostSampler(), Tree(root)
    seen = []
    for counted_uj in (262142000000, 1000000, 5000000, 4000000):
        (root / f"{RAPL}:0/energy_uj").write_text(f"{counted_uj}\n")
        seen.append(sampler.sample(tree).host["package_energy_j"].value)
    others_j = 3.0  # of the second package, which stands still
    assert seen == [
        262142.0 + others_j,
        262144.0 + others_j,
        262148.0 + others_j,
        262147.0 + others_j,  # it began anew: no turn
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_energy_that_only_root_may_read_says_so(tmp_path: Path) -> None:
    root = plant(tmp_path, PROC)
    (root / f"{RAPL}:1/energy_uj").chmod(0)
    assert read_host(Tree(root))["package_energy_j"].reason == "permission"


@pytest.mark.parametrize(
    ("flags", "virtual"), [("fpu hypervisor vme", True), ("fpu", False)]
)
def test_a_virtual_machine_is_known_by_its_processor(
    flags: str, virtual: bool, tmp_path: Path
) -> None:
    root = plant(
        tmp_path, {"proc/cpuinfo": f"processor: 0\nflags\t\t: {flags}\n"}
    )
    assert is_virtual(Tree(root)) is virtual


def test_nothing_outside_the_root_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("1\n")
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to("/etc/hostname")
    for path in ("../secret", "link"):
        with pytest.raises(MissingError):
            Tree(root).text(path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "power1_average")
    assert Tree(tmp_path).reading("power1_average").reason == "unreadable"


@pytest.mark.skipif(
    not os.path.exists("/proc/sys/kernel/ostype"), reason="this is no Linux"
)
def test_settings_of_this_kernel_are_read() -> None:
    assert Tree().text("proc/sys/kernel/ostype") == "Linux"


@pytest.mark.parametrize(("device", "known"), [("740c", True), ("740f", False)])
def test_the_second_die_of_an_mi250_knows_its_package(
    device: str, known: bool, tmp_path: Path
) -> None:
    """Two cards to the kernel, and the power of both at the first; the numbers of hwmon and the
    order of directories mean nothing.
    """
    watts = {"c1": 91, "c6": 0, "c9": 88, "ce": 0}
    files: dict[str, str] = {}
    for number, (bus, power) in enumerate(watts.items()):
        card = f"sys/devices/pci0000:{bus}/0000:{bus}:00.0"
        files |= {
            f"{card}/vendor": "0x1002",
            f"{card}/device": f"0x{device}",
            f"{card}/class": "0x038000",
            f"{card}/hwmon/hwmon{9 - number}/name": "amdgpu",
            f"{card}/hwmon/hwmon{9 - number}/power1_average": f"{power}000000",
        }
    cards = take_sample(plant(tmp_path, files)).cards
    packages = [card.package for card in cards]
    first, second = "0000:c1:00.0", "0000:c9:00.0"
    assert packages == ([None, first, None, second] if known else [None] * 4)
    powers = [card.readings["power_w"] for card in cards]
    assert [each.value for each in powers] == [91.0, None, 88.0, None]
    assert {each.reason for each in powers[1::2]} == {"not_reported"}
