"""Results of llmperf (Ray): `…_summary.json`, and beside it `…_individual_responses.json` with the
single requests.

Times are in seconds. Tokens are counted by the tokenizer of the client, on the text that came
back. Its `inter_token_latency_s` is E2EL per output token, so TTFT is in it: it is neither our ITL
nor our TPOT, which follows from the single requests.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from inferometer.store.importers.declared import noted
from inferometer.store.importers.imported_run import (
    CannotImportError,
    Declarations,
    Figures,
    ImportedRequests,
    ImportedRun,
    unread,
)
from inferometer.store.importers.reading import (
    column,
    figure,
    figures,
    iso_date,
    latency_figures,
    metrics_of,
    read_bytes,
)
from inferometer.store.json_values import Object, at, entries, members, text
from inferometer.vocabulary import latencies_in, settings_in
from inferometer.words import Said

SUMMARY, RESPONSES = "_summary.json", "_individual_responses.json"

RESULTS = "results_"
"""What the names of its figures begin with; its metadata have names of their own."""

SETTINGS = (
    "model",
    "mean_input_tokens",
    "mean_output_tokens",
    "num_concurrent_requests",
    "name",
    "timestamp",
    "version",
)
"""What has a place of its own; other scalars are what the user noted."""

SPREADS = ("stddev_input_tokens", "stddev_output_tokens")

LENGTHS = {"input_len": "mean_input_tokens", "output_len": "mean_output_tokens"}

BETWEEN = "inter_token_latency_s"


def is_llmperf(result: Object) -> bool:
    return f"{RESULTS}num_completed_requests" in result or (
        "num_completed_requests" in members(result.get("results"))
    )


def is_response(result: Object) -> bool:
    """A row of the file of single requests."""
    return {"error_code", "ttft_s", "end_to_end_latency_s"} <= result.keys()


DEFINED_OTHERWISE = ("mean_itl_ms", "p99_itl_ms")


def read_llmperf(
    result: Object, path: Path, most_bytes: int
) -> list[ImportedRun]:
    """The run, with its single requests if their file lies beside this one."""
    told = _flat(result)
    return [
        ImportedRun(
            path=path,
            tool="llmperf",
            version=text(result.get("version")),
            model=text(result.get("model")),
            load=_load(result, told),
            metrics=_metrics(told),
            own=figures(told, (n for n in told if n.startswith(BETWEEN))),
            requests=_requests(path, most_bytes),
            conditions=_noted(result),
            date=iso_date(result.get("timestamp")),
            defined_otherwise=DEFINED_OTHERWISE,
        )
    ]


def _load(result: Object, told: Object) -> Figures:
    asked = figures(result, {**settings_in("llmperf"), **LENGTHS})
    return asked | figures(told, {"num_prompts": "num_requests_started"})


MEANS = {
    "total_input_tokens": "number_input_tokens_mean",
    "total_output_tokens": "number_output_tokens_mean",
}
"""By the total that follows from it."""


def _metrics(told: Object) -> Figures:
    metrics = metrics_of("llmperf", told)
    for ours, theirs in latencies_in("llmperf").items():
        metrics |= latency_figures(_statistics(told, theirs), ours, 1e3)
    if rate := figure(told.get("num_completed_requests_per_min")):
        metrics["request_throughput"] = rate / 60
        metrics |= figures(metrics, {"duration": "completed"}, 60 / rate)
    for ours, theirs in MEANS.items():
        mean, completed = figure(told.get(theirs)), metrics.get("completed")
        if mean is not None and completed:
            metrics |= figures({ours: mean * completed}, {ours: ours})
    return metrics


def _flat(result: Object) -> Object:
    """Its figures by the names that they have in files: newer versions nest them."""
    flat = {
        key.removeprefix(RESULTS).replace("_quantiles_", "_"): value
        for key, value in result.items()
        if key.startswith(RESULTS)
    }
    for key, value in members(result.get("results")).items():
        if not isinstance(value, dict):
            flat[key] = value
            continue
        quantiles = members(value.get("quantiles"))
        flat |= {
            f"{key}_{name}": each
            for name, each in {**value, **quantiles}.items()
        }
    return flat


def _statistics(told: Object, latency: str) -> Object:
    return {
        key.removeprefix(f"{latency}_"): value
        for key, value in told.items()
        if key.startswith(f"{latency}_")
    }


def _noted(result: Object) -> Declarations:
    """What the user noted, and how far lengths were spread."""
    beside = {
        key: value
        for key, value in result.items()
        if not key.startswith(RESULTS)
    }
    spread = {
        name: beside[name] for name in SPREADS if figure(beside.get(name))
    }
    return {**noted(beside, {*SETTINGS, *SPREADS}), **spread}


def _responses(path: Path, most_bytes: int) -> list[Any]:
    """The rows of the file beside this one, if there is one."""
    beside = path.with_name(f"{path.name.removesuffix(SUMMARY)}{RESPONSES}")
    if not path.name.endswith(SUMMARY) or not beside.is_file():
        return []
    try:
        return entries(json.loads(read_bytes(beside, most_bytes)))
    except CannotImportError:
        raise
    except (ValueError, RecursionError):
        raise unread(beside, Said("unread.llmperf")) from None


def _requests(path: Path, most_bytes: int) -> ImportedRequests | None:
    rows = _responses(path, most_bytes)
    if not rows:
        return None
    return ImportedRequests(
        ok=np.array([at(row, "error_code") is None for row in rows], np.bool_),
        ttft_s=column(rows, "ttft_s"),
        e2el_s=column(rows, "end_to_end_latency_s"),
        prompt_tokens=column(rows, "number_input_tokens"),
        output_tokens=column(rows, "number_output_tokens"),
    )
