"""Checks of the server by its own counters: was it one server, ours alone, with room and without
memory of these prompts?

A server that publishes no counters is not doubted for that. Counters are of the warm-ups too.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from inferometer.metrics.definitions import known, ok, was_sent
from inferometer.metrics.finding import (
    INVALID,
    NOTE,
    OK,
    SUSPECT,
    Facts,
    Found,
    grade,
)
from inferometer.trace import TokenSource

LONGEST_BLOCK = 256
"""Tokens of a block of the prefix caches in use: a prompt that repeats fewer may find nothing."""


def server_restarted(facts: Facts) -> Found:
    """Two processes are not one measurement: the restart emptied caches and lost requests."""
    server = facts.server
    if server is None:
        return Found(OK, "silent")
    values = {"started_before_s": server.before.started_s}
    if server.after is None:
        return Found(NOTE, "gone", values)
    values["started_after_s"] = server.after.started_s
    if server.restarted:
        return Found(INVALID, "restarted", values)
    if server.another_process:
        return Found(NOTE, "another", values)
    return Found(OK, "fine", values)


def preemptions(facts: Facts) -> Found:
    """A preempted request loses its memory and is computed again: the server was overloaded."""
    number = facts.grown("preemptions")
    if number is None:
        return Found(OK, "silent")
    values = {"preemptions": int(number)}
    if not number:
        return Found(OK, "fine", values)
    return Found(SUSPECT, "found", values)


def prefix_hits(facts: Facts) -> Found:
    """As `cached_tokens`, for servers whose answers do not report cached tokens."""
    t, r = facts.thresholds, facts.trace.requests
    hits = facts.grown("prefix_hits")
    queries = facts.grown("prefix_queries")
    if hits is None or not queries:
        return Found(OK, "silent")
    share = (
        max(0.0, hits - facts.expected_cached_tokens * _requests(facts))
        / queries
    )
    values = {
        "hits": int(hits),
        "queries": int(queries),
        "unexpected_share": share,
    }
    may_hit = facts.expected_cached_tokens > LONGEST_BLOCK
    if not hits and may_hit and not (facts.warm or facts.rehearsal):
        return Found(NOTE, "none", values)
    answered = ok(facts.trace)
    if answered.any() and known(r["cached_tokens"][answered]).all():
        return Found(OK, "counted", values | {"hit_share": hits / queries})
    level = grade(share, t.cached_share_suspect, t.cached_share_invalid)
    return Found(level, "found" if level else "fine", values)


def warm_cache(facts: Facts) -> Found:
    """A warm run whose prompts were not in the cache is a cold run."""
    if not facts.warm:
        return Found(OK, "not_asked")
    found = _found_in_cache(facts)
    if facts.rehearsal and (found is None or not found.share):
        return Found(SUSPECT, "rehearsal", {"rehearsal": 1})
    if found is None:
        return Found(SUSPECT, "unknown")
    return _warmth(facts, found)


class _InCache(NamedTuple):
    """Shares of the prompt tokens: found in the cache, findable, and of cold requests."""

    share: float
    possible: float
    cold: float | None
    """Requests that found less than half of what they could; None if only counters tell."""


def _found_in_cache(facts: Facts) -> _InCache | None:
    """By the answers if any reports it (vLLM omits 0), else by the server's counters."""
    r = facts.trace.requests
    rows = (
        ok(facts.trace) & known(r["prompt_tokens"]) & (r["prompt_tokens"] > 0)
    )
    prompt, cached = r["prompt_tokens"][rows], r["cached_tokens"][rows]
    total = int(prompt.sum())
    possible = (
        1 - len(prompt) / total if total else 1.0
    )  # the last token of a prompt is always computed
    if total and known(cached).any():
        cached = np.where(known(cached), cached, 0)
        cold = cached < facts.thresholds.warm_share_suspect * (prompt - 1)
        return _InCache(
            int(cached.sum()) / total, possible, int(prompt[cold].sum()) / total
        )
    rate = facts.server.prefix_cache_hit_rate if facts.server else None
    return None if rate is None else _InCache(rate, possible, None)


