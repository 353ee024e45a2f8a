"""What a result file of another tool says, in one plain form, and what it leaves out. Knows no file
format.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inferometer.store.importers.text import Table
from inferometer.store.json_values import Object
from inferometer.vocabulary import LATENCIES
from inferometer.words import Said, first_few

Declared = str | int | float | bool
"""A condition that a file declares."""
Declarations = dict[str, Declared]
"""By the names of conditions, or of settings."""
Figures = dict[str, float]
"""By our names, or in `own` by the tool's."""

Array = npt.NDArray[np.float64]

EXPECTED = (
    "duration",
    "completed",
    "failed",
    "total_input_tokens",
    "total_output_tokens",
    "request_throughput",
    "output_throughput",
    "total_token_throughput",
    *(
        f"{statistic}_{latency}_ms"
        for latency in LATENCIES
        for statistic in ("mean", "p99")
    ),
)
"""Metrics that a complete result has."""

MAX_NAMED = 8


class CannotImportError(ValueError):
    """A file cannot be read as a result; the message is one sentence with cause and cure."""


class UnknownResultError(CannotImportError):
    """It is no result of a tool that is known here."""


class UnequalArraysError(CannotImportError):
    """Arrays of single requests do not belong together: of which requests they are is unknown."""

    def __init__(self, note: Said) -> None:
        super().__init__(note)
        self.note = note


class ForeignToolError(UnknownResultError):
    """It is a result of a tool that is known, and not read here."""

    def __init__(self, path: Path, tool: str) -> None:
        why = Said("unread.foreign", {"tool": tool})
        super().__init__(Said("unread", {"path": path, "why": why}))
        self.tool = tool


class CompanionError(UnknownResultError):
    """It belongs to a result of a known tool, and has no run of its own."""


def unread(path: Path, why: str) -> CannotImportError:
    """The error about a file."""
    return CannotImportError(Said("unread", {"path": path, "why": why}))


NOT_OURS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reading values raises that no tool writes."""
UNREADABLE = (CannotImportError, OSError, *NOT_OURS)
"""What reading a result raises that was changed, or never was one."""


@dataclass(frozen=True, slots=True, eq=False)
class ImportedRequests:
    """One value a request, in the order of the file, NaN where it has none."""

    ok: npt.NDArray[np.bool_]
    ttft_s: Array
    e2el_s: Array
    """First byte sent → last output event."""
    prompt_tokens: Array
    output_tokens: Array
    sent_s: Array | None = None
    """On some clock of the run's own."""
    itls_s: tuple[Array, ...] | None = None
    """Gaps between the output events of each request."""

    def __post_init__(self) -> None:
        columns = {
            "ttft": self.ttft_s,
            "latency": self.e2el_s,
            "input length": self.prompt_tokens,
        }
        columns |= {"output length": self.output_tokens}
        columns |= {} if self.sent_s is None else {"start time": self.sent_s}
        wrong = [
            name
            for name, column in columns.items()
            if len(column) != len(self.ok)
        ]
        if wrong or (
            self.itls_s is not None and len(self.itls_s) != len(self.ok)
        ):
            which = {"which": ", ".join(wrong) or "itl"}
            raise UnequalArraysError(Said("note.arrays", which))

    @property
    def completed(self) -> int:
        return int(np.count_nonzero(self.ok))


def requests_or_why(
    read: Callable[[Object], ImportedRequests | None], result: Object
) -> tuple[ImportedRequests | None, tuple[Said, ...]]:
    """The single requests of a file, or none and what is wrong with them."""
    try:
        return read(result), ()
    except UnequalArraysError as error:
        return None, (error.note,)


@dataclass(frozen=True, slots=True, eq=False)
class ImportedRun:
    """One run of another tool."""

    path: Path
    tool: str
    version: str | None = None
    """Of the tool, where the file tells."""
    model: str | None = None
    load: Mapping[str, float] = field(default_factory=dict)
    """Of max_concurrency, request_rate (1/s, infinite for all at once), burstiness, num_prompts,
    and the lengths that were asked for, input_len and output_len: what is told.
    """
    metrics: Mapping[str, float] = field(default_factory=dict)
    """By names like EXPECTED; only figures that the tool defines as we do. Latencies in ms, rates
    per second.
    """
    own: Mapping[str, float] = field(default_factory=dict)
    """Figures under the tool's own names, in its units, which mean something else than ours or
    nothing we have.
    """
    requests: ImportedRequests | None = None
    """All of them, or a sample; which it is their number says."""
    conditions: Mapping[str, Declared] = field(default_factory=dict)
    """What else the file declares of what was measured: by our names or the aliases that the
    vocabulary knows, and all that nobody knows by the file's own names (see `declared`). Points
    that differ in one of them are never repeats.
    """
    settings: Mapping[str, Declared] = field(default_factory=dict)
    """All that the server says of itself, or the tool of what it was told to do, by the hundred.
    Those in which points differ become conditions.
    """
    date: str | None = None
    """The end, ISO 8601."""
    name: str | None = None
    """What the file calls this run, where it has several."""
    defined_otherwise: Sequence[str] = ()
    """Metrics of ours that the tool has by another definition, in `own`."""
    place: str | None = None
    """What people will find it again by, where many files have one name."""
    sums_up: Path | None = None
    """A directory: this run sums up those below it, or is a part of one. Where any of them is read,
    this is no point.
    """
    decimals: int | None = None
    """Of figures that were printed: where another file has them in full, this is no point."""
    notes: tuple[Said, ...] = ()
    """What a reader has to know of it: warm-up left out, a load that was not reached."""

    @property
    def all_requests(self) -> ImportedRequests | None:
        """None where the file has a sample of them, as what is true of ten is not true of all, or
        where its summary is of others.
        """
        told = self.metrics.get("completed")
        if self.requests is None or told in (None, self.requests.completed):
            return self.requests
        return None

    @property
    def missing(self) -> tuple[str, ...]:
        """What the file does not contain, in words that stand after "it has no"."""
        requests = self.requests
        absent = {
            "version of the tool": self.version is None,
            "model": self.model is None,
            "request rate or concurrency": not {
                "max_concurrency",
                "request_rate",
            }
            & self.load.keys(),
            "values of single requests": requests is None,
            "send times": requests is None or requests.sent_s is None,
            "times of single events": requests is None
            or requests.itls_s is None,
        }
        words = [word for word, is_absent in absent.items() if is_absent]
        return (
            *words,
            *(name for name in EXPECTED if name not in self.metrics),
        )


def noted_of_rows(
    runs: list[ImportedRun], table: Table, left_out: Mapping[str, list[int]]
) -> list[ImportedRun]:
    """The runs of a table; the last one says which rows of it are no runs, by why."""
    if not runs:
        return runs
    *others, last = runs
    left = {"long": table.too_long, **left_out}
    notes = [
        Said(f"note.rows_{why}", {"rows": first_few(numbers, MAX_NAMED)})
        for why, numbers in left.items()
        if numbers
    ]
    notes += [Said("note.cut_row")] if table.is_cut else []
    return [*others, replace(last, notes=(*last.notes, *notes))]
