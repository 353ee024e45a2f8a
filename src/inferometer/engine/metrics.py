"""The engine's counters, and its /metrics page with vLLM's names. Reads no clock, has no sockets.

As in vLLM, a client that disconnected is in no `finished_reason`. A model of set times has no
prefix cache: every prompt token is a query and none a hit, unless a fault says so. A twin reports
its own, and that it is one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from inferometer.engine.engine_model import EngineReport

CONTENT_TYPE = "text/plain; version=1.0.0; charset=utf-8"

_SECONDS = (0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 20.0, 40.0, 80.0)
_TTFT_BOUNDS = (
    0.001,
    0.005,
    0.01,
    0.02,
    0.04,
    0.06,
    0.08,
    0.1,
    0.25,
    *_SECONDS,
    160.0,
    640.0,
    2560.0,
)
_ITL_BOUNDS = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, *_SECONDS)
_MINUTES = (60.0, 120.0, 240.0, 480.0, 960.0, 1920.0, 7680.0)
_REQUEST_BOUNDS = (
    0.3,
    0.5,
    0.8,
    1.0,
    1.5,
    2.0,
    2.5,
    5.0,
    10.0,
    15.0,
    20.0,
    30.0,
    40.0,
    50.0,
    *_MINUTES,
)


class Histogram:
    """Observations in ns, with upper bounds in seconds, as in Prometheus."""

    __slots__ = ("_bounds_ns", "_bounds_s", "_counts", "_sum_ns")

    def __init__(self, bounds_s: tuple[float, ...]) -> None:
        self._bounds_s = bounds_s
        self._bounds_ns = [round(bound * 1e9) for bound in bounds_s]
        self._counts = [0] * (len(bounds_s) + 1)
        self._sum_ns = 0

    def observe(self, value_ns: int) -> None:
        self._counts[bisect_left(self._bounds_ns, value_ns)] += 1
        self._sum_ns += value_ns

    def render(self, name: str, labels: str) -> list[str]:
        lines = []
        total = 0
        for bound, count in zip(
            (*map(str, self._bounds_s), "+Inf"), self._counts, strict=True
        ):
            total += count
            lines.append(
                f'{name}_bucket{{engine="0",le="{bound}",{labels}}} {float(total)}'
            )
        lines.append(f'{name}_count{{engine="0",{labels}}} {float(total)}')
        lines.append(f'{name}_sum{{engine="0",{labels}}} {self._sum_ns / 1e9}')
        return lines


_ABOUT = {
    "num_requests_running": ("gauge", "Requests in execution."),
    "num_requests_waiting": ("gauge", "Requests waiting for a place."),
    "kv_cache_usage_perc": ("gauge", "KV cache in use; 1 is full."),
    "prefix_cache_queries_total": (
        "counter",
        "Tokens looked for in the prefix cache.",
    ),
    "prefix_cache_hits_total": ("counter", "Tokens found in the prefix cache."),
    "num_preemptions_total": ("counter", "Preemptions."),
    "prompt_tokens_total": ("counter", "Prompt tokens processed."),
    "generation_tokens_total": ("counter", "Tokens generated."),
}
"""Type and description of each single value."""


class Metrics:
    """Counters since the start. Times are of real departures, not of the model's plan."""

    def __init__(self, started_s: float = 0.0) -> None:
        """`started_s`: start of the engine, s since 1970."""
        self.started_s = started_s
        self.prompt_tokens = 0
        self.generation_tokens = 0
        self.finished = 0
        self.prefix_hits = 0
        """Tokens."""
        self.preemptions = 0
        self.ttft = Histogram(_TTFT_BOUNDS)
        self.itl = Histogram(_ITL_BOUNDS)
        self.e2e = Histogram(_REQUEST_BOUNDS)
        self.queue = Histogram(_REQUEST_BOUNDS)

    def render(
        self,
        *,
        model: str,
        running: int,
        waiting: int,
        kv_cache_usage: float,
        report: EngineReport | None = None,
    ) -> bytes:
        labels = 'model_name="{}"'.format(
            model.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
        )
        base = f'engine="0",{labels}'
        queries, hits = self.prompt_tokens, self.prefix_hits
        preemptions = self.preemptions
        if report is not None:
            queries, hits = report.cache_queries, hits + report.cache_hits
            preemptions += report.preemptions
        values = {
            "num_requests_running": running,
            "num_requests_waiting": waiting,
            "kv_cache_usage_perc": kv_cache_usage,
            "prefix_cache_queries_total": queries,
            "prefix_cache_hits_total": hits,
            "num_preemptions_total": preemptions,
            "prompt_tokens_total": self.prompt_tokens,
            "generation_tokens_total": self.generation_tokens,
        }
        lines = [
            "# TYPE process_start_time_seconds gauge",
            f"process_start_time_seconds {self.started_s}",
        ]
        for name, value in values.items():
            lines += [
                *_family(name, *_ABOUT[name]),
                f"vllm:{name}{{{base}}} {float(value)}",
            ]
        lines += self._endings(labels)
        lines += self._histograms(labels)
        if report is not None:
            lines += _about_twin(report)
        return ("\n".join(lines) + "\n").encode()

    def _endings(self, labels: str) -> Iterator[str]:
        yield from _family(
            "request_success_total", "counter", "Requests finished."
        )
        for reason in ("stop", "length", "abort", "error"):
            key = f'engine="0",finished_reason="{reason}",{labels}'
            finished = self.finished if reason == "length" else 0
            yield f"vllm:request_success_total{{{key}}} {float(finished)}"

    def _histograms(self, labels: str) -> Iterator[str]:
        for name, about, histogram in (
            (
                "time_to_first_token_seconds",
                "Arrival to first token.",
                self.ttft,
            ),
            ("inter_token_latency_seconds", "Gap between events.", self.itl),
            ("e2e_request_latency_seconds", "Arrival to last token.", self.e2e),
            ("request_queue_time_seconds", "Arrival to admission.", self.queue),
        ):
            yield from _family(name, "histogram", about)
            yield from histogram.render(f"vllm:{name}", labels)


def _about_twin(report: EngineReport) -> list[str]:
    """vLLM's gauge about its cache, and ours that says that nothing here was measured."""
    return [
        *_family("cache_config_info", "gauge", "The KV cache."),
        f'vllm:cache_config_info{{block_size="{report.block_size}",engine="0",'
        f'num_gpu_blocks="{report.blocks}"}} 1.0',
        "# HELP inferometer_simulated Values of this page are computed, not measured.",
        "# TYPE inferometer_simulated gauge",
        f'inferometer_simulated{{simulates="{report.simulates}"}} 1.0',
    ]


def _family(name: str, kind: str, about: str) -> list[str]:
    return [f"# HELP vllm:{name} {about}", f"# TYPE vllm:{name} {kind}"]
