"""Checks of the server by its own counters: was it one server, ours alone, with room and without
memory of these prompts?

A server that publishes no counters is not doubted for that. Counters are of the warm-ups too.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from inferometer.metrics.definitions import known, ok, was_sent
from inferometer.metrics.finding import Facts, Figure, Finding, Level, grade
from inferometer.trace import TokenSource

LONGEST_BLOCK = 256
"""Tokens of a block of the prefix caches in use: a prompt that repeats fewer may find nothing."""

_SILENT = "The server publishes no counters that tell."


def server_restarted(facts: Facts) -> Finding:
    """What two processes did is not one measurement: caches were empty again, and memory, and
    requests were lost.
    """
    server = facts.server
    if server is None:
        return Finding("server_restarted", Level.OK, _SILENT)
    figures: dict[str, Figure] = {"started_before_s": server.before.started_s}
    if server.after is None:
        sentence = "The server's metrics page, there before the run, could not be read after it."
        return Finding(
            "server_restarted", Level.NOTE, sentence, figures, "See whether the server still runs."
        )
    figures["started_after_s"] = server.after.started_s
    if server.restarted:
        sentence = (
            "The server was restarted during the run: its process is a new one, or its counters "
            "began again."
        )
        return Finding(
            "server_restarted",
            Level.INVALID,
            sentence,
            figures,
            "Find out why in the server's log, and measure again.",
        )
    if server.another_process:
        sentence = (
            "Before and after the run different processes answered for the server, so that their "
            "counters tell nothing."
        )
        cure = "Behind a load balancer, measure one replica by its own address to have them."
        return Finding("server_restarted", Level.NOTE, sentence, figures, cure)
    return Finding(
        "server_restarted", Level.OK, "It was the same server before and after the run.", figures
    )


def preemptions(facts: Facts) -> Finding:
    """A preempted request gives up its memory and computes again what it had: the load was more
    than the server can hold.
    """
    number = facts.server.grown("preemptions") if facts.server else None
    if number is None:
        return Finding("preemptions", Level.OK, _SILENT)
    figures = {"preemptions": int(number)}
    if not number:
        return Finding("preemptions", Level.OK, "No request was preempted.", figures)
    sentence = (
        f"Preemptions for want of KV cache memory: {number:.0f}. Each had a request compute "
        "again what it had."
    )
    cure = "Use fewer streams or shorter requests, or give the server more memory for its KV cache."
    return Finding("preemptions", Level.SUSPECT, sentence, figures, cure)


def prefix_hits(facts: Facts) -> Finding:
    """As `cached_tokens`, for servers whose answers do not tell how much of a prompt was in the
    prefix cache.
    """
    t, r = facts.thresholds, facts.trace.requests
    hits = facts.server.grown("prefix_hits") if facts.server else None
    queries = facts.server.grown("prefix_queries") if facts.server else None
    if hits is None or not queries:
        return Finding("prefix_hits", Level.OK, _SILENT)
    unexpected = max(0.0, hits - facts.expected_cached_tokens * _requests(facts))
    figures = {"hits": int(hits), "queries": int(queries), "unexpected_share": unexpected / queries}
    if (
        not hits
        and facts.expected_cached_tokens > LONGEST_BLOCK
        and not (facts.warm or facts.rehearsal)
    ):
        sentence = (
            "Prompts of this plan may begin alike, but the server found nothing of them in its "
            "prefix cache."
        )
        cure = (
            "If the cache was to be on, start the server with it, and see that it is large "
            "enough; else nothing is wrong."
        )
        return Finding("prefix_hits", Level.NOTE, sentence, figures, cure)
    answered = ok(facts.trace)
    if answered.any() and known(r["cached_tokens"][answered]).all():
        sentence = (
            f"The server counts {hits / queries:.1%} of the prompt tokens as found in its prefix "
            "cache."
        )
        return Finding("prefix_hits", Level.OK, sentence, figures)
    level = grade(unexpected / queries, t.cached_share_suspect, t.cached_share_invalid)
    if level == Level.OK:
        sentence = (
            f"{unexpected / queries:.1%} of the prompt tokens were found unexpected in the "
            "server's prefix cache."
        )
        return Finding("prefix_hits", level, sentence, figures)
    sentence = (
        f"The server found {unexpected / queries:.1%} of the prompt tokens in its prefix cache, "
        "which was not asked for: "
        "TTFT is too good."
    )
    cure = (
        "Use a new --seed, or restart the server or switch its prefix cache off; see that nobody "
        "else sends these prompts."
    )
    return Finding("prefix_hits", level, sentence, figures, cure)


def warm_cache(facts: Facts) -> Finding:
    """A run on a warm cache whose prompts were not in it is a run on a cold one, by another
    name.
    """
    if not facts.warm:
        return Finding(
            "warm_cache", Level.OK, "The prompts were not to be in the prefix cache before the run."
        )
    found = _found_in_cache(facts)
    if facts.rehearsal and (found is None or not found.share):
        sentence = (
            "The embedded engine has no prefix cache: in a rehearsal, warm prompts are computed "
            "as cold ones are."
        )
        return Finding(
            "warm_cache",
            Level.SUSPECT,
            sentence,
            {"rehearsal": 1},
            "Measure a real server to compare the two.",
        )
    if found is None:
        sentence = (
            "Nothing tells whether the prompts were in the server's prefix cache: neither its "
            "answers nor its counters say how "
            "many of their tokens were."
        )
        cure = (
            "Start the server so that it tells: vLLM with --enable-prompt-tokens-details, SGLang "
            "with --enable-cache-report "
            "or --enable-metrics, TGI cannot."
        )
        return Finding("warm_cache", Level.SUSPECT, sentence, {}, cure)
    return _warmth(facts, found)


class _InCache(NamedTuple):
    """Shares of the prompt tokens: those that came from the prefix cache, those that can, and those
    of cold requests.
    """

    share: float
    possible: float
    cold: float | None
    """Of requests that found less than half of what they can; None if only the server's counters
    tell.
    """


def _found_in_cache(facts: Facts) -> _InCache | None:
    """By the answers, where any of them tells (vLLM leaves out what is 0), else by the server's
    counters.
    """
    r = facts.trace.requests
    rows = ok(facts.trace) & known(r["prompt_tokens"]) & (r["prompt_tokens"] > 0)
    prompt, cached = r["prompt_tokens"][rows], r["cached_tokens"][rows]
    total = int(prompt.sum())
    possible = (
        1 - len(prompt) / total if total else 1.0
    )  # the last token of a prompt is always computed
    if total and known(cached).any():
        cached = np.where(known(cached), cached, 0)
        cold = cached < facts.thresholds.warm_share_suspect * (prompt - 1)
        return _InCache(int(cached.sum()) / total, possible, int(prompt[cold].sum()) / total)
    rate = facts.server.prefix_cache_hit_rate if facts.server else None
    return None if rate is None else _InCache(rate, possible, None)


def _warmth(facts: Facts, found: _InCache) -> Finding:
    t = facts.thresholds
    figures: dict[str, Figure] = {
        "share": found.share,
        "possible_share": found.possible,
        "cold_share": found.cold,
    }
    told = (
        f"{found.share:.1%} of the prompt tokens came from the server's prefix cache, and at "
        f"most {found.possible:.1%} can"
    )
    if found.share < t.warm_share_invalid * found.possible:
        cure = (
            "Start the server with its prefix cache on, and large enough for all prompts; then "
            "send them cold first: the same "
            "command and --seed with --cache cold. Prompts shorter than a cache block (16 to 256 "
            "tokens) cannot be in it."
        )
        return Finding(
            "warm_cache",
            Level.INVALID,
            f"{told}: this is a cold cache, not a warm one.",
            figures,
            cure,
        )
    if (
        found.share < t.warm_share_suspect * found.possible
        or (found.cold or 0.0) > t.cold_share_suspect
    ):
        cure = (
            "Make the cache large enough for all prompts, and let nothing else run between the "
            "cold and the warm run."
        )
        return Finding(
            "warm_cache",
            Level.SUSPECT,
            f"{told}: the figures are of a cache in part cold.",
            figures,
            cure,
        )
    return Finding("warm_cache", Level.OK, f"{told}.", figures)


def other_clients(facts: Facts) -> Finding:
    """Work that is not ours takes the server's time, and nothing in our own record shows it."""
    if facts.server is None:
        return Finding("other_clients", Level.OK, _SILENT)
    before, after = (
        facts.server.before.in_flight,
        facts.server.after.in_flight if facts.server.after else None,
    )
    foreign, share = _foreign_requests(facts), _foreign_share(facts)
    figures: dict[str, Figure] = {
        "in_flight_before": before,
        "in_flight_after": after,
        "foreign_requests": foreign,
        "foreign_share": share,
    }
    seen = []
    if before:
        seen.append(f"{before:.0f} in flight before ours began")
    if foreign:
        seen.append(f"{foreign} finished beyond our {_requests(facts)}")
    elif share is not None and share > facts.thresholds.foreign_share_suspect:
        seen.append(f"{share:.1%} more tokens than ours")
    if after and bool(ok(facts.whole)[was_sent(facts.whole)].all()):
        seen.append(f"{after:.0f} in flight after all of ours had ended")
    if not seen:
        told = before is not None or foreign is not None or share is not None
        return Finding(
            "other_clients",
            Level.OK,
            "The server worked for nobody else." if told else _SILENT,
            figures,
        )
    little = not before and not after and (share or 0.0) <= facts.thresholds.foreign_share_suspect
    sentence = f"Somebody else used the server, by its own count of requests: {', '.join(seen)}."
    if little:
        sentence += f" That is {share:.1%} of our work."
    cure = (
        "Keep others away, also health checks that generate tokens, or wait until the server is "
        "idle; then measure again."
    )
    return Finding(
        "other_clients", Level.NOTE if little else Level.SUSPECT, sentence, figures, cure
    )


