"""The report that `vllm bench serve`, `benchmark_serving.py`, `sglang.bench_serving` and our own
`bench` print, in a log: also several of them in one, between other output.

Its figures have two decimals. What was asked is in the arguments that the tool prints first, in the
command line where the shell echoes it, and in the report.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from inferometer.store.importers.declared import configured
from inferometer.store.importers.imported_run import (
    Declarations,
    Declared,
    Figures,
    ImportedRun,
)
from inferometer.store.importers.text import figure, lines_of
from inferometer.store.json_values import given
from inferometer.vocabulary import of_role, statistic_of

MARK = "Serving Benchmark Result"

LATENCY = re.compile(
    r"\b(mean|median|std|p\d{1,3}(?:\.\d{1,9})?) (ttft|tpot|itl|e2el|e2e latency) \(ms\)$"
)

METRICS = {
    "successful requests": "completed",
    "failed requests": "failed",
    "benchmark duration (s)": "duration",
    "total input tokens": "total_input_tokens",
    "total generated tokens": "total_output_tokens",
    "request throughput (req/s)": "request_throughput",
    "request goodput (req/s)": "request_goodput",
    "output token throughput (tok/s)": "output_throughput",
    "total token throughput (tok/s)": "total_token_throughput",
    "peak output token throughput (tok/s)": "max_output_tokens_per_s",
    "peak concurrent requests": "max_concurrent_requests",
}
"""What the lines of the report are called, in small letters, and our names."""

LOAD = {
    "maximum request concurrency": "max_concurrency",
    "max request concurrency": "max_concurrency",
    "request rate configured (rps)": "request_rate",
    "traffic request rate": "request_rate",
    "burstiness factor": "burstiness",
}
OWN = {"concurrency": "concurrency", "max itl (ms)": "max_itl_ms"}

MAX_REPORTS = 100_000

COMMANDS = ("bench serve", "benchmark_serving", "bench_serving")

ARGUMENTS = (
    "backend",
    "burstiness",
    "dataset_name",
    "max_concurrency",
    "model",
    "num_prompts",
    "random_input_len",
    "random_output_len",
    "random_prefix_len",
    "request_rate",
    "seed",
    "served_model_name",
)
"""Of the tool's own arguments; a header may hold a key, and is no condition."""

_VALUE = r"(?:'([^']*)'|\"([^\"]*)\"|([^\s,()\[\]{}<>=]+|\[[^\]]{1,200}\]|\{[^}]{1,200}\}))"


def as_printed(name: str) -> re.Pattern[str]:
    """An argument in what Python shows of all."""
    return re.compile(rf"(?:\(|, ){name}={_VALUE}")


def as_typed(name: str) -> re.Pattern[str]:
    """An argument of a command line."""
    return re.compile(rf"\s--{name.replace('_', '[-_]')}(?:=|\s+){_VALUE}")


NO_SETTINGS = frozenset(
    {
        *ARGUMENTS,
        *("append_result", "base_url", "disable_tqdm", "endpoint", "goodput"),
        *("header", "label", "metadata", "metric_percentiles", "result_dir"),
        *("output_details", "output_file", "percentile_metrics", "profile"),
        *("request_id_prefix", "result_filename", "save_detailed", "tag"),
        *("save_result", "ready_check_timeout_sec", "subparser"),
    }
)
"""The load, what is told otherwise, and what is of the client alone."""
ANY_PRINTED = re.compile(rf"(?:\(|, )(\w{{1,80}})={_VALUE}")
ANY_TYPED = re.compile(
    rf"\s--(\w[\w-]{{0,80}})(?:(?:=|\s+)(?!--){_VALUE}|(?=\s+--|\s*$))"
)
"""Also a flag without a value, which is on."""


def all_settings_in(line: str, left_out: Container[str]) -> Declarations:
    """All arguments that a tool prints, or those of a command line, but the ones `left_out`."""
    is_printed = "Namespace(" in line or "ServerArgs(" in line
    pattern = ANY_PRINTED if is_printed else ANY_TYPED
    words = {
        match[1].replace("-", "_"): next(
            filter(None, match.groups()[1:]), "True"
        )
        for match in pattern.finditer(line)
    }
    return configured(
        {name: word for name, word in words.items() if word != "None"}, left_out
    )


AS_PRINTED = {name: as_printed(name) for name in ARGUMENTS}
AS_TYPED = {name: as_typed(name) for name in ARGUMENTS}

LENGTHS = {"random_input_len": "input_len", "random_output_len": "output_len"}
"""Which count for random prompts only."""


