"""What of a run's latencies is the network's: its round trip, lost packets, a full window."""

from __future__ import annotations

from typing import Any

import pytest

from inferometer.clock import MS
from inferometer.metrics import Finding, Level, summarize
from inferometer.trace import MISSING, Failure, Outcome, Trace
from tests.metrics.test_verdict import busy, finding
from tests.metrics.trace_builder import build, request

REQUESTS = 200


def found(
    *, lossy: int = 0, late_ms: float = 0, columns: Any = None, **worker: Any
) -> Finding:
    """TTFT is 100 ms and ITL 50 ms. The first `lossy` requests lost a packet of the first token,
    which came so much later.
    """
    rows = []
    for n in range(REQUESTS):
        late = late_ms if n < lossy else 0
        times = (n + 100.0 + late, n + 150.0 + late)
        told = {"losses": int(n < lossy), **(columns or {})}
        rows.append(request(n, *times, **told))
    return finding("network", build(rows, workers=busy(**worker)))


UNKNOWN = {"losses": MISSING, "window_limited_ns": MISSING}
"""As earlier versions recorded it: only the sums of workers are known."""


@pytest.mark.parametrize(
    ("worker", "variant", "level"),
    [
        ({}, "unknown", Level.OK),
        ({"rtt_ns": 2 * MS}, "fine", Level.OK),
        ({"rtt_ns": 2 * MS, "sent_again": 1}, "lost", Level.NOTE),
        ({"rtt_ns": 2 * MS, "sent_again": 2}, "lost", Level.NOTE),
        ({"rtt_ns": 2 * MS, "sent_again": 3}, "lost", Level.SUSPECT),
        ({"rtt_ns": 2 * MS, "out_of_order": 3}, "lost", Level.SUSPECT),
        ({"rtt_ns": 2 * MS, "retransmissions": 900}, "fine", Level.OK),
        (
            {"rtt_ns": MS, "window_limited_ns": REQUESTS * MS},
            "fine",
            Level.OK,
        ),
        (
            {"rtt_ns": MS, "window_limited_ns": 2 * REQUESTS * MS},
            "window",
            Level.NOTE,
        ),
    ],
)
def test_what_the_network_did_where_only_sums_are_known(
    worker: dict[str, Any], variant: str, level: Level
) -> None:
    told = found(columns=UNKNOWN, **worker)
    assert (told.variant, told.level) == (variant, level)


@pytest.mark.parametrize(
    ("lossy", "late_ms", "variant", "level"),
    [
        (0, 0, "fine", Level.OK),
        (1, 200, "harmless", Level.NOTE),
        (3, 200, "delayed", Level.SUSPECT),
        (60, 200, "delayed", Level.SUSPECT),
        (60, 1, "harmless", Level.NOTE),
        (60, 6, "delayed", Level.SUSPECT),
        (REQUESTS - 9, 1, "everywhere", Level.SUSPECT),
        (REQUESTS, 200, "everywhere", Level.SUSPECT),
    ],
)
def test_losses_are_judged_by_what_they_did_to_the_latencies(
    lossy: int, late_ms: float, variant: str, level: Level
) -> None:
    told = found(lossy=lossy, late_ms=late_ms, rtt_ns=2 * MS, out_of_order=900)
    assert (told.variant, told.level) == (variant, level)


def test_the_percentile_that_changed_most_is_named() -> None:
    told = found(lossy=60, late_ms=200, rtt_ns=2 * MS)
    assert told.values["lost"] == told.values["lossy"] == 60
    assert told.values["lossy_share"] == pytest.approx(0.3)
    assert told.values["latency"] in ("P90 TTFT", "P99 TTFT")
    assert told.values["with_ms"] == pytest.approx(300)
    assert told.values["without_ms"] == pytest.approx(100)


def test_a_tail_of_the_servers_hides_no_loss_below_it() -> None:
    """P99 is the server's own, P90 the network's."""
    rows = [
        request(
            n,
            n + 100.0 + (400 if n >= 190 else 200 if n < 60 else 0),
            losses=int(n < 60),
        )
        for n in range(REQUESTS)
    ]
    told = finding("network", build(rows, workers=busy(rtt_ns=MS)))
    assert (told.variant, told.level) == ("delayed", Level.SUSPECT)
    assert told.values["latency"] == "P90 TTFT"


@pytest.mark.parametrize(
    ("lossy", "on_new_ones", "late_ms", "variant", "cure"),
    [
        (60, 60, 200, "opening", "opening"),
        (60, 31, 200, "opening", "opening"),
        (60, 30, 200, "delayed", None),
        (60, 60, 1, "harmless", None),
        (REQUESTS, REQUESTS, 200, "everywhere", "opening"),
    ],
)
def test_losses_on_new_connections_may_be_the_servers(
    lossy: int, on_new_ones: int, late_ms: float, variant: str, cure: str | None
) -> None:
    """It may have had no room for the connections."""
    rows = [
        request(
            n,
            n + 100.0 + late_ms * (n < lossy),
            losses=int(n < lossy),
            connect_losses=0 if n < on_new_ones else None,
        )
        for n in range(REQUESTS)
    ]
    told = finding("network", build(rows, workers=busy(rtt_ns=MS)))
    assert (told.variant, told.values.get("cure")) == (variant, cure)
    assert ("ListenOverflows" in told.next_step) is (cure == "opening")


