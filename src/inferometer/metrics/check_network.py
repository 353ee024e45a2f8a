"""Checks of the way between client and server: what of the latencies is the network's."""

from __future__ import annotations

from inferometer.clock import MS
from inferometer.metrics.finding import (
    NOTE,
    OK,
    SUSPECT,
    Facts,
    Figure,
    Found,
)

MIN_LOST = 3
"""Fewer are chance."""


def network(facts: Facts) -> Found:
    """A lost packet delays a token by a retransmission, which no server can help.

    Packets that came twice are left out, ours and those that the ring shows of the server: Linux
    probes a connection by them when an acknowledgement is only late.
    """
    t = facts.thresholds
    rtt_ms, requests = round_trip_ms(facts), facts.summary.counts.sent
    lost = sum(w.sent_again + w.out_of_order for w in facts.trace.workers)
    waited_ms = sum(w.window_limited_ns for w in facts.trace.workers) / MS
    values: dict[str, Figure] = {
        "rtt_ms": rtt_ms,
        "lost": lost,
        "lost_a_request": lost / requests if requests else None,
        "window_ms": waited_ms / requests if requests else None,
        **_split(facts.median_ms("ttft"), rtt_ms),
    }
    if rtt_ms is None:
        return Found(OK, "unknown", values)
    if requests and lost:
        often = lost >= max(MIN_LOST, t.lost_packets_suspect * requests)
        return Found(SUSPECT if often else NOTE, "lost", values)
    if requests and waited_ms / requests > t.window_ms_note:
        return Found(NOTE, "window", values)
    return Found(OK, "fine", values)


def round_trip_ms(facts: Facts) -> float | None:
    """Of the worker whose way is longest; None where the kernel does not tell."""
    known = [w.rtt_ns for w in facts.trace.workers if w.rtt_ns >= 0]
    return max(known) / MS if known else None


def _split(ttft_ms: float | None, rtt_ms: float | None) -> dict[str, Figure]:
    """TTFT contains one round trip: the request's way there and the first token's way back."""
    if ttft_ms is None or rtt_ms is None:
        return {"ttft_network_ms": None, "ttft_server_ms": None}
    return {
        "ttft_network_ms": min(rtt_ms, ttft_ms),
        "ttft_server_ms": max(0.0, ttft_ms - rtt_ms),
    }
