"""Which request goes wrong, and how: the grammar of `--faults`, and a choice that is the same every
time. Knows no bytes.

    stall:0.01, reset:0.02@5, http-503#200+, die#300

A fault is a name out of FAULTS; `:0.02` the share of requests it befalls (all, if not given); `#7`
only request 7, `#7+` those from number 7 on; `@5` the event at which it happens, from 0 (the middle
of the answer, if not given). A request's number is the digits that end its X-Request-Id, else how
many requests without such digits came before it. Of several faults that could befall a request the
first one does. Nothing but the seed and the number decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from inferometer.words import Said

FAULTS = {
    # instead of an answer
    "http-NNN": (
        "an error response with this status (400 to 599), after which the connection is kept"
    ),
    "reset-early": "the connection is reset before the response's head",
    "close-early": "the connection is closed before the response's head",
    "no-answer": "no response",
    "garbage-head": "bytes that are not HTTP, instead of the head",
    "endless-head": "an endless head",
    "empty-body": "a head that promises a stream, and an empty body",
    "html-page": "a page, with status 200",
    "json-error": "an error object as the whole body, with status 200",
    "whole-answer": "a whole answer as JSON, though a stream was asked for",
    "no-output": "the answer ends before its first token",
    # an answer that breaks off at an event
    "stall": "no further data; the connection stays open",
    "reset": "the connection is reset",
    "close": "the connection is closed between two chunks",
    "cut-chunk": "the connection is closed in the middle of a chunk",
    "garbage": "bytes that are not a chunk",
    "cut-event": "the response ends properly in the middle of an event",
    "no-finish": (
        "the response ends properly after an event, without finish reason, usage and end marker"
    ),
    "error-event": "an error object comes as an event, and the response ends properly",
    "bad-json": "an event that is not JSON; the answer continues",
    # an answer that is not what was asked for
    "endless": "the answer never ends",
    "short": "the answer stops early with a normal end",
    "long": "twice as many tokens as asked for",
    "long-prompt": "twice as many prompt tokens are counted as were sent",
    "cached": "all prompt tokens are reported as prefix cache hits",
    "no-usage": "token counts are left out",
    "no-done": "the end marker is left out",
    "no-reason": "the finish reason is left out",
    "gzip": "the body is compressed, though that was not accepted",
    # unusual, and no fault of the request
    "slow-head": "the head comes bit by bit, until the event",
    "burst": "everything up to the event comes with it, at once",
    "merge": "two events' tokens in each event",
    "split": "each event in two halves, the second one together with the next event",
    "split-char": "the same, in the middle of a character",
    "sized": "the whole stream at once, with a Content-Length",
    "unsized": "no length and no chunks: the end of the connection is the end of the body",
    "content-type": "the stream is labelled as application/octet-stream",
    "crlf": "lines end in CR LF",
    "comments": "a comment before each event",
    "no-space": "`data:` without the space",
    "usage-in-last": "usage in the last event with text instead of one of its own",
    "empty-choices": "an event without choices before each event",
    "invalid-utf8": "bytes in the text that are not UTF-8",
    "huge-event": "a megabyte of text in one event",
    "close-idle": "the connection is closed after the answer, though it was to be kept",
    # of the engine behind it, to be seen on its metrics page
    "preempt": (
        "its KV memory is taken away at the event, and recomputed before the next"
    ),
    "hit": (
        "the counters show all prompt tokens as prefix cache hits, but the answer does not"
    ),
    # to the server
    "refuse": "after this answer all connections are closed, and new ones refused",
    "die": "the process ends when the request arrives",
    "restart": (
        "all connections are cut when the request arrives, and the server restarts, counters "
        "included"
    ),
}
"""All faults, and what each does."""

_FAULT = re.compile(
    r"(?P<name>[a-z0-9-]+)(:(?P<share>[0-9.]+))?"
    r"(#(?P<number>\d{1,18})(?P<on>\+)?)?(@(?P<event>\d{1,9}))?"
)
_STATUS = re.compile(r"http-[45]\d\d")
_LAST_DIGITS = re.compile(r"\d{1,18}$")


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry of the list."""

    name: str
    share: float = 1.0
    """For the requests from `first` to `last`."""
    first: int = 0
    last: int | None = None
    event: int | None = None
    """Index of the event at which it happens; None: the middle of the answer."""

    def concerns(self, number: int) -> bool:
        return self.first <= number and (
            self.last is None or number <= self.last
        )


def parse_faults(text: str) -> tuple[Fault, ...]:
    """The faults of a list as above; '' is none. Raises ValueError with cause and cure."""
    return (
        tuple(_parse(entry.strip()) for entry in text.split(","))
        if text.strip()
        else ()
    )


def _parse(entry: str) -> Fault:
    found = _FAULT.fullmatch(entry)
    if found is None:
        raise ValueError(Said("engine.no_fault", {"entry": entry}))
    name = found["name"]
    if name not in FAULTS and not _STATUS.fullmatch(name):
        told = {"name": name, "known": list(FAULTS)}
        raise ValueError(Said("engine.unknown_fault", told))
    try:
        share = float(found["share"] or 1)
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise ValueError(Said("engine.fault_share", {"entry": entry}))
    number = int(found["number"]) if found["number"] else None
    last = number if number is not None and not found["on"] else None
    return Fault(
        name,
        share,
        number or 0,
        last,
        int(found["event"]) if found["event"] else None,
    )


class FaultPlan:
    """Chooses for each request."""

    def __init__(self, faults: tuple[Fault, ...], seed: int) -> None:
        self._faults = faults
        self._seed = seed
        self._unnumbered = 0

    def number(self, request_id: str) -> int:
        """Number of a request that has just arrived."""
        digits = _LAST_DIGITS.search(request_id)
        if digits:
            return int(digits[0])
        self._unnumbered += 1
        return self._unnumbered - 1

    def choose(self, number: int) -> Fault | None:
        """The fault for the request with this number."""
        from random import Random

        drawn = Random(f"{self._seed}/fault/{number}").random()  # noqa: S311
        for fault in self._faults:
            if fault.concerns(number):
                if drawn < fault.share:
                    return fault
                drawn -= fault.share
        return None
