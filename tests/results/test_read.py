"""Reading what holds results: every kind of source, each measurement once, and a sentence for what cannot be read."""

from __future__ import annotations

import itertools
import json
import math
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from result_files import (
    GOLDEN,
    SERVER,
    VLLM_DETAILED,
    VLLM_PLAIN,
    measure,
    open_campaign,
    save,
    save_bench,
    save_json,
    spec_of,
    summary_of,
    trace_of,
    vllm_file,
)

from inferometer.campaign.gather import collect
from inferometer.campaign.merge import merge
from inferometer.results import CONDITIONS, METRICS, Point, ResultsError, read
from inferometer.results.foreign import TOLD_AS, WHOLE, WORDS
from inferometer.spec.longest import nominal_lengths
from inferometer.spec.run import RunSpec
from inferometer.store.vllm_json import save_result
from inferometer.trace import MISSING


def the_point(*paths: Path) -> Point:
    found = read(paths)
    assert found.problems == ()
    (point,) = found.points
    return point


def ids(*paths: Path) -> list[str]:
    return [point.id for point in read(paths).points]


# Run directories of ours


def test_a_run_directory(tmp_path: Path) -> None:
    trace = trace_of(60, failed=2)
    save(tmp_path / "run", trace, spec_of(60, server=SERVER), "SUSPECT")
    point, summary = the_point(tmp_path / "run"), summary_of(trace)
    assert (point.id, point.tool, point.status) == ("run", "inferometer", "SUSPECT")
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
    assert point.values["output_throughput_per_gpu"] == summary.output_throughput / 2
    assert point.values["duration"] == summary.duration_s
    assert (point.values["completed"], point.values["failed"]) == (58, 2)
    assert point.values["p99_ttft_ms"] == summary.metrics["ttft"].percentiles["p99"]
    assert point.values["mean_decode_speed"] == summary.metrics["decode_speed"].mean
    assert point.values["output_throughput_per_request"] == summary.metrics["output_speed"].mean
    assert point.values["request_goodput"] == point.values["request_throughput"]
    assert point.values["cached_share"] == 0
    assert "cost_per_million_tokens" not in point.values
    assert point.samples == {"ttft": 58, "tpot": 58, "itl": 58 * 3, "e2el": 58}


def test_every_value_has_a_column_and_a_number(tmp_path: Path) -> None:
    save(tmp_path / "run", trace_of(60), spec_of(60, server=SERVER))
    values = the_point(tmp_path / "run").values
    assert set(values) <= set(METRICS)
    assert all(math.isfinite(value) for value in values.values())


def test_intervals_have_the_names_of_metrics(tmp_path: Path) -> None:
    trace = trace_of(60)
    save(tmp_path / "run", trace, spec_of(60, server=SERVER))
    point, told = the_point(tmp_path / "run"), summary_of(trace).intervals
    assert {"mean_ttft_ms", "mean_e2el_ms", "output_throughput", "request_goodput"} <= point.intervals.keys()
    assert point.intervals["mean_ttft_ms"].low == told["mean_ttft"].low
    both = point.intervals["output_throughput"], point.intervals["output_throughput_per_gpu"]
    assert both[1].high == pytest.approx(both[0].high / 2)
    assert all(each.low <= point.values[name] <= each.high for name, each in point.intervals.items())


def test_hits_that_only_the_servers_counters_tell(tmp_path: Path) -> None:
    trace = trace_of(8)
    trace.requests["cached_tokens"][:] = MISSING
    save(tmp_path / "run", trace, spec_of(8))
    assert "cached_share" not in the_point(tmp_path / "run").values
    summary = json.loads((tmp_path / "run" / "summary.json").read_bytes())
    (tmp_path / "run" / "summary.json").write_text(json.dumps({**summary, "prefix_cache_hit_rate": 87.5}))
    assert the_point(tmp_path / "run").values["cached_share"] == 87.5


def test_what_nobody_measured_is_absent_and_not_zero(tmp_path: Path) -> None:
    save(tmp_path / "run", trace_of(3, failed=3), spec_of(3))
    values = the_point(tmp_path / "run").values
    assert values["completed"] == values["output_throughput"] == 0
    assert not any(name.endswith("_ms") for name in values)
    assert not {"cached_share", "mean_decode_speed", "output_throughput_per_request"} & values.keys()


