"""Checks of the way between client and server: what of the latencies is the network's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from inferometer.clock import MS
from inferometer.metrics.definitions import (
    Rows,
    Sample,
    departure_ms,
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
    Figures,
    Found,
    Level,
)
from inferometer.trace import Trace

MIN_LOST = 3
"""Fewer are chance."""

MIN_CLEAN = 10
"""Requests that were not disturbed, for a percentile to be compared with theirs."""

PERCENTILES = (50, 90, 99)

DELAYED: Mapping[str, Callable[[Trace], Sample]] = {
    "TTFT": ttft_ms,
    "ITL": itl_ms,
    "TPOT": tpot_ms,
}
"""Latencies that a lost packet or a full window makes longer, whatever the length of a request."""


def network(facts: Facts) -> Found:
    """A lost packet delays a token by a retransmission, which no server can help.

    Packets that came twice are left out, ours and those that the ring shows of the server: Linux
    probes a connection by them when an acknowledgement is only late.
    """
    rtt_ms, window_ms = round_trip_ms(facts), _window_ms(facts)
    losses = facts.trace.requests["losses"]
    told = known(losses)
    by_request = bool(told.any())
    lost = int(losses[told].sum()) if by_request else _lost_by_workers(facts)
    values = {
        "rtt_ms": rtt_ms,
        "lost": lost,
        "window_ms": window_ms,
        **_split(facts.median_ms("ttft"), rtt_ms),
    }
    if rtt_ms is None:
        return Found(OK, "unknown", values)
    if lost and facts.summary.counts.sent:
        if by_request:
            return _by_losses(facts, values)
        return _by_number(facts, values)
    if window_ms is not None and window_ms > facts.thresholds.window_ms_note:
        return Found(NOTE, "window", values)
    return Found(OK, "fine", values)


def _by_number(facts: Facts, values: Figures) -> Found:
    """Where it is unknown which requests lost packets."""
    lost, requests = _lost_by_workers(facts), facts.summary.counts.sent
    limit = facts.thresholds.lost_packets_suspect * requests
    level = SUSPECT if lost >= max(MIN_LOST, limit) else NOTE
    return Found(level, "lost", {**values, "lost_a_request": lost / requests})


def _by_losses(facts: Facts, values: Figures) -> Found:
    """A full accept queue looks like a lossy link: the server forgets a new connection, which was
    open for us, and what was sent on it is not answered until it is sent again.
    """
    r = facts.trace.requests
    found = _by_effect(r["losses"], "lossy", facts, values)
    on_new_ones = known(r["connect_losses"][r["losses"] > 0])
    few = on_new_ones.mean() <= facts.thresholds.cause_share
    if found.level < SUSPECT or few:
        return found
    variant = "opening" if found.variant == "delayed" else found.variant
    return Found(found.level, variant, {**found.values, "cure": "opening"})


def _by_effect(
    counted: Rows, name: str, facts: Facts, values: Figures
) -> Found:
    """Where it is known of each request how often it was disturbed. `name`: of the disturbed."""
    told = known(counted)
    disturbed = told & (counted > 0)
    level, variant, effect = _effect_of(disturbed, facts)
    number, share = int(disturbed.sum()), float(disturbed[told].mean())
    how_many = {name: number, f"{name}_share": share}
    return Found(level, variant, {**values, **how_many, **effect})


def departures(facts: Facts) -> Found:
    """TTFT contains the time that a request waited on this host, which no server can help."""
    values: Figures = {
        "departed": facts.summary.departure.n,
        "p50_ms": facts.summary.departure.median,
        "p99_ms": facts.summary.departure.percentiles.get("p99"),
        "sending_p50_ms": facts.summary.sending.median,
        "window_ms": _window_ms(facts),
    }
    if not facts.summary.departure.n:
        return Found(OK, "unknown", values)
    late = _late_departures(facts)
    if not late:
        return Found(OK, "fine", values)
    share, p, ms = max(late)
    values |= {"percentile": f"P{p}", "late_ms": ms, "share": share}
    return Found(NOTE, "late", values)


def _late_departures(facts: Facts) -> list[tuple[float, int, float]]:
    """(share of TTFT, percentile, ms) of the percentiles of which it is too large."""
    t, r = facts.thresholds, facts.trace.requests
    seen = facts.trace.select(r["departed_ns"] > r["sent_ns"])
    waited, ttft = departure_ms(seen), ttft_ms(seen)
    late = []
    for p in (50, 99) if waited.size and ttft.size else ():
        ms, of_ms = (float(np.percentile(s, p)) for s in (waited, ttft))
        if of_ms > 0 and ms > max(
            t.negligible_ms, t.departure_share_note * of_ms
        ):
            late.append((ms / of_ms, p, ms))
    return late


def client_window(facts: Facts) -> Found:
    """While our receive window is full the server has to wait, because we did not read."""
    zero_windows = facts.trace.requests["zero_windows"]
    told = known(zero_windows)
    values: Figures = {
        "zero_windows": int(zero_windows[told].sum()) if told.any() else None
    }
    if not told.any():
        return Found(OK, "unknown", values)
    if not values["zero_windows"]:
        return Found(OK, "fine", values)
    return _by_effect(zero_windows, "stopped", facts, values)


def _effect_of(disturbed: Rows, facts: Facts) -> tuple[Level, str, Figures]:
    """What happened to these requests did to the latencies: percentiles against those of the
    others.
    """
    clean = ok(facts.trace) & ~disturbed
    if clean.sum() < MIN_CLEAN:
        level = NOTE if disturbed.sum() < MIN_LOST else SUSPECT
        return level, "everywhere", {}
    largest = max(_delays(facts, facts.trace.select(clean)), default=None)
    if largest is None:
        return NOTE, "harmless", {}
    _, name, ms, clean_ms = largest
    return (
        SUSPECT,
        "delayed",
        {"latency": name, "with_ms": ms, "without_ms": clean_ms},
    )


def _delays(
    facts: Facts, clean: Trace
) -> Iterator[tuple[float, str, float, float]]:
    """Percentiles that are notably larger than those of `clean`: by how much, which, and both."""
    t = facts.thresholds
    for name, of in DELAYED.items():
        whole, rest = of(facts.trace), of(clean)
        if not len(whole) or not len(rest):
            continue
        for p in PERCENTILES:
            ms, clean_ms = (float(np.percentile(s, p)) for s in (whole, rest))
            limit = max(t.negligible_ms, t.loss_effect_suspect * clean_ms)
            if ms - clean_ms > limit:
                yield ms - clean_ms, f"P{p} {name}", ms, clean_ms


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
    told = [w.rtt_ns for w in facts.trace.workers if w.rtt_ns >= 0]
    return max(told) / MS if told else None


def _split(ttft_ms: float | None, rtt_ms: float | None) -> Figures:
    """TTFT contains one round trip: the request's way there and the first token's way back."""
    if ttft_ms is None or rtt_ms is None:
        return {"ttft_network_ms": None, "ttft_server_ms": None}
    return {
        "ttft_network_ms": min(rtt_ms, ttft_ms),
        "ttft_server_ms": max(0.0, ttft_ms - rtt_ms),
    }
