"""What a run records: two tables of columns and one record per worker. Defines their names, types
and units.

All times are int64 ns on the monotonic clock, counted from the run's start
(`Trace.start_realtime_ns`). A time or count that does not exist is MISSING, and null in every file;
it is never 0.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

SCHEMA_VERSION = 3
"""1: first version. 2: hidden_tokens, first_tokens, text_bytes, first_text_bytes, ignored, unread
and lingered of requests; delays of events in 64 bits, where those beyond 2.1 s were cut off.
3: losses, connect_losses, window_limited_ns, first_departed_ns, departed_ns and zero_windows of
requests.
"""

MISSING = int(np.iinfo(np.int64).min)


class Outcome(IntEnum):
    """How a request ended. Every planned request has exactly one."""

    UNSENT = 0  # planned, but the run was stopped before its turn
    DROPPED = 1  # due, but not sent: the in-flight cap was reached and the plan says to drop
    OK = 2
    FAILED = 3
    CANCELLED = 4  # sent, and still running when the user stopped the run
    UNFINISHED = 5  # sent, and still running when the run's own time was over, or its worker died


class Failure(IntEnum):
    """Why a request failed; users see the name."""

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
    OUT_OF_STEP = 17  # another request's answer: it came before this one was sent, or names another
    RUNAWAY = 18  # far more than the limit on output tokens
    OVERSIZED = 19  # a line or event that does not end


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
    TAP = 2  # the kernel, for each packet, into a packet ring
    SIMULATED = 3  # nobody: a twin computed it in virtual time


class TraceColumn(NamedTuple):
    name: str
    dtype: str
    unit: str
    about: str


REQUEST_COLUMNS = (
    TraceColumn("id", "int64", "", "number of the request in the workload"),
    TraceColumn("worker", "int16", "", "worker that sent it"),
    TraceColumn(
        "warmup", "bool", "", "sent to warm up, left out of every metric"
    ),
    TraceColumn(
        "asked_prompt_tokens", "int64", "tokens", "prompt length asked for"
    ),
    TraceColumn(
        "asked_output_tokens", "int64", "tokens", "output length asked for"
    ),
    TraceColumn(
        "prompt_tokens",
        "int64",
        "tokens",
        "prompt length on the server's count",
    ),
    TraceColumn("output_tokens", "int64", "tokens", "output length"),
    TraceColumn(
        "cached_tokens",
        "int64",
        "tokens",
        "prompt tokens the server took from its prefix cache",
    ),
    TraceColumn(
        "hidden_tokens",
        "int64",
        "tokens",
        "of output_tokens, those that no event brought: reasoning that is not streamed",
    ),
    TraceColumn(
        "first_tokens",
        "int64",
        "tokens",
        "of output_tokens, those of the first event; 1 where the wire does not tell",
    ),
    TraceColumn("text_bytes", "int64", "bytes", "output text, in UTF-8"),
    TraceColumn(
        "first_text_bytes",
        "int64",
        "bytes",
        "of text_bytes, those of the first event",
    ),
    TraceColumn("token_source", "int8", "", "TokenSource of output_tokens"),
    TraceColumn(
        "intended_ns",
        "int64",
        "ns",
        "due time by the plan; MISSING in closed loop",
    ),
    TraceColumn(
        "connect_ns",
        "int64",
        "ns",
        "duration of the connect (and TLS handshake) of the connection used",
    ),
    TraceColumn(
        "sent_ns", "int64", "ns", "just before the first byte was written"
    ),
    TraceColumn(
        "sent_done_ns", "int64", "ns", "last byte handed to the kernel"
    ),
    TraceColumn(
        "first_departed_ns",
        "int64",
        "ns",
        "first byte left for the network, by its packet; known with the packet ring only",
    ),
    TraceColumn(
        "departed_ns",
        "int64",
        "ns",
        "the same of its last byte; packets that were sent again do not count",
    ),
    TraceColumn("headers_ns", "int64", "ns", "response headers complete"),
    TraceColumn("first_ns", "int64", "ns", "first event that carries output"),
    TraceColumn("last_ns", "int64", "ns", "last event that carries output"),
    TraceColumn("end_ns", "int64", "ns", "response complete, or given up"),
    TraceColumn("status", "int16", "", "HTTP status; 0 where there was none"),
    TraceColumn("outcome", "int8", "", "Outcome"),
    TraceColumn("failure", "int8", "", "Failure"),
    TraceColumn(
        "resent",
        "int16",
        "",
        "times it was sent again because the server had closed the idle connection",
    ),
    TraceColumn("reads", "int32", "", "reads that brought body bytes"),
    TraceColumn(
        "event_start", "int64", "", "row of its first event in the event table"
    ),
    TraceColumn("event_count", "int64", "", "number of its output events"),
    TraceColumn(
        "ignored",
        "int32",
        "",
        "frames that say nothing of the answer, such as pings",
    ),
    TraceColumn(
        "unread",
        "int32",
        "",
        "frames without output, though a field that is not known here is not empty",
    ),
    TraceColumn(
        "lingered",
        "bool",
        "",
        "its body was still open after the end marker, and was left",
    ),
    TraceColumn(
        "losses",
        "int64",
        "",
        "its packets, both ways, that were lost or overtaken: at least so many",
    ),
    TraceColumn(
        "connect_losses",
        "int64",
        "",
        "packets sent again while its connection was opened; of its first request only",
    ),
    TraceColumn(
        "window_limited_ns",
        "int64",
        "ns",
        "time in which it waited for room in the server's receive window",
    ),
    TraceColumn(
        "zero_windows",
        "int64",
        "",
        "packets that told the server that our receive window is full; with the packet ring only",
    ),
    TraceColumn(
        "finish_reason",
        "object",
        "",
        "stop, length, or the server's own word; or None",
    ),
    TraceColumn("detail", "object", "", "the failure in words, or None"),
)

MISSING_UNTIL_SENT = (
    "intended_ns",
    "connect_ns",
    "sent_ns",
    "sent_done_ns",
    "first_departed_ns",
    "departed_ns",
    "headers_ns",
    "first_ns",
    "last_ns",
    "end_ns",
    "prompt_tokens",
    "output_tokens",
    "cached_tokens",
    "hidden_tokens",
    "first_tokens",
    "text_bytes",
    "first_text_bytes",
    "losses",
    "connect_losses",
    "window_limited_ns",
    "zero_windows",
)
"""Columns in which a request that was not sent is MISSING, unless the plan says when it was due."""

EVENT_COLUMNS = (
    TraceColumn(
        "arrival_ns",
        "int64",
        "ns",
        "arrival of the read that completed this output event",
    ),
    TraceColumn(
        "read_delay_ns",
        "int64",
        "ns",
        "client-added delay: our read minus the arrival",
    ),
    TraceColumn(
        "ambiguity_ns",
        "int64",
        "ns",
        "how much earlier it may have arrived; 0 if its stamp is its own",
    ),
    TraceColumn(
        "tokens",
        "int32",
        "tokens",
        "tokens in this event; -1 where the wire does not tell",
    ),
    TraceColumn("stamp_source", "int8", "", "StampSource"),
)
