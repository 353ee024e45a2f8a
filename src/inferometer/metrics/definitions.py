"""What is measured, each as a pure function of a Trace, and QUANTITIES, the table that names them.

The headline names mean what `vllm bench serve` means by them, so that numbers compare. Only OK
requests count, unless a function says otherwise; a value that does not exist is left out of the
sample, it never becomes a number. Work is linear in events and done by numpy. Not known here:
statistics, thresholds, what a run was asked to do, other tools' definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from inferometer.clock import MS
from inferometer.trace import MISSING, Outcome, StampSource, TokenSource, Trace
from inferometer.trace.trace import Column, Columns, Floats, Integers

Sample = Floats
"""Values of one metric, without order and without gaps."""
PerRequest = Floats
"""One value for each row of `Trace.requests`, NaN where the request has none."""
Rows = npt.NDArray[np.bool_]


def ok(trace: Trace) -> Rows:
    """Which requests were answered in full."""
    rows: Rows = trace.requests["outcome"] == Outcome.OK
    return rows


def was_sent(trace: Trace) -> Rows:
    """Which requests were written to the server, or failed in the attempt to reach it."""
    r = trace.requests
    ended = np.isin(
        r["outcome"], (Outcome.FAILED, Outcome.CANCELLED, Outcome.UNFINISHED)
    )
    rows: Rows = known(r["sent_ns"]) | ended
    return rows


def known(column: Column) -> Rows:
    """Which values exist."""
    rows: Rows = column != MISSING
    return rows


def total(column: Column) -> int:
    """The sum of those values that exist."""
    return int(column[known(column)].sum())


def complete(trace: Trace, *columns: str) -> Rows:
    """Which requests were answered in full and have all these values."""
    known_of_each = (known(trace.requests[name]) for name in columns)
    return reduce(and_, known_of_each, ok(trace))


def ttft_ms(trace: Trace) -> Sample:
    """Time to first token: first output event − sent, ms."""
    return _existing(ttft_of_each(trace))


def ttft_from_intended_ms(trace: Trace) -> Sample:
    """First output event − due time, ms: as a user felt it. Empty in a closed loop, which has
    none.
    """
    if trace.closed_loop:
        return np.zeros(0)
    return _existing(
        _elapsed_ms(trace.requests, "intended_ns", "first_ns", ok(trace))
    )


def e2el_ms(trace: Trace) -> Sample:
    """End-to-end latency: last output event − sent, ms."""
    return _existing(e2el_of_each(trace))


def tpot_ms(trace: Trace) -> Sample:
    """Time per output token after the first, ms: (last − first) / (output tokens − 1).

    The divisor is what came in that time: hidden tokens, which came in no event, and further tokens
    of the first event, where the wire tells of them, are left out of it. A request whose tokens all
    came at once has no TPOT.
    """
    return _existing(tpot_of_each(trace))


def decode_speed_tok_s(trace: Trace) -> Sample:
    """1000 ÷ TPOT, tokens/s; requests whose tokens all came at once have none."""
    tpot = tpot_ms(trace)
    speed: Sample = 1000.0 / tpot[tpot > 0]
    return speed


def output_speed_tok_s(trace: Trace) -> Sample:
    """Output tokens ÷ E2EL, tokens/s: TTFT is included."""
    tokens, e2el = trace.requests["output_tokens"], e2el_of_each(trace)
    rows = known(tokens) & (e2el > 0)  # NaN is not
    speed: Sample = 1000.0 * tokens[rows] / e2el[rows]
    return speed


def itl_ms(trace: Trace) -> Sample:
    """Inter-token latency, ms: gaps between successive output events; all requests pooled."""
    inner = event_rows(trace, skip_first=True)
    if not inner.any():
        return np.zeros(0)
    gaps: Sample = np.diff(trace.events["arrival_ns"])[inner[1:]] / MS
    return gaps


def itl_per_token_ms(trace: Trace) -> Sample:
    """ITL shared out among tokens: a gap of g ms before an event of k tokens is k latencies of g /
    k ms.

    Each g / k stands once here, `itl_token_weights` has the k. Events without tokens are left out.
    """
    gaps, tokens = itl_ms(trace), event_tokens(trace, skip_first=True)
    counted = tokens > 0
    if not counted.all():
        gaps, tokens = gaps[counted], tokens[counted]
    return np.divide(gaps, tokens, out=gaps)


def itl_token_weights(trace: Trace) -> Sample:
    """How many tokens each value of `itl_per_token_ms` stands for, in the same order."""
    tokens = event_tokens(trace, skip_first=True)
    return tokens[tokens > 0]


def tokens_per_event(trace: Trace) -> Sample:
    """Streamed tokens ÷ events of each request whose tokens were not counted by events."""
    r = trace.requests
    rows = (
        complete(trace, "output_tokens")
        & (r["event_count"] > 0)
        & (r["token_source"] != TokenSource.EVENTS)
    )
    ratio: Sample = streamed_tokens(r)[rows] / r["event_count"][rows]
    return ratio


def streamed_tokens(requests: Columns) -> Integers:
    """Output tokens that came in events, without hidden ones. MISSING where unknown."""
    tokens: Integers = requests["output_tokens"]
    streamed = tokens - np.maximum(requests["hidden_tokens"], 0)
    return np.where(known(tokens), streamed, MISSING)


def tokens_after_first(requests: Columns) -> Integers:
    """Streamed tokens after those of the first event; negative where unknown."""
    streamed = streamed_tokens(requests)
    return np.where(
        known(streamed),
        streamed - np.maximum(requests["first_tokens"], 1),
        MISSING,
    )


def schedule_lag_ms(trace: Trace) -> Sample:
    """Sent − due time, ms, of all sent requests. Empty in a closed loop."""
    if trace.closed_loop:
        return np.zeros(0)
    return _existing(
        _elapsed_ms(
            trace.requests,
            "intended_ns",
            "sent_ns",
            np.ones(len(trace), np.bool_),
        )
    )


def departure_ms(trace: Trace) -> Sample:
    """The departure of a request's last byte − sent, ms: how long it stayed on this host."""
    return _until_departed_ms(trace, "sent_ns")


