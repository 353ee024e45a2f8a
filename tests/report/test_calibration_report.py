"""A calibration as text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from inferometer.metrics.calibration import (
    Calibration,
    Ceiling,
    Kind,
    LoadLevel,
)
from inferometer.report.calibration import closing, headings, level_line

EVENTS = LoadLevel(
    kind="events",
    asked=64_000.0,
    events_per_s=62_345.6,
    requests_per_s=None,
    streams=640,
    failed=0,
    ttft_error_p50_ms=0.004,
    ttft_error_p99_ms=0.0123,
    itl_error_p50_ms=0.0004,
    itl_error_p99_ms=0.002,
    delay_p50_ms=0.05,
    delay_p99_ms=0.206,
    lag_p99_ms=None,
    shared_stamp_share=0.0,
    unsure_share=0.0,
    server_late_p99_ms=4.0,
    cpu_share=0.384,
    within=True,
)
REQUESTS = replace(
    EVENTS,
    kind="requests",
    asked=16_000,
    requests_per_s=15_990,
    itl_error_p50_ms=None,
    itl_error_p99_ms=None,
    lag_p99_ms=19.65,
    failed=3,
    within=False,
)
CEILINGS: dict[Kind, Ceiling] = {
    "events": Ceiling(62_345.6, "server"),
    "requests": Ceiling(8_088.0, "client"),
    "streams": Ceiling(4_096.0, "search"),
}
KEY = {
    "hostname": "rack7",
    "cpus": 2,
    "cpu": "EPYC",
    "kernel": "6.18",
    "python": "CPython 3.11.7",
    "workers": 1,
}


def made(**fields: Any) -> Calibration:
    plain: dict[str, Any] = {
        "key": KEY,
        "time": "2026-11-20T12:00:00+00:00",
        "quick": True,
        "seconds": 11.5,
        "load_average": 0.1,
        "target_ms": 0.25,
        "stamps": "kernel",
        "scheduling": "fifo 1",
        "ceilings": CEILINGS,
        "levels": (EVENTS, REQUESTS),
    }
    return Calibration(**{**plain, **fields})


def test_a_line_for_each_load_under_its_heading() -> None:
    first, second = headings()
    rows = [level_line(EVENTS), level_line(REQUESTS)]
    assert rows == [
        "64,000 events/s    62,346      0.012     0.002       0.206         –  38  within",
        "16,000 requests/s  15,990      0.012         –       0.206    19.650  38  beyond, 3 failed",
    ]
    assert max(map(len, (first, second, rows[0]))) <= 80
    assert first.index("TTFT error") + len("TTFT error") == rows[0].index(
        "0.012"
    ) + len("0.012")
    assert second.endswith("%")


def test_what_came_of_it() -> None:
    assert closing(made()) == [
        (
            "Host:     rack7, 2 cores (EPYC), 6.18, CPython 3.11.7; workers: 1, fifo 1; arrivals "
            "stamped by: kernel at read"
        ),
        (
            "Error:    TTFT 0.004 / 0.012 ms, ITL 0.000 / 0.002 ms (p50 / p99, the worst of all "
            "loads within 0.25 ms)"
        ),
        "Delay:    the client read 0.050 / 0.206 ms after arrival (p50 / p99, the same loads)",
        (
            "Ceiling:  ≥ 62,000 events/s (the server gave no more), 8,100 requests/s, ≥ 4,096 "
            "streams (more were not tried)"
        ),
        "          lower bounds: client and server shared this host's cores",
    ]


def test_by_the_packet_ring_no_delay_is_told() -> None:
    level = replace(EVENTS, delay_p50_ms=None, delay_p99_ms=None)
    assert level_line(level).split()[5:7] == ["–", "–"]
    told = closing(made(levels=(level,), stamps="tap"))
    assert told[0].endswith("arrivals stamped by: packet ring")
    assert not any(line.startswith("Delay:") for line in told)


def test_a_busy_host_is_told() -> None:
    assert "the load average was 3.2" in closing(made(load_average=3.21))[-1]
    assert len(closing(made(load_average=None))) == 5


def test_where_nothing_was_within_there_is_no_error_to_tell() -> None:
    told = closing(made(levels=(REQUESTS,)))
    assert told[1].startswith("Error:    TTFT – ms, ITL – ms")
