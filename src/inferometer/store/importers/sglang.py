"""Result files of SGLang's `bench_serving` and, at the end, `bench_offline_throughput`: JSON lines
with bare Infinity. They name neither the version of the tool nor, before 0.5, the model: from then
on the server tells it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np

from inferometer.store.importers.declared import declared
from inferometer.store.importers.imported_run import (
    Declarations,
    ImportedRequests,
    ImportedRun,
    requests_or_why,
)
from inferometer.store.importers.reading import figures, metrics_of
from inferometer.store.importers.sglang_servers import (
    deployment_of,
    model_of,
    servers_of,
    settings_of,
)
from inferometer.store.importers.vllm import load_of, requests_of
from inferometer.store.json_values import Object, text
from inferometer.vocabulary import LATENCIES, statistic_of
from inferometer.words import Said

KEYS = frozenset({"random_input_len", "random_output_len", "server_info"})
"""Of the format, and no conditions as they stand there: lengths are told also where another data
set was used.
"""
E2EL = f"_{LATENCIES['e2el'].in_files['sglang']}_"
OWN = (
    "concurrency",
    "accept_length",
    "total_output_tokens_retokenized",
)


def is_sglang(result: Object) -> bool:
    return {"mean_e2e_latency_ms", "dataset_name", "backend"} <= result.keys()


def read_sglang(result: Object, path: Path, _: int) -> list[ImportedRun]:
    """One line. Lengths are those asked for, except with a data set of texts."""
    statistics = {
        ours: theirs
        for theirs in result
        if statistic_of(ours := theirs.replace(E2EL, "_e2el_"))
    }
    metrics = metrics_of("sglang", result) | figures(result, statistics)
    requests, damaged = requests_or_why(_requests, result)
    if requests is not None:
        metrics["failed"] = float(np.count_nonzero(~requests.ok))
    lengths = (
        {"input_len": "random_input_len", "output_len": "random_output_len"}
        if _is_random(result)
        else {}
    )
    servers, settings = _servers(json.dumps(result.get("server_info")))
    return [
        ImportedRun(
            path=path,
            tool="sglang",
            model=text(result.get("model_id")) or model_of(servers),
            load=load_of("sglang", result) | figures(result, lengths),
            metrics=metrics,
            own=figures(result, OWN),
            requests=requests,
            conditions=declared(result, KEYS)
            | deployment_of(servers, settings),
            settings=settings,
            notes=damaged,
        )
    ]


@lru_cache(64)
def _servers(
    info: str,
) -> tuple[dict[str, list[Object]], Declarations]:
    """All servers, and what they say of themselves: the same in thousands of lines."""
    servers = servers_of(json.loads(info))
    return servers, settings_of(servers)


def _is_random(result: Object) -> bool:
    return str(result["dataset_name"]).startswith("random")


def _requests(result: Object) -> ImportedRequests | None:
    """As in vLLM's, which may have total times and times of sending besides."""
    return requests_of({**result, "latencies": None, "start_times": None})


OFFLINE = {
    "completed": "successful_requests",
    "duration": "total_latency",
    "total_input_tokens": "total_input_tokens",
    "total_output_tokens": "total_output_tokens",
    "request_throughput": "request_throughput",
    "output_throughput": "output_throughput",
    "total_token_throughput": "total_throughput",
}
"""Our metrics in lines of `bench_offline_throughput`, which has -1 for what was not measured."""


OF_OFFLINE = frozenset(
    {*OFFLINE.values(), "backend", "input_throughput", "last_gen_throughput"}
)


def is_sglang_offline(result: Object) -> bool:
    return {
        "successful_requests",
        "total_latency",
        "total_throughput",
    } <= result.keys()


def read_sglang_offline(
    result: Object, path: Path, _: int
) -> list[ImportedRun]:
    """A run of the engine in the tool's own process: no server, no stream, no TTFT. The line tells
    neither the model nor what was asked.
    """
    metrics = figures(result, OFFLINE)
    command = {"command": "sglang.bench_offline_throughput"}
    return [
        ImportedRun(
            path=path,
            tool="sglang-throughput",
            metrics={
                name: value for name, value in metrics.items() if value >= 0
            },
            conditions={"scenario": "offline throughput"},
            notes=(Said("note.offline_throughput", command),),
        )
    ]
