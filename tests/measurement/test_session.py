"""From a ready point to numbers, verdict and files: what of the server's counters and of the load's
shape goes into them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.measurement.session import PointResult, Session
from inferometer.protocol import PROTOCOLS
from inferometer.server.endpoint import Endpoint
from inferometer.spec.output import Output
from inferometer.spec.run import RunSpec

CONVERSATIONS = {
    "kind": "sessions",
    "turns": 2,
    "input_len": 6,
    "output_len": 3,
}
RANDOM = {"input_len": 6, "output_len": 3}


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine(EngineSettings(ttft_ms=2, itl_ms=1)) as engine:
        yield engine


def measured(
    engine: EmbeddedEngine,
    workload: Mapping[str, Any],
    load: Mapping[str, Any],
    backend: str = "openai-chat",
) -> PointResult:
    spec = RunSpec.model_validate(
        {
            "target": {
                "base_url": engine.base_url,
                "model": "embedded",
                "backend": backend,
            },
            "workload": workload,
            "load": {"num_prompts": 8, **load},
            "sampling": {"ignore_eos": True},
        }
    )
    endpoint = Endpoint(engine.base_url, routes=PROTOCOLS[backend].routes)
    with Session(endpoint, Output(), real_time=False) as session:
        return session.measure(session.prepare(spec))


@pytest.mark.parametrize(
    ("workload", "load", "constant"),
    [
        (RANDOM, {}, True),
        (RANDOM, {"request_rate": 400.0}, True),
        (RANDOM, {"max_concurrency": 2}, True),
        (
            RANDOM,
            {"ramp": {"strategy": "linear", "start_rps": 200, "end_rps": 400}},
            False,
        ),
        (RANDOM, {"steps": [{"rate": 400, "seconds": 1}]}, False),
        (CONVERSATIONS, {"request_rate": 400.0}, False),
    ],
)
def test_a_load_that_is_to_change_is_judged_as_one(
    engine: EmbeddedEngine,
    workload: Mapping[str, Any],
    load: Mapping[str, Any],
    constant: bool,
) -> None:
    (steady,) = (
        f
        for f in measured(engine, workload, load).verdict.findings
        if f.name == "steady_state"
    )
    assert (
        steady.sentence.startswith("The load changes all the time by plan")
        is not constant
    )


def test_what_the_server_counted_is_kept_with_the_run(
    engine: EmbeddedEngine, tmp_path: Path
) -> None:
    run = measured(engine, RANDOM, {"num_warmups": 2, "max_concurrency": 2})
    run.save_run(tmp_path / "run", {})
    kept = json.loads((tmp_path / "run" / "run.json").read_bytes())[
        "server_counters"
    ]
    assert kept["engine"] == "vLLM"
    assert (kept["delta"]["requests"], kept["delta"]["generation_tokens"]) == (
        10,
        30,
    )
    assert (
        kept["before"]["counters"]["requests"] + 10
        == kept["after"]["counters"]["requests"]
    )
    summary = json.loads((tmp_path / "run" / "summary.json").read_bytes())
    assert summary["prefix_cache_hit_rate"] == 0


def test_a_result_holds_no_prompts(engine: EmbeddedEngine) -> None:
    """They may be most of what a run holds; what else is known of requests stays."""
    requests = measured(engine, RANDOM, {}).ready.workload.requests
    assert [request.prompt for request in requests] == [""] * 8
    assert {request.prompt_tokens for request in requests} == {
        RANDOM["input_len"]
    }
