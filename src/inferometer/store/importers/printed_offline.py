"""What benchmarks of an engine alone print, in a log: `vllm bench throughput`, `vllm bench latency`
(and `benchmark_throughput.py`, `benchmark_latency.py`) and `sglang.bench_offline_throughput`.

Rates have two decimals; vLLM's latencies, in seconds, are written in full.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from inferometer.store.importers.imported_run import (
    Declarations,
    Figures,
    ImportedRun,
)
from inferometer.store.importers.printed_report import (
    METRICS,
    all_settings_in,
    as_printed,
    as_typed,
    values_in,
)
from inferometer.store.importers.reading import figures
from inferometer.store.importers.text import figure, lines_of
from inferometer.store.json_values import given
from inferometer.words import Said

_RATE = r"(\d{1,18}(?:\.\d{1,9})?)"

THROUGHPUT = re.compile(
    rf"\bThroughput: {_RATE} requests/s, {_RATE} (?:total )?tokens/s(?:, {_RATE} output tokens/s)?"
)
RATES = ("request_throughput", "total_token_throughput", "output_throughput")
"""What it tells, in its order: old versions have no third."""

TOKENS = re.compile(r"\bTotal num (prompt|output) tokens:\s+(\d{1,18})\s*$")
COUNTS = {"prompt": "total_input_tokens", "output": "total_output_tokens"}

LATENCY = re.compile(
    r"\b(?:(Avg)|(\d{1,2})% percentile) latency: ([0-9.e+-]{1,30}) seconds\s*$"
)
LATENCIES_AT = {
    "mean_e2el_ms": "Avg",
    "median_e2el_ms": "50",
    "p50_e2el_ms": "50",
    "p90_e2el_ms": "90",
    "p99_e2el_ms": "99",
}

SGLANG_MARK = "= Offline Throughput Benchmark Result ="

COMMANDS = (
    "vllm bench ",
    "benchmark_throughput",
    "benchmark_latency",
    "bench_offline_throughput",
)
ARGUMENTS = {
    "model": "model",
    "model_path": "model",
    "num_prompts": "num_prompts",
    "input_len": "input_len",
    "output_len": "output_len",
    "batch_size": "batch_size",
    "tensor_parallel_size": "tp",
    "tp_size": "tp",
    "dtype": "dtype",
    "quantization": "quantization",
}
"""Of these tools' own arguments, and our names."""

AS_PRINTED = {name: as_printed(name) for name in ARGUMENTS}
AS_TYPED = {name: as_typed(name) for name in ARGUMENTS}

LOAD = ("num_prompts", "input_len", "output_len")

WHOLE = re.compile(r"[0-9]{1,18}")

MAX_RESULTS = 100_000


@dataclass(slots=True)
class _Result:
    """A result as far as it was read, with the arguments that were printed before it."""

    tool: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    settings: Declarations = field(default_factory=dict)
    metrics: Figures = field(default_factory=dict)
    latencies: Figures = field(default_factory=dict)
    """Seconds, by what the report calls them."""


def is_vllm_offline(text: str) -> bool:
    return _rates_in(text) is not None or (
        "% percentile latency: " in text and "Avg latency: " in text
    )


def is_sglang_offline(text: str) -> bool:
    return SGLANG_MARK in text and "token throughput (tok/s):" in text


def read_offline(text: str, path: Path) -> list[ImportedRun]:
    """Every result of the log."""
    found = zip(range(MAX_RESULTS), _results(lines_of(text)), strict=False)
    return [
        _run(result, path)
        for _, result in found
        if result.metrics or result.latencies
    ]


def _results(lines: Iterator[str]) -> Iterator[_Result]:
    result = _Result()
    for line in lines:
        told, tool = _arguments_in(line), _begins(line)
        if result.tool and (told or tool):
            yield result
            result = _Result()
        result.arguments |= told
        result.settings |= all_settings_in(line, ARGUMENTS) if told else {}
        result.tool = tool or result.tool
        _read_line(result, line)
    yield result


def _begins(line: str) -> str | None:
    if SGLANG_MARK in line:
        return "sglang-throughput"
    if _rates_in(line):
        return "vllm-throughput"
    latency = _latency_in(line)
    return "vllm-latency" if latency and latency[1] else None


def _rates_in(text: str) -> re.Match[str] | None:
    """A pattern that begins at a word's edge is slow to find nothing."""
    return THROUGHPUT.search(text) if "Throughput: " in text else None


def _latency_in(line: str) -> re.Match[str] | None:
    return LATENCY.search(line) if " latency: " in line else None


def _read_line(result: _Result, line: str) -> None:
    label, _, word = line.rpartition(":")
    if result.tool == "sglang-throughput":
        name, value = METRICS.get(label.strip().casefold()), figure(word)
        if name is not None and value is not None:
            result.metrics[name] = value
    elif result.tool == "vllm-latency":
        if latency := _latency_in(line):
            told = {latency[1] or latency[2]: figure(latency[3])}
            result.latencies |= given(told)
    elif rates := _rates_in(line):
        found = given(dict(zip(RATES, rates.groups(), strict=True)))
        result.metrics |= {name: float(rate) for name, rate in found.items()}
    elif result.tool and (tokens := TOKENS.search(line)):
        result.metrics[COUNTS[tokens[1]]] = float(tokens[2])


def _arguments_in(line: str) -> dict[str, str]:
    if "Namespace(" in line or "ServerArgs(" in line:
        patterns = AS_PRINTED
    elif any(each in line for each in COMMANDS):
        patterns = AS_TYPED
    else:
        return {}
    found = values_in(line, patterns)
    return {ARGUMENTS[name]: value for name, value in found.items()}


def _run(result: _Result, path: Path) -> ImportedRun:
    told, (engine, _, kind) = result.arguments, result.tool.partition("-")
    asked = {name: figure(told[name]) for name in LOAD if name in told}
    conditions: Declarations = {
        name: int(word) if WHOLE.fullmatch(word) else word
        for name, word in told.items()
        if name not in ("model", *LOAD)
    }
    command = (
        f"vllm bench {kind}"
        if engine == "vllm"
        else "sglang.bench_offline_throughput"
    )
    return ImportedRun(
        path=path,
        tool=result.tool,
        model=told.get("model"),
        load=given(asked),
        metrics=result.metrics | figures(result.latencies, LATENCIES_AT, 1e3),
        conditions=conditions | {"scenario": f"offline {kind}"},
        settings=result.settings,
        decimals=9 if kind == "latency" else 2,
        notes=(Said(f"note.offline_{kind}", {"command": command}),),
    )
