"""Summary: the numbers of one run, computed from its Trace, and from what the server counted.

Not known here: whether to believe them (verdict).

Warm-up requests are no part of any number. Counts, and rates of counts, are numbers also when they
are 0; a latency that nobody had is None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from inferometer.clock import NS
from inferometer.metrics.definitions import (
    QUANTITIES,
    complete,
    departure_ms,
    known,
    meets_slo,
    ok_events,
    sending_ms,
    total,
    was_sent,
)
from inferometer.metrics.distribution import Distribution, describe
from inferometer.metrics.intervals import intervals_of
from inferometer.metrics.machine import MachineFigures, machine_of
from inferometer.metrics.peaks import peak_concurrency, peak_output_tokens_per_s
from inferometer.metrics.slots import slot_use
from inferometer.metrics.statistics import Interval
from inferometer.metrics.steady import Steady, steady_state
from inferometer.trace import Failure, Outcome, StampSource, TokenSource, Trace
from inferometer.trace.series import Telemetry
from inferometer.trace.server_counters import ServerCounters


@dataclass(frozen=True, slots=True)
class Counts:
    """Requests by outcome. `planned` is from the plan, all others are counted in the trace."""

    planned: int
    sent: int
    """Written to the server, or failed in the attempt to reach it."""
    ok: int
    failed: int
    cancelled: int
    unfinished: int
    dropped: int
    unsent: int
    failures: Mapping[str, int]
    """Failed requests by name of their Failure, most frequent first."""
    http_statuses: Mapping[str, int]
    """Those that failed by their HTTP status, by status."""


@dataclass(frozen=True, slots=True)
class Goodput:
    """Requests that kept every limit of an SLO."""

    limits_ms: Mapping[str, float]
    good: int
    request_goodput: float | None
    """Good requests per second."""
    share_of_sent: float | None
    """Good requests / sent requests: a failed one is not good."""
    output_throughput: float | None = None
    """Output tokens of good requests per second."""


@dataclass(frozen=True, slots=True)
class Events:
    """Output events of the OK requests, and how well their arrival is known."""

    total: int
    shared_stamp: int
    """Events that may have arrived earlier than stamped, as a later one came in the same read."""
    shared_stamp_share: float | None
    stamp_sources: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run amounts to. Token totals are those of OK requests."""

    counts: Counts
    duration_s: float | None
    """First request sent → last request ended, whatever became of them."""
    total_input_tokens: int
    total_output_tokens: int
    input_token_sources: Mapping[str, int]
    """OK requests by source of their prompt length: USAGE (server), ASKED (ours) or NONE."""
    output_token_sources: Mapping[str, int]
    """OK requests by TokenSource."""
    request_throughput: float | None
    output_throughput: float | None
    total_token_throughput: float | None
    peak_output_tokens_per_s: float | None
    peak_concurrency: int
    goodput: Goodput | None
    """None when no SLO was given."""
    metrics: Mapping[str, Distribution]
    """By key of QUANTITIES."""
    lengths: Mapping[str, Distribution]
    """Tokens per OK request: asked_input, input, asked_output, output, cached."""
    events: Events
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    """Intervals of the headline numbers, by name; without those it is too short for."""
    steady: Steady | None = None
    """None if the run has no steady state."""
    prefix_cache_hit_rate: float | None = None
    """Prompt tokens found in the prefix cache, %: as the server counted from just before the
    warm-ups to just after the run, else as its answers tell. None where nobody does.
    """
    external_cache_hit_rate: float | None = None
    """Of the prompt tokens that the prefix cache lacked, those that an external cache such as
    LMCache had, %, as the server counted.
    """
    machine: MachineFigures | None = None
    """What cards and host did meanwhile; None where nothing was sampled."""
    slot_time: Distribution = field(default_factory=Distribution)
    """From the end of a response to the next request in its slot of a closed loop, ms."""
    departure: Distribution = field(default_factory=Distribution)
    """How long requests stayed on this host after they were sent, ms, as the packet ring saw."""
    sending: Distribution = field(default_factory=Distribution)
    """Of requests of several packets, from the first byte's departure to the last one's, ms."""

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts, lists, strings and numbers, with None where there is no value."""
        return asdict(self)


def summarize(
    trace: Trace,
    *,
    planned: int,
    percentiles: Sequence[float] = (99,),
    goodput: Mapping[str, float] | None = None,
    server: ServerCounters | None = None,
    telemetry: Telemetry | None = None,
    constant_load: bool = True,
) -> Summary:
    """The numbers of a run in which `planned` requests were to be measured, warm-up not counted.

    `goodput` maps ttft, tpot, itl, e2el to limits in ms. Client-side metrics have their p99
    whatever `percentiles` says, since the verdict rests on it. `server` is what the server counted,
    `telemetry` what samplers saw. Without a `constant_load`, slots are left empty on purpose.
    """
    slots = slot_use(trace) if constant_load else None
    machine = machine_of(telemetry, trace, goodput) if telemetry else None
    trace = trace.measured()
    counts, duration_s = _counts(trace, planned), _duration_s(trace)
    input_tokens, input_sources = _input_tokens(trace)
    output_tokens, output_sources = _output_tokens(trace)
    return Summary(
        counts=counts,
        duration_s=duration_s,
        total_input_tokens=input_tokens,
        total_output_tokens=output_tokens,
        input_token_sources=input_sources,
        output_token_sources=output_sources,
        request_throughput=_per(counts.ok, duration_s),
        output_throughput=_per(output_tokens, duration_s),
        total_token_throughput=_per(input_tokens + output_tokens, duration_s),
        peak_output_tokens_per_s=peak_output_tokens_per_s(trace, duration_s),
        peak_concurrency=peak_concurrency(trace),
        goodput=_goodput(trace, goodput, counts.sent, duration_s)
        if goodput
        else None,
        metrics=_metrics(trace, percentiles),
        lengths=_lengths(trace, percentiles),
        events=_events(trace),
        intervals=intervals_of(trace, goodput),
        steady=steady_state(trace, percentiles),
        prefix_cache_hit_rate=_hit_rate(trace, server),
        external_cache_hit_rate=_percent(
            server.external_cache_hit_rate if server else None
        ),
        machine=machine,
        slot_time=describe(
            slots.waits_ms if slots else np.zeros(0), _of_client(percentiles)
        ),
        departure=describe(departure_ms(trace), _of_client(percentiles)),
        sending=describe(sending_ms(trace), _of_client(percentiles)),
    )


def _input_tokens(trace: Trace) -> tuple[int, dict[str, int]]:
    """Prompt tokens of OK requests, by the server's count or else ours, and requests by source."""
    r = trace.with_outcome(Outcome.OK).requests
    usage, asked = r["prompt_tokens"], r["asked_prompt_tokens"]
    by_server = known(usage)
    by_plan = ~by_server & known(asked)
    tokens = int(usage[by_server].sum()) + int(asked[by_plan].sum())
    sources = {
        "USAGE": int(np.count_nonzero(by_server)),
        "ASKED": int(np.count_nonzero(by_plan)),
        "NONE": int(np.count_nonzero(~(by_server | by_plan))),
    }
    return tokens, {name: n for name, n in sources.items() if n}