def sending_ms(trace: Trace) -> Sample:
    """The departure of a request's last byte − that of its first, ms, where a packet did not hold
    both.
    """
    return _until_departed_ms(trace, "first_departed_ns")


def _until_departed_ms(trace: Trace, since: str) -> Sample:
    r = trace.requests
    rows = ok(trace) & (r["departed_ns"] > r[since])
    return _existing(_elapsed_ms(r, since, "departed_ns", rows))


def client_delay_ms(trace: Trace) -> Sample:
    """Read − arrival, ms, of output events: the client's delay; 0 if it stamps its reads.

    Events whose packets were stamped are left out: their sockets are read late on purpose. Nobody
    reads simulated ones.
    """
    not_read = (StampSource.TAP, StampSource.SIMULATED)
    rows = event_rows(trace) & ~np.isin(trace.events["stamp_source"], not_read)
    delays: Sample = trace.events["read_delay_ns"][rows] / MS
    return delays


def event_rows(trace: Trace, *, skip_first: bool = False) -> Rows:
    """Which rows of the event table belong to OK requests; `skip_first`: those that have a
    predecessor in their request.

    The running sum over +1 at each span's start and −1 at its end, in one byte an event. Spans do
    not overlap; those that are empty after skipping cancel out.
    """
    spans = _ok_spans(trace)
    edges = np.zeros(len(trace.events["arrival_ns"]) + 1, np.int8)
    edges[spans.start + skip_first] += 1
    edges[spans.start + spans.number] -= 1
    return np.cumsum(edges[:-1], dtype=np.int8).view(np.bool_)


def ok_events(trace: Trace, column: str) -> Column:
    """One column of the event table, for the events of OK requests only."""
    values: Column = trace.events[column][event_rows(trace)]
    return values


def event_tokens(trace: Trace, *, skip_first: bool = False) -> Sample:
    """Tokens in each event of the OK requests, in table order; `skip_first` leaves out each
    request's first event.

    Where the wire does not tell, an event counts as the mean of its request, output tokens /
    events; as 0 where those are not known either.
    """
    spans = _ok_spans(trace)
    counted = trace.events["tokens"][event_rows(trace, skip_first=skip_first)]
    mean = np.divide(
        spans.tokens,
        spans.number,
        out=np.zeros(len(spans.number)),
        where=known(spans.tokens),
    )
    tokens = np.repeat(mean, spans.number - skip_first)
    np.copyto(tokens, counted, where=counted >= 0)
    return tokens


def meets_slo(trace: Trace, slo: Mapping[str, float]) -> Rows:
    """Which requests are good: OK, and with every limit kept. `slo` maps ttft, tpot, itl, e2el to
    ms.

    `itl` limits the longest gap of the request (its mean is what `tpot` limits). A request of one
    token has no TPOT and one of a single event has no gap: they keep those limits. One whose value
    exists but is not known does not; where all tokens came at once, their time is at most E2EL.
    """
    good = ok(trace)
    for key, limit_ms in slo.items():
        good = good & GOODPUT_TESTS[key](trace, limit_ms)
    return good


def ttft_of_each(trace: Trace) -> PerRequest:
    """TTFT of each request, ms."""
    return _elapsed_ms(trace.requests, "sent_ns", "first_ns", ok(trace))


def e2el_of_each(trace: Trace) -> PerRequest:
    """E2EL of each request, ms."""
    return _elapsed_ms(trace.requests, "sent_ns", "last_ns", ok(trace))


