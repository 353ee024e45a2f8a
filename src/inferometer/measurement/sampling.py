"""Samples the machine while a point is measured, in a process of its own, so that nothing of it
runs where the load does. What runs there is in `samplers`, which only that process has to import.

Times leave here on the clock of the load.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from inferometer.clock import NS, Anchor, take_anchor
from inferometer.system.interruption import signals_held_back
from inferometer.trace.series import (
    PERIOD_S,
    Declared,
    SampledCard,
    SamplerReport,
    Series,
    Telemetry,
)

if TYPE_CHECKING:
    from inferometer.telemetry.sampler import Sampled

Heard = TypeVar("Heard")

FIRST_S = 3.0
"""How long the first request waits for every sampler's first sample."""
LAST_S = 2.0
"""How long the end waits for every sampler's last sample."""
HAND_OVER_S = 10.0
"""How long all that was seen is waited for, last samples included."""
END_S = 2.0
"""How long an end is waited for: a thread inside a driver that hangs cannot even be killed, and the
results are not saved yet.
"""


class Latest(NamedTuple):
    """The newest value of a field, and when it was seen."""

    value: float
    monotonic_ns: int


SECOND_DIE = "second_die"
"""Name of the value that says that another card reports the power of both."""

Newest = Mapping[str, Mapping[str, Latest]]
"""By card (or HOST, SERVER) and name; without what could not be read."""


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """What is sampled."""

    root: Path = Path("/")
    cards_here: bool = True
    """Whether the cards of this host are those of the server."""
    host_here: bool = True
    """Whether this host is sampled, and not that of a monitor."""
    page: Callable[[], tuple[str, float] | None] | None = None
    """Reads the server's own page, from a connection of its own."""
    machine: Callable[[], Sampled] | None = None
    """Reads the machine of the server, where it is another: a monitor or a simulated one."""
    place: str = "here"
    clocks_apart_ms: tuple[float, float] | None = None
    """How far the clock at that place is ahead, and the uncertainty."""
    simulated: bool = False
    declared: Declared = field(default_factory=Declared)
    idle_s: float = 0.0
    period_s: float = PERIOD_S


@dataclass(frozen=True, slots=True)
class Taken:
    """What the process hands over: by series, times, values and reasons."""

    columns: Mapping[tuple[str, ...], tuple[bytes, bytes, list[str | None]]]
    cards: tuple[SampledCard, ...]
    samplers: tuple[SamplerReport, ...]


@contextmanager
def sampling(plan: SamplingPlan | None) -> Iterator[MachineSampling | None]:
    """Samples inside the block, after `await_first` all that is planned; None samples nothing."""
    if plan is None:
        yield None
        return
    running = MachineSampling(plan)
    try:
        yield running
    finally:
        running.end()


