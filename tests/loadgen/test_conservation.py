"""Every planned request has one end, whatever happens: workers × loads × ways in which a run ends,
against a server that answers some, refuses some, breaks off some and leaves some without an answer.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

import numpy as np
import pytest

from inferometer.arrival import LoadPlan, stripe
from inferometer.clock import MS
from inferometer.loadgen import Snapshot, measure
from inferometer.metrics import (
    Finding,
    Level,
    Summary,
    Verdict,
    judge,
    summarize,
)
from inferometer.trace import Outcome, Trace
from tests.loadgen.loop_runner import (
    BOUNDED,
    check_books,
    closed_loop,
    jobs_for,
    open_loop,
)
from tests.loadgen.scripted_server import (
    Asked,
    Hangup,
    Peer,
    ScriptedServer,
    answer,
    sized,
)
from tests.loadgen.test_pool import worker_processes

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)
"""The scripted server's threads are no concern of the forked workers."""

N, WARMUPS = 40, 4
HANGING, ANSWERED = (4, 5), 1
"""Remainders of numbers by seven. Each end is among the first nine requests, in flight together:
a client that begins late drops all others.
"""
PATIENT = BOUNDED
IMPATIENT = BOUNDED.model_copy(update={"first_token_s": 0.15})

LOADS: dict[str, LoadPlan] = {
    "closed loop": closed_loop(N, 9, warmups=WARMUPS),
    "open loop": open_loop([i * 3 * MS for i in range(N)]),
    "open loop with a cap": open_loop([i * 3 * MS for i in range(N)], cap=9),
    "drops": LoadPlan(
        np.arange(N, dtype=np.int64) * 3 * MS, 9, closed_loop=False, drops=True
    ),
}


def mixed(peer: Peer, asked: Asked) -> None:
    """Of seven requests in a row two have no answer, one is refused, one cut off; warm-ups are
    answered.
    """
    what = asked.id % 7 if asked.id >= WARMUPS else ANSWERED
    if what in HANGING:
        peer.wait_for_hangup()
        raise Hangup
    if what == 6:
        peer.send(sized(b'{"error": "no"}', "500 X"))
    elif what == 0:
        raise Hangup
    else:
        answer(peer, asked)


def once(
    when: Callable[[Snapshot], bool], act: Callable[[], None]
) -> Callable[[Snapshot], None]:
    """What `measure` is to call with each snapshot."""
    done: list[bool] = []

    def look(now: Snapshot) -> None:
        if not done and when(now):
            done.append(True)
            act()

    return look


def judged(trace: Trace, plan: LoadPlan) -> tuple[Summary, Verdict, Finding]:
    summary = summarize(trace, planned=N - plan.warmups)
    verdict = judge(
        trace, summary, ignore_eos=False, ends_by_time=plan.time_ns is not None
    )
    return (
        summary,
        verdict,
        next(
            finding
            for finding in verdict.findings
            if finding.name == "conservation"
        ),
    )


def check(trace: Trace, plan: LoadPlan) -> Summary:
    """Both sides of the books, counted here once more and not only by the check."""
    check_books(trace, range(N))
    summary, _, finding = judged(trace, plan)
    c = summary.counts
    assert c.planned == c.sent + c.unsent + c.dropped
    assert c.sent == c.ok + c.failed + c.cancelled + c.unfinished
    assert sum(c.failures.values()) == c.failed
    assert sum(worker.assigned for worker in trace.workers) == N
    assert sum(worker.sent for worker in trace.workers) == int(
        np.count_nonzero(
            ~np.isin(
                trace.requests["outcome"], (Outcome.UNSENT, Outcome.DROPPED)
            )
        )
    )
    assert (finding.level, _gaps(finding)) == (Level.OK, {0}), finding.sentence
    return summary


def _gaps(finding: Finding) -> set[object]:
    """All that it counts but how many were planned."""
    gaps = {**finding.values}
    assert gaps.pop("planned")
    assert set(gaps) >= {
        "planned_gap",
        "sent_gap",
        "recorded_twice",
        "assigned_gap",
        "begun_gap",
    }
    return set(gaps.values())


WORKERS = pytest.mark.parametrize(
    "workers", [1, 2, pytest.param(3, marks=pytest.mark.wide)]
)
EVERY_LOAD = pytest.mark.parametrize("load", LOADS)


@WORKERS
@EVERY_LOAD
def test_a_run_with_time_outs_to_its_end(load: str, workers: int) -> None:
    with ScriptedServer(mixed) as server:
        trace = measure(
            jobs_for(
                server.port, LOADS[load], workers=workers, timeouts=IMPATIENT
            )
        )
    counts = check(trace, LOADS[load]).counts
    assert not trace.interrupted
    assert (counts.unsent, counts.cancelled, counts.unfinished) == (0, 0, 0)
    assert counts.failures["FIRST_TOKEN_TIMEOUT"] >= 1
    # a refusal that a busy server sends too late is a time-out
    assert counts.http_statuses.keys() <= {"500"}


