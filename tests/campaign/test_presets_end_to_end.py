"""Every preset, in quick form on the embedded engine: from its YAML to one file for each point,
named and filled as it says.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inferometer.campaign.embedded_server import (
    EmbeddedServer,
    embedded,
    settings_for,
)
from inferometer.campaign.runner import run_campaign
from inferometer.engine import EngineSettings
from inferometer.spec.campaign import CampaignSpec, ServerNeed
from inferometer.spec.campaign_file import load_campaign
from inferometer.spec.expand import expand
from inferometer.spec.preset_files import preset_names
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.state import read_campaign_state
from tests.campaign.tiny_campaign import Remembering, task_of, unsampled

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)
"""The engine's threads are no concern of the forked workers."""


def very_fast(need: ServerNeed) -> EngineSettings:
    return EngineSettings(
        ttft_ms=1, itl_ms=0.1, max_model_len=settings_for(need).max_model_len
    )


def measure(spec: CampaignSpec, places: CampaignPaths) -> Remembering:
    """All points in short, whatever a busy machine makes of their verdicts."""
    display = Remembering()
    groups = embedded(expand(spec, quick=True))
    task = task_of(
        spec,
        lambda need: EmbeddedServer(need, very_fast(need)),
        groups,
        allow_invalid=True,
    )
    outcome = run_campaign(task, places, display)
    assert (outcome.exit_code, outcome.lost, outcome.trouble) == (
        0,
        {},
        None,
    ), display.told
    return display


def contents(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    assert "\n" not in text
    content: dict[str, Any] = json.loads(text)
    return content


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_is_measured_and_then_done(name: str, tmp_path: Path) -> None:
    spec = unsampled(load_campaign(name, environment={}))
    places = CampaignPaths(tmp_path / spec.result_dir, spec.name)
    points = [
        point
        for group in embedded(expand(spec, quick=True))
        for point in group.points
    ]
    assert measure(spec, places).measured_points == [
        point.id for point in points
    ]
    state = read_campaign_state(places)
    for point in points:
        result = state.result(point.spec.fingerprint)
        assert result is not None
        head, _, tail = spec.file_name.format(
            **point.file_name_fields, time="|"
        ).partition("|")
        assert result.json.startswith(head)
        assert result.json.endswith(tail)
        content = contents(places.result_dir / result.json)
        assert (
            content["num_prompts"],
            content["completed"],
            content["failed"],
        ) == (point.spec.load.num_prompts,) * 2 + (0,)
        assert content["model_id"] == point.spec.target.model
        assert {
            "mean_ttft_ms",
            "p99_tpot_ms",
            "median_itl_ms",
            "mean_e2el_ms",
            "p50_e2el_ms",
        } <= content.keys()
    assert len(list(places.result_dir.glob("*.json"))) == len(points)
    assert measure(spec, places).measured_points == []
