"""Result files of `vllm bench serve` and the `benchmark_serving.py` before it, 0.8 to 0.33,
detailed or not.

The file does not say which vLLM wrote it. Without `--save-detailed` it has at most the latencies of
single requests, which are not enough to compute anything else from.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inferometer.store.importers.declared import declared
from inferometer.store.importers.imported_run import (
    Array,
    Declarations,
    Figures,
    ImportedRequests,
    ImportedRun,
    requests_or_why,
)
from inferometer.store.importers.inferencex import deployment_in
from inferometer.store.importers.reading import (
    figure,
    figures,
    is_endless,
    metrics_of,
    numbers,
)
from inferometer.store.json_values import Object, entries, text
from inferometer.store.vllm_json import RESERVED
from inferometer.vocabulary import settings_in, statistic_of

KEYS = frozenset(RESERVED) - {"label"}
"""Of the format, and no condition."""
PEAKS = ("max_output_tokens_per_s", "max_concurrent_requests")
"""0 where nothing completed: nobody counted then."""
MEASURED = ("spec_decode_", "probe_", "request_goodput")
"""What keys begin with that the tool adds to them."""

SURE = {"model_id", "tokenizer_id", "duration"}
SIGNS = SURE | {
    *("endpoint_type", "num_prompts", "request_rate", "completed"),
    *("total_output_tokens", "request_throughput", "output_throughput"),
    *("mean_ttft_ms", "mean_tpot_ms", "mean_itl_ms"),
}
MIN_SIGNS = 4
"""Of a file from which somebody took keys away."""

_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)")


def is_vllm(result: Object) -> bool:
    found = SIGNS & result.keys()
    return found >= SURE or ("model_id" in found and len(found) >= MIN_SIGNS)


def read_vllm(result: Object, path: Path, _: int) -> list[ImportedRun]:
    """One run. Older forks write `request_goodput:`, with the colon in the key."""
    metrics = figures(result, {"request_goodput": "request_goodput:"})
    metrics |= metrics_of("vllm", result)
    metrics |= _total_rate(metrics)
    metrics |= figures(result, filter(statistic_of, result))
    in_seconds = _in_seconds(result)
    metrics |= figures(result, in_seconds, 1e3)
    if not metrics.get("completed"):
        metrics = {
            name: each for name, each in metrics.items() if name not in PEAKS
        }
    requests, damaged = requests_or_why(requests_of, result)
    if requests is not None and "failed" not in metrics:
        metrics["failed"] = float(np.count_nonzero(~requests.ok))
    return [
        ImportedRun(
            path=path,
            tool="vllm",
            model=text(result.get("model_id")),
            load=load_of("vllm", result),
            metrics=metrics,
            requests=requests,
            conditions=_conditions(result, in_seconds)
            | deployment_in(path.stem),
            date=date_of(result),
            notes=damaged,
        )
    ]


def load_of(tool: str, result: Object) -> Figures:
    """All at once is the string "inf" in vLLM's files and a bare Infinity in SGLang's."""
    load = figures(result, settings_in(tool))
    if is_endless(result.get("request_rate")):
        load["request_rate"] = math.inf
    return load


def _total_rate(metrics: Mapping[str, float]) -> Figures:
    """By its definition, where a fork leaves it out and has what it is made of."""
    made_of = [
        metrics.get(f"total_{way}_tokens") for way in ("input", "output")
    ]
    duration = metrics.get("duration")
    if "total_token_throughput" in metrics or None in made_of or not duration:
        return {}
    return {
        "total_token_throughput": sum(each or 0.0 for each in made_of)
        / duration
    }


def _in_seconds(result: Object) -> dict[str, str]:
    """Latencies without a unit in their names, as InferenceX's client writes them: seconds."""
    return {ours: name for name in result if statistic_of(ours := f"{name}_ms")}


def _conditions(result: Object, in_seconds: Mapping[str, str]) -> Declarations:
    """The wire format, the law of a rate that changes, and all that users or forks note."""
    measured = {key for key in result if key.startswith(MEASURED)}
    found = declared(result, KEYS | measured | set(in_seconds.values()))
    if backend := text(result.get("backend")) or text(
        result.get("endpoint_type")
    ):
        found["backend"] = backend
    if (run := figure(result.get("run_number"))) is not None:
        found["repeat"] = run + 1
    if strategy := text(result.get("ramp_up_strategy")):
        found["arrivals"] = f"{strategy} ramp {_span(result)}"
    return found


def _span(result: Object) -> str:
    start, end = (
        figure(result.get(f"ramp_up_{each}_rps")) for each in ("start", "end")
    )
    return f"from {start} to {end} req/s"


def date_of(result: Object) -> str | None:
    """vLLM's `20251231-120000` as 2025-12-31T12:00:00."""
    told = _DATE.fullmatch(str(result.get("date")))
    if told is None:
        return None
    year, month, day, hour, minute, second = map(int, told.groups())
    try:
        return datetime(year, month, day, hour, minute, second).isoformat()  # noqa: DTZ001 - local time, of nobody knows where
    except ValueError:
        return None


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
    return (
        tuple(numbers(entries(each)) for each in itls)
        if isinstance(itls, list)
        else None
    )


def until_last_s(ttft_s: Array, gaps: tuple[Array, ...] | None) -> Array:
    """End-to-end latency where the file has only its parts: the last digits are lost."""
    return np.array(
        [
            first + sum(each)
            for first, each in zip(ttft_s, gaps or (), strict=False)
        ],
        np.float64,
    )


def requests_of(result: Object) -> ImportedRequests | None:
    if not isinstance(result.get("ttfts"), list):
        return None
    ttft_s, gaps = numbers(result["ttfts"]), gaps_s(result)
    told = isinstance(result.get("latencies"), list)  # not before 0.11
    return ImportedRequests(
        ok=succeeded(result),
        ttft_s=ttft_s,
        e2el_s=numbers(result["latencies"])
        if told
        else until_last_s(ttft_s, gaps),
        prompt_tokens=numbers(entries(result.get("input_lens"))),
        output_tokens=numbers(entries(result.get("output_lens"))),
        sent_s=numbers(result["start_times"])
        if isinstance(result.get("start_times"), list)
        else None,
        itls_s=gaps,
    )
