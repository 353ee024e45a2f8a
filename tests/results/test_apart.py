"""Different deployments are never repeats of each other, and true repeats are: by what files
declare, by what servers say of themselves, and by the words of folders, files and tags.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inferometer.report.naming import distinguishing
from inferometer.results import Point, read
from tests.results.result_files import vllm_file

SERVER = {
    "model_path": "org/tiny-3B",
    "served_model_name": "org/tiny-3B",
    "tp_size": 1,
    "dp_size": 1,
    "version": "0.5.5",
    "attention_backend": "fa3",
    "random_seed": 7,
    "host": "10.0.0.1",
    "port": 30000,
    "max_total_num_tokens": 2301720,
    "dtype": "auto",
    "context_length": None,
}
RUN = {
    "backend": "sglang",
    "dataset_name": "random",
    "request_rate": float("inf"),
    "max_concurrency": 32,
    "random_input_len": 512,
    "random_output_len": 128,
    "duration": 2.0,
    "completed": 100,
    "output_throughput": 3000.0,
    "mean_ttft_ms": 42.0,
    "mean_e2e_latency_ms": 558.0,
}


def points_of(folder: Path) -> list[Point]:
    found = read([folder])
    assert found.problems == ()
    return list(found.points)


def origins(folder: Path) -> list[str]:
    return sorted(
        {str(point.conditions.get("origin")) for point in points_of(folder)}
    )


def sglang_file(
    path: Path, info: dict[str, Any] | None = None, **changes: Any
) -> Path:
    told = {} if info is None else {"server_info": info}
    path.write_text(json.dumps(RUN | told | changes))
    return path


@pytest.mark.parametrize(
    "names",
    [
        ["run=0", "run=1"],
        ["np30_20260106_071056", "np30_20260107_071056"],
        ["tiny_c4_run1", "tiny_c4_run2"],
        ["result_1", "result_2", "result_3"],
        ["result", "result (2)"],
        [
            "openai-infqps-concurrency4-tiny-20260106-071056",
            "openai-infqps-concurrency4-tiny-20260107-071056",
        ],
        ["repeat1/np30", "repeat2/np30", "repeat3/np30"],
        ["2026-01-06/c4", "2026-01-07/c4"],
        ["1767686400", "1767686401"],
    ],
    ids=str,
)
def test_names_that_differ_by_date_or_run_alone_are_of_repeats(
    tmp_path: Path, names: list[str]
) -> None:
    for number, name in enumerate(names):
        vllm_file(
            tmp_path / f"{name}.json",
            duration=3 + number / 7,
            date=f"2026010{number + 1}-010203",
        )
    assert origins(tmp_path) == ["None"]
    assert distinguishing(points_of(tmp_path)) == ()


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["agg_n30_c4", "pd_inter_n30_c4"], ["agg", "pd_inter"]),
        (["before/c4", "after/c4"], ["after", "before"]),
        (["tiny_dep8_conc4", "tiny_tep8_conc4"], ["tiny_dep8", "tiny_tep8"]),
        (["nodes_2", "nodes_4"], ["nodes_2", "nodes_4"]),
        (["baseline", "tuned"], ["baseline", "tuned"]),
        (
            ["x/eager/c4_run1", "x/eager/c4_run2", "x/graph/c4_run1"],
            ["eager", "graph"],
        ),
        (["tiny-v1", "tiny-v2"], ["tiny-v1", "tiny-v2"]),
    ],
    ids=str,
)
def test_names_with_words_of_their_own_are_of_deployments(
    tmp_path: Path, names: list[str], told: list[str]
) -> None:
    for number, name in enumerate(names):
        vllm_file(tmp_path / f"{name}.json", duration=3 + number / 7)
    assert origins(tmp_path) == told
    assert distinguishing(points_of(tmp_path)) == ("origin",)


def test_the_ending_of_a_log_is_no_part_of_its_name(tmp_path: Path) -> None:
    report = """============ Serving Benchmark Result ============
Successful requests:                     8
Benchmark duration (s):                  2.00
Output token throughput (tok/s):         {rate}
"""
    for name, rate in (("c8", 100.25), ("c8_eager", 90.5)):
        (tmp_path / f"{name}.log").write_text(
            f"Namespace(model='m', max_concurrency=8)\n{report.format(rate=rate)}"
        )
    assert origins(tmp_path) == ["c8", "eager"]


def test_a_log_without_settings_is_no_repeat_of_one_that_shows_them(
    tmp_path: Path,
) -> None:
    report = """============ Serving Benchmark Result ============
