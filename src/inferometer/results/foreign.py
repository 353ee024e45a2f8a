"""Points of result files in the formats of other tools, vLLM's own among them, which is also what
we write.

What a file says of its conditions counts first, what its name says second; what neither does is
absent. Figures that the tool defines as we do are taken over, those that can be computed from
single requests are added.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from inferometer.results.derived import (
    concurrency,
    derived_intervals,
    derived_values,
    identity_of,
)
from inferometer.results.file_name import bare, conditions_in
from inferometer.results.folders import Folders, Teller, contradictions
from inferometer.results.imported_requests import (
    intervals_of,
    request_values,
    samples_of,
)
from inferometer.results.json_text import objects_in
from inferometer.results.measured_lengths import Lengths, MeasuredLength
from inferometer.results.point import (
    Condition,
    Conditions,
    Point,
    Values,
    ordered,
)
from inferometer.results.words_of_names import of_file
from inferometer.store.importers import (
    ImportedRequests,
    ImportedRun,
    is_evalscope,
    read_results,
    recompute,
    runs_of_content,
)
from inferometer.store.importers.imported_run import EXPECTED, Declared
from inferometer.store.importers.reading import (
    MAX_BYTES,
    figure,
    is_endless,
    read_bytes,
)
from inferometer.store.json_values import MAX_WHOLE, Object
from inferometer.vocabulary import (
    CONDITIONS,
    LATENCIES,
    condition,
    condition_noted_as,
    metric,
)
from inferometer.words import Said, first_few

PERCENTILES = (50.0, 90.0, 99.0)
"""Computed from single requests, where there are any and the file does not have them."""

BESIDE_CONDITIONS = frozenset(
    {
        *("id", "tool", "status", "reasons", "notes", "source", "run"),
        *("series", "point", "file"),
    }
)
"""Columns of points that are no conditions; what a file calls so is `file_NAME`."""

RATES = ("request_throughput", "output_throughput", "request_goodput")
"""0 where no request completed."""
MAX_NAMED = 5
LONGEST_WORD = 1000

REHEARSED = re.compile(r"(-quick)?(-embedded|-simulated)?$")
"""How the result directory of a rehearsal is called."""


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
    run: ImportedRun
    """What it was read from."""


def points_in(
    path: Path, folders: Folders | None = None
) -> tuple[list[FilePoint], list[str]]:
    """Every point of a result file, or of a directory of EvalScope's, and sentences about lines
    that could not be read. `folders` are those that were looked at before.

    Raises CannotImportError, and UnknownResultError for JSON that is no result.
    """
    runs, problems = runs_in(path)
    around = (folders or Folders()).told(path.parent)
    return [
        _file_point(run, around, part, len(runs))
        for part, run in enumerate(_with_settings(runs))
    ], problems


def _with_settings(runs: Sequence[ImportedRun]) -> Iterator[ImportedRun]:
    """The runs with settings by our names; thousands of one file may share theirs."""
    shared = {id(run.settings): run.settings for run in runs}
    told = {key: _settings(settings) for key, settings in shared.items()}
    for run in runs:
        settings = told[id(run.settings)]
        yield replace(run, settings=settings) if settings else run


def _file_point(
    run: ImportedRun, around: Sequence[Teller], part: int, runs: int
) -> FilePoint:
    told = _told(run.conditions)
    name = run.place or (_name(run) if runs == 1 else _one_of(run, part))
    point = _point(run, told, around, part, name)
    known_by_runs = ("backend", "arrivals")
    return FilePoint(
        point,
        _measured_lengths(run, point.conditions),
        {
            name: value
            for name, value in told.items()
            if name not in known_by_runs
        },
        _identity(run) if run.tool == "vllm" and run.decimals is None else None,
        replace(run, requests=None),
    )


def runs_in(path: Path) -> tuple[list[ImportedRun], list[str]]:
    """The runs of `points_in`, in the same order."""
    if (
        path.name.startswith(("benchmark_", "workload_"))
        and is_evalscope(path.parent)
    ) or path.is_dir():
        return read_results(path), []
    problems: list[str] = []

    def objects(content: bytes, path: Path) -> list[Object]:
        found, unread = objects_in(content, path)
        problems.extend(unread)
        return found

    content = read_bytes(path, MAX_BYTES)
    return runs_of_content(content, path, objects, MAX_BYTES), problems


def _identity(run: ImportedRun) -> tuple[object, ...] | None:
    metrics = run.metrics
    return identity_of(
        model=run.model,
        duration_s=metrics.get("duration"),
        completed=metrics.get("completed"),
        tokens_in=metrics.get("total_input_tokens"),
        tokens_out=metrics.get("total_output_tokens"),
        rate=metrics.get("output_throughput"),
    )


def _name(run: ImportedRun) -> str:
    """Of its file without what all have, or of EvalScope's directory, whose files all have one
    name.
    """
    if run.tool == "evalscope":
        return run.path.parent.name
    return bare(run.path.name)


def _one_of(run: ImportedRun, part: int) -> str:
    return f"{_name(run)}:{run.name or part + 1}"


def _point(
    run: ImportedRun,
    told: Mapping[str, Condition],
    around: Sequence[Teller],
    part: int,
    name: str,
) -> Point:
    values = _values(run)
    conditions, notes = _conditions(run, told, around)
    notes += run.notes
    requests = run.all_requests
    if run.requests is not None and requests is None:
        notes.append(_of_others(run, run.requests))
    notes += _absent(run.missing, frozenset(run.defined_otherwise))
    negative = [*filter(_is_negative, run.metrics.items())]
    if negative:
        notes.append(Said("note.negative", {"names": [*dict(negative)]}))
    notes += _contradictory(values)
    values |= derived_values(values, conditions)
    intervals = {} if requests is None else intervals_of(requests, values)
    return Point(
        id=name,
        source=run.path,
        tool=run.tool,
        conditions=conditions,
        values=values,
        intervals=intervals | derived_intervals(intervals, values),
        samples=_samples(run),
        settings=run.settings,
        part=part,
        notes=tuple(notes),
    )


def _of_others(run: ImportedRun, requests: ImportedRequests) -> Said:
    """Why single requests are not those that the summary is of."""
    completed = run.metrics["completed"]
    if len(requests.ok) < completed:
        told = {"n": len(requests.ok), "completed": completed}
        return Said("note.sample", told)
    told = {"n": requests.completed, "completed": completed}
    return Said("note.other_requests", told)


def _contradictory(values: Values) -> list[Said]:
    """Of a file whose requests all failed and that has what only a completed one gives."""
    if values.get("completed") != 0:
        return []
    there = [
        name
        for name, value in values.items()
        if value > 0 and (name in RATES or name.endswith("_ms"))
    ]
    told = {"names": first_few(there, MAX_NAMED)}
    return [Said("note.none_completed", told)] if there else []


@lru_cache(1024)
def _absent(missing: Sequence[str], otherwise: Set[str]) -> tuple[Said, ...]:
    """Of what the file lacks, and of what it has by another meaning; thousands of files lack the
    same.
    """
    other = [name for name in missing if name in otherwise]
    rest = [_missing(name) for name in missing if name not in otherwise]
    notes = {"note.other_meaning": other, "note.missing": rest}
    return tuple(
        Said(key, {"names": names}) for key, names in notes.items() if names
    )


def _missing(name: str) -> Said | str:
    """Metrics keep their names."""
    return name if name in EXPECTED else Said(f"note.missing.{name}")


def _empty(values: Values) -> tuple[str, ...]:
    """What metrics of latencies without a sample end in: files write 0 as their mean."""
    return tuple(
        f"_{latency}_ms"
        for latency in LATENCIES
        if not values.get(f"mean_{latency}_ms", 1.0)
    )


def _values(run: ImportedRun) -> dict[str, float]:
    """By names of METRICS."""
    found = dict(run.metrics)
    found |= {
        f"p50_{key}_ms": found[f"median_{key}_ms"]
        for key in LATENCIES
        if f"median_{key}_ms" in found
    }
    if (requests := run.all_requests) is not None:
        computed = recompute(run, PERCENTILES)
        if found.get("completed") in (None, computed["completed"]):
            found = computed | found
        found |= request_values(requests)
    empty = _empty(found)
    return {
        name: value
        for name, value in found.items()
        if metric(name) is not None
        and math.isfinite(value)
        and not _is_negative((name, value))
        and not name.endswith(empty)
    }


def _is_negative(named: tuple[str, float]) -> bool:
    """No time that passed is below 0, and nothing that was counted."""
    return named[1] < 0


def _samples(run: ImportedRun) -> dict[str, int]:
    if (requests := run.all_requests) is not None:
        return samples_of(requests)
    completed = run.metrics.get("completed")
    told = [
        latency
        for latency in ("ttft", "e2el")
        if run.metrics.get(f"mean_{latency}_ms")
    ]
    return (
        {latency: int(completed) for latency in told}
        if completed and run.tool in ("vllm", "sglang")
        else {}
    )


def _conditions(
    run: ImportedRun, told: Mapping[str, Condition], around: Sequence[Teller]
) -> tuple[Conditions, list[Said]]:
    """In their order, and what was guessed. The file counts more than what lies beside it, that
    more than the file's name, and this more than the folder's.
    """
    load: Conditions = {
        key: _tidy(key, value) for key, value in run.load.items() if value > 0
    }  # some write -1 or 0 where there is no limit
    metadata, folder = around
    in_name, notes = _in_name(run)
    if "card" in folder.conditions:
        in_name.pop("model", None)
    tellers = (
        Teller("file", {**told, **load}),
        replace(metadata, conditions=_told(metadata.conditions)),
        Teller("name", in_name),
        folder,
    )
    notes += contradictions(tellers)
    found = {
        name: value
        for each in reversed(tellers)
        for name, value in each.conditions.items()
    }
    if run.model is not None and len(run.model) <= LONGEST_WORD:
        found["model_id"] = run.model
        found.setdefault("model", run.model)
    if run.version is not None and len(run.version) <= LONGEST_WORD:
        found["tool_version"] = run.version
    found["date"] = run.date
    if "arrivals" in found:
        found.pop("request_rate", None)
    rehearsal, of_rehearsal = _rehearsal(run.path, found.get("rehearsal"))
    if found.get("rehearsal") == "simulated":
        of_rehearsal += _unverified(str(found.pop("unverified", "")))
    if rehearsal:
        found["rehearsal"] = rehearsal
        notes += of_rehearsal
    told_how = {"request_rate", "max_concurrency"} & found.keys()
    found["concurrency"] = concurrency(found) if told_how else None
    return ordered(found), notes


def _in_name(run: ImportedRun) -> tuple[Conditions, list[Said]]:
    """Nothing where the name contradicts the file about the number of requests."""
    name = _name(run)
    found = conditions_in(name) or of_file(name)
    asked = run.load.get("num_prompts")
    if asked is not None and found.get("num_prompts", asked) != asked:
        return {}, [Said("note.file_name")]
    return found, []


def _rehearsal(path: Path, told: Condition) -> tuple[str, list[Said]]:
    """Such as `quick embedded`, by the name that campaigns give the result directory of a
    rehearsal, and notes. `told`: by the file, which is no less simulated in another directory.
    """
    found = REHEARSED.search(path.parent.name)
    kinds = found[0].strip("-").split("-") if found and found[0] else []
    notes = [Said("note.rehearsal_directory")] if kinds else []
    if told == "simulated":
        kinds = [*dict.fromkeys([*kinds, "simulated"])]
        notes.append(Said("note.rehearsal_simulated"))
    return " ".join(kinds), notes


def _unverified(told: str) -> list[Said]:
    """Rates of a twin's card, as our files of simulated points tell them: `CARD: NAME = VALUE`."""
    card, _, rates = told.partition(": ")
    values = {"card": card, "rates": rates.split(", ")}
    return [Said("note.unverified", values)] if rates else []


