"""Runs that never settle, on the embedded engine's model in virtual time; and those that are not
doubted for it.
"""

from __future__ import annotations

import numpy as np
import pytest

from inferometer.clock import MS, NS
from inferometer.engine.model import EngineSettings, PacedModel
from inferometer.metrics import Finding, Level, judge, summarize
from inferometer.trace import Trace
from tests.metrics.trace_builder import build, request

SEATS, TOKENS, TTFT_MS, ITL_MS = 8, 20, 50, 20
CAPACITY = SEATS * 1e3 / (TTFT_MS + (TOKENS - 1) * ITL_MS)
"""Requests a second."""


def steady(trace: Trace, **options: bool) -> Finding:
    summary = summarize(trace, planned=len(trace))
    (found,) = [
        f
        for f in judge(trace, summary, ignore_eos=True, **options).findings  # type: ignore[arg-type]
        if f.name == "steady_state"
    ]
    assert found.level == Level.OK or found.next_step
    return found


def open_loop(load: float, n: int, seed: int = 0) -> Trace:
    """Poisson arrivals at this part of the engine's capacity."""
    rng = np.random.default_rng(seed)
    model = PacedModel(
        EngineSettings(
            ttft_ms=TTFT_MS,
            itl_ms=ITL_MS,
            jitter=0.3,
            max_num_seqs=SEATS,
            seed=seed,
        )
    )
    due = (
        np.cumsum(rng.exponential(NS / (load * CAPACITY), n))
        .astype(np.int64)
        .tolist()
    )
    first, last, sent = dict[int, int](), dict[int, int](), 0
    while len(last) < n:
        next_ns = model.next_ns()
        if sent < n and (next_ns is None or due[sent] <= next_ns):
            model.submit(sent, 100, TOKENS, due[sent])
            sent += 1
            continue
        assert next_ns is not None
        while (emission := model.pop_due(next_ns)) is not None:
            first.setdefault(emission.sequence.number, emission.time_ns)
            if emission.last:
                last[emission.sequence.number] = emission.time_ns
    return build(
        [request(due[i] / MS, first[i] / MS, last[i] / MS) for i in range(n)],
        closed_loop=False,
    )


def test_a_queue_that_grows_through_the_whole_run() -> None:
    doubted = [steady(open_loop(1.2, 600, seed)) for seed in range(10)]
    assert [f.level for f in doubted] == [Level.SUSPECT] * 10
    assert "mean E2EL grew from" in doubted[0].sentence
    assert "Lower the rate" in doubted[0].next_step
    figures = doubted[0].values
    assert float(figures["last_e2el_ms"] or 0) > 2 * float(
        figures["first_e2el_ms"] or 0
    )


def test_a_load_that_the_server_can_take() -> None:
    assert [steady(open_loop(0.7, 600, seed)).level for seed in range(20)] == [
        Level.OK
    ] * 20


def test_a_load_that_is_to_grow_is_not_doubted() -> None:
    assert steady(open_loop(1.2, 600), constant_load=False).level == Level.OK


@pytest.mark.parametrize(("n", "level"), [(99, Level.NOTE), (150, Level.NOTE)])
def test_few_requests_are_no_reason_for_doubt(n: int, level: Level) -> None:
    assert steady(open_loop(1.5, n)).level == level


def test_a_server_that_warms_up_all_the_while() -> None:
    rng = np.random.default_rng(1)
    latency_ms = np.linspace(900, 300, 400) + rng.normal(0, 10, 400)
    trace = build(
        [
            request(10 * i, 10 * i + 5, 10 * i + each)
            for i, each in enumerate(latency_ms)
        ],
        closed_loop=False,
    )
    found = steady(trace)
    assert found.level == Level.SUSPECT
    assert "fell from" in found.sentence


def test_bursts_and_short_closed_loops_get_a_note() -> None:
    burst = build([request(0, 50, 100 + k) for k in range(8)])
    assert steady(burst).level == Level.NOTE
    at_once = open_loop(0.7, 150)
    due = at_once.requests["intended_ns"]
    assert (
        steady(
            at_once.with_requests({**at_once.requests, "intended_ns": due * 0})
        ).level
        == Level.NOTE
    )
    assert steady(build([])).level == Level.NOTE


def test_a_closed_loop_is_steady_while_its_slots_are_busy() -> None:
    found = steady(
        build(
            [request(100 * i, 100 * i + 50, 100 * i + 100) for i in range(10)]
        )
    )
    assert (found.level, found.sentence) == (
        Level.OK,
        "The run was steady from 0.0 to 1.0 s.",
    )
