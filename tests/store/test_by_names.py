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
from inferometer.store.importers import (
    DoubtfulNamesError,
    ForeignToolError,
    UnknownResultError,
    read_results,
)
from inferometer.store.importers.names_of_figures import meaning
from inferometer.vocabulary import CONDITIONS

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
    "Total output tokens": ("total_output_tokens", 1.0),
    "平均首字延迟(ms)": ("mean_ttft_ms", 1.0),
    "P99 首Token时延（秒）": ("p99_ttft_ms", 1e3),
    "端到端延遲90分位(毫秒)": ("p90_e2el_ms", 1.0),
    "输出吞吐量(tokens/s)": ("output_throughput", 1.0),
    "总token吞吐(tok/s)": ("total_token_throughput", 1.0),
    "成功请求数": ("completed", 1.0),
}
IN_DOUBT = (
    *("ttft_ms", "p99 ttft", "max_ttft_ms", "p101_ttft_ms", "itl_p99_ms"),
    *("throughput", "throughput (tok/s)", "tokens_per_second", "total_tps"),
    *("output tok/s per user", "requests_per_second", "goodput req/s"),
    *("duration", "latency_ms", "input tok/s", "Output tokens", "total tokens"),
    *("target p99_ttft_ms", "A output_throughput", "Total throughput (tok/s)"),
    *("Successful requests (%)", "Output throughput (ktok/s)", "energy"),
    *("gpu_memory_used", "max_concurrent_requests", "首字延迟(ms)"),
    *("吞吐(tokens/s)", "最大首字延迟(ms)"),
)


@pytest.mark.parametrize("name", BEYOND_DOUBT)
def test_names_that_say_what_was_measured_and_in_which_unit(name: str) -> None:
    assert meaning((name,)) == BEYOND_DOUBT[name]


@pytest.mark.parametrize("name", IN_DOUBT)
def test_names_that_leave_a_doubt_are_not_taken(name: str) -> None:
    assert meaning((name,)) is None


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


TABLES = {
    "Chinese": (
        "模型,并发数,平均首字延迟(ms),输出吞吐(tokens/s),测试时间\n"
        'A,1,12.5,80,2026/1/2\nA,2,13,"1,150",2026/1/3\n平均,,13,615,\n',
        [(1, 12.5, 80.0), (2, 13.0, 1150.0)],
        "which sum up others: 3",
    ),
    "seconds and decimal commas": (
        "Model;Concurrency;Mean TTFT (s);Output throughput (tok/s)\r\n"
        "A;1;0,040;1.234,5\r\nA;2;12,500;900,5\r\n;;;\r\nTotal:;;;2135\r\n",
        [(1, 40.0, 1234.5), (2, 12500.0, 900.5)],
        "which sum up others: 3",
    ),
    "thousands between semicolons": (
        "model;concurrency;Mean TTFT (ms);Output throughput (tok/s)\n"
        "A;1;12.5;1,234\nA;2;13.5;2,234\n",
        [(1, 12.5, 1234.0), (2, 13.5, 2234.0)],
        "",
    ),
    "decimal commas in quotes": (
        "model,concurrency,Mean TTFT (ms),Output throughput (tok/s)\n"
        'A,1,"12,5","80,250"\nA,2,"13,500","2000,5"\n',
        [(1, 12.5, 80.25), (2, 13.5, 2000.5)],
        "",
    ),
    "decimal commas between tabs": (
        "model\tconcurrency\tMean TTFT (ms)\tOutput throughput (tok/s)\n"
        "A\t1\t12,5\t1.234,5\n",
        [(1, 12.5, 1234.5)],
        "",
    ),
    "a comma that shifts a row": (
        "concurrency,output_throughput,mean_ttft_ms\n1,1,234.5,12\n2,900,13\n",
        [(2, 13.0, 900.0)],
        "more cells than the head: 1.",
    ),
    "runs that failed": (
        "concurrency,mean_ttft_ms,output_throughput,GPU power (W)\n"
        "1,12.5,80,300\n256,OOM,,\n512,,,N/A\n",
        [(1, 12.5, 80.0)],
        "without figures: 2, 3.",
    ),
    "joined cells": (
        "Model,concurrency,mean_ttft_ms,output_throughput\n"
        "A,1,12,80\n,2,13,81\nB,1,14,90\n,2,15,91\n",
        [(1, 12.0, 80.0), (1, 14.0, 90.0)],
        "that others name: 2, 4.",
    ),
    "a head that is repeated": (
        "concurrency,mean_ttft_ms,output_throughput\n1,12,80\n"
        "concurrency,mean_ttft_ms,output_throughput\n2,13,81\n",
        [(1, 12.0, 80.0), (2, 13.0, 81.0)],
        "",
    ),
    "two columns of one name": (
        "concurrency,mean_ttft_ms,mean_ttft_ms,output_throughput\n"
        "1,12,13,80\n2,13,13,81\n",
        [(1, None, 80.0), (2, 13.0, 81.0)],
        "left out: mean_ttft_ms, mean_ttft_ms (2).",
    ),
    "a title and numbers": (
        "Tests of 2026\n\n#;concurrency;Mean TTFT (ms);Output throughput (tok/s)\n"
        "1;1;12,5;80\n2;2;13;81\n",
        [(1, 12.5, 80.0), (2, 13.0, 81.0)],
        "",
    ),
    "a peak beside the limit": (
        "concurrency,max_concurrent_requests,mean_ttft_ms,output_throughput\n"
        "8,9,12,80\n8,10,13,81\n",
        [(8, 12.0, 80.0), (8, 13.0, 81.0)],
        "",
    ),
}
"""What people bring: levels, mean TTFT and output throughput of its points, and what is said."""


