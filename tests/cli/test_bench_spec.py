"""From flags to a spec: what is right becomes exactly that, and of what is wrong everything is
told, each by its flag.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from inferometer.cli.bench.flags import BenchFlags
from inferometer.cli.bench.spec import ParsedFlags, parse_flags
from inferometer.cli.flag_errors import FlagsError


@pytest.fixture(autouse=True)
def no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def reasons_for(**flags: Any) -> list[str]:
    with pytest.raises(FlagsError) as refused:
        parse_flags(BenchFlags(**flags))
    return [*refused.value.reasons]


# Right


def test_without_flags_the_defaults_are_those_of_vllm() -> None:
    asked = parse_flags(BenchFlags())
    spec = asked.spec("m")
    assert asked.model is None
    assert (
        spec.target.backend,
        spec.target.base_url,
        spec.target.endpoint,
    ) == (
        "openai",
        "http://127.0.0.1:8000",
        None,
    )
    assert (
        spec.load.num_prompts,
        spec.load.request_rate,
        spec.load.burstiness,
    ) == (
        1000,
        math.inf,
        1.0,
    )
    assert (spec.load.max_concurrency, spec.load.num_warmups) == (None, 0)
    work = spec.workload.model_dump()
    assert (
        work["kind"],
        work["input_len"],
        work["output_len"],
        work["range_ratio"],
    ) == (
        "random",
        1024,
        128,
        0.0,
    )
    assert (
        asked.output.metrics,
        asked.output.percentiles,
        asked.output.goodput,
    ) == (
        ("ttft", "tpot", "itl"),
        (99.0,),
        {},
    )
    assert (
        spec.sampling.ignore_eos,
        spec.sampling.parameters,
        spec.workers,
    ) == (True, {}, 1)


def test_every_flag_finds_its_place() -> None:
    asked = parse_flags(
        BenchFlags(
            backend="openai-chat",
            base_url="gpu7:9000/v1/",
            endpoint="/v1/chat/completions",
            model="org/m",
            header=["X-Team=blue"],
            insecure=True,
            lora_modules=["law", "code"],
            random_input_len=64,
            random_output_len=32,
            random_range_ratio="0.5",
            random_prefix_len=16,
            seed=7,
            num_prompts=50,
            request_rate="2.5",
            burstiness=0.5,
            max_concurrency=9,
            num_warmups=3,
            ignore_eos=True,
            temperature=0.5,
            top_k=4,
            logprobs=2,
            extra_body='{"min_tokens": 5}',
            percentile_metrics="e2el, ttft",
            metric_percentiles="50,99.9",
            goodput=["ttft:200", "tpot:50"],
            metadata=["gpu=R9700"],
            workers=2,
            connect_timeout=1,
            first_token_timeout=2,
            idle_timeout=3,
            request_timeout=4,
        )
    )
    spec = asked.spec(asked.model or "")
    assert spec.target.model_dump() == {
        "backend": "openai-chat",
        "base_url": "http://gpu7:9000",
        "endpoint": "/v1/chat/completions",
        "model": "org/m",
        "insecure": True,
        "lora_modules": ("law", "code"),
        "lora_assignment": None,
    }
    assert spec.target.headers == {"X-Team": "blue"}
    work, load = spec.workload.model_dump(), spec.load
    assert [
        work[name]
        for name in ("input_len", "output_len", "range_ratio", "prefix_len")
    ] == [
        64,
        32,
        0.5,
        16,
    ]
    assert (load.num_prompts, load.request_rate, load.burstiness) == (
        50,
        2.5,
        0.5,
    )
    assert (load.max_concurrency, load.num_warmups) == (9, 3)
    assert (spec.sampling.ignore_eos, spec.sampling.logprobs) == (True, 2)
    assert spec.sampling.parameters == {"temperature": 0.5, "top_k": 4}
    assert spec.sampling.extra_body == {"min_tokens": 5}
    limits = spec.timeouts
    assert (
        limits.connect_s,
        limits.first_token_s,
        limits.idle_s,
        limits.total_s,
    ) == (1, 2, 3, 4)
    assert (spec.seed, spec.workers) == (7, 2)
    assert (asked.output.metrics, asked.output.percentiles) == (
        ("e2el", "ttft"),
        (50.0, 99.9),
    )
    assert (asked.output.goodput, asked.output.metadata) == (
        {"ttft": 200.0, "tpot": 50.0},
        {"gpu": "R9700"},
    )


def test_the_served_name_is_the_one_that_is_sent() -> None:
    assert (
        parse_flags(BenchFlags(model="org/m", served_model_name="m")).model
        == "m"
    )


def test_without_a_seed_each_run_has_its_own() -> None:
    assert (
        parse_flags(BenchFlags()).parts["seed"]
        != parse_flags(BenchFlags()).parts["seed"]
    )


def test_a_seed_makes_the_spec_the_same() -> None:
    def fingerprint(asked: ParsedFlags) -> str:
        return asked.spec("m").fingerprint

    assert fingerprint(parse_flags(BenchFlags(seed=1))) == fingerprint(
        parse_flags(BenchFlags(seed=1))
    )
    assert fingerprint(parse_flags(BenchFlags(seed=1))) != fingerprint(
        parse_flags(BenchFlags(seed=2))
    )


def test_an_infinite_burstiness_is_a_metronome() -> None:
    assert (
        parse_flags(BenchFlags(request_rate="5", burstiness=math.inf))
        .spec("m")
        .load.burstiness
        == math.inf
    )


# Wrong


@pytest.mark.parametrize(
    ("given", "ignored", "by_default"),
    [
        ({}, True, True),
        ({"ignore_eos": True}, True, False),
        ({"ignore_eos": False}, False, False),
        ({"extra_body": '{"ignore_eos": true}'}, True, False),
        ({"extra_body": '{"ignore_eos": false}'}, False, False),
        ({"extra_body": '{"top_k": 1}'}, True, True),
    ],
)
def test_a_field_of_extra_body_replaces_the_default_of_ignore_eos(
    given: dict[str, Any], ignored: bool, by_default: bool
) -> None:
    asked = parse_flags(BenchFlags(**given))
    sampling = asked.spec("m").sampling
    assert (sampling.ignore_eos, asked.eos_by_default) == (ignored, by_default)
    assert "ignore_eos" not in sampling.extra_body


@pytest.mark.parametrize(
    ("flags", "flag"),
    [
        ({"backend": "openia"}, "--backend 'openia'"),
        ({"dataset_name": "sharegtp"}, "--dataset-name 'sharegtp'"),
        ({"base_url": "ftp://x"}, "--base-url"),
        ({"base_url": "http://user:pass@x"}, "--base-url"),
        ({"port": 0}, "--port"),
        ({"port": 99_999}, "--port"),
        ({"host": ""}, "--host"),
        ({"endpoint": "v1/completions"}, "--endpoint 'v1/completions'"),
        ({"endpoint": "/v1/com pletions"}, "--endpoint"),
        ({"endpoint": "/v1\r\nX: y"}, "--endpoint"),
        ({"header": ["nonsense"]}, "--header"),
        ({"header": ["A=1", "a=2"]}, "--header a"),
        ({"header": ["Content-Length=5"]}, "--header Content-Length"),
        ({"random_input_len": 0}, "--random-input-len 0"),
        ({"random_output_len": -1}, "--random-output-len -1"),
        ({"random_range_ratio": 1.0}, "--random-range-ratio 1.0"),
        ({"random_range_ratio": math.nan}, "--random-range-ratio nan"),
        ({"random_prefix_len": -1}, "--random-prefix-len -1"),
        ({"seed": -1}, "--seed -1"),
        ({"seed": 2**64}, "--seed"),
        ({"num_prompts": 0}, "--num-prompts 0"),
        ({"request_rate": "0"}, "--request-rate"),
        ({"request_rate": "fast"}, "--request-rate"),
        ({"request_rate": "nan"}, "--request-rate"),
        ({"request_rate": "1", "burstiness": 0.0}, "--burstiness 0"),
        ({"request_rate": "1", "burstiness": math.nan}, "--burstiness nan"),
        ({"burstiness": 0.5}, "--burstiness 0.5"),
        ({"max_concurrency": 0}, "--max-concurrency 0"),
        ({"num_warmups": -1}, "--num-warmups -1"),
        ({"logprobs": -1}, "--logprobs -1"),
        ({"extra_body": "{"}, "--extra-body"),
        ({"extra_body": '{"stream": false}'}, "--extra-body"),
        (
            {"extra_body": '{"temperature": 1}', "temperature": 1.0},
            "--extra-body",
        ),
        ({"percentile_metrics": "tft"}, "--percentile-metrics"),
        ({"metric_percentiles": "101"}, "--metric-percentiles"),
        ({"goodput": ["ttft"]}, "--goodput"),
        ({"goodput": ["speed:5"]}, "--goodput"),
        ({"goodput": ["ttft:-5"]}, "--goodput"),
        ({"dialect": ["vllm", "klingon"]}, "--dialect 'klingon'"),
        ({"metadata": ["gpu"]}, "--metadata"),
        ({"metadata": ["date=today"]}, "--metadata date"),
        ({"workers": 0}, "--workers 0"),
        (
            {"workers": 257},
            "--workers 257: should be less than or equal to 256.",
        ),
        ({"connect_timeout": 0.0}, "--connect-timeout 0"),
        ({"connect_timeout": math.inf}, "--connect-timeout inf"),
        ({"first_token_timeout": -1.0}, "--first-token-timeout -1"),
        ({"idle_timeout": math.nan}, "--idle-timeout nan"),
        ({"request_timeout": 0.0}, "--request-timeout 0"),
        (
            {"ready_check_timeout_sec": math.nan},
            "--ready-check-timeout-sec nan",
        ),
        ({"ready_check_timeout_sec": -1.0}, "--ready-check-timeout-sec -1"),
        ({"request_id_prefix": "a b"}, "--request-id-prefix"),
        ({"request_id_prefix": "a\r\nX-Admin: yes"}, "--request-id-prefix"),
    ],
    ids=lambda value: (
        ""
        if isinstance(value, str)
        else "-".join(f"{k}={v}" for k, v in value.items())[:60]
    ),
)
def test_what_is_wrong_is_one_sentence_that_names_its_flag(
    flags: dict[str, Any], flag: str
) -> None:
    (reason,) = reasons_for(**flags)
    assert flag in reason
    assert "\n" not in reason.strip()
    assert reason.endswith(".")
    assert "pydantic" not in reason


def test_everything_that_is_wrong_is_told_at_once() -> None:
    reasons = reasons_for(
        backend="x",
        port=0,
        endpoint="a b",
        header=["x"],
        request_rate="x",
        extra_body="x",
        random_input_len=0,
        random_output_len=0,
        num_prompts=0,
        logprobs=-1,
        idle_timeout=0.0,
        percentile_metrics="x",
        metric_percentiles="x",
        goodput=["x"],
        metadata=["x"],
        seed=-1,
        workers=0,
        request_id_prefix="ä",
        ready_check_timeout_sec=-1.0,
    )
    flags = {
        "--backend",
        "--port",
        "--endpoint",
        "--header",
        "--request-rate",
        "--extra-body",
        "--random-input-len",
        "--random-output-len",
        "--num-prompts",
        "--logprobs",
        "--idle-timeout",
        "--percentile-metrics",
        "--metric-percentiles",
        "--goodput",
        "--metadata",
        "--seed",
        "--workers",
        "--request-id-prefix",
        "--ready-check-timeout-sec",
    }
    assert {
        flag for flag in flags if not any(flag in reason for reason in reasons)
    } == set()
    assert len(reasons) == len(flags)


def test_a_name_that_is_nearly_right_is_suggested() -> None:
    assert (
        "did you mean 'openai-chat'?" in reasons_for(backend="openai-chet")[0]
    )


@pytest.mark.parametrize(
    "flags",
    [
        {"header": ["Authorization=Bearer sk-secret\nx"]},
        {"header": ["sk-secret"]},
    ],
)
def test_a_refused_header_does_not_show_its_value(
    flags: dict[str, Any],
) -> None:
    assert not any("sk-secret" in reason for reason in reasons_for(**flags))


def test_a_key_that_cannot_be_sent_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret\nx")
    (reason,) = reasons_for()
    assert (
        reason
        == "OPENAI_API_KEY holds a line break or a character outside ASCII; set it to the bare key."
    )


def test_a_sampling_value_that_is_no_number_is_told_by_its_flag_and_once() -> (
    None
):
    with pytest.raises(FlagsError) as refused:
        parse_flags(BenchFlags(temperature=float("nan"), num_prompts=10**20))
    assert sorted(refused.value.reasons) == [
        "--num-prompts 100000000000000000000: should be less than or equal to 9007199254740992.",
        "--temperature nan: should be a finite number.",
    ]


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(FlagsError) as refused:
        parse_flags(BenchFlags(host="h\udcff", metadata=["a=b", "c=\udc80"]))
    assert [*refused.value.reasons] == [
        "--host holds bytes that are not UTF-8 text: type it anew.",
        "--metadata holds bytes that are not UTF-8 text: type it anew.",
    ]
