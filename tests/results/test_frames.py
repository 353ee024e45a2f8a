"""Results as frames: what a notebook gets from `inferometer.load`."""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import inferometer
from inferometer.metrics.definitions import (
    e2el_of_each,
    itl_ms,
    tpot_of_each,
    ttft_of_each,
)
from inferometer.report import figures
from inferometer.report.page.evidence import gather
from inferometer.results import ResultsError, request_frames
from inferometer.results.foreign import runs_in
from inferometer.store.importers import reading
from inferometer.trace.schema import EVENT_COLUMNS, REQUEST_COLUMNS
from inferometer.vocabulary import CONDITIONS, METRICS
from tests.processes import printed_anew
from tests.results.result_files import (
    GOLDEN,
    VLLM_DETAILED,
    VLLM_PLAIN,
    measure,
    open_campaign,
    save,
    save_bench,
    spec_of,
    trace_of,
    vllm_file,
)

INTEGERS = {
    *(
        "gpus",
        "pcie_generation",
        "pcie_width",
        "tp",
        "input_len",
        "output_len",
        "prefix_len",
    ),
    *("num_prompts", "max_concurrency", "concurrency", "seed", "repeat", "dp"),
}
NUMBERS = {
    "request_rate",
    "burstiness",
    "cost_per_hour",
    "price_per_kwh",
    "pue",
}
BOUNDED = {
    *(
        "request_throughput",
        "output_throughput",
        "output_throughput_per_gpu",
        "request_goodput",
    ),
    *(
        "mean_ttft_ms",
        "p99_ttft_ms",
        "mean_tpot_ms",
        "mean_itl_ms",
        "mean_e2el_ms",
    ),
    "cost_per_million_tokens",
}


def test_the_files_of_a_run_are_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_bench(tmp_path)
    opened: Counter[str] = Counter()

    def counted(path: Path, most_bytes: int) -> bytes:
        opened[path.name] += 1
        return path.read_bytes()

    monkeypatch.setattr(reading, "read_bytes", counted)
    frames = inferometer.load(tmp_path / "result")
    assert len(frames.events) == 4 * len(frames.requests) > 0
    assert frames.environment["cpu"].len() == 1
    assert gather(frames.collection.points).runs == 1
    assert {
        opened[name] for name in ("run.json", "summary.json", "verdict.json")
    } == {1}


def test_each_file_of_a_campaign_is_opened_once_for_its_points_and_figures(
    tmp_path: Path,
) -> None:
    places = open_campaign(tmp_path / "pcie")
    for number in (1, 2):
        measure(places, number)
    opened: list[str] = []
    sys.addaudithook(
        lambda event, arguments: (
            opened.append(str(arguments[0]))
            if event == "open"
            and is_counted
            and str(arguments[0]).startswith(str(tmp_path))
            else None
        )
    )
    is_counted = True
    material = figures.gather(inferometer.results.read([tmp_path]).points)
    is_counted = False
    files = [path for path in opened if path.endswith((".json", ".jsonl"))]
    assert (len(material.runs), len(files)) == (2, 1 + 2 * 3)
    assert len(set(files)) == len(files)


def test_points_have_a_column_for_everything(tmp_path: Path) -> None:
    save_bench(tmp_path, label="night")
    vllm_file(tmp_path / "x.json", p95_ttft_ms=12.5)
    points = inferometer.load(tmp_path).points
    ranges = [f"{name}_{end}" for name in BOUNDED for end in ("low", "high")]
    percentiles = {
        f"p95_{latency}_ms" for latency in ("ttft", "tpot", "itl", "e2el")
    }  # which METRICS does not have
    others = {
        "id",
        "tool",
        "status",
        "reasons",
        "notes",
        "source",
        "run",
        "ttft_n",
        "tpot_n",
        "itl_n",
        "e2el_n",
    }
    assert set(points.columns) == {
        *CONDITIONS,
        *METRICS,
        *ranges,
        *others,
        *percentiles,
    }
    assert (
        points.columns.index("mean_ttft_ms_low")
        == points.columns.index("mean_ttft_ms") + 1
    )
    dtypes = {name: points.schema[name] for name in CONDITIONS}
    assert {
        name for name, dtype in dtypes.items() if dtype == pl.Int64
    } == INTEGERS
    assert {
        name for name, dtype in dtypes.items() if dtype == pl.Float64
    } == NUMBERS
    assert {points.schema[name] for name in (*METRICS, *ranges)} == {pl.Float64}
    ours = points.row(by_predicate=pl.col("tool") == "inferometer", named=True)
    theirs = points.row(by_predicate=pl.col("tool") == "vllm", named=True)
    assert (ours["label"], ours["status"], ours["p95_ttft_ms"]) == (
        "night",
        "VALID",
        None,
    )
    assert (theirs["label"], theirs["status"], theirs["p95_ttft_ms"]) == (
        None,
        None,
        12.5,
    )
    assert ours["request_rate"] == math.inf


