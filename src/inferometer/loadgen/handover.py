"""How a worker's columns reach its parent: as plain numpy files in a temporary folder, mapped and not copied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from inferometer.loadgen.job import Job
from inferometer.trace.schema import EVENT_COLUMNS, MISSING, REQUEST_COLUMNS, Outcome
from inferometer.trace.trace import Columns, Trace, WorkerRecord, empty_events, empty_requests


def save_share(directory: Path, requests: Columns, events: Columns, rest: Mapping[str, Any]) -> None:
    """Write one worker's columns; object columns and `rest` (record, texts, stopped) go into one JSON file."""
    objects = {c.name: requests[c.name].tolist() for c in REQUEST_COLUMNS if c.dtype == "object"}
    for c in REQUEST_COLUMNS:
        if c.dtype != "object":
            np.save(directory / f"request.{c.name}.npy", requests[c.name], allow_pickle=False)
    for c in EVENT_COLUMNS:
        np.save(directory / f"event.{c.name}.npy", events[c.name], allow_pickle=False)
    (directory / "rest.json").write_bytes(orjson.dumps({**rest, "objects": objects}, default=asdict))


def load_share(directory: Path, job: Job, start_realtime_ns: int) -> Trace:
    """What `save_share` wrote, as a trace of this worker's requests."""
    rest = orjson.loads((directory / "rest.json").read_bytes())
    requests: dict[str, Any] = {}
    for c in REQUEST_COLUMNS:
        if c.dtype == "object":
            requests[c.name] = np.array(rest["objects"][c.name], dtype=object)
        else:
            requests[c.name] = _map(directory / f"request.{c.name}.npy")
    return Trace(
        requests=requests,
        events={c.name: _map(directory / f"event.{c.name}.npy") for c in EVENT_COLUMNS},
        workers=(WorkerRecord(**rest["record"]),),
        start_realtime_ns=start_realtime_ns,
        closed_loop=job.closed_loop,
        interrupted=rest["stopped"],
        texts=tuple(rest["texts"]) if any(rest["texts"]) else None,
    )


def _map(path: Path) -> Any:
    return np.load(path, mmap_mode="r", allow_pickle=False)


def lost_share(job: Job, sent: int, start_realtime_ns: int, *, why: str, interrupted: bool = False) -> Trace:
    """The trace of a worker that died: what it had sent when last heard of is unfinished, the rest unsent."""
    n = len(job.requests)
    requests = empty_requests(n)
    for c in REQUEST_COLUMNS:
        if c.name.endswith("_ns") or c.name in ("prompt_tokens", "output_tokens", "cached_tokens"):
            requests[c.name][:] = MISSING
    requests["id"][:] = [request.id for request in job.requests]
    requests["asked_prompt_tokens"][:] = [request.prompt_tokens for request in job.requests]
    requests["asked_output_tokens"][:] = [request.max_tokens for request in job.requests]
    requests["worker"][:] = job.share.worker
    requests["warmup"][: job.share.warmups] = True
    requests["outcome"][:sent] = Outcome.UNFINISHED
    requests["outcome"][sent:] = Outcome.UNSENT
    requests["detail"][:sent] = why
    record = WorkerRecord(
        worker=job.share.worker,
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
    )
    return Trace(requests, empty_events(), (record,), start_realtime_ns, job.closed_loop, interrupted)
