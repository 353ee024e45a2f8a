"""What happened, as columns. Knows numpy and the clock, but no sockets, wire formats, metrics or
files.
"""

from inferometer.trace.schema import (
    EVENT_COLUMNS,
    MISSING,
    REQUEST_COLUMNS,
    SCHEMA_VERSION,
    Failure,
    Outcome,
    StampSource,
    TokenSource,
)
from inferometer.trace.trace import Trace, WorkerRecord

__all__ = [
    "EVENT_COLUMNS",
    "MISSING",
    "REQUEST_COLUMNS",
    "SCHEMA_VERSION",
    "Failure",
    "Outcome",
    "StampSource",
    "TokenSource",
    "Trace",
    "WorkerRecord",
]
