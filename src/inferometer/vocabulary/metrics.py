"""Every metric once: unit, which direction is better, where summary.json and other tools have it.

They are called as in the result file of `vllm bench serve`, so that a user's scripts, targets and
habits carry over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from inferometer.vocabulary.latencies import LATENCIES

Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that a point has."""

    name: str
    unit: str
    """As an axis shows it; empty for a count."""
    better: Better
    path: tuple[str, ...] = ()
    """Where summary.json has it; empty for what is computed from other numbers when results are
    read.
    """
    has_interval: bool = False
    """Whether runs that are long enough bound it. Tables have columns for the bounds, also where no
    run was.
    """
    in_files: Mapping[str, str] = field(default_factory=dict)
    """Where the files of other tools have it, by tool, with dots between the keys; only where they
    mean the same.
    """

    def value_in(self, summary: object) -> object:
        """What a summary, as a plain dictionary, has of it; None where there is nothing."""
        for key in self.path:
            summary = summary.get(key) if isinstance(summary, dict) else None
        return summary if self.path else None


def latency_metric(latency: str, statistic: str) -> Metric:
    """`mean_ttft_ms` and its like; `statistic` is mean, median, std, or a percentile such as
    p99.
    """
    where = ("percentiles", statistic) if statistic[0] == "p" else (statistic,)
    return Metric(
        f"{statistic}_{latency}_ms",
        "ms",
        "lower",
        ("metrics", latency, *where),
        has_interval=statistic == "mean"
        or (statistic, latency) == ("p99", "ttft"),
    )


OF_THE_MACHINE: tuple[tuple[str, str, Better], ...] = (
    ("gpu_utilization", "%", "higher"),
    ("gpu_memory_used", "%", "neither"),
    ("gpu_temperature", "°C", "lower"),
    ("gpu_clock", "MHz", "neither"),
    ("gpu_throttled", "%", "lower"),
    ("average_power", "W", "lower"),
    ("peak_power", "W", "lower"),
    ("energy", "J", "lower"),
    ("energy_above_idle", "J", "lower"),
    ("host_energy", "J", "lower"),
    ("tokens_per_joule", "tok/J", "higher"),
    ("joules_per_output_token", "J/tok", "lower"),
    ("joules_per_total_token", "J/tok", "lower"),
    ("joules_per_good_token", "J/tok", "lower"),
    ("cpu_utilization", "%", "neither"),
)
"""Metrics of the cards under test, over all of them, and of the host; where samplers ran."""

METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            "request_throughput",
            "req/s",
            "higher",
            ("request_throughput",),
            has_interval=True,
            in_files={
                "aiperf": "request_throughput.avg",
                "evalscope": "Req Throughput (req/s)",
                "genai-bench": "requests_per_second",
                "guidellm": "metrics.requests_per_second.successful.mean",
                "inference-perf": "successes.throughput.requests_per_sec",
                "sglang": "request_throughput",
                "vllm": "request_throughput",
                "vllm-throughput": "requests_per_second",
            },
        ),
        Metric(
            "output_throughput",
            "tok/s",
            "higher",
            ("output_throughput",),
            has_interval=True,
            in_files={
                "aiperf": "output_token_throughput.avg",
                "evalscope": "Output Throughput (tok/s)",
                "genai-bench": "mean_output_throughput_tokens_per_s",
                "guidellm": "metrics.output_tokens_per_second.successful.mean",
                "inference-perf": "successes.throughput.output_tokens_per_sec",
                "llmperf": "mean_output_throughput_token_per_s",
                "sglang": "output_throughput",
                "vllm": "output_throughput",
            },
        ),
        Metric(
            "total_token_throughput",
            "tok/s",
            "higher",
            ("total_token_throughput",),
            in_files={  # AIPerf counts prompts with its own tokenizer
                "evalscope": "Total Throughput (tok/s)",
                "genai-bench": "mean_total_tokens_throughput_tokens_per_s",
                "guidellm": "metrics.tokens_per_second.successful.mean",
                "inference-perf": "successes.throughput.total_tokens_per_sec",
                "sglang": "total_throughput",
                "vllm": "total_token_throughput",
                "vllm-throughput": "tokens_per_second",
            },
        ),
        Metric(
            "request_goodput",
            "req/s",
            "higher",
            ("goodput", "request_goodput"),
            has_interval=True,
            in_files={
                "aiperf": "goodput.avg",
                "inference-perf": "successes.goodput_metrics.request_goodput",
                "vllm": "request_goodput",
            },
        ),
        Metric(
            "output_throughput_per_gpu", "tok/s", "higher", has_interval=True
        ),
        # mean over requests of output tokens / E2EL
        Metric(
            "output_throughput_per_request",
            "tok/s",
            "higher",
            ("metrics", "output_speed", "mean"),
        ),
        # vLLM and SGLang count these two in whole seconds
        Metric(
            "max_output_tokens_per_s",
            "tok/s",
            "higher",
            ("peak_output_tokens_per_s",),
            in_files={
                "sglang": "max_output_tokens_per_s",
                "vllm": "max_output_tokens_per_s",
            },
        ),
        Metric(
            "max_concurrent_requests",
            "",
            "neither",
            ("peak_concurrency",),
            in_files={
                "sglang": "max_concurrent_requests",
                "vllm": "max_concurrent_requests",
            },
        ),
        Metric(
            "duration",
            "s",
            "neither",
            ("duration_s",),
            in_files={
                "aiperf": "benchmark_duration.avg",
                "evalscope": "Test Duration (s)",
                "genai-bench": "run_duration",
                "guidellm": "duration",
                "inference-perf": "benchmark_time_seconds",
                "sglang": "duration",
                "vllm": "duration",
                "vllm-throughput": "elapsed_time",
            },
        ),
        Metric(
            "completed",
            "",
            "higher",
            ("counts", "ok"),
            in_files={
                "aiperf": "request_count.avg",
                "evalscope": "Success Requests",
                "genai-bench": "num_completed_requests",
                "guidellm": "metrics.request_totals.successful",
                "inference-perf": "successes.count",
                "llmperf": "num_completed_requests",
                "sglang": "completed",
                "vllm": "completed",
                "vllm-throughput": "num_requests",
            },
        ),
        Metric(
            "failed",
            "",
            "lower",
            in_files={
                "aiperf": "error_request_count.avg",
                "evalscope": "Failed Requests",
                "genai-bench": "num_error_requests",
                "guidellm": "metrics.request_totals.errored",
                "inference-perf": "failures.count",
                "llmperf": "number_errors",
                "vllm": "failed",
            },
        ),
        Metric(
            "total_input_tokens",
            "tok",
            "neither",
            ("total_input_tokens",),
            in_files={
                "aiperf": "total_usage_prompt_tokens.avg",
                "genai-bench": "stats.num_input_tokens.sum",
                "guidellm": "metrics.prompt_token_count.successful.total_sum",
                "sglang": "total_input_tokens",
                "vllm": "total_input_tokens",
            },
        ),
        Metric(
            "total_output_tokens",
            "tok",
            "neither",
            ("total_output_tokens",),
            in_files={
                "aiperf": "total_osl.avg",
                "genai-bench": "stats.num_output_tokens.sum",
                "guidellm": "metrics.output_token_count.successful.total_sum",
                "sglang": "total_output_tokens",
                "vllm": "total_output_tokens",
            },
        ),
        *(
            latency_metric(latency, statistic)
            for latency in LATENCIES
            for statistic in ("mean", "median", "std", "p50", "p90", "p99")
        ),
        Metric(
            "mean_decode_speed",
            "tok/s",
            "higher",
            ("metrics", "decode_speed", "mean"),
        ),
        # 1000 / mean TPOT, where a file has no speed of single requests
        Metric("speed_from_tpot", "tok/s", "higher"),
        Metric("cached_share", "%", "neither"),
        Metric(
            "external_cache_hit_rate",
            "%",
            "neither",
            ("external_cache_hit_rate",),
        ),
        Metric(
            "good_output_throughput",
            "tok/s",
            "higher",
            ("goodput", "output_throughput"),
        ),
        Metric("cost_per_million_tokens", "", "lower", has_interval=True),
        Metric("cost_per_million_good_tokens", "", "lower"),
        Metric("tokens_per_currency", "tok", "higher"),
        *(
            Metric(
                name,
                unit,
                better,
                ("machine", "values", name),
                in_files={"vllm": name},
            )
            for name, unit, better in OF_THE_MACHINE
        ),
    )
}
"""By name, in the order of a table; of the latencies those that every table has. `metric` knows
their other percentiles too.
"""

COSTS = (
    "cost_per_million_tokens",
    "cost_per_million_good_tokens",
    "tokens_per_currency",
)
"""What rests on a price, in the currency of that price."""

_STATISTIC = re.compile(
    rf"(mean|median|std|p(\d+(?:\.\d+)?))_({'|'.join(LATENCIES)})_ms"
)


@dataclass(frozen=True, slots=True)
class Statistic:
    """What the name of a latency's metric says."""

    latency: str
    name: str
    """mean, median, std, or a percentile such as p99."""
    percentile: float | None
    """99 for p99; None for the others."""


@lru_cache(4096)
def statistic_of(metric_name: str) -> Statistic | None:
    """None for what is no metric of a latency, such as `p101_ttft_ms`."""
    found = _STATISTIC.fullmatch(metric_name)
    if found is None:
        return None
    name, percentile, latency = found.groups()
    if percentile is None:
        return Statistic(latency, name, None)
    value = float(percentile)
    return (
        Statistic(latency, percentile_name(value), value)
        if value <= 100
        else None
    )


def percentile_name(percentile: float) -> str:
    """`p99` for 99 and `p99.9` for 99.9, as users and vLLM's files know them."""
    whole = int(percentile)
    return f"p{whole if whole == percentile else percentile}"


def canonical(name: str) -> str:
    """The name that a percentile has in results: `p95_ttft_ms` for `p95.0_ttft_ms`; any other name
    as it is.
    """
    found = statistic_of(name)
    return f"{found.name}_{found.latency}_ms" if found else name


def metric(name: str) -> Metric | None:
    """The metric of this name, of any percentile too; None if there is none."""
    if name in METRICS:
        return METRICS[name]
    found = statistic_of(name)
    return latency_metric(found.latency, found.name) if found else None


@lru_cache
def metrics_in(tool: str) -> Mapping[str, str]:
    """Where the files of a tool have our metrics, by our names."""
    return {
        name: each.in_files[tool]
        for name, each in METRICS.items()
        if tool in each.in_files
    }