@pytest.mark.parametrize(
    ("load", "told"),
    [
        ({"max_concurrency": 8}, {"max_concurrency": 8, "concurrency": 8, "request_rate": math.inf}),
        ({"request_rate": 2.5}, {"request_rate": 2.5}),
        ({"request_rate": 2.5, "max_concurrency": 8}, {"request_rate": 2.5, "max_concurrency": 8}),
        ({"ramp": {"start_rps": 1, "end_rps": 9}}, {"arrivals": "linear ramp from 1.0 to 9.0 req/s"}),
        ({"steps": [{"rate": 2, "seconds": 5}]}, {"arrivals": "steps of 2.0/s for 5.0 s"}),
        ({"replay_speed": 10}, {"arrivals": "those of the trace, 10 times as fast"}),
    ],
)
def test_the_level_of_load(load: dict[str, Any], told: dict[str, Any], tmp_path: Path) -> None:
    save(tmp_path / "run", trace_of(4), spec_of(4, load=load))
    conditions = the_point(tmp_path / "run").conditions
    names = ("max_concurrency", "concurrency", "request_rate", "arrivals")
    assert {name: conditions[name] for name in names if name in conditions} == told


@pytest.mark.parametrize(
    ("server", "gpus"),
    [
        ({"tp": 1, "hardware": {"name": "C", "gpus": 2}}, 1),  # one of the machine's two cards
        ({"tp": 8}, 8),
        ({"tp": 1, "command": ["vllm", "serve", "--data-parallel-size", "8"]}, 8),
        ({"tp": 2, "command": ["python", "-m", "sglang", "--dp-size=4"]}, 8),
        ({"tp": 2, "launch": {"replica": 3}}, 6),
        ({}, None),
    ],
)
def test_accelerators_are_those_in_use(server: dict[str, Any], gpus: int | None, tmp_path: Path) -> None:
    save(tmp_path / "run", trace_of(4), spec_of(4, server=server))
    assert the_point(tmp_path / "run").conditions.get("gpus") == gpus


def workloads() -> list[tuple[dict[str, Any], tuple[int | None, int | None]]]:
    lengths = {"input_len": 64, "output_len": 8}
    return [
        ({"kind": "random", **lengths, "prefix_len": 16}, (64, 8)),
        ({"kind": "random", "scenario": "N(512,64)/(128,16)"}, (512, 128)),
        ({"kind": "sonnet", "path": "sonnet.txt", **lengths, "prefix_len": 16}, (64, 8)),
        ({"kind": "prefix", "prefix_len": 32, "suffix_len": 16, "output_len": 8}, (48, 8)),
        ({"kind": "sharegpt", "path": "conversations.json", "output_len": 8}, (None, 8)),
        ({"kind": "trace", "path": "trace.csv"}, (None, None)),
        ({"kind": "sessions", "input_len": 64}, (64, 128)),
        ({"kind": "sessions", "path": "talks.jsonl", "output_len": 8}, (None, 8)),
        ({"kind": "images", **lengths}, (64, 8)),
    ]


@pytest.mark.parametrize(("workload", "lengths"), workloads())
def test_lengths_are_those_by_which_people_know_a_workload(
    workload: dict[str, Any], lengths: tuple[int | None, int | None], tmp_path: Path
) -> None:
    spec = RunSpec.model_validate({"target": {"model": "m"}, "workload": workload, "load": {"num_prompts": 4}})
    assert nominal_lengths(spec.workload) == lengths
    save(tmp_path / "run", trace_of(4), spec)
    conditions = the_point(tmp_path / "run").conditions
    assert (conditions.get("input_len"), conditions.get("output_len")) == lengths
    assert conditions["dataset"] == workload["kind"]


def test_a_rehearsal_is_marked(tmp_path: Path) -> None:
    words = ["inferometer", "run", "pcie", "--quick", "--embedded"]
    save(tmp_path / "both", trace_of(4), spec_of(4, server={**SERVER, "embedded": {}}), command=words)
    save(tmp_path / "quick", trace_of(4), spec_of(4, server=SERVER), command=words[:-1])
    save(tmp_path / "demo", trace_of(4), spec_of(4), server={"version": "0.32.0+inferometer.0.1.0"})
    told = {point.id: (point.conditions["rehearsal"], point.conditions["engine"]) for point in read([tmp_path]).points}
    assert told == {
        "both": ("quick embedded", "vllm (embedded)"),
        "quick": ("quick", "vllm"),
        "demo": ("embedded", "embedded"),
    }


def test_any_file_of_a_run_directory_stands_for_it(tmp_path: Path) -> None:
    save(tmp_path / "run", trace_of(4), spec_of(4))
    for name in ("run.json", "summary.json", "requests.parquet"):
        assert the_point(tmp_path / "run" / name).source == tmp_path / "run"


