"""Our result file against files that vLLM itself has written, and against numbers worked out by
hand.
"""

from __future__ import annotations

import json
import math
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest

from inferometer.clock import MS
from inferometer.metrics.summary import Summary, summarize
from inferometer.spec.run import Load, Ramp, RandomWorkload, RunSpec, Target
from inferometer.store.vllm_json import (
    RESERVED,
    check_metadata,
    file_name,
    save_result,
    vllm_result,
)
from inferometer.trace.schema import MISSING, Outcome
from inferometer.trace.trace import Trace
from tests.store.example_run import example_spec, example_trace, make_trace

GOLDEN = Path(__file__).parent.parent / "golden" / "vllm"
FINISHED = datetime(2026, 1, 31, 12, 0, 5)  # noqa: DTZ001 - vLLM's file has the local time, without a zone
ALL = ("ttft", "tpot", "itl", "e2el")


@pytest.fixture(name="spec")
def _spec() -> RunSpec:
    return example_spec()


@pytest.fixture(name="trace")
def _trace() -> Trace:
    return example_trace()


def refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is not JSON")


def strict(text: bytes) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(text, parse_constant=refuse)
    return result


def summary_of(trace: Trace, **options: Any) -> Summary:
    return summarize(
        trace, planned=5, **{"percentiles": (50, 90, 95, 99), **options}
    )


@pytest.mark.parametrize(
    ("name", "detailed"),
    [("chat_c8_detailed.json", True), ("completions_c4_plain.json", False)],
)
def test_keys_order_and_types_are_vllms(
    name: str, detailed: bool, spec: RunSpec, trace: Trace
) -> None:
    theirs = strict((GOLDEN / name).read_bytes())
    ours = vllm_result(
        spec,
        summary_of(trace),
        trace,
        finished=FINISHED,
        metrics=ALL,
        detailed=detailed,
    )
    assert list(ours) == list(theirs)
    assert {key: type(value) for key, value in ours.items()} == {
        key: type(value) for key, value in theirs.items()
    }
    assert {
        key
        for key in theirs
        if not key.endswith(tuple(f"_{m}_ms" for m in ALL))
    } <= set(RESERVED)


def test_the_text_is_spaced_as_vllms_and_on_one_line(
    tmp_path: Path, spec: RunSpec, trace: Trace
) -> None:
    theirs = (GOLDEN / "completions_c4_plain.json").read_text()
    result = vllm_result(spec, summary_of(trace), trace, finished=FINISHED)
    save_result(tmp_path / "r.json", result)
    ours = (tmp_path / "r.json").read_text()
    assert ours.startswith(
        '{"date": "20260131-120005", "endpoint_type": "openai-chat", "backend": '
        '"openai-chat", "label": null'
    )
    assert theirs.startswith(
        '{"date": "20261120-071839", "endpoint_type": "openai", "backend": "openai", "label": null'
    )
    assert "\n" not in ours
    assert strict(ours.encode()) == result


def test_the_numbers_of_a_run(spec: RunSpec, trace: Trace) -> None:
    result = vllm_result(
        spec,
        summary_of(trace, percentiles=(99, 99.9)),
        trace,
        finished=FINISHED,
        detailed=True,
    )
    assert result["model_id"] == result["tokenizer_id"] == "org/tiny"
    assert (
        result["num_prompts"],
        result["request_rate"],
        result["max_concurrency"],
    ) == (
        5,
        "inf",
        2,
    )
    assert (result["completed"], result["failed"]) == (2, 2)
    assert result["duration"] == pytest.approx(0.2)
    assert (result["total_input_tokens"], result["total_output_tokens"]) == (
        32,
        5,
    )
    assert result["output_throughput"] == pytest.approx(25)
    assert result["request_goodput"] is None
    assert result["input_lens"] == [16, 16, 16, 16]
    assert result["output_lens"] == [3, 2, 0, 0]
    assert result["ttfts"] == pytest.approx([0.05, 0.06, 0.06, 0])
    assert result["itls"] == [
        pytest.approx([0.01, 0.01]),
        pytest.approx([0.02]),
        [],
        [],
    ]
    assert result["latencies"] == pytest.approx([0.07, 0.08, 0, 0])
    assert result["start_times"] == pytest.approx([0.1, 0.12, 0.18, 0.21])
    assert result["queue_times"] == pytest.approx([0, 0.02, 0.08, 0.11])
    assert result["generated_texts"] == [""] * 4
    assert result["errors"] == ["", "", "the connection was reset", "CANCELLED"]
    assert result["mean_ttft_ms"] == pytest.approx(55)
    assert result["p99.9_ttft_ms"] == pytest.approx(59.99)
    assert "mean_e2el_ms" not in result


