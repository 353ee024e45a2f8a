"""Every condition and every metric once, with all that is known of it. Whoever shows, compares,
reads or writes them asks here; no other file keeps a table of its own.

Metrics are called as in the result file of `vllm bench serve`, so that a user's scripts, targets
and habits carry over. What people call them, language by language, is in the words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, get_args

# --------------------------------------------------------------------------------------- latencies

LatencyName = Literal["ttft", "tpot", "itl", "e2el"]
LATENCY_NAMES: tuple[LatencyName, ...] = get_args(LatencyName)


@dataclass(frozen=True, slots=True)
class Latency:
    """A latency: a distribution over requests or, as ITL, over the gaps between events."""

    label: str
    title: str
    """As the head of its section in vLLM's report."""
    in_files: Mapping[str, str] = field(default_factory=dict)
    """What the files of other tools call it, by tool; only where they mean the same."""


LATENCIES: Mapping[str, Latency] = {
    "ttft": Latency(
        "TTFT",
        "Time to First Token",
        {
            "aiperf": "time_to_first_token",
            "evalscope": "TTFT (ms)",
            "genai-bench": "ttft",
            "guidellm": "time_to_first_token_ms",
            "inference-perf": "time_to_first_token",
            "llmperf": "ttft_s",
        },
    ),
    "tpot": Latency(
        "TPOT",
        "Time per Output Token (excl. 1st token)",
        {
            "aiperf": "inter_token_latency",
            "evalscope": "TPOT (ms)",
            "genai-bench": "tpot",
            "inference-perf": "time_per_output_token",
        },
    ),
    "itl": Latency(
        "ITL",
        "Inter-token Latency",
        {
            "aiperf": "inter_chunk_latency",
            "evalscope": "ITL (ms)",
            "inference-perf": "inter_token_latency",
        },
    ),
    "e2el": Latency(
        "E2EL",
        "End-to-end Latency",
        {
            "aiperf": "request_latency",
            "genai-bench": "e2e_latency",
            "inference-perf": "request_latency",
            "llmperf": "end_to_end_latency_s",
            "sglang": "e2e_latency",
        },
    ),
}
"""In the order of reports and files."""

ONE_A_REQUEST = ("ttft", "tpot", "e2el")
"""Latencies of which a request has one value. ITL is pooled from the gaps of all requests."""

SHOWN_LATENCIES = ("ttft", "tpot", "itl")
"""What `vllm bench serve` reports unless it is asked for others."""

# ----------------------------------------------------------------------------------------- metrics

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


def latencies_in(tool: str) -> dict[str, str]:
    """What the files of a tool call our latencies, by our names."""
    return {
        name: each.in_files[tool]
        for name, each in LATENCIES.items()
        if tool in each.in_files
    }


# -------------------------------------------------------------------------------------- conditions

Role = Literal["identity", "load", "subject", "incidental"]
"""identity: what was measured; points that differ in it are of different curves.
load: how much was asked of the server at once; a curve runs along it.
subject: what comparisons are about; the sides may have several values each, as long as they share
none.
incidental: runs that differ in nothing else are repeats of each other.
"""


@dataclass(frozen=True, slots=True)
class ConditionInfo:
    """What is known of a condition, whatever its value at a point."""

    role: Role
    type: Literal["text", "whole", "number"] = "text"
    unit: str = ""
    path: tuple[str, ...] = ()
    """Where run.json has it as it is; empty for what follows from several things in it, or is told
    by others.
    """
    noted_as: tuple[str, ...] = ()
    """Keys under which people note it in result files, by `--metadata` or otherwise."""
    in_files: Mapping[str, str] = field(default_factory=dict)
    """What other tools call it among the settings in their files, by tool."""
    in_tables: bool = True
    """Whether tables that people read have a column for it. Not for what differs by chance or by
    hour, nor for what another column says more shortly.
    """
    parts_curves: bool = True
    """Whether points that differ in it are never joined by a line, although it is incidental: the
    user gave it to tell measurements apart, or it is the host, whose noise is its own.
    """
    absent_is_none: bool = False
    """Whether its absence means "none", and not that nobody told."""
    says_what_it_is: bool = False
    """Whether its value alone, such as a model's name, names a curve well enough."""


