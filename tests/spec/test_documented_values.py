"""The servers of the studies that the presets follow: what their documents say, value by value."""

from __future__ import annotations

from typing import Any

import pytest

from inferometer.spec.campaign import ServerNeed
from inferometer.spec.campaign_file import load_campaign
from inferometer.spec.expand import expand
from inferometer.spec.recipe import shell_line

DCU_IMAGE = (
    "image.sourcefind.cn:5000/dcu/admin/base/vllm:"
    "0.8.5-ubuntu22.04-dtk25.04.1-rc5-das1.6-py3.10-20250711"
)
EIGHT_CARDS = "HIP_VISIBLE_DEVICES=0,1,2,3,4,5,6,7"

WORDS: dict[tuple[str, str], list[str]] = {
    # the PCIe study
    ("pcie-machine-c", "1C-1k"): [
        "vllm serve meta-llama/Llama-3.1-8B",
        "--tensor-parallel-size 1",
        "--max-model-len 1280",
        "--gpu-memory-utilization 0.9",
        "--enforce-eager",
    ],
    ("pcie-machine-c", "4C-1k"): [
        "google/gemma-3-27b-it",
        "--tensor-parallel-size 2",
    ],
    ("pcie-machine-ab", "4B-1k"): [
        "Qwen/Qwen3-14B",
        "--tensor-parallel-size 2",
    ],
    # the guide to its tests
    ("production", "production"): [
        "vllm serve openai/gpt-oss-120b",
        "--tensor-parallel-size 4",
        "--gpu-memory-utilization 0.9",
        "--enforce-eager",
    ],
    # the guide of the DCU tool
    ("dcu-batch", "batch"): [
        f"{EIGHT_CARDS} ",
        "NCCL_MAX_NCHANNELS=16 ",
        "NCCL_MIN_NCHANNELS=16 ",
        "NCCL_P2P_LEVEL=SYS ",
        "VLLM_NUMA_BIND=0 ",
        "--dtype float16",
        "--trust-remote-code",
        "--max-model-len 32768",
        "--tensor-parallel-size 8",
        "--gpu-memory-utilization 0.9",
        "--port 8000",
    ],
    # one vLLM instance with its prefix cache
    ("prefix-cache", "prefix"): [
        "--device /dev/kfd --device /dev/dri",
        "--group-add video",
        "--ipc host",
        "--cap-add SYS_PTRACE",
        "--security-opt seccomp=unconfined",
        "NCCL_MIN_NCHANNELS=112 ",
        "--env NCCL_MIN_NCHANNELS",
        "rocm/vllm-dev:nightly",
        "vllm serve meta-llama/Llama-3.1-70B-Instruct",
        "--tensor-parallel-size 8",
        "--dtype float16",
        "--gpu-memory-utilization 0.90",
        "--enable-prefix-caching",
        "--enable-chunked-prefill",
        "--max-num-batched-tokens 2048",
        "--port 8000",
    ],
    # the benchmark system for the K100-AI
    ("dcu-scenarios", "short"): [
        "--max-model-len 4096",
        "--gpu-memory-utilization 0.9",
    ],
    ("frameworks", "vllm"): [
        "--dtype float16",
        "--max-model-len 4096",
        "--gpu-memory-utilization 0.9",
        "--port 8000",
    ],
    ("frameworks", "sglang"): [
        "--model-path deepseek-ai/deepseek-llm-7b-chat",
        "--tokenizer-path deepseek-ai/deepseek-llm-7b-chat",
        "--mem-fraction-static 0.8",
        "--dtype float16",
        "--context-length 4096",
        "--port 8001",
        "--enable-cache-report",
    ],
    ("frameworks", "xinference"): ["VLLM_NUMA_BIND=0 ", "--port 8002"],
}
"""By preset and test: parts of the line that starts the server."""


def server_of(preset: str, test: str, *sets: str) -> ServerNeed:
    campaign = load_campaign(preset, sets=sets, environment={})
    return next(
        group.server for group in expand(campaign) if test in group.tests
    )


@pytest.mark.parametrize(("preset", "test"), WORDS)
def test_a_preset_starts_the_server_of_its_document(
    preset: str, test: str
) -> None:
    line = shell_line(server_of(preset, test).recipe) + " "
    assert [
        words
        for words in WORDS[preset, test]
        if f"{words.rstrip()} " not in line
    ] == []


def test_the_prefix_cache_server_has_the_models_own_limit() -> None:
    server = server_of("prefix-cache", "prefix")
    assert server.max_model_len is None
    assert "--max-model-len" not in server.recipe.command


@pytest.mark.parametrize(
    ("model", "volume"),
    [
        ("/data/llama", "--volume=/data/llama:/data/llama:ro"),
        ("org/llama", None),
    ],
)
def test_a_model_on_disk_is_mounted(model: str, volume: str | None) -> None:
    server = server_of("prefix-cache", "prefix", f"models.70B={model}")
    assert (volume in server.recipe.command) is (volume is not None)
    assert f"vllm serve {model}" in shell_line(server.recipe)


IN_A_CONTAINER = [
    "--device /dev/kfd --device /dev/mkfd --device /dev/dri",
    "--volume /opt/hyhal:/opt/hyhal:ro",
    "--group-add video",
    "--ipc host",
    "--network host",
    "--shm-size 64G",
    DCU_IMAGE,
    "--dtype float16",
    "--swap-space 16",
    "--max-model-len 4096",
    "--gpu-memory-utilization 0.9",
    "--env HIP_VISIBLE_DEVICES",
]


def test_the_dcu_server_in_its_image() -> None:
    server = server_of(
        "dcu-scenarios", "short", "servers.vllm-dcu.recipe=vllm-dcu-docker"
    )
    line = shell_line(server.recipe)
    assert [
        words for words in IN_A_CONTAINER if f" {words} " not in f"{line} "
    ] == []


def test_the_frameworks_have_one_precision_and_one_limit() -> None:
    found = [
        server_of("frameworks", test)
        for test in ("vllm", "sglang", "xinference")
    ]
    lines = [
        f"{shell_line(server.recipe)} {launched(server)}" for server in found
    ]
    assert ["float16" in line for line in lines] == [True] * 3
    assert [" 4096" in line for line in lines] == [True] * 3


def launched(server: ServerNeed) -> str:
    values: dict[str, Any] = server.recipe.launch
    return " ".join(f"{name} {value}" for name, value in values.items())


def test_the_frameworks_load_one_folder() -> None:
    model = "models.deepseek-7b=/data/deepseek"
    vllm, sglang, xinference = (
        server_of("frameworks", test, model).recipe
        for test in ("vllm", "sglang", "xinference")
    )
    assert "/data/deepseek" in vllm.command
    assert sglang.command.count("/data/deepseek") == 2
    assert xinference.launch["model_path"] == "/data/deepseek"
