"""Reports of GuideLLM (`benchmarks.json`, 0.2 to 0.8): several benchmarks in one file, each a run.

Only its means of TTFT, its counts and its rates are defined as ours; see `metrics.dialects` for the
rest, which is kept in `own`: its percentiles are values of the sample, and what it takes per token
counts requests by their tokens. From the times of single requests, where all of them are there,
our figures can be computed. Where settings stand changed with 0.4 and again with 0.7.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np

from inferometer.grouping import ungrouped
from inferometer.store.importers.declared import configured
from inferometer.store.importers.imported_run import (
    Declarations,
    Figures,
    ImportedRequests,
    ImportedRun,
)
from inferometer.store.importers.reading import (
    column,
    figures,
    iso_date,
    metrics_of,
    numbers,
)
from inferometer.store.json_values import Object, at, entries, number, text
from inferometer.vocabulary import LATENCIES, settings_in
from inferometer.words import Said

OWN = (
    "request_latency",
    "time_per_output_token_ms",
    "inter_token_latency_ms",
    "time_to_first_token_ms",
    "request_concurrency",
)
SHOWN = (
    "time_to_first_token_ms.p50",
    "time_to_first_token_ms.p99",
    "inter_token_latency_ms.mean",
    "time_per_output_token_ms.mean",
    "request_latency.p50",
    "request_latency.p99",
)
"""Of those, what its users look for."""

DEFINED_OTHERWISE = (
    "p99_ttft_ms",
    *(
        f"{statistic}_{latency}_ms"
        for latency in ("tpot", "e2el")
        for statistic in ("mean", "p99")
    ),
)

GAPS = {"constant": math.inf, "poisson": 1.0}
"""Burstiness of its strategies that have a rate: inf is even."""

LENGTHS = {
    "input_len": re.compile(
        r"(?<![a-z_])prompt_tokens['\"\\]*\s*[:=]\s*(\d{1,9})"
    ),
    "output_len": re.compile(
        r"(?<![a-z_])output_tokens['\"\\]*\s*[:=]\s*(\d{1,9})"
    ),
    "prefix_len": re.compile(
        r"(?<![a-z_])prefix_tokens['\"\\]*\s*[:=]\s*(\d{1,9})"
    ),
}
"""How descriptions of synthetic data say them, as JSON and as `key=value`."""

BACKENDS = {
    **dict.fromkeys(
        ("/v1/chat/completions", "chat_completions"), "openai-chat"
    ),
    **dict.fromkeys(("/v1/completions", "text_completions"), "openai"),
}
"""Wire formats, by what its versions call them."""

NO_SETTINGS = frozenset(
    {
        *("strategy", "strategy_index", "profile", "constraints", "rate"),
        *("streams", "max_requests", "max_seconds", "max_errors"),
        *("max_number", "max_duration", "max_error_rate", "warnings"),
        *("environment", "env", "id_", "target", "sample_requests"),
        *("sample_size", "confidence", "console", "progress", "outputs"),
        *("output_path", "output_formats", "output_extras"),
    }
)
"""Of a configuration: the load, and what is of the client alone."""

MAX_DATA = 10_000
"""Characters of such a description."""


def is_guidellm(result: Object) -> bool:
    found = entries(result.get("benchmarks"))
    return bool(found) and all(at(each, "metrics") for each in found)


def read_guidellm(result: Object, path: Path, _: int) -> list[ImportedRun]:
    """Every benchmark of the report."""
    return [_run(each, result, path) for each in result["benchmarks"]]


def _run(benchmark: Object, report: Object, path: Path) -> ImportedRun:
    metrics = metrics_of("guidellm", benchmark)
    metrics |= figures(
        benchmark.get("request_totals"),
        {"completed": "successful", "failed": "errored"},
    )
    metrics |= figures(
        at(
            benchmark,
            "metrics",
            LATENCIES["ttft"].in_files["guidellm"],
            "successful",
        ),
        {"mean_ttft_ms": "mean", "std_ttft_ms": "std_dev"},
    )
    own = _own(benchmark)
    data, lengths = _data(benchmark, report)
    prefix_len = lengths.pop("prefix_len", None)
    conditions: Declarations = {"dataset": data} if data else {}
    conditions |= {"prefix_len": int(prefix_len)} if prefix_len else {}
    conditions |= _backend(benchmark, report)
    load, name = _load(benchmark)
    return ImportedRun(
        path,
        "guidellm",
        text(at(report, "metadata", "guidellm_version")),
        _model(benchmark, report),
        load | lengths,
        metrics,
        own,
        _requests(benchmark),
        conditions=conditions,
        settings=_settings(benchmark, report),
        date=iso_date(
            _first(benchmark, ("end_time",), ("run_stats", "end_time"))
        ),
        name=name,
        defined_otherwise=DEFINED_OTHERWISE if own else (),
        notes=_notes(own),
    )


def _backend(benchmark: Object, report: Object) -> Declarations:
    told = _first(benchmark, ("config", "backend", "request_format")) or _first(
        report, ("args", "request_type"), ("args", "request_format")
    )
    known = BACKENDS.get(text(told) or "")
    return {} if known is None else {"backend": known}


def _settings(benchmark: Object, report: Object) -> Declarations:
    """Wherever its versions have them."""
    inside = ("args", "config", "worker", "benchmarker", "request_loader")
    told = {name: benchmark.get(name) for name in (*inside, "extras")}
    of_all = {"report": report.get("args") or report.get("config")}
    return configured({**of_all, **told}, NO_SETTINGS)


def _first(source: object, *paths: tuple[str, ...]) -> object:
    """What is at the first of these paths that leads anywhere."""
    found = (at(source, *path) for path in paths)
    return next((each for each in found if each is not None), None)


def _own(benchmark: Object) -> Figures:
    own: Figures = {}
    for name in OWN:
        figures_ = at(benchmark, "metrics", name, "successful")
        means = {
            f"{name}.{figure}": figure
            for figure in ("mean", "median", "std_dev")
        }
        own |= figures(figures_, means)
        own |= figures(
            at(figures_, "percentiles"),
            {
                f"{name}.{figure}": figure
                for figure in ("p50", "p90", "p95", "p99")
            },
        )
        own |= (
            {f"{name}.p50": own[f"{name}.median"]}
            if f"{name}.median" in own
            else {}
        )
    totals = _first(
        benchmark, ("metrics", "request_totals"), ("request_totals",)
    )
    return own | figures(totals, {"incomplete": "incomplete"})


def _notes(own: Figures) -> tuple[Said, ...]:
    told = [f"{name} {own[name]:.6g}" for name in SHOWN if name in own]
    cut_off = own.get("incomplete", 0.0)
    shown = (Said("note.own_figures", {"figures": told}),) if told else ()
    cut = (Said("note.cut_off", {"n": int(cut_off)}),) if cut_off > 0 else ()
    return (*shown, *cut)


def _number_asked(benchmark: Object) -> Figures:
    """Of several places the last one counts."""
    limits, found = at(benchmark, "config", "constraints"), Figures()
    for source, name in (
        (at(limits, "max_requests", "args"), "count"),
        (at(limits, "max_requests"), "max_num"),
        (at(limits, "max_number"), "max_num"),
        (benchmark.get("args"), "max_number"),
    ):
        found |= figures(source, {"num_prompts": name})
    return found


STRATEGY = (
    ("config", "strategy"),
    ("args", "strategy"),
    ("scheduler", "strategy"),
)
"""Where versions keep it."""


def _load(benchmark: Object) -> tuple[Figures, str | None]:
    """Slots, rate and number of requests, and what the strategy is called."""
    strategy = _first(benchmark, *STRATEGY)
    names = (at(strategy, "type_"), at(strategy, "kind"), strategy)
    kind = next(filter(None, map(text, names)), None)
    load = figures(strategy, ["max_concurrency"]) | figures(
        strategy, settings_in("guidellm")
    )
    if kind == "synchronous":
        load = {"max_concurrency": 1.0}
    if kind in GAPS and "request_rate" in load:
        load["burstiness"] = GAPS[kind]
    load |= _number_asked(benchmark)
    level = load.get("request_rate", load.get("max_concurrency"))
    is_told = kind and level is not None
    return load, f"{kind} {level:g}" if is_told else kind


def _lengths(description: str) -> Figures:
    return {
        name: float(found[1])
        for name, pattern in LENGTHS.items()
        if (found := pattern.search(description))
    }


DATA = (("args", "data"), ("config", "spec", "data"))
DATA_OF_ONE = (("request_loader", "data"), ("config", "requests", "data"))


def _data(benchmark: Object, report: Object) -> tuple[str | None, Figures]:
    """What prompts were made of, and which lengths were asked for."""
    told = _first(report, *DATA) or _first(benchmark, *DATA_OF_ONE)
    first = next(iter(told), None) if isinstance(told, list) else told
    description = str(first)[:MAX_DATA] if first is not None else ""
    lengths = _lengths(description)
    kind = text(at(first, "kind")) or text(at(first, "type"))
    if lengths:
        return "synthetic", lengths
    return kind or (description if 0 < len(description) <= 200 else None), {}


def _model(benchmark: Object, report: Object) -> str | None:
    return text(
        _first(
            benchmark,
            ("config", "backend", "model"),
            ("worker", "backend_model"),
            ("benchmarker", "backend", "model"),
        )
    ) or text(
        _first(
            report, ("args", "model"), ("config", "spec", "backend", "model")
        )
    )


def _requests(benchmark: Object) -> ImportedRequests | None:
    groups = {
        name: entries(at(benchmark, "requests", name))
        for name in ("successful", "errored", "incomplete")
    }
    rows = ungrouped(groups)
    if not rows:
        return None

    def times(*names: str) -> list[object]:
        inside = [(("info", "timings", name), (name,)) for name in names]
        paths = [path for pair in inside for path in pair]
        return [_first(row, *paths) for row in rows]

    sent_s = numbers(times("request_start", "start_time"))
    first = times(
        "first_token_iteration", "first_iteration", "first_token_time"
    )
    last = times("last_token_iteration", "last_iteration", "last_token_time")
    started = number(
        _first(benchmark, ("start_time",), ("run_stats", "start_time"))
    )
    return ImportedRequests(
        ok=np.arange(len(rows)) < len(groups["successful"]),
        ttft_s=numbers(first) - sent_s,
        e2el_s=numbers(last) - sent_s,
        prompt_tokens=column(rows, "prompt_tokens"),
        output_tokens=column(rows, "output_tokens"),
        sent_s=sent_s - (started or 0.0),
    )
