"""When samples are taken."""

from __future__ import annotations

from inferometer.clock import NS

GOLDEN = (5**0.5 - 1) / 2
"""Multiples of it are spread evenly over the time between two whole numbers, however many they are.
"""

GLANCE_NS = NS // 10
"""So often momentary powers are read: they add up to an energy if there are many."""


def next_look_ns(passed_ns: int, period_ns: int) -> int:
    """When to look next, in ns since the beginning: once in each period, each time at another
    moment of it.

    Samples at the same distance would all see the same phase of a power that swings as often as
    they are taken, and their mean would be off without a sign of it.
    """
    turn = passed_ns // period_ns + 1
    return round((turn + turn * GOLDEN % 1) * period_ns)
