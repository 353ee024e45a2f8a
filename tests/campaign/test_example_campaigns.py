"""The example of each framework: it loads, its plan is as its framework wants it, and runs in short
on the embedded engine.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inferometer.campaign.embedded_server import (
    EmbeddedServer,
    embedded,
    settings_for,
)
from inferometer.campaign.runner import run_campaign
from inferometer.engine import EngineSettings
from inferometer.spec.campaign import ServerNeed
from inferometer.spec.campaign_file import load_campaign
from inferometer.spec.expand import expand
from inferometer.store.campaign.paths import CampaignPaths
from tests.campaign.tiny_campaign import Remembering, task_of, unsampled

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)
"""The engine's threads are no concern of the forked workers."""

EXAMPLES = Path(__file__).parents[2] / "examples" / "campaigns"

SERVERS = {
    "vllm": [("vllm-cuda", "openai", "vllm", 640 + 128)],
    "sglang": [("sglang", "sglang", "python3", 640 + 128)],
    "xinference": [("xinference", "xinference", "xinference-local", None)],
    "tgi": [("tgi", "tgi", "docker", 640 + 128)],
    "tensorrt-llm": [
        ("trtllm-serve", "trtllm-serve", "trtllm-serve", 640 + 128),
        ("triton", "tensorrt-llm", "python3", None),
    ],
    "llama-cpp": [("llama.cpp", "llama.cpp", "llama-server", None)],
    "lmcache": [
        ("vllm-cuda", "openai", "vllm", 16384),
        ("vllm-lmcache", "openai", "vllm", 16384),
    ],
}
"""Ready-made recipe, wire format, program and max_model_len of each group."""


def test_every_example_is_here() -> None:
    assert sorted(SERVERS) == sorted(
        path.stem for path in EXAMPLES.glob("*.yaml")
    )


@pytest.mark.parametrize("name", SERVERS)
def test_an_example_says_what_it_is_and_how_to_run_it(name: str) -> None:
    path = EXAMPLES / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    campaign = load_campaign(path, environment={})
    assert campaign.name == name
    assert (
        f"inferometer run examples/campaigns/{name}.yaml --embedded --quick"
        in text
    )
    assert max(map(len, text.splitlines())) <= 128
    needs = [group.server for group in expand(campaign)]
    assert [
        (
            need.recipe.recipe,
            need.recipe.backend,
            need.recipe.command[0],
            need.max_model_len,
        )
        for need in needs
    ] == SERVERS[name]


def test_what_the_xinference_example_launches() -> None:
    (group,) = expand(
        load_campaign(EXAMPLES / "xinference.yaml", environment={})
    )
    assert group.server.served_model == "qwen2.5-7b"
    assert group.server.recipe.launch == {
        "model_engine": "vllm",
        "model_format": "pytorch",
        "n_gpu": 1,
        "model_name": "qwen2.5-instruct",
        "model_size_in_billions": 7,
        "quantization": "none",
    }


@pytest.mark.parametrize("name", SERVERS)
def test_an_example_runs_in_quick_form_on_the_embedded_engine(
    name: str, tmp_path: Path
) -> None:
    spec = unsampled(load_campaign(EXAMPLES / f"{name}.yaml", environment={}))
    places = CampaignPaths(tmp_path / spec.result_dir, spec.name)
    groups = embedded(expand(spec, quick=True))

    def server(need: ServerNeed) -> EmbeddedServer:
        return EmbeddedServer(
            need,
            EngineSettings(
                ttft_ms=1,
                itl_ms=0.1,
                max_model_len=settings_for(need).max_model_len,
            ),
        )

    display = Remembering()
    outcome = run_campaign(
        task_of(spec, server, groups, allow_invalid=True), places, display
    )
    assert (outcome.exit_code, outcome.lost, outcome.trouble) == (
        0,
        {},
        None,
    ), display.told
    points = [point for group in groups for point in group.points]
    assert display.measured_points == [point.id for point in points]
    results = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in places.result_dir.glob("*.json")
    ]
    assert len(results) == len(points)
    assert all(
        result["failed"] == 0 and result["completed"] == result["num_prompts"]
        for result in results
    )
