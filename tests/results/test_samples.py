"""A file that keeps a sample of its requests: nothing is computed of ten and stands as if of all."""

from __future__ import annotations

import json
from pathlib import Path

from inferometer.results.on_demand import with_percentiles
from tests.results.result_files import VLLM_DETAILED, the_point, vllm_file

KEPT = 10
ARRAYS = (
    "input_lens",
    "output_lens",
    "ttfts",
    "itls",
    "latencies",
    "start_times",
    "errors",
)


def test_of_a_sample_nothing_is_computed(tmp_path: Path) -> None:
    raw = json.loads(VLLM_DETAILED.read_bytes())
    cut = {name: raw[name][:KEPT] for name in ARRAYS}
    sampled = the_point(
        vllm_file(tmp_path / "x.json", source=VLLM_DETAILED, **cut)
    )
    whole = the_point(VLLM_DETAILED)
    assert sampled.intervals == {}
    assert sampled.samples == {"ttft": 40, "e2el": 40}
    computed = {"output_throughput_per_request", "mean_decode_speed"}
    assert computed <= whole.values.keys()
    assert not computed & sampled.values.keys()
    assert sampled.values["mean_ttft_ms"] == raw["mean_ttft_ms"]
    assert "The file has 10 of 40 requests, a sample" in " ".join(
        map(str, sampled.notes)
    )


def test_percentiles_asked_for_later_are_not_computed_of_a_sample_either(
    tmp_path: Path,
) -> None:
    raw = json.loads(VLLM_DETAILED.read_bytes())
    cut = {name: raw[name][:KEPT] for name in ARRAYS}
    sampled = the_point(
        vllm_file(tmp_path / "x.json", source=VLLM_DETAILED, **cut)
    )
    (asked,) = with_percentiles([sampled], ["p75_ttft_ms"])
    assert "p75_ttft_ms" not in asked.values
