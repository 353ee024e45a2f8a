"""Checks before a run: nothing for what is fine, one sentence for each thing that is not."""

from __future__ import annotations

import math
from typing import Any, get_args

import pytest

from inferometer.request import Request
from inferometer.spec.checks import (
    FIELDS_WE_SET,
    check_requests,
    check_run,
    streams_per_worker,
)
from inferometer.spec.run import Load, RandomWorkload, RunSpec, Sampling, Target
from inferometer.spec.server_recipe import ChatBackend
from inferometer.spec.workload import (
    AnyWorkload,
    ImagesWorkload,
    JsonlWorkload,
    PrefixWorkload,
    SessionsWorkload,
    SonnetWorkload,
    TraceWorkload,
)
from inferometer.trace import MISSING


def spec(
    *,
    work: dict[str, Any] | None = None,
    load: dict[str, Any] | None = None,
    workers: int = 1,
    **fields: Any,
) -> RunSpec:
    return RunSpec(
        target=Target(model="m", endpoint=fields.pop("endpoint", None)),
        workload=RandomWorkload(**(work or {})),
        load=Load(**(load or {})),
        sampling=Sampling(**fields),
        workers=workers,
    )


def test_what_is_fine_and_what_is_not_known_is_not_complained_of() -> None:
    assert check_run(spec()) == []
    assert (
        check_run(
            spec(endpoint="/v1/completions"),
            max_model_len=1280,
            descriptor_limit=4096,
        )
        == []
    )


def test_a_request_may_fill_the_context_but_not_overflow_it() -> None:
    assert (
        check_run(
            spec(work={"input_len": 1024, "output_len": 128}),
            max_model_len=1152,
        )
        == []
    )
    (found,) = check_run(
        spec(work={"input_len": 1024, "output_len": 128}), max_model_len=1151
    )
    assert found.startswith(
        "1024 input and 128 output tokens are 1152, but the server's max_model_len is 1151: shorten"
    )
    assert "by 1, or start the server with --max-model-len 1152" in found


def test_the_longest_request_counts_prefix_and_range() -> None:
    work: dict[str, Any] = {
        "input_len": 1000,
        "output_len": 100,
        "prefix_len": 50,
        "range_ratio": 0.1,
    }
    assert RandomWorkload(**work).longest_request() == (1150, 110)
    assert check_run(spec(work=work), max_model_len=1260) == []
    (found,) = check_run(spec(work=work), max_model_len=1259)
    assert (
        "1150 input and 110 output tokens at the upper end of workload.range_ratio"
        in found
    )


@pytest.mark.parametrize(
    ("work", "cure"),
    [
        (
            RandomWorkload(scenario="U(1,90)/(1,20)"),
            "90 input and 20 output tokens at the upper end of workload.scenario are 110",
        ),
        (
            SonnetWorkload(path="p", input_len=90, prefix_len=5, output_len=20),
            "shorten workload.input_len or workload.output_len by 10",
        ),
        (
            PrefixWorkload(prefix_len=50, suffix_len=40, output_len=20),
            "shorten workload.suffix_len or workload.output_len by 10",
        ),
        (
            SessionsWorkload(
                turns=3, input_len=20, output_len=10, range_ratio=0.1
            ),
            "88 input and 11 output tokens at the upper end of workload.range_ratio",
        ),
    ],
    ids=repr,
)
def test_each_workload_is_shortened_by_its_own_flags(
    work: AnyWorkload, cure: str
) -> None:
    point = spec().model_copy(update={"workload": work})
    longest = work.longest_request()
    assert longest is not None
    assert check_run(point, max_model_len=sum(longest)) == []
    (found,) = check_run(point, max_model_len=sum(longest) - 10)
    assert cure in found


def test_what_only_a_file_tells_is_checked_when_it_has_been_read() -> None:
    point = spec().model_copy(
        update={"workload": JsonlWorkload(path="p", max_total_len=5000)}
    )
    assert check_run(point, max_model_len=100) == []
    requests = [
        Request(0, "x", 90, 10),
        Request(1, "x", 95, 6),
        Request(2, "x", MISSING, 6),
        Request(3, "x", 100, 20),
    ]
    assert (
        check_requests(requests[:1], 100)
        == check_requests(requests, None)
        == check_requests(requests[2:3], 100)
        == []
    )
    (found,) = check_requests(requests, 100)
    assert found.startswith(
        "2 of 4 requests are longer than the server's max_model_len 100, the longest has 100 "
        "input and 20 "
    )
    assert "workload.max_total_len 100" in found
    assert "--max-model-len 120" in found


@pytest.mark.parametrize(
    ("load", "work", "sentence"),
    [
        (
            {"request_rate": 5.0, "steps": [{"rate": 1, "seconds": 1}]},
            {},
            "load.request_rate and load.steps each say",
        ),
        (
            {
                "ramp": {"start_rps": 1, "end_rps": 2},
                "steps": [{"rate": 1, "seconds": 1}],
            },
            {},
            "load.ramp and load.steps each say",
        ),
        ({"replay_speed": 1.0}, {}, "load.replay_speed needs recorded times"),
        (
            {"when_full": "drop", "request_rate": 5.0},
            {},
            "load.when_full drop needs arrivals and a cap",
        ),
        (
            {"when_full": "drop", "max_concurrency": 5},
            {},
            "load.when_full drop needs arrivals and a cap",
        ),
    ],
    ids=str,
)
def test_loads_whose_parts_contradict_each_other(
    load: dict[str, Any], work: dict[str, Any], sentence: str
) -> None:
    (found,) = check_run(spec(load=load, work=work))
    assert found.startswith(sentence)


