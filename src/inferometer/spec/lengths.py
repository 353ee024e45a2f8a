"""How long prompts and outputs are: laws to draw lengths from, and the compact notation of both at
once.

    D(1024,128)             always 1024 tokens in and 128 out
    N(512,64)/(128,16)      normal: mean and standard deviation, in / out
    U(100,400)/(50,200)     uniform: shortest and longest, in / out

Knows no models and draws nothing: a law is a value that says what may come of it.
"""

from __future__ import annotations

import functools
import math
import re
from typing import Literal, NamedTuple

from inferometer.words import Said

FARTHEST_SIGMAS = 4.0
"""A normal length is kept within so many standard deviations of its mean, so that there is a
longest one.
"""

_NUMBER = r"\s*([0-9]+(?:\.[0-9]+)?)\s*"
_FIXED = re.compile(rf"\s*D\({_NUMBER},{_NUMBER}\)\s*", re.IGNORECASE)
_DRAWN = re.compile(
    rf"\s*([NU])\({_NUMBER},{_NUMBER}\)\s*/\s*\({_NUMBER},{_NUMBER}\)\s*",
    re.IGNORECASE,
)


class LengthLaw(NamedTuple):
    """Lengths are whole tokens from `low` to `high`: uniform, or normal about `mean` with standard
    deviation `sigma`.
    """

    kind: Literal["uniform", "normal"]
    low: int
    high: int
    mean: float
    sigma: float = 0.0


def length_range(length: int, ratio: float) -> tuple[int, int]:
    """Shortest and longest length, tokens, of a uniform draw from [L(1-r), L(1+r)], both included
    and at least 1.

    Rounded outwards, as `vllm bench serve` does it; the inner rounding keeps 1000 * 1.1 from
    becoming 1101.
    """
    low = math.floor(round(length * (1 - ratio), 6))
    high = math.ceil(round(length * (1 + ratio), 6))
    return max(low, 1), high


@functools.lru_cache(1 << 10)
def ranged(length: int, ratio: float) -> LengthLaw:
    """Uniform in [L(1-r), L(1+r)]."""
    low, high = length_range(length, ratio)
    return LengthLaw("uniform", low, high, length)


def parse_scenario(text: str) -> tuple[LengthLaw, LengthLaw]:
    """Laws of input and output. Raises ValueError with what is wrong and an example."""
    if fixed := _FIXED.fullmatch(text):
        return _uniform(fixed[1], fixed[1]), _uniform(fixed[2], fixed[2])
    if drawn := _DRAWN.fullmatch(text):
        law = _normal if drawn[1].upper() == "N" else _uniform
        return law(drawn[2], drawn[3]), law(drawn[4], drawn[5])
    raise ValueError(Said("scenario.none", {"text": text}))


def _uniform(low: str, high: str) -> LengthLaw:
    least, most = _whole(low), _whole(high)
    if most < least:
        raise ValueError(Said("scenario.empty", {"least": least, "most": most}))
    return LengthLaw("uniform", least, most, (least + most) / 2)


def _normal(mean: str, sigma: str) -> LengthLaw:
    centre, spread = float(mean), float(sigma)
    if centre < 1:
        raise ValueError(Said("scenario.mean", {"mean": mean}))
    low = max(1, math.ceil(centre - FARTHEST_SIGMAS * spread))
    high = math.floor(centre + FARTHEST_SIGMAS * spread)
    return LengthLaw("normal", low, max(low, high), centre, spread)


def _whole(number: str) -> int:
    if "." in number or int(number) < 1:
        raise ValueError(Said("scenario.length", {"number": number}))
    return int(number)
