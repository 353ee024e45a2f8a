"""A run held against the calibration of its host: how exact it was, in figures and in words, and
loads beyond it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from inferometer.clock import MS, NS
from inferometer.metrics import Finding, Level, Verdict, judge, summarize
from inferometer.metrics.calibration import (
    Calibration,
    Ceiling,
    Missing,
    Precision,
    precision_of,
    statement,
    why_unfit,
)
from inferometer.metrics.peaks import peak_per_s
from inferometer.trace import MISSING, Trace
from tests.metrics.calibrations import KEY, calibration, level
from tests.metrics.trace_builder import build, request


def steady(streams: int = 10, events: int = 20, **columns: Any) -> Trace:
    """Streams of 20 events in 430 ms: 200 events and 10 requests in the busiest second."""
    return build(
        [
            request(i, *(i + 50 + 20 * k for k in range(events)), **columns)
            for i in range(streams)
        ]
    )


def judged(trace: Trace, known: Calibration | None, **options: Any) -> Verdict:
    summary = summarize(trace, planned=len(trace.measured()))
    return judge(trace, summary, ignore_eos=True, calibration=known, **options)


def found(trace: Trace, known: Calibration | None) -> Finding:
    (finding,) = [
        f
        for f in judged(trace, known).findings
        if f.name == "beyond_calibration"
    ]
    return finding


def precision(
    trace: Trace, known: Calibration | Missing | None, **options: Any
) -> Precision:
    return precision_of(
        trace, summarize(trace, planned=len(trace)), known, **options
    )


# The load beyond the ceiling


def test_a_load_below_all_ceilings_is_no_doubt() -> None:
    finding = found(
        steady(), calibration(events=1_000, requests=100, streams=50)
    )
    assert (finding.level, finding.next_step) == (Level.OK, "")
    assert finding.sentence == (
        "The peak load was 20% of what this host's client can take."
    )
    assert (finding.values["events"], finding.values["events_used"]) == (
        200.0,
        0.2,
    )


@pytest.mark.parametrize(
    ("ceilings", "words"),
    [
        ({"events": 150.0}, "200 of 150 events/s"),
        ({"requests": 9.0}, "10 of 9 requests/s"),
        ({"streams": 8.0}, "10 of 8 streams"),
        (
            {"events": 150.0, "streams": 8.0},
            "200 of 150 events/s; 10 of 8 streams",
        ),
        ({"events": 0.0}, "200 of 0 events/s"),
    ],
)
def test_a_load_beyond_a_ceiling_is_suspect(
    ceilings: dict[str, float], words: str
) -> None:
    verdict = judged(steady(), calibration(**ceilings))
    finding = found(steady(), calibration(**ceilings))
    assert verdict.status == "SUSPECT"
    assert [f.name for f in verdict.reasons()] == ["beyond_calibration"]
    assert (finding.level, "`workers`" in finding.next_step) == (
        Level.SUSPECT,
        True,
    )
    assert finding.sentence.endswith(
        f"can take within 0.25 ms of error: {words}."
    )


@pytest.mark.parametrize("ended_by", ["server", "search", "time"])
def test_beyond_what_was_tried_is_worth_a_note_and_no_doubt(
    ended_by: str,
) -> None:
    known = calibration(events=150, ended_by=ended_by)
    finding = found(steady(), known)
    assert judged(steady(), known).status == "VALID"
    assert (finding.level, "inferometer calibrate" in finding.next_step) == (
        Level.NOTE,
        True,
    )
    assert "200 of ≥ 150 events/s" in finding.sentence


def test_without_a_calibration_nothing_is_judged() -> None:
    finding = found(steady(), None)
    assert (finding.level, dict(finding.values)) == (Level.OK, {})


def test_warm_ups_are_part_of_the_load() -> None:
    warm = [request(i, i + 50, warmup=True) for i in range(30)]
    trace = build([*warm, request(0, 50, 70)])
    assert precision(trace, None).load == {
        "events": 32.0,
        "requests": 31.0,
        "streams": 31.0,
    }


# The busiest second


def test_the_busiest_second_may_begin_anywhere() -> None:
    times = np.array([0, 900, 1_000, 1_500, 1_890, 3_000], np.int64) * MS
    assert peak_per_s(times) == 4.0
    assert peak_per_s(times[::-1].copy()) == 4.0


def test_a_run_of_less_than_a_second_counts_as_one() -> None:
    assert peak_per_s(np.arange(50, dtype=np.int64) * MS) == 50.0


def test_a_steady_rate_is_its_own_peak() -> None:
    assert peak_per_s(np.arange(0, 5 * NS, 4 * MS, dtype=np.int64)) == 250.0


def test_what_was_never_sent_is_not_counted() -> None:
    assert peak_per_s(np.array([MISSING, MISSING, 5], np.int64)) == 1.0
    assert (
        peak_per_s(np.array([MISSING], np.int64))
        == peak_per_s(np.zeros(0, np.int64))
        == 0.0
    )


# How exact it was


def test_the_error_is_the_worst_seen_up_to_the_load_and_one_level_beyond() -> (
    None
):
    levels = (
        level(100, itl_error_p99_ms=0.03),
        level(300, ttft_error_p99_ms=0.02),
        level(900, ttft_error_p99_ms=0.2),
        level(250, within=False, ttft_error_p99_ms=9.0),
        level(
            20,
            kind="requests",
            itl_error_p50_ms=None,
            itl_error_p99_ms=None,
            ttft_error_p99_ms=0.015,
        ),
    )
    exact = precision(steady(), calibration(levels=levels))
    assert (
        exact.ttft_error_p99_ms,
        exact.itl_error_p99_ms,
        exact.error_p99_ms,
    ) == (
        0.02,
        0.03,
        0.03,
    )
    assert (exact.ttft_error_p50_ms, exact.itl_error_p50_ms) == (0.002, 0.002)


def test_beyond_all_levels_it_is_the_worst_of_all() -> None:
    known = calibration(
        levels=(
            level(50, itl_error_p99_ms=0.03),
            level(100, itl_error_p99_ms=0.02),
        )
    )
    assert precision(steady(), known).itl_error_p99_ms == 0.03


def test_the_statement() -> None:
    known = calibration(
        events=98_765,
        requests=8_123.4,
        streams=4_096,
        levels=(level(1_000, itl_error_p99_ms=0.0214),),
    )
    assert statement(precision(steady(), known)) == (
        "This host: ±0.021 ms (p99), ceiling 99,000 events/s, 8,100 requests/s, 4,100 streams; "
        "this run used 0.2%, 0.1%, 0.2%."
    )


def test_the_statement_tells_lower_bounds_and_what_is_not_known() -> None:
    ceilings = {
        "events": Ceiling(70_000, "server"),
        "requests": Ceiling(0.0, "client"),
        "streams": Ceiling(4_096, "search"),
    }
    told = statement(
        precision(
            steady(),
            calibration(ceilings=ceilings, levels=(level(within=False),)),
            tls=True,
        )
    )
    assert told == (
        "This host: beyond ±0.25 ms at any load, ceiling ≥ 70,000 events/s, 0 requests/s, ≥ "
        "4,096 streams; "
        "this run used 0.3%, –, 0.2%. It was calibrated without TLS, which this run used: the "
        "ceilings are lower."
    )


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        (None, "This run was not compared with a calibration of its host."),
        (
            Missing("none"),
            "This host is not calibrated: `inferometer calibrate` measures its error",
        ),
        (
            Missing("off"),
            "Calibration was switched off (--no-calibration, or INFEROMETER_CALIBRATION=off)",
        ),
        (
            Missing(
                "other",
                "inferometer calibrate --workers 4",
                ("workers", "python"),
            ),
            (
                "This host is calibrated only for other settings or versions (workers, python): "
                "`inferometer calibrate --workers"
            ),
        ),
        (
            Missing("unusable"),
            (
                "The stored calibration of this host cannot be used: `inferometer calibrate` "
                "makes a new one."
            ),
        ),
    ],
)
def test_the_statement_says_why_there_is_none(
    missing: Missing | None, told: str
) -> None:
    found = precision(steady(), missing)
    assert statement(found).startswith(told)
    assert found.missing == missing
    compared = found.against(calibration())
    assert compared == precision(steady(), calibration())
    assert compared.missing is None


@pytest.mark.parametrize(
    ("calibrated", "stamps", "applies"),
    [
        ("ring", {"TAP": 90, "KERNEL": 10}, True),
        ("ring", {"TAP": 10, "KERNEL": 90}, False),
        ("ring", {"USER": 100}, False),
        ("ring", {}, True),
        ("kernel", {"KERNEL": 100}, True),
        ("user", {"USER": 100}, True),
    ],
)
def test_a_calibration_of_the_ring_says_nothing_of_reads(
    calibrated: str, stamps: dict[str, int], *, applies: bool
) -> None:
    """The ring may be blind to a server, and then the run reads."""
    run = replace(precision(steady(), None), stamps=stamps)
    known = calibration(events=1.0, key={**KEY, "stamps": calibrated})
    compared = run.against(known)
    assert (compared.calibrated is not None) is applies
    assert (compared.missing == Missing("stamps")) is not applies
    if not applies:
        assert statement(compared).startswith(
            "The packet ring did not show this server's packets"
        )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "0"),
        (7.4, "7"),
        (99.0, "99"),
        (149.0, "150"),
        (12_345.0, "12,000"),
        (987_654.0, "990,000"),
    ],
)
def test_a_ceiling_has_two_digits(value: float, words: str) -> None:
    assert Ceiling(value, "client").text == words


def test_a_verdict_compared_with_a_calibration_made_later_is_as_if_it_had_been_there() -> (
    None
):
    for known in (
        calibration(),
        calibration(events=150.0),
        calibration(events=150.0, ended_by="time"),
    ):
        assert judged(steady(), None).against(known) == judged(steady(), known)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, ""),
        (
            {"waited_share": 0.5, "others_share": 0.05},
            "",
        ),  # one core, which client and server share
        (
            {"waited_share": 0.01, "others_share": 0.6},
            "",
        ),  # so many cores that others are not in the way
        ({"waited_share": None, "others_share": 0.6}, ""),
        (
            {"waited_share": 0.3, "others_share": 0.6},
            "other programs used 60% of its cores, and the calibration waited for a core",
        ),
        (
            {"requests": 0.0, "ended_by": "time"},
            "Even at the smallest load that was tried (requests/s)",
        ),
    ],
)
def test_a_calibration_of_a_busy_host_is_of_no_use(
    fields: dict[str, Any], why: str
) -> None:
    told = why_unfit(calibration(**fields))
    assert why in str(told or "")
    assert bool(told) == bool(why)


def test_it_is_part_of_the_verdict_as_plain_data() -> None:
    told = json.loads(json.dumps(judged(steady(), calibration()).to_dict()))[
        "precision"
    ]
    assert told["statement"].startswith("This host: ±0.010 ms (p99)")
    assert told["used"] == {"events": 0.2, "requests": 0.1, "streams": 0.2}
    assert (told["stamps"], told["tls"], told["shared_stamp_share"]) == (
        {"KERNEL": 200},
        False,
        0.0,
    )
    assert told["ceilings"]["events"] == {
        "value": 1_000.0,
        "ended_by": "client",
    }
    assert told["added_delay_p99_ms"] == pytest.approx(0.02)
    without = judged(steady(), None).to_dict()["precision"]
    assert (
        without["calibrated"],
        without["ttft_error_p99_ms"],
        without["ceilings"],
    ) == (
        None,
        None,
        {},
    )


def test_a_run_without_an_event_has_a_statement_all_the_same() -> None:
    empty = judged(build([]), calibration())
    assert empty.precision is not None
    assert empty.precision.load == {
        "events": 0.0,
        "requests": 0.0,
        "streams": 0.0,
    }
    assert statement(empty.precision).startswith("This host: ±0.010 ms")
    assert empty.to_dict()["precision"]["ambiguity_p99_ms"] is None


def test_a_calibration_survives_plain_data() -> None:
    known = calibration(
        levels=(
            level(),
            level(2_000.0, kind="requests", lag_p99_ms=0.3, streams=None),
        )
    )
    assert (
        Calibration.from_dict(json.loads(json.dumps(known.to_dict()))) == known
    )
    assert known.key == KEY
