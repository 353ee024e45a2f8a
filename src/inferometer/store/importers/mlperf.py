"""Logs of MLPerf LoadGen: `mlperf_log_summary.txt`, and beside it `mlperf_log_detail.txt`, which
alone will do too.

Times are in ns. Latencies run from the due time of a query, and percentiles are values of the
sample. Whether LoadGen calls a run VALID is about its own limits and length; it is shown as
LoadGen's and is no verdict of ours. Model, system and scenario are in the names of a submission's
directories.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path

from inferometer.store.importers.imported_run import (
    CannotImportError,
    CompanionError,
    Declarations,
    Figures,
    ImportedRun,
    unread,
)
from inferometer.store.importers.reading import figures, iso_date, read_bytes
from inferometer.store.importers.text import (
    MAX_LINE,
    MAX_TEXT_BYTES,
    decoded,
    figure,
    lines_of,
    plain,
)
from inferometer.store.json_values import given, number
from inferometer.vocabulary import statistic_of
from inferometer.words import Said

MARK = "MLPerf Results Summary"
DETAIL_MARK = ":::MLLOG"
SUMMARY, DETAIL = "mlperf_log_summary.txt", "mlperf_log_detail.txt"

NS_TO_MS = 1e-6

LATENCY = re.compile(
    r"(?:(?P<rank>\d{1,3}(?:\.\d{1,9})?) percentile|(?P<mean>mean)) "
    r"(?P<kind>latency|first token latency|time (?:to|per) output token) \(ns\)"
)
"""In small letters."""

KINDS = {
    "latency": "e2el",
    "first token latency": "ttft",
    "time to output token": "tpot",
    "time per output token": "tpot",
}

IN_DETAIL = re.compile(
    r"result_(?P<kind>first_token_|time_per_output_token_|time_to_output_token_)?"
    r"(?:(?P<rank>\d{1,3}(?:\.\d{1,9})?)_percentile|(?P<mean>mean))(?:_latency)?(?:_ns)?"
)
KINDS_IN_DETAIL = {
    "": "e2el",
    "first_token_": "ttft",
    "time_per_output_token_": "tpot",
    "time_to_output_token_": "tpot",
}

PERFORMANCE = "PerformanceOnly"
"""The mode of LoadGen in which its runs are timed as usual."""
COMPLIANCE = re.compile(r"TEST\d\d")
"""The directory of a compliance run: it has settings and rules of its own."""
OF_COMPLIANCE = (
    "accuracy_log_sampling_target",
    "accuracy_log_probability",
    "performance_issue_unique",
    "performance_issue_same",
)
"""Settings that are 0 unless a compliance test sets them."""

PARAMETERS_OF_DETAIL = {
    "effective_scenario": "scenario",
    "requested_scenario": "scenario",
    "effective_target_qps": "target_qps",
    "effective_samples_per_query": "samples_per_query",
    "result_validity": "result is",
    "result_completed_samples_per_sec": "completed samples per second",
    "result_scheduled_samples_per_sec": "scheduled samples per second",
    "result_samples_per_second": "samples per second",
    "result_tokens_per_second": "tokens per second",
    "result_completed_tokens_per_second": "completed tokens per second",
    "effective_max_concurrency": "max_async_queries",
    "effective_test_mode": "mode",
    **{f"effective_{name}": name for name in OF_COMPLIANCE},
}
"""Keys of the detailed log, and what the summary calls the same."""

SCENARIOS = ("Offline", "Server", "Interactive", "SingleStream", "MultiStream")

RATES = {
    "request_throughput": (
        "completed samples per second",
        "samples per second",
        "qps w/ loadgen overhead",
    ),
    "output_throughput": (
        "completed tokens per second",
        "tokens per second",
        "tps w/ loadgen overhead",
    ),
}
"""What the scenarios call them, in small letters."""

SYSTEM = re.compile(r"(?P<gpus>\d{1,5})x(?P<card>[A-Za-z][A-Za-z0-9-]*)")
"""How names of systems begin: 8xMI300X_2xEPYC_9575F."""
SYSTEM_OF_CARDS = re.compile(
    r"(?:[A-Za-z0-9-]+_)?(?P<card>[A-Z]{1,3}\d{1,4}[A-Za-z0-9-]*)(?:_aarch64)?"
    r"x(?P<gpus>\d{1,5})(?:_[A-Za-z0-9.-]+)*"
)
"""The other way round, behind the name of the machine: DGX-H100_H100-SXM-80GBx8_TRT."""

OWN = {
    "scheduled_samples_per_second": "scheduled samples per second",
    "samples_per_query": "samples_per_query",
    "target_qps": "target_qps",
    "inferred_tokens_per_second": "tokens per second (inferred)",
    "inferred_completed_tokens_per_second": "completed tokens per second (inferred)",
}

MAX_KEYS = 10_000


def is_mlperf(text: str) -> bool:
    return MARK in text or _is_detail(text)


def read_mlperf(text: str, path: Path) -> list[ImportedRun]:
    """The run, with what the detailed log beside it tells more."""
    if _is_detail(text):
        return [_run_of_detail(text, path)]
    beside = path.with_name(path.name.replace("summary", "detail"))
    detail = _detail_of(beside) if beside != path and beside.is_file() else {}
    pairs = (line.rpartition(":") for line in lines_of(text) if ":" in line)
    told = {
        label.strip().casefold(): word.strip()
        for _, (label, _, word) in zip(range(MAX_KEYS), pairs, strict=False)
    }
    latencies: Figures = {}
    for label, word in told.items():
        if (found := LATENCY.fullmatch(label)) is not None:
            latencies |= _latency(KINDS[found["kind"]], found, figure(word))
    return [_run(told, latencies, detail, path)]


def _is_detail(text: str) -> bool:
    return text[:MAX_LINE].lstrip().startswith(DETAIL_MARK)


def _run_of_detail(text: str, path: Path) -> ImportedRun:
    """The run, where the summary is gone."""
    if (
        path.with_name(path.name.replace("detail", "summary")).is_file()
        and "detail" in path.name
    ):
        whose = {"path": path, "summary": SUMMARY}
        raise CompanionError(Said("unread.mlperf_detail", whose))
    detail = dict(_entries(text))
    told = {
        PARAMETERS_OF_DETAIL[key]: _as_in_summary(value)
        for key, value in detail.items()
        if key in PARAMETERS_OF_DETAIL
    }
    latencies: Figures = {}
    for key, value in detail.items():
        if (found := IN_DETAIL.fullmatch(key)) is not None:
            latencies |= _latency(
                KINDS_IN_DETAIL[found["kind"] or ""], found, number(value)
            )
    if not latencies and "result is" not in told:
        raise unread(path, Said("unread.mlperf_unfinished"))
    return _run(told, latencies, detail, path)


def _latency(
    latency: str, found: re.Match[str], value_ns: float | None
) -> Figures:
    name = f"{'mean' if found['mean'] else 'p' + found['rank']}_{latency}_ms"
    if value_ns is None or (known := statistic_of(name)) is None:
        return {}
    value_ms = value_ns * NS_TO_MS
    median = (
        {f"median_{latency}_ms": value_ms} if known.percentile == 50 else {}
    )
    return {f"{known.name}_{latency}_ms": value_ms, **median}


def _run(
    told: dict[str, str],
    latencies: Figures,
    detail: dict[str, object],
    path: Path,
) -> ImportedRun:
    scenario, system, model, place = _place(told, path)
    kind = told.get("scenario", scenario)
    counted = given({label: figure(word) for label, word in told.items()})
    metrics = dict(latencies)
    for ours, labels in RATES.items():
        metrics |= figures(
            counted,
            {ours: next((each for each in labels if each in counted), "")},
        )
    if kind != "Offline":  # whose only query has all samples
        metrics |= figures(detail, {"completed": "result_query_count"})
    return ImportedRun(
        path=path,
        tool="mlperf",
        version=_text(detail.get("loadgen_version")),
        model=model,
        load=_load(kind, counted),
        metrics=metrics,
        own=figures(counted, OWN) | _limits(counted),
        conditions={
            "scenario": scenario,
            **_hardware(system),
            **_kind_of_run(told, counted, path),
        },
        date=iso_date(detail.get("test_datetime")),
        place=place,
        decimals=2,
        notes=_notes(told, counted, kind),
    )


def _load(kind: str, counted: Figures) -> Figures:
    """What a scenario asks of a server."""
    match kind:
        case "Offline":
            return {"request_rate": math.inf}
        case "SingleStream":
            return {"max_concurrency": 1.0}
        case "Server":  # LoadGen's gaps are those of a Poisson process
            rate = figures(counted, {"request_rate": "target_qps"})
            return rate | {"burstiness": 1.0}
    return {}


def _hardware(system: str | None) -> Declarations:
    found: Declarations = {} if system is None else {"config": system}
    if cards := _cards_of(system or ""):
        found |= {"gpus": int(cards["gpus"]), "card": cards["card"]}
    return found


def _kind_of_run(
    told: dict[str, str], counted: Figures, path: Path
) -> Declarations:
    """What tells a run from one of performance, which says nothing here."""
    found: Declarations = {
        name: counted[name] for name in OF_COMPLIANCE if counted.get(name)
    }
    if tests := [
        each for each in path.absolute().parts if COMPLIANCE.fullmatch(each)
    ]:
        found["compliance"] = tests[-1]
    if told.get("mode", PERFORMANCE) != PERFORMANCE:
        found["mode"] = told["mode"]
    return found


def _cards_of(system: str) -> re.Match[str] | None:
    return SYSTEM.match(system) or SYSTEM_OF_CARDS.fullmatch(system)


def _limits(counted: Figures) -> Figures:
    """Which LoadGen holds latencies against, ms."""
    names = ("ttft_latency", "tpot_latency", "target_latency")
    return figures(
        counted, {f"{name}_ms": f"{name} (ns)" for name in names}, NS_TO_MS
    )


def _notes(
    told: dict[str, str], counted: Figures, kind: str
) -> tuple[Said, ...]:
    verdict = told.get("result is")
    if verdict not in ("VALID", "INVALID"):
        return ()
    limits = _limits(counted)
    if (
        kind == "Server"
        and {"ttft_latency_ms", "tpot_latency_ms"} <= limits.keys()
    ):
        values = {
            "verdict": verdict,
            "ttft": limits["ttft_latency_ms"],
            "tpot": limits["tpot_latency_ms"],
        }
        return (Said("note.loadgen_verdict.limits", values),)
    return (Said("note.loadgen_verdict", {"verdict": verdict}),)


def _place(
    told: dict[str, str], path: Path
) -> tuple[str, str | None, str | None, str]:
    """Scenario, system and model by a submission's directories, `results/SYSTEM/MODEL/SCENARIO/
    performance/run_1`, and a name that people will find it by.
    """
    parts = path.absolute().parent.parts
    scenario = told.get("scenario", "")
    found = [index for index, part in enumerate(parts) if part in SCENARIOS]
    if not found or found[-1] < 2:
        return scenario, None, None, f"{path.parent.name}/{path.stem}"
    at = found[-1]
    system, model, scenario = parts[at - 2 : at + 1]
    is_system = _cards_of(system) or parts[at - 3] in ("results", "compliance")
    below = [
        part for part in parts[at + 1 :] if part not in ("performance", "run_1")
    ]
    return (
        scenario,
        system if is_system else None,
        model,
        "/".join((model, scenario, *below)),
    )


def _detail_of(path: Path) -> dict[str, object]:
    try:
        content = plain(read_bytes(path, MAX_TEXT_BYTES), MAX_TEXT_BYTES)
        return dict(_entries(decoded(content)))
    except (
        CannotImportError,
        ValueError,
    ):  # a log of samples may be larger than any summary needs
        return {}


def _entries(text: str) -> Iterator[tuple[str, object]]:
    """Keys and values of the detailed log, one JSON object a line."""
    for _, line in zip(range(MAX_KEYS), lines_of(text), strict=False):
        _, mark, rest = line.partition(DETAIL_MARK)
        if not mark:
            continue
        try:
            entry = json.loads(rest)
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict) and isinstance(key := entry.get("key"), str):
            yield key, entry.get("value")


def _as_in_summary(value: object) -> str:
    """C++ writes true as 1 there."""
    return str(int(value) if isinstance(value, bool) else value)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