_SERVER = ("spec", "server")
_HARDWARE = (*_SERVER, "hardware")
_LOAD = ("spec", "load")

CONDITIONS: Mapping[str, ConditionInfo] = {
    "campaign": ConditionInfo(
        "incidental", noted_as=("campaign",), says_what_it_is=True
    ),
    # a test of the campaign, such as 1C-1k
    "group": ConditionInfo(
        "incidental",
        noted_as=("group",),
        parts_curves=False,
        says_what_it_is=True,
    ),
    # what the user called it
    "label": ConditionInfo(
        "incidental", noted_as=("label",), says_what_it_is=True
    ),
    # the same in SGLang's files, often with the load in it: `origin` has what parts curves
    "tag": ConditionInfo(
        "incidental",
        noted_as=("tag",),
        parts_curves=False,
        says_what_it_is=True,
    ),
    # words of folder, file and tag that no other condition explains; only where nothing else tells
    # deployments apart
    "origin": ConditionInfo("subject", says_what_it_is=True),
    # a named hardware configuration, such as C
    "config": ConditionInfo(
        "subject",
        path=(*_HARDWARE, "name"),
        noted_as=("config", "hardware"),
        says_what_it_is=True,
    ),
    # what the accelerators are called, such as R9700
    "card": ConditionInfo(
        "subject",
        noted_as=(
            "card",
            "gpu",
            "gpu_name",
            "gpu_model",
            "gpu_type",
            "accelerator",
            "hw",
        ),
        says_what_it_is=True,
    ),
    # accelerators in use: tensor parallelism times replicas
    "gpus": ConditionInfo(
        "subject",
        "whole",
        noted_as=(
            "gpus",
            "num_gpus",
            "gpu_count",
            "n_gpus",
            "num_gpu",
            "world_size",
        ),
        in_tables=False,
    ),
    "pcie_generation": ConditionInfo(
        "subject",
        "whole",
        path=(*_HARDWARE, "pcie_generation"),
        noted_as=("pcie_generation",),
    ),
    # lanes of each card, as declared
    "pcie_width": ConditionInfo(
        "subject",
        "whole",
        path=(*_HARDWARE, "pcie_width"),
        noted_as=("pcie_width", "pcie_lanes", "lanes"),
    ),
    # the accelerators' software, such as ROCm 7.1
    "stack": ConditionInfo(
        "subject", noted_as=("stack",), says_what_it_is=True
    ),
    # the model's alias, or its name
    "model": ConditionInfo(
        "identity",
        path=("spec", "target", "model"),
        noted_as=("model", "alias", "model_name"),
        says_what_it_is=True,
    ),
    # its name, as the server knows it
    "model_id": ConditionInfo(
        "identity", path=("spec", "target", "model"), in_tables=False
    ),
    "tp": ConditionInfo(
        "identity",
        "whole",
        path=(*_SERVER, "tp"),
        noted_as=("tp", "tp_size", "tensor_parallel_size", "tensor_parallel"),
    ),
    # replicas of the model behind one address
    "dp": ConditionInfo(
        "identity",
        "whole",
        noted_as=("dp", "dp_size", "data_parallel_size", "data_parallel"),
    ),
    # number format of the weights, or how they were quantized
    "dtype": ConditionInfo(
        "identity",
        noted_as=("dtype", "precision", "quantization", "quant"),
        says_what_it_is=True,
    ),
    # server recipe or framework
    "engine": ConditionInfo(
        "subject",
        noted_as=("engine", "framework", "server"),
        says_what_it_is=True,
    ),
    "engine_version": ConditionInfo(
        "subject",
        path=("environment", "server", "version"),
        noted_as=(
            "engine_version",
            "vllm_version",
            "sglang_version",
            "server_version",
        ),
    ),
    # of a server that somebody else started
    "address": ConditionInfo("subject", path=(*_SERVER, "address")),
    # wire format
    "backend": ConditionInfo(
        "identity", path=("spec", "target", "backend"), says_what_it_is=True
    ),
    "dataset": ConditionInfo(
        "identity", noted_as=("dataset", "dataset_name"), says_what_it_is=True
    ),
    # the lengths that were asked for
    "input_len": ConditionInfo(
        "identity",
        "whole",
        "tokens",
        noted_as=("input_len", "random_input_len"),
    ),
    "output_len": ConditionInfo(
        "identity",
        "whole",
        "tokens",
        noted_as=("output_len", "random_output_len"),
        in_files={"evalscope": "max_tokens"},
    ),
    # what was done where it was no ordinary serving: of an engine alone, or a scenario of the tool
    "scenario": ConditionInfo(
        "identity", absent_is_none=True, says_what_it_is=True
    ),
    # what prompts begin with alike
    "prefix_len": ConditionInfo(
        "identity",
        "whole",
        "tokens",
        noted_as=("prefix_len", "random_prefix_len"),
    ),
    # cold, warm, or absent where nobody cared
    "cache": ConditionInfo(
        "identity", path=("spec", "workload", "cache"), noted_as=("cache",)
    ),
    "num_prompts": ConditionInfo(
        "load",
        "whole",
        path=(*_LOAD, "num_prompts"),
        in_files={
            "aiperf": "requests",
            "evalscope": "number",
            "genai-bench": "num_requests",
            "sglang": "num_prompts",
            "vllm": "num_prompts",
        },
    ),
    "max_concurrency": ConditionInfo(
        "load",
        "whole",
        path=(*_LOAD, "max_concurrency"),
        in_files={
            "aiperf": "concurrency",
            "evalscope": "parallel",
            "genai-bench": "num_concurrency",
            "guidellm": "streams",
            "llmperf": "num_concurrent_requests",
            "sglang": "max_concurrency",
            "vllm": "max_concurrency",
        },
        absent_is_none=True,
    ),
    # inf for all at once
    "request_rate": ConditionInfo(
        "load",
        "number",
        path=(*_LOAD, "request_rate"),
        in_files={
            "aiperf": "rate",
            "evalscope": "rate",
            "guidellm": "rate",
            "sglang": "request_rate",
            "vllm": "request_rate",
        },
    ),
    # the law of a rate that changes, such as a ramp; there is no request_rate then
    "arrivals": ConditionInfo("load", absent_is_none=True),
    # shape of the gaps between arrivals
    "burstiness": ConditionInfo(
        "load",
        "number",
        path=(*_LOAD, "burstiness"),
        in_files={"vllm": "burstiness"},
    ),
    # the level of load: max_concurrency, or num_prompts where all are sent at once; none at a rate
    "concurrency": ConditionInfo("load", "whole"),
    "seed": ConditionInfo(
        "incidental",
        "whole",
        path=("spec", "seed"),
        noted_as=("seed",),
        in_tables=False,
        parts_curves=False,
    ),
    # 1 for the first
    "repeat": ConditionInfo(
        "incidental", "whole", noted_as=("repeat",), parts_curves=False
    ),
    # of the deployment
    "cost_per_hour": ConditionInfo(
        "incidental",
        "number",
        noted_as=("cost_per_hour",),
        in_tables=False,
        parts_curves=False,
    ),
    # of energy, and what the building takes for each kWh of the cards
    "price_per_kwh": ConditionInfo(
        "incidental",
        "number",
        noted_as=("price_per_kwh",),
        in_tables=False,
        parts_curves=False,
    ),
    "pue": ConditionInfo(
        "incidental",
        "number",
        noted_as=("pue",),
        in_tables=False,
        parts_curves=False,
    ),
    # the end, ISO 8601; the client's local time where no offset is told
    "date": ConditionInfo("incidental", in_tables=False, parts_curves=False),
    # of the tool that wrote a file
    "tool_version": ConditionInfo(
        "incidental", in_tables=False, parts_curves=False
    ),
    # of the client
    "host": ConditionInfo(
        "incidental",
        path=("environment", "hostname"),
        noted_as=("host", "hostname"),
        in_tables=False,
    ),
    # quick, embedded or both: no measurement of a real campaign or a real server
    "rehearsal": ConditionInfo("identity", absent_is_none=True),
}
"""By name, in the order of a table."""

