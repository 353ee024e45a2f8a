"""What of a run's latencies is the network's: its round trip, lost packets, a full window."""

from __future__ import annotations

from typing import Any

import pytest

from inferometer.clock import MS
from inferometer.metrics import Level
from tests.metrics.test_verdict import busy, finding
from tests.metrics.trace_builder import build, request

REQUESTS = 200


def found(**worker: Any) -> Any:
    """TTFT is 100 ms."""
    rows = [request(n, n + 100.0, n + 150.0) for n in range(REQUESTS)]
    return finding("network", build(rows, workers=busy(**worker)))


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
def test_what_the_network_did(
    worker: dict[str, Any], variant: str, level: Level
) -> None:
    told = found(**worker)
    assert (told.variant, told.level) == (variant, level)


def test_a_ttft_is_split_into_the_networks_part_and_the_servers() -> None:
    values = found(rtt_ns=2 * MS).values
    assert values["ttft_network_ms"] == pytest.approx(2)
    assert values["ttft_server_ms"] == pytest.approx(98)
    assert found().values["ttft_server_ms"] is None
