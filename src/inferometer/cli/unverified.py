"""What a twin's predictions rest on and nobody has verified, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from inferometer.words import spoken

if TYPE_CHECKING:
    from inferometer.engine.twin.configuration import TwinSettings


def unverified_in_words(twins: Sequence[TwinSettings]) -> list[str]:
    """A sentence for each card whose rates nobody has verified, and one for all models whose
    experts' kernels are not modelled.
    """
    from inferometer.engine.twin.profiles import (
        ModelShape,
        load_profile,
        unverified_rates,
    )

    words = spoken()
    found = [
        words.text("twin.unverified", card=card, rates=words.listed(rates))
        for card in dict.fromkeys(each.card for each in twins)
        if (
            rates := [f"{n} = {v:g}" for n, v in unverified_rates(card).items()]
        )
    ]
    if models := [
        name
        for name in dict.fromkeys(each.model for each in twins)
        if load_profile(ModelShape, name).experts
    ]:
        found.append(words.text("twin.experts", models=words.listed(models)))
    return found
