"""Calibration of this host: our own client, as in any run, against a server that knows when each
event really left.

Three searches, each for the load up to which the client stays exact:

- events/s: ever more streams, each with an event every 10 ms. Exact: the p99 errors of TTFT and of
  ITL are within the target.
- requests/s: ever more arrivals, with one event each. Exact: the p99 error of TTFT is within the
  target, and requests are sent at most so late (p99) as the verdict never holds against a run.
- streams: ever more of them, each with few events. Exact: as for events/s.

An error is what the client says less what the server noted, request by request and gap by gap:
however late the server is by its own plan, it notes when an event left, and not when it should
have. The server stands on the same cores as the client, and the system places both as it does in a
run; so the client alone could take more, and a ceiling is a lower bound. Where the server gives out
first, the ceiling says so. Loopback is no network card, and plain HTTP no TLS: what those cost
comes on top.
"""

from __future__ import annotations

import os
import platform
import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from importlib.metadata import version
from typing import Any

import numpy as np

import inferometer
from inferometer.arrival import LoadPlan, plan_load, stripe
from inferometer.arrival.reserve import reserve
from inferometer.calibration.accuracy import NO_ERRORS, errors
from inferometer.calibration.ceiling import LoadProbe, find_ceiling
from inferometer.calibration.null_server import MODEL, NullServer
from inferometer.clock import MS, NS
from inferometer.engine.truth import Truth
from inferometer.loadgen import (
    Job,
    MeasurementError,
    measure,
    resolve,
)
from inferometer.metrics.calibration import (
    KINDS,
    Calibration,
    Ceiling,
    Kind,
    LoadLevel,
)
from inferometer.metrics.finding import Thresholds
from inferometer.protocol import PROTOCOLS, Generation
from inferometer.request import Request
from inferometer.spec.flags import by_ring
from inferometer.spec.run import Timeouts
from inferometer.store.environment import cpu_facts
from inferometer.system.descriptors import raise_descriptor_limit
from inferometer.system.os_priority import may_take_priority
from inferometer.system.stamps import kernel_stamps
from inferometer.trace import Outcome, StampSource, Trace
from inferometer.trace.trace import Floats
from inferometer.words import Said, sentence_of

TARGET_MS = 0.25
PROMPT_TOKENS = 128
GAP_MS: Mapping[Kind, float] = {
    "events": 10.0,
    "requests": 2.0,
    "streams": 250.0,
}
"""Between two events of one stream."""
STREAMS_EVENTS = 4
SPARE_DESCRIPTORS = 200
"""Open files that are none of the streams'."""
ID_PREFIX = "calibration-"
TIMEOUTS = Timeouts(connect_s=10, first_token_s=10, idle_s=10, total_s=60)


class CalibrationError(Exception):
    """The host could not be calibrated: one sentence."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How thorough a calibration is."""

    level_s: float
    """Duration of a load, without its set-up."""
    until_s: Mapping[Kind, float]
    """Seconds after the start at which no further load is tried; a running one takes about 1 s."""
    most_streams: int
    first: Mapping[Kind, float]


QUICK = Effort(
    0.3,
    {"events": 6.0, "requests": 9.0, "streams": 11.0},
    4_096,
    {"events": 32_000, "requests": 4_000, "streams": 4_096},
)
THOROUGH = Effort(
    1.0,
    {"events": 25.0, "requests": 40.0, "streams": 50.0},
    16_384,
    {"events": 8_000, "requests": 1_000, "streams": 1_024},
)
MAX_LOAD: Mapping[Kind, float] = {"events": 4_000_000.0, "requests": 500_000.0}
MIN_LOAD: Mapping[Kind, float] = {
    "events": 100.0,
    "requests": 10.0,
    "streams": 1.0,
}


def key_of(*, workers: int, real_time: bool) -> dict[str, Any]:
    """A calibration's key: it applies only to a client with all of these in common."""
    cpu = cpu_facts()
    return {
        "hostname": platform.node(),
        "machine": platform.machine(),
        "kernel": platform.release(),
        "cpu": cpu["model"],
        "cpus": usable_cpus(),
        "quota_cores": cpu["quota_cores"],
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "inferometer": inferometer.__version__,
        **{name: version(name) for name in ("httptools", "orjson")},
        "workers": workers,
        "real_time": real_time and may_take_priority(),
        "stamps": "ring"
        if by_ring(os.environ, workers)
        else "kernel"
        if kernel_stamps()
        else "user",
        "tls": False,
    }


def usable_cpus() -> int:
    return (
        len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count() or 1
    )