@pytest.mark.parametrize("name", TABLES)
def test_tables_as_people_bring_them(tmp_path: Path, name: str) -> None:
    content, told, note = TABLES[name]
    path = tmp_path / "t.csv"
    path.write_text(content, encoding="utf-8")
    points = read([path]).points
    names = ("mean_ttft_ms", "output_throughput")
    assert [
        (
            point.conditions["max_concurrency"],
            *(point.values.get(each) for each in names),
        )
        for point in points
    ] == told
    assert note in " ".join(str(each) for p in points for each in p.notes)
    own = {each for point in points for each in point.conditions}
    assert not any(map(is_own, own))


def is_own(name: str) -> bool:
    return name not in CONDITIONS


def test_a_table_with_a_column_for_each_run(tmp_path: Path) -> None:
    points = points_of(
        tmp_path / "t.csv",
        "Metric,eager,graph\nConcurrency,8,8\nMean TTFT (ms),12,13\n"
        "Output throughput (tok/s),80,90\n",
    )
    told = [
        (point.conditions["Metric"], point.values["mean_ttft_ms"])
        for point in points
    ]
    assert told == [("eager", 12.0), ("graph", 13.0)]


DOUBTFUL = {
    "no statistic": "model,concurrency,TTFT (ms),Throughput (tok/s)\nA,1,12,80\n",
    "two sides": "concurrency,A mean_ttft_ms,A output_throughput\n1,10,80\n",
    "single requests": '{"concurrency": 8, "ttft_ms": 9, "output_throughput": 30}',
    "sides inside": json.dumps(
        {"concurrency": 8, "old": {"mean_ttft_ms": 1, "output_throughput": 2}}
        | {"new": {"mean_ttft_ms": 3, "output_throughput": 4}}
    ),
    "a total of something": (
        "concurrency,Total throughput (tok/s),mean_ttft_ms\n1,80,12\n"
    ),
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_a_table_in_doubt_is_not_read_and_says_why(
    tmp_path: Path, name: str
) -> None:
    suffix = "json" if DOUBTFUL[name].startswith("{") else "csv"
    (tmp_path / f"t.{suffix}").write_text(DOUBTFUL[name])
    with pytest.raises(
        ResultsError, match="names do not say what was measured"
    ):
        read([tmp_path])


def test_a_table_without_a_throughput_may_be_of_targets(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("concurrency,mean_ttft_ms,p99_ttft_ms\n1,12,13\n")
    with pytest.raises(DoubtfulNamesError, match="it has no throughput"):
        read_results(path)


def test_targets_beside_figures_are_not_taken_for_them(tmp_path: Path) -> None:
    row = {"slo": {"mean_ttft_ms": 200}, "concurrency": 4, **ROW}
    (point,) = points_of(tmp_path / "t.json", json.dumps(row))
    assert point.values["mean_ttft_ms"] == ROW["mean_ttft_ms"]


def test_settings_that_sound_like_figures_keep_rows_apart(
    tmp_path: Path,
) -> None:
    settings: list[dict[str, Any]] = [
        {"gpu_memory_utilization": 0.9},
        {"gpu_memory_utilization": 0.95},
        {"power_limit_w": 300, "scheduler": {"limit": 16}},
        {"power_limit_w": 300, "scheduler": {"limit": 32}},
        {"temperature": 0.7, "power": {"limit": 300}},
    ]
    rows = [{"concurrency": 8, **ROW, **each} for each in settings]
    points = points_of(tmp_path / "t.json", json.dumps(rows))
    own = [
        {
            name: point.conditions[name]
            for name in filter(is_own, point.conditions)
        }
        for point in points
    ]
    assert len({*map(str, own)}) == len(settings)


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


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "own.json",
            {"config": {"concurrency": 8}, "report": ROW},
        ),
        (
            "own.json",
            {
                "config": {"concurrency": 8},
                "results": [ROW],
                "start_time": 1,
                "system": {"gpu": "X"},
            },
        ),
    ],
    ids=["report", "results"],
)
def test_what_people_build_alike_is_no_tools(
    tmp_path: Path, name: str, content: Any
) -> None:
    (point,) = points_of(tmp_path / name, json.dumps(content))
    assert point.values["mean_ttft_ms"] == ROW["mean_ttft_ms"]
    assert point.conditions["max_concurrency"] == 8


def test_a_list_of_metrics_and_values_is_no_tools(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Metric,Value\nMean TTFT (ms),12\n")
    with pytest.raises(UnknownResultError) as raised:
        read_results(path)
    assert not isinstance(raised.value, ForeignToolError)


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
