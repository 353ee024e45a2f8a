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


@pytest.mark.parametrize(
    ("tokens_in", "tokens_out", "output"),
    [
        (700.0, 400.0, 16 * 400.0),  # 8 × 700 + 16 × 400 = 24 × 500
        (100.0, 400.0, 24 * 400.0),  # 24 × (100 + 400)
        (300.0, 400.0, None),
        (None, 400.0, None),
        ("700.1", "400.1", 16 * 400.1),
    ],
)
def test_rates_of_cards_that_decode_alone_are_taken_where_all_rates_add_up(
    tmp_path: Path, tokens_in: Any, tokens_out: Any, output: float | None
) -> None:
    split = AGGREGATED | {
        "num_prefill_gpu": 8,
        "num_decode_gpu": 16,
        "disagg": "true",
        "input_tput_per_gpu": tokens_in,
        "output_tput_per_gpu": tokens_out,
    }
    (tmp_path / "agg.json").write_text(json.dumps(split))
    (point,) = read([tmp_path]).points
    assert point.conditions["gpus"] == 24
    assert point.values["total_token_throughput"] == 12000.0
    assert point.values.get("output_throughput") == output


@pytest.mark.parametrize(
    ("parts", "gpus", "total", "output"),
    [
        ({"pp": 2, "pcp_size": 2, "dcp_size": 4}, 32, 16000.0, 12800.0),
        ({"tp": "4", "pp": "1"}, 4, 2000.0, 1600.0),
        ({"num_prefill_gpu": 8, "num_decode_gpu": 0}, 8, 4000.0, 3200.0),
        ({"num_gpus": 16, "num_prefill_gpu": 8}, 16, 8000.0, 6400.0),
        ({"tp": None}, None, None, None),
        ({"tp": 1e12}, None, None, None),
    ],
)
def test_rates_are_of_all_cards_that_they_were_divided_by(
    tmp_path: Path,
    parts: dict[str, Any],
    gpus: int | None,
    total: float | None,
    output: float | None,
) -> None:
    (tmp_path / "agg.json").write_text(json.dumps(AGGREGATED | parts))
    (point,) = read([tmp_path]).points
    assert point.conditions.get("gpus") == gpus
    assert point.values.get("total_token_throughput") == total
    assert point.values.get("output_throughput") == output


def test_what_was_measured_of_power_keeps_no_runs_apart(tmp_path: Path) -> None:
    power = {"power_valid": 0, "power_invalid_reasons": ["no_samples"]}
    (tmp_path / "agg.json").write_text(
        json.dumps(AGGREGATED | power | {"avg_power_w": 512.3})
    )
    (point,) = read([tmp_path]).points
    assert not any("power" in name for name in point.conditions)


AGENTS = {
    **{name: AGGREGATED[name] for name in ("hw", "conc", "model", "framework")},
    "scenario_type": "agentic-coding",
    "tp": 4,
    "num_gpus": 4,
    "num_requests_total": 260,
    "num_requests_successful": 249,
    "request_accounting": {"records_error_dropped": 3},
    "request_metrics": {
        "qps": {"mean": 0.5},
        "latency": {
            "ttft": {"mean": 0.85, "p50": 0.5, "p90": 2.0, "p75": 1.0},
            "tpot": {"p50": 0.004, "p99": 0.01},
            "itl": {"p50": 0.004},
            "e2el": {"p50": "3.5"},
            "intvty": {"p50": 250.0},
        },
        "throughput": {
            "output": {"tokens_per_second": 130.0},
            "total": {"tokens_per_second": 17000.0},
            "per_gpu": {"output_tput_tps": 32.5, "total_tput_tps": 4250.0},
            "duration_seconds": 900.5,
        },
    },
    "server_metrics": {"kv_cache": {"gpu_usage_pct": 0.5}},
}


def test_results_of_agents_beside_others(tmp_path: Path) -> None:
    (tmp_path / "agg_bmk.json").write_text(json.dumps([AGGREGATED, AGENTS]))
    points = {
        point.conditions.get("scenario_type"): point
        for point in read([tmp_path]).points
    }
    point = points["agentic-coding"]
    wanted = {
        "completed": 249,
        "failed": 3,
        "duration": 900.5,
        "output_throughput": 130.0,
        "total_token_throughput": 17000.0,
        "mean_ttft_ms": 850.0,
        "median_ttft_ms": 500.0,
        "p90_ttft_ms": 2000.0,
        "p99_tpot_ms": 10.0,
        "median_e2el_ms": 3500.0,
    }
    told = {name: point.values[name] for name in wanted}
    assert told == pytest.approx(wanted)
    assert not {"median_itl_ms", "p50_itl_ms"} & point.values.keys()
    assert (point.conditions["gpus"], point.conditions["concurrency"]) == (
        4,
        64,
    )
    assert not any("usage" in name for name in point.conditions)
    assert len(points) == 2


def test_flat_results_of_agents_have_tpot_and_no_itl(tmp_path: Path) -> None:
    flat = AGGREGATED | {
        "scenario_type": "agentic-coding",
        "mean_itl": 0.02,
        "total_tput_tps": 4000.5,
    }
    (tmp_path / "agg.json").write_text(json.dumps(flat))
    (point,) = read([tmp_path]).points
    assert point.values["mean_tpot_ms"] == 20.0
    assert "mean_itl_ms" not in point.values
    assert not any("tps" in name for name in point.conditions)


@pytest.mark.parametrize("wrong", [None, 7, "x", [], {}, {"output": 3}])
def test_results_of_agents_with_anything_in_them(
    tmp_path: Path, wrong: Any
) -> None:
    of = AGENTS["request_metrics"]
    assert isinstance(of, dict)
    for name in ("throughput", "latency"):
        path = tmp_path / name / "agg.json"
        path.parent.mkdir()
        path.write_text(
            json.dumps(AGENTS | {"request_metrics": {**of, name: wrong}})
        )
        (path.parent / "other.json").write_text(json.dumps(AGGREGATED))
        found = read([path.parent])
        assert len(found.points) + found.unread == 2
        for point in found.points:
            if point.source.name == "agg.json":
                rate = point.values.get("output_throughput")
                assert rate == (None if name == "throughput" else 130.0)
