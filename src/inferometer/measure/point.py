"""Measured: one point from its first request to its files. What `bench` and a campaign have in
common.

Where files go and what they are called is the caller's business, and so is what a verdict leads to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from inferometer.calibration.host import is_rehearsal
from inferometer.diagnose import diagnose_reply
from inferometer.loadgen import Snapshot
from inferometer.measure import prepare as point
from inferometer.measure.prepare import ReadyPoint
from inferometer.metrics import Summary, Verdict, judge, summarize
from inferometer.metrics.calibration import Calibration, Missing
from inferometer.server.counters import counters_around, counters_before
from inferometer.server.endpoint import Endpoint
from inferometer.store.run_directory import save_run
from inferometer.store.vllm_json import METRICS, vllm_result
from inferometer.system.interruption import Interruption
from inferometer.trace import Outcome, Trace
from inferometer.trace.server_counters import ServerCounters
from inferometer.workload import unsent_in_words


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made of a trace, and kept of it."""

    metrics: tuple[str, ...] = METRICS
    """Latencies in the JSON file."""
    percentiles: tuple[float, ...] = (50.0, 90.0, 99.0)
    goodput: Mapping[str, float] = field(default_factory=dict)
    """Limits, ms, by latency; empty for none."""
    detailed: bool = False
    """Keep the generated texts, and put the arrays of every request into the JSON file."""
    label: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measured:
    """A point, measured and judged."""

    ready: ReadyPoint
    wanted: Wanted
    trace: Trace
    summary: Summary
    verdict: Verdict
    finished: datetime
    """Local time of its end."""
    server: ServerCounters | None = None
    """What the server counted before and after; None if it does not tell."""
    calibration: Calibration | Missing | None = None
    """Of this host, or why there is none."""
    diagnosis: str = ""
    """Cause and cure of what the server said of failures, where they are known."""

    def result(self) -> dict[str, Any]:
        """The content of the JSON file, as vLLM writes it."""
        return vllm_result(
            self.ready.spec,
            self.summary,
            self.trace,
            finished=self.finished,
            label=self.wanted.label,
            metadata=self.wanted.metadata,
            metrics=self.wanted.metrics,
            detailed=self.wanted.detailed,
        )

    def save_run(self, directory: Path, environment: Mapping[str, Any]) -> None:
        """Write the run directory, which must not exist yet. Raises CannotWriteError."""
        calibration = self.calibration
        save_run(
            directory,
            self.trace if self.wanted.detailed else replace(self.trace, texts=None),
            self.ready.spec,
            environment={
                **environment,
                "calibration": calibration.to_dict()
                if isinstance(calibration, Calibration)
                else None,
            },
            prompts=self.ready.workload.facts(),
            summary=self.summary.to_dict(),
            verdict=self.verdict.to_dict(),
            server_counters=self.server.to_dict() if self.server else None,
        )


def measure_point(
    ready: ReadyPoint,
    endpoint: Endpoint,
    wanted: Wanted,
    *,
    real_time: bool = True,
    request_id_prefix: str = "",
    calibration: Calibration | Missing | None = None,
    on_progress: Callable[[Snapshot], None] = lambda _: None,
    interruption: Interruption | None = None,
) -> Measured:
    """Run it, sum it up and judge it. Raises MeasurementError, and KeyboardInterrupt if it was
    stopped before it began.

    `interruption`: entered by the caller, and held when this returns, so that what was measured can
    be saved.
    """
    before = counters_before(endpoint)
    trace = point.run(
        ready,
        endpoint,
        real_time=real_time,
        keep_texts=wanted.detailed,
        request_id_prefix=request_id_prefix,
        on_progress=on_progress,
        interruption=interruption,
    )
    finished = datetime.now().astimezone()
    answered = len(trace.with_outcome(Outcome.OK))
    server = (
        None if trace.interrupted else counters_around(before, endpoint, answered)
    )  # who stops a run waits no more
    spec = ready.spec
    diagnosis = _diagnosis(trace)
    summary = summarize(
        trace,
        planned=spec.load.num_prompts,
        percentiles=wanted.percentiles,
        goodput=wanted.goodput or None,
        server=server,
    )
    verdict = judge(
        trace,
        summary,
        ignore_eos=spec.sampling.ignore_eos,
        expected_cached_tokens=ready.workload.reusable_tokens,
        warm=spec.workload.cache == "warm",
        rehearsal=is_rehearsal(ready.server["version"]),
        max_in_flight=spec.load.max_concurrency,
        ends_by_time=spec.load.max_seconds is not None,
        constant_load=_is_constant(ready),
        server=server,
        calibration=calibration,
        tls=urlsplit(endpoint.base_url).scheme == "https",
        shown=wanted.metrics,
        diagnosis=diagnosis,
        unsent=unsent_in_words(ready.workload.origin),
    )
    return Measured(
        ready, wanted, trace, summary, verdict, finished, server, calibration, diagnosis
    )


def _diagnosis(trace: Trace) -> str:
    """Cause and cure of what the server said of requests that failed; '' where they are not
    known.
    """
    said = trace.with_outcome(Outcome.FAILED).requests["detail"].tolist()
    found = diagnose_reply("\n".join({detail for detail in said if detail}))
    return found.sentence if found else ""


def _is_constant(ready: ReadyPoint) -> bool:
    """Whether the load is to be the same from beginning to end; that of conversations grows with
    what was said in them.
    """
    load = ready.spec.load
    changes = load.ramp is not None or load.steps is not None or load.replay_speed is not None
    return not changes and all(request.after is None for request in ready.workload.requests)
