"""The point of a run directory of ours, from its three JSON files: no row of a table is read,
however long the run was.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from inferometer.clock import utc
from inferometer.metrics.finding import Finding, Level
from inferometer.results.derived import (
    concurrency,
    derived_intervals,
    derived_values,
    identity_of,
)
from inferometer.results.point import (
    Condition,
    Conditions,
    Point,
    Range,
    RunFiles,
    Status,
    Values,
    ordered,
)
from inferometer.results.predicted import (
    how_sure,
    predicted_ranges,
    twin_name,
    unverified_rates,
)
from inferometer.store.environment import EMBEDDED_VERSION
from inferometer.store.json_values import (
    Object,
    at,
    entries,
    members,
    number,
    text,
    whole,
)
from inferometer.store.run_directory import REQUESTS, RUN, SUMMARY, VERDICT
from inferometer.store.server_cards import STAND_INS, cards_of
from inferometer.trace.schema import SCHEMA_VERSION
from inferometer.vocabulary import CONDITIONS, LATENCIES, METRICS, metric
from inferometer.words import Said

MAX_BYTES = 16 * 1024 * 1024
"""Of each of the three files: they hold a few kilobytes, whatever the run."""
MAX_CURRENCY = 4
"""Characters, as in `spec.output`."""

STATUSES: dict[object, Status] = {
    "VALID": "VALID",
    "SUSPECT": "SUSPECT",
    "INVALID": "INVALID",
}

LEVELS = {level.name.lower(): level for level in Level if level > Level.OK}

WRITTEN_ANSWER = 128
"""Tokens of an answer in a conversation that is made up, where nobody says otherwise: as in
`spec.longest`, which needs pydantic.
"""

NOT_COMPLETED = ("failed", "cancelled", "unfinished", "dropped")


def is_run_directory(path: Path) -> bool:
    return (path / RUN).is_file() and (
        (path / SUMMARY).is_file() or (path / REQUESTS).is_file()
    )


def point_of_run(
    directory: Path,
    told: Callable[[Object], Mapping[str, Condition]] = lambda _: {},
    read: Callable[[Path, int], bytes] | None = None,
) -> Point:
    """The point, with the conditions that a ledger has `told`, given its run.json. `read` returns
    the content of a file of at most so many bytes (default: whatever it is).

    Raises CannotImportError, one sentence, if a file is missing, damaged, or of a newer
    Inferometer.
    """
    run, summary, verdict = (
        _read(directory / name, read) for name in (RUN, SUMMARY, VERDICT)
    )
    _check_version(run, directory)
    point = point_of(
        run,
        summary,
        verdict,
        name=directory.name,
        source=directory,
        told=told(run),
    )
    return replace(point, run=directory)


def point_of(
    run: Object,
    summary: Object,
    verdict: Object,
    *,
    name: str,
    source: Path,
    told: Mapping[str, Condition] | None = None,
) -> Point:
    """The point of a run whose three files hold this; of `run` only the spec has to be there."""
    conditions = _conditions(run, told or {})
    values = _values(summary)
    values |= derived_values(values, conditions)
    intervals = _intervals(summary, values)
    findings = _findings(verdict)
    return Point(
        id=name,
        source=source,
        tool="inferometer",
        conditions=conditions,
        values=values,
        intervals=intervals | derived_intervals(intervals, values),
        predicted=predicted_ranges(run, summary, values, intervals),
        samples={
            key: int(n)
            for key in LATENCIES
            if (n := number(at(summary, "metrics", key, "n")))
        },
        status=STATUSES.get(verdict.get("status")),
        reasons=tuple(
            each.sentence for each in findings if each.level >= Level.SUSPECT
        ),
        findings=findings,
        recorded=recorded_in(run, summary, verdict),
        notes=_notes(run, conditions),
    )


def recorded_in(run: Object, summary: object, verdict: object) -> RunFiles:
    """What to keep of the three files."""
    return RunFiles(
        run,
        at(summary, "events"),
        at(summary, "metrics", "client_delay", "percentiles", "p99"),
        at(verdict, "precision"),
        at(summary, "machine"),
    )


def identity_of_run(point: Point) -> tuple[object, ...] | None:
    values = point.values
    return identity_of(
        model=point.conditions.get("model_id"),
        duration_s=values.get("duration"),
        completed=values.get("completed"),
        tokens_in=values.get("total_input_tokens"),
        tokens_out=values.get("total_output_tokens"),
        rate=values.get("output_throughput"),
    )


def _read(path: Path, read: Callable[[Path, int], bytes] | None) -> Object:
    # with all readers of files, which a run that has just ended does not need
    from inferometer.store.importers.reading import objects_in, read_objects

    if read is None:
        return read_objects(path, MAX_BYTES)[0]
    return objects_in(read(path, MAX_BYTES), path, may_be_list=False)[0]


def _conditions(run: Object, told: Mapping[str, Condition]) -> Conditions:
    """In the order of CONDITIONS; `told` counts more than the run's own."""
    spec, environment = run["spec"], run.get("environment")
    server, recipe = at(spec, "server"), text(at(spec, "server", "recipe"))
    version = text(at(environment, "server", "version"))
    stand_in = _stand_in(server, version or "")
    found: Conditions = {
        name: READ[each.type](at(run, *each.path))
        for name, each in CONDITIONS.items()
        if each.path
    }
    found |= {
        "gpus": cards_of(server),
        "engine": _engine(recipe, stand_in),
        **_workload(at(spec, "workload")),
        **_price(run.get("price")),
        "repeat": (whole(at(spec, "repeat")) or 0) + 1,
        "date": _date(run),
        "twin": twin_name(server),
        "rehearsal": _rehearsal(
            stand_in, "--quick" in entries(at(environment, "command"))
        ),
    }
    if arrivals := _arrivals(at(spec, "load")):
        found |= {"arrivals": arrivals, "request_rate": None}
    found |= told
    found["concurrency"] = concurrency(
        {key: value for key, value in found.items() if value is not None}
    )
    return ordered(found)


