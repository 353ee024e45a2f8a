"""Session: a server that answers, and the points that are measured on it, each from its spec to
numbers and a verdict.

Where results are saved, and what a verdict leads to, is the caller's business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, get_args
from urllib.parse import urlsplit

from inferometer.calibration.host import is_rehearsal
from inferometer.diagnose import diagnose_reply
from inferometer.loadgen import Snapshot
from inferometer.measurement.prepare import (
    KnownServer,
    ReadyPoint,
    prepare,
    run,
    usable_rows,
)
from inferometer.measurement.sampling import Newest, SamplingPlan, sampling
from inferometer.measurement.sampling_plan import (
    refuse_other_links,
    sampling_plan,
)
from inferometer.server.counters import counters_around, counters_before
from inferometer.server.endpoint import Endpoint
from inferometer.spec.output import Output
from inferometer.spec.run import RunSpec
from inferometer.spec.server_recipe import SoundBackend
from inferometer.store.run_directory import save_run
from inferometer.store.vllm_json import vllm_result
from inferometer.system.interruption import Interruption
from inferometer.trace import Outcome, Trace
from inferometer.trace.series import Telemetry
from inferometer.trace.server_counters import MetricsReading, ServerCounters
from inferometer.workload import unsent_in_words

if TYPE_CHECKING:
    from inferometer.metrics import Summary, Verdict
    from inferometer.metrics.calibration import Calibration, Missing
    from inferometer.results.point import Point
    from inferometer.telemetry.visible import Choice


@dataclass(
    frozen=True
)  # without slots: there would be no place for what is cached
class PointResult:
    """One point, measured and judged."""

    ready: ReadyPoint
    """Without its prompts."""
    output: Output
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
    telemetry: Telemetry | None = None
    """What samplers saw of the machine; None if none ran."""
    rtfx: float | None = None
    """Seconds of sound by seconds of the run, of requests that succeeded; None where a recording
    does not say how long it is.
    """
    files: tuple[Path, ...] = ()
    """Its run directory and JSON file, in this order, if they were saved."""

    @property
    def spec(self) -> RunSpec:
        return self.ready.spec

    @cached_property
    def _in_files(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Summary and verdict."""
        return self.summary.to_dict(), self.verdict.to_dict()

    def point(self) -> Point:
        """As it would be read from its files."""
        from inferometer.results.run_point import point_of

        run = {
            "spec": self.spec.model_dump(mode="json"),
            "price": self._price(),
        }
        return point_of(run, *self._in_files, name="", source=Path())

    def result(self) -> dict[str, Any]:
        """The content of the JSON file, as vLLM writes it."""
        return vllm_result(
            self.spec,
            self.summary,
            self.trace,
            finished=self.finished,
            label=self.output.label,
            metadata=self.output.metadata,
            metrics=self.output.metrics,
            detailed=self.output.detailed,
            rtfx=self.rtfx,
        )

    def save_run(self, directory: Path, environment: Mapping[str, Any]) -> None:
        """Write the run directory, which must not exist yet. Raises CannotWriteError."""
        from inferometer.metrics.calibration import Calibration

        calibration, (summary, verdict) = self.calibration, self._in_files
        save_run(
            directory,
            self.trace
            if self.output.detailed
            else replace(self.trace, texts=None),
            self.spec,
            environment={
                **environment,
                "calibration": calibration.to_dict()
                if isinstance(calibration, Calibration)
                else None,
            },
            prompts=self.ready.workload.facts(),
            summary=summary,
            verdict=verdict,
            server_counters=self.server.to_dict() if self.server else None,
            telemetry=self.telemetry,
            price=self._price(),
        )

    def _price(self) -> dict[str, Any] | None:
        price = self.output.price
        return price.model_dump(mode="json") if price else None


FindCalibration = Callable[[], "Calibration | Missing | None"]


class Observation(NamedTuple):
    """What a run of a point shows."""

    trace: Trace
    finished: datetime
    telemetry: Telemetry | None
    server: ServerCounters | None


class VirtualServer(Protocol):
    """A simulated server, on which points take no time of ours."""

    def run(
        self,
        ready: ReadyPoint,
        output: Output,
        *,
        on_progress: Callable[[Snapshot], None],
        interruption: Interruption,
    ) -> Observation:
        """Simulate a point, after those before it."""


