"""Samples the machine while a point is measured: a process of its own with a thread a vendor, one
for the host and one for the server's page, so that nothing of it runs where the load does.

A sampler that hangs holds up nobody: it is left behind and named. Times leave here on the clock of
the load.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from inferometer.clock import NS, Anchor, monotonic_ns, take_anchor
from inferometer.measurement.machine_rows import (
    MachineRow,
    page_rows,
    rows_of,
)
from inferometer.metrics.energy import MIN_POWER_PERIODS, averaging_ns
from inferometer.system.child import die_with_parent
from inferometer.system.interruption import ignore_signals, signals_held_back
from inferometer.telemetry.reading import ToolReport
from inferometer.telemetry.sample import SAMPLERS, wanted
from inferometer.telemetry.sampler import Sampled, Sampler
from inferometer.telemetry.tree import Tree
from inferometer.trace.series import (
    HOST,
    PERIOD_S,
    SERVER,
    Declared,
    SampledCard,
    SamplerReport,
    Series,
    Telemetry,
)

PAGE_PERIOD_S = 2.0
"""Of the server's own page: to render it takes time of the server that is measured."""
FIRST_S = 3.0
"""How long the first request waits for every sampler's first sample."""
LAST_S = 2.0
"""How long the end waits for every sampler's last sample."""
THERE_AS_OFTEN = 2
"""A monitor is asked twice as often as it looks: of two samples in an answer only the newest
counts.
"""
HANGS_S = 1.5
"""A sample that has taken so long when all are asked for their last leaves a gap that counts."""
STALE_S = 20.0
"""What was seen longer ago is not shown as what is there now: a tool is ended long before."""
HAND_OVER_S = 30.0
MAX_ROWS = 20_000_000
NICENESS = 5

SELDOM = frozenset(
    {
        "memory_total_bytes",
        "power_limit_w",
        "power_limit_default_w",
        "max_gpu_clock_mhz",
        "processes",
        "programs",
        "partitioned",
        "pcie_replays",
        "aer_correctable",
        "aer_uncorrectable",
        "slot_speed_gts",
        "slot_width",
        "slot_max_speed_gts",
        "slot_max_width",
        "narrowest_gb_per_s",
        "vendor_speed_gts",
        "vendor_width",
        "link_gb_per_s",
        "energy_range_j",
    }
)
"""What hardly ever changes: of equal values in a row, the first and the last are kept."""


class Latest(NamedTuple):
    """The newest value of a field, and when it was seen."""

    value: float
    monotonic_ns: int


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


@contextmanager
def sampling(plan: SamplingPlan | None) -> Iterator[MachineSampling | None]:
    """Samples inside the block, from a first sample of everything on; None samples nothing."""
    if plan is None:
        yield None
        return
    running = MachineSampling(plan)
    try:
        running.await_first()
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
        self._is_asked = False
        self._anchors = [take_anchor()]
        self._pipe, far_end = context.Pipe()
        self._process = context.Process(
            target=_work, args=(plan, far_end), daemon=True
        )
        with signals_held_back():
            self._process.start()
        far_end.close()

    def await_first(self) -> None:
        """Until every sampler has its first sample, within limits; then the idle time."""
        self._hear(FIRST_S + 1.0)
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
            seen = self._hear(LAST_S) or {}
        return {
            card: {name: each.value for name, each in values.items()}
            for card, values in seen.items()
        }

    def newest(self) -> Newest:
        """What was newest at the last call, which asked for it: nobody waits."""
        with suppress(OSError, EOFError):
            if self._is_asked and self._pipe.poll():
                self._newest, self._is_asked = self._pipe.recv(), False
            if not self._is_asked:
                self._pipe.send("latest")
                self._is_asked = True
        return self._newest

    def finish(self, start_realtime_ns: int, *, wait: bool) -> Telemetry:
        """All that was seen, with times since the run's start: after last samples, unless nobody
        wants to wait for them.
        """
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
            taken = self._hear(HAND_OVER_S)
            if self._is_asked and not isinstance(taken, _Taken):
                taken = self._hear(HAND_OVER_S)  # that was for `newest`
        return self._telemetry(taken, start_ns)

    def _telemetry(self, taken: _Taken | None, start_ns: int) -> Telemetry:
        plan, apart = self._plan, self._plan.clocks_apart_ms
        seen = Telemetry(
            samplers=(SamplerReport("all", "lost"),),
            declared=plan.declared,
            period_s=plan.period_s,
            place=plan.place,
            clock_offset_ms=apart[0] if apart else None,
            clock_uncertainty_ms=apart[1] if apart else None,
            idle_s=plan.idle_s,
        )
        if taken is None:
            return seen
        return replace(
            seen,
            series=tuple(_series(taken, start_ns)),
            cards=tuple(
                replace(card, vendor="simulated", simulated=True)
                if plan.simulated
                else card
                for card in taken.cards
            ),
            samplers=taken.samplers,
        )

    def end(self) -> None:
        """Leave nothing running; may be called twice."""
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def _hear(self, timeout_s: float) -> Any:
        with suppress(OSError, EOFError):
            if self._pipe.poll(timeout_s):
                return self._pipe.recv()
        return None


