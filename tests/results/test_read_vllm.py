"""vLLM's own result files, old and new, plain and detailed: what they tell, and what is taken from
their names.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from inferometer.results import read
from tests.results.result_files import (
    VLLM_DETAILED,
    VLLM_PLAIN,
    save,
    save_json,
    spec_of,
    the_point,
    trace_of,
    vllm_file,
)


def test_a_plain_file_of_vllm() -> None:
    point = the_point(VLLM_PLAIN)
    raw = json.loads(VLLM_PLAIN.read_bytes())
    assert (point.id, point.tool, point.status, point.run) == (
        "completions_c4_plain",
        "vllm",
        None,
        None,
    )
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
    assert (
        str(point.notes[0])
        == "Its prompt length is the measured mean, 128.233 tokens: the requested length is not "
        "known."
    )
    same = (
        "duration",
        "output_throughput",
        "mean_ttft_ms",
        "p99_itl_ms",
        "median_e2el_ms",
        "total_input_tokens",
        "max_output_tokens_per_s",
        "max_concurrent_requests",
    )
    assert {name: point.values[name] for name in same} == {
        name: raw[name] for name in same
    }
    assert (
        not {"request_goodput", "output_throughput_per_request"}
        & point.values.keys()
    )
    assert (point.intervals, point.samples) == ({}, {"ttft": 30, "e2el": 30})


def test_a_detailed_file_of_vllm_has_intervals_and_speeds_of_requests() -> None:
    point = the_point(VLLM_DETAILED)
    raw = json.loads(VLLM_DETAILED.read_bytes())
    assert point.samples == {
        "ttft": 40,
        "tpot": 40,
        "e2el": 40,
        "itl": sum(map(len, raw["itls"])),
    }
    assert {
        "mean_ttft_ms",
        "mean_tpot_ms",
        "mean_itl_ms",
        "mean_e2el_ms",
    } <= point.intervals.keys()
    assert all(
        each.low <= point.values[name] <= each.high
        for name, each in point.intervals.items()
    )
    speeds = [
        n / s for n, s in zip(raw["output_lens"], raw["latencies"], strict=True)
    ]
    assert point.values["output_throughput_per_request"] == pytest.approx(
        sum(speeds) / 40
    )


def test_intervals_of_our_own_detailed_file_are_those_of_its_run(
    tmp_path: Path,
) -> None:
    trace, spec = trace_of(80), spec_of(80)
    save_json(tmp_path / "ours.json", trace, spec, detailed=True)
    save(tmp_path / "run", trace, spec)
    file, run = the_point(tmp_path / "ours.json"), the_point(tmp_path / "run")
    assert file.tool == "vllm"
    same = file.intervals.keys() & run.intervals.keys()
    assert same >= {
        "mean_ttft_ms",
        "mean_tpot_ms",
        "mean_itl_ms",
        "mean_e2el_ms",
        "request_throughput",
        "output_throughput",
    }
    for name in same:
        assert file.intervals[name].low == pytest.approx(
            run.intervals[name].low, rel=1e-6
        )
        assert file.intervals[name].high == pytest.approx(
            run.intervals[name].high, rel=1e-6
        )
    for name in ("output_throughput_per_request", "mean_decode_speed"):
        assert file.values[name] == pytest.approx(run.values[name], rel=1e-6)


def test_without_send_times_there_are_no_intervals(tmp_path: Path) -> None:
    path = vllm_file(tmp_path / "x.json", "start_times", source=VLLM_DETAILED)
    assert the_point(path).intervals == {}


def test_a_file_of_vllm_0_10_2(tmp_path: Path) -> None:
    """As the PCIe study's: by the name there is more to know than from the file."""
    later = (
        "backend",
        "failed",
        "max_output_tokens_per_s",
        "max_concurrent_requests",
        "rtfx",
        "latencies",
        "queue_times",
    )
    e2el = [
        name
        for name in json.loads(VLLM_PLAIN.read_bytes())
        if name.endswith("_e2el_ms")
    ]
    path = tmp_path / "C_7B_TP2_1k_np30_20251231_120000.json"
    point = the_point(
        vllm_file(
            path, *later, *e2el, max_concurrency=None, total_input_tokens=30720
        )
    )
    wanted = {
        "config": "C",
        "model": "7B",
        "model_id": "tiny",
        "tp": 2,
        "input_len": 1024,
        "concurrency": 30,
        "output_len": 32,
    }
    assert {name: point.conditions[name] for name in wanted} == wanted
    assert point.conditions["backend"] == "openai"
    assert not {"failed", "mean_e2el_ms"} & point.values.keys()
    assert (
        point.values["output_throughput_per_gpu"]
        == point.values["output_throughput"] / 2
    )
    assert str(point.notes[-1]).startswith(
        "The file has no version of the tool, values of single requests, "
    )


