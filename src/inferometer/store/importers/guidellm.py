"""Reports of GuideLLM (`benchmarks.json`, 0.3 and later): several benchmarks in one file, each a
run.

Only its means of TTFT, its counts and its rates are defined as ours; see `metrics.dialects` for the
rest, which is kept in `own`. From the times of single requests, where they were not sampled away,
our figures can be computed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inferometer.store.importers.imported_run import ImportedRequests, ImportedRun
from inferometer.store.importers.reading import (
    Object,
    at,
    entries,
    figures,
    metrics_of,
    number,
    numbers,
    text,
)
from inferometer.vocabulary import LATENCIES, settings_in

OWN = (
    "request_latency",
    "time_per_output_token_ms",
    "inter_token_latency_ms",
    "time_to_first_token_ms",
    "request_concurrency",
)


def is_guidellm(result: Object) -> bool:
    return isinstance(result.get("benchmarks"), list) and all(
        at(each, "metrics") for each in result["benchmarks"]
    )


def read_guidellm(result: Object, path: Path) -> list[ImportedRun]:
    """Every benchmark of the report."""
    return [
        _run(each, text(at(result, "metadata", "guidellm_version")), path)
        for each in result["benchmarks"]
    ]


def _run(benchmark: Object, version: str | None, path: Path) -> ImportedRun:
    metrics = benchmark["metrics"]
    strategy, backend = at(benchmark, "config", "strategy"), at(benchmark, "config", "backend")
    told = metrics_of("guidellm", benchmark)
    told |= figures(
        at(metrics, LATENCIES["ttft"].in_files["guidellm"], "successful"),
        {"mean_ttft_ms": "mean", "std_ttft_ms": "std_dev"},
    )
    own: dict[str, float] = {}
    for name in OWN:
        own |= figures(
            at(metrics, name, "successful"),
            {f"{name}.{figure}": figure for figure in ("mean", "median", "std_dev")},
        )
        percentiles = at(metrics, name, "successful", "percentiles")
        own |= figures(
            percentiles, {f"{name}.{figure}": figure for figure in ("p50", "p90", "p95", "p99")}
        )
    load = figures(strategy, settings_in("guidellm"))
    load |= figures(
        at(benchmark, "config", "constraints", "max_requests", "args"), {"num_prompts": "count"}
    )
    return ImportedRun(
        path, "guidellm", version, text(at(backend, "model")), load, told, own, _requests(benchmark)
    )


def _requests(benchmark: Object) -> ImportedRequests | None:
    groups = {
        name: entries(at(benchmark, "requests", name))
        for name in ("successful", "errored", "incomplete")
    }
    rows = [row for group in groups.values() for row in group]
    if not rows:
        return None
    timings = [at(row, "info", "timings") for row in rows]
    sent_s = numbers(at(each, "request_start") for each in timings)
    return ImportedRequests(
        ok=np.arange(len(rows)) < len(groups["successful"]),
        ttft_s=numbers(at(each, "first_token_iteration") for each in timings) - sent_s,
        e2el_s=numbers(at(each, "last_token_iteration") for each in timings) - sent_s,
        prompt_tokens=numbers(at(row, "prompt_tokens") for row in rows),
        output_tokens=numbers(at(row, "output_tokens") for row in rows),
        sent_s=sent_s - (number(benchmark.get("start_time")) or 0.0),
    )