def calibrate(
    *,
    workers: int = 1,
    real_time: bool = True,
    target_ms: float = TARGET_MS,
    effort: Effort = QUICK,
    on_level: Callable[[LoadLevel], None] = lambda _: None,
) -> Calibration:
    """Calibrate the client of this host. `on_level` hears of every load as it has been tried.

    Raises CalibrationError, and KeyboardInterrupt if it was stopped.
    """
    began_s, now = time.monotonic(), datetime.now(timezone.utc)
    load_average = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    others_s = _busy_s() - _own_s()
    servers = max(1, min(2 * workers, usable_cpus() - workers))
    key = key_of(workers=workers, real_time=real_time)
    try:
        with NullServer(servers) as server:
            bench = _Bench(
                server, workers, real_time, target_ms, effort.level_s, on_level
            )
            ceilings = {
                kind: _ceiling(kind, bench, effort, began_s) for kind in KINDS
            }
    except (MeasurementError, RuntimeError, OSError) as error:
        why = {"why": sentence_of(error)}
        raise CalibrationError(Said("calibration.impossible", why)) from error
    seconds = time.monotonic() - began_s
    others_s = _busy_s() - _own_s() - others_s
    return Calibration(
        key=key,
        time=now.isoformat(timespec="seconds"),
        quick=effort is QUICK,
        seconds=seconds,
        load_average=load_average,
        target_ms=target_ms,
        stamps=", ".join(sorted(bench.stamps)),
        scheduling=", ".join(sorted(bench.scheduling)),
        ceilings=ceilings,
        levels=tuple(bench.levels),
        waited_share=bench.waited_share,
        others_share=max(0.0, others_s / (seconds * usable_cpus())),
    )


def _ceiling(
    kind: Kind, bench: _Bench, effort: Effort, began_s: float
) -> Ceiling:
    most_streams = min(
        effort.most_streams, raise_descriptor_limit() - SPARE_DESCRIPTORS
    )
    return find_ceiling(
        bench.probe(kind),
        first=effort.first[kind],
        most=MAX_LOAD.get(kind, float(most_streams)),
        least=MIN_LOAD[kind],
        time_is_up=lambda: time.monotonic() - began_s >= effort.until_s[kind],
    )


def _busy_s() -> float:
    """Busy time of our cores, whatever the program, s."""
    import psutil

    cores = psutil.cpu_times(percpu=True)
    ours = (
        os.sched_getaffinity(0)
        if hasattr(os, "sched_getaffinity")
        else range(len(cores))
    )
    return sum(
        core.user + core.system + getattr(core, "nice", 0.0)
        for number, core in enumerate(cores)
        if number in ours
    )


