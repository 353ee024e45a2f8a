"""Files of tools as versions, forks and submitters write them that have no sample of their own."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from inferometer.results import Point, read
from inferometer.store.importers import read_results
from inferometer.vocabulary import condition
from tests.store.test_tool_files import LLAMA, LOADGEN, MLPERF, TOOL_FILES

PEERS = TOOL_FILES.parent / "peers"


@pytest.mark.parametrize(
    ("folder", "name", "place", "value"),
    [
        (
            PEERS / "aiperf-0.13",
            "profile_export_aiperf.json",
            "input_config.endpoint.extra.top_k",
            5,
        ),
        (
            TOOL_FILES / "genai-perf",
            "profile_export_genai_perf.json",
            "input_config.backend",
            "tensorrtllm",
        ),
        (
            TOOL_FILES / "guidellm",
            "v0.6.json",
            "args.backend_kwargs.extras.top_k",
            5,
        ),
        (
            TOOL_FILES / "guidellm",
            "v0.2.json",
            "benchmarks.0.worker.backend_info.http2",
            False,
        ),
        (
            PEERS / "guidellm-0.8",
            "benchmarks.json",
            "benchmarks.0.config.backend.request_format",
            "/v1/completions",
        ),
        (
            PEERS / "guidellm-0.8",
            "benchmarks.json",
            "config.spec.backend.extras.top_k",
            5,
        ),
        (
            PEERS / "evalscope-1.14" / "parallel_4_number_12",
            "benchmark_args.json",
            "extra_args.top_k",
            5,
        ),
        (
            PEERS / "genai-bench-0.0.5",
            "experiment_metadata.json",
            "additional_request_params.top_k",
            5,
        ),
        (
            TOOL_FILES / "aiperf-sweep" / "sweep_aggregate",
            "profile_export_aiperf_sweep.json",
            "speculation",
            "eagle",
        ),
        (
            TOOL_FILES / "aiperf-sweep" / "sweep_aggregate",
            "profile_export_aiperf_sweep.json",
            "server_args.speculation",
            "eagle",
        ),
    ],
    ids=lambda each: each.name if isinstance(each, Path) else str(each),
)
def test_one_flag_that_nobody_knows_parts_two_runs(
    tmp_path: Path, folder: Path, name: str, value: object, place: str
) -> None:
    files = [folder / name]
    if folder.name != "guidellm":
        files = sorted(folder.glob("*.json"))
    for run in ("run_1", "run_2", "run_3"):
        (tmp_path / run).mkdir()
        for each in files:
            shutil.copy(each, tmp_path / run)
    file = tmp_path / "run_3" / name
    content = json.loads(file.read_text())
    *above, key = place.split(".")
    inner = content
    for word in above:
        if isinstance(inner, list):
            inner = inner[int(word)]
        else:
            inner[word] = inner.get(word) or {}
            inner = inner[word]
    inner[key] = value
    file.write_text(json.dumps(content))
    parted: dict[str, list[object]] = {}
    for point in read([tmp_path]).points:
        run = point.source.relative_to(tmp_path).parts[0]
        parted.setdefault(run, []).append(_identity(point))
    assert parted["run_1"] == parted["run_2"] != parted["run_3"]


def _identity(point: Point) -> dict[str, object]:
    return {
        name: value
        for name, value in point.conditions.items()
        if condition(name).role != "incidental"
    }


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"flash_attn": 1}, {"flash_attn": True}),
        ({"flash_attn": 0}, {"flash_attn": False}),
        ({"flash_attn": -1}, {"flash_attn": "auto"}),
        ({"flash_attn": "on"}, {"flash_attn": True}),
        ({"main_gpu": 1, "poll": 50}, {"main_gpu": 1, "poll": 50}),
        (
            {"tensor_buft_overrides": "exps=CPU"},
            {"tensor_buft_overrides": "exps=CPU"},
        ),
        ({"rack": "b7"}, {"rack": "b7"}),
        ({"n_prompt": "512", "build_number": "6123"}, {"scenario": "pp512"}),
        ({"model_type": "other 13B Q4_0"}, {"model_type": "other 13B Q4_0"}),
        ({"avg_ipc": 1.25, "samples_ns": [5]}, {}),
    ],
)
def test_settings_of_llama_bench_in_any_version(
    tmp_path: Path, changes: dict[str, Any], told: dict[str, Any]
) -> None:
    row = json.loads((LLAMA / "tests.json").read_text())[0]
    path = tmp_path / "tests.json"
    path.write_text(json.dumps([row | changes]))
    (run,) = read_results(path)
    (before, *_) = read_results(LLAMA / "tests.json")
    assert run.conditions == {**before.conditions, **told}
    assert run.load == before.load


def test_a_switch_of_llama_bench_is_the_same_in_each_form() -> None:
    forms = [
        read_results(LLAMA / f"tests.{form}")[0].conditions
        for form in ("json", "jsonl", "csv", "sql")
    ]
    for name in ("flash_attn", "use_mmap", "embeddings", "no_kv_offload"):
        assert {type(told[name]) for told in forms} == {bool}
        assert len({told[name] for told in forms}) == 1


def test_a_test_that_only_a_fork_of_llama_bench_has_keeps_its_name(
    tmp_path: Path,
) -> None:
    path = tmp_path / "tests.md"
    path.write_text(
        "| model | size | params | be | th | test | cyc | ipc | t/s |\n"
        "| ----- | ---: | -----: | -- | -: | ---: | --: | --: | --: |\n"
        "| llama 7B Q4_0 | 3.56 GiB | 6.74 B | CPU | 8 | pp512 e[0,8)/32 "
        "| n/a | n/a | 20.5 ± 0.1 |\n"
        "| llama 7B Q4_0 | 3.56 GiB | 6.74 B | CPU | 8 | tg128@d512 "
        "| n/a | n/a | 5.25 ± 0.1 |\n"
    )
    own, usual = read_results(path)
    assert own.conditions == {
        "scenario": "pp512 e[0,8)/32",
        "engine": "llama.cpp",
        "backends": "CPU",
        "n_threads": 8,
        "dtype": "Q4_0",
    }
    assert (own.load, own.metrics) == ({}, {"total_token_throughput": 20.5})
    assert usual.conditions["scenario"] == "tg128 @ d512"


def test_what_newer_versions_of_loadgen_call_tpot_and_guess_of_tokens(
    tmp_path: Path,
) -> None:
    written = (MLPERF / "Server" / "performance" / "run_1" / LOADGEN).read_text(
        encoding="utf-8"
    )
    newer = written.replace(
        "Mean Time to Output Token", "Mean Time per Output Token"
    ).replace(
        "Completed tokens per second", "Completed tokens per second (inferred)"
    )
    assert newer.count("Mean Time per") == 1
    (tmp_path / LOADGEN).write_text(newer, encoding="utf-8")
    (run,) = read_results(tmp_path / LOADGEN)
    assert run.metrics["mean_tpot_ms"] == 21.75
    assert "output_throughput" not in run.metrics
    assert run.own["inferred_completed_tokens_per_second"] == 8050.5


@pytest.mark.parametrize(
    ("system", "told"),
    [
        ("8xMI325X_2xEPYC_9554", (8, "MI325X")),
        ("H200-SXM-141GBx8_TRT", (8, "H200-SXM-141GB")),
        ("DGX-H100_H100-SXM-80GBx8_TRT", (8, "H100-SXM-80GB")),
        ("GB200-NVL_GB200-NVL-186GB_aarch64x4_TRT", (4, "GB200-NVL-186GB")),
        ("L40Sx16", (16, "L40S")),
        ("XE9680_H200_SXM_141GBx8_TRT", (None, None)),
        ("1-node-2S-EMR-PyTorch-INT8", (None, None)),
        ("tpu_v5e_x4_jax", (None, None)),
    ],
)
def test_names_of_systems_tell_their_cards(
    tmp_path: Path, system: str, told: tuple[int | None, str | None]
) -> None:
    place = tmp_path / "results" / system / "tiny-70b-99" / "Server"
    shutil.copytree(MLPERF / "Server", place)
    (run,) = read_results(place / "performance" / "run_1" / LOADGEN)
    assert (run.conditions.get("gpus"), run.conditions.get("card")) == told
    assert run.conditions["config"] == system


def test_compliance_runs_of_loadgen_are_none_of_performance(
    tmp_path: Path,
) -> None:
    summary = (
        MLPERF / "Server" / "performance" / "run_1" / LOADGEN
    ).read_text()
    audited = summary.replace(
        "Mode     : PerformanceOnly", "Mode     : SubmissionRun"
    )
    audited += (
        "accuracy_log_sampling_target : 100\nperformance_issue_same : 0\n"
    )
    places = {
        "results/S/tiny/Server/performance/run_1": summary,
        "compliance/S/tiny/Server/TEST01/performance/run_1": summary,
        "compliance/S/tiny/Server/TEST06/performance/run_1": summary,
        "elsewhere": audited,
    }
    for number, (place, text) in enumerate(places.items()):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / LOADGEN).write_text(
            text.replace(": 45", f": {number}45")
        )
    points = read([tmp_path]).points
    names = ("compliance", "mode", "accuracy_log_sampling_target")
    told = {tuple(map(each.conditions.get, names)): each.id for each in points}
    assert told == {
        (None, None, None): "tiny/Server",
        ("TEST01", None, None): "tiny/Server/TEST01",
        ("TEST06", None, None): "tiny/Server/TEST06",
        (None, "SubmissionRun", 100.0): f"elsewhere/{LOADGEN[:-4]}",
    }
    assert {each.conditions.get("config") for each in points} == {"S", None}


def test_a_detailed_log_of_loadgen_tells_of_compliance_alone(
    tmp_path: Path,
) -> None:
    path = TOOL_FILES / "mlperf" / "detail-alone" / "mlperf_log_detail.txt"
    detail = path.read_text()
    for name, value in (("unique", "false"), ("same", "true")):
        key = f"effective_performance_issue_{name}"
        detail += f'\n:::MLLOG {{"key": "{key}", "value": {value}}}'
    (tmp_path / path.name).write_text(detail)
    (point,) = read([tmp_path]).points
    assert point.conditions["performance_issue_same"] == 1
    assert "performance_issue_unique" not in point.conditions


def test_what_loadgen_writes_beside_its_summary_is_no_result(
    tmp_path: Path,
) -> None:
    run = MLPERF / "Server" / "performance" / "run_1"
    shutil.copytree(run, tmp_path / "run_1")
    for name in ("mlperf_log_accuracy.json", "mlperf_log_trace.json"):
        (tmp_path / "run_1" / name).write_text("[\n]\n")
    found = read([tmp_path])
    assert (len(found.points), found.unread, found.problems) == (1, 0, ())


@pytest.mark.parametrize(
    "name",
    [
        "vllm-offline/tiny_tp2_throughput.json",
        "vllm-offline/latency.json",
        "inference-perf/stage_0_lifecycle_metrics.json",
        "genai-perf/profile_export_genai_perf.json",
        "aiperf-0.10/profile_export_aiperf.json",
        "guidellm/v0.6.json",
        "llmperf/acme-tiny-7b_550_150_summary.json",
        "../peers/genai-bench-0.0.5/D64_16_text-to-text_num_concurrency_4_time_1s.json",
    ],
)
def test_what_somebody_noted_at_the_top_of_a_file_keeps_runs_apart(
    tmp_path: Path, name: str
) -> None:
    result = json.loads((TOOL_FILES / name).read_text())
    plain = read_results(TOOL_FILES / name)
    for number, is_eager in enumerate((True, False)):
        noted = {"enforce_eager": is_eager, "started_at": "2026-01-02T03:04:05"}
        path = tmp_path / f"{Path(name).stem}_{number}.json"
        path.write_text(json.dumps({**result, **noted}))
    points = read([tmp_path]).points
    assert len(points) == 2 * len(plain)
    assert {each.conditions["enforce_eager"] for each in points} == {
        True,
        False,
    }
    assert not any("started_at" in each.conditions for each in points)


def test_counts_and_rates_below_nothing_are_missing(tmp_path: Path) -> None:
    name = "vllm-offline/tiny_tp2_throughput.json"
    result = json.loads((TOOL_FILES / name).read_text())
    (tmp_path / "x.json").write_text(
        json.dumps({**result, "requests_per_second": -1, "num_requests": -1})
    )
    (point,) = read([tmp_path]).points
    assert not {"request_throughput", "completed"} & point.values.keys()
    assert "request_throughput" in " ".join(point.notes)


def test_numbers_of_inference_perf_may_be_texts(tmp_path: Path) -> None:
    path = TOOL_FILES / "inference-perf" / "stage_0_lifecycle_metrics.json"
    (plain,) = read_results(path)
    numbers = re.compile(r"(?<=: )-?\d[\d.e+-]*")
    text = numbers.sub(lambda found: f'"{found[0]}"', path.read_text())
    (tmp_path / path.name).write_text(text)
    (run,) = read_results(tmp_path / path.name)
    assert run.metrics == plain.metrics


def test_a_sweep_whose_numbers_are_texts_tells_its_load(tmp_path: Path) -> None:
    name = "profile_export_aiperf_sweep.json"
    path = TOOL_FILES / "aiperf-sweep" / "sweep_aggregate" / name
    sweep = json.loads(path.read_text())
    for each in sweep["per_combination_metrics"]:
        parameters = each["parameters"]
        each["parameters"] = {key: f"{parameters[key]}" for key in parameters}
    (tmp_path / name).write_text(json.dumps(sweep))
    before, after = read_results(path), read_results(tmp_path / name)
    assert [run.load for run in after] == [run.load for run in before]


@pytest.mark.parametrize(
    ("name", "begin", "rate"),
    [
        ("vllm-report/bench.txt", "Namespace(", "Output token throughput"),
        ("sglang-report/bench.txt", "amespace(", "Output token throughput"),
        ("sglang-offline-log/bench.txt", "ServerArgs(", "Output token through"),
    ],
)
def test_logs_that_differ_in_one_argument_are_no_repeats(
    tmp_path: Path, name: str, begin: str, rate: str
) -> None:
    text = (TOOL_FILES / name).read_text()
    assert begin in text
    text = text.replace(begin, f"{begin}other_flag=True, ")
    flags = "unknown_flag='on', api_key='abcdef'"
    flagged = text.replace(begin, f"{begin}{flags}, ")
    for number, content in enumerate((text, text, flagged)):
        figures = re.sub(rf"({rate}.*?\d)(?=\.\d)", rf"\g<1>{number}", content)
        (tmp_path / f"run_{number}.txt").write_text(figures)
    by_run: dict[str, set[object]] = {}
    for point in read([tmp_path]).points:
        told = by_run.setdefault(point.source.stem, set())
        told.add(point.conditions.get("unknown_flag"))
        assert "api_key" not in point.conditions
    assert "on" in by_run.pop("run_2")
    assert by_run == {"run_0": {None}, "run_1": {None}}


@pytest.mark.parametrize("flag", ["--ignore-eos", '--extra-body {"top_k":5}'])
def test_a_typed_flag_of_any_form_keeps_logs_apart(
    tmp_path: Path, flag: str
) -> None:
    report = "\n============ Serving Benchmark Result ============\n"
    name = flag.split(maxsplit=1)[0].removeprefix("--").replace("-", "_")
    for number, more in enumerate(("", "", f" {flag}")):
        command = f"+ vllm bench serve --top-p 0.9{more} --max-concurrency 8"
        rate = f"Output token throughput (tok/s):         8{number}.25\n"
        (tmp_path / f"run_{number}.txt").write_text(command + report + rate)
    told = [point.conditions.get(name) for point in read([tmp_path]).points]
    assert told.count(None) == 2
