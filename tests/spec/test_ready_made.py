"""The recipes that come with the package: each is whole and says what its framework wants; a
campaign's keys replace it.
"""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from inferometer.spec.campaign import CampaignError, ServerNeed
from inferometer.spec.campaign_file import load_campaign
from inferometer.spec.campaign_schema import json_schema
from inferometer.spec.expand import expand
from inferometer.spec.ready_made import completed, profile_names, recipe_names
from inferometer.spec.recipe import placeholders, recipe_strings, shell_line
from inferometer.spec.server_recipe import ServerRecipe
from tests.spec.campaigns import SMALL, small

DCU = {
    "HIP_VISIBLE_DEVICES": "0,1",
    "NCCL_MAX_NCHANNELS": "16",
    "NCCL_MIN_NCHANNELS": "16",
    "NCCL_P2P_LEVEL": "SYS",
}

LINES = {
    "vllm": (
        "vllm serve org/model --host 127.0.0.1 --port 8000 --tensor-parallel-size 2 "
        "--max-model-len 1280"
    ),
    "vllm-cuda": "CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=0,1 "
    "vllm serve org/model --host 127.0.0.1 --port 8000 --tensor-parallel-size 2 --max-model-len "
    "1280",
    "vllm-rocm": "HIP_VISIBLE_DEVICES=0,1 "
    "vllm serve org/model --host 127.0.0.1 --port 8000 --tensor-parallel-size 2 --max-model-len "
    "1280",
    "vllm-dcu": "HIP_VISIBLE_DEVICES=0,1 NCCL_MAX_NCHANNELS=16 NCCL_MIN_NCHANNELS=16 "
    "NCCL_P2P_LEVEL=SYS VLLM_NUMA_BIND=0 "
    "vllm serve org/model --host 127.0.0.1 --port 8000 --tensor-parallel-size 2 --dtype float16 "
    "--trust-remote-code "
    "--max-model-len 1280 --gpu-memory-utilization 0.9",
    "vllm-dcu-docker": "HIP_VISIBLE_DEVICES=0,1 NCCL_MAX_NCHANNELS=16 NCCL_MIN_NCHANNELS=16 "
    "NCCL_P2P_LEVEL=SYS VLLM_NUMA_BIND=0 docker run --rm --device /dev/kfd --device /dev/mkfd "
    "--device /dev/dri --group-add video --ipc host --network host --shm-size 64G --cap-add "
    "SYS_PTRACE --security-opt seccomp=unconfined --volume /opt/hyhal:/opt/hyhal:ro --volume "
    "/hf:/root/.cache/huggingface --env HF_TOKEN --env HF_ENDPOINT --env HIP_VISIBLE_DEVICES "
    "--env NCCL_MAX_NCHANNELS --env NCCL_MIN_NCHANNELS --env NCCL_P2P_LEVEL --env VLLM_NUMA_BIND "
    "--entrypoint '' image.sourcefind.cn:5000/dcu/admin/base/vllm:"
    "0.8.5-ubuntu22.04-dtk25.04.1-rc5-das1.6-py3.10-20250711 "
    "vllm serve org/model --host 127.0.0.1 --port 8000 --tensor-parallel-size 2 --dtype float16 "
    "--trust-remote-code --max-model-len 1280 --gpu-memory-utilization 0.9 --swap-space 16",
    "vllm-mi300x": "NCCL_MIN_NCHANNELS=112 "
    "docker run --rm --device /dev/kfd --device /dev/dri --group-add video --ipc "
    "host --network host --cap-add SYS_PTRACE --security-opt seccomp=unconfined --volume "
    "/hf:/root/.cache/huggingface --env HF_TOKEN --env HF_ENDPOINT --env NCCL_MIN_NCHANNELS "
    "--entrypoint '' rocm/vllm-dev:nightly "
    "vllm serve org/model --host 127.0.0.1 --port 8000 --tensor-parallel-size 2 "
    "--dtype float16 --gpu-memory-utilization 0.90 --enable-prefix-caching "
    "--enable-chunked-prefill --max-num-batched-tokens 2048 --enable-prompt-tokens-details",
    "vllm-lmcache": "PYTHONHASHSEED=0 LMCACHE_CHUNK_SIZE=256 LMCACHE_LOCAL_CPU=True "
    "LMCACHE_MAX_LOCAL_CPU_SIZE=20 vllm serve org/model --host 127.0.0.1 --port 8000 "
    "--tensor-parallel-size 2 --max-model-len 1280 --enable-prefix-caching --kv-transfer-config "
    """'{"kv_connector":"LMCacheConnectorV1","kv_role":"kv_both"}'""",
    "vllm-cpu": "VLLM_CPU_KVCACHE_SPACE=4 "
    "vllm serve org/model --host 127.0.0.1 --port 8000 --tensor-parallel-size 2 --max-model-len "
    "1280",
    "sglang": "python3 -m sglang.launch_server --model-path org/model --host 127.0.0.1 --port "
    "30000 --tp-size 2 "
    "--context-length 1280 --enable-metrics --enable-cache-report",
    "sglang-dcu": "HIP_VISIBLE_DEVICES=0,1 NCCL_MAX_NCHANNELS=16 NCCL_MIN_NCHANNELS=16 "
    "NCCL_P2P_LEVEL=SYS "
    "python3 -m sglang.launch_server --model-path org/model --host 127.0.0.1 --port 30000 "
    "--tp-size 2 --dtype float16 "
    "--trust-remote-code --context-length 1280 --tokenizer-path org/model "
    "--mem-fraction-static 0.8 --enable-metrics --enable-cache-report",
    "xinference": "XINFERENCE_AUTH_ADVANCED=0 xinference-local --host 127.0.0.1 --port 9997",
    "tgi": "docker run --rm --gpus all --shm-size 1g --network host --volume /hf/hub:/data --env "
    "HF_TOKEN --env HF_ENDPOINT "
    "ghcr.io/huggingface/text-generation-inference:3.3.4 --model-id org/model --hostname "
    "127.0.0.1 --port 8000 "
    "--num-shard 2 --max-total-tokens 1280",
    "trtllm-serve": "CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=0,1 "
    "trtllm-serve serve org/model --host 127.0.0.1 --port 8000 --tp_size 2 --max_seq_len 1280",
    "triton": (
        "python3 /app/scripts/launch_triton_server.py --world_size 2 --model_repo org/model "
        "--http_port 8000"
    ),
    "llama.cpp": "llama-server --model org/model --alias m --host 127.0.0.1 --port 8080 --metrics",
}
"""The line for a shell of each recipe as it stands, for two cards, 1024 tokens in and 128 out."""