def _requests(facts: Facts) -> int:
    """The most that the server can have seen of us."""
    sent = was_sent(facts.whole)
    return int(np.count_nonzero(sent) + facts.whole.requests["resent"][sent].sum())


def _foreign_requests(facts: Facts) -> int | None:
    finished = facts.server.grown("requests") if facts.server else None
    return None if finished is None else max(0, round(finished) - _requests(facts))


def _foreign_share(facts: Facts) -> float | None:
    """Work of others / ours: in tokens, where the server counted all of ours for us too, else in
    requests.
    """
    assert facts.server is not None
    r = facts.whole.requests
    sent = np.flatnonzero(was_sent(facts.whole))
    grown = [facts.server.grown("prompt_tokens"), facts.server.grown("generation_tokens")]
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


def several_addresses(facts: Facts) -> Finding:
    """A name with several addresses is several servers: the figures are those of all of them, the
    counters of one.
    """
    name, addresses = (
        "several_addresses",
        max((w.addresses for w in facts.trace.workers), default=1),
    )
    figures: dict[str, Figure] = {"addresses": addresses}
    if addresses == 1:
        return Finding(name, Level.OK, "All connections went to one address.", figures)
    sentence = (
        f"The server's name has {addresses} addresses that take connections, and these were "
        "spread over all of them in turn: "
        "the figures are those of all together, and counters of the server those of one."
    )
    return Finding(
        name,
        Level.NOTE,
        sentence,
        figures,
        "To measure one of them, give its address as --base-url.",
    )


