"""Blocks: a stream that arrives in pieces of equal size, as from a proxy that buffers it on the
way.

A proxy's buffer is full after so many bytes, and each event of a stream is about as long as the
next: its blocks hold about the same number of events each, with a pause between them. Engines that
decode several tokens at once hand out varying numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from inferometer.clock import MS
from inferometer.metrics.definitions import ok, streamed_tokens
from inferometer.trace import Trace

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
    r = trace.requests
    long = ok(trace) & (r["event_count"] >= MIN_EVENTS)
    rows = np.flatnonzero(long | _in_one_event(trace))
    if not len(rows):
        return None
    ttft = r["first_ns"][rows] - r["sent_ns"][rows]
    at_once = r["last_ns"][rows] - r["first_ns"][rows] <= AT_ONCE_MS * MS * (
        r["event_count"][rows] - 1
    )
    if at_once.mean() >= MIN_ANSWERS_SHARE:
        return Blocks(float(at_once.mean()), None, float(np.median(ttft)) / MS)
    rows = np.flatnonzero(long)
    if not len(rows):
        return None
    number, gaps, within = _gaps(trace, rows)
    firsts = np.cumsum(number) - number
    close = (
        np.add.reduceat(within.astype(np.int64), firsts)
        >= MIN_CLOSE_SHARE * number
    )
    if close.mean() < MIN_ANSWERS_SHARE:
        return None
    in_blocks = np.repeat(close, number)
    sizes = _sizes(within, firsts, close, number)
    if not len(sizes) or sizes.std() > MAX_SPREAD * sizes.mean():
        return None
    return Blocks(
        float(close.mean()),
        float(sizes.mean()),
        float(np.median(gaps[in_blocks & ~within])) / MS,
    )


def _in_one_event(trace: Trace) -> npt.NDArray[np.bool_]:
    """Whether an answer of many tokens came as one event, as from a gateway that buffers."""
    r = trace.requests
    single: npt.NDArray[np.bool_] = (
        ok(trace) & (r["event_count"] == 1) & (streamed_tokens(r) >= MIN_EVENTS)
    )
    return single


def _gaps(
    trace: Trace, rows: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
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


def _sizes(
    within: npt.NDArray[np.bool_],
    firsts: npt.NDArray[np.int64],
    chosen: npt.NDArray[np.bool_],
    number: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """Events per block of the chosen answers, without each one's last block."""
    ends = np.flatnonzero(
        ~within & np.repeat(chosen, number)
    )  # a gap after which a new block begins
    answer = np.searchsorted(firsts, ends, side="right") - 1
    first_of_answer = np.ones(len(ends), np.bool_)
    first_of_answer[1:] = answer[1:] != answer[:-1]
    before = np.where(first_of_answer, firsts[answer] - 1, np.roll(ends, 1))
    lengths: npt.NDArray[np.float64] = (ends - before).astype(np.float64)
    return lengths
