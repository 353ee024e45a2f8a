"""Every metric by hand: times in ms, a few requests, literal results."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from inferometer.metrics.definitions import (
    GOODPUT_TESTS,
    QUANTITIES,
    client_delay_ms,
    decode_speed_tok_s,
    e2el_ms,
    event_tokens,
    itl_ms,
    itl_per_token_ms,
    itl_token_weights,
    meets_slo,
    output_speed_tok_s,
    schedule_lag_ms,
    tokens_per_event,
    tpot,
    tpot_ms,
    ttft_from_intended_ms,
    ttft_ms,
)
from inferometer.trace import Failure, Outcome, StampSource, TokenSource
from inferometer.vocabulary import LATENCIES
from tests.metrics.trace_builder import build, failed, request

FIRST = request(0, 50, 70, 110)
SECOND = request(10, 90, 100, 110, 130)
BROKEN = failed(
    5,
    Failure.CLOSED_EARLY,
    first_ms=25,
    last_ms=35,
    output_tokens=2,
    event_ms=(25, 35),
)
TRACE = build([FIRST, BROKEN, SECOND])


def values(sample: npt.NDArray[np.float64]) -> list[float]:
    return sorted(sample.tolist())


def test_ttft_is_first_output_minus_sent_of_answered_requests() -> None:
    assert ttft_ms(TRACE).tolist() == [50.0, 80.0]


def test_e2el_is_last_output_minus_sent_not_the_end_of_the_response() -> None:
    trace = build(
        [
            request(0, 50, 110, end_ms=150),
            request(10, 90, 130, end_ms=140),
            BROKEN,
        ]
    )
    assert e2el_ms(trace).tolist() == [110.0, 120.0]


def test_tpot_is_the_time_after_the_first_token_over_the_tokens_after_it() -> (
    None
):
    # (110 − 50) / 2 and (130 − 90) / 3
    assert tpot_ms(TRACE) == pytest.approx([30.0, 13.333333333])


def test_tpot_counts_tokens_not_events() -> None:
    assert tpot_ms(
        build([request(0, 50, 70, 110, output_tokens=7)])
    ).tolist() == [10.0]  # 60 / 6


def test_tpot_needs_more_than_one_token_and_a_count() -> None:
    trace = build(
        [
            request(0, 50),
            request(0, 50, 70, output_tokens=1),
            request(0, 50, 70, output_tokens=None),
        ]
    )
    assert tpot_ms(trace).tolist() == []


def test_decode_speed_is_the_inverse_of_tpot_and_never_infinite() -> None:
    trace = build(
        [FIRST, request(0, 40, output_tokens=5)]
    )  # five tokens in one event: no time went by between them
    assert tpot_ms(trace).tolist() == [30.0]
    assert decode_speed_tok_s(trace) == pytest.approx([33.333333333])


def test_output_speed_is_tokens_over_the_whole_wait_and_never_infinite() -> (
    None
):
    # 3 tokens in 110 ms and 4 in 120 ms; one whose tokens nobody counted, and one that took no time at all
    trace = build(
        [
            FIRST,
            BROKEN,
            SECOND,
            request(0, 50, 70, output_tokens=None),
            request(0, 0, output_tokens=5),
        ]
    )
    assert output_speed_tok_s(trace) == pytest.approx(
        [27.272727273, 33.333333333]
    )


def test_itl_pools_the_gaps_of_answered_requests() -> None:
    assert values(itl_ms(TRACE)) == [10.0, 10.0, 20.0, 20.0, 40.0]


def test_itl_has_no_gap_between_requests_whatever_their_order_in_the_table() -> (
    None
):
    trace = build(
        [
            request(0, 1000),
            request(0, 5, 6),
            request(0, 300),
            request(0, 400),
            request(0, 7, 9, 12),
        ]
    )
    assert values(itl_ms(trace)) == [1.0, 2.0, 3.0]


def test_itl_without_gaps_is_empty() -> None:
    assert itl_ms(build([request(0, 50)])).tolist() == []
    assert itl_ms(build([])).tolist() == []
    assert itl_ms(build([BROKEN])).tolist() == []


def test_itl_per_token_shares_a_gap_out_among_the_tokens_of_its_event() -> None:
    trace = build(
        [request(0, 50, 80, 90, event_tokens=[2, 3, 1], output_tokens=6)]
    )
    assert itl_per_token_ms(trace).tolist() == [10.0, 10.0]  # 30 / 3 and 10 / 1
    assert itl_token_weights(trace).tolist() == [3.0, 1.0]


def test_an_event_of_unknown_size_counts_as_the_mean_of_its_request() -> None:
    trace = build(
        [
            request(0, 50, 80, 90, output_tokens=6),
            request(0, 10, 20, event_tokens=[1, 4], output_tokens=5),
        ]
    )
    assert itl_per_token_ms(trace).tolist() == [
        2.5,
        15.0,
        5.0,
    ]  # 10 / 4, then 30 / 2 and 10 / 2
    assert itl_token_weights(trace).tolist() == [4.0, 2.0, 2.0]


def test_events_that_nobody_counted_do_not_enter_itl_per_token() -> None:
    trace = build(
        [
            request(
                0, 50, 80, output_tokens=None, token_source=TokenSource.NONE
            ),
            request(0, 10, 30),
        ]
    )
    assert itl_per_token_ms(trace).tolist() == [20.0]
    assert itl_token_weights(trace).tolist() == [1.0]


def test_an_event_of_no_token_does_not_divide_by_zero() -> None:
    trace = build(
        [request(0, 50, 80, 90, event_tokens=[1, 0, 2], output_tokens=3)]
    )
    assert itl_per_token_ms(trace).tolist() == [5.0]
    assert itl_token_weights(trace).tolist() == [2.0]


def test_event_tokens_add_up_to_the_request() -> None:
    trace = build([request(0, 1, 2, 3, output_tokens=7), request(0, 1, 2)])
    assert event_tokens(trace) == pytest.approx([1.0, 1.0, 7 / 3, 7 / 3, 7 / 3])


def test_tokens_per_event_is_told_only_by_those_who_count_tokens() -> None:
    trace = build(
        [
            request(0, 1, 2, 3, output_tokens=6),
            request(0, 1, 2, token_source=TokenSource.EVENTS),
            BROKEN,
        ]
    )
    assert tokens_per_event(trace).tolist() == [2.0]


OPEN = build(
    [
        request(12, 50, 60, intended_ms=10),
        request(21, 50, 60, intended_ms=20),
        failed(37, Failure.RESET, intended_ms=30),
    ],
    closed_loop=False,
)


def test_ttft_from_intended_begins_when_the_request_was_due() -> None:
    assert ttft_from_intended_ms(OPEN).tolist() == [40.0, 30.0]
    assert ttft_ms(OPEN).tolist() == [38.0, 29.0]


def test_schedule_lag_counts_every_request_that_was_sent() -> None:
    assert schedule_lag_ms(OPEN).tolist() == [2.0, 1.0, 7.0]


def test_a_request_that_was_not_sent_has_no_lag() -> None:
    trace = build(
        [
            request(12, 50, intended_ms=10),
            request(outcome=Outcome.UNSENT, intended_ms=20),
        ],
        closed_loop=False,
    )
    assert schedule_lag_ms(trace).tolist() == [2.0]


def test_closed_loop_has_no_due_times() -> None:
    trace = build([request(12, 50, 60, intended_ms=10)])
    assert ttft_from_intended_ms(trace).tolist() == []
    assert schedule_lag_ms(trace).tolist() == []


def test_client_delay_is_that_of_the_events_of_answered_requests() -> None:
    late = failed(0, Failure.RESET, event_ms=(5,), delay_ms=[99])
    assert values(
        client_delay_ms(build([request(0, 50, 70, delay_ms=[0.5, 3]), late]))
    ) == [
        0.5,
        3.0,
    ]


def test_a_socket_read_late_on_purpose_is_no_client_delay() -> None:
    sources = [StampSource.TAP, StampSource.KERNEL]
    by_packets = request(0, 50, 70, delay_ms=[400, 3], sources=sources)
    assert values(client_delay_ms(build([by_packets]))) == [3.0]


def test_missing_times_never_become_numbers() -> None:
    silent = request(
        3, output_tokens=2
    )  # answered, counted by the server, but no event carried output
    assert ttft_ms(build([silent, FIRST])).tolist() == [50.0]
    assert e2el_ms(build([silent, FIRST])).tolist() == [110.0]
    assert tpot_ms(build([silent, FIRST])).tolist() == [30.0]


@pytest.mark.parametrize(
    ("slo", "good"),
    [
        ({"ttft": 50}, [True, False, False]),
        ({"ttft": 80}, [True, False, True]),
        ({"tpot": 13.4}, [False, False, True]),
        ({"tpot": 30}, [True, False, True]),
        ({"e2el": 110}, [True, False, False]),
        ({"itl": 39.9}, [False, False, True]),
        ({"itl": 40}, [True, False, True]),
        ({"ttft": 80, "e2el": 110}, [True, False, False]),
        ({"ttft": 50, "tpot": 20}, [False, False, False]),
        ({}, [True, False, True]),
    ],
)
def test_a_good_request_is_answered_and_keeps_every_limit(
    slo: dict[str, float], good: list[bool]
) -> None:
    assert meets_slo(TRACE, slo).tolist() == good


def test_a_single_token_keeps_the_limits_that_it_cannot_break() -> None:
    trace = build(
        [
            request(0, 50),
            request(0, 50, output_tokens=4),
            request(0, 50, 60, output_tokens=None),
        ]
    )
    assert meets_slo(trace, {"tpot": 1}).tolist() == [
        True,
        False,
        False,
    ]  # the last has a TPOT that nobody knows
    assert meets_slo(trace, {"tpot": 17}).tolist() == [
        True,
        True,
        False,
    ]  # four tokens came within 50 ms
    assert meets_slo(trace, {"itl": 1}).tolist() == [True, True, False]


def test_a_request_whose_ttft_does_not_exist_is_not_good() -> None:
    assert meets_slo(
        build([request(3, output_tokens=2)]), {"ttft": 1000}
    ).tolist() == [False]


def test_every_metric_is_empty_where_nothing_was_answered() -> None:
    for trace in (
        build([]),
        build([BROKEN]),
        build([BROKEN], closed_loop=False),
    ):
        for key, metric in QUANTITIES.items():
            if key != "schedule_lag" or trace.closed_loop:
                assert metric.values(trace).tolist() == [], key
            assert (
                metric.weights is None or metric.weights(trace).tolist() == []
            )


def test_the_table_has_every_latency_and_what_limits_them() -> None:
    assert set(LATENCIES) <= set(QUANTITIES)
    assert set(GOODPUT_TESTS) == set(LATENCIES)


def test_tpot_is_nothing_where_no_token_came_after_the_first() -> None:
    found = tpot(
        np.array([30.0, 30.0, 0.0, np.nan, 30.0]), np.array([3, 0, 2, 4, -1])
    )
    assert found.tolist() == pytest.approx(
        [10.0, np.nan, 0.0, np.nan, np.nan], nan_ok=True
    )
