"""The samplers' process: a thread a vendor, one for the host and one for the server's page.

A sampler that hangs holds up nobody: it is left behind and named.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from array import array
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection as Pipe
from operator import itemgetter
from typing import NamedTuple

from inferometer.clock import NS, monotonic_ns
from inferometer.measurement.machine_rows import (
    MachineRow,
    page_rows,
    power_row,
    rows_of,
)
from inferometer.measurement.sampling import (
    FIRST_S,
    LAST_S,
    SECOND_DIE,
    Latest,
    Newest,
    SamplingPlan,
    Taken,
    series_of,
)
from inferometer.system.child import die_with_parent
from inferometer.system.interruption import ignore_signals
from inferometer.telemetry.moments import GLANCE_NS, next_look_ns
from inferometer.telemetry.reading import VENDORS, ToolReport
from inferometer.telemetry.sample import SAMPLERS, wanted
from inferometer.telemetry.sampler import CardSampler, Sampled, Sampler
from inferometer.telemetry.tree import Tree
from inferometer.trace.series import (
    HOST,
    SERVER,
    SampledCard,
    SamplerReport,
    Series,
    averaging_ns,
)

PAGE_PERIOD_S = 2.0
"""Of the server's own page: to render it takes time of the server that is measured."""
THERE_AS_OFTEN = 2
"""A monitor is asked twice as often as it looks: of two samples in an answer only the newest
counts.
"""
AT_ONCE = frozenset({HOST, SERVER})
"""What shows a load at once: it is not looked at again a moment after one has begun."""
SCATTERED = frozenset(VENDORS.values())
"""Samplers that look at another moment of each period: those whose momentary values add up."""
HANGS_S = 1.5
"""A sample that has taken so long when all are asked for their last leaves a gap that counts."""
STALE_S = 20.0
"""What was seen longer ago is not shown as what is there now: a tool is ended long before."""
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
                    column = self.columns.get(row.key)
                    if column is None:
                        column = self.columns[row.key] = _Column()
                    self.rows += column.add(row, at_ns)

    def series(self, start_ns: int) -> tuple[Series, ...]:
        """All of it, with times since then."""
        return tuple(series_of(self.taken(()), start_ns))

    def averaged_s(self) -> float:
        """The longest time over which a power is the mean."""
        with self._lock:
            kinds = {key[-1] for key in self.columns if key[0] == "power_w"}
        return max(map(averaging_ns, kinds), default=0) / NS

    def newest(self) -> Newest:
        oldest_ns = monotonic_ns() - round(STALE_S * NS)
        with self._lock:
            found = {
                card: {
                    name: each
                    for name, each in latest.items()
                    if each.monotonic_ns >= oldest_ns
                }
                for card, latest in self._latest.items()
            }
            for card in self.cards.values():
                if card.package and (values := found.get(card.id)) is not None:
                    times = (each.monotonic_ns for each in values.values())
                    at_ns = max(times, default=oldest_ns)
                    values[SECOND_DIE] = Latest(1.0, at_ns)
        return found

    def taken(self, samplers: Iterable[SamplerReport]) -> Taken:
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
        return Taken(columns, cards, tuple(samplers))


class Sighting(NamedTuple):
    """What a look saw."""

    moments: Sequence[tuple[int, Sequence[MachineRow]]]
    """Rows by when they were seen, in order."""
    cards: Sequence[SampledCard]
    at_ns: int
    """When it was seen; 0 where nothing is new."""
    tools: Sequence[ToolReport] = ()
    """How asking tools went."""


Look = Callable[[], Sighting]
Glance = Callable[[], list[MachineRow]]
"""What is read more often than the rest."""