def test_a_key_that_the_server_repeats_is_not_written(
    spec: RunSpec, trace: Trace
) -> None:
    trace.requests["detail"][3] = "401: s3cret expired"
    result = vllm_result(
        spec, summary_of(trace), trace, finished=FINISHED, detailed=True
    )
    assert result["errors"][2] == "401: *** expired"


def test_first_token_and_gaps_add_up_to_the_latency(
    spec: RunSpec, trace: Trace
) -> None:
    result = vllm_result(
        spec, summary_of(trace), trace, finished=FINISHED, detailed=True
    )
    sums = [
        ttft + sum(itls)
        for ttft, itls in zip(result["ttfts"], result["itls"], strict=True)
    ]
    assert sums[:2] == pytest.approx(result["latencies"][:2])


def test_in_open_loop_the_queue_time_is_sent_minus_due(spec: RunSpec) -> None:
    rows: list[dict[str, Any]] = [
        {
            "outcome": Outcome.OK,
            "intended_ns": 100 * MS,
            "sent_ns": 103 * MS,
            "end_ns": 200 * MS,
            "arrivals_ms": [150],
        },
        {
            "outcome": Outcome.FAILED,
            "intended_ns": 110 * MS,
            "sent_ns": MISSING,
            "end_ns": 120 * MS,
        },
        {"outcome": Outcome.DROPPED, "intended_ns": 120 * MS},
    ]
    trace = make_trace(rows, closed_loop=False, texts=("héllo", "", ""))
    rated = spec.model_copy(
        update={
            "load": Load(num_prompts=3, request_rate=100, max_concurrency=1)
        }
    )
    result = vllm_result(
        rated, summary_of(trace), trace, finished=FINISHED, detailed=True
    )
    assert result["request_rate"] == 100.0
    assert result["queue_times"] == pytest.approx([0.003, 0, 0])
    assert result["errors"] == ["", "NONE", "DROPPED"]
    assert result["generated_texts"] == ["héllo", "", ""]
    assert result["failed"] == 2


def test_nothing_measured_is_zeros_and_strict_json(
    tmp_path: Path, spec: RunSpec
) -> None:
    trace = make_trace([{"outcome": Outcome.UNSENT}])
    endless = spec.model_copy(
        update={"load": Load(num_prompts=1, burstiness=math.inf)}
    )
    summary = summary_of(trace, goodput={"ttft": 100.0})
    save_result(
        tmp_path / "r.json",
        vllm_result(endless, summary, trace, finished=FINISHED, detailed=True),
    )
    result = strict((tmp_path / "r.json").read_bytes())
    assert (result["completed"], result["failed"], result["duration"]) == (
        0,
        0,
        0.0,
    )
    assert (result["request_throughput"], result["request_goodput"]) == (
        0.0,
        0.0,
    )
    assert (result["burstiness"], result["max_concurrency"]) == ("inf", None)
    assert (
        result["mean_ttft_ms"],
        result["p99_tpot_ms"],
        result["max_output_tokens_per_s"],
    ) == (
        0.0,
        0.0,
        0.0,
    )
    assert result["latencies"] == result["queue_times"] == result["ttfts"] == []


