"""Files of tools that are known, and not read here: who brings one is told which tool it is of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from inferometer.store.json_values import Object, at

MAX_HEAD = 16_384
"""Characters of a text that are looked at."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """How to know a form of a tool's files."""

    tool: str
    keys: frozenset[str] = frozenset()
    """All in a JSON object, with dots between those that lead to one."""
    text: re.Pattern[str] | None = None
    """At the beginning of a line."""


def _json(tool: str, *keys: str) -> Stranger:
    return Stranger(tool, frozenset(keys))


def _text(tool: str, pattern: str) -> Stranger:
    return Stranger(tool, text=re.compile(pattern, re.MULTILINE))


STRANGERS = (
    _json("`vllm bench startup`", "avg_cold_startup_time"),
    _json("`vllm bench startup`", "cold_startup_times"),
    _json("llama.cpp's batched-bench", "t_pp", "speed_pp", "t_tg", "speed_tg"),
    _text("llama.cpp's batched-bench", r"^\|\s*PP \|\s*TG \|\s*B \|\s*N_KV"),
    _json("optimum-benchmark", "prefill.latency", "decode.latency"),
    _json("optimum-benchmark", "config.launcher", "config.scenario", "report"),
    _json("inference-benchmarker", "config.max_vus", "results", "system"),
    _json("ollama", "eval_count", "eval_duration", "prompt_eval_count"),
    _text("ollama", r"^eval rate: +[\d.]+ tokens/s"),
    _text("TGI's benchmark", r"^\| Step +\| Batch Size +\| Average"),
    _text("gptManagerBenchmark", r"^num_samples,.*\(token/sec\)"),
    _text("gptManagerBenchmark", r"^\[BENCHMARK\] num_samples"),
    _text("perf_analyzer", r"^(?:Concurrency|Request Rate),Inferences/Second,"),
    _text("perf_analyzer", r"^\*\*\* Measurement Settings \*\*\*"),
    _text("LMDeploy's profile_throughput", r"^batch,num_prompts?,RPS,RPM,"),
    _text("MindIE's benchmark", r"^Metric,average,max,min,P75|^Common Metric,"),
    _text("AISBench", r"^Performance Parameters\s*,\s*Stage"),
    _text("vidur", r"^Request Id,request_e2e_time,"),
    _json("k6", "metrics", "root_group"),
    _text("k6", r"^ +http_req_duration\.*: avg="),
    _text("locust", r"^\"?Type\"?,\"?Name\"?,\"?Request Count\"?,"),
    _text("JMeter", r"^timeStamp,elapsed,label,responseCode"),
    _text("wrk", r"^Running .+ test @ http"),
    _text("ApacheBench", r"^This is ApacheBench"),
    _text("hey", r"^Response time histogram:"),
    _json("vegeta", "latencies", "bytes_in", "bytes_out", "earliest"),
    _json("lm-evaluation-harness", "results", "configs", "n-shot"),
)


def tool_of(result: Object) -> str | None:
    """Whose JSON it is; None for nobody's who is known."""
    return next(
        (
            each.tool
            for each in STRANGERS
            if each.keys
            and all(
                at(result, *key.split(".")) is not None for key in each.keys
            )
        ),
        None,
    )


def tool_of_text(text: str) -> str | None:
    head = text[:MAX_HEAD]
    found = (each for each in STRANGERS if each.text and each.text.search(head))
    return next((each.tool for each in found), None)
