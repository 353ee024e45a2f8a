"""Prompts that share prefixes on purpose, so that the hit rate of a prefix cache is known before
the first request.
"""

from __future__ import annotations

import numpy as np

from inferometer.request import Request
from inferometer.spec.workload import PrefixWorkload
from inferometer.trace.trace import Integers
from inferometer.workload.pieces import Piece, compose
from inferometer.workload.tokens import TokenCounter, TokenIds
from inferometer.workload.workload import Identity, Workload, seeds_of


def prefix_workload(
    spec: PrefixWorkload,
    n: int,
    *,
    identity: Identity,
    counter: TokenIds | TokenCounter,
    attempt: int = 0,
) -> Workload:
    """`n` requests. Prefixes are dealt like cards: each comes once before any comes again, in a
    random order each time.

    `expected_hit_rate` in its origin is the share of prompt tokens that an empty but unbounded
    cache finds again, if each request finds the ones before it finished.
    """
    prefixes = _deal(
        spec.num_prefixes,
        n,
        np.random.default_rng(seeds_of((*identity, "deal"))),
    )
    prompts = [
        (
            Piece(("prefix", p), spec.prefix_len),
            Piece(("suffix", i), spec.suffix_len),
        )
        for i, p in enumerate(prefixes.tolist())
    ]
    composed = compose(prompts, counter, (*identity, attempt))
    requests = [
        Request(i, prompt, tokens, spec.output_len)
        for i, (prompt, tokens) in enumerate(
            zip(composed.prompts, composed.lengths, strict=True)
        )
    ]
    repeated = n - len(np.unique(prefixes))
    total = sum(composed.lengths)
    origin = {
        "prefixes": spec.num_prefixes,
        "expected_hit_rate": repeated * spec.prefix_len / total
        if total
        else 0.0,
    }
    reusable = spec.prefix_len if repeated else 0
    return Workload(
        requests,
        counter.how,
        composed.exact,
        reusable_tokens=reusable,
        origin=origin,
    )


def _deal(kinds: int, n: int, rng: np.random.Generator) -> Integers:
    """`n` of the numbers below `kinds`; fewer are the first of more."""
    rounds = [rng.permutation(kinds) for _ in range(-(-n // kinds))]
    return np.concatenate([np.zeros(0, np.int64), *rounds])[:n]
