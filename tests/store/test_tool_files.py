"""Small files in the forms of many tools: what is read of each, in our units, and what is not taken
for ours.
"""

from __future__ import annotations

import csv
import json
import math
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from inferometer.results import read
from inferometer.store.importers import (
    TOOLS,
    CannotImportError,
    CompanionError,
    ImportedRun,
    UnknownResultError,
    read_results,
    recompute,
)
from inferometer.words import Said

TOOL_FILES = Path(__file__).parents[1] / "golden" / "tools"
LLAMA = TOOL_FILES / "llama-bench"
MLPERF = TOOL_FILES / "mlperf" / "results" / "8xCARD-X_2xCPU" / "tiny-70b-99"
LOADGEN = "mlperf_log_summary.txt"

SHARED_PREFIX = {"input_len": 128, "output_len": 64, "burstiness": 1.0}
REPORT_LOAD = {"burstiness": 1.0, "input_len": 1024, "output_len": 128}

READ: dict[
    str, tuple[str, str | None, dict[str, float], dict[str, float | None]]
] = {
    "inference-perf/stage_0_lifecycle_metrics.json": (
        "inference-perf",
        "acme/tiny-7b",
        {"num_prompts": 300, "request_rate": 5.0, **SHARED_PREFIX},
        {
            "duration": 75.0,
            "completed": 300,
            "failed": 0,
            "request_throughput": 4.0,
            "request_goodput": 3.2,
            "total_input_tokens": 38400,
            "mean_ttft_ms": 250.0,
            "p99_ttft_ms": 375.0,
            "mean_tpot_ms": 8.0,
            "mean_itl_ms": 7.9,
            "p99_e2el_ms": 1750.0,
        },
    ),
    "inference-perf/stage_2_lifecycle_metrics.json": (
        "inference-perf",
        "acme/tiny-7b",
        {"num_prompts": 600, "max_concurrency": 16, **SHARED_PREFIX},
        {
            "duration": 75.0,
            "output_throughput": 512.0,
            "median_e2el_ms": 1200.0,
        },
    ),
    "vllm-offline/tiny_tp2_throughput.json": (
        "vllm-throughput",
        None,
        {},
        {
            "duration": 250.0,
            "completed": 1000,
            "request_throughput": 4.0,
            "total_token_throughput": 3000.0,
        },
    ),
    "vllm-offline/latency.json": (
        "vllm-latency",
        "acme/tiny-7b",
        {"input_len": 32, "output_len": 128},
        {"mean_e2el_ms": 1500.0, "p90_e2el_ms": 1700.0, "p99_e2el_ms": 1745.0},
    ),
    "sglang-offline-log/bench.txt": (
        "sglang-throughput",
        "acme/tiny-7b",
        {},
        {
            "completed": 200,
            "duration": 50.0,
            "total_output_tokens": 40000,
            "request_throughput": 4.0,
            "output_throughput": 800.0,
            "total_token_throughput": 2000.0,
            "mean_ttft_ms": None,
        },
    ),
    "sglang-report/bench.txt": (
        "sglang",
        "acme/tiny-7b",
        {
            "num_prompts": 60,
            "max_concurrency": 32,
            "request_rate": math.inf,
            "input_len": 512,
            "output_len": 128,
        },
        {
            "completed": 60,
            "total_output_tokens": 7680,
            "total_token_throughput": 3072.0,
            "mean_e2el_ms": 1000.5,
            "p99_itl_ms": 14.4,
        },
    ),
    "llmperf/acme-tiny-7b_550_150_summary.json": (
        "llmperf",
        "acme/tiny-7b",
        {
            "num_prompts": 4,
            "max_concurrency": 2,
            "input_len": 550,
            "output_len": 150,
        },
        {
            "duration": 5.0,
            "completed": 3,
            "failed": 1,
            "request_throughput": 0.6,
            "output_throughput": 96.0,
            "total_output_tokens": 480,
            "mean_ttft_ms": 250.0,
            "p99_e2el_ms": 3000.0,
        },
    ),
    f"{MLPERF.relative_to(TOOL_FILES)}/Server/performance/run_1/{LOADGEN}": (
        "mlperf",
        "tiny-70b-99",
        {"request_rate": 42.5, "burstiness": 1.0},
        {
            "completed": 24150,
            "request_throughput": 40.25,
            "output_throughput": 8050.5,
            "mean_ttft_ms": 150.5,
            "p99_ttft_ms": 450.25,
            "mean_tpot_ms": 21.75,
            "p99.9_e2el_ms": 8900.0,
        },
    ),
    f"{MLPERF.relative_to(TOOL_FILES)}/Offline/performance/run_1/{LOADGEN}": (
        "mlperf",
        "tiny-70b-99",
        {"request_rate": math.inf},
        {
            "request_throughput": 92.5,
            "output_throughput": 27750.0,
            "mean_e2el_ms": 265250.0,
        },
    ),
    "mlperf/detail-alone/mlperf_log_detail.txt": (
        "mlperf",
        None,
        {"request_rate": 42.5, "burstiness": 1.0},
        {
            "completed": 24150,
            "request_throughput": 40.25,
            "mean_ttft_ms": 150.5,
            "p99_tpot_ms": 39.5,
            "mean_tpot_ms": 21.75,
            "p99_e2el_ms": 8500.0,
        },
    ),
    "guidellm/v0.6.json": (
        "guidellm",
        "acme/tiny-7b",
        {
            "num_prompts": 21,
            "request_rate": 4.0,
            "burstiness": 1.0,
            "input_len": 512,
            "output_len": 256,
        },
        {
            "completed": 20,
            "failed": 0,
            "mean_ttft_ms": 80.0,
            "total_token_throughput": 768.0,
        },
    ),
    "aiperf-0.10/profile_export_aiperf.json": (
        "aiperf",
        "acme/tiny-7b",
        {"num_prompts": 96, "max_concurrency": 16},
        {
            "duration": 38.4,
            "completed": 96,
            "request_goodput": 2.0,
            "total_input_tokens": 48000,
            "total_token_throughput": 1500.0,
            "p99_tpot_ms": 14.5,
            "p99_itl_ms": 60.125,
        },
    ),
    "aiperf-early/profile_export_aiperf.json": (
        "aiperf",
        "acme/tiny-7b",
        {
            "num_prompts": 96,
            "max_concurrency": 8,
            "request_rate": 4.5,
            "input_len": 500,
            "output_len": 100,
        },
        {"completed": 96, "failed": 3, "mean_ttft_ms": 125.25},
    ),
    "genai-perf/profile_export_genai_perf.json": (
        "genai-perf",
        "acme/tiny-7b",
        {
            "num_prompts": 96,
            "max_concurrency": 16,
            "input_len": 500,
            "output_len": 100,
        },
        {
            "completed": 96,
            "total_output_tokens": 9600,
            "mean_tpot_ms": 11.25,
            "p99_e2el_ms": 2400.75,
        },
    ),
    "genai-perf/profile_export_genai_perf.csv": (
        "genai-perf",
        None,
        {},
        {"completed": 96, "mean_tpot_ms": 11.25, "p99_e2el_ms": 2400.75},
    ),
}
"""Tool, model, all of the load and some of the metrics."""