def _nearest(anchors: Iterable[Anchor], realtime_ns: int) -> int:
    """The clocks' distance at this moment: a step in between counts from when it was seen."""
    closest = min(anchors, key=lambda each: abs(each.realtime_ns - realtime_ns))
    return closest.offset_ns


# ------------------------------------------------------------------------------ in its own process


@dataclass(frozen=True, slots=True)
class _Taken:
    """What the process hands over: by series, times, values and reasons."""

    columns: Mapping[tuple[str, ...], tuple[bytes, bytes, list[str | None]]]
    cards: tuple[SampledCard, ...]
    samplers: tuple[SamplerReport, ...]


def _series(taken: _Taken, start_ns: int) -> Iterator[Series]:
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


class _Column:
    """The rows of one series so far."""

    __slots__ = ("reasons", "times", "values")

    def __init__(self) -> None:
        self.times, self.values = array("q"), array("d")
        self.reasons: list[str | None] = []

    def add(self, row: MachineRow, at_ns: int) -> int:
        """Add a row; by how many rows it is longer then."""
        value = float("nan") if row.value is None else row.value
        if row.name in SELDOM and self._repeats(row):
            self.times[-1] = at_ns
            return 0
        self.times.append(at_ns)
        self.values.append(value)
        self.reasons.append(row.reason if row.value is None else None)
        return 1

    def _repeats(self, row: MachineRow) -> bool:
        if len(self.values) < 2:
            return False
        if row.value is None:
            return self.reasons[-2:] == [row.reason] * 2
        return self.values[-2] == self.values[-1] == row.value


class MachineLog:
    """All rows of all samplers."""

    def __init__(self) -> None:
        self.columns: dict[tuple[str, ...], _Column] = {}
        self._latest: dict[str, dict[str, Latest]] = {}
        self.cards: dict[str, SampledCard] = {}
        self.rows = 0
        self._lock = threading.Lock()

    def add(
        self,
        rows: Iterable[MachineRow],
        cards: Iterable[SampledCard],
        at_ns: int,
    ) -> None:
        with self._lock:
            for card in cards:
                known = self.cards.get(card.id)
                if known is None or card.tells_more_than(known):
                    self.cards[card.id] = card
            for row in rows:
                latest = self._latest.setdefault(row.card, {})
                if row.value is None:
                    latest.pop(row.name, None)
                else:
                    latest[row.name] = Latest(row.value, at_ns)
                if self.rows < MAX_ROWS:
                    column = self.columns.setdefault(row.key, _Column())
                    self.rows += column.add(row, at_ns)

    def series(self, start_ns: int) -> tuple[Series, ...]:
        """All of it, with times since then."""
        return tuple(_series(self.taken(()), start_ns))

    def averaged_s(self) -> float:
        """The longest time over which a power is the mean."""
        with self._lock:
            kinds = {key[-1] for key in self.columns if key[0] == "power_w"}
        return max(map(averaging_ns, kinds), default=0) / NS

    def newest(self) -> Newest:
        oldest_ns = monotonic_ns() - round(STALE_S * NS)
        with self._lock:
            return {
                card: {
                    name: each
                    for name, each in latest.items()
                    if each.monotonic_ns >= oldest_ns
                }
                for card, latest in self._latest.items()
            }

    def taken(self, samplers: Iterable[SamplerReport]) -> _Taken:
        with self._lock:
            columns = {
                key: (
                    each.times.tobytes(),
                    each.values.tobytes(),
                    list(each.reasons),
                )
                for key, each in self.columns.items()
            }
            cards = tuple(self.cards.values())
        return _Taken(columns, cards, tuple(samplers))


Seen = tuple[list[MachineRow], list[SampledCard], int, Sequence[ToolReport]]
"""Rows, cards, when, and how asking tools went."""

Look = Callable[[], Seen]