def _price(told: object) -> Conditions:
    amount, per = number(at(told, "amount")), at(told, "per")
    currency = (text(at(told, "currency")) or "")[:MAX_CURRENCY] or None
    if per == "kWh":
        pue = number(at(told, "pue"))
        return {"price_per_kwh": amount, "pue": pue, "currency": currency}
    if per == "h":
        return {"cost_per_hour": amount, "currency": currency}
    return {}


def _stand_in(server: object, version: str) -> str | None:
    """What took the place of a real server, `embedded` or `simulated`, if anything did."""
    named = [each for each in STAND_INS if at(server, each) is not None]
    is_ours = EMBEDDED_VERSION in version
    return named[-1] if named else "embedded" if is_ours else None


def _engine(recipe: str | None, stand_in: str | None) -> str | None:
    if recipe == CONDITIONS["engine"].placeholder:
        return stand_in
    if not stand_in:
        return recipe
    return f"{recipe} ({stand_in})" if recipe else stand_in


def _check_version(run: Object, directory: Path) -> None:
    from inferometer.store.importers.imported_run import unread

    version = number(run.get("schema_version"))
    if version is None or not isinstance(run.get("spec"), dict):
        raise unread(directory, Said("unread.not_ours", {"file": RUN}))
    if version > SCHEMA_VERSION:
        raise unread(directory, Said("unread.newer"))


def _input_len(work: object, kind: str) -> int | None:
    if kind == "prefix":
        parts = [whole(at(work, name)) for name in ("prefix_len", "suffix_len")]
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == len(parts) else None
    if at(work, "path") is not None and kind != "sonnet":
        return None
    return whole(at(work, "input_len"))


def _workload(work: object) -> Conditions:
    """Lengths by which people know a workload; those of recorded texts have none."""
    kind = text(at(work, "kind")) or "random"
    output_len = whole(at(work, "output_len"))
    if kind == "sessions" and output_len is None and at(work, "path") is None:
        output_len = WRITTEN_ANSWER
    return {
        "dataset": kind,
        "input_len": _input_len(work, kind),
        "output_len": output_len,
        "prefix_len": whole(at(work, "prefix_len"))
        or whole(at(work, "system_len"))
        or None,
    }


def _arrivals(load: object) -> str | None:
    ramp = at(load, "ramp")
    steps = entries(at(load, "steps"))
    speed = number(at(load, "replay_speed"))
    if ramp is not None:
        return (
            f"{at(ramp, 'strategy')} ramp from {at(ramp, 'start_rps')} to {at(ramp, 'end_rps')} "
            "req/s"
        )
    if steps:
        return "steps of " + ", ".join(
            f"{at(step, 'rate')}/s for {at(step, 'seconds')} s"
            for step in steps
        )
    return (
        f"those of the trace, {speed:g} times as fast"
        if speed is not None
        else None
    )


def _rehearsal(stand_in: str | None, quick: bool) -> str | None:
    kinds = [*(["quick"] if quick else []), *([stand_in] if stand_in else [])]
    return " ".join(kinds) or None