class Session:
    """A running server, and what is to come out of every point that is measured on it."""

    def __init__(
        self,
        endpoint: Endpoint,
        output: Output,
        *,
        real_time: bool = True,
        eos_by_default: bool = False,
        root: Path | None = None,
        choice: Choice | None = None,
        virtual: VirtualServer | None = None,
    ) -> None:
        """`real_time`: whether workers ask for a real-time priority. `eos_by_default`: see
        `KnownServer`. `root`: where /sys and /proc of another machine are, to be sampled as if it
        were this host. `choice`: what chose the cards of a server that we started.
        """
        self.root = root
        self.choice = choice
        self.virtual = virtual
        self.endpoint = endpoint
        self.output = output
        self.real_time = real_time
        self.server = KnownServer(endpoint, eos_by_default=eos_by_default)

    def close(self) -> None:
        self.endpoint.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def prepare(self, spec: RunSpec, *, attempt: int = 0) -> ReadyPoint:
        """The point at this server's address, ready to be measured: see `prepare`."""
        target = spec.target.model_copy(
            update={"base_url": self.endpoint.base_url}
        )
        return prepare(
            spec.model_copy(update={"target": target}),
            self.server,
            attempt=attempt,
        )

    def usable_rows(self, spec: RunSpec, at_most: int) -> int:
        """How many requests the file of the point makes: see `usable_rows`."""
        target = spec.target.model_copy(
            update={"base_url": self.endpoint.base_url}
        )
        return usable_rows(
            spec.model_copy(update={"target": target}), self.server, at_most
        )

    def measure(
        self,
        ready: ReadyPoint,
        *,
        find_calibration: FindCalibration = lambda: None,
        request_id_prefix: str = "",
        on_progress: Callable[[Snapshot], None] = lambda _: None,
        on_sampling: Callable[[Callable[[], Newest]], None] = lambda _: None,
        interruption: Interruption | None = None,
    ) -> PointResult:
        """Run it, sum it up and judge it. Raises PointError if a card has another link than is
        declared, MeasurementError, and KeyboardInterrupt if it was stopped before it began.

        `find_calibration`: of this host, or why there is none; called after the run. `on_sampling`
        gets, before the first request, what tells the newest samples during the run; none where
        nothing is sampled. `interruption`: entered by the caller, and held when this returns, so
        that what was measured can be saved.
        """
        if self.virtual is not None:
            seen = self.virtual.run(
                ready,
                self.output,
                on_progress=on_progress,
                interruption=interruption or Interruption(),
            )
        else:
            seen = self._run(
                ready,
                request_id_prefix=request_id_prefix,
                on_progress=on_progress,
                on_sampling=on_sampling,
                interruption=interruption,
            )
        return self._judged(ready, seen, find_calibration())

    def _judged(
        self,
        ready: ReadyPoint,
        seen: Observation,
        calibration: Calibration | Missing | None,
    ) -> PointResult:
        # not needed before the first request, which their import would hold up
        from inferometer.metrics import judge, summarize

        trace, finished, telemetry, server = seen
        output, diagnosis = self.output, _diagnosis(trace)
        summary = summarize(
            trace,
            planned=ready.spec.load.num_prompts,
            percentiles=output.percentiles,
            goodput={str(name): limit for name, limit in output.goodput.items()}
            or None,
            server=server,
            telemetry=telemetry,
            constant_load=_is_constant(ready),
        )
        verdict = judge(
            trace,
            summary,
            **_intentions(ready),
            server=server,
            telemetry=telemetry,
            calibration=calibration,
            tls=urlsplit(self.endpoint.base_url).scheme == "https",
            shown=output.metrics,
            diagnosis=diagnosis,
        )
        return PointResult(
            ready.without_prompts(),
            output,
            trace,
            summary,
            verdict,
            finished,
            server,
            calibration,
            diagnosis,
            telemetry=telemetry,
            rtfx=_rtfx(ready, trace, summary.duration_s),
        )

    def _run(
        self,
        ready: ReadyPoint,
        *,
        request_id_prefix: str,
        on_progress: Callable[[Snapshot], None],
        on_sampling: Callable[[Callable[[], Newest]], None],
        interruption: Interruption | None,
    ) -> Observation:
        """The run, with what samplers saw of the machine meanwhile, and what the server counted.

        Samplers and workers get ready beside each other.
        """
        before = counters_before(self.endpoint)
        plan = self._sampling_plan(ready, has_page=before is not None)
        with sampling(plan) as samplers:

            def await_samplers() -> None:
                if plan and samplers:
                    samplers.await_first()
                    refuse_other_links(plan, samplers.look())

            if ready.spec.load.num_warmups or self.output.idle_seconds:
                await_samplers()  # before any load
            on_sampling(samplers.newest if samplers else dict)
            trace = run(
                ready,
                self.endpoint,
                real_time=self.real_time,
                keep_texts=self.output.detailed,
                request_id_prefix=request_id_prefix,
                on_progress=on_progress,
                before_start=await_samplers,
                on_start=samplers.nudge if samplers else lambda: None,
                interruption=interruption,
            )
            telemetry = None
            if samplers:
                telemetry = samplers.finish(
                    trace.start_realtime_ns, wait=not trace.interrupted
                )
        finished = datetime.now().astimezone()
        server = self._counted(before, trace)
        return Observation(trace, finished, telemetry, server)

    def _sampling_plan(
        self, ready: ReadyPoint, *, has_page: bool
    ) -> SamplingPlan | None:
        return sampling_plan(
            self.endpoint,
            self.server.version,
            ready.spec,
            self.output,
            self.root,
            has_page=has_page,
            choice=self.choice,
        )

    def _counted(
        self, before: MetricsReading | None, trace: Trace
    ) -> ServerCounters | None:
        """What the server counted meanwhile; whoever stops a run does not want to wait for it."""
        if trace.interrupted:
            return None
        answered = len(trace.with_outcome(Outcome.OK))
        return counters_around(before, self.endpoint, answered)


