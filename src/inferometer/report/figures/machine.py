"""What figures draw of the machine: its series over time, and energy against the load."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from inferometer.clock import NS
from inferometer.results.point import Point
from inferometer.store.run_directory import load_telemetry
from inferometer.trace.series import Telemetry

GIB = 2.0**30
OVER_TIME = {
    "gpu_utilization": ("%", 1.0),
    "memory_used_bytes": ("GiB", 1 / GIB),
    "power_w": ("W", 1.0),
    "temperature_c": ("°C", 1.0),
    "gpu_clock_mhz": ("MHz", 1.0),
}
"""Series of cards that are drawn over time: unit, and what one of theirs is in it."""


def telemetry_records(
    points: Sequence[Point], name: str | None
) -> list[dict[str, Any]]:
    """The series of the run of this point, as `draw_over_time` takes them; none where nothing was
    sampled, or its file cannot be read.
    """
    point = next((each for each in points if each.id == name), None)
    if point is None or point.run is None or point.recorded is None:
        return []
    try:
        telemetry = load_telemetry(Path(point.run), point.recorded.run)
    except ValueError:
        return []
    return records_of(telemetry) if telemetry else []


def records_of(telemetry: Telemetry) -> list[dict[str, Any]]:
    """From the run's start on: what was before it is not on its axis."""
    found = []
    for series, (unit, scale) in OVER_TIME.items():
        for card in telemetry.cards:
            time_ns, value = telemetry.track(card.id, series)
            found += [
                {
                    "time_s": float(t) / NS,
                    "name": series,
                    "unit": unit,
                    "value": float(v) * scale,
                    "card": card.id,
                }
                for t, v in zip(time_ns, value, strict=True)
                if t >= 0 and np.isfinite(v)
            ]
    return found