def test_a_file_of_vllm_that_is_called_run_json_is_no_run_directory(tmp_path: Path) -> None:
    assert the_point(vllm_file(tmp_path / "run.json")).tool == "vllm"
    assert the_point(tmp_path).tool == "vllm"


# What `bench` leaves: a run directory, and a JSON file beside it


@pytest.mark.parametrize("named", [".", "result.json", "result", "result/run.json"])
def test_a_bench_counts_once_with_its_label(named: str, tmp_path: Path) -> None:
    save_bench(tmp_path, label="night", metadata={"config": "B", "tp": "2", "cost_per_hour": "3.6"})
    point = the_point(tmp_path / named)
    assert point.run == tmp_path / "result"
    assert [point.conditions.get(name) for name in ("label", "config", "tp")] == ["night", "B", 2]
    assert point.conditions["input_len"] == 16  # what was asked, which only the run directory knows
    throughput = point.values["output_throughput"]
    assert point.values["output_throughput_per_gpu"] == throughput / 2
    assert point.values["cost_per_million_tokens"] == pytest.approx(1e6 * 3.6 / 3600 / throughput)


@pytest.mark.parametrize("named", [".", "night", "night.run"])
def test_a_bench_whose_file_name_has_no_suffix(named: str, tmp_path: Path) -> None:
    trace, spec = trace_of(4), spec_of(4)
    save(tmp_path / "night.run", trace, spec)
    save_json(tmp_path / "night", trace, spec, label="night")
    point = the_point(tmp_path / named)
    assert point.run == tmp_path / "night.run"
    assert point.conditions.get("label") == ("night" if named != "." else None)  # whose file nobody could tell from others


def test_repeats_of_a_bench_are_points_and_their_summary_is_none(tmp_path: Path) -> None:
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
        save_result(path, json.loads((tmp_path / "one.json").read_bytes()), append=True)
        (tmp_path / "one.json").unlink()
    for named in (tmp_path, path):
        told = {point.id: point.conditions["label"] for point in read([named]).points}
        assert told == {"all": "turn 3", "all-2": "turn 4", "all-3": "turn 5"}
    assert the_point(tmp_path / "all-3").conditions["label"] == "turn 5"


def test_a_json_file_of_ours_whose_run_is_another_is_a_point_of_its_own(tmp_path: Path) -> None:
    save_bench(tmp_path, number=4)
    trace, spec = trace_of(5, seed=1), spec_of(5)
    save_json(tmp_path / "result.json", trace, spec)  # saved over the other
    points = read([tmp_path]).points
    assert {(point.tool, point.values["completed"]) for point in points} == {("inferometer", 4), ("vllm", 5)}


# Campaigns


def test_a_result_directory_is_read_by_its_ledger(tmp_path: Path) -> None:
    places = open_campaign(tmp_path / "pcie")
    for number in (10, 2, 1):
        measure(places, number)
    found = read([tmp_path / "pcie"])
    assert found.problems == ()
    assert [point.id for point in found.points] == ["1C-1k/np1", "1C-1k/np2", "1C-1k/np10"]
    point = found.points[-1]
    assert point.run is not None
    assert point.run.parent == places.runs
    wanted = {"campaign": "pcie", "group": "1C-1k", "model": "8B", "model_id": "org/tiny-8B", "cost_per_hour": 3.6, "tp": 2}
    assert {name: point.conditions[name] for name in wanted} == wanted
    assert point.values["cost_per_million_tokens"] == pytest.approx(1e6 * 0.001 / point.values["output_throughput"])


def test_whatever_of_a_campaign_is_named_its_points_are_the_same(tmp_path: Path) -> None:
    places = open_campaign(tmp_path / "pcie")
    result = measure(places, 3)
    named = (places.ledger, places.directory, places.directory.parent, tmp_path, places.result_dir / result.json)
    for path in (*named, places.result_dir / result.run):
        point = the_point(path)
        assert (point.id, point.conditions["model"], point.run) == ("1C-1k/np3", "8B", places.result_dir / result.run)
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
    told = {name: (point.status, point.reasons) for name, point in points.items()}
    bad = ("A bad thing. Measure again.",)
    assert told == {
        "1C-1k/np1": ("INVALID", bad),
        "1C-1k/np2": ("SUSPECT", bad),
        "1C-1k/np3": ("VALID", ()),
        "1C-1k/np4": ("INVALID", bad),
    }
    assert points["1C-1k/np3"].source.name == Path(latest.run).name
    assert points["1C-1k/np3"].conditions["engine_version"] == "0.11.0"
    assert "allowed to count" in points["1C-1k/np4"].notes[-1]
    assert "allowed to count" not in " ".join(points["1C-1k/np1"].notes)


