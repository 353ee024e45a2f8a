"""The API server's way out: after a fixed time, the tokens of a step leave one after another.

The engine goes on meanwhile, so no step is longer for it. Where the engine makes tokens faster than
they can leave, they queue, and throughput is what the API server lets out.
"""

from __future__ import annotations

from typing import Any

from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.stretch import PS_PER_NS, Stretch


class Outlet:
    """`fixed_ns`: from the end of a step until its first token is worked on. `token_ns`: each."""

    __slots__ = ("_free_ps", "fixed_ns", "token_ns")

    def __init__(self, fixed_ns: int, token_ns: int) -> None:
        self.fixed_ns, self.token_ns = fixed_ns, token_ns
        self._free_ps = 0
        """When the tokens of all steps so far have left, less the fixed time."""

    def take(self, stretch: Stretch) -> Stretch:
        """The next steps, from now on with how long their tokens wait for those before them."""
        stretch = self.queued(stretch)
        last_ps = self._begins_ps(stretch, stretch.steps)
        tokens = len(stretch.requests)
        self._free_ps = last_ps + self.token_ns * PS_PER_NS * tokens
        return stretch

    def queued(self, stretch: Stretch) -> Stretch:
        """The same, of steps that may not be the next ones after all."""
        waits_ps = self._free_ps - stretch.start_ps - stretch.first_ps
        return stretch._replace(queued_ps=waits_ps) if waits_ps > 0 else stretch

    def begins_ns(self, stretch: Stretch, step: int) -> int:
        """When the first token of a step, counted from 1, is worked on."""
        return self._begins_ps(stretch, step) // PS_PER_NS + self.fixed_ns

    def stamp(self, stretch: Stretch) -> None:
        """Write down when the first and the last tokens of its requests leave."""
        for request in stretch.begun:
            if request.first_ns < 0:
                request.first_ns = self.leaves_ns(stretch, 1, request)
        for request in stretch.ended:
            last = stretch.steps
            request.finished_ns = self.leaves_ns(stretch, last, request)

    def leaves_ns(
        self, stretch: Stretch, step: int, request: TwinRequest
    ) -> int:
        """When the request's token of a step leaves."""
        place = stretch.requests.index(request)
        return self.begins_ns(stretch, step) + self.token_ns * (place + 1)

    def _begins_ps(self, stretch: Stretch, step: int) -> int:
        free_ps = stretch.start_ps + stretch.first_ps + stretch.queued_ps
        if step == 1:
            return free_ps
        passed_ps: int = self.passed_ps(free_ps, len(stretch.requests), step)
        return max(stretch.end_ps(step), passed_ps)

    def passed_ps(self, free_ps: Any, tokens: Any, step: Any) -> Any:
        """When the tokens before those of a step have gone, if none of them came later than that.
        `free_ps`: when the first step's tokens are worked on. Takes numbers, or arrays.

        Steps only get longer: a queue that is there at the last one has been there since the first.
        """
        return free_ps + (step - 1) * tokens * (self.token_ns * PS_PER_NS)
