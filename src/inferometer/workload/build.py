"""From the spec of a workload to its requests: BUILDERS, by the class of the spec."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from importlib import import_module
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
from inferometer.workload.tokens import TokenCounter, TokenIds
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


def _builder(name: str) -> Builder:
    """Imported when it is called: a run needs one of them."""

    def build(*given: Any, **more: Any) -> Workload:
        module, _, function = name.partition(".")
        imported = import_module(f"inferometer.workload.{module}")
        made: Workload = getattr(imported, function)(*given, **more)
        return made

    return build


def _drawn(name: str) -> Builder:
    """For a builder that is told how to count, and asks nothing of the wire."""
    build = _builder(name)

    def with_counter(
        work: Any, n: int, *, counting: Counting, wire: Wire, **draws: Any
    ) -> Workload:
        return build(work, n, counter=counting(), **draws)

    return with_counter


def _drawn_texts(name: str) -> Builder:
    """The same, for prompts that are texts."""
    build = _builder(name)

    def with_counter(
        work: Any, n: int, *, counting: Counting, wire: Wire, **draws: Any
    ) -> Workload:
        return build(work, n, counter=_of_texts(work, counting), **draws)

    return with_counter


def _asking(name: str) -> Builder:
    """For a builder that asks the wire what it takes, and is told how to count."""
    build = _builder(name)

    def with_counter(
        work: Any, n: int, *, counting: Counting, **draws: Any
    ) -> Workload:
        return build(work, n, counter=counting(), **draws)

    return with_counter


def _written(name: str) -> Builder:
    """How to count is asked for once rows were read: the server is not asked in vain."""
    build = _builder(name)

    def with_counting(
        work: Any, n: int, *, counting: Counting, **draws: Any
    ) -> Workload:
        return build(
            work, n, counting=lambda: _of_texts(work, counting), **draws
        )

    return with_counting


BUILDERS: Mapping[type[AnyWorkload], Builder] = {
    RandomWorkload: _drawn("random.random_workload"),
    PrefixWorkload: _drawn("prefix.prefix_workload"),
    TraceWorkload: _drawn("traces.trace_workload"),
    TimedTraceWorkload: _drawn("traces.trace_workload"),
    SonnetWorkload: _drawn_texts("sonnet.sonnet_workload"),
    ImagesWorkload: _drawn_texts("images.images_workload"),
    SessionsWorkload: _asking("sessions.sessions_workload"),
    ShareGptWorkload: _written("exchanges.written_workload"),
    JsonlWorkload: _written("exchanges.written_workload"),
    SpecBenchWorkload: _written("exchanges.written_workload"),
    SpeedBenchWorkload: _written("exchanges.written_workload"),
    HfWorkload: _written("exchanges.written_workload"),
}
"""Each is called with the spec, a number of requests, and what `build_workload` was given. Their
modules are imported when they are."""
