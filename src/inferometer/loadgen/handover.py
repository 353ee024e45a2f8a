"""How a worker's columns reach its parent: as one file in a temporary folder, mapped, not copied.

If the disk is full, they go through the pipe: no reason to lose a measurement.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from inferometer.loadgen.job import Job
from inferometer.trace.schema import (
    EVENT_COLUMNS,
    REQUEST_COLUMNS,
    Outcome,
)
from inferometer.trace.trace import (
    Columns,
    Trace,
    WorkerRecord,
    empty_events,
    unsent_requests,
)

NUMBERS = "columns.bin"
"""All numeric columns, one after the other; the largest types first, so that each is aligned."""
NUMERIC_COLUMNS = sorted(
    (
        (table, c.name, np.dtype(c.dtype))
        for table, columns in enumerate((REQUEST_COLUMNS, EVENT_COLUMNS))
        for c in columns
        if c.dtype != "object"
    ),
    key=lambda column: -column[2].itemsize,
)
"""Table (0: requests, 1: events), name and type."""

WorkerColumns = tuple[Columns, Columns, bytes]
"""Columns of requests, columns of events, and the rest as JSON, for the pipe."""


def hand_over(
    directory: Path | None,
    requests: Columns,
    events: Columns,
    rest: Mapping[str, Any],
) -> Path | WorkerColumns:
    """Write one worker's columns to `directory` and return it; if the disk is full, return the
    columns.

    `rest`: record, texts, stopped.
    """
    if directory is not None:
        try:
            save_share(directory, requests, events, rest)
        except OSError:
            shutil.rmtree(directory, ignore_errors=True)
        else:
            return directory
    return requests, events, orjson.dumps(rest, default=asdict)


def save_share(
    directory: Path, requests: Columns, events: Columns, rest: Mapping[str, Any]
) -> None:
    """Write one worker's columns; object columns and `rest` go into one JSON file. Raises
    OSError.
    """
    directory.mkdir()
    objects = {
        c.name: requests[c.name].tolist()
        for c in REQUEST_COLUMNS
        if c.dtype == "object"
    }
    tables = (requests, events)
    with (directory / NUMBERS).open("wb") as file:
        for table, name, _ in NUMERIC_COLUMNS:
            tables[table][name].tofile(file)
    rows = [len(requests["id"]), len(events["arrival_ns"])]
    (directory / "rest.json").write_bytes(
        orjson.dumps({**rest, "objects": objects, "rows": rows}, default=asdict)
    )


def load_columns(
    share: Path | WorkerColumns, job: Job, start_realtime_ns: int
) -> Trace:
    """The handed-over columns as a trace of this worker's requests."""
    requests, events, packed = (
        _read(share) if isinstance(share, Path) else share
    )
    rest = orjson.loads(packed)
    return Trace(
        requests=requests,
        events=events,
        workers=(WorkerRecord(**rest["record"]),),
        start_realtime_ns=start_realtime_ns,
        closed_loop=job.closed_loop,
        interrupted=rest["stopped"],
        texts=tuple(rest["texts"]) if any(rest["texts"]) else None,
    )


def _read(directory: Path) -> WorkerColumns:
    """Read what `save_share` wrote."""
    packed = (directory / "rest.json").read_bytes()
    rest = orjson.loads(packed)
    path = directory / NUMBERS
    numbers = np.empty(0, np.uint8)
    if path.stat().st_size:
        numbers = np.asarray(np.memmap(path, np.uint8, "r"))
    tables: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    begin = 0
    for table, name, dtype in NUMERIC_COLUMNS:
        end = begin + rest["rows"][table] * dtype.itemsize
        tables[table][name] = numbers[begin:end].view(dtype)
        begin = end
    for name, values in rest["objects"].items():
        tables[0][name] = np.array(values, dtype=object)
    return *tables, packed


def lost_share(
    job: Job,
    sent: int,
    start_realtime_ns: int,
    *,
    why: str,
    answered: int = 0,
    interrupted: bool = False,
) -> Trace:
    """The trace of a worker that died: what it had sent when last heard of is unfinished, the rest
    unsent.
    """
    n = len(job.requests)
    requests = unsent_requests(n)
    requests["id"][:] = [request.id for request in job.requests]
    requests["asked_prompt_tokens"][:] = [
        request.prompt_tokens for request in job.requests
    ]
    requests["asked_output_tokens"][:] = [
        request.max_tokens for request in job.requests
    ]
    requests["worker"][:] = job.shard.worker
    requests["warmup"][: job.shard.warmups] = True
    requests["outcome"][:sent] = Outcome.UNFINISHED
    requests["outcome"][sent:] = Outcome.UNSENT
    requests["detail"][:sent] = why
    record = WorkerRecord(
        worker=job.shard.worker,
        assigned=n,
        sent=sent,
        wall_ns=0,
        cpu_ns=0,
        run_queue_ns=-1,
        scheduling="unknown",
        reads=0,
        bytes_read=0,
        backlog_peak_bytes=0,
        spilled_bytes=0,
        connections=0,
        reconnects=0,
        clock_step_ns=0,
        kernel_stamps=False,
        lost=True,
        answered=answered,
    )
    return Trace(
        requests,
        empty_events(),
        (record,),
        start_realtime_ns,
        job.closed_loop,
        interrupted,
    )