def _intentions(ready: ReadyPoint) -> dict[str, Any]:
    """What the run was to be like, for `judge`."""
    spec, workload = ready.spec, ready.workload
    return {
        "ignore_eos": spec.sampling.ignore_eos,
        "expected_cached_tokens": workload.reusable_tokens,
        "warm": spec.workload.cache == "warm",
        "rehearsal": is_rehearsal(ready.server["version"]),
        "max_in_flight": spec.load.max_concurrency,
        "ends_by_time": spec.load.max_seconds is not None,
        "constant_load": _is_constant(ready),
        "unsent": unsent_in_words(workload.origin),
        "repeated": _repeated(workload.origin),
    }


def _repeated(origin: Mapping[str, Any]) -> int:
    """Requests that repeat rows of a file, which nobody asked for."""
    return int(origin["oversampled"]) if origin.get("repeats_unasked") else 0


def _diagnosis(trace: Trace) -> str:
    """The diagnosis of failed requests, a name in `diagnose`; '' if unknown."""
    said = trace.with_outcome(Outcome.FAILED).requests["detail"].tolist()
    found = diagnose_reply("\n".join({detail for detail in said if detail}))
    return found.name if found else ""


def _rtfx(
    ready: ReadyPoint, trace: Trace, duration_s: float | None
) -> float | None:
    if ready.spec.target.backend not in get_args(SoundBackend):
        return None
    from inferometer.workload.sound_length import sound_seconds

    requests, measured = ready.workload.requests, trace.measured()
    ok = measured.requests["outcome"] == Outcome.OK
    lengths = [
        sound_seconds(requests[place].prompt)
        for place in measured.requests["id"][ok].tolist()
    ]
    if not lengths or not duration_s or None in lengths:
        return None
    return sum(each or 0.0 for each in lengths) / duration_s


def _is_constant(ready: ReadyPoint) -> bool:
    """Whether the planned load is constant; that of conversations grows with their length."""
    load = ready.spec.load
    changes = (
        load.ramp is not None
        or load.steps is not None
        or load.replay_speed is not None
    )
    return not changes and all(
        request.after is None for request in ready.workload.requests
    )
