"""Campaign files may name every wire format there is; a point in each runs, on servers that are
found, verified and asked.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from inferometer.campaign.embedded_server import EmbeddedServer
from inferometer.campaign.runner import run_campaign
from inferometer.engine import EmbeddedEngine
from inferometer.protocol import PROTOCOLS
from inferometer.server.kinds import server_for
from inferometer.spec.server_recipe import BackendName, ChatBackend
from inferometer.store.campaign.paths import CampaignPaths
from tests.backends import TEXT_BACKENDS
from tests.campaign.tiny_campaign import (
    FAST,
    Remembering,
    task_of,
    tiny_campaign,
)

ROOMY = replace(
    FAST, max_model_len=512
)  # for the trial texts by which prompts are counted


def test_campaigns_know_all_backends() -> None:
    assert set(get_args(BackendName)) == set(PROTOCOLS)
    assert set(get_args(ChatBackend)) == {
        name
        for name, backend in PROTOCOLS.items()
        if backend.chat and backend.carries_text
    }


@pytest.mark.parametrize("name", TEXT_BACKENDS)
def test_a_point_on_a_server_of_this_kind(name: str, tmp_path: Path) -> None:
    with EmbeddedEngine(ROOMY, model="tiny-model", backends=(name,)) as engine:
        servers = {
            "s": {
                "kind": "external",
                "base_url": engine.base_url,
                "backend": name,
            }
        }
        spec = tiny_campaign(points=1, servers=servers)
        display = Remembering()
        task = task_of(
            spec,
            lambda need: server_for(need, directory=tmp_path, say=display.say),
        )
        outcome = run_campaign(
            task, CampaignPaths(tmp_path / "results", "tiny"), display
        )
    assert display.measured_points == ["g/np1"], display.told
    assert outcome.exit_code in (0, 1), (
        display.told
    )  # 1: a verdict that is INVALID where prompts are only about as long


def test_the_embedded_engine_stands_in_for_any_server(tmp_path: Path) -> None:
    spec = tiny_campaign(
        points=1,
        servers={
            "s": {
                "kind": "operator",
                "base_url": "http://127.0.0.1:1",
                "backend": "tgi",
            }
        },
    )
    display = Remembering()
    task = task_of(spec, lambda need: EmbeddedServer(need, ROOMY))
    run_campaign(task, CampaignPaths(tmp_path / "results", "tiny"), display)
    assert display.measured_points == ["g/np1"], display.told