def the_run(name: str) -> ImportedRun:
    (run,) = read_results(TOOL_FILES / name)
    return run


@pytest.mark.parametrize("name", READ)
def test_what_is_read(name: str) -> None:
    tool, model, load, metrics = READ[name]
    run = the_run(name)
    assert (run.tool, run.model) == (tool, model)
    assert run.load == pytest.approx(load)
    assert {ours: run.metrics.get(ours) for ours in metrics} == pytest.approx(
        metrics
    )


@pytest.mark.parametrize(
    ("name", "absent"),
    [
        (
            "vllm-offline/tiny_tp2_throughput.json",
            ("output_throughput", "mean_ttft_ms"),
        ),
        (
            "vllm-offline/latency.json",
            ("mean_ttft_ms", "request_throughput", "completed"),
        ),
        ("sglang-report/bench.txt", ("failed",)),
        (
            "llmperf/acme-tiny-7b_550_150_summary.json",
            ("mean_itl_ms", "mean_tpot_ms"),
        ),
        (
            "genai-perf/profile_export_genai_perf.json",
            ("mean_itl_ms", "failed"),
        ),
        (
            "genai-perf-blocking/profile_export_genai_perf.json",
            ("mean_ttft_ms", "p99_ttft_ms"),
        ),
        ("aiperf-0.10/profile_export_aiperf.json", ("failed",)),
        (
            "guidellm/v0.6.json",
            ("p99_ttft_ms", "mean_tpot_ms", "mean_itl_ms", "mean_e2el_ms"),
        ),
    ],
)
def test_what_a_file_does_not_have_is_not_made_up(
    name: str, absent: tuple[str, ...]
) -> None:
    run = the_run(name)
    assert not set(absent) & run.metrics.keys()
    assert set(absent) - {"p99_ttft_ms"} <= {*run.missing, "mean_itl_ms"}