BACKENDS = {
    "sglang": "sglang",
    "sglang-dcu": "sglang",
    "xinference": "xinference",
    "tgi": "tgi",
    "trtllm-serve": "trtllm-serve",
    "triton": "tensorrt-llm",
    "llama.cpp": "llama.cpp",
}
"""The others are `openai`."""


def need(written: dict[str, Any]) -> ServerNeed:
    group = {"id": "g", "model": "m", "server": "s", "tp": 2}
    campaign = small(
        servers={"s": written},
        groups=[group],
        workload={"input_len": 1024, "output_len": 128},
        matrix={},
    )
    return expand(campaign)[0].server


@pytest.mark.parametrize("name", recipe_names())
def test_each_recipe_is_a_whole_command_for_its_framework(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", "/hf")
    written: dict[str, Any] = {"recipe": name}
    if name == "xinference":
        written["launch"] = {"model_name": "m"}
    found = need(written)
    assert shell_line(found.recipe) == LINES[name]
    assert found.recipe.backend == BACKENDS.get(name, "openai")
    assert [
        text for text in recipe_strings(found.recipe) if placeholders(text)
    ] == []


def test_every_recipe_has_its_line_here() -> None:
    assert recipe_names() == list(LINES)
    assert profile_names() == ["cuda", "rocm", "dcu", "mi300x"]


def test_profiles_are_environments_by_name() -> None:
    assert (
        need({"command": "run", "profiles": ["dcu"]}).recipe.environment == DCU
    )
    assert need(
        {"command": "run", "profiles": ["mi300x"]}
    ).recipe.environment == {"NCCL_MIN_NCHANNELS": "112"}
    both = need(
        {"command": "run", "profiles": ["dcu", "mi300x"]}
    ).recipe.environment
    assert both == DCU | {"NCCL_MIN_NCHANNELS": "112"}, (
        "the later before the earlier"
    )


def test_the_campaigns_own_keys_replace_those_of_the_recipe() -> None:
    found = need(
        {
            "recipe": "vllm-dcu",
            "environment": {"NCCL_P2P_LEVEL": "PHB", "A": 1},
            "kind": "operator",
        }
    ).recipe
    assert found.environment == DCU | {
        "VLLM_NUMA_BIND": "0",
        "NCCL_P2P_LEVEL": "PHB",
        "A": "1",
    }
    assert found.kind == "operator"
    assert need({"recipe": "vllm-dcu", "profiles": []}).recipe.environment == {
        "VLLM_NUMA_BIND": "0"
    }
    assert need(
        {"recipe": "vllm", "command": "mine {model}"}
    ).recipe.command == (
        "mine",
        "org/model",
    )


def test_arguments_come_after_the_command_and_belong_to_what_the_server_is() -> (
    None
):
    found = need(
        {"recipe": "vllm", "arguments": '--seed {tp} --note "two words"'}
    )
    assert found.recipe.command[-4:] == ("--seed", "2", "--note", "two words")
    assert found.identity()["command"][-4:] == [
        "--seed",
        "2",
        "--note",
        "two words",
    ]


def test_what_is_launched_is_filled_numbers_as_numbers_and_belongs_to_what_the_server_is() -> (
    None
):
    launch = {
        "model_name": "qwen3",
        "max_model_len": "{max_model_len}",
        "model_path": "/models/{alias}-{tp}",
        "x": "7",
    }
    found = need(
        {
            "recipe": "xinference",
            "launch": launch,
            "registration": {"model_name": "qwen3"},
        }
    )
    assert found.identity()["registration"] == {"model_name": "qwen3"}
    assert found.recipe.launch == {
        "model_engine": "vllm",
        "model_format": "pytorch",
        "n_gpu": 2,
        "model_name": "qwen3",
        "max_model_len": 1280,
        "model_path": "/models/m-2",
        "x": "7",
    }
    assert found.identity()["launch"] == found.recipe.launch


OF_A_CONTAINER = (
    "run {container_environment} {model_volume} image {numactl} serve {model}"
)


@pytest.mark.parametrize(
    ("model", "recipe", "line"),
    [
        ("org/model", {}, "run image serve org/model"),
        (
            "/data/m 1",
            {},
            "run '--volume=/data/m 1:/data/m 1:ro' image serve '/data/m 1'",
        ),
        (
            "org/model",
            {"numa_node": 1},
            "run image numactl --cpunodebind=1 --membind=1 serve org/model",
        ),
        (
            "org/model",
            {"environment": {"A": 1}},
            "A=1 run --env A image serve org/model",
        ),
    ],
)
def test_words_that_depend_on_options_and_on_where_the_model_is(
    model: str, recipe: dict[str, Any], line: str
) -> None:
    server = {"command": OF_A_CONTAINER, **recipe}
    campaign = small(servers={"s": server}, models={"m": model})
    found = expand(campaign)[0].server
    assert shell_line(found.recipe) == line
    assert found.identity()["command"] == list(found.recipe.command)


def test_a_model_on_disk_is_what_xinference_launches() -> None:
    server = {"recipe": "xinference", "launch": {"model_name": "m"}}
    launched = [
        expand(small(servers={"s": server}, models={"m": model}))[
            0
        ].server.recipe.launch
        for model in ("org/model", "/data/m")
    ]
    assert "model_path" not in launched[0]
    assert launched[1] == launched[0] | {"model_path": "/data/m"}


def test_where_the_cache_of_models_is_does_not_change_what_the_server_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HF_HOME", "/hf")
    first = need({"recipe": "tgi"})
    monkeypatch.delenv("HF_HOME")
    monkeypatch.setenv("HOME", "/home/me")
    second = need({"recipe": "tgi"})
    assert "/home/me/.cache/huggingface/hub:/data" in second.recipe.command
    assert first.identity() == second.identity()


def test_completing_twice_is_completing_once() -> None:
    once = completed({"recipe": "vllm-dcu", "environment": {"A": 1}})
    assert completed(once) == once
    assert ServerRecipe.model_validate(once) == ServerRecipe(
        recipe="vllm-dcu", environment={"A": "1"}
    )


@pytest.mark.parametrize(
    "nonsense",
    [
        3,
        ["vllm"],
        {"recipe": 3},
        {"profiles": "dcu"},
        {"recipe": "vllm-dcu", "environment": []},
    ],
)
def test_nonsense_is_left_for_the_models_to_refuse(nonsense: Any) -> None:
    with pytest.raises(ValueError, match="validation error"):
        ServerRecipe.model_validate(nonsense)


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (
            {"recipe": "vllm-rcom"},
            "servers.s.recipe: wants one of vllm, .*did you mean 'vllm-rocm'",
        ),
        ({"recipe": "vllm", "profiles": ["dcuu"]}, "did you mean 'dcu'"),
        (
            {"command": "serve {model}", "numa_node": 0},
            "numa_node: the command has no place for",
        ),
        (
            {"recipe": "vllm", "arguments": "--api-key x"},
            r"--api-key \*\*\* is a secret on a command line",
        ),
        (
            {"recipe": "vllm", "arguments": "--x {modell}"},
            "nothing is known to fill {modell}",
        ),
        ({"recipe": "xinference"}, "launch needs the model_name"),
        (
            {"kind": "external", "registration": {"model_name": "m"}},
            "what is registered has to be launched",
        ),
        (
            {
                "recipe": "xinference",
                "launch": {"model_name": "m", "api_key": "x"},
            },
            "api_key looks like a secret",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    recipe: dict[str, Any], words: str, tmp_path: Any
) -> None:
    import yaml

    file = tmp_path / "c.yaml"
    file.write_text(
        yaml.safe_dump({**SMALL, "servers": {"s": recipe}}), encoding="utf-8"
    )
    with pytest.raises(CampaignError, match=words) as raised:
        load_campaign(file, environment={})
    assert len(raised.value.reasons) == 1
    assert all(reason.startswith(f"{file}:") for reason in raised.value.reasons)


def test_a_file_can_be_changed_where_it_is_run() -> None:
    sets = [
        "servers.vllm-dcu.environment.VLLM_NUMA_BIND=1",
        "servers.vllm-dcu.arguments=--max-num-seqs 64",
    ]
    (group,) = expand(
        load_campaign(
            "dcu-batch",
            sets=sets,
            environment={"VLLM_SERVER_URL": "http://127.0.0.1:8123"},
        )
    )
    assert group.server.recipe.environment["VLLM_NUMA_BIND"] == "1"
    assert group.server.recipe.environment["NCCL_P2P_LEVEL"] == "SYS"
    assert shell_line(group.server.recipe).endswith("--port 8123 --tensor-parallel-size 8 "
    "--dtype float16 "
        "--trust-remote-code --max-model-len 32768 --gpu-memory-utilization 0.9 "
        "--max-num-seqs 64")  # fmt: skip


def test_the_schema_lists_recipes_and_profiles() -> None:
    properties = json_schema()["$defs"]["ServerRecipe"]["properties"]
    named = next(
        each
        for each in properties["recipe"]["anyOf"]
        if each["type"] == "string"
    )
    assert named["enum"] == recipe_names()
    assert properties["profiles"]["items"]["enum"] == profile_names()
    validator = jsonschema.Draft202012Validator(json_schema())
    assert (
        list(
            validator.iter_errors(
                {
                    **SMALL,
                    "servers": {"s": {"recipe": "vllm", "profiles": ["dcu"]}},
                }
            )
        )
        == []
    )
    assert (
        list(
            validator.iter_errors(
                {**SMALL, "servers": {"s": {"recipe": "vlm"}}}
            )
        )
        != []
    )
