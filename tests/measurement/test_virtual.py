"""Points in virtual time: the same schedule as the twin keeps in real time, whatever the load's
shape, and the record that a client would have made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from inferometer.clock import NS
from inferometer.engine import EmbeddedEngine
from inferometer.engine.ask import parse_ask
from inferometer.engine.twin.configuration import TwinSettings
from inferometer.engine.twin.front import TwinModel
from inferometer.live.progress import tokens_so_far
from inferometer.loadgen import Snapshot
from inferometer.measurement.prepare import ReadyPoint
from inferometer.measurement.session import PointResult, Session
from inferometer.measurement.virtual_client import VirtualClient
from inferometer.measurement.virtual_engine import VirtualEngine
from inferometer.protocol import PROTOCOLS
from inferometer.server.endpoint import Endpoint
from inferometer.spec.output import Output
from inferometer.spec.run import RunSpec
from inferometer.trace import MISSING, Failure, Outcome, StampSource, Trace

S = 1_000_000_000
TWIN = TwinSettings(
    card="r9700",
    model="llama-3.1-8b",
    stack="vllm-0.10.2-eager",
    host="threadripper",
    max_model_len=512,
    num_gpu_blocks=100,
)
"""Its KV cache holds few requests, so that some are preempted and prompts evicted."""
RANDOM = {"input_len": 100, "output_len": 20}
SHAPES: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "burst": (RANDOM, {}),
    "closed loop": (RANDOM, {"max_concurrency": 4}),
    "closed loop with warm-ups": (
        RANDOM,
        {"max_concurrency": 3, "num_warmups": 4},
    ),
    "rate": (RANDOM, {"request_rate": 5.0}),
    "bursty rate": (RANDOM, {"request_rate": 5.0, "burstiness": 0.3}),
    "rate under a cap": (RANDOM, {"request_rate": 20.0, "max_concurrency": 2}),
    "rate that drops": (
        RANDOM,
        {"request_rate": 20.0, "max_concurrency": 2, "when_full": "drop"},
    ),
    "ramp": (
        RANDOM,
        {"ramp": {"strategy": "linear", "start_rps": 1, "end_rps": 20}},
    ),
    "steps": (RANDOM, {"steps": [{"rate": 4, "seconds": 3}]}),
    "limited time": (RANDOM, {"max_concurrency": 4, "max_seconds": 2}),
    "shared prefix": (
        {"kind": "prefix", "prefix_len": 64, "suffix_len": 20}
        | {"num_prefixes": 2, "output_len": 20},
        {"max_concurrency": 4},
    ),
    "conversations": (
        {"kind": "sessions", "turns": 3, "input_len": 20, "output_len": 9},
        {"max_concurrency": 3},
    ),
    "long decode": ({"input_len": 9, "output_len": 300}, {"request_rate": 1.0}),
}


@pytest.fixture(scope="module")
def front() -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine(replace(TWIN, speed=1000.0), model="m") as engine:
        yield engine


@pytest.fixture
def session(front: EmbeddedEngine) -> Iterator[Session]:
    endpoint = Endpoint(front.base_url, routes=PROTOCOLS["openai"].routes)
    virtual = VirtualEngine(TWIN)
    with Session(endpoint, Output(), virtual=virtual) as session:
        yield session


def spec_of(
    workload: Mapping[str, Any], load: Mapping[str, Any], **more: Any
) -> RunSpec:
    kind = "openai-chat" if workload.get("kind") == "sessions" else "openai"
    number = 12 if "steps" in load else 24
    return RunSpec.model_validate(
        {
            "target": {"base_url": "http://x", "model": "m", "backend": kind},
            "workload": workload,
            "load": {"num_prompts": number, **load},
            "sampling": {"ignore_eos": True},
            **more,
        }
    )


def simulated(session: Session, shape: str, **more: Any) -> PointResult:
    return session.measure(session.prepare(spec_of(*SHAPES[shape], **more)))


def in_real_time(
    ready: ReadyPoint, trace: Trace, until_ns: int
) -> dict[int, list[int]]:
    """When a twin behind the front of the engine emits tokens, by position, if the requests come as
    they did. Its clock is the caller's, which asks every 7 ms.
    """
    model, sent = TwinModel(TWIN), trace.requests["sent_ns"]
    order = np.argsort(sent, kind="stable")
    left = [int(each) for each in order if sent[each] != MISSING]
    origin_ns = min(int(sent[each]) for each in left)
    got: dict[int, list[int]] = {each: [] for each in left}

    def drain(now_ns: int) -> None:
        for each in iter(lambda: model.pop_due(now_ns), None):
            assert each is not None
            got[each.sequence.number].append(each.time_ns)

    for now_ns in range(origin_ns, until_ns + 1, 7_000_000):
        while left and sent[left[0]] <= now_ns:
            position = left.pop(0)
            drain(int(sent[position]) - 1)
            ask = parse_ask(
                ready.backend.encode(
                    ready.workload.requests[position], ready.generation
                ),
                backend=ready.backend,
                model="m",
                max_model_len=512,
                with_prompt=True,
            )
            model.submit(
                position,
                ask.prompt_tokens,
                ask.max_tokens,
                int(sent[position]),
                ask.prompt,
            )
        drain(now_ns)
    drain(until_ns)
    return got


def events_of(trace: Trace) -> dict[int, list[int]]:
    r, arrivals = trace.requests, trace.events["arrival_ns"]
    return {
        row: arrivals[start : start + count].tolist()
        for row, (start, count) in enumerate(
            zip(r["event_start"], r["event_count"], strict=True)
        )
        if r["sent_ns"][row] != MISSING
    }


@pytest.mark.parametrize("shape", SHAPES)
def test_the_twin_in_real_time_keeps_the_same_schedule(
    session: Session, shape: str
) -> None:
    """Every token of every request, at its nanosecond."""
    ready = session.prepare(spec_of(*SHAPES[shape]))
    trace = session.measure(ready).trace
    end_ns = int(trace.requests["end_ns"].max())
    got = in_real_time(ready, trace, end_ns)
    assert events_of(trace) == got
    assert sum(map(len, got.values())) == len(trace.events["arrival_ns"])


def test_an_engine_that_serves_keeps_the_same_schedule(
    front: EmbeddedEngine,
) -> None:
    """Over HTTP. Its API server takes half a second, so that a busy host is no later than that."""
    slow = replace(TWIN, factors=(("intake", 60.0),))
    spec = spec_of({"input_len": 100, "output_len": 4}, {"request_rate": 40.0})
    with EmbeddedEngine(slow, model="m", record_truth=True) as engine:
        endpoint = Endpoint(engine.base_url, routes=PROTOCOLS["openai"].routes)
        output = Output(telemetry=False)
        with Session(endpoint, output, real_time=False) as real:
            ready = real.prepare(spec)
            asked = len(engine.truth())
            real.measure(ready, request_id_prefix="r-")
        truth = engine.truth()
    rows = range(asked, len(truth))
    arrived_ns = truth.arrival_ns[asked:] - truth.arrival_ns[asked]
    assert [truth.request_id[row] for row in rows] == [
        f"r-{request.id}" for request in ready.workload.requests
    ]
    plan = replace(ready.plan, due_ns=arrived_ns)
    engine_in_virtual_time = VirtualEngine(slow)
    client = VirtualClient(replace(ready, plan=plan), engine_in_virtual_time)
    client.run(0)
    assert events_of(client.trace(0)) == {
        row - asked: [
            int(due_ns - truth.arrival_ns[asked])
            for due_ns in truth.due_ns[
                truth.event_start[row] : truth.event_start[row]
                + truth.event_count[row]
            ]
        ]
        for row in rows
    }


def test_the_record_is_marked_and_complete(session: Session) -> None:
    result = simulated(session, "closed loop")
    trace, r = result.trace, result.trace.requests
    assert set(trace.events["stamp_source"]) == {StampSource.SIMULATED}
    assert trace.workers == ()
    assert set(r["outcome"]) == {Outcome.OK}
    assert set(r["output_tokens"]) == {20}
    assert set(r["text_bytes"]) == set(r["connect_ns"]) == {MISSING}
    found = {each.name: each.variant for each in result.verdict.findings}
    assert found["stamps"] == found["client_delay"] == "simulated"
    assert result.summary.metrics["client_delay"].median is None


def test_what_engine_and_cards_show_is_recorded(session: Session) -> None:
    result = simulated(session, "closed loop")
    server, telemetry = result.server, result.telemetry
    assert server is not None
    assert telemetry is not None
    assert server.grown("requests") == 24
    assert server.grown("generation_tokens") == 24 * 20
    assert server.grown("prefix_queries")
    assert telemetry.is_simulated
    card = telemetry.cards[0]
    times_ns, watts = telemetry.track(card.id, "power_w")
    end_ns = int(result.trace.requests["end_ns"].max())
    assert times_ns[0] <= 0 < end_ns <= times_ns[-1]
    assert (np.diff(times_ns)[:-1] == S // 2).all()
    assert 20 <= watts.min() < watts.max() <= 300
    running_ns, running = telemetry.track("server", "running")
    assert running[running_ns > end_ns].tolist() == [0]
    assert running[(running_ns > 0) & (running_ns < end_ns)].min() >= 1


def test_the_next_point_finds_the_cache_of_the_one_before(
    session: Session,
) -> None:
    workload = {"input_len": 400, "output_len": 2}
    spec = spec_of(workload, {"num_prompts": 3, "max_concurrency": 1})
    cold, warm = (
        session.measure(session.prepare(spec)).summary for _ in range(2)
    )
    ttft_ms = [each.metrics["ttft"].median or 0 for each in (cold, warm)]
    assert ttft_ms[1] < ttft_ms[0]


LIMITS: dict[str, tuple[Mapping[str, float], Failure]] = {
    "first token": ({"first_token_s": 0.05}, Failure.FIRST_TOKEN_TIMEOUT),
    "total": ({"total_s": 0.3}, Failure.TOTAL_TIMEOUT),
    "idle": ({"idle_s": 0.01}, Failure.IDLE_TIMEOUT),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_time_outs_expire_in_virtual_time(session: Session, limit: str) -> None:
    limits, failure = LIMITS[limit]
    result = simulated(session, "closed loop", timeouts=limits)
    r, (seconds,) = result.trace.requests, limits.values()
    failed = r["outcome"] == Outcome.FAILED
    assert failed.any()
    assert set(r["failure"][failed]) == {failure}
    since = r["sent_ns"] if limit != "idle" else r["last_ns"]
    waited = (r["end_ns"] - since)[failed]
    assert (waited == int(seconds * S) + 1).all()
    assert session.virtual is not None
    assert not session.virtual.simulation.scheduler.running  # type: ignore[attr-defined]


def test_dropped_and_cut_requests_are_named(session: Session) -> None:
    dropped = simulated(session, "rate that drops").trace.requests
    assert {Outcome.OK, Outcome.DROPPED} == set(dropped["outcome"])
    r = simulated(session, "limited time").trace.requests
    cut = r["outcome"] == Outcome.UNFINISHED
    assert cut.sum() == 4
    assert (r["end_ns"][cut] == 2 * S).all()
    assert (r["last_ns"][cut] <= 2 * S).all()
    unsent = r["outcome"] == Outcome.UNSENT
    assert unsent.any()
    assert (r["sent_ns"][unsent] == MISSING).all()


def stop_after(calls: int) -> Callable[[], bool]:
    left = iter(range(calls))
    return lambda: next(left, None) is None


def test_a_stop_keeps_what_is_done(session: Session) -> None:
    ready = session.prepare(spec_of(*SHAPES["closed loop"]))
    client = VirtualClient(ready, VirtualEngine(TWIN), stopped=stop_after(25))
    client.run(0)
    trace = client.trace(0)
    assert trace.interrupted
    assert {Outcome.OK, Outcome.CANCELLED, Outcome.UNSENT} == set(
        trace.requests["outcome"]
    )


def test_what_is_shown_meanwhile_is_in_virtual_time(session: Session) -> None:
    """Whenever it begins. Requests in flight count with the tokens that have arrived."""
    ready = session.prepare(spec_of(*SHAPES["closed loop"]))
    seen: list[Snapshot] = []
    client = VirtualClient(
        ready,
        VirtualEngine(TWIN),
        report=lambda client: seen.append(client.snapshot()),
    )
    client.run(7 * NS)
    last = seen[-1]
    assert last.virtual_s == (client.now_ns - 7 * NS) / NS
    assert any(each.streaming_events for each in seen)
    assert max(map(tokens_so_far, seen)) == last.output_tokens > 0


def test_a_request_that_the_server_would_refuse_has_failed(
    session: Session,
) -> None:
    ready = session.prepare(spec_of(RANDOM, {"num_prompts": 2}))
    short = VirtualEngine(replace(TWIN, max_model_len=64))
    client = VirtualClient(ready, short)
    client.run(0)
    r = client.trace(0).requests
    assert set(r["failure"]) == {Failure.HTTP_STATUS}
    assert r["detail"][0].startswith("HTTP 400: ")
