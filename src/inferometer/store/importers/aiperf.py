"""Exports of AIPerf: `profile_export_aiperf.json`, and beside it `profile_export.jsonl` with the
single requests.

Its `inter_token_latency` is our TPOT, its `inter_chunk_latency` our ITL. Its rates are over the
phase, a little longer than from the first send to the last end, and its total token throughput
counts prompts as its own tokenizer does.
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
    numbers,
    read_objects,
    text,
)
from inferometer.vocabulary import latencies_in, settings_in

RECORDS = "profile_export.jsonl"

OWN = (
    "total_token_throughput",
    "effective_latency",
    "output_token_throughput_per_user",
    "e2e_output_token_throughput",
    "effective_concurrency",
)
IN_MS = 1e-3


def is_aiperf(result: Object) -> bool:
    return "aiperf_version" in result or {"input_config", "request_latency"} <= result.keys()


def read_aiperf(result: Object, path: Path, most_bytes: int) -> ImportedRun:
    """The run, with its single requests if their file lies beside this one."""
    metrics = metrics_of("aiperf", result)
    for ours, theirs in latencies_in("aiperf").items():
        names = {f"mean_{ours}_ms": "avg", f"median_{ours}_ms": "p50", f"std_{ours}_ms": "std"}
        metrics |= figures(
            result.get(theirs), {**names, **{f"p{p}_{ours}_ms": f"p{p}" for p in (50, 90, 95, 99)}}
        )
    if "failed" not in metrics and at(result, "request_error_rate", "avg") == 0:
        metrics["failed"] = 0.0
    own: dict[str, float] = {}
    for name in OWN:
        own |= figures(result.get(name), {f"{name}.avg": "avg"})
    config = result.get("input_config")
    phase = next(iter(entries(at(config, "phases"))), None)
    prompts = at(next(iter(entries(at(config, "datasets"))), None), "prompts")
    load = figures(phase, settings_in("aiperf"))
    load |= figures(at(prompts, "isl"), {"input_len": "mean"}) | figures(
        at(prompts, "osl"), {"output_len": "mean"}
    )
    model = at(next(iter(entries(at(config, "models", "items"))), None), "name")
    records = path.with_name(RECORDS)
    requests = _requests(read_objects(records, most_bytes)) if records.exists() else None
    return ImportedRun(
        path,
        "aiperf",
        text(result.get("aiperf_version")),
        text(model),
        load,
        metrics,
        own,
        requests,
    )


def _requests(records: list[Object]) -> ImportedRequests:
    metrics = [at(record, "metrics") for record in records]

    def values(name: str) -> list[object]:
        return [at(each, name, "value") for each in metrics]

    e2el_s = numbers(values("request_latency"), IN_MS)
    failed = np.array(
        [
            bool(at(each, "error")) or bool(at(each, "metadata", "was_cancelled"))
            for each in records
        ],
        np.bool_,
    )
    return ImportedRequests(
        ok=~failed & ~np.isnan(e2el_s),
        ttft_s=numbers(values("time_to_first_token"), IN_MS),
        e2el_s=e2el_s,
        prompt_tokens=numbers(values("usage_prompt_tokens")),
        output_tokens=numbers(values("output_sequence_length")),
        sent_s=numbers((at(each, "metadata", "request_start_ns") for each in records), 1e-9),
        itls_s=tuple(numbers(entries(each), IN_MS) for each in values("inter_chunk_latency")),
    )
