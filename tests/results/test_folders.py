"""What folders tell: studies that name a folder an experiment, `config.json` beside the results, and
the folders of sweeps.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inferometer.results import read
from inferometer.results.words_of_names import of_file, of_folder
from tests.results.result_files import the_point, vllm_file

CONFIGURATION = {
    "experiment_name": "night",
    "timestamp": "2026-01-30T14:13:31.081788",
    "model": {"name": "org/tiny-8B", "max_model_len": None},
    "gpu": {
        "count": 2,
        "ids": "0,1",
        "memory_utilization": 0.9,
        "info_raw": "a\nb",
    },
    "benchmark": {"input_len": 1024, "output_len": 128},
    "environment": {"vllm_version": "0.13.0+rocm711", "rocm_version": "7.1.1"},
}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "2xR9700_x8_llama-3.1-8b_rocm7.1_1-200_TP2",
            {
                "gpus": 2,
                "card": "R9700",
                "pcie_width": 8,
                "stack": "ROCm 7.1",
                "tp": 2,
            },
        ),
        (
            "1xR9700_x16_llama-3.1-8b_rocm7.0_1-200",
            {
                "gpus": 1,
                "card": "R9700",
                "pcie_width": 16,
                "stack": "ROCm 7.0",
                "tp": 1,
            },
        ),
        (
            "2xpro4500_x16_llama-3.1-8b_cuda13.0_1-200_TP2",
            {
                "gpus": 2,
                "card": "pro4500",
                "pcie_width": 16,
                "stack": "CUDA 13.0",
                "tp": 2,
            },
        ),
        (
            "1x5090_x16_llama-3.1-8b_cuda13.0_1-200",
            {
                "gpus": 1,
                "card": "5090",
                "pcie_width": 16,
                "stack": "CUDA 13.0",
                "tp": 1,
            },
        ),
        (
            "2xRTX_PRO_6000_x8_qwen3-8b_TP2",
            {"gpus": 2, "card": "RTX_PRO_6000", "pcie_width": 8, "tp": 2},
        ),
        (
            "8xMI300X_qwen3-235b_tp4_dp2",
            {"gpus": 8, "card": "MI300X", "tp": 4, "dp": 2},
        ),
        (
            "SERVE--max_num_seqs=4-enable_eager=true-BENCH--max_concurrency=2-num_prompts=8",
            {
                "max_num_seqs": 4,
                "enable_eager": True,
                "max_concurrency": 2,
                "num_prompts": 8,
            },
        ),
        (
            "SERVE--block-size=16-max-num-seqs=4-BENCH--",
            {"block-size": 16, "max-num-seqs": 4},
        ),
        ("tp=2-quantization=fp8", {"tp": 2, "dtype": "fp8"}),
        ("run_id=3-kv_cache_dtype=fp8_e5m2", {"kv_cache_dtype": "fp8_e5m2"}),
        ("results", {}),
        ("v2x3_final", {}),
        ("256x256", {}),
        ("http2", {}),
    ],
)
def test_a_folders_name(name: str, told: dict[str, Any]) -> None:
    assert of_folder(name) == told


@pytest.mark.parametrize(
    ("stem", "told"),
    [
        ("Llama-3.1-8B_gpu2_scale_n100_20260120_031830", {"gpus": 2}),
        ("gemma-3-4b-it_scale_n10_20251126_120000", {}),
        (
            "gpt-oss-120b_inputlen1024_num1_output8",
            {"input_len": 1024, "num_prompts": 1, "output_len": 8},
        ),
        (
            "bench_io256x512_mc32_np128",
            {
                "input_len": 256,
                "output_len": 512,
                "num_prompts": 128,
                "max_concurrency": 32,
            },
        ),
        (
            "glm5_vllm_tp8_isl1k_osl128_conc16",
            {
                "tp": 8,
                "input_len": 1024,
                "output_len": 128,
                "max_concurrency": 16,
            },
        ),
        ("acme_tiny-7b_tp1_qps1.5", {"tp": 1, "request_rate": 1.5}),
        ("http_stop2_outputs", {}),
    ],
)
def test_a_files_name(stem: str, told: dict[str, Any]) -> None:
    assert of_file(stem) == told


def test_points_of_a_study_are_told_apart_by_their_folders(
    tmp_path: Path,
) -> None:
    for number, (lanes, stack) in enumerate(((8, "rocm7.1"), (16, "rocm7.0"))):
        folder = tmp_path / f"2xR9700_x{lanes}_tiny_{stack}_1-200_TP2"
        name = f"B_7B_TP2_1k_np30_2026010{number + 1}_010203.json"
        vllm_file(folder / name, output_throughput=1000.0)
    narrow, wide = sorted(
        read([tmp_path]).points,
        key=lambda each: int(each.conditions["pcie_width"] or 0),
    )
    assert (narrow.conditions["pcie_width"], wide.conditions["pcie_width"]) == (
        8,
        16,
    )
    assert (narrow.conditions["stack"], wide.conditions["stack"]) == (
        "ROCm 7.1",
        "ROCm 7.0",
    )
    assert narrow.values["output_throughput_per_gpu"] == 500.0
    assert (
        narrow.conditions["model"] == "tiny"
    )  # the file's, where the folder is the experiment


def test_config_json_is_of_its_folder_and_says_where_it_differs_from_the_name(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "2xR9700_x16_tiny_rocm7.2_1-200_TP2"
    vllm_file(folder / "np30_20260106_071056.json", model_id="org/tiny-8B")
    (folder / "config.json").write_text(json.dumps(CONFIGURATION))
    point = the_point(tmp_path)
    wanted = {
        "gpus": 2,
        "card": "R9700",
        "pcie_width": 16,
        "tp": 2,
        "stack": "ROCm 7.1.1",
        "input_len": 1024,
        "output_len": 128,
        "engine": "vllm",
        "engine_version": "0.13.0+rocm711",
        "model": "org/tiny-8B",
    }
    assert {name: point.conditions[name] for name in wanted} == wanted
    assert point.conditions["experiment_name"] == "night"
    assert not {"timestamp", "ids", "info_raw"} & point.conditions.keys()
    assert str(point.notes[0]) == (
        "config.json says stack ROCm 7.1.1, the folder's name says ROCm 7.2: config.json counts."
    )


def test_a_name_that_only_says_less_contradicts_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "2xR9700_x16_tiny_rocm7.1_1-200_TP2"
    vllm_file(folder / "np30_20260106_071056.json")
    (folder / "config.json").write_text(json.dumps(CONFIGURATION))
    assert [
        note for note in the_point(tmp_path).notes if "says" in str(note)
    ] == []


@pytest.mark.parametrize("content", ["", "[1]", "{", '{"a": 1}', "[]", '"x"'])
def test_a_config_json_of_something_else_does_no_harm(
    tmp_path: Path, content: str
) -> None:
    vllm_file(tmp_path / "np30.json")
    (tmp_path / "config.json").write_text(content)
    assert len(read([tmp_path]).points) == 1


def test_a_summary_of_a_sweep_is_not_counted_beside_its_runs_and_counts_alone(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "SERVE--max_num_seqs=4-BENCH--max_concurrency=2"
    runs = []
    for number in (0, 1):
        path = vllm_file(
            folder / f"run={number}.json",
            duration=3.5 + number,
            run_number=number,
        )
        runs.append(json.loads(path.read_text()))
    (folder / "summary.json").write_text(json.dumps(runs))
    (tmp_path / "summary.json").write_text(json.dumps(runs))
    found = read([tmp_path])
    assert found.problems == ()
    assert [point.id for point in found.points] == ["run=0", "run=1"]
    assert {point.conditions["max_num_seqs"] for point in found.points} == {4}
    for number in (0, 1):
        (folder / f"run={number}.json").unlink()
    (tmp_path / "summary.json").unlink()
    alone = read([tmp_path]).points
    assert [point.id for point in alone] == ["summary:1", "summary:2"]
    assert [point.conditions["repeat"] for point in alone] == [1, 2]
