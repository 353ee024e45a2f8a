"""The declared link through a whole campaign: what it is compared with, and what comes of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from inferometer.campaign.outcome import CampaignOutcome
from inferometer.campaign.runner import run_campaign
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.loadgen import Snapshot
from inferometer.server.base import Confirmation
from inferometer.spec.campaign import PlannedPoint
from inferometer.store.campaign.paths import CampaignPaths
from tests.campaign.tiny_campaign import Remembering, task_of, tiny_campaign
from tests.telemetry.trees import plant, port

AMD, AMD_CPU, BRIDGE, DISPLAY = 0x1002, 0x1022, 0x060400, 0x030000
CARD = "0000:05:00.0"
SLOT = "sys/devices/pci0000:00/0000:00:01.1/0000:03:00.0"
SLOW = EngineSettings(ttft_ms=20, itl_ms=10, max_model_len=256)


def machine(root: Path, width: int, *, virtual: bool = False) -> Path:
    """A Radeon at work behind its own switch, in a Gen4 slot of this width."""
    way = "pci0000:00/0000:00:01.1"
    files = port(way, AMD_CPU, BRIDGE, f"16.0x{width}", "16.0x16")
    way += "/0000:03:00.0"
    files |= port(way, AMD, BRIDGE, f"16.0x{width}", "32.0x16")
    way += "/0000:04:00.0"
    files |= port(way, AMD, BRIDGE, "32.0x16", "32.0x16")
    way += f"/{CARD}"
    files |= port(way, AMD, DISPLAY, "32.0x16", "32.0x16")
    files[f"sys/devices/{way}/gpu_busy_percent"] = "97\n"
    flags = "hypervisor" if virtual else "fpu"
    files["proc/cpuinfo"] = f"flags\t\t: {flags}\n"
    return plant(root, files)


class Anywhere:
    """A server that is there."""

    restart_words = "It will be started again"

    def __init__(self, url: str) -> None:
        self.base_url = url

    def start(self) -> Confirmation:
        return Confirmation({"base_url": self.base_url}, (), "nobody")

    def check(self) -> None:
        """It is alive."""

    def stop(self) -> None:
        """It is not ours."""

    def log_tail(self, lines: int = 20) -> list[str]:
        return []

    def recent_log(self) -> list[str]:
        return []


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with EmbeddedEngine(SLOW, model="tiny-model") as engine:
        yield engine.base_url


@pytest.fixture
def places(tmp_path: Path) -> CampaignPaths:
    return CampaignPaths(tmp_path / "results", "tiny")


def run(
    url: str,
    places: CampaignPaths,
    root: Path,
    display: Remembering,
    output_len: int = 3,
) -> CampaignOutcome:
    """A campaign whose hardware is said to be Gen4 x16."""
    spec = tiny_campaign(
        points=1,
        telemetry=True,
        hardware={"wide": {"pcie_width": 16, "pcie_generation": 4}},
        groups=[{"id": "g", "model": "m", "server": "s", "hardware": "wide"}],
        matrix={"num_prompts": [2]},
        workload={"input_len": 8, "output_len": output_len},
    )
    task = task_of(spec, lambda need: Anywhere(url), root=root)
    return run_campaign(task, places, display)


def finding(places: CampaignPaths, name: str) -> tuple[str, str]:
    """Level and sentence of a check, in the only run of the campaign."""
    (path,) = places.result_dir.rglob("verdict.json")
    (found,) = [
        each
        for each in orjson.loads(path.read_bytes())["findings"]
        if each["name"] == name
    ]
    return found["level"], found["sentence"]


def test_an_x8_that_is_called_x16_is_refused_and_measured_when_it_is_one(
    url: str, places: CampaignPaths, tmp_path: Path
) -> None:
    display = Remembering()
    narrow = run(url, places, machine(tmp_path / "narrow", 8), display)
    assert [each.state for each in narrow.endings] == ["failed"]
    assert narrow.exit_code == 1
    told = "\n".join(display.told)
    assert f"{CARD} has a link of 8 lanes" in told
    assert [*places.result_dir.rglob("verdict.json")] == []
    run(url, places, machine(tmp_path / "wide", 16), display)
    assert finding(places, "link_as_declared")[0] == "ok"


class Falling(Remembering):
    """The link trains down while a point is measured."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._speed = root / SLOT / "current_link_speed"

    @contextmanager
    def measuring(
        self, point: PlannedPoint
    ) -> Iterator[Callable[[Snapshot], None]]:
        fall = threading.Timer(
            1.5, lambda: self._speed.write_text("2.5 GT/s PCIe\n")
        )
        fall.start()
        yield lambda _: None
        fall.join()


def test_a_link_that_trains_down_under_load_is_a_finding(
    url: str, places: CampaignPaths, tmp_path: Path
) -> None:
    root = machine(tmp_path / "root", 16)
    run(url, places, root, Falling(root), output_len=240)
    level, sentence = finding(places, "link_held")
    assert level == "suspect"
    assert CARD in sentence
    assert "2.5" in sentence


def test_in_a_virtual_machine_the_link_is_not_verifiable(
    url: str, places: CampaignPaths, tmp_path: Path
) -> None:
    root = machine(tmp_path / "root", 8, virtual=True)
    run(url, places, root, Remembering())
    level, sentence = finding(places, "link_as_declared")
    assert level == "note"
    assert "this is a virtual machine" in sentence


def test_the_cards_of_a_server_that_we_start_are_those_it_was_given(
    url: str, places: CampaignPaths, tmp_path: Path
) -> None:
    addresses = ["0000:03:00.0", "0000:43:00.0"]
    files: dict[str, str] = {}
    for address in addresses:
        files |= port(
            f"pci{address[:7]}/{address}", 0x10DE, 0x030200, "16.0x16"
        )
    spec = tiny_campaign(
        points=1,
        telemetry=True,
        servers={
            "s": {
                "kind": "process",
                "base_url": url,
                "command": ["serve"],
                "environment": {"CUDA_VISIBLE_DEVICES": "1"},
            }
        },
    )
    task = task_of(
        spec, lambda need: Anywhere(url), root=plant(tmp_path / "root", files)
    )
    run_campaign(task, places, Remembering())
    (path,) = places.result_dir.rglob("run.json")
    telemetry = orjson.loads(path.read_bytes())["telemetry"]
    assert [card["id"] for card in telemetry["cards"]] == addresses
    declared = telemetry["declared"]
    assert declared["cards"] == addresses[1:]
    assert declared["chosen_by"] == "CUDA_VISIBLE_DEVICES"
