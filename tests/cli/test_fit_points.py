"""What `inferometer fit` makes of points of any tool: which load, which server, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import pytest

from inferometer.cli.fit_points import Sorted, ladders_of, load_of
from inferometer.engine.twin.configuration import TwinSettings
from inferometer.results import Point, read
from inferometer.words import Said
from tests.analysis.simulated_campaigns import point

TOOLS = Path(__file__).parents[1] / "golden/tools"
H100 = TwinSettings("h100", "llama-3.1-8b")
VALUES = {"mean_tpot_ms": 10.0, "completed": 64.0}


def told(values: Mapping[str, float] = VALUES, **conditions: Any) -> Point:
    """A point of 8B on one card, with what its file says besides."""
    usual: dict[str, Any] = {
        "model_id": "meta-llama/Llama-3.1-8B",
        "tp": 1,
        "num_prompts": 64,
    }
    lengths = {"input_len": 512, "output_len": 16, "max_concurrency": 4}
    return point("p", {**values}, minute=None, **usual | lengths | conditions)


def sorted_(one: Point, settings: TwinSettings = H100, **asked: Any) -> Sorted:
    return ladders_of([one], settings, **asked)


def settings_of(one: Point, settings: TwinSettings = H100) -> TwinSettings:
    found = sorted_(one, settings)
    assert not found.left_out
    return found.ladders[0].settings


def why_not(one: Point, settings: TwinSettings = H100) -> str:
    found = sorted_(one, settings)
    assert not found.ladders
    return found.left_out[0][1]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ({"max_num_seqs": 8}, {"max_num_seqs": 8}),
        (
            {"quantization": "none", "pp_size": None, "speculative_config": ""},
            {},
        ),
        ({"chunked_prefill_size": 4096}, {"max_num_batched_tokens": 4096}),
        ({"max_model_len": 4096}, {"max_model_len": 4096}),
        ({"memory_utilization": 0.8}, {"gpu_memory_utilization": 0.8}),
        ({"enable_prefix_caching": False}, {"prefix_caching": False}),
        ({"disable_radix_cache": "true"}, {"prefix_caching": False}),
        ({"dtype": "bf16", "kv_cache_dtype": "auto", "dp": 1}, {}),
        ({"engine": "vllm-cuda", "card": "NVIDIA H100 80GB HBM3"}, {}),
        ({"card": "pro4500"}, {}),  # nobody knows
        ({"model_id": "acme/x", "model": "llama-3.1-8b"}, {}),
    ],
)
def test_the_twin_has_the_settings_that_the_file_tells(
    said: dict[str, Any], asked: dict[str, Any]
) -> None:
    assert settings_of(told(**said)) == replace(H100, **asked)


def test_a_flag_goes_before_the_file() -> None:
    asked = replace(H100, max_num_seqs=32)
    assert settings_of(told(max_num_seqs=8), asked) == asked


def test_the_link_is_that_of_the_slots_that_the_file_tells() -> None:
    settings = replace(H100, card="r9700")
    two: dict[str, Any] = {"tp": 2, "pcie_width": 8, "pcie_generation": 4}
    found = settings_of(told(**two), settings)
    assert (found.tp, found.link) == (2, "pcie4x8")
    assert settings_of(told(**two | {"tp": 1}), settings).link is None


def test_points_of_two_settings_are_two_ladders() -> None:
    points = [told(max_num_seqs=n) for n in (4, 8)]
    assert len(ladders_of(points, H100).ladders) == 2


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"model": None, "model_id": None}, "does not name the model"),
        ({"model_id": "acme/unknown"}, "no profile of the model acme/unknown"),
        ({"card": "AMD Radeon AI PRO R9700"}, "fit it with --twin r9700"),
        ({"card": "RTX4090"}, "fit it with --twin rtx-4090"),
        ({"engine": "llama.cpp"}, "measured on llama.cpp"),
        ({"engine": "TensorRT-LLM 1.0"}, "measured on TensorRT-LLM"),
        ({"backend": "tgi"}, "measured on TGI"),
        ({"engine": "sglang"}, "with SGLang, which --stack vllm-graphs"),
        ({"backend": "sglang"}, "with SGLang, which --stack vllm-graphs"),
        ({"enforce_eager": True}, "with --enforce-eager, which --stack"),
        ({"parallelism": "dep8", "gpus": 8}, "(parallelism: dep8)"),
        ({"disaggregation": "1 prefill, 1 decode"}, "(disaggregation: 1 pref"),
        ({"dp": 2}, "no twin models its settings --dp 2."),
        ({"pp_size": 2}, "models its settings --pp-size 2."),
        ({"dtype": "awq"}, "its settings --quantization awq."),
        ({"max_num_seqs": "many"}, "--max-num-seqs"),
        ({"chunked_prefill_size": -1}, "max_num_batched_tokens is -1"),
        ({"scenario": "offline throughput"}, "(scenario: offline throughput)"),
        ({"arrivals": "ramp 1 to 9"}, "(arrivals: ramp 1 to 9)"),
        ({"cache": "warm"}, "(cache: warm)"),
        ({"dataset": "file, multi_turn"}, "(dataset: file, multi_turn)"),
        ({"num_prompts": None, "values": {"mean_tpot_ms": 1.0}}, "num_prompts"),
        ({"values": {**VALUES, "failed": 6.0}}, "9% of its requests failed"),
        ({"rehearsal": "embedded"}, "simulated"),
    ],
)
def test_what_no_twin_can_repeat_is_left_out(
    said: dict[str, Any], why: str
) -> None:
    values = said.pop("values", VALUES)
    assert why in why_not(told(values, **said))


def test_a_rate_that_the_client_did_not_reach() -> None:
    missed = Said("note.rate_not_reached", {"sent": 10.0, "asked": 20.0})
    assert "keep up" in why_not(replace(told(), notes=(missed,)))


def test_quantized_weights_that_the_profile_has() -> None:
    model = "nvidia/Llama-3.1-70B-Instruct-FP8"
    found = settings_of(told(model_id=model, tp=4, dtype="fp8"))
    assert found.model == "llama-3.1-70b-fp8"


def test_machines_of_several_kinds_are_named() -> None:
    points = [told(card=name, stack="ROCm 7.0") for name in ("x", "y")]
    assert ladders_of(points, H100).of_several == ("card",)


def test_requests_are_those_that_ended_where_nobody_says_how_many() -> None:
    values = {**VALUES, "failed": 2.0}
    assert load_of(told(values, num_prompts=None)).requests == 66


def test_equal_gaps_are_no_chance() -> None:
    load = load_of(told(request_rate=4.0, burstiness=inf, max_concurrency=None))
    assert not load.is_random
    second_ns = 1_000_000_000
    arrived = [each.arrived_ns for each in load.arrivals(0)]
    assert arrived[:3] == [second_ns // 4, second_ns // 2, 3 * second_ns // 4]


@pytest.mark.parametrize(
    ("tool", "ratio", "shortest"),
    [("sglang", 0.5, 0.5), ("sglang", 0.0, 0.0), ("vllm", 0.5, 1 / 3)],
)
def test_lengths_spread_as_the_tool_spreads_them(
    tool: str, ratio: float, shortest: float
) -> None:
    """Around the mean that was measured."""
    one = replace(told(random_range_ratio=ratio), tool=tool)
    load = load_of(one)
    assert load.shortest == pytest.approx(shortest)
    mean = load.prompt_tokens * (1 + shortest) / 2
    assert mean == pytest.approx(512, abs=1)


def test_a_shared_beginning_is_found_in_the_cache() -> None:
    load = load_of(told(prefix_len=128))
    assert (load.prefix_tokens, load.prompt_tokens) == (128, 512)


@pytest.mark.parametrize(
    ("tool", "stack", "requests"),
    [
        ("aiperf-early", "vllm-graphs", [96]),
        ("genai-perf", "vllm-graphs", [96]),
        ("guidellm", "vllm-graphs", [21] * 5),
        ("inference-perf", "vllm-graphs", [300, 600]),
        ("sglang-report", "sglang", [60]),
        ("sglang-report", "vllm-graphs", []),
        ("vllm-report", "vllm-graphs", [40, 60]),
        ("llama-bench", "vllm-graphs", []),
        ("llmperf", "vllm-graphs", []),  # one of four requests failed
        ("vllm-offline-log", "vllm-graphs", []),
        ("sglang-offline-log", "sglang", []),
        ("mlperf", "vllm-graphs", []),
    ],
)
def test_files_of_other_tools(
    tool: str, stack: str, requests: list[int]
) -> None:
    points = read([TOOLS / tool]).points
    settings = replace(H100, stack=stack)
    found = ladders_of(points, settings, model="llama-3.1-8b", tp=1)
    loads = [load for ladder in found.ladders for load in ladder.loads]
    assert sorted(load.requests for load in loads) == requests
    assert len(found.left_out) == len(points) - len(requests)
