"""Checks of the way between client and server: what of the latencies is the network's."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from inferometer.clock import MS
from inferometer.metrics.definitions import (
    Rows,
    Sample,
    itl_ms,
    known,
    ok,
    tpot_ms,
    ttft_ms,
)
from inferometer.metrics.finding import (
    NOTE,
    OK,
    SUSPECT,
    Facts,
    Figure,
    Found,
)
from inferometer.trace import Trace

MIN_LOST = 3
"""Fewer are chance."""

MIN_CLEAN = 10
"""Requests without a loss, for a percentile to be compared with theirs."""

PERCENTILES = (50, 90, 99)

DELAYED: Mapping[str, Callable[[Trace], Sample]] = {
    "TTFT": ttft_ms,
    "ITL": itl_ms,
    "TPOT": tpot_ms,
}
"""Latencies that a lost packet makes longer, whatever the length of a request."""


def network(facts: Facts) -> Found:
    """A lost packet delays a token by a retransmission, which no server can help.

    Packets that came twice are left out, ours and those that the ring shows of the server: Linux
    probes a connection by them when an acknowledgement is only late.
    """
    rtt_ms, requests = round_trip_ms(facts), facts.summary.counts.sent
    window_ms = _window_ms(facts)
    values: dict[str, Figure] = {
        "rtt_ms": rtt_ms,
        "window_ms": window_ms,
        **_split(facts.median_ms("ttft"), rtt_ms),
    }
    if rtt_ms is None:
        return Found(OK, "unknown", values)
    losses = facts.trace.requests["losses"]
    if requests and known(losses).any():
        lossy = known(losses) & (losses > 0) & ok(facts.trace)
        values["lost"] = int(losses[known(losses)].sum())
        if lossy.any():
            return _effect_of(lossy, facts, values)
    elif requests and (lost := _lost_by_workers(facts)):
        values |= {"lost": lost, "lost_a_request": lost / requests}
        limit = facts.thresholds.lost_packets_suspect * requests
        level = SUSPECT if lost >= max(MIN_LOST, limit) else NOTE
        return Found(level, "lost", values)
    if window_ms is not None and window_ms > facts.thresholds.window_ms_note:
        return Found(NOTE, "window", values)
    return Found(OK, "fine", values)


def _effect_of(lossy: Rows, facts: Facts, values: dict[str, Figure]) -> Found:
    """What losses did to the latencies: percentiles against those of the other requests."""
    t, answered = facts.thresholds, ok(facts.trace)
    share = float(lossy.sum() / answered.sum())
    values |= {"lossy": int(lossy.sum()), "lossy_share": share}
    clean = answered & ~lossy
    if clean.sum() < MIN_CLEAN:
        few = lossy.sum() < MIN_LOST
        return Found(NOTE if few else SUSPECT, "everywhere", values)
    others = facts.trace.select(clean)
    found: list[tuple[float, str, float, float]] = []
    for name, of in DELAYED.items():
        whole, rest = of(facts.trace), of(others)
        if not len(whole) or not len(rest):
            continue
        for p in PERCENTILES:
            ms, clean_ms = (float(np.percentile(s, p)) for s in (whole, rest))
            if ms - clean_ms > max(
                t.negligible_ms, t.loss_effect_suspect * clean_ms
            ):
                found.append((ms - clean_ms, f"P{p} {name}", ms, clean_ms))
    if not found:
        return Found(NOTE, "harmless", values)
    _, name, ms, clean_ms = max(found)
    values |= {"latency": name, "with_ms": ms, "without_ms": clean_ms}
    return Found(SUSPECT, "delayed", values)


def _lost_by_workers(facts: Facts) -> int:
    """Warm-ups included, as earlier versions recorded it."""
    return sum(w.sent_again + w.out_of_order for w in facts.trace.workers)


def _window_ms(facts: Facts) -> float | None:
    """How long a request waited for the server's receive window, mean; None if unknown."""
    waited_ns = facts.trace.requests["window_limited_ns"]
    if known(waited_ns).any():
        return float(waited_ns[known(waited_ns)].mean() / MS)
    requests = facts.summary.counts.sent
    of_workers = sum(w.window_limited_ns for w in facts.trace.workers)
    return of_workers / requests / MS if requests else None


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
