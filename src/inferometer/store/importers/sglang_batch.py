"""Lines of SGLang's `bench_one_batch_server`, which sends a whole batch in one call, and of
`bench_one_batch`, which runs the engine in its own process.

Every request of a batch has the same lengths and generates all of its tokens, so that its tokens
are known. Newer versions divide the output by the time after the first tokens: that rate stays
under the tool's own name.
"""

from __future__ import annotations

import math
from pathlib import Path

from inferometer.store.importers.declared import declared
from inferometer.store.importers.imported_run import (
    Declarations,
    Figures,
    ImportedRun,
)
from inferometer.store.importers.reading import figures
from inferometer.store.json_values import Object, number, text
from inferometer.words import Said

LENGTHS = {"input_len": "input_len", "output_len": "output_len"}
OF_SERVER = {*LENGTHS, "batch_size", "latency", "overall_throughput"}
OF_ENGINE = {*LENGTHS, "batch_size", "prefill_latency", "total_latency"}

OWN = (
    "input_throughput",
    "output_throughput",
    "last_ttft",
    "last_gen_throughput",
    "acc_length",
    "cache_hit_rate",
    "prefill_latency",
    "prefill_throughput",
    "median_decode_latency",
    "median_decode_throughput",
)
"""Figures of a batch. Seconds, and tokens per second."""

NO_NAMES = ("default", None)
"""Of a run that nobody named."""
NO_CONDITIONS = frozenset({*OF_SERVER, *OF_ENGINE, *OWN, "profile_link"})


def is_batch_on_server(result: Object) -> bool:
    return result.keys() >= OF_SERVER


def is_batch_in_engine(result: Object) -> bool:
    return result.keys() >= OF_ENGINE


def read_batch_on_server(
    result: Object, path: Path, _: int
) -> list[ImportedRun]:
    """One batch. The TTFT and E2EL of a single request are those of the batch."""
    metrics = _metrics(result, "latency")
    if metrics.get("completed") == 1:
        names = {"mean_ttft_ms": "last_ttft", "mean_e2el_ms": "latency"}
        metrics |= figures(_measured(result), names, 1e3)
    command = {"command": "sglang.bench_one_batch_server"}
    note = Said("note.one_batch", command)
    return [_run(result, path, "sglang", metrics, note)]


def read_batch_in_engine(
    result: Object, path: Path, _: int
) -> list[ImportedRun]:
    metrics = _metrics(result, "total_latency")
    command = {"command": "sglang.bench_one_batch"}
    note = Said("note.offline_throughput", command)
    return [_run(result, path, "sglang-latency", metrics, note)]


def _measured(result: Object) -> Object:
    """Without -1, which stands for what was not measured."""
    return {
        name: value
        for name, value in result.items()
        if (told := number(value)) is None or told >= 0
    }


def _metrics(result: Object, latency: str) -> Figures:
    """By their definitions, of what every version writes."""
    told = figures(
        result,
        {**LENGTHS, "completed": "batch_size", "duration": latency},
    )
    seconds, batch = told.get("duration", 0.0), told.get("completed", 0.0)
    if len(told) < 4 or min(told.values()) < 0 or not seconds or not batch:
        return {}
    tokens_in, tokens_out = (batch * told[name] for name in LENGTHS)
    return {
        "completed": batch,
        "duration": seconds,
        "total_input_tokens": tokens_in,
        "total_output_tokens": tokens_out,
        "request_throughput": batch / seconds,
        "output_throughput": tokens_out / seconds,
        "total_token_throughput": (tokens_in + tokens_out) / seconds,
    }


SCENARIOS = {"sglang": "one batch", "sglang-latency": "offline latency"}


def _run(
    result: Object,
    path: Path,
    tool: str,
    metrics: Figures,
    note: Said,
) -> ImportedRun:
    own = figures(_measured(result), OWN)
    shown = ", ".join(f"{name} {value:.6g}" for name, value in own.items())
    load = figures(result, LENGTHS | {"num_prompts": "batch_size"})
    if tool == "sglang":
        load["request_rate"] = math.inf
    notes = (note, Said("note.own_figures", {"figures": shown}))
    return ImportedRun(
        path=path,
        tool=tool,
        load=load,
        metrics=metrics,
        own=own,
        conditions=_conditions(result, tool),
        notes=notes if own else notes[:1],
    )


def _conditions(result: Object, tool: str) -> Declarations:
    name = text(result.get("run_name"))
    named = {} if name in NO_NAMES else {"run_name": name}
    scenario = {"scenario": SCENARIOS[tool]}
    return declared(result, NO_CONDITIONS) | named | scenario
