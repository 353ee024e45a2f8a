"""Checks before a run: nothing for what is fine, one sentence for each thing that is not."""

from __future__ import annotations

import math
from typing import Any

import pytest

from inferometer.spec.checks import FIELDS_WE_SET, check_run, streams_per_worker
from inferometer.spec.longest import longest_request
from inferometer.spec.run import Load, RandomWorkload, RunSpec, Sampling, Target


def spec(*, work: dict[str, Any] | None = None, load: dict[str, Any] | None = None, workers: int = 1, **fields: Any) -> RunSpec:
    return RunSpec(
        target=Target(model="m", endpoint=fields.pop("endpoint", None)),
        workload=RandomWorkload(**(work or {})),
        load=Load(**(load or {})),
        sampling=Sampling(**fields),
        workers=workers,
    )


def test_what_is_fine_and_what_is_not_known_is_not_complained_of() -> None:
    assert check_run(spec()) == []
    assert check_run(spec(endpoint="/v1/completions"), max_model_len=1280, descriptor_limit=4096) == []


def test_a_request_may_fill_the_context_but_not_overflow_it() -> None:
    assert check_run(spec(work={"input_len": 1024, "output_len": 128}), max_model_len=1152) == []
    (found,) = check_run(spec(work={"input_len": 1024, "output_len": 128}), max_model_len=1151)
    assert found.startswith("1024 input and 128 output tokens are 1152, but the server's max_model_len is 1151: shorten")
    assert "by 1, or start the server with --max-model-len 1152" in found


def test_the_longest_request_counts_prefix_and_range() -> None:
    work: dict[str, Any] = {"input_len": 1000, "output_len": 100, "prefix_len": 50, "range_ratio": 0.1}
    assert longest_request(RandomWorkload(**work)) == (1150, 110)
    assert check_run(spec(work=work), max_model_len=1260) == []
    (found,) = check_run(spec(work=work), max_model_len=1259)
    assert "1150 input and 110 output tokens at the upper end of --random-range-ratio" in found


@pytest.mark.parametrize(
    ("load", "workers", "streams"),
    [
        ({"num_prompts": 1000, "max_concurrency": 100}, 1, 100),
        ({"num_prompts": 1000, "max_concurrency": 100}, 3, 34),
        ({"num_prompts": 10, "max_concurrency": 100}, 1, 10),
        ({"num_prompts": 10, "num_warmups": 5}, 1, 15),
        ({"num_prompts": 1000, "request_rate": 5.0}, 1, 1000),
    ],
)
def test_streams_per_worker(load: dict[str, Any], workers: int, streams: int) -> None:
    assert streams_per_worker(spec(load=load, workers=workers)) == streams


def test_open_files() -> None:
    load = {"num_prompts": 5000, "max_concurrency": 1000}
    assert check_run(spec(load=load), descriptor_limit=1064) == []
    (found,) = check_run(spec(load=load), descriptor_limit=1063)
    assert found.startswith(
        "1000 connections in one process need 1064 open files, but the limit is 1063: raise it (ulimit -n 1064)"
    )
    assert found.endswith("or --workers 2.")
    assert check_run(spec(load=load, workers=2), descriptor_limit=1063) == []
    (hopeless,) = check_run(spec(load=load), descriptor_limit=64)
    assert "--workers" not in hopeless


def test_burstiness_needs_a_rate() -> None:
    assert check_run(spec(load={"burstiness": 0.5, "request_rate": 10.0})) == []
    assert check_run(spec(load={"burstiness": math.inf, "request_rate": 10.0})) == []
    (found,) = check_run(spec(load={"burstiness": 0.5}))
    assert found.startswith("--burstiness 0.5 shapes the gaps")


@pytest.mark.parametrize("field", FIELDS_WE_SET)
def test_extra_body_must_leave_our_fields_alone(field: str) -> None:
    (found,) = check_run(spec(extra_body={field: 1, "min_p": 0.1}))
    assert found.startswith(f"--extra-body must not set {field!r}")


def test_a_parameter_given_by_flag_and_in_the_body() -> None:
    body = {"temperature": 1, "ignore_eos": False, "logprobs": 1, "top_k": 3}
    found = check_run(spec(parameters={"temperature": 0.5, "top_p": 1}, ignore_eos=True, logprobs=2, extra_body=body))
    assert [sentence.split()[0] for sentence in found] == ["'temperature'", "'logprobs'", "'ignore_eos'"]
    assert check_run(spec(extra_body=body)) == []


def test_an_endpoint_is_a_path() -> None:
    (found,) = check_run(spec(endpoint="v1/completions"))
    assert found.startswith("--endpoint 'v1/completions' must begin with '/'")


def test_everything_is_found_at_once() -> None:
    bad = spec(endpoint="x", load={"burstiness": 2.0, "max_concurrency": 100}, extra_body={"stream": False})
    found = check_run(bad, max_model_len=8, descriptor_limit=100)
    assert len(found) == 5
    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in found)
