"""Figures that no known tool wrote are read where their names say what they are, and files of tools
that are not read are named.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from inferometer.results import Point, ResultsError, read
from inferometer.store.importers import ForeignToolError, read_results
from inferometer.store.importers.by_names import _meaning

BEYOND_DOUBT = {
    "p99_ttft_ms": ("p99_ttft_ms", 1.0),
    "Mean TTFT (ms)": ("mean_ttft_ms", 1.0),
    "TTFT p99 (s)": ("p99_ttft_ms", 1e3),
    "P99 TTFT (us)": ("p99_ttft_ms", 1e-3),
    "ttft_ms p99.9": ("p99.9_ttft_ms", 1.0),
    "Median Time to First Token (ms)": ("median_ttft_ms", 1.0),
    "request latency 99th percentile (ms)": ("p99_e2el_ms", 1.0),
    "avg_tpot_ms": ("mean_tpot_ms", 1.0),
    "mean_itl_ms": ("mean_itl_ms", 1.0),
    "Output throughput (tok/s)": ("output_throughput", 1.0),
    "output_tokens_per_second": ("output_throughput", 1.0),
    "performance request_throughput_req_s": ("request_throughput", 1.0),
    "Total token throughput (tokens/s)": ("total_token_throughput", 1.0),
    "Successful requests": ("completed", 1.0),
    "duration_ms": ("duration", 1e-3),
}
IN_DOUBT = (
    *("ttft_ms", "p99 ttft", "max_ttft_ms", "p101_ttft_ms", "itl_p99_ms"),
    *("throughput", "throughput (tok/s)", "tokens_per_second", "total_tps"),
    *("output tok/s per user", "requests_per_second", "goodput req/s"),
    *("duration", "latency_ms", "input tok/s"),
)


@pytest.mark.parametrize("name", BEYOND_DOUBT)
def test_names_that_say_what_was_measured_and_in_which_unit(name: str) -> None:
    assert _meaning(name) == BEYOND_DOUBT[name]


@pytest.mark.parametrize("name", IN_DOUBT)
def test_names_that_leave_a_doubt_are_not_taken(name: str) -> None:
    assert _meaning(name) is None


def points_of(path: Path, content: str) -> list[Point]:
    path.write_text(content)
    found = read([path.parent])
    assert found.problems == ()
    return list(found.points)


TABLE = """\
model,concurrency,isl,engine_version,flags,Mean TTFT (ms),P99 TTFT (s),Output throughput (tok/s),\
GPU util (%),score
tiny,1,1024,0.10,--eager,12.5,0.040,"1,234.5",90.5,0.123456789
tiny,2,1024,0.10,--eager,13.5,N/A,2000,91.0,0.123456788
tiny,2,1024,0.10,--graph,11.5,nan,inf,91.0,0.123456787
"""


def test_a_table_by_the_names_of_its_columns(tmp_path: Path) -> None:
    points = points_of(tmp_path / "bench.csv", TABLE)
    first, *_ = points
    assert first.tool == "unknown"
    assert first.conditions["max_concurrency"] == 1
    assert first.conditions["engine_version"] == "0.10"
    assert first.conditions["input_len"] == 1024
    assert first.status is None
    assert first.values == {
        "mean_ttft_ms": 12.5,
        "p99_ttft_ms": 40.0,
        "output_throughput": 1234.5,
    }
    assert [point.conditions["flags"] for point in points] == [
        "--eager",
        "--eager",
        "--graph",
    ]
    assert "score" not in first.conditions
    assert {"p99_ttft_ms", "output_throughput"}.isdisjoint(points[2].values)
    notes = " ".join(first.notes)
    assert "No known tool wrote this file" in notes
    assert "left out: GPU util (%)" in notes


def test_the_same_table_from_a_spreadsheet(tmp_path: Path) -> None:
    lines = TABLE.replace('"1,234.5"', "1234.5").splitlines()
    rows = [
        line.replace(",", ";").replace(".", ",")
        if number
        else line.replace(",", ";")
        for number, line in enumerate(lines)
    ]
    (tmp_path / "a").mkdir()
    (first, *_) = points_of(tmp_path / "a" / "x.csv", "\r\n".join(rows))
    assert first.values["output_throughput"] == 1234.5


ROW = {"mean_ttft_ms": 7.0, "output_throughput": 70.0, "completed": 10}


@pytest.mark.parametrize(
    ("content", "levels"),
    [
        ({"concurrency": 4, **ROW}, [4]),
        ({"setup": {"concurrency": 4}, "metrics": ROW}, [4]),
        ([{"concurrency": 4, **ROW}, {"concurrency": 8, **ROW}], [4, 8]),
        (
            {
                "max_concurrency": 4,
                "request_throughput": 99,
                "runs": [{"isl": 1, **ROW}, {"isl": 2, **ROW}],
            },
            [4, 4],
        ),
    ],
    ids=["flat", "nested", "list", "around"],
)
def test_rows_of_json(tmp_path: Path, content: Any, levels: list[int]) -> None:
    points = points_of(tmp_path / "rows.json", json.dumps(content))
    assert [point.conditions["max_concurrency"] for point in points] == levels
    for point in points:
        assert point.values == {name: ROW[name] for name in ROW}


def test_single_requests_beside_a_row_are_no_conditions(tmp_path: Path) -> None:
    row = {"concurrency": 4, **ROW, "requests": [{"prompt": "a", "n": 1}]}
    (point,) = points_of(tmp_path / "rows.json", json.dumps(row))
    assert {"prompt", "n"}.isdisjoint(point.conditions)


def test_a_duration_without_a_unit_has_to_agree(tmp_path: Path) -> None:
    row = {"request_rate": "inf", **ROW, "request_throughput": 2.0}
    for name, duration in (("s", 5), ("min", 0.0833)):
        (tmp_path / f"{name}.json").write_text(
            json.dumps(row | {"duration": duration, "by": name})
        )
    by = {
        point.conditions["by"]: point.values.get("duration")
        for point in read([tmp_path]).points
    }
    assert by == {"s": 5.0, "min": None}
    (run,) = read_results(tmp_path / "s.json")
    assert run.load["request_rate"] == math.inf


def test_targets_are_no_results(tmp_path: Path) -> None:
    targets = {"request_throughput": 5, "p99_ttft_ms": 200}
    (tmp_path / "slo.json").write_text(json.dumps(targets))
    with pytest.raises(ResultsError, match="no result of a tool"):
        read([tmp_path])


FOREIGN = {
    "k6": ("k6.json", '{"metrics": {}, "root_group": {}}'),
    "locust": ("stats.csv", "Type,Name,Request Count,Failure Count\nGET,/,1,0"),
    "ollama": ("run.txt", "Hi\n\neval rate:            56.20 tokens/s\n"),
    "perf_analyzer": ("c.csv", "Concurrency,Inferences/Second,Client Send\n"),
    "llama.cpp's batched-bench": (
        "b.jsonl",
        '{"pp": 1, "t_pp": 1, "speed_pp": 1, "t_tg": 1, "speed_tg": 1}',
    ),
}


@pytest.mark.parametrize("tool", FOREIGN)
def test_a_file_of_a_tool_that_is_not_read_is_named(
    tmp_path: Path, tool: str
) -> None:
    name, content = FOREIGN[tool]
    (tmp_path / name).write_text(content)
    with pytest.raises(ForeignToolError, match=f"a result of {tool}, which"):
        read_results(tmp_path / name)
    (tmp_path / f"again-{name}").write_text(content)
    (tmp_path / "rows.json").write_text(json.dumps({"isl": 1, **ROW}))
    found = read([tmp_path])
    (problem,) = found.problems
    assert problem.startswith(f"2 files look like results of {tool}, which")
    assert found.unread == 2
