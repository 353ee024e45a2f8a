"""Result directories for the tests of this room: real run directories and ledgers, of traces that
were made up.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

from inferometer.campaign.results import Measurement, Results
from inferometer.clock import MS
from inferometer.metrics import Summary, summarize
from inferometer.metrics.verdict import Status
from inferometer.results import Point, read
from inferometer.spec.run import Load, RandomWorkload, RunSpec, Target
from inferometer.store.campaign.history import Result
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.run_directory import save_run
from inferometer.store.vllm_json import save_result, vllm_result
from inferometer.trace.schema import (
    MISSING,
    Failure,
    Outcome,
    StampSource,
    TokenSource,
)
from inferometer.trace.trace import (
    Trace,
    WorkerRecord,
    empty_events,
    empty_requests,
)
from inferometer.vocabulary import LATENCIES

GOLDEN = Path(__file__).parents[1] / "golden"
VLLM_PLAIN = GOLDEN / "vllm" / "completions_c4_plain.json"
VLLM_DETAILED = GOLDEN / "vllm" / "chat_c8_detailed.json"

FINISHED = datetime(2026, 1, 31, 12, 0, 1, tzinfo=timezone.utc)
STARTED_NS = 1_769_860_800_123_456_789
"""2026-01-31T12:00:00.123456+00:00; a run lasts two seconds."""

HARDWARE = {"name": "C", "gpus": 2, "pcie_generation": 4, "pcie_width": 16}
SERVER = {
    "recipe": "vllm",
    "model": "org/tiny-8B",
    "tp": 2,
    "hardware": HARDWARE,
    "command": ["vllm", "serve", "org/tiny-8B"],
}

ENVIRONMENT: dict[str, Any] = {
    "hostname": "machine-c",
    "kernel": "6.1",
    "packages": {"inferometer": "0.1.0", "numpy": "2.4.6"},
    "cpu": {"model": "a fast one", "logical": 8},
    "command": ["inferometer", "run", "pcie"],
    "server": {
        "version": "0.10.2",
        "model": "org/tiny-8B",
        "max_model_len": 1280,
    },
}


def spec_of(
    number: int = 4,
    *,
    server: dict[str, Any] | None = None,
    load: dict[str, Any] | None = None,
) -> RunSpec:
    """`number` requests at once."""
    return RunSpec(
        target=Target(model="org/tiny-8B"),
        workload=RandomWorkload(input_len=16, output_len=4),
        load=Load.model_validate({"num_prompts": number, **(load or {})}),
        server=server,
    )


def trace_of(
    number: int, *, failed: int = 0, cached: int = 0, seed: int = 0
) -> Trace:
    """A warm-up, then this many requests of four events each, about 10 ms to the first and 5 ms
    from one to the next; the last `failed` of them break off after two.
    """
    rng = np.random.default_rng(seed)
    requests = empty_requests(number + 1)
    everything: list[Any] = []
    for row in range(number + 1):
        broken = row > number - failed
        sent = row * MS + 1
        events = (
            sent
            + 10 * MS
            + np.cumsum(rng.integers(4 * MS, 6 * MS, 2 if broken else 4))
            - 5 * MS
        )
        told = {
            "id": row,
            "warmup": row == 0,
            "asked_prompt_tokens": 16,
            "asked_output_tokens": 4,
            "prompt_tokens": 16,
            "cached_tokens": cached,
            "output_tokens": len(events),
            "token_source": TokenSource.USAGE,
            "intended_ns": MISSING,
            "connect_ns": MISSING,
            "sent_ns": sent,
            "sent_done_ns": sent + 1,
            "headers_ns": sent + 2,
            "first_ns": events[0],
            "last_ns": events[-1],
            "end_ns": events[-1] + 1,
            "status": 200,
            "outcome": Outcome.FAILED if broken else Outcome.OK,
            "failure": Failure.RESET if broken else Failure.NONE,
            "detail": "the connection was reset" if broken else None,
            "event_start": sum(len(each) for each in everything),
            "event_count": len(events),
        }
        for name, value in told.items():
            requests[name][row] = value
        everything.append(events)
    pooled = np.concatenate(everything).astype(np.int64)
    table = {
        name: np.zeros(len(pooled), column.dtype)
        for name, column in empty_events().items()
    }
    table["arrival_ns"], table["stamp_source"][:], table["tokens"][:] = (
        pooled,
        StampSource.KERNEL,
        -1,
    )
    return Trace(
        requests, table, (_worker(number + 1),), STARTED_NS, closed_loop=True
    )


def _worker(requests: int) -> WorkerRecord:
    return WorkerRecord(
        worker=0,
        assigned=requests,
        sent=requests,
        wall_ns=2_000 * MS,
        cpu_ns=20 * MS,
        run_queue_ns=0,
        scheduling="normal",
        reads=9,
        bytes_read=4096,
        backlog_peak_bytes=0,
        spilled_bytes=0,
        connections=1,
        reconnects=0,
        clock_step_ns=0,
        kernel_stamps=True,
    )


def summary_of(trace: Trace) -> Summary:
    planned = int(np.count_nonzero(~trace.requests["warmup"]))
    return summarize(
        trace,
        planned=planned,
        percentiles=(50, 90, 99),
        goodput={"ttft": 1000.0},
    )


def verdict_of(status: Status) -> dict[str, Any]:
    """What `verdict.json` holds: with a finding of each level up to this."""
    levels = {
        "VALID": [],
        "SUSPECT": ["suspect"],
        "INVALID": ["suspect", "invalid"],
    }[status]
    findings = [
        {"name": each, "level": each, "sentence": f"A {each} thing."}
        for each in ("ok", "note", *levels)
    ]
    return {"status": status, "findings": findings}


def save(
    directory: Path,
    trace: Trace,
    spec: RunSpec,
    status: Status = "VALID",
    **environment: Any,
) -> None:
    """A run directory."""
    save_run(
        directory,
        trace,
        spec,
        environment={**ENVIRONMENT, **environment},
        prompts={"counting": "token ids"},
        summary=summary_of(trace).to_dict(),
        verdict=verdict_of(status),
    )


def save_json(path: Path, trace: Trace, spec: RunSpec, **options: Any) -> None:
    """The file in vLLM's format that `bench` and `run` write with it."""
    result = vllm_result(
        spec,
        summary_of(trace),
        trace.measured(),
        finished=FINISHED,
        metrics=tuple(LATENCIES),
        **options,
    )
    save_result(path, result)