def test_points_have_the_values_intervals_and_reasons_of_the_collection(
    tmp_path: Path,
) -> None:
    places = open_campaign(tmp_path / "pcie")
    measure(places, 60, "SUSPECT")
    frames = inferometer.load(str(tmp_path))
    (point,) = frames.collection.points
    row = frames.points.row(0, named=True)
    assert row["id"] == "1C-1k/np60"
    assert row["reasons"] == "A bad thing. Measure again."
    assert row["ttft_n"] == 60
    assert {name: row[name] for name in point.values} == point.values
    assert {name: row[name] for name in point.conditions} == point.conditions
    for name, interval in point.intervals.items():
        assert (row[f"{name}_low"], row[f"{name}_high"]) == (
            interval.low,
            interval.high,
        )


def test_points_can_be_written_to_a_csv_file(tmp_path: Path) -> None:
    save_bench(tmp_path)
    points = inferometer.load(tmp_path).points
    points.write_csv(tmp_path / "points.csv")
    assert (
        pl.read_csv(tmp_path / "points.csv", infer_schema=False).columns
        == points.columns
    )


def test_requests_of_a_run(tmp_path: Path) -> None:
    trace = trace_of(8, failed=1)
    save(tmp_path / "run", trace, spec_of(8))
    requests = inferometer.load(tmp_path / "run").requests
    assert set(requests.columns) == {
        *(column.name for column in REQUEST_COLUMNS),
        *("point", "ttft_ms", "tpot_ms", "e2el_ms", "lag_ms", "output_speed"),
    }
    assert requests["point"].unique().to_list() == ["run"]
    assert requests["outcome"].to_list() == ["OK"] * 8 + ["FAILED"]
    assert requests["warmup"].sum() == 1
    for name, values in (
        ("ttft_ms", ttft_of_each),
        ("tpot_ms", tpot_of_each),
        ("e2el_ms", e2el_of_each),
    ):
        expected = values(trace)
        found = requests[name].fill_null(math.nan).to_numpy()
        assert np.allclose(found, expected, rtol=1e-12, equal_nan=True)
    assert requests["lag_ms"].null_count() == 9  # nothing was due at any time
    speeds = requests.filter(pl.col("outcome") == "OK").select(
        pl.col("output_speed") * pl.col("e2el_ms") / 1000
    )
    assert speeds.to_series().to_list() == pytest.approx([4.0] * 8)


def test_events_of_a_run(tmp_path: Path) -> None:
    trace = trace_of(8, failed=1)
    save(tmp_path / "run", trace, spec_of(8))
    events = inferometer.load(tmp_path / "run").events
    assert set(events.columns) == {
        *(column.name for column in EVENT_COLUMNS),
        "point",
        "request",
        "warmup",
        "event",
        "itl_ms",
    }
    assert events.group_by("request").len().sort("request")[
        "len"
    ].to_list() == [4] * 8 + [2]
    assert events.filter(pl.col("event") == 0)["itl_ms"].null_count() == 9
    completed = (
        events.filter(pl.col("request") < 8)["itl_ms"].drop_nulls().to_list()
    )
    assert completed == itl_ms(trace).tolist()
    assert events["warmup"].sum() == 4


def test_requests_and_events_of_several_points_are_one_table(
    tmp_path: Path,
) -> None:
    places = open_campaign(tmp_path / "pcie")
    for number in (3, 5):
        measure(places, number)
    save_bench(tmp_path / "other", number=4)
    frames = inferometer.load([tmp_path / "pcie", tmp_path / "other"])
    assert frames.requests.group_by("point").len().sort("point").rows() == [
        ("1C-1k/np3", 4),
        ("1C-1k/np5", 6),
        ("result", 5),
    ]
    assert len(frames.events) == 4 * 15


def test_generated_texts_stay_in_their_files(tmp_path: Path) -> None:
    from dataclasses import replace

    save(
        tmp_path / "run",
        replace(trace_of(2), texts=("a", "b", "c")),
        spec_of(2),
    )
    assert "text" not in inferometer.load(tmp_path).requests.columns


def test_requests_and_events_of_a_detailed_file_of_vllm() -> None:
    raw = json.loads(VLLM_DETAILED.read_bytes())
    frames = inferometer.load(VLLM_DETAILED)
    requests, events = frames.requests, frames.events
    assert requests["ttft_ms"].to_list() == pytest.approx(
        [1e3 * each for each in raw["ttfts"]]
    )
    assert requests["output_tokens"].to_list() == raw["output_lens"]
    assert requests.schema["output_tokens"] == pl.Int64
    assert requests["sent_ns"].min() == 0
    assert requests["tpot_ms"].mean() == pytest.approx(raw["mean_tpot_ms"])
    assert events["itl_ms"].mean() == pytest.approx(raw["mean_itl_ms"])
    assert events.filter(pl.col("request") == 0)["event"].to_list() == list(
        range(1, 1 + len(raw["itls"][0]))
    )