@WORKERS
@EVERY_LOAD
def test_a_run_that_is_stopped_while_requests_hang(
    load: str, workers: int
) -> None:
    with ScriptedServer(mixed) as server:
        stop = once(
            lambda now: now.in_flight >= 2 and now.failed >= 1,
            lambda: os.kill(os.getpid(), signal.SIGTERM),
        )
        trace = measure(
            jobs_for(
                server.port, LOADS[load], workers=workers, timeouts=PATIENT
            ),
            stop,
        )
    counts = check(trace, LOADS[load]).counts
    assert trace.interrupted
    assert counts.cancelled >= 2
    assert counts.failed >= 1


@WORKERS
@EVERY_LOAD
def test_a_run_that_is_stopped_amid_time_outs(load: str, workers: int) -> None:
    with ScriptedServer(mixed) as server:
        stop = once(
            lambda now: now.failed >= 3,
            lambda: os.kill(os.getpid(), signal.SIGTERM),
        )
        trace = measure(
            jobs_for(
                server.port, LOADS[load], workers=workers, timeouts=IMPATIENT
            ),
            stop,
        )
    check(trace, LOADS[load])


@WORKERS
@EVERY_LOAD
def test_a_run_whose_own_time_is_over(load: str, workers: int) -> None:
    plan = LOADS[load]
    timed = LoadPlan(
        plan.due_ns,
        plan.max_in_flight,
        plan.closed_loop,
        plan.warmups,
        drops=plan.drops,
        time_ns=60 * MS,
    )
    with ScriptedServer(mixed) as server:
        trace = measure(
            jobs_for(server.port, timed, workers=workers, timeouts=PATIENT)
        )
    counts = check(trace, timed).counts
    assert (trace.interrupted, counts.cancelled) == (False, 0)


@EVERY_LOAD
@pytest.mark.parametrize(
    "workers", [2, pytest.param(3, marks=pytest.mark.wide)]
)
def test_a_worker_that_is_killed_makes_the_run_invalid_and_costs_its_own_requests_only(
    load: str, workers: int
) -> None:
    """What it had done nobody knows: its requests are in the books, but as what they may not be."""

    killed = threading.Event()

    def script(peer: Peer, asked: Asked) -> None:
        """The last worker is killed when one of its requests is here that gets no answer: it cannot
        have finished.
        """
        if (
            asked.id % workers == workers - 1
            and asked.id % 7 in HANGING
            and asked.id >= WARMUPS
            and not killed.is_set()
        ):
            killed.set()
            worker_processes()[-1].kill()
        mixed(peer, asked)

    plan = LOADS[load]
    with ScriptedServer(script) as server:
        trace = measure(
            jobs_for(server.port, plan, workers=workers, timeouts=IMPATIENT)
        )
    check_books(trace, range(N))
    r = trace.requests
    (lost,) = [worker for worker in trace.workers if worker.lost]
    of_lost = r["worker"] == lost.worker
    assert set(r["outcome"][of_lost].tolist()) <= {
        Outcome.UNFINISHED,
        Outcome.UNSENT,
    }
    assert set(r["outcome"][~of_lost].tolist()) <= {
        Outcome.OK,
        Outcome.FAILED,
        Outcome.DROPPED,
    }, "to their end"
    assert int(np.count_nonzero(r["outcome"][~of_lost] == Outcome.OK)) >= 1
    summary, verdict, finding = judged(trace, plan)
    c = summary.counts
    assert c.planned == c.sent + c.unsent + c.dropped
    assert c.sent == c.ok + c.failed + c.cancelled + c.unfinished
    assert (verdict.status, finding.level) == ("INVALID", Level.INVALID)
    assert (
        finding.values["lost"]
        == lost.assigned
        == int(np.count_nonzero(of_lost))
    )
    assert f"{lost.assigned} of a worker that died" in finding.sentence


def test_a_worker_that_is_killed_before_it_told_of_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its requests would all seem unsent, which by itself is no reason to doubt the others."""
    release = threading.Event()

    def script(peer: Peer, asked: Asked) -> None:
        if asked.id % 2:
            worker_processes()[-1].kill()
            release.set()
            peer.wait_for_hangup()
            raise Hangup
        release.wait(5)
        answer(peer, asked)

    plan = closed_loop(N, 2)
    with ScriptedServer(script) as server:
        trace = measure(jobs_for(server.port, plan, workers=2))
    _, verdict, finding = judged(trace, plan)
    assert (verdict.status, finding.values["lost"]) == (
        "INVALID",
        len(stripe(plan, 2)[1].requests),
    )


def test_a_run_that_is_stopped_after_a_worker_was_killed() -> None:
    """Both at once: the books are whole, and the verdict knows."""
    plan = LOADS["closed loop"]
    steps: list[str] = []

    def act(now: Snapshot) -> None:
        if not steps and now.ok >= 2:
            steps.append("killed")
            os.kill(worker_processes()[-1].pid or 0, signal.SIGKILL)
        elif steps == ["killed"] and len(worker_processes()) == 1:
            steps.append("stopped")
            os.kill(os.getpid(), signal.SIGTERM)

    with ScriptedServer(mixed) as server:
        trace = measure(
            jobs_for(server.port, plan, workers=2, timeouts=PATIENT), act
        )
    assert steps == ["killed", "stopped"]
    check_books(trace, range(N))
    assert trace.interrupted
    _, verdict, finding = judged(trace, plan)
    assert (verdict.status, finding.values["lost"]) == (
        "INVALID",
        len(stripe(plan, 2)[1].requests),
    )