def test_campaigns_side_by_side_and_strange_files_among_them(tmp_path: Path) -> None:
    for name in ("a", "b"):
        measure(open_campaign(tmp_path / name / "pcie", name), 1)
    measure(open_campaign(tmp_path / "a" / "pcie", "second"), 2)
    save_bench(tmp_path / "b")
    vllm_file(tmp_path / "a" / "pcie" / "C_7B_TP1_1k_np30_20251231_120000.json")
    vllm_file(tmp_path / "deep" / "er" / "x.json")
    found = [(point.conditions.get("campaign"), point.id) for point in read([tmp_path]).points]
    assert sorted(found, key=str) == [
        ("a", "1C-1k/np1"),
        ("b", "1C-1k/np1 (2)"),
        ("second", "1C-1k/np2"),
        (None, "C_7B_TP1_1k_np30_20251231_120000"),
        (None, "result"),
        (None, "x"),
    ]


def test_collected_and_merged_results_are_the_same_points(tmp_path: Path) -> None:
    for machine, numbers in (("a", (1, 2)), ("b", (2, 3))):
        places = open_campaign(tmp_path / machine / "pcie")
        for number in numbers:
            measure(places, number, seed=ord(machine))
        collect(places.result_dir, tmp_path / f"{machine}.tar")
    merge([tmp_path / "a.tar", tmp_path / "b.tar"], tmp_path / "merged")
    merged = read([tmp_path / "merged"])
    assert merged.problems == ()
    assert [point.id for point in merged.points] == ["1C-1k/np1", "1C-1k/np2", "1C-1k/np3"]
    first = read([tmp_path / "a"]).points[0]
    assert (merged.points[0].values, merged.points[0].conditions) == (first.values, first.conditions)


def test_a_tar_says_what_to_do_with_it(tmp_path: Path) -> None:
    measure(open_campaign(tmp_path / "pcie"), 1)
    collect(tmp_path / "pcie", tmp_path / "c.tar")
    with pytest.raises(ResultsError, match=r"c\.tar: it is an archive; unpack it with `inferometer merge --output DIR"):
        read([tmp_path / "c.tar"])


def test_a_result_that_has_changed_is_left_out_and_named(tmp_path: Path) -> None:
    places = open_campaign(tmp_path / "pcie")
    results = [measure(places, number) for number in (1, 2, 3)]
    (places.result_dir / results[0].run / "summary.json").write_text("{}")
    (places.result_dir / results[1].run / "verdict.json").unlink()
    found = read([tmp_path])
    assert [point.id for point in found.points] == ["1C-1k/np3"]
    first, second = found.problems
    assert first.startswith("1C-1k/np1 is left out: ")
    assert first.endswith("summary.json has changed since it was measured; measure it again.")
    assert "verdict.json is missing" in second


def test_a_result_whose_run_directory_is_gone_is_what_its_json_tells(tmp_path: Path) -> None:
    places = open_campaign(tmp_path / "pcie")
    result = measure(places, 3, "SUSPECT")
    before = the_point(tmp_path)
    shutil.rmtree(places.result_dir / result.run)
    point = the_point(tmp_path)
    assert (point.id, point.status, point.tool, point.run) == ("1C-1k/np3", "SUSPECT", "inferometer", None)
    assert point.notes[-1] == "Its run directory is gone: this is what its JSON file tells."
    assert point.conditions["campaign"] == "pcie"
    assert point.values["mean_ttft_ms"] == before.values["mean_ttft_ms"]


def test_without_a_ledger_that_can_be_used_the_json_files_are_read_as_they_are(tmp_path: Path) -> None:
    places = open_campaign(tmp_path / "pcie")
    measure(places, 3)
    places.ledger.write_bytes(places.ledger.read_bytes().replace(b"np3", b"np4"))
    found = read([tmp_path])
    assert [(point.id, point.tool) for point in found.points] == [("C_8B_TP2_16_np3_20260131_120001", "vllm")]
    assert "it is damaged" in found.problems[0]
    assert found.problems[0].endswith("Its JSON files are read as they are.")


