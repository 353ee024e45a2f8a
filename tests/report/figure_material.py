"""Material for the tests of figures: points by hand, one run of known times, and records as
comparisons make them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from inferometer.clock import MS
from inferometer.report.figures import Material
from inferometer.results import Point, Range
from inferometer.results.point import RunFiles, Status
from inferometer.trace import MISSING, Outcome, TokenSource, Trace
from inferometer.trace.trace import empty_events, empty_requests


def point(
    level: int,
    *,
    status: Status | None = "VALID",
    without: Sequence[str] = (),
    **conditions: Any,
) -> Point:
    """A point of C · 7B · TP1 at this concurrency, whose values are simple multiples of it."""
    told: dict[str, Any] = {
        "config": "C",
        "model": "7B",
        "tp": 1,
        "num_prompts": level,
        "concurrency": level,
        "request_rate": float("inf"),
    }
    told = {
        name: value
        for name, value in {**told, **conditions}.items()
        if value is not None
    }
    values = {
        "output_throughput": 100.0 * level,
        "output_throughput_per_gpu": 100.0
        * level
        / (conditions.get("tp") or 1),
    }
    values["output_throughput_per_request"] = 60.0 / level
    for latency, ms in (("ttft", 50.0), ("tpot", 20.0), ("e2el", 2500.0)):
        for statistic, factor in (
            ("mean", 1.0),
            ("median", 0.9),
            ("p90", 1.5),
            ("p99", 2.0),
        ):
            values[f"{statistic}_{latency}_ms"] = ms * factor * (1 + level / 10)
    values = {
        name: value
        for name, value in values.items()
        if not any(each in name for each in without)
    }
    named = "/".join(
        f"{name}{value}"
        for name, value in told.items()
        if name not in ("num_prompts", "request_rate")
    )
    return Point(
        id=named,
        source=Path("results"),
        tool="inferometer",
        conditions=told,
        values=values,
        intervals={"mean_ttft_ms": Range(40.0 + level, 60.0 + level)}
        if "mean_ttft_ms" in values
        else {},
        samples={"ttft": level, "tpot": level, "e2el": level},
        status=status,
        reasons=()
        if status in ("VALID", None)
        else ("Events came several in one read.",),
    )


def ladder(
    levels: Sequence[int] = (1, 2, 4, 8), **conditions: Any
) -> list[Point]:
    return [point(level, **conditions) for level in levels]


def run(
    requests: int = 8,
    tokens: int = 4,
    *,
    failed: Sequence[int] = (),
    concurrency: int = 2,
) -> Trace:
    """A closed loop: request i is sent when the one `concurrency` before it ended; its first token
    takes 10 + i % 5 ms, and each further one 2 ms.
    """
    columns = empty_requests(requests)
    for name in ("intended_ns", "connect_ns", "prompt_tokens", "cached_tokens"):
        columns[name][:] = MISSING
    number = np.arange(requests)
    first = (10 + number % 5) * MS
    length = first + (tokens - 1) * 2 * MS
    sent = np.zeros(requests, np.int64)
    for i in range(concurrency, requests):
        sent[i] = sent[i - concurrency] + length[i - concurrency]
    ok = ~np.isin(number, list(failed))
    columns |= {
        "id": number,
        "sent_ns": sent,
        "first_ns": sent + first,
        "last_ns": sent + length,
        "end_ns": sent + length,
    }
    columns["outcome"] = np.where(ok, Outcome.OK, Outcome.FAILED).astype(
        np.int8
    )
    columns["output_tokens"] = np.full(requests, tokens)
    columns["token_source"][:] = TokenSource.USAGE
    columns |= {
        "event_start": number * tokens,
        "event_count": np.full(requests, tokens),
    }
    events = {
        name: np.zeros(requests * tokens, column.dtype)
        for name, column in empty_events().items()
    }
    events["arrival_ns"] = (
        (sent + first)[:, None] + np.arange(tokens) * 2 * MS
    ).ravel()
    events["tokens"][:] = 1
    return Trace(
        columns, events, workers=(), start_realtime_ns=0, closed_loop=True
    )


def effects() -> list[dict[str, Any]]:
    """TP2 loses more and more, which is sure from 2 on; the control nothing."""
    metric = "output_throughput"
    two = [
        {
            "model": "7B",
            "tp": 2,
            "concurrency": n,
            "metric": metric,
            "effect_percent": -2.0 * n,
            "low": -2.0 * n - 1,
            "high": -2.0 * n + 1,
        }
        for n in (1, 2, 4)
    ]
    verdicts = ("no difference", "slower", "slower")
    one = {
        "model": "7B",
        "tp": 1,
        "concurrency": 1,
        "metric": metric,
        "effect_percent": 0.1,
        "low": None,
        "high": None,
    }
    return [
        *(
            {**each, "verdict": verdict}
            for each, verdict in zip(two, verdicts, strict=True)
        ),
        {**one, "verdict": "undecided"},
    ]


def scalings() -> list[dict[str, Any]]:
    known = {
        "name": "K100 7B",
        "gpus": 8,
        "throughput": 14720.0,
        "throughput_of_one": 1880.0,
        "status": "VALID",
    }
    return [
        {
            **known,
            "load_per_gpu": n,
            "efficiency_percent": 99.0 - n,
            "low": 97.0 - n,
            "high": None,
        }
        for n in (1, 2, 4, 8)
    ]


def telemetry() -> list[dict[str, Any]]:
    """Two cards; the reading of one at 0.02 s is missing."""
    return [
        {
            "time_s": step / 100,
            "name": "power",
            "unit": "W",
            "card": card,
            "value": None if (step, card) == (2, 1) else 200.0 + step,
        }
        for card in (0, 1)
        for step in range(5)
    ]


def everything() -> Material:
    """Something for every figure but those whose points have to differ from all others."""
    lengths = [
        point(n, input_len=length)
        for length in (1024, 4096, 8192)
        for n in (1, 2, 4)
        if (length, n) != (8192, 4)
    ]
    cached = [
        point(4, cache=cache, repeat=repeat)
        for cache in ("cold", "warm")
        for repeat in (1, 2)
    ]
    return Material(
        points=[
            *lengths,
            *cached,
            point(8, input_len=4096, status="SUSPECT"),
            point(16, input_len=4096, status="INVALID"),
        ],
        runs={"1C-1k/np8": run(failed=[3])},
        scaling=scalings(),
        link_effects=effects(),
        series=telemetry(),
    )


def dated() -> Material:
    """One configuration on three days, each with another version; at load 2 on two of them only."""
    days = {"2026-01-01": "0.12", "2026-01-09": "0.13", "2026-02-01": "0.14"}
    return Material(
        points=[
            point(level, date=f"{day}T12:00:00", engine_version=version)
            for day, version in days.items()
            for level in (2, 4)
            if (level, version) != (2, "0.14")
        ]
    )


def metered() -> Material:
    """One point whose energy is not valid, one SUSPECT, one simulated."""
    found = []
    for level in (1, 2, 4, 8):
        simulated = level == 8
        machine = {"by_card": {"0": {}}, "simulated": simulated}
        plain = point(level, status="SUSPECT" if level == 4 else "VALID")
        valid = {"tokens_per_joule": 0.5 * level, "average_power": 200.0}
        found.append(
            replace(
                plain,
                values={**plain.values, **(valid if level != 2 else {})},
                recorded=RunFiles({}, machine=machine),
            )
        )
    return Material(points=found)


def study() -> Material:
    """The four panels: two configurations, one SUSPECT, one INVALID, one without TTFT."""
    narrow = [
        point(n, config="B", tp=2, status="SUSPECT" if n == 2 else "VALID")
        for n in (1, 2, 4)
    ]
    wide = [
        point(
            n,
            tp=2,
            status="INVALID" if n == 2 else "VALID",
            without=("ttft",) if n == 4 else (),
        )
        for n in (1, 2, 4, 8)
    ]
    return Material(points=narrow + wide)


def material_for(key: str) -> Material:
    own = {"pcie": study, "dates": dated, "energy": metered}
    return own.get(key, everything)()
