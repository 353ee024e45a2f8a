"""Every flag of `vllm bench serve` 0.33 has its place: a flag of ours, a note, or a refusal."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import numpy as np
import pytest

from inferometer.cli.bench.flag_meanings import Note, Refused, Renamed
from inferometer.cli.bench.flags import BenchFlags
from inferometer.cli.bench.spec import parse_flags
from inferometer.cli.bench.vllm_flags import (
    MEANINGS,
    OTHERS,
    SAME,
    rows,
    rows_of_others,
    understood,
)
from inferometer.cli.bench.vllm_meaning import OTHER_BACKENDS, rows_of
from inferometer.cli.flag_errors import FlagsError
from inferometer.cli.main import load_verb
from inferometer.cli.tables import markdown_table
from inferometer.spec.run import RunSpec
from inferometer.words import in_words
from tests.cli.generated_table import check_document

OF_VLLM = """
trust-remote-code seed num-prompts dataset-name no-stream dataset-path no-oversample
skip-chat-template enable-multimodal-chat disable-shuffle custom-output-len
custom-ensure-client-side-data spec-bench-output-len spec-bench-category sharegpt-output-len
timed-trace-chunk-hash-size timed-trace-sec-multiplier timed-trace-label-timestamp
timed-trace-label-input-length timed-trace-label-output-length timed-trace-label-hash-ids
blazedit-min-distance blazedit-max-distance asr-max-audio-len-sec asr-min-audio-len-sec hf-subset
hf-split hf-name hf-output-len bfcl-categories prefix-repetition-prefix-len
prefix-repetition-suffix-len prefix-repetition-num-prefixes prefix-repetition-output-len
speed-bench-dataset-subset speed-bench-output-len speed-bench-category random-input-len
random-output-len random-range-ratio random-prefix-len random-batch-size no-reranker
random-mm-base-items-per-request random-mm-num-mm-items-range-ratio random-mm-limit-mm-per-prompt
random-mm-bucket-config label backend base-url host port endpoint header max-concurrency model
input-len output-len tokenizer tokenizer-mode use-beam-search logprobs request-rate burstiness
probe-request-rate disable-tqdm num-warmups profile save-result save-detailed append-result metadata
result-dir result-filename ignore-eos self-timed percentile-metrics metric-percentiles goodput
request-id-prefix top-p top-k min-p temperature frequency-penalty presence-penalty
repetition-penalty served-model-name lora-modules lora-assignment ramp-up-strategy ramp-up-start-rps
ramp-up-end-rps ready-check-timeout-sec chat-template-kwargs extra-body skip-tokenizer-init insecure
plot-timeline timeline-itl-thresholds plot-dataset-stats
"""
"""All flags that the documentation of version 0.33 lists."""

OLDER = {
    "--log-config-file",
    "--logging-config",
    "--best-of",
    "--dataset",
    "--endpoint-type",
    "--custom-skip-chat-template",
}
"""Flags that it does not list, or that only older versions and `benchmark_serving.py` have."""


def bench(*arguments: str) -> list[str]:
    return understood(["bench", *arguments]).arguments[1:]


def said(*arguments: str) -> list[str]:
    found = understood(["bench", *arguments])
    return [in_words(each) for each in (*found.notes, *found.refusals)]


def work_of(**flags: Any) -> Any:
    return parse_flags(BenchFlags(**flags)).parts["workload"]


def refused(**flags: Any) -> list[str]:
    with pytest.raises(FlagsError) as error:
        parse_flags(BenchFlags(**flags))
    return [*error.value.reasons]


def test_every_flag_of_vllm_has_its_place_once() -> None:
    names = {f"--{name}" for name in OF_VLLM.split()}
    assert len(names) == len(OF_VLLM.split()) == 101
    assert len(set(SAME)) == len(SAME)
    assert not set(SAME) & OTHERS.keys()
    assert {*SAME, *OTHERS} - OLDER == names


def test_those_that_mean_the_same_are_flags_of_bench() -> None:
    parameters = load_verb("bench").params
    ours = {
        flag
        for each in parameters
        for flag in (*each.opts, *each.secondary_opts)
    }
    assert set(SAME) - ours == set()
    assert {
        each.flag for each in MEANINGS.values() if isinstance(each, Renamed)
    } <= {*ours, *OTHERS}
    assert not ours & MEANINGS.keys()


@pytest.mark.parametrize(
    "flag",
    [flag for flag, meaning in MEANINGS.items() if isinstance(meaning, Note)],
)
def test_a_note_is_a_sentence_said_once(flag: str) -> None:
    value = ["x"] * MEANINGS[flag].values
    assert bench(flag, *value, "--seed", "3", flag, *value) == ["--seed", "3"]
    (sentence,) = said(flag, *value, flag, *value)
    assert re.fullmatch(rf"{flag} has no effect here: .+[^.]\.", sentence)


@pytest.mark.parametrize(
    "flag",
    [
        flag
        for flag, meaning in MEANINGS.items()
        if isinstance(meaning, Refused)
    ],
)
def test_what_would_change_the_load_is_refused_with_the_reason(
    flag: str,
) -> None:
    meaning = MEANINGS[flag]
    assert isinstance(meaning, Refused)
    (sentence,) = said(flag, *["7"] * meaning.values)
    assert re.fullmatch(rf"{flag} is not supported: .+[^.]\.", sentence)
    for value in meaning.harmless:
        assert said(flag, value) == said(f"{flag}={value}") == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (
            "--dataset_name=random --num_prompts 3",
            "--dataset-name=random --num-prompts 3",
        ),
        ("--metadata a_b=c_d", "--metadata a_b=c_d"),
        (
            "--num-prompts -1 --goodput ttft:9",
            "--num-prompts -1 --goodput ttft:9",
        ),
        ("--endpoint-type openai-chat", "--backend openai-chat"),
        ("--dataset x.json", "--dataset-name sharegpt --dataset-path x.json"),
        (
            "--dataset x --dataset-name custom",
            "--dataset-path x --dataset-name custom",
        ),
        (
            "--custom_skip_chat_template --seed 1",
            "--skip-chat-template --seed 1",
        ),
        ("--tokenizer-mode=slow --seed 1", "--seed 1"),
        ("--log_config_file f --seed 1", "--seed 1"),
        # of SGLang and Xinference
        (
            "--random-input 64 --random-output=8 --num-prompt 5",
            "--random-input-len 64 --random-output-len=8 --num-prompts 5",
        ),
        (
            "--output-file o.jsonl --output-details --warmup-requests 2",
            "--save-result --append-result --result-filename o.jsonl "
            "--save-detailed --num-warmups 2",
        ),
        ("--disable_ignore_eos --flush-cache", "--no-ignore-eos"),
        ("--lora-name a b --tag t", "--lora-modules a b --label t"),
        (
            "--model-uid m --concurrency 4 --stream --print-error",
            "--model m --max-concurrency 4",
        ),
    ],
)
def test_other_spellings_are_understood(typed: str, meant: str) -> None:
    assert bench(*typed.split()) == meant.split()


@pytest.mark.parametrize(
    ("typed", "meant", "why"),
    [
        (
            "--dataset-name sharegpt --backend sglang",
            "--dataset-name sharegpt --backend sglang --backend openai-chat",
            "requests go to the server's chat API (--backend openai-chat)",
        ),
        (
            "--dataset_name=custom",
            "--dataset-name=custom --backend openai-chat",
            "requests go to the server's chat API",
        ),
        (
            "--dataset-name custom --backend=tgi-chat",
            "--dataset-name custom --backend=tgi-chat",
            "the chat API applies the template anyway",
        ),
        (
            "--dataset-name random --backend sglang",
            "--dataset-name random --backend sglang",
            "prompts of sharegpt and custom only",
        ),
        ("", "", "prompts of sharegpt and custom only"),
        (
            "--dataset-name custom --endpoint /v1/completions",
            "--dataset-name custom --endpoint /v1/completions",
            "and --endpoint says /v1/completions; leave --endpoint out",
        ),
    ],
)
def test_the_chat_template_is_applied_where_sglang_does(
    typed: str, meant: str, why: str
) -> None:
    for given in ("--apply-chat-template", "--apply_chat_template"):
        arguments = (given, *typed.split())
        assert bench(*arguments) == meant.split()
        assert why in "".join(said(*arguments))
    refused = understood(["bench", *arguments]).refusals
    assert bool(refused) == ("leave --endpoint out" in why)


def test_parts_of_an_object_are_put_together() -> None:
    flag, body = bench("--extra-body.min_p", "0.1", "--extra_body.a.b=text")
    assert (flag, json.loads(body)) == (
        "--extra-body",
        {"min_p": 0.1, "a": {"b": "text"}},
    )
    flag, body = bench("--extra-body", '{"x": 1}', "--extra-body.min_p", "0.1")
    assert json.loads(body) == {"x": 1, "min_p": 0.1}
    assert bench("--extra-body", "{", "--extra-body.a", "1") == [
        "--extra-body",
        "{",
    ]


@pytest.mark.parametrize(
    ("language", "document", "headings"),
    [
        ("en", "vllm-flags", ("flag", "here", "why")),
        ("zh-CN", "vllm-flags.zh-CN", ("参数", "处理方式", "说明")),
    ],
)
def test_the_documentation_has_the_table(
    language: str, document: str, headings: tuple[str, ...]
) -> None:
    check_document(document, markdown_table(headings, rows(language)))
    others = document.replace("vllm-flags", "from-scripts")
    check_document(others, markdown_table(headings, rows_of_others(language)))


def test_a_key_among_the_flags_is_not_repeated() -> None:
    for words in (("--api-key", "sk-1"), ("--api-key=sk-1",)):
        (sentence,) = said(*words)
        assert "OPENAI_API_KEY" in sentence
        assert "sk-1" not in sentence


# What they mean


def test_lengths_may_vary_by_different_ratios() -> None:
    both = work_of(
        random_range_ratio='{"input": 0.25, "output": 0.5}',
        random_input_len=100,
    )
    prompt, output = both.laws()
    assert ((prompt.low, prompt.high), (output.low, output.high)) == (
        (75, 125),
        (64, 192),
    )
    assert work_of(random_range_ratio="0.5").laws()[1] == output
    assert work_of(random_range_ratio="0") == work_of()


@pytest.mark.parametrize(
    "ratio", ["1.0", "x", "-0.1", '{"in": 0.1}', '{"input": 0.1}', "true"]
)
def test_a_ratio_that_older_scripts_mean_otherwise_is_refused(
    ratio: str,
) -> None:
    (reason,) = refused(random_range_ratio=ratio)
    assert reason.startswith(
        f"--random-range-ratio {ratio}: wants a ratio from 0 to below 1"
    )
    assert (
        "1.0 means that only in SGLang and in older versions of benchmark_serving.py"
        in reason
    )


@pytest.mark.parametrize(
    ("flags", "limits"),
    [
        ({}, (None, None)),
        ({"asr_min_audio_len_sec": 0.0}, (None, None)),
        ({"asr_max_audio_len_sec": math.inf}, (None, None)),
        ({"asr_min_audio_len_sec": 1.5}, (1.5, None)),
        ({"asr_max_audio_len_sec": 30.0}, (None, 30.0)),
    ],
)
@pytest.mark.parametrize("name", ["hf", "custom_audio"])
def test_recordings_are_of_the_lengths_that_vllm_takes(
    name: str, flags: dict[str, float], limits: tuple[float | None, ...]
) -> None:
    work = work_of(
        backend="openai-audio", dataset_name=name, dataset_path="x", **flags
    )
    assert (work.min_audio_s, work.max_audio_s) == limits


@pytest.mark.parametrize("seconds", [-1.0, math.nan])
def test_a_length_of_a_recording_is_a_number_of_seconds(seconds: float) -> None:
    for flag in ("asr_min_audio_len_sec", "asr_max_audio_len_sec"):
        given: Any = {flag: seconds}
        (reason,) = refused(
            dataset_name="custom_audio", dataset_path="x", **given
        )
        assert reason.startswith(f"--{flag.replace('_', '-')}")


def test_pictures_are_those_that_vllm_makes() -> None:
    work = work_of(
        backend="openai-chat",
        dataset_name="random-mm",
        random_mm_base_items_per_request=2,
        random_mm_num_mm_items_range_ratio=0.5,
        random_mm_limit_mm_per_prompt='{"image": 4, "video": 0}',
        random_mm_bucket_config="{(256, 256, 1): 0.7, (720, 1280, 1): 0.3, (9, 9, 16): 0.0}",
        random_prefix_len=25,
        random_range_ratio="0.2",
    )
    assert work.sizes == {"256x256": 0.7, "1280x720": 0.3}
    assert (work.image_counts(), work.max_images) == ((1, 3), 4)
    assert (work.prefix_len, work.range_ratio) == (25, 0.2)
    plain = work_of(backend="openai-chat", dataset_name="random-mm")
    assert plain.sizes == {"256x256": 0.5, "1280x720": 0.5}
    sized = work_of(
        backend="openai-chat", dataset_name="random-mm", image_size="64x32"
    )
    assert (sized.sizes, sized.width, sized.height) == (None, 64, 32)


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        (
            {"random_mm_bucket_config": "{(9, 9, 16): 1.0}"},
            "film is not made up",
        ),
        (
            {"random_mm_bucket_config": "{1: 2}"},
            "wants (height, width, 1): share",
        ),
        (
            {"random_mm_bucket_config": "__import__('os')"},
            "wants (height, width, 1): share",
        ),
        ({"random_mm_bucket_config": "{(9, 0, 1): 1.0}"}, "no size in pixels"),
        (
            {"random_mm_limit_mm_per_prompt": '{"video": 1}'},
            "wants a number of images",
        ),
        (
            {
                "random_mm_limit_mm_per_prompt": '{"image": 1}',
                "random_mm_base_items_per_request": 2,
            },
            "wants at least 2 pictures, and max_images is 1",
        ),
    ],
)
def test_pictures_that_cannot_be_made_are_refused(
    flags: dict[str, Any], reason: str
) -> None:
    (told,) = refused(backend="openai-chat", dataset_name="random-mm", **flags)
    assert reason in told


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({}, True),
        ({"ignore_eos": False}, False),
        ({"backend": "openai-chat"}, True),
        ({"backend": "tgi"}, False),
        ({"dataset_name": "custom", "dataset_path": "p"}, False),
        (
            {"dataset_name": "custom", "dataset_path": "p", "ignore_eos": True},
            True,
        ),
        ({"dataset_name": "timed_trace", "dataset_path": "p"}, True),
    ],
)
def test_random_prompts_are_answered_in_full_length_as_in_vllm(
    flags: dict[str, Any], expected: bool
) -> None:
    assert (
        parse_flags(BenchFlags(**flags)).parts["sampling"].ignore_eos
        is expected
    )


HUB: dict[str, Any] = {
    "philschmid/mt-bench": {"output_len": 256, "split": "train"},
    "openai/gsm8k": {"output_len": 256, "split": "test", "subset": "main"},
    "/copies/openai/openai_humaneval/": {"output_len": 256, "split": "test"},
    "likaixin/InstructCoder": {"output_len": 200},
    "lmarena-ai/VisionArena-Chat": {"output_len": 128},
    "vdaita/edit_5k_char": {"output_len": 4000},
    "AI-MO/aimo-validation-aime": {"output_len": None, "max_total_len": 32000},
    "somebody/rows": {"output_len": None, "split": "train", "subset": None},
}


@pytest.mark.parametrize("path", HUB)
def test_data_sets_of_the_hub_have_the_lengths_of_vllm(path: str) -> None:
    for named in (
        {"dataset_path": path},
        {"dataset_path": "copy", "hf_name": path.strip("/")},
    ):
        if path.startswith("/") and "hf_name" in named:
            continue
        work = work_of(dataset_name="hf", **named)
        assert {name: getattr(work, name) for name in HUB[path]} == HUB[path]
    assert (
        work_of(
            dataset_name="hf", dataset_path=path, hf_output_len=9
        ).output_len
        == 9
    )
    assert (
        work_of(
            dataset_name="hf", dataset_path=path, hf_output_len=-1
        ).output_len
        is None
    )


@pytest.mark.parametrize(
    ("flags", "rows"),
    [
        ({}, "exact"),
        ({"dataset_name": "custom"}, "repeated"),
        ({"dataset_name": "custom", "oversample": True}, "exact"),
        ({"dataset_name": "custom", "oversample": False}, "at_most"),
        ({"dataset_name": "custom", "num_prompts": -1}, "all"),
        ({"dataset_name": "trace", "num_prompts": 9}, "exact"),
        ({"dataset_name": "trace"}, "at_most"),
        ({"dataset_name": "timed_trace", "num_prompts": 9}, "at_most"),
        ({"dataset_name": "sessions"}, "exact"),
    ],
)
def test_how_many_requests_a_file_makes(
    flags: dict[str, Any], rows: str
) -> None:
    assert rows_of(BenchFlags(**flags)) == rows


def test_the_variable_of_guides_for_the_timeout_is_used_and_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert parse_flags(BenchFlags()).parts["timeouts"].total_s == 21_600
    monkeypatch.setenv("AIOHTTP_TIMEOUT", "3600")
    asked = parse_flags(BenchFlags())
    assert asked.parts["timeouts"].total_s == 3600
    assert [in_words(each) for each in asked.notes] == [
        "AIOHTTP_TIMEOUT=3600 is used as --request-timeout: a request that takes longer fails."
    ]
    by_flag = parse_flags(BenchFlags(request_timeout=5.0))
    assert (by_flag.parts["timeouts"].total_s, by_flag.notes) == (5.0, ())
    for wrong in ("x", "0", "nan"):
        monkeypatch.setenv("AIOHTTP_TIMEOUT", wrong)
        assert len(refused()) == 1
    assert len(refused(request_timeout=0.0)) == 1


@pytest.mark.parametrize(
    ("flags", "speed"),
    [({}, 1.0), ({"self_timed": False}, None), ({"replay_speed": 3.0}, 3.0)],
)
def test_a_timed_trace_is_replayed_at_its_times(
    flags: dict[str, Any], speed: float | None
) -> None:
    asked = parse_flags(
        BenchFlags(dataset_name="timed_trace", dataset_path="p", **flags)
    )
    assert asked.parts["load"].replay_speed == speed


def test_times_that_prompts_do_not_have_are_refused_by_the_flag_that_was_typed() -> (
    None
):
    assert refused(self_timed=True) == [
        "--self-timed sends requests at recorded times, which only the data sets trace and "
        "timed_trace have."
    ]


def test_a_flag_without_effect_may_be_given_in_parts() -> None:
    parts = ("--logging-config.log-level", "DEBUG", "--logging_config.x=1")
    assert bench(*parts, "--seed", "2") == ["--seed", "2"]
    assert len(said(*parts)) == 1


def test_what_the_chat_template_is_told_is_sent_where_a_server_applies_it() -> (
    None
):
    told: dict[str, Any] = {"chat_template_kwargs": '{"thinking": true}'}
    asked = parse_flags(BenchFlags(backend="openai-chat", **told))
    assert asked.parts["sampling"].extra_body == {
        "chat_template_kwargs": {"thinking": True}
    }
    assert refused(**told) == [
        "--chat-template-kwargs needs a chat backend, such as openai-chat, whose server applies "
        "the chat template."
    ]


@pytest.mark.parametrize("backend", OTHER_BACKENDS)
def test_backends_for_other_work_are_refused_with_the_reason(
    backend: str,
) -> None:
    (reason,) = refused(backend=backend)
    assert re.fullmatch(rf"--backend {backend}: [^.].+[^.]\.", reason)


DIFFERENT: dict[str, dict[str, Any]] = {
    "in turn": {"lora_modules": ["a", "b"]},
    "draws rows of GPT-4": {"dataset_name": "burstgpt", "dataset_path": "p"},
    "--skip-chat-template": {"dataset_name": "custom", "dataset_path": "p"},
    "/generate": {"backend": "sglang"},
    "queue_times": {"percentile_metrics": "ttft,client_queue_time"},
}


@pytest.mark.parametrize("words", DIFFERENT)
def test_what_means_something_else_here_is_said(words: str) -> None:
    (note,) = parse_flags(BenchFlags(**DIFFERENT[words])).notes
    assert words in in_words(note)


@pytest.mark.parametrize(
    "flags",
    [
        {},
        {"lora_modules": ["a", "b"], "lora_assignment": "round-robin"},
        {"lora_modules": ["a", "b"], "lora_assignment": "random"},
        {
            "dataset_name": "burstgpt",
            "dataset_path": "p",
            "trace_model": "GPT-4",
        },
        {
            "backend": "openai-chat",
            "dataset_name": "custom",
            "dataset_path": "p",
        },
        {
            "skip_chat_template": True,
            "dataset_name": "custom",
            "dataset_path": "p",
        },
        {"dataset_name": "hf", "dataset_path": "AI-MO/aimo-validation-aime"},
        {"percentile_metrics": ""},
    ],
)
def test_what_means_the_same_is_not_commented(flags: dict[str, Any]) -> None:
    assert parse_flags(BenchFlags(**flags)).notes == ()


def test_queue_times_have_no_section_and_are_left_out() -> None:
    asked = parse_flags(BenchFlags(percentile_metrics="e2el,client_queue_time"))
    assert asked.output.metrics == ("e2el",)
    alone = parse_flags(BenchFlags(percentile_metrics="client_queue_time"))
    assert alone.output.metrics == ("ttft", "tpot", "itl")


def test_adapters_are_drawn_at_random_if_asked_and_the_same_for_the_same_seed() -> (
    None
):
    from inferometer.measurement.prepare import generation_of

    def names(seed: int, assignment: str | None) -> list[str]:
        flags = BenchFlags(
            lora_modules=["a", "b", "c"],
            lora_assignment=assignment,
            num_prompts=300,
            seed=seed,
        )
        spec: RunSpec = parse_flags(flags).spec("m")
        return list(generation_of(spec).adapters)

    assert names(1, "round-robin") == names(1, None) == ["a", "b", "c"]
    drawn = names(1, "random")
    assert (len(drawn), set(drawn)) == (300, {"a", "b", "c"})
    assert drawn == names(1, "random") != names(2, "random")
    assert np.unique(drawn, return_counts=True)[1].min() > 60
    assert (
        "--lora-assignment 'x'"
        in refused(lora_modules=["a"], lora_assignment="x")[0]
    )
