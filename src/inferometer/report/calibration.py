"""A calibration as plain text: a line for each load as it is tried, and what came of all of
them.
"""

from __future__ import annotations

from collections.abc import Sequence

from inferometer.metrics.calibration import (
    KINDS,
    Calibration,
    Ceiling,
    Kind,
    LoadLevel,
)
from inferometer.printable import aligned, padded
from inferometer.words import spoken

COLUMNS = (17, 8, 11, 10, 12, 10, 4)
"""With what a load is found to be behind them, as many as every terminal has."""
HEADINGS = (
    "calibrate.load",
    "calibrate.given",
    "calibrate.ttft",
    "calibrate.itl",
    "calibrate.delay",
    "calibrate.late",
)
UNDER_HEADINGS = (
    "",
    "",
    "p99, ms",
    "p99, ms",
    "p99, ms",
    "p99, ms",
    "%",
)
UNKNOWN = "–"
INDENT = 10
BUSY_LOAD = 0.5
"""Load average above which another program may have been in the way."""


def headings() -> list[str]:
    """Two lines."""
    return [
        _line([*(spoken().text(head) for head in HEADINGS), "CPU"]),
        _line(UNDER_HEADINGS),
    ]


def level_line(level: LoadLevel) -> str:
    """One load: what was asked for, what it really was, and how the client did."""
    words = spoken()
    unit = words.text(f"unit.{level.kind}")
    cells = (
        f"{level.asked:,.0f} {unit}",
        f"{level.load:,.0f}",
        _ms(level.ttft_error_p99_ms),
        _ms(level.itl_error_p99_ms),
        _ms(level.delay_p99_ms),
        _ms(level.lag_p99_ms),
        f"{100 * level.cpu_share:.0f}",
    )
    how = words.text("calibrate.within" if level.within else "calibrate.beyond")
    if level.failed:
        how = words.text("calibrate.failed", level=how, n=level.failed)
    return f"{_line(cells)}  {how}"


def closing(calibration: Calibration) -> list[str]:
    """Host, errors and ceilings, a line each."""
    words, key = spoken(), calibration.key
    host = {
        name: key[name]
        for name in ("hostname", "cpus", "cpu", "kernel", "python", "workers")
    }
    clocked = {
        "scheduling": calibration.scheduling,
        "stamps": words.listed(
            words.text(f"console.stamp.{name.upper()}")
            for name in calibration.stamps.split(", ")
        ),
    }
    errors = {
        "ttft": _worst(calibration, "ttft_error"),
        "itl": _worst(calibration, "itl_error"),
    }
    ceilings = words.listed(
        _ceiling(kind, calibration.ceilings[kind]) for kind in KINDS
    )
    lines = [
        headed(
            "calibrate.host", words.text("calibrate.host.is", **host, **clocked)
        ),
        headed(
            "calibrate.error",
            words.text(
                "calibrate.error.is", **errors, target=calibration.target_ms
            ),
        ),
    ]
    if (delay := _worst(calibration, "delay")) != UNKNOWN:
        read = words.text("calibrate.delay.is", delay=delay)
        lines.append(headed("calibrate.client_delay", read))
    lines += [
        headed("calibrate.ceiling", ceilings),
        " " * INDENT + words.text("calibrate.bounds"),
    ]
    if (
        calibration.load_average is not None
        and calibration.load_average > BUSY_LOAD
    ):
        load = calibration.load_average
        lines.append(" " * INDENT + words.text("calibrate.busy", load=load))
    return lines


def headed(key: str, text: str) -> str:
    """A line behind its heading."""
    return f"{padded(spoken().text(key), INDENT)}{text}"


def _ceiling(kind: Kind, ceiling: Ceiling) -> str:
    unit = spoken().text(f"unit.{kind}")
    found = f"{ceiling.text} {unit}"
    return spoken().text(f"calibrate.ceiling.{ceiling.ended_by}", ceiling=found)


def _worst(calibration: Calibration, error: str) -> str:
    endless = float("inf")
    return _pair(
        calibration.worst_up_to(endless, f"{error}_p50_ms"),
        calibration.worst_up_to(endless, f"{error}_p99_ms"),
    )


def _ms(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.3f}"


def _pair(p50_ms: float | None, p99_ms: float | None) -> str:
    return (
        UNKNOWN
        if p50_ms is None or p99_ms is None
        else f"{p50_ms:.3f} / {p99_ms:.3f}"
    )


def _line(cells: Sequence[str]) -> str:
    first, *others = cells
    numbers = (
        aligned(cell, width)
        for cell, width in zip(others, COLUMNS[1:], strict=True)
    )
    return padded(first, COLUMNS[0]) + "".join(numbers)
