"""Every latency once: its label, its title, what the files of other tools call it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

LatencyName = Literal["ttft", "tpot", "itl", "e2el"]
LATENCY_NAMES: tuple[LatencyName, ...] = get_args(LatencyName)


@dataclass(frozen=True, slots=True)
class Latency:
    """A latency: a distribution over requests or, as ITL, over the gaps between events."""

    label: str
    title: str
    """As the head of its section in vLLM's report."""
    in_files: Mapping[str, str] = field(default_factory=dict)
    """What the files of other tools call it, by tool; only where they mean the same."""


LATENCIES: Mapping[str, Latency] = {
    "ttft": Latency(
        "TTFT",
        "Time to First Token",
        {
            "aiperf": "time_to_first_token",
            "evalscope": "TTFT (ms)",
            "genai-bench": "ttft",
            "guidellm": "time_to_first_token_ms",
            "inference-perf": "time_to_first_token",
            "llmperf": "ttft_s",
        },
    ),
    "tpot": Latency(
        "TPOT",
        "Time per Output Token (excl. 1st token)",
        {
            "aiperf": "inter_token_latency",
            "evalscope": "TPOT (ms)",
            "genai-bench": "tpot",
            "inference-perf": "time_per_output_token",
        },
    ),
    "itl": Latency(
        "ITL",
        "Inter-token Latency",
        {
            "aiperf": "inter_chunk_latency",
            "evalscope": "ITL (ms)",
            "inference-perf": "inter_token_latency",
        },
    ),
    "e2el": Latency(
        "E2EL",
        "End-to-end Latency",
        {
            "aiperf": "request_latency",
            "genai-bench": "e2e_latency",
            "inference-perf": "request_latency",
            "llmperf": "end_to_end_latency_s",
            "sglang": "e2e_latency",
        },
    ),
}
"""In the order of reports and files."""

ONE_A_REQUEST = ("ttft", "tpot", "e2el")
"""Latencies of which a request has one value. ITL is pooled from the gaps of all requests."""

SHOWN_LATENCIES = ("ttft", "tpot", "itl")
"""What `vllm bench serve` reports unless it is asked for others."""


def latencies_in(tool: str) -> dict[str, str]:
    """What the files of a tool call our latencies, by our names."""
    return {
        name: each.in_files[tool]
        for name, each in LATENCIES.items()
        if tool in each.in_files
    }
