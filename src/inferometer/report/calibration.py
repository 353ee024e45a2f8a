"""A calibration as plain text: a line for each load as it is tried, and what came of all of
them.
"""

from __future__ import annotations

from collections.abc import Mapping

from inferometer.metrics.calibration import KINDS, Calibration, Ceiling, Kind, LoadLevel
from inferometer.words import spoken

COLUMNS = (20, 10, 17, 17, 18, 11, 6)
HEADINGS = ("load asked for", "given", "TTFT error", "ITL error", "added delay", "sent late", "CPU")
UNDER_HEADINGS = ("", "", "p50 / p99, ms", "p50 / p99, ms", "p50 / p99, ms", "p99, ms", "%")

WHY_NOT_MORE: Mapping[str, str] = {
    "client": "",
    "server": " (the server gave no more)",
    "search": " (more were not tried)",
    "time": " (there was no time to try more)",
}
BUSY_LOAD = 0.5
"""Load average above which another program may have been in the way."""


def headings() -> list[str]:
    """Two lines."""
    return [_line(HEADINGS), _line(UNDER_HEADINGS)]


def level_line(level: LoadLevel) -> str:
    """One load: what was asked for, what it really was, and how the client did."""
    unit = spoken().text(f"unit.{level.kind}")
    cells = (
        f"{level.asked:,.0f} {unit}",
        f"{level.load:,.0f}",
        _pair(level.ttft_error_p50_ms, level.ttft_error_p99_ms),
        _pair(level.itl_error_p50_ms, level.itl_error_p99_ms),
        _pair(level.delay_p50_ms, level.delay_p99_ms),
        "–" if level.lag_p99_ms is None else f"{level.lag_p99_ms:.2f}",
        f"{100 * level.cpu_share:.0f}",
    )
    failed = f", {level.failed} failed" if level.failed else ""
    return f"{_line(cells)}  {'within' if level.within else 'beyond'}{failed}"


def closing(calibration: Calibration) -> list[str]:
    """Host, errors and ceilings, a line each."""
    key = calibration.key
    lines = [
        f"Host:     {key['hostname']}, {key['cpus']} cores ({key['cpu']}), {key['kernel']}, "
        f"{key['python']}; "
        f"workers: {key['workers']}, {calibration.scheduling}; arrivals stamped by: "
        f"{calibration.stamps}",
        f"Error:    TTFT {_worst(calibration, 'ttft_error')} ms, ITL "
        f"{_worst(calibration, 'itl_error')} ms "
        f"(p50 / p99, the worst of all loads within {calibration.target_ms:g} ms)",
        (
            f"Delay:    the client read {_worst(calibration, 'delay')} ms after arrival (p50 / "
            "p99, the same loads)"
        ),
        f"Ceiling:  {', '.join(_ceiling(kind, calibration.ceilings[kind]) for kind in KINDS)}",
        "          lower bounds: client and server shared this host's cores",
    ]
    if calibration.load_average is not None and calibration.load_average > BUSY_LOAD:
        lines.append(
            f"          the load average was {calibration.load_average:.1f} before it: on an "
            "idle host they may be higher"
        )
    return lines


def _ceiling(kind: Kind, ceiling: Ceiling) -> str:
    unit = spoken().text(f"unit.{kind}")
    return f"{ceiling.text} {unit}{WHY_NOT_MORE[ceiling.ended_by]}"


def _worst(calibration: Calibration, error: str) -> str:
    endless = float("inf")
    return _pair(
        calibration.worst_up_to(endless, f"{error}_p50_ms"),
        calibration.worst_up_to(endless, f"{error}_p99_ms"),
    )


def _pair(p50_ms: float | None, p99_ms: float | None) -> str:
    return "–" if p50_ms is None or p99_ms is None else f"{p50_ms:.3f} / {p99_ms:.3f}"


def _line(cells: tuple[str, ...]) -> str:
    first, *others = cells
    return f"{first:<{COLUMNS[0]}}" + "".join(
        f"{cell:>{width}}" for cell, width in zip(others, COLUMNS[1:], strict=True)
    )
