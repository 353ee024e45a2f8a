"""Recorded traces: rows of a time, a prompt length and an output length, in the three forms that
are in use.

    BurstGPT    CSV    Timestamp (s), Model, Request tokens, Response tokens, …; 0 response tokens:
    a request that failed
    Azure       CSV    TIMESTAMP (date and time), ContextTokens, GeneratedTokens
    Mooncake    JSON   timestamp (ms), input_length, output_length, and perhaps hash_ids: one for
    each block of the prompt

Where prompts have hash_ids, equal ids are equal blocks, so that prompts begin alike where the
recorded ones did.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from inferometer.clock import MS, NS
from inferometer.request import Request
from inferometer.spec.workload import TimedTraceWorkload, TraceWorkload
from inferometer.words import Said, sentence_of
from inferometer.workload.pieces import Composed, Piece, compose
from inferometer.workload.records import csv_rows, is_json, json_rows
from inferometer.workload.row_fields import FieldCounts, Tally, is_said
from inferometer.workload.tokens import TokenCounter, TokenIds
from inferometer.workload.workload import (
    Identity,
    TooFewRowsError,
    Workload,
    content_hash,
)

_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?\s*(?:Z|UTC|([+-])(\d\d):?(\d\d))?"
)


READ = frozenset(
    {
        *(
            "Timestamp",
            "Model",
            "Request tokens",
            "Response tokens",
            "Total tokens",
        ),
        *("TIMESTAMP", "ContextTokens", "GeneratedTokens"),
        *("timestamp", "input_length", "output_length", "hash_ids"),
    }
)
"""Columns of the three forms that are read, or follow from those that are."""


class TraceRow(NamedTuple):
    """One row: when the request came (ns), and its lengths in tokens."""

    time_ns: int
    prompt_tokens: int
    output_tokens: int
    model: str | None = None
    blocks: tuple[int, ...] = ()
    unread: tuple[str, ...] = ()
    """Fields of the row that say something else."""


def trace_workload(
    spec: TraceWorkload,
    n: int,
    *,
    identity: Identity,
    counter: TokenIds | TokenCounter,
    attempt: int = 0,
) -> Workload:
    """The first `n` requests of a trace that the filters let through, in their order. Raises
    ValueError.
    """
    left_out, said = Tally(), FieldCounts()
    rows = list(islice(_fitting(spec, left_out), n))
    if len(rows) < n:
        raise _too_few(spec.path, len(rows), n, left_out)
    composed = compose(
        [_pieces(spec, i, row) for i, row in enumerate(rows)],
        counter,
        (*identity, attempt),
    )
    requests = _requests(composed, rows)
    for row in rows:
        said.add((), row.unread)
    shared = any(row.blocks for row in rows)
    origin = {
        "file": spec.path,
        "shuffled": False,
        "left_out": left_out.counts(),
        **said.facts(),
        "lengthened": _lengthened(composed, rows),
        "shares_blocks": shared,
        "sha256": content_hash(requests),
    }
    return Workload(
        requests,
        counter.how,
        composed.exact,
        reusable_tokens=max(composed.lengths, default=0) if shared else 0,
        origin=origin,
        recorded_ns=np.array([row.time_ns for row in rows], np.int64),
    )


def _requests(composed: Composed, rows: Sequence[TraceRow]) -> list[Request]:
    return [
        Request(i, prompt, tokens, row.output_tokens)
        for i, (prompt, tokens, row) in enumerate(
            zip(composed.prompts, composed.lengths, rows, strict=True)
        )
    ]


def _lengthened(composed: Composed, rows: Sequence[TraceRow]) -> int:
    """How many prompts are longer than recorded."""
    return sum(
        tokens > row.prompt_tokens
        for tokens, row in zip(composed.lengths, rows, strict=True)
    )


def _too_few(path: str, found: int, n: int, left_out: Tally) -> TooFewRowsError:
    counts = {"found": found, "n": n, "without": left_out.why}
    told = {"path": path, **counts}
    return TooFewRowsError(Said("dataset.trace.too_few", told), found)


def _pieces(spec: TraceWorkload, number: int, row: TraceRow) -> list[Piece]:
    """The blocks that it shares with others, as far as there are any; the rest is its own."""
    pieces = []
    left = row.prompt_tokens
    for block in row.blocks:
        pieces.append(Piece(("block", block), min(spec.block_len, left)))
        left -= pieces[-1].tokens
        if not left:
            return pieces
    return [*pieces, Piece(("own", number), left)]


def _fitting(spec: TraceWorkload, left_out: Tally) -> Iterator[TraceRow]:
    last_ns: int | None = None
    for where, row in _rows(spec):
        if last_ns is not None and row.time_ns < last_ns:
            raise ValueError(Said("dataset.trace.order", {"where": where}))
        last_ns = row.time_ns
        reason = _unfit(spec, row)
        if reason:
            left_out.add(reason)
        else:
            yield row


def _unfit(spec: TraceWorkload, row: TraceRow) -> str | None:
    if spec.model is not None and row.model != spec.model:
        return Said("unfit.other_model")
    if not row.output_tokens or not row.prompt_tokens:
        return Said("unfit.failed")
    if (
        spec.max_input_len is not None
        and row.prompt_tokens > spec.max_input_len
    ):
        return Said("unfit.prompt_long")
    if (
        spec.max_total_len is not None
        and row.prompt_tokens + row.output_tokens > spec.max_total_len
    ):
        return Said("unfit.total_long")
    return None


def _rows(spec: TraceWorkload) -> Iterator[tuple[str, TraceRow]]:
    path, known = spec.path, READ
    read: Callable[[Mapping[str, Any]], TraceRow] | None = None
    if isinstance(spec, TimedTraceWorkload):
        read, known = partial(_timed, spec), _fields_of(spec)
    for where, content in json_rows(path) if is_json(path) else csv_rows(path):
        read = read or _form(path, content)
        try:
            recorded = read(content)
            rest = (name for name in content if name not in known)
            unread = tuple(name for name in rest if is_said(content[name]))
            yield where, recorded._replace(unread=unread)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = (
                Said("dataset.trace.no_field", {"name": error.args[0]})
                if isinstance(error, KeyError)
                else sentence_of(error)
            )
            told = {"where": where, "why": reason}
            raise ValueError(Said("dataset.trace.row", told)) from None


def _form(
    path: str, row: Mapping[str, Any]
) -> Callable[[Mapping[str, Any]], TraceRow]:
    for column, read in (
        ("Request tokens", _burstgpt),
        ("ContextTokens", _azure),
        ("input_length", _mooncake),
    ):
        if column in row:
            return read
    told = {"path": path, "fields": [str(name) for name in row]}
    raise ValueError(Said("dataset.trace.form", told))


def _burstgpt(row: Mapping[str, Any]) -> TraceRow:
    return TraceRow(
        round(_number(row["Timestamp"]) * NS),
        _tokens(row["Request tokens"]),
        _tokens(row["Response tokens"]),
        model=row.get("Model"),
    )


def _azure(row: Mapping[str, Any]) -> TraceRow:
    return TraceRow(
        _moment_ns(row["TIMESTAMP"]),
        _tokens(row["ContextTokens"]),
        _tokens(row["GeneratedTokens"]),
    )


def _mooncake(row: Mapping[str, Any]) -> TraceRow:
    time_ns = round(_number(row["timestamp"]) * MS)
    return TraceRow(
        time_ns,
        _tokens(row["input_length"]),
        _tokens(row["output_length"]),
        blocks=_blocks(row, "hash_ids"),
    )


def _fields_of(spec: TimedTraceWorkload) -> frozenset[str]:
    return frozenset(
        {spec.timestamp, spec.input_length, spec.output_length, spec.hash_ids}
    )


def _timed(spec: TimedTraceWorkload, row: Mapping[str, Any]) -> TraceRow:
    return TraceRow(
        round(_number(row[spec.timestamp]) * spec.time_unit_s * NS),
        _tokens(row[spec.input_length]),
        _tokens(row[spec.output_length]),
        blocks=_blocks(row, spec.hash_ids),
    )


def _blocks(row: Mapping[str, Any], name: str) -> tuple[int, ...]:
    blocks = row.get(name) or ()
    if not isinstance(blocks, list | tuple) or not all(
        type(block) is int for block in blocks
    ):
        raise ValueError(Said("dataset.trace.no_list", {"name": name}))
    return tuple(blocks)


def _number(written: Any) -> float:
    try:
        number = float(written)
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number < 1e12:  # nor nan
        raise ValueError(Said("dataset.trace.no_time", {"value": written}))
    return number


def _tokens(written: Any) -> int:
    try:
        tokens = int(written)
    except (TypeError, ValueError):
        tokens = -1
    if tokens < 0 or isinstance(written, bool):
        raise ValueError(Said("dataset.trace.no_tokens", {"value": written}))
    return tokens


def _moment_ns(written: str) -> int:
    """Unix time, ns, of `2023-11-16 18:15:46.6805900`; without a zone it is taken for UTC."""
    found = _MOMENT.fullmatch(written.strip())
    if not found:
        raise ValueError(Said("dataset.trace.no_moment", {"value": written}))
    day, clock, fraction, sign, hours, minutes = found.groups()
    moment = datetime.strptime(f"{day} {clock}", "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 (the zone comes next)
    if sign:
        ahead = timedelta(hours=int(hours), minutes=int(minutes))
        moment += -ahead if sign == "+" else ahead
    return calendar.timegm(moment.timetuple()) * NS + int(
        (fraction or "0").ljust(9, "0")
    )