def test_a_ledger_cannot_lead_outside(tmp_path: Path) -> None:
    """Whoever wrote it knew how checksums are made."""
    from inferometer.store.ledger import dump, read_ledger

    places = open_campaign(tmp_path / "pcie")
    measure(places, 3)
    save(tmp_path / "outside", trace_of(3), spec_of(3))
    records = [
        {**record, "run": "../outside"} if record["kind"] in ("done", "intent") else record
        for record in read_ledger(places.ledger)
    ]
    places.ledger.write_bytes(dump(records))
    found = read([places.result_dir])
    assert [point.tool for point in found.points] == ["vllm"]
    assert "holds what no campaign writes" in found.problems[0]


# vLLM's files


def test_a_plain_file_of_vllm() -> None:
    point = the_point(VLLM_PLAIN)
    raw = json.loads(VLLM_PLAIN.read_bytes())
    assert (point.id, point.tool, point.status, point.run) == ("completions_c4_plain", "vllm", None, None)
    assert point.conditions == {
        "model": "tiny",
        "model_id": "tiny",
        "backend": "openai",
        "input_len": 128,
        "output_len": 32,
        "num_prompts": 30,
        "max_concurrency": 4,
        "request_rate": math.inf,
        "burstiness": 1.0,
        "concurrency": 4,
        "date": "2026-11-20T07:18:39",
    }
    assert point.notes[0] == "Its prompt length is the measured mean, 128.233 tokens: nothing tells what was asked."
    same = ("duration", "output_throughput", "mean_ttft_ms", "p99_itl_ms", "median_e2el_ms", "total_input_tokens")
    assert {name: point.values[name] for name in same} == {name: raw[name] for name in same}
    assert not {"request_goodput", "max_output_tokens_per_s", "output_throughput_per_request"} & point.values.keys()
    assert (point.intervals, point.samples) == ({}, {"ttft": 30, "e2el": 30})


def test_a_detailed_file_of_vllm_has_intervals_and_speeds_of_requests() -> None:
    point = the_point(VLLM_DETAILED)
    raw = json.loads(VLLM_DETAILED.read_bytes())
    assert point.samples == {"ttft": 40, "tpot": 40, "e2el": 40, "itl": sum(map(len, raw["itls"]))}
    assert {"mean_ttft_ms", "mean_tpot_ms", "mean_itl_ms", "mean_e2el_ms"} <= point.intervals.keys()
    assert all(each.low <= point.values[name] <= each.high for name, each in point.intervals.items())
    speeds = [n / s for n, s in zip(raw["output_lens"], raw["latencies"], strict=True)]
    assert point.values["output_throughput_per_request"] == pytest.approx(sum(speeds) / 40)


def test_intervals_of_our_own_detailed_file_are_those_of_its_run(tmp_path: Path) -> None:
    trace, spec = trace_of(80), spec_of(80)
    save_json(tmp_path / "ours.json", trace, spec, detailed=True)
    save(tmp_path / "run", trace, spec)
    file, run = the_point(tmp_path / "ours.json"), the_point(tmp_path / "run")
    assert file.tool == "vllm"
    same = file.intervals.keys() & run.intervals.keys()
    assert same >= {"mean_ttft_ms", "mean_tpot_ms", "mean_itl_ms", "mean_e2el_ms", "request_throughput", "output_throughput"}
    for name in same:
        assert file.intervals[name].low == pytest.approx(run.intervals[name].low, rel=1e-6)
        assert file.intervals[name].high == pytest.approx(run.intervals[name].high, rel=1e-6)
    for name in ("output_throughput_per_request", "mean_decode_speed"):
        assert file.values[name] == pytest.approx(run.values[name], rel=1e-6)


def test_without_send_times_there_are_no_intervals(tmp_path: Path) -> None:
    path = vllm_file(tmp_path / "x.json", "start_times", source=VLLM_DETAILED)
    assert the_point(path).intervals == {}


def test_a_file_of_vllm_0_10_2(tmp_path: Path) -> None:
    """As the PCIe study's: by the name there is more to know than from the file."""
    later = ("backend", "failed", "max_output_tokens_per_s", "max_concurrent_requests", "rtfx", "latencies", "queue_times")
    e2el = [name for name in json.loads(VLLM_PLAIN.read_bytes()) if name.endswith("_e2el_ms")]
    path = tmp_path / "C_7B_TP2_1k_np30_20251231_120000.json"
    point = the_point(vllm_file(path, *later, *e2el, max_concurrency=None, total_input_tokens=30720))
    wanted = {"config": "C", "model": "7B", "model_id": "tiny", "tp": 2, "input_len": 1024, "concurrency": 30, "output_len": 32}
    assert {name: point.conditions[name] for name in wanted} == wanted
    assert point.conditions["backend"] == "openai"
    assert not {"failed", "mean_e2el_ms"} & point.values.keys()
    assert point.values["output_throughput_per_gpu"] == point.values["output_throughput"] / 2
    assert point.notes[-1].startswith("The file has no version of the tool, values of single requests, ")


