"""From the spec of a workload to its requests, whatever its kind."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from inferometer.request import Request
from inferometer.spec.workload import (
    AnyWorkload,
    HfWorkload,
    ImagesWorkload,
    JsonlWorkload,
    PrefixWorkload,
    RandomWorkload,
    SessionsWorkload,
    ShareGptWorkload,
    SonnetWorkload,
    TraceWorkload,
    needs_messages,
)
from inferometer.workload.exchanges import written_workload
from inferometer.workload.images import images_workload
from inferometer.workload.prefix import prefix_workload
from inferometer.workload.random import random_workload
from inferometer.workload.sessions import sessions_workload
from inferometer.workload.sonnet import sonnet_workload
from inferometer.workload.tokens import TokenCounter, TokenIds
from inferometer.workload.traces import trace_workload
from inferometer.workload.workload import Identity, Wire, Workload, cycled, longest_prompt

Counting = Callable[[], TokenIds | TokenCounter]
"""Finds out how prompts are counted. It may have to ask the server, so it is called when all else
is known to be well.
"""


def build_workload(
    work: AnyWorkload,
    n: int,
    *,
    identity: Identity,
    counting: Counting,
    chat: bool,
    token_ids: bool = True,
    fields: Collection[str] = (),
    encode: Callable[[Request], object] = lambda _: None,
    attempt: int = 0,
) -> Workload:
    """`n` requests, numbered from 0. What is random about them follows from `identity`.

    `chat`: the wire carries messages; one that does not carries token ids beside texts where
    `token_ids`. `fields`: what else of a request it carries; `encode` raises ValueError for a
    request that it cannot carry. Another `attempt` has other prompts where it can, for a point that
    is measured again on a server that may remember the first ones. Raises ValueError, for the user
    to read; what `counting` raises passes.
    """
    wire = Wire(chat, token_ids, fields, encode)
    distinct = min(n, work.distinct or n)
    if isinstance(work, ShareGptWorkload | JsonlWorkload | HfWorkload):
        made = written_workload(
            work,
            distinct,
            identity=identity,
            counting=lambda: _of_texts(work, counting()),
            wire=wire,
            attempt=attempt,
        )
    else:
        made = _build(
            work, distinct, identity=identity, counting=counting, wire=wire, attempt=attempt
        )
    made = cycled(made, n)
    if work.cache == "warm":
        made = replace(made, reusable_tokens=longest_prompt(made.requests))
    return made


def _build(
    work: RandomWorkload
    | PrefixWorkload
    | TraceWorkload
    | SessionsWorkload
    | SonnetWorkload
    | ImagesWorkload,
    n: int,
    *,
    identity: Identity,
    counting: Counting,
    wire: Wire,
    attempt: int,
) -> Workload:
    if needs_messages(work) and not wire.chat:
        raise ValueError(
            "Pictures and recorded conversations are chat messages: choose a chat backend, "
            "such as openai-chat."
        )
    counter = counting()
    match work:
        case RandomWorkload():
            return random_workload(work, n, identity=identity, counter=counter, attempt=attempt)
        case PrefixWorkload():
            return prefix_workload(work, n, identity=identity, counter=counter, attempt=attempt)
        case TraceWorkload():
            return trace_workload(work, n, identity=identity, counter=counter, attempt=attempt)
        case SessionsWorkload():
            return sessions_workload(
                work, n, identity=identity, counter=counter, wire=wire, attempt=attempt
            )
        case SonnetWorkload():
            return sonnet_workload(
                work, n, identity=identity, counter=_of_texts(work, counter), attempt=attempt
            )
        case ImagesWorkload():
            return images_workload(
                work, n, identity=identity, counter=_of_texts(work, counter), attempt=attempt
            )


def _of_texts(work: AnyWorkload, counter: TokenIds | TokenCounter) -> TokenCounter:
    if isinstance(counter, TokenIds):
        raise ValueError(
            f"The prompts of {work.kind} are texts, which cannot be counted as token ids."
        )
    return counter
