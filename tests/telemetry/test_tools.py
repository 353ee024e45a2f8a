"""Cards from the tools of their vendors, and tools that misbehave."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from inferometer.clock import NS
from inferometer.telemetry import (
    amd_smi,
    mthreads,
    npu_smi,
    nvidia,
    smi,
    xpu_smi,
)
from inferometer.telemetry import sampler as sampler_module
from inferometer.telemetry.nvidia_xml import parse_xml
from inferometer.telemetry.reading import Card
from inferometer.telemetry.sample import SAMPLERS, take_sample
from inferometer.telemetry.tool import ask, cleaned
from inferometer.telemetry.tree import Tree
from tests.telemetry.trees import CAPTURES, capture, plant, port
from tests.telemetry.trees import tool as plant_tool

MIB, GIB = 1024.0**2, 1024.0**3

Parser = Callable[[str], list[Card]]

amd: Parser = partial(smi.parse, vendor="amd", tool="rocm-smi")
hygon: Parser = partial(smi.parse, vendor="hygon", tool="hy-smi")


def values(card: Card) -> dict[str, float]:
    return {
        name: each.value
        for name, each in card.readings.items()
        if each.value is not None
    }


def nvidia_tables(name: str) -> tuple[str, str]:
    """Idle and under load."""
    lines = capture(name).splitlines()
    return "\n".join(lines[:2]) + "\n", "\n".join(lines[2:]) + "\n"


def test_an_nvidia_card_under_load() -> None:
    (card,) = nvidia.parse(nvidia_tables("nvidia-smi_h100.csv")[1])
    assert (card.vendor, card.address, card.name) == (
        "nvidia",
        "0000:00:09.0",
        "NVIDIA H100 80GB HBM3",
    )
    row = capture("nvidia-smi_h100.csv").splitlines()[3].split(", ")
    head = capture("nvidia-smi_h100.csv").splitlines()[2].split(", ")
    cells = dict(zip((each.split(" ")[0] for each in head), row, strict=True))
    found = values(card)
    assert found["power_w"] == float(cells["power.draw"].split()[0]) > 500
    assert found["gpu_utilization"] == float(
        cells["utilization.gpu"].split()[0]
    )
    assert (
        found["memory_used_bytes"]
        == float(cells["memory.used"].split()[0]) * MIB
    )
    assert card.readings["fan_percent"].reason == "not_reported"  # [N/A]
    assert card.link is not None
    assert card.link.vendor is not None
    assert (card.link.vendor.speed_gts, card.link.vendor.width) == (32.0, 16)


def test_with_partitions_the_utilization_is_missing_and_not_zero() -> None:
    (card,) = nvidia.parse(nvidia_tables("nvidia-smi_h100_mig.csv")[1])
    assert card.readings["gpu_utilization"].value is None
    assert card.readings["gpu_utilization"].reason == "not_reported"
    assert "power_w" in values(card)


def test_an_idle_link_is_what_the_tool_says_at_that_moment() -> None:
    speeds = []
    for table in nvidia_tables("nvidia-smi_rtx4080.csv"):
        (card,) = nvidia.parse(table)
        assert card.link is not None
        assert card.link.vendor is not None
        speeds.append(card.link.vendor.speed_gts)
    assert speeds == [2.5, 16.0]


def test_hygon_cards() -> None:
    cards = smi.parse(capture("hy-smi_k100_ai.json"), "hygon", "hy-smi")
    assert [(card.number, card.name, card.address) for card in cards] == [
        (0, "K100_AI", None),
        (1, "K100_AI", None),
    ]
    assert values(cards[0]) == {
        "gpu_utilization": 0.0,
        "memory_total_bytes": 65520 * MIB,
        "memory_used_bytes": 2 * MIB,
        "power_w": 77.0,
        "temperature_c": 37.0,
        "hotspot_temperature_c": 35.0,
        "memory_temperature_c": 38.0,
    }


def test_what_hygon_does_not_know_is_minus_one_there() -> None:
    (card,) = smi.parse('{"card1": {"HCU use (%)": "-1"}}', "hygon", "hy-smi")
    assert card.readings["gpu_utilization"].reason == "not_reported"


def test_amd_cards_by_rocm_smi_behind_lines_of_text() -> None:
    noise = (
        'Expected integer value from monitor, but got ""\nWARNING: {braces} {\n'
    )
    cards = smi.parse(noise + capture("rocm-smi_mi100.json"), "amd", "rocm-smi")
    assert [card.address for card in cards] == [
        "0000:83:00.0",
        *(card.address for card in cards[1:]),
    ]
    assert len(cards) == 4
    assert values(cards[0])["power_w"] == 36.0
    assert values(cards[0])["power_limit_w"] == 290.0
    assert values(cards[0])["memory_used_bytes"] == 6750208.0
    assert cards[0].link is not None
    link = cards[0].link.vendor
    assert link is not None
    assert (link.speed_gts, link.width) == (16.0, 16)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that is all of PATH, but for the shell's own programs."""
    directory = tmp_path / "bin"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}:/usr/bin:/bin")
    return directory