@pytest.mark.parametrize(
    ("name", "conditions"),
    [
        (
            "inference-perf/stage_0_lifecycle_metrics.json",
            {
                "dataset": "shared_prefix",
                "engine": "vllm",
                "backend": "openai-chat",
                "prefix_len": 28,
                "num_groups": 4,
            },
        ),
        (
            "vllm-offline/tiny_tp2_throughput.json",
            {"scenario": "offline throughput"},
        ),
        (
            "vllm-offline/latency.json",
            {
                "scenario": "offline latency",
                "dtype": "float16",
                "tensor_parallel_size": 2,
                "batch_size": 8,
            },
        ),
        (
            "llmperf/acme-tiny-7b_550_150_summary.json",
            {"stddev_output_tokens": 10, "card": "A10G"},
        ),
        ("guidellm/v0.6.json", {"dataset": "synthetic", "prefix_len": 64}),
        (
            "aiperf-0.10/profile_export_aiperf.json",
            {"dataset": "file, multi_turn", "backend": "openai-chat"},
        ),
        (
            f"{MLPERF.relative_to(TOOL_FILES)}/Offline/performance/run_1/{LOADGEN}",
            {
                "scenario": "Offline",
                "config": "8xCARD-X_2xCPU",
                "gpus": 8,
                "card": "CARD-X",
            },
        ),
    ],
)
def test_under_which_conditions(name: str, conditions: dict[str, Any]) -> None:
    assert the_run(name).conditions == conditions


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("guidellm/v0.6.json", "2026-02-18T00:10:49+00:00"),
        ("aiperf-0.10/profile_export_aiperf.json", "2026-07-03T05:22:20"),
        (
            "llmperf/acme-tiny-7b_550_150_summary.json",
            "2024-06-12T16:18:34+00:00",
        ),
        (
            "mlperf/detail-alone/mlperf_log_detail.txt",
            "2026-05-06T07:08:09+00:00",
        ),
        ("vllm-offline/latency.json", None),
    ],
)
def test_when_it_was(name: str, date: str | None) -> None:
    assert the_run(name).date == date


def test_a_log_with_two_reports() -> None:
    """With colours, a progress bar, lines that end with CRLF, and another log keeper's prefix."""
    first, second = read_results(TOOL_FILES / "vllm-report" / "bench.txt")
    assert (first.tool, first.model, first.decimals) == (
        "vllm",
        "acme/tiny-7b",
        2,
    )
    assert first.load == {
        "num_prompts": 60,
        "max_concurrency": 4,
        "request_rate": math.inf,
        **REPORT_LOAD,
    }
    assert first.conditions == {
        "backend": "openai",
        "dataset": "random",
        "seed": 0,
    }
    assert (first.metrics["failed"], first.metrics["p99_itl_ms"]) == (0, 30.25)
    assert first.metrics["max_concurrent_requests"] == 30
    assert second.load == {
        "num_prompts": 40,
        "request_rate": 8.0,
        **REPORT_LOAD,
    }
    assert (second.metrics["failed"], second.metrics["request_goodput"]) == (
        2,
        3.1,
    )


