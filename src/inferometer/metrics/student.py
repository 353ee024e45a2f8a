"""Quantiles and tails of Student's t distribution with a whole number of degrees of freedom. Knows
nothing else.
"""

from __future__ import annotations

import math
from functools import cache

MAX_STEPS = 100


@cache
def student_quantile(confidence: float, degrees: int) -> float:
    """The t that |T| stays below with probability `confidence`, 0 < confidence < 1: 2.262… for 0.95
    and 9 degrees.
    """
    if not 0 < confidence < 1 or degrees < 1:
        raise ValueError(
            "A confidence lies between 0 and 1 and degrees of freedom are 1 or more, not "
            f"{confidence}, {degrees}."
        )
    return math.sqrt(degrees) * math.tan(_angle(confidence, degrees))


def _angle(confidence: float, degrees: int) -> float:
    """Where `_within` is the confidence. Newton's steps approach it from below, since `_within`
    is concave; a step that rounding spoils is replaced by halving.
    """
    more, less = math.lgamma((degrees + 1) / 2), math.lgamma(degrees / 2)
    slope = 2 * math.exp(more - less) / math.sqrt(math.pi)
    low, high, angle = 0.0, math.pi / 2, 0.0
    for _ in range(MAX_STEPS):
        missing = confidence - _within(angle, degrees)
        if missing > 0:
            low = angle
        else:
            high = angle
        steepness = slope * math.cos(angle) ** (degrees - 1)
        following = angle + missing / steepness if steepness else high
        if not low <= following <= high:
            following = (low + high) / 2
        if abs(following - angle) <= math.ulp(angle):
            break
        angle = following
    return angle


def student_tail(t: float, degrees: int) -> float:
    """P(|T| > t), both tails: 0.05 for 2.262… and 9 degrees. Exact to about 1e-15, so that far out
    it is 0.
    """
    if degrees < 1:
        raise ValueError(f"Degrees of freedom are 1 or more, not {degrees}.")
    return max(
        0.0, 1 - _within(math.atan(abs(t) / math.sqrt(degrees)), degrees)
    )


def _within(angle: float, degrees: int) -> float:
    """P(|T| < √degrees · tan(angle)): the finite sums of Abramowitz and Stegun, 26.7.3 and
    26.7.4.
    """
    sine, cosine = math.sin(angle), math.cos(angle)
    first = 1 if degrees % 2 == 0 else 2
    term = 1.0 if degrees % 2 == 0 else cosine
    total = 0.0
    for k in range(first, degrees, 2):
        total += term
        term *= k / (k + 1) * cosine * cosine
    if degrees % 2 == 0:
        return sine * total
    return 2 / math.pi * (angle + sine * total)
