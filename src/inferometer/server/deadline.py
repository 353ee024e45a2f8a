"""The time limit of a whole call, in a form that passes through libraries with time-outs
per read.
"""

from __future__ import annotations

import time


class Deadline(float):
    """The seconds that a whole call may take from now on: every wait gets what is left of them."""

    at_s: float

    def __new__(cls, seconds: float) -> Deadline:
        made = super().__new__(cls, seconds)
        made.at_s = time.monotonic() + seconds
        return made

    @property
    def left_s(self) -> float:
        return self.at_s - time.monotonic()

    def part(self) -> Deadline:
        """A deadline that ends with this one and can be shortened."""
        made = Deadline(self)
        made.at_s = self.at_s
        return made

    def shorten(self, seconds: float) -> None:
        """End in this many seconds, unless it ends earlier."""
        self.at_s = min(self.at_s, time.monotonic() + seconds)


def left_of(timeout: float | None, over: type[Exception]) -> float | None:
    """How long one read or write may wait. Raises `over` if the deadline has passed."""
    if not isinstance(timeout, Deadline):
        return timeout
    left_s = timeout.left_s
    if left_s <= 0:
        raise over
    return left_s
