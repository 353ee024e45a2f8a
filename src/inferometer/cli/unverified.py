"""What a twin's predictions rest on and nobody has verified, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from inferometer.words import spoken

if TYPE_CHECKING:
    from inferometer.engine.twin.configuration import TwinSettings


def unverified_in_words(twins: Iterable[TwinSettings]) -> list[str]:
    """A sentence for each card whose rates nobody has verified, and one for all models whose
    experts' kernels are not modelled.
    """
    from inferometer.engine.twin import profiles

    words, used = spoken(), list(twins)
    found = []
    for card in dict.fromkeys(each.card for each in used):
        if unverified := profiles.unverified_rates(card):
            rates = words.listed(f"{n} = {v:g}" for n, v in unverified.items())
            found.append(words.text("twin.unverified", card=card, rates=rates))
    models = [
        name
        for name in dict.fromkeys(each.model for each in used)
        if profiles.load_profile(profiles.ModelShape, name).experts
    ]
    if models:
        found.append(words.text("twin.experts", models=words.listed(models)))
    return found
