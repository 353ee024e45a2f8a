"""Samples a machine again and again: a thread each for the host and for every vendor, so that one
that hangs stops no other.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from inferometer.clock import NS, monotonic_ns
from inferometer.telemetry.moments import GLANCE_NS, next_look_ns
from inferometer.telemetry.reading import (
    MachineSample,
    Reading,
    Readings,
    ToolReport,
)
from inferometer.telemetry.sample import SAMPLERS, gathered, wanted
from inferometer.telemetry.sampler import (
    CardSampler,
    Glanced,
    Sampled,
    Sampler,
)
from inferometer.telemetry.tree import Tree

STALE_S = 20
"""A sampler that has seen nothing for so long hangs: a tool is ended long before."""
MAX_KEPT = 1024
"""Samples that nobody has taken yet; older ones are forgotten."""
MAX_POWERS = 8192
"""Powers of cards in between, likewise."""
APART_NS = GLANCE_NS // 5
"""Between a sample and a glance, at least: seen from another host the clocks may seem to move."""


class News(NamedTuple):
    """What was seen since somebody asked last."""

    seen: list[Sampled]
    powers: list[Glanced]
    """Read alone between samples."""
    number: int
    """The newest."""


class Watch:
    """What the samplers see, numbered in the order in which they saw it."""

    def __init__(
        self, root: Path, period_s: float, *, scattered: bool = False
    ) -> None:
        """`scattered`: at another moment of each period, with glances at powers in between, for
        whoever adds up what is seen.
        """
        self._is_scattered = scattered
        self._tree, self._period_ns = Tree(root), round(period_s * NS)
        self._kept: deque[tuple[int, Sampled]] = deque(maxlen=MAX_KEPT)
        self._powers: deque[tuple[int, Glanced]] = deque(maxlen=MAX_POWERS)
        self._latest: dict[str, Sampled] = {}
        self._number = 0
        self._changed = threading.Condition()
        self._end = threading.Event()
        self._begun_ns = monotonic_ns()
        self._threads = [
            threading.Thread(target=self._sample, args=(name,), daemon=True)
            for name in wanted(self._tree)
        ]
        for thread in self._threads:
            thread.start()

    def _sample(self, name: str) -> None:
        sampler = SAMPLERS[name]()
        while not self._end.is_set():
            try:
                seen = sampler.sample(self._tree)
            except Exception as error:  # a driver's library may do anything
                report = ToolReport(name, "tool_failed", type(error).__name__)
                seen = Sampled(monotonic_ns(), tools=(report,))
            with self._changed:
                self._number += 1
                self._kept.append((self._number, seen))
                self._latest[name] = held(self._latest.get(name), seen)
                self._changed.notify_all()
            self._rest(sampler)
        sampler.close()

    def _rest(self, sampler: Sampler) -> None:
        """Until the next sample is due."""
        due_ns = self._due_ns(self._period_ns)
        if self._is_scattered and isinstance(sampler, CardSampler):
            while self._glance(sampler, due_ns - APART_NS):
                pass
        self._end.wait(max(0, due_ns - monotonic_ns()) / NS)

    def _glance(self, sampler: CardSampler, until_ns: int) -> bool:
        """Read the powers that are read alone, if there are any and it is time before then."""
        at_ns = self._due_ns(GLANCE_NS)
        if at_ns >= until_ns or self._end.wait(
            max(0, at_ns - monotonic_ns()) / NS
        ):
            return False
        begun = monotonic_ns()
        powers = sampler.glance(self._tree)
        middle = begun + (monotonic_ns() - begun) // 2
        with self._changed:
            self._number += 1
            self._powers.extend(
                (self._number, Glanced(middle, *each)) for each in powers
            )
        return bool(powers)

    def _due_ns(self, period_ns: int) -> int:
        """All threads sample at the same times, so that what they see fits together."""
        passed = monotonic_ns() - self._begun_ns + APART_NS
        if self._is_scattered:
            return self._begun_ns + next_look_ns(passed, period_ns)
        return self._begun_ns + (passed // period_ns + 1) * period_ns

    def since(self, number: int) -> News:
        """What was seen after the sample of this number."""
        with self._changed:
            return News(
                [seen for each, seen in self._kept if each > number],
                [power for each, power in self._powers if each > number],
                self._number,
            )

    def latest(self) -> MachineSample:
        """The newest of each sampler. What is read less often is what it was."""
        now = monotonic_ns()
        old = now - STALE_S * NS - 2 * self._period_ns
        with self._changed:
            parts = {**self._latest}
        return gathered(
            [
                seen if seen.monotonic_ns >= old else _hung(name, seen)
                for name, seen in parts.items()
            ],
            now,
        )

    def wait_for_all(self, timeout_s: float) -> None:
        """Until every sampler has seen something, or that time is over."""
        with self._changed:
            self._changed.wait_for(
                lambda: len(self._latest) == len(self._threads), timeout_s
            )

    def close(self) -> None:
        """Stop; a thread that hangs is left behind."""
        self._end.set()
        for thread in self._threads:
            thread.join(0.5)


def held(before: Sampled | None, seen: Sampled) -> Sampled:
    """What was seen, with the values from before where none was due."""
    if before is None:
        return seen
    known = {
        (card.address, card.number): card.readings for card in before.cards
    }
    cards = tuple(
        replace(
            card,
            readings=_held(
                known.get((card.address, card.number), {}), card.readings
            ),
        )
        for card in seen.cards
    )
    return replace(seen, cards=cards, host=_held(before.host, seen.host))


def _held(before: Readings, now: Readings) -> Readings:
    return {
        name: before.get(name, each) if each.reason == "not_due" else each
        for name, each in now.items()
    }


def _hung(name: str, seen: Sampled) -> Sampled:
    """The same cards without values: nobody knows what they do now."""
    cards = tuple(
        replace(card, readings=_lost(card.readings), link=None)
        for card in seen.cards
    )
    report = ToolReport(name, "tool_timeout")
    return Sampled(seen.monotonic_ns, cards, _lost(seen.host), tools=(report,))


def _lost(readings: Readings) -> Readings:
    return {
        name: Reading(None, each.source, each.reason or "tool_timeout")
        for name, each in readings.items()
    }