def test_ramps_and_steps_may_be_bursty_and_a_trace_may_be_replayed() -> None:
    for load in (
        {"ramp": {"start_rps": 1, "end_rps": 2}},
        {"steps": [{"rate": 1, "seconds": 1}]},
    ):
        assert check_run(spec(load={**load, "burstiness": 0.5})) == []
    trace = spec(load={"replay_speed": 2.0}).model_copy(
        update={"workload": TraceWorkload(path="p")}
    )
    assert check_run(trace) == []
    (found,) = check_run(
        trace.model_copy(update={"load": Load(replay_speed=2, burstiness=2)})
    )
    assert found.startswith("load.burstiness 2 shapes the gaps")


@pytest.mark.parametrize(
    ("load", "workers", "streams"),
    [
        ({"num_prompts": 1000, "max_concurrency": 100}, 1, 100),
        ({"num_prompts": 1000, "max_concurrency": 100}, 3, 34),
        ({"num_prompts": 10, "max_concurrency": 100}, 1, 10),
        ({"num_prompts": 10, "num_warmups": 5}, 1, 15),
        ({"num_prompts": 1000, "request_rate": 5.0}, 1, 0),
        (
            {"num_prompts": 1000, "request_rate": 5.0, "max_concurrency": 7},
            1,
            7,
        ),
    ],
)
def test_streams_per_worker(
    load: dict[str, Any], workers: int, streams: int
) -> None:
    assert streams_per_worker(spec(load=load, workers=workers)) == streams


def test_open_files() -> None:
    load = {"num_prompts": 5000, "max_concurrency": 1000}
    assert check_run(spec(load=load), descriptor_limit=1064) == []
    (found,) = check_run(spec(load=load), descriptor_limit=1063)
    assert found.startswith(
        "1000 connections in one process need 1064 open files, but the limit is 1063: raise "
        "it (ulimit -n 1064)"
    )
    assert found.endswith("or `workers` 2.")
    assert check_run(spec(load=load, workers=2), descriptor_limit=1063) == []
    (hopeless,) = check_run(spec(load=load), descriptor_limit=64)
    assert "`workers`" not in hopeless


def test_burstiness_needs_a_rate() -> None:
    assert check_run(spec(load={"burstiness": 0.5, "request_rate": 10.0})) == []
    assert (
        check_run(spec(load={"burstiness": math.inf, "request_rate": 10.0}))
        == []
    )
    (found,) = check_run(spec(load={"burstiness": 0.5}))
    assert found.startswith("load.burstiness 0.5 shapes the gaps")


@pytest.mark.parametrize("field", FIELDS_WE_SET)
def test_extra_body_must_leave_our_fields_alone(field: str) -> None:
    (found,) = check_run(spec(extra_body={field: 1, "min_p": 0.1}))
    assert found.startswith(f"sampling.extra_body must not set {field!r}")


def test_a_parameter_given_by_flag_and_in_the_body() -> None:
    body = {"temperature": 1, "ignore_eos": False, "logprobs": 1, "top_k": 3}
    found = check_run(
        spec(
            parameters={"temperature": 0.5, "top_p": 1},
            ignore_eos=True,
            logprobs=2,
            extra_body=body,
        )
    )
    assert [sentence.split()[0] for sentence in found] == [
        "'temperature'",
        "'logprobs'",
        "'ignore_eos'",
    ]
    assert check_run(spec(extra_body=body)) == []


def test_an_endpoint_is_a_path() -> None:
    (found,) = check_run(spec(endpoint="v1/completions"))
    assert found.startswith(
        "server.endpoint 'v1/completions' must begin with '/'"
    )
    assert (
        check_run(
            spec(endpoint="/openai/deployments/gpt/completions?api-version=1")
        )
        == []
    )
    (found,) = check_run(spec(endpoint="/v1/completions#x"))
    assert "must end before '#'" in found


@pytest.mark.parametrize(
    "work", [ImagesWorkload(), SessionsWorkload(path="talks.jsonl")]
)
def test_messages_need_a_wire_that_has_them(work: AnyWorkload) -> None:
    def found(backend: str) -> list[str]:
        return check_run(
            RunSpec(target=Target(model="m", backend=backend), workload=work)
        )

    (sentence,) = found("tgi")
    assert (
        "chat messages, which server.backend tgi does not carry: choose one of openai-chat, "
        "openai-responses, tgi-chat, " in sentence
    )
    assert [found(chat) for chat in get_args(ChatBackend)] == [[]] * 6


def test_everything_is_found_at_once() -> None:
    bad = spec(
        endpoint="x",
        load={"burstiness": 2.0, "max_concurrency": 100},
        extra_body={"stream": False},
    )
    found = check_run(bad, max_model_len=8, descriptor_limit=100)
    assert len(found) == 5
    assert all(
        sentence.endswith(".") and "\n" not in sentence for sentence in found
    )
