"""From the spec of a workload to its requests, whatever its kind."""

from __future__ import annotations

from dataclasses import replace

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
)
from inferometer.trace.schema import MISSING
from inferometer.workload.exchanges import written_workload
from inferometer.workload.images import images_workload
from inferometer.workload.prefix import prefix_workload
from inferometer.workload.random import random_workload
from inferometer.workload.sessions import sessions_workload
from inferometer.workload.sonnet import sonnet_workload
from inferometer.workload.tokens import TokenCounter, TokenIds
from inferometer.workload.traces import trace_workload
from inferometer.workload.workload import Identity, Workload, cycled


def build_workload(
    work: AnyWorkload, n: int, *, identity: Identity, counter: TokenIds | TokenCounter, chat: bool, attempt: int = 0
) -> Workload:
    """`n` requests, numbered from 0. What is random about them follows from `identity`.

    `chat`: the wire carries messages. Another `attempt` has other prompts where it can, for a point that is measured again on
    a server that may remember the first ones. Raises ValueError, for the user to read.
    """
    distinct = min(n, work.distinct or n)
    made = _build(work, distinct, identity=identity, counter=counter, chat=chat, attempt=attempt)
    made = cycled(made, n)
    if work.cache == "warm":
        known = [request.prompt_tokens for request in made.requests if request.prompt_tokens != MISSING]
        made = replace(made, reusable_tokens=max(known, default=0))
    return made


def _build(
    work: AnyWorkload, n: int, *, identity: Identity, counter: TokenIds | TokenCounter, chat: bool, attempt: int
) -> Workload:
    match work:
        case RandomWorkload():
            return random_workload(work, n, identity=identity, counter=counter, attempt=attempt)
        case PrefixWorkload():
            return prefix_workload(work, n, identity=identity, counter=counter, attempt=attempt)
        case TraceWorkload():
            return trace_workload(work, n, identity=identity, counter=counter, attempt=attempt)
        case SessionsWorkload():
            return sessions_workload(work, n, identity=identity, counter=counter, chat=chat, attempt=attempt)
        case _:
            if isinstance(counter, TokenIds):
                raise ValueError(f"The prompts of {work.kind} are texts, which cannot be counted as token ids.")
            return _of_texts(work, n, identity=identity, counter=counter, chat=chat, attempt=attempt)


def _of_texts(
    work: SonnetWorkload | ImagesWorkload | ShareGptWorkload | JsonlWorkload | HfWorkload,
    n: int,
    *,
    identity: Identity,
    counter: TokenCounter,
    chat: bool,
    attempt: int,
) -> Workload:
    match work:
        case SonnetWorkload():
            return sonnet_workload(work, n, identity=identity, counter=counter, attempt=attempt)
        case ImagesWorkload():
            if not chat:
                raise ValueError("Pictures go into chat messages: choose a chat backend, such as --backend openai-chat.")
            return images_workload(work, n, identity=identity, counter=counter, attempt=attempt)
        case _:
            return written_workload(work, n, identity=identity, counter=counter, chat=chat, attempt=attempt)