def _warmth(facts: Facts, found: _InCache) -> Found:
    t = facts.thresholds
    values = {
        "share": found.share,
        "possible_share": found.possible,
        "cold_share": found.cold,
    }
    if found.share < t.warm_share_invalid * found.possible:
        return Found(INVALID, "cold", values)
    cold_in_part = (found.cold or 0.0) > t.cold_share_suspect
    if found.share < t.warm_share_suspect * found.possible or cold_in_part:
        return Found(SUSPECT, "partly", values)
    return Found(OK, "fine", values)


def other_clients(facts: Facts) -> Found:
    """Work that is not ours takes the server's time, and nothing in our own record shows it."""
    t = facts.thresholds
    if facts.server is None:
        return Found(OK, "silent")
    before = facts.server.before.in_flight
    after = facts.server.after.in_flight if facts.server.after else None
    foreign, share = _foreign_requests(facts), _foreign_share(facts)
    values = {
        "in_flight_before": before,
        "in_flight_after": after,
        "foreign_requests": foreign,
        "foreign_share": share,
    }
    many = share is not None and share > t.foreign_share_suspect
    ended = bool(ok(facts.whole)[was_sent(facts.whole)].all())
    seen = {
        "in_flight_before": before,
        "foreign_requests": foreign,
        "foreign_share": many and not foreign,
        "in_flight_after": after and ended,
    }
    parts = tuple(part for part, there in seen.items() if there)
    if not parts:
        is_known = (
            before is not None or foreign is not None or share is not None
        )
        return Found(OK, "fine" if is_known else "silent", values)
    values["ours"] = _requests(facts)
    if not before and not after and share is not None and not many:
        return Found(NOTE, "little", values, parts)
    return Found(SUSPECT, "found", values, parts)


def _requests(facts: Facts) -> int:
    """The most that the server can have seen of us."""
    sent = was_sent(facts.whole)
    return int(
        np.count_nonzero(sent) + facts.whole.requests["resent"][sent].sum()
    )


def _foreign_requests(facts: Facts) -> int | None:
    finished = facts.grown("requests")
    return (
        None if finished is None else max(0, round(finished) - _requests(facts))
    )


def _foreign_share(facts: Facts) -> float | None:
    """Work for others ÷ ours: in tokens if the server counted all of ours, else in requests."""
    r = facts.whole.requests
    sent = np.flatnonzero(was_sent(facts.whole))
    grown = [facts.grown("prompt_tokens"), facts.grown("generation_tokens")]
    columns = [r["prompt_tokens"][sent], r["output_tokens"][sent]]
    counted = (
        ok(facts.whole)[sent]
        & (r["token_source"][sent] == TokenSource.USAGE)
        & (r["resent"][sent] == 0)
    )
    if (
        len(sent)
        and None not in grown
        and bool((counted & known(columns[0]) & known(columns[1])).all())
    ):
        ours = [int(tokens.sum()) for tokens in columns]
        beyond = sum(
            max(0.0, total - mine)
            for total, mine in zip(grown, ours, strict=True)
            if total is not None
        )
        if any(ours):
            return beyond / sum(ours)
    foreign, requests = _foreign_requests(facts), _requests(facts)
    return None if foreign is None or not requests else foreign / requests


def several_addresses(facts: Facts) -> Found:
    """Several addresses are several servers: results cover all of them, counters only one."""
    addresses = max((w.addresses for w in facts.trace.workers), default=1)
    values = {"addresses": addresses}
    if addresses == 1:
        return Found(OK, "fine", values)
    return Found(NOTE, "found", values)


def queueing(facts: Facts) -> Found:
    """Where most of TTFT is waiting for a place, it tells of the load more than of the server:
    which a ladder is to show.

    A queue that is full shows as refusals, 429 or 503, and those are among the failures.
    """
    waited_ms = facts.server.mean_queue_ms if facts.server else None
    refused = facts.grown("rejections")
    ttft_ms = facts.summary.metrics["ttft"].mean
    values = {
        "mean_queue_ms": waited_ms,
        "mean_ttft_ms": ttft_ms,
        "rejections": refused,
    }
    long = (
        waited_ms is not None
        and ttft_ms is not None
        and waited_ms > facts.thresholds.queue_share_note * ttft_ms
    )
    seen = {"mean_queue_ms": long, "rejections": refused}
    if parts := tuple(part for part, there in seen.items() if there):
        return Found(NOTE, "found", values, parts)
    return Found(OK, "silent" if waited_ms is None else "fine", values)
