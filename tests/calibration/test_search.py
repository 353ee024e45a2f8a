"""A calibration from beginning to end on small loads, of which no time is asserted; and what
decides that a load is within.
"""

from __future__ import annotations

import json
import platform
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from inferometer.calibration import search as module
from inferometer.calibration.accuracy import SURE_NS
from inferometer.calibration.kept import find, keep
from inferometer.calibration.search import (
    ID_PREFIX,
    QUICK,
    THOROUGH,
    CalibrationError,
    Effort,
    calibrate,
    key_of,
    level_of,
    plan_for,
    steady_rate,
)
from inferometer.clock import NS
from inferometer.loadgen import MeasurementError
from inferometer.metrics.calibration import KINDS, Calibration, Kind, LoadLevel
from inferometer.spec.flags import ARRIVALS
from inferometer.trace import Outcome, StampSource, Trace
from tests.calibration.null_truth import trace_of, truth_of

AT_ONCE: dict[Kind, float] = {"events": 0.0, "requests": 0.0, "streams": 0.0}
SMALL = Effort(
    0.05, AT_ONCE, 16, {"events": 500, "requests": 200, "streams": 8}
)
"""One load for each ceiling."""


# From beginning to end


@pytest.mark.parametrize("workers", [1, 2])
def test_a_calibration_of_this_host(workers: int, tmp_path: Path) -> None:
    heard: list[LoadLevel] = []
    made = calibrate(
        workers=workers,
        real_time=False,
        target_ms=1e9,
        effort=SMALL,
        on_level=heard.append,
    )
    assert tuple(heard) == made.levels
    assert [level.kind for level in made.levels] == list(KINDS)
    assert [level.failed for level in made.levels] == [0, 0, 0]
    assert {
        kind: ceiling.ended_by for kind, ceiling in made.ceilings.items()
    } == dict.fromkeys(KINDS, "time")
    events, requests, streams = made.levels
    assert (events.streams, streams.streams, requests.streams) == (5, 8, None)
    assert events.events_per_s > 0
    assert (
        {kind: ceiling.value for kind, ceiling in made.ceilings.items()}
        == {  # on a busy host the server may be too uncertain for any of the loads
            "events": events.events_per_s if events.within else 0,
            "requests": requests.requests_per_s if requests.within else 0,
            "streams": streams.streams if streams.within else 0,
        }
    )
    for level in (
        made.levels
    ):  # on a busy host the server may vouch for no first event of a few
        assert (
            level.unsure_share
            if level.ttft_error_p99_ms is None
            else level.ttft_error_p99_ms >= 0
        )
    assert events.unsure_share or events.itl_error_p99_ms is not None
    assert (
        requests.itl_error_p99_ms,
        requests.lag_p99_ms is None,
        events.lag_p99_ms,
    ) == (
        None,
        False,
        None,
    )
    assert made.stamps in ("tap", "kernel", "user")
    assert made.scheduling == "normal"
    assert made.key == key_of(workers=workers, real_time=False)
    keep(made, tmp_path)
    assert (
        find(made.key, tmp_path).calibration
        == made
        == Calibration.from_dict(json.loads(json.dumps(made.to_dict())))
    )
    assert not [
        child
        for child in psutil.Process().children()
        if "null_loop" in " ".join(child.cmdline())
    ]


def test_a_target_that_nobody_keeps_has_no_ceiling() -> None:
    made = calibrate(real_time=False, target_ms=0.0, effort=SMALL)
    assert {ceiling.value for ceiling in made.ceilings.values()} == {0.0}
    assert not any(level.within for level in made.levels)


@pytest.mark.parametrize(
    "error",
    [
        MeasurementError("no worker."),
        RuntimeError("no server."),
        OSError("no socket."),
    ],
)
def test_what_goes_wrong_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: Any) -> Trace:
        raise error

    monkeypatch.setattr(module, "measure", fail)
    with pytest.raises(
        CalibrationError, match=f"This host could not be calibrated: {error}"
    ):
        calibrate(real_time=False, effort=SMALL)


def test_who_stops_a_load_stops_the_calibration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        module,
        "measure",
        lambda _: replace(trace_of([[0, 1]]), interrupted=True),
    )
    with pytest.raises(KeyboardInterrupt):
        calibrate(real_time=False, effort=SMALL)


def test_the_key_tells_hosts_and_settings_apart() -> None:
    one = key_of(workers=1, real_time=False)
    assert one == key_of(workers=1, real_time=False)
    assert one != key_of(workers=2, real_time=False)
    assert (one["hostname"], one["kernel"], one["real_time"]) == (
        platform.node(),
        platform.release(),
        False,
    )
    assert {
        "cpus",
        "python",
        "inferometer",
        "stamps",
        "tls",
        "quota_cores",
    } <= set(one)
    assert json.loads(json.dumps(one)) == one


