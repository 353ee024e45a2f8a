"""Files of `vllm bench throughput` and `vllm bench latency`, which run the engine in their own
process: there is no server, no stream and no TTFT.

Throughput is of prompt and output tokens together. A latency is that of a whole batch, from its
start to the end of its last request; times are in seconds. The file tells neither the model nor
what was asked; `NAME.pytorch.json`, which vLLM's own CI has beside it, does.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from inferometer.store.importers.declared import configured
from inferometer.store.importers.imported_run import (
    CannotImportError,
    Figures,
    ImportedRun,
)
from inferometer.store.importers.reading import (
    figures,
    metrics_of,
    numbers,
    read_bytes,
    told_of,
)
from inferometer.store.json_values import Object, at, entries, text
from inferometer.words import Said

ARGUMENTS_SUFFIX = ".pytorch.json"
MAX_ARGUMENTS_BYTES = 16 * 1024 * 1024

BESIDE = {
    "output_throughput": "output_tokens_per_second",
    "total_input_tokens": "total_prompt_tokens",
    "total_output_tokens": "total_output_tokens",
}
"""What copies of the script add."""

OF_THROUGHPUT = frozenset(
    {
        *BESIDE.values(),
        *("elapsed_time", "num_requests", "total_num_tokens"),
        *("requests_per_second", "tokens_per_second"),
    }
)

SETTINGS = (
    "dtype",
    "quantization",
    "tensor_parallel_size",
    "async_engine",
    "batch_size",
)
LENGTHS = {"input_len": "input_len", "output_len": "output_len"}
NO_SETTINGS = frozenset(
    {*SETTINGS, *LENGTHS.values(), "model", "output_json", "profile"}
)
"""The load, what is told otherwise, and what is of the client alone."""


def is_throughput(result: Object) -> bool:
    return {"elapsed_time", "num_requests", "total_num_tokens"} <= result.keys()


def is_latency(result: Object) -> bool:
    return {"avg_latency", "percentiles"} <= result.keys()


def is_arguments(result: Object) -> bool:
    """A record of a list in PyTorch's form."""
    return {"benchmark", "model", "metric"} <= result.keys()


def read_throughput(result: Object, path: Path, _: int) -> list[ImportedRun]:
    metrics = metrics_of("vllm-throughput", result) | figures(result, BESIDE)
    return [_run(result, path, "vllm-throughput", metrics, "throughput")]


PERCENTILES = {
    "median_e2el_ms": "50",
    "p50_e2el_ms": "50",
    "p90_e2el_ms": "90",
    "p99_e2el_ms": "99",
}


def read_latency(result: Object, path: Path, _: int) -> list[ImportedRun]:
    metrics = figures(result, {"mean_e2el_ms": "avg_latency"}, 1e3)
    metrics |= figures(result.get("percentiles"), PERCENTILES, 1e3)
    samples = numbers(entries(result.get("latencies")), 1e3)
    if len(samples := samples[~np.isnan(samples)]):
        with np.errstate(all="ignore"):  # of numbers that are no times
            metrics |= figures(
                {"std": float(np.std(samples))}, {"std_e2el_ms": "std"}
            )
    return [_run(result, path, "vllm-latency", metrics, "latency")]


def _run(
    result: Object,
    path: Path,
    tool: str,
    metrics: Figures,
    scenario: str,
) -> ImportedRun:
    record = _arguments(path)
    told = at(record, "benchmark", "extra_info", "args")
    command = {"command": f"vllm bench {scenario}"}
    return ImportedRun(
        path=path,
        tool=tool,
        model=text(at(told, "model")) or text(at(record, "model", "name")),
        load=figures(told, LENGTHS),
        metrics=metrics,
        conditions={
            "scenario": f"offline {scenario}",
            **told_of(told, SETTINGS),
        },
        settings=configured(told, NO_SETTINGS),
        notes=(Said(f"note.offline_{scenario}", command),),
    )


def _arguments(path: Path) -> Any:
    """The first record of the file beside, which has all arguments; None where there is none."""
    beside = path.with_name(f"{path.stem}{ARGUMENTS_SUFFIX}")
    if not beside.is_file():
        return None
    try:
        return next(
            iter(entries(json.loads(read_bytes(beside, MAX_ARGUMENTS_BYTES)))),
            None,
        )
    except (CannotImportError, ValueError, RecursionError):
        return None