def test_a_log_that_was_cut_off_and_one_that_begins_with_a_bracket(
    tmp_path: Path,
) -> None:
    text = (TOOL_FILES / "vllm-report" / "bench.txt").read_bytes().decode()
    path = tmp_path / "cut.log"
    path.write_text(
        "[INFO] started\n" + text[: text.index("Median TPOT")], newline=""
    )
    (run,) = read_results(path)
    assert run.metrics["p99_ttft_ms"] == 250.75
    assert "median_tpot_ms" not in run.metrics


def test_a_report_after_a_command_that_the_shell_echoed(tmp_path: Path) -> None:
    text = (TOOL_FILES / "vllm-report" / "bench.txt").read_text(
        encoding="utf-8"
    )
    report = text[text.index("============ Serving") : text.index("bench-1")]
    path = tmp_path / "run.log"
    command = "+ vllm bench serve --model m --dataset-name random --random-input-len=256 --seed 7\n"
    path.write_bytes((command + report).encode("utf-16"))
    (run,) = read_results(path)
    assert (run.model, run.load["input_len"], run.conditions["seed"]) == (
        "m",
        256,
        7,
    )
    assert run.metrics["mean_ttft_ms"] == 99.25


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "sql", "md"])
def test_llama_bench_in_each_of_its_forms(form: str) -> None:
    prompt, generated, both = read_results(LLAMA / f"tests.{form}")
    assert [
        run.conditions["scenario"] for run in (prompt, generated, both)
    ] == [
        "pp512",
        "tg128",
        "pp512+tg128 @ d4096",
    ]
    assert prompt.metrics == {"total_token_throughput": 2048.5}
    assert generated.metrics == {
        "total_token_throughput": 64.25,
        "output_throughput": 64.25,
    }
    assert both.metrics["output_throughput"] == pytest.approx(51.2)
    assert both.load == {"input_len": 512, "output_len": 128}
    assert generated.conditions["engine_version"] == "b6123 (a1b2c3d4)"
    assert (
        generated.conditions["n_gpu_layers"],
        generated.conditions["flash_attn"],
    ) == (99, True)
    assert generated.conditions["dtype"] == "Q4_0"
    assert generated.notes == (Said("note.llama_bench"),)


def test_the_single_requests_of_llmperf() -> None:
    computed = recompute(the_run("llmperf/acme-tiny-7b_550_150_summary.json"))
    assert (computed["completed"], computed["failed"]) == (3, 1)
    assert computed["mean_tpot_ms"] == pytest.approx(
        (1.55 + 1.15 + 2.55) / 3 / 159 * 1e3
    )


def test_guidellm_before_0_4() -> None:
    one, rate, most = read_results(TOOL_FILES / "guidellm" / "v0.2.json")
    lengths = {"input_len": 250, "output_len": 128}
    assert one.load == {"max_concurrency": 1, **lengths}
    assert rate.load == {"request_rate": 2.5, "burstiness": math.inf, **lengths}
    assert most.load == {"max_concurrency": 512, **lengths}
    assert [run.name for run in (one, rate, most)] == [
        "synchronous 1",
        "constant 2.5",
        "throughput 512",
    ]
    assert (one.model, one.metrics["failed"], one.own["incomplete"]) == (
        "acme/tiny-7b",
        1,
        2,
    )
    assert one.requests is not None
    assert one.requests.ttft_s == pytest.approx([0.08, 0.08])
    assert one.requests.e2el_s == pytest.approx([1.985, 1.985])


