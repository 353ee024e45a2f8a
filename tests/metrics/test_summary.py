"""A run of every kind of ending, summed up by hand; and runs in which there is next to nothing to
sum up.
"""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from inferometer.metrics import QUANTITIES, summarize
from inferometer.metrics.distribution import Distribution
from inferometer.trace import Failure, Outcome, StampSource, TokenSource
from tests.metrics.trace_builder import build, failed, request

WARMUP = request(0, 900, 1900, warmup=True, output_tokens=500)
RUN = [
    WARMUP,
    request(
        1000,
        1100,
        1150,
        1250,
        end_ms=1260,
        prompt_tokens=110,
        cached_tokens=32,
        ambiguity_ms=[0, 4, 0],
    ),
    request(
        1000,
        1200,
        1300,
        output_tokens=8,
        token_source=TokenSource.TOKENIZER,
        sources=[StampSource.USER, StampSource.KERNEL],
    ),
    request(1250, 1350, prompt_tokens=None, asked_prompt_tokens=90),
    failed(1300, Failure.HTTP_STATUS, status=500),
    failed(1300, Failure.HTTP_STATUS, status=503),
    failed(1310, Failure.HTTP_STATUS, status=503),
    failed(1320, Failure.IDLE_TIMEOUT, end_ms=3000),
    failed(None, Failure.CONNECT_REFUSED, end_ms=1335),
    request(1340, outcome=Outcome.CANCELLED, end_ms=2000),
    request(1340, outcome=Outcome.UNFINISHED, end_ms=None),
    request(outcome=Outcome.UNSENT),
    request(outcome=Outcome.UNSENT),
    request(outcome=Outcome.DROPPED),
]
SUMMARY = summarize(
    build(RUN),
    planned=13,
    percentiles=(50, 90),
    goodput={"ttft": 150, "tpot": 75},
)


def test_every_request_is_counted_once_and_no_warmup() -> None:
    c = SUMMARY.counts
    assert (
        c.planned,
        c.sent,
        c.ok,
        c.failed,
        c.cancelled,
        c.unfinished,
        c.dropped,
        c.unsent,
    ) == (
        13,
        10,
        3,
        5,
        1,
        1,
        1,
        2,
    )


def test_failures_are_named_and_http_ones_by_status() -> None:
    assert dict(SUMMARY.counts.failures) == {
        "HTTP_STATUS": 3,
        "CONNECT_REFUSED": 1,
        "IDLE_TIMEOUT": 1,
    }
    assert next(iter(SUMMARY.counts.failures)) == "HTTP_STATUS"
    assert dict(SUMMARY.counts.http_statuses) == {"500": 1, "503": 2}


def test_totals_and_throughput() -> None:
    assert (
        SUMMARY.duration_s == 2.0
    )  # 1000 to 3000, when the last failure was given up
    assert SUMMARY.total_input_tokens == 110 + 100 + 90
    assert SUMMARY.total_output_tokens == 3 + 8 + 1
    assert SUMMARY.request_throughput == 1.5
    assert SUMMARY.output_throughput == 6.0
    assert SUMMARY.total_token_throughput == 156.0
    assert dict(SUMMARY.input_token_sources) == {"USAGE": 2, "ASKED": 1}
    assert dict(SUMMARY.output_token_sources) == {"USAGE": 2, "TOKENIZER": 1}


def test_peaks_are_of_measured_requests() -> None:
    assert (
        SUMMARY.peak_concurrency == 4
    )  # from 1340: the last that is answered, time-out, cancelled, unfinished
    assert (
        SUMMARY.peak_output_tokens_per_s == 12.0
    )  # all output lies within a second, the warm-up's 500 tokens do not count


def test_goodput_is_of_all_limits_and_its_share_of_all_sent() -> None:
    assert SUMMARY.goodput is not None
    # the first has TTFT 100 and TPOT 75; the second is late; the third has TTFT 100 and one token
    assert (
        SUMMARY.goodput.good,
        SUMMARY.goodput.request_goodput,
        SUMMARY.goodput.share_of_sent,
    ) == (2, 1.0, 0.2)
    assert dict(SUMMARY.goodput.limits_ms) == {"ttft": 150, "tpot": 75}