Successful requests:                     8
Benchmark duration (s):                  2.00
Output token throughput (tok/s):         {rate}
"""
    shown = "vllm bench serve --seed 1 --temperature 0.7"
    for number, first in enumerate(("", shown, "", shown)):
        text = f"{first}\n{report.format(rate=100 + number)}"
        (tmp_path / f"run_{number}.log").write_text(text)
    points = points_of(tmp_path)
    assert distinguishing(points) == ("origin",)
    assert [
        (point.conditions["origin"], bool(point.settings)) for point in points
    ] == [("run_0.log", False)] * 2 + [("run_1.log", True)] * 2


def test_steps_of_a_load_are_one_series_whatever_the_name_calls_the_load(
    tmp_path: Path,
) -> None:
    for level in (1, 2, 4, 8, 16):
        name = tmp_path / f"gemma-3-12b_lanes_{level * 10}.json"
        vllm_file(name, max_concurrency=level, duration=3 + level)
    assert origins(tmp_path) == ["None"]


def test_a_number_of_the_models_name_is_no_load(tmp_path: Path) -> None:
    for level in (3, 12, 30):
        name = tmp_path / f"gemma-3-12b_scale_c{level}.json"
        vllm_file(name, max_concurrency=level, num_prompts=level)
        vllm_file(
            tmp_path / f"other-3-12b_scale_c{level}.json",
            max_concurrency=level,
            num_prompts=level,
        )
    assert origins(tmp_path) == ["gemma-3-12b_scale", "other-3-12b_scale"]


def test_a_setting_that_a_file_declares_parts_series_and_chance_does_not(
    tmp_path: Path,
) -> None:
    for number, seqs in enumerate((4, 4, 8)):
        vllm_file(
            tmp_path / f"run={number}.json",
            max_num_seqs=seqs,
            start_time=1767686400.5 + number,
            elapsed_s=number,
            client_host=f"node-{number}",
            random_seed=number,
            total_errors=number,
            run_number=number,
            result_dir=f"/tmp/{number}",
            duration=3 + number,
        )
    points = points_of(tmp_path)
    assert [point.conditions["max_num_seqs"] for point in points] == [4, 4, 8]
    assert [point.conditions["repeat"] for point in points] == [1, 2, 3]
    assert distinguishing(points) == ("max_num_seqs",)


def test_one_server_tells_model_parallelism_and_version(tmp_path: Path) -> None:
    sglang_file(
        tmp_path / "agg.jsonl",
        SERVER | {"tp_size": 2, "dp_size": 2},
        tag="agg_c32",
    )
    (point,) = points_of(tmp_path)
    wanted = {
        "model": "org/tiny-3B",
        "tp": 2,
        "dp": 2,
        "gpus": 4,
        "engine": "sglang",
        "engine_version": "0.5.5",
        "tag": "agg_c32",
        "disaggregation": "none",
        "input_len": 512,
        "output_len": 128,
        "max_concurrency": 32,
    }
    assert {name: point.conditions[name] for name in wanted} == wanted
    assert point.settings["attention_backend"] == "fa3"
    assert (
        not {"random_seed", "host", "port", "max_total_num_tokens"}
        & point.settings.keys()
    )
    assert "attention_backend" not in point.conditions  # nobody differs in it


def test_servers_that_prefill_and_servers_that_decode_are_another_deployment(
    tmp_path: Path,
) -> None:
    newer = SERVER | {"version": "0.5.6", "attention_backend": "flashinfer"}
    router = {"prefill": [SERVER, SERVER], "decode": [newer]}
    sglang_file(tmp_path / "one.jsonl", SERVER, output_throughput=3151.4)
    sglang_file(tmp_path / "router.jsonl", router, output_throughput=662.9)
    one, routed = points_of(tmp_path)
    assert one.conditions["disaggregation"] == "none"
    assert routed.conditions["disaggregation"] == "2 prefill, 1 decode"
    assert routed.conditions["engine_version"] == "0.5.5 prefill, 0.5.6 decode"
    assert (
        routed.conditions["attention_backend"]
        == "fa3 prefill, flashinfer decode"
    )
    assert one.conditions["attention_backend"] == "fa3"
    assert (
        routed.conditions["gpus"],
        routed.values["output_throughput_per_gpu"],
    ) == (3, 662.9 / 3)


def test_servers_started_twice_alike_are_one_deployment(tmp_path: Path) -> None:
    again = SERVER | {
        "random_seed": 8,
        "host": "10.0.0.2",
        "max_total_num_tokens": 2301721,
    }
    sglang_file(tmp_path / "r_1.jsonl", SERVER, tag="tiny_c32_1")
    sglang_file(tmp_path / "r_2.jsonl", again, tag="tiny_c32_2", duration=2.1)
    assert distinguishing(points_of(tmp_path)) == ()


def test_tags_of_lines_in_one_file_keep_deployments_apart(
    tmp_path: Path,
) -> None:
    lines = [
        json.dumps(RUN | {"tag": tag}) for tag in ("eager_c32", "graph_c32")
    ]
    (tmp_path / "all.jsonl").write_text("\n".join(lines))
    assert origins(tmp_path) == ["all/eager", "all/graph"]


BY_NAMES: dict[str, Any] = {"mean_ttft_ms": 7.0, "output_throughput": 70.0}
BY_NAMES |= {"model_id": "m", "completed": 5}
OF_VLLM = {**BY_NAMES, "tokenizer_id": "m", "duration": 3}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"eager": ROW, "graph": ROW}', 2),
        ('{"1": ROW, "8": ROW}', 2),
        ('{"a": {"1": ROW, "8": ROW}, "b": {"1": ROW}}', 3),
        ('{"run1": ROW, "run2": ROW}', 1),
        ('{"runs": [ROW, ROW]}', 1),
        ('{"eager": ROW}\n{"graph": ROW}', 2),
        ('{"results": ROW}\n{"results": ROW}', 1),
    ],
)
@pytest.mark.parametrize("row", [BY_NAMES, OF_VLLM], ids=["names", "vllm"])
def test_keys_that_lead_to_results_keep_deployments_apart(
    tmp_path: Path, content: str, told: int, row: dict[str, Any]
) -> None:
    (tmp_path / "all.jsonl").write_text(content.replace("ROW", json.dumps(row)))
    assert len(origins(tmp_path)) == told


def test_files_of_two_tools_are_told_apart_by_their_tools(
    tmp_path: Path,
) -> None:
    row: dict[str, Any] = {
        "backend": "sglang",
        "dataset": "random",
        "request_rate": "inf",
    }
    row |= {"max_concurrency": 32, "input_len": 512, "output_len": 128}
    row |= {"mean_ttft_ms": 7.0, "output_throughput": 70.0}
    (tmp_path / "table.json").write_text(json.dumps(row))
    sglang_file(tmp_path / "served.jsonl")
    points = points_of(tmp_path)
    assert {point.tool for point in points} == {"sglang", "unknown"}
    assert {point.conditions.get("origin") for point in points} == {None}
    assert distinguishing(points) == ("tool",)


@pytest.mark.parametrize(
    ("one", "other", "name", "value"),
    [
        (
            {"speculative_algorithm": None},
            {"speculative_algorithm": "EAGLE"},
            "speculative_algorithm",
            "EAGLE",
        ),
        ({}, {"enable_overlap": True}, "enable_overlap", True),
        ({"quantization": "fp8"}, {"quantization": "w4"}, "quantization", "w4"),
        ({"quantization": None}, {"quantization": "w4"}, "quantization", "w4"),
        ({"graph_bs": [1, 2]}, {"graph_bs": [1, 4]}, "graph_bs", "1, 4"),
        ({"lora": [{"rank": 8}]}, {"lora": [{"rank": 16}]}, "rank", 16),
        ({"tp_size": "2"}, {"tp_size": "4"}, "tp", 4),
    ],
)
def test_servers_that_differ_in_one_flag_are_two_deployments(
    tmp_path: Path,
    one: dict[str, Any],
    other: dict[str, Any],
    name: str,
    value: str | int | bool,
) -> None:
    for number, flag in enumerate((one, one, other)):
        sglang_file(tmp_path / f"run_{number}.jsonl", SERVER | flag)
    points = points_of(tmp_path)
    assert distinguishing(points) == (name,)
    told = [point.conditions.get(name) for point in points]
    assert told.count(value) == 1
    assert len(set(told)) == 2


def test_copies_of_a_server_count_as_cards_also_where_numbers_are_texts(
    tmp_path: Path,
) -> None:
    sglang_file(tmp_path / "a.jsonl", SERVER | {"tp_size": "2", "dp_size": "3"})
    (point,) = points_of(tmp_path)
    assert (point.conditions["tp"], point.conditions["gpus"]) == (2, 6)


@pytest.mark.parametrize(
    "info",
    [
        None,
        [],
        "text",
        {"prefill": [3], "decode": []},
        {"tp_size": "x"},
    ],
    ids=str,
)
def test_what_is_no_server_is_none(tmp_path: Path, info: Any) -> None:
    sglang_file(tmp_path / "odd.jsonl", info)
    (point,) = points_of(tmp_path)
    assert "tp" not in point.conditions


def test_what_a_condition_of_ours_cannot_say_stays_the_files(
    tmp_path: Path,
) -> None:
    vllm_file(tmp_path / "x.json", tp="2 and 4", tool="mine", p50_ttft=3.25)
    (point,) = points_of(tmp_path)
    assert point.conditions["file_tp"] == "2 and 4"
    assert point.conditions["file_tool"] == "mine"
    assert "tp" not in point.conditions
