"""The other files of GuideLLM: `benchmarks.csv`, as 0.2 and 0.3 and as later versions write it, and
`benchmarks.yaml`. Each benchmark becomes what the JSON has of it, and is read as that.

The CSV's head is that of its first benchmark: a row of another length has its cells under wrong
names, and is refused. It has the rates and slots of all benchmarks in one list, by the order in
which they were run.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from inferometer.store.importers.guidellm import is_guidellm, read_guidellm
from inferometer.store.importers.imported_run import (
    ImportedRun,
    unread,
)
from inferometer.store.importers.text import MAX_ROWS
from inferometer.store.json_values import Object, at, entries, number
from inferometer.words import Said

WRITTEN_IN_FULL = 9
"""Decimals that tell a table's point from another one; beside the JSON it is no second point."""

Column = tuple[str, str, str]
"""Group, name, and unit or statistic."""

COUNTS = ("successful", "incomplete", "errored", "total")
METRICS: Mapping[tuple[str, str], str] = {
    ("Request Latency", "Sec"): "request_latency",
    ("Time to First Token", "ms"): "time_to_first_token_ms",
    ("Time per Output Token", "ms"): "time_per_output_token_ms",
    ("Inter Token Latency", "ms"): "inter_token_latency_ms",
    ("Server Throughput", "Requests/Sec"): "requests_per_second",
    ("Server Throughput", "Concurrency"): "request_concurrency",
    ("Token Metrics", "Input Tokens"): "prompt_token_count",
    ("Token Metrics", "Output Tokens"): "output_token_count",
    ("Token Throughput", "Output Tokens/Sec"): "output_tokens_per_second",
    ("Token Throughput", "Total Tokens/Sec"): "tokens_per_second",
}
STATISTICS = {"Mean": "mean", "Median": "median", "Std Dev": "std_dev"}
PERCENTILES = {"p90": 7, "p95": 8, "p99": 9}
"""Their places in a cell of eleven."""

TYPE = "generative_benchmark"
TYPE_COLUMN = ("Benchmark", "Type")
"""What else stands in the file is no benchmark."""

OLD_HEAD = "Type,Run Id,Id,Name,"
_OLD_FIGURE = re.compile(
    r"(Successful|Incomplete|Errored|Total) (.+) (mean|median|std dev|\[min, .*\])"
)
_OLD_NAME = re.compile(r"([a-z]+)(?:@(\d{1,9}(?:\.\d{1,9})?))?")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def is_guidellm_csv(text: str) -> bool:
    head = text.lstrip()
    if head.startswith(OLD_HEAD):
        return "Successful Requests" in head.partition("\n")[0]
    return head.startswith("Run Info,") and ",Request Counts," in head[:10_000]


def is_guidellm_yaml(text: str) -> bool:
    return (
        "benchmarks:" in text  # looking at each line takes 15 times as long
        and re.search(r"^benchmarks:\s*$", text, re.MULTILINE) is not None
        and re.search(r"^\s+metrics:\s*$", text, re.MULTILINE) is not None
    )


IN_JSON = (
    ("Benchmark", "Constraints"),
    ("Run Info", "Profile"),
    ("Run Info", "Requests"),
    ("Run Info", "Backend"),
    ("Runtime Info", "Metadata"),
    ("Runtime Info", "Arguments"),
)
"""Columns whose cells are JSON."""


def read_csv(text: str, path: Path) -> list[ImportedRun]:
    rows = _rows(text)
    is_old = text.lstrip().startswith(OLD_HEAD)
    kind = 0 if is_old else _place_of_type(rows)
    body = [row for row in rows if row[kind : kind + 1] == [TYPE]]
    if not body or any(len(row) != len(rows[0]) for row in body):
        raise unread(path, Said("unread.guidellm_csv"))
    found = (
        [_of_old(dict(zip(rows[0], row, strict=True))) for row in body]
        if is_old
        else list(_benchmarks(list(zip(*rows[:3], strict=False)), body))
    )
    runs = [
        run
        for benchmark, report in found
        for run in read_guidellm({**report, "benchmarks": [benchmark]}, path, 0)
    ]
    return [_of_table(run, place) for place, run in enumerate(runs, 1)]


def _place_of_type(rows: Sequence[Sequence[str]]) -> int:
    names = list(zip(*rows[:2], strict=False))
    return names.index(TYPE_COLUMN) if TYPE_COLUMN in names else 0


def _of_table(run: ImportedRun, place: int) -> ImportedRun:
    """Benchmarks whose level is not told are no repeats of each other."""
    is_told = {"request_rate", "max_concurrency"} & run.load.keys()
    conditions = {} if is_told else {"benchmark": place}
    return replace(
        run,
        decimals=WRITTEN_IN_FULL,
        conditions={**run.conditions, **conditions},
    )


def read_yaml(text: str, path: Path) -> list[ImportedRun]:
    try:
        report = None if _has_aliases(text) else yaml.load(text, _Loader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError):
        report = None
    if not isinstance(report, dict) or not is_guidellm(report):
        raise unread(path, Said("unread.guidellm_yaml"))
    return [
        replace(run, decimals=WRITTEN_IN_FULL)
        for run in read_guidellm(report, path, 0)
    ]


