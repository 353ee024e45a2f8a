"""The same run by vLLM's definitions and by ours: a result file of `vllm bench serve` (0.32, real
server), recomputed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inferometer.metrics import Summary, summarize
from tests.metrics.trace_builder import build, request

FILE = Path(__file__).parents[1] / "golden" / "vllm" / "chat_c8_detailed.json"


@pytest.fixture(scope="module")
def theirs() -> dict[str, Any]:
    result: dict[str, Any] = json.loads(FILE.read_bytes())
    return result


@pytest.fixture(scope="module")
def ours(theirs: dict[str, Any]) -> Summary:
    """Of a trace built from the file's arrays. The role chunk that this vLLM takes for the first
    token stays an event.
    """
    started = np.array(theirs["start_times"]) - min(theirs["start_times"])
    requests = []
    for i, start_s in enumerate(started):
        event_s = (
            start_s + theirs["ttfts"][i] + np.cumsum([0.0, *theirs["itls"][i]])
        )
        lengths = {
            "prompt_tokens": theirs["input_lens"][i],
            "output_tokens": theirs["output_lens"][i],
        }
        requests.append(request(start_s * 1e3, *(event_s * 1e3), **lengths))
    return summarize(
        build(requests),
        planned=theirs["num_prompts"],
        percentiles=(50, 90, 95, 99),
    )


@pytest.mark.parametrize("metric", ["ttft", "tpot", "itl", "e2el"])
def test_latencies_agree(
    metric: str, ours: Summary, theirs: dict[str, Any]
) -> None:
    d = ours.metrics[metric]
    mine = {"mean": d.mean, "median": d.median, "std": d.std, **d.percentiles}
    assert len(mine) == 7
    assert mine == pytest.approx(
        {name: theirs[f"{name}_{metric}_ms"] for name in mine}, abs=3e-6
    )  # stamps are whole ns


def test_totals_agree(ours: Summary, theirs: dict[str, Any]) -> None:
    assert ours.counts.ok == theirs["completed"] == 40
    assert ours.total_input_tokens == theirs["total_input_tokens"]
    assert ours.total_output_tokens == theirs["total_output_tokens"]


def test_throughput_differs_by_what_their_clock_runs_on_around_the_requests(
    ours: Summary, theirs: dict[str, Any]
) -> None:
    assert ours.duration_s is not None
    assert 0 < theirs["duration"] - ours.duration_s < 0.001
    assert ours.output_throughput == pytest.approx(
        theirs["output_throughput"], rel=1e-3
    )
    assert ours.request_throughput == pytest.approx(
        theirs["request_throughput"], rel=1e-3
    )


def test_peaks_are_right_here(ours: Summary, theirs: dict[str, Any]) -> None:
    assert theirs["max_concurrency"] == 8
    assert theirs["max_concurrent_requests"] == 40  # every second touched
    assert ours.peak_concurrency == 8
    assert (
        theirs["max_output_tokens_per_s"] == 2600
    )  # events, the role chunks among them, of 2,560 tokens in 0.9 s
    assert ours.peak_output_tokens_per_s == pytest.approx(
        2560 / 0.907, rel=1e-3
    )
