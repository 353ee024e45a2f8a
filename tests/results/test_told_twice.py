"""A measurement that several files tell counts once: the file that tells most of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from inferometer.results.reader import read

TOOL_FILES = Path(__file__).parents[1] / "golden" / "tools"


def copied(tmp_path: Path, *names: str) -> Path:
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TOOL_FILES / name, tmp_path / name)
    return tmp_path


def sources(path: Path) -> list[str]:
    found = read([path])
    assert found.problems == ()
    return sorted({point.source.name for point in found.points})


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (
            (
                "aiperf-0.10/profile_export_aiperf.csv",
                "aiperf-0.10/profile_export_aiperf.json",
            ),
            ["profile_export_aiperf.json"],
        ),
        (
            ("aiperf-0.10/profile_export_aiperf.csv",),
            ["profile_export_aiperf.csv"],
        ),
        (("llama-bench/tests.md", "llama-bench/tests.json"), ["tests.json"]),
        (("llama-bench/tests.md", "llama-bench/tests.csv"), ["tests.csv"]),
        (
            (
                "inference-perf/summary_lifecycle_metrics.json",
                "inference-perf/stage_1_lifecycle_metrics.json",
            ),
            ["stage_1_lifecycle_metrics.json"],
        ),
        (
            ("inference-perf/summary_lifecycle_metrics.json",),
            ["summary_lifecycle_metrics.json"],
        ),
    ],
)
def test_which_file_counts(
    tmp_path: Path, names: tuple[str, ...], kept: list[str]
) -> None:
    assert sources(copied(tmp_path, *names)) == kept


def test_a_sweep_is_no_point_where_its_runs_are(tmp_path: Path) -> None:
    sweep = "aiperf-sweep/sweep_aggregate/profile_export_aiperf_sweep.json"
    copied(tmp_path, sweep, "aiperf-0.10/profile_export_aiperf.json")
    assert (
        len(read([tmp_path]).points) == 3
    )  # the run is not below the sweep's directory
    shutil.move(
        tmp_path / "aiperf-0.10", tmp_path / "aiperf-sweep" / "concurrency_16"
    )
    assert sources(tmp_path) == ["profile_export_aiperf.json"]


def test_the_log_of_a_run_whose_json_is_there(tmp_path: Path) -> None:
    copied(tmp_path, "vllm-report/bench.txt")
    logged = read([tmp_path]).points
    assert len(logged) == 2
    closed = next(
        point for point in logged if point.conditions.get("max_concurrency")
    )
    known = {
        name: closed.conditions[name]
        for name in ("num_prompts", "max_concurrency")
    }
    whole = {
        name: int(value)
        for name, value in closed.values.items()
        if value == int(value)
    }
    result = {
        "model_id": closed.conditions["model_id"],
        "tokenizer_id": "t",
        "request_rate": "inf",
        **known,
        **{name: value + 0.004 for name, value in closed.values.items()},
        **whole,
    }
    (tmp_path / "result.json").write_text(json.dumps(result))
    assert len(read([tmp_path]).points) == 2
    other = {"mean_ttft_ms": closed.values["mean_ttft_ms"] + 1}
    (tmp_path / "result.json").write_text(json.dumps(result | other))
    assert len(read([tmp_path]).points) == 3


def test_texts_that_are_no_results_are_passed_over(tmp_path: Path) -> None:
    copied(tmp_path, "dcu/r1-awq.csv")
    (tmp_path / "server.log").write_text("INFO: Uvicorn running\n" * 100)
    (tmp_path / "truth.csv").write_text("a,b\n1,2\n")
    (tmp_path / "README.md").write_text("# Results\n")
    assert sources(tmp_path) == ["r1-awq.csv"]
