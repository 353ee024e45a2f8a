"""What the twin has computed: a step, or many steps in a row that differ only in their length."""

from __future__ import annotations

from typing import Any, NamedTuple

from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.step_time import Busy

PS_PER_NS = 1000


class Stretch(NamedTuple):
    """`steps` steps in a row, each of which gives one token to each of `requests`. The first takes
    `first_ps`, each further one `growth_ps` more than the one before it.
    """

    start_ps: int
    first_ps: int
    growth_ps: int
    steps: int
    requests: tuple[TwinRequest, ...]
    busy: Busy
    """Of its first step."""
    begun: tuple[TwinRequest, ...]
    """Of the requests, those whose prompt was computed in its first step: the first token of all
    that did not get it before.
    """
    ended: tuple[TwinRequest, ...]
    """Of the requests, those that are over with its last step."""
    queued_ps: int = 0
    """How long the tokens of its first step wait in the API server for those before them."""

    def end_ps(self, steps: int) -> int:
        """When the first `steps` of it are over."""
        ends_ps: int = end_ps(
            self.start_ps, self.first_ps, self.growth_ps, steps
        )
        return ends_ps

    def end_ns(self, step: int) -> int:
        """When a step, counted from 1, is over."""
        return self.end_ps(step) // PS_PER_NS


def end_ps(start_ps: Any, first_ps: Any, growth_ps: Any, steps: Any) -> Any:
    """When the first `steps` steps are over. Takes numbers, or arrays of the same length."""
    return start_ps + steps * first_ps + growth_ps * (steps * (steps - 1) // 2)
