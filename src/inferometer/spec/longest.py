"""How long the requests of a workload can be, before any file is read or prompt drawn."""

from __future__ import annotations

import math

from inferometer.spec.lengths import ranged
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

WRITTEN_ANSWER = 128
"""Tokens that a made-up answer in a conversation has, unless its length is given."""


def longest_request(work: AnyWorkload) -> tuple[int, int] | None:
    """A prompt and an output, tokens, whose sum no request of the workload exceeds; None where only
    its file can tell.

    In a chat with several turns the template's own tokens come on top.
    """
    match work:
        case RandomWorkload():
            prompt, output = work.laws()
            return work.prefix_len + prompt.high, output.high
        case SonnetWorkload():
            return work.input_len, work.output_len
        case PrefixWorkload():
            return work.prefix_len + work.suffix_len, work.output_len
        case SessionsWorkload(path=None):
            turn = ranged(work.input_len, work.range_ratio).high
            answer = ranged(work.output_len or WRITTEN_ANSWER, work.range_ratio).high
            return work.system_len + work.turns * turn + (work.turns - 1) * answer, answer
        case ShareGptWorkload() | JsonlWorkload() | HfWorkload() | TraceWorkload():
            output_len = None if isinstance(work, TraceWorkload) else work.output_len
            return _filtered(work.max_input_len, work.max_total_len, output_len)
        case SessionsWorkload() | ImagesWorkload():
            return None


def _filtered(
    max_input_len: int | None, max_total_len: int | None, output_len: int | None
) -> tuple[int, int] | None:
    """What is left by the filters of a file's rows."""
    if max_total_len is not None:
        prompt = min(max_input_len or math.inf, max_total_len - 1)
        return int(prompt), max_total_len - int(prompt)
    if max_input_len is not None and output_len is not None:
        return max_input_len, output_len
    return None


def nominal_lengths(work: AnyWorkload) -> tuple[int | None, int | None]:
    """Prompt and output length by which people know the workload, tokens; None where there is no
    such length.
    """
    match work:
        case PrefixWorkload():
            return work.prefix_len + work.suffix_len, work.output_len
        case RandomWorkload() | SonnetWorkload() | ImagesWorkload():
            return work.input_len, work.output_len
        case SessionsWorkload(path=None):
            return work.input_len, work.output_len or WRITTEN_ANSWER
        case TraceWorkload():
            return None, None
        case _:
            return None, work.output_len
