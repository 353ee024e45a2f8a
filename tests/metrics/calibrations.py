"""A calibration for tests, with ceilings of one's choice."""

from __future__ import annotations

from typing import Any

from inferometer.metrics.calibration import Calibration, Ceiling, LoadLevel

KEY = {"hostname": "bench.example", "cpus": 8, "workers": 1, "stamps": "kernel"}


def level(events_per_s: float = 1_000.0, **fields: Any) -> LoadLevel:
    """A load at which all was well: errors of 0.002 ms (p50) and 0.01 ms (p99)."""
    calm: dict[str, Any] = {
        "kind": "events",
        "asked": events_per_s,
        "events_per_s": events_per_s,
        "requests_per_s": None,
        "streams": 10,
        "failed": 0,
        "ttft_error_p50_ms": 0.002,
        "ttft_error_p99_ms": 0.01,
        "itl_error_p50_ms": 0.002,
        "itl_error_p99_ms": 0.01,
        "delay_p50_ms": 0.02,
        "delay_p99_ms": 0.1,
        "lag_p99_ms": None,
        "shared_stamp_share": 0.0,
        "unsure_share": 0.0,
        "server_late_p99_ms": 1.0,
        "cpu_share": 0.3,
        "within": True,
    }
    return LoadLevel(**{**calm, **fields})


def calibration(
    events: float = 1_000.0,
    requests: float = 100.0,
    streams: float = 50.0,
    ended_by: Any = "client",
    **fields: Any,
) -> Calibration:
    made: dict[str, Any] = {
        "key": KEY,
        "time": "2026-11-20T12:00:00+00:00",
        "quick": True,
        "seconds": 11.0,
        "load_average": 0.2,
        "target_ms": 0.25,
        "stamps": "kernel",
        "scheduling": "fifo 1",
        "ceilings": {
            "events": Ceiling(events, ended_by),
            "requests": Ceiling(requests, ended_by),
            "streams": Ceiling(streams, ended_by),
        },
        "levels": (level(events),),
    }
    return Calibration(**{**made, **fields})
