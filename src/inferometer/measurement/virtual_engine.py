"""A twin in virtual time, from one start of its server to the next: points are run on it as fast as
it can be computed. What comes out has the form of a measurement and is marked as simulated.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from inferometer.clock import NS, realtime_ns
from inferometer.engine.accelerator import AVERAGED_NS, SCHEMA
from inferometer.engine.ask import parse_ask
from inferometer.engine.twin.cards import TwinCards
from inferometer.engine.twin.client import PAUSE_NS
from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.front import asked
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.stretch import PS_PER_NS, Stretch
from inferometer.loadgen import Snapshot
from inferometer.measurement.machine_rows import (
    MachineRow,
    counters_rows,
    rows_of,
)
from inferometer.measurement.prepare import ReadyPoint
from inferometer.measurement.samplers import (
    PAGE_PERIOD_S,
    SELDOM,
    MachineLog,
)
from inferometer.measurement.sampling_plan import declared
from inferometer.measurement.session import Observation
from inferometer.measurement.virtual_client import VirtualClient
from inferometer.request import Request
from inferometer.spec.output import Output
from inferometer.system.interruption import Interruption
from inferometer.telemetry.remote import sampled
from inferometer.trace.series import (
    PERIOD_S,
    SampledCard,
    SamplerReport,
    Telemetry,
)
from inferometer.trace.server_counters import (
    Counter,
    Gauge,
    MetricsReading,
    ServerCounters,
)

SNAPSHOT_S = 0.2
"""Of real time, between two updates of the progress."""
PERIOD_NS, PAGE_PERIOD_NS = round(PERIOD_S * NS), round(PAGE_PERIOD_S * NS)


class _Load(NamedTuple):
    """What the gauges of the server's page show."""

    running: int
    waiting: int
    usage: float
    """Share of the KV blocks."""


