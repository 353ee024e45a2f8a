"""A campaign on a calibrated host: when that is asked for, and where it goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from inferometer.campaign.runner import run_campaign
from inferometer.engine import EmbeddedEngine
from inferometer.metrics.calibration import (
    KINDS,
    Calibration,
    Ceiling,
    Kind,
    Missing,
)
from inferometer.server.base import Confirmation
from inferometer.spec.campaign import CampaignSpec
from inferometer.store.campaign.paths import CampaignPaths
from tests.campaign.tiny_campaign import (
    FAST,
    Remembering,
    task_of,
    tiny_campaign,
)

LOW: dict[Kind, Ceiling] = {kind: Ceiling(0.5, "client") for kind in KINDS}
LOW_CALIBRATION = Calibration(
    {},
    "2026-11-20T12:00:00+00:00",
    True,
    11.5,
    0.1,
    0.25,
    "kernel",
    "normal",
    LOW,
    (),
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with EmbeddedEngine(FAST, model="tiny-model") as engine:
        yield engine.base_url


class Told:
    """What was asked of host and server, in order: numbers of workers, and `start`."""

    restart_words = "It will be started again"

    def __init__(self, url: str, calibration: Calibration | Missing) -> None:
        self.base_url = url
        self.calls: list[int | str] = []
        self._calibration = calibration

    def of(self, workers: int) -> Calibration | Missing:
        self.calls.append(workers)
        return self._calibration

    def start(self) -> Confirmation:
        self.calls.append("start")
        return Confirmation(
            {"base_url": self.base_url, "model": "tiny-model"}, (), "nobody"
        )

    def check(self) -> None: ...

    def stop(self) -> None: ...

    def log_tail(self, lines: int = 20) -> list[str]:
        return []

    def recent_log(self) -> list[str]:
        return []


def run(spec: CampaignSpec, told: Told, directory: Path) -> Remembering:
    display = Remembering()
    task = task_of(
        spec, lambda _: told, calibration=told.of, allow_invalid=True
    )
    run_campaign(task, CampaignPaths(directory / "results", "tiny"), display)
    return display


def test_the_host_is_calibrated_before_the_first_server_is_up_and_only_if_there_is_work(
    url: str, tmp_path: Path
) -> None:
    told = Told(url, LOW_CALIBRATION)
    display = run(tiny_campaign(2), told, tmp_path)
    assert told.calls == [1, "start", 1, 1]
    assert display.told[0].startswith(
        "This host: beyond ±0.25 ms at any load, ceiling 0 events/s"
    )
    again = Told(url, LOW_CALIBRATION)
    run(tiny_campaign(2), again, tmp_path)
    assert again.calls == []


def test_points_are_held_against_it_and_keep_it(
    url: str, tmp_path: Path
) -> None:
    run(tiny_campaign(2), Told(url, LOW_CALIBRATION), tmp_path)
    verdicts = [
        orjson.loads(path.read_bytes())
        for path in tmp_path.rglob("verdict.json")
    ]
    assert len(verdicts) == 2
    for verdict in verdicts:
        (finding,) = [
            f for f in verdict["findings"] if f["name"] == "beyond_calibration"
        ]
        assert finding["level"] == "suspect"
        assert "This host:" in verdict["precision"]["statement"]
    for path in tmp_path.rglob("run.json"):
        kept = orjson.loads(path.read_bytes())["environment"]["calibration"]
        assert Calibration.from_dict(kept) == LOW_CALIBRATION


def test_an_uncalibrated_host_is_no_obstacle(url: str, tmp_path: Path) -> None:
    display = run(tiny_campaign(1), Told(url, Missing("none")), tmp_path)
    assert display.measured_points == ["g/np1"]
    assert not any("This host" in line for line in display.told)
