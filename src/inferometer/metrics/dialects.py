"""One trace in the definitions of other tools, under the names they use, so that a number of theirs
can be compared.

What their clients add (late stamps, connects inside TTFT, failures counted as answers) is not
imitated: only what they mean by a name. Requests that failed here are in none of their numbers,
warm-up neither. Not known here: their file formats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from inferometer.clock import MS, NS
from inferometer.metrics.definitions import (
    QUANTITIES,
    Sample,
    e2el_of_each,
    itl_ms,
    known,
    ok,
    ok_events,
    tpot,
    tpot_ms,
    ttft_of_each,
)
from inferometer.metrics.distribution import describe
from inferometer.trace import Trace
from inferometer.trace.trace import Columns, Integers
from inferometer.vocabulary import LATENCIES
from inferometer.words import Said

PERCENTILES = (50, 90, 95, 99)


def express(trace: Trace, dialect: str) -> dict[str, float]:
    """The run's numbers as the tool `dialect`, a key of DIALECTS, defines and names them; what has
    no value is left out.

    Times in the unit of the name, rates per second. Raises ValueError for an unknown dialect.
    """
    if dialect not in DIALECTS:
        told = {"name": dialect, "known": list(DIALECTS)}
        raise ValueError(Said("dialect.none", told))
    trace = trace.measured()
    answered = trace.select(
        ok(trace)
        & known(trace.requests["first_ns"])
        & known(trace.requests["last_ns"])
    )
    return DIALECTS[dialect].express(answered) if len(answered) else {}


def _vllm(trace: Trace) -> dict[str, float]:
    """`vllm bench serve` 0.32, `calculate_metrics` of vllm/benchmarks/serve.py.

    TTFT, TPOT, ITL and E2EL are our own headline definitions, and percentiles are linear. Durations
    run from the first send to the last end (theirs: around the whole gathering). Of the peaks,
    `max_output_tokens_per_s` counts events, not tokens, in whole seconds since the first send, and
    `max_concurrent_requests` counts a request in every such second it touches.
    """
    output = _tokens(trace, "output_tokens").sum()
    total = output + _tokens(trace, "prompt_tokens").sum()
    seconds = _whole_s(trace)
    return {
        **_latencies(trace),
        "request_throughput": len(trace) / seconds,
        "output_throughput": output / seconds,
        "total_token_throughput": total / seconds,
        **_peaks_by_second(trace),
    }


def _latencies(trace: Trace) -> dict[str, float]:
    figures: dict[str, float] = {}
    for key in LATENCIES:
        latency = describe(QUANTITIES[key].values(trace), PERCENTILES)
        named = {
            "mean": latency.mean,
            "median": latency.median,
            "std": latency.std,
            **latency.percentiles,
        }
        figures |= {
            f"{name}_{key}_ms": value or 0.0 for name, value in named.items()
        }
    return figures


def _peaks_by_second(trace: Trace) -> dict[str, float]:
    r = trace.requests
    begun = int(r["sent_ns"].min())
    buckets = np.bincount((ok_events(trace, "arrival_ns") - begun) // NS)
    first, last = (r["sent_ns"] - begun) // NS, (r["last_ns"] - begun) // NS
    more, less = (
        np.bincount(second, minlength=last.max() + 2)
        for second in (first, last + 1)
    )
    return {
        "max_output_tokens_per_s": float(buckets.max(initial=0)),
        "max_concurrent_requests": float(np.cumsum(more - less).max()),
    }


def _guidellm(trace: Trace) -> dict[str, float]:
    """GuideLLM 0.8, `GenerativeRequestStats` of guidellm/schemas/base/request_stats.py and its
    weighted summaries.

    `time_per_output_token_ms` is (last token − start) / tokens: TTFT is in it.
    `inter_token_latency_ms` is (last − first) / (tokens − 1), our TPOT. Of these two each request
    counts as often as it has tokens (tokens − 1). `request_latency` is in seconds and runs to the
    end of the response. A percentile is the least value whose running share reaches it; nothing is
    interpolated. Rates are over first start to last end.
    """
    r = trace.requests
    tokens = _tokens(trace, "output_tokens")
    open_ns, each = r["end_ns"] - r["sent_ns"], np.ones(len(trace))
    several, some = tokens > 1, tokens > 0
    token_ms = ((r["last_ns"] - r["sent_ns"]) / MS)[some] / tokens[some]
    between_ms = tpot((r["last_ns"] - r["first_ns"]) / MS, tokens - 1)[several]
    seconds = _whole_s(trace)
    total = tokens.sum() + _tokens(trace, "prompt_tokens").sum()
    return {
        **_weighted("request_latency", open_ns / NS, each),
        **_weighted("time_to_first_token_ms", ttft_of_each(trace), each),
        **_weighted("time_per_output_token_ms", token_ms, tokens[some]),
        **_weighted("inter_token_latency_ms", between_ms, tokens[several] - 1),
        "requests_per_second.mean": len(trace) / seconds,
        "request_concurrency.mean": float(open_ns.sum()) / NS / seconds,
        "output_tokens_per_second.mean": tokens.sum() / seconds,
        "tokens_per_second.mean": total / seconds,
    }


def _aiperf(trace: Trace) -> dict[str, float]:
    """AIPerf 0.13, the record metrics of aiperf/metrics/types.

    `time_to_first_token` and `request_latency` are our TTFT and E2EL. `inter_token_latency` is
    (request latency − TTFT) / (output length − 1) of each request, our TPOT; `inter_chunk_latency`
    is our ITL. `output_token_throughput_per_user` is the mean of 1000 / inter token latency,
    `e2e_output_token_throughput` that of tokens / request latency. `effective_latency` runs from
    the due time. Percentiles are linear. Rates are over first send to last output (theirs: over the
    phase).
    """
    r = trace.requests
    tokens = _tokens(trace, "output_tokens")
    whole_ms, between_ms = e2el_of_each(trace), tpot_ms(trace)
    lasting = whole_ms > 0
    figures: dict[str, float] = {}
    for name, values in {
        "time_to_first_token": ttft_of_each(trace),
        "request_latency": whole_ms,
        "effective_latency": (r["last_ns"] - _due_or_sent(r)) / MS,
        "inter_token_latency": between_ms,
        "inter_chunk_latency": itl_ms(trace),
        "output_token_throughput_per_user": 1000 / between_ms[between_ms > 0],
        "e2e_output_token_throughput": 1000
        * tokens[lasting]
        / whole_ms[lasting],
    }.items():
        figures |= _named(name, "avg", values)
    seconds = float(r["last_ns"].max() - r["sent_ns"].min()) / NS
    return figures | {
        "benchmark_duration": seconds,
        "request_throughput": len(trace) / seconds,
        "output_token_throughput": tokens.sum() / seconds,
    }


def _due_or_sent(requests: Columns) -> Integers:
    due = requests["intended_ns"]
    return np.where(known(due), due, requests["sent_ns"])


def _mlperf(trace: Trace) -> dict[str, float]:
    """MLPerf LoadGen, server scenario with token latencies: loadgen/results.cc, `ProcessLatencies`,
    `LogSummary`.

    Latencies run from the due time, where there is one, not from the send. `time_to_output_token`
    is (latency − TTFT) / (tokens − 1); samples of one token are left out here. A percentile is the
    value at index ⌊n · p⌋ of the sorted list. Completed samples per second are (n − 1) over the
    time at which the last query was done, tokens per second without the − 1; both count from the
    start of the run, here the first send or due time. It has no closed loop of several slots.
    """
    r = trace.requests
    since = _due_or_sent(r)
    tokens = _tokens(trace, "output_tokens")
    between_ns = tpot(r["last_ns"] - r["first_ns"], tokens - 1)[tokens > 1]
    done_s = float(r["last_ns"][np.argmax(since)] - since.min()) / NS
    return {
        **_by_rank("latency_ns", r["last_ns"] - since),
        **_by_rank("first_token_latency_ns", r["first_ns"] - since),
        **_by_rank("time_to_output_token_ns", between_ns.astype(np.int64)),
        "completed_samples_per_second": (len(trace) - 1) / done_s,
        "completed_tokens_per_second": tokens.sum() / done_s,
    }


def _by_rank(name: str, values: Integers) -> dict[str, float]:
    ordered = np.sort(values)
    if not len(ordered):
        return {}
    return {
        f"min_{name}": float(ordered[0]),
        f"max_{name}": float(ordered[-1]),
        f"mean_{name}": float(ordered.mean()),
        **{
            f"p{p}_{name}": float(ordered[len(ordered) * p // 100])
            for p in PERCENTILES
        },
    }


def _tokens(trace: Trace, column: str) -> Sample:
    """A column of token counts, 0 where the count is not known."""
    counts = trace.requests[column]
    return np.where(known(counts), counts, 0).astype(np.float64)


def _whole_s(trace: Trace) -> float:
    """First send to last end of the OK requests, s."""
    return (
        float(trace.requests["end_ns"].max() - trace.requests["sent_ns"].min())
        / NS
    )


def _named(name: str, mean: str, values: Sample) -> dict[str, float]:
    figures = describe(values.copy(), PERCENTILES)
    named = {
        mean: figures.mean,
        "std": figures.std,
        "min": figures.min,
        "max": figures.max,
        **figures.percentiles,
    }
    return {
        f"{name}.{figure}": value
        for figure, value in named.items()
        if value is not None
    }


def _weighted(name: str, values: Sample, weights: Sample) -> dict[str, float]:
    if not len(values):
        return {}
    mean = np.average(values, weights=weights)
    cuts = _weighted_percentiles(values, weights)
    variance = np.average((values - mean) ** 2, weights=weights)
    return {
        f"{name}.mean": float(mean),
        f"{name}.std_dev": float(np.sqrt(variance)),
        **{
            f"{name}.p{p}": float(cut)
            for p, cut in zip(PERCENTILES, cuts, strict=True)
        },
    }


def _weighted_percentiles(values: Sample, weights: Sample) -> Sample:
    order = np.argsort(values)
    reached = np.cumsum((weights / weights.sum())[order])
    places = np.searchsorted(reached, np.array(PERCENTILES) / 100)
    cuts: Sample = values[order][np.minimum(places, len(values) - 1)]
    return cuts


@dataclass(frozen=True, slots=True)
class Dialect:
    """A tool's way of speaking."""

    tool: str
    express: Callable[[Trace], dict[str, float]]
    differences: tuple[str, ...]
    """Keys of sentences: what its names mean that ours do not."""


DIALECTS: Mapping[str, Dialect] = {
    "vllm": Dialect("vllm bench serve 0.32", _vllm, ("events", "concurrent")),
    "guidellm": Dialect(
        "GuideLLM 0.8",
        _guidellm,
        ("with_ttft", "per_token", "to_the_end", "percentiles"),
    ),
    "aiperf": Dialect(
        "AIPerf 0.13", _aiperf, ("per_chunk", "per_user", "effective")
    ),
    "mlperf": Dialect(
        "MLPerf LoadGen, server scenario",
        _mlperf,
        ("due", "percentiles", "samples"),
    ),
}