def _output_tokens(trace: Trace) -> tuple[int, dict[str, int]]:
    """Output tokens of OK requests, and requests by who counted."""
    r = trace.with_outcome(Outcome.OK).requests
    return total(r["output_tokens"]), _by_name(r["token_source"], TokenSource)


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _hit_rate(trace: Trace, server: ServerCounters | None) -> float | None:
    counted = server.prefix_cache_hit_rate if server else None
    if counted is not None:
        return 100 * counted
    r = trace.requests
    rows = complete(trace, "cached_tokens", "prompt_tokens")
    prompt_tokens = int(r["prompt_tokens"][rows].sum())
    return (
        100 * int(r["cached_tokens"][rows].sum()) / prompt_tokens
        if prompt_tokens
        else None
    )


def _counts(trace: Trace, planned: int) -> Counts:
    r = trace.requests
    failed = r["outcome"] == Outcome.FAILED
    statuses = r["status"][failed & (r["failure"] == Failure.HTTP_STATUS)]
    return Counts(
        planned=planned,
        sent=int(np.count_nonzero(was_sent(trace))),
        **{
            o.name.lower(): int(np.count_nonzero(r["outcome"] == o))
            for o in Outcome
        },
        failures=_by_name(r["failure"][failed], Failure),
        http_statuses=dict(Counter(map(str, np.sort(statuses)))),
    )


def _by_name(
    codes: npt.NDArray[np.int8], names: type[IntEnum]
) -> dict[str, int]:
    """How often each code occurs, under its name, most frequent first."""
    values, times = np.unique(codes, return_counts=True)
    order = np.argsort(-times, kind="stable")
    return {names(int(values[i])).name: int(times[i]) for i in order}


def _duration_s(trace: Trace) -> float | None:
    sent, end = trace.requests["sent_ns"], trace.requests["end_ns"]
    was_sent = known(sent)
    ended = was_sent & known(end)
    if not ended.any():
        return None
    return float(end[ended].max() - sent[was_sent].min()) / NS


def _per(amount: float, duration_s: float | None) -> float | None:
    return amount / duration_s if duration_s else None


def _goodput(
    trace: Trace,
    limits_ms: Mapping[str, float],
    sent: int,
    duration_s: float | None,
) -> Goodput:
    kept = meets_slo(trace, limits_ms)
    good, tokens = int(np.count_nonzero(kept)), trace.requests["output_tokens"]
    return Goodput(
        dict(limits_ms),
        good,
        _per(good, duration_s),
        good / sent if sent else None,
        _per(int(tokens[kept & known(tokens)].sum()), duration_s),
    )


def _of_client(percentiles: Sequence[float]) -> tuple[float, ...]:
    return tuple(dict.fromkeys([*percentiles, 99]))


def _metrics(
    trace: Trace, percentiles: Sequence[float]
) -> dict[str, Distribution]:
    return {
        key: describe(
            m.values(trace),
            _of_client(percentiles) if m.of == "client" else percentiles,
            None if m.weights is None else m.weights(trace),
        )
        for key, m in QUANTITIES.items()
    }


def _lengths(
    trace: Trace, percentiles: Sequence[float]
) -> dict[str, Distribution]:
    columns = {
        "asked_input": "asked_prompt_tokens",
        "input": "prompt_tokens",
        "asked_output": "asked_output_tokens",
        "output": "output_tokens",
        "cached": "cached_tokens",
    }
    answered = trace.with_outcome(Outcome.OK).requests
    samples = {name: answered[column] for name, column in columns.items()}
    return {
        name: describe(v[known(v)].astype(np.float64), percentiles)
        for name, v in samples.items()
    }


def _events(trace: Trace) -> Events:
    ambiguity_ns = ok_events(trace, "ambiguity_ns")
    total, shared = len(ambiguity_ns), int(np.count_nonzero(ambiguity_ns > 0))
    sources = _by_name(ok_events(trace, "stamp_source"), StampSource)
    return Events(total, shared, shared / total if total else None, sources)