def save_bench(
    folder: Path,
    name: str = "result",
    number: int = 4,
    status: Status = "VALID",
    **options: Any,
) -> Path:
    """What `bench --save-result` leaves: NAME/ and NAME.json, the path of which is returned."""
    trace, spec = trace_of(number), spec_of(number, load={"max_concurrency": 2})
    save(folder / name, trace, spec, status)
    save_json(folder / f"{name}.json", trace, spec, **options)
    return folder / f"{name}.json"


CONFIGURATION = {
    "name": "pcie",
    "models": {"8B": "org/tiny-8B"},
    "groups": [
        {
            "id": "1C-1k",
            "model": "8B",
            "server": "vllm",
            "hardware": "C",
            "tp": 2,
        }
    ],
    "hardware": {"C": {"gpus": 2, "cost_per_hour": 3.6}},
    "cost_per_hour": 7.0,
}


def open_campaign(
    result_dir: Path,
    name: str = "pcie",
    configuration: dict[str, Any] | None = None,
) -> CampaignPaths:
    places = CampaignPaths(result_dir, name)
    with Results(places) as results:
        results.note(
            "opened",
            campaign=name,
            configuration=CONFIGURATION
            if configuration is None
            else configuration,
        )
    return places


def measure(
    places: CampaignPaths,
    number: int,
    status: Status = "VALID",
    *,
    group: str = "1C-1k",
    allowed: bool = False,
    seed: int = 0,
    server_version: str | None = "0.10.2",
    change: Callable[[RunSpec], RunSpec] = lambda spec: spec,
) -> Result:
    """One more result of the point with this many requests."""
    trace, spec = (
        trace_of(number, seed=seed),
        change(spec_of(number, server=SERVER)),
    )

    def write(run: Path, json_file: Path) -> None:
        save(run, trace, spec, status)
        save_json(json_file, trace, spec)

    measurement = Measurement(
        spec=spec,
        point=f"{group}/np{number}",
        status=status,
        reasons=("A bad thing. Measure again.",) if status != "VALID" else (),
        allowed=allowed,
        server_version=server_version,
        attempt=0,
        file_name=f"C_8B_TP2_16_np{number}_20260131_120001.json",
    )
    with Results(places) as results:
        results.begin(spec)
        return results.save(measurement, write)


def vllm_file(
    path: Path, *without: str, source: Path = VLLM_PLAIN, **changes: Any
) -> Path:
    """A real file of vLLM's, without these keys and with others."""
    result = {
        key: value
        for key, value in json.loads(source.read_bytes()).items()
        if key not in without
    } | changes
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result))
    return path


def the_point(*paths: Path) -> Point:
    """The only one there is, read without a problem."""
    found = read(paths)
    assert found.problems == ()
    (point,) = found.points
    return point
