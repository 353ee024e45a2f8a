"""A closed loop is what was asked for only while its slots are filled: waits, stalls, and waves
that are not full.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from inferometer.clock import MS
from inferometer.metrics import Level, summarize
from inferometer.metrics.slots import slot_use
from inferometer.trace import MISSING, Outcome
from tests.metrics.test_verdict import busy, finding, verdict_of
from tests.metrics.trace_builder import build, request


def slots(
    number: int,
    n: int,
    *,
    answer_ms: float = 100,
    wait_ms: float = 0,
    **columns: Any,
) -> list[dict[str, Any]]:
    """`n` requests in so many slots, each answered in that time, and each slot filled again after
    that wait.
    """
    free_ms = [0.0] * number
    rows = []
    for _ in range(n):
        slot = int(np.argmin(free_ms))
        sent_ms = free_ms[slot]
        middle_ms = [sent_ms + answer_ms * part for part in (0.25, 0.5, 0.75)]
        rows.append(
            request(sent_ms, *middle_ms, sent_ms + answer_ms, **columns)
        )
        free_ms[slot] = sent_ms + answer_ms + wait_ms
    return rows


def suspended(
    at: int, pause_ms: float, rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The same run, in which nothing is sent for a while after the first `at` requests: answers go
    on to arrive.
    """
    return [
        row
        if i < at
        else {
            **row,
            "sent_ms": row["sent_ms"] + pause_ms,
            "event_ms": [ms + pause_ms for ms in row["event_ms"]],
        }
        for i, row in enumerate(rows)
    ]


def test_a_loop_that_fills_its_slots_at_once() -> None:
    use = slot_use(build(slots(4, 40)))
    assert use is not None
    assert use.waits_ms.tolist() == [0.0] * 36
    assert (use.idle_share, use.busy_share) == (0.0, 1.0)
    assert finding("slots_filled", build(slots(4, 40))).level == Level.OK


def test_how_long_slots_wait_and_what_part_of_the_time_that_is() -> None:
    use = slot_use(build(slots(2, 8, wait_ms=50)))
    assert use is not None
    assert use.waits_ms.tolist() == pytest.approx([50.0] * 6)
    assert use.idle_share == pytest.approx(
        300 / (2 * 450)
    )  # the last requests are sent at 450 ms


@pytest.mark.parametrize(
    ("closed_loop", "constant_load", "times"),
    [
        (True, True, (6, 50.0, 50.0)),
        (True, False, (0, None, None)),
        (False, True, (0, None, None)),
    ],
)
def test_the_summary_has_the_slot_time_of_a_closed_loop_of_constant_load(
    closed_loop: bool, constant_load: bool, times: tuple[float | None, ...]
) -> None:
    trace = build(slots(2, 8, wait_ms=50), closed_loop=closed_loop)
    found = summarize(trace, planned=8, constant_load=constant_load).slot_time
    assert (found.n, found.median, found.percentiles["p99"]) == times


@pytest.mark.parametrize(
    ("wait_ms", "level"),
    [
        (1.0, Level.OK),
        (5.0, Level.OK),
        (6.0, Level.SUSPECT),
        (30.0, Level.SUSPECT),
        (40.0, Level.INVALID),
    ],
)
def test_slots_that_wait_are_a_load_that_is_too_low(
    wait_ms: float, level: Level
) -> None:
    found = finding("slots_filled", build(slots(8, 400, wait_ms=wait_ms)))
    assert found.level == level
    assert found.values["wait_max_ms"] == pytest.approx(wait_ms)
    assert found.values["idle_share"] == pytest.approx(
        wait_ms / (100 + wait_ms), rel=0.05
    )


@pytest.mark.parametrize(
    ("pause_ms", "level"),
    [(0, Level.OK), (120, Level.SUSPECT), (1_000, Level.INVALID)],
)
def test_a_client_that_was_suspended(pause_ms: float, level: Level) -> None:
    """15 rounds of 100 ms, and one pause: throughput is too low by 7%, or by 40%."""
    found = finding(
        "slots_filled", build(suspended(20, pause_ms, slots(4, 60)))
    )
    assert found.level == level
    if pause_ms:
        assert found.values["wait_max_ms"] == pytest.approx(pause_ms)
        assert "throughput is too low" in found.sentence
        assert "cores" in found.next_step
        trace = build(
            suspended(20, pause_ms, slots(4, 60)), workers=busy(stalled_ns=1)
        )
        assert "Ctrl-Z" in finding("slots_filled", trace).next_step
        assert finding("slots_busy", trace).level == Level.OK


@pytest.mark.parametrize(
    ("connect_ms", "losses", "cure"),
    [(40, 1, "connects"), (40, 0, "slow"), (10, 1, "slow")],
)
def test_slots_that_wait_for_connections_are_not_the_clients(
    connect_ms: float, losses: int, cure: str
) -> None:
    opened = {"connect_ms": connect_ms, "connect_losses": losses}
    rows = slots(8, 400, wait_ms=40, **opened)
    found = finding("slots_filled", build(rows))
    assert found.values["cure"] == cure
    assert ("ListenOverflows" in found.next_step) is (cure == "connects")


