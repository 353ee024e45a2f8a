"""Service-level objectives as users write them: `ttft:100 tpot:50 e2el:1000`, in ms. Not known
here: whether they are met.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from inferometer.metrics.definitions import GOODPUT_TESTS
from inferometer.words import Said


def parse_goodput(text: str | Sequence[str]) -> dict[str, float]:
    """Limits in ms by metric, from `KEY:VALUE` pairs in one string (spaces or commas between them)
    or several.

    Raises ValueError, one sentence, for anything but known keys, each once, with a positive number.
    """
    written = text if isinstance(text, str) else " ".join(text)
    pairs = written.replace(",", " ").split()
    if not pairs:
        raise ValueError(Said("goodput.none"))
    limits: dict[str, float] = {}
    for pair in pairs:
        key, value = _limit(pair)
        if key in limits:
            raise ValueError(Said("goodput.twice", {"key": key}))
        limits[key] = _positive_ms(key, value)
    return limits


def _limit(pair: str) -> tuple[str, str]:
    key, colon, value = pair.partition(":")
    if not colon:
        raise ValueError(Said("goodput.pair", {"pair": pair}))
    if key not in GOODPUT_TESTS:
        told = {"key": key, "known": list(GOODPUT_TESTS)}
        raise ValueError(Said("goodput.key", told))
    return key, value


def _positive_ms(key: str, value: str) -> float:
    try:
        limit = float(value)
    except ValueError:
        limit = math.nan
    if not (limit > 0 and math.isfinite(limit)):
        told = {"key": key, "value": value}
        raise ValueError(Said("goodput.value", told))
    return limit
