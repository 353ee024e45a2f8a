"""Result files of genai-bench (`D64_16_text-to-text_num_concurrency_4_time_1s.json`), and
`experiment_metadata.json` beside.

Times are in the unit that the file names, seconds or milliseconds. There are neither send times nor
times of events.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from inferometer.store.importers.declared import configured
from inferometer.store.importers.imported_run import (
    Declarations,
    Figures,
    ImportedRequests,
    ImportedRun,
)
from inferometer.store.importers.reading import (
    column,
    figures,
    metrics_of,
    read_beside,
)
from inferometer.store.json_values import Object, at, entries, text
from inferometer.vocabulary import latencies_in, settings_in

METADATA = "experiment_metadata.json"

DEPLOYMENT = {
    "engine": "server_engine",
    "engine_version": "server_version",
    "card": "server_gpu_type",
    "gpus": "server_gpu_count",
    "backend": "api_backend",
}
"""Conditions, and what the metadata call them."""

NO_SETTINGS = frozenset(
    {
        *DEPLOYMENT.values(),
        *("cmd", "api_model_name", "model", "benchmark_version"),
        *("num_concurrency", "batch_size", "iteration_type"),
        *("traffic_scenario", "max_time_per_run_s", "max_requests_per_run"),
        *("experiment_folder_name", "experiment_base_dir", "spawn_rate"),
        *("metrics_time_unit", "num_workers", "master_port", "auth_config"),
    }
)
"""Of its metadata: the load, what is told otherwise, and what is of the client alone."""

FIXED = re.compile(r"D\((\d{1,9}), ?(\d{1,9})\)")
"""A scenario of prompts and outputs of one length each."""


def is_genai_bench(result: Object) -> bool:
    return {"aggregated_metrics", "individual_request_metrics"} <= result.keys()


def read_genai_bench(
    result: Object, path: Path, most_bytes: int
) -> list[ImportedRun]:
    """One run; version and model are in the file beside it, if that is there."""
    total = result["aggregated_metrics"]
    to_s = 1e-3 if result.get("_time_unit") == "ms" else 1.0
    metadata = read_beside(path.with_name(METADATA), most_bytes)
    lengths = _lengths(total)
    return [
        ImportedRun(
            path=path,
            tool="genai-bench",
            version=text(metadata.get("benchmark_version")),
            model=text(metadata.get("api_model_name")),
            load=figures(total, settings_in("genai-bench")) | lengths,
            metrics=_metrics(total, 1e3 * to_s),
            own=figures(
                at(total, "stats", "output_inference_speed"),
                {"output_inference_speed.mean": "mean"},
            ),
            requests=_requests(
                entries(result["individual_request_metrics"]), to_s
            ),
            conditions=_conditions(metadata, None if lengths else total),
            settings=configured(metadata, NO_SETTINGS),
        )
    ]


def _lengths(total: Object) -> Figures:
    """Those that were asked for, where they are fixed."""
    fixed = FIXED.fullmatch(text(at(total, "scenario")) or "")
    if fixed is None:
        return {}
    names = ("input_len", "output_len")
    return dict(zip(names, map(float, fixed.groups()), strict=True))


def _metrics(total: Object, to_ms: float) -> Figures:
    metrics = metrics_of("genai-bench", total)
    for ours, theirs in latencies_in("genai-bench").items():
        names = {
            f"mean_{ours}_ms": "mean",
            f"median_{ours}_ms": "p50",
            f"std_{ours}_ms": "stddev",
        }
        names |= {f"p{p}_{ours}_ms": f"p{p}" for p in (50, 90, 95, 99)}
        metrics |= figures(at(total, "stats", theirs), names, to_ms)
    return metrics


def _conditions(metadata: Object, total: Object | None) -> Declarations:
    """Of the server; `total` tells the law that lengths follow, where they are not fixed."""
    told: Declarations = {
        ours: value
        for ours, theirs in DEPLOYMENT.items()
        if isinstance(value := metadata.get(theirs), str | int) and value
    }
    law = text(at(total, "scenario"))
    return told | ({"length_law": law} if law else {})


def _requests(rows: list[object], to_s: float) -> ImportedRequests | None:
    if not rows:
        return None
    return ImportedRequests(
        ok=np.array([at(row, "error_code") is None for row in rows], np.bool_),
        ttft_s=column(rows, "ttft", to_s),
        e2el_s=column(rows, "e2e_latency", to_s),
        prompt_tokens=column(rows, "num_input_tokens"),
        output_tokens=column(rows, "num_output_tokens"),
    )
