"""Blocks: a stream that arrives in pieces of equal size, as from a proxy that buffers it on the
way.

A proxy's buffer is full after so many bytes, and each event of a stream is about as long as the
next: its blocks hold about the same number of events each, with a pause between them. Engines that
decode several tokens at once hand out varying numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from inferometer.clock import MS
from inferometer.metrics.definitions import Rows, ok, streamed_tokens
from inferometer.trace import Trace
from inferometer.trace.trace import Floats, Integers

MIN_EVENTS = 8
"""Of an answer in which blocks can be told from single events; and tokens of one that comes whole
in a single event.
"""
CLOSE = 0.3
"""A gap shorter than this part of the answer's mean gap is one within a block."""
MIN_CLOSE_SHARE = 0.6
"""Of the gaps of an answer that comes in blocks."""
MAX_SPREAD = 0.25
"""Standard deviation / mean of the events in a block, the last one of each answer aside."""
MIN_ANSWERS_SHARE = 0.5
AT_ONCE_MS = 0.05
"""Between two events, on average: no engine writes 20,000 tokens a second into one stream, so such
an answer came whole.
"""


class Blocks(NamedTuple):
    """Answers that arrive in blocks."""

    share: float
    """Of the answers that are long enough to tell."""
    events: float | None
    """In a block, on average; None where whole answers come at once."""
    pause_ms: float
    """Between two blocks of an answer, or before a whole one, the median: for so long somebody
    collected events.
    """


def blocks_of(trace: Trace) -> Blocks | None:
    """None unless most answers come in blocks, all of about the same number of events."""
    long = ok(trace) & (trace.requests["event_count"] >= MIN_EVENTS)
    whole = _whole_answers(trace.select(long | _in_one_event(trace)))
    return whole or _pieces(trace, np.flatnonzero(long))


def _whole_answers(long: Trace) -> Blocks | None:
    """Where most of these answers come at once."""
    r = long.requests
    most_ns = AT_ONCE_MS * MS * (r["event_count"] - 1)
    at_once = r["last_ns"] - r["first_ns"] <= most_ns
    if not len(long) or at_once.mean() < MIN_ANSWERS_SHARE:
        return None
    ttft = r["first_ns"] - r["sent_ns"]
    return Blocks(float(at_once.mean()), None, float(np.median(ttft)) / MS)


def _pieces(trace: Trace, rows: Integers) -> Blocks | None:
    """Where most of these answers come in several blocks each."""
    if not len(rows):
        return None
    number, gaps, within = _gaps(trace, rows)
    firsts = np.cumsum(number) - number
    close = np.add.reduceat(within, firsts, dtype=np.int64)
    in_blocks = close >= MIN_CLOSE_SHARE * number
    share = float(in_blocks.mean())
    if share < MIN_ANSWERS_SHARE:
        return None
    # gaps after which a new block begins
    ends = np.flatnonzero(~within & np.repeat(in_blocks, number))
    sizes = _sizes(ends, firsts)
    if not len(sizes) or sizes.std() > MAX_SPREAD * sizes.mean():
        return None
    return Blocks(share, float(sizes.mean()), float(np.median(gaps[ends])) / MS)


def _in_one_event(trace: Trace) -> Rows:
    """Whether an answer of many tokens came as one event, as from a gateway that buffers."""
    r = trace.requests
    single: Rows = (
        ok(trace) & (r["event_count"] == 1) & (streamed_tokens(r) >= MIN_EVENTS)
    )
    return single


def _gaps(trace: Trace, rows: Integers) -> tuple[Integers, Integers, Rows]:
    """Of these answers, one after the other: the number of gaps of each, all gaps (ns), and which
    lie within a block.
    """
    start = trace.requests["event_start"][rows]
    number = trace.requests["event_count"][rows] - 1
    firsts = np.cumsum(number) - number
    index = np.arange(int(number.sum())) + np.repeat(start - firsts, number)
    arrival = trace.events["arrival_ns"]
    gaps = arrival[index + 1] - arrival[index]
    mean = np.add.reduceat(gaps, firsts) / number
    return number, gaps, gaps <= CLOSE * np.repeat(mean, number)


def _sizes(ends: Integers, firsts: Integers) -> Floats:
    """Events per block, without each answer's last one, by the gaps that end blocks."""
    answer = np.searchsorted(firsts, ends, side="right") - 1
    first_of_answer = np.ones(len(ends), np.bool_)
    first_of_answer[1:] = answer[1:] != answer[:-1]
    before = np.where(first_of_answer, firsts[answer] - 1, np.roll(ends, 1))
    lengths: Floats = (ends - before).astype(np.float64)
    return lengths