def _has_aliases(text: str) -> bool:
    """A few lines of them may stand for more than fits into memory; GuideLLM writes none."""
    events = yaml.parse(text, _Loader)
    return any(isinstance(event, yaml.AliasEvent) for event in events)


def _rows(text: str) -> list[list[str]]:
    """The lines that are not empty; ends at what is no table."""
    found: list[list[str]] = []
    reader = csv.reader(io.StringIO(text.lstrip().replace("\0", "")))
    try:
        for row in reader:
            if any(row) and len(found) < MAX_ROWS:
                found.append([cell.strip() for cell in row])
    except csv.Error:
        pass
    return found


def _benchmarks(
    columns: Sequence[Column], body: Sequence[Sequence[str]]
) -> Iterator[tuple[Object, Object]]:
    """Each with what the report says of all."""
    seen: Counter[str] = Counter()
    for row in body:
        cells = dict(zip(columns, row, strict=False))
        told = {column[:2]: cell for column, cell in cells.items()}
        values = {column: _json(told.get(column)) for column in IN_JSON}
        kind = told.get(("Benchmark", "Strategy"), "")
        profile = values["Run Info", "Profile"]
        config = {
            "strategy": _strategy(kind, profile, seen[kind]),
            "constraints": values["Benchmark", "Constraints"],
            "requests": values["Run Info", "Requests"],
            "backend": values["Run Info", "Backend"],
        }
        seen[kind] += 1
        benchmark: Object = {
            "config": config,
            "metrics": _metrics(cells) | {"request_totals": _counts(told)},
            "duration": _float(told.get(("Timings", "Duration"))),
            "end_time": told.get(("Timings", "End Time")),
        }
        report = {
            "metadata": values["Runtime Info", "Metadata"],
            "args": values["Runtime Info", "Arguments"],
        }
        yield benchmark, report


def _strategy(kind: str, profile: object, place: int) -> Object:
    """With its level: the one at its place among those of its kind. Where none is told, the place
    keeps benchmarks apart.
    """
    if kind == "throughput":
        limit = at(profile, "max_concurrency")
        return {"type_": kind, "max_concurrency": limit}
    name = "streams" if kind == "concurrent" else "rate"
    told = at(profile, name)
    if at(profile, "type_") == "sweep":
        told = at(profile, "measured_rates")
    levels = told if isinstance(told, list) else [told]
    level = number(levels[place]) if place < len(levels) else None
    return {"type_": kind, name: level}


def _metrics(cells: Mapping[Column, str]) -> Object:
    found: Object = {}
    for (group, name, statistic), cell in cells.items():
        status, _, unit = name.partition(" ")
        ours = METRICS.get((group, unit))
        if ours is None or status.casefold() not in COUNTS:
            continue
        _put(found, ours, status, STATISTICS.get(statistic, statistic), cell)
    return found


def _put(
    metrics: Object, name: str, status: str, statistic: str, cell: str
) -> None:
    there = metrics.setdefault(name, {}).setdefault(status.casefold(), {})
    if statistic in STATISTICS.values():
        there[statistic] = _float(cell)
    else:
        values = entries(_json(cell))
        there["percentiles"] = {
            key: values[place]
            for key, place in PERCENTILES.items()
            if place < len(values)
        }


def _counts(told: Mapping[tuple[str, str], str]) -> Object:
    return {
        status: _float(told.get(("Request Counts", status.capitalize())))
        for status in COUNTS
    }


def _of_old(cells: Mapping[str, str]) -> tuple[Object, Object]:
    """Of 0.2 and 0.3, whose strategy is a name such as `constant@2.50`."""
    metrics: Object = {
        "request_totals": {
            status: _float(cells.get(f"{status.capitalize()} Requests"))
            for status in COUNTS
        }
    }
    for column, cell in cells.items():
        if found := _OLD_FIGURE.fullmatch(column):
            status, name, statistic = found.groups()
            name = "_".join(name.casefold().split())
            _put(metrics, name, status, statistic.replace(" ", "_"), cell)
    strategy: Object = {}
    if named := _OLD_NAME.fullmatch(cells.get("Name", "")):
        kind, level = named.groups()
        place = "streams" if kind in {"concurrent", "throughput"} else "rate"
        strategy = {"type_": kind} | ({place: float(level)} if level else {})
    backend = _json(cells.get("Backend"))
    benchmark: Object = {
        "metrics": metrics,
        "scheduler": {"strategy": strategy},
        "benchmarker": {"backend": backend},
        "request_loader": {"data": _json(cells.get("Generator Data"))},
        "worker": {"backend_model": at(backend, "model")},
        "duration": _float(cells.get("Duration")),
        "end_time": cells.get("End Time"),
    }
    return benchmark, {}


def _float(cell: str | None) -> float | None:
    try:
        return number(float(cell or ""))
    except ValueError:
        return None


def _json(cell: str | None) -> Any:
    try:
        return json.loads(cell or "")
    except (ValueError, RecursionError):
        return None