class _Thread(threading.Thread):
    """Looks again and again, as often as planned, until it is asked for its last."""

    def __init__(
        self, name: str, look: Look, log: MachineLog, period_s: float
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._look, self._log = look, log
        self._period_ns = round(period_s * NS)
        self._wake = threading.Event()
        self._last_asked_ns: int | None = None
        self._begun_ns: int | None = None
        self.first, self.last = threading.Event(), threading.Event()
        self.samples, self.longest_ns = 0, 0
        self.state, self.detail = "ok", ""

    def ask_last(self) -> None:
        self._last_asked_ns = monotonic_ns()
        self._wake.set()

    def nudge(self) -> None:
        self._wake.set()

    def report(self) -> SamplerReport:
        begun, longest_ns = self._begun_ns, self.longest_ns
        state = self.state
        if begun is not None and (took_ns := monotonic_ns() - begun) > (
            HANGS_S * NS
        ):
            state, longest_ns = "hung", max(longest_ns, took_ns)
        return SamplerReport(
            self.name, state, self.detail, self.samples, longest_ns / NS
        )

    def run(self) -> None:
        try:
            while self._again():
                pass
        except Exception as error:  # one sampler's fault is not the others'
            self.state = "failed"
            self.detail = f"{type(error).__name__}: {error}"[:200]
            self._begun_ns = None
            self.first.set()
            self.last.set()

    def _again(self) -> bool:
        begun = self._begun_ns = monotonic_ns()
        rows, cards, at_ns, tools = self._look()
        self._begun_ns = None
        took_ns = monotonic_ns() - begun
        self.longest_ns = max(self.longest_ns, took_ns)
        self.samples += 1
        self._log.add(rows, cards, at_ns)
        self._heed(tools)
        self.first.set()
        asked = self._last_asked_ns
        if asked is not None and begun >= asked and at_ns >= asked:
            self.last.set()
            return False
        due_ns = begun + self._period_ns
        self._wake.wait(max(0, due_ns - monotonic_ns()) / NS)
        self._wake.clear()
        return True

    def _heed(self, tools: Iterable[ToolReport]) -> None:
        """The worst that a tool did: it is named at the end, however it goes on."""
        for tool in tools:
            if tool.state != "ok":
                self.state = tool.state
                self.detail = f"{tool.tool} {tool.detail or ''}".strip()


def _looks(plan: SamplingPlan) -> dict[str, tuple[Look, float]]:
    """How each sampler looks, and how often."""
    tree = Tree(plan.root)
    found: dict[str, tuple[Look, float]] = {
        name: (partial(_here, SAMPLERS[name](), tree), plan.period_s)
        for name in wanted(tree)
        if (plan.host_here if name == HOST else plan.cards_here)
    }
    if plan.machine is not None:
        period_s = plan.period_s / (1 if plan.simulated else THERE_AS_OFTEN)
        found["monitor"] = (partial(_there, plan.machine), period_s)
    if plan.page is not None:
        found[SERVER] = (partial(_page, plan.page), PAGE_PERIOD_S)
    return found


def _here(sampler: Sampler, tree: Tree) -> Seen:
    sampled = sampler.sample(tree)
    return (*rows_of(sampled), sampled.monotonic_ns, sampled.tools)


def _there(machine: Callable[[], Sampled]) -> Seen:
    """A monitor that has seen no card since it was asked last is asked again for its last."""
    sampled = machine()
    is_new = bool(sampled.cards or sampled.tools)
    at_ns = sampled.monotonic_ns if is_new else 0
    return (*rows_of(sampled), at_ns, sampled.tools)


def _page(page: Callable[[], tuple[str, float] | None]) -> Seen:
    begun = monotonic_ns()
    rows = page_rows(page())
    return rows, [], begun + (monotonic_ns() - begun) // 2, ()


def _work(plan: SamplingPlan, pipe: Pipe) -> None:
    """Body of the process. It ends with its parent, whatever its threads do."""
    ignore_signals()
    if sys.platform == "linux":
        die_with_parent(signal.SIGKILL)
        parent = multiprocessing.parent_process()
        if parent is not None and os.getppid() != parent.pid:
            os._exit(1)
    with suppress(OSError):
        os.nice(NICENESS)  # below the load, whose priority may be real-time
    log = MachineLog()
    threads = [
        _Thread(name, look, log, period_s)
        for name, (look, period_s) in _looks(plan).items()
    ]
    for thread in threads:
        thread.start()
    _await([thread.first for thread in threads], FIRST_S)
    with suppress(OSError, EOFError):
        pipe.send("ready")
        while (word := pipe.recv()) in ("latest", "nudge"):
            if word == "latest":
                pipe.send(log.newest())
            else:
                for thread in threads:
                    thread.nudge()
        if word == "last mean":
            # a mean of the last second counts in its middle, which has to lie beyond the end
            time.sleep(log.averaged_s() / 2)
        for thread in threads:
            thread.ask_last()
        if word != "stop":
            _await([thread.last for thread in threads], LAST_S)
        pipe.send(log.taken(thread.report() for thread in threads))
    _end_tools()
    os._exit(0)  # a thread may be stuck in a driver


def _await(events: Iterable[threading.Event], timeout_s: float) -> None:
    end_ns = monotonic_ns() + round(timeout_s * NS)
    for event in events:
        event.wait(max(0, end_ns - monotonic_ns()) / NS)


def _end_tools() -> None:
    """Tools that have not answered yet are in groups of their own: nobody else ends them."""
    import psutil

    with suppress(psutil.Error):
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                child.kill()
