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
CAMPAIGNS = {"vllm": "vllm", "vllm-ab": "vllm", "mi300x": "mi300x"}
"""Campaign and its compose file."""
NAMES = ("vllm", "mi300x", "dcu")


def compose_file(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(
        (EXAMPLES / f"{name}.compose.yaml").read_text(encoding="utf-8")
    )
    return content


def groups(name: str) -> list[Group]:
    return expand(
        load_campaign(EXAMPLES / f"{name}.campaign.yaml", environment={})
    )


@pytest.mark.parametrize(("name", "file"), CAMPAIGNS.items())
def test_the_campaign_names_its_compose_file_and_a_service_of_it(
    name: str, file: str
) -> None:
    for group in groups(name):
        recipe = group.server.recipe
        assert recipe.kind == "compose"
        assert recipe.compose_file == f"{file}.compose.yaml"
        assert recipe.compose_service in compose_file(file)["services"]
        assert override_of(group.server)["services"]["vllm-server"][
            "command"
        ] == list(recipe.command)


@pytest.mark.parametrize("name", ["vllm", "mi300x"])
def test_by_hand_the_same_server_comes_up_as_in_the_campaign(name: str) -> None:
    by_hand = compose_file(name)["services"]["vllm-server"]["command"]
    for variable, value in (
        ("MODEL", "meta-llama/Llama-3.1-8B"),
        ("TP", "1"),
        ("MAX_MODEL_LEN", "1280"),
        ("PORT", "8000"),
        ("MODEL", "meta-llama/Llama-3.1-70B-Instruct"),
    ):
        by_hand = by_hand.replace(f"${{{variable}:-{value}}}", value)
    by_hand = by_hand.replace("${BIND:-0.0.0.0}", "127.0.0.1")
    assert tuple(shlex.split(by_hand)) == groups(name)[0].server.recipe.command


DCU_IMAGE = (
    "image.sourcefind.cn:5000/dcu/admin/base/vllm:"
    "0.8.5-ubuntu22.04-dtk25.04.1-rc5-das1.6-py3.10-20250711"
)
CACHE = "${HF_HOME:-~/.cache/huggingface}:/root/.cache/huggingface"
WEIGHTS = "${MODEL_FOLDER:-~/.cache/huggingface}:/app/model:ro"
EVERY_SERVER = {
    "container_name": "vllm-server",
    "network_mode": "host",
    "ipc": "host",
    "group_add": ["video"],
    "cap_add": ["SYS_PTRACE"],
    "security_opt": ["seccomp=unconfined"],
}
DOCUMENTED: dict[str, dict[str, Any]] = {
    "vllm": {
        "image": "${VLLM_IMAGE:-rocm/vllm:rocm7.0.0_vllm_0.10.2_20251006}",
        "devices": ["/dev/kfd", "/dev/dri"],
        "volumes": [CACHE],
    },
    "mi300x": {
        "image": "${VLLM_IMAGE:-rocm/vllm-dev:nightly}",
        "devices": ["/dev/kfd", "/dev/dri"],
        "volumes": [CACHE, WEIGHTS],
        "restart": "always",
    },
    "dcu": {
        "image": f"${{VLLM_IMAGE:-{DCU_IMAGE}}}",
        "devices": ["/dev/kfd", "/dev/mkfd", "/dev/dri"],
        "volumes": ["/opt/hyhal:/opt/hyhal:ro", CACHE, WEIGHTS],
        "shm_size": "64G",
    },
}
"""What the studies' documents say of their containers."""
HOSTS = {"vllm": "127.0.0.1", "dcu": "127.0.0.1", "mi300x": "${BIND:-0.0.0.0}"}


@pytest.mark.parametrize("name", NAMES)
def test_the_server_has_the_container_of_its_document(name: str) -> None:
    server = compose_file(name)["services"]["vllm-server"]
    wanted = EVERY_SERVER | DOCUMENTED[name]
    assert {key: server[key] for key in wanted} == wanted
    assert f"--host {HOSTS[name]} --port ${{PORT:-8000}}" in server["command"]


@pytest.mark.parametrize("name", NAMES)
def test_the_health_check_asks_the_server(name: str) -> None:
    server = compose_file(name)["services"]["vllm-server"]
    assert "/health" in server["healthcheck"]["test"][3]
    compile(server["healthcheck"]["test"][3], "healthcheck", "exec")


def test_the_client_waits_for_the_server_and_comes_only_when_asked_for() -> (
    None
):
    client = compose_file("vllm")["services"]["vllm-bench-client"]
    assert client["depends_on"] == {
        "vllm-server": {"condition": "service_healthy"}
    }
    assert client["profiles"] == ["client"]
    assert client["container_name"] == "vllm-bench-client"
    dockerfile = (
        EXAMPLES / client["build"]["context"] / client["build"]["dockerfile"]
    ).read_text(encoding="utf-8")
    sources = [
        word
        for line in dockerfile.splitlines()
        if line.startswith("COPY")
        for word in line.split()[1:-1]
    ]
    assert all(
        (EXAMPLES / client["build"]["context"] / source).exists()
        for source in sources
    )


def test_the_client_can_be_entered_and_keeps_results_and_calibrations() -> None:
    client = compose_file("vllm")["services"]["vllm-bench-client"]
    assert [*client["entrypoint"], *client["command"]] == [
        "/usr/bin/env",
        "sleep",
        "infinity",
    ]
    assert client["working_dir"] == "/root"
    assert "./bench_results:/root/bench_results" in client["volumes"]
    kept = client["environment"]["XDG_STATE_HOME"]
    assert f"client-state:{kept}" in client["volumes"]
    campaign = load_campaign("pcie-machine-c", environment={})
    assert campaign.result_dir == "bench_results/pcie"


def test_a_server_that_is_started_by_hand_leaves_its_container_free() -> None:
    services = compose_file("enter")["services"]
    assert services["vllm-server"]["command"] == ["sleep", "infinity"]
    waits = services["vllm-bench-client"]["depends_on"]
    assert waits == {"vllm-server": {"condition": "service_started"}}


def as_compared(group: Group) -> tuple[object, ...]:
    """Without what a person has to do."""
    hardware = group.server.hardware
    assert hardware is not None
    declared = hardware.model_dump(exclude={"instruction"})
    return group.id, group.server.recipe.command, declared, len(group.points)


@pytest.mark.parametrize(
    ("name", "preset"),
    [("vllm", "pcie-machine-c"), ("vllm-ab", "pcie-machine-ab")],
)
def test_the_studys_groups_in_containers_are_those_of_its_preset(
    name: str, preset: str
) -> None:
    presets = expand(load_campaign(preset, environment={}))
    servers = [
        [as_compared(group) for group in found]
        for found in (groups(name), presets)
    ]
    assert servers[0] == servers[1]


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
        "--gpu-memory-utilization 0.90",
    ):
        assert option in server["command"]
    (group,) = groups("mi300x")
    point = group.points[0].spec
    assert (point.load.num_prompts, point.load.max_concurrency) == (500, 128)


def test_secrets_are_passed_on_and_stand_in_no_file() -> None:
    override = override_of(need(groups("mi300x")[0].server.recipe))
    assert override["services"]["vllm-server"]["environment"] == {
        "NCCL_MIN_NCHANNELS": None
    }
    for name in NAMES:
        environment = compose_file(name)["services"]["vllm-server"][
            "environment"
        ]
        assert "HF_TOKEN" in environment
        assert (
            not isinstance(environment, dict) or environment["HF_TOKEN"] is None
        )
    assert "hf_" not in json.dumps([compose_file(name) for name in NAMES])
