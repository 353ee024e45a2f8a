"""Peaks by hand: exact intervals and sliding windows, where second buckets would go wrong."""

from __future__ import annotations

import pytest

from inferometer.metrics import peaks
from inferometer.metrics.peaks import peak_concurrency, peak_output_tokens_per_s
from inferometer.trace import Failure, Outcome
from tests.metrics.trace_builder import build, failed, request


def test_a_slot_handed_over_at_once_is_one_request_at_a_time() -> None:
    assert (
        peak_concurrency(
            build([request(0, 100), request(100, 200), request(200, 300)])
        )
        == 1
    )


def test_requests_that_overlap_by_a_moment_count_together() -> None:
    assert (
        peak_concurrency(
            build([request(0, 101), request(100, 201), request(200, 300)])
        )
        == 2
    )


def test_many_short_requests_in_one_second_are_not_concurrent() -> None:
    assert (
        peak_concurrency(
            build([request(10 * i, 10 * i + 9) for i in range(50)])
        )
        == 1
    )


def test_concurrency_ends_with_the_response_and_counts_failures() -> None:
    assert (
        peak_concurrency(
            build(
                [
                    request(0, 50, end_ms=70),
                    failed(60, Failure.RESET),
                    failed(64, Failure.RESET),
                ]
            )
        )
        == 3
    )


def test_a_request_without_an_end_runs_on() -> None:
    trace = build(
        [
            request(0, outcome=Outcome.UNFINISHED),
            request(10, 20),
            request(30, 40),
        ]
    )
    assert peak_concurrency(trace) == 2


def test_nothing_sent_is_no_concurrency() -> None:
    assert peak_concurrency(build([request(outcome=Outcome.UNSENT)])) == 0
    assert peak_concurrency(build([])) == 0


def test_the_busiest_second_may_begin_anywhere() -> None:
    # 3 tokens in (0.9, 1.9]; the buckets [0, 1) and [1, 2) would hold 2 each
    trace = build([request(0, 100, 950, 1050, 1850)])
    assert peak_output_tokens_per_s(trace, 2.0) == 3.0


def test_a_window_is_half_open() -> None:
    assert peak_output_tokens_per_s(build([request(0, 500, 1500)]), 2.0) == 1.0
    assert peak_output_tokens_per_s(build([request(0, 501, 1500)]), 2.0) == 2.0


def test_tokens_count_not_events() -> None:
    trace = build(
        [
            request(0, 100, 200, event_tokens=[1, 4], output_tokens=5),
            request(0, 300, 3000, output_tokens=6),
        ]
    )
    assert peak_output_tokens_per_s(trace, 3.0) == 8.0  # 1 + 4, and 3 of the 6


def test_events_at_one_time_count_together() -> None:
    assert (
        peak_output_tokens_per_s(
            build([request(0, 100), request(0, 100), request(0, 100)]), 5.0
        )
        == 3.0
    )


def test_a_run_shorter_than_a_second_peaks_at_its_mean() -> None:
    assert peak_output_tokens_per_s(
        build([request(0, 100, 200, 400)]), 0.4
    ) == pytest.approx(7.5)  # 3 / 0.4


def test_only_answered_requests_have_output() -> None:
    trace = build(
        [
            request(0, 100),
            failed(0, Failure.RESET, event_ms=(50, 60), output_tokens=2),
        ]
    )
    assert peak_output_tokens_per_s(trace, 2.0) == 1.0


def test_without_events_there_is_no_peak() -> None:
    assert (
        peak_output_tokens_per_s(build([failed(0, Failure.RESET)]), 1.0) is None
    )
    assert peak_output_tokens_per_s(build([request(0, 10)]), None) is None


def test_looking_up_in_blocks_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trace = build(
        [request(0, *range(100, 4000, 130)), request(50, *range(700, 3000, 37))]
    )  # 8 and 28 in a window
    whole = peak_output_tokens_per_s(trace, 4.0)
    monkeypatch.setattr(peaks, "BLOCK", 7)
    assert peak_output_tokens_per_s(trace, 4.0) == whole == 36.0
