"""Real files of six tools: what is read, what is said to be missing, and our numbers computed from
their single requests.
"""

from __future__ import annotations

import csv
import json
import math
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inferometer.metrics import summarize
from inferometer.store.importers import ImportedRun, read_results, recompute
from inferometer.store.vllm_json import vllm_result
from inferometer.vocabulary import LATENCIES
from tests.store.example_run import example_spec, example_trace

GOLDEN = Path(__file__).parents[1] / "golden"
PEERS = GOLDEN / "peers"
VLLM = GOLDEN / "vllm" / "chat_c8_detailed.json"

FILES = {
    "vllm": PEERS / "vllm-0.32.json",
    "sglang": PEERS / "sglang-0.5.jsonl",
    "guidellm": PEERS / "guidellm-0.8" / "benchmarks.json",
    "aiperf": PEERS / "aiperf-0.13" / "profile_export_aiperf.json",
    "evalscope": PEERS / "evalscope-1.14" / "parallel_4_number_12",
    "genai-bench": PEERS
    / "genai-bench-0.0.5"
    / "D64_16_text-to-text_num_concurrency_4_time_1s.json",
}
TRUTH = {
    tool: path.with_name(f"{path.stem}.truth.csv")
    if path.parent == PEERS
    else path.parent / "truth.csv"
    for tool, path in FILES.items()
}
"""What the server did."""


def the_run(path: Path) -> ImportedRun:
    (run,) = read_results(path)
    return run


def vllm_file(tmp_path: Path, *without: str, **changes: Any) -> Path:
    """The detailed file of vLLM's, without these keys and with others."""
    result = {
        key: value
        for key, value in json.loads(VLLM.read_bytes()).items()
        if key not in without
    } | changes
    path = tmp_path / "result.json"
    path.write_text(json.dumps(result))
    return path


# vLLM's own


NOT_RECOMPUTED = (
    "duration",
    "max_output_tokens_per_s",
    "max_concurrent_requests",
)


@pytest.mark.parametrize(
    "path", [VLLM, FILES["vllm"]], ids=lambda path: path.stem
)
def test_vllms_summary_is_recomputed_to_the_last_digit(path: Path) -> None:
    run = the_run(path)
    computed = recompute(run)
    computed |= {
        name: run.metrics[name]
        for name in NOT_RECOMPUTED
        if name in run.metrics
    }
    assert {name: computed[name] for name in run.metrics} == run.metrics
    assert len(run.metrics) > 20


def test_a_vllm_file_without_details() -> None:
    run = the_run(GOLDEN / "vllm" / "completions_c4_plain.json")
    assert run.requests is None
    assert recompute(run) == {}
    assert run.metrics["p99_e2el_ms"] == 61.8104974500352
    closed = {"max_concurrency": 4, "num_prompts": 30, "request_rate": math.inf}
    assert run.load == closed | {"burstiness": 1.0}
    assert run.missing == (
        "version of the tool",
        "values of single requests",
        "send times",
        "times of single events",
    )


def test_a_vllm_file_of_0_8(tmp_path: Path) -> None:
    """With the colon, without what came later."""
    later = (
        "backend",
        "failed",
        "latencies",
        "queue_times",
        "start_times",
        "max_output_tokens_per_s",
        "max_concurrent_requests",
    )
    run = the_run(
        vllm_file(
            tmp_path,
            *later,
            "request_goodput",
            "rtfx",
            **{"request_goodput:": 41.5},
        )
    )
    assert run.metrics["request_goodput"] == 41.5
    assert run.metrics["failed"] == 0
    assert run.missing == ("version of the tool", "send times")
    assert run.own == {}
    assert recompute(run)["mean_tpot_ms"] == pytest.approx(
        run.metrics["mean_tpot_ms"], rel=1e-9
    )