class _Thread(threading.Thread):
    """Looks again and again, as often as planned, until it is asked for its last."""

    def __init__(
        self,
        name: str,
        looks: tuple[Look, Glance],
        log: MachineLog,
        period_s: float,
    ) -> None:
        super().__init__(name=name, daemon=True)
        (self._look, self._glance), self._log = looks, log
        self._period_ns = round(period_s * NS)
        self._since_ns = monotonic_ns()
        self._is_nudged = False
        self._wake = threading.Event()
        self._last_asked_ns: int | None = None
        self._begun_ns: int | None = None
        self.first, self.last = threading.Event(), threading.Event()
        self.samples = self.longest_ns = 0
        self.state, self.detail = "ok", ""

    def ask_last(self) -> None:
        self._last_asked_ns = monotonic_ns()
        self._wake.set()

    def nudge(self) -> None:
        self._is_nudged = True
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
        moments, cards, at_ns, tools = self._look()
        self._begun_ns = None
        took_ns = monotonic_ns() - begun
        self.longest_ns = max(self.longest_ns, took_ns)
        self.samples += 1
        for moment_ns, rows in moments:
            self._log.add(rows, cards, moment_ns)
        self._heed(tools)
        self.first.set()
        asked = self._last_asked_ns
        if asked is not None and begun >= asked and at_ns >= asked:
            self.last.set()
            return False
        self._rest_until(self._due_ns(begun))
        self._wake.clear()
        return True

    def _rest_until(self, due_ns: int) -> None:
        """With glances in between, where there is something to glance at."""
        glance_ns = self._next_ns(GLANCE_NS)
        while not self._wake.wait(
            max(0, min(due_ns, glance_ns) - monotonic_ns()) / NS
        ):
            if monotonic_ns() >= due_ns:
                return
            begun = self._begun_ns = monotonic_ns()
            rows = self._glance()
            self._begun_ns = None
            took_ns = monotonic_ns() - begun
            self.longest_ns = max(self.longest_ns, took_ns)
            self._log.add(rows, (), begun + took_ns // 2)
            glance_ns = self._next_ns(GLANCE_NS) if rows else due_ns

    def _next_ns(self, period_ns: int) -> int:
        passed_ns = monotonic_ns() - self._since_ns
        return self._since_ns + next_look_ns(passed_ns, period_ns)

    def _due_ns(self, begun: int) -> int:
        nudged, self._is_nudged = self._is_nudged, False
        if nudged and self.name not in AT_ONCE:
            # a card takes a moment to draw what its load takes
            return begun + min(GLANCE_NS, self._period_ns)
        if self.name not in SCATTERED:
            return begun + self._period_ns
        return self._next_ns(self._period_ns)

    def _heed(self, tools: Iterable[ToolReport]) -> None:
        """The worst that a tool did: it is named at the end, however it goes on."""
        for tool in tools:
            if tool.state != "ok":
                self.state = tool.state
                self.detail = f"{tool.tool} {tool.detail or ''}".strip()


def _looks(plan: SamplingPlan) -> dict[str, tuple[tuple[Look, Glance], float]]:
    """How each sampler looks and glances, and how often it looks."""
    tree = Tree(plan.root)
    found = {
        name: (_here(SAMPLERS[name](), tree), plan.period_s)
        for name in wanted(tree)
        if (plan.host_here if name == HOST else plan.cards_here)
    }
    if plan.machine is not None:
        period_s = plan.period_s / (1 if plan.simulated else THERE_AS_OFTEN)
        found["monitor"] = (partial(_there, plan.machine), list), period_s
    if plan.page is not None:
        found[SERVER] = (partial(_page, plan.page), list), PAGE_PERIOD_S
    return found


def _here(sampler: Sampler, tree: Tree) -> tuple[Look, Glance]:
    def look() -> Sighting:
        return _seen(sampler.sample(tree))

    def glance() -> list[MachineRow]:
        powers = (
            sampler.glance(tree) if isinstance(sampler, CardSampler) else ()
        )
        return [power_row(address, power) for address, power in powers]

    return look, glance


def _seen(sampled: Sampled) -> Sighting:
    rows, cards = rows_of(sampled)
    moments = [
        (at_ns, [power_row(address, power)])
        for at_ns, address, power in sampled.powers
    ]
    moments.append((sampled.monotonic_ns, rows))
    moments.sort(key=itemgetter(0))
    return Sighting(moments, cards, sampled.monotonic_ns, sampled.tools)


def _there(machine: Callable[[], Sampled]) -> Sighting:
    """A monitor that has seen no card since it was asked last is asked again for its last."""
    seen = _seen(machine())
    is_new = bool(seen.cards or seen.tools)
    return seen if is_new else seen._replace(at_ns=0)


def _page(page: Callable[[], tuple[str, float] | None]) -> Sighting:
    begun = monotonic_ns()
    rows = page_rows(page())
    at_ns = begun + (monotonic_ns() - begun) // 2
    return Sighting([(at_ns, rows)], [], at_ns)


def work(plan: SamplingPlan, pipe: Pipe) -> None:
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
        _Thread(name, looks, log, period_s)
        for name, (looks, period_s) in _looks(plan).items()
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
            for thread in threads:
                thread.nudge()  # as near to the end as can be
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
