"""From the spec of a workload to its requests: BUILDERS, by the class of the spec."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

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
    SpecBenchWorkload,
    SpeedBenchWorkload,
    TimedTraceWorkload,
    TraceWorkload,
)
from inferometer.words import Said
from inferometer.workload.exchanges import written_workload
from inferometer.workload.images import images_workload
from inferometer.workload.prefix import prefix_workload
from inferometer.workload.random import random_workload
from inferometer.workload.sessions import sessions_workload
from inferometer.workload.sonnet import sonnet_workload
from inferometer.workload.tokens import TokenCounter, TokenIds
from inferometer.workload.traces import trace_workload
from inferometer.workload.workload import (
    Identity,
    Wire,
    Workload,
    cycled,
    longest_prompt,
)

Counting = Callable[[], TokenIds | TokenCounter]
"""Finds out how prompts are counted. It may have to ask the server, so it is called when all else
is known to be well.
"""


Builder = Callable[..., Workload]


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
    texts: bool = True,
    attempt: int = 0,
) -> Workload:
    """`n` requests, numbered from 0. What is random about them follows from `identity`.

    `chat`: the wire carries messages; one that does not carries token ids beside texts where
    `token_ids`. `fields`: what else of a request it carries; `encode` raises ValueError for a
    request that it cannot carry. Another `attempt` has other prompts where it can, for a point that
    is measured again on a server that may remember the first ones. Raises ValueError, for the user
    to read; what `counting` raises passes.
    """
    if work.needs_messages and not chat:
        raise ValueError(Said("dataset.chat"))
    made = BUILDERS[type(work)](
        work,
        min(n, work.distinct or n),
        identity=identity,
        counting=counting,
        wire=Wire(chat, token_ids, fields, encode, texts),
        attempt=attempt,
    )
    made = cycled(made, n)
    if work.cache == "warm":
        made = replace(made, reusable_tokens=longest_prompt(made.requests))
    return made


def _of_texts(work: AnyWorkload, counting: Counting) -> TokenCounter:
    counter = counting()
    if isinstance(counter, TokenIds):
        raise ValueError(Said("dataset.texts", {"kind": work.kind}))
    return counter


def _drawn(build: Builder) -> Builder:
    """For a builder that is told how to count, and asks nothing of the wire."""

    def with_counter(
        work: Any, n: int, *, counting: Counting, wire: Wire, **draws: Any
    ) -> Workload:
        return build(work, n, counter=counting(), **draws)

    return with_counter


def _drawn_texts(build: Builder) -> Builder:
    """The same, for prompts that are texts."""

    def with_counter(
        work: Any, n: int, *, counting: Counting, wire: Wire, **draws: Any
    ) -> Workload:
        return build(work, n, counter=_of_texts(work, counting), **draws)

    return with_counter


def _sessions(
    work: Any, n: int, *, counting: Counting, **draws: Any
) -> Workload:
    return sessions_workload(work, n, counter=counting(), **draws)


def _written(
    work: Any, n: int, *, counting: Counting, **draws: Any
) -> Workload:
    """How to count is asked for once rows were read: the server is not asked in vain."""
    return written_workload(
        work, n, counting=lambda: _of_texts(work, counting), **draws
    )


BUILDERS: Mapping[type[AnyWorkload], Builder] = {
    RandomWorkload: _drawn(random_workload),
    PrefixWorkload: _drawn(prefix_workload),
    TraceWorkload: _drawn(trace_workload),
    TimedTraceWorkload: _drawn(trace_workload),
    SonnetWorkload: _drawn_texts(sonnet_workload),
    ImagesWorkload: _drawn_texts(images_workload),
    SessionsWorkload: _sessions,
    ShareGptWorkload: _written,
    JsonlWorkload: _written,
    SpecBenchWorkload: _written,
    SpeedBenchWorkload: _written,
    HfWorkload: _written,
}
"""Each is called with the spec, a number of requests, and what `build_workload` was given."""
