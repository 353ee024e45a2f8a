"""Prompts of random tokens, of an exact length, that no other point has seen.

All that is random follows from (seed, point, repeat): the same identity makes the same requests,
and two identities share no beginning, so that no prefix cache can answer one point with another's
work.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inferometer.request import Prompt, Request
from inferometer.spec.lengths import LengthLaw
from inferometer.spec.workload import RandomWorkload
from inferometer.trace.trace import Integers
from inferometer.workload.text import text_prompts
from inferometer.workload.tokens import TokenCounter, TokenIds, how_counted
from inferometer.workload.workload import Identity, Workload, seeds_of


def random_workload(
    spec: RandomWorkload,
    n: int,
    *,
    identity: Identity,
    counter: TokenIds | TokenCounter,
    attempt: int = 0,
) -> Workload:
    """`n` requests.

    Prompt i has `prefix_len` tokens that all share and then its own, in all as many as its
    `prompt_tokens`. Fewer requests of the same identity are the first of more. Another `attempt`
    has the same lengths and other prompts, for a point that is measured again on a server that may
    remember it. Raises ValueError where a length cannot be had.
    """
    for_inputs, for_outputs, for_prompts = seeds_of(identity).spawn(3)
    if attempt:
        for_prompts = seeds_of((*identity, attempt))
    input_law, output_law = spec.laws()
    inputs = draw_lengths(input_law, n, np.random.default_rng(for_inputs))
    outputs = draw_lengths(output_law, n, np.random.default_rng(for_outputs))
    prompts: Sequence[Prompt]
    if isinstance(counter, TokenIds):
        prompts = _id_prompts(
            inputs, spec.prefix_len, counter.pool, for_prompts
        )
        exact = True
        counting = counter.how
    else:
        prompts, exact = text_prompts(
            inputs, spec.prefix_len, counter, for_prompts
        )
        counting = how_counted(counter, "unfit", exact=exact)
    totals, max_tokens = (inputs + spec.prefix_len).tolist(), outputs.tolist()
    requests = [
        Request(i, prompts[i], totals[i], max_tokens[i]) for i in range(n)
    ]
    return Workload(requests, counting, exact, reusable_tokens=spec.prefix_len)


def draw_lengths(law: LengthLaw, n: int, rng: np.random.Generator) -> Integers:
    """`n` lengths, tokens, by the law. Those of a normal law that lie outside its range are at its
    end.
    """
    if law.kind == "normal":
        normal = np.round(rng.normal(law.mean, law.sigma, size=n))
        return np.clip(normal, law.low, law.high).astype(np.int64)
    return rng.integers(law.low, law.high, size=n, endpoint=True)


def _id_prompts(
    lengths: Integers,
    prefix_len: int,
    pool: Integers,
    seeds: np.random.SeedSequence,
) -> list[list[int]]:
    for_prefix, for_own = (
        np.random.default_rng(seed) for seed in seeds.spawn(2)
    )
    # drawing objects shares the few numbers there are: 8 bytes a token, not 40
    ids = pool.astype(object)
    prefix: list[int] = ids[
        for_prefix.integers(len(pool), size=prefix_len)
    ].tolist()
    own = for_own.integers(len(pool), size=int(lengths.sum()))
    ends = np.cumsum(lengths)
    return [
        prefix + ids[places].tolist() for places in np.split(own, ends[:-1])
    ]