DECLARED = ConditionInfo("identity")
"""What a file says under a name of its own: two values of it are two deployments."""


def condition(name: str) -> ConditionInfo:
    """What is known of a condition, also of one that only a file knows."""
    return CONDITIONS.get(name, DECLARED)


_NOTED = {
    alias: name
    for name, each in CONDITIONS.items()
    for alias in (name, *each.noted_as)
}


@lru_cache(4096)
def condition_noted_as(key: str) -> str:
    """Our name of what a file calls `key`, or the file's own."""
    return _NOTED.get(key.lower().replace("-", "_").replace(" ", "_"), key)


def of_role(*roles: Role) -> tuple[str, ...]:
    """The conditions of these roles."""
    return tuple(
        name for name, each in CONDITIONS.items() if each.role in roles
    )


@lru_cache
def settings_in(tool: str) -> Mapping[str, str]:
    """What a tool calls our conditions among the settings in its files, by our names."""
    return {
        name: each.in_files[tool]
        for name, each in CONDITIONS.items()
        if tool in each.in_files
    }


LEVELS = ("concurrency", "request_rate")
"""The level of load that an axis shows: a point has one of them."""

LOADS = (*LEVELS, "num_prompts", "max_concurrency")
"""Conditions that say how high the load is; the first that a point has says it best."""

