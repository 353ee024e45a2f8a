"""Measured against true, on times written by hand: which request, which gap, and what nobody can
vouch for.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inferometer.calibration.accuracy import compare, errors
from inferometer.clock import MS
from inferometer.trace import Outcome
from tests.calibration.null_truth import LATE_NS, trace_of, truth_of

TIMES = [[0, 50, 70, 90], [10, 60, 80, 100]]


def test_what_is_right_has_no_error() -> None:
    found = errors(trace_of(TIMES), truth_of(TIMES), "t-")
    assert (found.requests, found.events, found.unsure_share) == (2, 6, 0.0)
    assert found.ttft.tolist() == found.user_ttft.tolist() == [0.0, 0.0]
    assert found.itl.tolist() == found.user_itl.tolist() == [0.0] * 4


def test_each_request_and_each_gap_is_held_against_its_own() -> None:
    found = errors(
        trace_of(TIMES), truth_of([[1, 50, 65, 90], [10, 57, 77, 97]]), "t-"
    )
    assert found.ttft.tolist() == [1.0, 3.0]  # 50 for 49, 50 for 47
    assert found.itl.tolist() == [
        5.0,
        5.0,
        0.0,
        0.0,
    ]  # and no gap from one request to the next


def test_stamps_after_the_read_have_the_readers_delay() -> None:
    trace = trace_of(TIMES)
    trace.events["read_delay_ns"][:] = np.array([1, 2, 4, 0, 0, 0]) * MS
    found = errors(trace, truth_of(TIMES), "t-")
    assert found.ttft.tolist() == [0.0, 0.0]
    assert found.user_ttft.tolist() == [1.0, 0.0]
    assert found.user_itl.tolist() == [1.0, 2.0, 0.0, 0.0]


def test_how_late_a_server_is_by_its_own_plan_is_no_error() -> None:
    late = replace(truth_of(TIMES), due_ns=np.zeros(6, np.int64))
    assert errors(trace_of(TIMES), late, "t-").itl.max() == 0.0


def test_what_the_server_cannot_vouch_for_is_left_out() -> None:
    truth = truth_of(
        [[0, 44, 70, 90], [10, 60, 73, 100]], unsure=((0, 0), (1, 1))
    )
    found = errors(trace_of(TIMES), truth, "t-")
    assert found.ttft.tolist() == [0.0]
    assert found.itl.tolist() == [
        0.0
    ]  # between the two sure ones of the first request
    assert found.unsure_share == pytest.approx(2 / 6)
    assert truth.handed_ns is not None
    assert (truth.handed_ns - truth.departure_ns).max() == LATE_NS
    blind = errors(trace_of(TIMES), replace(truth, handed_ns=None), "t-")
    assert blind.ttft.tolist() == [6.0, 0.0]
    assert blind.itl.tolist() == [6.0, 0.0, 7.0, 7.0]


def test_failed_and_warm_up_requests_are_left_out() -> None:
    trace = trace_of(
        [[0, 50]] * 3,
        warmup=[True, False, False],
        outcome=[Outcome.OK, Outcome.FAILED, Outcome.OK],
    )
    assert errors(
        trace, truth_of([[0, 1], [0, 1], [0, 48]]), "t-"
    ).ttft.tolist() == [2.0]


def test_strangers_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="contains none of these requests"):
        compare(trace_of(TIMES), truth_of(TIMES), "other-")
    with pytest.raises(ValueError, match="contains none of these requests"):
        compare(
            trace_of(TIMES), truth_of([[0, 50]]), "t-"
        )  # another number of events


def test_a_few_figures() -> None:
    exact = compare(
        trace_of(TIMES, delay_ms=2.0),
        truth_of([[0, 49, 70, 90], [10, 60, 80, 100]]),
        "t-",
    )
    assert (
        exact.true_mean_ttft_ms,
        exact.measured_mean_ttft_ms,
        exact.ttft_error_mean_ms,
    ) == (
        49.5,
        50.0,
        0.5,
    )
    assert exact.ttft_error_p99_ms == pytest.approx(0.99)
    assert exact.itl_error_p99_ms == pytest.approx(0.97)
    assert exact.user_ttft_error_p99_ms == pytest.approx(2.99)
