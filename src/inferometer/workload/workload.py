"""Workload: the requests of one point, and what a reader of its result has to know about them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from inferometer.request import Request
from inferometer.trace.schema import MISSING
from inferometer.trace.trace import Integers

ANY_LENGTH = 1 << 31
"""Tokens that no prompt is longer than."""

Identity = tuple[int, str, int]
"""(seed, point, repeat): all that is random about a workload follows from it; `point` is any name
that is the point's own.
"""


class TooFewRowsError(ValueError):
    """A file has fewer usable rows than requests are to be made of it."""

    def __init__(self, sentence: str, found: int) -> None:
        super().__init__(sentence)
        self.found = found


@dataclass(frozen=True, slots=True)
class Wire:
    """What the wire of a point can carry: a `chat` carries messages, another one token ids beside
    texts where `token_ids`.
    """

    chat: bool
    token_ids: bool = True
    fields: Collection[str] = ()
    """Of a request, beside its prompt and its length."""
    encode: Callable[[Request], object] = lambda _: None
    """Raises ValueError if it cannot carry what is in a request."""
    texts: bool = True
    """Whether it carries a text alone."""


@dataclass(frozen=True, slots=True)
class Workload:
    """The requests of one point. `counting` says how their lengths were counted, `exact` whether
    they are the server's own.
    """

    requests: Sequence[Request]
    counting: str
    exact: bool
    reusable_tokens: int = 0
    """The most tokens of a prompt that an earlier one of this workload, or of an earlier attempt,
    begins with by intention.
    """
    origin: Mapping[str, Any] = field(default_factory=dict)
    """Where the prompts are from and what was done to them, in plain values: file, rows left out
    and why, order, repetition.
    """
    recorded_ns: Integers | None = None
    """When each request was made originally, ns, in order; None where nobody has recorded it."""

    def facts(self) -> dict[str, Any]:
        """What a reader of the result has to know, in plain values."""
        return {
            "counting": self.counting,
            "exact": self.exact,
            "reusable_tokens": self.reusable_tokens,
            **self.origin,
        }


def seeds_of(identity: tuple[int | str, ...]) -> np.random.SeedSequence:
    """Hashed, since neighbouring numbers must not make neighbouring prompts."""
    digest = hashlib.sha256(json.dumps(identity).encode()).digest()
    return np.random.SeedSequence(int.from_bytes(digest, "big"))


def order_of(
    identity: Identity, attempt: int, *, shuffle: bool
) -> np.random.Generator | None:
    """What shuffles the rows of a file; None: they are taken in order."""
    seeds = seeds_of((*identity, attempt))
    return np.random.default_rng(seeds) if shuffle else None


def cycled(work: Workload, n: int) -> Workload:
    """`n` requests, those of `work` again and again. What a prompt begins with may then be all of
    it.
    """
    distinct = len(work.requests)
    if n <= distinct or not distinct:
        return work
    requests = []
    for i in range(n):
        turn, original = i - i % distinct, work.requests[i % distinct]
        after = None if original.after is None else original.after + turn
        requests.append(replace(original, id=i, after=after))
    reusable = longest_prompt(work.requests)
    return replace(
        work,
        requests=requests,
        reusable_tokens=reusable,
        origin={**work.origin, "distinct": distinct},
        recorded_ns=None,
    )


def longest_prompt(requests: Sequence[Request]) -> int:
    """Tokens of the longest prompt, or more: ANY_LENGTH where one is as long as only the server can
    tell.
    """
    lengths = [request.prompt_tokens for request in requests]
    return ANY_LENGTH if MISSING in lengths else max(lengths, default=0)


def content_hash(requests: Sequence[Request]) -> str:
    """SHA-256 of what is asked, hex: two runs that have it in common have sent the same."""
    digest = hashlib.sha256()
    for request in requests:
        asked = [
            request.prompt,
            request.max_tokens,
            request.after,
            request.think_ns,
            dict(request.parameters),
        ]
        digest.update(json.dumps(asked, default=dict).encode())
        digest.update(b"\n")
    return digest.hexdigest()
