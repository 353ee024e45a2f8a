"""One point: what is asked of the server first, which jobs become of it, what comes back."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.loadgen import Job, MeasurementError
from inferometer.measurement import prepare as point_module
from inferometer.measurement.prepare import (
    KnownServer,
    PointError,
    prepare,
    recount,
    run,
)
from inferometer.server.endpoint import Endpoint, EndpointError
from inferometer.spec.run import RunSpec
from inferometer.trace import MISSING, Outcome, TokenSource, Trace
from inferometer.trace.trace import empty_events, empty_requests

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)

MODEL = "tiny"


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    settings = EngineSettings(ttft_ms=2, itl_ms=0.5, max_model_len=64)
    with EmbeddedEngine(settings, model=MODEL, record_truth=True) as engine:
        yield engine


@pytest.fixture
def endpoint(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Endpoint]:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with Endpoint(engine.base_url) as endpoint:
        yield endpoint


def spec_of(endpoint: Endpoint, **parts: Any) -> RunSpec:
    """A small point; its parts as they would stand in a file."""
    content: dict[str, Any] = {
        "target": {"model": MODEL, "base_url": endpoint.base_url},
        "workload": {"kind": "random", "input_len": 8, "output_len": 3},
        "load": {"num_prompts": 5},
        "sampling": {"ignore_eos": True},
        "seed": 1,
    }
    for name, part in parts.items():
        content[name] = (
            {**content.get(name, {}), **part}
            if isinstance(part, dict)
            else part
        )
    return RunSpec.model_validate(content)


# Before the first request


def test_a_point_is_ready_with_all_that_is_known_of_it(
    endpoint: Endpoint,
) -> None:
    ready = prepare(
        spec_of(endpoint, load={"num_warmups": 2, "max_concurrency": 3}),
        KnownServer(endpoint),
    )
    assert ready.server["model"] == MODEL
    assert ready.server["max_model_len"] == 64
    assert ready.server["version"]
    assert ready.path == "/v1/completions"
    assert (
        len(ready.plan),
        ready.plan.warmups,
        ready.plan.max_in_flight,
        ready.plan.closed_loop,
    ) == (7, 2, 3, True)
    assert [request.id for request in ready.workload.requests] == list(range(7))
    assert {request.prompt_tokens for request in ready.workload.requests} == {8}
    assert ready.generation.ignore_eos


def test_arrivals_follow_the_seed(endpoint: Endpoint) -> None:
    def due(seed: int) -> list[int]:
        spec = spec_of(endpoint, load={"request_rate": 10.0}, seed=seed)
        due_ns: list[int] = prepare(
            spec, KnownServer(endpoint)
        ).plan.due_ns.tolist()
        return due_ns

    assert due(1) == due(1) != due(2)
    assert due(1)[-1] == due(2)[-1] == 500_000_000  # 5 requests at 10/s


def test_a_point_that_is_too_long_for_the_server_is_refused(
    endpoint: Endpoint,
) -> None:
    with pytest.raises(PointError) as refused:
        prepare(
            spec_of(endpoint, workload={"input_len": 62}), KnownServer(endpoint)
        )
    (reason,) = refused.value.reasons
    assert (
        "62 input and 3 output tokens are 65, but the server's max_model_len is 64"
        in reason
    )


def test_a_point_that_just_fits_is_taken(endpoint: Endpoint) -> None:
    prepare(
        spec_of(endpoint, workload={"input_len": 61}), KnownServer(endpoint)
    )


def test_all_that_speaks_against_a_point_is_told(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(point_module, "raise_descriptor_limit", lambda: 100)
    spec = spec_of(
        endpoint, workload={"input_len": 100}, load={"num_prompts": 50}
    )
    with pytest.raises(PointError) as refused:
        prepare(spec, KnownServer(endpoint))
    assert len(refused.value.reasons) == 2
    assert "max_model_len" in refused.value.reasons[0]
    assert (
        "need 114 open files, but the limit is 100" in refused.value.reasons[1]
    )


def test_a_model_that_is_not_served(endpoint: Endpoint) -> None:
    with pytest.raises(
        EndpointError, match="does not serve a model named 'other'"
    ):
        prepare(
            spec_of(endpoint, target={"model": "other"}), KnownServer(endpoint)
        )


def test_a_server_is_asked_once_for_all_its_points(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    send = endpoint._ask

    def noted(route: str, *rest: Any, **more: Any) -> Any:
        asked.append(route)
        return send(route, *rest, **more)

    monkeypatch.setattr(endpoint, "_ask", noted)
    known = KnownServer(endpoint)
    prepare(spec_of(endpoint), known)
    first = len(asked)
    prepare(spec_of(endpoint, load={"num_prompts": 9}), known)
    assert first > 0
    assert asked[first:] == []


# The jobs


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """The jobs that would be measured."""
    jobs: list[Job] = []

    def note(these: Sequence[Job], on_progress: object, **_: object) -> Trace:
        jobs.extend(these)
        n = sum(len(job.requests) for job in these)
        return Trace(empty_requests(n), empty_events(), (), 0, closed_loop=True)

    monkeypatch.setattr(point_module, "measure", note)
    return jobs


def test_jobs_are_what_the_spec_says(
    endpoint: Endpoint, given: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-key")
    spec = spec_of(
        endpoint,
        target={"headers": {"X-Team": "blue"}},
        load={"max_concurrency": 3, "num_warmups": 3},
        timeouts={"idle_s": 7},
        workers=2,
    )
    run(
        prepare(spec, KnownServer(endpoint)),
        endpoint,
        real_time=False,
        keep_texts=True,
        request_id_prefix="p-",
    )
    assert [[request.id for request in job.requests] for job in given] == [
        [0, 2, 3, 5, 6],
        [1, 4, 7],
    ]
    assert [job.shard.max_in_flight for job in given] == [2, 1]
    assert [job.shard.warmups for job in given] == [2, 1]
    for job in given:
        assert job.headers == {
            "X-Team": "blue",
            "Authorization": "Bearer sk-key",
        }
        assert (job.path, job.request_id_prefix, job.timeouts.idle_s) == (
            "/v1/completions",
            "p-",
            7,
        )
        assert (
            job.closed_loop,
            job.drain_warmups,
            job.real_time,
            job.keep_texts,
        ) == (
            True,
            False,
            False,
            True,
        )
        assert job.reserve == job.shard.max_in_flight


def test_a_gateways_prefix_and_the_users_path_are_kept(
    endpoint: Endpoint, given: list[Job]
) -> None:
    ready = prepare(
        spec_of(endpoint, target={"endpoint": "/v1/completions"}),
        KnownServer(endpoint),
    )
    with Endpoint(f"{endpoint.base_url}/gateway/v1") as behind:
        run(replace(ready, path="/own/path"), behind)
    assert given[0].path == "/gateway/own/path"


@pytest.mark.parametrize(
    ("load", "reserve"),
    [
        (
            {"num_prompts": 32},
            32,
        ),  # a burst, or a closed loop: one for each slot
        ({"num_prompts": 32, "max_concurrency": 5}, 5),
        (
            {"num_prompts": 1000, "request_rate": 2.5, "burstiness": math.inf},
            16 + 3,
        ),  # an open loop: for a second's arrivals
        (
            {"num_prompts": 50, "request_rate": 100.0, "max_concurrency": 10},
            10,
        ),  # no more than may be in flight
        ({"num_prompts": 3000, "request_rate": 5000.0}, 16 + 1024),
    ],
)
def test_connections_opened_ahead(
    endpoint: Endpoint, given: list[Job], load: dict[str, Any], reserve: int
) -> None:
    run(prepare(spec_of(endpoint, load=load), KnownServer(endpoint)), endpoint)
    assert [job.reserve for job in given] == [reserve]


# The run


def test_a_point_is_measured(
    engine: EmbeddedEngine, endpoint: Endpoint
) -> None:
    spec = spec_of(
        endpoint, load={"num_prompts": 9, "max_concurrency": 4}, workers=2
    )
    ready = prepare(spec, KnownServer(endpoint))
    trace = run(
        ready,
        endpoint,
        real_time=False,
        keep_texts=True,
        request_id_prefix="point-",
    )
    r = trace.requests
    assert r["id"].tolist() == list(range(9))
    assert set(r["outcome"].tolist()) == {Outcome.OK}
    assert r["prompt_tokens"].tolist() == [8] * 9
    assert r["output_tokens"].tolist() == r["event_count"].tolist() == [3] * 9
    assert trace.texts is not None
    assert all(trace.texts)
    truth = engine.truth()
    mine = [name for name in truth.request_id if name.startswith("point-")]
    assert sorted(mine) == sorted(f"point-{i}" for i in range(9))


def test_a_server_that_is_gone_by_then(
    given: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with (
        EmbeddedEngine(
            EngineSettings(ttft_ms=1, itl_ms=1), model=MODEL
        ) as engine,
        Endpoint(engine.base_url) as endpoint,
    ):
        ready = prepare(spec_of(endpoint), KnownServer(endpoint))
        engine.stop()
        with pytest.raises(
            MeasurementError, match="cannot be reached any more"
        ):
            run(ready, endpoint)
    assert given == []


# Counting output where the server does not


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One token a word."""
    vocabulary = {"[UNK]": 0, "a": 1, "b": 2}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    tokenizer.save(str(path))
    return path


