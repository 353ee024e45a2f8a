"""Collections of made-up points for tests of the page, and what hostile files might say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from inferometer.results import Collection, Point, Range

SCRIPT = "<script>alert(1)</script>"
HOSTILE = (
    SCRIPT,
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    "<!--",
    "{{ 7 * 7 }}{name}",
    '" onmouseover="alert(4)" x="',
    "line\u2028separator \ud800 half, \x00 null",
)


def point(
    number: int = 0,
    *,
    conditions: dict[str, Any] | None = None,
    values: dict[str, float] | None = None,
    status: Any = None,
    reasons: Sequence[str] = (),
    **more: Any,
) -> Point:
    return Point(
        id=f"point-{number}",
        source=Path(f"/results/point-{number}.json"),
        tool=more.pop("tool", "inferometer"),
        conditions=conditions or {},
        values=values
        if values is not None
        else {"output_throughput": 100.0 + number},
        status=status,
        reasons=tuple(reasons),
        **more,
    )


def study() -> Collection:
    """Two configurations × two models × 1, 2, 4, 8 streams; point 3 has no TTFT, 5 is SUSPECT, 6 is
    INVALID.
    """
    points: list[Point] = []
    for config in ("B", "C"):
        for model, speed in (("7B", 100.0), ("14B", 60.0)):
            for load in (1, 2, 4, 8):
                number = len(points)
                values = {
                    "output_throughput": speed
                    * load
                    * (1.1 if config == "C" else 1.0),
                    "mean_ttft_ms": 20.0 * load,
                }
                if number == 3:
                    del values["mean_ttft_ms"]
                status, reasons = (
                    ("VALID", ())
                    if number not in (5, 6)
                    else (
                        ("SUSPECT", "INVALID")[number - 5],
                        (f"Reason {number}.",),
                    )
                )
                throughput = values["output_throughput"]
                points.append(
                    point(
                        number,
                        conditions={
                            "config": config,
                            "model": model,
                            "tp": 1,
                            "concurrency": load,
                            "request_rate": float("inf"),
                        },
                        values=values,
                        status=status,
                        reasons=reasons,
                        intervals={
                            "output_throughput": Range(
                                throughput * 0.9, throughput * 1.1
                            )
                        },
                        samples={"ttft": 10 * load},
                    )
                )
    return Collection(tuple(points), ("broken.json is no JSON.",))


def alone() -> Collection:
    """One curve, its second point SUSPECT."""
    return Collection(study().points[4:6] + study().points[7:8])


def swept() -> Collection:
    """One curve over seven loads, with a long name."""
    first = study().points[0]
    return Collection(
        tuple(
            replace(
                first,
                id=f"a-name-of-more-than-forty-characters-{load}",
                conditions={**first.conditions, "concurrency": load},
            )
            for load in (1, 4, 8, 16, 32, 64, 512)
        )
    )


def foldered() -> Collection:
    """The study with each configuration and model in a folder of its own, B/7B to C/14B, and the
    peaks of concurrency that came of it. Points 0 and 4 are repeats in two folders.
    """
    found = []
    for number, each in enumerate(study().points):
        told = each.conditions
        folder = f"/results/{told['config']}/{told['model']}"
        peak = {"max_concurrent_requests": 2.0 ** (number % 4)}
        values = {**each.values, **peak}
        found.append(
            replace(each, source=Path(folder) / "run.json", values=values)
        )
    found[4] = replace(found[4], conditions=found[0].conditions)
    return Collection(tuple(found))


def hostile() -> Collection:
    """Every text that a file can bring is hostile."""
    points = [
        point(
            number,
            conditions={
                "model": text,
                "config": f"c{text}",
                "concurrency": load,
                "label": text,
                "host": text,
            },
            values={"output_throughput": 10.0 * load, "p99_ttft_ms": 5.0},
            status="SUSPECT",
            reasons=(f"Because {text}",),
            notes=(f"Note {text}",),
            tool=text,
        )
        for number, text in enumerate(HOSTILE)
        for load in (1, 2)
    ]
    return Collection(
        tuple(points), tuple(f"problem {text}" for text in HOSTILE)
    )


def dated() -> Collection:
    """Runs whose names begin alike, as `bench` names them, and differ in the date at their end;
    figures of every size.
    """
    throughputs = [0.0, 0.012, 11.9996, 12.0, 541.02, 999.96, 12345.6]
    name = "openai-infqps-concurrency4-embedded-20261120-12000{}"
    points = [
        point(number, values={"output_throughput": value})
        for number, value in enumerate(throughputs)
    ]
    return Collection(
        tuple(
            replace(each, id=name.format(number))
            for number, each in enumerate(points)
        )
    )
