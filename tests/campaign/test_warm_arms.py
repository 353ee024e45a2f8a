"""Cards that heat up through one arm of a campaign: whoever reads the difference is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from inferometer.analysis.compare import compare
from inferometer.campaign.runner import run_campaign
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.loadgen import Snapshot
from inferometer.report.answers.links import link_answers
from inferometer.results.reader import read
from inferometer.spec.campaign import PlannedPoint
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.words import spoken
from tests.campaign.test_links import Anywhere
from tests.campaign.tiny_campaign import Remembering, task_of, tiny_campaign
from tests.telemetry.trees import plant, port

CARD = "0000:09:00.0"
DEVICE = f"sys/devices/pci0000:00/{CARD}"
MONITOR = f"{DEVICE}/hwmon/hwmon3"


class Heating(Remembering):
    """The card of an arm has its link and its temperature while its points are measured."""

    def __init__(self, root: Path, degrees: Mapping[str, float]) -> None:
        super().__init__()
        self._root, self._degrees = root, degrees

    @contextmanager
    def measuring(
        self, point: PlannedPoint
    ) -> Iterator[Callable[[Snapshot], None]]:
        arm = point.id.partition("/")[0]
        (self._root / DEVICE / "current_link_width").write_text(arm[1:])
        milli = round(self._degrees[arm] * 1000)
        (self._root / MONITOR / "temp1_input").write_text(f"{milli}\n")
        yield lambda _: None


def machine(root: Path) -> Path:
    files = port(f"pci0000:00/{CARD}", 0x1002, 0x030000, "16.0x16", "16.0x16")
    return plant(
        root,
        {
            **files,
            f"{DEVICE}/gpu_busy_percent": "97\n",
            f"{MONITOR}/name": "amdgpu\n",
            f"{MONITOR}/temp1_label": "edge\n",
            f"{MONITOR}/temp1_input": "40000\n",
            "proc/cpuinfo": "flags\t\t: fpu\n",
        },
    )


@pytest.mark.parametrize(
    ("hot", "told"), [(82.0, True), (68.0, False)], ids=["heats", "stays"]
)
def test_a_campaign_whose_second_arm_runs_hot(
    hot: float, told: bool, tmp_path: Path
) -> None:
    root = machine(tmp_path / "root")
    places = CampaignPaths(tmp_path / "results", "tiny")
    arms = ("x16", "x8")
    spec = tiny_campaign(
        telemetry=True,
        hardware={arm: {"pcie_width": int(arm[1:])} for arm in arms},
        groups=[
            {"id": arm, "model": "m", "server": "s", "hardware": arm}
            for arm in arms
        ],
        matrix={"max_concurrency": [1], "num_prompts": [3]},
        workload={"input_len": 8, "output_len": 100},
    )
    slow = EngineSettings(ttft_ms=20, itl_ms=6, max_model_len=256)
    with EmbeddedEngine(slow, model="tiny-model") as engine:
        task = task_of(spec, lambda need: Anywhere(engine.base_url), root=root)
        display = Heating(root, {"x16": 61.0, "x8": hot})
        run_campaign(task, places, display)
    points = [  # a busy host may well deliver several events in one packet
        replace(each, status="VALID")
        for each in read([places.result_dir]).points
    ]
    sides = [
        [each for each in points if each.conditions["config"] == arm]
        for arm in arms
    ]
    assert [len(each) for each in sides] == [1, 1]
    degrees = [side[0].values["gpu_temperature"] for side in sides]
    assert degrees == [61.0, hot]
    compared = compare(*sides, names=arms)
    warned = "not equally warm: 61 °C in x16, 82 °C in x8"
    assert (warned in " ".join(compared.warnings)) == told
    believed = link_answers(points, spoken())
    said = " ".join(each for answer in believed for each in answer.sentences)
    assert ("up to 21 °C apart" in said) == told