def test_offline_throughput_of_sglang_as_json_lines(tmp_path: Path) -> None:
    whole, cut = read_results(TOOL_FILES / "sglang-offline" / "results.jsonl")
    (printed,) = read_results(TOOL_FILES / "sglang-offline-log" / "bench.txt")
    assert whole.metrics == printed.metrics
    assert whole.tool == printed.tool
    assert whole.notes == printed.notes
    assert whole.conditions["scenario"] == printed.conditions["scenario"]
    assert cut.metrics == {"completed": 100, "total_input_tokens": 30000}


def test_batches_of_sglang_that_one_call_carries() -> None:
    """`output_throughput` has two meanings over the versions; ours is the first."""
    old, new, alone, cut = read_results(
        TOOL_FILES / "sglang-batch" / "server.jsonl"
    )
    rates = {
        "request_throughput": 4.0,
        "output_throughput": 512.0,
        "total_token_throughput": 4608.0,
    }
    tokens = {"total_input_tokens": 16384, "total_output_tokens": 2048}
    assert old.metrics == {"completed": 16, "duration": 4.0, **tokens, **rates}
    assert new.metrics == old.metrics
    assert (new.own["output_throughput"], new.own["last_ttft"]) == (682.67, 1.0)
    assert "acc_length" not in new.own
    assert "output_throughput 682.67" in str(new.notes[1])
    assert new.conditions == {"run_name": "tp2", "scenario": "one batch"}
    assert old.conditions == {"scenario": "one batch"}
    assert new.load == {
        "input_len": 1024,
        "output_len": 128,
        "num_prompts": 16,
        "request_rate": math.inf,
    }
    assert (alone.metrics["mean_ttft_ms"], alone.metrics["mean_e2el_ms"]) == (
        100.0,
        2000.0,
    )
    assert cut.metrics == {}


def test_a_batch_of_sglang_without_a_server() -> None:
    (run,) = read_results(TOOL_FILES / "sglang-batch" / "engine.jsonl")
    assert (run.metrics["output_throughput"], run.metrics["duration"]) == (
        320.0,
        0.8,
    )
    assert run.metrics["total_token_throughput"] == pytest.approx(2880.0)
    assert run.own["median_decode_latency"] == 0.01
    assert run.conditions == {"scenario": "offline latency"}
    assert "mean_ttft_ms" not in run.metrics


SPREADSHEETS: dict[str, tuple[str, dict[str, Any]]] = {
    "semicolons": ("", {"delimiter": ";"}),
    "a line of its own": ("sep=;\n", {"delimiter": ";"}),
    "tabs": ("", {"delimiter": "\t"}),
    "quotes": ("", {"quoting": csv.QUOTE_ALL}),
}


@pytest.mark.parametrize("kind", SPREADSHEETS)
@pytest.mark.parametrize(
    "name",
    [
        "../points.csv",
        "aiperf-0.10/profile_export_aiperf.csv",
        "dcu/r1-awq.csv",
        "guidellm/v0.6.csv",
    ],
)
def test_a_table_that_a_spreadsheet_saved(
    name: str, kind: str, tmp_path: Path
) -> None:
    head, form = SPREADSHEETS[kind]
    comma = r"\1,\2" if form.get("delimiter") == ";" else r"\1.\2"
    whole = (TOOL_FILES / name).read_text()
    with (tmp_path / Path(name).name).open("w") as file:
        file.write(head)
        writer = csv.writer(file, **form)
        for row in csv.reader(whole.splitlines()):
            cells = [re.sub(r"^(-?\d+)\.(\d+)$", comma, cell) for cell in row]
            writer.writerow(cells)
    saved = read_results(tmp_path / Path(name).name)
    expected = read_results(TOOL_FILES / name)
    assert [run.metrics for run in saved] == [run.metrics for run in expected]
    assert [run.load for run in saved] == [run.load for run in expected]


