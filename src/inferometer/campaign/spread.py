"""Points that were measured several times: how far their runs lie apart, a line for each. Reads
their JSON files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from inferometer.campaign.outcome import Ending
from inferometer.store.plain_files import read_plain

SHOWN = {
    "output_throughput": ("", "tok/s"),
    "mean_ttft_ms": ("TTFT", "ms"),
    "mean_tpot_ms": ("TPOT", "ms"),
}
"""Of a file's numbers: name and unit in the line."""

MAX_JSON_BYTES = 1 << 28
"""Of a result file, which holds every request where that was asked for."""


def spread_lines(endings: Iterable[Ending], result_dir: Path) -> list[str]:
    """One line for each point with several results that count, in order of the plan.

    Repeats are points of their own, with results of their own; the plan gives them one id with a
    number behind it.
    """
    files: dict[str, list[Path]] = {}
    for ending in endings:
        if ending.counts and ending.result is not None:
            files.setdefault(ending.point.partition("#")[0], []).append(
                result_dir / ending.result.json
            )
    runs = {point: [run for run in map(_read, found) if run] for point, found in files.items()}
    return [
        f"{point}  {len(found)} runs: {', '.join(_spreads(found))}"
        for point, found in runs.items()
        if len(found) > 1
    ]


def _read(path: Path) -> dict[str, Any]:
    """Its numbers; none where it is not what we write, which a ledger from elsewhere may say of
    any file."""
    try:
        content = orjson.loads(read_plain(path, MAX_JSON_BYTES))
    except (OSError, ValueError):
        return {}
    told = content if isinstance(content, dict) else {}
    return {name: told[name] for name in SHOWN if type(told.get(name)) in (int, float)}


def _spreads(runs: Sequence[dict[str, float]]) -> Iterator[str]:
    """As `825.0 (±0.6 %) tok/s`: the mean, and how far the farthest run lies from it."""
    for key, (name, unit) in SHOWN.items():
        values = [run[key] for run in runs if key in run]
        mean = sum(values) / len(values) if values else 0.0
        if mean:
            farthest = max(abs(value - mean) for value in values) / mean
            yield f"{name} {mean:,.1f} {unit} ±{100 * farthest:.1f} %".strip()
