"""Cards from the tools of their vendors, and tools that misbehave."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inferometer.telemetry import nvidia, smi_json
from inferometer.telemetry.reading import Card
from inferometer.telemetry.sample import take_sample
from inferometer.telemetry.tool import ask, cleaned
from tests.telemetry.trees import CAPTURES, capture, plant, port
from tests.telemetry.trees import tool as plant_tool

MIB = 1024.0**2


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
    cards = smi_json.parse(capture("hy-smi_k100_ai.json"), "hygon", "hy-smi")
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
    (card,) = smi_json.parse(
        '{"card1": {"HCU use (%)": "-1"}}', "hygon", "hy-smi"
    )
    assert card.readings["gpu_utilization"].reason == "not_reported"


def test_amd_cards_by_rocm_smi_behind_lines_of_text() -> None:
    noise = (
        'Expected integer value from monitor, but got ""\nWARNING: {braces} {\n'
    )
    cards = smi_json.parse(
        noise + capture("rocm-smi_mi100.json"), "amd", "rocm-smi"
    )
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


def mangled(text: str) -> Iterator[str]:
    """The text as a broken tool, terminal or locale would give it."""
    for place in range(0, len(text), max(1, len(text) // 400)):
        yield text[:place]
    yield f"*** a banner, 3 of 4\n\x1b[4m7\x1b[0m\n{text}"
    yield text.replace("\n", "\r\n")
    yield re.sub(r"(\d)\.(\d)", r"\1,\2", text)
    yield text + text
    yield ""


SCALES = (1.0, MIB)
PARSERS: dict[str, Callable[[str], list[Card]]] = {
    "nvidia-smi_h100.csv": nvidia.parse,
    "nvidia-smi_h100_mig.csv": nvidia.parse,
    "nvidia-smi_rtx4080.csv": nvidia.parse,
    "hy-smi_k100_ai.json": lambda text: smi_json.parse(text, "hygon", "hy-smi"),
    "rocm-smi_mi100.json": lambda text: smi_json.parse(text, "amd", "rocm-smi"),
    "rocm-smi_rx6700xt.json": lambda text: smi_json.parse(
        text, "amd", "rocm-smi"
    ),
}


@pytest.mark.parametrize("name", PARSERS)
def test_no_number_comes_out_that_is_not_in_the_input(name: str) -> None:
    text = capture(name)
    whole = {float(each) for each in re.findall(r"\d+(?:\.\d+)?", text)}
    read = PARSERS[name](text)
    assert all(values(card) for card in read)
    for each in mangled(text):
        for card in PARSERS[name](cleaned(each)):
            for field, value in values(card).items():
                assert any(value / scale in whole for scale in SCALES), (
                    field,
                    value,
                )