GUIDELLM = TOOL_FILES / "guidellm"
ONLY_JSON = {"total_input_tokens", "total_output_tokens"}


@pytest.mark.parametrize(
    ("table", "report"),
    [
        ("v0.3.csv", "v0.2.json"),
        ("v0.6.csv", "v0.6.json"),
        ("v0.6.yaml", "v0.6.json"),
    ],
)
def test_tables_of_guidellm_tell_what_its_json_tells(
    table: str, report: str
) -> None:
    told = read_results(GUIDELLM / table)
    for run, json_run in zip(
        told, read_results(GUIDELLM / report), strict=False
    ):
        assert (run.model, run.version, run.name) == (
            json_run.model,
            json_run.version,
            json_run.name,
        )
        assert run.load == json_run.load
        assert run.conditions == json_run.conditions
        assert run.own == pytest.approx(json_run.own)
        assert run.notes == json_run.notes
        missing = json_run.metrics.keys() - run.metrics.keys()
        assert missing <= ONLY_JSON
        assert run.metrics == pytest.approx(
            {name: json_run.metrics[name] for name in run.metrics}
        )


def test_a_table_of_guidellm_beside_its_json_is_no_second_point(
    tmp_path: Path,
) -> None:
    for name in ("v0.6.csv", "v0.6.json", "v0.6.yaml"):
        shutil.copy(GUIDELLM / name, tmp_path)
    points = read([tmp_path]).points
    assert [point.conditions["request_rate"] for point in points] == [4, 8]
    assert points[0].source.suffix == ".json"


def test_benchmarks_of_a_table_whose_level_is_not_told_are_no_repeats(
    tmp_path: Path,
) -> None:
    text = (GUIDELLM / "v0.6.csv").read_text()
    path = tmp_path / "benchmarks.csv"
    path.write_text(text.replace("[4.0, 8.0]", "[]"))
    assert [run.load.get("request_rate") for run in read_results(path)] == [
        None,
        None,
    ]
    one, other = read([path]).points
    assert one.conditions["benchmark"] != other.conditions["benchmark"]


@pytest.mark.parametrize("name", ["v0.3.csv", "v0.6.csv"])
def test_a_row_under_the_head_of_another_benchmark_is_refused(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_text(f"{(GUIDELLM / name).read_text().rstrip()},1.5\n")
    with pytest.raises(CannotImportError, match="another number of cells"):
        read_results(path)


def test_a_report_of_guidellm_that_unfolds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "benchmarks.yaml"
    text = (GUIDELLM / "v0.6.yaml").read_text()
    path.write_text(f"a: &a [1, 2]\nb: [*a, *a]\n{text}")
    with pytest.raises(CannotImportError, match="no YAML report of GuideLLM"):
        read_results(path)


def test_guidellms_own_percentiles_are_shown_under_its_names() -> None:
    run = the_run("guidellm/v0.6.json")
    assert run.own["time_to_first_token_ms.p99"] == 140.0
    note, cut_off = run.notes
    assert "time_to_first_token_ms.p99 140" in note.values["figures"]
    assert str(cut_off).endswith(
        f"counted nowhere: {run.own['incomplete']:.0f}."
    )
    assert "p99_ttft_ms" in run.defined_otherwise


def test_a_strategy_of_guidellm_without_its_kind_has_no_name(
    tmp_path: Path,
) -> None:
    report = json.loads((GUIDELLM / "v0.6.json").read_bytes())
    del report["benchmarks"][0]["config"]["strategy"]["type_"]
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report))
    (run,) = read_results(path)
    assert (run.load["request_rate"], run.name) == (4.0, None)


def test_no_secret_of_a_report_is_kept() -> None:
    assert "secret" not in repr(the_run("guidellm/v0.6.json"))


