"""From the flags about prompts and traffic to workload and load: each flag finds its field, and
what does not fit is told.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest
from pydantic import TypeAdapter

from inferometer.cli.bench.flags import BenchFlags
from inferometer.cli.bench.spec import load_of, parse_flags, parse_steps
from inferometer.cli.bench.workload import workload_of
from inferometer.cli.flag_errors import FlagsError
from inferometer.spec.load import Load, Ramp, Step
from inferometer.spec.workload import (
    COMMON_FLAGS,
    DATASETS,
    AnyWorkload,
    HfWorkload,
    ImagesWorkload,
    JsonlWorkload,
    PrefixWorkload,
    RandomWorkload,
    SessionsWorkload,
    ShareGptWorkload,
    SonnetWorkload,
    SpecBenchWorkload,
    SpeedBenchWorkload,
    TimedTraceWorkload,
    TraceWorkload,
)
from inferometer.workload.build import BUILDERS


def reasons_for(**flags: Any) -> list[str]:
    with pytest.raises(FlagsError) as refused:
        parse_flags(BenchFlags(**flags))
    return [*refused.value.reasons]


# Data sets


@pytest.mark.parametrize(
    ("flags", "work"),
    [
        ({}, RandomWorkload()),
        (
            {"input_len": 5, "output_len": 6},
            RandomWorkload(input_len=5, output_len=6),
        ),
        ({"input_len": 5, "random_input_len": 7}, RandomWorkload(input_len=5)),
        (
            {"scenario": "N(512,64)/(128,16)"},
            RandomWorkload(scenario="N(512,64)/(128,16)"),
        ),
        (
            {"scenario": "D(5,6)", "num_distinct_prompts": 3},
            RandomWorkload(input_len=5, output_len=6, distinct=3),
        ),
        (
            {"cache": "warm", "tokenizer": "t"},
            RandomWorkload(cache="warm", tokenizer="t"),
        ),
        (
            {"dataset_name": "sharegpt", "dataset_path": "p"},
            ShareGptWorkload(path="p"),
        ),
        (
            {"dataset_name": "custom_image", "dataset_path": "p"},
            JsonlWorkload(path="p", output_len=256),
        ),
        (
            {
                "dataset_name": "custom",
                "dataset_path": "p",
                "custom_output_len": -1,
            },
            JsonlWorkload(path="p"),
        ),
        (
            {
                "dataset_name": "sharegpt",
                "dataset_path": "p",
                "sharegpt_output_len": 9,
                "max_total_len": 90,
                "disable_shuffle": True,
            },
            ShareGptWorkload(
                path="p", output_len=9, max_total_len=90, shuffle=False
            ),
        ),
        (
            {"dataset_name": "sharegpt", "dataset_path": "p", "output_len": 9},
            ShareGptWorkload(path="p", output_len=9),
        ),
        (
            {
                "dataset_name": "custom",
                "dataset_path": "p",
                "custom_output_len": 4,
                "oversample": True,
            },
            JsonlWorkload(path="p", output_len=4, oversample=True),
        ),
        (
            {"dataset_name": "jsonl", "dataset_path": "p", "max_input_len": 4},
            JsonlWorkload(path="p", max_input_len=4),
        ),
        (
            {
                "dataset_name": "hf",
                "dataset_path": "p",
                "hf_subset": "s",
                "hf_split": "test",
                "hf_output_len": 3,
            },
            HfWorkload(path="p", subset="s", split="test", output_len=3),
        ),
        (
            {"dataset_name": "sonnet", "dataset_path": "p"},
            SonnetWorkload(
                path="p", input_len=550, output_len=150, prefix_len=200
            ),
        ),
        (
            {
                "dataset_name": "sonnet",
                "dataset_path": "p",
                "sonnet_input_len": 9,
                "sonnet_output_len": 8,
                "sonnet_prefix_len": 7,
            },
            SonnetWorkload(path="p", input_len=9, output_len=8, prefix_len=7),
        ),
        (
            {"dataset_name": "prefix_repetition"},
            PrefixWorkload(
                num_prefixes=10, prefix_len=256, suffix_len=256, output_len=128
            ),
        ),
        (
            {
                "dataset_name": "prefix_repetition",
                "prefix_repetition_num_prefixes": 1,
                "prefix_repetition_prefix_len": 2,
                "prefix_repetition_suffix_len": 3,
                "prefix_repetition_output_len": 4,
            },
            PrefixWorkload(
                num_prefixes=1, prefix_len=2, suffix_len=3, output_len=4
            ),
        ),
        (
            {
                "dataset_name": "burstgpt",
                "dataset_path": "p",
                "trace_model": "GPT-4",
                "max_total_len": 5,
            },
            TraceWorkload(path="p", model="GPT-4", max_total_len=5),
        ),
        (
            {
                "dataset_name": "trace",
                "dataset_path": "p",
                "trace_block_len": 16,
            },
            TraceWorkload(path="p", block_len=16),
        ),
        ({"dataset_name": "sessions"}, SessionsWorkload()),
        (
            {
                "dataset_name": "sessions",
                "session_turns": 1,
                "session_input_len": 2,
                "session_output_len": 3,
                "session_system_len": 4,
            }
            | {"session_range_ratio": 0.5, "session_think_time": 0.25},
            SessionsWorkload(
                turns=1,
                input_len=2,
                output_len=3,
                system_len=4,
                range_ratio=0.5,
                think_s=0.25,
            ),
        ),
        (
            {
                "dataset_name": "sessions",
                "dataset_path": "p",
                "max_input_len": 3,
            },
            SessionsWorkload(path="p", max_input_len=3),
        ),
        (
            {
                "dataset_name": "random-mm",
                "image_size": "640x480",
                "random_mm_base_items_per_request": 2,
                "random_input_len": 9,
            },
            ImagesWorkload(width=640, height=480, images=2, input_len=9),
        ),
    ],
    ids=str,
)
def test_each_flag_finds_its_field(
    flags: dict[str, Any], work: AnyWorkload
) -> None:
    assert workload_of(BenchFlags(**flags)) == work


def test_every_flag_and_field_of_the_tables_exists() -> None:
    flags = {each.name for each in dataclasses.fields(BenchFlags)}
    for model in DATASETS.values():
        fields = model.flags
        assert set(fields) | set(COMMON_FLAGS) <= flags
        assert {*fields.values(), *COMMON_FLAGS.values()} - {"size"} <= set(
            model.model_fields
        )


def test_every_data_set_has_its_builder_and_its_place_among_the_specs() -> None:
    kinds = {model.model_fields["kind"].default for model in DATASETS.values()}
    assert set(BUILDERS) == set(DATASETS.values())
    assert {
        TypeAdapter(AnyWorkload).validate_python(needed(kind)).kind
        for kind in kinds
    } == kinds


def needed(kind: str) -> dict[str, Any]:
    model = next(
        each
        for each in DATASETS.values()
        if each.model_fields["kind"].default == kind
    )
    needs_path = (
        "path" in model.model_fields
        and model.model_fields["path"].is_required()
    )
    return {"kind": kind, **({"path": "rows.jsonl"} if needs_path else {})}


MEDIA = ("custom_image", "custom_audio")


def test_the_help_names_every_data_set() -> None:
    annotation: Any = BenchFlags.__annotations__["dataset_name"]
    told = annotation.__metadata__[0].help
    assert [
        name for name in DATASETS if name not in told and name not in MEDIA
    ] == []


def test_every_field_can_be_set_by_a_flag() -> None:
    """But for what a flag means the opposite of, or stands for together with another, and lengths of
    recordings where there are only questions.
    """
    audio = {"min_audio_s", "max_audio_s"}
    unreachable = {
        SpecBenchWorkload: audio,
        SpeedBenchWorkload: audio,
        RandomWorkload: {"output_range_ratio"},
        ShareGptWorkload: {"min_len"},
        ImagesWorkload: {"width", "height", "output_range_ratio"},
        TimedTraceWorkload: {"model"},
    }
    for model in DATASETS.values():
        fields = model.flags
        reached = {*fields.values(), *COMMON_FLAGS.values(), "kind"}
        assert set(model.model_fields) - reached == unreachable.get(
            model, set()
        )


def test_help_tells_the_defaults_of_the_specs() -> None:
    for flag, field in (
        (f, n) for each in DATASETS.values() for f, n in each.flags.items()
    ):
        annotation: Any = BenchFlags.__annotations__[flag]
        told = (
            annotation.__metadata__[0]
            .help.partition("(default: ")[2]
            .partition(")")[0]
        )
        models = [
            model
            for model in DATASETS.values()
            if model.flags.get(flag) == field and field in model.model_fields
        ]
        if told.isdecimal() or told == "train":
            assert {model.model_fields[field].default for model in models} == {
                int(told) if told.isdecimal() else told
            }, flag


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (
            {"dataset_name": "sharegtp"},
            "--dataset-name 'sharegtp' is not one of random, .*did you mean 'sharegpt'",
        ),
        (
            {"dataset_name": "custom_video", "dataset_path": "x"},
            '--dataset-name custom_video: give films as rows with a "video" field',
        ),
        (
            {"dataset_name": "random-rerank"},
            "--dataset-name random-rerank: embedding, pooling and reranking generate no tokens",
        ),
        (
            {"cache": "warm"},
            (
                "--cache warm sends the prompts of a cold run again, .* give the --seed of the "
                "cold run"
            ),
        ),
        (
            {"cache": "warm", "dataset_name": "sessions"},
            "--cache warm sends the prompts of a cold run again",
        ),
        (
            {"cache": "warm", "dataset_name": "trace", "dataset_path": "x"},
            "--cache warm sends the prompts of a cold run again",
        ),
        (
            {"dataset_name": "sharegpt"},
            "--dataset-name sharegpt needs --dataset-path",
        ),
        (
            {"dataset_path": "x"},
            "--dataset-path belongs to --dataset-name sharegpt or .*, not random",
        ),
        (
            {
                "dataset_name": "sonnet",
                "dataset_path": "x",
                "random_input_len": 5,
            },
            "--random-input-len belongs to .*, not sonnet",
        ),
        (
            {"hf_split": "test"},
            "--hf-split belongs to --dataset-name hf, not random",
        ),
        (
            {"dataset_name": "trace", "dataset_path": "x", "input_len": 5},
            "--input-len: the prompts of trace have lengths of their own",
        ),
        ({"input_len": 0}, "--input-len 0: "),
        ({"random_input_len": 0}, "--random-input-len 0: "),
        (
            {
                "dataset_name": "sonnet",
                "dataset_path": "x",
                "sonnet_input_len": 0,
            },
            "--sonnet-input-len 0: ",
        ),
        (
            {"dataset_name": "sessions", "session_think_time": -1.0},
            "--session-think-time -1.0: ",
        ),
        ({"cache": "hot"}, "--cache hot: "),
        ({"num_distinct_prompts": 0}, "--num-distinct-prompts 0: "),
        ({"scenario": "X(1)"}, r"--scenario X\(1\): 'X\(1\)' is no scenario"),
        (
            {"scenario": "U(1,9)/(5,5)", "random_input_len": 7},
            "--scenario: says what input_len says otherwise",
        ),
        (
            {"dataset_name": "random-mm", "image_size": "big"},
            "--image-size 'big' wants width and height",
        ),
        (
            {"dataset_name": "random-mm", "image_size": "9999x1"},
            "--image-size 9999: ",
        ),
    ],
    ids=str,
)
def test_what_does_not_fit_is_one_sentence_that_names_its_flag(
    flags: dict[str, Any], reason: str
) -> None:
    (told,) = reasons_for(**flags)
    assert told.endswith(".")
    with pytest.raises(FlagsError, match=reason):
        parse_flags(BenchFlags(**flags))


# Traffic


@pytest.mark.parametrize(
    "flags",
    [
        {"seed": 3},
        {"dataset_name": "custom", "dataset_path": "p"},
        {"cache": "cold"},
    ],
    ids=str,
)
def test_a_warm_cache_needs_prompts_that_were_sent_before(
    flags: dict[str, Any],
) -> None:
    assert parse_flags(BenchFlags(**{"cache": "warm", **flags})).parts[
        "workload"
    ].cache == flags.get("cache", "warm")


@pytest.mark.parametrize(
    ("flags", "load"),
    [
        ({}, Load()),
        (
            {"num_prompts": 5, "request_rate": "2.5"},
            Load(num_prompts=5, request_rate=2.5),
        ),
        (
            {
                "ramp_up_strategy": "exponential",
                "ramp_up_start_rps": 1.0,
                "ramp_up_end_rps": 8.0,
                "num_prompts": 9,
            },
            Load(
                ramp=Ramp(strategy="exponential", start_rps=1, end_rps=8),
                num_prompts=9,
            ),
        ),
        (
            {"ramp_up_start_rps": 1.0, "ramp_up_end_rps": 8.0},
            Load(ramp=Ramp(strategy="linear", start_rps=1, end_rps=8)),
        ),
        (
            {"rate_steps": "5x60, 20X0.5"},
            Load(
                steps=(Step(rate=5, seconds=60), Step(rate=20, seconds=0.5)),
                num_prompts=310,
            ),
        ),
        (
            {"max_seconds": 30.0, "request_rate": "10"},
            Load(max_seconds=30, request_rate=10, num_prompts=300),
        ),
        (
            {"when_full": "drop", "max_concurrency": 4, "request_rate": "10"},
            Load(when_full="drop", max_concurrency=4, request_rate=10),
        ),
        ({"when_full": "wait", "max_concurrency": 4}, Load(max_concurrency=4)),
    ],
    ids=str,
)
def test_each_flag_of_the_load_finds_its_field(
    flags: dict[str, Any], load: Load
) -> None:
    assert load_of(BenchFlags(**flags)) == load


def test_a_trace_is_replayed_at_a_speed() -> None:
    flags = BenchFlags(dataset_name="trace", dataset_path="p", replay_speed=2.0)
    assert parse_flags(flags).spec("m").load == Load(replay_speed=2)


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        ({"ramp_up_start_rps": 1.0}, "A ramp needs both ends"),
        ({"ramp_up_strategy": "linear"}, "A ramp needs both ends"),
        (
            {
                "ramp_up_strategy": "steep",
                "ramp_up_start_rps": 1.0,
                "ramp_up_end_rps": 2.0,
            },
            "--ramp-up-strategy steep: .*'linear' or 'exponential'",
        ),
        (
            {"ramp_up_start_rps": 0.0, "ramp_up_end_rps": 2.0},
            "--ramp-up-start-rps 0.0: ",
        ),
        (
            {
                "ramp_up_start_rps": 1.0,
                "ramp_up_end_rps": 2.0,
                "request_rate": "5",
            },
            "--request-rate and --ramp-up-start-rps each say when requests are due",
        ),
        (
            {"rate_steps": "5x60", "request_rate": "5"},
            "--request-rate and --rate-steps each say",
        ),
        (
            {"rate_steps": "5"},
            "--rate-steps wants RATExSECONDS, such as 5x60,20x30, not '5'",
        ),
        ({"rate_steps": "fast x 3"}, "--rate-steps wants"),
        ({"rate_steps": "0x60"}, "--rate-steps 0.0: "),
        (
            {"replay_speed": 1.0},
            "--replay-speed needs recorded times, which only --dataset-name trace has",
        ),
        (
            {"replay_speed": 0.0, "dataset_name": "trace", "dataset_path": "p"},
            "--replay-speed 0.0: ",
        ),
        (
            {
                "replay_speed": 1.0,
                "dataset_name": "trace",
                "dataset_path": "p",
                "burstiness": 2.0,
            },
            "--burstiness 2 shapes the gaps",
        ),
        (
            {
                "replay_speed": 1.0,
                "dataset_name": "trace",
                "dataset_path": "p",
                "num_distinct_prompts": 3,
            },
            "each request of it once",
        ),
        ({"max_seconds": 0.0}, "--max-seconds 0.0: "),
        (
            {"when_full": "dorp"},
            "--when-full 'dorp' is not one of wait, drop .did you mean 'drop'",
        ),
        (
            {"when_full": "drop", "request_rate": "5"},
            "--when-full drop needs arrivals and a cap",
        ),
        (
            {"when_full": "drop", "max_concurrency": 5},
            "--when-full drop needs arrivals and a cap",
        ),
    ],
    ids=str,
)
def test_a_load_that_makes_no_sense_is_one_sentence(
    flags: dict[str, Any], reason: str
) -> None:
    (told,) = reasons_for(**flags)
    assert told.endswith(".")
    with pytest.raises(FlagsError, match=reason):
        parse_flags(BenchFlags(**flags))


def test_everything_wrong_with_a_load_is_told_at_once() -> None:
    told = reasons_for(
        num_prompts=0,
        rate_steps="x",
        when_full="never",
        request_rate="-1",
        max_seconds=-1.0,
    )
    for flag in (
        "--num-prompts",
        "--rate-steps",
        "--when-full",
        "--request-rate",
        "--max-seconds",
    ):
        assert any(flag in reason for reason in told), flag


def test_steps() -> None:
    assert parse_steps(None) is None
    assert parse_steps("1e1x2") == [{"rate": 10.0, "seconds": 2.0}]
    assert math.isinf(load_of(BenchFlags(rate_steps="5x1")).request_rate)