def test_the_colon_in_a_key_of_old_forks(tmp_path: Path) -> None:
    told: dict[str, Any] = {"request_goodput:": 41.5}
    path = vllm_file(tmp_path / "x.json", "request_goodput", **told)
    assert the_point(path).values["request_goodput"] == 41.5


def test_infinity_and_nan_are_taken_and_are_no_values(tmp_path: Path) -> None:
    path = vllm_file(tmp_path / "x.json", request_rate=math.inf, mean_ttft_ms=math.nan, p99_ttft_ms=math.inf)
    assert "Infinity" in path.read_text()
    point = the_point(path)
    assert point.conditions["request_rate"] == math.inf
    assert not {"mean_ttft_ms", "p99_ttft_ms"} & point.values.keys()
    assert "median_ttft_ms" in point.values


def test_zeros_that_stand_for_nothing_are_absent(tmp_path: Path) -> None:
    nothing: dict[str, Any] = {f"{each}_itl_ms": 0.0 for each in ("mean", "median", "std", "p99")}
    values = the_point(vllm_file(tmp_path / "x.json", **nothing)).values
    assert not any(name.endswith("_itl_ms") for name in values)
    assert values["p99_ttft_ms"] > 0


def test_metadata_are_conditions(tmp_path: Path) -> None:
    told: dict[str, Any] = {
        "tp": "4",
        "hardware": "B",
        "vllm_version": "0.10.2",
        "input_len": "1024",
        "cost_per_hour": "2.5",
        "label": "x8",
    }
    conditions = the_point(vllm_file(tmp_path / "A_7B_TP1_2k_np30_20251231_120000.json", **told)).conditions
    wanted = {"tp": 4, "config": "B", "engine_version": "0.10.2", "input_len": 1024, "label": "x8", "model": "7B"}
    assert {name: conditions[name] for name in wanted} == wanted


def test_all_that_may_be_told_is_a_condition() -> None:
    assert set(TOLD_AS) <= set(CONDITIONS)
    assert {*WHOLE, *WORDS} <= set(TOLD_AS)


@pytest.mark.parametrize(
    ("directory", "rehearsal"),
    [("pcie-quick-embedded", "quick embedded"), ("pcie-embedded", "embedded"), ("pcie-quick", "quick"), ("quick", None)],
)
def test_json_files_of_a_rehearsal_are_marked(directory: str, rehearsal: str | None, tmp_path: Path) -> None:
    assert the_point(vllm_file(tmp_path / directory / "x.json")).conditions.get("rehearsal") == rehearsal


def test_a_ramp_is_not_all_at_once(tmp_path: Path) -> None:
    ramp: dict[str, Any] = {"ramp_up_strategy": "linear", "ramp_up_start_rps": 1, "ramp_up_end_rps": 9}
    conditions = the_point(vllm_file(tmp_path / "x.json", **ramp)).conditions
    assert conditions["arrivals"] == "linear ramp from 1.0 to 9.0 req/s"
    assert not {"request_rate", "concurrency"} & conditions.keys()


def test_a_name_that_contradicts_its_file_is_not_believed(tmp_path: Path) -> None:
    point = the_point(vllm_file(tmp_path / "C_7B_TP2_1k_np31_20251231_120000.json"))
    assert not {"config", "tp"} & point.conditions.keys()
    assert "another number of requests" in " ".join(point.notes)


def test_measured_lengths_of_one_test_are_one_length(tmp_path: Path) -> None:
    """Random text is cut to length with an error of a token or so; other lengths, folders and models stay what they are."""
    tokens = {1: 1022, 10: 10 * 1024 + 3, 100: 100 * 1024 + 40, 200: 200 * 2048}
    for number, total in tokens.items():
        path = tmp_path / "a" / f"scale_n{number}_20251231_120000.json"
        vllm_file(path, num_prompts=number, completed=number, total_input_tokens=total)
    vllm_file(tmp_path / "a" / "other.json", model_id="other", completed=1, total_input_tokens=1022)
    vllm_file(tmp_path / "b" / "scale_n1_20251231_120000.json", num_prompts=1, completed=1, total_input_tokens=1022)
    points = {point.id: point for point in read([tmp_path]).points}
    lengths = sorted((point.source.parent.name, str(point.conditions["input_len"])) for point in points.values())
    assert lengths == [("a", "1022"), *[("a", "1024")] * 3, ("a", "2048"), ("b", "1022")]
    assert points["other"].conditions["input_len"] == 1022
    mean = sum(list(tokens.values())[:3]) / 111
    assert points["scale_n10_20251231_120000"].notes[0].startswith(f"Its prompt length is the measured mean, {mean:.6g} tokens")


