"""Prompts that somebody has written: sharegpt, jsonl and hf. Rows become requests, and what is left
out is counted.

Rows are read in batches until there are enough: of a large file no more is read than is needed (or
indexed, to shuffle it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from inferometer.request import Prompt, Request
from inferometer.spec.workload import (
    HfWorkload,
    JsonlWorkload,
    ShareGptWorkload,
    SpecBenchWorkload,
)
from inferometer.trace.schema import MISSING
from inferometer.words import Said
from inferometer.workload.counting import count_prompts, count_replies, is_chat
from inferometer.workload.hf import SHUFFLE_BUFFER, hf_rows
from inferometer.workload.image_files import ImageFiles
from inferometer.workload.image_parts import count_images, images_in
from inferometer.workload.records import Row, json_rows
from inferometer.workload.row_fields import (
    CannotSendError,
    FieldCounts,
    Tally,
    at_row,
    carried,
)
from inferometer.workload.shapes import SingleTurn, exchange_of
from inferometer.workload.sound_length import sound_seconds
from inferometer.workload.tokens import TokenCounter, how_counted
from inferometer.workload.workload import (
    Identity,
    TooFewRowsError,
    Wire,
    Workload,
    content_hash,
    cycled,
    order_of,
)

BATCH = 256
SMALLEST_BATCH = 32

Written = ShareGptWorkload | JsonlWorkload | HfWorkload
"""`SpecBenchWorkload` and `SpeedBenchWorkload` are JSON lines too."""


class _Candidate(NamedTuple):
    where: str
    exchange: SingleTurn
    fields: Mapping[str, Any]
    """Those that are sent."""
    left_out: tuple[str, ...]

    def request(
        self, number: int, prompt_tokens: int, max_tokens: int
    ) -> Request:
        return Request(
            number, self.exchange.prompt, prompt_tokens, max_tokens, self.fields
        )


def written_workload(
    spec: Written,
    n: int,
    *,
    identity: Identity,
    counting: Callable[[], TokenCounter],
    wire: Wire,
    attempt: int = 0,
) -> Workload:
    """`n` requests from the rows of a data set. Another `attempt` shuffles otherwise. Raises
    ValueError.

    How they are counted is asked for when the first rows have been read and the `wire` can carry
    them.
    """
    order = order_of(identity, attempt, shuffle=spec.shuffle)
    images = ImageFiles(_folder(spec))
    left_out, said = Tally(), FieldCounts()
    rows = _rows(spec, order, left_out)
    requests: list[Request] = []
    exact = True
    candidates = _candidates(spec, rows, left_out, wire)
    counter: TokenCounter | None = None
    while (wanted := n - len(requests)) > 0 and (
        batch := _batch(candidates, wanted, wire, images)
    ):
        counter = counter or counting()
        made, sure = _requests(spec, batch, counter, left_out)
        for candidate, prompt_tokens, max_tokens in made[:wanted]:
            requests.append(
                candidate.request(len(requests), prompt_tokens, max_tokens)
            )
            said.add(candidate.fields, candidate.left_out)
        exact = exact and sure
    _require_enough(spec, len(requests), n, left_out)
    assert counter is not None  # there are requests
    origin = _origin(
        spec, requests, n=n, left_out=left_out, said=said, images=images
    )
    how = _how(requests, counter, wire, exact=exact)
    return _oversampled(spec, Workload(requests, how, exact, origin=origin), n)


def _oversampled(spec: Written, workload: Workload, n: int) -> Workload:
    """Repeats that nobody asked for count on no cache."""
    whole = cycled(workload, n)
    unasked = spec.oversample == "unasked"
    return replace(whole, reusable_tokens=0) if unasked else whole


def _origin(
    spec: Written,
    requests: list[Request],
    *,
    n: int,
    left_out: Tally,
    said: FieldCounts,
    images: ImageFiles,
) -> dict[str, Any]:
    return {
        "file": spec.path,
        "shuffled": _shuffling(spec),
        "left_out": left_out.counts(),
        **said.facts(),
        **count_images(requests),
        **images.facts(),
        **_repeated(spec, n, len(requests)),
        "sha256": content_hash(requests),
    }


def _repeated(spec: Written, n: int, made: int) -> dict[str, Any]:
    """How many of `n` requests repeat one of those made, and whether nobody asked for it."""
    repeated = max(0, n - made)
    unasked = spec.oversample == "unasked" and repeated and made
    return {
        "oversampled": repeated,
        **({"repeats_unasked": True} if unasked else {}),
    }


def _rows(
    spec: Written, order: np.random.Generator | None, left_out: Tally
) -> Iterator[Row]:
    if isinstance(spec, HfWorkload):
        return hf_rows(spec, order, left_out)
    if isinstance(spec, SpecBenchWorkload):
        return _first_turns(spec, json_rows(spec.file, order), left_out)
    return json_rows(spec.path, order)


def _first_turns(
    spec: SpecBenchWorkload, rows: Iterator[Row], left_out: Tally
) -> Iterator[Row]:
    """The first question of each row of the category."""
    for row in rows:
        if spec.category not in (None, row.content.get("category")):
            left_out.add(Said("unfit.other_category"))
            continue
        turns = next(
            (
                row.content[name]
                for name in ("turns", "messages")
                if row.content.get(name)
            ),
            None,
        )
        first = turns[:1] if isinstance(turns, list) else turns
        yield Row(
            row.where,
            {"messages": first} if first is not None else row.content,
        )


def _folder(spec: Written) -> Path | None:
    """Where pictures that rows name are; None for a data set that is not on this disk."""
    path = Path(spec.path)
    if isinstance(spec, HfWorkload) and not path.exists():
        return None
    return (path if path.is_dir() else path.parent).absolute()


def _how(
    requests: list[Request], counter: TokenCounter, wire: Wire, *, exact: bool
) -> str:
    """How these prompts were counted, for the reader of a result."""
    if not wire.texts:
        return Said("counting.sound")
    if not any(
        isinstance(request.prompt, str) or is_chat(request.prompt)
        for request in requests
    ):
        return Said("counting.file_ids")
    return how_counted(counter, "turns", exact=exact)


def _shuffling(spec: Written) -> str | bool:
    if spec.shuffle and isinstance(spec, HfWorkload):
        return f"within a window of {SHUFFLE_BUFFER} rows"
    return spec.shuffle


def _candidates(
    spec: Written, rows: Iterator[Row], left_out: Tally, wire: Wire
) -> Iterator[_Candidate]:
    """What the rows ask for. In ShareGPT's files, rows without an exchange are usual; elsewhere
    they are a mistake.
    """
    for row in rows:
        try:
            exchange = exchange_of(row.content, chat=wire.chat)
        except ValueError as error:
            if not isinstance(spec, ShareGptWorkload) or isinstance(
                error, CannotSendError
            ):
                raise at_row(row.where, error) from None
            left_out.add(Said("unfit.no_exchange"))
            continue
        if isinstance(spec, ShareGptWorkload) and exchange.reply is None:
            left_out.add(Said("unfit.no_exchange"))
            continue
        yield _candidate(row.where, exchange, wire)


def _candidate(where: str, exchange: SingleTurn, wire: Wire) -> _Candidate:
    """With the fields that the wire carries. Raises ValueError if it does not carry one that is
    part of the prompt.
    """
    try:
        fields, others = carried(exchange.fields, wire.fields)
    except ValueError as error:
        raise at_row(where, error) from None
    return _Candidate(
        where,
        exchange,
        fields,
        (*others, *exchange.left_out) if others else exchange.left_out,
    )


def _batch(
    candidates: Iterator[_Candidate],
    wanted: int,
    wire: Wire,
    images: ImageFiles,
) -> list[_Candidate]:
    """The next of them, with their pictures. Raises ValueError if the wire cannot carry one."""
    batch = []
    for candidate in islice(
        candidates, min(BATCH, max(wanted, SMALLEST_BATCH))
    ):
        _require_carried(candidate, wire)
        ready, prompt = candidate, candidate.exchange.prompt
        if candidate.fields or not wire.texts or is_chat(prompt):
            try:
                ready = _with_pictures(candidate, images)
                wire.encode(ready.request(0, 0, 1))
            except ValueError as error:
                raise at_row(candidate.where, error) from None
        batch.append(ready)
    return batch


def _with_pictures(candidate: _Candidate, images: ImageFiles) -> _Candidate:
    exchange = candidate.exchange
    prompt = images.read(exchange.prompt)
    if prompt is exchange.prompt:
        return candidate
    return candidate._replace(exchange=exchange._replace(prompt=prompt))


def _requests(
    spec: Written,
    batch: list[_Candidate],
    counter: TokenCounter,
    left_out: Tally,
) -> tuple[list[tuple[_Candidate, int, int]], bool]:
    """The batch with input and output lengths, less what the filters leave out; and whether prompts
    are exactly counted.
    """
    inputs, exact = count_prompts(
        [candidate.exchange.prompt for candidate in batch],
        counter,
        [candidate.fields for candidate in batch],
    )
    outputs = _output_lengths(spec, batch, counter)
    requests = []
    for request in zip(batch, inputs, outputs, strict=True):
        candidate, *lengths = request
        if reason := _unfit_sound(spec, candidate.exchange.prompt) or _unfit(
            spec, *lengths
        ):
            left_out.add(reason)
        else:
            requests.append(request)
    return requests, exact


def _require_carried(candidate: _Candidate, wire: Wire) -> None:
    prompt = candidate.exchange.prompt
    if isinstance(prompt, str) or (
        wire.chat if is_chat(prompt) else wire.token_ids and not wire.chat
    ):
        return
    if is_chat(prompt):
        shows = next(images_in(prompt), None)
        what = "rows.messages.pictures" if shows else "rows.messages"
        other = "rows.take.chat"
    else:
        what = "rows.ids"
        other = "rows.take.text_or_messages" if wire.chat else "rows.take.text"
    told = {
        "where": candidate.where,
        "what": Said(what),
        "other": Said(other),
    }
    raise ValueError(Said("rows.prompt_not_carried", told))


def _output_lengths(
    spec: Written, batch: list[_Candidate], counter: TokenCounter
) -> list[int]:
    if spec.output_len is not None:
        return [spec.output_len] * len(batch)
    limits = [candidate.exchange.max_tokens for candidate in batch]
    replies = {
        i: reply
        for i, each in enumerate(batch)
        if limits[i] is None and (reply := each.exchange.reply) is not None
    }
    counts = count_replies(list(replies.values()), counter) if replies else []
    counted = dict(zip(replies, counts, strict=True))
    lengths = []
    for i, limit in enumerate(limits):
        length = counted.get(i, limit)
        if length is None:
            raise ValueError(
                Said("dataset.no_length", {"where": batch[i].where})
            )
        lengths.append(length)
    return lengths


def _unfit(spec: Written, prompt_tokens: int, max_tokens: int) -> str | None:
    """Why the filters leave a request out."""
    if prompt_tokens == MISSING:
        return None
    if isinstance(spec, ShareGptWorkload):
        if prompt_tokens < spec.min_len:
            return Said("unfit.prompt_short")
        if spec.output_len is None and max_tokens < spec.min_len:
            return Said("unfit.reply_short")
    if spec.max_input_len is not None and prompt_tokens > spec.max_input_len:
        return Said("unfit.prompt_long")
    if (
        spec.max_total_len is not None
        and prompt_tokens + max_tokens > spec.max_total_len
    ):
        return Said("unfit.total_long")
    return None


def _unfit_sound(spec: Written, prompt: Prompt) -> str | None:
    """Why its length leaves a recording out: vLLM decodes all, so that it knows every length."""
    if isinstance(spec, ShareGptWorkload) or not spec.limits_audio:
        return None
    seconds = sound_seconds(prompt)
    if seconds is None:
        return Said("unfit.audio_unknown")
    if spec.min_audio_s is not None and seconds < spec.min_audio_s:
        return Said("unfit.audio_short")
    if spec.max_audio_s is not None and seconds > spec.max_audio_s:
        return Said("unfit.audio_long")
    return None


def _require_enough(spec: Written, found: int, n: int, left_out: Tally) -> None:
    if found >= n or (found and spec.oversample):
        return
    cure = (
        Said("dataset.lower", {"found": found})
        if found
        else Said("dataset.filters")
    )
    told = {
        "path": spec.path,
        "found": found,
        "without": left_out.why,
        "n": n,
        "cure": cure,
    }
    raise TooFewRowsError(Said("dataset.too_few", told), found)