def test_a_calibration_by_reads_is_not_one_by_the_packet_ring(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(ARRIVALS, "read")
    by_reads = key_of(workers=1, real_time=False)
    monkeypatch.setenv(ARRIVALS, "ring")
    by_ring = key_of(workers=1, real_time=False)
    assert {name for name in by_ring if by_ring[name] != by_reads[name]} == {
        "stamps"
    }


def test_a_quick_one_is_over_before_patience_is() -> None:
    assert max(QUICK.until_s.values()) <= 11
    assert list(QUICK.until_s.values()) == sorted(QUICK.until_s.values())
    assert THOROUGH.level_s > QUICK.level_s


# Loads


@pytest.mark.parametrize(
    ("kind", "asked", "requests", "events"),
    [
        ("events", 8_000, 80, 40),
        ("streams", 300, 300, 4),
        ("requests", 1_000, 400, 1),
        ("events", 1, 1, 40),
        ("requests", 1, 20, 1),
    ],
)
def test_the_plan_of_a_load(
    kind: Kind, asked: float, requests: int, events: int
) -> None:
    plan, each = plan_for(kind, asked, 0.4)
    assert (len(plan), each) == (requests, events)
    if kind == "requests":
        assert not plan.closed_loop
        assert plan.due_ns[-1] == pytest.approx(requests / asked * NS)
    else:
        assert (plan.closed_loop, plan.max_in_flight) == (True, requests)


def test_a_rate_leaves_beginning_and_end_out() -> None:
    even = np.arange(1_000, dtype=np.int64) * NS // 500
    assert steady_rate(even) == pytest.approx(500)
    slow = np.concatenate(
        [
            even[:50] * 20 - even[50] * 20 + even[50],
            even[50:950],
            even[950:] * 20 - even[949] * 19,
        ]
    )
    assert steady_rate(slow) == pytest.approx(500)
    assert steady_rate(even[:5]) == 0.0


# What decides

STREAMS = [[0, *(10.0 * k for k in range(1, 21))] for _ in range(10)]
"""An event every 10 ms."""


def judged(trace: Trace, truth: Any, kind: Kind = "events") -> LoadLevel:
    return level_of(kind, 1_000.0, trace, truth, target_ms=0.25)


def last_left_earlier(by_ms: float, streams: int) -> list[list[float]]:
    """The same, but that the last event of some streams left earlier than the client says: an error
    of one gap each.
    """
    return [
        [*times[:-1], times[-1] - (by_ms if n < streams else 0.0)]
        for n, times in enumerate(STREAMS)
    ]


def test_a_client_that_has_the_packets_stamps_adds_no_delay() -> None:
    trace = trace_of(STREAMS, delay_ms=300.0)
    trace.events["stamp_source"][:] = StampSource.TAP
    level = judged(trace, truth_of(STREAMS, prefix=ID_PREFIX))
    assert (level.delay_p50_ms, level.delay_p99_ms) == (None, None)


def test_an_exact_client_is_within() -> None:
    level = judged(
        trace_of(STREAMS, delay_ms=3.0), truth_of(STREAMS, prefix=ID_PREFIX)
    )
    assert (level.within, level.itl_error_p99_ms, level.ttft_error_p99_ms) == (
        True,
        0.0,
        0.0,
    )
    assert (level.delay_p50_ms, level.server_late_p99_ms, level.streams) == (
        3.0,
        1.0,
        10,
    )
    assert level.load == level.events_per_s


def test_one_late_stamp_in_a_hundred_is_forgiven_and_more_are_not() -> None:
    trace = trace_of(STREAMS)
    assert judged(
        trace, truth_of(last_left_earlier(5.0, 1), prefix=ID_PREFIX)
    ).within  # of 190 gaps
    beyond = judged(
        trace, truth_of(last_left_earlier(5.0, 3), prefix=ID_PREFIX)
    )
    assert (beyond.within, beyond.itl_error_p99_ms) == (False, 5.0)


def test_a_late_first_event_counts_as_well() -> None:
    first = [[times[0], times[1] - 0.3, *times[2:]] for times in STREAMS]
    level = judged(trace_of(STREAMS), truth_of(first, prefix=ID_PREFIX))
    assert level.ttft_error_p99_ms == pytest.approx(0.3)
    assert not level.within


def test_a_failed_request_is_beyond() -> None:
    outcome = [Outcome.OK] * 9 + [Outcome.FAILED]
    level = judged(
        trace_of(STREAMS, outcome=outcome), truth_of(STREAMS, prefix=ID_PREFIX)
    )
    assert (level.within, level.failed, level.itl_error_p99_ms) == (
        False,
        1,
        0.0,
    )


def test_nothing_answered_is_beyond() -> None:
    level = judged(
        trace_of(STREAMS, outcome=[Outcome.FAILED] * 10),
        truth_of(STREAMS, prefix=ID_PREFIX),
    )
    assert (level.within, level.failed, level.ttft_error_p99_ms) == (
        False,
        10,
        None,
    )


@pytest.mark.parametrize("unsure", [slice(0, 1), slice(1, None)])
def test_an_unknown_error_is_beyond(unsure: slice) -> None:
    """The server is not certain when the first events left, or when the others did."""
    truth = truth_of(STREAMS, prefix=ID_PREFIX)
    handed = truth.departure_ns.reshape(len(STREAMS), -1).copy()
    handed[:, unsure] += SURE_NS + 1
    level = judged(
        trace_of(STREAMS), replace(truth, handed_ns=handed.reshape(-1))
    )
    assert not level.within
    assert (level.ttft_error_p99_ms is None) == (unsure.start == 0)


@pytest.mark.parametrize(("lag_ms", "within"), [(0.9, True), (1.1, False)])
def test_requests_have_to_be_sent_in_time(lag_ms: float, within: bool) -> None:
    times = [[float(n), n + 2.0] for n in range(30)]
    trace = trace_of(times, intended_ms=[n - lag_ms for n in range(30)])
    level = judged(trace, truth_of(times, prefix=ID_PREFIX), kind="requests")
    assert (level.within, level.itl_error_p99_ms) == (within, None)
    assert level.lag_p99_ms == pytest.approx(lag_ms)
    assert level.load == level.requests_per_s == pytest.approx(1_000)