def test_goodput_is_a_rate_where_it_was_asked_for(
    spec: RunSpec, trace: Trace
) -> None:
    result = vllm_result(
        spec,
        summary_of(trace, goodput={"ttft": 55.0}),
        trace,
        finished=FINISHED,
    )
    assert result["request_goodput"] == pytest.approx(5)


def test_metadata_stands_at_top_level_after_the_number_of_prompts(
    spec: RunSpec, trace: Trace
) -> None:
    metadata = {"gpu": "R9700", "tp": "2"}
    result = vllm_result(
        spec,
        summary_of(trace),
        trace,
        finished=FINISHED,
        metadata=metadata,
        label="A",
    )
    keys = list(result)
    assert keys[keys.index("num_prompts") : keys.index("request_rate")] == [
        "num_prompts",
        "gpu",
        "tp",
    ]
    assert (result["gpu"], result["tp"], result["label"]) == ("R9700", "2", "A")


@pytest.mark.parametrize(
    ("server", "told"),
    [
        (None, {}),
        ({"simulated": {"card": "r9700"}}, {"rehearsal": "simulated"}),
        (
            {"simulated": {"card": "k", "unverified": {"a": 896.0, "b": 1.5}}},
            {"rehearsal": "simulated", "unverified": "k: a = 896, b = 1.5"},
        ),
    ],
)
def test_what_was_simulated_says_so(
    server: dict[str, Any] | None,
    told: dict[str, str],
    spec: RunSpec,
    trace: Trace,
) -> None:
    simulated = spec.model_copy(update={"server": server})
    result = vllm_result(simulated, summary_of(trace), trace, finished=FINISHED)
    keys = ("rehearsal", "unverified")
    assert {key: result[key] for key in keys if key in result} == told


def test_a_ramp_is_told_after_the_concurrency_and_only_where_there_is_one(
    spec: RunSpec, trace: Trace
) -> None:
    ramp = Ramp(strategy="exponential", start_rps=2, end_rps=8)
    ramped = spec.model_copy(update={"load": Load(num_prompts=5, ramp=ramp)})
    result = vllm_result(ramped, summary_of(trace), trace, finished=FINISHED)
    keys = list(result)
    names = ["ramp_up_strategy", "ramp_up_start_rps", "ramp_up_end_rps"]
    assert (
        keys[keys.index("max_concurrency") + 1 : keys.index("duration")]
        == names
    )
    assert [result[name] for name in names] == ["exponential", 2.0, 8.0]
    assert not set(names) & set(
        vllm_result(spec, summary_of(trace), trace, finished=FINISHED)
    )


@pytest.mark.parametrize(
    "key", ["duration", "backend", "p99_ttft_ms", "errors"]
)
def test_metadata_cannot_hide_a_result(key: str) -> None:
    with pytest.raises(
        ValueError, match=f"would replace the result's own '{key}'"
    ):
        check_metadata({"gpu": "x", key: "y"})


def test_results_are_appended_as_json_lines(
    tmp_path: Path, spec: RunSpec, trace: Trace
) -> None:
    result = vllm_result(spec, summary_of(trace), trace, finished=FINISHED)
    for label in ("one", "two"):
        save_result(
            tmp_path / "r.jsonl", {**result, "label": label}, append=True
        )
    lines = (tmp_path / "r.jsonl").read_bytes().split(b"\n")
    assert [strict(line)["label"] for line in lines] == ["one", "two"]


@pytest.mark.parametrize(
    ("target", "load", "label", "name"),
    [
        (
            Target(backend="openai", model="Qwen/Qwen3-14B"),
            Load(max_concurrency=8),
            None,
            "openai-infqps-concurrency8-Qwen3-14B-20260131-120005.json",
        ),
        (
            Target(model="/models/tiny/"),
            Load(request_rate=4),
            "a/b",
            "a_b-4.0qps-tiny-20260131-120005.json",
        ),
    ],
)
def test_the_file_is_named_as_vllm_names_it(
    target: Target, load: Load, label: str | None, name: str
) -> None:
    spec = RunSpec(target=target, workload=RandomWorkload(), load=load)
    assert file_name(spec, finished=FINISHED, label=label) == name
