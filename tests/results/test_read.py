"""Reading what holds results: every kind of source, each measurement once, and a sentence for what
cannot be read.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inferometer.campaign.gather import collect
from inferometer.campaign.merge import merge
from inferometer.results import ResultsError, read
from inferometer.spec.run import RunSpec
from inferometer.store.campaign.ledger import LEDGER_VERSION, dump, read_ledger
from inferometer.store.vllm_json import save_result
from inferometer.trace import MISSING
from inferometer.vocabulary import METRICS
from inferometer.words import Said
from tests.results.result_files import (
    GOLDEN,
    SERVER,
    STARTED_NS,
    measure,
    open_campaign,
    save,
    save_bench,
    save_json,
    spec_of,
    summary_of,
    the_point,
    trace_of,
    vllm_file,
)


def ids(*paths: Path) -> list[str]:
    return [point.id for point in read(paths).points]


# Run directories of ours


def test_a_run_directory(tmp_path: Path) -> None:
    trace = trace_of(60, failed=2)
    save(tmp_path / "run", trace, spec_of(60, server=SERVER), "SUSPECT")
    point, summary = the_point(tmp_path / "run"), summary_of(trace)
    assert (point.id, point.tool, point.status) == (
        "run",
        "inferometer",
        "SUSPECT",
    )
    assert point.reasons == ("A suspect thing.",)
    assert point.run == point.source == tmp_path / "run"
    assert point.conditions == {
        "config": "C",
        "gpus": 2,
        "pcie_generation": 4,
        "pcie_width": 16,
        "model": "org/tiny-8B",
        "model_id": "org/tiny-8B",
        "tp": 2,
        "engine": "vllm",
        "engine_version": "0.10.2",
        "backend": "openai",
        "dataset": "random",
        "input_len": 16,
        "output_len": 4,
        "num_prompts": 60,
        "request_rate": math.inf,
        "burstiness": 1.0,
        "concurrency": 60,
        "seed": 0,
        "repeat": 1,
        "date": "2026-01-31T12:00:02.123456+00:00",
        "host": "machine-c",
    }
    assert summary.output_throughput is not None
    assert point.values["output_throughput"] == summary.output_throughput
    assert (
        point.values["output_throughput_per_gpu"]
        == summary.output_throughput / 2
    )
    assert point.values["duration"] == summary.duration_s
    assert (point.values["completed"], point.values["failed"]) == (58, 2)
    assert (
        point.values["p99_ttft_ms"]
        == summary.metrics["ttft"].percentiles["p99"]
    )
    assert (
        point.values["mean_decode_speed"]
        == summary.metrics["decode_speed"].mean
    )
    assert (
        point.values["output_throughput_per_request"]
        == summary.metrics["output_speed"].mean
    )
    assert point.values["request_goodput"] == point.values["request_throughput"]
    assert point.values["cached_share"] == 0
    assert "cost_per_million_tokens" not in point.values
    assert point.samples == {"ttft": 58, "tpot": 58, "itl": 58 * 3, "e2el": 58}


def test_every_value_has_a_column_and_a_number(tmp_path: Path) -> None:
    save(tmp_path / "run", trace_of(60), spec_of(60, server=SERVER))
    values = the_point(tmp_path / "run").values
    assert set(values) <= set(METRICS)
    assert all(math.isfinite(value) for value in values.values())


def test_intervals_of_earlier_versions_had_no_unit_in_their_names(
    tmp_path: Path,
) -> None:
    save(tmp_path / "run", trace_of(60), spec_of(60, server=SERVER))
    now = the_point(tmp_path / "run").intervals
    path = tmp_path / "run" / "summary.json"
    summary = json.loads(path.read_bytes())
    earlier = {
        name.removesuffix("_ms"): each
        for name, each in summary["intervals"].items()
    }
    assert "mean_ttft" in earlier
    path.write_text(json.dumps({**summary, "intervals": earlier}))
    assert the_point(tmp_path / "run").intervals == now


def test_intervals_have_the_names_of_metrics(tmp_path: Path) -> None:
    trace = trace_of(60)
    save(tmp_path / "run", trace, spec_of(60, server=SERVER))
    point, told = the_point(tmp_path / "run"), summary_of(trace).intervals
    assert {
        "mean_ttft_ms",
        "mean_e2el_ms",
        "output_throughput",
        "request_goodput",
    } <= point.intervals.keys()
    assert point.intervals["mean_ttft_ms"].low == told["mean_ttft_ms"].low
    both = (
        point.intervals["output_throughput"],
        point.intervals["output_throughput_per_gpu"],
    )
    assert both[1].high == pytest.approx(both[0].high / 2)
    assert all(
        each.low <= point.values[name] <= each.high
        for name, each in point.intervals.items()
    )


def test_hits_that_only_the_servers_counters_tell(tmp_path: Path) -> None:
    trace = trace_of(8)
    trace.requests["cached_tokens"][:] = MISSING
    save(tmp_path / "run", trace, spec_of(8))
    assert "cached_share" not in the_point(tmp_path / "run").values
    summary = json.loads((tmp_path / "run" / "summary.json").read_bytes())
    (tmp_path / "run" / "summary.json").write_text(
        json.dumps({**summary, "prefix_cache_hit_rate": 87.5})
    )
    assert the_point(tmp_path / "run").values["cached_share"] == 87.5


def test_what_nobody_measured_is_absent_and_not_zero(tmp_path: Path) -> None:
    save(tmp_path / "run", trace_of(3, failed=3), spec_of(3))
    values = the_point(tmp_path / "run").values
    assert values["completed"] == values["output_throughput"] == 0
    assert not any(name.endswith("_ms") for name in values)
    assert (
        not {
            "cached_share",
            "mean_decode_speed",
            "output_throughput_per_request",
        }
        & values.keys()
    )


@pytest.mark.parametrize(
    ("load", "told"),
    [
        (
            {"max_concurrency": 8},
            {"max_concurrency": 8, "concurrency": 8, "request_rate": math.inf},
        ),
        ({"request_rate": 2.5}, {"request_rate": 2.5}),
        (
            {"request_rate": 2.5, "max_concurrency": 8},
            {"request_rate": 2.5, "max_concurrency": 8},
        ),
        (
            {"ramp": {"start_rps": 1, "end_rps": 9}},
            {"arrivals": "linear ramp from 1.0 to 9.0 req/s"},
        ),
        (
            {"steps": [{"rate": 2, "seconds": 5}]},
            {"arrivals": "steps of 2.0/s for 5.0 s"},
        ),
        (
            {"replay_speed": 10},
            {"arrivals": "those of the trace, 10 times as fast"},
        ),
    ],
)
def test_the_level_of_load(
    load: dict[str, Any], told: dict[str, Any], tmp_path: Path
) -> None:
    save(tmp_path / "run", trace_of(4), spec_of(4, load=load))
    conditions = the_point(tmp_path / "run").conditions
    names = ("max_concurrency", "concurrency", "request_rate", "arrivals")
    assert {
        name: conditions[name] for name in names if name in conditions
    } == told


@pytest.mark.parametrize(
    ("server", "gpus"),
    [
        (
            {"tp": 1, "hardware": {"name": "C", "gpus": 2}},
            1,
        ),  # one of the machine's two cards
        ({"tp": 8}, 8),
        (
            {
                "tp": 1,
                "command": ["vllm", "serve", "--data-parallel-size", "8"],
            },
            8,
        ),
        ({"tp": 2, "command": ["python", "-m", "sglang", "--dp-size=4"]}, 8),
        ({"tp": 2, "launch": {"replica": 3}}, 6),
        ({}, None),
    ],
)
def test_accelerators_are_those_in_use(
    server: dict[str, Any], gpus: int | None, tmp_path: Path
) -> None:
    save(tmp_path / "run", trace_of(4), spec_of(4, server=server))
    assert the_point(tmp_path / "run").conditions.get("gpus") == gpus


def workloads() -> list[tuple[dict[str, Any], tuple[int | None, int | None]]]:
    lengths = {"input_len": 64, "output_len": 8}
    return [
        ({"kind": "random", **lengths, "prefix_len": 16}, (64, 8)),
        ({"kind": "random", "scenario": "N(512,64)/(128,16)"}, (512, 128)),
        (
            {
                "kind": "sonnet",
                "path": "sonnet.txt",
                **lengths,
                "prefix_len": 16,
            },
            (64, 8),
        ),
        (
            {
                "kind": "prefix",
                "prefix_len": 32,
                "suffix_len": 16,
                "output_len": 8,
            },
            (48, 8),
        ),
        (
            {"kind": "sharegpt", "path": "conversations.json", "output_len": 8},
            (None, 8),
        ),
        ({"kind": "trace", "path": "trace.csv"}, (None, None)),
        ({"kind": "sessions", "input_len": 64}, (64, 128)),
        (
            {"kind": "sessions", "path": "talks.jsonl", "output_len": 8},
            (None, 8),
        ),
        ({"kind": "images", **lengths}, (64, 8)),
    ]


@pytest.mark.parametrize(("workload", "lengths"), workloads())
def test_lengths_are_those_by_which_people_know_a_workload(
    workload: dict[str, Any],
    lengths: tuple[int | None, int | None],
    tmp_path: Path,
) -> None:
    spec = RunSpec.model_validate(
        {
            "target": {"model": "m"},
            "workload": workload,
            "load": {"num_prompts": 4},
        }
    )
    assert spec.workload.nominal_lengths() == lengths
    save(tmp_path / "run", trace_of(4), spec)
    conditions = the_point(tmp_path / "run").conditions
    assert (
        conditions.get("input_len"),
        conditions.get("output_len"),
    ) == lengths
    assert conditions["dataset"] == workload["kind"]


def test_a_rehearsal_is_marked(tmp_path: Path) -> None:
    words = ["inferometer", "run", "pcie", "--quick", "--embedded"]
    save(
        tmp_path / "both",
        trace_of(4),
        spec_of(4, server={**SERVER, "embedded": {}}),
        command=words,
    )
    save(
        tmp_path / "quick",
        trace_of(4),
        spec_of(4, server=SERVER),
        command=words[:-1],
    )
    save(
        tmp_path / "demo",
        trace_of(4),
        spec_of(4),
        server={"version": "0.32.0+inferometer.0.1.0"},
    )
    told = {
        point.id: (point.conditions["rehearsal"], point.conditions["engine"])
        for point in read([tmp_path]).points
    }
    assert told == {
        "both": ("quick embedded", "vllm (embedded)"),
        "quick": ("quick", "vllm"),
        "demo": ("embedded", "embedded"),
    }


def test_any_file_of_a_run_directory_stands_for_it(tmp_path: Path) -> None:
    save(tmp_path / "run", trace_of(4), spec_of(4))
    for name in ("run.json", "summary.json", "requests.parquet"):
        assert the_point(tmp_path / "run" / name).source == tmp_path / "run"


def test_a_file_of_vllm_that_is_called_run_json_is_no_run_directory(
    tmp_path: Path,
) -> None:
    assert the_point(vllm_file(tmp_path / "run.json")).tool == "vllm"
    assert the_point(tmp_path).tool == "vllm"


# What `bench` leaves: a run directory, and a JSON file beside it


@pytest.mark.parametrize(
    "named", [".", "result.json", "result", "result/run.json"]
)
def test_a_bench_counts_once_with_its_label(named: str, tmp_path: Path) -> None:
    save_bench(
        tmp_path,
        label="night",
        metadata={"config": "B", "tp": "2", "cost_per_hour": "3.6"},
    )
    point = the_point(tmp_path / named)
    assert point.run == tmp_path / "result"
    assert [
        point.conditions.get(name) for name in ("label", "config", "tp")
    ] == ["night", "B", 2]
    assert (
        point.conditions["input_len"] == 16
    )  # what was asked, which only the run directory knows
    throughput = point.values["output_throughput"]
    assert point.values["output_throughput_per_gpu"] == throughput / 2
    assert point.values["cost_per_million_tokens"] == pytest.approx(
        1e6 * 3.6 / 3600 / throughput
    )


@pytest.mark.parametrize("named", [".", "night", "night.run"])
def test_a_bench_whose_file_name_has_no_suffix(
    named: str, tmp_path: Path
) -> None:
    trace, spec = trace_of(4), spec_of(4)
    save(tmp_path / "night.run", trace, spec)
    save_json(tmp_path / "night", trace, spec, label="night")
    point = the_point(tmp_path / named)
    assert point.run == tmp_path / "night.run"
    assert point.conditions.get("label") == (
        "night" if named != "." else None
    )  # whose file nobody could tell from others


def test_repeats_of_a_bench_are_points_and_their_summary_is_none(
    tmp_path: Path,
) -> None:
    for repeat in (1, 2):
        save_bench(tmp_path, f"x-repeat{repeat}", number=3 + repeat)
    (tmp_path / "x-repeats").mkdir()
    (tmp_path / "x-repeats" / "repeats.json").write_text('{"asked": 2}')
    found = read([tmp_path])
    assert [point.id for point in found.points] == ["x-repeat1", "x-repeat2"]
    assert found.problems == ()


def test_benches_appended_to_one_file_count_once_each(tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    for number, directory in ((3, "all"), (4, "all-2"), (5, "all-3")):
        trace, spec = trace_of(number), spec_of(number)
        save(tmp_path / directory, trace, spec)
        save_json(tmp_path / "one.json", trace, spec, label=f"turn {number}")
        save_result(
            path, json.loads((tmp_path / "one.json").read_bytes()), append=True
        )
        (tmp_path / "one.json").unlink()
    for named in (tmp_path, path):
        told = {
            point.id: point.conditions["label"]
            for point in read([named]).points
        }
        assert told == {"all": "turn 3", "all-2": "turn 4", "all-3": "turn 5"}
    assert the_point(tmp_path / "all-3").conditions["label"] == "turn 5"


def test_a_json_file_of_ours_whose_run_is_another_is_a_point_of_its_own(
    tmp_path: Path,
) -> None:
    save_bench(tmp_path, number=4)
    trace, spec = trace_of(5, seed=1), spec_of(5)
    save_json(tmp_path / "result.json", trace, spec)  # saved over the other
    points = read([tmp_path]).points
    assert {(point.tool, point.values["completed"]) for point in points} == {
        ("inferometer", 4),
        ("vllm", 5),
    }


# Campaigns


def test_a_result_directory_is_read_by_its_ledger(tmp_path: Path) -> None:
    places = open_campaign(tmp_path / "pcie")
    for number in (10, 2, 1):
        measure(places, number)
    found = read([tmp_path / "pcie"])
    assert found.problems == ()
    assert [point.id for point in found.points] == [
        "1C-1k/np1",
        "1C-1k/np2",
        "1C-1k/np10",
    ]
    point = found.points[-1]
    assert point.run is not None
    assert point.run.parent == places.runs
    wanted = {
        "campaign": "pcie",
        "group": "1C-1k",
        "model": "8B",
        "model_id": "org/tiny-8B",
        "cost_per_hour": 3.6,
        "tp": 2,
    }
    assert {name: point.conditions[name] for name in wanted} == wanted
    assert point.values["cost_per_million_tokens"] == pytest.approx(
        1e6 * 0.001 / point.values["output_throughput"]
    )


GROUP = {
    "id": "1C-1k",
    "model": "8B",
    "server": "vllm",
    "hardware": "C",
    "tp": 2,
}
MODELS = {"8B": "org/tiny-8B"}


def test_a_name_that_means_another_thing_later_does_not_rename_what_was_measured(
    tmp_path: Path,
) -> None:
    """The alias, and what the machine costs, are those of the file that declares the server of
    the run."""
    places = open_campaign(tmp_path / "pcie")
    measure(places, 1)
    changed = {
        "models": {"8B": "org/other-8B"},
        "groups": [{**GROUP, "hardware": "D"}],
        "hardware": {"D": {"gpus": 2, "cost_per_hour": 99.0}},
    }
    open_campaign(tmp_path / "pcie", configuration=changed)
    point = the_point(tmp_path)
    assert (point.conditions["model"], point.conditions["model_id"]) == (
        "8B",
        "org/tiny-8B",
    )
    assert (point.conditions["config"], point.conditions["cost_per_hour"]) == (
        "C",
        3.6,
    )


@pytest.mark.parametrize(
    "configuration",
    [
        {"groups": []},
        {"groups": [GROUP], "models": {"8B": "org/other"}},
        {"groups": [{**GROUP, "server": "sglang"}], "models": MODELS},
        {"groups": [{**GROUP, "tp": 1}], "models": MODELS},
        {"groups": [{**GROUP, "hardware": "D"}], "models": MODELS},
        {"groups": [{**GROUP, "id": "other"}], "models": MODELS},
        {"groups": 7, "models": [], "hardware": "x"},
        {"groups": [{"id": "1C-1k", "model": ["x"], "tp": "many"}]},
    ],
    ids=str,
)
def test_what_a_file_says_of_another_server_is_not_said_of_this_one(
    tmp_path: Path, configuration: dict[str, Any]
) -> None:
    places = open_campaign(
        tmp_path / "pcie", configuration={"cost_per_hour": 9.0, **configuration}
    )
    measure(places, 1)
    assert "cost_per_hour" not in the_point(tmp_path).conditions


def test_the_address_of_a_server_that_is_not_ours_is_a_condition(
    tmp_path: Path,
) -> None:
    places = open_campaign(tmp_path / "pcie")
    measure(places, 1)
    measure(
        places,
        1,
        seed=1,
        change=lambda spec: spec.at_address("http://gpu:8000"),
    )
    assert [
        point.conditions.get("address") for point in read([tmp_path]).points
    ] == [
        None,
        "http://gpu:8000",
    ]


def test_whatever_of_a_campaign_is_named_its_points_are_the_same(
    tmp_path: Path,
) -> None:
    places = open_campaign(tmp_path / "pcie")
    result = measure(places, 3)
    named = (
        places.ledger,
        places.directory,
        places.directory.parent,
        tmp_path,
        places.result_dir / result.json,
    )
    for path in (*named, places.result_dir / result.run):
        point = the_point(path)
        assert (point.id, point.conditions["model"], point.run) == (
            "1C-1k/np3",
            "8B",
            places.result_dir / result.run,
        )
    assert len(read([*named, places.result_dir / result.run]).points) == 1


def test_only_current_results_count(tmp_path: Path) -> None:
    """What was replaced does not, and of invalid results those do for which there is no better."""
    places = open_campaign(tmp_path / "pcie")
    measure(places, 1, "INVALID")
    measure(places, 2, "INVALID", seed=1)
    measure(places, 2, "SUSPECT", seed=2)
    measure(places, 3, seed=3)
    latest = measure(places, 3, seed=4, server_version="0.11.0")
    measure(places, 4, "INVALID", allowed=True)
    points = {point.id: point for point in read([tmp_path]).points}
    told = {
        name: (point.status, point.reasons) for name, point in points.items()
    }
    bad = ("A bad thing. Measure again.",)
    assert told == {
        "1C-1k/np1": ("INVALID", bad),
        "1C-1k/np2": ("SUSPECT", bad),
        "1C-1k/np3": ("VALID", ()),
        "1C-1k/np4": ("INVALID", bad),
    }
    assert points["1C-1k/np3"].source.name == Path(latest.run).name
    assert points["1C-1k/np3"].conditions["engine_version"] == "0.11.0"
    assert points["1C-1k/np4"].notes[-1] == Said("note.allowed")
    assert Said("note.allowed") not in points["1C-1k/np1"].notes


def test_campaigns_side_by_side_and_strange_files_among_them(
    tmp_path: Path,
) -> None:
    for name in ("a", "b"):
        measure(open_campaign(tmp_path / name / "pcie", name), 1)
    measure(open_campaign(tmp_path / "a" / "pcie", "second"), 2)
    save_bench(tmp_path / "b")
    vllm_file(tmp_path / "a" / "pcie" / "C_7B_TP1_1k_np30_20251231_120000.json")
    vllm_file(tmp_path / "deep" / "er" / "x.json")
    found = [
        (point.conditions.get("campaign"), point.id)
        for point in read([tmp_path]).points
    ]
    assert sorted(found, key=str) == [
        ("a", "1C-1k/np1"),
        ("b", "1C-1k/np1 (2)"),
        ("second", "1C-1k/np2"),
        (None, "C_7B_TP1_1k_np30_20251231_120000"),
        (None, "result"),
        (None, "x"),
    ]


def test_collected_and_merged_results_are_the_same_points(
    tmp_path: Path,
) -> None:
    for machine, numbers in (("a", (1, 2)), ("b", (2, 3))):
        places = open_campaign(tmp_path / machine / "pcie")
        for number in numbers:
            measure(places, number, seed=ord(machine))
        collect(places.result_dir, tmp_path / f"{machine}.tar")
    merge([tmp_path / "a.tar", tmp_path / "b.tar"], tmp_path / "merged")
    merged = read([tmp_path / "merged"])
    assert merged.problems == ()
    assert [point.id for point in merged.points] == [
        "1C-1k/np1",
        "1C-1k/np2",
        "1C-1k/np3",
    ]
    first = read([tmp_path / "a"]).points[0]
    assert (merged.points[0].values, merged.points[0].conditions) == (
        first.values,
        first.conditions,
    )


def test_a_tar_says_what_to_do_with_it(tmp_path: Path) -> None:
    measure(open_campaign(tmp_path / "pcie"), 1)
    collect(tmp_path / "pcie", tmp_path / "c.tar")
    with pytest.raises(
        ResultsError,
        match=r"c\.tar: it is an archive; unpack it with `inferometer merge --output DIR",
    ):
        read([tmp_path / "c.tar"])


def test_a_result_that_has_changed_is_left_out_and_named(
    tmp_path: Path,
) -> None:
    places = open_campaign(tmp_path / "pcie")
    results = [measure(places, number) for number in (1, 2, 3)]
    (places.result_dir / results[0].run / "summary.json").write_text("{}")
    (places.result_dir / results[1].run / "verdict.json").unlink()
    found = read([tmp_path])
    assert [point.id for point in found.points] == ["1C-1k/np3"]
    first, second = found.problems
    assert first.startswith("1C-1k/np1 is left out: ")
    assert first.endswith(
        "summary.json has changed since it was measured; measure it again."
    )
    assert "verdict.json is missing" in second


@pytest.mark.parametrize("is_named", [False, True])
def test_a_file_of_a_campaign_that_its_ledger_does_not_name_is_no_point(
    tmp_path: Path, is_named: bool
) -> None:
    places = open_campaign(tmp_path / "pcie")
    for number in (1, 2):
        lost = measure(places, number)
    records = read_ledger(places.ledger)
    kept = [
        record
        for record in records
        if record.get("fingerprint") != lost.fingerprint
    ]
    assert len(kept) < len(records)
    places.ledger.write_bytes(dump(kept))
    json_of_others = vllm_file(places.result_dir / "of_vllm.json")
    orphan = places.result_dir / lost.json
    found = read(
        sorted(places.result_dir.glob("*.json")) if is_named else [tmp_path]
    )
    assert sorted(point.id for point in found.points) == [
        "1C-1k/np1",
        json_of_others.stem,
    ]
    problem = f"{orphan} is not a result of the campaign pcie: its ledger does not name it."
    assert found.problems == (problem,)
    with pytest.raises(ResultsError, match="its ledger does not name it"):
        read([orphan])
    shutil.copy(orphan, tmp_path / "elsewhere.json")
    assert read([tmp_path / "elsewhere.json"]).points, (
        "beside no ledger it is read as it is"
    )


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"schema_version": 2, "spec": {"load": 5}}']
)
def test_a_damaged_run_that_no_ledger_names_hides_no_file(
    tmp_path: Path, content: bytes
) -> None:
    places = open_campaign(tmp_path / "pcie")
    measure(places, 1)
    stray = places.runs / "0123456789abcdef"
    stray.mkdir()
    for name in ("run.json", "summary.json", "verdict.json"):
        (stray / name).write_bytes(content)
    vllm_file(places.result_dir / "of_vllm.json")
    found = read([tmp_path])
    assert (len(found.points), found.problems) == (2, ())


def test_a_result_whose_run_directory_is_gone_is_what_its_json_tells(
    tmp_path: Path,
) -> None:
    places = open_campaign(tmp_path / "pcie")
    result = measure(places, 3, "SUSPECT")
    before = the_point(tmp_path)
    shutil.rmtree(places.result_dir / result.run)
    point = the_point(tmp_path)
    assert (point.id, point.status, point.tool, point.run) == (
        "1C-1k/np3",
        "SUSPECT",
        "inferometer",
        None,
    )
    assert point.notes[-1] == Said("note.gone")
    assert point.conditions["campaign"] == "pcie"
    assert point.values["mean_ttft_ms"] == before.values["mean_ttft_ms"]


def test_without_a_ledger_that_can_be_used_the_json_files_are_read_as_they_are(
    tmp_path: Path,
) -> None:
    places = open_campaign(tmp_path / "pcie")
    measure(places, 3)
    places.ledger.write_bytes(
        places.ledger.read_bytes().replace(b"np3", b"np4")
    )
    measure(places_beside := open_campaign(tmp_path / "beside"), 2)
    found = read([tmp_path])
    assert [point.source for point in found.points] == [
        next(places_beside.runs.iterdir())
    ]
    damage, orphan = found.problems
    assert (
        "ledger.jsonl is damaged from line 4 on: 0 results recorded after that are used"
        in damage
    )
    assert "; 1 more cannot be used." in damage
    assert orphan.endswith(
        "is not a result of the campaign pcie: its ledger does not name it."
    )
    shutil.rmtree(tmp_path / "beside")
    places.ledger.write_bytes(
        dump([{"kind": "ledger", "version": LEDGER_VERSION + 1}])
    )
    found = read([tmp_path])
    assert [point.tool for point in found.points] == ["vllm"]
    assert found.problems[0].endswith("Its JSON files are read as they are.")


def test_of_a_damaged_ledger_what_the_files_bear_out_is_read(
    tmp_path: Path,
) -> None:
    places = open_campaign(tmp_path / "pcie")
    for number in (1, 2, 3):
        measure(places, number)
    lines = places.ledger.read_bytes().splitlines(keepends=True)
    damaged = next(
        number
        for number, line in enumerate(lines)
        if b"1C-1k/np2" in line and b'"done"' in line
    )
    places.ledger.write_bytes(
        b"".join(
            [*lines[:damaged], b"}" + lines[damaged], *lines[damaged + 1 :]]
        )
    )
    found = read([tmp_path])
    assert [(point.id, point.tool) for point in found.points] == [
        (f"1C-1k/np{n}", "inferometer") for n in (1, 2, 3)
    ]
    assert (
        f"is damaged from line {damaged + 1} on: 2 results recorded after that are used"
        in found.problems[0]
    )


def test_a_ledger_cannot_lead_outside(tmp_path: Path) -> None:
    """Whoever wrote it knew how checksums are made."""
    places = open_campaign(tmp_path / "pcie")
    measure(places, 3)
    save(tmp_path / "outside", trace_of(3), spec_of(3))
    records = [
        {**record, "run": "../outside"}
        if record["kind"] in ("done", "intent")
        else record
        for record in read_ledger(places.ledger)
    ]
    places.ledger.write_bytes(dump(records))
    found = read([places.result_dir])
    assert [point.tool for point in found.points] == ["vllm"]
    assert "contains what no campaign writes" in found.problems[0]


# Other tools, and trees of everything


def test_the_files_of_other_tools() -> None:
    found = read([GOLDEN / "peers"])
    (problem,) = found.problems
    assert "6 text files have no results" in problem  # truth.csv, of our tests
    told = {
        point.tool: (point.id, point.values["completed"])
        for point in found.points
    }
    assert told == {
        "vllm": ("vllm-0.32", 12),
        "sglang": ("sglang-0.5", 11),
        "guidellm": ("benchmarks", 12),
        "aiperf": ("profile_export_aiperf", told["aiperf"][1]),
        "evalscope": ("parallel_4_number_12", 11),
        "genai-bench": ("D64_16_text-to-text_num_concurrency_4_time_1s", 20),
    }
    for point in found.points:
        assert point.conditions["concurrency"] == 4
        assert (
            9 < point.values["mean_tpot_ms"] < 11
        )  # also of GuideLLM's, from the times of its requests
        assert 80 < point.values["output_throughput_per_request"] < 100
        assert set(point.values) <= {*METRICS} | {
            f"p95_{latency}_ms" for latency in ("ttft", "tpot", "itl", "e2el")
        }


def test_the_directory_of_evalscope_or_any_of_its_files_is_one_result() -> None:
    directory = GOLDEN / "peers" / "evalscope-1.14" / "parallel_4_number_12"
    for path in (directory, directory / "benchmark_summary.json"):
        assert the_point(path).id == "parallel_4_number_12"
    (point,) = read([directory.parent]).points  # beside truth.csv, of our tests
    assert point.id == "parallel_4_number_12"


def test_points_are_in_the_order_of_their_conditions_numbers_in_words_as_numbers(
    tmp_path: Path,
) -> None:
    for model in ("14B", "7B", "70B"):
        for number in (10, 9, 100):
            vllm_file(
                tmp_path / f"C_{model}_TP1_1k_np{number}_20251231_120000.json",
                num_prompts=number,
                max_concurrency=None,
            )
    found = [name.split("_")[1::3] for name in ids(tmp_path)]
    assert found == [
        [model, f"np{number}"]
        for model in ("7B", "14B", "70B")
        for number in (9, 10, 100)
    ]


def test_points_that_differ_by_the_seed_alone_are_in_the_order_of_time(
    tmp_path: Path,
) -> None:
    for hour, seed in ((2, 5), (1, 7), (3, 6)):
        trace = replace(
            trace_of(4), start_realtime_ns=STARTED_NS + hour * 3600 * 10**9
        )
        save(
            tmp_path / f"hour{hour}",
            trace,
            spec_of(4).model_copy(update={"seed": seed}),
        )
    assert ids(tmp_path) == ["hour1", "hour2", "hour3"]


def test_ids_are_unique(tmp_path: Path) -> None:
    for folder in ("a", "b", "c"):
        vllm_file(tmp_path / folder / "x.json", completed=30 + len(folder))
    vllm_file(tmp_path / "d" / "x (2).json")
    found = ids(tmp_path)
    assert len(set(found)) == 4
    assert {"x", "x (2)"} < set(found)


def test_nothing_is_counted_twice(tmp_path: Path) -> None:
    path = vllm_file(tmp_path / "a" / "x.json")
    (tmp_path / "a" / "link.json").symlink_to(path)
    os.link(path, tmp_path / "a" / "same.json")
    assert len(read([tmp_path, tmp_path / "a", path, path]).points) == 1


def test_links_to_directories_are_not_followed(tmp_path: Path) -> None:
    vllm_file(tmp_path / "a" / "x.json")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    found = read([tmp_path])
    assert len(found.points) == 1
    assert found.problems[0].startswith(
        f"{tmp_path / 'a' / 'loop'} is a link to a directory and was not followed"
    )
    (tmp_path / "named").symlink_to(tmp_path / "a")
    assert len(read([tmp_path / "named"]).points) == 1