@dataclass(slots=True)
class _Report:
    """A report as far as it was read, with what was printed before it."""

    arguments: dict[str, str] = field(default_factory=dict)
    settings: Declarations = field(default_factory=dict)
    load: Figures = field(default_factory=dict)
    metrics: Figures = field(default_factory=dict)
    own: Figures = field(default_factory=dict)
    backend: str | None = None
    """Which SGLang's report names."""


def is_vllm_report(text: str) -> bool:
    return f"= {MARK} =" in text and "Max request concurrency:" not in text


def is_sglang_report(text: str) -> bool:
    return f"= {MARK} =" in text


def read_reports(text: str, path: Path) -> list[ImportedRun]:
    """Every report of the log, the last one also if it was cut off."""
    return [
        _run(report, path)
        for _, report in zip(
            range(MAX_REPORTS), _reports(lines_of(text)), strict=False
        )
        if report.metrics
    ]


def _reports(lines: Iterator[str]) -> Iterator[_Report]:
    report, inside = _Report(), False
    for line in lines:
        begins = f"= {MARK} =" in line
        settings = _settings_in(line)
        if inside and (begins or settings or line.rstrip().endswith("=" * 40)):
            yield report
            report, inside = _Report(), False
        inside = inside or begins
        report.arguments |= settings
        if settings:
            report.settings |= all_settings_in(line, NO_SETTINGS)
        if ":" in line and not settings:
            _read_line(report, line, inside)
    yield report


def _of_latency(statistic: str, name: str) -> str | None:
    """Our metric."""
    latency = "e2el" if name == "e2e latency" else name
    known = statistic_of(f"{statistic}_{latency}_ms")
    return f"{known.name}_{known.latency}_ms" if known else None


def _read_line(report: _Report, line: str, inside: bool) -> None:
    label, _, word = line.rpartition(":")
    label, word = label.strip().casefold(), word.strip()
    if (name := _ending(label, LOAD)) is not None:
        value = math.inf if word == "inf" else figure(word)
        report.load |= {} if value is None else {LOAD[name]: value}
        return
    if not inside:
        return
    if _ending(label, ("backend",)):
        report.backend = word
    elif (value := figure(word)) is None:
        return
    elif latency := LATENCY.search(label):
        if name := _of_latency(*latency.groups()):
            report.metrics[name] = value
    elif (name := _ending(label, METRICS)) is not None:
        report.metrics[METRICS[name]] = value
    elif (name := _ending(label, OWN)) is not None:
        report.own[OWN[name]] = value


def _ending(label: str, names: Iterable[str]) -> str | None:
    """Which of these the label is, perhaps after what a log keeper puts before each line."""
    fitting = [
        name
        for name in names
        if label == name or label.endswith((f" {name}", f"|{name}"))
    ]
    return max(fitting, key=len, default=None)


def _settings_in(line: str) -> dict[str, str]:
    """The arguments that the tool prints, or those of a command line."""
    if "Namespace(" in line:
        patterns = AS_PRINTED
    elif any(each in line for each in COMMANDS):
        patterns = AS_TYPED
    else:
        return {}
    return values_in(line, patterns)


def values_in(
    line: str, patterns: Mapping[str, re.Pattern[str]]
) -> dict[str, str]:
    """What each pattern finds, where that is something."""
    found = {
        name: next(filter(None, match.groups()), "")
        for name, pattern in patterns.items()
        if (match := pattern.search(line))
    }
    return {
        name: value
        for name, value in found.items()
        if value not in ("", "None")
    }


def _run(report: _Report, path: Path) -> ImportedRun:
    told = report.arguments
    is_random = told.get("dataset_name", "").startswith("random")
    ours = {name: name for name in of_role("load")} | (
        LENGTHS if is_random else {}
    )
    words = {ours[name]: word for name, word in told.items() if name in ours}
    asked = {
        name: math.inf if word == "inf" else figure(word)
        for name, word in words.items()
    }
    load = report.load | given(asked)
    return ImportedRun(
        path=path,
        tool="vllm" if report.backend is None else "sglang",
        model=told.get("model") or told.get("served_model_name"),
        load=load,
        metrics=report.metrics,
        own=report.own,
        conditions=_conditions(told, report, is_random),
        settings=report.settings,
        decimals=2,
    )


def _conditions(
    told: Mapping[str, str], report: _Report, is_random: bool
) -> Declarations:
    prefix = figure(told.get("random_prefix_len", ""))
    seed = figure(told.get("seed", ""))
    found: dict[str, Declared | None] = {
        "backend": report.backend or told.get("backend"),
        "dataset": told.get("dataset_name"),
        "prefix_len": int(prefix) if is_random and prefix else None,
        "seed": None if seed is None else int(seed),
    }
    return given(found)