def test_losses_of_requests_that_failed_are_told() -> None:
    failed = {"outcome": Outcome.FAILED, "failure": Failure.FIRST_TOKEN_TIMEOUT}
    rows = [
        request(n, losses=2, **failed) if n < 3 else request(n, n + 100.0)
        for n in range(REQUESTS)
    ]
    told = finding("network", build(rows, workers=busy(rtt_ns=MS)))
    assert (told.variant, told.level) == ("harmless", Level.NOTE)
    assert (told.values["lost"], told.values["lossy"]) == (6, 3)


def test_losses_of_warm_ups_do_not_count() -> None:
    rows = [
        request(n, n + 100.0, losses=int(n < 50), warmup=n < 50)
        for n in range(REQUESTS)
    ]
    told = finding(
        "network", build(rows, workers=busy(rtt_ns=MS, sent_again=50))
    )
    assert told.variant == "fine"


@pytest.mark.parametrize(("waited_ms", "variant"), [(1, "fine"), (2, "window")])
def test_the_time_in_which_requests_waited_for_a_window(
    waited_ms: int, variant: str
) -> None:
    columns = {"window_limited_ns": waited_ms * MS}
    assert found(columns=columns, rtt_ns=MS).variant == variant


def test_a_ttft_is_split_into_the_networks_part_and_the_servers() -> None:
    values = found(rtt_ns=2 * MS).values
    assert values["ttft_network_ms"] == pytest.approx(2)
    assert values["ttft_server_ms"] == pytest.approx(98)
    assert found().values["ttft_server_ms"] is None


def left(
    *departed_ms: float | None, first_ms: float = 0.02, ttft_ms: float = 100
) -> Trace:
    """Requests that left so long after they were sent."""
    return build(
        [
            request(
                0,
                ttft_ms,
                first_departed_ms=None if ms is None else first_ms,
                departed_ms=ms,
            )
            for ms in departed_ms
        ]
    )


@pytest.mark.parametrize(
    ("trace", "variant"),
    [
        (left(None, None), "unknown"),
        (left(*[0.02] * 100), "fine"),
        (left(*[5.0] * 100), "fine"),
        (left(*[5.5] * 100), "late"),
        (left(*[0.02] * 97, *[80.0] * 3), "late"),
        (left(*[None] * 50, *[5.5] * 50), "late"),
        (left(*[0.04] * 100, ttft_ms=0.4), "fine"),  # noise of scheduling
        (left(*[0.06] * 100, ttft_ms=0.4), "late"),
        (left(*[0.06] * 100, ttft_ms=0), "fine"),
    ],
)
def test_requests_that_left_late_are_noted(trace: Trace, variant: str) -> None:
    found = finding("departures", trace)
    assert found.variant == variant
    assert found.level == (Level.NOTE if variant == "late" else Level.OK)


def test_the_time_that_requests_stayed_here_is_told() -> None:
    trace = left(*[10.0] * 60, *[20.0] * 40, None)
    values = finding("departures", trace).values
    assert values["departed"] == 100
    assert values["p50_ms"] == pytest.approx(10)
    assert values["p99_ms"] == pytest.approx(20)
    assert values["percentile"] == "P99"
    assert values["late_ms"] == pytest.approx(20)
    assert values["share"] == pytest.approx(0.2)
    assert values["sending_p50_ms"] == pytest.approx(9.98)


def test_a_request_that_left_in_one_packet_has_no_sending_time() -> None:
    summary = summarize(left(0.02, 0.02, 3.02), planned=3)
    assert (summary.departure.n, summary.sending.n) == (3, 1)
    assert summary.sending.median == pytest.approx(3)


@pytest.mark.parametrize(
    ("stopped", "late_ms", "variant", "level"),
    [
        (0, 0, "fine", Level.OK),
        (1, 200, "harmless", Level.NOTE),
        (3, 200, "delayed", Level.SUSPECT),
        (60, 1, "harmless", Level.NOTE),
        (60, 6, "delayed", Level.SUSPECT),
        (REQUESTS, 200, "everywhere", Level.SUSPECT),
    ],
)
def test_our_full_windows_are_judged_as_losses_are(
    stopped: int, late_ms: float, variant: str, level: Level
) -> None:
    rows = []
    for n in range(REQUESTS):
        late = late_ms if n < stopped else 0
        times = (n + 100.0 + late, n + 150.0 + late)
        rows.append(request(n, *times, zero_windows=2 * (n < stopped)))
    told = finding("client_window", build(rows))
    assert (told.variant, told.level) == (variant, level)
    assert told.values["zero_windows"] == 2 * stopped
    assert told.values.get("stopped", 0) == stopped


def test_where_no_ring_shows_our_windows_nothing_is_known_of_them() -> None:
    told = finding("client_window", build([request(0, 1, zero_windows=None)]))
    assert (told.variant, told.level) == ("unknown", Level.OK)
    assert told.values["zero_windows"] is None
