"""Result directories of `evalscope perf` (`parallel_4_number_12/`): three JSON files and a database
of requests.

The database holds pickled answers, which could run any program when read: they are never touched,
only its plain columns are, and it is opened as a file that nobody may change. Its percentiles are
ranks, not interpolated, and rounded.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from inferometer.store.importers.declared import configured
from inferometer.store.importers.imported_run import (
    CannotImportError,
    Declarations,
    Figures,
    ImportedRequests,
    ImportedRun,
    unread,
)
from inferometer.store.importers.reading import (
    figures,
    metrics_of,
    numbers,
    read_beside,
    read_bytes,
    read_objects,
    require_readable,
)
from inferometer.store.json_values import Object, at, entries, given, text
from inferometer.vocabulary import latencies_in, settings_in
from inferometer.words import Said, sentence_of

SUMMARY = "benchmark_summary.json"
ARGUMENTS = "benchmark_args.json"
DATABASE = "benchmark_data.db"

NO_SETTINGS = frozenset(
    {
        *("parallel", "number", "rate", "duration", "sleep_interval"),
        *("connect_timeout", "read_timeout", "total_timeout", "url", "port"),
        *("sla_auto_tune", "sla_variable", "sla_params", "sla_num_runs"),
        *("sla_upper_bound", "sla_lower_bound", "sla_fixed_parallel"),
        *("sla_number_multiplier", "no_test_connection", "no_timestamp"),
        *("db_commit_interval", "queue_size_multiplier", "outputs_dir"),
        *("in_flight_task_multiplier", "num_workers", "log_every_n_query"),
        *("debug", "enable_progress_tracker", "visualizer", "swanlab_host"),
        *("name", "model", "dataset", "max_tokens", "prefix_length"),
    }
)
"""Of its arguments: the load, what is told otherwise, and what is of the client alone."""

COLUMNS = (
    "start_time",
    "success",
    "first_chunk_latency",
    "latency",
    "prompt_tokens",
    "completion_tokens",
    "inter_token_latencies",
)
MAX_ROWS = 5_000_000
MAX_STEPS = 200_000
"""Of 1,000 instructions of SQLite each: a minute or so; a database made to last for ever does
not.
"""


def is_evalscope(directory: Path) -> bool:
    return (directory / SUMMARY).is_file()


def read_evalscope(directory: Path, most_bytes: int) -> ImportedRun:
    """The run of one directory; its requests if the database is there."""
    path = directory / SUMMARY
    summary = read_objects(path, most_bytes)[0]
    arguments = read_beside(directory / ARGUMENTS, most_bytes)
    load = figures(arguments, settings_in("evalscope"))
    if load.get("request_rate", 1.0) <= 0:
        load["request_rate"] = float("inf")
    metrics = metrics_of("evalscope", summary)
    for ours, theirs in latencies_in("evalscope").items():
        metrics |= figures(summary, {f"mean_{ours}_ms": f"Avg {theirs}"})
    metrics |= figures(summary, {"mean_e2el_ms": "Avg Latency (s)"}, 1e3)
    database = directory / DATABASE
    requests = _requests(database, most_bytes) if database.exists() else None
    return ImportedRun(
        path,
        "evalscope",
        model=text(arguments.get("model")),
        load=load | _prompt_length(arguments),
        metrics=metrics | _totals(requests),
        own=_percentiles(directory, most_bytes),
        requests=requests,
        conditions=_conditions(arguments),
        settings=configured(arguments, NO_SETTINGS),
    )


def _totals(requests: ImportedRequests | None) -> Figures:
    if requests is None:
        return {}
    ok = requests.ok
    return {
        "total_input_tokens": float(np.nansum(requests.prompt_tokens[ok])),
        "total_output_tokens": float(np.nansum(requests.output_tokens[ok])),
    }


def _prompt_length(arguments: Object) -> Figures:
    """Of random prompts whose limits are one number."""
    told = figures(
        arguments, {"low": "min_prompt_length", "high": "max_prompt_length"}
    )
    is_fixed = told.get("low") == told.get("high") is not None
    if arguments.get("dataset") != "random" or not is_fixed:
        return {}
    return {"input_len": told["low"]}


def _conditions(arguments: Object) -> Declarations:
    dataset, name = text(arguments.get("dataset")), text(arguments.get("name"))
    told = {"dataset": dataset, "label": name}
    prefix = figures(arguments, {"prefix_len": "prefix_length"})
    found: Declarations = given(told)
    return found | {key: int(n) for key, n in prefix.items() if n > 0}


def _percentiles(directory: Path, most_bytes: int) -> Figures:
    """The ranks of the percentile file, as `TTFT (ms).99%`. The file is a list of rows."""
    path = directory / "benchmark_percentile.json"
    if not path.exists():
        return {}
    try:
        rows = entries(json.loads(read_bytes(path, most_bytes)))
    except CannotImportError:
        raise
    except (ValueError, RecursionError):
        raise unread(path, Said("unread.evalscope")) from None
    own: Figures = {}
    for row in rows:
        if (name := text(at(row, "Percentiles"))) and isinstance(row, dict):
            own |= figures(
                row,
                {
                    f"{column}.{name}": column
                    for column in row
                    if column != "Percentiles"
                },
            )
    return own


def _read_rows(path: Path, most_bytes: int) -> list[tuple[object, ...]]:
    require_readable(path, most_bytes)
    try:
        return list(_rows(path))
    except sqlite3.Error as error:
        why = {"why": sentence_of(error)}
        raise unread(path, Said("unread.evalscope.database", why)) from None


def _requests(path: Path, most_bytes: int) -> ImportedRequests | None:
    rows = _read_rows(path, most_bytes)
    if not rows:
        return None
    sent, ok, ttft, latency, prompt, output, gaps = zip(*rows, strict=True)
    return ImportedRequests(
        ok=np.array([each == 1 for each in ok], np.bool_),
        ttft_s=numbers(ttft),
        e2el_s=numbers(latency),
        prompt_tokens=numbers(prompt),
        output_tokens=numbers(output),
        sent_s=numbers(sent),
        itls_s=tuple(numbers(_gaps(each)) for each in gaps),
    )


def _rows(path: Path) -> Iterator[tuple[object, ...]]:
    """The plain columns of the table `result`. Raises sqlite3.Error for whatever else the file
    is.
    """
    steps = iter(range(MAX_STEPS))
    with closing(
        sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True
        )
    ) as database:
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA query_only = ON")
        database.set_progress_handler(lambda: next(steps, None) is None, 1_000)
        kind = database.execute(
            "SELECT type FROM sqlite_master WHERE name = 'result'"
        ).fetchone()
        if kind != ("table",):
            raise sqlite3.DatabaseError(Said("unread.no_table"))
        yield from database.execute(
            f"SELECT {', '.join(COLUMNS)} FROM result LIMIT {MAX_ROWS}"  # noqa: S608 - constants
        )


def _gaps(value: object) -> list[object]:
    try:
        return entries(json.loads(value)) if isinstance(value, str) else []
    except (ValueError, RecursionError):
        return []