def guessed_trace(texts: tuple[str, ...] | None) -> Trace:
    """Three requests: the first counted by the server, the others guessed from their events."""
    requests = empty_requests(3)
    requests["output_tokens"][:] = [50, 2, MISSING]
    requests["token_source"][:] = [
        TokenSource.USAGE,
        TokenSource.EVENTS,
        TokenSource.EVENTS,
    ]
    return Trace(requests, empty_events(), (), 0, closed_loop=True, texts=texts)


def test_guessed_lengths_are_counted_by_the_tokenizer(tokenizer: Path) -> None:
    guessed = guessed_trace(("a b", "a b b a", ""))
    counted = recount(guessed, str(tokenizer))
    assert counted.requests["output_tokens"].tolist() == [50, 4, 0]
    told = [TokenSource.USAGE, TokenSource.TOKENIZER, TokenSource.TOKENIZER]
    assert counted.requests["token_source"].tolist() == told
    assert guessed.requests["output_tokens"].tolist() == [
        50,
        2,
        MISSING,
    ]  # the trace it came from is as it was
    assert np.array_equal(counted.requests["id"], guessed.requests["id"])


def test_without_texts_or_guesses_there_is_nothing_to_count(
    tokenizer: Path,
) -> None:
    without_texts = guessed_trace(None)
    assert recount(without_texts, str(tokenizer)) is without_texts
    all_told = guessed_trace(("a", "b", "a"))
    all_told.requests["token_source"][:] = TokenSource.USAGE
    assert recount(all_told, str(tokenizer)) is all_told