def test_vllm_results_appended_to_one_file(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    both = [
        json.loads(file.read_bytes())
        for file in (VLLM, GOLDEN / "vllm" / "completions_c4_plain.json")
    ]
    path.write_text(
        "\n".join(json.dumps(each | {"request_rate": 8.5}) for each in both)
    )
    runs = read_results(path)
    assert [run.metrics["completed"] for run in runs] == [40, 30]
    assert [run.load["request_rate"] for run in runs] == [8.5, 8.5]


def test_a_vllm_file_in_which_nothing_completed_has_no_peaks(
    tmp_path: Path,
) -> None:
    peaks = ("max_output_tokens_per_s", "max_concurrent_requests")
    path = vllm_file(tmp_path, completed=0, **dict.fromkeys(peaks, 0))
    metrics = the_run(path).metrics
    assert metrics["completed"] == 0
    assert not metrics.keys() & {*peaks}


def test_failed_requests_of_a_vllm_file_are_in_no_latency(
    tmp_path: Path,
) -> None:
    result = json.loads(VLLM.read_bytes())
    for name in ("ttfts", "latencies", "output_lens"):
        result[name][3] = 0
    result["itls"][3] = []
    result["errors"][3] = "Internal Server Error"
    result["completed"] = 39
    run = the_run(vllm_file(tmp_path, **result))
    computed = recompute(run)
    assert (computed["completed"], computed["failed"]) == (39, 1)
    assert computed["mean_ttft_ms"] == pytest.approx(
        np.mean(result["ttfts"][:3] + result["ttfts"][4:]) * 1e3
    )


def test_our_own_files_are_read_as_vllms(tmp_path: Path) -> None:
    trace = example_trace()
    summary = summarize(trace, planned=len(trace), percentiles=(50, 90, 95, 99))
    result = vllm_result(
        example_spec(),
        summary,
        trace,
        finished=datetime(2026, 1, 31),  # noqa: DTZ001
        metrics=tuple(LATENCIES),
        detailed=True,
    )
    path = tmp_path / "ours.json"
    path.write_text(json.dumps(result))
    run = the_run(path)
    computed = recompute(run)
    assert run.metrics["completed"] == summary.counts.ok
    for name in (
        "mean_ttft_ms",
        "p99_itl_ms",
        "mean_tpot_ms",
        "std_e2el_ms",
        "output_throughput",
    ):
        assert computed[name] == pytest.approx(run.metrics[name], rel=1e-6)


# The others


def test_sglang() -> None:
    run = the_run(FILES["sglang"])
    assert run.load == {
        "max_concurrency": 4,
        "request_rate": math.inf,
        "input_len": 64,
        "output_len": 16,
    }
    assert (run.metrics["completed"], run.metrics["failed"]) == (11, 1)
    assert run.missing == ("version of the tool", "model", "send times")
    computed = recompute(run)
    for name, value in run.metrics.items():
        exact = (
            "tpot" not in name and "e2el" not in name
        )  # the file has no latencies, only their parts
        assert computed.get(name, value) == (
            value if exact else pytest.approx(value, rel=2e-4)
        )


def test_guidellm() -> None:
    run = the_run(FILES["guidellm"])
    assert (run.version, run.model) == ("0.8.1", "mock")
    assert run.load == {
        "max_concurrency": 4,
        "num_prompts": 12,
        "input_len": 64,
        "output_len": 16,
    }
    assert run.own["time_per_output_token_ms.mean"] == 11.247772723436356
    assert (
        "mean_tpot_ms" not in run.metrics
    )  # their inter-token latency counts requests by their tokens
    assert run.missing[:1] == ("times of single events",)
    assert {
        "p99_ttft_ms",
        "mean_tpot_ms",
        "mean_itl_ms",
        "mean_e2el_ms",
    } <= set(run.missing)
    computed = recompute(run)
    for name, value in run.metrics.items():
        assert computed.get(name, value) == pytest.approx(value, rel=1e-9)
    assert computed["mean_tpot_ms"] == pytest.approx(
        run.own["inter_token_latency_ms.mean"]
    )  # all have 16 tokens


def test_aiperf() -> None:
    run = the_run(FILES["aiperf"])
    assert (run.version, run.model) == ("0.13.0", "mock")
    assert run.load == {
        "max_concurrency": 4,
        "num_prompts": 12,
        "input_len": 64,
        "output_len": 16,
    }
    assert run.missing == ("total_token_throughput",)
    computed = recompute(run)
    for name, value in run.metrics.items():
        phase = 5e-3 if name.endswith("throughput") else 1e-9
        assert computed.get(name, value) == pytest.approx(value, rel=2 * phase)


def test_aiperf_without_its_records(tmp_path: Path) -> None:
    (tmp_path / "profile_export_aiperf.json").write_bytes(
        FILES["aiperf"].read_bytes()
    )
    run = the_run(tmp_path / "profile_export_aiperf.json")
    assert run.requests is None
    assert run.metrics == the_run(FILES["aiperf"]).metrics


@pytest.mark.parametrize(
    "named", ["", "benchmark_summary.json", "benchmark_data.db", ".."]
)
def test_evalscope(named: str) -> None:
    run = the_run(
        FILES["evalscope"].parent
        if named == ".."
        else FILES["evalscope"] / named
    )
    assert run.load == {
        "max_concurrency": 4,
        "num_prompts": 12,
        "input_len": 64,
        "output_len": 16,
        "request_rate": math.inf,
    }
    assert run.conditions == {"dataset": "random"}
    assert (run.metrics["completed"], run.metrics["failed"]) == (11, 1)
    assert run.own["TTFT (ms).99%"] == 32.2951
    assert run.missing == (
        "version of the tool",
        "p99_ttft_ms",
        "p99_tpot_ms",
        "p99_itl_ms",
        "p99_e2el_ms",
    )
    computed = recompute(run)
    for name, value in run.metrics.items():  # theirs are rounded
        assert computed.get(name, value) == pytest.approx(value, rel=1e-3)


def test_genai_bench() -> None:
    run = the_run(FILES["genai-bench"])
    assert (run.version, run.model) == ("0.0.5", "mock")
    assert (run.load["input_len"], run.load["output_len"]) == (64, 16)
    assert run.conditions == {"backend": "vllm"}
    assert (run.metrics["completed"], run.metrics["failed"]) == (20, 2)
    assert run.missing == (
        "send times",
        "times of single events",
        "mean_itl_ms",
        "p99_itl_ms",
    )
    computed = recompute(run)
    assert {
        name: computed.get(name, value) for name, value in run.metrics.items()
    } == pytest.approx(run.metrics, rel=1e-9)


def test_genai_bench_in_milliseconds(tmp_path: Path) -> None:
    result = json.loads(FILES["genai-bench"].read_bytes())
    for request in result["individual_request_metrics"]:
        request |= {
            name: request[name] and request[name] * 1e3
            for name in ("ttft", "e2e_latency")
        }
    for name in ("ttft", "tpot", "e2e_latency"):
        figures = result["aggregated_metrics"]["stats"][name]
        figures |= {key: value * 1e3 for key, value in figures.items()}
    (tmp_path / "run.json").write_text(
        json.dumps(result | {"_time_unit": "ms"})
    )
    run, theirs = the_run(tmp_path / "run.json"), the_run(FILES["genai-bench"])
    assert run.metrics == pytest.approx(theirs.metrics, rel=1e-9)
    assert recompute(run) == pytest.approx(recompute(theirs), rel=1e-9)
    assert (run.version, run.model) == (None, None)


@pytest.mark.parametrize("tool", FILES)
def test_what_each_tool_saw_is_what_the_server_did(tool: str) -> None:
    """TPOT of every answered request within 0.5 ms of the server's; which requests failed is
    counted alike.
    """
    with TRUTH[tool].open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["fault"] != "x"]
    run = the_run(FILES[tool])
    assert (run.tool, run.requests is None) == (tool, False)
    answered = [row for row in rows if row["status"] == "200"]
    between = [
        (int(row["t_last"]) - int(row["t_first"])) / 15e6 for row in answered
    ]
    assert recompute(run)["mean_tpot_ms"] == pytest.approx(
        np.mean(between), abs=0.5
    )
    assert run.metrics["mean_ttft_ms"] == pytest.approx(31, abs=2)
    assert run.metrics["total_output_tokens"] == 16 * run.metrics["completed"]
