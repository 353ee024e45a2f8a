"""Our headline numbers from the single requests of another tool's file, by the formulas and in the
arithmetic of vLLM's client.

Of a vLLM file the results are its own summary to the last digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

import numpy as np

from inferometer.metrics.definitions import tpot
from inferometer.store.importers.imported_run import (
    Array,
    Figures,
    ImportedRequests,
    ImportedRun,
)
from inferometer.vocabulary import percentile_name


def recompute(
    run: ImportedRun, percentiles: Sequence[float] = (50, 90, 95, 99)
) -> Figures:
    """By the names of `ImportedRun.metrics`; empty without all of its single requests. Rates are
    over the file's own duration.
    """
    requests = run.all_requests
    if requests is None:
        return {}
    told = {
        name: value
        for key, sample in _samples(requests).items()
        for name, value in _statistics(key, sample, percentiles).items()
    }
    told |= _counts(requests)
    if duration_s := run.metrics.get("duration"):
        tokens_in = told["total_input_tokens"]
        tokens_out = told["total_output_tokens"]
        told["request_throughput"] = told["completed"] / duration_s
        told["output_throughput"] = tokens_out / duration_s
        told["total_token_throughput"] = (tokens_in + tokens_out) / duration_s
    return told


def _samples(requests: ImportedRequests) -> dict[str, Array]:
    """Of requests that completed, seconds."""
    ok = requests.ok
    ttft_s, e2el_s = requests.ttft_s[ok], requests.e2el_s[ok]
    samples = {
        "ttft": ttft_s,
        "tpot": tpot(e2el_s - ttft_s, requests.output_tokens[ok] - 1),
        "e2el": e2el_s,
    }
    if requests.itls_s is not None:
        gaps = compress(requests.itls_s, ok)
        samples["itl"] = np.concatenate([*gaps, np.zeros(0)])
    return samples


def _counts(requests: ImportedRequests) -> Figures:
    ok = requests.ok
    return {
        "completed": float(np.count_nonzero(ok)),
        "failed": float(np.count_nonzero(~ok)),
        "total_input_tokens": float(np.nansum(requests.prompt_tokens[ok])),
        "total_output_tokens": float(np.nansum(requests.output_tokens[ok])),
    }


def _statistics(
    key: str, sample_s: Array, percentiles: Sequence[float]
) -> Figures:
    sample_s = sample_s[~np.isnan(sample_s)]
    if not len(sample_s):
        return {}
    with np.errstate(
        over="ignore", invalid="ignore"
    ):  # of numbers that are no times
        told = {
            f"mean_{key}_ms": np.mean(sample_s),
            f"median_{key}_ms": np.median(sample_s),
            f"std_{key}_ms": np.std(sample_s),
        }
        told |= {
            f"{percentile_name(p)}_{key}_ms": np.percentile(sample_s, p)
            for p in percentiles
        }
        return {
            name: float(seconds) * 1000
            for name, seconds in told.items()
            if np.isfinite(seconds)
        }