def test_each_worker_has_its_own_slots() -> None:
    both = [*slots(2, 20, worker=0), *slots(2, 20, worker=1, answer_ms=70)]
    use = slot_use(build(both))
    assert use is not None
    assert use.idle_share == 0.0
    one = slot_use(
        build(
            [
                *slots(2, 20, worker=0),
                *suspended(4, 1_000, slots(2, 20, worker=1)),
            ]
        )
    )
    assert one is not None
    assert one.waits_ms.max() == pytest.approx(1_000)
    assert one.idle_share > 0.25


def test_warm_ups_that_hand_over_fill_slots_and_those_that_end_before_do_not() -> (
    None
):
    rows = slots(4, 40)
    handed = [{**row, "warmup": i < 6} for i, row in enumerate(rows)]
    use = slot_use(build(handed))
    assert use is not None
    assert use.waits_ms.max() == 0.0
    drained = [{**row, "warmup": True} for row in slots(4, 6)] + suspended(
        0, 5_000, slots(4, 40)
    )
    use = slot_use(build(drained))
    assert use is not None
    assert use.waits_ms.max() == 0.0


@pytest.mark.parametrize("end_ms", [None, 950.0])
def test_requests_that_do_not_end_hold_their_slots(
    end_ms: float | None,
) -> None:
    rows = [
        *slots(3, 20),
        request(0, end_ms=end_ms, outcome=Outcome.UNFINISHED),
    ]
    use = slot_use(build(rows))
    assert use is not None
    assert use.waits_ms.max() == 0.0


@pytest.mark.parametrize(
    "trace",
    [
        build([]),
        build(slots(4, 4)),  # each request has a slot of its own
        build([request(None, outcome=Outcome.UNSENT)] * 3),
        build([request(0, outcome=Outcome.UNFINISHED)] * 3),
        build(slots(4, 40), closed_loop=False),
    ],
)
def test_where_no_slot_is_filled_again_there_is_nothing_to_say(
    trace: Any,
) -> None:
    assert slot_use(trace) is None
    assert finding("slots_filled", trace).level == Level.OK


def test_conversations_hold_their_slots_while_users_think() -> None:
    thinking = build(slots(4, 40, wait_ms=100))
    assert finding("slots_filled", thinking).level == Level.INVALID
    assert (
        finding("slots_filled", thinking, constant_load=False).level == Level.OK
    )


@pytest.mark.parametrize(
    ("stalled_ms", "level"),
    [(0, Level.OK), (5, Level.NOTE), (75, Level.SUSPECT), (400, Level.INVALID)],
)
def test_a_client_that_stood_still(stalled_ms: int, level: Level) -> None:
    """Of a run of one second."""
    trace = build(
        slots(4, 40),
        workers=busy(
            stalled_ns=stalled_ms * MS, longest_stall_ns=stalled_ms * MS
        ),
    )
    found = finding("client_stalls", trace, constant_load=False)
    assert found.level == level
    assert bool(found.next_step) == (level > Level.OK)


def test_one_worker_of_several_is_enough() -> None:
    workers = [
        {},
        {"worker": 1, "stalled_ns": 300 * MS, "longest_stall_ns": 200 * MS},
        {"worker": 2},
    ]
    found = finding("client_stalls", build(slots(4, 40), workers=workers))
    assert found.level == Level.INVALID
    assert found.sentence.startswith(
        "1 of 3 workers stopped for up to 0.3 s (30.0% of the run, at most 0.2 s at once)"
    )


def test_a_last_wave_that_is_not_full_is_worth_a_note_with_the_throughput_of_the_others() -> (
    None
):
    trace = build(slots(4, 10))
    found = finding("slots_busy", trace)
    assert found.level == Level.NOTE
    assert found.values["busy_share"] == pytest.approx(10 / 12)
    steady = summarize(trace, planned=10).steady
    assert steady is not None
    assert (
        found.values["steady_output_throughput"]
        == steady.output_throughput
        > 1.1 * 40 / 0.3
    )
    assert finding("slots_busy", build(slots(4, 40))).level == Level.OK
    failed = [request(250, outcome=Outcome.FAILED), *slots(4, 10)]
    assert (
        finding("slots_busy", build(failed)).level == Level.OK
    )  # what failed left slots free, too
    assert "slots_filled" not in [
        f.name for f in verdict_of(trace).reasons(Level.NOTE)
    ]


def test_a_warm_up_that_was_cut_is_not_the_end_of_the_last_wave() -> None:
    hung = request(0, end_ms=5_000, warmup=True, outcome=Outcome.CANCELLED)
    trace = build([hung, *slots(4, 40)])
    use = slot_use(trace)
    assert use is not None
    assert use.busy_share < 0.5
    assert finding("slots_busy", trace).level == Level.OK


def test_an_end_that_nobody_knows_is_not_the_end_of_the_run() -> None:
    rows = slots(4, 40)
    trace = build(
        [
            *rows[:-1],
            {**rows[-1], "event_ms": (), "outcome": Outcome.UNFINISHED},
        ]
    )
    assert trace.requests["end_ns"][-1] == MISSING
    use = slot_use(trace)
    assert use is not None
    assert 0.9 < use.busy_share <= 1.0