SET_LOADS = ("max_concurrency", "request_rate", "num_prompts")
"""What the user sets of the load; the first that is told, and finite, limits what is asked at once.
"""

SLOTS = ("num_prompts", "max_concurrency")
"""What `concurrency` is one of."""

NOTED_APART = ("label", "tag", "host")
"""Incidental, and still worth a word where the sides of a comparison differ in it."""

PRICES = ("cost_per_hour", "price_per_kwh", "pue")
"""What costs rest on."""

CHANGES_WITH_DATES = (
    "engine_version",
    "stack",
    "campaign",
    "group",
    "label",
    "origin",
)
"""What a curve over dates runs across: the same machine with newer software."""

STUDY = ("config", "model", "tp")
"""What names a curve of the study that this began with."""

DEPLOYMENT = (*STUDY, "engine")
"""What tells one deployment from another."""

WORK = (
    "model",
    "engine",
    "engine_version",
    "card",
    "stack",
    "dtype",
    "backend",
    "dataset",
    "input_len",
    "output_len",
    "prefix_len",
    "cache",
    "burstiness",
)
"""What must agree between one card and several: all but their number, and the load."""

AROUND_ENGINE = (
    *STUDY,
    "gpus",
    "pcie_width",
    "dataset",
    "input_len",
    "output_len",
    "prefix_len",
    "cache",
)
"""What must agree between engines that one table compares."""

DISTINGUISHING = (
    *DEPLOYMENT,
    "tool",
    "input_len",
    "output_len",
    "scenario",
    "dataset",
    "cache",
    "prefix_len",
    "card",
    "gpus",
    "dp",
    "dtype",
    "stack",
    "pcie_generation",
    "pcie_width",
    "backend",
    "burstiness",
    "label",
    "engine_version",
    "address",
    "origin",
    "rehearsal",
    "campaign",
    "group",
)
"""What may make two curves of one, the most telling first: `tool` is who measured. Neither the
level of load, nor what differs by chance or by hour.
"""
