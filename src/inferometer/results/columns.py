"""The columns of a table of points: conditions and metrics, with their units and what is better.
What people call them is the business of who shows them.

Names of metrics are those of `vllm bench serve`'s result file, so that a user's scripts, targets
and habits carry over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from inferometer.metrics.distribution import percentile_name

Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True, slots=True)
class Column:
    """A number that a point has."""

    name: str
    unit: str
    """As an axis shows it; empty for a count."""
    better: Better


CONDITIONS: dict[str, str] = {
    "campaign": "name of the campaign",
    "group": "test of the campaign, such as 1C-1k",
    "label": "what the user called it",
    "config": "named hardware configuration, such as C",
    "gpus": "accelerators in use: tensor parallelism times replicas",
    "pcie_generation": "",
    "pcie_width": "lanes of each card, as declared",
    "model": "alias of the model, or its name",
    "model_id": "name of the model, as the server knows it",
    "tp": "tensor parallelism",
    "engine": "server recipe or framework",
    "engine_version": "",
    "address": "of a server that somebody else started",
    "backend": "wire format",
    "dataset": "what prompts were made of",
    "input_len": "asked prompt length, tokens",
    "output_len": "asked output length, tokens",
    "prefix_len": "shared prefix, tokens",
    "cache": "cold, warm, or absent where nobody cared",
    "num_prompts": "requests of the point",
    "max_concurrency": "cap on requests in flight; absent for none",
    "request_rate": "arrivals per second; inf for all at once",
    "arrivals": "the law of a rate that changes, such as a ramp; there is no request_rate then",
    "burstiness": "shape of the gaps between arrivals",
    "concurrency": (
        "the level of load: max_concurrency, or num_prompts where all are sent at once; absent "
        "at a rate"
    ),
    "seed": "",
    "repeat": "1 for the first",
    "cost_per_hour": "of the deployment",
    "date": "end of the point, ISO 8601; where no offset is told it is the client's local time",
    "host": "of the client",
    "rehearsal": (
        "quick, embedded or both: no measurement of a real campaign or a real server; absent for "
        "those"
    ),
}
"""In the order of a table."""

LATENCIES = ("ttft", "tpot", "itl", "e2el")
_STATISTICS = ("mean", "median", "std", "p50", "p90", "p99")

METRICS: dict[str, Column] = {
    column.name: column
    for column in (
        Column("request_throughput", "req/s", "higher"),
        Column("output_throughput", "tok/s", "higher"),
        Column("total_token_throughput", "tok/s", "higher"),
        Column("request_goodput", "req/s", "higher"),
        Column("output_throughput_per_gpu", "tok/s", "higher"),
        Column("output_throughput_per_request", "tok/s", "higher"),
        Column("max_output_tokens_per_s", "tok/s", "higher"),
        Column("max_concurrent_requests", "", "neither"),
        Column("duration", "s", "neither"),
        Column("completed", "", "higher"),
        Column("failed", "", "lower"),
        Column("total_input_tokens", "tok", "neither"),
        Column("total_output_tokens", "tok", "neither"),
        *(
            Column(f"{statistic}_{latency}_ms", "ms", "lower")
            for latency in LATENCIES
            for statistic in _STATISTICS
        ),
        Column("mean_decode_speed", "tok/s", "higher"),
        Column("cached_share", "%", "neither"),
        Column("cost_per_million_tokens", "", "lower"),
    )
}
"""By name, in the order of a table. `output_throughput_per_request` is the mean over requests of
output tokens / E2EL where the requests are known; where they are not it is absent.
"""

PERCENTILE = re.compile(r"p(\d+(?:\.\d+)?)_(ttft|tpot|itl|e2el)_ms")


def canonical(name: str) -> str:
    """The name that a percentile has in results: `p95_ttft_ms` for `p95.0_ttft_ms`; any other name
    as it is.
    """
    found = PERCENTILE.fullmatch(name)
    return f"{percentile_name(float(found[1]))}_{found[2]}_ms" if found else name


def metric(name: str) -> Column | None:
    """The column of this name; percentiles that METRICS does not list have one too."""
    if name in METRICS:
        return METRICS[name]
    found = PERCENTILE.fullmatch(name)
    if not found or float(found[1]) > 100:
        return None
    return Column(name, "ms", "lower")