@pytest.fixture
def machine(tmp_path: Path) -> Callable[[int, int], Path]:
    """A tree with one card of a vendor."""

    def built(vendor: int, kind: int) -> Path:
        way = "pci0000:00/0000:00:09.0"
        return plant(tmp_path / "root", port(way, vendor, kind, "32.0x16"))

    return built


H100_CSV = shlex.quote(str(CAPTURES / "nvidia-smi_h100.csv"))

ANSWERS = {
    "good": (f"cat {H100_CSV}", "ok", True),
    "good, then exit 1": (f"cat {H100_CSV}; exit 1", "ok", True),
    "a second document": (f"cat {H100_CSV} {H100_CSV}", "ok", True),
    "a banner and CRLF": (
        f"echo ' ** notice **'; sed 's/$/\\r/' {H100_CSV}",
        "ok",
        True,
    ),
    "empty": (":", "unknown_format", False),
    "lost card": (
        "echo 'Unable to determine the device handle for GPU0'; exit 15",
        "tool_failed",
        False,
    ),
    "half": (f"head -c 5000 {H100_CSV}", "unknown_format", False),
    "decimal commas": (
        f"sed 's/\\([0-9]\\)\\.\\([0-9][0-9] W\\)/\\1,\\2/g' {H100_CSV}",
        "unknown_format",
        False,
    ),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_the_tool_answers(
    answer: str, path: Path, machine: Callable[[int, int], Path]
) -> None:
    script, state, is_read = ANSWERS[answer]
    plant_tool(path, "nvidia-smi", script)
    sample = take_sample(machine(0x10DE, 0x030200))
    (card,) = sample.cards
    assert [(each.tool, each.state) for each in sample.tools] == [
        ("nvidia-smi", state)
    ]
    assert ("power_w" in values(card)) is is_read
    assert card.address == "0000:00:09.0"


UNKNOWN = {
    "amd-smi": (
        '[{"gpu": 0, "power": {"socket_power": {"value": 0, "unit": "W"}}, '
        '"temperature": {"edge": {"value": 0, "unit": "C"}}, '
        '"usage": {"gfx_activity": {"value": 0, "unit": "%"}}}]'
    ),
    "npu-smi": (
        "| NPU Name  | Health       | Power(W)  Temp(C) |\n"
        "| Chip      | Bus-Id       | AICore(%)         |\n"
        "| 0 310P3   | OK           | 0.0       0       |\n"
        "| 0         | 0000:01:00.0 | 0                 |"
    ),
}


@pytest.mark.parametrize("tool", UNKNOWN)
def test_a_power_and_a_temperature_of_0_are_unknown(
    tool: str, path: Path
) -> None:
    plant_tool(path, tool, f"cat << END\n{UNKNOWN[tool]}\nEND")
    sampler = SAMPLERS["amd" if tool == "amd-smi" else "ascend"]()
    (card,) = sampler.sample(Tree(path)).cards
    sampler.close()
    assert values(card) == {"gpu_utilization": 0.0}
    reasons = [card.readings[each] for each in ("power_w", "temperature_c")]
    assert [each.reason for each in reasons] == ["not_reported"] * 2


BY_VENDOR = {
    "hygon": ("hy-smi", "hy-smi_table_bw1000.txt"),
    "amd": ("amd-smi", "amd-smi_rx7000.txt"),
    "intel": ("xpu-smi", "xpu-smi_max1550.csv"),
    "ascend": ("npu-smi", "npu-smi_a3.txt"),
    "mthreads": ("mthreads-gmi", "mthreads-gmi_s80.txt"),
    "nvidia": ("nvidia-smi", "nvidia-smi_t4.xml"),
}


@pytest.mark.parametrize("vendor", BY_VENDOR)
@pytest.mark.parametrize(
    ("script", "state"),
    [("cat {}", "ok"), ("cat {}; exit 1", "ok"), (":", "unknown_format")],
    ids=["good", "good, then exit 1", "empty"],
)
def test_the_tool_of_a_vendor_without_files(
    vendor: str, script: str, state: str, path: Path
) -> None:
    tool, name = BY_VENDOR[vendor]
    plant_tool(path, tool, script.format(shlex.quote(str(CAPTURES / name))))
    sampler = SAMPLERS[vendor]()
    found = sampler.sample(Tree(path))
    sampler.close()
    assert [(each.tool, each.state) for each in found.tools] == [(tool, state)]
    assert len(found.cards) == (PARSERS[name][1] if state == "ok" else 0)
    assert all(card.vendor == vendor for card in found.cards)


def test_a_tool_rests_as_long_as_it_took(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = iter([0, 0, 4, 4, 5, 5, 5, 8, 8, 9, 9])
    monkeypatch.setattr(sampler_module, "monotonic_ns", lambda: next(now) * NS)
    plant_tool(
        path, "npu-smi", f"cat {shlex.quote(str(CAPTURES / 'npu-smi_a3.txt'))}"
    )
    sampler, tree = SAMPLERS["ascend"](), Tree(path)
    powers = [sampler.sample(tree).cards[0].readings["power_w"] for _ in "123"]
    assert [each.value for each in powers] == [178.8, None, 178.8]
    assert powers[1].reason == "not_due"


def test_an_older_driver_is_asked_without_the_columns_it_does_not_know(
    path: Path, machine: Callable[[int, int], Path]
) -> None:
    refusal = "echo 'Field \"clocks_event_reasons_counters.sw_power_cap\" is not a valid field'; exit 2"
    plant_tool(
        path,
        "nvidia-smi",
        f'case "$1" in *_counters*) {refusal};; *) cat {H100_CSV};; esac',
    )
    (card,) = take_sample(machine(0x10DE, 0x030200)).cards
    assert "power_w" in values(card)


def test_a_tool_that_hangs_is_ended_with_its_children(path: Path) -> None:
    plant_tool(path, "hangs", "sleep 77 & sleep 77")
    assert ask(["hangs"], timeout_s=0.2).state == "tool_timeout"


def test_a_tool_that_is_not_there(
    path: Path, machine: Callable[[int, int], Path]
) -> None:
    sample = take_sample(machine(0x10DE, 0x030200))
    assert [(each.tool, each.state) for each in sample.tools] == [
        ("nvidia-smi", "tool_missing")
    ]
    (card,) = sample.cards
    assert values(card) == {}


def test_a_hygon_card_is_joined_with_what_its_tool_says(
    path: Path, machine: Callable[[int, int], Path]
) -> None:
    one = {"card0": json.loads(capture("hy-smi_k100_ai.json"))["card0"]}
    plant_tool(path, "hy-smi", f"echo {shlex.quote(json.dumps(one))}")
    (card,) = take_sample(machine(0x1D94, 0x0B4000)).cards
    assert (card.address, card.name, values(card)["power_w"]) == (
        "0000:00:09.0",
        "K100_AI",
        77.0,
    )


def test_cards_that_cannot_be_joined_stay_apart(
    path: Path, machine: Callable[[int, int], Path]
) -> None:
    plant_tool(
        path,
        "hy-smi",
        f"cat {shlex.quote(str(CAPTURES / 'hy-smi_k100_ai.json'))}",
    )
    cards = take_sample(machine(0x1D94, 0x0B4000)).cards
    assert [(card.address, card.number) for card in cards] == [
        ("0000:00:09.0", None),
        (None, 0),
        (None, 1),
    ]


HOSTILE = {
    "a cell that is too large": '"' + "7" * 200_000,
    "nothing but beginnings": '{"a":[{"gpu":' * 1_500,
    "columns without end": "GPU " * 50_000 + "\n",
    "digits of other scripts": "index, pci.bus_id, power.draw [W]\n"
    "²,0000:01:00.0,٣\n",
    "zeros": "\x00" * 1000 + "\n",
}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_stops_a_parser(hostile: str) -> None:
    text = f"{HOSTILE[hostile]}\n"
    for parse in {parse for parse, _ in PARSERS.values()}:
        for card in parse(text):
            assert values(card) == {}


NVIDIA_HEAD = "index, pci.bus_id, name, utilization.gpu [%], power.draw [W]"

DIALECTS: dict[str, tuple[Parser, str, dict[str, object]]] = {
    "nvidia: units in the head only": (
        nvidia.parse,
        f"{NVIDIA_HEAD}\n0, 00000000:C1:00.0, L40S, 97, 301.50\n",
        {"gpu_utilization": 97.0, "power_w": 301.5},
    ),
    "nvidia: another unit": (
        nvidia.parse,
        f"{NVIDIA_HEAD}\n0, 00000000:C1:00.0, L40S, 97 %, 301500 mW\n",
        {"gpu_utilization": 97.0, "power_w": "unit_unknown"},
    ),
    "nvidia: no values": (
        nvidia.parse,
        f"{NVIDIA_HEAD}\n0, 00000000:C1:00.0, L40S, [Unknown Error], ERR!\n",
        {"gpu_utilization": "not_reported", "power_w": "not_reported"},
    ),
    "nvidia: lost, and not allowed": (
        nvidia.parse,
        f"{NVIDIA_HEAD}\n0, 00000000:C1:00.0, L40S, [GPU is lost], "
        "[Insufficient Permissions]\n",
        {"gpu_utilization": "card_lost", "power_w": "permission"},
    ),
    "nvidia: no address": (
        nvidia.parse,
        "index, name, pstate, temperature.gpu, utilization.gpu [%]\n"
        "0, NVIDIA H100 80GB HBM3, P0, 29, 0 %\n",
        {"temperature_c": 29.0, "gpu_utilization": 0.0},
    ),
    "nvidia: newer names": (
        nvidia.parse,
        "index, pci.bus_id, power.draw.average [W], clocks.current.sm [MHz]\n"
        "0, 0000000F:01:00.0, 11.20 W, 208 MHz\n",
        {"power_w": 11.2, "gpu_clock_mhz": 208.0},
    ),
    "nvidia: a value under the older name only": (
        nvidia.parse,
        "index, pci.bus_id, power.draw [W], power.draw.average [W]\n"
        "0, 00000000:01:00.0, [N/A], 71.20 W\n",
        {"power_w": 71.2},
    ),
    "nvidia: deprecated, and decimal commas": (
        nvidia.parse,
        "index, pci.bus_id, power.draw [W], fan.speed [%]\n"
        "0, 00000000:01:00.0, 71,20 W, 30 %\n"
        "1, 00000000:02:00.0, [Requested functionality has been deprecated], "
        "[N/A]\n",
        {"power_w": "not_reported", "fan_percent": "not_reported"},
    ),
    "nvidia: XML whose average is of no card": (
        parse_xml,
        '<nvidia_smi_log><gpu id="00000000:01:00.0"><gpu_power_readings>'
        "<average_power_draw>N/A</average_power_draw>"
        "<power_draw>71.20 W</power_draw>"
        "<instant_power_draw>70.90 W</instant_power_draw>"
        "</gpu_power_readings><module_power_readings>"
        "<power_draw>900.00 W</power_draw></module_power_readings>"
        "</gpu></nvidia_smi_log>\n",
        {"power_w": 71.2, "power_instant_w": 70.9},
    ),
    "amd-smi: memory in CSV of monitor is an activity": (
        amd_smi.parse,
        "gpu,power_usage,mem,vram_used\n0,171,3,283\n",
        {"power_w": 171.0, "memory_activity": 3.0},
    ),
    "amd-smi: memory in CSV of metric is a temperature": (
        amd_smi.parse,
        "gpu,gfx_activity,socket_power,mem\n0,98,171,60\n",
        {"gpu_utilization": 98.0, "memory_temperature_c": 60.0},
    ),
    "amd-smi: another unit": (
        amd_smi.parse,
        '[{"gpu":0,"gfx_clock":{"value":1.2,"unit":"GHz"},'
        '"power_usage":{"value":171,"unit":"W"}}]',
        {"gpu_clock_mhz": "unit_unknown", "power_w": 171.0},
    ),
    "rocm-smi: the second die of an MI250": (
        amd,
        '{"card1": {"Average Graphics Package Power (W)": '
        '"N/A (Secondary die)", "GPU use (%)": "97"}}',
        {"power_w": "not_reported", "gpu_utilization": 97.0},
    ),
    "rocm-smi: text before the document in its line": (
        amd,
        'WARNING: AMD GPU device(s) is/are {in} a low-power state. {"card0": '
        '{"GPU use (%)": "7"}, "system": {"PID1": "a"}}',
        {"gpu_utilization": 7.0},
    ),
    "amd-smi: a warning in the line of the document": (
        amd_smi.parse,
        'warning [1]: [{"gpu": 0, "usage": {"gfx_activity": '
        '{"value": 98, "unit": "%"}}}]',
        {"gpu_utilization": 98.0},
    ),
    "rocm-smi: the second die says 0": (
        amd,
        '{"card1": {"Average Graphics Package Power (W)": "0.0"}}',
        {"power_w": "not_reported"},
    ),
    "rocm-smi: a table with two rows of heads": (
        amd,
        "Device  Node  IDs              Temp    Power  Partitions          "
        "SCLK  MCLK   Fan    Perf    PwrCap       VRAM%  GPU%\n"
        "              (DID,     GUID)  (Edge)  (Avg)  (Mem, Compute, ID)\n"
        "0       1     0x73bf,   34495  43.0°C  6.0W   N/A, N/A, 0         "
        "0Mhz  96Mhz  0%     manual  Unsupported  3%     0%\n",
        {
            "temperature_c": 43.0,
            "power_w": 6.0,
            "power_limit_w": "not_reported",
            "memory_used_percent": 3.0,
        },
    ),
    "rocm-smi: an old table": (
        amd,
        "GPU  Temp   AvgPwr  SCLK     MCLK     Fan     Perf  PwrCap  VRAM%  "
        "GPU%\n"
        "0    38.0c  155.0W  1802Mhz  1001Mhz  21.96%  auto  250.0W   48%   "
        "100%\n",
        {"power_w": 155.0, "fan_percent": 21.96, "gpu_utilization": 100.0},
    ),
    "hy-smi: a table with clocks": (
        hygon,
        "DCU  Temp   AvgPwr  SCLK     MCLK    Fan   Perf    PwrCap  VRAM%  DCU%\n"
        "0    44.0c  20.0W   1250Mhz  800Mhz  0.0%  manual  450.0W    0%   0%\n",
        {"power_w": 20.0, "gpu_clock_mhz": 1250.0, "gpu_utilization": 0.0},
    ),
    "hy-smi: one line a figure": (
        hygon,
        "HCU[0]\t\t: pcie clock level 1 (16.0GT/s, x16 800Mhz)\n"
        "HCU[0]\t\t: vram Total Memory (MiB): 65520\n"
        "HCU[0]\t\t: HCU use (%): 15.0\n",
        {"memory_total_bytes": 65520 * MIB, "gpu_utilization": 15.0},
    ),
    "npu-smi: no power of its own": (
        npu_smi.parse,
        "| NPU   Name                | Health | Power(W)  Temp(C)  "
        "Hugepages-Usage(page) |\n"
        "| Chip  Phy-ID              | Bus-Id | AICore(%) Memory-Usage(MB) "
        "HBM-Usage(MB) |\n"
        "| 0     Ascend910           | OK     | -         34       0    / 0 |\n"
        "| 1     1                   | 0000:9F:00.0 | 7  0    / 0  "
        "3419 / 65536 |\n",
        {
            "power_w": "not_reported",
            "temperature_c": 34.0,
            "gpu_utilization": 7.0,
            "memory_used_bytes": 3419 * MIB,
        },
    ),
    "amd-smi: lists and objects without a value": (
        amd_smi.parse,
        '[{"gpu": 0, "usage": {"gfx_activity": {"value": 98, "unit": "%"}, '
        '"mm_activity": "N/A", "vcn_activity": ["N/A"]}, "power": '
        '{"socket_power": {"value": 742, "unit": "W"}, "gfx_voltage": "N/A"}, '
        '"temperature": {"edge": "N/A"}, "energy": '
        '{"total_energy_consumption": {"value": 1234567.5, "unit": "J"}}}]',
        {
            "gpu_utilization": 98.0,
            "power_w": 742.0,
            "temperature_c": "not_reported",
            "energy_j": 1234567.5,
        },
    ),
    "amd-smi: a view of partitions": (
        amd_smi.parse,
        "GPU  XCP  POWER  PWR_CAP  GPU_T  MEM_T  GFX_CLK  GFX%  MEM%  ENC%  "
        "DEC%  VRAM_USAGE\n"
        "  0    0  138 W   750 W  39 °C  34 °C  143 MHz   0 %   0 %   N/A  "
        "0 %  0.3/192.0 GB\n",
        {
            "power_w": 138.0,
            "power_limit_w": 750.0,
            "gpu_utilization": 0.0,
            "memory_used_bytes": 0.3 * GIB,
            "memory_total_bytes": 192 * GIB,
        },
    ),
    "amd-smi: memory of an APU is not of the card": (
        amd_smi.parse,
        "GPU  POWER  GPU_T  MEM_T  GFX_CLK  GFX%  GTT_USAGE\n"
        "  0   18 W  39 °C    N/A  600 MHz   3 %  0.3/ 62.0 GB\n",
        {"power_w": 18.0, "gpu_utilization": 3.0},
    ),
    "amd-smi: watched, with partitions": (
        amd_smi.parse,
        "TIMESTAMP   GPU  XCP  POWER  GPU_T  GFX%      VRAM_USAGE\n"
        "1723573412    4    0  138 W  39 °C   97 %  101.3/192.0 GB\n"
        "1723573412    4    1    N/A    N/A    N/A             N/A\n",
        {
            "power_w": 138.0,
            "gpu_utilization": 97.0,
            "memory_used_bytes": 101.3 * GIB,
        },
    ),
    "amd-smi: monitor in CSV, its default view": (
        amd_smi.parse,
        "gpu,xcp,power_usage,hotspot_temperature,memory_temperature,gfx_clk,"
        "gfx,mem,encoder,decoder,vram_used,vram_total\n"
        "0,0,138,39,34,143,97,12,N/A,0,0.3,192.0\n",
        {
            "power_w": 138.0,
            "gpu_clock_mhz": 143.0,
            "memory_activity": 12.0,
            "memory_used_bytes": 0.3 * GIB,
            "memory_total_bytes": 192 * GIB,
        },
    ),
    "amd-smi: monitor in CSV, its memory alone": (
        amd_smi.parse,
        "gpu,vram_used,vram_free,vram_total,vram_percent\n"
        "0,174,16011,16185,1.08\n",
        {
            "memory_used_bytes": 174 * MIB,
            "memory_total_bytes": 16185 * MIB,
            "memory_used_percent": 1.08,
        },
    ),
    "amd-smi: monitor in JSON, of 7.x": (
        amd_smi.parse,
        '[{"gpu": 0, "xcp": 0, "power_usage": {"value": 138, "unit": "W"}, '
        '"max_power": {"value": 750, "unit": "W"}, '
        '"hotspot_temperature": {"value": 39, "unit": "C"}, '
        '"memory_temperature": "N/A", "gfx": {"value": "N/A", "unit": "%"}, '
        '"vram_used": {"value": 0.3, "unit": "GB"}, '
        '"vram_total": {"value": 192.0, "unit": "GB"}}]',
        {
            "power_limit_w": 750.0,
            "hotspot_temperature_c": 39.0,
            "memory_temperature_c": "not_reported",
            "gpu_utilization": "not_reported",
            "memory_used_bytes": 0.3 * GIB,
            "memory_total_bytes": 192 * GIB,
        },
    ),
    "rocm-smi: the second partition of a card": (
        amd,
        "Device  Node  IDs              Temp        Power     Partitions"
        "          SCLK    MCLK    Fan  Perf  PwrCap  VRAM%  GPU%\n"
        "              (DID,     GUID)  (Junction)  (Socket)  "
        "(Mem, Compute, ID)\n"
        "1       3     0x74a1,   51499  41.0°C      N/A       "
        "NPS1, CPX, 1        131Mhz  900Mhz  0%   auto  750.0W  N/A    N/A\n",
        {
            "hotspot_temperature_c": 41.0,
            "power_w": "not_reported",
            "gpu_utilization": "not_reported",
        },
    ),
    "hy-smi: a table of HCUs without a power": (
        hygon,
        "HCU     Temp     AvgPwr     Perf     PwrCap     VRAM%      HCU%      "
        "Mode\n"
        "1       49.0C    N/A        auto     800.0W     0%         0.0%      "
        "Normal\n",
        {
            "temperature_c": 49.0,
            "power_w": "not_reported",
            "power_limit_w": 800.0,
            "gpu_utilization": 0.0,
        },
    ),
    "npu-smi: a card without HBM": (
        npu_smi.parse,
        "| NPU     Name   | Health       | Power(W)     Temp(C)           "
        "Hugepages-Usage(page) |\n"
        "| Chip    Device | Bus-Id       | AICore(%)    Memory-Usage(MB) |\n"
        "| 2       310P3  | OK           | NA           46                "
        "0     / 0             |\n"
        "| 0       0      | 0000:01:00.0 | 0            1702 / 21527 |\n",
        {
            "power_w": "not_reported",
            "temperature_c": 46.0,
            "gpu_utilization": 0.0,
            "memory_used_bytes": 1702 * MIB,
        },
    ),
    "xpu-smi: a card that knows neither power nor use": (
        xpu_smi.parse,
        "Timestamp, DeviceId, GPU Utilization (%), GPU Power (W), "
        "GPU Core Temperature (Celsius Degree)\n"
        "06:14:46.000,    0,  N/A, N/A, 44\n",
        {
            "gpu_utilization": "not_reported",
            "power_w": "not_reported",
            "temperature_c": 44.0,
        },
    ),
    "xpu-smi: statistics": (
        xpu_smi.parse,
        "| Device ID                | 0 |\n"
        "| GPU Power (W)            | avg: 97, min: 90, max: 99, current: 98 |\n"
        "| GPU Core Temperature (C) | Tile 0: 44; Tile 1: 45 |\n"
        "| GPU Frequency (MHz)      | Tile 0: 1550 |\n"
        "|                          | Tile 1: 1600 |\n"
        "+--------------------------+--------------+\n",
        {
            "power_w": 98.0,
            "temperature_c": "not_reported",
            "gpu_clock_mhz": "not_reported",
        },
    ),
    "xpu-smi: figures of tiles are none of the card": (
        xpu_smi.parse,
        "Timestamp, DeviceId, TileId, GPU Power (W)\n"
        "06:14:46.000, 0, 0, 140.61\n",
        {},
    ),
    "rocm-smi: the kind of a temperature in the head itself": (
        amd,
        "GPU  Temp (DieEdge)  AvgPwr  SCLK    MCLK     Fan  Perf  PwrCap  VRAM%  GPU%\n"
        "0    35.0c           83.0W   800Mhz  1600Mhz  0%   auto  300.0W    2%   5%\n",
        {
            "temperature_c": 35.0,
            "power_w": 83.0,
            "power_limit_w": 300.0,
            "gpu_utilization": 5.0,
        },
    ),
    "rocm-smi: the same, of the hottest place": (
        amd,
        "GPU  Temp (Junction)  AvgPwr  SCLK    Fan  GPU%\n"
        "0    35.0c            83.0W   800Mhz  0%   5%\n",
        {"hotspot_temperature_c": 35.0, "power_w": 83.0},
    ),
    "npu-smi: a chip that answers nothing": (
        npu_smi.parse,
        "| NPU Name  | Health       | Power(W)  Temp(C) Hugepages-Usage(page) |\n"
        "| Chip      | Bus-Id       | AICore(%) Memory-Usage(MB) HBM-Usage(MB)|\n"
        "| 1 910B3   | UNKNOWN      | NA        NA      NA / NA               |\n"
        "| 0         | 0000:C2:00.0 | NA        NA / NA NA / NA               |\n",
        {
            "power_w": "not_reported",
            "gpu_utilization": "not_reported",
            "memory_used_bytes": "not_reported",
        },
    ),
}
"""What other releases and machines print, and what is read of it."""


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect(name: str) -> None:
    parse, text, expected = DIALECTS[name]
    cards = parse(cleaned(text))
    assert len(cards) == (1 if expected else 0)
    found = {
        field: each.value if each.value is not None else each.reason
        for card in cards
        for field, each in card.readings.items()
    }
    assert {field: found[field] for field in expected} == expected
    for each in mangled(text):
        for card in parse(cleaned(each)):
            assert cards
            assert values(card).items() <= values(cards[0]).items()


def mangled(text: str, cuts: int = 1000) -> Iterator[str]:
    """The text as a broken tool, terminal or locale would give it; cut off at so many places."""
    for place in range(0, len(text), max(1, len(text) // cuts)):
        yield text[:place]
    yield f"*** a banner, 3 of 4\n\x1b[4m7\x1b[0m\n{text}"
    yield text.replace("\n", "\r\n")
    yield re.sub(r"(\d)\.(\d)", r"\1,\2", text)
    yield text + text
    yield ""


PARSERS: dict[str, tuple[Parser, int]] = {
    "nvidia-smi_h100.csv": (nvidia.parse, 1),
    "nvidia-smi_h100_mig.csv": (nvidia.parse, 1),
    "nvidia-smi_rtx4080.csv": (nvidia.parse, 1),
    "nvidia-smi_a100_mig.xml": (parse_xml, 1),
    "nvidia-smi_t4.xml": (parse_xml, 1),
    "nvidia-smi_gtx1660ti.xml": (parse_xml, 1),
    "hy-smi_k100_ai.json": (hygon, 2),
    "hy-smi_bw.jsonl": (hygon, 1),
    "hy-smi_table_4cards.txt": (hygon, 4),
    "hy-smi_table_bw1000.txt": (hygon, 2),
    "hy-smi_text_k100.txt": (hygon, 1),
    "hygon_rocm-smi_z100.csv": (hygon, 1),
    "hygon_rocm-smi_table_z100.txt": (hygon, 4),
    "hygon_rocm-smi_text.txt": (hygon, 8),
    "rocm-smi_mi100.json": (amd, 4),
    "rocm-smi_mi50.json": (amd, 1),
    "rocm-smi_rx6700xt.json": (amd, 1),
    "rocm-smi_rx6700xt_rocm43.json": (amd, 1),
    "rocm-smi_table_mi300x.txt": (amd, 4),
    "rocm-smi_text_mi300x.txt": (amd, 4),
    "rocm-smi_table_noise.txt": (amd, 1),
    "rocm-smi_metrics_gfx1201.txt": (amd, 1),
    "amd-smi_w7700.json": (amd_smi.parse, 1),
    "amd-smi_mi300x_dpx.json": (amd_smi.parse, 1),
    "amd-smi_apu_nothing.txt": (amd_smi.parse, 1),
    "amd-smi_mi210.csv": (amd_smi.parse, 2),
    "amd-smi_rx7000.txt": (amd_smi.parse, 1),
    "amd-smi_view_r9700.txt": (amd_smi.parse, 1),
    "amd-smi_monitor_rocm61.txt": (amd_smi.parse, 1),
    "amd-smi_monitor_rocm64.txt": (amd_smi.parse, 2),
    "xpu-smi_stats_b60.txt": (xpu_smi.parse, 1),
    "npu-smi_910b2c.txt": (npu_smi.parse, 2),
    "npu-smi_a3.txt": (npu_smi.parse, 2),
    "npu-smi_910b4.txt": (npu_smi.parse, 1),
    "xpu-smi_max1550.csv": (xpu_smi.parse, 6),
    "mthreads-gmi_s80.txt": (mthreads.parse, 1),
    "mthreads-gmi_s5000.txt": (mthreads.parse, 2),
}
"""How each capture is read, and how many cards it shows."""

WITHOUT_FIGURES = {
    "hy-smi_text_k100.txt": 1,
    "amd-smi_apu_nothing.txt": 1,
}
"""How many cards of a capture have none."""
WATCHED = {"xpu-smi_max1550.csv"}
"""Several samples of which the last counts: cut, an earlier one does."""
FLAGS = {"power_throttled", "thermal_throttled", "partitioned"}


def test_every_capture_is_tried() -> None:
    tools = {each.name for each in CAPTURES.glob("*-*.*")}
    assert tools == set(PARSERS)


@pytest.mark.parametrize(
    "cuts",
    [200, pytest.param(1000, marks=pytest.mark.wide)],
    ids=["few", "many"],
)
@pytest.mark.parametrize("name", PARSERS)
def test_no_number_comes_out_that_is_not_in_the_input(
    name: str, cuts: int
) -> None:
    parse, count = PARSERS[name]
    text = capture(name)
    numbers = {float(each) for each in re.findall(r"\d+(?:\.\d+)?", text)}
    read = {(card.address, card.number): values(card) for card in parse(text)}
    assert len(read) == count
    without = [card for card, found in read.items() if not found]
    assert len(without) == WITHOUT_FIGURES.get(name, 0)
    for found in read.values():
        for field, value in found.items():
            assert (
                field in FLAGS or {value, value / MIB, value / GIB} & numbers
            ), field
    for each in mangled(text, cuts):
        for card in parse(cleaned(each)):
            found = values(card)
            if name in WATCHED:
                assert {*found.values()} <= numbers
            else:
                known = read.get((card.address, card.number)) or next(
                    each
                    for (_, number), each in read.items()
                    if number == card.number and card.address is None
                )
                assert found.items() <= known.items()
