"""Points that were measured several times: how far their runs lie apart, a line for each. Reads their JSON files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

from inferometer.spec.campaign import Group
from inferometer.store.standing import Standing

SHOWN = {"output_throughput": ("", "tok/s"), "mean_ttft_ms": ("TTFT", "ms"), "mean_tpot_ms": ("TPOT", "ms")}
"""Of a file's numbers: name and unit in the line."""


def spread_lines(groups: Sequence[Group], standing: Standing, result_dir: Path) -> list[str]:
    """One line for each point with several results that count, in order of the plan."""
    files: dict[str, list[Path]] = {}
    for group in groups:
        for point in group.points:
            if result := standing.result(point.spec.fingerprint):
                files.setdefault(point.id.partition("#")[0], []).append(result_dir / result.json)
    return [_line(point, found) for point, found in files.items() if len(found) > 1]


def _line(point: str, files: Sequence[Path]) -> str:
    runs = [orjson.loads(path.read_bytes()) for path in files]
    return f"{point}  {len(runs)} runs: {', '.join(_spreads(runs))}"


def _spreads(runs: Sequence[dict[str, float]]) -> Iterator[str]:
    """As `825.0 (±0.6 %) tok/s`: the mean, and how far the farthest run lies from it."""
    for key, (name, unit) in SHOWN.items():
        values = [run[key] for run in runs if key in run]
        mean = sum(values) / len(values) if values else 0.0
        if mean:
            farthest = max(abs(value - mean) for value in values) / mean
            yield f"{name} {mean:,.1f} {unit} ±{100 * farthest:.1f} %".strip()
