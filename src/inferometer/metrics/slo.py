"""Service-level objectives as users write them: `ttft:100 tpot:50 e2el:1000`, in ms. Not known
here: whether they are met.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from inferometer.metrics.definitions import GOODPUT_TESTS


def parse_goodput(text: str | Sequence[str]) -> dict[str, float]:
    """Limits in ms by metric, from `KEY:VALUE` pairs in one string (spaces or commas between them)
    or several.

    Raises ValueError, one sentence, for anything but known keys, each once, with a positive number.
    """
    pairs = (
        " ".join([text] if isinstance(text, str) else text)
        .replace(",", " ")
        .split()
    )
    if not pairs:
        raise ValueError(
            "A goodput needs at least one KEY:VALUE in ms, for example ttft:100."
        )
    limits: dict[str, float] = {}
    for pair in pairs:
        key, colon, value = pair.partition(":")
        if not colon:
            raise ValueError(
                f"'{pair}' is not KEY:VALUE; write a goodput like ttft:100 tpot:50 e2el:1000 (ms)."
            )
        if key not in GOODPUT_TESTS:
            raise ValueError(
                f"'{key}' cannot be limited by a goodput; choose from {', '.join(GOODPUT_TESTS)}."
            )
        if key in limits:
            raise ValueError(
                f"'{key}' is limited twice in the goodput; keep one of the two."
            )
        limits[key] = _positive_ms(key, value)
    return limits


def _positive_ms(key: str, value: str) -> float:
    try:
        limit = float(value)
    except ValueError:
        limit = math.nan
    if not (limit > 0 and math.isfinite(limit)):
        raise ValueError(
            f"'{value}' is no limit for '{key}'; write a positive number of ms, for example "
            f"{key}:100."
        )
    return limit
