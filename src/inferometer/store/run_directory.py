"""The run directory: the files of one run, readable by any tool, and loaded without loss.

    run.json          settings, server, host; origin of the prompts; what the workers report of
                      themselves; the server's counters before and after, and their growth
    requests.parquet  one row a request; columns and units in trace/schema.py, unknown is null
    events.parquet    one row an output event, grouped by request (`event_start`, `event_count`)
    summary.json      the metrics
    verdict.json      whether they can be trusted
    telemetry.parquet what samplers saw of cards and host, where they ran (store/telemetry_file.py)

The whole directory appears at once or not at all. `run.json` has a checksum of each table, because
a damaged Parquet file may crash its reader, or yield other numbers. It contains no API key: headers
are not written, and a key that a server repeats in an error is masked.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import orjson

import inferometer
from inferometer.clock import utc
from inferometer.secret import masked, masked_details
from inferometer.store.atomic import new_directory, write_file
from inferometer.store.campaign.checksum import checksum_of
from inferometer.store.parquet import rows_in, write_parquet
from inferometer.store.telemetry_file import (
    TELEMETRY,
    read_telemetry,
    write_telemetry,
)
from inferometer.trace.schema import (
    EVENT_COLUMNS,
    MISSING,
    REQUEST_COLUMNS,
    SCHEMA_VERSION,
    Failure,
    Outcome,
    StampSource,
    TokenSource,
    TraceColumn,
)
from inferometer.trace.series import Telemetry
from inferometer.trace.trace import Columns, Trace, WorkerRecord
from inferometer.words import Said, sentence_of

if TYPE_CHECKING:
    import polars as pl

    from inferometer.spec.run import RunSpec

RUN, REQUESTS, EVENTS, SUMMARY, VERDICT = (
    "run.json",
    "requests.parquet",
    "events.parquet",
    "summary.json",
    "verdict.json",
)

WORDS: dict[str, type[IntEnum]] = {
    "outcome": Outcome,
    "failure": Failure,
    "token_source": TokenSource,
    "stamp_source": StampSource,
}
"""Columns of codes, which files hold as words."""

NULLS: dict[str, int] = {"tokens": -1}
"""The value for unknown in columns where it is not MISSING."""

TEXT = "text"
"""Column of generated texts in the request table, if they were kept."""

LATER_COLUMNS = frozenset(
    {
        "hidden_tokens",
        "first_tokens",
        "text_bytes",
        "first_text_bytes",
        "ignored",
        "unread",
        "lingered",
        "losses",
        "connect_losses",
        "window_limited_ns",
        "first_departed_ns",
        "departed_ns",
        "zero_windows",
    }
)
"""Files of schema 1 have none of them, those of schema 2 not the last six."""

Array = npt.NDArray[Any]
Facts = Mapping[str, Any]
"""Plain values, by name."""

ROWS_AT_ONCE = 1_000_000
SMALL_ROWS = 100_000
"""A file of fewer is read at once."""


@dataclass(frozen=True, slots=True)
class Run:
    """A loaded run directory."""

    spec: RunSpec
    fingerprint: str
    environment: Facts
    prompts: Facts
    """How tokens were counted, and where prompts are from; empty if not recorded."""
    trace: Trace
    summary: Facts
    verdict: Facts
    server_counters: Facts | None = None
    """`engine`, `names`, `before`, `after`, `delta` (trace/server_counters.py); None if the server
    has no counters.
    """
    telemetry: Telemetry | None = None
    """What samplers saw of the machine; None if none ran."""


class NewerError(Exception):
    """The schema of a run that a newer Inferometer wrote."""


def save_run(
    directory: Path,
    trace: Trace,
    spec: RunSpec,
    *,
    environment: Facts,
    summary: Facts,
    verdict: Facts,
    prompts: Facts | None = None,
    server_counters: Facts | None = None,
    telemetry: Telemetry | None = None,
    price: Facts | None = None,
) -> None:
    """Write one run as `directory`, which must not exist. Raises CannotWriteError and then leaves
    none. `price`: of the deployment, as `spec.output.Price` has it.
    """
    with new_directory(directory) as temporary:
        _write_table(
            temporary / REQUESTS,
            REQUEST_COLUMNS,
            _masked_requests(trace, spec),
            trace.texts,
        )
        _write_table(temporary / EVENTS, EVENT_COLUMNS, trace.events)
        tables = [REQUESTS, EVENTS]
        if telemetry is not None:
            write_telemetry(temporary / TELEMETRY, telemetry)
            tables.append(TELEMETRY)
        checksums = {name: checksum_of(temporary / name) for name in tables}
        asides = {
            "prompts": masked(prompts or {}),
            "server_counters": server_counters,
            "telemetry": telemetry.facts() if telemetry else None,
            "price": price,
        }
        (temporary / RUN).write_bytes(
            _json(
                {
                    **_description(trace, spec, environment),
                    **asides,
                    "sha256": checksums,
                }
            )
        )
        (temporary / SUMMARY).write_bytes(_json(summary))
        (temporary / VERDICT).write_bytes(_json(verdict))


def add_calibration(
    directory: Path, calibration: Facts, verdict: Facts
) -> None:
    """Add the calibration made after a finished run, and the resulting verdict.

    A kill in between leaves the verdict unchanged. Raises CannotWriteError.
    """
    description = orjson.loads((directory / RUN).read_bytes())
    description["environment"]["calibration"] = calibration
    write_file(directory / RUN, _json(description))
    write_file(directory / VERDICT, _json(verdict))


def load_run(directory: Path) -> Run:
    """Read what `save_run` wrote. Raises ValueError, one sentence, if it is missing, damaged or
    newer.
    """
    with _one_sentence(directory):
        description = _description_in(directory)
        return _run(directory, description)


def load_trace(directory: Path, description: Facts | None = None) -> Trace:
    """The trace alone; `description` is the content of run.json, if it was read before. Raises
    ValueError as `load_run` does.
    """
    with _one_sentence(directory):
        return _trace(directory, description or _description_in(directory))


def load_telemetry(
    directory: Path, description: Facts | None = None
) -> Telemetry | None:
    """What samplers saw during a run; None if none ran, as in runs of earlier versions. Raises
    ValueError as `load_run` does.
    """
    with _one_sentence(directory):
        told = description or _description_in(directory)
        return _telemetry(directory, told)


def _telemetry(directory: Path, description: Facts) -> Telemetry | None:
    path, facts = directory / TELEMETRY, description.get("telemetry")
    if facts is None or not path.is_file():
        return None
    if checksum_of(path) != description["sha256"][TELEMETRY]:
        raise ValueError(Said("run_directory.changed", {"name": TELEMETRY}))
    return read_telemetry(path, facts)


def _description_in(directory: Path) -> dict[str, Any]:
    description: dict[str, Any] = orjson.loads((directory / RUN).read_bytes())
    return description


@contextmanager
def _one_sentence(directory: Path) -> Iterator[None]:
    """Turn all that can be wrong with a run directory into a ValueError of one sentence."""
    if not (directory / RUN).is_file():
        told = {"path": directory, "name": RUN}
        raise ValueError(Said("run_directory.none", told))
    from polars.exceptions import PolarsError

    try:
        yield
    except NewerError as error:
        told = {"path": directory, "version": error, "most": SCHEMA_VERSION}
        raise ValueError(Said("run_directory.newer", told)) from None
    except (PolarsError, OSError, LookupError, TypeError, ValueError) as error:
        told = {"path": directory, "why": _first_line(error)}
        raise ValueError(Said("run_directory.unread", told)) from error


def _first_line(error: Exception) -> str:
    """Of what a library says; all of our own sentence."""
    why = sentence_of(error)
    if isinstance(why, Said):
        return why
    return why.strip().partition("\n")[0] or type(error).__name__


def _description(
    trace: Trace, spec: RunSpec, environment: Facts
) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "inferometer_version": inferometer.__version__,
        "fingerprint": spec.fingerprint,
        "started": utc(trace.start_realtime_ns).isoformat(),
        "start_realtime_ns": trace.start_realtime_ns,
        "closed_loop": trace.closed_loop,
        "interrupted": trace.interrupted,
        "requests": len(trace),
        "events": len(trace.events["arrival_ns"]),
        "spec": masked(_spelled(spec.model_dump())),
        "workers": [asdict(worker) for worker in trace.workers],
        "environment": masked(environment),
    }


def _require_unchanged(directory: Path, checksums: Mapping[str, str]) -> None:
    for name, checksum in checksums.items():
        if checksum_of(directory / name) != checksum:
            raise ValueError(Said("run_directory.changed", {"name": name}))


def _trace(directory: Path, description: Facts) -> Trace:
    version = int(description["schema_version"])
    if version > SCHEMA_VERSION:
        raise NewerError(version)
    _require_unchanged(directory, description["sha256"])
    requests, texts = _read_table(directory / REQUESTS, REQUEST_COLUMNS)
    events, _ = _read_table(directory / EVENTS, EVENT_COLUMNS)
    return Trace(
        requests=requests,
        events=events,
        workers=tuple(
            WorkerRecord(**worker) for worker in description["workers"]
        ),
        start_realtime_ns=description["start_realtime_ns"],
        closed_loop=description["closed_loop"],
        interrupted=description["interrupted"],
        texts=texts,
    )


def _run(directory: Path, description: Facts) -> Run:
    from inferometer.spec.run import RunSpec

    trace = _trace(directory, description)
    return Run(
        spec=RunSpec.model_validate(description["spec"]),
        fingerprint=description["fingerprint"],
        environment=description["environment"],
        prompts=description.get("prompts", {}),
        trace=trace,
        summary=orjson.loads((directory / SUMMARY).read_bytes()),
        verdict=orjson.loads((directory / VERDICT).read_bytes()),
        server_counters=description.get("server_counters"),
        telemetry=_telemetry(directory, description),
    )


def _masked_requests(trace: Trace, spec: RunSpec) -> Columns:
    details = masked_details(
        trace.requests["detail"].tolist(), spec.target.headers
    )
    return {**trace.requests, "detail": np.array(details, dtype=object)}


def _write_table(
    path: Path,
    columns: Sequence[TraceColumn],
    table: Columns,
    texts: Sequence[str] | None = None,
) -> None:
    import polars as pl

    series = [_to_series(column, table[column.name]) for column in columns]
    if texts is not None:
        series.append(_to_text(TEXT, texts))
    write_parquet(path, pl.DataFrame(series))


def _read_table(
    path: Path, columns: Sequence[TraceColumn]
) -> tuple[dict[str, Array], tuple[str, ...] | None]:
    """The columns of a file, and any texts. Of a large file one column at a time, so that memory
    holds one copy; a small one is opened once.
    """
    import polars as pl

    held = pl.read_parquet_schema(path)
    wanted = [*(column.name for column in columns), TEXT]
    names = [name for name in wanted if name in held]
    promised = rows_in(path)
    is_small = promised <= SMALL_ROWS
    whole = pl.read_parquet(path, columns=names) if is_small else None

    def read(name: str) -> pl.Series:
        if whole is not None:
            return whole[name]
        return pl.read_parquet(path, columns=[name])[name]

    rows = len(read(columns[0].name))
    table = {
        column.name: _to_numpy(column, read(column.name))
        if column.name in held
        else _absent(column, rows)
        for column in columns
    }
    return table, tuple(read(TEXT).to_list()) if TEXT in held else None


def _absent(column: TraceColumn, rows: int) -> Array:
    """A column that earlier versions lack: unknown, or 0. Raises ValueError if every version has
    it.
    """
    if column.name not in LATER_COLUMNS:
        name = {"name": column.name}
        raise ValueError(Said("run_directory.no_column", name))
    return np.full(rows, _unknown(column) or 0, column.dtype)


def _to_series(column: TraceColumn, values: Array) -> pl.Series:
    """A column as its file holds it: codes as words, unknown as null. Plain numbers are not
    copied.
    """
    import polars as pl

    if column.dtype == "object":
        return _to_text(column.name, values.tolist())
    if column.name in WORDS:
        return _to_words(column.name, values)
    series = pl.Series(column.name, np.ascontiguousarray(values, column.dtype))
    unknown = values == _unknown(column)
    return series.set(pl.Series(unknown), None) if np.any(unknown) else series


def _to_numpy(column: TraceColumn, series: pl.Series) -> Array:
    import polars as pl

    if column.dtype == "object":
        return np.array(series.to_list(), dtype=object)
    if column.name in WORDS:
        series = series.cast(pl.Enum(_words(column.name))).to_physical()
    elif series.null_count():
        series = series.fill_null(_unknown(column))
    return series.to_numpy().astype(column.dtype, copy=False)


def _unknown(column: TraceColumn) -> int | None:
    return NULLS.get(column.name, MISSING if column.dtype == "int64" else None)


def _words(name: str) -> list[str]:
    """Indices of words in a column of codes."""
    return [code.name for code in sorted(WORDS[name])]


def _to_words(name: str, codes: Array) -> pl.Series:
    """Codes as words, some rows at a time, because looking them up takes eight bytes a row.

    By index: `gather` would do so as a query, whose planner takes 5 MB more.
    """
    import polars as pl

    words = pl.Series(name, _words(name), dtype=pl.Enum(_words(name)))
    parts = [
        words[codes[at : at + ROWS_AT_ONCE]]
        for at in range(0, max(1, len(codes)), ROWS_AT_ONCE)
    ]
    return pl.concat(parts)


def _to_text(name: str, values: Sequence[str | None]) -> pl.Series:
    """Text that no file can hold (a lone surrogate) loses that character, never the run."""
    import polars as pl

    return pl.Series(
        name,
        [
            v if v is None else v.encode("utf-8", "replace").decode()
            for v in values
        ],
        dtype=pl.String,
    )


def _spelled(value: Any) -> Any:
    """JSON has no infinity: it is written as "inf", which the spec reads back."""
    if isinstance(value, dict):
        return {k: _spelled(v) for k, v in value.items()}
    return "inf" if value == math.inf else value


def _json(value: Any) -> bytes:
    return orjson.dumps(
        value,
        option=orjson.OPT_INDENT_2
        | orjson.OPT_SERIALIZE_NUMPY
        | orjson.OPT_APPEND_NEWLINE,
    )
