"""Results inside other JSON: each its own run, with what is noted around it; all of a list, or
none.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inferometer.results.reader import read
from inferometer.store.importers import (
    CannotImportError,
    ImportedRun,
    UnknownResultError,
    read_results,
)

TOOLS = Path(__file__).parents[1] / "golden" / "peers"
ONE: dict[str, Any] = json.loads((TOOLS / "vllm-0.32.json").read_bytes())
OTHER = {**ONE, "max_concurrency": 9, "duration": ONE["duration"] * 2}
REPORT = (
    "============ Serving Benchmark Result ============\n"
    + "Successful requests:                     16\n"
    + "Benchmark duration (s):                  4.00\n"
    + "Output token throughput (tok/s):         556.16\n"
    + "Mean TTFT (ms):                          34.44\n"
    + "=" * 50
)


def runs(folder: Path, content: object) -> list[ImportedRun]:
    path = folder / "all.json"
    path.write_text(json.dumps(content))
    return read_results(path)


@pytest.mark.parametrize(
    "content",
    [
        {"results": [ONE, OTHER]},
        {"data": {"runs": [ONE, OTHER]}, "status": "ok"},
        {"c4": ONE, "c9": OTHER, "config": {"note": "x"}},
        [{"result": ONE}, {"result": OTHER}],
    ],
)
def test_each_result_is_a_run_of_its_own(tmp_path: Path, content: Any) -> None:
    found = runs(tmp_path, content)
    assert [run.load["max_concurrency"] for run in found] == [4, 9]
    assert [run.metrics["duration"] for run in found] == [
        ONE["duration"],
        OTHER["duration"],
    ]


def test_what_is_noted_around_a_result_is_its_condition(tmp_path: Path) -> None:
    content = {
        "gpu": "MI300X",
        "runs": [
            {"settings": {"tp": 2}, "metrics": ONE},
            {"settings": {"tp": 4}, "gpu": "H100", "metrics": OTHER},
        ],
    }
    first, second = (run.conditions for run in runs(tmp_path, content))
    assert (first["card"], first["tp"]) == ("MI300X", 2)
    assert (second["card"], second["tp"]) == ("H100", 4)


def test_a_printed_report_in_a_text_is_read(tmp_path: Path) -> None:
    (run,) = runs(tmp_path, {"model": "org/m", "tp": 1, "raw_output": REPORT})
    assert (run.model, run.conditions["tp"]) == ("org/m", 1)
    assert run.metrics["mean_ttft_ms"] == 34.44


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"results": [ONE, {"error": "OOM"}]}, "1 of the 2 entries under "),
        ({"results": [ONE, None]}, "1 of the 2 entries under results are not"),
        ([ONE, {"error": "OOM"}], "1 of its 2 entries are not"),
        ({"a": ONE, "b": OTHER, "c": {"error": "OOM"}}, "beside them c"),
    ],
)
def test_a_list_with_something_else_in_it_is_not_read(
    tmp_path: Path, content: Any, reason: str
) -> None:
    with pytest.raises(CannotImportError, match=reason):
        runs(tmp_path, content)


@pytest.mark.parametrize(
    "content",
    [
        {"results": []},
        {"results": None, "error": "OOM"},
        {"latency": {"avg_latency": 3.0, "percentiles": {"50": 2.9}}},
        {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": ONE}}}}}}}},
    ],
)
def test_what_may_be_anything_is_no_result(
    tmp_path: Path, content: Any
) -> None:
    with pytest.raises(UnknownResultError):
        runs(tmp_path, content)


def test_a_run_with_a_file_of_its_own_counts_once(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(ONE))
    (tmp_path / "all.json").write_text(json.dumps({"results": [ONE, OTHER]}))
    found = read([tmp_path]).points
    assert sorted(point.source.name for point in found) == [
        "all.json",
        "one.json",
    ]