def test_a_sweep_of_aiperf() -> None:
    four, eight = read_results(
        TOOL_FILES
        / "aiperf-sweep"
        / "sweep_aggregate"
        / "profile_export_aiperf_sweep.json"
    )
    assert four.load == {"max_concurrency": 4, "input_len": 512}
    assert (eight.load, eight.conditions) == (
        {"max_concurrency": 8},
        {"cuda_graphs": True},
    )
    assert four.metrics["mean_e2el_ms"] == 1500.0
    assert eight.metrics["p99_ttft_ms"] == 100.0
    assert four.sums_up == TOOL_FILES / "aiperf-sweep"
    assert four.notes == (Said("note.means_of_runs"),)


def test_the_csv_of_aiperf_is_its_json_rounded() -> None:
    whole, rounded = (
        the_run(f"aiperf-0.10/profile_export_aiperf.{form}")
        for form in ("json", "csv")
    )
    assert rounded.metrics.keys() == whole.metrics.keys()
    assert rounded.metrics == pytest.approx(whole.metrics, abs=0.0051)
    assert (rounded.load, rounded.model, rounded.decimals) == ({}, None, 2)


def test_a_rate_that_the_tool_did_not_reach_is_told() -> None:
    run = the_run("inference-perf/stage_1_lifecycle_metrics.json")
    assert run.notes == (
        Said("note.rate_not_reached", {"sent": 20.5, "asked": 40.0}),
    )
    assert run.load["request_rate"] == 40.0


def test_all_stages_of_inference_perf_sum_up_the_single_ones() -> None:
    run = the_run("inference-perf/summary_lifecycle_metrics.json")
    assert run.sums_up == TOOL_FILES / "inference-perf"
    assert "request_rate" not in run.load


def test_loadgens_verdict_is_its_own() -> None:
    run = the_run(
        f"{MLPERF.relative_to(TOOL_FILES)}/Server/performance/run_1/{LOADGEN}"
    )
    limits = {"verdict": "VALID", "ttft": 2000.0, "tpot": 200.0}
    assert run.notes == (Said("note.loadgen_verdict.limits", limits),)
    assert run.own["scheduled_samples_per_second"] == 41.0


def test_the_table_of_the_dcu_guides_script() -> None:
    one, eight = read_results(
        TOOL_FILES / "dcu" / "r1-awq.csv"
    )  # the run with 64 failed
    assert one.conditions == {
        "tp": "8",
        "dtype": "float16",
        "dataset": "random",
    }
    assert eight.load == {"num_prompts": 8, "input_len": 512, "output_len": 512}
    assert eight.metrics == {
        "total_token_throughput": 443.0,
        "output_throughput": 221.5,
        "mean_ttft_ms": 461.2,
        "mean_tpot_ms": 33.43,
        "mean_itl_ms": 33.5,
    }


def test_our_own_table() -> None:
    runs = read_results(TOOL_FILES.parent / "points.csv")
    first = runs[0]
    assert (first.tool, first.name) == ("inferometer", "7B/c1")
    assert first.load["input_len"] == 1024
    assert first.conditions["tp"] == "1"
    assert first.metrics["output_throughput"] == 29.74
    assert first.notes == (Said("note.csv_verdict", {"verdict": "VALID"}),)


@pytest.mark.parametrize("part", ["latency", "throughput"])
def test_a_stage_in_which_nothing_completed_is_a_run(
    part: str, tmp_path: Path
) -> None:
    stage = "stage_0_lifecycle_metrics.json"
    told = json.loads((TOOL_FILES / "inference-perf" / stage).read_bytes())
    told["successes"] |= {"count": 0, part: None}
    told["failures"]["count"] = 5
    (tmp_path / stage).write_text(json.dumps(told))
    (run,) = read_results(tmp_path / stage)
    assert (run.metrics["completed"], run.metrics["failed"]) == (0, 5)
    told["successes"] = None
    (tmp_path / stage).write_text(json.dumps(told))
    with pytest.raises(CannotImportError, match="holds no figures") as refused:
        read_results(tmp_path / stage)
    assert not isinstance(refused.value, UnknownResultError)