def test_distributions_by_metric() -> None:
    assert set(SUMMARY.metrics) == set(QUANTITIES)
    ttft = SUMMARY.metrics["ttft"]
    assert (ttft.n, ttft.median, ttft.min, ttft.max) == (3, 100.0, 100.0, 200.0)
    assert ttft.percentiles == pytest.approx({"p50": 100.0, "p90": 180.0})
    assert ttft.thin == ("p50", "p90")
    assert SUMMARY.metrics["itl"].mean == pytest.approx(250 / 3)
    assert SUMMARY.metrics["itl_per_token"].mean == pytest.approx(
        250 / 6
    )  # 50 + 100 + 100 ms for 1 + 1 + 4 tokens
    assert SUMMARY.metrics["tokens_per_event"].max == 4.0
    assert SUMMARY.metrics["schedule_lag"] == Distribution(
        percentiles={"p50": None, "p90": None, "p99": None}
    )


def test_the_clients_own_delay_always_has_its_p99() -> None:
    assert SUMMARY.metrics["client_delay"].percentiles == pytest.approx(
        {"p50": 0.02, "p90": 0.02, "p99": 0.02}
    )


def test_lengths_asked_for_and_had() -> None:
    means = {name: d.mean for name, d in SUMMARY.lengths.items()}
    assert means == pytest.approx(
        {
            "asked_input": 290 / 3,
            "input": 105.0,
            "asked_output": 2.0,
            "output": 4.0,
            "cached": 32.0,
        }
    )


def test_events_that_share_a_stamp() -> None:
    e = SUMMARY.events
    assert (e.total, e.shared_stamp) == (6, 1)
    assert e.shared_stamp_share == pytest.approx(1 / 6)
    assert dict(e.stamp_sources) == {"KERNEL": 5, "USER": 1}


def numbers(value: Any) -> list[float]:
    """Every number in nested plain data; fails on anything that is not plain."""
    if isinstance(value, dict):
        assert all(isinstance(key, str) for key in value)
        return [n for v in value.values() for n in numbers(v)]
    if isinstance(value, (list, tuple)):
        return [n for v in value for n in numbers(v)]
    assert value is None or type(value) in (int, float, str, bool), type(value)
    return [value] if type(value) in (int, float) else []


@pytest.mark.parametrize(
    "requests",
    [
        RUN,
        [],
        [failed(0, Failure.RESET)],
        [request(outcome=Outcome.UNSENT)],
        [request(3, output_tokens=2, end_ms=9)],
        [WARMUP],
    ],
)
def test_to_dict_is_plain_and_has_no_number_that_is_none(
    requests: list[dict[str, Any]],
) -> None:
    plain = summarize(
        build(requests), planned=len(requests), goodput={"ttft": 1}
    ).to_dict()
    assert all(math.isfinite(n) for n in numbers(plain))
    assert json.loads(json.dumps(plain, allow_nan=False))["counts"][
        "planned"
    ] == len(requests)


def test_a_run_in_which_all_failed_has_counts_but_no_latencies() -> None:
    s = summarize(
        build(
            [failed(0, Failure.RESET), failed(10, Failure.RESET, end_ms=500)]
        ),
        planned=2,
        goodput={"ttft": 1},
    )
    assert (s.counts.ok, s.counts.failed, s.duration_s) == (0, 2, 0.5)
    assert (s.request_throughput, s.output_throughput) == (
        0.0,
        0.0,
    )  # true: nothing was completed in half a second
    assert s.goodput is not None
    assert (s.goodput.request_goodput, s.goodput.share_of_sent) == (0.0, 0.0)
    assert s.metrics["ttft"].mean is None
    assert s.peak_output_tokens_per_s is None
    assert s.events.shared_stamp_share is None


def test_a_run_in_which_nothing_was_sent_has_no_rates() -> None:
    s = summarize(
        build([request(outcome=Outcome.UNSENT)]), planned=1, goodput={"ttft": 1}
    )
    assert (
        s.duration_s,
        s.request_throughput,
        s.output_throughput,
        s.total_token_throughput,
    ) == (
        None,
        None,
        None,
        None,
    )
    assert s.goodput is not None
    assert (s.goodput.request_goodput, s.goodput.share_of_sent) == (None, None)
    assert s.peak_concurrency == 0


def test_without_limits_there_is_no_goodput() -> None:
    assert summarize(build([request(0, 10)]), planned=1).goodput is None


def test_tokens_that_nobody_counted_are_not_made_up() -> None:
    nobody = request(
        0,
        10,
        output_tokens=None,
        token_source=TokenSource.NONE,
        prompt_tokens=None,
        asked_prompt_tokens=None,
    )
    s = summarize(build([nobody, request(0, 10, 20)]), planned=2)
    assert (s.total_input_tokens, s.total_output_tokens) == (100, 2)
    assert dict(s.input_token_sources) == {"USAGE": 1, "NONE": 1}
    assert dict(s.output_token_sources) == {"NONE": 1, "USAGE": 1}
    assert s.lengths["output"].n == 1
