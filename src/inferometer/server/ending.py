"""Before the next server starts: the port is free, and accelerator memory is released. Stops
nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from inferometer.server import accelerator_memory
from inferometer.server.port import wait_until_free, why_not_free
from inferometer.words import Said, in_words, spoken

PORT_TIMEOUT_S = 10.0


def wait_released(
    base_url: str,
    memory_before: Mapping[str, float],
    say: Callable[[str], None],
) -> None:
    """Wait for both, for a limited time, and report what was not released. `memory_before`: MiB by
    card, before the start.
    """
    if not wait_until_free(base_url, PORT_TIMEOUT_S):
        say(
            in_words(
                Said("server.port_not_free", {"taken": why_not_free(base_url)})
            )
        )
    held = accelerator_memory.wait_released(memory_before)
    if held:
        cards = ", ".join(f"{card} {mib:.0f} MiB" for card, mib in held.items())
        say(spoken().text("server.memory_held", cards=cards))