class MachineSampling:
    """The samplers' process, as its parent sees it."""

    def __init__(self, plan: SamplingPlan) -> None:
        context: Any = multiprocessing.get_context(
            "fork" if sys.platform == "linux" else "spawn"
        )
        self._plan = plan
        self._newest: Newest = {}
        self._is_asked = self._has_first = False
        self._anchors = [take_anchor()]
        self._pipe, far_end = context.Pipe()
        self._process = context.Process(
            target=_in_process, args=(plan, far_end), daemon=True
        )
        with signals_held_back():
            self._process.start()
        far_end.close()

    def await_first(self) -> None:
        """Until every sampler has its first sample, within limits; then the idle time. Once."""
        if self._has_first:
            return
        self._has_first = True
        self._hear(str, FIRST_S + 1.0)
        if self._plan.idle_s:
            time.sleep(self._plan.idle_s + 2 * self._plan.period_s)

    def nudge(self) -> None:
        """Have a sample taken now: counters are read where the load begins, and not up to half a
        second away from it.
        """
        with suppress(OSError):
            self._pipe.send("nudge")

    def look(self) -> Mapping[str, Mapping[str, float]]:
        """The newest values, by card and name, now."""
        seen: Newest = {}
        with suppress(OSError):
            self._pipe.send("latest")
            seen = self._hear(dict, LAST_S) or {}
        return {
            card: {name: each.value for name, each in values.items()}
            for card, values in seen.items()
        }

    def newest(self) -> Newest:
        """What was newest at the last call, which asked for it: nobody waits."""
        if self._is_asked and (seen := self._hear(dict, 0.0)) is not None:
            self._newest, self._is_asked = seen, False
        with suppress(OSError):
            if not self._is_asked:
                self._pipe.send("latest")
                self._is_asked = True
        return self._newest

    def finish(self, start_realtime_ns: int, *, wait: bool) -> Telemetry:
        """All that was seen, with times since the run's start: after last samples, unless nobody
        wants to wait for them.
        """
        from inferometer.metrics.energy import MIN_POWER_PERIODS

        self._anchors.append(take_anchor())
        start_ns = start_realtime_ns - _nearest(
            self._anchors, start_realtime_ns
        )
        took_ns = self._anchors[-1].monotonic_ns - start_ns
        has_energy = took_ns >= MIN_POWER_PERIODS * self._plan.period_s * NS
        word = "last mean" if has_energy else "last"
        taken = None
        with suppress(OSError):
            self._pipe.send(word if wait else "stop")
            taken = self._hear(Taken, HAND_OVER_S)
        return self._telemetry(taken, start_ns)

    def _telemetry(self, taken: Taken | None, start_ns: int) -> Telemetry:
        plan = self._plan
        offset_ms, uncertainty_ms = plan.clocks_apart_ms or (None, None)
        seen = Telemetry(
            samplers=(SamplerReport("all", "lost"),),
            declared=plan.declared,
            period_s=plan.period_s,
            place=plan.place,
            clock_offset_ms=offset_ms,
            clock_uncertainty_ms=uncertainty_ms,
            idle_s=plan.idle_s,
        )
        if taken is None:
            return seen
        return replace(
            seen,
            series=tuple(series_of(taken, start_ns)),
            cards=tuple(
                replace(card, vendor="simulated", simulated=True)
                if plan.simulated
                else card
                for card in taken.cards
            ),
            samplers=taken.samplers,
        )

    def end(self) -> None:
        """Leave nothing running that can be killed; may be called twice."""
        self._process.kill()
        self._process.join(END_S)
        if self._process.is_alive():
            _leave_behind(self._process)
        self._pipe.close()

    def _hear(self, kind: type[Heard], timeout_s: float) -> Heard | None:
        """Its next word of that kind. Any other came too late for whoever asked for it."""
        deadline_s = time.monotonic() + timeout_s
        with suppress(OSError, EOFError):
            while self._pipe.poll(max(0.0, deadline_s - time.monotonic())):
                if isinstance(word := self._pipe.recv(), kind):
                    return word
        return None


def _leave_behind(process: object) -> None:
    """At the program's end, multiprocessing waits for all of its children, however long."""
    children: set[object] = getattr(multiprocessing.process, "_children", set())
    children.discard(process)


def _nearest(anchors: Iterable[Anchor], realtime_ns: int) -> int:
    """The clocks' distance at this moment: a step in between counts from when it was seen."""
    closest = min(anchors, key=lambda each: abs(each.realtime_ns - realtime_ns))
    return closest.offset_ns


def _in_process(plan: SamplingPlan, pipe: Pipe) -> None:
    """Body of the process."""
    from inferometer.measurement.samplers import work

    work(plan, pipe)


def series_of(taken: Taken, start_ns: int) -> Iterator[Series]:
    for key, (times, values, reasons) in taken.columns.items():
        name, unit, card, source, averaging = key
        yield Series(
            name,
            unit,
            card,
            source,
            averaging,
            np.frombuffer(times, dtype=np.int64) - start_ns,
            np.frombuffer(values, dtype=np.float64),
            np.array(reasons, dtype=object),
        )
