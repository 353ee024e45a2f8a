"""Prompts that somebody has written: sharegpt, jsonl and hf. Rows become requests, and what is left out is counted.

Rows are read in batches until there are enough: of a large file no more is read than is needed (or indexed, to shuffle it).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from inferometer.request import Prompt, Request
from inferometer.spec.workload import HfWorkload, JsonlWorkload, ShareGptWorkload
from inferometer.trace.schema import MISSING
from inferometer.workload.counting import count_prompts, count_replies, is_chat
from inferometer.workload.hf import SHUFFLE_BUFFER, hf_rows
from inferometer.workload.records import Row, json_rows
from inferometer.workload.shapes import Exchange, exchange_of
from inferometer.workload.tokens import TokenCounter
from inferometer.workload.workload import Identity, Workload, content_hash, cycled, seeds_of

BATCH = 256

Written = ShareGptWorkload | JsonlWorkload | HfWorkload


@dataclass(frozen=True, slots=True)
class _Candidate:
    where: str
    exchange: Exchange


def written_workload(
    spec: Written,
    n: int,
    *,
    identity: Identity,
    counting: Callable[[], TokenCounter],
    chat: bool,
    token_ids: bool = True,
    attempt: int = 0,
) -> Workload:
    """`n` requests from the rows of a data set. Another `attempt` shuffles otherwise. Raises ValueError.

    How they are counted is asked for when the first rows have been read and can be carried: by messages where the wire is a
    `chat`, else by text, and by token ids where it takes `token_ids`.
    """
    order = np.random.default_rng(seeds_of((*identity, attempt))) if spec.shuffle else None
    rows = hf_rows(spec, order) if isinstance(spec, HfWorkload) else json_rows(spec.path, order)
    left_out: Counter[str] = Counter()
    requests: list[Request] = []
    exact = True
    candidates = _candidates(spec, rows, left_out)
    counter: TokenCounter | None = None
    while len(requests) < n and (batch := _batch(candidates, chat=chat, token_ids=token_ids)):
        counter = counter or counting()
        made, sure = _requests(spec, batch, counter, left_out)
        requests += made[: n - len(requests)]
        exact = exact and sure
    requests = [Request(i, r.prompt, r.prompt_tokens, r.max_tokens) for i, r in enumerate(requests)]
    _require_enough(spec, len(requests), n, left_out)
    assert counter is not None  # there are requests
    origin = {
        "file": spec.path,
        "shuffled": _shuffling(spec),
        "left_out": dict(left_out),
        "oversampled": max(0, n - len(requests)),
        "sha256": content_hash(requests),
    }
    return cycled(Workload(requests, _how(requests, counter, exact=exact), exact, origin=origin), n)


def _how(requests: list[Request], counter: TokenCounter, *, exact: bool) -> str:
    """How these prompts were counted, for the reader of a result."""
    if not any(isinstance(request.prompt, str) or is_chat(request.prompt) for request in requests):
        return "token ids, as many as the file has"
    return counter.how if exact == counter.exact else f"{counter.how}; conversations without what the chat template adds"


def _shuffling(spec: Written) -> str | bool:
    if spec.shuffle and isinstance(spec, HfWorkload):
        return f"within a window of {SHUFFLE_BUFFER} rows"
    return spec.shuffle


def _candidates(spec: Written, rows: Iterator[Row], left_out: Counter[str]) -> Iterator[_Candidate]:
    """What the rows ask for. In ShareGPT's files, rows without an exchange are usual; elsewhere they are a mistake."""
    for row in rows:
        try:
            exchange = exchange_of(row.content)
        except ValueError as error:
            if not isinstance(spec, ShareGptWorkload):
                raise ValueError(f"{row.where}: {error}.") from None
            left_out["no exchange"] += 1
            continue
        if isinstance(spec, ShareGptWorkload) and exchange.reply is None:
            left_out["no exchange"] += 1
            continue
        yield _Candidate(row.where, exchange)


def _batch(candidates: Iterator[_Candidate], *, chat: bool, token_ids: bool) -> list[_Candidate]:
    """The next of them. Raises ValueError if the wire cannot carry one."""
    batch = list(islice(candidates, BATCH))
    for candidate in batch:
        _require_carried(candidate, chat=chat, token_ids=token_ids)
    return batch


def _requests(
    spec: Written, batch: list[_Candidate], counter: TokenCounter, left_out: Counter[str]
) -> tuple[list[Request], bool]:
    """The batch as requests (not numbered yet), less what the filters leave out; and whether prompts are exactly counted."""
    prompts: list[Prompt] = [candidate.exchange.prompt for candidate in batch]
    inputs, exact = count_prompts(prompts, counter)
    outputs = _output_lengths(spec, batch, counter)
    requests = []
    for candidate, prompt_tokens, max_tokens in zip(batch, inputs, outputs, strict=True):
        reason = _unfit(spec, prompt_tokens, max_tokens)
        if reason:
            left_out[reason] += 1
        else:
            requests.append(Request(0, candidate.exchange.prompt, prompt_tokens, max_tokens))
    return requests, exact


def _require_carried(candidate: _Candidate, *, chat: bool, token_ids: bool) -> None:
    prompt = candidate.exchange.prompt
    if isinstance(prompt, str) or (chat if is_chat(prompt) else token_ids and not chat):
        return
    if is_chat(prompt):
        what, other = "chat messages", "a chat backend, such as openai-chat"
    else:
        what, other = "token ids", f"text{' or messages' if chat else ''}, or another backend, such as openai"
    raise ValueError(f"{candidate.where}: the prompt is {what}, which this backend does not carry: take {other}.")


def _output_lengths(spec: Written, batch: list[_Candidate], counter: TokenCounter) -> list[int]:
    if spec.output_len is not None:
        return [spec.output_len] * len(batch)
    limits = [candidate.exchange.max_tokens for candidate in batch]
    replies = {i: reply for i, each in enumerate(batch) if limits[i] is None and (reply := each.exchange.reply) is not None}
    counted = dict(zip(replies, count_replies(list(replies.values()), counter), strict=True)) if replies else {}
    lengths = []
    for i, limit in enumerate(limits):
        length = counted.get(i) if limit is None else limit
        if length is None:
            flag = "--hf-output-len" if isinstance(spec, HfWorkload) else "--custom-output-len"
            raise ValueError(f"{batch[i].where}: tells neither a reply nor how many tokens to generate; give {flag}.")
        lengths.append(length)
    return lengths


def _unfit(spec: Written, prompt_tokens: int, max_tokens: int) -> str | None:
    """Why the filters leave a request out."""
    if prompt_tokens == MISSING:
        return None
    if isinstance(spec, ShareGptWorkload):
        if prompt_tokens < spec.min_len:
            return "prompt too short"
        if spec.output_len is None and max_tokens < spec.min_len:
            return "reply too short"
    if spec.max_input_len is not None and prompt_tokens > spec.max_input_len:
        return "prompt too long"
    if spec.max_total_len is not None and prompt_tokens + max_tokens > spec.max_total_len:
        return "prompt and output too long"
    return None


def _require_enough(spec: Written, found: int, n: int, left_out: Counter[str]) -> None:
    if found >= n or (found and spec.oversample):
        return
    without = f" ({', '.join(f'{number} left out: {reason}' for reason, number in left_out.items())})" if left_out else ""
    cure = f"lower --num-prompts to {found}, or allow repeats with --oversample" if found else "see what the filters leave"
    raise ValueError(f"{spec.path} has {found} usable rows{without}, but {n} requests are to be made: {cure}.")