def tpot_of_each(trace: Trace) -> PerRequest:
    """TPOT of each request, ms."""
    r = trace.requests
    later = tokens_after_first(r)
    timed = ok(trace) & (r["last_ns"] > r["first_ns"])
    return tpot(_elapsed_ms(r, "first_ns", "last_ns", timed), later)


def tpot(decode_time: Column, later_tokens: Column) -> PerRequest:
    """Time per output token, in the unit of `decode_time`, which is what passed between the first
    and the last output: over the tokens that came in it, and NaN where none did.
    """
    found = np.full(len(decode_time), np.nan)
    np.divide(decode_time, later_tokens, out=found, where=later_tokens > 0)
    return found


def _longest_gap(trace: Trace) -> PerRequest:
    """The longest ITL of each OK request with more than one event, ms."""
    longest = np.full(len(trace), np.nan)
    arrival, r = trace.events["arrival_ns"], trace.requests
    rows = np.flatnonzero(ok(trace) & (r["event_count"] > 1))
    if len(rows):
        gaps = np.zeros(len(arrival), np.int64)
        np.subtract(arrival[1:], arrival[:-1], out=gaps[:-1])
        start = r["event_start"][rows]
        end = start + r["event_count"][rows] - 1
        bounds = np.column_stack((start, end)).ravel()
        longest[rows] = np.maximum.reduceat(gaps, bounds)[::2] / MS
    return longest


def _keeps_tpot(trace: Trace, limit_ms: float) -> Rows:
    tokens, tpot = streamed_tokens(trace.requests), tpot_of_each(trace)
    no_more_than = e2el_of_each(trace) / np.maximum(tokens - 1, 1)
    keeps = np.where(np.isnan(tpot), no_more_than, tpot) <= limit_ms
    return known(tokens) & ((tokens <= 1) | keeps)


def _keeps_itl(trace: Trace, limit_ms: float) -> Rows:
    return (trace.requests["event_count"] <= 1) | (
        _longest_gap(trace) <= limit_ms
    )


GOODPUT_TESTS: Mapping[str, Callable[[Trace, float], Rows]] = {
    "ttft": lambda trace, limit_ms: ttft_of_each(trace) <= limit_ms,
    "tpot": _keeps_tpot,
    "itl": _keeps_itl,
    "e2el": lambda trace, limit_ms: e2el_of_each(trace) <= limit_ms,
}
"""What may be limited by an SLO, and whether each request keeps a limit in ms."""


def _elapsed_ms(
    requests: Columns, since: str, until: str, rows: Rows
) -> PerRequest:
    """`until` − `since` in ms for these rows, where both exist."""
    begin, end = requests[since], requests[until]
    elapsed: PerRequest = (end - begin) / MS
    elapsed[~(rows & known(begin) & known(end))] = np.nan
    return elapsed


def _existing(values: PerRequest) -> Sample:
    existing: Sample = values[~np.isnan(values)]
    return existing


class _Spans(NamedTuple):
    """Where the events of OK requests lie in the event table, in table order: first row, number,
    streamed tokens.
    """

    start: Integers
    number: Integers
    tokens: Integers


def _ok_spans(trace: Trace) -> _Spans:
    r = trace.requests
    rows = np.flatnonzero(ok(trace) & (r["event_count"] > 0))
    rows = rows[np.argsort(r["event_start"][rows], kind="stable")]
    return _Spans(
        r["event_start"][rows], r["event_count"][rows], streamed_tokens(r)[rows]
    )


@dataclass(frozen=True, slots=True)
class Quantity:
    """How the values of one quantity come out of a Trace."""

    values: Callable[[Trace], Sample]
    weights: Callable[[Trace], Sample] | None = None
    """Where values do not count alike: how much each of `values` counts."""
    of: Literal["server", "client"] = "server"
    """Whether it tells of the server, or of how well the client could keep up."""


QUANTITIES: Mapping[str, Quantity] = {
    "ttft": Quantity(ttft_ms),
    "ttft_from_intended": Quantity(ttft_from_intended_ms),
    "tpot": Quantity(tpot_ms),
    "itl": Quantity(itl_ms),
    "itl_per_token": Quantity(itl_per_token_ms, weights=itl_token_weights),
    "e2el": Quantity(e2el_ms),
    "decode_speed": Quantity(decode_speed_tok_s),
    "output_speed": Quantity(output_speed_tok_s),
    "tokens_per_event": Quantity(tokens_per_event),
    "schedule_lag": Quantity(schedule_lag_ms, of="client"),
    "client_delay": Quantity(client_delay_ms, of="client"),
}
"""Those whose distributions a summary has, by its key; the latencies of the vocabulary are among
them.
"""
