"""Other tools' definitions: by hand, against their reports of requests whose times they recorded,
and against the server.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inferometer.clock import MS
from inferometer.metrics.dialects import DIALECTS, express
from inferometer.trace import Failure, Trace
from tests.metrics.trace_builder import build, failed, request

GOLDEN = Path(__file__).parents[1] / "golden"
PEERS = GOLDEN / "peers"


@pytest.fixture
def small() -> Trace:
    """Two answers of 4 and 2 tokens, and a failure. Due, sent, events and end in ms."""
    return build(
        [
            request(0, 100, 130, 160, 190, intended_ms=0, end_ms=200),
            request(60, 110, 160, intended_ms=50, end_ms=160),
            failed(20, Failure.RESET, intended_ms=20),
            request(0, 5, 6, warmup=True),
        ],
        closed_loop=False,
    )


def check(
    told: Mapping[str, float], expected: Mapping[str, float], rel: float = 1e-9
) -> None:
    assert {name: told[name] for name in expected} == pytest.approx(
        expected, rel=rel
    )


def test_vllm_by_hand(small: Trace) -> None:
    expected = {
        "mean_ttft_ms": 75,  # 100, 50
        "mean_tpot_ms": 40,  # 30, 50
        "mean_itl_ms": 35,  # 30, 30, 30, 50
        "mean_e2el_ms": 145,  # 190, 100
        "p90_ttft_ms": 95,
        "std_ttft_ms": 25,
        "request_throughput": 10,  # 2 in 0.2 s
        "output_throughput": 30,
        "total_token_throughput": 1030,
        "max_output_tokens_per_s": 6,
        "max_concurrent_requests": 2,
    }
    check(express(small, "vllm"), expected)


def test_vllm_counts_whole_seconds() -> None:
    """One request follows the other, but both touch the first second; of five events, three fall
    into the third.
    """
    trace = build(
        [request(0, 400, 900, end_ms=900), request(950, 2_000, 2_500, 2_900)]
    )
    check(
        express(trace, "vllm"),
        {"max_concurrent_requests": 2, "max_output_tokens_per_s": 3},
    )


def test_guidellm_by_hand(small: Trace) -> None:
    expected = {
        "time_to_first_token_ms.mean": 75,
        "time_per_output_token_ms.mean": (190 / 4 * 4 + 100 / 2 * 2) / 6,
        "time_per_output_token_ms.p50": 47.5,  # four of six
        "time_per_output_token_ms.p90": 50,
        "inter_token_latency_ms.mean": (30 * 3 + 50) / 4,
        "inter_token_latency_ms.p50": 30,
        "inter_token_latency_ms.p90": 50,
        "request_latency.mean": 0.15,  # 200, 100
        "requests_per_second.mean": 10,
        "request_concurrency.mean": 1.5,
        "output_tokens_per_second.mean": 30,
        "tokens_per_second.mean": 1030,
    }
    check(express(small, "guidellm"), expected)


def test_aiperf_by_hand(small: Trace) -> None:
    expected = {
        "time_to_first_token.avg": 75,
        "request_latency.avg": 145,
        "effective_latency.avg": 150,  # 190, 110
        "inter_token_latency.avg": 40,
        "inter_chunk_latency.avg": 35,
        "output_token_throughput_per_user.avg": (1000 / 30 + 1000 / 50) / 2,
        "e2e_output_token_throughput.avg": (4 / 0.19 + 2 / 0.1) / 2,
        "request_throughput": 2 / 0.19,
        "output_token_throughput": 6 / 0.19,
        "benchmark_duration": 0.19,
    }
    check(express(small, "aiperf"), expected)


def test_mlperf_by_hand(small: Trace) -> None:
    expected = {
        "mean_latency_ns": 150 * MS,  # from due: 190, 110
        "mean_first_token_latency_ns": 80 * MS,  # 100, 60
        "p50_first_token_latency_ns": 100 * MS,  # index ⌊2 · 0.5⌋
        "mean_time_to_output_token_ns": 40 * MS,
        "p99_latency_ns": 190 * MS,
        "completed_samples_per_second": 1
        / 0.16,  # the last query is the second, done at 160
        "completed_tokens_per_second": 6 / 0.16,
    }
    check(express(small, "mlperf"), expected)


def test_mlperf_takes_a_value_by_its_index() -> None:
    trace = build(
        [
            request(1000 * i, 1000 * i + i + 1, 1000 * i + 500)
            for i in range(100)
        ]
    )
    told = express(trace, "mlperf")
    assert [told[f"p{p}_first_token_latency_ns"] for p in (50, 90, 99)] == [
        51 * MS,
        91 * MS,
        100 * MS,
    ]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_answers_of_one_token_and_runs_of_nothing(dialect: str) -> None:
    assert express(build([]), dialect) == {}
    assert express(build([failed(0, Failure.RESET)]), dialect) == {}
    told = express(
        build([request(0, 10, end_ms=12), request(5, 20, end_ms=22)]), dialect
    )
    assert told
    assert all(np.isfinite(value) for value in told.values())
    assert not any(
        "inter_token" in name or "time_to_output" in name for name in told
    )


def test_a_dialect_nobody_speaks() -> None:
    with pytest.raises(
        ValueError, match="there are vllm, guidellm, aiperf, mlperf"
    ):
        express(build([]), "klingon")


def test_vllm_of_its_own_stamps() -> None:
    theirs: dict[str, Any] = json.loads(
        (GOLDEN / "vllm" / "chat_c8_detailed.json").read_bytes()
    )
    rows = []
    for i, start_s in enumerate(
        np.array(theirs["start_times"]) - min(theirs["start_times"])
    ):
        event_s = (
            start_s + theirs["ttfts"][i] + np.cumsum([0.0, *theirs["itls"][i]])
        )
        rows.append(
            request(
                start_s * 1e3,
                *(event_s * 1e3),
                output_tokens=theirs["output_lens"][i],
            )
        )
    told = express(build(rows), "vllm")
    stated = {
        name: theirs[name]
        for name in told
        if name in theirs and name.endswith("_ms")
    }
    assert len(stated) == 4 * 7
    check(told, stated, rel=1e-5)
    check(
        told,
        {
            name: theirs[name]
            for name in ("max_output_tokens_per_s", "max_concurrent_requests")
        },
    )


def test_guidellm_of_its_own_stamps() -> None:
    benchmark = json.loads(
        (PEERS / "guidellm-0.8" / "benchmarks.json").read_bytes()
    )["benchmarks"][0]
    rows = []
    for each in benchmark["requests"]["successful"]:
        at = {
            name: (value - benchmark["start_time"]) * 1e3
            for name, value in each["info"]["timings"].items()
            if value
        }
        lengths = {
            "output_tokens": each["output_tokens"],
            "prompt_tokens": each["prompt_tokens"],
        }
        events = (at["first_token_iteration"], at["last_token_iteration"])
        rows.append(
            request(
                at["request_start"],
                *events,
                end_ms=at["request_end"],
                **lengths,
            )
        )
    told = express(build(rows), "guidellm")
    stated: dict[str, float] = {}
    for name in told:
        metric, figure = name.split(".")
        theirs = benchmark["metrics"][metric]["successful"]
        stated[name] = (
            theirs["percentiles"][figure]
            if figure.startswith("p")
            else theirs[figure]
        )
    assert len(stated) == 4 * 6 + 4
    check(
        told,
        {
            name: value
            for name, value in stated.items()
            if not name.endswith(".std_dev")
        },
        rel=1e-5,
    )
    check(
        told,
        {
            name: value
            for name, value in stated.items()
            if name.endswith(".std_dev")
        },
        rel=1e-2,
    )


def test_aiperf_of_its_own_stamps() -> None:
    theirs = json.loads(
        (PEERS / "aiperf-0.13" / "profile_export_aiperf.json").read_bytes()
    )
    records = [
        json.loads(line)
        for line in (PEERS / "aiperf-0.13" / "profile_export.jsonl")
        .read_bytes()
        .splitlines()
    ]
    begun = min(each["metadata"]["credit_issued_ns"] for each in records)
    rows = []
    for each in records:
        sent_ms = (each["metadata"]["request_start_ns"] - begun) / 1e6
        first_ms = sent_ms + each["metrics"]["time_to_first_token"]["value"]
        events = first_ms + np.cumsum(
            [0.0, *each["metrics"]["inter_chunk_latency"]["value"]]
        )
        due_ms = (each["metadata"]["credit_issued_ns"] - begun) / 1e6
        rows.append(
            request(sent_ms, *events, intended_ms=due_ms, output_tokens=16)
        )
    told = express(build(rows, closed_loop=False), "aiperf")
    stated = {
        name: theirs[name.split(".")[0]][name.split(".")[1]]
        for name in told
        if "." in name
    }
    assert len(stated) == 7 * 8
    check(told, stated, rel=1e-5)  # they have two clocks
    check(
        told,
        {"benchmark_duration": theirs["benchmark_duration"]["avg"]},
        rel=1e-6,
    )
    phase_s = (
        told["request_throughput"]
        / theirs["request_throughput"]["avg"]
        * told["benchmark_duration"]
    )
    assert (
        0 < phase_s - told["benchmark_duration"] < 0.005
    )  # they divide by the phase, 4 ms longer here


def served(truth: Path, rows: slice = slice(None)) -> Trace:
    """What the server did: a request is sent when its last byte arrived there; tokens evenly
    between the first and the last.
    """
    with truth.open(newline="") as file:
        told = [
            {
                name: int(row[name])
                for name in ("want", "t_arrive", "t_first", "t_last", "t_done")
            }
            for row in csv.DictReader(file)
        ]
    begun = told[0]["t_arrive"]
    requests = []
    for row in told[rows]:
        at = {
            name: (row[name] - begun) / 1e6
            for name in ("t_arrive", "t_first", "t_last", "t_done")
        }
        requests.append(
            request(
                at["t_arrive"],
                *np.linspace(at["t_first"], at["t_last"], row["want"]),
                end_ms=at["t_done"],
            )
        )
    return build(requests)


def test_guidellm_means_by_its_names_what_the_server_did() -> None:
    """Only with TTFT in it is TPOT 11.2 ms; and their client adds less than 2 ms."""
    metrics = json.loads(
        (PEERS / "guidellm-0.8" / "benchmarks.json").read_bytes()
    )["benchmarks"][0]["metrics"]
    told = express(served(PEERS / "guidellm-0.8" / "truth.csv"), "guidellm")
    for name, within in {
        "time_per_output_token_ms": 0.1,
        "inter_token_latency_ms": 0.1,
        "time_to_first_token_ms": 2,
    }.items():
        assert told[f"{name}.mean"] == pytest.approx(
            metrics[name]["successful"]["mean"], abs=within
        )
    assert (
        told["time_per_output_token_ms.mean"]
        - told["inter_token_latency_ms.mean"]
        > 1
    )


def test_aiperf_means_by_its_names_what_the_server_did() -> None:
    theirs = json.loads(
        (PEERS / "aiperf-0.13" / "profile_export_aiperf.json").read_bytes()
    )
    told = express(served(PEERS / "aiperf-0.13" / "truth.csv"), "aiperf")
    for name, within in {
        "inter_token_latency": 0.1,
        "time_to_first_token": 2,
        "request_latency": 3,
    }.items():
        assert told[f"{name}.avg"] == pytest.approx(
            theirs[name]["avg"], abs=within
        )
