"""What is said of a card wherever its simulated figures are: which of its rates are unverified."""

from __future__ import annotations

from collections.abc import Iterable

from inferometer.words import spoken


def unverified_in_words(cards: Iterable[str]) -> list[str]:
    """A sentence for each card whose rates nobody has verified."""
    from inferometer.engine.twin.profiles import unverified_rates

    words = spoken()
    return [
        words.text("twin.unverified", card=card, rates=words.listed(rates))
        for card in dict.fromkeys(cards)
        if (
            rates := [f"{n} = {v:g}" for n, v in unverified_rates(card).items()]
        )
    ]