def test_the_colon_in_a_key_of_old_forks(tmp_path: Path) -> None:
    told: dict[str, Any] = {"request_goodput:": 41.5}
    path = vllm_file(tmp_path / "x.json", "request_goodput", **told)
    assert the_point(path).values["request_goodput"] == 41.5


def test_infinity_and_nan_are_taken_and_are_no_values(tmp_path: Path) -> None:
    path = vllm_file(
        tmp_path / "x.json",
        request_rate=math.inf,
        mean_ttft_ms=math.nan,
        p99_ttft_ms=math.inf,
    )
    assert "Infinity" in path.read_text()
    point = the_point(path)
    assert point.conditions["request_rate"] == math.inf
    assert not {"mean_ttft_ms", "p99_ttft_ms"} & point.values.keys()
    assert "median_ttft_ms" in point.values


def test_zeros_that_stand_for_nothing_are_absent(tmp_path: Path) -> None:
    nothing: dict[str, Any] = {
        f"{each}_itl_ms": 0.0 for each in ("mean", "median", "std", "p99")
    }
    values = the_point(vllm_file(tmp_path / "x.json", **nothing)).values
    assert not any(name.endswith("_itl_ms") for name in values)
    assert values["p99_ttft_ms"] > 0


def test_a_latency_below_0_is_no_value(tmp_path: Path) -> None:
    raw = json.loads(VLLM_PLAIN.read_bytes())
    path = tmp_path / "a.json"
    path.write_text(json.dumps(raw | {"mean_ttft_ms": -5}))
    point = the_point(path)
    assert "mean_ttft_ms" not in point.values
    assert point.values["median_ttft_ms"] == raw["median_ttft_ms"]
    assert "negative values of mean_ttft_ms" in " ".join(point.notes)


