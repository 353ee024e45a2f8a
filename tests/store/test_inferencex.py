"""InferenceX's files: vLLM's client with latencies in seconds, and aggregated results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inferometer.results import read
from inferometer.store.importers.inferencex import deployment_in

RUN = {
    "date": "20260214-142220",
    "model_id": "org/tiny",
    "tokenizer_id": "org/tiny",
    "num_prompts": 40,
    "request_rate": "inf",
    "burstiness": 1.0,
    "max_concurrency": 4,
    "duration": 20.0,
    "completed": 40,
    "good_completed": None,
    "request_goodput": None,
    "total_input_tokens": 40960,
    "total_output_tokens": 5120,
    "request_throughput": 2.0,
    "input_throughput": 2048.0,
    "output_throughput": 256.0,
    "median_ttft": 0.477,
    "p99_ttft": 0.8615,
    "median_tpot": 0.0136,
    "p99_e2el": 2.9347,
}
AGGREGATED = {
    "hw": "h200",
    "tp": 8,
    "ep": 1,
    "dp_attention": "false",
    "conc": 64,
    "model": "org/tiny",
    "framework": "vllm",
    "precision": "fp8",
    "isl": 1024,
    "osl": 8192,
    "tput_per_gpu": 500.0,
    "output_tput_per_gpu": 400.0,
    "input_tput_per_gpu": 100.0,
    "mean_ttft": 0.25,
    "p99_ttft": 0.75,
    "mean_tpot": 0.02,
    "mean_intvty": 50.0,
    "median_e2el": 160.5,
    "image": "vllm/vllm-openai:v0.10.2",
}


@pytest.mark.parametrize(
    ("stem", "told"),
    [
        (
            "m25_vllm_dep8_isl1024_osl128_conc4",
            {"engine": "vllm", "gpus": 8, "parallelism": "dep8"},
        ),
        (
            "m25_vllm_tep4_conc4",
            {"engine": "vllm", "gpus": 4, "parallelism": "tep4"},
        ),
        (
            "glm5_fp8_sglang_tp8_isl10240_conc16",
            {"engine": "sglang", "gpus": 8, "tp": 8},
        ),
        ("vllm_results_8", {}),
    ],
)
def test_the_name_tells_the_deployment(stem: str, told: dict[str, Any]) -> None:
    assert deployment_in(stem) == told


def test_latencies_without_a_unit_are_seconds_and_means_stay_absent(
    tmp_path: Path,
) -> None:
    (tmp_path / "m25_vllm_tep8_isl1024_osl128_conc4.json").write_text(
        json.dumps(RUN)
    )
    (point,) = read([tmp_path]).points
    assert (
        point.values["median_ttft_ms"] == point.values["p50_ttft_ms"] == 477.0
    )
    assert point.values["p99_ttft_ms"] == 861.5
    assert point.values["median_tpot_ms"] == pytest.approx(13.6)
    assert point.values["p99_e2el_ms"] == pytest.approx(2934.7)
    assert point.values["total_token_throughput"] == (40960 + 5120) / 20
    assert not {"mean_ttft_ms", "mean_e2el_ms", "failed"} & point.values.keys()
    wanted = {
        "gpus": 8,
        "engine": "vllm",
        "parallelism": "tep8",
        "input_len": 1024,
    }
    assert {name: point.conditions[name] for name in wanted} == wanted
    assert "input_throughput" not in point.conditions


def test_the_two_ways_to_split_a_model_are_two_series(tmp_path: Path) -> None:
    for split in ("dep8", "tep8"):
        (tmp_path / f"m25_vllm_{split}_conc4.json").write_text(json.dumps(RUN))
    told = {
        point.conditions["parallelism"] for point in read([tmp_path]).points
    }
    assert told == {"dep8", "tep8"}


def test_the_aggregated_form_is_one_object_a_run_or_a_list(
    tmp_path: Path,
) -> None:
    (tmp_path / "agg_all.json").write_text(
        json.dumps([AGGREGATED, AGGREGATED | {"conc": 128}])
    )
    first, second = read([tmp_path]).points
    wanted = {
        "config": None,
        "card": "h200",
        "gpus": 8,
        "tp": 8,
        "engine": "vllm",
        "dtype": "fp8",
        "model": "org/tiny",
        "max_concurrency": 64,
        "input_len": 1024,
        "output_len": 8192,
        "concurrency": 64,
        "image": "vllm/vllm-openai:v0.10.2",
        "dp_attention": "false",
    }
    assert {name: first.conditions.get(name) for name in wanted} == wanted
    assert second.conditions["concurrency"] == 128
    assert first.values["output_throughput"] == 3200.0
    assert first.values["total_token_throughput"] == 4000.0
    assert first.values["output_throughput_per_gpu"] == 400.0
    assert first.values["mean_ttft_ms"] == 250.0
    assert first.values["p50_e2el_ms"] == 160500.0
    assert first.tool == "inferencex"


def test_rates_of_cards_that_decode_alone_are_not_taken_for_those_of_all(
    tmp_path: Path,
) -> None:
    split = AGGREGATED | {
        "num_prefill_gpu": 8,
        "num_decode_gpu": 16,
        "disagg": "true",
    }
    (tmp_path / "agg.json").write_text(json.dumps(split))
    (point,) = read([tmp_path]).points
    assert point.conditions["gpus"] == 24
    assert point.values["total_token_throughput"] == 12000.0
    assert "output_throughput" not in point.values
