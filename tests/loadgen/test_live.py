"""The numbers that are shown while a run lasts."""

from __future__ import annotations

from inferometer.loadgen.exchange import Exchange
from inferometer.loadgen.live import Live, Snapshot, snapshot
from inferometer.protocol import PROTOCOLS, Usage
from inferometer.trace import Failure, Outcome


def finished(arrivals: list[int], tokens: int, sent_ns: int = 0) -> Exchange:
    exchange = Exchange(
        0, PROTOCOLS["openai"].decoder(), max_tokens=8, read_bytes=16_384
    )
    exchange.sent_ns = sent_ns
    exchange.arrivals.extend(arrivals)
    exchange.usage = Usage(8, tokens)
    return exchange


def test_a_fresh_one_is_all_zeros() -> None:
    assert snapshot([Live()]) == Snapshot(*[0] * 11)


def test_a_success_adds_its_tokens_its_ttft_and_its_tpot() -> None:
    live = Live()
    live.count(finished([150, 250, 450], 4, sent_ns=50))
    live.count(
        finished([130], 1, sent_ns=100)
    )  # one token has no time per further token
    shown = snapshot([live])
    assert (shown.ok, shown.failed, shown.output_tokens) == (2, 0, 5)
    assert (shown.ttft_sum_ns, shown.ttft_count) == (100 + 30, 2)
    assert (shown.tpot_sum_ns, shown.tpot_count) == (100, 1)


def test_a_failure_adds_to_failures_only_and_a_cancelled_request_to_nothing() -> (
    None
):
    live = Live()
    for failure, outcome in (
        (Failure.RESET, Outcome.FAILED),
        (Failure.NONE, Outcome.CANCELLED),
    ):
        exchange = finished([150], 1)
        exchange.fail(failure, "x", outcome)
        live.count(exchange)
    assert snapshot([live]) == Snapshot(0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)


def test_output_that_is_counted_but_not_seen_adds_no_latency() -> None:
    live = Live()
    live.count(finished([], 5))
    shown = snapshot([live])
    assert (
        shown.ok,
        shown.output_tokens,
        shown.ttft_count,
        shown.tpot_count,
    ) == (1, 5, 0, 0)


def test_a_snapshot_is_the_sum_over_workers() -> None:
    lives = [Live(), Live()]
    lives[0].report(5, 3, 100)
    lives[1].report(7, 2, 200, 4)
    shown = snapshot(lives)
    assert (shown.sent, shown.in_flight, shown.reads, shown.dropped) == (
        12,
        5,
        300,
        4,
    )


def test_a_stop_is_asked_of_one_worker_at_a_time() -> None:
    one, other = Live(), Live()
    one.request_stop()
    assert (one.stop_requested(), other.stop_requested()) == (True, False)


def test_requests_in_flight_are_counted_as_far_as_they_have_come() -> None:
    live = Live()
    live.stream(
        [
            finished([150, 250, 450], 0, sent_ns=50),
            finished([130], 0, sent_ns=100),
            finished([], 0),
        ]
    )
    shown = snapshot([live])
    assert (
        shown.streaming_events,
        shown.streaming_ttft_count,
        shown.streaming_ttft_sum_ns,
    ) == (
        4,
        2,
        130,
    )
    assert (shown.streaming_gaps, shown.streaming_gaps_ns) == (2, 300)
    live.count(finished([150, 250, 450], 3))
    shown = snapshot([live])
    assert shown.streaming_events + shown.output_events == 4, (
        "what has ended is not in flight, too"
    )
    live.stream([])
    assert snapshot([live]).streaming_events == 0
