"""Which twin rehearses which server, and what a rehearsal on it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from inferometer.campaign.embedded_server import (
    EmbeddedServer,
    embedded,
    engine_for,
    set_times,
    settings_for,
)
from inferometer.campaign.estimate import guess_seconds
from inferometer.campaign.rehearsed_twin import twin_for
from inferometer.campaign.simulated import simulated
from inferometer.engine.twin.configuration import TwinSettings
from inferometer.spec.campaign import CampaignError, Group
from inferometer.spec.campaign_file import load_campaign
from inferometer.spec.expand import expand
from inferometer.spec.preset_files import preset_names
from tests.campaign.tiny_campaign import tiny_campaign

MODEL = "meta-llama/Llama-3.1-8B-Instruct"


def group(
    command: str = "vllm serve {model}",
    model: str = MODEL,
    tp: int = 1,
    max_model_len: int = 777,
    **hardware: Any,
) -> Group:
    recipe = {
        "kind": "process",
        "command": command,
        "max_model_len": max_model_len,
    }
    (only,) = expand(
        tiny_campaign(
            servers={"s": recipe},
            models={"m": model},
            hardware={"h": {"gpus": 8, "twin": "r9700", **hardware}},
            groups=[
                {"id": "g", "model": "m", "server": "s", "tp": tp}
                | {"hardware": "h"}
            ],
        )
    )
    return only


def twin(command: str = "vllm serve {model}", **changes: Any) -> TwinSettings:
    found = twin_for(group(command, **changes).server)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("dcu-scenarios", {("k100-ai", "deepseek-llm-7b", 1)}),
        (
            "single-vs-eight",
            {("k100-ai", "deepseek-llm-7b", tp) for tp in (1, 8)},
        ),
        ("prefix-cache", {("mi300x", "llama-3.1-70b", 8)}),
        (
            "pcie-machine-c",
            {
                ("r9700", "llama-3.1-8b", 1),
                ("r9700", "llama-3.1-8b", 2),
                ("r9700", "qwen3-14b", 2),
                ("r9700", "gemma-3-27b", 2),
            },
        ),
        ("dcu-batch", {("k100-ai", "deepseek-r1-awq", 8)}),
        ("production", {("r9700", "gpt-oss-120b", 4)}),
        ("custom", {("h100", "gpt-oss-120b", 1)}),
    ],
)
def test_presets_are_rehearsed_on_their_cards(
    preset: str, expected: set[tuple[str, str, int]]
) -> None:
    groups = expand(load_campaign(preset, environment={}), quick=True)
    engines = [engine_for(each.server) for each in groups]
    twins = [each for each in engines if isinstance(each, TwinSettings)]
    assert {(each.card, each.model, each.tp) for each in twins} == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"twin": None},
        {"model": "nobody/knows-it"},
        {"model": "meta-llama/Llama-3.1-70B"},  # does not fit one card
        {"max_model_len": 200_000},  # nor does the model go so far
        {"tp": 3},  # no link of three cards is known
        {"command": "vllm serve {model} --max-num-seqs many"},
        {"command": "vllm serve {model} -dp 2"},
        {"command": "llama-server --model {model}"},
    ],
)
def test_without_a_twin_the_times_are_set(changes: dict[str, Any]) -> None:
    need = group(**changes).server
    assert engine_for(need) == settings_for(need)


@pytest.mark.parametrize("preset", preset_names())
def test_every_preset_has_a_twin(preset: str) -> None:
    groups = expand(load_campaign(preset, environment={}), quick=True)
    without = {each.id for each in groups if twin_for(each.server) is None}
    # 14B does not fit one card, and there is no twin of Xinference
    lacking = {"pcie-machine-ab": {"3A-1k"}, "frameworks": {"xinference"}}
    assert without == lacking.get(preset, set())


@pytest.mark.parametrize("own", [None, "h100"])
def test_the_hardwares_card_comes_before_the_campaigns(own: str | None) -> None:
    (only,) = expand(
        tiny_campaign(
            twin="r9700",
            models={"m": MODEL},
            servers={"s": {"kind": "process", "command": "x"}},
            hardware={"h": {"twin": own}},
            groups=[{"id": "g", "model": "m", "server": "s", "hardware": "h"}],
        )
    )
    assert only.server.twin == (own or "r9700")
    assert "twin" not in str(only.server.identity())


def test_a_card_that_there_is_not() -> None:
    with pytest.raises(CampaignError, match=r"r9999.*r9700"):
        embedded([group(twin="r9999")])


def test_the_settings_of_the_command() -> None:
    assert twin().max_model_len == 777
    found = twin(
        "vllm serve {model} --enforce-eager --max-num-seqs 9 --max-num-seqs=12"
        " --gpu-memory-utilization 0.8 --max-num-batched-tokens 4096"
        " --no-enable-prefix-caching"
    )
    assert found == replace(
        twin(),
        stack="vllm-eager",
        max_num_seqs=12,
        gpu_memory_utilization=0.8,
        max_num_batched_tokens=4096,
        prefix_caching=False,
    )
    command = "vllm serve {model} --num_gpu_blocks_override=900"
    assert twin(command) == replace(twin(), num_gpu_blocks=900)
    eager = [
        twin(f"vllm serve {{model}} {flag}").stack
        for flag in ("--enforce-eager", "--enforce_eager")
    ]
    assert eager == ["vllm-eager"] * 2


@pytest.mark.parametrize(
    ("recipe", "engine"),
    [
        ({"recipe": "tgi"}, "TGI"),
        ({"recipe": "trtllm-serve"}, "TensorRT-LLM"),
        ({"recipe": "triton"}, "TensorRT-LLM"),
        ({"recipe": "llama.cpp"}, "llama.cpp"),
        ({"recipe": "xinference"}, "Xinference"),
        ({"kind": "external", "backend": "ollama"}, "Ollama"),
        ({"kind": "process", "command": "lmdeploy serve x"}, "LMDeploy"),
    ],
)
def test_other_engines_are_not_simulated_as_vllm(
    recipe: dict[str, Any], engine: str
) -> None:
    campaign = tiny_campaign(
        twin="h100",
        models={"m": MODEL},
        servers={"s": {"max_model_len": 777, **recipe}},
        groups=[{"id": "g", "model": "m", "server": "s"}],
    )
    only = expand(campaign)[0]
    with pytest.raises(CampaignError, match=f"there is no twin of {engine}"):
        simulated([only])
    assert twin_for(only.server) is None


@pytest.mark.parametrize(
    ("model", "flag", "is_its_own"),
    [
        ("nvidia/Llama-3.1-70B-Instruct-FP8", "--quantization fp8", True),
        ("nvidia/Llama-3.1-70B-Instruct-FP8", "-q modelopt", True),
        ("nvidia/Llama-3.1-70B-Instruct-FP8", "--quantization awq", False),
        ("openai/gpt-oss-120b", "--quantization=mxfp4", True),
        ("cognitivecomputations/DeepSeek-R1-AWQ", "-q awq_marlin", True),
        ("meta-llama/Llama-3.1-70B-Instruct", "--quantization fp8", False),
    ],
)
def test_weights_of_the_models_own_precision(
    model: str, flag: str, is_its_own: bool
) -> None:
    command = f"vllm serve {{model}} {flag}"
    need = group(command, model=model, tp=8, twin="mi300x").server
    assert (twin_for(need) is not None) is is_its_own


def test_a_share_of_memory_that_is_no_number() -> None:
    only = group("vllm serve {model} --gpu-memory-utilization most")
    with pytest.raises(CampaignError, match="utilization is most: set a numb"):
        simulated([only])


def test_the_settings_of_an_sglang_command() -> None:
    found = twin(
        "python3 -m sglang.launch_server --model-path {model}"
        " --chunked-prefill-size 4096 --max-running-requests 12"
        " --disable-radix-cache"
    )
    assert found == replace(
        twin(),
        stack="sglang",
        max_num_seqs=12,
        max_num_batched_tokens=4096,
        prefix_caching=False,
    )


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ("--data-parallel-size 2", "--data-parallel-size 2"),
        ("-dp 2 -pp=4 --max-num-seqs 8", "-dp 2, -pp 4"),
        ("--pipeline_parallel_size=2", "--pipeline-parallel-size 2"),
        ("--speculative-config.method ngram", "--speculative-config ngram"),
        ("--enable-expert-parallel --seed 1", "--enable-expert-parallel"),
        ("--kv-cache-dtype fp8_e4m3", "--kv-cache-dtype fp8_e4m3"),
        ("-q awq -O0 -O.level=1", "-q awq, -O0, -O 1"),
        (
            "--schedule-policy lpm --page-size 64",
            "--schedule-policy lpm, --page-size 64",
        ),
    ],
)
def test_what_no_twin_models_is_refused(flags: str, told: str) -> None:
    only = group(f"vllm serve {{model}} {flags}")
    with pytest.raises(CampaignError) as refused:
        simulated([only])
    (reason,) = refused.value.reasons
    settings = (
        "A twin cannot have the settings in the server command of group g: "
    )
    assert f"{settings}it does not model {told}. " in str(reason)
    assert twin_for(only.server) is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"command": "vllm serve {model} -dp 2"}, "it does not model -dp 2. "),
        (
            {"command": "vllm serve {model} --max-num-seqs many"},
            "--max-num-seqs / --max-running-requests is many",
        ),
        (
            {"command": "sglang --chunked-prefill-size -1"},
            "max_num_batched_tokens is -1",
        ),
        ({"model": "nobody/knows-it"}, "no profile of the model nobody/knows"),
        (
            {"model": "meta-llama/Llama-3.1-70B"},
            "vLLM would not start: “No available memory",
        ),
    ],
)
def test_a_rehearsal_says_why_it_has_no_twin(
    changes: dict[str, Any], why: str
) -> None:
    first, second = group(**changes), replace(group(**changes), id="g2")
    (said,) = set_times([first, second, group()])
    assert f"the server of {first.id}, g2" in said
    assert why in said
    assert said.endswith((".", ".”"))


def test_where_no_card_is_named_nobody_asked_for_a_twin() -> None:
    assert set_times([group(), group(twin=None)]) == []


def test_flags_that_change_nothing_are_taken() -> None:
    command = (
        "vllm serve {model} -dp 1 -pp=1 -O3 --dtype float16 --kv-cache-dtype auto"
        " --swap-space 16 --trust-remote-code --page-size 1"
    )
    assert twin(command) == twin()


@pytest.mark.parametrize(
    ("hardware", "link"),
    [
        ({}, "pcie5x16"),
        ({"pcie_width": 8}, "pcie5x8"),
        ({"pcie_generation": 4, "pcie_width": 8}, "pcie4x8"),
        ({"twin": "h100", "pcie_generation": 4}, None),  # NVLink is between
    ],
)
def test_the_declared_link_is_between_the_cards(
    hardware: dict[str, Any], link: str | None
) -> None:
    assert twin(tp=2, **hardware).link == link
    assert twin(tp=1, **hardware).link is None


def test_another_card_makes_other_points_of_a_rehearsal_only() -> None:
    groups = [group(twin=card) for card in ("r9700", "h100")]
    real, rehearsed = (
        {point.spec.fingerprint for each in plan for point in each.points}
        for plan in (groups, embedded(groups))
    )
    assert (len(real), len(rehearsed)) == (3, 6)


def test_a_rehearsal_takes_the_time_of_its_twin() -> None:
    slow, fast = (
        guess_seconds(embedded([group(twin=card)])[0].points[-1].spec)
        for card in ("r9700", "h100")
    )
    assert slow > fast


def test_it_serves_the_campaigns_model_and_shows_its_cards() -> None:
    server = EmbeddedServer(group(tp=2).server)
    found = server.start()
    try:
        assert found.facts["model"] == MODEL
        assert found.facts["embedded"]["card"] == "r9700"
        said = httpx.get(f"{server.base_url}/version").json()["version"]
        assert said.endswith(".simulated")
        cards = httpx.get(f"{server.base_url}/telemetry").json()["cards"]
        assert len(cards) == 2
    finally:
        server.stop()
