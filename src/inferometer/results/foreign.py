"""Points of result files in the formats of other tools, vLLM's own among them, which is also what
we write.

What a file says of its conditions counts first, what its name says second; what neither does is
absent. Figures that the tool defines as we do are taken over, those that can be computed from
single requests are added.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from inferometer.results.derived import concurrency, derived_intervals, derived_values
from inferometer.results.file_name import conditions_in
from inferometer.results.imported_requests import intervals_of, request_values, samples_of
from inferometer.results.json_text import read_objects
from inferometer.results.measured_lengths import Lengths, MeasuredLength
from inferometer.results.point import Condition, Point
from inferometer.store.importers import (
    CannotImportError,
    ImportedRun,
    UnknownResultError,
    is_evalscope,
    read_results,
    recompute,
    runs_of,
)
from inferometer.store.importers.imported_run import EXPECTED
from inferometer.store.importers.reading import Object, number, text
from inferometer.store.vllm_json import RESERVED
from inferometer.vocabulary import CONDITIONS, LATENCIES, metric
from inferometer.words import Said

PERCENTILES = (50.0, 90.0, 99.0)
"""Computed from single requests, where there are any and the file does not have them."""

LONGEST_WORD = 1000
MAX_WHOLE = 2**53
"""Beyond it a float no longer tells whole numbers apart."""


@dataclass(frozen=True, slots=True)
class FilePoint:
    """A point of a file, and what is needed to know it again as the one of a run directory."""

    point: Point
    """Without lengths that were only measured."""
    lengths: Lengths
    """Those."""
    told: Mapping[str, Condition]
    """Conditions that the file's own keys tell and no run directory knows: the label and the
    metadata.
    """
    identity: tuple[object, ...] | None
    """See `identity_of`."""


def points_in(path: Path) -> tuple[list[FilePoint], list[str]]:
    """Every point of a result file, or of a directory of EvalScope's, and sentences about lines
    that could not be read.

    Raises CannotImportError, and UnknownResultError for JSON that is no result.
    """
    found, problems = runs_in(path)
    points = []
    for part, (result, run) in enumerate(found):
        told = _told(result)
        point = _point(run, result, told, part)
        name = _name(run) if len(found) == 1 else f"{_name(run)}:{part + 1}"
        lengths = _measured_lengths(run, point.conditions)
        points.append(
            FilePoint(
                replace(point, id=name),
                lengths,
                told,
                _identity(result) if run.tool == "vllm" else None,
            )
        )
    return points, problems


def runs_in(path: Path) -> tuple[list[tuple[Object, ImportedRun]], list[str]]:
    """The runs of `points_in`, in the same order, each with the object that it was read from (empty
    for EvalScope's).
    """
    if path.is_dir() or (
        is_evalscope(path.parent) and path.name.startswith(("benchmark_", "workload_"))
    ):
        return [({}, run) for run in read_results(path)], []
    objects, problems = read_objects(path)
    try:
        return [(result, run) for result in objects for run in runs_of(result, path)], problems
    except UnknownResultError:
        raise
    except CannotImportError as error:
        raise (
            error if str(path) in str(error) else CannotImportError(f"cannot read {path}: {error}")
        ) from None


def identity_of(
    *,
    model: object,
    duration_s: object,
    completed: object,
    tokens_in: object,
    tokens_out: object,
    rate: object,
) -> tuple[object, ...] | None:
    """What two files have in common only if they tell of the same run: its duration is known to the
    nanosecond.
    """
    return (
        (model, duration_s, completed, tokens_in, tokens_out, rate) if number(duration_s) else None
    )


def _identity(result: Object) -> tuple[object, ...] | None:
    return identity_of(
        model=text(result.get("model_id")),
        duration_s=number(result.get("duration")),
        completed=number(result.get("completed")),
        tokens_in=number(result.get("total_input_tokens")),
        tokens_out=number(result.get("total_output_tokens")),
        rate=number(result.get("output_throughput")),
    )


def _name(run: ImportedRun) -> str:
    """Of its file without what all have, or of EvalScope's directory, whose files all have one
    name.
    """
    return (
        run.path.parent.name
        if run.tool == "evalscope"
        else run.path.name.removesuffix(".json").removesuffix(".jsonl")
    )


def _point(run: ImportedRun, result: Object, told: Mapping[str, Condition], part: int) -> Point:
    values = _values(run)
    conditions, notes = _conditions(run, result, told)
    if missing := run.missing:
        notes.append(Said("note.missing", {"names": [_missing(name) for name in missing]}))
    values |= derived_values(values, conditions)
    intervals = {} if run.requests is None else intervals_of(run.requests, values)
    return Point(
        id=_name(run),
        source=run.path,
        tool=run.tool,
        conditions=conditions,
        values=values,
        intervals=intervals | derived_intervals(intervals, values),
        samples=_samples(run),
        part=part,
        notes=tuple(notes),
    )


def _missing(name: str) -> Said | str:
    """Metrics keep their names."""
    return name if name in EXPECTED else Said(f"note.missing.{name}")


def _values(run: ImportedRun) -> dict[str, float]:
    """By names of METRICS. A latency whose mean is 0 has no sample: that is how these files write
    it.
    """
    found = dict(run.metrics)
    found |= {
        f"p50_{key}_ms": found[f"median_{key}_ms"]
        for key in LATENCIES
        if f"median_{key}_ms" in found
    }
    if run.requests is not None:
        computed = recompute(run, PERCENTILES)
        if computed.get("completed") == found.get("completed", computed.get("completed")):
            found = computed | found
        found |= request_values(run.requests)
    empty = {f"_{latency}_ms" for latency in LATENCIES if not found.get(f"mean_{latency}_ms", 1.0)}
    return {
        name: value
        for name, value in found.items()
        if metric(name) is not None and not math.isnan(value) and not name.endswith(tuple(empty))
    }


def _samples(run: ImportedRun) -> dict[str, int]:
    if run.requests is not None:
        return samples_of(run.requests)
    completed = run.metrics.get("completed")
    told = [latency for latency in ("ttft", "e2el") if run.metrics.get(f"mean_{latency}_ms")]
    return (
        {latency: int(completed) for latency in told}
        if completed and run.tool in ("vllm", "sglang")
        else {}
    )


def _conditions(
    run: ImportedRun, result: Object, told: Mapping[str, Condition]
) -> tuple[dict[str, Condition], list[Said]]:
    """In the order of CONDITIONS, and what was guessed."""
    notes: list[Said] = []
    in_name = conditions_in(_name(run))
    if in_name.get("num_prompts", run.load.get("num_prompts")) != run.load.get("num_prompts"):
        notes.append(Said("note.file_name"))
        in_name = {}
    load: dict[str, Condition] = {key: _tidy(key, value) for key, value in run.load.items()}
    found: dict[str, Condition] = {
        **in_name,
        "burstiness": _number(result.get("burstiness")),
        **load,
        **told,
    }
    backend = text(result.get("backend")) or text(result.get("endpoint_type")) or ""
    found["backend"] = backend if 0 < len(backend) <= LONGEST_WORD else None
    if run.model is not None and len(run.model) <= LONGEST_WORD:
        found["model_id"] = run.model
        found.setdefault("model", run.model)
    if date := _date(result.get("date")):
        found["date"] = date
    if (strategy := text(result.get("ramp_up_strategy"))) and len(strategy) <= LONGEST_WORD:
        rates = [number(result.get(f"ramp_up_{end}_rps")) for end in ("start", "end")]
        found["arrivals"] = f"{strategy} ramp from {rates[0]} to {rates[1]} req/s"
        found.pop("request_rate", None)
    if rehearsal := _rehearsal(run.path):
        found["rehearsal"] = rehearsal
        notes.append(Said("note.rehearsal_directory"))
    found["concurrency"] = concurrency(found)
    return {key: found[key] for key in CONDITIONS if found.get(key) is not None}, notes


def _rehearsal(path: Path) -> str | None:
    """Such as `quick embedded`, by the name that campaigns give the result directory of a
    rehearsal.
    """
    found = re.search(r"(-quick)?(-embedded)?$", path.parent.name)
    return " ".join(word[1:] for word in found.groups() if word) or None if found else None


def _measured_lengths(run: ImportedRun, conditions: Mapping[str, Condition]) -> Lengths:
    completed = run.metrics.get("completed", 0.0)
    totals = {"input_len": "total_input_tokens", "output_len": "total_output_tokens"}
    return {
        name: MeasuredLength(tokens, completed)
        for name, total in totals.items()
        if name not in conditions
        and completed > 0
        and 0 <= (tokens := run.metrics.get(total, -1.0)) < MAX_WHOLE
    }


def _told(result: Object) -> dict[str, Condition]:
    """Conditions under keys that are not the format's own, and the label."""
    found: dict[str, Condition] = {}
    for name, info in CONDITIONS.items():
        value = next(
            (
                result[key]
                for key in info.noted_as
                if result.get(key) is not None and (key == "label" or key not in RESERVED)
            ),
            None,
        )
        if info.type == "text":
            if isinstance(value, str | int | float) and len(word := str(value)) <= LONGEST_WORD:
                found[name] = word
        elif (figure := _number(value)) is not None:
            found[name] = _tidy(name, figure)
    return found


def _number(value: object) -> float | None:
    """Metadata are words also where they are numbers; infinity is one in all these files."""
    if value == "inf":
        return math.inf
    if not isinstance(value, str):
        return number(value)
    try:
        return number(float(value))
    except ValueError:
        return None


def _tidy(name: str, value: float) -> Condition:
    whole = CONDITIONS[name].type == "whole" and abs(value) < MAX_WHOLE and value == int(value)
    return int(value) if whole else value


def _date(value: object) -> str | None:
    """vLLM's `20251231-120000` as 2025-12-31T12:00:00."""
    from datetime import datetime

    try:
        return datetime.strptime(str(value), "%Y%m%d-%H%M%S").isoformat()  # noqa: DTZ007 - local time, of nobody knows where
    except ValueError:
        return None