def test_metadata_are_conditions(tmp_path: Path) -> None:
    told: dict[str, Any] = {
        "tp": "4",
        "hardware": "B",
        "vllm_version": "0.10.2",
        "input_len": "1024",
        "cost_per_hour": "2.5",
        "label": "x8",
    }
    conditions = the_point(
        vllm_file(tmp_path / "A_7B_TP1_2k_np30_20251231_120000.json", **told)
    ).conditions
    wanted = {
        "tp": 4,
        "config": "B",
        "engine_version": "0.10.2",
        "input_len": 1024,
        "label": "x8",
        "model": "7B",
    }
    assert {name: conditions[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("directory", "rehearsal"),
    [
        ("pcie-quick-embedded", "quick embedded"),
        ("pcie-embedded", "embedded"),
        ("pcie-quick", "quick"),
        ("pcie-simulated", "simulated"),
        ("quick", None),
    ],
)
def test_json_files_of_a_rehearsal_are_marked(
    directory: str, rehearsal: str | None, tmp_path: Path
) -> None:
    assert (
        the_point(vllm_file(tmp_path / directory / "x.json")).conditions.get(
            "rehearsal"
        )
        == rehearsal
    )


@pytest.mark.parametrize(
    ("directory", "rehearsal"),
    [
        ("pcie", "simulated"),
        ("pcie-quick", "quick simulated"),
        ("pcie-quick-simulated", "quick simulated"),
    ],
)
def test_a_simulated_file_stays_one_wherever_it_is_put(
    directory: str, rehearsal: str, tmp_path: Path
) -> None:
    path = vllm_file(tmp_path / directory / "x.json", rehearsal="simulated")
    point = the_point(path)
    assert point.conditions["rehearsal"] == rehearsal
    assert any("simulated, not measured" in str(note) for note in point.notes)


def test_a_ramp_is_not_all_at_once(tmp_path: Path) -> None:
    ramp: dict[str, Any] = {
        "ramp_up_strategy": "linear",
        "ramp_up_start_rps": 1,
        "ramp_up_end_rps": 9,
    }
    conditions = the_point(vllm_file(tmp_path / "x.json", **ramp)).conditions
    assert conditions["arrivals"] == "linear ramp from 1.0 to 9.0 req/s"
    assert not {"request_rate", "concurrency"} & conditions.keys()


def test_a_name_that_contradicts_its_file_is_not_believed(
    tmp_path: Path,
) -> None:
    point = the_point(
        vllm_file(tmp_path / "C_7B_TP2_1k_np31_20251231_120000.json")
    )
    assert not {"config", "tp"} & point.conditions.keys()
    assert any(
        "disagree on the number of requests" in str(note)
        for note in point.notes
    )


def test_measured_lengths_of_one_test_are_one_length(tmp_path: Path) -> None:
    """Random text is cut to length with an error of a token or so; other lengths, folders and
    models stay what they are.
    """
    tokens = {1: 1022, 10: 10 * 1024 + 3, 100: 100 * 1024 + 40, 200: 200 * 2048}
    for number, total in tokens.items():
        path = tmp_path / "a" / f"scale_n{number}_20251231_120000.json"
        vllm_file(
            path, num_prompts=number, completed=number, total_input_tokens=total
        )
    vllm_file(
        tmp_path / "a" / "other.json",
        model_id="other",
        completed=1,
        total_input_tokens=1022,
    )
    vllm_file(
        tmp_path / "b" / "scale_n1_20251231_120000.json",
        num_prompts=1,
        completed=1,
        total_input_tokens=1022,
    )
    points = {point.id: point for point in read([tmp_path]).points}
    lengths = sorted(
        (point.source.parent.name, str(point.conditions["input_len"]))
        for point in points.values()
    )
    assert lengths == [
        ("a", "1022"),
        *[("a", "1024")] * 3,
        ("a", "2048"),
        ("b", "1022"),
    ]
    assert points["other"].conditions["input_len"] == 1022
    mean = sum(list(tokens.values())[:3]) / 111
    note = points["scale_n10_20251231_120000"].notes[0]
    assert str(note).startswith(
        f"Its prompt length is the measured mean, {mean:.6g} tokens"
    )


def test_json_lines(tmp_path: Path) -> None:
    """Good lines count, also where others are torn."""
    line = json.dumps(json.loads(VLLM_PLAIN.read_bytes()))
    path = tmp_path / "all.json"
    path.write_text(
        "\n".join(
            [
                line,
                "",
                line.replace('"completed": 30', '"completed": 29'),
                line[:100],
                "[]",
                "x",
                "y",
            ]
        )
    )
    found = read([path])
    assert [
        (point.id, point.part, point.values["completed"])
        for point in found.points
    ] == [
        ("all:1", 0, 30),
        ("all:2", 1, 29),
    ]
    assert (
        found.problems[0]
        == f"cannot read line 4 of {path}: it is not a JSON object."
    )
    assert found.problems[-1] == f"cannot read 1 more lines of {path}."


@pytest.mark.parametrize(
    ("completed", "rate", "is_told"),
    [(0, 31.5, True), (0, 0, False), (2, 9, False)],
)
def test_a_file_that_contradicts_itself_says_so(
    tmp_path: Path, completed: int, rate: float, is_told: bool
) -> None:
    """No request completed, and yet there is a throughput."""
    latencies: Any = {
        name: 0 if completed == 0 else value
        for name, value in json.loads(VLLM_PLAIN.read_bytes()).items()
        if name.endswith("_ms")
    }
    path = tmp_path / "a.json"
    vllm_file(
        path,
        **latencies,
        completed=completed,
        output_throughput=rate,
        request_throughput=0,
    )
    notes = [str(note) for note in the_point(path).notes]
    told = [note for note in notes if "contradicts itself" in note]
    assert bool(told) == is_told
    assert all("output_throughput" in note for note in told)


@pytest.mark.parametrize(
    ("told", "said"), [({"rehearsal": "simulated"}, True), ({}, False)]
)
def test_a_simulated_file_alone_says_what_nobody_has_verified(
    told: dict[str, Any], said: bool, tmp_path: Path
) -> None:
    rates = "k100-ai: bandwidth_gb_s = 896, dense_tflops = 100"
    point = the_point(vllm_file(tmp_path / "x.json", unverified=rates, **told))
    found = [note for note in point.notes if note.key == "note.unverified"]
    values = {
        "card": "k100-ai",
        "rates": ["bandwidth_gb_s = 896", "dense_tflops = 100"],
    }
    assert [note.values for note in found] == ([values] if said else [])
    assert ("unverified" in point.conditions) != said
