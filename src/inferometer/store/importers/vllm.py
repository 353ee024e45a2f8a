"""Result files of `vllm bench serve` and the `benchmark_serving.py` before it, 0.8 to 0.33,
detailed or not.

The file does not say which vLLM wrote it. Without `--save-detailed` it has at most the latencies of
single requests, which are not enough to compute anything else from.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inferometer.store.importers.imported_run import Array, ImportedRequests, ImportedRun
from inferometer.store.importers.reading import (
    Object,
    entries,
    figures,
    metrics_of,
    numbers,
    text,
)
from inferometer.vocabulary import settings_in, statistic_of

OWN = ("max_output_tokens_per_s", "max_concurrent_requests")
"""Counted in whole seconds there."""


def is_vllm(result: Object) -> bool:
    return {"model_id", "tokenizer_id", "duration"} <= result.keys()


def read_vllm(result: Object, path: Path) -> ImportedRun:
    """One run. Older forks write `request_goodput:`, with the colon in the key."""
    metrics = figures(result, {"request_goodput": "request_goodput:"})
    metrics |= metrics_of("vllm", result)
    metrics |= figures(result, {name: name for name in result if statistic_of(name)})
    requests = _requests(result)
    if requests is not None and "failed" not in metrics:
        metrics["failed"] = float(np.count_nonzero(~requests.ok))
    return ImportedRun(
        path=path,
        tool="vllm",
        version=None,
        model=text(result["model_id"]),
        load=load_of("vllm", result),
        metrics=metrics,
        own=figures(result, {name: name for name in OWN}),
        requests=requests,
    )


def load_of(tool: str, result: Object) -> dict[str, float]:
    """All at once is the string "inf" in vLLM's files and a bare Infinity in SGLang's."""
    load = figures(result, settings_in(tool))
    if result.get("request_rate") in ("inf", math.inf):
        load["request_rate"] = math.inf
    return load


def succeeded(result: Object) -> npt.NDArray[np.bool_]:
    """Which requests did: those without an error or, where errors are not told, those with
    output.
    """
    if isinstance(errors := result.get("errors"), list):
        return np.array([not error for error in errors], np.bool_)
    return numbers(entries(result.get("output_lens"))) > 0


def gaps_s(result: Object) -> tuple[Array, ...] | None:
    """The times between events, s, of each request; also in SGLang's files."""
    itls = result.get("itls")
    return tuple(numbers(entries(each)) for each in itls) if isinstance(itls, list) else None


def until_last_s(ttft_s: Array, gaps: tuple[Array, ...] | None) -> Array:
    """End-to-end latency where the file has only its parts: the last digits are lost."""
    return np.array(
        [first + sum(each) for first, each in zip(ttft_s, gaps or (), strict=False)], np.float64
    )


def _requests(result: Object) -> ImportedRequests | None:
    if not isinstance(result.get("ttfts"), list):
        return None
    ttft_s, gaps = numbers(result["ttfts"]), gaps_s(result)
    told = isinstance(result.get("latencies"), list)  # not before 0.11
    return ImportedRequests(
        ok=succeeded(result),
        ttft_s=ttft_s,
        e2el_s=numbers(result["latencies"]) if told else until_last_s(ttft_s, gaps),
        prompt_tokens=numbers(entries(result.get("input_lens"))),
        output_tokens=numbers(entries(result.get("output_lens"))),
        sent_s=numbers(result["start_times"])
        if isinstance(result.get("start_times"), list)
        else None,
        itls_s=gaps,
    )
