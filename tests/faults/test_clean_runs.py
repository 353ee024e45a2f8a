"""Runs in which nothing is wrong raise no alarm: many, of different shapes, on the embedded engine.

A test cannot see to it that its machine is quiet, and on one that is not, the checks of the client
and of shared stamps do what they are for. They are not let off, though: each of these findings must
have its cause in a record that is none of the verdict's, namely the scheduler's count of how long
the loops waited for a core, or the engine's own of how late it was. A virtual machine that was
itself stopped leaves no such record: a finding without a cause is a false alarm where the same run
raises it again. All other checks have to be silent on any machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from inferometer.clock import MS
from inferometer.engine import EmbeddedEngine, EngineSettings, Truth
from inferometer.measurement.session import PointResult, Session
from inferometer.metrics.finding import Level
from inferometer.protocol import PROTOCOLS
from inferometer.server.endpoint import Endpoint
from inferometer.spec.output import Output
from inferometer.spec.run import RunSpec

AGAIN = 2
"""How often a run with a finding of the host that nothing explains is repeated."""

OF_A_BUSY_HOST = {
    "run_queue",
    "client_cpu",
    "shared_stamps",
    "schedule_lag",
    "client_delay",
    "slots_filled",
    "client_stalls",
}

HELD_UP_NS = MS // 4
"""From here on a wait for a core, or an engine's delay, can bring what these findings tell of: less
than their limits.
"""

INPUT_TOKENS, OUTPUT_TOKENS, REQUESTS = 24, 6, 12

BACKENDS = ("openai", "openai-chat")
LOADS: tuple[dict[str, float], ...] = (
    {"max_concurrency": 1},
    {"max_concurrency": 4, "num_warmups": 4},
    {},
    {"request_rate": 300.0},
    {"request_rate": 300.0, "burstiness": 0.5, "max_concurrency": REQUESTS},
)

RUNS_FEW, RUNS_MANY = len(BACKENDS) * len(LOADS), 200
"""Each shape once, and often."""


class CleanRun(NamedTuple):
    shape: str
    measured: PointResult
    truth: Truth


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    settings = EngineSettings(
        ttft_ms=20,
        itl_ms=5,
        jitter=0.1,
        prefill_ms_per_1k_tokens=10,
        itl_growth_ms=0.02,
    )
    with EmbeddedEngine(settings, record_truth=True) as engine:
        yield engine


def clean_run(engine: EmbeddedEngine, number: int, trial: int = 0) -> CleanRun:
    """Of one shape after the other, each with prompts of its own."""
    backend, load = (
        BACKENDS[number % len(BACKENDS)],
        LOADS[number // len(BACKENDS) % len(LOADS)],
    )
    spec = RunSpec.model_validate(
        {
            "target": {
                "base_url": engine.base_url,
                "model": "embedded",
                "backend": backend,
            },
            "workload": {
                "input_len": INPUT_TOKENS,
                "output_len": OUTPUT_TOKENS,
            },
            "load": {"num_prompts": REQUESTS, **load},
            "sampling": {"ignore_eos": True},
            "seed": number,
        }
    )
    before = len(engine.truth())
    endpoint = Endpoint(engine.base_url, routes=PROTOCOLS[backend].routes)
    with Session(endpoint, Output(), real_time=False) as session:
        prefix = f"clean-{number}.{trial}-"
        measured = session.measure(
            session.prepare(spec), request_id_prefix=prefix
        )
    assert len(engine.truth()) >= before + REQUESTS
    return CleanRun(f"{number}: {backend} {load}", measured, engine.truth())


def was_held_up(run: CleanRun, number: int) -> bool:
    """Whether something else than the verdict says that client or engine had to wait."""
    rows = [
        row
        for row, name in enumerate(run.truth.request_id)
        if name.startswith(f"clean-{number}.0-")
    ]
    late_ns = max(
        int(
            run.truth.lateness_ns[run.truth.event_start[row] :][
                : run.truth.event_count[row]
            ].max()
        )
        for row in rows
    )
    return (
        max(
            late_ns,
            *(worker.run_queue_ns for worker in run.measured.trace.workers),
        )
        > HELD_UP_NS
    )


def comes_again(engine: EmbeddedEngine, number: int, name: str) -> bool:
    """Whether each repetition of a run raises a finding."""
    trials = (clean_run(engine, number, trial) for trial in range(1, AGAIN + 1))
    return all(
        name
        in [
            finding.name
            for finding in trial.measured.verdict.reasons(Level.SUSPECT)
        ]
        for trial in trials
    )


@pytest.mark.parametrize(
    "runs", [RUNS_FEW, pytest.param(RUNS_MANY, marks=pytest.mark.wide)]
)
def test_clean_runs_raise_no_alarm(
    engine: EmbeddedEngine, runs: int, capsys: pytest.CaptureFixture[str]
) -> None:
    alarms: list[str] = []
    of_the_host: list[str] = []
    for number in range(runs):
        run = clean_run(engine, number)
        assert run.measured.summary.counts.ok == REQUESTS
        for finding in run.measured.verdict.reasons(Level.SUSPECT):
            of_host = finding.name in OF_A_BUSY_HOST
            explained = of_host and (
                was_held_up(run, number)
                or not comes_again(engine, number, finding.name)
            )
            (of_the_host if explained else alarms).append(
                f"{run.shape}: {finding.name}: {finding.sentence}"
            )
    if runs == RUNS_MANY:
        with capsys.disabled():
            print(
                f"\n{runs} clean runs: {len(alarms)} false alarms, {len(of_the_host)} "
                "findings that the host's load explains",
                *of_the_host,
                sep="\n",
            )
    assert alarms == []
