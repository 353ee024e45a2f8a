"""Exports of AIPerf and of genai-perf before it: `profile_export_aiperf.json`, beside it
`profile_export.jsonl` with the single requests, the CSV, and the summaries of sweeps and repeats.

Its `inter_token_latency` is our TPOT, its `inter_chunk_latency` our ITL. Its rates are over the
phase, a little longer than from the first send to the last end. Prompts are counted by its own
tokenizer unless it saw what the server counted. Every figure names its unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from inferometer.store.importers.declared import configured
from inferometer.store.importers.imported_run import (
    CompanionError,
    Declarations,
    Declared,
    Figures,
    ImportedRequests,
    ImportedRun,
)
from inferometer.store.importers.reading import figure as json_figure
from inferometer.store.importers.reading import (
    figures,
    iso_date,
    latency_figures,
    metrics_of,
    numbers,
    read_objects,
)
from inferometer.store.importers.text import figure, lines_of, rows_of
from inferometer.store.json_values import (
    Object,
    at,
    entries,
    given,
    members,
    number,
    text,
)
from inferometer.vocabulary import condition_noted_as, latencies_in, settings_in
from inferometer.words import Said

RECORDS = "profile_export.jsonl"

OWN = (
    "total_token_throughput",
    "effective_latency",
    "output_token_throughput_per_user",
    "output_token_throughput_per_request",
    "e2e_output_token_throughput",
    "effective_concurrency",
)
IN_MS = 1e-3

UNITS_MS = {
    "ns": 1e-6,
    "us": 1e-3,
    "µs": 1e-3,
    "ms": 1.0,
    "s": 1e3,
    "sec": 1e3,
    "seconds": 1e3,
}
"""How many ms a unit has."""

CSV_HEAD = "Metric,avg,"
NAMES = {
    "total_input_sequence_length": "total_isl",
    "total_output_sequence_length": "total_osl",
    "num_output_token": "output_sequence_length",
    "num_input_token": "input_sequence_length",
    "ttft": "time_to_first_token",
    "itl": "inter_token_latency",
}
"""Of the CSV, of sweeps and of old versions, and what the JSON calls the same."""

FLAT = re.compile(r"(?P<name>\w+?)_(?P<figure>avg|std|p\d{1,2})(?:_ms)?")
"""How summaries of several runs name a figure."""

PARAMETERS = {
    "concurrency": "max_concurrency",
    "request_rate": "request_rate",
    "rate": "request_rate",
    "request_count": "num_prompts",
    "requests": "num_prompts",
    "isl": "input_len",
    "osl": "output_len",
}
"""What a sweep may vary; the last word of a path that is one of these."""

IN_FLAGS = {
    "max_concurrency": "concurrency",
    "request_rate": "request_rate",
    "num_prompts": "request_count",
}
LENGTHS_IN_FLAGS = {
    "input_len": "synthetic_input_tokens_mean",
    "output_len": "output_tokens_mean",
}
"""What both tools called their settings before AIPerf had phases."""

NO_SETTINGS = frozenset(
    {
        *("concurrency", "prefill_concurrency", "rate", "request_rate"),
        *("requests", "request_count", "entries", "num", "num_prompts"),
        *("num_dataset_entries", "num_sessions", "sessions", "users"),
        *("num_users", "url", "urls", "u", "artifacts", "output", "runtime"),
        *("logging", "ui", "verbose", "cli_command", "gpu_telemetry"),
        *("server_metrics", "network_latency"),
    }
)
"""Of a configuration: the load, and what is of the client alone."""

BACKENDS = {"chat": "openai-chat", "completions": "openai"}

SUMMARIES = ("aggregate", "sweep_aggregate")
"""Directories of summaries, below that of their runs."""

MAX_COMBINATIONS = 10_000


OF_EXPORT = frozenset(
    {"aiperf_version", "schema_version", "is_complete", "was_cancelled"}
)


OF_SWEEP = OF_EXPORT | {
    *("aggregation_type", "num_profile_runs", "num_successful_runs"),
    *("num_runs", "num_combinations", "confidence_level"),
}


def is_aiperf(result: Object) -> bool:
    config = result.get("input_config")
    return "aiperf_version" in result or (
        "request_latency" in result
        and bool(at(config, "loadgen") or at(config, "phases"))
    )


def is_genai_perf(result: Object) -> bool:
    return {"input_config", "request_latency"} <= result.keys()


def is_sweep(result: Object) -> bool:
    return (
        isinstance(result.get("per_combination_metrics"), list)
        or isinstance(result.get("per_value_metrics"), dict)
        or at(result, "metadata", "aggregation_type") == "confidence"
    )


def is_companion(result: Object) -> bool:
    """Slices of a run, its inputs, or the raw responses of genai-perf."""
    first = next(iter(entries(result.get("data"))), None)
    return (
        "timeslices" in result
        or {"experiments", "service_kind"} <= result.keys()
        or bool(at(first, "payloads") or at(first, "payload"))
    )


def is_aiperf_csv(text: str) -> bool:
    return (
        is_genai_perf_csv(text) and ",std" in text.lstrip().partition("\n")[0]
    )


def is_genai_perf_csv(text: str) -> bool:
    return text.lstrip().startswith(CSV_HEAD)


def read_export(
    result: Object, path: Path, most_bytes: int
) -> list[ImportedRun]:
    """The run, with its single requests if their file lies beside this one."""
    if not isinstance(result.get("request_latency"), dict):
        raise CompanionError(Said("unread.aiperf", {"path": path}))
    tool = "aiperf" if is_aiperf(result) else "genai-perf"
    run = _run(result, path, tool, result.get("input_config"))
    records = path.with_name(RECORDS)
    if tool == "genai-perf" or not records.is_file():
        return [run]
    return [replace(run, requests=_requests(read_objects(records, most_bytes)))]


def read_csv(text: str, path: Path) -> list[ImportedRun]:
    """The run; a CSV tells no settings."""
    result = _of_csv(text)
    if "request_latency" not in result:
        raise CompanionError(Said("unread.no_figures", {"path": path}))
    tool = "aiperf" if is_aiperf_csv(text) else "genai-perf"
    return [replace(_run(result, path, tool, None), decimals=2)]


def read_sweep(result: Object, path: Path, _: int) -> list[ImportedRun]:
    """Each combination of a sweep, or the means of repeats: each sums up runs below."""
    inside = [each for each in path.parents[:3] if each.name in SUMMARIES]
    base = inside[-1].parent if inside else path.parent
    return [
        replace(
            _run(_nested(metrics), path, "aiperf", None),
            sums_up=base,
            load=load,
            conditions=conditions,
            notes=(Said("note.means_of_runs"),) if _are_means(metrics) else (),
        )
        for metrics, (load, conditions) in _combinations(result)
    ]


def _run(result: Object, path: Path, tool: str, config: object) -> ImportedRun:
    result = {
        name: _in_our_units(name, value) for name, value in result.items()
    }
    metrics = metrics_of("aiperf", result)
    for ours, theirs in latencies_in("aiperf").items():
        if ours == "e2el" or _streams(config):
            metrics |= latency_figures(result.get(theirs), ours, 1.0)
    notes, totals = _tokens(result, metrics)
    failed = _failed(result)
    if result.get("was_cancelled") is True:
        notes = (*notes, Said("note.cancelled"))
    own: Figures = {}
    for name in OWN:
        own |= figures(result.get(name), {f"{name}.avg": "avg"})
    load, conditions, model = _settings(config)
    return ImportedRun(
        path,
        tool,
        text(result.get("aiperf_version")),
        model,
        load,
        totals | metrics | ({} if failed is None else {"failed": failed}),
        own,
        conditions=conditions,
        settings=configured(config, NO_SETTINGS),
        date=iso_date(result.get("end_time")),
        defined_otherwise=("total_token_throughput",)
        if "total_token_throughput.avg" in own
        else (),
        notes=notes,
    )


def _in_our_units(name: str, value: object) -> object:
    """A figure with its statistics, latencies in ms and the duration in s; others as they are."""
    if not isinstance(value, dict) or not isinstance(
        unit := value.get("unit"), str
    ):
        return value
    to_ms = UNITS_MS.get(unit.casefold())
    scale = (
        1.0
        if to_ms is None
        else to_ms / (1e3 if name == "benchmark_duration" else 1.0)
    )
    statistics = {
        name: figure(each) if isinstance(each, str) else number(each)
        for name, each in value.items()
        if name != "unit"
    }
    return {"unit": unit} | {
        name: each * scale
        for name, each in statistics.items()
        if each is not None
    }


TOTALS = (
    ("total_input_tokens", "total_isl", "input_sequence_length"),
    ("total_output_tokens", "total_osl", "output_sequence_length"),
)
"""Its names of a total, and of the mean from which it follows."""


def _tokens(
    result: Object, metrics: Figures
) -> tuple[tuple[Said, ...], Figures]:
    """Totals that only its own tokenizer knows, and what has to be said of them."""
    if "total_input_tokens" in metrics:  # which the server counted
        return (), {}
    found = figures(
        result.get("total_token_throughput"), {"total_token_throughput": "avg"}
    )
    for ours, total, mean in TOTALS:
        count = metrics.get("completed")
        if (tokens := number(at(result, total, "avg"))) is not None:
            found[ours] = tokens
        elif count and (each := number(at(result, mean, "avg"))) is not None:
            found |= figures({ours: each * count}, [ours])
    return ((Said("note.own_tokenizer"),) if found else ()), found


def _failed(result: Object) -> float | None:
    if (
        told := json_figure(at(result, "error_request_count", "avg"))
    ) is not None:
        return told
    counts = [
        json_figure(at(each, "count"))
        for each in entries(result.get("error_summary"))
    ]
    if counts and None not in counts:
        return sum(each for each in counts if each is not None)
    return 0.0 if at(result, "request_error_rate", "avg") == 0 else None


def _settings(
    config: object,
) -> tuple[Figures, Declarations, str | None]:
    """What was asked: in `phases` and `datasets`, before that in `loadgen` and `input`, in
    genai-perf by the names of its flags.
    """
    dataset = next(iter(entries(at(config, "datasets"))), None)
    load = {
        name: value
        for name, value in _load(config, dataset).items()
        if value > 0
    }
    return load, _conditions(config, dataset), _model(config)


def _load(config: object, dataset: object) -> Figures:
    """Of several places the last one counts."""
    measured = [
        each for each in entries(at(config, "phases")) if not _is_warmup(each)
    ]
    stimulus = at(config, "perf_analyzer", "stimulus")
    load: Figures = {}
    if at(config, "prompt_source") in (None, "synthetic"):
        load = figures(config, LENGTHS_IN_FLAGS)
    for source in (config, stimulus, at(config, "loadgen")):
        load |= figures(_singles(source), IN_FLAGS)
    if len(measured) == 1:
        load |= figures(_singles(measured[0]), settings_in("aiperf"))
    asked = at(config, "input")
    for source, ours in (
        (at(dataset, "prompts", "isl"), "input_len"),
        (at(dataset, "prompts", "osl"), "output_len"),
        (at(asked, "prompt", "input_tokens"), "input_len"),
        (at(asked, "prompt", "output_tokens"), "output_len"),
        (at(asked, "synthetic_tokens"), "input_len"),
        (at(asked, "output_tokens"), "output_len"),
    ):
        load |= figures(source, {ours: "mean"})
    return load


def _streams(config: object) -> bool:
    """Without a stream genai-perf writes the whole latency under the name of TTFT."""
    return False not in (
        at(config, "streaming"),
        at(config, "endpoint", "streaming"),
    )


def _is_warmup(phase: object) -> bool:
    kind = at(phase, "kind") or at(phase, "name")
    return at(phase, "exclude_from_results") is True or kind == "warmup"


def _singles(source: object) -> Object:
    """Settings that may be lists, where they have one value."""
    return {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in members(source).items()
    }


def _conditions(config: object, dataset: object) -> Declarations:
    kinds = (text(at(dataset, "type")), text(at(dataset, "format")))
    older = text(at(config, "input", "public_dataset")) or text(
        at(config, "prompt_source")
    )
    kind = at(config, "endpoint", "type") or at(config, "endpoint_type")
    found: dict[str, Declared | None] = {
        "dataset": ", ".join(filter(None, kinds)) or older,
        "backend": BACKENDS.get(kind) if isinstance(kind, str) else None,
    }
    return given(found)


def _model(config: object) -> str | None:
    names = (
        at(next(iter(entries(at(config, "models", "items"))), None), "name"),
        next(iter(entries(at(config, "endpoint", "model_names"))), None),
        next(iter(entries(at(config, "model_names"))), None),
        next(iter(entries(at(config, "model"))), None),
        at(config, "model"),
    )
    return next(
        (name for each in names if (name := text(each)) is not None), None
    )


def _of_csv(text: str) -> Object:
    """The figures as the JSON has them."""
    columns: list[str] = []
    result: Object = {}
    for row in rows_of(lines_of(text)):
        if row[:1] == ["Metric"]:
            columns = row[1:]
        elif not columns or not any(row):
            columns = []
        else:
            name, unit = _named(row[0])
            figures_ = zip(columns, row[1:], strict=False)
            result[NAMES.get(name, name)] = {"unit": unit} | {
                "avg" if column == "Value" else column: word
                for column, word in figures_
                if word
            }
    return result


def _named(cell: str) -> tuple[str, str]:
    """Name and unit of a metric such as `Request Latency (ms)`."""
    label, _, unit = (
        cell.rpartition(" (") if cell.endswith(")") else (cell, "", "")
    )
    return "_".join(label.casefold().split()), unit.rstrip(")")


def _combinations(
    result: Object,
) -> Iterator[tuple[Object, tuple[Figures, Declarations]]]:
    """Figures of each combination that a sweep tried, and its settings."""
    for metrics, parameters in _tried(result):
        if isinstance(metrics, dict):
            yield metrics, _varied(parameters)


def _tried(result: Object) -> list[tuple[object, object]]:
    """Metrics and parameters of each, by the newer form, the older one, or of a single run."""
    listed = result.get("per_combination_metrics")
    if isinstance(listed, list):
        return [
            (at(each, "metrics"), at(each, "parameters"))
            for each in listed[:MAX_COMBINATIONS]
        ]
    old = result.get("per_value_metrics")
    if isinstance(old, dict):
        swept = str(at(result, "metadata", "parameter_name"))
        return [(each, {swept: figure(value)}) for value, each in old.items()]
    return [(result.get("metrics"), {})]


def _varied(parameters: object) -> tuple[Figures, Declarations]:
    """What a sweep varied: of the load, and of everything else by its last name."""
    load: Figures = {}
    conditions: Declarations = {}
    for path, value in members(parameters).items():
        words = path.split(".")
        word = next(filter(PARAMETERS.__contains__, reversed(words)), None)
        if word is not None and (known := json_figure(value)) is not None:
            load[PARAMETERS[word]] = known
        elif isinstance(value, str | int | float):
            conditions[condition_noted_as(words[-1])] = value
    return load, conditions


def _are_means(metrics: Object) -> bool:
    return any(
        isinstance(each, dict) and "cv" in each for each in metrics.values()
    )


def _nested(metrics: Object) -> Object:
    """Figures as the JSON of one run has them: `time_to_first_token_p99` is one of its p99."""
    nested: Object = {}
    for name, value in metrics.items():
        if (
            isinstance(value, dict)
            and "mean" in value
            and (found := FLAT.fullmatch(name))
        ):
            tag = NAMES.get(found["name"], found["name"])
            into = nested.setdefault(tag, {})
            if isinstance(into, dict):
                into |= {
                    found["figure"]: value["mean"],
                    "unit": value.get("unit"),
                }
        else:
            nested[name] = value
    return nested


def _requests(records: list[Object]) -> ImportedRequests:
    """Those of the warm-up left out."""
    measured = [
        each
        for each in records
        if at(each, "metadata", "benchmark_phase") != "warmup"
    ]
    metrics = [at(record, "metrics") for record in measured]

    def values(name: str) -> list[object]:
        return [at(each, name, "value") for each in metrics]

    e2el_s = numbers(values("request_latency"), IN_MS)
    failed = np.array(
        [
            bool(at(each, "error"))
            or bool(at(each, "metadata", "was_cancelled"))
            for each in measured
        ],
        np.bool_,
    )
    counted = numbers(values("usage_prompt_tokens"))
    return ImportedRequests(
        ok=~failed & ~np.isnan(e2el_s),
        ttft_s=numbers(values("time_to_first_token"), IN_MS),
        e2el_s=e2el_s,
        prompt_tokens=np.where(
            np.isnan(counted).all(),
            numbers(values("input_sequence_length")),
            counted,
        ),
        output_tokens=numbers(values("output_sequence_length")),
        sent_s=numbers(
            (at(each, "metadata", "request_start_ns") for each in measured),
            1e-9,
        ),
        itls_s=tuple(
            numbers(entries(each), IN_MS)
            for each in values("inter_chunk_latency")
        ),
    )
