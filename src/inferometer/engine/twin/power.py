"""Power of a card, from how busy a step keeps it. No factor here was fitted to a measurement: no
public data has power per second beside tokens.
"""

from __future__ import annotations

from inferometer.engine.twin.profiles import CardProfile
from inferometer.engine.twin.step_time import Busy

COMPUTE_SHARE, MEMORY_SHARE = 0.7, 0.5
"""Of the range from idle to the limit; both at once are clipped at the limit. Guesses."""


def step_power_w(card: CardProfile, busy: Busy) -> float:
    """Mean power during a step."""
    if not busy.total_ps:
        return card.idle_w
    compute = min(1.0, busy.compute_ps / busy.total_ps)
    memory = min(1.0, busy.memory_ps / busy.total_ps)
    share = min(1.0, COMPUTE_SHARE * compute + MEMORY_SHARE * memory)
    return card.idle_w + (card.limit_w - card.idle_w) * share