def _measured_lengths(
    run: ImportedRun, conditions: Mapping[str, Condition]
) -> Lengths:
    completed = run.metrics.get("completed", 0.0)
    totals = {
        "input_len": "total_input_tokens",
        "output_len": "total_output_tokens",
    }
    return {
        name: MeasuredLength(tokens, completed)
        for name, total in totals.items()
        if name not in conditions
        and completed > 0
        and 0 <= (tokens := run.metrics.get(total, -1.0)) < MAX_WHOLE
    }


def _told(declared: Mapping[str, Condition]) -> Conditions:
    """What a file declares, by our names where it has them, each of the type that it has: what a
    condition of ours cannot say, such as a TP for each of two roles, stays the file's.
    """
    found: Conditions = {}
    for key, value in declared.items():
        name = _free(condition_noted_as(key))
        typed = _typed(name, value)
        if (
            typed is None
            and isinstance(value, str)
            and 0 < len(value) <= LONGEST_WORD
        ):
            name, typed = f"file_{name}", value
        if typed is None:
            continue
        is_taken = found.setdefault(name, typed) != typed
        if is_taken and condition(name).role in ("identity", "subject"):
            found.setdefault(_free(key), value)
    return found


def _settings(settings: Mapping[str, Declared]) -> dict[str, Declared]:
    """Without the server's own host, which is no client's, and its like."""
    told = _told(settings)
    return {
        name: value
        for name, value in told.items()
        if value is not None and condition(name).role in ("identity", "subject")
    }


def _free(name: str) -> str:
    """A name that no column has which tables put beside conditions."""
    is_ours = metric(name) is not None or name.endswith(
        ("_low", "_high", "_n", "_rating")
    )
    return f"file_{name}" if name in BESIDE_CONDITIONS or is_ours else name


def _typed(name: str, value: Condition) -> Condition:
    """None for what cannot be a value of this condition."""
    if name in CONDITIONS and CONDITIONS[name].type != "text":
        figure = _number(value)
        return None if figure is None else _tidy(name, figure)
    if name in CONDITIONS:
        value = str(value)
    return (
        None
        if isinstance(value, str) and not 0 < len(value) <= LONGEST_WORD
        else value
    )


def _number(value: object) -> float | None:
    """Metadata are words also where they are numbers; infinity is one in all these files."""
    return math.inf if is_endless(value) else figure(value)


def _tidy(name: str, value: float) -> Condition:
    whole = (
        CONDITIONS[name].type == "whole"
        and abs(value) < MAX_WHOLE
        and value == int(value)
    )
    return int(value) if whole else value