def queueing(facts: Facts) -> Finding:
    """Where most of TTFT is waiting for a place, it tells of the load more than of the server:
    which a ladder is to show.

    A queue that is full shows as refusals, 429 or 503, and those are among the failures.
    """
    waited_ms = facts.server.mean_queue_ms if facts.server else None
    refused = facts.server.grown("rejections") if facts.server else None
    ttft_ms = facts.summary.metrics["ttft"].mean
    figures: dict[str, Figure] = {
        "mean_queue_ms": waited_ms,
        "mean_ttft_ms": ttft_ms,
        "rejections": refused,
    }
    long = (
        waited_ms is not None
        and ttft_ms is not None
        and waited_ms > facts.thresholds.queue_share_note * ttft_ms
    )
    if not long and not refused:
        sentence = (
            _SILENT
            if waited_ms is None
            else f"Requests waited {waited_ms:.1f} ms in the server's queue on average."
        )
        return Finding("queueing", Level.OK, sentence, figures)
    said = []
    if long:
        said.append(
            f"requests waited {waited_ms:.0f} ms on average in its queue, of a mean TTFT of "
            f"{ttft_ms:.0f} ms"
        )
    if refused:
        said.append(
            f"it refused {refused:.0f} because its queue was full (ours are among the failures)"
        )
    sentence = f"The load was more than the server takes up at once: {', and '.join(said)}."
    cure = (
        "Nothing is wrong if that is what was to be seen; for the server's own latency use fewer "
        "streams or a lower rate."
    )
    return Finding("queueing", Level.NOTE, sentence, figures, cure)
