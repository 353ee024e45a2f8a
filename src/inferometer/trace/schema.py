"""What a run leaves behind: two tables of columns and one record a worker. Names, types and units are defined here, once.

All times are int64 ns on the monotonic clock, counted from the run's start (`Trace.start_realtime_ns` says when that was).
A time or a count that does not exist is MISSING, and null in every file; it is never 0.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

SCHEMA_VERSION = 1
"""1: first version."""

MISSING = int(np.iinfo(np.int64).min)

DELAY_MOST_NS = int(np.iinfo(np.int32).max)
"""2.1 s: whoever reads that late has learnt all that the exact figure could say, and half the bytes are enough."""


class Outcome(IntEnum):
    """How a request ended. Every planned request has exactly one."""

    UNSENT = 0  # planned, but the run was stopped before its turn
    DROPPED = 1  # due, but not sent, because the in-flight cap was reached and the plan says to drop
    OK = 2
    FAILED = 3
    CANCELLED = 4  # sent, and still running when the user stopped the run
    UNFINISHED = 5  # sent, and still running when the run's own time was over, or its worker died


class Failure(IntEnum):
    """Why a request failed; the name is what users see."""

    NONE = 0
    CONNECT_REFUSED = 1
    CONNECT_TIMEOUT = 2
    CONNECT_ERROR = 3
    TLS = 4
    HTTP_STATUS = 5  # the status is a column
    RESET = 6  # the connection was reset
    CLOSED_EARLY = 7  # the connection ended in the middle of the response
    BAD_FRAMING = 8  # not HTTP
    BAD_EVENT = 9  # not the JSON that this wire format promises
    STREAM_ERROR = 10  # an error object inside a 200 stream
    NO_FINISH = 11  # the stream ended cleanly, but with neither finish reason nor end marker
    NO_OUTPUT = 12  # finished, and not one token came
    CONTENT_TYPE = 13  # compressed, though we take nothing that is
    FIRST_TOKEN_TIMEOUT = 14
    IDLE_TIMEOUT = 15
    TOTAL_TIMEOUT = 16


class TokenSource(IntEnum):
    """Who counted the output tokens of a request."""

    NONE = 0
    USAGE = 1  # the server's own usage
    TOKENIZER = 2  # a local tokenizer, over the text
    EVENTS = 3  # one a streamed event: a guess


class StampSource(IntEnum):
    """Who read the clock when an event arrived."""

    USER = 0  # this program, after the read
    KERNEL = 1  # the kernel, when the packet arrived
    TAP = 2  # a packet tap


class Column(NamedTuple):
    name: str
    dtype: str
    unit: str
    about: str


REQUEST_COLUMNS = (
    Column("id", "int64", "", "number of the request in the workload"),
    Column("worker", "int16", "", "worker that sent it"),
    Column("warmup", "bool", "", "sent to warm up, left out of every metric"),
    Column("asked_prompt_tokens", "int64", "tokens", "prompt length asked for"),
    Column("asked_output_tokens", "int64", "tokens", "output length asked for"),
    Column("prompt_tokens", "int64", "tokens", "prompt length on the server's count"),
    Column("output_tokens", "int64", "tokens", "output length"),
    Column("cached_tokens", "int64", "tokens", "prompt tokens the server took from its prefix cache"),
    Column("token_source", "int8", "", "TokenSource of output_tokens"),
    Column("intended_ns", "int64", "ns", "due time by the plan; MISSING in closed loop"),
    Column("connect_ns", "int64", "ns", "duration of the connect (and TLS handshake) of the connection used"),
    Column("sent_ns", "int64", "ns", "just before the first byte was written"),
    Column("sent_done_ns", "int64", "ns", "last byte handed to the kernel"),
    Column("headers_ns", "int64", "ns", "response headers complete"),
    Column("first_ns", "int64", "ns", "first event that carries output"),
    Column("last_ns", "int64", "ns", "last event that carries output"),
    Column("end_ns", "int64", "ns", "response complete, or given up"),
    Column("status", "int16", "", "HTTP status; 0 where there was none"),
    Column("outcome", "int8", "", "Outcome"),
    Column("failure", "int8", "", "Failure"),
    Column("resent", "int16", "", "times it was sent again because the server had closed the idle connection"),
    Column("reads", "int32", "", "reads that brought body bytes"),
    Column("event_start", "int64", "", "row of its first event in the event table"),
    Column("event_count", "int64", "", "number of its output events"),
    Column("finish_reason", "object", "", "stop, length, or the server's own word; or None"),
    Column("detail", "object", "", "the failure in words, or None"),
)

EVENT_COLUMNS = (
    Column("arrival_ns", "int64", "ns", "arrival of the read that completed this output event"),
    Column("read_delay_ns", "int32", "ns", "client-added delay: our read minus the arrival; DELAY_MOST_NS stands for more"),
    Column(
        "ambiguity_ns", "int32", "ns", "how much earlier it may have arrived, DELAY_MOST_NS or more; 0 if its stamp is its own"
    ),
    Column("tokens", "int32", "tokens", "tokens in this event; -1 where the wire does not tell"),
    Column("stamp_source", "int8", "", "StampSource"),
)