def test_json_lines(tmp_path: Path) -> None:
    """Good lines count, also where others are torn."""
    line = json.dumps(json.loads(VLLM_PLAIN.read_bytes()))
    path = tmp_path / "all.json"
    path.write_text("\n".join([line, "", line.replace('"completed": 30', '"completed": 29'), line[:100], "[]", "x", "y"]))
    found = read([path])
    assert [(point.id, point.part, point.values["completed"]) for point in found.points] == [("all:1", 0, 30), ("all:2", 1, 29)]
    assert found.problems[0] == f"cannot read line 4 of {path}: it is not a JSON object."
    assert found.problems[-1] == f"cannot read 1 more lines of {path}."


# Other tools, and trees of everything


def test_the_files_of_other_tools() -> None:
    found = read([GOLDEN / "peers"])
    assert found.problems == ()
    told = {point.tool: (point.id, point.values["completed"]) for point in found.points}
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
        assert 9 < point.values["mean_tpot_ms"] < 11  # also of GuideLLM's, from the times of its requests
        assert 80 < point.values["output_throughput_per_request"] < 100
        assert set(point.values) <= {*METRICS} | {f"p95_{latency}_ms" for latency in ("ttft", "tpot", "itl", "e2el")}


def test_the_directory_of_evalscope_or_any_of_its_files_is_one_result() -> None:
    directory = GOLDEN / "peers" / "evalscope-1.14" / "parallel_4_number_12"
    for path in (directory, directory / "benchmark_summary.json", directory.parent):
        assert the_point(path).id == "parallel_4_number_12"


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
    assert found.problems[0].startswith(f"{tmp_path / 'a' / 'loop'} is a link to a directory and was not followed")
    (tmp_path / "named").symlink_to(tmp_path / "a")
    assert len(read([tmp_path / "named"]).points) == 1


# What cannot be read


def test_strange_json_in_a_tree_is_counted_in_one_sentence(tmp_path: Path) -> None:
    vllm_file(tmp_path / "x.json")
    for name in ("package.json", "tsconfig.json", "deep.json"):
        (tmp_path / name).write_text('{"name": "something else"}')
    found = read([tmp_path])
    assert len(found.points) == 1
    (problem,) = found.problems
    assert problem.startswith("3 files are JSON, but no results of a tool that is known here")