class VirtualEngine:
    """Raises ProfileError or OutOfMemoryError when it is made."""

    def __init__(self, settings: TwinSettings) -> None:
        self.twin = make_twin(settings)
        self.simulation = self.twin.simulation()
        self.virtual_s = 0.0
        """How long all its runs took, on its own clock."""
        self._cards = TwinCards(self.twin)
        self._sampler: _Sampler | None = None
        self._rows: list[MachineRow] = []
        """Of the run's first sample."""
        self._moving: list[MachineRow] = []
        """Of these, those whose values change."""
        self._started_s = realtime_ns() / NS
        self._now_ns = 0
        self._busy_until_ns = 0
        """When the last steps that are known end; `_during` is how it is meanwhile."""
        self._now = self._during = self._load()
        self._counts: dict[Counter, float] = {
            "requests": 0,
            "prompt_tokens": 0,
            "generation_tokens": 0,
            "queued": 0,
        }
        self._queued_ns = 0
        self._submitted = 0

    def run(
        self,
        ready: ReadyPoint,
        output: Output,
        *,
        on_progress: Callable[[Snapshot], None],
        interruption: Interruption,
    ) -> Observation:
        """The next point, on the cache that the points before it have left."""
        started_ns = realtime_ns()
        begin_ns = self._now_ns + PAUSE_NS
        start_ns = begin_ns + round(output.idle_seconds * NS)
        self._sampler = _Sampler(self, begin_ns) if output.telemetry else None
        self._rows = []
        before = self._reading(begin_ns)
        client = VirtualClient(
            ready,
            self,
            stopped=lambda: interruption.asked,
            report=_throttled(on_progress),
        )
        with interruption.measuring(lambda: None, lambda: None):
            client.run(start_ns)
        on_progress(client.snapshot())
        self._now_ns = client.now_ns
        self.virtual_s += (client.now_ns - client.start_ns) / NS
        telemetry = None
        if self._sampler is not None:
            self._now_ns += AVERAGED_NS
            self._sampler.finish(self._now_ns)
            telemetry = replace(
                self._sampler.telemetry(client.start_ns),
                declared=declared(ready.spec, output),
                idle_s=output.idle_seconds,
            )
        around = ServerCounters(before, self._reading(self._now_ns))
        server = None if client.interrupted else around
        finished = datetime.now().astimezone()
        return Observation(
            client.trace(started_ns), finished, telemetry, server
        )

    def submit(
        self, ready: ReadyPoint, request: Request, at_ns: int
    ) -> TwinRequest:
        """As the front of a twin in real time takes it in. Raises AskError."""
        ask = parse_ask(
            ready.backend.encode(request, ready.generation),
            backend=ready.backend,
            model=ready.spec.target.model,
            max_model_len=self.twin.rules.max_model_len,
            with_prompt=True,
        )
        number = self._submitted
        self._submitted += 1
        self._counts["prompt_tokens"] += ask.prompt_tokens
        taken = asked(
            number, ask.prompt_tokens, ask.max_tokens, at_ns, ask.prompt
        )
        self.simulation.submit(taken)
        return taken

    def see(self, stretch: Stretch) -> None:
        if self._sampler is not None:
            self._sampler.catch_up(stretch.start_ps // PS_PER_NS)
        end_ns = stretch.end_ns(stretch.steps)
        if stretch.busy.total_ps:
            start_ns = stretch.start_ps // PS_PER_NS
            self._cards.work(stretch.busy, start_ns, end_ns)
        self._note_load(stretch, end_ns)
        counts = self._counts
        counts["generation_tokens"] += stretch.steps * len(stretch.requests)
        counts["requests"] += len(stretch.ended)
        for request in stretch.begun:
            if request.emitted == 0:
                request.emitted = 1
                counts["queued"] += 1
                self._queued_ns += request.admitted_ns - request.arrived_ns

    def _note_load(self, stretch: Stretch, end_ns: int) -> None:
        """How it is during steps: whoever ends with them still runs, and holds its blocks."""
        before, self._now = self._now, self._load()
        running, waiting, usage = self._now
        self._during = _Load(
            running + len(stretch.ended), waiting, max(before.usage, usage)
        )
        self._busy_until_ns = end_ns

    def _load(self) -> _Load:
        scheduler = self.simulation.scheduler
        return _Load(
            len(scheduler.running),
            self.simulation.waiting,
            scheduler.memory.usage,
        )

    def sample(
        self, log: MachineLog, at_ns: int, *, page: bool, last: bool = False
    ) -> None:
        """What its cards show, and what its page would. Of what never changes, the first sample and
        the last one are kept.
        """
        if not self._rows:
            rows, cards = self._first_sample(at_ns)
            log.add(rows, cards, at_ns)
            self._rows = rows
            self._moving = [row for row in rows if row.name not in SELDOM]
        else:
            kept = self._rows if last else self._moving
            log.add(self._rows_now(kept, at_ns), (), at_ns)
        if page:
            log.add(counters_rows(self._reading(at_ns)), (), at_ns)

    def _rows_now(
        self, rows: Iterable[MachineRow], at_ns: int
    ) -> Iterator[MachineRow]:
        values = self._cards.values(at_ns)
        for row in rows:
            yield row._replace(value=values.get(row.name, row.value))

    def _first_sample(
        self, at_ns: int
    ) -> tuple[list[MachineRow], list[SampledCard]]:
        """As a client reads it; later ones only differ in their values."""
        told = {"schema": SCHEMA, "cards": self._cards.samples(at_ns)}
        rows, cards = rows_of(sampled({**told, "monotonic_ns": at_ns}, 0))
        return rows, [
            replace(each, vendor="simulated", simulated=True) for each in cards
        ]

    def _reading(self, at_ns: int) -> MetricsReading:
        """What the server's page would tell at this moment."""
        scheduler = self.simulation.scheduler
        is_busy = at_ns < self._busy_until_ns
        load = self._during if is_busy else self._load()
        gauges: dict[Gauge, float] = {
            "running": load.running,
            "waiting": load.waiting,
            "kv_cache_usage": load.usage,
        }
        return MetricsReading(
            engine="vllm",
            at_s=self._started_s + at_ns / NS,
            started_s=self._started_s,
            counters={
                **self._counts,
                "queue_s": self._queued_ns / NS,
                "prefix_queries": scheduler.queried_tokens,
                "prefix_hits": scheduler.hit_tokens,
                "preemptions": scheduler.preemptions,
            },
            gauges=gauges,
            names={},
        )


class _Sampler:
    """Samples a virtual engine as often as a machine is sampled."""

    def __init__(self, engine: VirtualEngine, begin_ns: int) -> None:
        self._engine, self._log = engine, MachineLog()
        self._next_ns = self._next_page_ns = begin_ns
        self._samples = 0

    def catch_up(self, now_ns: int) -> None:
        """All samples up to now. All steps that began before are known."""
        while self._next_ns <= now_ns:
            page = self._next_page_ns <= self._next_ns
            self._engine.sample(self._log, self._next_ns, page=page)
            if page:
                self._next_page_ns = self._next_ns + PAGE_PERIOD_NS
            self._next_ns += PERIOD_NS
            self._samples += 1

    def finish(self, now_ns: int) -> None:
        """The last samples, of everything."""
        self.catch_up(now_ns - 1)
        self._engine.sample(self._log, now_ns, page=True, last=True)
        self._samples += 1

    def telemetry(self, start_ns: int) -> Telemetry:
        return Telemetry(
            series=self._log.series(start_ns),
            cards=tuple(self._log.cards.values()),
            samplers=(SamplerReport("twin", "ok", samples=self._samples),),
            place="simulated",
        )


def _throttled(
    show: Callable[[Snapshot], None],
) -> Callable[[VirtualClient], None]:
    """Shows the progress now and then."""
    last_s = time.monotonic()

    def report(client: VirtualClient) -> None:
        nonlocal last_s
        if time.monotonic() - last_s >= SNAPSHOT_S:
            last_s = time.monotonic()
            show(client.snapshot())

    return report