def _date(run: Object) -> str | None:
    """The end, to the microsecond: the start, and the longest of the workers' times."""
    start_ns = number(run.get("start_realtime_ns"))
    if start_ns is None or abs(start_ns) > 1e19:
        return None
    lasted_ns = max(
        (
            number(at(worker, "wall_ns")) or 0.0
            for worker in entries(run.get("workers"))
        ),
        default=0.0,
    )
    try:
        end = utc(start_ns + lasted_ns)
    except OverflowError:
        return None
    return end.isoformat(timespec="microseconds")


def _number(value: object) -> float | None:
    return math.inf if value == "inf" else number(value)


READ: Mapping[str, Callable[[object], Condition]] = {
    "text": text,
    "whole": whole,
    "number": _number,
}
"""By the type of a condition."""


def _failed(summary: Object) -> float | None:
    counts = [number(at(summary, "counts", name)) for name in NOT_COMPLETED]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _values(summary: Object) -> dict[str, float]:
    found = {
        name: number(each.value_in(summary)) for name, each in METRICS.items()
    }
    found["failed"] = _failed(summary)
    found["cached_share"] = _cached_share(summary)
    for key in LATENCIES:
        told = members(at(summary, "metrics", key, "percentiles"))
        found |= {
            f"{name}_{key}_ms": number(value) for name, value in told.items()
        }
    return {
        name: value
        for name, value in found.items()
        if value is not None and metric(name) is not None
    }


def _cached_share(summary: Object) -> float | None:
    """Prompt tokens from the prefix cache, %: where each answer told; else by the server's
    counters, warm-ups included.
    """
    cached = at(summary, "lengths", "cached")
    prompts = at(summary, "lengths", "input")
    told, mean = number(at(cached, "n")), number(at(cached, "mean"))
    tokens = number(at(prompts, "mean"))
    if (
        not told
        or told != number(at(prompts, "n"))
        or mean is None
        or not tokens
    ):
        return number(at(summary, "prefix_cache_hit_rate"))
    return 100 * mean / tokens


def _intervals(summary: Object, values: Values) -> dict[str, Range]:
    """By names of METRICS; earlier versions wrote those of latencies without the unit."""
    found: dict[str, Range] = {}
    for name, interval in members(summary.get("intervals")).items():
        ours = name if name in values else f"{name}_ms"
        low, high, confidence = (
            number(at(interval, key)) for key in ("low", "high", "confidence")
        )
        if ours in values and low is not None and high is not None:
            method = text(at(interval, "method")) or ""
            found[ours] = Range(low, high, confidence or 0.95, method)
    return found


EARLIER = "found"
"""The variant of findings in files of versions that did not name it: the usual one of its check."""


def _findings(verdict: Object) -> tuple[Finding, ...]:
    """Those that are not fine, the worst first."""
    found = [_finding(each) for each in entries(verdict.get("findings"))]
    return tuple(
        sorted(
            (each for each in found if each is not None),
            key=lambda each: -each.level,
        )
    )


def _figures(told: object) -> dict[str, Any]:
    return {
        str(name): value
        for name, value in members(told).items()
        if value is None or type(value) in (int, float, str)
    }


def _finding(finding: object) -> Finding | None:
    """None for one that is fine, or whose level or sentence nobody knows."""
    level = LEVELS.get(text(at(finding, "level")) or "")
    sentence = text(at(finding, "sentence"))
    if level is None or not sentence:
        return None
    parts = at(finding, "parts")
    return Finding(
        text(at(finding, "name")) or "",
        level,
        text(at(finding, "variant")) or EARLIER,
        _figures(at(finding, "figures")),
        tuple(each for each in parts if isinstance(each, str))
        if isinstance(parts, list)
        else None,
        written=(sentence, text(at(finding, "next_step")) or ""),
    )


def _of_rehearsal(run: Mapping[str, Any], rehearsal: str) -> Iterator[Said]:
    kind = rehearsal.rpartition(" ")[2]
    known = kind if kind in STAND_INS else "quick"
    yield Said(f"note.rehearsal_{known}")
    yield from how_sure(run)
    speed = number(at(run, "spec", "server", "embedded", "speed"))
    if known == "embedded" and speed is not None and speed != 1:
        yield Said("note.rehearsal_twin", {"speed": speed})


def _notes(
    run: Mapping[str, Any], conditions: Mapping[str, Condition]
) -> tuple[Said, ...]:
    notes = list[Said]()
    if rehearsal := conditions.get("rehearsal"):
        notes += _of_rehearsal(run, str(rehearsal))
    server = at(run, "spec", "server")
    notes += unverified_rates(server)
    cards = whole(at(server, "hardware", "gpus"))
    if cards is not None and conditions.get("gpus") not in (None, cards):
        used = {name: conditions.get(name) for name in ("config", "gpus")}
        notes.append(Said("note.cards", {**used, "cards": cards}))
    return tuple(notes)