def damaged() -> dict[str, bytes]:
    whole = VLLM_PLAIN.read_bytes()
    return {
        "empty": b"",
        "torn": whole[: len(whole) // 2],
        "a list": b"[1, 2]",
        "brackets": b"[" * 1_000_000,
        "objects": b'{"a":' * 1_000_000,
        "no text": b"\xff\xfe\x00",
        "digits": b'{"duration": ' + b"9" * 5_000_000 + b"}",
        "wrong arrays": json.dumps({**json.loads(VLLM_DETAILED.read_bytes()), "ttfts": [1.0]}).encode(),
    }


@pytest.mark.parametrize("kind", damaged())
def test_a_damaged_file_is_a_sentence(kind: str, tmp_path: Path) -> None:
    vllm_file(tmp_path / "good.json")
    (tmp_path / "bad.json").write_bytes(damaged()[kind])
    found = read([tmp_path])
    assert [point.id for point in found.points] == ["good"]
    (problem,) = found.problems
    assert "bad.json" in problem
    assert problem.endswith(".")
    with pytest.raises(ResultsError, match=r"^There are no results in .*bad\.json: .*\.$"):
        read([tmp_path / "bad.json"])


JUNK: tuple[Any, ...] = ([], {"a": 1}, "x" * 5000, -1, 1e308, 10**400, True, None)
BELIEVED = ("num_prompts", "total_input_tokens", "completed", "date", "model_id", "label", "burstiness", "ramp_up_strategy")
ODD: tuple[tuple[str, Any], ...] = (
    ("max_concurrency", 1e300),
    ("mean_ttft_ms", "fast"),
    ("tp", "many"),
    ("tp", "1e400"),
    ("input_len", "-0"),
)


@pytest.mark.parametrize(("key", "value"), [*itertools.product(BELIEVED, JUNK), *ODD])
def test_no_value_of_a_file_is_believed_to_be_of_its_type(key: str, value: Any, tmp_path: Path) -> None:
    point = the_point(vllm_file(tmp_path / "x.json", **{key: value}))
    assert all(math.isfinite(each) for each in point.values.values())
    assert all(isinstance(each, str | int | float) for each in point.conditions.values())
    assert all(len(each) <= 1000 for each in point.conditions.values() if isinstance(each, str))


@pytest.mark.parametrize("name", ["run.json", "summary.json", "verdict.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"{" * 100_000, b'{"spec": {}, "schema_version": 99}', b"null"])
def test_a_damaged_run_directory_is_a_sentence_or_has_less(name: str, content: bytes, tmp_path: Path) -> None:
    save(tmp_path / "good", trace_of(3), spec_of(3))
    save(tmp_path / "run", trace_of(4), spec_of(4))
    (tmp_path / "run" / name).write_bytes(content)
    found = read([tmp_path])
    assert len(found.points) + len(found.problems) == 2
    assert all(str(tmp_path / "run") in problem for problem in found.problems)


@pytest.mark.parametrize("junk", [[], "x", 3, None, {"a": []}, True, [{"rate": {}}], 1e308])
@pytest.mark.parametrize("key", ["spec", "environment", "workers", "start_realtime_ns"])
def test_no_value_of_a_run_is_believed_to_be_of_its_type(key: str, junk: object, tmp_path: Path) -> None:
    save(tmp_path / "run", trace_of(4), spec_of(4, server=SERVER))
    path = tmp_path / "run" / "run.json"
    content = json.loads(path.read_bytes())
    inner = {name: dict.fromkeys(content["spec"][name], junk) for name in ("server", "workload", "load", "target")}
    for changed in ({**content, key: junk}, {**content, "spec": {**content["spec"], **inner}}):
        path.write_text(json.dumps(changed))
        try:
            (point,) = read([tmp_path]).points
        except ResultsError:
            assert key == "spec"
        else:
            assert all(isinstance(each, str | int | float) for each in point.conditions.values())


def test_a_run_of_a_newer_inferometer_says_so(tmp_path: Path) -> None:
    save(tmp_path / "run", trace_of(4), spec_of(4))
    path = tmp_path / "run" / "run.json"
    path.write_bytes(path.read_bytes().replace(b'"schema_version": 1', b'"schema_version": 99'))
    with pytest.raises(ResultsError, match="a newer Inferometer wrote it; update Inferometer to read it"):
        read([tmp_path])


def test_pipes_and_devices_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    vllm_file(tmp_path / "good.json")
    assert ids(tmp_path) == ["good"]
    for path in (tmp_path / "pipe.json", Path("/dev/zero")):
        with pytest.raises(ResultsError, match="it is not a regular file"):
            read([path])
    places = open_campaign(tmp_path / "pcie")
    places.ledger.unlink()
    os.mkfifo(places.ledger)
    assert "is no regular file" in read([tmp_path]).problems[0]


def test_a_pipe_in_the_place_of_a_run_directorys_file_is_not_opened(tmp_path: Path) -> None:
    save(tmp_path / "run", trace_of(4), spec_of(4))
    (tmp_path / "run" / "verdict.json").unlink()
    os.mkfifo(tmp_path / "run" / "verdict.json")
    with pytest.raises(ResultsError, match="it is not a regular file"):
        read([tmp_path / "run"])


def test_files_that_are_too_large_are_not_read(tmp_path: Path) -> None:
    with (tmp_path / "large.json").open("wb") as file:
        file.truncate(300 * 1024 * 1024)  # no block of it is on the disk
    with pytest.raises(ResultsError, match="more than the"):
        read([tmp_path])


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda folder: [folder], r"There are no results in .*: give a result directory such as bench_results/pcie"),
        (lambda folder: [folder / "missing"], r"missing: cannot read .*missing: No such file or directory\.$"),
        (lambda folder: [], r"There are no results in no path at all"),
    ],
)
def test_nothing_at_all_is_an_error_with_a_cure(make: Any, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=sentence):
        read(make(tmp_path))


def test_an_empty_campaign_is_nothing_at_all(tmp_path: Path) -> None:
    open_campaign(tmp_path / "pcie")
    with pytest.raises(ResultsError, match="There are no results"):
        read([tmp_path])


def test_progress_counts_up_to_all(tmp_path: Path) -> None:
    for number in range(3):
        vllm_file(tmp_path / f"{number}.json")
    told: list[tuple[int, int]] = []
    read([tmp_path], progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