def test_each_line_of_a_file_has_requests_of_its_own(tmp_path: Path) -> None:
    results = [
        json.loads(path.read_bytes()) for path in (VLLM_PLAIN, VLLM_DETAILED)
    ]
    half = {
        name: value[:20] if isinstance(value, list) else value
        for name, value in results[1].items()
    }
    lines = [
        results[1],
        results[0],
        {**half, "num_prompts": 20, "completed": 20, "max_concurrency": 1},
    ]
    (tmp_path / "all.jsonl").write_text("\n".join(map(json.dumps, lines)))
    frames = inferometer.load(tmp_path / "all.jsonl")
    assert frames.points["id"].to_list() != sorted(
        frames.points["id"]
    )  # the one with the lower load comes first
    assert dict(frames.requests.group_by("point").len().iter_rows()) == {
        "all:1": 40,
        "all:3": 20,
    }


def test_a_file_of_many_points_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = json.loads(VLLM_DETAILED.read_bytes())
    lines = [
        json.dumps({**result, "max_concurrency": load}) for load in (1, 2, 4)
    ]
    (tmp_path / "all.jsonl").write_text("\n".join(lines))
    frames, read = inferometer.load(tmp_path), []

    def reading(path: Path) -> Any:
        read.append(path)
        return runs_in(path)

    monkeypatch.setattr(request_frames, "runs_in", reading)
    assert len(frames.requests) == 3 * len(result["ttfts"])
    assert read == [tmp_path / "all.jsonl"]


def test_all_tools_in_one_table() -> None:
    frames = inferometer.load(GOLDEN / "peers")
    requests = frames.requests
    assert requests["point"].n_unique() == 6
    by_point = (
        requests.filter(pl.col("outcome") == "OK")
        .group_by("point")
        .agg(pl.col("ttft_ms").mean(), pl.col("tpot_ms").mean())
    )
    assert by_point["ttft_ms"].is_between(29, 34).all()
    assert by_point["tpot_ms"].is_between(9, 11).all()
    (problem,) = frames.problems
    assert "6 text files have no results" in problem  # truth.csv, of our tests


def test_files_without_single_requests_have_frames_without_rows() -> None:
    frames = inferometer.load(VLLM_PLAIN)
    assert (len(frames.points), len(frames.requests), len(frames.events)) == (
        1,
        0,
        0,
    )
    assert frames.requests.columns == ["point"]


def test_the_environment_of_a_run(tmp_path: Path) -> None:
    save(
        tmp_path / "run",
        trace_of(3),
        spec_of(3),
        command=["inferometer", "bench", "--label", "a b"],
    )
    vllm_file(tmp_path / "x.json", vllm_version="0.10.2", hostname="machine-a")
    rows = {
        row["point"]: row
        for row in inferometer.load(tmp_path).environment.iter_rows(named=True)
    }
    wanted = {
        "host": "machine-c",
        "kernel": "6.1",
        "cpu": "a fast one",
        "cpu_logical": 8,
        "server_max_model_len": 1280,
    }
    assert {name: rows["run"][name] for name in wanted} == wanted
    assert rows["run"]["command"] == "inferometer bench --label 'a b'"
    assert rows["run"]["inferometer"] == inferometer.__version__
    told = {
        name: value for name, value in rows["x"].items() if value is not None
    }
    assert told == {
        "point": "x",
        "host": "machine-a",
        "server_version": "0.10.2",
    }


@pytest.mark.parametrize("name", ["requests.parquet", "events.parquet"])
@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_damaged_table_is_a_problem_and_not_read(
    name: str, damage: str, tmp_path: Path
) -> None:
    for run in ("good", "bad"):
        save(tmp_path / run, trace_of(3), spec_of(3))
    path = tmp_path / "bad" / name
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-20])
    frames = inferometer.load(tmp_path)
    assert len(frames.points) == 2
    table = frames.requests if name.startswith("requests") else frames.events
    assert table["point"].unique().to_list() == ["good"]
    assert str(path) in frames.problems[-1]
    assert repr(frames).startswith("Frames(2 points, 1 problems; ")


def test_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="There are no results in"):
        inferometer.load(tmp_path)


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = (
        "import sys, inferometer; inferometer.load; print(*{'numpy', 'polars', 'orjson', "
        "'pydantic'} & set(sys.modules))"
    )
    told = printed_anew(code)
    assert told.split() == []


def test_the_points_alone_need_no_polars(tmp_path: Path) -> None:
    save_bench(tmp_path)
    code = (
        "import sys, inferometer; from pathlib import Path; from inferometer.results import read;"
        f"read([Path({str(tmp_path)!r})]); inferometer.load({str(tmp_path)!r});"
        "print(*{'polars', 'pydantic'} & set(sys.modules))"
    )
    told = printed_anew(code)
    assert told.split() == []
