"""Search for a ceiling, the highest load at which a client is exact. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from inferometer.metrics.calibration import Ceiling

GROWTH = 1.05
"""A server whose rate grows by less than this for twice the load is at its limit."""

FINENESS = 1.2
"""The search ends when the bounds are within this factor."""

KNOWN_WITHIN = 2.0
"""A ceiling is known if the lowest load that was too high is within this factor of it."""

STEPS_DOWN = 4.0


@dataclass(frozen=True, slots=True)
class LoadProbe:
    """The result of one load."""

    load: float
    """The load that was reached."""
    within: bool
    """Whether the client was exact."""


def find_ceiling(
    probe: Callable[[float], LoadProbe],
    *,
    first: float,
    most: float,
    least: float = 1.0,
    time_is_up: Callable[[], bool],
) -> Ceiling:
    """Double the load from `first` until the client is not exact any more, then close in on where
    that began.

    A load that was too much is tried once more, since a neighbour on the host may have been to
    blame. Ends at `most`; when a server gives no more, whatever is asked of it; when the time is
    up; or below `least`, with a ceiling of 0. What a server was asked for and what it gave are two
    things: where no load was had between one that is far too much and one that is not, it was the
    server that ended the search.
    """
    best, good, bad, asked = 0.0, 0.0, 0.0, min(first, most)
    too_much = float("inf")
    while True:
        reading = _twice_if_need_be(probe, asked, time_is_up)
        if reading.within:
            has_grown = reading.load > best * GROWTH
            best, good = max(best, reading.load), asked
            if not bad and not has_grown:
                return Ceiling(best, "server")
            if not bad and asked >= most:
                return Ceiling(best, "search")
        else:
            bad, too_much = asked, min(too_much, reading.load)
            if bad <= least:
                return Ceiling(0.0, "client")
        if bad and good and bad / good <= FINENESS:
            return Ceiling(
                best, "client" if too_much <= KNOWN_WITHIN * best else "server"
            )
        if time_is_up():
            return Ceiling(
                best,
                "client"
                if best and too_much <= 2 * KNOWN_WITHIN * best
                else "time",
            )
        if not bad:
            asked = min(2 * asked, most)
        else:
            asked = (
                (good * bad) ** 0.5 if good else max(least, bad / STEPS_DOWN)
            )


def _twice_if_need_be(
    probe: Callable[[float], LoadProbe],
    asked: float,
    time_is_up: Callable[[], bool],
) -> LoadProbe:
    reading = probe(asked)
    return reading if reading.within or time_is_up() else probe(asked)
