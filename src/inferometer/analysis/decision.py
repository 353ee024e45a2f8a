"""From an effect to a word. An interval and a margin of ±δ leave three places, and no fourth:

- all of it beyond δ on one side: faster, or slower;
- all of it within ±δ: no difference beyond δ (equivalence at 95 %, stricter than two one-sided
  tests, which need 90 %);
- anything else: undecided, and about how many more runs would tell.

Among many rows some lie beyond δ by chance. So "faster" and "slower" are said by Holm's procedure
(Scandinavian Journal of Statistics 6, 1979): the probability that any of them is wrong, in a whole
family of rows, is at most 5 %. Knows no metric and no point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from inferometer.analysis.effect import CONFIDENCE, Effect
from inferometer.metrics.student import student_quantile

Verdict = Literal["faster", "slower", "no difference", "undecided"]

MAX_RUNS = 100
"""That anyone is advised to make."""


def beyond_chance(
    p_values: Sequence[float], alpha: float = 1 - CONFIDENCE
) -> list[bool]:
    """Holm's: which of a family may be believed, with `alpha` for any error among them."""
    believed = [False] * len(p_values)
    ranked = sorted(range(len(p_values)), key=p_values.__getitem__)
    for rank, i in enumerate(ranked):
        if p_values[i] * (len(p_values) - rank) > alpha:
            break
        believed[i] = True
    return believed


def margin(delta: float) -> float:
    """±δ as a log, such that 2 % is a factor of 1.02 in either direction."""
    return math.log1p(delta)


def decide(
    effect: Effect, delta: float, *, believed: bool, more_is_faster: bool
) -> Verdict:
    """`believed`: whether chance does not explain that it lies beyond `delta`, a fraction."""
    if believed:
        return (
            "faster" if (effect.log_ratio > 0) == more_is_faster else "slower"
        )
    half = effect.half_width()
    if half is not None and abs(effect.log_ratio) + half <= margin(delta):
        return "no difference"
    return "undecided"


def runs_needed(effect: Effect, delta: float, alpha: float) -> int | None:
    """About how many runs of each side, in turns, would decide what this spread left undecided;
    None if more than MAX_RUNS, or if no spread is known.

    `alpha` is the probability of an error that a row may have for itself.
    """
    if effect.spread is None:
        return None
    room = abs(abs(effect.log_ratio) - margin(delta))
    enough = (
        n
        for n in range(3, MAX_RUNS + 1)
        if effect.spread * student_quantile(1 - alpha, n - 1)
        <= room * math.sqrt(n)
    )
    return next(enough, None)
