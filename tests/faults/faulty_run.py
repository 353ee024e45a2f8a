"""Running a plan against an engine that misbehaves, and what has to hold whatever it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inferometer.arrival import LoadPlan, stripe
from inferometer.clock import MS
from inferometer.engine import EmbeddedEngine, EngineSettings, Truth
from inferometer.engine.faults import FAULTS
from inferometer.engine.rewrite import expressible
from inferometer.loadgen import Job, measure, resolve
from inferometer.metrics import judge, summarize
from inferometer.protocol import PROTOCOLS, Generation
from inferometer.request import Request
from inferometer.spec.run import Timeouts
from inferometer.trace import Failure, Outcome, Trace

TOKENS = 6
PROMPT = "one two three"
PROMPT_TOKENS = 3
CHAT_TEMPLATE_TOKENS = 2
MIDDLE = TOKENS // 2

QUICK = EngineSettings(ttft_ms=5, itl_ms=2)
PATIENCE = Timeouts(connect_s=5, first_token_s=1.5, idle_s=1.5, total_s=3)
"""Much longer than a right answer takes, much shorter than a test may."""

CLOCKS_AGREE_NS = MS

TO_THE_SERVER = {"refuse", "die", "restart"}


@dataclass(frozen=True)
class FaultyRun:
    trace: Trace
    truth: Truth

    @property
    def fault_of(self) -> dict[int, str]:
        """By request, as the engine noted it."""
        noted: dict[int, str] = {}
        for name, fault in zip(
            self.truth.request_id, self.truth.fault, strict=True
        ):
            number = int(name.removeprefix("t-"))
            assert (
                noted.setdefault(number, fault) == fault
            )  # one that is sent again meets the same
        return noted

    @property
    def failure_of(self) -> dict[int, Failure]:
        r = self.trace.requests
        return dict(
            zip(
                r["id"].tolist(),
                map(Failure, r["failure"].tolist()),
                strict=True,
            )
        )

    def rows(self, *columns: str) -> list[tuple[int, ...]]:
        """Values of these columns, in order of the requests."""
        return list(
            zip(
                *(self.trace.requests[name].tolist() for name in columns),
                strict=True,
            )
        )


def faults_of(backend: str) -> list[str]:
    """All that an answer on this wire can have, as the list of faults takes them."""
    names = (
        "http-503" if name == "http-NNN" else name
        for name in FAULTS
        if name not in TO_THE_SERVER
    )
    return [name for name in names if expressible(name, PROTOCOLS[backend])]


def run(
    engine: EmbeddedEngine,
    backend: str,
    n: int,
    *,
    concurrency: int = 8,
    workers: int = 1,
    timeouts: Timeouts = PATIENCE,
) -> Trace:
    """A closed loop of n requests, numbered for the engine by their ids; and its books are
    checked.
    """
    wire = PROTOCOLS[backend]
    prompt_tokens = PROMPT_TOKENS + (CHAT_TEMPLATE_TOKENS if wire.chat else 0)
    jobs = [
        Job(
            address=resolve(engine.base_url, insecure=False, timeout_s=5),
            path=wire.path("embedded"),
            headers={},
            backend=wire,
            generation=Generation("embedded", ignore_eos=wire.exact_length),
            requests=[
                Request(int(i), PROMPT, prompt_tokens, TOKENS)
                for i in shard.requests
            ],
            shard=shard,
            closed_loop=True,
            drain_warmups=False,
            reserve=shard.max_in_flight,
            timeouts=timeouts,
            real_time=False,
            request_id_prefix="t-",
        )
        for shard in stripe(
            LoadPlan(np.zeros(n, np.int64), concurrency, closed_loop=True),
            workers,
        )
    ]
    trace = measure(jobs)
    check_books(trace, n)
    return trace


def faulty_run(
    backend: str,
    faults: str,
    n: int,
    *,
    concurrency: int = 8,
    workers: int = 1,
    seed: int = 0,
) -> FaultyRun:
    settings = EngineSettings(
        ttft_ms=QUICK.ttft_ms, itl_ms=QUICK.itl_ms, seed=seed
    )
    with EmbeddedEngine(
        settings, backends=(backend,), record_truth=True, faults=faults
    ) as engine:
        trace = run(
            engine, backend, n, concurrency=concurrency, workers=workers
        )
        return FaultyRun(trace, engine.truth())


def check_books(trace: Trace, n: int) -> None:
    """Every request has one row and one end, failures have names and words, and the verdict agrees
    that none is lost.
    """
    r = trace.requests
    assert r["id"].tolist() == list(range(n))
    assert set(r["outcome"].tolist()) <= {Outcome.OK, Outcome.FAILED}
    assert (
        (r["failure"] != Failure.NONE) == (r["outcome"] == Outcome.FAILED)
    ).all()
    assert [bool(detail) for detail in r["detail"]] == [
        outcome == Outcome.FAILED for outcome in r["outcome"]
    ]
    summary = summarize(trace, planned=n)
    verdict = judge(trace, summary, ignore_eos=True)
    (conservation,) = (
        finding
        for finding in verdict.findings
        if finding.name == "conservation"
    )
    assert conservation.level == 0, conservation.sentence
    assert summary.counts.ok + summary.counts.failed == summary.counts.sent == n
    by_name = {
        name: r["failure"].tolist().count(Failure[name])
        for name in summary.counts.failures
    }
    assert summary.counts.failures == by_name


def check_healthy(
    run: FaultyRun, numbers: Sequence[int], *, prompt_tokens: int | None
) -> None:
    """Requests that nothing befell: whole, counted right, and every event after it left and after
    its request came.
    """
    r, truth = run.trace.requests, run.truth
    row_of = {
        name: row for row, name in enumerate(truth.request_id)
    }  # of one that was sent again, the last
    start_ns = run.trace.start_realtime_ns - truth.realtime_offset_ns
    for number in numbers:
        assert r["outcome"][number] == Outcome.OK, r["detail"][number]
        assert (r["event_count"][number], r["output_tokens"][number]) == (
            TOKENS,
            TOKENS,
        )
        if prompt_tokens is not None:
            assert r["prompt_tokens"][number] == prompt_tokens
        times = [
            r[name][number]
            for name in (
                "sent_ns",
                "headers_ns",
                "first_ns",
                "last_ns",
                "end_ns",
            )
        ]
        assert times == sorted(times)
        row, start = row_of[f"t-{number}"], r["event_start"][number]
        arrived = (
            run.trace.events["arrival_ns"][start : start + TOKENS] + start_ns
        )
        assert len(truth.departures_ns(row)) == TOKENS
        assert (arrived > truth.departures_ns(row) - CLOCKS_AGREE_NS).all()
        assert (
            r["sent_ns"][number] + start_ns
            < truth.arrival_ns[row] + CLOCKS_AGREE_NS
        )
