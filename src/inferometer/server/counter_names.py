"""Names of engines' counters on their Prometheus pages: a table, for the versions whose pages or
sources were read.

A counter's sample ends in `_total` here, whether or not the page writes it so (TGI does not), as in
the parser.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inferometer.trace.server_counters import Counter, Gauge

Names = tuple[tuple[str, ...], ...]
"""Alternative ways to get a number; the first one that a page has is used. Each is the sum of these
samples, as far as present; `name{label=value}` selects samples with this label.
"""


@dataclass(frozen=True, slots=True)
class CounterNames:
    """The names of one engine, and their common prefix."""

    prefix: str
    counters: Mapping[Counter, Names]
    gauges: Mapping[Gauge, Names]


def _one(*names: str) -> Names:
    """The names that one number has had, newest first."""
    return tuple((name,) for name in names)


def _sum(*names: str) -> Names:
    return (names,)


def _vllm_like(prefix: str, *, cached: str, usage: str) -> CounterNames:
    """For engines with vLLM's names that count hits by prompt tokens."""
    return CounterNames(
        prefix,
        counters={
            "requests": _one(f"{prefix}request_success_total"),
            "prompt_tokens": _one(f"{prefix}prompt_tokens_total"),
            "generation_tokens": _one(f"{prefix}generation_tokens_total"),
            "prefix_queries": _one(f"{prefix}prompt_tokens_total"),
            "prefix_hits": _one(f"{prefix}{cached}"),
            "queued": _one(f"{prefix}request_queue_time_seconds_count"),
            "queue_s": _one(f"{prefix}request_queue_time_seconds_sum"),
        },
        gauges={
            "running": _one(f"{prefix}num_requests_running"),
            "waiting": _one(f"{prefix}num_requests_waiting"),
            "kv_cache_usage": _one(f"{prefix}{usage}"),
        },
    )


# 0.3 and 0.4, inside the engine's workers: on the engine's page if PROMETHEUS_MULTIPROC_DIR is set.
# A worker counts the tokens that it loads; the look-ups, of whole prompts, are counted once.
LMCACHE: Mapping[Counter, Names] = {
    "lmcache_queries": _one(
        "lmcache:num_lookup_tokens_total", "lmcache:num_requested_tokens_total"
    ),
    "lmcache_hits": _one(
        "lmcache:num_lookup_hits_total", "lmcache:num_hit_tokens_total"
    ),
}

ENGINES: Mapping[str, CounterNames] = {
    # 0.8 to 0.33
    "vLLM": CounterNames(
        "vllm:",
        counters={
            "requests": _one(
                "vllm:request_success_total"
            ),  # every reason to finish; a client that goes away may be none
            "prompt_tokens": _one("vllm:prompt_tokens_total"),
            "generation_tokens": _one("vllm:generation_tokens_total"),
            "prefix_queries": _one(
                "vllm:prefix_cache_queries_total",
                "vllm:gpu_prefix_cache_queries_total",
            ),
            "prefix_hits": (  # and what an external cache had of the rest, such as LMCache
                (
                    "vllm:prefix_cache_hits_total",
                    "vllm:external_prefix_cache_hits_total",
                ),
                ("vllm:gpu_prefix_cache_hits_total",),
            ),
            "external_queries": _one(
                "vllm:external_prefix_cache_queries_total"
            ),
            "external_hits": _one("vllm:external_prefix_cache_hits_total"),
            **LMCACHE,
            "preemptions": _one("vllm:num_preemptions_total"),
            "rejections": _one("vllm:admission_rejections_total"),
            "queued": _one("vllm:request_queue_time_seconds_count"),
            "queue_s": _one("vllm:request_queue_time_seconds_sum"),
        },
        gauges={
            "running": _one("vllm:num_requests_running"),
            "waiting": _one("vllm:num_requests_waiting"),
            "kv_cache_usage": _one(
                "vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"
            ),
        },
    ),
    # 0.5, with --enable-metrics. Its gauges are refreshed every 40 decoding steps and keep their
    # last values when the server is idle, so they say nothing before and after a run.
    "SGLang": CounterNames(
        "sglang:",
        counters={
            "requests": _one("sglang:num_requests_total"),
            "prompt_tokens": _one("sglang:prompt_tokens_total"),
            "generation_tokens": _one("sglang:generation_tokens_total"),
            "prefix_queries": _one("sglang:prompt_tokens_total"),
            "prefix_hits": _one("sglang:cached_tokens_total"),
            **LMCACHE,
            "preemptions": _one("sglang:num_retracted_requests_total"),
            "queued": _one("sglang:queue_time_seconds_count"),
            "queue_s": _one("sglang:queue_time_seconds_sum"),
        },
        gauges={},
    ),
    # b4000 and later, with --metrics. It counts the prompt tokens that it computed; older ones do
    # not tell of the others.
    "llama.cpp": CounterNames(
        "llamacpp:",
        counters={
            "prompt_tokens": _sum(
                "llamacpp:prompt_tokens_total",
                "llamacpp:prompt_tokens_cached_total",
            ),
            "generation_tokens": _one("llamacpp:tokens_predicted_total"),
            "prefix_queries": _sum(
                "llamacpp:prompt_tokens_total",
                "llamacpp:prompt_tokens_cached_total",
            ),
            "prefix_hits": _one("llamacpp:prompt_tokens_cached_total"),
        },
        gauges={
            "running": _one("llamacpp:requests_processing"),
            "waiting": _one("llamacpp:requests_deferred"),
            "kv_cache_usage": _one("llamacpp:kv_cache_usage_ratio"),
        },
    ),
    # 2 and 3
    "TGI": CounterNames(
        "tgi_",
        counters={
            "requests": _one("tgi_request_success_total"),
            "prompt_tokens": _one("tgi_request_input_length_sum"),
            "generation_tokens": _one("tgi_request_generated_tokens_sum"),
            "queued": _one("tgi_request_queue_duration_count"),
            "queue_s": _one("tgi_request_queue_duration_sum"),
        },
        gauges={
            "running": _one("tgi_batch_current_size"),
            "waiting": _one("tgi_queue_size"),
        },
    ),
    # trtllm-serve 1
    "TensorRT-LLM": _vllm_like(
        "trtllm_",
        cached="prompt_cached_tokens_total",
        usage="kv_cache_utilization",
    ),
    # 0.16
    "LMDeploy": _vllm_like(
        "lmdeploy:", cached="cached_tokens_total", usage="gpu_cache_usage_perc"
    ),
    # 4: the supervisor's page, which counts the requests it received. The model's worker has its
    # own counters on its own port.
    "Xinference": CounterNames(
        "xinference:",
        counters={
            "requests": _sum(
                "requests_total_counter_total{path=/v1/chat/completions}",
                "requests_total_counter_total{path=/v1/completions}",
            )
        },
        gauges={},
    ),
}
