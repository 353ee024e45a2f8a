"""The compose examples: services and options that the studies need, and campaigns that fit to
them.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from inferometer.server.compose import override_of
from inferometer.spec.campaign import Group
from inferometer.spec.campaign_file import load_campaign
from inferometer.spec.expand import expand
from tests.server.needs import need

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "compose"
NAMES = ("vllm", "mi300x")


def compose_file(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(
        (EXAMPLES / f"{name}.compose.yaml").read_text(encoding="utf-8")
    )
    return content


def groups(name: str) -> list[Group]:
    return expand(load_campaign(EXAMPLES / f"{name}.campaign.yaml", environment={}))


@pytest.mark.parametrize("name", NAMES)
def test_the_campaign_names_its_compose_file_and_a_service_of_it(name: str) -> None:
    for group in groups(name):
        recipe = group.server.recipe
        assert recipe.kind == "compose"
        assert recipe.compose_file == f"{name}.compose.yaml"
        assert recipe.compose_service in compose_file(name)["services"]
        assert override_of(group.server)["services"]["vllm-server"]["command"] == list(
            recipe.command
        )


@pytest.mark.parametrize("name", NAMES)
def test_by_hand_the_same_server_comes_up_as_in_the_campaign(name: str) -> None:
    by_hand = compose_file(name)["services"]["vllm-server"]["command"]
    for variable, value in (
        ("MODEL", "meta-llama/Llama-3.1-8B"),
        ("TP", "1"),
        ("MAX_MODEL_LEN", "1280"),
        ("PORT", "8000"),
    ):
        by_hand = by_hand.replace(f"${{{variable}:-{value}}}", value)
    assert tuple(shlex.split(by_hand)) == groups(name)[0].server.recipe.command


@pytest.mark.parametrize("name", NAMES)
def test_the_server_gets_the_cards_and_shared_memory_and_stays_on_the_loopback(name: str) -> None:
    server = compose_file(name)["services"]["vllm-server"]
    assert server["devices"] == ["/dev/kfd", "/dev/dri"]
    assert (server["ipc"], server["network_mode"]) == ("host", "host")
    assert "--host 127.0.0.1" in server["command"]
    assert "/health" in server["healthcheck"]["test"][3]
    compile(server["healthcheck"]["test"][3], "healthcheck", "exec")


def test_the_client_waits_for_the_server_and_comes_only_when_asked_for() -> None:
    client = compose_file("vllm")["services"]["vllm-bench-client"]
    assert client["depends_on"] == {"vllm-server": {"condition": "service_healthy"}}
    assert client["profiles"] == ["client"]
    dockerfile = (EXAMPLES / client["build"]["context"] / client["build"]["dockerfile"]).read_text(
        encoding="utf-8"
    )
    sources = [
        word
        for line in dockerfile.splitlines()
        if line.startswith("COPY")
        for word in line.split()[1:-1]
    ]
    assert all((EXAMPLES / client["build"]["context"] / source).exists() for source in sources)


def test_the_mi300x_server_is_the_one_of_the_study() -> None:
    server = compose_file("mi300x")["services"]["vllm-server"]
    assert server["environment"]["NCCL_MIN_NCHANNELS"] == "112"
    for option in (
        "meta-llama/Llama-3.1-70B-Instruct",
        "--tensor-parallel-size 8",
        "--dtype float16",
        "--enable-prefix-caching",
        "--enable-chunked-prefill",
        "--max-num-batched-tokens 2048",
    ):
        assert option in server["command"]
    (group,) = groups("mi300x")
    point = group.points[0].spec
    assert (point.load.num_prompts, point.load.max_concurrency) == (500, 128)


def test_secrets_are_passed_on_and_stand_in_no_file() -> None:
    override = override_of(need(groups("mi300x")[0].server.recipe))
    assert override["services"]["vllm-server"]["environment"] == {"NCCL_MIN_NCHANNELS": None}
    for name in NAMES:
        environment = compose_file(name)["services"]["vllm-server"]["environment"]
        assert "HF_TOKEN" in environment
        assert not isinstance(environment, dict) or environment["HF_TOKEN"] is None
    assert "hf_" not in json.dumps([compose_file(name) for name in NAMES])