def _own_s() -> float:
    """Our own part of it, with children that have ended, s."""
    used = [
        resource.getrusage(who)
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    return sum(each.ru_utime + each.ru_stime for each in used)


@dataclass
class _Bench:
    """Client and server face to face, at one load after the other."""

    server: NullServer
    workers: int
    real_time: bool
    target_ms: float
    level_s: float
    on_level: Callable[[LoadLevel], None]
    levels: list[LoadLevel] = field(default_factory=list)
    stamps: set[str] = field(default_factory=set)
    scheduling: set[str] = field(default_factory=set)
    waits: dict[str, list[tuple[int, int]]] = field(
        default_factory=lambda: {"client": [], "server": []}
    )
    """For each load: time its processes waited for a core, and time they ran, ns."""

    @property
    def waited_share(self) -> float | None:
        """Share of time that client or server waited for a core, the larger; None if unknown."""
        shares = [
            sum(waited for waited, _ in of) / sum(ran for _, ran in of)
            for of in self.waits.values()
            if of
        ]
        return max(shares, default=None)

    def probe(self, kind: Kind) -> Callable[[float], LoadProbe]:
        """Returns a function that tries a load of this kind."""

        def at(asked: float) -> LoadProbe:
            plan, events = plan_for(kind, asked, self.level_s)
            trace, truth = self._run(plan, events, GAP_MS[kind])
            level = level_of(kind, asked, trace, truth, self.target_ms)
            self.levels.append(level)
            self.on_level(level)
            return LoadProbe(level.load, level.within)

        return at

    def _run(
        self, plan: LoadPlan, events: int, gap_ms: float
    ) -> tuple[Trace, Truth]:
        """One run of the client, as any other, and the server's record of it."""
        address = resolve(self.server.base_url)
        prompt = list(range(PROMPT_TOKENS))
        jobs = [
            Job(
                address=address,
                path=PROTOCOLS["openai"].endpoint,
                headers={},
                backend=PROTOCOLS["openai"],
                generation=Generation(
                    model=MODEL, ignore_eos=True, extra_body={"gap_ms": gap_ms}
                ),
                requests=[
                    Request(int(i), prompt, PROMPT_TOKENS, events)
                    for i in shard.requests
                ],
                shard=shard,
                closed_loop=plan.closed_loop,
                drain_warmups=plan.drain_warmups,
                reserve=reserve(plan, shard.max_in_flight),
                timeouts=TIMEOUTS,
                real_time=self.real_time,
                request_id_prefix=ID_PREFIX,
                workers=self.workers,
                packets=by_ring(os.environ, self.workers),
            )
            for shard in stripe(plan, self.workers)
        ]
        began_ns, waited_ns = time.monotonic_ns(), self.server.waited_ns()
        trace = measure(jobs)
        if trace.interrupted:
            raise KeyboardInterrupt
        ended_ns, waits_ns = time.monotonic_ns(), self.server.waited_ns()
        if waited_ns is not None and waits_ns is not None:
            ran_ns = (ended_ns - began_ns) * self.server.processes
            self.waits["server"].append((waits_ns - waited_ns, ran_ns))
        self._note(trace)
        return trace, self.server.truth()

    def _note(self, trace: Trace) -> None:
        """How the client ran: its waits for a core, its stamps, its scheduling."""
        self.waits["client"] += [
            (w.run_queue_ns, w.wall_ns)
            for w in trace.workers
            if w.run_queue_ns >= 0 and w.wall_ns
        ]
        sources = np.unique(trace.events["stamp_source"]).tolist()
        self.stamps |= {StampSource(code).name.lower() for code in sources}
        self.scheduling |= {
            worker.scheduling.partition(",")[0] for worker in trace.workers
        }


def plan_for(kind: Kind, asked: float, level_s: float) -> tuple[LoadPlan, int]:
    """The plan for a load of `asked` in the kind's unit, and the events of each answer."""
    rng = np.random.default_rng(round(asked))
    if kind == "requests":
        n = max(20, round(asked * level_s))
        return plan_load(
            n, request_rate=asked, max_concurrency=max(64, n // 4), rng=rng
        ), 1
    streams, events = max(1, round(asked)), STREAMS_EVENTS
    if kind == "events":
        gap_s = GAP_MS["events"] / 1000
        streams = max(1, round(asked * gap_s))
        events = max(5, round(level_s / gap_s))
    return plan_load(streams, max_concurrency=streams, rng=rng), events


def level_of(
    kind: Kind, asked: float, trace: Trace, truth: Truth, target_ms: float
) -> LoadLevel:
    """Result of one load. It is `within` if nothing failed and all p99 errors are known and meet
    the target.
    """
    failed = int(np.count_nonzero(trace.requests["outcome"] != Outcome.OK))
    try:
        found = errors(trace, truth, ID_PREFIX)
    except ValueError:  # not one request was answered
        found = NO_ERRORS
    lag_ns = trace.requests["sent_ns"] - trace.requests["intended_ns"]
    lag_ms = None if trace.closed_loop else _percentile(lag_ns / MS, 99)
    by_reads = trace.events["stamp_source"] != StampSource.TAP
    delay_ms = trace.events["read_delay_ns"][by_reads] / MS
    level = LoadLevel(
        kind=kind,
        asked=asked,
        events_per_s=steady_rate(truth.departure_ns),
        requests_per_s=None
        if trace.closed_loop
        else steady_rate(truth.arrival_ns),
        streams=len(trace) if trace.closed_loop else None,
        failed=failed,
        ttft_error_p50_ms=_percentile(found.ttft, 50),
        ttft_error_p99_ms=_percentile(found.ttft, 99),
        itl_error_p50_ms=_percentile(found.itl, 50),
        itl_error_p99_ms=_percentile(found.itl, 99),
        delay_p50_ms=_percentile(delay_ms, 50),
        delay_p99_ms=_percentile(delay_ms, 99),
        lag_p99_ms=lag_ms,
        shared_stamp_share=_mean(trace.events["ambiguity_ns"] > 0),
        unsure_share=found.unsure_share,
        server_late_p99_ms=_percentile(truth.lateness_ns / MS, 99) or 0.0,
        cpu_share=_cpu_share(trace),
        within=False,
    )
    has_gaps = bool((trace.requests["event_count"] > 1).any())
    is_exact = _is_exact(level, target_ms, has_gaps=has_gaps)
    return replace(level, within=not failed and is_exact)


def _cpu_share(trace: Trace) -> float:
    """Of the busiest worker."""
    shares = (w.cpu_ns / w.wall_ns for w in trace.workers if w.wall_ns)
    return max(shares, default=0.0)


def _is_exact(level: LoadLevel, target_ms: float, *, has_gaps: bool) -> bool:
    """An error that the server was not certain about is unknown, which is not within."""
    p99s = [level.ttft_error_p99_ms]
    if has_gaps:
        p99s.append(level.itl_error_p99_ms)
    lag_ms = level.lag_p99_ms or 0.0 if level.kind == "requests" else 0.0
    return (
        all(ms is not None and ms <= target_ms for ms in p99s)
        and lag_ms <= Thresholds().lag_floor_ms
    )


def steady_rate(times_ns: np.typing.NDArray[np.int64]) -> float:
    """Rate per second, without the first and last tenth, which are slower."""
    if len(times_ns) < 10:
        return 0.0
    times_ns = np.sort(times_ns)
    first, last = len(times_ns) // 10, len(times_ns) - len(times_ns) // 10 - 1
    return (last - first) * NS / max(1, int(times_ns[last] - times_ns[first]))


def _mean(values: np.typing.NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else 0.0


def _percentile(values: Floats, percent: float) -> float | None:
    return float(np.percentile(values, percent)) if len(values) else None
