"""A measurement that several files tell counts once: the file that tells most of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from inferometer.results.reader import read
from inferometer.words import Words

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


@pytest.mark.parametrize(
    ("folders", "notes", "points"),
    [
        (("a", "b"), ({}, {}), 2),
        (("2xR9700_x8", "2xW7900_x8"), ({}, {}), 4),
        (("rocm-6.4", "rocm-7.1"), ({}, {}), 4),
        (("a", "b"), ({"gpu": "R9700"}, {"gpu": "W7900"}), 4),
        (("a", "b"), ({"gpu": "R9700"}, {"gpu": "R9700"}), 2),
        (("a", "b"), ({"gpu": "R9700"}, {}), 2),
        (("a", "b"), ({"model": "8b"}, {"model": "70b"}), 4),
        (("a", "b"), ({"label": "before"}, {"label": "after"}), 4),
        (("a", "b"), ({"numa": "on"}, {"numa": "off"}), 4),
    ],
)
def test_logs_of_the_same_figures_are_two_where_their_folders_tell_two_systems(
    tmp_path: Path,
    folders: tuple[str, str],
    notes: tuple[dict[str, str], dict[str, str]],
    points: int,
) -> None:
    for folder, note in zip(folders, notes, strict=True):
        (tmp_path / folder).mkdir()
        log = TOOL_FILES / "vllm-report" / "bench.txt"
        shutil.copy(log, tmp_path / folder)
        (tmp_path / folder / "config.json").write_text(json.dumps(note))
    assert len(read([tmp_path]).points) == points


@pytest.mark.parametrize(
    ("argument", "other"),
    [("tiny-7b", "tiny-8b"), ("seed=0", "seed=1"), ("'openai'", "'vllm'")],
)
def test_logs_of_the_same_figures_are_two_where_their_arguments_differ(
    tmp_path: Path, argument: str, other: str
) -> None:
    log = (TOOL_FILES / "vllm-report" / "bench.txt").read_text()
    assert log.count(argument) == 2
    (tmp_path / "a.log").write_text(log)
    (tmp_path / "b.log").write_text(log.replace(argument, other))
    assert len(read([tmp_path]).points) == 4


def test_texts_that_nobody_takes_for_results_are_passed_over(
    tmp_path: Path,
) -> None:
    copied(tmp_path, "dcu/r1-awq.csv", "llama-bench/tests.json")
    for name in (
        *("README.md", "README.txt", "LICENSE.txt", "requirements-dev.txt"),
        *("server.log", "vllm-server_1.log", "plot.py", "run.sh"),
        *("llama-bench/tests.csv", "campaign.yaml", "schema.sql"),
    ):
        (tmp_path / name).write_text("a,b\n1,2\n")
    assert sources(tmp_path) == ["r1-awq.csv", "tests.json"]


@pytest.mark.parametrize(
    ("names", "language", "told"),
    [
        (
            ("a.csv",),
            "en",
            "a.csv has no results of a tool that is known here.",
        ),
        (
            ("a.csv", "server-a.csv", "bench.log"),
            "en",
            "3 text files have no results of a tool that is known here: "
            "a.csv, bench.log, server-a.csv.",
        ),
        (
            tuple(f"{number}.txt" for number in range(7)),
            "zh-CN",
            "有 7 个文本文件中没有已知工具的结果：0.txt、1.txt、2.txt、3.txt、4.txt、…。",
        ),
        (("a.out",), "zh-TW", "a.out 中沒有已知工具的結果。"),
    ],
)
def test_other_texts_without_results_are_named_together(
    tmp_path: Path, names: tuple[str, ...], language: str, told: str
) -> None:
    copied(tmp_path, "dcu/r1-awq.csv")
    for name in names:
        (tmp_path / name).write_text("a,b\n1,2\n")
    found = read([tmp_path])
    assert (len(found.points), found.unread) == (2, len(names))
    (problem,) = found.problems
    said = Words(language).say(problem).replace(f"{tmp_path}/", "")
    assert said == told


def test_a_report_that_was_cut_before_its_figures_is_named(
    tmp_path: Path,
) -> None:
    copied(tmp_path, "dcu/r1-awq.csv")
    head = "============ Serving Benchmark Result ============\n"
    (tmp_path / "cut.log").write_text(head)
    (problem,) = read([tmp_path]).problems
    assert "cut.log has no results" in problem