def test_of_all_stages_together_no_level_of_load_is_known(
    tmp_path: Path,
) -> None:
    name = "summary_lifecycle_metrics.json"
    shutil.copy(TOOL_FILES / "inference-perf" / name, tmp_path / name)
    (point,) = read([tmp_path]).points
    assert "num_prompts" in point.conditions
    assert "concurrency" not in point.conditions


@pytest.mark.parametrize(
    "name",
    [
        "inference-perf/stage_0_prometheus_metrics.json",
        "inference-perf/stage_0_session_lifecycle_metrics.json",
        "vllm-offline/latency.pytorch.json",
        "llmperf/acme-tiny-7b_550_150_individual_responses.json",
    ],
)
def test_what_lies_beside_a_result_is_none(name: str) -> None:
    with pytest.raises(CompanionError):
        read_results(TOOL_FILES / name)


def test_what_is_no_result_is_told_with_all_tools(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"a": 1}))
    with pytest.raises(UnknownResultError) as refused:
        read_results(path)
    assert all(tool in str(refused.value) for tool in TOOLS)


def test_the_detailed_log_of_loadgen_belongs_to_the_summary_beside_it(
    tmp_path: Path,
) -> None:
    shutil.copytree(MLPERF / "Server", tmp_path / "Server")
    with pytest.raises(CompanionError):
        read_results(
            tmp_path
            / "Server"
            / "performance"
            / "run_1"
            / "mlperf_log_detail.txt"
        )


def test_a_log_of_offline_benchmarks_has_a_run_a_result() -> None:
    throughput, latency, old = read_results(
        TOOL_FILES / "vllm-offline-log" / "bench.txt"
    )
    assert [run.tool for run in (throughput, latency, old)] == [
        "vllm-throughput",
        "vllm-latency",
        "vllm-throughput",
    ]
    assert throughput.load == {
        "num_prompts": 1000,
        "input_len": 512,
        "output_len": 128,
    }
    assert throughput.metrics == {
        "request_throughput": 4.0,
        "total_token_throughput": 2560.0,
        "output_throughput": 512.0,
        "total_input_tokens": 512000,
        "total_output_tokens": 128000,
    }
    assert throughput.conditions == {
        "tp": 2,
        "dtype": "auto",
        "quantization": "awq",
        "scenario": "offline throughput",
    }
    assert latency.model == "acme/tiny-7b"
    assert latency.metrics["p99_e2el_ms"] == 1875.0
    assert "quantization" not in latency.conditions
    assert (old.model, old.conditions) == (
        None,
        {"scenario": "offline throughput"},
    )
    assert old.metrics == {
        "request_throughput": 3.5,
        "total_token_throughput": 2240.0,
    }


def read_changed(folder: Path, source: Path, **keys: object) -> ImportedRun:
    """The only run of a copy of a result file in which keys were set."""
    content = json.loads(source.read_text(encoding="utf-8"))
    path = folder / source.name
    path.write_text(json.dumps({**content, **keys}))
    (run,) = read_results(path)
    return run


def test_a_run_that_the_tool_cancelled_says_so(tmp_path: Path) -> None:
    source = next(TOOL_FILES.glob("aiperf-0.10/**/profile_export_aiperf.json"))
    whole, part = (
        read_changed(tmp_path, source, was_cancelled=is_cut)
        for is_cut in (False, True)
    )
    assert [note.key for note in whole.notes] + ["note.cancelled"] == [
        note.key for note in part.notes
    ]


def test_llmperf_may_write_its_counts_as_texts(tmp_path: Path) -> None:
    source = next(TOOL_FILES.glob("llmperf/**/*_summary.json"))
    content = json.loads(source.read_text(encoding="utf-8"))
    name = "results_number_input_tokens_mean"
    run = read_changed(tmp_path, source, **{name: str(content[name])})
    (known,) = read_results(source)
    assert (
        run.metrics["total_input_tokens"] == known.metrics["total_input_tokens"]
    )
