"""Servers that take no more connections, and servers that die, in the middle of a run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from inferometer.engine import EmbeddedEngine, load_truth
from inferometer.trace import Failure
from tests.faults.faulty_run import QUICK, TOKENS, FaultyRun, faulty_run, run

BROKEN = {Failure.RESET, Failure.CLOSED_EARLY}


def test_a_server_that_refuses_from_some_point_on() -> None:
    ran = faulty_run_without_truth("refuse#10", 30)
    assert ran == [Failure.NONE] * 11 + [Failure.CONNECT_REFUSED] * 19


def faulty_run_without_truth(faults: str, n: int) -> list[Failure]:
    """One request after the other; the server cannot be asked for its record any more."""
    with EmbeddedEngine(QUICK, backends=("openai",), faults=faults) as engine:
        return [
            Failure(value)
            for value in run(engine, "openai", n, concurrency=1).requests[
                "failure"
            ]
        ]


@pytest.mark.parametrize(
    "workers", [1, pytest.param(2, marks=pytest.mark.wide)]
)
def test_a_server_that_dies(workers: int, tmp_path: Path) -> None:
    record = tmp_path / "truth.npz"
    with EmbeddedEngine(
        QUICK, backends=("openai",), truth_file=str(record), faults="die#20"
    ) as engine:
        trace = run(engine, "openai", 60, concurrency=4, workers=workers)
    ran = FaultyRun(trace, load_truth(record))
    told = Counter(ran.failure_of.values())
    assert set(told) <= {Failure.NONE, Failure.CONNECT_REFUSED, *BROKEN}
    answered = {
        number
        for number, row in zip(ran.fault_of, range(len(ran.truth)), strict=True)
        if ran.truth.event_count[row] == TOKENS
    }
    assert {
        number
        for number, failure in ran.failure_of.items()
        if failure is Failure.NONE
    } == answered
    assert len(answered) > 10
    broken = {
        number
        for number, failure in ran.failure_of.items()
        if failure in BROKEN
    }
    assert (
        20 in broken or ran.failure_of[20] is Failure.CONNECT_REFUSED
    )  # where it was sent again
    assert (
        len(broken) < 20
    )  # those in flight, and some whose connections the dying process's listener still took
    refused = {
        number
        for number, failure in ran.failure_of.items()
        if failure is Failure.CONNECT_REFUSED
    }
    assert len(answered) + len(broken) + len(refused) == 60
    assert len(refused) > 30


def test_the_same_seed_is_the_same_fate() -> None:
    faults = "http-500:0.2,no-finish:0.2"
    fates = [
        faulty_run(
            "openai", faults, 40, concurrency=concurrency, seed=7
        ).fault_of
        for concurrency in (1, 8)
    ]
    assert fates[0] == fates[1]
    other = faulty_run("openai", faults, 40, seed=8).fault_of
    assert other != fates[0]
